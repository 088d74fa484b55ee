//! Cities and counties that the dictionary does not know as places; it calls many of them persons' names.

use std::sync::LazyLock;

use super::words::Words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Hardly anybody is called so: 唐山.
    HardlyName,
    /// Some are: 金华.
    MayBeName,
}

pub(super) static PLACES: LazyLock<Words<Known>> = LazyLock::new(|| {
    let rows = |head: &str| -> String {
        let lines = include_str!("../../data/places.txt").lines();
        lines.filter_map(|line| line.strip_prefix(head)).collect()
    };
    Words::new(&[(rows("place").as_str(), Known::HardlyName), (rows("city").as_str(), Known::MayBeName)])
});

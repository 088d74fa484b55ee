//! How probable characters are as surnames and in given names, from the files in `data`.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::super::words::Words;

/// The weights of characters, in halves; 255 where a character has none.
pub(super) struct Weights(Vec<u8>);

impl Weights {
    const FIRST: u32 = 0x4e00;

    fn new() -> Self {
        Weights(vec![u8::MAX; 0x5200])
    }

    fn set(&mut self, c: char, weight: u8) {
        if let Some(slot) = u32::from(c).checked_sub(Self::FIRST).and_then(|at| self.0.get_mut(at as usize)) {
            *slot = weight;
        }
    }

    pub fn get(&self, c: char) -> Option<f32> {
        let weight = self.0.get(u32::from(c).checked_sub(Self::FIRST)? as usize)?;
        (*weight < u8::MAX).then(|| f32::from(*weight) / 2.0)
    }
}

pub(super) struct Table {
    pub surname: Weights,
    /// By first character.
    pub compound: Words<()>,
    pub first: Weights,
    pub second: Weights,
    pub one: Weights,
    /// Given names of two characters that many people have.
    pub pairs: HashSet<[char; 2]>,
}

/// What such a given name costs.
pub(super) const OFTEN: f32 = 8.5;

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let (mut surname, mut first, mut second, mut one) =
        (Weights::new(), Weights::new(), Weights::new(), Weights::new());
    let mut compound = String::new();
    let mut pairs = HashSet::new();
    let lines =
        include_str!("../../../data/surnames.txt").lines().chain(include_str!("../../../data/given_names.txt").lines());
    for line in lines {
        let mut columns = line.splitn(3, ' ');
        let (Some(what), Some(Ok(weight)), Some(chars)) =
            (columns.next(), columns.next().map(str::parse::<u8>), columns.next())
        else {
            continue;
        };
        let table = match what {
            "single" => &mut surname,
            "first" => &mut first,
            "second" => &mut second,
            "one" => &mut one,
            "pair" => {
                pairs = chars
                    .split(' ')
                    .filter_map(|pair| <[char; 2]>::try_from(pair.chars().collect::<Vec<_>>()).ok())
                    .collect();
                continue;
            }
            _ => {
                compound = chars.to_owned();
                continue;
            }
        };
        chars.chars().for_each(|c| table.set(c, weight));
    }
    Table { surname, compound: Words::new(&[(compound.as_str(), ())]), first, second, one, pairs }
});

//! Names of people.
//!
//! Four ways to find one: by the dot in names from other languages, and words that the dictionary knows as such names
//! ([`dotted`]); by the parts that names of other peoples are made of ([`minority`]); by Latin letters ([`latin`]); and by
//! surname and given name ([`chinese`]), where how probable the characters are as a name is weighed against how probable
//! they are as words, with what stands before and behind ([`weigh`]).

mod characters;
mod chinese;
mod context;
mod dotted;
mod given;
mod latin;
mod minority;
mod nobody;
mod sounds;
mod surname;
mod weigh;

use std::ops::Range;

use super::source::{Source, is_han};

/// Finds names among the characters that are `free`.
pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let mut free = free.to_vec();
    let mut found = Vec::new();
    // What an earlier one takes a later one does not see.
    for finder in [dotted::find, minority::find, dotted::side_by_side, latin::find, chinese::find] {
        for range in finder(source, &free) {
            if let Some(slots) = free.get_mut(range.clone()) {
                slots.fill(false);
            }
            found.push(range);
        }
    }
    // Beside a star is what a mask has left of a name.
    found.retain(|range| source.before(range.start) != '*' && source.folded(range.end) != '*');
    // 岳阳汨罗市***: the place in front of an address that is masked.
    let masked = |range: &Range<usize>| {
        let places = (range.end..source.len()).take(6).take_while(|at| is_han(source.folded(*at))).count();
        places > 0
            && source.folded(range.end + places) == '*'
            && matches!(source.before(range.end + places), '区' | '县' | '市' | '州' | '旗')
    };
    found.retain(|range| !masked(range));
    found
}

#[cfg(test)]
mod tests;

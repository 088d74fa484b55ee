//! What a speaker meant who said pieces twice or put them right.

use super::gaps::Gap;
use super::reading::Group;
use super::shapes::{self, Shape};

/// Whether the digits are those at the end of a reading but for one.
pub(super) fn slip(reading: &[u8], digits: &[u8]) -> bool {
    let Some(end) = reading.len().checked_sub(digits.len()).and_then(|from| reading.get(from..)) else { return false };
    digits.len() > 2 && end.iter().zip(digits).filter(|(a, b)| a != b).count() == 1
}

/// What is said twice in one breath: 六七九六七九.
fn twice(digits: &[u8]) -> Option<&[u8]> {
    let (half, rest) = digits.split_at(digits.len() / 2);
    (half == rest && half.len() > 2).then_some(half)
}

/// The numbers that the groups so far may mean. The first is all digits in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Readings {
    pub all: Vec<Vec<u8>>,
    /// Those where a correction replaces any number of digits.
    pub loose: Vec<Vec<u8>>,
}

/// More readings than these are not followed.
const MOST: usize = 12;

impl Readings {
    /// The form that one of the readings has. A check digit alone does not decide between loose readings.
    pub fn shape(&self) -> Option<Shape> {
        let plain = self.all.iter().find_map(|r| shapes::shape(r));
        let sure = |r: &Vec<u8>| shapes::shape(r).filter(|s| matches!(s, Shape::Mobile | Shape::Resident));
        let card = |r: &Vec<u8>| shapes::shape(r).filter(|_| matches!(r.as_slice(), [4 | 5, ..] | [6, 2, ..]));
        plain.or_else(|| self.loose.iter().find_map(sure)).or_else(|| self.loose.iter().find_map(card))
    }

    /// What the groups may mean together.
    pub fn of(groups: &[Group]) -> Self {
        let mut readings = Readings::default();
        for (index, group) in groups.iter().enumerate() {
            readings.push(group, index.checked_sub(1).and_then(|before| groups.get(before)));
        }
        readings
    }

    pub fn push(&mut self, group: &Group, last: Option<&Group>) {
        let digits = &group.digits;
        if self.all.is_empty() {
            self.all.push(digits.clone());
            self.all.extend(twice(digits).map(<[u8]>::to_vec));
            return;
        }
        let mut next: Vec<Vec<u8>> = Vec::with_capacity(self.all.len());
        for reading in &self.all {
            if group.doubtful && next.len() < MOST {
                next.push(reading.clone());
            }
            let mut extend = |kept: usize, digits: &[u8]| {
                let reading: Vec<u8> = reading.iter().take(kept).chain(digits).copied().collect();
                if next.len() < MOST && !next.contains(&reading) {
                    next.push(reading);
                }
            };
            extend(reading.len(), digits);
            twice(digits).into_iter().for_each(|half| extend(reading.len(), half));
            let mut add = |kept: usize| extend(kept, digits);
            // Said again: what was said just before. One digit alone is said again only behind a pause.
            let alone = group.gap != Gap::Tight && last.is_some_and(|last| last.digits.len() > 1);
            if (digits.len() > 1 || alone) && reading.ends_with(digits) {
                add(reading.len() - digits.len());
            }
            // Said again with one digit put right, whatever word was used for that.
            if group.gap != Gap::Tight && !group.gap.corrects() && slip(reading, digits) {
                add(reading.len() - digits.len());
            }
            if group.gap.corrects() {
                add(reading.len().saturating_sub(digits.len()));
                add(reading.len().saturating_sub(last.map_or(0, |last| last.digits.len())));
                // A whole number before is one of its own.
                if reading.len() < 12 {
                    add(0);
                }
            }
        }
        if group.gap.corrects() {
            let before = self.all.iter().chain(&self.loose);
            let cut = |r: &Vec<u8>| {
                (1..r.len()).map(|kept| r.iter().take(kept).chain(digits).copied().collect()).collect::<Vec<_>>()
            };
            self.loose = before.flat_map(cut).take(4 * MOST).collect();
        } else {
            self.loose.iter_mut().for_each(|r| r.extend(digits));
        }
        self.all = next;
    }
}

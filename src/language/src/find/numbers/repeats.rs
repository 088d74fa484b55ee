//! Where one number of a chain ends and the next begins: the same once more, or another in its place.

use super::gaps::Gap;
use super::reading::{Chain, Group, run};
use super::resolve::Readings;
use super::shapes::{self, Shape};

/// A number of so many digits is no piece of one that its speaker puts right.
const WHOLE: usize = 11;

/// The same where the second plainly stands in place of the first.
const LONG: usize = 15;

/// Fewer digits are more often a piece said twice than a number.
const FEWEST: usize = 9;

/// No number that is read in pieces has more digits.
const MOST: usize = 34;

/// Cuts a chain where a whole number is said again, digit for digit or as another: 就是8066…, 不是，是…….
pub(super) fn wholes(chain: Chain, chains: &mut Vec<Chain>) {
    let digits: usize = chain.iter().map(|group| group.digits.len()).sum();
    let mut cuts = Vec::new();
    if digits >= 2 * FEWEST {
        let mut from = 0;
        while let Some((cut, next)) = chain.get(from..).and_then(cut) {
            cuts.push(from + cut);
            from += next;
        }
    }
    if cuts.is_empty() {
        chains.push(chain);
        return;
    }
    let (mut groups, mut from) = (chain.into_iter(), 0);
    for cut in cuts.into_iter().chain([usize::MAX]) {
        let mut part: Chain = groups.by_ref().take(cut - from).collect();
        part.iter_mut().take(1).for_each(|group| group.gap = Gap::Start);
        chains.push(part);
        from = cut;
    }
}

/// Where the number that begins the groups ends, and where to look on.
fn cut(groups: &[Group]) -> Option<(usize, usize)> {
    let (mut readings, mut length, mut all) = (Readings::default(), 0, 0);
    // ……零三二，重复一遍…: the last place where it is the same once more, so that the first keeps its end.
    let mut cut = None;
    for (index, group) in groups.iter().enumerate() {
        if index > 0 && all >= FEWEST && group.gap != Gap::Tight {
            let rest = groups.get(index..)?;
            // A correction within an account may be as long as most telephone numbers are.
            let long = group.gap.is_aside() && length >= WHOLE || group.gap.corrects() && length >= LONG;
            let another = long && run_length(rest) >= WHOLE && !mends(&readings, groups, index);
            // Written in one, so many digits are a number of their own.
            if another || length >= WHOLE && group.digits.len() >= LONG {
                return Some((index, index));
            }
            if same(&readings, rest) {
                cut = Some(index);
            } else if let Some(cut) = cut {
                return Some((cut, cut));
            }
        }
        readings.push(group, index.checked_sub(1).and_then(|before| groups.get(before)));
        length = if group.gap.runs_on() { length } else { 0 } + group.digits.len();
        all += group.digits.len();
        // What is longer than any number is none.
        if all > 2 * MOST {
            break;
        }
    }
    cut.map(|cut| (cut, cut))
}

/// How many digits follow without a word between.
fn run_length(groups: &[Group]) -> usize {
    run(groups).iter().map(|group| group.digits.len()).sum()
}

/// Whether what follows from `index` on puts what was said right, so that both make one number with a form.
fn mends(said: &Readings, groups: &[Group], index: usize) -> bool {
    let mut readings = said.clone();
    let rest = run(groups.get(index..).unwrap_or_default());
    for (at, group) in groups.iter().enumerate().skip(index).take(rest.len()) {
        readings.push(group, at.checked_sub(1).and_then(|before| groups.get(before)));
    }
    let repaired = |r: &Vec<u8>| matches!(shapes::shape(r), Some(Shape::Mobile | Shape::Resident));
    readings.all.iter().any(|r| shapes::shape(r).is_some()) || readings.loose.iter().any(repaired)
}

/// Whether the groups say a number of `said` once more.
fn same(said: &Readings, groups: &[Group]) -> bool {
    let mut again = Readings::default();
    for (index, group) in groups.iter().enumerate() {
        again.push(group, index.checked_sub(1).and_then(|before| groups.get(before)));
        // 5301122004，对，5301122004，0705: a piece said twice, and the number goes on.
        let ends = groups.get(index + 1).is_none_or(|next| !next.gap.runs_on());
        if ends && again.all.iter().any(|reading| reading.len() >= FEWEST && said.all.contains(reading)) {
            return true;
        }
        if again.all.iter().all(|reading| reading.len() >= MOST) {
            break;
        }
    }
    false
}

//! What is found once is found wherever it is said again.
//!
//! A customer reads a code, the agent says 动态码是……吗: only one of the two is announced. To mask one and to leave the other
//! would give it away.

use std::collections::HashMap;
use std::ops::Range;

use super::super::Kind;
use super::reading::{Chain, Group};
use super::resolve::Readings;

/// Fewer digits than these stand for many things.
const FEWEST: usize = 4;

/// No more groups than these are tried.
const MOST: usize = 10;

/// Finds the values of `found` in the groups of the chains that are not taken. `taken` has a flag for each group.
pub(super) fn find(chains: &[Chain], taken: &mut [Vec<bool>], found: &mut Vec<(Kind, Range<usize>)>) {
    if taken.iter().flatten().all(|taken| *taken) || found.is_empty() {
        return;
    }
    let values = values(chains, found);
    for (chain, taken) in chains.iter().zip(taken) {
        let mut from = 0;
        while from < chain.len() {
            let free = |at: &usize| taken.get(*at) == Some(&false);
            let last = (from..chain.len()).take(MOST).take_while(free).count();
            let groups = chain.get(from..from + last).unwrap_or_default();
            let Some((kind, count)) = same(groups, &values) else {
                from += 1;
                continue;
            };
            if let (Some(first), Some(last)) = (groups.first(), groups.get(count - 1)) {
                found.push((kind, first.range.start..last.range.end));
            }
            super::take(taken, from, count);
            from += count;
        }
    }
}

/// What the found secrets and numbers read as.
fn values(chains: &[Chain], found: &[(Kind, Range<usize>)]) -> HashMap<Vec<u8>, Kind> {
    let mut values = HashMap::new();
    for (kind, range) in found {
        let chain = chains.partition_point(|chain| chain.last().is_some_and(|g| g.range.end <= range.start));
        let chain = chains.get(chain).map_or(&[][..], Vec::as_slice);
        let first = chain.partition_point(|g| g.range.start < range.start);
        let inside = chain.iter().skip(first).take(MOST).take_while(|g| g.range.end <= range.end).count();
        let readings = Readings::of(chain.get(first..first + inside).unwrap_or_default());
        values
            .extend(readings.all.into_iter().filter(|reading| reading.len() >= FEWEST).map(|reading| (reading, *kind)));
    }
    values
}

/// The value that the groups begin with, and how many groups it takes.
fn same(groups: &[Group], values: &HashMap<Vec<u8>, Kind>) -> Option<(Kind, usize)> {
    let mut readings = Readings::default();
    let mut longest = None;
    for (index, group) in groups.iter().enumerate().take_while(|(_, group)| !group.measures()) {
        readings.push(group, index.checked_sub(1).and_then(|before| groups.get(before)));
        let value = readings.all.iter().find_map(|reading| values.get(reading));
        longest = value.map(|kind| (*kind, index + 1)).or(longest);
    }
    longest
}

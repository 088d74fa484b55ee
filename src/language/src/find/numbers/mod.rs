//! Numbers: telephones, cards, accounts, identity documents, and the secrets that are said in digits.
//!
//! A number is read with its separators, pauses, repetitions and corrections. What it is, its form tells (a mobile
//! number, a card's check digit, a birth date), else the nearest word that announces a number.

mod accounts;
mod amounts;
mod context;
mod cues;
mod disguised;
mod documents;
mod echo;
mod forms;
mod gaps;
mod phones;
mod reading;
mod repeats;
mod resolve;
mod secrets;
mod shapes;

use std::ops::Range;

use super::Kind;
use super::source::Source;
use context::Context;
use cues::Cue;
use gaps::Gap;
use reading::{Chain, Group};

/// Finds numbers among the characters that are `free`: not taken by an e-mail address or a postal one.
pub(super) fn find(source: &Source, free: &[bool]) -> Vec<(Kind, Range<usize>)> {
    let mentions = cues::mentions(source);
    let mut usable = free.to_vec();
    for mention in mentions.iter().filter(|m| m.cue != Cue::Numbered) {
        if let Some(range) = usable.get_mut(mention.range.clone()) {
            range.fill(false);
        }
    }
    uuids(source).into_iter().filter_map(|range| usable.get_mut(range).map(|r| r.fill(false))).for_each(drop);
    // What says nothing of the number may stand between its pieces.
    let mut passable = free.to_vec();
    for mention in mentions.iter().filter(|m| !matches!(m.cue, Cue::Numbered | Cue::Received | Cue::LastThree)) {
        if let Some(range) = passable.get_mut(mention.range.clone()) {
            range.fill(false);
        }
    }
    let yes = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or(false);
    let read = reading::chains(source, |at| yes(&usable, at), |at| yes(&passable, at));
    let mut chains: Vec<Chain> = Vec::with_capacity(read.len());
    read.into_iter().for_each(|chain| repeats::wholes(chain, &mut chains));
    let context = Context::new(source, &mentions);
    let mut found = Vec::new();
    disguised::find(&context, &usable, &mut found);
    let mut free = free.to_vec();
    for (_, range) in &found {
        if let Some(slots) = free.get_mut(range.clone()) {
            slots.fill(false);
        }
    }
    secrets::written(&context, &free, &mut found);
    let mut covered = vec![false; source.len()];
    for (_, range) in &found {
        if let Some(slots) = covered.get_mut(range.clone()) {
            slots.fill(true);
        }
    }
    let mut flags = Vec::with_capacity(chains.len());
    for chain in &chains {
        let covers = |group: &Group| covered.get(group.range.clone()).is_some_and(|slots| slots.contains(&true));
        let mut taken: Vec<bool> = chain.iter().map(covers).collect();
        strong(&context, chain, &mut taken, &mut found);
        secrets::spoken(&context, chain, &mut taken, &mut found);
        accounts::weak(&context, chain, &mut taken, &mut found);
        flags.push(taken);
    }
    echo::find(&chains, &mut flags, &mut found);
    found
}

/// Notes that groups of a chain belong to a number that was found.
fn take(taken: &mut [bool], from: usize, count: usize) {
    taken.iter_mut().skip(from).take(count).for_each(|group| *group = true);
}

/// Numbers that tell by their form what they are, and those that are announced and may be what they are announced as.
fn strong(context: &Context, chain: &Chain, taken: &mut [bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let mut from = 0;
    while let Some(group) = chain.get(from) {
        let free = |at: usize| taken.get(at) == Some(&false);
        // One does not start in the middle of digits that are said one by one.
        let middle = from
            .checked_sub(1)
            .filter(|at| free(*at))
            .and_then(|at| chain.get(at))
            .is_some_and(|before| before.digits.len() == 1 && group.digits.len() == 1 && group.gap.runs_on());
        if middle || !free(from) || group.measures() || context.masked(&group.range) {
            from += 1;
            continue;
        }
        // 前面多打了个1，应该是188…: the number is whole behind the correction.
        let whole = |next: &Group| next.gap.corrects() && shapes::shape(&next.digits).is_some();
        if group.digits.len() == 1 && chain.get(from + 1).is_some_and(whole) {
            from += 1;
            continue;
        }
        let last = (from..chain.len())
            .take(64)
            .take_while(|at| free(*at) && chain.get(*at).is_some_and(|g| !g.measures()))
            .count();
        let groups = chain.get(from..from + last).unwrap_or_default();
        // A line with its area code does not begin in the middle of digits either, unless it is announced.
        let before = from.checked_sub(1).filter(|at| free(*at)).and_then(|at| chain.get(at));
        let inside = before.is_some_and(|before| !before.measures())
            && group.gap.runs_on()
            && !matches!(context.before(group.range.start), Some((Cue::Phone, distance)) if distance <= 4);
        if let Some(count) = internet(context, groups) {
            take(taken, from, count);
            from += count;
            continue;
        }
        if let Some(line) = hotline(groups) {
            take(taken, from, line);
            from += line;
            continue;
        }
        let start = group.range.start;
        let listed = found.last().is_some_and(|(kind, range)| {
            *kind == Kind::IdNumber
                && (range.end..start).len() <= 6
                && context.last_before(start, &[Cue::Numbered]).is_some_and(|m| m.cue == Cue::Document)
        });
        let Some((kind, count, start)) = documents::find(context, groups)
            .or_else(|| {
                forms::best(context, groups).filter(|(kind, count, _)| {
                let account = || matches!(context.announces(group.range.start), Some((Cue::Account, distance)) if distance <= 12);
                let piece = match kind {
                    Kind::Phone => group.digits.starts_with(&[0]) || *count > 1 || account(),
                    Kind::Card => *count > 1,
                    Kind::IdNumber => *count > 1 && group.gap == Gap::Tight && group.digits.len() < 6,
                    _ => false,
                };
                !(inside && piece)
            })
            })
            .or_else(|| documents::of_digits(context, groups, listed))
        else {
            from += 1;
            continue;
        };
        let end = groups.get(count - 1).map_or(group.range.end, |g| g.range.end);
        found.push((kind, start..end));
        take(taken, from, count);
        from += count;
    }
}

/// How many groups an internet address takes that starts with the first: 175.162.127.55.
fn internet(context: &Context, groups: &[Group]) -> Option<usize> {
    let four = groups.get(..4)?;
    let dot = |pair: &[Group]| matches!(pair, [a, b] if context.source.slice(a.range.end..b.range.start) == ['.']);
    let byte = |g: &Group| {
        let value = g.digits.iter().fold(0_u32, |n, d| n * 10 + u32::from(*d));
        g.digits.len() <= 3 && value < 256 && context.source.folded(g.range.start).is_ascii_digit()
    };
    let goes_on = groups.get(4).is_some_and(|fifth| {
        four.last().is_some_and(|g| context.source.slice(g.range.end..fifth.range.start) == ['.'])
    });
    (four.windows(2).all(dot) && four.iter().all(byte) && !goes_on).then_some(4)
}

/// How many groups a public line takes that starts with the first.
fn hotline(groups: &[Group]) -> Option<usize> {
    let mut digits = Vec::new();
    for (index, group) in groups.iter().take(10).enumerate() {
        if index > 0 && !group.gap.runs_on() {
            return None;
        }
        digits.extend(&group.digits);
        if digits.len() >= 8 && shapes::hotline(&digits) {
            // 4000 0288 12 1513: a longer number, unless what follows is one of its own.
            let goes_on = groups.get(index + 1).is_some_and(|next| {
                next.gap.runs_on() && !next.measures() && !next.doubtful && shapes::shape(&next.digits).is_none()
            });
            return (!goes_on).then_some(index + 1);
        }
    }
    None
}

/// Where a UUID stands: its digits are no one's number.
fn uuids(source: &Source) -> Vec<Range<usize>> {
    let word = |at: usize| source.folded(at).is_ascii_alphanumeric();
    let is_uuid = |window: &[char]| {
        window
            .iter()
            .enumerate()
            .all(|(i, c)| if matches!(i, 8 | 13 | 18 | 23) { *c == '-' } else { c.is_ascii_hexdigit() })
    };
    let alone = |at: usize| !word(at + 36) && at.checked_sub(1).is_none_or(|before| !word(before));
    let windows = source.folded.windows(36).enumerate();
    windows.filter(|(at, window)| is_uuid(window) && alone(*at)).map(|(at, _)| at..at + 36).collect()
}

#[cfg(test)]
mod tests;

//! Accounts that nothing but their length tells.

use std::ops::Range;

use super::super::Kind;
use super::context::Context;
use super::cues::Cue;
use super::forms::LONGEST;
use super::gaps::Gap;
use super::reading::{Chain, Group};
use super::{secrets, shapes};
use crate::numerals::digit;

/// What is left and too long to be a date, an amount or a code is taken for an account, unless it is announced as a
/// serial number.
pub(super) fn weak(context: &Context, chain: &Chain, taken: &mut [bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let mut from = 0;
    while let Some(first) = chain.get(from) {
        let usable = |at: usize| {
            // 五里 is a word, and the last digit of an account all the same.
            let doubtful = |g: &Group| g.doubtful && (at == from || matches!(g.digits.as_slice(), [1 | 2]));
            taken.get(at) == Some(&false)
                && chain.get(at).is_some_and(|g| !g.measures() && !doubtful(g) && !g.tens && !context.masked(&g.range))
        };
        let joined = |at: usize| {
            let brief = |g: &Group| {
                let before = at.checked_sub(1).and_then(|at| chain.get(at)).map_or(g.range.start, |b| b.range.end);
                g.gap.is_aside() && g.range.start - before <= if g.gap.corrects() { 9 } else { 6 } && g.digits.len() > 1
            };
            at == from
                || chain.get(at).is_some_and(|g| {
                    (g.gap.runs_on() || brief(g) || g.gap == Gap::Correction)
                        // Two whole numbers beside each other.
                        && !(g.digits.len() >= 12
                            && at.checked_sub(1).and_then(|at| chain.get(at)).is_some_and(|b| b.digits.len() >= 12))
                })
        };
        let count = (from..chain.len()).take_while(|at| usable(*at) && joined(*at)).count();
        let groups = chain.get(from..from + count).unwrap_or_default();
        let digits: Vec<u8> = groups.iter().flat_map(|g| g.digits.iter().copied()).collect();
        // Said again, a piece does not make the number longer.
        let again = |pair: &[Group]| match pair {
            [a, b] if a.digits == b.digits && b.digits.len() > 1 => b.digits.len(),
            _ => 0,
        };
        let said: usize = digits.len() - groups.windows(2).map(again).sum::<usize>();
        let end = groups.last().map_or(first.range.end, |g| g.range.end);
        if said >= 11 && account_by_length(context, groups, &digits, end) {
            found.push((Kind::Account, first.range.start..end));
            super::take(taken, from, count);
        }
        from += count.max(1);
    }
}

fn account_by_length(context: &Context, groups: &[Group], digits: &[u8], end: usize) -> bool {
    let Some(first) = groups.first() else { return false };
    let long = groups.len() == 1 && digits.len() >= 11 || (12..=LONGEST).contains(&digits.len());
    let cue = context.announces(first.range.start);
    let named = context.source.slice(0..first.range.start).ends_with(&['号', '码']);
    if !long
        || digits.contains(&shapes::TEN)
        || !named && nobody_s(context, groups, digits, cue)
        // 123456789012.50.
        || context.source.folded(end) == '.' && digit(context.source.folded(end + 1)).is_some()
        || context.glued(first.range.start)
        || secrets::date(context, groups)
    {
        return false;
    }
    // A word that has its number already says nothing of this one.
    let own = |distance: usize| {
        let between = context.source.slice(first.range.start - distance..first.range.start);
        between.iter().filter(|c| digit(**c).is_some()).count() < 3
    };
    // No amount has twelve digits.
    let money = |distance: usize| {
        let last = context.source.before(first.range.start - distance);
        matches!(last, '转' | '资' | '额' | '款' | '账' | '了' | '扣' | '费' | '息' | '入' | '出' | '金' | '共' | '分')
    };
    // J2280945869302.
    if context.source.before(first.range.start).is_ascii_alphabetic() {
        return false;
    }
    // 合同上写的…: only a word for a number, or one right before, says that it is a serial number.
    let numbers = |distance: usize| {
        let last = context.source.before(first.range.start - distance);
        distance <= 2 || matches!(last, '号' | '单' | '码' | '號')
    };
    let serial = cue.is_some_and(|(cue, distance)| match cue {
        Cue::Serial => distance <= 8 && own(distance) && numbers(distance),
        Cue::Plain => distance <= 8 && own(distance) && numbers(distance) && !money(distance),
        _ => false,
    });
    let named = context.after(end).is_some_and(|(cue, distance)| {
        let is = context.source.slice(end..end + distance).contains(&'是');
        cue == Cue::Serial && (distance <= 4 || is) && !matches!(context.source.slice(end..end + 1), ['的' | '里'])
    });
    !serial && !named && !context.numbered(first.range.start) && !context.number_sign(first.range.start)
}

/// Whether the digits look like what is no account: the sender of text messages, a day and what follows it, a bar code, digits
/// that were tried, an order's number that is longer than accounts are.
fn nobody_s(context: &Context, groups: &[Group], digits: &[u8], cue: Option<(Cue, usize)>) -> bool {
    let announced = |within: usize| matches!(cue, Some((Cue::Account | Cue::Payee, distance)) if distance <= within);
    digits.starts_with(&[1, 0, 6]) && !announced(8)
        || digits.len() > 24 && groups.len() < 4 && !announced(40)
        || shapes::starts_with_a_day(digits)
        || shapes::bar_code(digits)
        || shapes::counts_up(digits)
        || round(context, groups)
}

/// Whether the digits are amounts or counts side by side, or one of many noughts: 1000，2000，3000; 325 350 375 400; 3.14159.
fn round(context: &Context, groups: &[Group]) -> bool {
    let all = |fits: fn(&Group) -> bool| groups.iter().all(fits);
    let noughts =
        groups.iter().rev().flat_map(|group| group.digits.iter().rev()).take_while(|digit| **digit == 0).count();
    let decimal = matches!(groups, [whole, part] if context.source.slice(whole.range.end..part.range.start) == ['.']);
    let value = |group: &Group| {
        group.digits.iter().fold(0_u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(*digit)))
    };
    let counted = groups.len() > 3 && groups.windows(2).all(|pair| matches!(pair, [a, b] if value(a) + 1 == value(b)));
    let hundreds = groups.len() > 2 && all(|group| group.digits.len() > 2 && group.digits.ends_with(&[0, 0]));
    let fives = groups.len() > 3 && all(|group| group.digits.len() > 1 && matches!(group.digits.last(), Some(0 | 5)));
    noughts > 6 || decimal || counted || hundreds || fives
}

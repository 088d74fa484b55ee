//! Passports and travel permits: one or two letters and seven to ten digits.

use super::super::Kind;
use super::context::Context;
use super::cues::Cue;
use super::gaps::{self, Gap};
use super::reading::Group;
use super::resolve::Readings;
use super::shapes;

/// The document whose digits start with the first group: its kind, how many groups it has and where it starts.
pub(super) fn find(context: &Context, groups: &[Group]) -> Option<(Kind, usize, usize)> {
    let first = groups.first()?;
    let source = context.source;
    let (start, letters) = letters(context, first.range.start);
    let cue = context.before_but(start, &[Cue::Numbered, Cue::Phone]);
    let near =
        |what: &[Cue], within: usize| cue.is_some_and(|(cue, distance)| what.contains(&cue) && distance <= within);
    let behind = |end: usize| {
        context.after(end).is_some_and(|(cue, distance)| matches!(cue, Cue::Document | Cue::Id) && distance <= 6)
    };
    let wanted = |digits: usize, end: usize| match letters {
        1 if near(&[Cue::Document, Cue::Id], 12) || behind(end) => matches!(digits, 7..=10),
        1 => {
            digits == 8
                && !near(&[Cue::Serial], 8)
                && !near(&[Cue::Plain], 3)
                && matches!(source.folded(start), 'e' | 'g' | 'd' | 's' | 'p' | 'h' | 'm' | 'c' | 'k' | 'l' | 'w' | 't')
        }
        2 if near(&[Cue::Document, Cue::Id], 12) || behind(end) => matches!(digits, 6..=9),
        2 => {
            digits == 7
                && !near(&[Cue::Serial], 8)
                && !near(&[Cue::Plain], 3)
                && matches!(source.folded(start), 'e' | 'c')
        }
        _ => false,
    };
    if letters == 0 {
        return None;
    }
    let (mut readings, mut best) = (Readings::default(), None);
    for (index, group) in groups.iter().take(14).enumerate() {
        let before = index.checked_sub(1).and_then(|i| groups.get(i)).map_or(group.range.start, |g| g.range.end);
        let brief = best.is_none() && group.range.start - before <= 6 && near(&[Cue::Document, Cue::Id], 12);
        if group.gap == Gap::Apart || group.gap.is_aside() && index > 0 && !group.gap.corrects() && !brief {
            break;
        }
        readings.push(group, index.checked_sub(1).and_then(|i| groups.get(i)));
        let fits = readings.all.iter().any(|r| wanted(r.len(), group.range.end));
        let again = best.is_none()
            || group.gap.corrects()
            || group.gap == Gap::Tight
            || index > 0 && group.digits.len() > 1
            || group.digits.len() == 1;
        if fits && again {
            best = Some(index + 1);
        }
    }
    let count = best?;
    // A letter behind the digits makes it something else.
    let end = groups.get(count - 1).map_or(first.range.end, |g| g.range.end);
    (!source.folded(end).is_ascii_alphabetic()).then_some((Kind::IdNumber, count, start))
}

/// A permit of Taiwan, or a foreign passport: eight to ten digits and no more.
///
/// `listed`: right behind another document.
pub(super) fn of_digits(context: &Context, groups: &[Group], listed: bool) -> Option<(Kind, usize, usize)> {
    let first = groups.first()?;
    let cue = context.before_but(first.range.start, &[Cue::Numbered, Cue::Phone]);
    let near = |what: Cue, within: usize| cue.is_some_and(|(cue, distance)| cue == what && distance <= within);
    let near_any = near(Cue::Document, 8) || near(Cue::Id, 4) || listed;
    if let Some(count) = near_any.then(|| repaired(groups)).flatten() {
        return Some((Kind::IdNumber, count, first.range.start));
    }
    let mut said = first.digits.len();
    let mut end = first.range.end;
    let goes_on = |g: &&Group| {
        said += g.digits.len();
        let brief = near_any && g.gap != Gap::Apart && g.range.start - end <= 6 && said <= 10;
        end = g.range.end;
        (!g.gap.is_aside() || brief) && !g.doubtful
    };
    let count = 1 + groups.iter().skip(1).take_while(goes_on).count();
    let digits: usize = groups.iter().take(count).map(|g| g.digits.len()).sum();
    // 身份证20261217到期.
    let said: Vec<u8> = groups.iter().take(count).flat_map(|g| g.digits.iter().copied()).collect();
    if digits == 8 && shapes::starts_with_a_day(&said) {
        return None;
    }
    let taiwan = near(Cue::Id, 4) && context.source.folded.contains(&'台');
    let fits =
        matches!(digits, 8..=10) && (listed || taiwan || near(Cue::Document, 8)) || digits == 8 && near(Cue::Id, 4);
    fits.then_some((Kind::IdNumber, count, first.range.start))
}

/// Where the one or two letters before the digits start, perhaps with a pause between, and how many they are. More
/// letters than two, or a letter glued to another word, are none.
fn letters(context: &Context, digits: usize) -> (usize, usize) {
    let source = context.source;
    let none = (digits, 0);
    let Some(last) = (0..digits).rev().take(8).find(|at| source.folded(*at).is_ascii_alphanumeric()) else {
        return none;
    };
    let end = last + 1;
    // M: 133…: what a letter with a colon announces.
    let named = source.folded(end) == ':' || !context.within(end..digits).is_empty();
    if named
        || end < digits
            && gaps::gap(source, end..digits) == Gap::Start
            && gaps::aside(source, end..digits) == Gap::Start
    {
        return none;
    }
    let count = (0..end).rev().take_while(|at| source.folded(*at).is_ascii_alphabetic()).count();
    let start = end - count;
    let word = start.checked_sub(1).is_some_and(|at| source.folded(at).is_ascii_alphanumeric());
    let cue = context.last_before(end, &[]).is_some_and(|m| m.range.end == end);
    // English words.
    let small = !source.char(start).is_uppercase();
    let english = count == 2
        && small
        && matches!(
            source.slice(start..end),
            ['i', 's']
                | ['n', 'o']
                | ['i', 'd']
                | ['o', 'f']
                | ['t', 'o']
                | ['m', 'y']
                | ['a', 't']
                | ['i', 'n']
                | ['o', 'n']
                | ['i', 't']
                | ['o', 'k']
                | ['h', 'i']
        );
    // An X is the check digit of something else.
    let check = source.slice(start..end) == ['x'];
    if matches!(count, 1 | 2) && !word && !cue && !check && !english { (start, count) } else { none }
}

/// How many groups are eight digits once repetitions and corrections are taken out, where there are any.
fn repaired(groups: &[Group]) -> Option<usize> {
    let mut readings = Readings::default();
    let mut best = None;
    for (index, group) in groups.iter().take(8).enumerate() {
        if group.gap.is_aside() && index > 0 || group.doubtful {
            break;
        }
        readings.push(group, index.checked_sub(1).and_then(|i| groups.get(i)));
        let mended = readings.all.iter().skip(1).any(|r| r.len() == 8);
        if index > 0 && mended {
            best = Some(index + 1);
        }
    }
    best
}

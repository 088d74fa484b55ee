//! Numbers: telephones, cards, accounts, identity documents, and the secrets that are said in digits.
//!
//! A number is read with its separators, pauses, repetitions and corrections. What it is, its form tells (a mobile
//! number, a card's check digit, a birth date), else the nearest word that announces a number.

mod cues;
mod documents;
mod reading;
mod resolve;
mod secrets;
mod shapes;

use std::ops::Range;

use super::Kind;
use super::source::Source;
use cues::{Cue, Mention};
use reading::{Chain, Gap, Group};
use resolve::Readings;
use shapes::Shape;

/// A number of this many digits is no account.
const LONGEST: usize = 34;

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
    for mention in
        mentions.iter().filter(|m| !matches!(m.cue, Cue::Numbered | Cue::Plain | Cue::Received | Cue::LastThree))
    {
        if let Some(range) = passable.get_mut(mention.range.clone()) {
            range.fill(false);
        }
    }
    let yes = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or(false);
    let chains = reading::chains(source, |at| yes(&usable, at), |at| yes(&passable, at));
    let context = Context { source, mentions: &mentions };
    let mut found = Vec::new();
    secrets::written(&context, free, &mut found);
    for chain in &chains {
        let mut taken = vec![false; chain.len()];
        for (slot, group) in taken.iter_mut().zip(chain) {
            *slot = found.iter().any(|(_, range): &(Kind, Range<usize>)| overlap(range, &group.range));
        }
        strong(&context, chain, &mut taken, &mut found);
        secrets::spoken(&context, chain, &mut taken, &mut found);
        weak(&context, chain, &mut taken, &mut found);
    }
    found
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The text and the words in it that announce numbers.
struct Context<'a> {
    source: &'a Source<'a>,
    mentions: &'a [Mention],
}

impl Context<'_> {
    /// The nearest word before `at` that announces a number, and how many characters stand between.
    fn before(&self, at: usize) -> Option<(Cue, usize)> {
        let end = self.mentions.partition_point(|m| m.range.end <= at);
        let mention = end.checked_sub(1).and_then(|i| self.mentions.get(i))?;
        Some((mention.cue, at - mention.range.end))
    }

    /// The same without regard to words of these meanings.
    fn before_but(&self, at: usize, ignore: &[Cue]) -> Option<(Cue, usize)> {
        let end = self.mentions.partition_point(|m| m.range.end <= at);
        let mention = self.mentions.get(..end)?.iter().rev().find(|m| !ignore.contains(&m.cue))?;
        Some((mention.cue, at - mention.range.end))
    }

    /// The nearest word before `at` that may be of the number there: an amount or a date is announced right before it.
    fn announces(&self, at: usize) -> Option<(Cue, usize)> {
        match self.before_but(at, &[Cue::Numbered, Cue::Received])? {
            (Cue::Plain, distance) if distance > 3 => self.before_but(at, &[Cue::Numbered, Cue::Received, Cue::Plain]),
            found => Some(found),
        }
    }

    /// The nearest word behind `at` that says what the number was: 这是我的验证码. Not one that announces the next number.
    fn after(&self, at: usize) -> Option<(Cue, usize)> {
        let next = self.mentions.partition_point(|m| m.range.start < at);
        let mention = self.mentions.get(next)?;
        let between = self.source.slice(at..mention.range.start);
        let digits = between.iter().filter(|c| crate::numerals::digit(**c).is_some()).count();
        if between.len() > 8 || digits > 1 || between.iter().any(|c| matches!(c, '。' | '\n' | '；' | ';')) {
            return None;
        }
        let behind = self.source.slice(mention.range.end..(mention.range.end + 5).min(self.source.len()));
        let announces = behind.iter().filter(|c| crate::numerals::digit(**c).is_some()).count() > 1;
        (!announces).then_some((mention.cue, between.len()))
    }

    /// The nearest word behind `at`, farther off, where nothing before says what the number was.
    fn later(&self, at: usize) -> Option<Cue> {
        let next = self.mentions.partition_point(|m| m.range.start < at);
        let mention = self.mentions.get(next).filter(|m| m.range.start - at <= 18)?;
        let between = self.source.slice(at..mention.range.start);
        let behind = self.source.slice(mention.range.end..(mention.range.end + 6).min(self.source.len()));
        let digits = |chars: &[char]| chars.iter().filter(|c| crate::numerals::digit(**c).is_some()).count();
        (digits(between) < 2 && digits(behind) < 2).then_some(mention.cue)
    }

    /// Whether a Latin word of two letters or more is glued to the number, as in SF123: a serial number.
    fn glued(&self, start: usize) -> bool {
        let letters = (0..start).rev().take_while(|at| self.source.folded(*at).is_ascii_alphabetic()).count();
        letters >= 2 && self.before(start).is_none_or(|(_, distance)| distance >= letters)
    }

    /// Masked already: stars stand among the digits and separators around it.
    fn masked(&self, range: &Range<usize>) -> bool {
        let stars = |places: &mut dyn Iterator<Item = usize>| {
            let number = |c: char| {
                c == '*'
                    || crate::numerals::digit(c).is_some()
                    || matches!(c, ' ' | ',' | '、' | '-' | '.' | '…' | '(' | ')')
            };
            places.map(|at| self.source.folded(at)).take(24).take_while(|c| number(*c)).filter(|c| *c == '*').count()
        };
        stars(&mut (0..range.start).rev()) + stars(&mut (range.end..self.source.len())) >= 2
    }
}

/// Numbers that tell by their form what they are, and those that are announced and may be what they are announced as.
fn strong(context: &Context, chain: &Chain, taken: &mut [bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let mut from = 0;
    while let Some(group) = chain.get(from) {
        let free = |at: usize| taken.get(at) == Some(&false);
        // One does not start in the middle of digits that are said one by one.
        let middle = from.checked_sub(1).filter(|at| free(*at)).and_then(|at| chain.get(at)).is_some_and(|before| {
            before.digits.len() == 1 && group.digits.len() == 1 && matches!(group.gap, Gap::Tight | Gap::Pause)
        });
        if middle || !free(from) || group.counts || context.masked(&group.range) {
            from += 1;
            continue;
        }
        let last = (from..chain.len()).take_while(|at| free(*at) && chain.get(*at).is_some_and(|g| !g.counts)).count();
        let groups = chain.get(from..from + last).unwrap_or_default();
        if let Some(line) = hotline(groups) {
            taken.iter_mut().skip(from).take(line).for_each(|t| *t = true);
            from += line;
            continue;
        }
        let Some((kind, count, start)) = documents::find(context, groups)
            .or_else(|| best(context, groups))
            .or_else(|| documents::of_digits(context, groups))
        else {
            from += 1;
            continue;
        };
        let end = groups.get(count - 1).map_or(group.range.end, |g| g.range.end);
        found.push((kind, start..end));
        taken.iter_mut().skip(from).take(count).for_each(|t| *t = true);
        from += count;
    }
}

/// How many groups a public line takes that starts with the first.
fn hotline(groups: &[Group]) -> Option<usize> {
    let mut digits = Vec::new();
    for (index, group) in groups.iter().take(10).enumerate() {
        if index > 0 && !matches!(group.gap, Gap::Tight | Gap::Pause) {
            return None;
        }
        digits.extend(&group.digits);
        if digits.len() >= 8 && shapes::hotline(&digits) {
            return Some(index + 1);
        }
    }
    None
}

/// The kind of the number that starts with the first group, how many groups it has and where it starts.
fn best(context: &Context, groups: &[Group]) -> Option<(Kind, usize, usize)> {
    let first = groups.first()?;
    let (cue, distance) = context.announces(first.range.start).unwrap_or((Cue::Plain, usize::MAX));
    let announced = |what: Cue, within: usize| cue == what && distance <= within;
    let (mut readings, mut digits): (Readings, usize) = (Readings::default(), 0);
    let mut best: Option<(Shape, usize)> = None;
    let mut aside = false;
    for (index, group) in groups.iter().enumerate() {
        let lone = group.digits.len() < 2 && digits < 10;
        let one_by_one =
            groups.get(index.saturating_sub(2)..index).is_some_and(|g| g.iter().all(|g| g.digits.len() == 1));
        let ends = best.is_some() && !group.gap.corrects() || lone && !one_by_one;
        if index > 0 && group.gap.is_aside() && ends {
            break;
        }
        aside |= index > 0 && group.gap.is_aside();
        readings.push(group, index.checked_sub(1).and_then(|i| groups.get(i)));
        digits += group.digits.len();
        if digits > 48 {
            break;
        }
        let Some(shape) = readings.shape() else { continue };
        if aside && matches!(shape, Shape::Landline | Shape::ResidentWithSlip) && distance > 8 {
            continue;
        }
        let better = match best {
            None => true,
            // A correction or a repetition goes on; a card may be longer than its first check digit.
            Some((_, at)) => {
                let between = groups.get(at + 1..=index).unwrap_or_default();
                let again = between.iter().any(|g| g.gap.corrects())
                    || readings.all.iter().skip(1).any(|r| shapes::shape(r).is_some());
                let said =
                    |g: &Group| matches!(shapes::shape(&g.digits), Some(Shape::Mobile | Shape::Card | Shape::Resident));
                let tail: Vec<u8> = groups.iter().take(at + 1).flat_map(|g| g.digits.iter().copied()).collect();
                let whole =
                    between.iter().any(|g| said(g) && !(tail.ends_with(&g.digits) && tail.len() > g.digits.len()));
                let longer = shape == Shape::Landline && digits == 12 && group.digits.len() == 1;
                !whole
                    && (again
                        || longer
                        || shape == Shape::Resident
                        || group.digits == [shapes::TEN]
                        || shape == Shape::Card && digits <= 19)
            }
        };
        if better {
            best = Some((shape, index));
        }
    }
    // Digits said one by one make one number, not one and a rest.
    let one_by_one = |at: usize| {
        groups.get(..=at + 1).is_some_and(|g| g.iter().all(|g| g.digits.len() == 1 && !g.doubtful))
            && groups.get(at + 1).is_some_and(|g| matches!(g.gap, Gap::Tight | Gap::Pause))
    };
    best = best.filter(|(_, at)| !one_by_one(*at));
    // 1385-1234-567-8901: a mobile number that goes on in the same manner is a piece of a longer one.
    let goes_on = |at: usize| {
        let (Some(last), Some(next)) = (groups.get(at), groups.get(at + 1)) else { return false };
        let same = at.checked_sub(1).and_then(|i| groups.get(i)).is_some_and(|before| {
            context.source.slice(before.range.end..last.range.start)
                == context.source.slice(last.range.end..next.range.start)
        });
        same && next.gap == Gap::Tight
            && !next.doubtful
            && next.digits.len() >= 2
            && shapes::shape(&next.digits).is_none()
    };
    best = best.filter(|(shape, at)| !(*shape == Shape::Mobile && goes_on(*at)));
    let broken = groups.iter().any(|g| g.gap.corrects());
    let (end, all, last) = whole(groups);
    let account = announced(Cue::Account, 6)
        || context.after(end).is_some_and(|(cue, distance)| cue == Cue::Account && distance <= 6);
    let ragged = |(shape, at): (Shape, usize)| match shape {
        // Announced as an account: a form that fits only a part of it, or only after a correction, is chance.
        Shape::Card => {
            broken || at < last && all > 19 || at < last && groups.get(at).is_some_and(|g| g.digits.len() != 4)
        }
        Shape::Mobile | Shape::Landline => at < last && all >= 12,
        _ => false,
    };
    if account {
        best = best.filter(|best| !ragged(*best));
    }
    let serial = announced(Cue::Serial, 4) || context.glued(first.range.start);
    let mut start = first.range.start;
    let (kind, last) = match best {
        Some((Shape::Mobile, at))
            if !(context.glued(start) || announced(Cue::Serial, 2)) || announced(Cue::Phone, 4) =>
        {
            (Kind::Phone, at)
        }
        Some((Shape::Landline, at))
            if !(announced(Cue::Serial, 2) || context.glued(start) || announced(Cue::Account, 6)) =>
        {
            (Kind::Phone, at)
        }
        Some((Shape::Resident, at)) => (Kind::IdNumber, at),
        Some((Shape::ResidentWithSlip, at)) if !serial && !announced(Cue::Account, 6) => (Kind::IdNumber, at),
        Some((Shape::Card, at)) if !serial => (Kind::Card, at),
        _ => announced_as(context, groups, cue, distance)?,
    };
    if kind == Kind::Phone {
        let before = |back: usize| start.checked_sub(back).map_or('\0', |at| context.source.folded(at));
        if matches!(before(1), '+' | '(' | '加') {
            start -= 1;
        }
    }
    Some((kind, last + 1, start))
}

/// What the nearest word says that the groups are, if they have the length for it.
fn announced_as(context: &Context, groups: &[Group], cue: Cue, distance: usize) -> Option<(Kind, usize)> {
    let first = groups.first()?;
    let (end, digits, last) = whole(groups);
    let said = groups.get(..=last)?;
    let broken = said.iter().any(|g| g.gap.corrects());
    let near = distance <= if digits >= 12 { 18 } else { 8 };
    let after = context.after(end).filter(|(_, distance)| *distance <= 6).map(|(cue, _)| cue);
    let is = |what: Cue| (cue == what && near) || (after == Some(what) && !(near && cue == Cue::Serial));
    let old = said.len() == 1 && digits == 15 && shapes::old_resident(&first.digits) && cue != Cue::Serial;
    let kind = if (is(Cue::Account) && digits >= 9) || (is(Cue::Payee) && digits >= 12) {
        Kind::Account
    } else if is(Cue::Id) && (15..=if broken { 30 } else { 20 }).contains(&digits) || old {
        Kind::IdNumber
    } else if is(Cue::Card) && digits >= 12 {
        if broken || shapes::luhn(&first.digits) { Kind::Card } else { Kind::Account }
    } else if is(Cue::Phone)
        && (7..=if broken { 26 } else { 14 }).contains(&digits)
        && phone_without_form(said, digits, distance)
    {
        Kind::Phone
    } else {
        return None;
    };
    Some((kind, last))
}

/// How far the groups can be one number: until another begins that is whole by itself. Where it ends in the text, its
/// digits, and its last group.
fn whole(groups: &[Group]) -> (usize, usize, usize) {
    let (mut end, mut digits, mut last) = (0, 0, 0);
    for (index, group) in groups.iter().enumerate() {
        let next =
            index > 0 && matches!(shapes::shape(&group.digits), Some(Shape::Mobile | Shape::Resident | Shape::Card));
        // Words of no list are part of it only where it is too short without.
        let aside = index > 0 && group.gap == Gap::Aside && (digits >= 12 || group.digits.len() < 2);
        if next || aside || group.doubtful || digits + group.digits.len() > LONGEST {
            break;
        }
        digits += group.digits.len();
        last = index;
        end = group.range.end;
    }
    (end, digits, last)
}

/// A line without its area code, or a number with a slip in it.
fn phone_without_form(said: &[Group], digits: usize, distance: usize) -> bool {
    let all: Vec<u8> = said.iter().flat_map(|g| g.digits.iter().copied()).collect();
    let local = matches!(digits, 7 | 8) && matches!(all.first(), Some(2..=8)) && distance <= 4;
    let public = matches!(all.as_slice(), [4 | 8, 0, 0, ..] | [1, 0..=2, ..]);
    !shapes::hotline(&all) && (local || digits >= 10 && !public)
}

/// What is left and too long to be a date, an amount or a code is taken for an account, unless it is announced as a
/// serial number.
fn weak(context: &Context, chain: &Chain, taken: &mut [bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let mut from = 0;
    while let Some(first) = chain.get(from) {
        let usable = |at: usize| {
            taken.get(at) == Some(&false)
                && chain.get(at).is_some_and(|g| !g.counts && !g.doubtful && !g.tens && !context.masked(&g.range))
        };
        let joined = |at: usize| at == from || chain.get(at).is_some_and(|g| matches!(g.gap, Gap::Tight | Gap::Pause));
        let count = (from..chain.len()).take_while(|at| usable(*at) && joined(*at)).count();
        let groups = chain.get(from..from + count).unwrap_or_default();
        let digits: Vec<u8> = groups.iter().flat_map(|g| g.digits.iter().copied()).collect();
        let end = groups.last().map_or(first.range.end, |g| g.range.end);
        if account_by_length(context, groups, &digits, end) {
            found.push((Kind::Account, first.range.start..end));
            taken.iter_mut().skip(from).take(count).for_each(|t| *t = true);
        }
        from += count.max(1);
    }
}

fn account_by_length(context: &Context, groups: &[Group], digits: &[u8], end: usize) -> bool {
    let Some(first) = groups.first() else { return false };
    let long = groups.len() == 1 && digits.len() >= 11 || (12..=LONGEST).contains(&digits.len());
    // Who sends text messages.
    let sender =
        digits.starts_with(&[1, 0, 6]) && context.mentions.iter().any(|m| matches!(m.cue, Cue::Code | Cue::Received));
    let named = context.source.slice(0..first.range.start).ends_with(&['号', '码']);
    let day = shapes::starts_with_a_day(digits) && digits.len() >= 12 && !named;
    if !long
        || day
        || sender
        || digits.contains(&shapes::TEN)
        || context.glued(first.range.start)
        || secrets::date(context, groups)
    {
        return false;
    }
    let cue = context.announces(first.range.start);
    // A word that has its number already says nothing of this one.
    let own = |distance: usize| {
        let between = context.source.slice(first.range.start - distance..first.range.start);
        between.iter().filter(|c| crate::numerals::digit(**c).is_some()).count() < 3
    };
    let serial =
        cue.is_some_and(|(cue, distance)| matches!(cue, Cue::Serial | Cue::Plain) && distance <= 8 && own(distance));
    let named = context.after(end).is_some_and(|(cue, distance)| cue == Cue::Serial && distance <= 4);
    !serial && !named && !numbered(context, first.range.start)
}

/// Whether a word of no list says that it is some number: 回执号, 编号, 提货单. 号码 alone may be anything's, and 账号 and 户号 are
/// accounts'.
fn numbered(context: &Context, start: usize) -> bool {
    let source = context.source;
    let mut at = start;
    while at > 0
        && start - at < 4
        && matches!(source.folded(at - 1), '是' | '为' | ':' | ' ' | '叫' | '#' | '.' | '“' | '"')
    {
        at -= 1;
    }
    let before = |back: usize| at.checked_sub(back).map_or('\0', |at| source.folded(at));
    match before(1) {
        '号' | '单' | '码' | '编' => {
            !(matches!(before(2), '账' | '帐' | '户' | '折' | '卡' | '的' | '个' | '串' | '\0')
                || before(1) == '码' && before(2) == '号')
        }
        'o' => before(2) == 'n',
        _ => false,
    }
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

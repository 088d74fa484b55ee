//! What a number is by its form (a mobile number, a card's check digit, a birth date) or by the word that announces it.

use super::super::Kind;
use super::context::Context;
use super::cues::Cue;
use super::gaps::Gap;
use super::phones;
use super::reading::{Group, run};
use super::resolve::{self, Readings};
use super::shapes::{self, Shape};

/// A number of this many digits is no account.
pub(super) const LONGEST: usize = 34;

/// The kind of the number that starts with the first group, how many groups it has and where it starts.
pub(super) fn best(context: &Context, groups: &[Group]) -> Option<(Kind, usize, usize)> {
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
        // What was said last again, perhaps with a digit put right, whatever is between.
        let again = || {
            let tail: Vec<u8> = groups.iter().take(index).flat_map(|g| g.digits.iter().copied()).collect();
            group.digits.len() > 2 && (tail.ends_with(&group.digits) || resolve::slip(&tail, &group.digits))
        };
        if index > 0 && group.gap.is_aside() && ends && (group.gap == Gap::Apart || !again()) {
            break;
        }
        // 150…吗？不是不是，是158…: another number that is whole by itself.
        if best.is_some() && group.gap.corrects() && group.digits.len() < 11 {
            let mut own = Vec::new();
            let another = groups.iter().skip(index).take(12).enumerate().any(|(at, g)| {
                let joined = at == 0 || g.gap.runs_on();
                own.extend(g.digits.iter().copied().filter(|_| joined));
                joined && matches!(shapes::shape(&own), Some(Shape::Mobile | Shape::Resident))
            });
            if another {
                break;
            }
        }
        aside |= index > 0 && group.gap.is_aside();
        readings.push(group, index.checked_sub(1).and_then(|i| groups.get(i)));
        digits += group.digits.len();
        if digits > 48 {
            break;
        }
        let Some(shape) = readings.shape() else { continue };
        // …，确认请按1: a digit behind words completes a card only where one is announced.
        let apart = groups.get(1..=index).unwrap_or_default().iter().any(|g| g.gap == Gap::Apart);
        let union_pay = matches!(digits, 16 | 19) && first.digits.starts_with(&[6, 2]);
        if apart && shape == Shape::Card && !announced(Cue::Card, 8) && !union_pay {
            continue;
        }
        let lone = index > 0 && group.gap.is_aside() && group.digits.len() == 1;
        if lone && shape == Shape::Card && !(announced(Cue::Card, 8) && matches!(digits, 16 | 19)) {
            continue;
        }
        // With unforeseen words between, a form without a check digit must not be announced as something else.
        let other =
            !matches!(cue, Cue::Phone | Cue::Id | Cue::Document | Cue::Received | Cue::Numbered | Cue::LastThree);
        let told = distance > 8 || !other;
        // Two codes of six digits beside each other.
        let halves = shape == Shape::Landline && digits == 12 && {
            let before: usize = groups
                .iter()
                .take(index + 1)
                .take_while(|g| g.range.start == first.range.start || !g.gap.is_aside())
                .map(|g| g.digits.len())
                .sum();
            before == 6
        };
        if aside && halves {
            continue;
        }
        if aside && matches!(shape, Shape::Landline | Shape::ResidentWithSlip) && !told {
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
            && groups.get(at + 1).is_some_and(|g| g.gap.runs_on())
    };
    best = best.filter(|(_, at)| !one_by_one(*at));
    if best.is_none() {
        best = phones::dialled(context, groups).map(|at| (Shape::Mobile, at));
    }
    // 1385-1234-567-8901: a mobile number that goes on in the same manner is a piece of a longer one.
    let alike = |at: usize| {
        let (Some(last), Some(next)) = (groups.get(at), groups.get(at + 1)) else { return false };
        at.checked_sub(1).and_then(|i| groups.get(i)).is_some_and(|before| {
            context.source.slice(before.range.end..last.range.start)
                == context.source.slice(last.range.end..next.range.start)
        })
    };
    let goes_on = |at: usize| {
        let Some(next) = groups.get(at + 1) else { return false };
        let same = alike(at);
        // 1367834 8510 416 7767.
        let ragged = at > 0 && next.digits.len() > 2 && digits > 13;
        (same || ragged)
            && next.gap == Gap::Tight
            && !next.doubtful
            && (next.digits.len() >= 2 || digits > 12)
            && shapes::shape(&next.digits).is_none()
    };
    // 0518 2333 8801 85282: so does a line or a card that nothing announces.
    let runs_on = |shape: Shape, at: usize| {
        let unannounced = match shape {
            Shape::Landline => !announced(Cue::Phone, 12),
            Shape::Card => !announced(Cue::Card, 12),
            _ => false,
        };
        let next = groups.get(at + 1);
        unannounced
            && next.is_some_and(|next| {
                // 0571-8765 4321-802: an extension is divided in another way.
                let extension = shape == Shape::Landline && next.digits.len() <= 4 && !alike(at);
                next.gap.runs_on()
                    && !(next.gap == Gap::Tight && extension)
                    && !next.doubtful
                    && next.digits.len() >= 2
                    && shapes::shape(&next.digits).is_none()
            })
    };
    // A line that only a correction makes, and nothing announces, is chance.
    let mended = |at: usize| groups.get(1..=at).is_some_and(|g| g.iter().any(|g| g.gap.corrects()));
    let begins = first.digits.starts_with(&[0]) || announced(Cue::Phone, 12);
    best = best.filter(|(shape, at)| begins || *shape != Shape::Landline || !mended(*at));
    best = best
        .filter(|(shape, at)| !(matches!(shape, Shape::Mobile | Shape::Card) && goes_on(*at) || runs_on(*shape, *at)));
    let broken = groups.iter().any(|g| g.gap.corrects());
    let (end, all, last) = whole(groups);
    // An identity number with a slip in it may pass for a card.
    if announced(Cue::Id, 12) && broken {
        best = best.filter(|(shape, _)| *shape != Shape::Card);
    }
    // A telephone number that only a correction makes is none where a secret is announced.
    let run_on: usize = run(groups).iter().map(|group| group.digits.len()).sum();
    let secret = matches!(cue, Cue::Password | Cue::Code | Cue::Cvn | Cue::Received) && distance <= 4;
    if secret && (broken || aside) {
        best = best.filter(|(shape, _)| match shape {
            Shape::Mobile => first.digits.starts_with(&[1]) && !matches!(run_on, 4 | 6 | 8),
            Shape::Landline => false,
            _ => true,
        });
    }
    let account = announced(Cue::Account, 6)
        || context.after(end).is_some_and(|(cue, distance)| cue == Cue::Account && distance <= 6);
    let ragged = |(shape, at): (Shape, usize)| match shape {
        // Announced as an account: a form that fits only a part of it, or only after a correction, is chance.
        Shape::Card => broken || at < last,
        Shape::Mobile => at < last && all >= 12 || broken && announced(Cue::Account, 6),
        Shape::Landline => at < last || all > 12 || announced(Cue::Account, 6),
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
            if !(announced(Cue::Serial, 2)
                || context.glued(start)
                || announced(Cue::Account, 6)
                || announced(Cue::Document, 8)) =>
        {
            (Kind::Phone, at)
        }
        Some((Shape::Resident, at)) => (Kind::IdNumber, at),
        Some((Shape::ResidentWithSlip, at)) if !serial && !announced(Cue::Account, 6) => (Kind::IdNumber, at),
        Some((Shape::Card, at)) if !serial => (Kind::Card, at),
        _ => announced_as(context, groups, cue, distance).or_else(|| phones::contacted(context, groups))?,
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
    // A secret is announced right before: what is behind speaks of something else.
    if matches!(cue, Cue::Password | Cue::Code | Cue::Cvn) && distance <= 4 && digits <= if broken { 12 } else { 8 } {
        return None;
    }
    let near = distance <= if digits >= 12 { 18 } else { 8 };
    let after = context.after(end).filter(|(_, distance)| *distance <= 6).map(|(cue, _)| cue);
    let behind = after == Some(Cue::Phone) && !(cue == Cue::Phone && near);
    // 您的信用卡由邮政寄出，邮件号……: a nearer word of no list.
    let near = near && !(distance > 2 && context.numbered(first.range.start));
    let is = |what: Cue| (cue == what && near) || (after == Some(what) && !(near && cue == Cue::Serial));
    let joined: Vec<u8> = said.iter().flat_map(|g| g.digits.iter().copied()).collect();
    let plain = said.len() == 1 || !(broken || is(Cue::Account) || is(Cue::Card) || is(Cue::Payee));
    let old = digits == 15 && plain && shapes::old_resident(&joined) && cue != Cue::Serial;
    let account = cue == Cue::Account && distance <= 3 || after == Some(Cue::Account);
    let kind = if old && !account {
        Kind::IdNumber
    } else if (is(Cue::Account) && digits >= 9) || (is(Cue::Payee) && digits >= 12) {
        Kind::Account
    } else if (is(Cue::Id) || is(Cue::Document) && digits >= 17)
        && (15..=if broken { 30 } else { 20 }).contains(&digits)
    {
        Kind::IdNumber
    } else if is(Cue::Card) && digits >= 12 {
        if broken || shapes::luhn(&first.digits) { Kind::Card } else { Kind::Account }
    } else if is(Cue::Phone)
        && (7..=if broken { 26 } else { 14 }).contains(&digits)
        && phones::announced(context, said, distance, behind)
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
        // 写成……，应该是……: the whole number again.
        let rest: usize = groups.iter().skip(index).take(20).map(|g| g.digits.len()).sum();
        let before = index.checked_sub(1).and_then(|i| groups.get(i)).map_or(0, |g| g.digits.len());
        let again = group.gap.corrects() && digits >= 12 && rest >= 12 && before != group.digits.len();
        let mends = group.gap.corrects() && group.digits.len() <= 8 && digits + group.digits.len() <= 30;
        // Words of no list are part of it only where it is too short without.
        let aside = index > 0
            && group.gap.is_aside()
            && !mends
            && (digits + group.digits.len() > 21
                || matches!(digits, 15 | 18 | 19) && group.digits.len() > 4
                || digits >= 16 && group.digits.len() > 5
                || group.digits.len() < 2 && !(digits >= 12 && group.range.start - end <= 4));
        // 五七三户名: the last one of a longer piece is a digit although a word begins with it; 一下 and 两个 are words.
        let claimed = group.doubtful
            && !(group.gap == Gap::Tight
                && !matches!(group.digits.as_slice(), [1 | 2])
                && index.checked_sub(1).and_then(|i| groups.get(i)).is_some_and(|g| g.digits.len() > 1));
        if next || group.gap == Gap::Apart || aside || again || claimed || digits + group.digits.len() > LONGEST {
            break;
        }
        digits += group.digits.len();
        last = index;
        end = group.range.end;
    }
    (end, digits, last)
}

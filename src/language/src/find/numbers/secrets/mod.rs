//! Secrets: what is printed on the back of a card, passwords, and codes that came by text message (C3 of JR/T 0171).
//!
//! They have no form of their own: three to eight digits or a made-up word. The nearest word that speaks of a secret
//! decides, before the number or behind it, unless a nearer word says that it is something else.

mod topic;
mod unannounced;
mod written;

use std::ops::Range;

use super::super::Kind;
use super::super::source::is_han;
use super::context::Context;
use super::cues::{Cue, Mention};
use super::gaps::Gap;
use super::reading::{Chain, Group};
use super::shapes;
use crate::numerals::digit;
pub(super) use topic::date;
use topic::{called, of_a_number, of_a_token, said_or_typed, speaks_of_the_back};
use unannounced::{by_the_back, by_topic, conveyed, has_digits};
pub(super) use written::written;

/// No secret has more pieces.
const MOST: usize = 40;

/// Secrets in digits, among the groups that are not taken.
pub(super) fn spoken(context: &Context, chain: &Chain, taken: &mut [bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let back = context.names_the_back();
    let mut from = 0;
    while from < chain.len() {
        let usable = |at: usize| {
            taken.get(at) == Some(&false)
                && chain
                    .get(at)
                    .is_some_and(|g| !g.counts && !g.doubtful && g.digits.len() <= 12 && !context.masked(&g.range))
        };
        let mut count = (from..chain.len()).take(MOST).take_while(|at| usable(*at)).count();
        // A word between may say that what follows is something else.
        let groups = chain.get(from..from + count).unwrap_or_default();
        let announced = groups.first().and_then(|first| context.announces(first.range.start));
        let of_the_back = matches!(announced, Some((Cue::Cvn | Cue::LastThree, _)));
        let whole: usize = groups.iter().map(|g| g.digits.len()).sum();
        let (mut digits, mut said) = (0, Vec::new());
        let cut = groups.windows(2).position(|pair| {
            let [a, b] = pair else { return false };
            digits += a.digits.len();
            said.extend(a.digits.iter().copied());
            // 七。七。五。二，听清了吗？7752: the same again.
            let between = context.source.slice(a.range.end..b.range.start);
            let again = (4..=8).contains(&digits) && said == b.digits && (b.gap.is_aside() || between.contains(&'?'));
            // Words of no list may stand inside a secret that is not whole yet.
            let together = digits + b.digits.len();
            let inside =
                if of_the_back { digits < 3 && together <= 4 } else { digits <= 4 && matches!(together, 4 | 6 | 8) };
            // 第一次的是……，第二次是……: another one.
            let another = between.iter().any(|c| matches!(c, '第' | '又' | '新' | '次'));
            // 中间四位 between pieces says which they are.
            let says = |m: &Mention| match m.cue {
                Cue::Received | Cue::Numbered => false,
                Cue::LastThree => !b.gap.runs_on(),
                _ => true,
            };
            let rest = whole - digits;
            let back = of_the_back || digits == 3 && back;
            again
                || separate(context, digits, rest, back, a, b)
                || b.gap == Gap::Apart
                || b.gap == Gap::Aside && (another || !inside)
                || context.within(a.range.end..b.range.start).iter().any(says)
        });
        if let Some(cut) = cut {
            count = cut + 1;
        }
        let groups = chain.get(from..from + count).unwrap_or_default();
        let whole = groups.len() == chain.len();
        // 8110-197586977665457: the beginning of a longer number.
        let begins = |next: &Group| next.gap == Gap::Tight && next.digits.len() > 8;
        let begins = chain.get(from + count).is_some_and(begins);
        if !begins
            && let Some(kind) = secret(context, groups, whole)
            && let (Some(first), Some(last)) = (groups.first(), groups.last())
        {
            let digits: usize = groups.iter().map(|g| g.digits.len()).sum();
            // 九八一对不对: the one that a word claims belongs to the secret where it lacks a digit.
            let short = matches!((kind, digits), (Kind::Cvn, 2) | (Kind::Password | Kind::VerificationCode, 3 | 5));
            let more = chain.get(from + count).filter(|g| short && g.doubtful);
            found.push((kind, first.range.start..more.map_or(last.range.end, |g| g.range.end)));
            super::take(taken, from, count);
        }
        from += count.max(1);
    }
}

/// Whether the digits are money that is taken out or in, or a path: 取8100, -0114.
fn taken_out(context: &Context, start: usize, end: usize) -> bool {
    let source = context.source;
    let path = source.slice(start.saturating_sub(3)..start) == ['i', 'd', '='];
    // 报990015: what a machine answers. 我报482913 is told.
    let answer = source.before(start) == '报'
        && !start.checked_sub(2).is_some_and(|at| matches!(source.folded(at), '我' | '他' | '她' | '你' | '您' | '只'));
    let verb = matches!(
        source.before(start),
        '退' | '欠' | '罚' | '赔' | '取' | '转' | '存' | '花' | '付' | '还' | '充' | '扣' | '提' | '借' | '-'
    ) && !matches!(context.before(start), Some((_, 0)));
    // 不能用123456, 比如345678: an example, or what is forbidden.
    let lead = source.slice(0..start);
    let lead = lead.strip_suffix(&['是']).or(lead.strip_suffix(&['用'])).or(lead.strip_suffix(&['设'])).unwrap_or(lead);
    let example = [['不', '能'], ['比', '如'], ['例', '如'], ['不', '要'], ['譬', '如']].iter().any(|word| lead.ends_with(word))
        || lead.ends_with(&['别'])
        // 像888888这样的, not 好像 and 像是.
        || source.before(start) == '像' && matches!(source.before(start - 1), '\0' | ',' | '。' | ' ');
    verb || path || answer || example || source.slice(end..end + 1) == ['x']
}

/// Whether one secret ends with `a`, `digits` long, and `b` begins another: one is said again as a whole, or instead.
/// `rest`: how many digits are left. `back`: they may be the three of a card.
fn separate(context: &Context, digits: usize, rest: usize, back: bool, a: &Group, b: &Group) -> bool {
    let between = context.source.slice(a.range.end..b.range.start);
    let other = between.iter().any(|c| matches!(c, '遍' | '或' | '要' | '另' | '又' | '旧' | '新' | '改' | '换'));
    let length = digits == 3 && back || matches!(digits, 6 | 8);
    let same = length && (b.digits.len() == digits || rest == digits) && b.gap != Gap::Tight;
    // 2，0，8，8，9，2，4，……: digits that are said one by one end nowhere.
    let one_by_one = a.digits.len() == 1 && b.digits.len() == 1 && b.gap.runs_on();
    same && !one_by_one || (4..=8).contains(&digits) && other
}

/// What secret the groups are, if they are one. `whole`: no other digits stand beside them.
fn secret(context: &Context, groups: &[Group], whole: bool) -> Option<Kind> {
    let (first, last) = (groups.first()?, groups.last()?);
    let digits: Vec<u8> = groups.iter().flat_map(|g| g.digits.iter().copied()).collect();
    if digits.contains(&shapes::TEN)
        || called(context, &digits, first.range.start..last.range.end)
        || date(context, groups)
        || context.glued(first.range.start)
        || taken_out(context, first.range.start, last.range.end)
    {
        return None;
    }
    let corrected = groups.iter().any(|g| g.gap.corrects());
    let repeated = groups.len() > 1 && groups.windows(2).all(|p| matches!(p, [a, b] if a.digits == b.digits));
    let most = if corrected || repeated { 24 } else { 14 };
    let long = (if lacks_one(context, last) { 3 } else { 4 }..=most).contains(&digits.len());
    let card = (if lacks_one(context, last) { 2 } else { 3 }..=if corrected || repeated { 9 } else { 4 })
        .contains(&digits.len());
    // Nobody chooses five or seven digits, so that something must say that they are a secret.
    let before = context.announces(first.range.start);
    let odd = groups.len() == 1
        && matches!(digits.len(), 5 | 7)
        && !matches!(before, Some((Cue::Password, distance)) if distance <= 6);
    let code = digits.len() <= 8 || groups.len() > 1 && has_digits(groups, |digits| digits <= 8);
    let fits = |cue: Cue| match cue {
        Cue::Cvn if card => Some(Kind::Cvn),
        Cue::LastThree
            if card
                && (speaks_of_the_back(context)
                    || has_digits(groups, |digits| digits == 3) && !of_a_number(context, first.range.start)) =>
        {
            Some(Kind::Cvn)
        }
        Cue::Password if long && !odd => Some(Kind::Password),
        Cue::Code if long && code => Some(if of_a_token(context) { Kind::Password } else { Kind::VerificationCode }),
        // Six digits are a code for nearly everybody.
        Cue::Received if long && code => {
            said_or_typed(context).or(has_digits(groups, |digits| digits == 6).then_some(Kind::VerificationCode))
        }
        _ => None,
    };
    // 不是密码，是房间号1014: a word of no list is nearer.
    if before.is_some_and(|(_, distance)| distance > 2) && context.numbered(first.range.start) {
        return None;
    }
    let other = matches!(before, Some((Cue::Serial | Cue::Plain, distance)) if distance <= 3);
    let after = context.after(last.range.end).filter(|(cue, _)| !(other && *cue == Cue::Received));
    // 编号 and 序号 are announced, and what is behind the point of an amount is part of it.
    let numbered = context
        .last_before(first.range.start, &[])
        .filter(|m| m.cue == Cue::Numbered && first.range.start - m.range.end <= 1);
    let serial = numbered
        .is_some_and(|m| matches!(context.source.slice(m.range.clone()), ['编', '号'] | ['序', '号'] | ['编', '码']));
    let amount =
        context.source.folded(last.range.end) == '.' && digit(context.source.folded(last.range.end + 1)).is_some();
    if serial || amount {
        return None;
    }
    // 四十八 二十九 十三, and what looks like a decimal, are secrets only of the usual lengths and where one is announced.
    let tens = groups.iter().any(|g| g.tens);
    if tens && digits.len() > 4 && !matches!(digits.len(), 6 | 8) {
        return None;
    }
    if groups.iter().any(|g| g.decimal) || tens && digits.len() < 6 {
        let near = |cue: Option<(Cue, usize)>, within: usize| cue.filter(|(_, distance)| *distance <= within);
        let within = if groups.iter().any(|g| g.decimal) { 4 } else { 24 };
        let received = context.before_but(first.range.start, &[Cue::Numbered]).filter(|(cue, _)| *cue == Cue::Received);
        let (cue, _) = near(before, within).or(near(received, within)).or(near(after, 4))?;
        return fits(cue).filter(|kind| *kind == Kind::Cvn || matches!(digits.len(), 4 | 6 | 8));
    }
    // 忘记密码，给我手机发了一串……: what came by message is nearer than the word for a password.
    if let Some(Mention { cue: Cue::Received, range }) = context.last_before(first.range.start, &[Cue::Numbered])
        && first.range.start - range.end <= 4
        && context.source.slice(range.clone()).iter().any(|c| matches!(c, '发' | '收' | '来' | '跳'))
        && matches!(before, Some((Cue::Password, 7..) | (Cue::Phone, 2..)))
        && long
        && code
    {
        return Some(Kind::VerificationCode);
    }
    if let Some((cue, distance)) = after
        && let Some(kind) = fits(cue)
        && before.is_none_or(|(cue, before)| before > distance + 2 || fits(cue).is_none())
        && !(distance > 3 && before.is_some_and(|(cue, distance)| cue == Cue::Plain && distance <= 2))
        && !(matches!(before, Some((Cue::Plain | Cue::Serial, 0 | 1)))
            && !matches!(context.source.before(first.range.start), '概' | '约')
            && !context.source.slice(last.range.end..last.range.end + distance).contains(&'是'))
    {
        return Some(kind);
    }
    // 三位数的码: a code of three digits.
    if digits.len() == 3 && matches!(before, Some((Cue::Code, distance)) if distance <= 8) {
        let card = context.before_but(first.range.start, &[Cue::Numbered, Cue::Code]);
        let near = card.is_some_and(|(cue, distance)| matches!(cue, Cue::LastThree | Cue::Cvn) && distance <= 16);
        let of_a_card = card.is_none_or(|(cue, _)| cue == Cue::Card) && context.source.folded.contains(&'卡');
        return (near || of_a_card).then_some(Kind::Cvn);
    }
    let received = || {
        let (cue, distance) = context.before_but(first.range.start, &[Cue::Numbered])?;
        let at = first.range.start - distance;
        let word = context.last_before(first.range.start, &[Cue::Numbered]).map_or(at, |m| m.range.start);
        let amount = matches!(context.before(word), Some((Cue::Plain | Cue::Serial, 0 | 1)));
        if cue != Cue::Received || distance > 12 || amount {
            return None;
        }
        let conveyed = || conveyed(context, word, groups, distance);
        if said_or_typed(context).is_some() { fits(cue).or_else(conveyed) } else { conveyed().or_else(|| fits(cue)) }
    };
    match before {
        None => context.later(last.range.end).and_then(fits).or_else(received),
        Some(before) => by_the_word_before(context, first, &digits, before, fits).or_else(received),
    }
    .or_else(|| {
        // 生日呗961128，家里卡都这个密码.
        let birthday = context.source.slice(0..first.range.start).ends_with(&['生', '日'])
            || matches!(before, Some((Cue::Plain, 1..=2)))
                && context
                    .source
                    .slice(first.range.start.saturating_sub(4)..first.range.start)
                    .starts_with(&['生', '日']);
        birthday.then(|| context.later(last.range.end)).flatten().filter(|cue| *cue == Cue::Password).and_then(fits)
    })
    .or_else(|| by_topic(context, groups, whole))
    .or_else(|| by_the_back(context, groups, &digits))
}

/// What secret the nearest word before the digits makes of them.
fn by_the_word_before(
    context: &Context,
    first: &Group,
    digits: &[u8],
    before: (Cue, usize),
    fits: impl Fn(Cue) -> Option<Kind>,
) -> Option<Kind> {
    match before {
        (cue, distance) if distance <= 40 && fits(cue).is_some() => fits(cue),
        // The three digits are of another length than the nearest word has, or it is a word such as 三位.
        (Cue::Cvn, distance) if distance <= 4 && (5..=8).contains(&digits.len()) => {
            // 安全密码 and 卡验证码 of six digits are none of a card.
            let word = context.last_before(first.range.start, &[Cue::Numbered])?;
            let word = context.source.slice(word.range.clone());
            match word.last() {
                Some('码') if word.contains(&'密') => Some(Kind::Password),
                Some('码' | '碼' | '值') => Some(Kind::VerificationCode),
                _ => {
                    let ignore = [Cue::Numbered, Cue::LastThree, Cue::Cvn];
                    let (cue, distance) = context.before_but(first.range.start, &ignore)?;
                    (distance <= 30).then(|| fits(cue)).flatten()
                }
            }
        }
        (Cue::LastThree | Cue::Cvn, distance) if distance <= 8 => {
            let (cue, distance) = context.before_but(first.range.start, &[Cue::Numbered, Cue::LastThree, Cue::Cvn])?;
            (distance <= 30).then(|| fits(cue)).flatten()
        }
        // 背面末三位，您输入的是……: a password is longer.
        (Cue::Password | Cue::Code, _) if digits.len() == 3 => {
            let ignore = [Cue::Numbered, Cue::Password, Cue::Code, Cue::Received];
            let (cue, distance) = context.before_but(first.range.start, &ignore)?;
            (matches!(cue, Cue::Cvn | Cue::LastThree) && distance <= 20).then_some(Kind::Cvn)
        }
        // 密码就是我的生日……
        (Cue::Plain, distance)
            if distance <= 3 && context.source.slice(0..first.range.start - distance).ends_with(&['生', '日']) =>
        {
            let (cue, distance) = context.before_but(first.range.start, &[Cue::Numbered, Cue::Plain])?;
            (distance <= 12).then(|| fits(cue)).flatten()
        }
        // 密码是身份证后六位……
        (Cue::Plain, distance) if distance <= 1 && (4..=8).contains(&digits.len()) => {
            let (cue, distance) =
                context.before_but(first.range.start, &[Cue::Numbered, Cue::Plain, Cue::Id, Cue::Phone, Cue::Card])?;
            let between = context.source.slice(first.range.start - distance..first.range.start);
            let is = between.iter().take(3).any(|c| matches!(c, '是' | '设' | '改' | '为' | '用'));
            (distance <= 12 && is).then(|| fits(cue)).flatten()
        }
        // 验证码稍等我看下手机……
        (Cue::Phone, _)
            if matches!(digits.len(), 4 | 6) && context.source.slice(0..first.range.start).ends_with(&['手', '机']) =>
        {
            let (cue, distance) = context.before_but(first.range.start, &[Cue::Numbered, Cue::Phone])?;
            (cue == Cue::Code && distance <= 14).then_some(Kind::VerificationCode)
        }
        // 密码是……，银行卡的是……: no card has so few digits.
        (Cue::Card | Cue::Account, distance)
            if (1..=3).contains(&distance)
                && digits.len() <= 8
                && matches!(context.source.before(first.range.start - distance), '卡' | '折' | '户') =>
        {
            let (cue, distance) = context.before_but(first.range.start, &[Cue::Numbered, Cue::Card, Cue::Account])?;
            (distance <= 24).then(|| fits(cue)).flatten()
        }
        // 卡号……，密码不对，我输的是……: the words between are of no number.
        (Cue::Card | Cue::Phone | Cue::Account | Cue::Payee | Cue::Id, distance) if distance > 2 => {
            let ignore = [Cue::Numbered, Cue::Card, Cue::Phone, Cue::Account, Cue::Payee, Cue::Id];
            let (cue, distance) = context.before_but(first.range.start, &ignore)?;
            (distance <= 20).then(|| fits(cue)).flatten()
        }
        _ => None,
    }
}

/// Whether a numeral follows that the dictionary takes for the start of a word, as the last one of 九八一对.
fn lacks_one(context: &Context, last: &Group) -> bool {
    let source = context.source;
    let next = (last.range.end..source.len()).take(3).find(|at| !matches!(source.folded(*at), ' ' | ',' | '、'));
    next.is_some_and(|at| is_han(source.folded(at)) && digit(source.folded(at)).is_some() && source.in_a_word(at))
}

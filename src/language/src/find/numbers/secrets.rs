//! Secrets: what is printed on the back of a card, passwords, and codes that came by text message (C3 of JR/T 0171).
//!
//! They have no form of their own: three to eight digits or a made-up word. The nearest word that speaks of a secret
//! decides, before the number or behind it, unless a nearer word says that it is something else.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::Kind;
use super::super::source::is_han;
use super::super::words::Words;
use super::Context;
use super::cues::{Cue, Mention};
use super::reading::{Chain, Gap, Group};
use super::shapes;
use crate::numerals::digit;

/// Secrets in digits, among the groups that are not taken.
pub(super) fn spoken(context: &Context, chain: &Chain, taken: &mut [bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let mut from = 0;
    while from < chain.len() {
        let usable = |at: usize| {
            taken.get(at) == Some(&false)
                && chain.get(at).is_some_and(|g| {
                    !g.counts && !g.doubtful && !g.tens && g.digits.len() <= 12 && !context.masked(&g.range)
                })
        };
        let mut count = (from..chain.len()).take_while(|at| usable(*at)).count();
        // A word between may say that what follows is something else.
        let groups = chain.get(from..from + count).unwrap_or_default();
        let announced = groups.first().and_then(|first| context.announces(first.range.start));
        let of_the_back = matches!(announced, Some((Cue::Cvn | Cue::LastThree, _)));
        let mut digits = 0;
        let cut = groups.windows(2).position(|pair| {
            let [a, b] = pair else { return false };
            digits += a.digits.len();
            // Words of no list may stand inside a secret that is not whole yet.
            let together = digits + b.digits.len();
            let inside =
                if of_the_back { digits < 3 && together <= 4 } else { digits <= 4 && matches!(together, 4 | 6 | 8) };
            // 第一次的是……，第二次是……: another one.
            let another =
                context.source.slice(a.range.end..b.range.start).iter().any(|c| matches!(c, '第' | '又' | '新' | '次'));
            let between = |m: &Mention| m.range.start >= a.range.end && m.range.end <= b.range.start;
            let says = |m: &Mention| !matches!(m.cue, Cue::Received | Cue::Numbered);
            b.gap == Gap::Aside && (another || !inside) || context.mentions.iter().any(|m| between(m) && says(m))
        });
        if let Some(cut) = cut {
            count = cut + 1;
        }
        let groups = chain.get(from..from + count).unwrap_or_default();
        if let Some(kind) = secret(context, groups)
            && let (Some(first), Some(last)) = (groups.first(), groups.last())
        {
            let digits: usize = groups.iter().map(|g| g.digits.len()).sum();
            // 九八一对不对: the one that a word claims belongs to the secret where it lacks a digit.
            let short = matches!((kind, digits), (Kind::Cvn, 2) | (Kind::Password | Kind::VerificationCode, 3 | 5));
            let more = chain.get(from + count).filter(|g| short && g.doubtful);
            found.push((kind, first.range.start..more.map_or(last.range.end, |g| g.range.end)));
            taken.iter_mut().skip(from).take(count).for_each(|t| *t = true);
        }
        from += count.max(1);
    }
}

/// What secret the groups are, if they are one.
fn secret(context: &Context, groups: &[Group]) -> Option<Kind> {
    let (first, last) = (groups.first()?, groups.last()?);
    let digits: Vec<u8> = groups.iter().flat_map(|g| g.digits.iter().copied()).collect();
    if digits.contains(&shapes::TEN)
        || called(context, &digits, first.range.start..last.range.end)
        || date(context, groups)
        || context.glued(first.range.start)
    {
        return None;
    }
    let corrected = groups.iter().any(|g| g.gap.corrects());
    let repeated = groups.len() > 1 && groups.windows(2).all(|p| matches!(p, [a, b] if a.digits == b.digits));
    let most = if corrected || repeated { 24 } else { 14 };
    let long = (if lacks_one(context, last) { 3 } else { 4 }..=most).contains(&digits.len());
    let card = (if lacks_one(context, last) { 2 } else { 3 }..=if corrected || repeated { 9 } else { 4 })
        .contains(&digits.len());
    let fits = |cue: Cue| match cue {
        Cue::Cvn if card => Some(Kind::Cvn),
        Cue::LastThree
            if card
                && (speaks_of_the_back(context) || digits.len() == 3 && !of_a_number(context, first.range.start)) =>
        {
            Some(Kind::Cvn)
        }
        Cue::Password if long => Some(Kind::Password),
        Cue::Code if long => Some(Kind::VerificationCode),
        Cue::Received if long => said_or_typed(context),
        _ => None,
    };
    let before = context.announces(first.range.start);
    let after = context.after(last.range.end);
    if let Some((cue, distance)) = after
        && let Some(kind) = fits(cue)
        && before.is_none_or(|(cue, before)| before > distance + 2 || fits(cue).is_none())
        && !(distance > 3 && before.is_some_and(|(cue, distance)| cue == Cue::Plain && distance <= 2))
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
        (cue == Cue::Received && distance <= 12).then(|| fits(cue)).flatten()
    };
    match before {
        None => context.later(last.range.end).and_then(fits).or_else(received),
        Some(before) => by_the_word_before(context, first, &digits, before, fits).or_else(received),
    }
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
        (Cue::LastThree | Cue::Cvn, distance) if distance <= 8 => {
            let (cue, distance) = context.before_but(first.range.start, &[Cue::Numbered, Cue::LastThree, Cue::Cvn])?;
            (distance <= 30).then(|| fits(cue)).flatten()
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
        // 卡号……，密码不对，我输的是……: the words between are of no number.
        (Cue::Card | Cue::Phone | Cue::Account | Cue::Payee | Cue::Id, distance) if distance > 2 => {
            let ignore = [Cue::Numbered, Cue::Card, Cue::Phone, Cue::Account, Cue::Payee, Cue::Id];
            let (cue, distance) = context.before_but(first.range.start, &ignore)?;
            (distance <= 20).then(|| fits(cue)).flatten()
        }
        _ => None,
    }
}

/// What secret is received, typed or told, by what the text is about: messages and codes, or logging in and paying.
fn said_or_typed(context: &Context) -> Option<Kind> {
    let speaks =
        |words: &[&[char]]| words.iter().any(|word| context.source.folded.windows(word.len()).any(|w| w == *word));
    let message: [&[char]; 9] = [
        &['短', '信'],
        &['验', '证'],
        &['动', '态'],
        &['过', '期'],
        &['失', '效'],
        &['收', '到'],
        &['发', '来'],
        &['校', '验'],
        &['码'],
    ];
    let password: [&[char]; 8] = [
        &['密'],
        &['口', '令'],
        &['登', '录'],
        &['登', '陆'],
        &['取', '款'],
        &['取', '钱'],
        &['a', 't', 'm'],
        &['u', '盾'],
    ];
    if speaks(&password) && !speaks(&[&['短', '信'], &['验', '证'], &['动', '态']]) {
        Some(Kind::Password)
    } else {
        speaks(&message).then_some(Kind::VerificationCode)
    }
}

/// Whether 后三位 are the last of a number that the text names: 卡号后三位.
fn of_a_number(context: &Context, start: usize) -> bool {
    let end = context.mentions.partition_point(|m| m.range.end <= start);
    let Some([.., whole, part]) = context.mentions.get(..end) else { return false };
    part.cue == Cue::LastThree
        && matches!(context.source.folded(part.range.start), '后' | '末' | '最')
        && part.range.start.saturating_sub(whole.range.end) <= 2
        && matches!(whole.cue, Cue::Card | Cue::Phone | Cue::Id | Cue::Account | Cue::Serial | Cue::Document)
}

/// Whether a numeral follows that the dictionary takes for the start of a word, as the last one of 九八一对.
fn lacks_one(context: &Context, last: &Group) -> bool {
    let source = context.source;
    let next = (last.range.end..source.len()).take(3).find(|at| !matches!(source.folded(*at), ' ' | ',' | '、'));
    next.is_some_and(|at| is_han(source.folded(at)) && digit(source.folded(at)).is_some() && source.in_a_word(at))
}

/// Whether the text is about what is printed on a card: then 后三位 are the three digits of its back.
fn speaks_of_the_back(context: &Context) -> bool {
    if context.mentions.iter().any(|m| m.cue == Cue::Cvn) {
        return true;
    }
    let words = |c: &[char]| {
        matches!(
            c,
            ['背', ..]
                | ['签', '名' | '字']
                | ['后', '边' | '面' | '头']
                | ['翻', '过' | '到']
                | ['卡', '后' | '背']
                | ['斜', '体']
                | ['安', '全']
                | ['反', '面']
                | ['有', '效']
                | ['c', 'v']
        )
    };
    context.source.folded.windows(2).any(words)
}

/// A public line, or the number that a text message came from: 来自10690000, 95588发来的.
fn called(context: &Context, digits: &[u8], range: Range<usize>) -> bool {
    let source = context.source;
    let sends = matches!(source.folded(range.end), '发' | '打' | '来' | '客' | '热' | '的' | '给');
    let from = matches!(source.before(range.start), '自' | '从' | '由' | '到' | '打');
    let sender = digits.len() >= 7 && digits.starts_with(&[1, 0, 6]);
    sender && (from || sends) || shapes::hotline(digits) && (digits.len() == 10 || digits.len() == 5 && (sends || from))
}

/// 2026-11-21 and 2026.3.1.
pub(super) fn date(context: &Context, groups: &[Group]) -> bool {
    let year = |g: &Group| g.digits.len() == 4 && matches!(g.digits.as_slice(), [1, 9, ..] | [2, 0, ..]);
    let joined = |a: &Group, b: &Group| {
        let between = context.source.slice(a.range.end..b.range.start);
        matches!(between, ['-' | '.' | '/' | ' '])
    };
    match groups {
        [y, m, d, ..] => year(y) && m.digits.len() <= 2 && d.digits.len() <= 2 && joined(y, m) && joined(m, d),
        _ => false,
    }
}

/// Secrets with letters: Abc@1234, zhang8899, 大写A小写b一二三.
pub(super) fn written(context: &Context, free: &[bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let source = context.source;
    let mut at = 0;
    while at < source.len() {
        let Some(word) = word(context, free, at) else {
            at += 1;
            continue;
        };
        at = word.end;
        let (letters, digits) = (
            source.slice(word.clone()).iter().filter(|c| c.is_ascii_alphabetic()).count(),
            source.slice(word.clone()).iter().filter(|c| digit(**c).is_some()).count(),
        );
        let symbols = source
            .slice(word.clone())
            .iter()
            .filter(|c| matches!(c, '@' | '#' | '$' | '!' | '&' | '*' | '_' | '%'))
            .count();
        let mixed = letters > 0 && (digits >= 2 || symbols > 0 && letters + digits >= 4);
        if word.len() < 4 || (letters == 0) || source.slice(word.clone()).windows(2).any(|w| w == ['*', '*']) {
            continue;
        }
        let before =
            context.before_but(word.start, &[Cue::Numbered, Cue::Received]).or_else(|| context.before(word.start));
        let after = context.after(word.end);
        let direct = before
            .is_some_and(|(_, distance)| source.slice(word.start - distance..word.start).iter().all(leads_to_a_value));
        let kind = match (before, after) {
            // An English word behind 密码 is one of the sentence, unless something says that it is the value.
            (Some((Cue::Password, distance)), _)
                if direct
                    && (mixed
                        || digits > 0
                        || distance == 0 && is_han(source.before(word.start)) && letters >= 5
                        || source.slice(word.start - distance..word.start).iter().any(|c| !c.is_whitespace())) =>
            {
                Kind::Password
            }
            (Some((Cue::Password, distance)), _) if mixed && distance <= 16 => Kind::Password,
            // 密码是名字拼音加生日，……: what is between is of no number.
            (Some((Cue::Card | Cue::Phone | Cue::Account | Cue::Payee | Cue::Plain | Cue::Id, distance)), _)
                if mixed
                    && distance > 0
                    && context
                        .before_but(
                            word.start,
                            &[Cue::Numbered, Cue::Card, Cue::Phone, Cue::Account, Cue::Payee, Cue::Plain, Cue::Id],
                        )
                        .is_some_and(|(cue, distance)| cue == Cue::Password && distance <= 20) =>
            {
                Kind::Password
            }
            (Some((Cue::Received, distance)), _)
                if mixed && distance <= 10 && said_or_typed(context) == Some(Kind::Password) =>
            {
                Kind::Password
            }
            (Some((Cue::Code | Cue::Received, distance)), _)
                if digits > 0 && symbols == 0 && (direct || distance <= 10) && (4..=8).contains(&word.len()) =>
            {
                Kind::VerificationCode
            }
            (_, Some((Cue::Password, distance))) if mixed && distance <= 5 && !goes_on(context, word.end) => {
                Kind::Password
            }
            (_, Some((Cue::Code, distance)))
                if digits > 0
                    && symbols == 0
                    && distance <= 6
                    && (4..=8).contains(&word.len())
                    && !goes_on(context, word.end) =>
            {
                Kind::VerificationCode
            }
            _ => continue,
        };
        found.push((kind, word));
    }
}

/// Whether the word for a secret behind `at` announces another value: 用户名abc12，密码……
fn goes_on(context: &Context, at: usize) -> bool {
    let next = context.mentions.partition_point(|m| m.range.start < at);
    let Some(mention) = context.mentions.get(next) else { return false };
    let behind = |skip: usize| context.source.folded(mention.range.end + skip);
    matches!(behind(0), ':' | '是' | '为' | '*')
        || behind(0).is_ascii_alphanumeric()
        || behind(0) == ' ' && behind(1).is_ascii_alphanumeric()
}

/// What stands between 密码 and the secret itself: 是, 设成, a colon, a quotation mark.
fn leads_to_a_value(c: &char) -> bool {
    matches!(
        c,
        '是' | '为'
            | ':'
            | '='
            | ' '
            | '"'
            | '\''
            | '“'
            | '”'
            | '「'
            | '‘'
            | '設'
            | '设'
            | '成'
            | '改'
            | '叫'
            | '就'
            | '了'
            | '用'
            | '的'
            | '：'
            | '，'
            | ','
            | '置'
            | '应'
            | '该'
            | '换'
            | '输'
            | '('
            | '（'
            | '呢'
            | '啊'
            | '嗯'
    )
}

/// A run of letters, digits and signs as one types a password, and of words for them as one says it.
fn word(context: &Context, free: &[bool], start: usize) -> Option<Range<usize>> {
    let source = context.source;
    let typed = |at: usize| {
        free.get(at) == Some(&true)
            && matches!(source.str(&(at..at + 1)).as_bytes(), [b'!'..=b'~'])
            && !matches!(source.folded(at), ',' | ';' | ':' | '?' | '(' | ')' | '"' | '\'')
            && !context.mentions.iter().any(|m| m.range.contains(&at))
    };
    let begins = |at: usize| typed(at) && source.folded(at).is_ascii_alphanumeric();
    let said = |at: usize| SAID.at(&source.folded, at).map(|(length, ())| length);
    let numeral = |at: usize| {
        is_han(source.folded(at))
            && digit(source.folded(at)).is_some()
            && !source.in_a_word(at)
            && free.get(at) == Some(&true)
    };
    let case = |at: usize| matches!(source.folded(at), '大' | '小') && said(at).is_some();
    let before = start.checked_sub(1).map(|at| source.folded(at));
    // "code is 2222": a word of the sentence.
    let is = matches!(source.slice(start..start + 3), ['i' | 'a', 's', ' ']);
    if is || !(begins(start) || case(start)) || before.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let (mut at, mut end) = (start, start);
    let mut single_letters = true;
    while at < source.len() && at - start < 60 {
        if typed(at) {
            single_letters &= end < at || end == start;
            at += 1;
            end = at;
        } else if let Some(length) = said(at) {
            at += length;
            if !case(at - length) {
                end = at;
            }
        } else if numeral(at) {
            at += 1;
            end = at;
        } else {
            // A pause, where a word for a sign, a single letter or numerals follow.
            let next = (at..source.len()).take(3).find(|at| !matches!(source.folded(*at), ' ' | ',' | '、'))?;
            let single = |at: usize| typed(at) && !typed(at + 1);
            // abc，123: letters, then digits that are no number of their own.
            let digits = (next..source.len()).take_while(|at| source.folded(*at).is_ascii_digit()).count();
            let letters_only = source.slice(start..end).iter().all(char::is_ascii_alphabetic);
            let rest = letters_only
                && (2..=8).contains(&digits)
                && !source.folded(next + digits).is_ascii_alphabetic()
                && !is_unit(source.folded(next + digits));
            let letters = single_letters
                || source.slice(start..end).iter().all(|c| !c.is_ascii_alphanumeric())
                || said(next).is_some();
            if next > at
                && (said(next).is_some()
                    || single(next) && letters
                    || rest
                    || numeral(next) && digit(source.folded(next + 1)).is_some())
            {
                at = next;
            } else {
                break;
            }
        }
    }
    // The full stop of the sentence is no part of it.
    while end > start && matches!(source.folded(end - 1), '.' | ',' | ';' | '?' | ':' | ')' | '"' | '\'') {
        end -= 1;
    }
    (end > start).then_some(start..end)
}

/// What a count or an amount is followed by.
fn is_unit(c: char) -> bool {
    matches!(
        c,
        '元' | '块'
            | '万'
            | '次'
            | '位'
            | '分'
            | '秒'
            | '天'
            | '年'
            | '月'
            | '日'
            | '号'
            | '点'
            | '%'
            | '个'
            | ':'
            | '.'
    )
}

/// What is said for the case of a letter and for signs.
static SAID: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "大写 大写的 大写字母 小写 小写的 小写字母 字母 数字 艾特 井号 感叹号 叹号 惊叹号 星号 下划线 美元符 美元符号 百分号 加号 减号 横杠 问号 符号 后面 后面是 再加 加上 加 然后 然后是",
        (),
    )])
});

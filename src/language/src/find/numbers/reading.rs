//! Reads digits out of a text: groups of digits in any writing, and what stands between them.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::Source;
use super::super::words::Words;
use super::amounts::{counts, counts_few, decimal, ordinal, thousands, year};
use super::gaps::{Gap, aside, gap, said};
use super::shapes::TEN;
use crate::numerals::{chinese_digit, digit, multiplies};

/// Digits that stand together.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// In characters.
    pub range: Range<usize>,
    pub digits: Vec<u8>,
    pub gap: Gap,
    /// Some digits are said as a number: 五十六 for 56.
    pub tens: bool,
    /// One numeral behind others that belongs to a word as well: the last of 五六七八一下.
    pub doubtful: bool,
    /// It counts or measures something: 20元, 3次, 2026年, 五百.
    pub counts: bool,
    /// It is a side of what may be a decimal: 12.50.
    pub decimal: bool,
}

impl Group {
    /// Digits of which nothing else is known yet.
    fn of(range: Range<usize>, digits: Vec<u8>) -> Self {
        Group { range, digits, gap: Gap::Start, tens: false, doubtful: false, counts: false, decimal: false }
    }

    /// Whether it may be an amount, a date or a count.
    pub fn measures(&self) -> bool {
        self.counts || self.decimal
    }
}

/// The groups that the first runs on to without a word between.
pub(super) fn run(groups: &[Group]) -> &[Group] {
    let count = groups.iter().skip(1).take_while(|group| group.gap.runs_on()).count();
    groups.get(..=count).unwrap_or_default()
}

/// Groups that may be one number, or several side by side.
pub(super) type Chain = Vec<Group>;

pub(super) fn chains(source: &Source, usable: impl Fn(usize) -> bool, passable: impl Fn(usize) -> bool) -> Vec<Chain> {
    let (mut chains, mut chain, mut at): (Vec<Chain>, Chain, usize) = (Vec::new(), Chain::new(), 0);
    while at < source.len() {
        let may = usable(at) && may_begin(source.folded(at));
        let Some(mut group) = may.then(|| group(source, at, &usable)).flatten() else {
            at += 1;
            continue;
        };
        at = group.range.end;
        group.gap = chain.last().map_or(Gap::Start, |last| {
            let between = last.range.end..group.range.start;
            // 六二开头的，六二二二……: what it begins with is said before it.
            let begins = matches!(source.slice(between.clone()), ['开' | '打', '头', ..] | ['几', ..]);
            if begins && (group.digits.starts_with(&last.digits) || last.digits.len() <= 2) {
                return Gap::Start;
            }
            // 一个……，一个……: two numbers.
            let one = |group: &Group| source.slice(0..group.range.start).ends_with(&['一', '个']);
            if one(&group) && chain.first().is_some_and(one) {
                return Gap::Start;
            }
            match gap(source, between.clone()) {
                Gap::Start if between.clone().all(&passable) => aside(source, between),
                gap => gap,
            }
        });
        if group.gap.is_aside() && counts_few(source, &group) {
            group.gap = Gap::Start;
        }
        group.counts |= group.gap != Gap::Tight && counts_few(source, &group);
        if group.gap == Gap::Start && !chain.is_empty() {
            chains.push(std::mem::take(&mut chain));
        }
        // 588X: the check digit belongs to the digits that it follows.
        match chain.last_mut().filter(|last| last.range.end == group.range.start && group.digits == [TEN]) {
            Some(last) => {
                last.range.end = group.range.end;
                last.digits.push(TEN);
            }
            None => chain.push(group),
        }
        let blanks =
            (at..source.len()).take(2).take_while(|at| matches!(source.folded(*at), ' ' | ',' | '、' | '…')).count();
        if chain.last().is_some_and(|g| g.digits.len() == 1) && claimed(source, at + blanks) {
            at += blanks;
        }
        while usable(at) && claimed(source, at) {
            let digits = chinese_digit(source.folded(at)).into_iter().collect();
            chain.push(Group { gap: Gap::Tight, doubtful: true, ..Group::of(at..at + 1, digits) });
            at += 1;
        }
    }
    if !chain.is_empty() {
        chains.push(chain);
    }
    chains
}

/// Whether digits may begin with the character: most characters are soon passed over.
fn may_begin(c: char) -> bool {
    digit(c).is_some() || matches!(c, '十' | '俩' | '仨' | '双' | 'd') || TENS_BEGIN.contains(&c)
}

/// Whether a Chinese numeral stands here that the dictionary takes for a part of a word.
fn claimed(source: &Source, at: usize) -> bool {
    let times = digit_at(source, at).is_some_and(|(length, ..)| length > 1);
    chinese_digit(source.folded(at)).is_some() && in_a_word(source, at) && !times && !measured(source, at)
}

/// Whether a numeral belongs to an ordinary word. The dictionary cuts 八二等一下 into 八, 二等 and 一下: what a speaker says in a
/// pause ends the number all the same.
fn in_a_word(source: &Source, at: usize) -> bool {
    source.in_a_word(at)
        && !source.token(at).is_some_and(|token| {
            let pause = said(source, at + 1).is_some_and(|(length, _)| length > 1 && at + 1 + length > token.end);
            // 九六六两点四洞: a dot that is said among digits.
            let dot = source.slice(at..token.end).strip_suffix(&['点']).is_some_and(|digits| {
                digits.iter().all(|c| digit(*c).is_some())
                    && digit(source.before(at)).is_some()
                    && digit(source.folded(token.end)).is_some()
            });
            dot || token.start == at && pause
        })
}

/// Whether an amount or a date begins at `at` behind digits that are written in another way: 六七三六5月8号.
fn measured(source: &Source, at: usize) -> bool {
    let written = |at: usize| (digit(source.folded(at)).is_some(), source.folded(at).is_ascii_digit());
    if at == 0 || written(at - 1) == written(at) {
        return false;
    }
    let end = (at..source.len()).take(8).find(|end| written(*end) != written(at)).unwrap_or(at);
    counts(source, at, end, end - at)
}

/// The digits that start at `at`.
fn group(source: &Source, start: usize, usable: impl Fn(usize) -> bool) -> Option<Group> {
    let (mut at, mut digits) = (start, Vec::new());
    if let Some(length) = ten(source, start) {
        return Some(Group::of(start..start + length, vec![TEN]));
    }
    if let Some(end) = thousands(source, start).or_else(|| year(source, start)) {
        let digits = (start..end).filter_map(|at| digit(source.folded(at))).collect();
        return Some(Group { counts: true, ..Group::of(start..end, digits) });
    }
    let mut said_as_number = false;
    while usable(at) && !(at > start && measured(source, at)) {
        if let Some((length, number)) = tens(source, at) {
            said_as_number = true;
            digits.extend(number);
            at += length;
            continue;
        }
        let Some((length, value, times)) = digit_at(source, at) else { break };
        digits.extend(std::iter::repeat_n(value, times));
        at += length;
        if digits.len() > 64 {
            break;
        }
    }
    if digits.is_empty() || ordinal(source, start, at) {
        return None;
    }
    let counts = counts(source, start, at, digits.len());
    let decimal = decimal(source, start, at, digits.len());
    Some(Group { tens: said_as_number, counts, decimal, ..Group::of(start..at, digits) })
}

/// Two or three digits said as a number among digits: 五十六 or 一百三十八. Length in characters and the digits.
fn tens(source: &Source, at: usize) -> Option<(usize, Vec<u8>)> {
    let han = |at: usize| chinese_digit(source.folded(at)).filter(|d| *d > 0);
    let ends = |length: usize| !multiplies(source.folded(at + length));
    // 十二 for 12 only beside other digits: 三四，十二 and 十二，三十四.
    let among = || {
        let next = (at + 2..source.len()).take(3).find(|at| !matches!(source.folded(*at), ' ' | ',' | '、'));
        let pair = |at: usize| {
            chinese_digit(source.folded(at)).is_some()
                && (source.folded(at + 1) == '十' || chinese_digit(source.folded(at + 1)).is_some())
        };
        next.is_some_and(|next| next > at + 2 && pair(next))
            || (0..at)
                .rev()
                .take(4)
                .map(|at| source.folded(at))
                .find(|c| !matches!(c, ' ' | ',' | '、'))
                .is_some_and(|c| chinese_digit(c).is_some() || c == '十')
    };
    if source.folded(at) == '十' && among() && han(at + 1).is_none() && !multiplies(source.folded(at + 1)) {
        return (source.before(at) == ' ' || source.before(at) == ',').then_some((1, vec![1, 0]));
    }
    if source.folded(at) == '十' && among() {
        return han(at + 1).filter(|_| ends(2)).map(|one| (2, vec![1, one]));
    }
    let two = |at: usize| match (han(at), source.folded(at + 1), han(at + 2)) {
        (Some(ten), '十', Some(one)) if !multiplies(source.folded(at + 3)) => Some((3, [ten, one])),
        (Some(ten), '十', _) => Some((2, [ten, 0])),
        _ => None,
    };
    if source.folded(at + 1) == '百' {
        let hundred = han(at)?;
        if let Some((length, [ten, one])) = two(at + 2).filter(|(length, _)| ends(length + 2)) {
            return Some((length + 2, vec![hundred, ten, one]));
        }
        return match (source.folded(at + 2), han(at + 3)) {
            ('零', Some(one)) if ends(4) => Some((4, vec![hundred, 0, one])),
            _ => None,
        };
    }
    two(at).filter(|(length, _)| ends(*length)).map(|(length, digits)| (length, digits.to_vec()))
}

/// A digit, or a digit said as often as it stands there: 三个八. Length in characters, value, how often.
fn digit_at(source: &Source, at: usize) -> Option<(usize, u8, usize)> {
    let c = source.folded(at);
    let many = match c {
        '俩' => Some(2),
        '仨' => Some(3),
        // 再一个九: one more.
        c => digit(c).filter(|n| (2..=9).contains(n) || c == '一'),
    };
    // 一个 before several digits is no part of the number: 再一个四九三.
    let one_more = |at: usize| {
        (0..at).rev().take(4).any(|at| digit(source.folded(at)).is_some())
            && (at + 3..source.len())
                .find(|at| !matches!(source.folded(*at), ' ' | ',' | '、'))
                .is_none_or(|next| digit(source.folded(next)).is_none())
    };
    if c == '一' && source.folded(at + 1) == '个' && digit(source.before(at)).is_none() && !one_more(at) {
        return None;
    }
    if listed(source, at) || many.is_some_and(|times| counted(source, at, times)) {
        return None;
    }
    if let Some(length) = doubled(source, at) {
        return digit(source.folded(at + length - 1)).map(|value| (length, value, 2));
    }
    if let Some(times) = many
        && (c != '一' || one_more(at))
        && source.folded(at + 1) == '个'
        && let Some(value) = digit(source.folded(at + 2))
        && !multiplies(source.folded(at + 3))
        && !source.in_a_word(at + 2)
    {
        return Some((3, value, usize::from(times)));
    }
    // 俩五 and 双五 for 55; 双一流 is a word where no digit is before it.
    let among = || (0..at).rev().take(2).any(|at| digit(source.folded(at)).is_some());
    if matches!(c, '俩' | '仨' | '双')
        && let Some(value) = digit(source.folded(at + 1))
        && (among() || !source.in_a_word(at + 1))
    {
        return Some((2, value, if c == '仨' { 3 } else { 2 }));
    }
    let value = digit(c)?;
    if chinese_digit(c).is_some() {
        // 洞, 拐, 勾 and 陆 are digits only among digits, which may be said one by one.
        let pause = |c: &char| {
            matches!(
                c,
                ' ' | ','
                    | '、'
                    | '。'
                    | '…'
                    | '-'
                    | '.'
                    | '嗯'
                    | '呃'
                    | '额'
                    | '啊'
                    | '哦'
                    | '不'
                    | '是'
                    | '对'
                    | '错'
                    | '了'
            )
        };
        let after = (at + 1..source.len()).take(4).map(|at| source.folded(at)).find(|c| !pause(c));
        let before = (0..at).rev().take(6).map(|at| source.folded(at)).find(|c| !pause(c));
        let rare = matches!(c, '洞' | '拐' | '勾' | '陆' | '两' | '伍');
        if in_a_word(source, at) || rare && !after.into_iter().chain(before).any(|c| digit(c).is_some()) {
            return None;
        }
    }
    Some((1, value, 1))
}

/// Whether a digit in a circle numbers what follows it, as in a list: ①138….
fn listed(source: &Source, at: usize) -> bool {
    let circled = |at: usize| {
        let c = source.folded(at);
        digit(c).is_some() && !c.is_ascii() && chinese_digit(c).is_none()
    };
    circled(at) && !circled(at + 1) && !(at > 0 && circled(at - 1))
}

/// "double" before a digit: its length with the digit.
fn doubled(source: &Source, at: usize) -> Option<usize> {
    let double = source.folded(at) == 'd' && source.slice(at..at + 6) == ['d', 'o', 'u', 'b', 'l', 'e'];
    let length = 7 + usize::from(double && source.folded(at + 6) == ' ');
    (double && digit(source.folded(at + length - 1)).is_some()).then_some(length)
}

/// Whether 四个 says how many digits follow: 中间四个三九三二.
fn counted(source: &Source, at: usize, times: u8) -> bool {
    let place = matches!(source.before(at), '间' | '面' | '后' | '尾' | '头' | '边' | '前' | '末' | '那');
    let follow = (at + 2..source.len()).take(10).take_while(|at| digit(source.folded(*at)).is_some()).count();
    place && times > 1 && source.folded(at + 1) == '个' && follow == usize::from(times)
}

/// Whether the check digit ten stands at `at`: an X, or 叉, after a digit.
fn ten(source: &Source, at: usize) -> Option<usize> {
    let (length, ()) = TENS.at(&source.folded, at)?;
    let next = source.folded(at + length);
    if next.is_ascii_alphabetic() || next.is_ascii_digit() {
        return None;
    }
    // 差 is a word: only right behind a longer piece of a number.
    if source.folded(at) == '差' && !(1..=3).all(|back| at >= back && digit(source.folded(at - back)).is_some()) {
        return None;
    }
    // The digit is before it, perhaps behind a pause.
    let digit_before = |before: &usize| digit(source.folded(*before)).is_some() && source.folded(before + 1) != '位';
    let skipped = (0..at).rev().take(10).find(digit_before);
    skipped.is_some_and(|last| last + 1 == at || gap(source, last + 1..at) != Gap::Start).then_some(length)
}

/// What the words of [`TENS`] begin with.
const TENS_BEGIN: [char; 10] = ['x', '叉', '插', '岔', '差', '艾', '埃', '爱', '挨', '×'];

static TENS: LazyLock<Words<()>> = LazyLock::new(|| Words::new(&[("x 叉 插 岔 差 艾克斯 埃克斯 爱克斯 挨克斯 ×", ())]));

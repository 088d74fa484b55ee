//! Reads digits out of a text: groups of digits in any writing, and what stands between them.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::{Source, is_han};
use super::super::words::Words;
use super::amounts::{counts, counts_few, decimal, ordinal};
use super::shapes::TEN;
use crate::numerals::{chinese_digit, digit, multiplies};

/// What stands before a group of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// It begins a new number.
    Start,
    /// At most three separators, as in 138-1234.
    Tight,
    /// A pause or a word that speakers fill it with.
    Pause,
    /// The speaker puts right what was said.
    Correction,
    /// Words of no list: the groups are one number only if they make one together.
    Aside,
    /// The same, with a word by which one puts right.
    CorrectingAside,
    /// Words that may begin something else: only what has a form of its own goes on behind them.
    Apart,
}

impl Gap {
    pub fn corrects(self) -> bool {
        matches!(self, Gap::Correction | Gap::CorrectingAside)
    }

    /// What is between is in no list.
    pub fn is_aside(self) -> bool {
        matches!(self, Gap::Aside | Gap::CorrectingAside | Gap::Apart)
    }
}

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
    /// Whether it may be an amount, a date or a count.
    pub fn measures(&self) -> bool {
        self.counts || self.decimal
    }
}

/// Groups that may be one number, or several side by side.
pub(super) type Chain = Vec<Group>;

/// No more characters than these stand between two pieces of one number.
const LONGEST_GAP: usize = 20;

pub(super) fn chains(source: &Source, usable: impl Fn(usize) -> bool, passable: impl Fn(usize) -> bool) -> Vec<Chain> {
    let (mut chains, mut chain, mut at): (Vec<Chain>, Chain, usize) = (Vec::new(), Chain::new(), 0);
    while at < source.len() {
        let Some(mut group) = (usable(at)).then(|| group(source, at, &usable)).flatten() else {
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
        let blanks = (at..source.len()).take(2).take_while(|at| matches!(source.folded(*at), ' ' | ',' | '、')).count();
        if chain.last().is_some_and(|g| g.digits.len() == 1) && claimed(source, at + blanks) {
            at += blanks;
        }
        while usable(at) && claimed(source, at) {
            let digits = chinese_digit(source.folded(at)).into_iter().collect();
            chain.push(Group {
                range: at..at + 1,
                digits,
                gap: Gap::Tight,
                tens: false,
                doubtful: true,
                counts: false,
                decimal: false,
            });
            at += 1;
        }
    }
    if !chain.is_empty() {
        chains.push(chain);
    }
    chains
}

/// Whether a Chinese numeral stands here that the dictionary takes for a part of a word.
fn claimed(source: &Source, at: usize) -> bool {
    let times = digit_at(source, at).is_some_and(|(length, ..)| length > 1);
    chinese_digit(source.folded(at)).is_some() && source.in_a_word(at) && !times
}

/// What speakers say between pieces that is in no list, if it is short and has nothing of a new sentence.
pub(super) fn aside(source: &Source, range: Range<usize>) -> Gap {
    let odd = |at: usize| {
        let c = source.folded(at);
        !(is_han(c) || c.is_ascii_lowercase() || matches!(c, ' ' | ',' | '、' | '…' | '。' | '?' | '!' | '~'))
            || (digit(c).is_some() || multiplies(c)) && !source.in_a_word(at) && !ordinal(source, at, at + 1)
    };
    let between = source.slice(range.clone());
    if between.len() > 14
        || range.clone().any(odd)
        || between.iter().any(|c| matches!(c, '元' | '块' | '和' | '或' | '另' | '位'))
    {
        return Gap::Start;
    }
    let other = between.iter().any(|c| matches!(c, '卡' | '户' | '折' | '证' | '要' | '按'))
        || between.windows(2).any(|w| matches!(w, ['换', '成' | '到' | '为' | '绑']))
        || between.iter().any(|c| matches!(c, '打' | '转' | '汇' | '付')) && !between.contains(&'错');
    if other {
        return Gap::Apart;
    }
    if between.iter().any(|c| matches!(c, '错' | '不' | '更' | '岔' | '误' | '重' | '改')) {
        Gap::CorrectingAside
    } else {
        Gap::Aside
    }
}

/// The digits that start at `at`.
fn group(source: &Source, start: usize, usable: impl Fn(usize) -> bool) -> Option<Group> {
    let (mut at, mut digits) = (start, Vec::new());
    if let Some(length) = ten(source, start) {
        return Some(Group {
            range: start..start + length,
            digits: vec![TEN],
            gap: Gap::Start,
            tens: false,
            doubtful: false,
            counts: false,
            decimal: false,
        });
    }
    let mut said_as_number = false;
    while usable(at) {
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
    Some(Group { range: start..at, digits, gap: Gap::Start, tens: said_as_number, doubtful: false, counts, decimal })
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
        '双' => None,
        '俩' => Some(2),
        '仨' => Some(3),
        // 再一个九: one more.
        c => digit(c).filter(|n| (2..=9).contains(n) || c == '一'),
    };
    // 一个 before a whole number is no part of it.
    let one_more = |at: usize| {
        (0..at).rev().take(4).any(|at| digit(source.folded(at)).is_some())
            && digit(source.folded(at + 3)).is_none()
            && !matches!(source.folded(at + 3), ' ' | ',' | '、')
    };
    if let Some(times) = many
        && (c != '一' || one_more(at))
        && source.folded(at + 1) == '个'
        && let Some(value) = digit(source.folded(at + 2))
        && !multiplies(source.folded(at + 3))
        && !source.in_a_word(at + 2)
    {
        return Some((3, value, usize::from(times)));
    }
    // 俩五 for 55.
    if matches!(c, '俩' | '仨')
        && let Some(value) = digit(source.folded(at + 1))
        && !source.in_a_word(at + 1)
    {
        return Some((2, value, if c == '俩' { 2 } else { 3 }));
    }
    let value = digit(c)?;
    if chinese_digit(c).is_some() {
        // 洞, 拐, 勾 and 陆 are digits only among digits, which may be said one by one.
        let pause = |c: &char| matches!(c, ' ' | ',' | '、' | '。' | '…' | '-' | '.');
        let after = (at + 1..source.len()).take(4).map(|at| source.folded(at)).find(|c| !pause(c));
        let before = (0..at).rev().take(4).map(|at| source.folded(at)).find(|c| !pause(c));
        let rare = matches!(c, '洞' | '拐' | '勾' | '陆' | '两' | '伍');
        if source.in_a_word(at) || rare && !after.into_iter().chain(before).any(|c| digit(c).is_some()) {
            return None;
        }
    }
    Some((1, value, 1))
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
    let skipped = (0..at).rev().take(8).find(|before| digit(source.folded(*before)).is_some());
    skipped.is_some_and(|last| last + 1 == at || gap(source, last + 1..at) != Gap::Start).then_some(length)
}

static TENS: LazyLock<Words<()>> = LazyLock::new(|| Words::new(&[("x 叉 插 岔 差 艾克斯 埃克斯 爱克斯 挨克斯 ×", ())]));

/// What the characters between two groups make of them.
pub(super) fn gap(source: &Source, range: Range<usize>) -> Gap {
    let between = source.slice(range.clone());
    if between.len() <= 3 && between.iter().all(|c| separates(*c)) {
        return Gap::Tight;
    }
    if between.len() > LONGEST_GAP {
        return Gap::Start;
    }
    let (mut at, mut found) = (range.start, Gap::Pause);
    while at < range.end {
        if let Some((length, gap)) = FILLERS.at(&source.folded, at).filter(|(length, _)| at + length <= range.end) {
            if gap == Gap::Correction {
                found = gap;
            }
            at += length;
        } else if separates(source.folded(at))
            || matches!(
                source.folded(at),
                ',' | '、'
                    | '。'
                    | '…'
                    | '.'
                    | '~'
                    | '!'
                    | '/'
                    | '|'
                    | '\\'
                    | ':'
                    | ';'
                    | '='
                    | '+'
                    | '\n'
                    | '\r'
                    | '"'
                    | '“'
                    | '”'
                    | '#'
                    | '＃'
            )
        {
            at += 1;
        } else if at + 2 < range.end
            && source.folded(at) == '第'
            && digit(source.folded(at + 1)).is_some()
            && matches!(source.folded(at + 2), '段' | '组' | '节' | '截' | '串' | '部')
        {
            at += 3;
        } else if at + 1 < range.end
            && digit(source.folded(at)).is_some()
            && matches!(source.folded(at + 1), '位' | '段' | '组')
        {
            at += 2;
        } else {
            return Gap::Start;
        }
    }
    found
}

/// Whether a written number may be broken by this character.
fn separates(c: char) -> bool {
    matches!(c, ' ' | '-' | '\t' | '(' | ')' | '_' | '.')
        || !c.is_ascii()
            && !is_han(c)
            && !c.is_alphanumeric()
            && !matches!(
                c,
                '、' | '。'
                    | '…'
                    | '“'
                    | '”'
                    | '‘'
                    | '’'
                    | '×'
                    | '·'
                    | '€'
                    | '£'
                    | '‰'
                    | '【'
                    | '】'
                    | '「'
                    | '」'
                    | '《'
                    | '》'
            )
        || c == '·'
}

/// What speakers say between the pieces of a number.
static FILLERS: LazyLock<Words<Gap>> = LazyLock::new(|| {
    Words::new(&[
        (
            "嗯 呃 额 啊 哦 噢 唔 唉 哎 诶 欸 喔 呀 呢 吧 嘛 哈 是 对 好 就 再 那 嗯嗯 对对 好的 \
             那个 这个 然后 然后是 然后呢 接着 接着是 再是 再来 再接 再后面 再往后 往后 往后是 后面 后面是 后面的 后面的是 后边 后边是 后头 后头是 \
             前面 前面是 前边 前边是 开头 开头是 中间 中间是 中间的 最后 最后是 最后的 末尾 末尾是 尾数 尾数是 剩下 剩下的 剩下是 剩下的是 余下的 \
             还有 跟着 跟着是 下面 下面是 接下来 接下来是 继续 完了 后 前 共 前头 前头是 前半段 后半段 前半截 后半截 头 头是 尾 尾是 尾号 尾号是 尾数 开头的 打头 打头的 起头 生日 生日是 出生日期 年份 地区码 末了 末了是 先 先是 再就是 往下 往下是 剩余 剩余的 其余 其余的 其余是 最前面 最后面 最后面是 最后那 的是 这一段 那一段 一段 两段 段 \
             逗号 空格 空一格 空 横杠 横线 短横 短杠 杠 减 减号 顿号 点 字母 大写 大写的 大写字母 一个 个 英文 英文字母 字母是 \
             点 稍等 稍等啊 等一下 等下 等我看看 我看看 我看一下 我看下 让我看看 看一下 看看 我想想 我找找 您记一下 您记 你记 记一下 \
             慢点 慢一点 我慢点说 记好了吗 记下了吗 听清了吗 听清楚了吗 怎么说呢 就是说 对吧 对吗 是吧 是吗 对的 没错 区号 怎么念 什么来着 来着 的话",
            Gap::Pause,
        ),
        (
            "等等 等等不对 不对 不对不对 不不 不不不 不 错了 说错了 不是 哦不 啊不 噢不 哦不对 应该是 应该 更正 更正一下 纠正一下 看错了 我看错了 念错了 我念错了 \
             我说错了 搞错了 弄错了 打错了 写错了 输错了 记错了 我记错了 重来 重新说 我重新说 重说 我重说 再说一遍 再说一次 我再说一遍 重复一遍 \
             重复一下 我重复一遍 我再念一遍 再念一遍 再报一遍 我再报一遍 不好意思 抱歉 对不起 sorry 而是 改一下 刚才错了 刚才说错了 口误 前面错了",
            Gap::Correction,
        ),
    ])
});

//! What stands between two groups of digits: whether they can be one number, and whether the second puts the first right.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::{Source, is_han};
use super::super::words::Words;
use super::amounts::ordinal;
use crate::numerals::{digit, multiplies};

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
    /// The number simply goes on.
    pub fn runs_on(self) -> bool {
        matches!(self, Gap::Tight | Gap::Pause)
    }

    pub fn corrects(self) -> bool {
        matches!(self, Gap::Correction | Gap::CorrectingAside)
    }

    /// What is between is in no list.
    pub fn is_aside(self) -> bool {
        matches!(self, Gap::Aside | Gap::CorrectingAside | Gap::Apart)
    }
}

/// No more characters than these stand between two pieces of one number.
const LONGEST_GAP: usize = 20;

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
        if let Some((length, gap)) = said(source, at).filter(|(length, _)| at + length <= range.end) {
            if gap == Gap::Correction {
                found = gap;
            }
            at += length;
        } else if separates(source.folded(at)) || pauses(source.folded(at)) {
            at += 1;
        } else {
            return Gap::Start;
        }
    }
    found
}

/// What a speaker says at `at` who fills a pause, says which piece comes, or puts one right: its length and its meaning.
pub(super) fn said(source: &Source, at: usize) -> Option<(usize, Gap)> {
    let filler = FILLERS.at(&source.folded, at);
    let mistake = mistake(source, at).map(|length| (length, Gap::Correction));
    let piece = piece(source, at).map(|length| (length, Gap::Pause));
    [filler, mistake, piece].into_iter().flatten().max_by_key(|(length, _)| *length)
}

/// 念错了, 我说错, 刚才输错了: whatever one does with a number, and 错.
fn mistake(source: &Source, at: usize) -> Option<usize> {
    let length = match source.slice(at..at + 2) {
        ['刚', '才' | '刚'] | ['前' | '上', '面'] => 2,
        ['我', _] => 1,
        _ => 0,
    };
    let verb = source.folded(at + length);
    if !matches!(verb, '看' | '念' | '说' | '搞' | '弄' | '打' | '写' | '输' | '记' | '听' | '报' | '按' | '读')
        || source.folded(at + length + 1) != '错'
    {
        return None;
    }
    let length = length + 2;
    Some(length + usize::from(matches!(source.folded(at + length), '了' | '啦')))
}

/// Which piece of a number comes: 后面的是, 最后几位, 末尾那四个, 第二段.
fn piece(source: &Source, at: usize) -> Option<usize> {
    let measure = |at: usize| {
        matches!(source.folded(at), '位' | '段' | '组' | '节' | '截' | '串' | '部')
            && digit(source.folded(at - 1)).is_some()
    };
    let mut length = match PLACES.at(&source.folded, at) {
        Some((length, ())) => length,
        None if source.folded(at) == '第' && measure(at + 2) => 3,
        None if measure(at + 1) => 2,
        None => return None,
    };
    while length < LONGEST_GAP {
        let next = source.folded(at + length);
        length += match next {
            '的' | '上' | '那' | '这' | '几' | '个' | '位' | '段' | '截' | '节' | '组' | '串' | '数' | '字' | '半'
            | '是' => 1,
            c if digit(c).is_some() && (measure(at + length + 1) || source.folded(at + length + 1) == '个') => 1,
            _ => break,
        };
    }
    Some(length)
}

/// Places within a number.
static PLACES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "前 前面 前边 前头 最前面 开头 打头 起头 头 先 中 中间 当中 居中 后 后面 后边 后头 往后 再往后 往下 下面 接下来 接着 跟着 然后 \
         最后 最后面 末 末尾 末了 末位 末端 结尾 收尾 尾 尾巴 尾数 尾号 剩下 剩余 余下 其余 还有 再来 再接 再后面 完了",
        (),
    )])
});

/// What speakers say between the pieces of a number.
static FILLERS: LazyLock<Words<Gap>> = LazyLock::new(|| {
    Words::new(&[
        (
            "嗯 呃 额 啊 哦 噢 唔 唉 哎 诶 欸 喔 呀 呢 吧 嘛 哈 是 对 好 就 再 那 共 好的 对的 没错 这个 那个 这里 一个 个 的是 的话 再就是 继续 \
             生日 出生日期 年份 地区码 区号 这一段 那一段 一段 两段 段 逗号 空格 空一格 空 横杠 横线 短横 短杠 杠 减 减号 顿号 点 \
             字母 大写 大写的 大写字母 英文 英文字母 稍等 等我看看 我看看 我看一下 我看下 让我看看 看一下 看看 我想想 我找找 \
             您记一下 您记 你记 记一下 慢点 慢一点 我慢点说 记好了吗 记下了吗 听清了吗 听清楚了吗 怎么说呢 就是说 对吗 吗 怎么念 什么来着 来着",
            Gap::Pause,
        ),
        (
            "等等 等会 等会儿 等一下 等下 不对 不不 不 哦不 啊不 噢不 呃不 嗯不 错了 不是 应该是 应该 更正 更正一下 纠正一下 重来 重新说 我重新说 重说 我重说 再说一遍 再说一次 我再说一遍 重复一遍 \
             重复一下 我重复一遍 我再念一遍 再念一遍 再报一遍 我再报一遍 不好意思 抱歉 对不起 sorry 而是 改一下 口误 前面错了",
            Gap::Correction,
        ),
    ])
});

/// Signs that stand where a speaker pauses.
fn pauses(c: char) -> bool {
    matches!(
        c,
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

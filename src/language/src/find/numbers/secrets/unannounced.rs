//! Secrets that no word for a secret announces: what was typed or read out, what a machine rejects, what is an answer by itself.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::super::Kind;
use super::super::super::words::Words;
use super::super::context::Context;
use super::super::cues::Cue;
use super::super::reading::Group;
use super::super::resolve::Readings;
use super::super::shapes;
use super::topic::{of_a_card, said_or_typed, speaks_of_the_back, speaks_of_the_front};
use crate::numerals::digit;

/// Whether the groups have so many digits once what is said twice or put right is taken out.
pub(super) fn has_digits(groups: &[Group], fits: impl Fn(usize) -> bool) -> bool {
    Readings::of(groups).all.iter().any(|reading| fits(reading.len()))
}

/// What is read out, typed or sent right before: 念的是四三一四, 我按了3668. `word`: where the word for that begins.
pub(super) fn conveyed(context: &Context, word: usize, groups: &[Group], distance: usize) -> Option<Kind> {
    let typed = match context.source.slice(word..word + 2) {
        ['输', _] | [_, '输'] => Kind::Password,
        ['念' | '按' | '填' | '发' | '收' | '跳' | '最' | '弹', _] | [_, '念' | '按' | '填' | '发'] => {
            Kind::VerificationCode
        }
        _ => return None,
    };
    // 错误号我念给你, 编号我记了: a number of another name.
    let told = (0..word)
        .rev()
        .take(4)
        .take_while(|at| matches!(context.source.folded(*at), '我' | '给' | '你' | '都' | ','))
        .count();
    let digits: Vec<u8> = groups.iter().flat_map(|group| group.digits.iter().copied()).collect();
    let other =
        digits.len() > 10 || digits.ends_with(&[0, 0]) || shapes::starts_with_a_day(&digits) && digits.len() == 8;
    let near = distance <= 2 || distance <= 4 && context.source.before(groups.first()?.range.start) == '是';
    (near && !other && !context.numbered(word - told) && has_digits(groups, |digits| (4..=8).contains(&digits)))
        .then_some(typed)
}

/// Digits that nothing announces, where the text is about secrets, a machine rejects them or they are an answer by themselves.
pub(super) fn by_topic(context: &Context, groups: &[Group], whole: bool) -> Option<Kind> {
    let source = context.source;
    let (start, end) = (groups.first()?.range.start, groups.last()?.range.end);
    let other = |cue: Option<(Cue, usize)>, within: usize| {
        cue.is_some_and(|(cue, distance)| match cue {
            Cue::Received | Cue::Numbered | Cue::Password | Cue::Code => false,
            Cue::Phone | Cue::Card | Cue::Account | Cue::Payee => distance <= 2,
            _ => distance <= within,
        })
    };
    let amount = matches!(source.before(start), '买' | '卖' | '退' | '欠' | '赚' | '亏' | '=' | '/' | '_')
        || source.before(start).is_ascii_alphabetic();
    let word = source.folded(end).is_ascii_alphabetic() || matches!(source.folded(end), '%' | '-' | '/' | '_' | ':');
    let rejected = rejected(context, end);
    let named =
        (0..start).rev().take(4).find(|at| !matches!(source.folded(*at), '我' | '记' | '了' | '的' | '是' | ','));
    if named.is_some_and(|at| source.folded(at) == '号' && context.numbered(at + 1)) {
        return None;
    }
    if amount || word || other(context.before(start), 10) || !rejected && other(context.after(end), 4) {
        return None;
    }
    let answer = answers(context, start..end).filter(|_| whole);
    if let Some(topic) = said_or_typed(context) {
        let usual = |digits: usize| digits == 6 || (answer.is_some() || rejected) && (4..=8).contains(&digits);
        return has_digits(groups, usual).then_some(topic);
    }
    let usual = |digits: usize| rejected && (4..=8).contains(&digits) || matches!(digits, 6 | 8);
    ((rejected || answer == Some(Answer::Arrived)) && has_digits(groups, usual)).then_some(Kind::VerificationCode)
}

/// Whether a machine does not take what was typed: 提示过期, 说错误, 还是不对.
fn rejected(context: &Context, end: usize) -> bool {
    let mut at = end;
    while at < end + 8 {
        match VERDICTS.at(&context.source.folded, at) {
            Some((_, true)) => return true,
            Some((length, false)) => at += length,
            None => return false,
        }
    }
    false
}

/// Verdicts of machines, and what stands before them.
static VERDICTS: LazyLock<Words<bool>> = LazyLock::new(|| {
    Words::new(&[
        ("错误 错 过期 已过期 失效 无效 不对 不正确 不通过", true),
        (", 提示 显示 说 报 它 他 系统 又 就 都 还是 还 一直 总是 老 是 也", false),
    ])
});

/// Digits that are a clause by themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Plain,
    /// Something was waited for and is there: 好了，……; 有了，…….
    Arrived,
}

/// Whether the digits are a clause by themselves, as the answer to a question is.
fn answers(context: &Context, digits: Range<usize>) -> Option<Answer> {
    let source = context.source;
    let pause = |c: char| matches!(c, '\0' | ',' | '。' | '…' | '?' | '!' | ':' | ';' | '\n');
    let particle = |c: char| matches!(c, '吧' | '啊' | '呢' | '吗' | '了' | '嗯' | '呃' | '哦');
    let blank = |at: usize| source.folded(at) == ' ';
    let before = digits.start - usize::from(digits.start > 0 && blank(digits.start - 1));
    let after = digits.end + usize::from(blank(digits.end));
    let alone = (pause(source.before(before)) || particle(source.before(before)))
        && (pause(source.folded(after)) || particle(source.folded(after)));
    let arrived = (0..before).rev().take(3).map(|at| source.folded(at)).find(|c| !pause(*c)) == Some('了');
    alone.then_some(if arrived { Answer::Arrived } else { Answer::Plain })
}

/// Three digits that nothing announces, in a text about the back of a card, or four on the front of some.
pub(super) fn by_the_back(context: &Context, groups: &[Group], digits: &[u8]) -> Option<Kind> {
    let first = groups.first()?;
    let start = first.range.start;
    let front = digits.len() == 4 && speaks_of_the_front(context) && of_a_card(context);
    let other = |cue: Option<(Cue, usize)>| {
        cue.is_some_and(|(cue, distance)| match cue {
            Cue::Serial | Cue::Plain => distance <= 4,
            Cue::Received | Cue::Numbered | Cue::LastThree | Cue::Cvn | Cue::Card => false,
            _ => distance <= 6,
        })
    };
    let end = groups.last().map_or(start, |g| g.range.end);
    // A piece of a longer number.
    let digits_at = |mut range: Range<usize>| {
        range.any(|at| {
            digit(context.source.folded(at)).is_some() && !matches!(context.source.folded(at + 1), '个' | '位')
        })
    };
    let piece = digits_at(start.saturating_sub(5)..start) || digits_at(end..(end + 4).min(context.source.len()));
    let secret = matches!(context.before(start), Some((Cue::Password | Cue::Code, distance)) if distance <= 24);
    let glued = piece
        || secret
        || context.source.before(start).is_ascii_alphanumeric()
        || context.source.folded(end).is_ascii_alphanumeric();
    // 我卡上是755.
    let lead = context.source.slice(0..start);
    let lead = lead.strip_suffix(&['是']).unwrap_or(lead);
    let on_the_card = lead.ends_with(&['卡', '上']) || lead.ends_with(&['卡', '上', '的']);
    let back = digits.len() == 3 && (on_the_card || speaks_of_the_back(context) && of_a_card(context));
    ((front || back) && !glued && !other(context.before(start)) && !other(context.after(end))).then_some(Kind::Cvn)
}

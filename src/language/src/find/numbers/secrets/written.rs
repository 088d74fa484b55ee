//! Secrets with letters: Abc@1234, zhang8899, 大写A小写b一二三.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::super::Kind;
use super::super::super::source::{Source, is_han};
use super::super::super::words::Words;
use super::super::context::Context;
use super::super::cues::Cue;
use super::topic::said_or_typed;
use crate::numerals::digit;

/// Finds them among the characters that are `free`.
pub(in super::super) fn written(context: &Context, free: &[bool], found: &mut Vec<(Kind, Range<usize>)>) {
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
        let random = digits > 0
            && word.len() >= 8
            && lowercase(source, &word)
            && word.clone().any(|at| source.char(at).is_ascii_uppercase());
        let mixed = letters > 0 && (digits >= 2 || symbols > 0 && letters + digits >= 4 || random);
        if word.len() < 4 || (letters == 0) || masked(source.slice(word.clone())) {
            continue;
        }
        let before =
            context.before_but(word.start, &[Cue::Numbered, Cue::Received]).or_else(|| context.before(word.start));
        let after = context.after(word.end);
        let direct = before.is_some_and(|(_, distance)| {
            distance <= 40 && source.slice(word.start - distance..word.start).iter().all(leads_to_a_value)
        });
        let answer: [&[char]; 6] =
            [&['显', '示'], &['提', '示'], &['返', '回'], &['代', '码'], &['报', '错'], &['错', '误']];
        let lead = source.slice(0..word.start);
        let lead = lead.strip_suffix(&[' ']).unwrap_or(lead);
        if !lowercase(source, &word) && symbols == 0 && answer.iter().any(|answer| lead.ends_with(answer)) {
            continue;
        }
        // 重置之后的临时密码 is one that stays until it is changed.
        let temporary = before.is_some_and(|(cue, distance)| {
            cue == Cue::Code && direct && source.slice(0..word.start - distance).ends_with(&['密', '码'])
        });
        // 报E7051, 弹出C91494, 序号SN1915099156: what machines answer or print.
        let nearest = context.before(word.start);
        let answered = matches!(nearest, Some((Cue::Plain | Cue::Serial, 0 | 1))) || source.before(word.start) == '报';
        let printed = source.before(word.start) == '号' && !lowercase(source, &word);
        // 护照号eb3311325.
        let document = letters <= 2 && matches!(before, Some((Cue::Document | Cue::Id, 0..=6)));
        // 0x80697441, P113号窗口, U盾编号写的GU03939902.
        let hexadecimal = source.slice(word.start..word.start + 2) == ['0', 'x'];
        let queue = letters == 1 && matches!(source.folded(word.end), '号' | '窗');
        let serial = !lowercase(source, &word) && matches!(before, Some((Cue::Serial, 0..=4)));
        if hexadecimal
            || queue
            || serial
            || document
            || (answered || printed) && !lowercase(source, &word)
            || of_a_path(source, &word)
        {
            continue;
        }
        let kind = match (before, after) {
            _ if temporary && mixed && (symbols > 0 || word.len() > 6 || lowercase(source, &word)) => Kind::Password,
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
                if digits > 0
                    && symbols == 0
                    && (direct || distance <= 10)
                    && (4..=8).contains(&(letters + digits)) =>
            {
                Kind::VerificationCode
            }
            (_, Some((Cue::Password, distance))) if mixed && distance <= 5 && !goes_on(context, word.end) => {
                Kind::Password
            }
            // 拼音的，abc888，手机银行那个密码; Jiayou11!，登录用的: nothing before says what else it is.
            (before, _)
                if mixed
                    && digits + letters >= 6
                    && lowercase(source, &word)
                    && !before.is_some_and(|(cue, distance)| cue == Cue::Serial && distance <= 8)
                    && !of_a_path(source, &word)
                    && (said_or_typed(context) == Some(Kind::Password) || symbols > 0 && digits > 0 && letters > 1) =>
            {
                Kind::Password
            }
            (_, Some((Cue::Code, distance)))
                if digits > 0
                    && symbols == 0
                    && distance <= 6
                    && (4..=8).contains(&(letters + digits))
                    && !goes_on(context, word.end) =>
            {
                Kind::VerificationCode
            }
            _ => continue,
        };
        found.push((kind, word));
    }
}

/// Whether the word is part of a web address.
fn of_a_path(source: &Source, word: &Range<usize>) -> bool {
    let path = |at: usize| matches!(source.folded(at), '/' | '?' | '=');
    let ends: [&[char]; 5] =
        [&['.', 'c', 'n'], &['.', 'c', 'o', 'm'], &['.', 't', 'o', 'p'], &['w', 'w', 'w'], &['h', 't', 't', 'p']];
    word.clone().any(path)
        || matches!(source.before(word.start), '/' | '?')
        || source.slice(word.start.saturating_sub(3)..word.start) == ['i', 'd', '=']
        || ends.iter().any(|end| source.slice(word.clone()).windows(end.len()).any(|w| w == *end))
}

/// Whether stars of a mask are part of it: abc***, login 138*.
fn masked(word: &[char]) -> bool {
    word.windows(2).any(|w| w == ['*', '*']) || word.ends_with(&['*']) && word.contains(&' ')
}

/// Whether some letter is small: what machines answer is in capitals (EBS35187).
fn lowercase(source: &Source, word: &Range<usize>) -> bool {
    word.clone().any(|at| source.char(at).is_ascii_lowercase())
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
    let sorry = |at: usize| source.slice(at..at + 5) == ['s', 'o', 'r', 'r', 'y'];
    let typed = |at: usize| {
        free.get(at) == Some(&true)
            && !sorry(at)
            && matches!(source.str(&(at..at + 1)).as_bytes(), [b'!'..=b'~'])
            && !matches!(source.folded(at), ',' | ';' | ':' | '?' | '(' | ')' | '"' | '\'')
            && context.mentioned.get(at) != Some(&true)
    };
    let sign = |at: usize| matches!(source.folded(at), '!' | '@' | '#' | '$' | '%' | '&');
    let begins = |at: usize| {
        typed(at)
            && (source.folded(at).is_ascii_alphanumeric() || sign(at) && source.folded(at + 1).is_ascii_alphanumeric())
    };
    let said = |at: usize| SAID.at(&source.folded, at).map(|(length, _)| length);
    let filler = |at: usize| SAID.at(&source.folded, at).is_some_and(|(_, said)| said == Said::Filler);
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
    let spelled = source.folded(start + 1) == ' ';
    while at < source.len() && at - start < 60 {
        if typed(at) {
            single_letters &= end < at || end == start;
            at += 1;
            end = at;
        } else if let Some(length) = said(at) {
            let content = !case(at) && !filler(at);
            at += length;
            if content {
                end = at;
            }
        } else if numeral(at) {
            at += 1;
            end = at;
        } else {
            // A pause, where a word for a sign, a single letter or numerals follow.
            let skip = |at: &usize| !matches!(source.folded(*at), ' ' | ',' | '、');
            let Some(next) = (at..source.len()).take(3).find(skip) else { break };
            let single = |at: usize| typed(at) && !typed(at + 1);
            // abc，123: letters, then digits that are no number of their own.
            let digits = (next..source.len()).take_while(|at| source.folded(*at).is_ascii_digit()).count();
            let letters_only = !source.slice(start..end).iter().any(|c| digit(*c).is_some());
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
                    || numeral(next) && (digit(source.folded(next + 1)).is_some() || spelled && single_letters))
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
static SAID: LazyLock<Words<Said>> = LazyLock::new(|| {
    Words::new(&[
        (
            "大写 大写的 大写字母 小写 小写的 小写字母 字母 数字 符号 后面 后面是 再 再加 加上 加 然后 然后是 接着 接着是",
            Said::Filler,
        ),
        (
            "艾特 艾特符号 圈a 井号 井 感叹号 叹号 惊叹号 星号 星 下划线 下横线 美元符 美元符号 百分号 加号 减号 横杠 问号 小数点 点 and符号 与符号",
            Said::Sign,
        ),
    ])
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// Part of the secret.
    Sign,
    /// What stands between its parts, or says what follows.
    Filler,
}

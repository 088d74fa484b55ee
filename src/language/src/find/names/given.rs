//! Where a given name ends, and what begins behind it. A name of two characters with one more behind is a name of three or
//! a name and a word.

use super::super::source::{Class, Source, is_han};
use super::characters::TABLE;
use super::context;
use super::weigh::{Reading, light};

/// How much more probable it is that the name ends here, in natural logarithms.
pub(super) fn weight(reading: &Reading) -> f32 {
    let mut weight = chosen_word(reading) + cut_off(reading);
    if leaves_over(reading.source, reading.range.end) {
        weight -= 2.5;
    }
    weight
}

/// 冯|双喜: parents choose words, too, but 于国庆 is a day. The dictionary calls some given names persons': 向|咏梅.
fn chosen_word(reading: &Reading) -> f32 {
    let (source, range, last) = (reading.source, &reading.range, &reading.last);
    let given = range.len() == 3 && last.start == range.start + 1 && last.end == range.end;
    let word = || {
        !matches!(last.class, Class::Verb | Class::Adverb | Class::Link)
            && light(source, &TABLE.first, last.start, 8.0)
            && light(source, &TABLE.second, last.start + 1, 10.0)
    };
    let chosen = given
        && light(source, &TABLE.surname, range.start, 6.5)
        && source.folded(range.start) != '于'
        && (word() || last.person && !light(source, &TABLE.surname, last.start, 6.5));
    if chosen { 2.5 } else { 0.0 }
}

/// What the last character takes from a word that goes on behind the name, or one that follows names: 王芷|退租, 郭瑛|刚来.
fn cut_off(reading: &Reading) -> f32 {
    let (source, range, last) = (reading.source, &reading.range, &reading.last);
    let at = range.end - 1;
    let (given, behind) = (source.slice(range.start + 1..range.end), source.folded(range.end));
    if range.len() < 3 || last.start != at || matches!(given, [a, b] if TABLE.pairs.contains(&[*a, *b])) {
        return 0.0;
    }
    // What is left is a name too: of three characters, or with a given name of one that is common.
    let shorter = range.len() > 3 || light(source, &TABLE.one, at - 1, 8.5);
    let follows = FOLLOWS.contains(source.folded(at)) && (is_han(behind) || behind.is_ascii_digit());
    if last.end > range.end {
        -3.0
    } else if done(source, at) {
        -2.5
    } else if shorter && follows && may_begin_rest(source, at) {
        -4.0
    } else {
        0.0
    }
}

/// What stands behind a name more often than at its end.
const FOLLOWS: &str = "刚代会开加下来退持充存那好借在到已将就都也还说去没先正保尾贷拉回嘞带系家约晚挺赞人休向用升调后号提教交留离站太拍抱惊";

/// Whether a single character follows that is hardly a word there but may well end the given name: 袁语|晚, 廖鹏|月.
fn leaves_over(source: &Source, end: usize) -> bool {
    let Some(token) = source.token(end).filter(|t| t.start == end && t.end == end + 1) else { return false };
    let c = source.folded(end);
    TABLE.second.get(c).is_some_and(|weight| weight <= 9.0)
        && TABLE.surname.get(c).is_none_or(|weight| weight > 6.0)
        && if context::follows(source, end) {
            !may_begin_rest(source, end)
        } else {
            // A verb does not stand alone at the end, nor is a month without a number.
            matches!(token.class, Class::Noun | Class::Quality) || c == '月' || !is_han(source.folded(end + 1))
        }
}

/// Whether the character may be the first word behind a name, seen what comes next: 和 joins it to a noun, and an adverb
/// stands before a verb. 武清和的卡 and 王国刚不是 have neither.
fn may_begin_rest(source: &Source, at: usize) -> bool {
    let next = source.folded(at + 1);
    let Some(token) = source.token(at + 1).filter(|_| is_han(next)) else {
        return !matches!(source.folded(at), '和' | '刚' | '将' | '已' | '正' | '就' | '先');
    };
    let particle = matches!(next, '的' | '了' | '过' | '吗' | '吧' | '是' | '不' | '和' | '跟');
    match source.folded(at) {
        '和' => !particle && !matches!(token.class, Class::Verb | Class::Adverb),
        // The dictionary calls verbs of one character such as 汇 nouns.
        '刚' => !particle && (token.class != Class::Noun || token.end == token.start + 1),
        _ => true,
    }
}

/// Whether the character says what somebody did to what is named behind: 陆延|开的证明, 梁昶|贷的款.
fn done(source: &Source, at: usize) -> bool {
    "开带充贷存借发办签付交卖".contains(source.folded(at)) && source.folded(at + 1) == '的'
}

//! Whether the character that a name begins with is its surname, or rather a word before it.

use super::super::source::{Class, Source, is_han};
use super::characters::TABLE;
use super::context;
use super::weigh::{Reading, light};
use crate::numerals::digit;

/// How much less probable the name is, in natural logarithms: at most nothing.
pub(super) fn weight(reading: &Reading) -> f32 {
    let (source, start) = (reading.source, reading.range.start);
    let before = source.before(start);
    let mut weight = match source.folded(start) {
        // 这张卡: a measure.
        '张' if "这那有一几两每哪三四五张".contains(before) => -6.0,
        // 58万先交.
        '万' if digit(before).is_some() => -8.0,
        // 多少钱一克. Only 的 may stand before a name: 找的钱飞飞.
        '钱' if "少块元毛分多把没花有存取赚".contains(before) || before == '的' && !reading.clear => {
            -8.0
        }
        _ => 0.0,
    };
    // 英文|名: a surname that is rather a word, in a word.
    let rare = TABLE.surname.get(source.folded(start)).is_some_and(|weight| weight > 9.5);
    let in_a_word = reading.first.start == start && reading.first.end - start > 1;
    if rare && in_a_word && !reading.exact && !reading.first.person {
        weight -= 4.0;
    }
    // 小刘|挺热心: how one calls somebody.
    let called = reading.range.len() == 2 && matches!(before, '小' | '老') && context::before(source, start) < 4.5;
    if called && source.token(start - 1).is_some_and(|t| t.start == start - 1) {
        weight -= 4.0;
    }
    // 于月初: when something is.
    if source.folded(start) == '于'
        && reading.range.len() == 3
        && reading.last.start == start + 1
        && reading.last.class == Class::Quality
        && !matches!(source.slice(start + 1..reading.range.end), [a, b] if TABLE.pairs.contains(&[*a, *b]))
    {
        weight -= 5.0;
    }
    // 向|海燕: a given name that many people have, behind a surname.
    if let [a, b] = source.slice(reading.range.clone())
        && TABLE.pairs.contains(&[*a, *b])
        && !light(source, &TABLE.surname, start, 6.5)
        && start > 0
        && light(source, &TABLE.surname, start - 1, 6.5)
    {
        weight -= 3.0;
    }
    if doubtful(source, start) && !sure(source, start) {
        weight -= 5.0;
    }
    weight
}

/// Whether the name begins with a character that is rather a word before a name: 付刘琴, 向苗琳, 母王红.
pub(super) fn doubtful(source: &Source, start: usize) -> bool {
    "从代向付母父字和官管由与称收商方祝过连听托查".contains(source.folded(start))
        && TABLE.surname.get(source.folded(start + 1)).is_some_and(|weight| weight <= 6.0)
}

/// Whether what stands before such a character says that it is a surname all the same: a label with its mark, a word
/// that no preposition follows, and, for what ends words (收款|方), a word that is whole.
fn sure(source: &Source, start: usize) -> bool {
    let before = context::before(source, start);
    let ends_words = matches!(source.folded(start), '方' | '母' | '父' | '字' | '官' | '管' | '商' | '祝' | '连');
    before >= 4.5 && !is_han(source.before(start))
        || matches!(source.before(start), '为' | '叫')
        || before >= 6.0 && ends_words
}

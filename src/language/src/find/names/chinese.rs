//! Names of a surname and one or two characters.
//!
//! A noisy channel: the logarithm of how probable the characters are as words of the sentence, which the dictionary
//! knows, against how probable they are as surname and given name, plus what the context says. All weights are natural
//! logarithms.

use std::ops::Range;

use super::super::source::{Class, Source, is_han};
use super::characters::{OFTEN, TABLE, Weights};
use super::context;
use super::surname::doubtful;
use super::weigh::{Costs, LISTED, gain, light, word};
use crate::numerals::digit;

/// A character that no given name in the lists has.
const UNKNOWN: f32 = 13.0;

/// A possible name.
struct Candidate {
    range: Range<usize>,
    /// The name before it when the best choice has this one.
    previous: Option<usize>,
}

/// The names whose gains add up to the most.
pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let mut costs = Costs { source, known: vec![None; source.tokens.len()] };
    let mut candidates: Vec<Candidate> = Vec::new();
    // Per position: the most that names before it add up to, and the last of them; the same of those that end there.
    let mut best: Vec<(f32, Option<usize>)> = vec![(0.0, None); source.len() + 1];
    let mut ending: Vec<(f32, Option<usize>)> = vec![(f32::MIN, None); source.len() + 1];
    for start in 0..source.len() {
        let before = best.get(start).copied().unwrap_or_default();
        let beside = listed(source, start, &ending);
        for (range, cost) in names(source, free, start) {
            let Some(gain) = gain(source, free, &mut costs, &range, cost) else { continue };
            if gain <= -LISTED {
                continue;
            }
            let (sum, previous) = match beside {
                (sum, previous) if sum + LISTED > before.0 => (sum + LISTED + gain, previous),
                _ => (before.0 + gain, before.1),
            };
            let end = range.end;
            candidates.push(Candidate { range, previous });
            if let Some(slot) = ending.get_mut(end).filter(|(most, _)| sum > *most) {
                *slot = (sum, Some(candidates.len() - 1));
            }
        }
        // Nothing that ends behind this position starts at it or before.
        let here = ending.get(start + 1).copied().filter(|(sum, _)| *sum > before.0).unwrap_or(before);
        if let Some(slot) = best.get_mut(start + 1) {
            *slot = here;
        }
    }
    let mut found = Vec::new();
    let mut last = best.last().and_then(|(_, last)| *last);
    while let Some(candidate) = last.and_then(|last| candidates.get(last)) {
        found.push(candidate.range.clone());
        last = candidate.previous;
    }
    found
}

/// The best choice with a name that ends here, or before the one character that divides the names of a list.
fn listed(source: &Source, start: usize, ending: &[(f32, Option<usize>)]) -> (f32, Option<usize>) {
    let divided = matches!(source.before(start), '、' | '/' | ' ' | '和' | '与' | '跟' | '及');
    let at = |at: Option<usize>| at.and_then(|at| ending.get(at)).copied().unwrap_or((f32::MIN, None));
    let (beside, before) = (at(Some(start)), at(start.checked_sub(1).filter(|_| divided)));
    if beside.0 >= before.0 { beside } else { before }
}

/// A name with a surname that is in no list (some thousands are borne), where the text says that a name begins, and a
/// given name of two characters that leave no doubt.
fn stranger(source: &Source, start: usize) -> Option<(Range<usize>, f32)> {
    const SURNAME: f32 = 11.5;
    // 幺七三.
    if (start..start + 3).any(|at| digit(source.folded(at)).is_some()) {
        return None;
    }
    let first = TABLE.first.get(source.folded(start + 1)).filter(|weight| *weight <= 8.0)?;
    let second = TABLE.second.get(source.folded(start + 2)).filter(|weight| *weight <= 8.0)?;
    // A verb or a particle is one: 推荐人填李珺. What the dictionary does not know is none.
    let unknown = || word(source.str(&(start..start + 1))) > 14.0;
    // 姓名栏|梁玲.
    let divided = light(source, &TABLE.surname, start + 1, 6.0) && light(source, &TABLE.one, start + 2, 8.0);
    let alone = source.token(start).filter(|t| t.end == start + 1);
    let word = alone.is_none_or(|t| !matches!(t.class, Class::Noun | Class::Quality) && !unknown());
    (!word && !divided && context::before(source, start) >= 6.0).then_some((start..start + 3, SURNAME + first + second))
}

/// The ways to read a name from `start` on, and what each costs.
fn names(source: &Source, free: &[bool], start: usize) -> Vec<(Range<usize>, f32)> {
    let mut out = Vec::new();
    let usable = |at: usize| free.get(at) == Some(&true) && is_han(source.folded(at));
    if !usable(start) {
        return out;
    }
    let surname = TABLE.surname.get(source.folded(start));
    if surname.is_none() && TABLE.compound.at(&source.folded, start).is_none() {
        out.extend(stranger(source, start).filter(|(range, _)| range.clone().all(usable)));
        return out;
    }
    // 陈方安生: two surnames and a given name of two characters.
    if let (Some(one), Some(two)) =
        (TABLE.surname.get(source.folded(start)), TABLE.surname.get(source.folded(start + 1)))
        && one + two < 13.5
        && !doubtful(source, start)
        && (start..start + 4).all(usable)
        && let (Some(first), Some(second)) =
            (TABLE.first.get(source.folded(start + 2)), TABLE.second.get(source.folded(start + 3)))
    {
        let often = TABLE.pairs.contains(&[source.folded(start + 2), source.folded(start + 3)]);
        out.push((start..start + 4, one + two + if often { OFTEN } else { first + second } + 1.5));
    }
    // 王经理 and 刘先生 are no whole names; 经理 and the like are no given ones.
    let title = |at: usize| {
        context::title(source, at).is_some_and(|length| {
            // 丛伯年: 伯 is a title and begins given names.
            length > 1 || TABLE.first.get(source.folded(at)).is_none_or(|weight| weight > 7.0)
        })
    };
    if source.slice(start + 1..start + 3) == ['谢', '谢']
        || title(start + 1)
        || matches!(
            source.folded(start + 1),
            '佰' | '仟' | '拾' | '亿' | '壹' | '贰' | '叁' | '肆' | '伍' | '陆' | '柒' | '捌' | '玖'
        )
    {
        return out;
    }
    let table = &*TABLE;
    // 张 伟, as forms print it; only a word that announces a name makes up for the blank.
    if source.folded(start + 1) == ' '
        && usable(start + 2)
        && !usable(start + 3)
        && context::before(source, start) >= 6.0
        && let (Some(surname), Some(given)) =
            (table.surname.get(source.folded(start)), table.one.get(source.folded(start + 2)))
    {
        out.push((start..start + 3, surname + given));
        return out;
    }
    let mut given = |from: usize, surname: f32| {
        let weight = |table: &Weights, at: usize| table.get(source.folded(at)).unwrap_or(UNKNOWN);
        if usable(from) && usable(from + 1) {
            // A name such as 婷婷 repeats its character.
            let second =
                if source.folded(from) == source.folded(from + 1) { 2.5 } else { weight(&table.second, from + 1) };
            let both = weight(&table.first, from) + second;
            let often = table.pairs.contains(&[source.folded(from), source.folded(from + 1)]);
            out.push((start..from + 2, surname + 0.3 + if often { both.min(OFTEN) } else { both }));
        }
        // 张工 and 冯叔: how one calls somebody.
        let called = matches!(
            source.folded(from),
            '工' | '姨' | '叔' | '姐' | '哥' | '嫂' | '婶' | '爷' | '奶' | '总' | '董' | '伯' | '嘞'
        );
        // 阿明 and 阿佳: how one calls somebody too. 诸葛 is a surname alone.
        let surname_alone = table.compound.at(&source.folded, start) == Some((2, ())) && from == start + 1;
        if usable(from) && !called && !surname_alone && source.folded(start) != '阿' {
            out.push((start..from + 1, surname + 1.0 + weight(&table.one, from)));
        }
    };
    if let Some(surname) = table.surname.get(source.folded(start)) {
        given(start + 1, surname);
    }
    if let Some((length, ())) = table.compound.at(&source.folded, start).filter(|(length, ())| !title(start + length)) {
        given(start + length, 5.5);
    }
    out
}

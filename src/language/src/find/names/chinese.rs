//! Names of a surname and one or two characters.
//!
//! A noisy channel: the logarithm of how probable the characters are as words of the sentence, which the dictionary
//! knows, against how probable they are as surname and given name, plus what the context says. All weights are natural
//! logarithms.

use std::ops::Range;

use super::super::source::{Source, is_han};
use super::characters::{OFTEN, TABLE, Weights};
use super::context;
use super::weigh::{Costs, doubtful_surname, gain};

/// A character that no given name in the lists has.
const UNKNOWN: f32 = 13.0;

/// A possible name.
struct Candidate {
    range: Range<usize>,
    gain: f32,
}

pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let mut costs = Costs { source, known: vec![None; source.tokens.len()] };
    let mut candidates = Vec::new();
    for start in 0..source.len() {
        for (range, cost) in names(source, free, start) {
            let Some(gain) = gain(source, free, &mut costs, &range, cost) else { continue };
            if gain > 0.0 {
                candidates.push(Candidate { range, gain });
            }
        }
    }
    // The best first; what overlaps it goes.
    candidates.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    let mut open = vec![true; source.len()];
    let mut found: Vec<Range<usize>> = Vec::new();
    for candidate in candidates {
        if let Some(slots) = open.get_mut(candidate.range.clone())
            && slots.iter().all(|open| *open)
        {
            slots.fill(false);
            found.push(candidate.range);
        }
    }
    found
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
        return out;
    }
    // 陈方安生: two surnames and a given name of two characters.
    if let (Some(one), Some(two)) =
        (TABLE.surname.get(source.folded(start)), TABLE.surname.get(source.folded(start + 1)))
        && one + two < 12.0
        && !doubtful_surname(source, start)
        && (start..start + 4).all(usable)
        && let (Some(first), Some(second)) =
            (TABLE.first.get(source.folded(start + 2)), TABLE.second.get(source.folded(start + 3)))
    {
        let often = TABLE.pairs.contains(&[source.folded(start + 2), source.folded(start + 3)]);
        out.push((start..start + 4, one + two + if often { OFTEN } else { first + second } + 3.0));
    }
    // 王经理 and 刘先生 are no whole names; 经理 and the like are no given ones.
    let title = |at: usize| context::is_title(source, at);
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
        if usable(from) && !called {
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

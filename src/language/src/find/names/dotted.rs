//! Names from other languages: with a dot between their parts (阿依古丽·买买提), or of two words that the dictionary
//! knows as such names (大卫米勒).

use std::ops::Range;

use super::super::source::{Class, Source, Token, is_han};
use super::characters::TABLE;
use super::context;
use super::sounds::is_sound;
use super::weigh::word;

/// Characters on one side of the dot, at most.
const SIDE: usize = 12;

/// Words of a name without a dot, at most.
const WORDS: usize = 10;

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '‧' | '∙' | '･' | '⋅' | '﹒')
}

pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let usable = |at: usize| free.get(at) == Some(&true) && is_han(source.char(at));
    let (mut found, mut at): (Vec<Range<usize>>, usize) = (Vec::new(), 0);
    while at < source.len() {
        let dot = is_dot(source.char(at)) || source.char(at) == '.';
        if !dot || at == 0 || !usable(at - 1) || !usable(at + 1) {
            at += 1;
            continue;
        }
        let floor = found.last().map_or(0, |r| r.end);
        let (start, end) = (left(source, at, |at| at >= floor && usable(at)), right(source, at, usable));
        if start < at && end > at + 1 {
            found.push(start..end);
        }
        at = end.max(at + 1);
    }
    found
}

/// Names of two words or more that the dictionary knows as names from other languages, or of one and characters that
/// write such sounds: 大卫|米勒, 奥列格|斯|米|尔|诺|夫.
pub(super) fn side_by_side(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let (mut found, mut index) = (Vec::new(), 0);
    while let Some(first) = source.tokens.get(index) {
        let mut end = first.start;
        let (mut known, mut persons, mut characters) = (0, 0, 0);
        let run = source.tokens.get(index..).unwrap_or_default().iter().take(WORDS).take_while(|t| {
            let length = t.end - t.start;
            let announces = || length == 2 && context::before(source, t.end) >= 4.5;
            // 大卫 is in the dictionary as a word, and a rare one; 基金 is not rare.
            let name = || t.person || t.place || word(source.str(&(t.start..t.end))) > 12.0;
            length < 9 && part(source, t) && (length == 1 || t.class == Class::Noun && name() && !announces())
        });
        for token in run {
            match token.end - token.start {
                1 => characters += 1,
                _ => known += 1,
            }
            // 马丽|李娜 are two Chinese names.
            let chinese = TABLE.surname.get(source.char(token.start)).is_some_and(|weight| weight <= 6.0);
            persons += usize::from(token.person && token.end - token.start > 1 && !chinese);
            end = token.end;
        }
        let range = first.start..end;
        let surname = TABLE.surname.get(source.char(first.start)).is_some_and(|weight| weight <= 8.0);
        let announced = !surname && context::before(source, range.start) >= 3.0;
        let enough = known > 1 || characters > 2 || characters > 1 && announced;
        let name = persons > 0 && enough && range.len() > 3;
        if name && free.get(range.clone()).is_some_and(|slots| slots.iter().all(|free| *free)) {
            index += known + characters;
            found.push(range);
        } else {
            index += 1;
        }
    }
    found
}

/// Where the part before the dot begins.
fn left(source: &Source, dot: usize, usable: impl Fn(usize) -> bool) -> usize {
    let sure = is_dot(source.char(dot));
    let mut start = dot;
    while start > 0 && dot - start < SIDE && usable(start - 1) {
        // What announces a name is no part of it: 大伯, 顾问.
        if start < dot && context::before(source, start) >= 4.5 {
            break;
        }
        let Some(token) = source.token(start - 1) else { break };
        // Nearly nothing but a name has the dot in the middle: then the word before it is one, and longer than a character.
        let beside = sure && (start == dot || dot - start < 2 && context::before(source, start) < 3.0);
        if !(part(source, &token) || beside && token.end - token.start <= 4) {
            break;
        }
        let from = token.start.max(dot.saturating_sub(SIDE));
        let whole = (from..start).rev().take_while(|at| usable(*at)).count();
        start -= whole.max(1);
    }
    start
}

/// Where the parts behind the dot end.
fn right(source: &Source, dot: usize, usable: impl Fn(usize) -> bool) -> usize {
    let sure = is_dot(source.char(dot));
    let (mut end, mut from) = (dot + 1, dot + 1);
    while end - from < SIDE {
        let further = is_dot(source.char(end)) || source.char(end) == '.';
        if further && usable(end + 1) {
            end += 1;
            from = end;
        }
        let Some(token) = source.token(end).filter(|_| usable(end)) else { break };
        // A part is longer than a character.
        let short = end == from || end == from + 1 && !context::follows(source, end) && token.class != Class::Adverb;
        if !(part(source, &token) || sure && short && token.end - token.start <= 4) {
            break;
        }
        end += (end..token.end).take_while(|at| usable(*at)).count().max(1);
    }
    end
}

/// Whether the word may be part of a name from another language: the dictionary calls it a person's, or it has but
/// characters that such names have and is no word of the sentence.
fn part(source: &Source, token: &Token) -> bool {
    let next_sounds = is_sound(source.char(token.end));
    if token.end == token.start + 1 {
        let c = source.char(token.start);
        let before = source.before(token.start);
        return match c {
            '和' => before == '呼',
            '来' | '都' | '连' | '让' | '查' | '比' | '生' | '地' => next_sounds && is_sound(before),
            _ => is_sound(c),
        };
    }
    let plain = match token.class {
        Class::Adverb | Class::Link => true,
        Class::Verb => !next_sounds && !is_dot(source.char(token.end)),
        _ => false,
    };
    let plain = plain || source.slice(token.start..token.end) == ['谢', '谢'];
    // The dictionary calls words such as 银行卡 and 顾问 persons' too.
    let strange = (token.start..token.end).filter(|at| !is_sound(source.char(*at))).count();
    !plain && strange == 0 || token.person && !plain && strange * 2 <= token.end - token.start
}

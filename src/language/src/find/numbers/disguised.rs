//! Numbers whose form shows although they are not written in digits and separators alone.
//!
//! Speech recognition writes a digit as a word that sounds like it (九三六午), people type letters that look like digits
//! (13O8615l234) or any brackets and dots (180【733)72243), some so that a filter does not see the number. What is between is
//! no digit by itself; it becomes one where the whole has a form that hardly ever comes by chance.

use std::ops::Range;

use super::super::Kind;
use super::super::source::Source;
use super::context::Context;
use super::cues::Cue;
use super::shapes::{self, Shape};
use crate::numerals::digit;

/// A mobile number is the shortest.
const SHORTEST: usize = 11;

/// A card of 19 digits is the longest.
const LONGEST: usize = 19;

/// Finds them among the characters that are `free`.
pub(super) fn find(context: &Context, free: &[bool], found: &mut Vec<(Kind, Range<usize>)>) {
    let source = context.source;
    let (mut at, mut glyphs) = (0, Vec::with_capacity(LONGEST + 1));
    while at < source.len() {
        if free.get(at) != Some(&true) || !begins(source, at) {
            at += 1;
            continue;
        }
        let next = read(source, free, at, &mut glyphs).max(at + 1);
        if let Some((kind, end)) = number(context, at, &glyphs).filter(|(kind, _)| !told_otherwise(context, *kind, at))
        {
            let plus = usize::from(kind == Kind::Phone && source.before(at) == '+');
            found.push((kind, at - plus..end));
        }
        at = next;
    }
}

/// Whether a number may begin here: a digit, or what a first digit is often taken for.
fn begins(source: &Source, at: usize) -> bool {
    let first = source.folded(at);
    let letter = || matches!(first, 'l' | 'i') && source.folded(at + 1).is_ascii_digit();
    (digit(first).is_some() || matches!(first, '妖' | '腰') || letter()) && !source.before(at).is_ascii_alphanumeric()
}

/// One digit of such a number.
struct Glyph {
    value: u8,
    how: How,
    end: usize,
    /// What stands before it.
    before: Before,
}

/// What stands before a digit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, or what every number is divided by.
    Plain,
    Dot,
    /// A bracket or a star.
    Bracket,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Digit,
    LooksAlike,
    SoundsAlike,
}

/// What follows from `start` on with no more than separators between, as `glyphs`: one more than the longest number has at
/// most. Where it ends.
fn read(source: &Source, free: &[bool], start: usize, glyphs: &mut Vec<Glyph>) -> usize {
    let (mut at, mut end, mut before) = (start, start, Before::Plain);
    glyphs.clear();
    while free.get(at) == Some(&true) {
        if let Some((value, how)) = glyph(source, at) {
            at += 1;
            end = at;
            if glyphs.len() <= LONGEST {
                glyphs.push(Glyph { value, how, end, before });
            }
            before = Before::Plain;
        } else if separator(source.folded(at)) && !(1..=2).all(|more| separator(source.folded(at + more))) {
            before = match source.folded(at) {
                ' ' | '-' => before,
                '.' => Before::Dot,
                _ => Before::Bracket,
            };
            at += 1;
        } else {
            break;
        }
    }
    end
}

/// What number the glyphs are and where it ends, if they are one and it is disguised.
fn number(context: &Context, start: usize, glyphs: &[Glyph]) -> Option<(Kind, usize)> {
    let source = context.source;
    // What sounds like a digit behind the last may be a word of the sentence.
    if glyphs.len() < SHORTEST {
        return None;
    }
    let words = glyphs.iter().rev().take_while(|glyph| glyph.how == How::SoundsAlike).count();
    (glyphs.len() - words..=glyphs.len()).rev().find_map(|count| {
        let glyphs = glyphs.get(..count)?;
        let end = glyphs.last()?.end;
        let many = |how: How| glyphs.iter().filter(|glyph| glyph.how == how).count();
        let before = |what: Before| glyphs.iter().filter(|glyph| glyph.before == what).count();
        // Three dots divide an internet address.
        let address =
            source.slice(start..end).iter().all(|c| c.is_ascii_digit() || *c == '.') && before(Before::Dot) == 3;
        let divided = (before(Before::Bracket) > 0 || before(Before::Dot) > 0) && !address;
        let disguised = divided || glyphs.iter().any(|glyph| glyph.how != How::Digit);
        let plain = many(How::SoundsAlike) <= 4 && many(How::LooksAlike) * 3 <= count * 2;
        let goes_on = source.folded(end).is_ascii_alphanumeric() || digit(source.folded(end)).is_some();
        if !disguised || !plain || goes_on || start == end {
            return None;
        }
        let digits: Vec<u8> = glyphs.iter().map(|glyph| glyph.value).collect();
        let kind = match shapes::shape(&digits) {
            Some(Shape::Mobile) => Kind::Phone,
            Some(Shape::Landline) if before(Before::Bracket) > 0 && many(How::Digit) == count => Kind::Phone,
            _ if many(How::SoundsAlike) > 0 => return None,
            Some(Shape::Card) => Kind::Card,
            Some(Shape::Resident) => Kind::IdNumber,
            // What has no form of its own is announced right before.
            _ => match context.announces(start)? {
                (Cue::Account, 0..=4) if !divided && count >= 12 => Kind::Account,
                (Cue::Id, 0..=8) if !divided && matches!(count, 15 | 18) => Kind::IdNumber,
                _ => return None,
            },
        };
        Some((kind, end))
    })
}

/// Whether the word before says that it is something else.
fn told_otherwise(context: &Context, kind: Kind, start: usize) -> bool {
    context.announces(start).is_some_and(|(cue, distance)| match cue {
        Cue::Serial => distance <= 3,
        Cue::Account => kind == Kind::Phone && distance <= 6,
        _ => false,
    })
}

/// A digit, or what stands for one.
fn glyph(source: &Source, at: usize) -> Option<(u8, How)> {
    let c = source.folded(at);
    let as_digit = || digit(c).map(|value| (value, How::Digit));
    let as_letter = || looks_like(source.char(at)).map(|value| (value, How::LooksAlike));
    as_digit().or_else(as_letter).or_else(|| sounds_like(c).map(|value| (value, How::SoundsAlike)))
}

/// The digit that a letter looks like.
fn looks_like(c: char) -> Option<u8> {
    Some(match c {
        'O' | 'o' => 0,
        'I' | 'l' | 'i' => 1,
        'Z' => 2,
        'S' => 5,
        'B' => 8,
        _ => return None,
    })
}

/// The digit that a character sounds like.
fn sounds_like(c: char) -> Option<u8> {
    Some(match c {
        '林' | '灵' | '令' | '玲' | '另' => 0,
        '妖' | '腰' | '要' | '邀' | '夭' => 1,
        '而' | '儿' | '尔' => 2,
        '山' | '散' => 3,
        '是' | '似' | '寺' => 4,
        '午' | '吾' | '舞' | '无' => 5,
        '溜' | '留' | '刘' | '流' | '柳' => 6,
        '起' | '期' | '气' | '奇' | '其' | '妻' => 7,
        '吧' | '巴' | '把' | '爸' => 8,
        '酒' | '久' | '就' | '旧' => 9,
        _ => return None,
    })
}

/// What may stand between digits of such a number; brackets of any kind and without their pair.
fn separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '.' | '·' | '*' | '_' | '(' | ')' | '[' | ']' | '{' | '}' | '【' | '】' | '「' | '」' | '<' | '>'
    )
}

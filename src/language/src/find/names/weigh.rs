//! How much more probable a name is than the words in its place, in natural logarithms.

use std::ops::Range;

use super::super::source::{Source, Token};
use super::characters::{TABLE, Weights};
use super::{context, given, nobody, surname};
use crate::dictionary::dictionary;

/// Words in the corpus behind the dictionary's frequencies.
const LN_CORPUS: f32 = 17.91;
/// What a name costs where nothing speaks for one.
const RARE: f32 = 6.0;

/// What it adds that a name stands right beside another one, as in a list.
pub(super) const LISTED: f32 = 3.0;

/// A way to read characters as a name, and what the dictionary makes of them.
pub(super) struct Reading<'a> {
    pub source: &'a Source<'a>,
    pub range: Range<usize>,
    /// The words that the name begins and ends in.
    pub first: Token,
    pub last: Token,
    /// The name is one word.
    pub exact: bool,
    /// Surname and given name could hardly be anything else.
    pub clear: bool,
    /// The text says in so many words that the word is a name: 我叫冷静.
    pub named: bool,
}

/// Whether the character weighs no more than `most`.
pub(super) fn light(source: &Source, weights: &Weights, at: usize, most: f32) -> bool {
    weights.get(source.folded(at)).is_some_and(|weight| weight <= most)
}

/// What the words of a text cost, computed once each.
pub(super) struct Costs<'a> {
    pub source: &'a Source<'a>,
    pub known: Vec<Option<f32>>,
}

impl Costs<'_> {
    fn token(&mut self, index: usize) -> f32 {
        if let Some(Some(cost)) = self.known.get(index) {
            return *cost;
        }
        let cost = self.source.tokens.get(index).map_or(LN_CORPUS, |t| word(self.source.str(&(t.start..t.end))));
        if let Some(slot) = self.known.get_mut(index) {
            *slot = Some(cost);
        }
        cost
    }
}

pub(super) fn word(word: &str) -> f32 {
    if word.trim().is_empty() {
        return 0.0;
    }
    LN_CORPUS - (dictionary().suggest_freq(word) as f32).ln()
}

/// What the characters cost as words of their own.
fn words(text: &str) -> f32 {
    match text.chars().count() {
        0 => 0.0,
        1 => word(text),
        _ => dictionary().cut(text, false).iter().map(|t| word(t.word)).sum(),
    }
}

/// How much more probable the name is than the words that it would replace, where its characters cost `name`.
pub(super) fn gain(source: &Source, free: &[bool], costs: &mut Costs, range: &Range<usize>, name: f32) -> Option<f32> {
    let (from, to) = (source.token_index(range.start)?, source.token_index(range.end - 1)?);
    let (first, last) = (*source.tokens.get(from)?, *source.tokens.get(to)?);
    let exact = from == to && first.start == range.start && last.end == range.end;
    let as_words: f32 = (from..=to).map(|i| costs.token(i)).sum();
    // Most readings are hopeless, whatever else is said: nothing adds more than this.
    let most = if exact {
        14.0
    } else if range.len() == 4 {
        10.0
    } else {
        2.5
    };
    let sum = as_words - name - RARE;
    if sum + context::MOST + most < -LISTED {
        return None;
    }
    let sum = sum + context::support(source, free, range);
    if sum + most < -LISTED {
        return None;
    }
    let named = range.len() == 2
        && exact
        && (context::names_itself(source, range)
            || context::owns(source, range) && !nobody::is_word(source, range.start, range.len()));
    let clear = range.len() == 3
        && light(source, &TABLE.surname, range.start, 6.0)
        && light(source, &TABLE.first, range.start + 1, 8.0)
        && light(source, &TABLE.second, range.start + 2, 8.0);
    let reading = Reading { source, range: range.clone(), first, last, exact, clear, named };
    // The parts of words that the name leaves over.
    let rest = words(source.str(&(first.start..range.start))) + words(source.str(&(range.end..last.end)));
    let whole = whole(&reading, as_words, name);
    let doubts = surname::weight(&reading) + given::weight(&reading) + nobody::weight(&reading);
    Some(sum + whole + doubts - rest)
}

/// What it says that the name is one word of the dictionary: somebody's name, or an ordinary word.
fn whole(reading: &Reading, as_words: f32, name: f32) -> f32 {
    let (first, length) = (&reading.first, reading.range.len());
    // 欧阳修远 begins as a name that the dictionary knows.
    if length == 4
        && name < 24.0
        && first.person
        && first.start == reading.range.start
        && first.end + 1 == reading.range.end
    {
        return 10.0;
    }
    if !reading.exact {
        return 0.0;
    }
    let mut weight = if reading.named { 6.0 } else { 0.0 };
    // The dictionary calls some names that are clear places.
    if first.person || reading.clear {
        if length > 2 {
            weight += 8.0;
        } else if as_words > 9.0 {
            weight += 3.0;
        }
    } else if !reading.named {
        weight -= 5.0;
    }
    weight
}

//! A text made ready for the finders: its characters, folded, with their places and words.

use std::ops::Range;

use crate::dictionary::dictionary;
use crate::numerals::chinese_digit;
use crate::width::half_width;

/// One word as the dictionary cuts the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// In characters.
    pub start: usize,
    pub end: usize,
    /// The dictionary calls it a person's name.
    pub person: bool,
    /// The dictionary calls it a place.
    pub place: bool,
    pub class: Class,
}

/// What part of speech a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Verb,
    Adverb,
    /// Prepositions and conjunctions.
    Link,
    Noun,
    /// Adjectives and times, and what is but a part of words.
    Quality,
    Other,
}

impl Class {
    /// From the tag of the dictionary (ICTCLAS).
    fn new(tag: &str) -> Self {
        match tag.as_bytes() {
            [b'v', ..] => Class::Verb,
            [b'd', ..] => Class::Adverb,
            [b'p' | b'c', ..] => Class::Link,
            [b'n', ..] => Class::Noun,
            [b'a' | b'b' | b't' | b'z' | b'g', ..] => Class::Quality,
            _ => Class::Other,
        }
    }
}

/// The characters of a text. All positions of the finders count characters; [`Source::bytes`] turns them into bytes.
pub(super) struct Source<'a> {
    pub text: &'a str,
    /// Half-width, lower case.
    pub folded: Vec<char>,
    /// Half-width, as written.
    pub chars: Vec<char>,
    /// Where each character starts in `text`; one more for the end.
    offsets: Vec<usize>,
    pub tokens: Vec<Token>,
    /// Per character: the token it belongs to.
    token_at: Vec<u32>,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut offsets = Vec::with_capacity(text.len() / 2 + 1);
        let mut chars = Vec::with_capacity(text.len() / 2);
        for (at, c) in text.char_indices() {
            offsets.push(at);
            chars.push(half_width(c));
        }
        offsets.push(text.len());
        let folded: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
        let mut source = Source { text, folded, chars, offsets, tokens: Vec::new(), token_at: Vec::new() };
        if source.chars.iter().any(|c| is_han(*c)) {
            source.cut();
        }
        source
    }

    fn cut(&mut self) {
        self.token_at = vec![u32::MAX; self.chars.len()];
        for tag in dictionary().tag(self.text, false) {
            let index = u32::try_from(self.tokens.len()).unwrap_or(u32::MAX);
            if let Some(slots) = self.token_at.get_mut(tag.start..tag.end) {
                slots.fill(index);
            }
            self.tokens.push(Token {
                start: tag.start,
                end: tag.end,
                person: matches!(tag.tag, "nr" | "nrt" | "nrfg"),
                place: tag.tag == "ns",
                class: Class::new(tag.tag),
            });
        }
    }

    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character as written, or NUL outside the text.
    pub fn char(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\0')
    }

    /// The folded character, or NUL outside the text.
    pub fn folded(&self, at: usize) -> char {
        self.folded.get(at).copied().unwrap_or('\0')
    }

    /// The folded character before, or NUL at the start.
    pub fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\0', |at| self.folded(at))
    }

    pub fn slice(&self, range: Range<usize>) -> &[char] {
        self.folded.get(range).unwrap_or_default()
    }

    /// A range of characters as a range of bytes of the text.
    pub fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        let at = |i: usize| self.offsets.get(i).copied().unwrap_or(self.text.len());
        at(range.start)..at(range.end)
    }

    /// The original text of a range of characters.
    pub fn str(&self, range: &Range<usize>) -> &'a str {
        self.text.get(self.bytes(range)).unwrap_or_default()
    }

    /// The index of the word that the character belongs to.
    pub fn token_index(&self, at: usize) -> Option<usize> {
        self.token_at.get(at).map(|i| *i as usize).filter(|i| *i < self.tokens.len())
    }

    pub fn token(&self, at: usize) -> Option<Token> {
        self.token_index(at).and_then(|i| self.tokens.get(i)).copied()
    }

    /// Whether a Chinese numeral at `at` belongs to an ordinary word, as in 一下 or 统一.
    pub fn in_a_word(&self, at: usize) -> bool {
        self.token(at).filter(|t| t.end > t.start + 1).is_some_and(|t| {
            // 三杠 and 两个 are words to the dictionary; in a number they are a digit and what is between digits.
            // 数四二六: the word ends where a number of three digits and more begins. 统一 and 唯一 are words all the same.
            let number = t.end == at + 1
                && chinese_digit(self.folded(at)).is_some_and(|d| d != 1)
                && (t.end..t.end + 2).all(|at| chinese_digit(self.folded(at)).is_some());
            if number {
                return false;
            }
            // 三叉: the last digit and the letter of an identity number.
            if self.slice(t.start..t.end).last() == Some(&'叉') {
                return false;
            }
            let spoken = |c: &char| chinese_digit(*c).is_some() || matches!(c, '杠' | '减' | '个');
            let more = chinese_digit(self.folded(t.end)).is_some();
            !self.slice(t.start..t.end).iter().all(|c| chinese_digit(*c).is_some() || more && spoken(c))
        })
    }
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{323af}' | '〇')
}

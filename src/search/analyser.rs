//! The Chinese analyser: from text to index terms, with the byte range of the original text behind each term.
//!
//! Text is folded first (full-width forms to half width, upper case to lower case) and then cut by jieba in search mode:
//! a long word also yields the dictionary words inside it, so 信用卡 is found by 信用 as well. Folding changes byte
//! lengths, so every folded character remembers the range it came from, and the ranges handed out always refer to
//! the original text and fall on its character boundaries.

use std::ops::Range;

use guitai_language::{dictionary, width};
use jieba_rs::{Jieba, TokenizeMode};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The name under which the analyser is registered with an index. Part of the schema: raise the number whenever the same text
/// would yield other terms, and every index built by the older analyser asks to be rebuilt.
pub(super) const ANALYSER: &str = "zh1";

/// Words beyond this many bytes are noise (encoded blobs, rulers of characters) and are not indexed.
const LONGEST_WORD: usize = 128;

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The index term: folded to half width and lower case.
    pub text: String,
    /// Where it stands in the original text, in UTF-8 bytes.
    pub range: Range<usize>,
    /// The number of the word in the text; words that start at the same character share it.
    pub position: usize,
}

/// A word of a query with its part of speech in jieba's notation ("n" noun, "v" verb, "x" unknown …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TaggedWord {
    pub text: String,
    pub tag: String,
    /// How often the word stands in the general dictionary's corpus of 60 million words; at least 1.
    pub frequency: usize,
}

/// Cuts Chinese and mixed text into terms. Cloning is cheap: all clones share one dictionary (about 60 MiB).
#[derive(Clone)]
pub struct Analyser {
    jieba: &'static Jieba,
}

impl Analyser {
    /// The analyser of this process. The first call loads the dictionary (a fraction of a second).
    pub fn shared() -> Self {
        Analyser { jieba: dictionary::dictionary() }
    }

    /// The words of a text, including the words inside longer words, in order of where they start.
    pub fn words(&self, text: &str) -> Vec<Word> {
        let folded = Folded::new(text);
        // The hidden Markov model guesses words that are in no dictionary, and guesses differently in a question and in
        // an article; characters that form no known word are indexed one by one instead.
        let mut words: Vec<Word> = self
            .jieba
            .tokenize(&folded.text, TokenizeMode::Search, false)
            .into_iter()
            .filter(|t| is_word(t.word))
            .map(|t| Word { text: t.word.to_owned(), range: folded.origin(t.byte_start..t.byte_end), position: 0 })
            .collect();
        words.sort_by_key(|w| (w.range.start, w.range.end));
        let mut position = 0;
        let mut last_start = None;
        for word in &mut words {
            if last_start.is_some_and(|s| s != word.range.start) {
                position += 1;
            }
            last_start = Some(word.range.start);
            word.position = position;
        }
        words
    }

    /// The words of a query, cut so that they do not overlap, with their parts of speech.
    pub(super) fn tagged(&self, text: &str) -> Vec<TaggedWord> {
        let folded = Folded::new(text);
        self.jieba
            .tag(&folded.text, false)
            .into_iter()
            .filter(|t| is_word(t.word))
            .map(|t| TaggedWord {
                text: t.word.to_owned(),
                tag: t.tag.to_owned(),
                frequency: self.jieba.suggest_freq(t.word),
            })
            .collect()
    }
}

impl std::fmt::Debug for Analyser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Analyser")
    }
}

/// Punctuation and white space are no words, and neither are endless runs.
fn is_word(token: &str) -> bool {
    token.len() <= LONGEST_WORD && token.chars().any(char::is_alphanumeric)
}

/// Folded text, and the range of the original behind each of its characters.
struct Folded {
    text: String,
    /// Per folded character: where it starts in `text`, and the original range.
    chars: Vec<(usize, Range<usize>)>,
}

impl Folded {
    fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut chars = Vec::with_capacity(original.len());
        for (start, c) in original.char_indices() {
            let range = start..start + c.len_utf8();
            // One character may become several (İ, Ⅱ); each of them stands for the whole original.
            let mut push = |folded: char| {
                chars.push((text.len(), range.clone()));
                text.push(folded);
            };
            match roman(c) {
                Some(letters) => letters.chars().for_each(&mut push),
                None => half_width(c).to_lowercase().for_each(&mut push),
            }
        }
        Folded { text, chars }
    }

    /// The original range behind a range of the folded text.
    fn origin(&self, folded: Range<usize>) -> Range<usize> {
        let from = self.chars.partition_point(|(at, _)| *at < folded.start);
        let to = self.chars.partition_point(|(at, _)| *at < folded.end);
        let start = self.chars.get(from).map_or(0, |(_, r)| r.start);
        let end = to.checked_sub(1).and_then(|last| self.chars.get(last)).map_or(start, |(_, r)| r.end);
        start..end
    }
}

/// The half-width form, of the sign of the currency as well.
fn half_width(c: char) -> char {
    if c == '￥' { '¥' } else { width::half_width(c) }
}

/// The letters of a Roman numeral that is one character (Ⅱ类户 is typed as II类户 just as often).
fn roman(c: char) -> Option<&'static str> {
    let value = match c {
        'Ⅰ'..='Ⅹ' => u32::from(c) - u32::from('Ⅰ'),
        'ⅰ'..='ⅹ' => u32::from(c) - u32::from('ⅰ'),
        _ => return None,
    };
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"].get(value as usize).copied()
}

impl Tokenizer for Analyser {
    type TokenStream<'a> = WordStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream {
        WordStream { words: self.words(text).into_iter(), token: Token::default() }
    }
}

/// The words of one text, handed to tantivy one by one.
pub struct WordStream {
    words: std::vec::IntoIter<Word>,
    token: Token,
}

impl TokenStream for WordStream {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else { return false };
        self.token = Token {
            offset_from: word.range.start,
            offset_to: word.range.end,
            position: word.position,
            text: word.text,
            position_length: 1,
        };
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

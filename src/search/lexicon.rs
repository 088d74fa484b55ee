//! The banking words the analyser and the queries know beyond the general dictionary: what `guitai_language::dictionary::LEXICON` says of them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use guitai_language::dictionary;

/// Vocabulary, words of the same meaning, and words without a subject.
#[derive(Default)]
pub(super) struct Lexicon {
    vocabulary: HashSet<&'static str>,
    same: HashMap<&'static str, Vec<&'static str>>,
    weak: HashSet<&'static str>,
    stop: HashSet<&'static str>,
}

impl Lexicon {
    /// The lexicon that is built into the program.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::parse(dictionary::LEXICON));
        &SHARED
    }

    fn parse(text: &'static str) -> Self {
        let mut lexicon = Lexicon::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("word") => lexicon.vocabulary.extend(words),
                Some("same") => {
                    let group: Vec<_> = words.collect();
                    for word in &group {
                        let others = group.iter().copied().filter(|other| other != word);
                        let known = lexicon.same.entry(word).or_default();
                        for other in others {
                            if !known.contains(&other) {
                                known.push(other);
                            }
                        }
                    }
                    lexicon.vocabulary.extend(group);
                }
                Some("weak") => lexicon.weak.extend(words),
                Some("stop") => lexicon.stop.extend(words),
                _ => {}
            }
        }
        lexicon
    }

    /// Other words for the same thing.
    pub fn same_as(&self, word: &str) -> &[&'static str] {
        self.same.get(word).map_or(&[], Vec::as_slice)
    }

    /// Whether this is a word of the trade.
    pub fn knows(&self, word: &str) -> bool {
        self.vocabulary.contains(word)
    }

    /// Whether nearly every question has the word.
    pub fn is_weak(&self, word: &str) -> bool {
        self.weak.contains(word)
    }

    /// Whether the word says how one asks rather than what.
    pub fn is_stop(&self, word: &str) -> bool {
        self.stop.contains(word)
    }
}

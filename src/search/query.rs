//! What a person asks, as the words that matter.
//!
//! A query is never parsed as a query language: whatever a customer types is cut into words like any other text.

use super::analyser::{Analyser, TaggedWord};
use super::lexicon::Lexicon;

/// A query longer than this many content words is cut there; nobody asks for more, and each word costs a lookup.
const MOST_CONCEPTS: usize = 48;

/// Words in the corpus behind the general dictionary's frequencies.
const CORPUS: f32 = 60_000_000.0;
/// Rarity, on a scale where 0 is the whole corpus and 1 a single occurrence, of words that say nothing and of words that name a subject.
const COMMON: f32 = 0.35;
const SPECIAL: f32 = 0.65;

/// An analysed query.
#[derive(Debug, Clone)]
pub struct Query {
    pub(super) concepts: Vec<Concept>,
}

/// One content word of a query, with what else would count as that word.
#[derive(Debug, Clone)]
pub(super) struct Concept {
    /// The word itself, as an index term.
    pub word: String,
    /// Words of the same meaning.
    pub same: Vec<&'static str>,
    /// Dictionary words inside the word; a weaker match.
    pub parts: Vec<String>,
    /// How much of the subject a word of this kind carries, 0 to 1.
    pub weight: f32,
}

/// How far a word counts as matched when only another word for the same thing was found …
const SAME_MATCH: f32 = 0.9;
/// … or only all of the words inside it.
const PART_MATCH: f32 = 0.5;

impl Concept {
    /// How well a text matches the word, 0 to 1: whether it has the word, one of the same meaning, how many of the parts.
    pub fn strength(&self, whole: bool, same: bool, parts: usize) -> f32 {
        match (whole, same) {
            (true, _) => 1.0,
            (_, true) => SAME_MATCH,
            _ => PART_MATCH * parts as f32 / self.parts.len().max(1) as f32,
        }
    }
}

impl Query {
    /// Analyses a query. It may turn out empty: a greeting has no content words.
    pub fn new(text: &str) -> Self {
        let analyser = Analyser::shared();
        let lexicon = Lexicon::shared();
        let mut concepts: Vec<Concept> = Vec::new();
        for tagged in analyser.tagged(text) {
            if concepts.len() == MOST_CONCEPTS {
                break;
            }
            if lexicon.is_stop(&tagged.text) || concepts.iter().any(|c| c.word == tagged.text) {
                continue;
            }
            let weight = weight_of(&tagged, lexicon);
            let parts =
                analyser.words(&tagged.text).into_iter().map(|w| w.text).filter(|w| *w != tagged.text).collect();
            let same = lexicon.same_as(&tagged.text).to_vec();
            concepts.push(Concept { word: tagged.text, same, parts, weight });
        }
        Query { concepts }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }

    /// The number of content words.
    pub fn terms(&self) -> usize {
        self.concepts.len()
    }
}

/// How much of the subject a word carries, 0 to 1.
fn weight_of(word: &TaggedWord, lexicon: &Lexicon) -> f32 {
    if lexicon.is_weak(&word.text) {
        0.2
    } else if lexicon.knows(&word.text) {
        1.0
    } else {
        // A word that stands everywhere in general language (只能, 带, 家里) says little about the subject.
        let rarity = (CORPUS / word.frequency as f32).ln() / CORPUS.ln();
        let special = ((rarity - COMMON) / (SPECIAL - COMMON)).clamp(0.1, 1.0);
        let alone = if word.text.chars().count() == 1 { 0.6 } else { 1.0 };
        weight_of_tag(&word.tag) * special * alone
    }
}

/// How much of the subject a part of speech carries (jieba's tags, after the ICTCLAS tag set).
fn weight_of_tag(tag: &str) -> f32 {
    match tag.chars().next() {
        // Nouns, names, abbreviations, idioms, foreign words, and what no dictionary knows.
        Some('n' | 'j' | 'l' | 'i' | 'x' | 'e') => 1.0,
        Some('v') => 0.8,
        Some('a' | 'b' | 'z' | 's') => 0.6,
        Some('t' | 'm' | 'q' | 'f') => 0.4,
        // Adverbs, pronouns, prepositions, conjunctions, particles.
        _ => 0.15,
    }
}

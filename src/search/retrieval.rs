//! Does what was found support an answer, and with which sentence?
//!
//! The rule is lexical and can be explained to an inspector: of the words that carry the subject of the question, weighed by how rare they
//! are, so much must stand in the article. The floor was chosen on one half of the demo questions and measured on the other; see
//! `docs/adr/0003-search-tantivy-encrypted-directory.md` for the figures. A bank measures them again on its own articles.

use std::collections::HashSet;
use std::ops::Range;

use super::analyser::Analyser;
use super::find::Hit;
use super::query::{Concept, Query};

/// Below this [`Hit::support`] the bot declines to answer.
pub const SUPPORT_FLOOR: f32 = 0.7;

/// The hit to answer from, if one supports an answer.
pub fn supported(hits: &[Hit]) -> Option<&Hit> {
    let best = hits.iter().max_by(|a, b| a.support().total_cmp(&b.support()));
    best.filter(|hit| hit.support() >= SUPPORT_FLOOR)
}

/// The sentence of a text that best supports the query, as a range of bytes on character boundaries; none when no sentence
/// has a single word of it.
///
/// Words that stand in every sentence say nothing about which one to quote, so each word weighs by how few sentences
/// of this text have it.
pub fn best_sentence(query: &Query, text: &str) -> Option<Range<usize>> {
    let analyser = Analyser::shared();
    let sentences = sentences(text);
    let words: Vec<HashSet<String>> = sentences
        .iter()
        .map(|range| analyser.words(text.get(range.clone()).unwrap_or_default()).into_iter().map(|w| w.text).collect())
        .collect();
    let mut scores = vec![0.0f32; sentences.len()];
    for concept in &query.concepts {
        let strengths: Vec<f32> = words.iter().map(|words| strength(concept, words)).collect();
        let holders = strengths.iter().filter(|s| **s > 0.0).count();
        let rarity = (1.0 + sentences.len() as f32 / (holders as f32 + 0.5)).ln();
        for (score, strength) in scores.iter_mut().zip(strengths) {
            *score += concept.weight * rarity * strength;
        }
    }
    let best = sentences.into_iter().zip(scores).filter(|(_, score)| *score > 0.0);
    // The first of equals: articles say the main thing first.
    best.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(range, _)| range)
}

/// How well the words of a sentence match a word of the query.
fn strength(concept: &Concept, words: &HashSet<String>) -> f32 {
    let same = concept.same.iter().any(|word| words.contains(*word));
    let parts = concept.parts.iter().filter(|part| words.contains(*part)).count();
    concept.strength(words.contains(&concept.word), same, parts)
}

/// The sentences of a text, without the white space around them. A full stop between digits or letters (5.5, App.net) ends none.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let ends = match c {
            '。' | '！' | '？' | '；' | '!' | '?' | ';' | '\n' => true,
            '.' => chars.peek().is_none_or(|(_, next)| next.is_whitespace()),
            _ => false,
        };
        // Closing quotes and brackets belong to the sentence they close.
        let closes_next = chars.peek().is_some_and(|(_, next)| matches!(next, '”' | '’' | '」' | '）' | ')' | '。'));
        if ends && !closes_next {
            push_trimmed(&mut sentences, text, start..end);
            start = end;
        }
    }
    push_trimmed(&mut sentences, text, start..text.len());
    sentences
}

fn push_trimmed(sentences: &mut Vec<Range<usize>>, text: &str, range: Range<usize>) {
    let Some(sentence) = text.get(range.clone()) else { return };
    let start = range.start + (sentence.len() - sentence.trim_start().len());
    let sentence = sentence.trim();
    if sentence.chars().any(char::is_alphanumeric) {
        sentences.push(start..start + sentence.len());
    }
}

//! Recall and precision per kind. The test and the figure share it.
//!
//! A label is recalled when every character of it that is a letter, a digit or Chinese is covered by found
//! spans of the same kind. A found span is precise when at least four fifths of its characters lie inside labels of the
//! same kind.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use guitai_language::{Kind, find};

#[derive(serde::Deserialize)]
pub struct Sentence {
    pub text: String,
    pub spans: Vec<Label>,
}

/// Positions count characters.
#[derive(serde::Deserialize)]
pub struct Label {
    pub kind: String,
    pub start: usize,
    pub end: usize,
}

#[derive(Default)]
pub struct Score {
    pub labels: usize,
    pub recalled: usize,
    pub found: usize,
    pub precise: usize,
}

impl Score {
    pub fn recall(&self) -> f64 {
        self.recalled as f64 / self.labels.max(1) as f64
    }

    pub fn precision(&self) -> f64 {
        self.precise as f64 / self.found.max(1) as f64
    }
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Phone => "phone",
        Kind::Card => "card",
        Kind::Account => "account",
        Kind::IdNumber => "id_number",
        Kind::Name => "name",
        Kind::Email => "email",
        Kind::Address => "address",
        Kind::Cvn => "cvn",
        Kind::Password => "password",
        Kind::VerificationCode => "verification_code",
    }
}

pub fn sentences(file: &str) -> Vec<Sentence> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(file);
    let lines = std::fs::read_to_string(path).expect("the labelled sentences are in the repository");
    let parse =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("a line of {file} is no labelled sentence"));
    lines.lines().map(parse).collect()
}

pub fn scores(file: &str) -> BTreeMap<String, Score> {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for sentence in sentences(file) {
        let place: BTreeMap<usize, usize> =
            sentence.text.char_indices().map(|(byte, _)| byte).chain([sentence.text.len()]).zip(0..).collect();
        let chars: Vec<char> = sentence.text.chars().collect();
        let found: Vec<(&str, Range<usize>)> = find(&sentence.text)
            .into_iter()
            .map(|span| (label(span.kind), place[&span.range.start]..place[&span.range.end]))
            .collect();
        for label in &sentence.spans {
            let score = scores.entry(label.kind.clone()).or_default();
            let covered = |at: usize| found.iter().any(|(kind, range)| *kind == label.kind && range.contains(&at));
            score.labels += 1;
            score.recalled +=
                usize::from((label.start..label.end).all(|at| !chars[at].is_alphanumeric() || covered(at)));
        }
        for (kind, range) in &found {
            let score = scores.entry((*kind).to_owned()).or_default();
            let inside = |at: &usize| sentence.spans.iter().any(|l| l.kind == *kind && (l.start..l.end).contains(at));
            score.found += 1;
            score.precise += usize::from(range.clone().filter(inside).count() * 5 >= range.len() * 4);
        }
    }
    scores
}

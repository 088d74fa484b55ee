//! How well personal data is found in labelled sentences, in numbers alone.

#![cfg(test)]

mod score;

use guitai_language::{find, mask};
use score::{scores, sentences};

fn check(file: &str, recall: f64, precision: f64) {
    let scores = scores(file);
    for (kind, s) in &scores {
        println!("{kind:18} recall {:.4} ({:4})  precision {:.4} ({:4})", s.recall(), s.labels, s.precision(), s.found);
    }
    let low: Vec<&String> =
        scores.iter().filter(|(_, s)| s.recall() < recall || s.precision() < precision).map(|(kind, _)| kind).collect();
    assert!(low.is_empty(), "{file}: below recall {recall} or precision {precision}: {low:?}");
}

/// Sentences, surnames and ways of writing that nobody looked at who wrote the rules. No sentence is ever printed. What is asked for is recall
/// 0.99 and precision 0.98 of every kind: `make figures AREA=crypto` measures that and says what falls short. This test
/// keeps what has been reached from being lost.
#[test]
fn held_out_sentences_are_found_as_well_as_before() {
    check("masking/held_out.jsonl", 0.94, 0.96);
}

/// The sentences with which the rules were written; some are hard on purpose.
#[test]
fn development() {
    check("masking-dev/first/train.jsonl", 0.98, 0.98);
    check("masking-dev/numbers/train.jsonl", 0.9, 0.9);
    check("masking-dev/people/train.jsonl", 0.7, 0.9);
}

/// Sentences of the same authors from other templates.
#[test]
fn development_check() {
    check("masking-dev/first/check.jsonl", 0.98, 0.98);
    check("masking-dev/numbers/check.jsonl", 0.8, 0.9);
    check("masking-dev/people/check.jsonl", 0.7, 0.9);
}

/// Masked text has no more to mask, and no secret that was found is left in it.
#[test]
fn masking_twice_changes_nothing() {
    let mut changed = 0;
    let (mut all, mut left) = (0, 0);
    for sentence in
        ["first", "numbers", "people"].iter().flat_map(|set| sentences(&format!("masking-dev/{set}/check.jsonl")))
    {
        let masked = mask::text(&sentence.text);
        changed += usize::from(mask::text(&masked) != masked);
        all += 1;
        left += find(&sentence.text)
            .iter()
            .filter(|span| span.kind.is_secret())
            .filter(|span| sentence.text.get(span.range.clone()).is_none_or(|secret| masked.contains(secret)))
            .count();
    }
    println!("{changed} of {all} sentences change when they are masked again, {left} secrets are left");
    assert_eq!((changed, left), (0, 0));
}

//! How well personal data is found in labelled sentences, in numbers alone.

#![cfg(test)]

mod score;

use guitai_language::{find, mask};
use score::{scores, sentences};

/// The least recall and precision of a kind.
type Floor = (&'static str, f64, f64);

/// Every kind has its floor; a kind that is not in the list has that of `_`.
fn check(file: &str, floors: &[Floor]) {
    let scores = scores(file);
    println!("{file}");
    for (kind, s) in &scores {
        println!("{kind:18} recall {:.4} ({:4})  precision {:.4} ({:4})", s.recall(), s.labels, s.precision(), s.found);
    }
    let floor =
        |kind: &str| floors.iter().find(|(of, ..)| *of == kind).or(floors.first()).expect("a floor for the others");
    let low: Vec<&String> = scores
        .iter()
        .filter(|(kind, s)| {
            let (_, recall, precision) = floor(kind);
            // Kinds that the set does not label are found by chance.
            s.labels > 0 && (s.recall() < *recall || s.precision() < *precision)
        })
        .map(|(kind, _)| kind)
        .collect();
    assert!(low.is_empty(), "{file}: below the floors {floors:?}: {low:?}");
}

/// Sentences, surnames and ways of writing that nobody looked at who wrote the rules. No sentence is ever printed. What is asked for is recall
/// 0.99 and precision 0.98 of every kind: `make figures AREA=crypto` measures that and says what falls short. This test
/// keeps what has been reached from being lost.
#[test]
fn held_out_sentences_are_found_as_well_as_before() {
    let floors = [
        ("_", 0.99, 0.98),
        ("account", 0.99, 0.96),
        ("cvn", 0.985, 0.985),
        ("name", 0.97, 0.975),
        ("phone", 0.98, 0.99),
        ("verification_code", 0.985, 0.985),
    ];
    check("masking/held_out.jsonl", &floors);
}

/// The sentences with which the rules were written; some are hard on purpose.
#[test]
fn development() {
    check("masking-dev/first/train.jsonl", &[("_", 0.98, 0.985)]);
    check(
        "masking-dev/numbers/train.jsonl",
        &[("_", 0.99, 0.985), ("cvn", 0.96, 0.985), ("password", 0.96, 0.985), ("verification_code", 0.98, 0.985)],
    );
    check("masking-dev/people/train.jsonl", &[("_", 0.96, 0.98), ("address", 0.84, 0.98), ("phone", 0.98, 0.99)]);
    check(
        "masking-dev/papers/train.jsonl",
        &[("_", 0.99, 0.99), ("cvn", 0.975, 0.99), ("name", 0.985, 0.93), ("password", 0.985, 0.985)],
    );
    check("masking-dev/calls/train.jsonl", &[("_", 0.99, 0.99), ("name", 0.99, 0.99), ("address", 0.97, 0.95)]);
}

/// Sentences of the same authors from other templates.
#[test]
fn development_check() {
    check("masking-dev/first/check.jsonl", &[("_", 0.98, 0.985)]);
    check("masking-dev/numbers/check.jsonl", &[("_", 0.98, 0.985), ("cvn", 0.96, 0.985)]);
    check("masking-dev/people/check.jsonl", &[("_", 0.96, 0.98), ("address", 0.84, 0.98), ("phone", 0.99, 0.99)]);
    check(
        "masking-dev/papers/check.jsonl",
        &[("_", 0.98, 0.98), ("name", 0.98, 0.95), ("password", 0.97, 0.98), ("phone", 0.98, 0.9)],
    );
    check("masking-dev/calls/check.jsonl", &[("_", 0.99, 0.99), ("name", 0.985, 0.99), ("address", 0.97, 0.98)]);
}

/// Numbers with words between their pieces that are in no list of the rules.
#[test]
fn unforeseen_words() {
    check("masking-dev/numbers/unforeseen.jsonl", &[("_", 0.98, 0.98)]);
}

/// Masked text has no more to mask, and no secret that was found is left in it.
#[test]
fn masking_twice_changes_nothing() {
    let mut changed = 0;
    let (mut all, mut left) = (0, 0);
    for sentence in ["first", "numbers", "people", "papers", "calls"]
        .iter()
        .flat_map(|set| sentences(&format!("masking-dev/{set}/check.jsonl")))
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

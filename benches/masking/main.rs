//! Recall and precision per kind on the held-out sentences of `tests/data/masking`, against what is asked for. Prints numbers alone.

#![expect(clippy::print_stdout, reason = "the figures are the program's output")]
#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "shared with the test: it reads our own files and may stop at a fault in them"
)]

#[path = "../../src/language/tests/score/mod.rs"]
mod score;

use std::process::ExitCode;

const RECALL: f64 = 0.99;
const PRECISION: f64 = 0.98;

fn main() -> ExitCode {
    let mut short = 0;
    let mut line = |kind: &str, what: &str, ours: f64, reach: f64| {
        let ok = ours >= reach;
        short += usize::from(!ok);
        println!(
            "{what} of {kind}, held out | {ours:.4} | - | - | >= {reach:.2} | {}",
            if ok { "ok" } else { "MISSED" }
        );
    };
    for (kind, score) in score::scores("masking/held_out.jsonl") {
        line(&kind, "recall", score.recall(), RECALL);
        line(&kind, "precision", score.precision(), PRECISION);
    }
    if short == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

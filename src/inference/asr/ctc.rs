//! Reading the output of a CTC layer: the best token of every frame, repeats collapsed, blanks dropped (Graves et al. 2006).

use crate::error::{ErrorCode, Result};

/// The token that means "nothing new".
pub const BLANK: usize = 0;

/// A token and where it was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Emission {
    pub token: usize,
    /// The frames in which it was the best token.
    pub first_frame: usize,
    pub last_frame: usize,
    /// Natural logarithm of its probability, at the best of those frames.
    pub log_prob: f32,
}

/// Reads `frames × tokens` log probabilities greedily.
///
/// # Errors
/// `ModelRefused` when a value is not a number: the weights or the arithmetic are broken, and no text is better than a random one.
pub fn greedy(log_probs: &[f32], tokens: usize) -> Result<Vec<Emission>> {
    let mut emissions: Vec<Emission> = Vec::new();
    let mut previous = BLANK;
    for (frame, row) in log_probs.chunks_exact(tokens.max(1)).enumerate() {
        if row.iter().any(|p| p.is_nan()) {
            return Err(ErrorCode::ModelRefused.because("the model's output is not a number"));
        }
        let best = row.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let (token, log_prob) = best.unwrap_or((BLANK, 0.0));
        match emissions.last_mut() {
            Some(last) if token == previous && token != BLANK => {
                last.last_frame = frame;
                last.log_prob = last.log_prob.max(log_prob);
            }
            _ if token != BLANK => {
                emissions.push(Emission { token, first_frame: frame, last_frame: frame, log_prob });
            }
            _ => {}
        }
        previous = token;
    }
    Ok(emissions)
}

/// Geometric mean of the emissions' probabilities; 0 when there is none.
pub fn confidence(emissions: &[Emission]) -> f32 {
    if emissions.is_empty() {
        return 0.0;
    }
    (emissions.iter().map(|e| e.log_prob).sum::<f32>() / emissions.len() as f32).exp().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows in which the given token has probability 0.9 and the others share the rest.
    fn rows(best: &[usize], tokens: usize) -> Vec<f32> {
        let rest = (0.1 / (tokens - 1) as f32).ln();
        best.iter().flat_map(|&b| (0..tokens).map(move |t| if t == b { 0.9f32.ln() } else { rest })).collect()
    }

    #[test]
    fn repeats_collapse_and_blanks_separate() {
        let read = greedy(&rows(&[0, 1, 1, 0, 1, 2, 2, 0, 0, 3], 4), 4).unwrap();
        let seen: Vec<_> = read.iter().map(|e| (e.token, e.first_frame, e.last_frame)).collect();
        assert_eq!(seen, [(1, 1, 2), (1, 4, 4), (2, 5, 6), (3, 9, 9)]);
        assert!((confidence(&read) - 0.9).abs() < 1e-6);
    }

    #[test]
    fn nothing_reads_as_nothing() {
        assert!(greedy(&[], 631).unwrap().is_empty());
        assert!(greedy(&rows(&[0, 0, 0], 5), 5).unwrap().is_empty());
        assert_eq!(confidence(&[]), 0.0);
    }

    #[test]
    fn a_number_that_is_none_is_an_error() {
        let mut broken = rows(&[0, 1], 3);
        broken[4] = f32::NAN;
        assert_eq!(greedy(&broken, 3).unwrap_err().code(), ErrorCode::ModelRefused);
    }

    proptest! {
        /// Against the definition: group equal neighbours, then drop blanks.
        #[test]
        fn agrees_with_the_definition(best in proptest::collection::vec(0usize..6, 0..60)) {
            let mut expected = best.clone();
            expected.dedup();
            expected.retain(|&t| t != BLANK);
            let read = greedy(&rows(&best, 6), 6).unwrap();
            prop_assert_eq!(read.iter().map(|e| e.token).collect::<Vec<_>>(), expected);
        }
    }
}

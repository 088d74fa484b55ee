//! The character error rate of a transcript against what was said.

/// Edits (insertions, deletions, substitutions) per character of `reference`, over letters, digits and ideographs alone. 0 for two empty texts,
/// 1 and more when everything differs.
pub(super) fn character_error_rate(reference: &str, transcript: &str) -> f64 {
    let spoken =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (reference, transcript) = (spoken(reference), spoken(transcript));
    let edits = edits(&reference, &transcript);
    match reference.len() {
        0 => f64::from(u32::from(edits > 0)),
        characters => edits as f64 / characters as f64,
    }
}

/// Levenshtein's distance, one row at a time.
fn edits(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        // What stood diagonally above, and what was just written to the left.
        let (mut diagonal, mut left) = (i, i + 1);
        let mut next = vec![left];
        for (b, above) in to.iter().zip(row.iter().skip(1)) {
            let best = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            next.push(best);
            (diagonal, left) = (*above, best);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

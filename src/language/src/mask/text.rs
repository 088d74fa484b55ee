//! Masking inside free text: each piece of personal data as its field would be, secrets wholly.

use super::{STAR, account, address, card, email, id_number, keep, name, phone};
use crate::find::{Kind, find};
use crate::numerals::digit;

/// Masks what [`find`] finds in `text`; everything else stays as it is, character for character.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in find(text) {
        let (Some(before), Some(clear)) = (text.get(at..span.range.start), text.get(span.range.clone())) else {
            continue;
        };
        out.push_str(before);
        out.push_str(&masked(span.kind, clear));
        at = span.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn masked(kind: Kind, clear: &str) -> String {
    match kind {
        // Not even their length in words: every letter and digit goes.
        Kind::Cvn | Kind::Password | Kind::VerificationCode => secret(clear),
        Kind::Email if clear.contains('@') => email(clear),
        Kind::Email => hidden(clear),
        Kind::Address => address(clear),
        Kind::Name => name(clear),
        Kind::Phone => number(clear, phone),
        Kind::Card => number(clear, card),
        Kind::Account => number(clear, account),
        Kind::IdNumber => number(clear, id_number),
    }
}

/// A number as its field is masked; one that is said with words between is masked wholly, since what is said twice or
/// put right shows more than the field would.
fn number(clear: &str, field: impl Fn(&str) -> String) -> String {
    let plain = |c: char| digit(c).is_some() || c.is_ascii_alphabetic() || !c.is_alphanumeric();
    if !clear.chars().all(plain) {
        return hidden(clear);
    }
    // The field's rules ask for ASCII digits; the places they keep are the same in any writing.
    let ascii: String = clear.chars().map(|c| digit(c).map_or(c, |d| char::from(b'0' + d))).collect();
    let masked = field(&ascii);
    clear.chars().zip(masked.chars()).map(|(c, m)| if m == STAR { STAR } else { c }).collect()
}

/// Stars for every letter and digit.
fn hidden(clear: &str) -> String {
    keep(clear, 0, 0)
}

/// Stars for every character that is not a blank.
fn secret(clear: &str) -> String {
    clear.chars().map(|c| if c.is_whitespace() { c } else { STAR }).collect()
}

//! The spellings in which programs put text on a disk: encodings, escapes, and text for bytes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use encoding_rs::GB18030;

/// One spelling: its name, and what it makes of a text.
pub(super) type Spelling = (&'static str, Vec<u8>);

/// Every spelling of a text. Base64 stands three times, once for each place in a group of three bytes where it may begin,
/// without the characters that also depend on its neighbours.
pub(super) fn of_text(text: &str) -> Vec<Spelling> {
    let mut all = of_bytes(text.as_bytes());
    all.extend([
        ("utf-16le", utf16(text, u16::to_le_bytes)),
        ("utf-16be", utf16(text, u16::to_be_bytes)),
        ("gb18030", GB18030.encode(text).0.into_owned()),
        ("json-lower", json(text, |unit| format!("\\u{unit:04x}"))),
        ("json-upper", json(text, |unit| format!("\\u{unit:04X}"))),
        ("json-in-json-lower", json(text, |unit| format!("\\\\u{unit:04x}"))),
        ("json-in-json-upper", json(text, |unit| format!("\\\\u{unit:04X}"))),
        ("html-decimal", characters(text, |c| format!("&#{c};"))),
        ("html-hex", characters(text, |c| format!("&#x{c:x};"))),
    ]);
    all
}

/// Every spelling of bytes that are no text.
pub(super) fn of_bytes(bytes: &[u8]) -> Vec<Spelling> {
    let mut all: Vec<Spelling> = vec![
        ("plain", bytes.to_vec()),
        ("hex-lower", hex::encode(bytes).into_bytes()),
        ("hex-upper", hex::encode_upper(bytes).into_bytes()),
        ("percent-lower", escaped(bytes, |b| format!("%{b:02x}"))),
        ("percent-upper", escaped(bytes, |b| format!("%{b:02X}"))),
        ("quoted-printable", escaped(bytes, |b| format!("={b:02X}"))),
        // PostgreSQL's bytea in its escape format, and how COPY writes that.
        ("octal", escaped(bytes, |b| format!("\\{b:03o}"))),
        ("octal-in-copy", escaped(bytes, |b| format!("\\\\{b:03o}"))),
        ("c-hex-lower", escaped(bytes, |b| format!("\\x{b:02x}"))),
        ("c-hex-upper", escaped(bytes, |b| format!("\\x{b:02X}"))),
    ];
    for (before, name) in ["base64-0", "base64-1", "base64-2"].into_iter().enumerate() {
        // The two alphabets differ in two characters that a short piece often does not have.
        all.push((name, base64(bytes, before, &STANDARD_NO_PAD)));
        all.push((name, base64(bytes, before, &URL_SAFE_NO_PAD)));
    }
    all
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// JSON's escapes for everything outside ASCII: one for each UTF-16 unit (RFC 8259, section 7).
fn json(text: &str, escape: impl Fn(u16) -> String) -> Vec<u8> {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| escape(*unit)));
        }
    }
    out.into_bytes()
}

/// HTML's references for everything outside ASCII.
fn characters(text: &str, escape: impl Fn(u32) -> String) -> Vec<u8> {
    let one = |c: char| if c.is_ascii() { c.to_string() } else { escape(u32::from(c)) };
    text.chars().map(one).collect::<String>().into_bytes()
}

/// Bytes with an escape for each that is no ASCII letter or digit.
fn escaped(bytes: &[u8], escape: impl Fn(u8) -> String) -> Vec<u8> {
    let one = |b: &u8| if b.is_ascii_alphanumeric() { char::from(*b).to_string() } else { escape(*b) };
    bytes.iter().map(one).collect::<String>().into_bytes()
}

/// Base64 of bytes that stand `before` bytes into a group, cut to the characters that they alone decide.
fn base64(bytes: &[u8], before: usize, alphabet: &impl Engine) -> Vec<u8> {
    let mut padded = vec![0; before];
    padded.extend_from_slice(bytes);
    let text = alphabet.encode(&padded);
    let begin = [0, 2, 3].get(before).copied().unwrap_or(0);
    let end = padded.len() * 8 / 6;
    text.as_bytes().get(begin..end).unwrap_or_default().to_vec()
}

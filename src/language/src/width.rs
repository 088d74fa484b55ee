//! Full-width and half-width forms of the same character.

/// The half-width form of a full-width character (U+FF01 to U+FF5E, and the ideographic space); any other character is
/// its own.
pub fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

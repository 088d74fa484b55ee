//! What text from outside has to be before it is stored, and what is shown of it when it is gone.

use crate::error::{ErrorCode, Result};

/// What a list shows in place of a text whose key was destroyed.
pub const DESTROYED_TEXT: &str = "（内容已销毁）";

/// A text as it may be stored: trimmed, not empty, at most `max_chars` characters, no control characters but line breaks and tabs.
/// `field` names it in the error; the text itself never stands there.
pub fn check_text(text: &str, max_chars: usize, field: &'static str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ErrorCode::InvalidParameter.because(format!("{field}: empty")));
    }
    if text.chars().count() > max_chars {
        return Err(ErrorCode::InvalidParameter.because(format!("{field}: at most {max_chars} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return Err(ErrorCode::InvalidParameter.because(format!("{field}: control characters")));
    }
    Ok(text.to_owned())
}

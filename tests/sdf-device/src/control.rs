//! The file that tells the device what to do wrong. One instruction a line:
//!
//! ```text
//! fail CALL CODE        CALL answers CODE (hexadecimal, 0x…)
//! hang CALL             CALL does not return until the line is gone
//! crash CALL            CALL aborts the process
//! wrong CALL            CALL succeeds with a wrong result
//! short CALL            CALL reports one byte less than there is
//! long CALL             CALL reports sixteen bytes more than there is
//! missing CALL          CALL answers SDR_NOTSUPPORT
//! lost EPOCH            sessions opened under another epoch answer SDR_COMMFAIL
//! sessions N            at most N sessions
//! cbc-kek               keys are wrapped as IV ‖ CBC with padding, and only under the number for CBC
//! no-ecb, no-cbc        SDF_Encrypt does not know this mode
//! ctr, hmac             SDF_Encrypt knows CTR, the HMAC functions are there
//! old-ids               SM4 is 0x2000; 0x400 is another cipher
//! ```
//! CALL is a function of the standard, for example `SDF_Encrypt`, or `*` for all.

use std::path::Path;

/// The file, as it stands now.
#[derive(Debug, Default, Clone)]
pub struct Control {
    lines: Vec<Vec<String>>,
}

impl Control {
    /// Reads the file in `folder`; without one nothing goes wrong.
    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("control")).unwrap_or_default();
        Control { lines: text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect() }
    }

    /// What follows `verb` and `call` on a line, if there is one.
    pub fn told(&self, verb: &str, call: &str) -> Option<&str> {
        self.lines.iter().find_map(|line| match line.as_slice() {
            [first, second, rest @ ..] if first == verb && (second == call || second == "*") => {
                Some(rest.first().map_or("", String::as_str))
            }
            _ => None,
        })
    }

    /// What follows a word of its own.
    pub fn word(&self, word: &str) -> Option<&str> {
        self.lines
            .iter()
            .find(|line| line.first().is_some_and(|first| first == word))
            .map(|line| line.get(1).map_or("", String::as_str))
    }

    /// Whether a word stands alone.
    pub fn has(&self, word: &str) -> bool {
        self.word(word).is_some()
    }

    /// The code with which `call` is to fail.
    pub fn failure(&self, call: &str) -> Option<u32> {
        if self.told("missing", call).is_some() {
            return Some(crate::state::NOT_SUPPORTED);
        }
        let code = self.told("fail", call)?;
        u32::from_str_radix(code.trim_start_matches("0x"), 16).ok()
    }
}

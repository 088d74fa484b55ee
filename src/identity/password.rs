//! What a password must be (control I1), and passwords that are given out once. No I/O.

use zeroize::Zeroizing;

use crate::crypto::random;
use crate::error::{Error, ErrorCode, Result};

/// The shortest password of an administrator, of anybody else, and the longest of all, in characters.
pub const MIN_LENGTH_ADMINISTRATOR: usize = 12;
pub const MIN_LENGTH: usize = 8;
pub const MAX_LENGTH: usize = 128;
/// A new password differs from this many before it.
pub const REMEMBERED: i64 = 5;

/// Words that people build passwords on, one a line, lower case.
const WEAK_WORDS: &str = include_str!("weak_passwords.txt");

/// Letters and digits of a one-time password: none that are mistaken for another when read aloud or typed from paper.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const GROUPS: usize = 4;
const GROUP: usize = 4;

/// Refuses a password that breaks the policy; the detail says how, and never what was typed. That it differs from earlier ones is for
/// the service to check, which alone can compare.
pub fn check(password: &str, login: &str, is_administrator: bool) -> Result<()> {
    let length = password.chars().count();
    let least = if is_administrator { MIN_LENGTH_ADMINISTRATOR } else { MIN_LENGTH };
    if !(least..=MAX_LENGTH).contains(&length) {
        return Err(refused(format!("{least} to {MAX_LENGTH} characters are needed")));
    }
    if password.chars().any(char::is_control) {
        return Err(refused("control characters are not allowed"));
    }
    if classes(password) < 3 {
        return Err(refused("three of these four are needed: lower case, upper case, digits, symbols"));
    }
    let lower = password.to_lowercase();
    if lower.contains(login) || lower.contains(&login.chars().rev().collect::<String>()) {
        return Err(refused("it contains the login"));
    }
    if is_weak(&lower) {
        return Err(refused("it is one of those that are tried first"));
    }
    Ok(())
}

fn refused(detail: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    ErrorCode::PasswordRefused.because(detail)
}

/// Lower case, upper case, digits, everything else: how many of the four occur.
fn classes(password: &str) -> usize {
    let has = |f: fn(char) -> bool| usize::from(password.chars().any(f));
    has(|c| c.is_ascii_lowercase())
        + has(|c| c.is_ascii_uppercase())
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_ascii_alphanumeric())
}

/// Whether it is one of those that are tried first. For passphrases, which have rules of their own besides.
pub fn is_tried_first(password: &str) -> bool {
    is_weak(&password.to_lowercase())
}

/// A word that everybody uses with digits and symbols around it or in place of letters (`P@ssw0rd123!`), a run along the keyboard or
/// the alphabet, or a short piece over and over.
fn is_weak(lower: &str) -> bool {
    let is_word = |core: &str| core.is_empty() || WEAK_WORDS.lines().any(|w| w == core);
    let edges = |c: char| !c.is_alphabetic();
    // Both readings: symbols as decoration, and symbols in place of letters.
    let plain = lower.trim_matches(edges);
    let trimmed = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let read = spelt_out(trimmed);
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    is_word(lower)
        || is_word(plain)
        || is_word(read.trim_matches(edges))
        || is_word(&letters)
        || is_run(lower)
        || is_repeated(lower)
}

/// Digits and symbols read as the letters that they stand for.
fn spelt_out(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '$' | '5' => 's',
            '7' => 't',
            c => c,
        })
        .collect()
}

/// Nothing but neighbours: `1qaz2wsx`, `Qwer1234`, `abcd1234`.
fn is_run(lower: &str) -> bool {
    const ROWS: &[&str] = &[
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "poiuytrewq",
        "asdfghjkl",
        "lkjhgfdsa",
        "zxcvbnm",
        "mnbvcxz",
        "abcdefghijklmnopqrstuvwxyz",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
        "zaq1xsw2cde3vfr4",
        "!@#$%^&*()",
        "1q2w3e4r5t6y7u8i9o0p",
        "q1w2e3r4t5y6",
    ];
    let chars: Vec<char> = lower.chars().collect();
    let follows = |pair: &[char]| {
        let pair: String = pair.iter().collect();
        ROWS.iter().any(|row| row.contains(&pair))
    };
    let breaks = chars.windows(2).filter(|pair| !follows(pair)).count();
    breaks <= 2 && chars.len() > breaks * 4
}

fn is_repeated(lower: &str) -> bool {
    let chars: Vec<char> = lower.chars().collect();
    (1..=chars.len() / 3).any(|n| {
        let piece = chars.get(..n).unwrap_or_default();
        chars.chunks(n).all(|c| piece.starts_with(c))
    })
}

/// A password for one use: sixteen random letters and digits in groups, of all four classes, about 92 bits.
pub fn one_time() -> Result<Zeroizing<String>> {
    loop {
        let mut out = Zeroizing::new(String::with_capacity(GROUPS * (GROUP + 1)));
        for group in 0..GROUPS {
            if group > 0 {
                out.push('-');
            }
            for _ in 0..GROUP {
                out.push(char::from(letter()?));
            }
        }
        if classes(&out) == 4 && !is_weak(&out.to_lowercase()) {
            return Ok(out);
        }
    }
}

/// One letter of the alphabet, each as likely as any other: bytes beyond the last whole multiple are drawn again.
fn letter() -> Result<u8> {
    let most = 256 - 256 % ALPHABET.len();
    loop {
        let [byte] = *random::secret::<1>()?;
        if usize::from(byte) < most
            && let Some(letter) = ALPHABET.get(usize::from(byte) % ALPHABET.len())
        {
            return Ok(*letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(password: &str) -> String {
        check(password, "zhangsan", false).map_or_else(|e| e.detail().to_owned(), |()| String::new())
    }

    #[test]
    fn good_passwords_pass() {
        for good in ["Kx7m-Pq2r", "correct Horse 9", "柜台Tea&42x", "vT9#mmLq", "2026 Autumn Leaves fall"] {
            assert_eq!(reason(good), "", "{good}");
        }
    }

    #[test]
    fn each_rule_refuses_with_its_reason() {
        for (bad, why) in [
            ("Kx7m-Pq", "8 to"),
            (&"Aa1!".repeat(40) as &str, "8 to"),
            ("kx7mpq2rt", "three of"),
            ("KX7MPQ2RT", "three of"),
            ("Kx7m\u{7}Pq2r", "control"),
            ("Zhangsan#2026", "login"),
            ("nasgnahZ#2026", "login"),
        ] {
            assert!(reason(bad).starts_with(why) || reason(bad).contains(why), "{bad}: {}", reason(bad));
        }
        assert!(check("Kx7m-Pq2r", "zhangsan", true).is_err(), "an administrator's is longer");
        assert!(check("Kx7m-Pq2r-9v", "zhangsan", true).is_ok());
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        for weak in [
            "Password1!",
            "P@ssw0rd123",
            "P@$$w0rd",
            "Admin@123",
            "Qwer1234",
            "Abcd1234",
            "1qaz@WSX",
            "Guitai@2026",
            "Huawei@123",
            "Aa123456",
            "123456Aa",
            "Woaini520!",
            "Welcome2026!",
            "Abc12345!",
            "1q2w3e4R",
            "Aa1!Aa1!Aa1!",
            "!QAZ2wsx",
        ] {
            assert!(!reason(weak).is_empty(), "{weak}");
        }
    }

    #[test]
    fn refusals_do_not_repeat_what_was_typed() {
        for bad in ["Geheim1!", "Zhangsan#2026", "P@ssw0rd123"] {
            assert!(!reason(bad).contains(bad));
        }
    }

    #[test]
    fn one_time_passwords_meet_the_policy_and_differ() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let password = one_time().unwrap();
            assert_eq!(password.chars().count(), 19);
            check(&password, "secadmin", true).unwrap();
            assert!(seen.insert(password.to_string()));
        }
    }
}

//! Equality search over sealed values: HMAC-SM3 of the normalised value under a key of its own.
//!
//! Equal values give equal indexes, and that is all they tell without the key. Two kinds never meet: the same digits as
//! a phone number and as an account number have different indexes.

use super::keyring::MacKey;
use super::sm3::Digest;
use guitai_language::width::half_width;

/// Computes blind indexes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BlindIndex {
    key: MacKey,
}

impl BlindIndex {
    pub(super) fn new(key: MacKey) -> Self {
        BlindIndex { key }
    }

    /// The index of a value of a kind (`phone`, `id_number`, `card`, `account`, `email`; any other is only trimmed).
    pub fn of(&self, kind: &str, value: &str) -> Digest {
        let value = normalise(kind, value);
        self.key.mac_parts(&[&(kind.len() as u64).to_be_bytes(), kind.as_bytes(), value.as_bytes()])
    }
}

/// One spelling for every way in which people write the same value: full-width becomes half-width; separators and the
/// prefix +86 leave phone numbers, separators leave numbers, letters in numbers become upper case, in addresses lower.
pub fn normalise(kind: &str, value: &str) -> String {
    let half = value.chars().map(half_width);
    let written = |c: &char| c.is_alphanumeric();
    match kind {
        "phone" => {
            let digits: String = half.filter(char::is_ascii_digit).collect();
            let national = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86"));
            match national {
                Some(national) if national.len() == 11 && national.starts_with('1') => national.to_owned(),
                _ => digits,
            }
        }
        "id_number" | "card" | "account" => half.filter(written).map(|c| c.to_ascii_uppercase()).collect(),
        "email" => half.filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect(),
        _ => half.collect::<String>().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Keyring, RootKey};

    #[test]
    fn one_value_in_every_spelling_has_one_index() {
        let index = Keyring::from_root(RootKey::generate().unwrap()).blind_index();
        for (kind, spellings) in [
            (
                "phone",
                &["13812345678", "138 1234 5678", "+86 138-1234-5678", "008613812345678", "１３８１２３４５６７８"][..],
            ),
            ("id_number", &["11010119900307123X", "11010119900307123x", " 110101 19900307 123X"][..]),
            ("card", &["6222021234567890123", "6222 0212 3456 7890 123", "6222-0212-3456-7890-123"][..]),
            ("email", &["Zhang.San@Example.com", " zhang.san@example.com "][..]),
            ("nickname", &["张三", " 张三\u{3000}"][..]),
        ] {
            let first = index.of(kind, spellings[0]);
            for spelling in spellings {
                assert_eq!(index.of(kind, spelling), first, "{kind} {spelling}");
            }
        }
    }

    #[test]
    fn kinds_keys_and_values_are_apart() {
        let (index, other) = (
            Keyring::from_root(RootKey::generate().unwrap()).blind_index(),
            Keyring::from_root(RootKey::generate().unwrap()).blind_index(),
        );
        assert_ne!(index.of("phone", "13812345678"), index.of("account", "13812345678"));
        assert_ne!(index.of("phone", "13812345678"), index.of("phone", "13812345679"));
        assert_ne!(index.of("phone", "13812345678"), other.of("phone", "13812345678"));
        assert_ne!(index.of("a", "bc"), index.of("ab", "c"));
    }
}

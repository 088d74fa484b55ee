//! Equality search over sealed values: HMAC-SM3 of the normalised value under a key of its own.
//!
//! Equal values give equal indexes, and that is all they tell without the key. Two kinds never meet: the same digits as
//! a phone number and as an account number have different indexes.
//!
//! There are only ten thousand last four digits, so whoever sees many indexes of them learns which are frequent. They are therefore indexed within a scope
//! (an organisation, a queue), and the same digits in another scope have another index.

use uuid::Uuid;

use super::keyring::MacKey;
use super::sm3::Digest;
use guitai_language::width::half_width;

/// Computes blind indexes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BlindIndex {
    key: MacKey,
}

/// Characters of a tail: 尾号.
pub const TAIL: usize = 4;
/// A value is at least so long for its tail to leave most of it untold.
const SHORTEST_WITH_TAIL: usize = 2 * TAIL - 1;

impl BlindIndex {
    pub(super) fn new(key: MacKey) -> Self {
        BlindIndex { key }
    }

    /// The index of a value of a kind (`phone`, `id_number`, `card`, `account`, `email`; any other is only trimmed).
    pub fn of(&self, kind: &str, value: &str) -> Digest {
        let value = normalise(kind, value);
        self.key.mac_parts(&[&(kind.len() as u64).to_be_bytes(), kind.as_bytes(), value.as_bytes()])
    }

    /// The index of the last four characters of a value within a scope. Four characters are a tail themselves, to look for; what is shorter than seven
    /// otherwise has none.
    pub fn of_tail(&self, kind: &str, scope: Uuid, value: &str) -> Option<Digest> {
        let value = normalise(kind, value);
        let length = value.chars().count();
        if length != TAIL && length < SHORTEST_WITH_TAIL {
            return None;
        }
        let tail: String = value.chars().skip(length - TAIL).collect();
        let kind = format!("{kind}/tail");
        let parts = [&(kind.len() as u64).to_be_bytes(), kind.as_bytes(), scope.as_bytes(), tail.as_bytes()];
        Some(self.key.mac_parts(&parts))
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
    use uuid::Uuid;

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
    fn the_last_four_are_found_within_their_scope_alone() {
        let index = Keyring::from_root(RootKey::generate().unwrap()).blind_index();
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for (kind, value, tail) in [
            ("phone", "+86 138-1234-5678", "5678"),
            ("id_number", "11010119900307123x", "１23X"),
            ("card", "6222 0212 3456 7890 123", "0123"),
            ("account", "1234567", "4567"),
        ] {
            let found = index.of_tail(kind, here, value).expect("a tail");
            assert_eq!(index.of_tail(kind, here, tail), Some(found), "{kind}");
            assert_ne!(index.of_tail(kind, there, tail), Some(found), "{kind}");
            assert_ne!(index.of_tail("other", here, tail), Some(found), "{kind}");
            assert_ne!(index.of(kind, tail), found, "{kind}");
        }
        for short in ["", "567", "95588", "123456"] {
            assert_eq!(index.of_tail("phone", here, short), None, "{short}");
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

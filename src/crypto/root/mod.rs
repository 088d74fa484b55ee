//! The root key: 256 random bits from which every other key hangs, its text forms, and where it comes from.
//!
//! [`RootKeys`] are all versions that an installation still needs, the last of them in use. [`SealedRoot`] is their file
//! under a passphrase, [`RootSource`] the place they are read from at start. What custodians do with a root key is in
//! [`super::custody`].

mod sealed;
mod source;

use super::envelope::context;
use super::sm3::{self, Digest};
use super::{passphrase, random};
use crate::error::{Error, ErrorCode, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use super::private_file::{Blanked, Replaced};
pub use sealed::{RootFile, SealedRoot};
pub use source::{AskPassphrase, CREDENTIAL, PASSPHRASE_CREDENTIAL, PassphraseSource, RootSource};

/// The first word of a key's line in the clear text form: `guitai-root-key-1 <id> <version> <64 hexadecimal digits>`.
const FORMAT: &str = "guitai-root-key-1";
/// The most versions that one file holds: a rotation removes the old one when nothing hangs on it any more.
const MOST_KEYS: usize = 16;
const SECRET_LEN: usize = 32;

/// A root key. Cleared when dropped, never printed.
#[derive(Clone)]
pub struct RootKey {
    id: Uuid,
    version: u32,
    secret: Zeroizing<[u8; SECRET_LEN]>,
}

impl RootKey {
    /// A new root key, version 1.
    pub fn generate() -> Result<Self> {
        Ok(RootKey { id: Uuid::now_v7(), version: 1, secret: random::secret()? })
    }

    /// The next version, with a secret of its own: for a rotation.
    pub fn generate_next(&self) -> Result<Self> {
        let version = self.version.checked_add(1).ok_or(ErrorCode::Internal)?;
        Ok(RootKey { id: self.id, version, secret: random::secret()? })
    }

    pub(super) fn from_parts(id: Uuid, version: u32, secret: Zeroizing<[u8; SECRET_LEN]>) -> Self {
        RootKey { id, version, secret }
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    /// What it is called outside: id, version, check value. Not secret.
    pub fn name(&self) -> KeyName {
        let check = self.check();
        let check_value = CheckValue(check.first_chunk().copied().unwrap_or_default());
        KeyName { check_value, id: self.id, version: self.version }
    }

    /// Whether it is the same key with the same secret, in time that does not depend on the secrets.
    pub fn is_same_as(&self, other: &RootKey) -> bool {
        self.id == other.id && self.version == other.version && bool::from(self.secret.ct_eq(other.secret.as_slice()))
    }

    pub(super) fn secret(&self) -> &[u8; SECRET_LEN] {
        &self.secret
    }

    /// A value that only this secret gives and that says nothing about it: HKDF-SM3 under a name of its own.
    pub(super) fn check(&self) -> Zeroizing<Digest> {
        sm3::hkdf(self.secret(), &[&context("root-check", &[])])
    }

    /// Its line of the clear text form.
    fn write_to(&self, text: &mut String) {
        let mut digits = Zeroizing::new([0; 2 * SECRET_LEN]);
        let _the_lengths_match = hex::encode_to_slice(self.secret.as_slice(), digits.as_mut_slice());
        for word in [FORMAT, " ", &self.id.to_string(), " ", &self.version.to_string(), " "] {
            text.push_str(word);
        }
        text.push_str(std::str::from_utf8(digits.as_slice()).unwrap_or_default());
        text.push('\n');
    }

    fn parse_line(line: &str) -> Result<Self> {
        let mut words = line.split_ascii_whitespace();
        let (Some(FORMAT), Some(id), Some(version), Some(digits), None) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return Err(malformed());
        };
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        hex::decode_to_slice(digits, secret.as_mut_slice()).map_err(|_| malformed())?;
        let (id, version) = (id.parse().map_err(|_| malformed())?, version.parse().map_err(|_| malformed())?);
        Ok(RootKey { id, version, secret })
    }
}

/// The error never quotes the text.
fn malformed() -> Error {
    ErrorCode::KeyUnavailable.because("the root key is not in the format guitai-root-key-1")
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootKey({} v{})", self.id, self.version)
    }
}

/// Which key a file, a share or a record is about. Its fields stand in the order of their names, as the canonical form of a
/// ceremony's record asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyName {
    pub check_value: CheckValue,
    pub id: Uuid,
    pub version: u32,
}

impl KeyName {
    /// As it goes into associated data.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        [self.id.as_bytes().as_slice(), &self.version.to_be_bytes(), &self.check_value.0].concat()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{} ({})", self.id, self.version, self.check_value)
    }
}

/// The key check value (KCV, 密钥校验值) by which people tell that two copies of a key are the same: five bytes, shown as ten
/// hexadecimal digits.
///
/// ANSI X9.24-1-2017 and PCI PIN 15-1 cut it from a MAC over a block of zeros, at most 40 bits, and no longer from the
/// encrypted block itself, which would give away what GCM authenticates with. A root key is no cipher key but 256 bits
/// to derive from, so the MAC is the derivation: the first 40 bits of HKDF-SM3 under a name that nothing else uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CheckValue([u8; 5]);

impl fmt::Display for CheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

impl fmt::Debug for CheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for CheckValue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CheckValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = passphrase::hexadecimal::deserialize(from)?;
        let length = |_| serde::de::Error::custom("a check value has ten hexadecimal digits");
        Ok(CheckValue(bytes.try_into().map_err(length)?))
    }
}

/// The versions of an installation's root key that are still needed. The last one is in use: it wraps what is new.
#[derive(Debug, Clone)]
pub struct RootKeys {
    earlier: Vec<RootKey>,
    active: RootKey,
}

impl RootKeys {
    /// Just one.
    pub fn of(key: RootKey) -> Self {
        RootKeys { earlier: Vec::new(), active: key }
    }

    /// `crypto.key_unavailable` when there is none, one twice, or more than sixteen.
    fn from_list(mut keys: Vec<RootKey>) -> Result<Self> {
        let refused = |why| Err(ErrorCode::KeyUnavailable.because(why));
        let Some(active) = keys.pop() else { return refused("there is no root key in it") };
        if keys.len() >= MOST_KEYS {
            return refused("more than sixteen root keys");
        }
        let mut named: Vec<_> = keys.iter().chain([&active]).map(|key| (key.id, key.version)).collect();
        named.sort_unstable();
        if named.windows(2).any(|pair| pair.first() == pair.last()) {
            return refused("the same version of a root key twice");
        }
        Ok(RootKeys { earlier: keys, active })
    }

    /// The key that wraps what is new.
    pub fn active(&self) -> &RootKey {
        &self.active
    }

    /// All of them, the active one last.
    pub fn iter(&self) -> impl Iterator<Item = &RootKey> {
        self.earlier.iter().chain([&self.active])
    }

    pub fn find(&self, id: Uuid, version: u32) -> Option<&RootKey> {
        self.iter().find(|key| (key.id, key.version) == (id, version))
    }

    /// These and a newer one, which is in use from then on.
    pub fn with(self, next: RootKey) -> Result<Self> {
        Self::from_list(self.earlier.into_iter().chain([self.active, next]).collect())
    }

    /// These without one of them; `None` when it was the only one.
    pub fn without(&self, key: &RootKey) -> Option<Self> {
        Self::from_list(self.iter().filter(|other| !other.is_same_as(key)).cloned().collect()).ok()
    }

    /// The one in use, and those of before a rotation that is not finished.
    pub fn into_parts(self) -> (RootKey, Vec<RootKey>) {
        (self.active, self.earlier)
    }

    /// The names of all, the active one last.
    pub fn names(&self) -> Vec<KeyName> {
        self.iter().map(RootKey::name).collect()
    }

    /// The clear text form, a line for each. It is the secret itself: only systemd's credential and the demo keep it so.
    pub fn to_text(&self) -> Zeroizing<String> {
        // Room for all of it at once: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(160 * (self.earlier.len() + 1)));
        for key in self.iter() {
            key.write_to(&mut text);
        }
        text
    }

    /// From the clear text form. The error never quotes the text.
    pub fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        // One more than are allowed, so that too many are seen and endlessly many are not read.
        Self::from_list(lines.take(MOST_KEYS + 1).map(RootKey::parse_line).collect::<Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_refuses_anything_else() {
        let root = RootKey::generate().unwrap();
        let text = RootKeys::of(root.clone()).to_text();
        assert_eq!(RootKeys::parse(&text).unwrap().active().secret(), root.secret());
        let short: String = text.chars().take(text.len() - 3).collect();
        for bad in ["", "\n \n", "x", &text.replace("key-1", "key-2"), &short, &format!("{} x", text.trim())] {
            let error = RootKeys::parse(bad).unwrap_err();
            assert_eq!(error.code(), ErrorCode::KeyUnavailable);
            assert!(!format!("{error:?}").contains(&hex::encode(&root.secret()[..4])));
        }
    }

    #[test]
    fn the_one_line_form_of_the_first_installations_is_read() {
        let digits = "07".repeat(32);
        let text = format!("guitai-root-key-1 0190f5fe-7c00-7a00-8000-000000000001 1 {digits}\n");
        let keys = RootKeys::parse(&text).unwrap();
        assert_eq!((keys.active().version(), keys.active().secret()), (1, &[7; 32]));
        assert_eq!(*keys.to_text(), text);
    }

    #[test]
    fn several_versions_are_kept_and_the_last_is_in_use() {
        let first = RootKey::generate().unwrap();
        let second = first.generate_next().unwrap();
        assert_eq!((second.id(), second.version()), (first.id(), 2));
        assert_ne!(first.secret(), second.secret());
        let both = RootKeys::of(first.clone()).with(second.clone()).unwrap();
        let again = RootKeys::parse(&both.to_text()).unwrap();
        assert!(again.active().is_same_as(&second));
        assert!(again.find(first.id(), 1).unwrap().is_same_as(&first) && again.find(first.id(), 3).is_none());
        assert!(again.without(&first).unwrap().find(first.id(), 1).is_none());
        assert!(again.without(&first).unwrap().without(&second).is_none());
        assert!(both.clone().with(second).is_err(), "the same twice");
        let mut many = RootKeys::of(first);
        for _ in 1..MOST_KEYS {
            let next = many.active().generate_next().unwrap();
            many = many.with(next).unwrap();
        }
        let next = many.active().generate_next().unwrap();
        assert!(many.with(next).is_err(), "too many");
    }

    #[test]
    fn a_check_value_belongs_to_one_secret_and_is_not_part_of_it() {
        let root = RootKey::generate().unwrap();
        let name = root.name();
        assert_eq!(name, root.clone().name());
        assert_ne!(name.check_value, RootKey::generate().unwrap().name().check_value);
        assert!(!hex::encode_upper(root.secret()).contains(&name.check_value.to_string()));
        let text = serde_json::to_string(&name).unwrap();
        assert_eq!(serde_json::from_str::<KeyName>(&text).unwrap(), name);
        assert!(serde_json::from_str::<CheckValue>("\"0011\"").is_err());
        assert!(serde_json::from_str::<CheckValue>("\"zz11223344\"").is_err());
    }

    #[test]
    fn the_check_value_of_a_known_key_stays_what_it_is() {
        // Computed apart, with OpenSSL's HMAC-SM3 in the two steps of RFC 5869.
        let root = RootKey::from_parts(Uuid::from_u128(1), 1, Zeroizing::new([7; 32]));
        assert_eq!(root.name().check_value.to_string(), "DC96AB3ECA");
    }

    #[test]
    fn nothing_secret_is_printed() {
        let root = RootKey::generate().unwrap();
        let digits = hex::encode(&root.secret()[..4]);
        for printed in [format!("{root:?}"), format!("{:?}", RootKeys::of(root.clone())), root.name().to_string()] {
            assert!(!printed.contains(&digits), "{printed}");
        }
    }
}

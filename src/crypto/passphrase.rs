//! A secret sealed under a passphrase: PBKDF2-HMAC-SM3 (GM/T 0091-2020) makes the key, SM4-GCM seals.
//!
//! The salt is new for every sealing, so the derived key seals once. What the secret belongs to goes into the associated
//! data: a sealed secret that was put into another file, or whose file says something else by now, does not open. A wrong
//! passphrase and an altered file look the same, to us as to an attacker.

use super::envelope::context;
use super::nonce::Nonce;
use super::sm4::{KEY_LEN, Sm4Gcm, TAG_LEN};
use super::{private_file, random, sm3};
use crate::error::{Error, ErrorCode, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Iterations for new files: about half a second on a server of today, and for whoever guesses, each time.
pub const DEFAULT_ITERATIONS: u32 = 1_000_000;
/// Counts that a file may name. Fewer were not written by us, more would hold up a start for too long.
pub const ITERATIONS: RangeInclusive<u32> = 10_000..=20_000_000;
/// The longest passphrase that is taken, in bytes.
pub const LONGEST: usize = 1024;

const SALT_LEN: usize = 16;
/// The longest secret that is taken out of a file, in bytes.
const LONGEST_SECRET: usize = 16 * 1024;

/// What a person knows. Cleared when dropped, never printed.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// As typed, without the end of the line; `identity.password_refused` when it is empty, too long or has control
    /// characters. Whether it is good enough for something new is the caller's question.
    pub fn new(text: Zeroizing<String>) -> Result<Self> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(ErrorCode::PasswordRefused.because(format!("a passphrase has 1 to {LONGEST} bytes")));
        }
        if text.chars().any(char::is_control) {
            return Err(ErrorCode::PasswordRefused.because("a passphrase is one line without control characters"));
        }
        Ok(Passphrase(text))
    }

    /// From a file that only its owner may read, one line.
    pub fn read(path: &Path) -> Result<Self> {
        Self::from_file_text(path, &private_file::read_private(path)?)
    }

    /// From a systemd credential.
    pub(super) fn read_credential(path: &Path) -> Result<Self> {
        Self::from_file_text(path, &private_file::read(path)?)
    }

    fn from_file_text(path: &Path, text: &str) -> Result<Self> {
        let line = text.strip_suffix('\n').unwrap_or(text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        Self::new(Zeroizing::new(line.to_owned())).map_err(|e| e.context(path.display().to_string()))
    }

    /// What was typed: for checks of policy alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two people chose the same.
    pub fn is_same_as(&self, other: &Passphrase) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// A secret under a passphrase, as it stands in a file. None of it is secret without the passphrase. The default one holds
/// nothing and never opens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    kdf: Kdf,
    iterations: u32,
    #[serde(with = "hexadecimal")]
    salt: Vec<u8>,
    cipher: Cipher,
    #[serde(with = "hexadecimal")]
    nonce: Vec<u8>,
    /// Ciphertext and tag.
    #[serde(with = "hexadecimal")]
    text: Vec<u8>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Kdf {
    #[default]
    #[serde(rename = "PBKDF2-HMAC-SM3")]
    Pbkdf2HmacSm3,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Cipher {
    #[default]
    #[serde(rename = "SM4-GCM")]
    Sm4Gcm,
}

impl Sealed {
    /// How far the passphrase is stretched.
    pub(super) fn iterations(&self) -> u32 {
        self.iterations
    }

    /// Seals `secret`, bound to `parts`. Takes half a second with [`DEFAULT_ITERATIONS`]. `request.invalid_parameter` when
    /// the count is not one of [`ITERATIONS`].
    pub(super) fn seal(passphrase: &Passphrase, iterations: u32, parts: &[&[u8]], secret: &[u8]) -> Result<Self> {
        if !ITERATIONS.contains(&iterations) || secret.len() > LONGEST_SECRET {
            return Err(ErrorCode::InvalidParameter.because(format!("iterations: {ITERATIONS:?}")));
        }
        let (salt, nonce) = (random::public::<SALT_LEN>()?, random::public::<{ size_of::<Nonce>() }>()?);
        let cipher = cipher(passphrase, iterations, &salt)?;
        // Encrypted in place, so no copy of the secret is left in the vector.
        let mut text = Vec::with_capacity(secret.len() + TAG_LEN);
        text.extend_from_slice(secret);
        let tag = cipher.seal_in_place(&nonce, &associated(iterations, &salt, parts), &mut text)?;
        text.extend_from_slice(&tag);
        Ok(Sealed {
            kdf: Kdf::Pbkdf2HmacSm3,
            iterations,
            salt: salt.to_vec(),
            cipher: Cipher::Sm4Gcm,
            nonce: nonce.to_vec(),
            text,
        })
    }

    /// The secret. `crypto.key_unavailable` when the passphrase is wrong or anything was altered: which of the two cannot
    /// be told. As slow as [`Sealed::seal`], and never slower than the highest count of [`ITERATIONS`].
    pub(super) fn open(&self, passphrase: &Passphrase, parts: &[&[u8]]) -> Result<Zeroizing<Vec<u8>>> {
        let (Ok(salt), Ok(nonce)) =
            (<[u8; SALT_LEN]>::try_from(self.salt.as_slice()), Nonce::try_from(self.nonce.as_slice()))
        else {
            return Err(not_opened());
        };
        let Some((text, tag)) = self.text.split_last_chunk::<TAG_LEN>() else { return Err(not_opened()) };
        if !ITERATIONS.contains(&self.iterations) || text.len() > LONGEST_SECRET {
            return Err(not_opened());
        }
        let mut secret = Zeroizing::new(text.to_vec());
        cipher(passphrase, self.iterations, &salt)?
            .open_in_place(&nonce, &associated(self.iterations, &salt, parts), &mut secret, tag)
            .map_err(|_| not_opened())?;
        Ok(secret)
    }
}

fn not_opened() -> Error {
    ErrorCode::KeyUnavailable.because(
        "it does not open: the passphrase is wrong, or the file was altered; try again, then take another copy of the file",
    )
}

fn cipher(passphrase: &Passphrase, iterations: u32, salt: &[u8; SALT_LEN]) -> Result<Sm4Gcm> {
    let key = sm3::pbkdf2(passphrase.0.as_bytes(), salt, iterations);
    Ok(Sm4Gcm::new(key.first_chunk::<KEY_LEN>().ok_or(ErrorCode::Internal)?))
}

fn associated(iterations: u32, salt: &[u8; SALT_LEN], parts: &[&[u8]]) -> Vec<u8> {
    let iterations = iterations.to_be_bytes();
    context("passphrase", &[&[iterations.as_slice(), salt], parts].concat())
}

/// Bytes as hexadecimal digits in a text form.
pub(super) mod hexadecimal {
    use super::{Deserialize, Deserializer, Serializer};
    use serde::de::Error as _;

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(|_| D::Error::custom("hexadecimal digits are needed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
    }

    const FEW: u32 = 10_000;

    #[test]
    fn opens_under_its_passphrase_and_for_its_place_alone() {
        let sealed = Sealed::seal(&passphrase("三人成虎 horse"), FEW, &[b"root", b"1"], b"secret").unwrap();
        assert_eq!(**sealed.open(&passphrase("三人成虎 horse"), &[b"root", b"1"]).unwrap(), *b"secret");
        for (typed, parts) in [
            ("三人成虎 horsf", &[b"root".as_slice(), b"1"]),
            ("三人成虎 horse", &[b"root".as_slice(), b"2"]),
            ("三人成虎 horse", &[b"roo".as_slice(), b"t1"]),
        ] {
            let error = sealed.open(&passphrase(typed), parts).unwrap_err();
            assert_eq!(error.code(), ErrorCode::KeyUnavailable);
            assert_eq!(error.detail(), not_opened().detail(), "wrong and altered are told apart");
        }
    }

    #[test]
    fn two_sealings_of_one_secret_look_different() {
        let seal = || Sealed::seal(&passphrase("p"), FEW, &[], b"secret").unwrap();
        let (one, other) = (seal(), seal());
        assert!(one.salt != other.salt && one.nonce != other.nonce && one.text != other.text);
    }

    #[test]
    fn a_count_out_of_range_is_neither_written_nor_worked_off() {
        for count in [0, 9_999, 20_000_001, u32::MAX] {
            assert!(Sealed::seal(&passphrase("p"), count, &[], b"secret").is_err());
            let sealed = Sealed::seal(&passphrase("p"), FEW, &[], b"secret").unwrap();
            assert!(Sealed { iterations: count, ..sealed }.open(&passphrase("p"), &[]).is_err());
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        assert_eq!(format!("{:?}", passphrase("horse")), "Passphrase(..)");
        for refused in ["", "a\u{7}b", "a\nb", &"x".repeat(LONGEST + 1)] {
            let error = Passphrase::new(Zeroizing::new(refused.to_owned())).unwrap_err();
            assert!(refused.is_empty() || !format!("{error:?}").contains(refused));
        }
    }

    #[test]
    fn a_file_of_one_line_is_read_and_only_when_it_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        for (content, expected) in [
            ("horse", Some("horse")),
            ("horse\n", Some("horse")),
            ("马 \r\n", Some("马 ")),
            ("a\nb\n", None),
            ("\n", None),
        ] {
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            let read = Passphrase::read(&path);
            assert_eq!(read.as_ref().ok().map(Passphrase::as_str), expected, "{content:?}");
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o604)).unwrap();
        assert_eq!(Passphrase::read(&path).unwrap_err().code(), ErrorCode::KeyUnavailable);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_flipped_bit_is_refused(secret in proptest::collection::vec(any::<u8>(), 0..100), at in any::<proptest::sample::Index>(), bit in 0u8..8) {
            let mut sealed = Sealed::seal(&passphrase("p"), FEW, &[b"x"], &secret).unwrap();
            prop_assert_eq!(&sealed.open(&passphrase("p"), &[b"x"]).unwrap()[..], &secret[..]);
            let at = at.index(SALT_LEN + sealed.nonce.len() + sealed.text.len());
            let byte = sealed.salt.iter_mut().chain(&mut sealed.nonce).chain(&mut sealed.text).nth(at).unwrap();
            *byte ^= 1 << bit;
            prop_assert!(sealed.open(&passphrase("p"), &[b"x"]).is_err());
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,200}", salt in proptest::collection::vec(any::<u8>(), 0..20), body in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _not_ours = serde_json::from_str::<Sealed>(&text);
            let sealed = Sealed { kdf: Kdf::Pbkdf2HmacSm3, iterations: FEW, salt, cipher: Cipher::Sm4Gcm, nonce: vec![0; 12], text: body };
            prop_assert!(sealed.open(&passphrase("p"), &[]).is_err());
        }
    }
}

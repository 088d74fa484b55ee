//! Password verifiers: HMAC-SM3(key, user, PBKDF2-HMAC-SM3(password)), control I6.
//!
//! The MAC key is not in the database, so a stolen table cannot be tried offline; the user's id is in the MAC, so one
//! user's verifier does not work in another's row. Policy (length, classes, history) is not this module's.

use super::keyring::MacKey;
use super::random;
use super::sm3::{self, Digest};
use crate::error::Result;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Iterations for new verifiers unless configured higher; GM/T 0091 asks for as many as can be afforded.
pub const DEFAULT_ITERATIONS: u32 = 100_000;

/// A stored count beyond this was not written by us, and is not worked off.
const MOST_ITERATIONS: u32 = 100_000_000;

const SALT_LEN: usize = 16;

/// What is stored in place of a password. None of it is secret without the MAC key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    pub salt: [u8; SALT_LEN],
    pub iterations: u32,
    pub tag: Digest,
}

/// The verifier of a new password of `user`. Takes tens of milliseconds: run it on the cpu pool.
pub fn derive(password: &str, key: &MacKey, user: Uuid, iterations: u32) -> Result<Verifier> {
    let (salt, iterations) = (random::public()?, iterations.clamp(1, MOST_ITERATIONS));
    Ok(Verifier { salt, iterations, tag: tag(password, key, user, &salt, iterations) })
}

impl Verifier {
    /// Whether `password` is the one of `user`, compared in constant time. As expensive as [`derive`].
    pub fn matches(&self, password: &str, key: &MacKey, user: Uuid) -> bool {
        self.iterations <= MOST_ITERATIONS
            && bool::from(tag(password, key, user, &self.salt, self.iterations).ct_eq(&self.tag))
    }

    /// A verifier that matches nothing, at the cost of one that might: for a login that does not exist, so that the
    /// answer comes no sooner.
    pub fn decoy(iterations: u32) -> Self {
        Verifier { salt: [0; SALT_LEN], iterations: iterations.max(1), tag: [0; 32] }
    }

    /// The stored form, 52 bytes: salt, iterations (big-endian), tag.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.salt.as_slice(), &self.iterations.to_be_bytes(), &self.tag].concat()
    }

    /// From the stored form; `None` when it is not one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (salt, rest) = bytes.split_first_chunk::<SALT_LEN>()?;
        let (iterations, rest) = rest.split_first_chunk::<4>()?;
        Some(Verifier { salt: *salt, iterations: u32::from_be_bytes(*iterations), tag: rest.try_into().ok()? })
    }
}

fn tag(password: &str, key: &MacKey, user: Uuid, salt: &[u8; SALT_LEN], iterations: u32) -> Digest {
    let stretched = sm3::pbkdf2(password.as_bytes(), salt, iterations);
    key.mac_parts(&[b"guitai/1/password", user.as_bytes(), salt, &iterations.to_be_bytes(), stretched.as_slice()])
}

#[cfg(test)]
mod tests {
    use super::super::{Keyring, RootKey};
    use super::*;

    const USER: Uuid = Uuid::from_u128(1);

    fn key() -> MacKey {
        Keyring::from_root(RootKey::generate().unwrap()).mac_key("password")
    }

    #[test]
    fn only_the_right_password_user_and_key_match() {
        let key = key();
        let verifier = derive("正确 horse 1!", &key, USER, 10).unwrap();
        assert!(verifier.matches("正确 horse 1!", &key, USER));
        assert!(!verifier.matches("正确 horse 1", &key, USER));
        assert!(!verifier.matches("", &key, USER));
        assert!(!verifier.matches("正确 horse 1!", &key, Uuid::from_u128(2)));
        assert!(!verifier.matches("正确 horse 1!", &self::key(), USER));
    }

    #[test]
    fn fewer_iterations_written_into_the_row_do_not_match() {
        let key = key();
        let verifier = derive("p", &key, USER, 10).unwrap();
        assert!(!Verifier { iterations: 9, ..verifier }.matches("p", &key, USER));
    }

    #[test]
    fn equal_passwords_have_different_verifiers_and_a_decoy_matches_none() {
        let key = key();
        assert_ne!(derive("p", &key, USER, 2).unwrap(), derive("p", &key, USER, 2).unwrap());
        assert!(!Verifier::decoy(2).matches("", &key, USER));
    }

    #[test]
    fn stored_form_round_trips() {
        let verifier = derive("p", &key(), USER, 2).unwrap();
        assert_eq!(Verifier::from_bytes(&verifier.to_bytes()), Some(verifier.clone()));
        assert_eq!(Verifier::from_bytes(&verifier.to_bytes()[1..]), None);
        assert_eq!(Verifier::from_bytes(&[&verifier.to_bytes()[..], &[0]].concat()), None);
    }
}

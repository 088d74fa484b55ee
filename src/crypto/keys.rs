//! Class keys and data keys: the two tiers below the root.
//!
//! A data key seals one conversation, recording, file or index segment; its wrapped form stands in a row beside what it
//! seals, and deleting that row destroys the data. A class key wraps the data keys of one class of data for one month,
//! so that destroying it makes every backup of that month unreadable.

use super::envelope::{Aad, SealingKey, context};
use super::random;
use super::sm4::KEY_LEN;
use crate::error::{ErrorCode, Result};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A key that seals stored values. Clones share the secret and the nonces; the secret is cleared with the last of them.
#[derive(Clone)]
pub struct DataKey(Arc<SealingKey>);

impl DataKey {
    pub(super) fn new(id: Uuid, version: u32, secret: &[u8; KEY_LEN]) -> Result<Self> {
        Ok(DataKey(Arc::new(SealingKey::new(id, version, secret)?)))
    }

    pub fn id(&self) -> Uuid {
        self.0.id()
    }

    pub fn version(&self) -> u32 {
        self.0.version()
    }

    /// Seals `plain` for the place `aad`; the result is [`super::envelope::OVERHEAD`] bytes longer.
    /// `crypto.key_unavailable` when the key has been used up and must be rotated.
    pub fn seal(&self, aad: &Aad<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        self.0.seal(aad.context(), plain)
    }

    /// As [`DataKey::seal`], appended to `out`; on an error `out` may end in part of it.
    pub fn seal_onto(&self, out: &mut Vec<u8>, aad: &Aad<'_>, plain: &[u8]) -> Result<()> {
        self.0.seal_onto(out, aad.context(), plain)
    }

    /// Opens what was sealed under this key for the place `aad`; otherwise `crypto.data_altered`.
    pub fn open(&self, aad: &Aad<'_>, stored: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.0.open(aad.context(), stored)
    }

    /// As [`DataKey::open`], for what was sealed as text.
    pub fn open_text(&self, aad: &Aad<'_>, stored: &[u8]) -> Result<String> {
        let plain = self.open(aad, stored)?;
        std::str::from_utf8(&plain).map(str::to_owned).map_err(|e| ErrorCode::DataAltered.caused_by(e))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({} v{})", self.id(), self.version())
    }
}

/// A key that wraps the data keys of one class and month. Clones share the secret and the nonces.
#[derive(Clone)]
pub struct ClassKey(Arc<SealingKey>);

impl ClassKey {
    pub(super) fn new(id: Uuid, version: u32, secret: &[u8; KEY_LEN]) -> Result<Self> {
        Ok(ClassKey(Arc::new(SealingKey::new(id, version, secret)?)))
    }

    pub fn id(&self) -> Uuid {
        self.0.id()
    }

    pub fn version(&self) -> u32 {
        self.0.version()
    }

    /// A new data key, version 1, and its wrapped form, from which [`super::envelope_key_id`] reads this class key's id.
    pub fn generate_data_key(&self, id: Uuid) -> Result<(DataKey, Vec<u8>)> {
        self.generate_data_key_version(id, 1)
    }

    /// A new version of a data key, for its rotation.
    pub fn generate_data_key_version(&self, id: Uuid, version: u32) -> Result<(DataKey, Vec<u8>)> {
        let secret = random::secret::<KEY_LEN>()?;
        let wrapped = self.0.seal(data_key_context(id, version), secret.as_slice())?;
        Ok((DataKey(Arc::new(SealingKey::new(id, version, &secret)?)), wrapped))
    }

    /// The data key from its wrapped form; `crypto.data_altered` when it is not that of this id and version.
    pub fn unwrap_data_key(&self, id: Uuid, version: u32, wrapped: &[u8]) -> Result<DataKey> {
        let secret = secret_of(&self.0.open(data_key_context(id, version), wrapped)?)?;
        Ok(DataKey(Arc::new(SealingKey::new(id, version, &secret)?)))
    }

    /// The same data key wrapped under `next`, when this class key is rotated. What it seals is not touched.
    pub fn rewrap_data_key(&self, id: Uuid, version: u32, wrapped: &[u8], next: &ClassKey) -> Result<Vec<u8>> {
        let secret = self.0.open(data_key_context(id, version), wrapped)?;
        next.0.seal(data_key_context(id, version), &secret)
    }
}

impl fmt::Debug for ClassKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClassKey({} v{})", self.id(), self.version())
    }
}

fn data_key_context(id: Uuid, version: u32) -> Vec<u8> {
    context("data-key", &[id.as_bytes(), &version.to_be_bytes()])
}

/// The secret of an unwrapped key, whose length a right tag has already vouched for.
pub(super) fn secret_of(unwrapped: &[u8]) -> Result<Zeroizing<[u8; KEY_LEN]>> {
    let secret: &[u8; KEY_LEN] =
        unwrapped.try_into().map_err(|_| ErrorCode::DataAltered.because("a wrapped key of another length"))?;
    Ok(Zeroizing::new(*secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AAD: Aad<'static> = Aad { table: "message", column: "body", row: Uuid::from_u128(1) };

    fn class(secret: u8) -> ClassKey {
        ClassKey::new(Uuid::from_u128(u128::from(secret)), 1, &[secret; KEY_LEN]).unwrap()
    }

    #[test]
    fn an_unwrapped_key_opens_what_the_generated_one_sealed() {
        let class = class(1);
        let (key, wrapped) = class.generate_data_key(Uuid::from_u128(5)).unwrap();
        let again = class.unwrap_data_key(key.id(), key.version(), &wrapped).unwrap();
        let stored = key.seal(&AAD, "转账限额是多少".as_bytes()).unwrap();
        assert_eq!(**again.open(&AAD, &stored).unwrap(), *"转账限额是多少".as_bytes());
        assert_eq!(**key.open(&AAD, &again.seal(&AAD, b"back").unwrap()).unwrap(), *b"back");
    }

    #[test]
    fn a_wrapped_key_belongs_to_its_id_version_and_class() {
        let (one, other) = (class(1), class(2));
        let (key, wrapped) = one.generate_data_key(Uuid::from_u128(5)).unwrap();
        for refused in [
            one.unwrap_data_key(Uuid::from_u128(6), 1, &wrapped),
            one.unwrap_data_key(key.id(), 2, &wrapped),
            other.unwrap_data_key(key.id(), 1, &wrapped),
            one.unwrap_data_key(key.id(), 1, &key.seal(&AAD, &[0; KEY_LEN]).unwrap()),
        ] {
            assert_eq!(refused.unwrap_err().code(), ErrorCode::DataAltered);
        }
    }

    #[test]
    fn rewrapping_moves_the_key_and_leaves_the_data() {
        let (old, next) = (class(1), class(2));
        let (key, wrapped) = old.generate_data_key_version(Uuid::from_u128(5), 4).unwrap();
        let stored = key.seal(&AAD, b"kept").unwrap();
        let rewrapped = old.rewrap_data_key(key.id(), 4, &wrapped, &next).unwrap();
        assert_eq!(super::super::envelope_key_id(&rewrapped).unwrap(), (next.id(), 1));
        let moved = next.unwrap_data_key(key.id(), 4, &rewrapped).unwrap();
        assert_eq!(**moved.open(&AAD, &stored).unwrap(), *b"kept");
        assert!(old.unwrap_data_key(key.id(), 4, &rewrapped).is_err());
    }

    #[test]
    fn debug_prints_ids_only() {
        let class = class(1);
        let (key, _) = class.generate_data_key(Uuid::from_u128(5)).unwrap();
        assert_eq!(format!("{key:?}"), "DataKey(00000000-0000-0000-0000-000000000005 v1)");
        assert_eq!(format!("{class:?}"), "ClassKey(00000000-0000-0000-0000-000000000001 v1)");
    }
}

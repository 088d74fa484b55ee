//! The root of all keys: makes and unwraps class keys, derives MAC keys. Pure: rows are the caller's.

use super::blind_index::BlindIndex;
use super::envelope::context;
use super::keys::{ClassKey, DataKey};
use super::provider::{self, Provider, SoftProvider};
use super::root::RootKey;
use super::sm3::{self, Digest, HmacSm3};
use super::sm4::KEY_LEN;
use super::suite::Suite;
use crate::error::{ErrorCode, Result};
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What a new installation asks of the provider's pseudo-random function; and the class of the secret that is kept from it.
const DERIVATION: &str = "keyring";

/// A class key as it is stored: which one it is, and its secret wrapped under the root key. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    pub id: Uuid,
    pub version: u32,
    /// The class of data whose keys it wraps, for example `conversation`.
    pub class: String,
    /// The month it was cut for, as `2026-07`.
    pub month: String,
    /// The stored form; [`super::envelope_key_id`] reads the root key's id from it.
    pub wrapped: Vec<u8>,
}

impl WrappedKey {
    fn context(&self) -> Vec<u8> {
        context(
            "class-key",
            &[self.class.as_bytes(), self.month.as_bytes(), self.id.as_bytes(), &self.version.to_be_bytes()],
        )
    }
}

/// The root of all keys. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    provider: Arc<dyn Provider>,
    /// From this every MAC key is derived. It is stored like a class key, so that blind indexes, verifiers and the ledger outlive
    /// the root key they began with.
    derivation: Arc<Zeroizing<Vec<u8>>>,
}

impl Keyring {
    /// On a root key in memory, as a new installation has it.
    pub fn from_root(root: RootKey) -> Self {
        let derivation = provider::derive_from(&root, DERIVATION).to_vec();
        let provider = SoftProvider::new(root, Vec::new());
        Keyring { provider: Arc::new(provider), derivation: Arc::new(Zeroizing::new(derivation)) }
    }

    /// On any provider, as a new installation has it; the provider's error when it cannot be used now.
    pub fn from_provider(provider: Arc<dyn Provider>) -> Result<Self> {
        let derivation = Arc::new(Zeroizing::new(provider.derive(DERIVATION)?.to_vec()));
        Ok(Keyring { provider, derivation })
    }

    /// On any provider, with the secret that [`Keyring::wrap_derivation`] gave to be stored when the installation was new.
    pub fn from_stored(provider: Arc<dyn Provider>, stored: &WrappedKey) -> Result<Self> {
        let derivation = Arc::new(provider.unwrap(stored.context(), &stored.wrapped)?);
        Ok(Keyring { provider, derivation })
    }

    /// The secret behind all MAC keys, wrapped, for [`Keyring::from_stored`].
    pub fn wrap_derivation(&self) -> Result<WrappedKey> {
        let mut stored = WrappedKey {
            id: Uuid::now_v7(),
            version: 1,
            class: DERIVATION.into(),
            month: String::new(),
            wrapped: Vec::new(),
        };
        stored.wrapped = self.provider.wrap(stored.context(), &self.derivation)?;
        Ok(stored)
    }

    /// The provider that holds the root key, for the inventory and for [`Provider::ready`].
    pub fn provider(&self) -> &dyn Provider {
        self.provider.as_ref()
    }

    /// A new class key for a class of data and a month (`2026-07`), and what to store of it.
    pub fn generate_class_key(&self, class: &str, month: &str, version: u32) -> Result<(ClassKey, WrappedKey)> {
        let mut secret = Zeroizing::new([0; KEY_LEN]);
        self.provider.random(secret.as_mut_slice())?;
        let mut stored =
            WrappedKey { id: Uuid::now_v7(), version, class: class.into(), month: month.into(), wrapped: Vec::new() };
        stored.wrapped = self.provider.wrap(stored.context(), secret.as_slice())?;
        let key = ClassKey::new(stored.id, stored.version, secret.as_slice(), &self.provider)?;
        Ok((key, stored))
    }

    /// The class key from what is stored of it; `crypto.data_altered` when any of its fields was changed.
    pub fn unwrap_class_key(&self, stored: &WrappedKey) -> Result<ClassKey> {
        let secret = self.provider.unwrap(stored.context(), &stored.wrapped)?;
        ClassKey::new(stored.id, stored.version, &secret, &self.provider)
    }

    /// The same key, wrapped under the root key that wraps now, when the root has been rotated.
    pub fn rewrap(&self, stored: &WrappedKey) -> Result<WrappedKey> {
        let secret = self.provider.unwrap(stored.context(), &stored.wrapped)?;
        Ok(WrappedKey { wrapped: self.provider.wrap(stored.context(), &secret)?, ..stored.clone() })
    }

    /// The HMAC-SM3 key for a purpose, for example `audit`. The same every time; different purposes are independent.
    pub fn mac_key(&self, purpose: &str) -> MacKey {
        let key = sm3::hkdf(self.derivation.as_slice(), &[&context("mac", &[purpose.as_bytes()])]);
        MacKey(Arc::new(HmacSm3::new(key.as_slice())))
    }

    /// The key of one file of a spool that must go on while the tables of keys are away. It hangs on the root alone, and no two files
    /// share one, so that a file lost with its host does not open any other.
    pub fn spool_key(&self, file: Uuid) -> Result<DataKey> {
        let secret = self.mac_key("spool").mac(file.as_bytes());
        let secret = Zeroizing::new(secret);
        let secret = secret.first_chunk::<KEY_LEN>().ok_or(ErrorCode::Internal)?;
        DataKey::new(file, 1, Suite::Sm4Gcm, secret, &self.provider)
    }

    /// The key of the blind indexes, which is no one else's.
    pub fn blind_index(&self) -> BlindIndex {
        BlindIndex::new(self.mac_key("blind-index"))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({:?})", self.provider)
    }
}

/// An HMAC-SM3 key. Cheap to clone; the secret is cleared with the last clone.
#[derive(Clone)]
pub struct MacKey(Arc<HmacSm3>);

impl MacKey {
    /// The tag of `bytes`. Whoever authenticates several fields must encode them unambiguously first.
    pub fn mac(&self, bytes: &[u8]) -> Digest {
        self.mac_parts(&[bytes])
    }

    /// The tag of the concatenated parts.
    pub fn mac_parts(&self, parts: &[&[u8]]) -> Digest {
        self.0.tag(parts)
    }

    /// Whether `tag` is the tag of `bytes`, in time that does not depend on either. A shortened tag is refused.
    pub fn verify(&self, bytes: &[u8], tag: &[u8]) -> bool {
        self.mac(bytes).ct_eq(tag).into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn keyring() -> Keyring {
        Keyring::from_root(RootKey::generate().unwrap())
    }

    #[test]
    fn a_stored_class_key_unwraps_under_its_root_only() {
        let ring = keyring();
        let (class, stored) = ring.generate_class_key("conversation", "2026-07", 1).unwrap();
        let (data, wrapped) = class.generate_data_key(Uuid::from_u128(1), 1, Suite::Sm4Gcm).unwrap();
        let again = ring.unwrap_class_key(&stored).unwrap();
        assert_eq!(again.unwrap_data_key(data.id(), 1, &wrapped).unwrap().id(), data.id());
        assert_eq!(super::super::envelope_key_id(&stored.wrapped).unwrap(), ring.provider().root_id());
        assert_eq!(keyring().unwrap_class_key(&stored).unwrap_err().code(), ErrorCode::DataAltered);
    }

    #[test]
    fn every_field_of_a_stored_class_key_is_bound() {
        let ring = keyring();
        let (_, stored) = ring.generate_class_key("conversation", "2026-07", 1).unwrap();
        for changed in [
            WrappedKey { id: Uuid::from_u128(9), ..stored.clone() },
            WrappedKey { version: 2, ..stored.clone() },
            WrappedKey { class: "recording".into(), ..stored.clone() },
            WrappedKey { month: "2026-08".into(), ..stored.clone() },
        ] {
            assert_eq!(ring.unwrap_class_key(&changed).unwrap_err().code(), ErrorCode::DataAltered);
        }
    }

    #[test]
    fn the_root_rotates_without_touching_anything_else() {
        let (old, next) = (RootKey::generate().unwrap(), RootKey::generate().unwrap());
        let before = Keyring::from_root(old.clone());
        let (class, stored) = before.generate_class_key("conversation", "2026-07", 1).unwrap();
        let (data, wrapped) = class.generate_data_key(Uuid::from_u128(1), 1, Suite::Sm4Gcm).unwrap();
        let derivation = before.wrap_derivation().unwrap();
        // While both root keys are there, everything opens and new wrapping is under the next one.
        let both = Arc::new(SoftProvider::new(next.clone(), vec![old]));
        let during = Keyring::from_stored(both, &derivation).unwrap();
        let (rewrapped, derivation) = (during.rewrap(&stored).unwrap(), during.rewrap(&derivation).unwrap());
        assert_eq!(super::super::envelope_key_id(&rewrapped.wrapped).unwrap().0, next.id());
        // Afterwards the old one is not needed, and what hung on it is the same as before.
        let after = Keyring::from_stored(Arc::new(SoftProvider::new(next, Vec::new())), &derivation).unwrap();
        after.unwrap_class_key(&rewrapped).unwrap().unwrap_data_key(data.id(), 1, &wrapped).unwrap();
        assert_eq!(after.mac_key("audit").mac(b"x"), before.mac_key("audit").mac(b"x"));
        assert!(before.unwrap_class_key(&rewrapped).is_err());
        assert!(after.unwrap_class_key(&stored).is_err());
    }

    #[test]
    fn mac_keys_are_stable_and_apart() {
        let root = RootKey::generate().unwrap();
        let (ring, again) = (
            Keyring::from_root(root.clone()),
            Keyring::from_provider(Arc::new(SoftProvider::new(root, Vec::new()))).unwrap(),
        );
        assert_eq!(ring.mac_key("audit").mac(b"x"), again.mac_key("audit").mac(b"x"));
        assert_ne!(ring.mac_key("audit").mac(b"x"), ring.mac_key("password").mac(b"x"));
        let tag = ring.mac_key("audit").mac(b"x");
        assert!(ring.mac_key("audit").verify(b"x", &tag));
        assert!(!ring.mac_key("audit").verify(b"y", &tag));
        assert!(!ring.mac_key("audit").verify(b"x", &tag[..16]));
        assert!(!ring.mac_key("audit").verify(b"x", &[]));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let root = RootKey::generate().unwrap();
        let digits = hex::encode(&root.secret()[..4]);
        let numbers = format!("{:?}", &root.secret()[..4]).replace(['[', ']'], "");
        let ring = Keyring::from_root(root.clone());
        for printed in [format!("{root:?}"), format!("{ring:?}"), format!("{:?}", ring.mac_key("audit"))] {
            assert!(!printed.contains(&digits) && !printed.contains(&numbers), "{printed}");
        }
        assert_eq!(format!("{:?}", ring.mac_key("audit")), "MacKey(..)");
    }

    #[test]
    fn the_software_provider_says_that_it_is_not_certified() {
        assert!(!keyring().provider().certified());
        assert_eq!(keyring().provider().name(), "soft");
    }
}

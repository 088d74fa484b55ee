//! Where the root key lives and who computes with it.
//!
//! Everything that touches the root goes through this trait, so that the root can move into a crypto device (SDF,
//! GM/T 0018) without anything above noticing. The software provider is not a certified product and says so: wherever
//! its state is shown it is marked 非认证 (control K6).

use super::envelope::{SealingKey, context, envelope_key_id};
use super::random;
use super::root::RootKey;
use super::signatory::DeviceSigning;
use super::sm3::{self, Digest};
use super::sm4::KEY_LEN;
use super::suite::Suite;
use crate::error::{ErrorCode, Result};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What is said of a provider that is not certified, wherever its state is shown.
pub const NOT_CERTIFIED: &str = "非认证：不是经认证的商用密码产品 / not a certified cryptography product";

/// Holds the root key. Calls may block on a device, so they go off the async workers; all of them are rare.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Its name in configuration, inventory and logs.
    fn name(&self) -> &'static str;

    /// Whether it is a certified commercial cryptography product. A false one is shown as 非认证.
    fn certified(&self) -> bool;

    /// Id and version of the root key that wraps now.
    fn root_id(&self) -> (Uuid, u32);

    /// Id and version of every root key it can unwrap with.
    fn roots(&self) -> Vec<(Uuid, u32)> {
        vec![self.root_id()]
    }

    /// Keys of data that are in the device, for a bank that wants none in this process's memory. There wherever there are devices: a setting decides
    /// how new data is sealed, and what was sealed before must open all the same. Software has none.
    fn data(&self) -> Option<Arc<dyn DeviceData>> {
        None
    }

    /// The key pair in its devices that signs for this installation. Software has none: its keys are sealed in the database.
    fn signing(&self) -> Option<Arc<dyn DeviceSigning>> {
        None
    }

    /// Its devices and how each is, a line each, for people. Software has none.
    fn devices(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether it can be used now; `crypto.key_unavailable` when every device is away. No software stands in.
    fn ready(&self) -> Result<()>;

    /// Fills `out` with random bytes for new keys: the secrets of class keys and of data keys. They are the device's where there is one, possibly
    /// drawn beforehand, and none are given while it is away (`crypto.key_unavailable`).
    fn random(&self, out: &mut [u8]) -> Result<()>;

    /// Wraps the secret of a key one tier down (16 or 32 bytes), bound to `context`, into the stored form under the root key.
    fn wrap(&self, context: Vec<u8>, secret: &[u8]) -> Result<Vec<u8>>;

    /// Unwraps it under whichever of its root keys wrapped it; `crypto.data_altered` when it was changed, moved or wrapped under a
    /// root key that is not here.
    fn unwrap(&self, context: Vec<u8>, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>>;

    /// A pseudo-random function of the root key that wraps now (HKDF-SM3 or HMAC-SM3 in a device), from which a new
    /// installation takes the secret of its MAC keys. Equal for equal purposes as long as the root key is the same.
    fn derive(&self, purpose: &str) -> Result<Zeroizing<Digest>>;
}

/// Keys of data that never leave a device. Calls block for as long as the device takes.
pub trait DeviceData: Send + Sync {
    /// A new key in its stored form, which only the device opens, bound to `context`.
    fn new_key(&self, context: &[u8]) -> Result<Vec<u8>>;

    /// Nonce (12 bytes), ciphertext (as long as `plain`) and tag (16 bytes) over it and `context`, under a key made for `key_context`.
    fn seal(&self, key: &[u8], key_context: &[u8], context: &[u8], plain: &[u8]) -> Result<Vec<u8>>;

    /// The way back; `crypto.data_altered` when anything was changed or moved.
    fn open(&self, key: &[u8], key_context: &[u8], context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>>;
}

/// Root keys in this process's memory.
pub struct SoftProvider {
    /// The one that wraps.
    active: RootKey,
    /// Those of before a rotation that is not finished: they only unwrap.
    older: Vec<RootKey>,
}

impl SoftProvider {
    pub fn new(active: RootKey, older: Vec<RootKey>) -> Self {
        SoftProvider { active, older }
    }
}

/// HKDF-SM3 of a root key for a purpose.
pub(super) fn derive_from(root: &RootKey, purpose: &str) -> Zeroizing<Digest> {
    sm3::hkdf(root.secret(), &[&context("root", &[purpose.as_bytes()])])
}

/// The key with which a root wraps. Class keys are few and made rarely, so each use draws its own nonce sequence.
fn wrapping_key(root: &RootKey) -> Result<SealingKey> {
    let derived = derive_from(root, "wrap");
    let secret = derived.first_chunk::<KEY_LEN>().ok_or(ErrorCode::Internal)?;
    SealingKey::new(root.id(), root.version(), Suite::Sm4Gcm, secret)
}

impl Provider for SoftProvider {
    fn name(&self) -> &'static str {
        "soft"
    }

    fn certified(&self) -> bool {
        false
    }

    fn root_id(&self) -> (Uuid, u32) {
        (self.active.id(), self.active.version())
    }

    fn roots(&self) -> Vec<(Uuid, u32)> {
        [&self.active].into_iter().chain(&self.older).map(|root| (root.id(), root.version())).collect()
    }

    fn ready(&self) -> Result<()> {
        Ok(())
    }

    fn random(&self, out: &mut [u8]) -> Result<()> {
        random::fill(out)
    }

    fn wrap(&self, context: Vec<u8>, secret: &[u8]) -> Result<Vec<u8>> {
        wrapping_key(&self.active)?.seal(context, secret)
    }

    fn unwrap(&self, context: Vec<u8>, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let named = envelope_key_id(wrapped)?;
        let root = self.older.iter().find(|root| (root.id(), root.version()) == named).unwrap_or(&self.active);
        wrapping_key(root)?.open(context, wrapped)
    }

    fn derive(&self, purpose: &str) -> Result<Zeroizing<Digest>> {
        Ok(derive_from(&self.active, purpose))
    }
}

impl fmt::Debug for SoftProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftProvider({:?})", self.active)
    }
}

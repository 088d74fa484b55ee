//! Where the root key lives and who computes with it.
//!
//! Everything that touches the root goes through this trait, so that the root can move into a crypto device (SDF,
//! GM/T 0018) without anything above noticing. The software provider is not a certified product and says so: wherever
//! its state is shown it is marked 非认证 (control K6).

use super::envelope::{SealingKey, context};
use super::keys::secret_of;
use super::random;
use super::root::RootKey;
use super::sm3::{self, Digest};
use super::sm4::KEY_LEN;
use crate::error::{ErrorCode, Result};
use std::fmt;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Holds the root key. Calls may block on a device, so they go off the async workers; all of them are rare.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Its name in configuration, inventory and logs.
    fn name(&self) -> &'static str;

    /// Whether it is a certified commercial cryptography product. A false one is shown as 非认证.
    fn certified(&self) -> bool;

    /// Id and version of the root key that wraps now.
    fn root_id(&self) -> (Uuid, u32);

    /// Whether it can be used now; `crypto.key_unavailable` when every device is away. No software stands in.
    fn ready(&self) -> Result<()>;

    /// Fills `out` with random bytes for new keys.
    fn random(&self, out: &mut [u8]) -> Result<()>;

    /// Wraps a class key's secret, bound to `context`, into the stored form under the root key.
    fn wrap(&self, context: Vec<u8>, secret: &[u8; KEY_LEN]) -> Result<Vec<u8>>;

    /// Unwraps it; `crypto.data_altered` when it was changed, moved or wrapped under another root.
    fn unwrap(&self, context: Vec<u8>, wrapped: &[u8]) -> Result<Zeroizing<[u8; KEY_LEN]>>;

    /// A pseudo-random function of the root key (HKDF-SM3 or HMAC-SM3 in a device): the secret from which the keyring
    /// derives its MAC keys. Equal for equal purposes as long as the root key is the same.
    fn derive(&self, purpose: &str) -> Result<Zeroizing<Digest>>;
}

/// The root key in this process's memory.
pub struct SoftProvider {
    root: RootKey,
}

impl SoftProvider {
    pub fn new(root: RootKey) -> Self {
        SoftProvider { root }
    }

    /// As [`Provider::derive`], which cannot fail here.
    pub(super) fn derive_now(&self, purpose: &str) -> Zeroizing<Digest> {
        sm3::hkdf(self.root.secret(), &[&context("root", &[purpose.as_bytes()])])
    }

    /// The key that wraps class keys. Class keys are few and made rarely, so each use draws its own nonce sequence.
    fn wrapping_key(&self) -> Result<SealingKey> {
        let derived = self.derive_now("wrap");
        let secret = derived.first_chunk::<KEY_LEN>().ok_or(ErrorCode::Internal)?;
        SealingKey::new(self.root.id(), self.root.version(), secret)
    }
}

impl Provider for SoftProvider {
    fn name(&self) -> &'static str {
        "soft"
    }

    fn certified(&self) -> bool {
        false
    }

    fn root_id(&self) -> (Uuid, u32) {
        (self.root.id(), self.root.version())
    }

    fn ready(&self) -> Result<()> {
        Ok(())
    }

    fn random(&self, out: &mut [u8]) -> Result<()> {
        random::fill(out)
    }

    fn wrap(&self, context: Vec<u8>, secret: &[u8; KEY_LEN]) -> Result<Vec<u8>> {
        self.wrapping_key()?.seal(context, secret)
    }

    fn unwrap(&self, context: Vec<u8>, wrapped: &[u8]) -> Result<Zeroizing<[u8; KEY_LEN]>> {
        secret_of(&self.wrapping_key()?.open(context, wrapped)?)
    }

    fn derive(&self, purpose: &str) -> Result<Zeroizing<Digest>> {
        Ok(self.derive_now(purpose))
    }
}

impl fmt::Debug for SoftProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftProvider({:?})", self.root)
    }
}

//! SM4 (GB/T 32907-2016) in Galois/counter mode (GB/T 36624-2018, NIST SP 800-38D), the one suite for what is stored.
//!
//! The block cipher is RustCrypto's portable one; the vector kernels of `guitai-kernels` go in behind [`Sm4Gcm`] without
//! a caller noticing.

pub mod exchange;

use super::nonce::Nonce;
use super::wiped::Wiped;
use crate::error::{ErrorCode, Result};
use aes_gcm::aead::consts::U12;
use aes_gcm::{AeadInOut, AesGcm, KeyInit};

/// The length of an SM4 key in bytes.
pub const KEY_LEN: usize = 16;
/// The length of a tag in bytes. Shorter ones are refused by the type.
pub const TAG_LEN: usize = 16;

/// A 128-bit GCM tag.
pub type Tag = [u8; TAG_LEN];

type Gcm = AesGcm<::sm4::Sm4, U12>;

/// An expanded SM4-GCM key. The caller owes it a nonce that was never used under this key ([`super::nonce`]).
pub struct Sm4Gcm(Wiped<Gcm>);

impl Sm4Gcm {
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Sm4Gcm(Wiped::new(Gcm::new(key.into()), || Some(Gcm::new(&[0; KEY_LEN].into()))))
    }

    /// Encrypts `buffer` in place and returns the tag over it and `aad`.
    pub fn seal_in_place(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<Tag> {
        self.0
            .encrypt_inout_detached(nonce.into(), aad, buffer.into())
            .map(Into::into)
            .map_err(|_| ErrorCode::Internal.because("the value is longer than GCM allows"))
    }

    /// Decrypts `buffer` in place, or fails with `crypto.data_altered` and leaves it as it was.
    pub fn open_in_place(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8], tag: &Tag) -> Result<()> {
        self.0
            .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
            .map_err(|_| ErrorCode::DataAltered.because("the tag does not match"))
    }
}

//! SM4 (GB/T 32907-2016) in Galois/counter mode (GB/T 36624-2018, NIST SP 800-38D), the suite for what is stored.
//!
//! The cipher and the hash are those of `guitai-kernels`, on the widest instructions that the processor has.

pub mod exchange;

use super::nonce::Nonce;
use crate::error::{Error, ErrorCode, Result};
use guitai_kernels::sm4::{self, GcmError};

pub use guitai_kernels::sm4::Kernel;

/// The length of an SM4 key in bytes.
pub const KEY_LEN: usize = sm4::KEY;
/// The length of a tag in bytes. Shorter ones are refused by the type.
pub const TAG_LEN: usize = 16;

/// A 128-bit GCM tag.
pub type Tag = [u8; TAG_LEN];

/// An expanded SM4-GCM key, cleared when dropped. The caller owes it a nonce that was never used under this key
/// ([`super::nonce`]).
pub struct Sm4Gcm(sm4::Sm4Gcm);

impl Sm4Gcm {
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Sm4Gcm(sm4::Sm4Gcm::new(key))
    }

    /// Encrypts `buffer` in place and returns the tag over it and `aad`.
    pub fn seal_in_place(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<Tag> {
        self.0.seal(nonce, aad, buffer).map_err(refused)
    }

    /// Decrypts `buffer` in place, or fails with `crypto.data_altered` and clears it: what was not verified is not left
    /// behind.
    pub fn open_in_place(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8], tag: &Tag) -> Result<()> {
        self.0.open(nonce, aad, buffer, tag).map_err(refused)
    }
}

fn refused(why: GcmError) -> Error {
    match why {
        GcmError::Forged => ErrorCode::DataAltered.because("the tag does not match"),
        GcmError::Length => {
            ErrorCode::InvalidParameter.because("a nonce, tag or text of a length that GCM does not define")
        }
    }
}

//! Galois/counter mode (GB/T 36624-2018 chapter 11, NIST SP 800-38D), the hash woven into the rounds of the cipher.

use super::ctr::{STRETCH, advanced, number, xor};
use super::kernel::Hashing;
use super::{BLOCK, Block, KEY, Kernel, Sm4};
use crate::ghash::{Ghash, HashKey};
use crate::wipe::wipe;
use std::fmt;
use zeroize::Zeroize;

/// The longest text under one nonce, in bytes: 2³⁹ − 256 bits.
const LONGEST_TEXT: u64 = (1 << 36) - 32;

/// Why GCM did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GcmError {
    /// The tag does not match: key, nonce, associated data, ciphertext or tag is not what it was.
    Forged,
    /// A nonce, tag or text of a length that GCM does not define.
    Length,
}

impl fmt::Display for GcmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GcmError::Forged => "the tag does not match",
            GcmError::Length => "a length that GCM does not define",
        })
    }
}

impl std::error::Error for GcmError {}

/// An expanded SM4-GCM key. Cleared when dropped.
///
/// Whoever seals owes it a nonce that was never used under this key. Nonces of 12 bytes are what GCM is made for; others
/// are hashed first.
#[derive(Clone)]
pub struct Sm4Gcm {
    cipher: Sm4,
    hash_key: HashKey,
}

impl Sm4Gcm {
    /// On the fastest kernel of this machine.
    pub fn new(key: &[u8; KEY]) -> Self {
        Sm4Gcm::on(Kernel::best(), key)
    }

    /// On a kernel of choice, for tests and measurements.
    pub fn on(kernel: Kernel, key: &[u8; KEY]) -> Self {
        let cipher = Sm4::on(kernel, key);
        let mut zero = [[0; BLOCK]];
        cipher.encrypt_blocks(&mut zero);
        let [h] = &mut zero;
        let hash_key = HashKey::new(kernel.multiplier(), h);
        h.zeroize();
        Sm4Gcm { cipher, hash_key }
    }

    /// The kernel that this key works on.
    pub fn kernel(&self) -> Kernel {
        self.cipher.kernel
    }

    /// Encrypts `data` in place and returns the tag over it and `aad`, of which a caller may keep the first 4, 8 or 12 to
    /// 16 bytes.
    pub fn seal(&self, nonce: &[u8], aad: &[u8], data: &mut [u8]) -> Result<[u8; BLOCK], GcmError> {
        self.run(nonce, aad, data, Hashing::Sealing)
    }

    /// Decrypts `data` in place if `tag` is right; otherwise `data` is zeroed.
    pub fn open(&self, nonce: &[u8], aad: &[u8], data: &mut [u8], tag: &[u8]) -> Result<(), GcmError> {
        if !matches!(tag.len(), 4 | 8 | 12..=16) {
            return Err(GcmError::Length);
        }
        let expected = self.run(nonce, aad, data, Hashing::Opening)?;
        let difference = expected.iter().zip(tag).fold(0, |sum, (a, b)| sum | (a ^ b));
        if std::hint::black_box(difference) != 0 {
            data.zeroize();
            return Err(GcmError::Forged);
        }
        Ok(())
    }

    fn run(&self, nonce: &[u8], aad: &[u8], data: &mut [u8], hashing: Hashing) -> Result<[u8; BLOCK], GcmError> {
        if data.len() as u64 > LONGEST_TEXT || nonce.is_empty() {
            return Err(GcmError::Length);
        }
        let first = self.first_counter(nonce);
        let mut ghash = Ghash::new(&self.hash_key);
        ghash.update_padded(aad);
        let (kernel, keys) = (self.cipher.kernel, &self.cipher.encrypting);
        let done = kernel.stream(keys, &advanced(&first, 1), data, Some((&mut ghash, hashing)));

        // What is left goes together with the first counter, whose block masks the tag.
        let text_len = data.len();
        let rest = data.get_mut(done * BLOCK..).unwrap_or_default();
        if hashing == Hashing::Opening {
            ghash.update_padded(rest);
        }
        let mut stream = [[0; BLOCK]; STRETCH + 1];
        let used_blocks = 1 + rest.len().div_ceil(BLOCK);
        let used = stream.get_mut(..used_blocks).unwrap_or_default();
        if let [mask, others @ ..] = used {
            *mask = first;
            number(&advanced(&first, 1 + done), others);
        }
        kernel.encrypt(keys, used);
        let [mask, others @ ..] = &stream;
        xor(rest, others);
        if hashing == Hashing::Sealing {
            ghash.update_padded(rest);
        }
        let mut tag = ghash.finish(aad.len(), text_len);
        tag.iter_mut().zip(mask).for_each(|(tag, mask)| *tag ^= mask);
        wipe(stream.get_mut(..used_blocks).unwrap_or_default().as_flattened_mut());
        Ok(tag)
    }

    fn first_counter(&self, nonce: &[u8]) -> Block {
        match nonce.first_chunk::<12>() {
            Some([a, b, c, d, e, f, g, h, i, j, k, l]) if nonce.len() == 12 => {
                [*a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k, *l, 0, 0, 0, 1]
            }
            _ => {
                let mut ghash = Ghash::new(&self.hash_key);
                ghash.update_padded(nonce);
                ghash.finish(0, nonce.len())
            }
        }
    }
}

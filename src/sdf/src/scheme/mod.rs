//! What is computed with a device: only SDF_Encrypt on whole blocks, SDF_GenerateRandom, the two KEK functions, and HMAC where a library
//! has it. Everything here has one result on every device, whatever its library offers, or fail-over would lose data.
//!
//! # Root keys
//! SDF has no function that encrypts with a KEK: it only wraps keys that the device makes itself (SDF_GenerateKeyWithKEK). So the
//! root is three such keys ([`crate::root`]), imported into each session, of which the program knows only the wrapped form. Three,
//! because no key should serve two algorithms: E encrypts, M authenticates, D derives.
//!
//! # Wrapping a class key ([`wrap`])
//! Encrypt-then-MAC: SM4-CTR under E with a 96-bit nonce from the device, then a tag under M over the context, the header, the nonce and the
//! ciphertext. The tag is CBC-MAC (GB/T 15852.1) of an SM3 digest: SM3 turns a message of any length into exactly two blocks,
//! and CBC-MAC is a pseudo-random function on messages of one fixed length (Bellare, Kilian, Rogaway 2000), so a forger must find
//! a collision of SM3 or tell SM4 from a random permutation. HMAC-SM3 was the alternative; libraries of GM/T 0018-2012 do not have it for keys
//! that are in the device, and this form keeps the key in the device with all of them. SDF_CalculateMAC is not used, because
//! libraries differ in its padding and in what it leaves in the IV; CBC encryption under a zero IV gives the same value.
//!
//! # Derivation ([`Tools::expand`])
//! A pseudo-random function of D in counter mode (NIST SP 800-108) with the same CBC-MAC: the block *i* followed by the SM3 digest of
//! the purpose, i = 1, 2. All inputs have three blocks, so the same argument holds, and M's inputs (two blocks) are under another
//! key. The 32 bytes have the strength of the device's key, 128 bits. HKDF-SM3 in software makes the result from them.
//!
//! # Bulk data ([`data`])
//! A data key is two keys that the device makes under the KEK, for SM4-CTR and for HMAC-SM3; the stored form is authenticated by the two
//! keys themselves, with its context, so that it does not end with a root. The counter blocks are computed here and encrypted by the device: SDF_Encrypt with CTR where the library has it and
//! passes its test, with ECB otherwise, with CBC block by block where there is nothing else. All three give the same key stream; ECB is
//! only the block cipher under CTR, no text is ever encrypted in it. HMAC-SM3 is computed in the device under GM/T 0018-2023, and
//! otherwise in the broker's memory under a key that the device derives from the second key for that purpose; each data key remembers which.

pub mod data;
pub mod wrap;

use crate::config::{AlgorithmIds, DeviceConfig, KekMode};
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::{Fault, Key, RawSession};
use guitai_kernels::sm3::{Sm3, hkdf_expand, hkdf_extract};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

const BLOCK: usize = 16;
/// Bytes of a tag: of CBC-MAC all, of HMAC-SM3 the first half.
pub const TAG: usize = 16;
/// Bytes of a nonce.
pub const NONCE: usize = 12;

/// Numbers of SM4's modes in this library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sm4Ids(u32);

impl Sm4Ids {
    pub fn of(ids: AlgorithmIds) -> Self {
        match ids {
            AlgorithmIds::Standard => Sm4Ids(0x0400),
            AlgorithmIds::Old => Sm4Ids(0x2000),
        }
    }

    pub fn ecb(self) -> u32 {
        self.0 | 0x01
    }

    pub fn cbc(self) -> u32 {
        self.0 | 0x02
    }

    pub fn ctr(self) -> u32 {
        self.0 | 0x20
    }

    pub fn kek(self, mode: KekMode) -> u32 {
        match mode {
            KekMode::Ecb => self.ecb(),
            KekMode::Cbc => self.cbc(),
        }
    }
}

/// What the library was found to compute rightly. The self-test fills it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    pub ids: Sm4Ids,
    pub chunk: usize,
    pub ecb: bool,
    pub cbc: bool,
    pub ctr: bool,
    /// The number under which HMACInit computes HMAC-SM3.
    pub hmac: Option<u32>,
}

impl Abilities {
    /// Nothing is known to work yet.
    pub fn untested(config: &DeviceConfig) -> Self {
        let ids = Sm4Ids::of(config.algorithm_ids);
        Abilities { ids, chunk: config.chunk_bytes, ecb: false, cbc: false, ctr: false, hmac: None }
    }
}

/// A session and what can be computed in it.
pub struct Tools {
    pub raw: RawSession,
    pub can: Abilities,
    /// The start of what the generator gave last: it must not come twice.
    last: Zeroizing<[u8; BLOCK]>,
}

/// SM3 over parts that are each preceded by their length, and over what they are for.
pub(crate) fn bind(purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sm3::new();
    for part in [b"guitai-sdf/1".as_slice(), purpose.as_bytes()].iter().chain(parts) {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
}

/// Whether two tags are equal, in time that does not depend on where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

impl Tools {
    pub fn new(raw: RawSession, can: Abilities) -> Self {
        Tools { raw, can, last: Zeroizing::new([0; BLOCK]) }
    }

    /// Fills `out` from the device's generator. A generator that stands still is an error, and `out` then holds nothing.
    pub fn random(&mut self, out: &mut [u8]) -> Result<()> {
        let mut drawn = Zeroizing::new(vec![0; out.len().max(BLOCK)]);
        self.raw.random(&mut drawn)?;
        let stands_still =
            |why| Error::new(ErrorKind::SelfTest, format!("the device's random generator {why}; it must not be used"));
        if drawn.as_chunks::<BLOCK>().0.iter().any(|block| block.iter().all(|byte| Some(byte) == block.first())) {
            return Err(stands_still("gives one byte again and again"));
        }
        let first = drawn.first_chunk::<BLOCK>().copied().unwrap_or_default();
        if same(&first, self.last.as_slice()) {
            return Err(stands_still("gives the same bytes again"));
        }
        *self.last = first;
        out.iter_mut().zip(drawn.iter()).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    /// Encrypts each block of 16 bytes by itself, in place. `data` has whole blocks.
    fn encrypt_blocks(&mut self, key: &Key, data: &mut [u8]) -> Result<()> {
        let (at_once, algorithm, iv) = match (self.can.ecb, self.can.cbc) {
            (true, _) => (self.can.chunk, self.can.ids.ecb(), None),
            // Under a zero IV the first block of CBC is the block itself.
            (false, true) => (BLOCK, self.can.ids.cbc(), Some(&[0; BLOCK])),
            (false, false) => {
                return Err(Error::new(ErrorKind::Unsupported, "the device has neither SM4-ECB nor SM4-CBC"));
            }
        };
        for part in data.chunks_mut(at_once) {
            let done = self.raw.encrypt(key, algorithm, iv, part)?;
            part.iter_mut().zip(done.iter()).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }

    /// SM4-CTR in place. The whole counter counts up, as a big-endian number that wraps.
    fn ctr(&mut self, key: &Key, counter: &[u8; BLOCK], data: &mut [u8]) -> Result<()> {
        let mut counter = u128::from_be_bytes(*counter);
        for part in data.chunks_mut(self.can.chunk) {
            let blocks = part.len().div_ceil(BLOCK);
            let mut stream = Zeroizing::new(vec![0; blocks * BLOCK]);
            if self.can.ctr {
                // Zeros give the key stream itself, and the text stays here.
                *stream = std::mem::take(&mut *self.raw.encrypt(
                    key,
                    self.can.ids.ctr(),
                    Some(&counter.to_be_bytes()),
                    &stream,
                )?);
            } else {
                for (block, at) in stream.as_chunks_mut::<BLOCK>().0.iter_mut().zip(0..) {
                    *block = counter.wrapping_add(at).to_be_bytes();
                }
                self.encrypt_blocks(key, &mut stream)?;
            }
            part.iter_mut().zip(stream.iter()).for_each(|(to, with)| *to ^= with);
            counter = counter.wrapping_add(blocks as u128);
        }
        Ok(())
    }

    /// CBC-MAC of whole blocks. Only for messages of a length that is fixed for the key.
    fn cbc_mac(&mut self, key: &Key, message: &[u8]) -> Result<[u8; TAG]> {
        let mut state = Zeroizing::new([0; BLOCK]);
        if self.can.cbc {
            let done = self.raw.encrypt(key, self.can.ids.cbc(), Some(&[0; BLOCK]), message)?;
            *state = done.last_chunk().copied().unwrap_or_default();
        } else {
            for block in message.as_chunks::<BLOCK>().0 {
                state.iter_mut().zip(block).for_each(|(state, byte)| *state ^= byte);
                self.encrypt_blocks(key, state.as_mut_slice())?;
            }
        }
        Ok(*state)
    }

    /// The tag of a digest: two blocks, always.
    fn tag(&mut self, key: &Key, digest: &[u8; 32]) -> Result<[u8; TAG]> {
        self.cbc_mac(key, digest)
    }

    /// 32 bytes that only this key gives for this digest: three blocks, always.
    pub fn expand(&mut self, key: &Key, digest: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>> {
        let mut out = Zeroizing::new([0; 32]);
        for (half, number) in out.as_chunks_mut::<BLOCK>().0.iter_mut().zip(1_u128..) {
            let message = [&number.to_be_bytes(), digest.as_slice()].concat();
            *half = self.cbc_mac(key, &message)?;
        }
        Ok(out)
    }

    /// The pseudo-random function of the derivation key. Computed twice: a wrong answer here would show up only much later, as stored
    /// data whose tags no longer fit.
    pub fn derive(&mut self, key: &Key, purpose: &str) -> Result<Zeroizing<[u8; 32]>> {
        let digest = bind("derive", &[purpose.as_bytes()]);
        let (secret, again) = (self.expand(key, &digest)?, self.expand(key, &digest)?);
        if !same(secret.as_slice(), again.as_slice()) {
            return Err(Error::new(
                ErrorKind::SelfTest,
                "the device computed two results for one question; it must not be used",
            ));
        }
        let mut extracted = hkdf_extract(b"guitai-sdf/1 derive", secret.as_slice());
        let out = Zeroizing::new(hkdf_expand(&extracted, &[purpose.as_bytes()]));
        extracted.zeroize();
        Ok(out)
    }

    /// Forgets a key in the device. Devices hold few; one whose library cannot do it forgets with the session.
    pub fn destroy(&mut self, key: Key) -> Result<()> {
        match self.raw.destroy(key) {
            Ok(()) | Err(Fault::Missing { .. }) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

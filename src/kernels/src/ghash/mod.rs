//! GHASH (NIST SP 800-38D section 6.4), the authenticator of GCM.
//!
//! Elements are kept as in POLYVAL (RFC 8452 appendix A): a block read as a big-endian integer, the hash key multiplied
//! by x once, and products divided by x¹²⁸, which makes reduction two carry-less multiplications. Sixteen powers of the
//! key let sixteen blocks share one reduction.

use zeroize::{Zeroize, ZeroizeOnDrop};

#[cfg(target_arch = "x86_64")]
pub(crate) mod pclmul;
#[cfg(target_arch = "aarch64")]
pub(crate) mod pmull;
mod portable;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vpclmul;

/// Blocks that share a reduction.
pub(crate) const STRIDE: usize = 16;

/// The instructions for carry-less multiplication. Made by who has detected them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Multiplier {
    #[cfg(target_arch = "x86_64")]
    Vpclmul,
    #[cfg(target_arch = "x86_64")]
    Pclmul,
    #[cfg(target_arch = "aarch64")]
    Pmull,
    Portable,
}

/// The powers of a hash key, from the sixteenth down to the first.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
#[repr(C, align(64))]
pub(crate) struct HashKey {
    powers: [u128; STRIDE],
    #[zeroize(skip)]
    multiplier: Multiplier,
}

impl HashKey {
    /// From the encrypted zero block.
    pub fn new(multiplier: Multiplier, h: &[u8; 16]) -> Self {
        let h = u128::from_be_bytes(*h);
        // Times x, modulo x¹²⁸ + x¹²⁷ + x¹²⁶ + x¹²¹ + 1, without a branch on the bit that is carried out.
        let carried = 0u128.wrapping_sub(h >> 127);
        let first = (h << 1) ^ (carried & (0b11 << 126 | 1 << 121 | 1));
        let mut powers = [first; STRIDE];
        let mut power = first;
        for slot in powers.iter_mut().rev().skip(1) {
            power = multiplier.multiply(power, first);
            *slot = power;
        }
        HashKey { powers, multiplier }
    }

    /// All powers, the sixteenth first.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    pub fn powers(&self) -> &[u128; STRIDE] {
        &self.powers
    }

    /// All powers, four at a time, as they lie in memory.
    #[cfg(target_arch = "x86_64")]
    fn rows(&self) -> &[[u8; 64]; STRIDE / 4] {
        crate::vector::rows(&self.powers)
    }

    /// The last `count` powers, for as many blocks.
    fn last(&self, count: usize) -> &[u128] {
        self.powers.get(STRIDE.saturating_sub(count)..).unwrap_or_default()
    }
}

impl Multiplier {
    #[cfg_attr(
        any(target_arch = "x86_64", target_arch = "aarch64"),
        expect(unsafe_code, reason = "calls code for instructions that were detected")
    )]
    fn multiply(self, a: u128, b: u128) -> u128 {
        match self {
            // SAFETY: whoever made the value has detected the instructions; so below.
            #[cfg(target_arch = "x86_64")]
            Multiplier::Vpclmul | Multiplier::Pclmul => unsafe { pclmul::multiply(a, b) },
            #[cfg(target_arch = "aarch64")]
            Multiplier::Pmull => unsafe { pmull::multiply(a, b) },
            Multiplier::Portable => portable::multiply(a, b),
        }
    }

    /// The sum after up to sixteen more blocks; `powers` has as many entries.
    #[cfg_attr(
        any(target_arch = "x86_64", target_arch = "aarch64"),
        expect(unsafe_code, reason = "calls code for instructions that were detected")
    )]
    fn absorb(self, powers: &[u128], sum: u128, blocks: &[[u8; 16]]) -> u128 {
        match self {
            #[cfg(target_arch = "x86_64")]
            Multiplier::Vpclmul | Multiplier::Pclmul => unsafe { pclmul::absorb(powers, sum, blocks) },
            #[cfg(target_arch = "aarch64")]
            Multiplier::Pmull => unsafe { pmull::absorb(powers, sum, blocks) },
            Multiplier::Portable => portable::absorb(powers, sum, blocks),
        }
    }
}

/// A GHASH that runs.
pub(crate) struct Ghash<'k> {
    pub key: &'k HashKey,
    /// The sum so far, as POLYVAL has it.
    pub sum: u128,
}

impl<'k> Ghash<'k> {
    pub fn new(key: &'k HashKey) -> Self {
        Ghash { key, sum: 0 }
    }

    /// Absorbs `bytes`, the last block padded with zeros.
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls code for instructions that were detected"))]
    pub fn update_padded(&mut self, bytes: &[u8]) {
        #[cfg(target_arch = "x86_64")]
        let bytes = if self.key.multiplier == Multiplier::Vpclmul {
            let (strides, rest) = bytes.as_chunks();
            // SAFETY: whoever made the multiplier has detected the instructions.
            self.sum = unsafe { vpclmul::absorb(self.key, self.sum, strides) };
            rest
        } else {
            bytes
        };
        let (blocks, rest) = bytes.as_chunks::<16>();
        for stride in blocks.chunks(STRIDE) {
            self.sum = self.key.multiplier.absorb(self.key.last(stride.len()), self.sum, stride);
        }
        if !rest.is_empty() {
            let mut last = [0; 16];
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            self.sum = self.key.multiplier.absorb(self.key.last(1), self.sum, &[last]);
        }
    }

    /// Ends with the block of lengths, given in bytes.
    pub fn finish(mut self, aad_len: usize, text_len: usize) -> [u8; 16] {
        let bits = |bytes: usize| (bytes as u128) << 3;
        self.update_padded(&(bits(aad_len) << 64 | bits(text_len)).to_be_bytes());
        self.sum.to_be_bytes()
    }
}

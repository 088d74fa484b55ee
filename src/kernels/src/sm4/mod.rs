//! SM4 (GB/T 32907-2016) on the widest instructions that the processor has, chosen at run time.
//!
//! # How one round becomes a few instructions
//!
//! A block is four words X0 … X3, and a round replaces X0 by X0 ⊕ L(τ(X1 ⊕ X2 ⊕ X3 ⊕ rk)), where τ is the S-box on four
//! bytes and L(B) = B ⊕ B⋘2 ⊕ B⋘10 ⊕ B⋘18 ⊕ B⋘24. The kernels work on many blocks at once and share two facts:
//!
//! - **The S-box is A₂(inv(A₁(x)))** with affine A₁, A₂ and the inversion in the field of AES, which GFNI has as an
//!   instruction and AES-NI within its `aesenclast`, and for which there are small circuits.
//! - **L works on bytes.** With bytes b₀ … b₃ from the most significant, P(b) = b ⊕ (b≪2) and Q(b) = b ⊕ (b≫6), byte i of
//!   L is vᵢ ⊕ vᵢ₊₁ ⊕ vᵢ₊₂ where vᵢ = P(bᵢ) ⊕ Q(bᵢ₊₁) (indices modulo 4). P and Q are linear, so they melt into A₂.
//!
//! All kernels run in time that does not depend on key or data; none looks anything up in memory by a secret.

mod cbc;
mod ctr;
mod gcm;
mod kernel;
mod planes;
mod portable;
mod schedule;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "aarch64")]
mod armv8;

pub use gcm::{GcmError, Sm4Gcm};
pub use kernel::Kernel;

use crate::wipe::wipe;
use schedule::RoundKeys;

/// Bytes of a block.
pub const BLOCK: usize = 16;
/// Bytes of a key.
pub const KEY: usize = 16;

type Block = [u8; BLOCK];

/// Works on all of `blocks`, so many at a time; what is left at the end is padded to as many.
fn in_batches<const N: usize>(blocks: &mut [Block], mut work: impl FnMut(&mut [Block; N])) {
    let (whole, rest) = blocks.as_chunks_mut::<N>();
    whole.iter_mut().for_each(&mut work);
    if !rest.is_empty() {
        let mut padded = [[0; BLOCK]; N];
        padded.iter_mut().zip(rest.iter()).for_each(|(to, from)| *to = *from);
        work(&mut padded);
        rest.iter_mut().zip(&padded).for_each(|(to, from)| *to = *from);
        // Key stream or plaintext, and under the padding the encrypted zero block, which is the hash key of GCM.
        wipe(padded.as_flattened_mut());
    }
}

/// An expanded SM4 key on a kernel. Cleared when dropped.
#[derive(Clone)]
pub struct Sm4 {
    kernel: Kernel,
    encrypting: RoundKeys,
}

impl Sm4 {
    /// On the fastest kernel of this machine.
    pub fn new(key: &[u8; KEY]) -> Self {
        Sm4::on(Kernel::best(), key)
    }

    /// On a kernel of choice, for tests and measurements.
    pub fn on(kernel: Kernel, key: &[u8; KEY]) -> Self {
        Sm4 { kernel, encrypting: RoundKeys::expand(kernel, key) }
    }

    /// The kernel that this key works on.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Encrypts each block for itself (ECB): the primitive under every mode.
    pub fn encrypt_blocks(&self, blocks: &mut [[u8; BLOCK]]) {
        self.kernel.encrypt(&self.encrypting, blocks);
    }

    /// Decrypts each block for itself (ECB).
    pub fn decrypt_blocks(&self, blocks: &mut [[u8; BLOCK]]) {
        self.kernel.encrypt(&self.encrypting.reversed(), blocks);
    }
}

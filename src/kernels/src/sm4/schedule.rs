//! The key schedule (GB/T 32907-2016 section 7.3).

use super::{KEY, Kernel};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The 32 round keys in the order of use, each word's bytes in memory as the standard writes them, most significant
/// first, so that a broadcast of one meets words that came from memory without a swap; and in the coordinates of the
/// kernel's state.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
#[repr(C, align(64))]
pub(super) struct RoundKeys(pub [u32; 32]);

/// The system parameter FK.
const FK: [u32; 4] = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];

/// The fixed parameter CK of a round: its byte j is 7·(4i + j) modulo 256.
fn ck(round: u8) -> u32 {
    u32::from_be_bytes([0, 1, 2, 3].map(|j| (4 * round + j).wrapping_mul(7)))
}

impl RoundKeys {
    pub fn expand(kernel: Kernel, key: &[u8; KEY]) -> Self {
        let (words, _) = key.as_chunks::<4>();
        let mut k = [0; 4];
        for ((k, word), fk) in k.iter_mut().zip(words).zip(FK) {
            *k = u32::from_be_bytes(*word) ^ fk;
        }
        let mut keys = RoundKeys([0; 32]);
        for (round, rk) in (0..).zip(&mut keys.0) {
            let [k0, k1, k2, k3] = k;
            let b = kernel.tau(k1 ^ k2 ^ k3 ^ ck(round));
            let next = k0 ^ b ^ b.rotate_left(13) ^ b.rotate_left(23);
            *rk = kernel.coordinates(next.to_be());
            k = [k1, k2, k3, next];
        }
        k.zeroize();
        keys
    }

    /// The round keys of decryption.
    pub fn reversed(&self) -> Self {
        let mut keys = self.clone();
        keys.0.reverse();
        keys
    }
}

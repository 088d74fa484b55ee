//! GHASH with the carry-less multiplication of Arm's cryptography extension.

use super::HashKey;
use std::arch::aarch64::vmull_p64;

/// What blocks have summed up to, before it is reduced.
#[derive(Clone, Copy, Default)]
struct Products {
    low: u128,
    middle: u128,
    high: u128,
}

impl Products {
    /// Adds an element times a power of the key.
    #[inline]
    #[target_feature(enable = "neon,aes")]
    fn add(&mut self, x: u128, power: u128) {
        let [x0, x1, p0, p1] = [x as u64, (x >> 64) as u64, power as u64, (power >> 64) as u64];
        self.low ^= vmull_p64(x0, p0);
        self.high ^= vmull_p64(x1, p1);
        self.middle ^= vmull_p64(x0, p1) ^ vmull_p64(x1, p0);
    }

    /// The sum divided by x¹²⁸.
    #[inline]
    #[target_feature(enable = "neon,aes")]
    fn reduced(self) -> u128 {
        // x⁶³ + x⁶² + x⁵⁷: the modulus without its ends. Twice the lowest word is cleared, which moves all up by 64 bits.
        let clear = |upper: u128, lower: u128| upper ^ vmull_p64(lower as u64, 0xc2 << 56) ^ lower.rotate_left(64);
        clear(self.high, clear(self.middle, self.low))
    }
}

/// A hash that runs, absorbing four blocks at a time, so that the cipher can weave it into its rounds.
pub(crate) struct Absorber<'k> {
    key: &'k HashKey,
    /// The sum of the strides before, to go in with the first block of the next.
    carried: u128,
    products: Products,
}

impl<'k> Absorber<'k> {
    #[inline]
    #[target_feature(enable = "neon,aes")]
    pub fn new(key: &'k HashKey, sum: u128) -> Self {
        Absorber { key, carried: sum, products: Products::default() }
    }

    /// Absorbs the four blocks of quarter `AT` of a stride; after the last one the stride is done.
    #[inline]
    #[target_feature(enable = "neon,aes")]
    pub fn quarter<const AT: usize>(&mut self, blocks: &[u8; 64]) {
        let powers = self.key.powers().split_at(4 * AT).1;
        for (at, (block, power)) in blocks.as_chunks().0.iter().zip(powers).enumerate() {
            let carried = if AT == 0 && at == 0 { self.carried } else { 0 };
            self.products.add(u128::from_be_bytes(*block) ^ carried, *power);
        }
        if AT == 3 {
            self.carried = self.products.reduced();
            self.products = Products::default();
        }
    }

    /// The sum at the end of a stride.
    pub fn sum(&self) -> u128 {
        self.carried
    }
}

/// The product divided by x¹²⁸.
#[target_feature(enable = "neon,aes")]
pub(super) fn multiply(a: u128, b: u128) -> u128 {
    let mut products = Products::default();
    products.add(a, b);
    products.reduced()
}

/// The sum after up to sixteen more blocks; there are as many powers.
#[target_feature(enable = "neon,aes")]
pub(super) fn absorb(powers: &[u128], sum: u128, blocks: &[[u8; 16]]) -> u128 {
    let mut products = Products::default();
    let mut carried = sum;
    for (block, power) in blocks.iter().zip(powers) {
        products.add(u128::from_be_bytes(*block) ^ carried, *power);
        carried = 0;
    }
    products.reduced()
}

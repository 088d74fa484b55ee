//! GHASH with the 128-bit carry-less multiplication of AES-NI's time.

use super::HashKey;
use crate::vector::{from_u128, load128, to_u128};
use std::arch::x86_64::*;

/// What blocks have summed up to, before it is reduced.
#[derive(Clone, Copy)]
struct Products {
    low: __m128i,
    middle: __m128i,
    high: __m128i,
}

impl Products {
    #[inline]
    #[target_feature(enable = "avx2,pclmulqdq")]
    fn none() -> Self {
        let zero = _mm_setzero_si128();
        Products { low: zero, middle: zero, high: zero }
    }

    /// Adds an element times a power of the key.
    #[inline]
    #[target_feature(enable = "avx2,pclmulqdq")]
    fn add(&mut self, x: __m128i, power: __m128i) {
        self.low = _mm_xor_si128(self.low, _mm_clmulepi64_si128(x, power, 0x00));
        self.high = _mm_xor_si128(self.high, _mm_clmulepi64_si128(x, power, 0x11));
        self.middle = _mm_xor_si128(self.middle, _mm_clmulepi64_si128(x, power, 0x01));
        self.middle = _mm_xor_si128(self.middle, _mm_clmulepi64_si128(x, power, 0x10));
    }

    /// The sum divided by x¹²⁸.
    #[inline]
    #[target_feature(enable = "avx2,pclmulqdq")]
    fn reduced(self) -> __m128i {
        // x⁶³ + x⁶² + x⁵⁷: the modulus without its ends. Twice the lowest word is cleared, which moves all up by 64 bits.
        let modulus = _mm_set_epi64x(0, (0xc2_u64 << 56).cast_signed());
        let clear = |upper: __m128i, lower: __m128i| {
            let folded = _mm_clmulepi64_si128(lower, modulus, 0x00);
            _mm_xor_si128(_mm_xor_si128(upper, folded), _mm_shuffle_epi32(lower, 0b01_00_11_10))
        };
        clear(self.high, clear(self.middle, self.low))
    }
}

/// A hash that runs, absorbing four blocks at a time, so that the cipher can weave it into its rounds.
#[derive(Clone, Copy)]
pub(crate) struct Absorber<'k> {
    key: &'k HashKey,
    /// The sum of the strides before, to go in with the first block of the next.
    carried: __m128i,
    products: Products,
}

impl<'k> Absorber<'k> {
    #[inline]
    #[target_feature(enable = "avx2,pclmulqdq")]
    pub fn new(key: &'k HashKey, sum: u128) -> Self {
        Absorber { key, carried: from_u128(sum), products: Products::none() }
    }

    /// Absorbs the four blocks of quarter `AT` of a stride; after the last one the stride is done.
    #[inline]
    #[target_feature(enable = "avx2,pclmulqdq")]
    pub fn quarter<const AT: usize>(&mut self, blocks: &[u8; 64]) {
        let powers = self.key.powers().split_at(4 * AT).1;
        for (at, (block, power)) in blocks.as_chunks().0.iter().zip(powers).enumerate() {
            let mut x = element(block);
            if AT == 0 && at == 0 {
                x = _mm_xor_si128(x, self.carried);
            }
            self.products.add(x, from_u128(*power));
        }
        if AT == 3 {
            self.carried = self.products.reduced();
            self.products = Products::none();
        }
    }

    /// The sum at the end of a stride.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn sum(&self) -> u128 {
        to_u128(self.carried)
    }
}

/// A block as an element.
#[inline]
#[target_feature(enable = "avx2")]
fn element(block: &[u8; 16]) -> __m128i {
    let reversed = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    _mm_shuffle_epi8(load128(block), reversed)
}

/// The product divided by x¹²⁸.
#[target_feature(enable = "avx2,pclmulqdq")]
pub(super) fn multiply(a: u128, b: u128) -> u128 {
    let mut products = Products::none();
    products.add(from_u128(a), from_u128(b));
    to_u128(products.reduced())
}

/// The sum after up to sixteen more blocks; there are as many powers.
#[target_feature(enable = "avx2,pclmulqdq")]
pub(super) fn absorb(powers: &[u128], sum: u128, blocks: &[[u8; 16]]) -> u128 {
    let mut products = Products::none();
    let mut carried = from_u128(sum);
    for (block, power) in blocks.iter().zip(powers) {
        products.add(_mm_xor_si128(element(block), carried), from_u128(*power));
        carried = _mm_setzero_si128();
    }
    to_u128(products.reduced())
}

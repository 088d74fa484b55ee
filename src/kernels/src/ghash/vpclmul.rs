//! GHASH with four carry-less multiplications to an instruction.

use super::{HashKey, STRIDE};
use crate::vector::{from_u128, load512, to_u128};
use std::arch::x86_64::*;

/// A hash that runs, absorbing four blocks at a time, so that the cipher can weave it into its rounds.
#[derive(Clone, Copy)]
pub(crate) struct Absorber<'k> {
    key: &'k HashKey,
    /// The sum of the strides before, to go in with the first quarter of the next.
    carried: __m512i,
    low: __m512i,
    middle: __m512i,
    high: __m512i,
}

impl<'k> Absorber<'k> {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq")]
    pub fn new(key: &'k HashKey, sum: u128) -> Self {
        let zero = _mm512_setzero_si512();
        Absorber { key, carried: _mm512_zextsi128_si512(from_u128(sum)), low: zero, middle: zero, high: zero }
    }

    /// Absorbs the four blocks of quarter `AT` of a stride; after the last one the stride is done.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq")]
    pub fn quarter<const AT: usize>(&mut self, blocks: &[u8; 64]) {
        let reversed = _mm512_broadcast_i32x4(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        let mut x = _mm512_shuffle_epi8(load512(blocks), reversed);
        if AT == 0 {
            x = _mm512_xor_si512(x, self.carried);
        }
        let [powers, ..] = self.key.rows().split_at(AT).1 else { return };
        let powers = load512(powers);
        self.low = _mm512_xor_si512(self.low, _mm512_clmulepi64_epi128(x, powers, 0x00));
        self.high = _mm512_xor_si512(self.high, _mm512_clmulepi64_epi128(x, powers, 0x11));
        let (one, other) = (_mm512_clmulepi64_epi128(x, powers, 0x01), _mm512_clmulepi64_epi128(x, powers, 0x10));
        self.middle = sum(self.middle, one, other);
        if AT == 3 {
            self.reduce();
        }
    }

    /// Ends a stride: all lanes are divided by x¹²⁸ and summed up.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq")]
    fn reduce(&mut self) {
        let modulus = _mm512_set1_epi64((0xc2_u64 << 56).cast_signed());
        let clear = |upper: __m512i, lower: __m512i| {
            let folded = _mm512_clmulepi64_epi128(lower, modulus, 0x00);
            sum(upper, folded, _mm512_shuffle_epi32(lower, 0b01_00_11_10))
        };
        let lanes = clear(self.high, clear(self.middle, self.low));
        let two = _mm256_xor_si256(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
        let one = _mm_xor_si128(_mm256_castsi256_si128(two), _mm256_extracti128_si256(two, 1));
        self.carried = _mm512_zextsi128_si512(one);
        (self.low, self.middle, self.high) = (_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512());
    }

    /// The sum at the end of a stride.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub fn sum(&self) -> u128 {
        to_u128(_mm512_castsi512_si128(self.carried))
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn sum(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi64(a, b, c, 0x96)
}

/// The sum after these strides.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq")]
pub(super) fn absorb(key: &HashKey, sum: u128, strides: &[[u8; 16 * STRIDE]]) -> u128 {
    let mut absorber = Absorber::new(key, sum);
    for [a, b, c, d] in strides.as_flattened().as_chunks().0.as_chunks().0 {
        absorber.quarter::<0>(a);
        absorber.quarter::<1>(b);
        absorber.quarter::<2>(c);
        absorber.quarter::<3>(d);
    }
    absorber.sum()
}

//! Thirty-two blocks at a time: AVX2 with GFNI.
#![expect(clippy::indexing_slicing, reason = "indices are constants below the lengths of the arrays")]

use super::field::{self, Map};
use crate::ghash::pclmul::Absorber;
use crate::vector::{load256 as load, store256 as store, transpose256};
use std::arch::x86_64::*;

pub(super) type Register = __m256i;

/// Batches that run side by side.
pub(super) const TOGETHER: usize = 1;

super::cipher!(inline, "avx2,pclmulqdq,gfni", [0][1][2][3]);

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn splat(word: u32) -> __m256i {
    _mm256_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn xor(a: __m256i, b: __m256i) -> __m256i {
    _mm256_xor_si256(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn sum(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_xor_si256(_mm256_xor_si256(a, b), c)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn unpack_low(a: __m256i, b: __m256i) -> __m256i {
    _mm256_unpacklo_epi8(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn unpack_high(a: __m256i, b: __m256i) -> __m256i {
    _mm256_unpackhi_epi8(a, b)
}

/// The planes of the last word of a batch of counters.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn numbers(first: u32) -> [__m256i; 4] {
    // Element 4·l + s counts 2·s + l; a register holds four s, and the bytes of each are gathered by their significance.
    let order = _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0);
    let gathered = _mm256_broadcastsi128_si256(_mm_set_epi8(12, 8, 4, 0, 13, 9, 5, 1, 14, 10, 6, 2, 15, 11, 7, 3));
    let from = |start: u32| {
        let first = _mm256_set1_epi32(first.wrapping_add(start).cast_signed());
        _mm256_shuffle_epi8(_mm256_add_epi32(first, order), gathered)
    };
    transpose256([from(0), from(8), from(16), from(24)])
}

#[inline]
#[target_feature(enable = "avx2,gfni")]
fn mapped(map: &Map, x: __m256i) -> __m256i {
    _mm256_gf2p8affine_epi64_epi8::<0>(x, _mm256_set1_epi64x(map.matrix))
}

/// P's map of each byte, and Q's.
#[inline]
#[target_feature(enable = "avx2,gfni")]
fn s_box(x: __m256i) -> (__m256i, __m256i) {
    let p = _mm256_gf2p8affineinv_epi64_epi8::<{ field::P_ADD }>(x, _mm256_set1_epi64x(field::P.matrix));
    let q = _mm256_gf2p8affineinv_epi64_epi8::<{ field::Q_ADD }>(x, _mm256_set1_epi64x(field::Q.matrix));
    (p, q)
}

/// The S-box on each byte of a word of the key schedule.
#[target_feature(enable = "avx2,gfni")]
pub fn tau(word: u32) -> u32 {
    let x = _mm_cvtsi32_si128(field::enter(word).cast_signed());
    let outer = _mm_set1_epi64x(field::OUTER.matrix);
    _mm_cvtsi128_si32(_mm_gf2p8affineinv_epi64_epi8::<{ field::OUTER_ADD }>(x, outer)).cast_unsigned()
}

//! Sixty-four blocks at a time: AVX-512 with GFNI, and VPCLMULQDQ for the hash that is woven in.
#![expect(clippy::indexing_slicing, reason = "indices are constants below the lengths of the arrays")]

use super::field::{self, Map};
use crate::ghash::vpclmul::Absorber;
use crate::vector::{load512 as load, store512 as store, transpose512};
use std::arch::x86_64::*;

type Register = __m512i;

/// Batches that run side by side: one alone would leave half of the processor waiting for its own results.
const TOGETHER: usize = 2;

super::cipher!(inline(never), "avx512f,avx512bw,gfni,vpclmulqdq", [0 1] [2 3]);

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(word: u32) -> __m512i {
    _mm512_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor(a: __m512i, b: __m512i) -> __m512i {
    _mm512_xor_si512(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn sum(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32(a, b, c, 0x96)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn unpack_low(a: __m512i, b: __m512i) -> __m512i {
    _mm512_unpacklo_epi8(a, b)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn unpack_high(a: __m512i, b: __m512i) -> __m512i {
    _mm512_unpackhi_epi8(a, b)
}

#[inline]
#[target_feature(enable = "avx512f,gfni")]
fn mapped(map: &Map, x: __m512i) -> __m512i {
    _mm512_gf2p8affine_epi64_epi8::<0>(x, _mm512_set1_epi64(map.matrix))
}

/// P's map of each byte, and Q's.
#[inline]
#[target_feature(enable = "avx512f,gfni")]
fn s_box(x: __m512i) -> (__m512i, __m512i) {
    let p = _mm512_gf2p8affineinv_epi64_epi8::<{ field::P_ADD }>(x, _mm512_set1_epi64(field::P.matrix));
    let q = _mm512_gf2p8affineinv_epi64_epi8::<{ field::Q_ADD }>(x, _mm512_set1_epi64(field::Q.matrix));
    (p, q)
}

/// The planes of the last word of a batch of counters.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn numbers(first: u32) -> [__m512i; 4] {
    // Element 4·l + s counts 4·s + l; a register holds four s, and the bytes of each are gathered by their significance.
    let order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    let gathered = _mm512_broadcast_i32x4(_mm_set_epi8(12, 8, 4, 0, 13, 9, 5, 1, 14, 10, 6, 2, 15, 11, 7, 3));
    let from = |start: u32| {
        let first = _mm512_set1_epi32(first.wrapping_add(start).cast_signed());
        _mm512_shuffle_epi8(_mm512_add_epi32(first, order), gathered)
    };
    transpose512([from(0), from(16), from(32), from(48)])
}

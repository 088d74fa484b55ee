//! Thirty-two blocks at a time: AVX2, with the S-box of AES. `aesenclast` with a zero key is AES's S-box after its
//! ShiftRows, and its own affine map is undone by the map that follows, which is looked up nibble by nibble within a
//! register.
#![expect(clippy::indexing_slicing, reason = "indices are constants below the lengths of the arrays")]

use super::avx2_gfni::{Register, TOGETHER, numbers, splat, sum, unpack_high, unpack_low, xor};
use super::field::{self, Map};
use crate::ghash::pclmul::Absorber;
use crate::vector::{from_u128, load256 as load, store256 as store};
use std::arch::x86_64::*;

super::cipher!(inline, "avx2,pclmulqdq,aes", [0][1][2][3]);

#[inline]
#[target_feature(enable = "avx2")]
fn nibbles(x: __m256i) -> (__m256i, __m256i) {
    let mask = _mm256_set1_epi8(0x0f);
    (_mm256_and_si256(x, mask), _mm256_and_si256(_mm256_srli_epi16(x, 4), mask))
}

#[inline]
#[target_feature(enable = "avx2")]
fn of_nibbles(map: &Map, (low, high): (__m256i, __m256i)) -> __m256i {
    let table = |table| _mm256_broadcastsi128_si256(from_u128(table));
    _mm256_xor_si256(_mm256_shuffle_epi8(table(map.low), low), _mm256_shuffle_epi8(table(map.high), high))
}

#[inline]
#[target_feature(enable = "avx2")]
fn mapped(map: &Map, x: __m256i) -> __m256i {
    of_nibbles(map, nibbles(x))
}

/// AES's S-box.
#[inline]
#[target_feature(enable = "avx2,aes")]
fn s_box_of_aes(x: __m256i) -> __m256i {
    let before_shift_rows = _mm_set_epi8(3, 6, 9, 12, 15, 2, 5, 8, 11, 14, 1, 4, 7, 10, 13, 0);
    let x = _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(before_shift_rows));
    let zero = _mm_setzero_si128();
    let low = _mm_aesenclast_si128(_mm256_castsi256_si128(x), zero);
    let high = _mm_aesenclast_si128(_mm256_extracti128_si256(x, 1), zero);
    _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1)
}

/// P's map of each byte, and Q's.
#[inline]
#[target_feature(enable = "avx2,aes")]
fn s_box(x: __m256i) -> (__m256i, __m256i) {
    let nibbles = nibbles(s_box_of_aes(x));
    (of_nibbles(&field::P, nibbles), of_nibbles(&field::Q, nibbles))
}

/// The S-box on each byte of a word of the key schedule.
#[target_feature(enable = "avx2,aes")]
pub fn tau(word: u32) -> u32 {
    let x = s_box_of_aes(_mm256_set1_epi32(field::enter(word).cast_signed()));
    _mm256_cvtsi256_si32(mapped(&field::OUTER, x)).cast_unsigned()
}

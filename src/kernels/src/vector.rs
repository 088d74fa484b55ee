//! Loads, stores and transpositions of vector registers, so that no kernel holds a pointer.
#![expect(unsafe_code, reason = "the intrinsics of loads and stores take pointers")]

use std::arch::x86_64::*;

#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn from_u128(value: u128) -> __m128i {
    // SAFETY: both are 16 bytes without invalid values.
    unsafe { std::mem::transmute(value) }
}

#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn to_u128(value: __m128i) -> u128 {
    // SAFETY: both are 16 bytes without invalid values.
    unsafe { std::mem::transmute(value) }
}

#[inline]
#[target_feature(enable = "avx")]
pub(crate) fn load256(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the reference is to 32 readable bytes, and this load asks for no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx")]
pub(crate) fn store256(bytes: &mut [u8; 32], value: __m256i) {
    // SAFETY: the reference is to 32 writable bytes, and this store asks for no alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn load512(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: the reference is to 64 readable bytes, and this load asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn store512(bytes: &mut [u8; 64], value: __m512i) {
    // SAFETY: the reference is to 64 writable bytes, and this store asks for no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), value) }
}

/// Sixteen elements as four rows of bytes, in the order of memory.
pub(crate) fn rows(elements: &[u128; 16]) -> &[[u8; 64]; 4] {
    // SAFETY: both are 256 bytes without padding or invalid values, and bytes need no alignment.
    unsafe { &*std::ptr::from_ref(elements).cast() }
}

#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn load128(bytes: &[u8; 16]) -> __m128i {
    from_u128(u128::from_ne_bytes(*bytes))
}

#[inline]
#[target_feature(enable = "avx")]
pub(crate) fn load_words256(words: &[u32; 8]) -> __m256i {
    // SAFETY: the reference is to 32 readable bytes, and this load asks for no alignment.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx")]
pub(crate) fn store_words256(words: &mut [u32; 8], value: __m256i) {
    // SAFETY: the reference is to 32 writable bytes, and this store asks for no alignment.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn load_words512(words: &[u32; 16]) -> __m512i {
    // SAFETY: the reference is to 64 readable bytes, and this load asks for no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn store_words512(words: &mut [u32; 16], value: __m512i) {
    // SAFETY: the reference is to 64 writable bytes, and this store asks for no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), value) }
}

/// Element e of register r becomes element r of register e, within each 128-bit lane. It undoes itself.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn transpose512([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
    [
        _mm512_unpacklo_epi64(ab, cd),
        _mm512_unpackhi_epi64(ab, cd),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// As [`transpose512`].
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn transpose256([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

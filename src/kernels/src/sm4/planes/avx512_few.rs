//! A few blocks at a time: AVX-512 with GFNI, a word to each element of a register.
//!
//! A batch of byte planes takes as long for one block as for sixty-four. Here four registers hold the four words of sixteen blocks, and the rounds of two
//! such groups run side by side. With p = P(t) and q = Q(t) of a word t and v = p ⊕ (q ⋙ 8), L is v ⊕ (v ⋙ 8) ⊕ (v ⋙ 16) in the order of memory: the
//! sums of the module above, with rotations in place of other registers.
#![expect(clippy::indexing_slicing, reason = "indices are constants below the lengths of the arrays")]

use super::super::schedule::RoundKeys;
use super::super::{BLOCK, Block};
use super::field;
use crate::vector::{load512 as load, store512 as store};
use crate::wipe::wipe;
use std::arch::x86_64::*;

/// Blocks of a group.
const GROUP: usize = 16;
/// The most blocks that are few.
pub const MOST: usize = 2 * GROUP;

/// The four words of the blocks of a group.
type Words = [__m512i; 4];

/// Encrypts each block; at most [`MOST`].
#[target_feature(enable = "avx512f,gfni")]
pub fn encrypt(keys: &RoundKeys, blocks: &mut [Block]) {
    if blocks.len() <= GROUP { groups::<1>(keys, blocks) } else { groups::<2>(keys, blocks) }
}

#[inline]
#[target_feature(enable = "avx512f,gfni")]
fn groups<const N: usize>(keys: &RoundKeys, blocks: &mut [Block]) {
    let mut room = [[0u8; GROUP * BLOCK]; N];
    let slots = room.as_flattened_mut().as_chunks_mut::<BLOCK>().0;
    slots.iter_mut().zip(blocks.iter()).for_each(|(to, from)| *to = *from);
    let mut groups = [[_mm512_setzero_si512(); 4]; N];
    for (x, bytes) in groups.iter_mut().zip(&room) {
        let rows = bytes.as_chunks::<64>().0;
        *x = transposed([enter(&rows[0]), enter(&rows[1]), enter(&rows[2]), enter(&rows[3])]);
    }
    for [k0, k1, k2, k3] in keys.0.as_chunks::<4>().0 {
        for [x0, x1, x2, x3] in &mut groups {
            *x0 = mixed(*x0, *x1, *x2, *x3, *k0);
            *x1 = mixed(*x1, *x2, *x3, *x0, *k1);
            *x2 = mixed(*x2, *x3, *x0, *x1, *k2);
            *x3 = mixed(*x3, *x0, *x1, *x2, *k3);
        }
    }
    for ([x0, x1, x2, x3], bytes) in groups.iter().zip(&mut room) {
        // The words in reverse.
        let rows = transposed([*x3, *x2, *x1, *x0]);
        for (row, to) in rows.iter().zip(bytes.as_chunks_mut::<64>().0) {
            store(to, _mm512_gf2p8affine_epi64_epi8::<0>(*row, _mm512_set1_epi64(field::LEAVE.matrix)));
        }
    }
    let slots = room.as_flattened().as_chunks::<BLOCK>().0;
    blocks.iter_mut().zip(slots).for_each(|(to, from)| *to = *from);
    wipe(room.as_flattened_mut());
}

#[inline]
#[target_feature(enable = "avx512f,gfni")]
fn enter(row: &[u8; 64]) -> __m512i {
    _mm512_gf2p8affine_epi64_epi8::<0>(load(row), _mm512_set1_epi64(field::ENTER.matrix))
}

/// x ⊕ L(τ(a ⊕ b ⊕ last ⊕ key)), in the coordinates of `field`; `last` is what the round before has made.
#[inline]
#[target_feature(enable = "avx512f,gfni")]
fn mixed(x: __m512i, a: __m512i, b: __m512i, last: __m512i, key: u32) -> __m512i {
    const SUM: i32 = 0x96;
    let before = _mm512_ternarylogic_epi32::<SUM>(a, b, _mm512_set1_epi32(key.cast_signed()));
    let t = _mm512_xor_si512(last, before);
    let p = _mm512_gf2p8affineinv_epi64_epi8::<{ field::P_ADD }>(t, _mm512_set1_epi64(field::P.matrix));
    let q = _mm512_gf2p8affineinv_epi64_epi8::<{ field::Q_ADD }>(t, _mm512_set1_epi64(field::Q.matrix));
    let v = _mm512_xor_si512(p, _mm512_ror_epi32::<8>(q));
    let near = _mm512_ternarylogic_epi32::<SUM>(x, v, _mm512_ror_epi32::<8>(v));
    _mm512_xor_si512(near, _mm512_ror_epi32::<16>(v))
}

/// Four blocks to each lane's row, to the same words of four blocks, and back.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed([a, b, c, d]: Words) -> Words {
    let (ab_low, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let (cd_low, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    [
        _mm512_unpacklo_epi64(ab_low, cd_low),
        _mm512_unpackhi_epi64(ab_low, cd_low),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ]
}

//! Sixteen blocks at a time: NEON, with the S-box as a table of 256 bytes in registers, which is read in time that does
//! not depend on the index.
#![expect(clippy::indexing_slicing, reason = "indices are constants below the lengths of the arrays")]
#![expect(unsafe_code, reason = "the intrinsics of loads and stores take pointers")]

use super::table::S_BOX;
use crate::ghash::pmull::Absorber;
use std::arch::aarch64::*;

type Register = uint8x16_t;
type Map = ();

/// Batches that run side by side.
const TOGETHER: usize = 1;

super::cipher!(inline, "neon,aes", [] [0] [] [1] [] [2] [] [3]);

#[inline]
#[target_feature(enable = "neon")]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the reference is to 16 readable bytes, and this load asks for no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn store(bytes: &mut [u8; 16], value: uint8x16_t) {
    // SAFETY: the reference is to 16 writable bytes, and this store asks for no alignment.
    unsafe { vst1q_u8(bytes.as_mut_ptr(), value) }
}

#[inline]
#[target_feature(enable = "neon")]
fn splat(word: u32) -> uint8x16_t {
    vreinterpretq_u8_u32(vdupq_n_u32(word))
}

#[inline]
#[target_feature(enable = "neon")]
fn xor(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
    veorq_u8(a, b)
}

#[inline]
#[target_feature(enable = "neon")]
fn sum(a: uint8x16_t, b: uint8x16_t, c: uint8x16_t) -> uint8x16_t {
    veorq_u8(veorq_u8(a, b), c)
}

#[inline]
#[target_feature(enable = "neon")]
fn unpack_low(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
    vzip1q_u8(a, b)
}

#[inline]
#[target_feature(enable = "neon")]
fn unpack_high(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t {
    vzip2q_u8(a, b)
}

/// The planes of the last word of a batch of counters.
#[inline]
#[target_feature(enable = "neon")]
fn numbers(first: u32) -> [uint8x16_t; 4] {
    let mut planes = [[0; 16]; 4];
    for at in 0..16 {
        let bytes = first.wrapping_add(at).to_be_bytes();
        for (plane, byte) in planes.iter_mut().zip(bytes) {
            plane[at as usize] = byte;
        }
    }
    [load(&planes[0]), load(&planes[1]), load(&planes[2]), load(&planes[3])]
}

/// The state is kept as it is, because the table is that of the S-box itself.
mod field {
    pub const ENTER: super::Map = ();
    pub const LEAVE: super::Map = ();
}

#[inline]
#[target_feature(enable = "neon")]
fn mapped((): &Map, x: uint8x16_t) -> uint8x16_t {
    x
}

/// P of the S-box of each byte, and Q of it.
#[inline]
#[target_feature(enable = "neon")]
fn s_box(x: uint8x16_t) -> (uint8x16_t, uint8x16_t) {
    let quarters = S_BOX.as_chunks::<16>().0.as_chunks::<4>().0;
    let mut b = vdupq_n_u8(0);
    let mut at = x;
    for [first, second, third, fourth] in quarters {
        // An index beyond the 64 bytes gives nothing.
        b = veorq_u8(b, vqtbl4q_u8(uint8x16x4_t(load(first), load(second), load(third), load(fourth)), at));
        at = vsubq_u8(at, vdupq_n_u8(64));
    }
    (veorq_u8(b, vshlq_n_u8(b, 2)), veorq_u8(b, vshrq_n_u8(b, 6)))
}

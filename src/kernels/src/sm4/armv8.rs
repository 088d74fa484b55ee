//! SM4 by the instructions of Armv8.2, which do four rounds of a block at once. Their intrinsics are not stable in Rust
//! yet, so this is assembly.

use super::schedule::RoundKeys;
use super::{Block, in_batches};
use std::arch::aarch64::*;
use std::arch::asm;

/// Blocks that run side by side, to hide the latency of each.
const BATCH: usize = 8;

/// Encrypts each block.
#[target_feature(enable = "neon,sm4")]
pub(super) fn encrypt(keys: &RoundKeys, blocks: &mut [Block]) {
    in_batches::<BATCH>(blocks, |batch| encrypt_batch(keys, batch));
}

#[inline]
#[target_feature(enable = "neon,sm4")]
#[expect(unsafe_code, reason = "assembly, and intrinsics of loads and stores that take pointers")]
fn encrypt_batch(keys: &RoundKeys, blocks: &mut [Block; BATCH]) {
    let mut state = [vdupq_n_u8(0); BATCH];
    for (state, block) in state.iter_mut().zip(blocks.iter()) {
        // SAFETY: the reference is to 16 readable bytes, and this load asks for no alignment.
        *state = vrev32q_u8(unsafe { vld1q_u8(block.as_ptr()) });
    }
    let [a, b, c, d, e, f, g, h] = &mut state;
    for keys in keys.0.as_chunks::<4>().0 {
        // SAFETY: the reference is to 16 readable bytes, and this load asks for no alignment.
        let keys = unsafe { vld1q_u32(keys.as_ptr()) };
        // SAFETY: the instructions work on the named registers alone, and the function is compiled for them.
        unsafe {
            asm!(
                "sm4e {a:v}.4s, {k:v}.4s", "sm4e {b:v}.4s, {k:v}.4s", "sm4e {c:v}.4s, {k:v}.4s", "sm4e {d:v}.4s, {k:v}.4s",
                "sm4e {e:v}.4s, {k:v}.4s", "sm4e {f:v}.4s, {k:v}.4s", "sm4e {g:v}.4s, {k:v}.4s", "sm4e {h:v}.4s, {k:v}.4s",
                k = in(vreg) keys,
                a = inout(vreg) *a, b = inout(vreg) *b, c = inout(vreg) *c, d = inout(vreg) *d,
                e = inout(vreg) *e, f = inout(vreg) *f, g = inout(vreg) *g, h = inout(vreg) *h,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
    }
    for (state, block) in state.into_iter().zip(blocks) {
        // The words come out in reverse and so do their bytes: the block is the register backwards.
        let halves = vrev64q_u8(state);
        // SAFETY: the reference is to 16 writable bytes, and this store asks for no alignment.
        unsafe { vst1q_u8(block.as_mut_ptr(), vextq_u8(halves, halves, 8)) }
    }
}

//! The compression function on one stream.

use super::BLOCK;
use super::rounds::rounds;

/// Absorbs the blocks.
pub(super) fn compress(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2") {
        // SAFETY: the instructions have just been detected.
        #[expect(unsafe_code, reason = "calls code for instructions that were detected")]
        return unsafe { compress_bmi(state, blocks) };
    }
    compress_plainly(state, blocks);
}

/// The same, compiled with `andn` and rotations that leave their source.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi1,bmi2")]
fn compress_bmi(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    compress_plainly(state, blocks);
}

#[inline(always)]
pub(super) fn compress_plainly(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    for block in blocks {
        let mut w = [0; 16];
        for (word, bytes) in w.iter_mut().zip(block.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        *state = rounds(*state, w);
    }
}

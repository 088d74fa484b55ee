//! The compression function on one stream.

use super::{BLOCK, ROTATED_T};

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

fn p0(x: u32) -> u32 {
    x ^ x.rotate_left(9) ^ x.rotate_left(17)
}

fn p1(x: u32) -> u32 {
    x ^ x.rotate_left(15) ^ x.rotate_left(23)
}

/// One round (section 5.3.3). The registers do not move: the next round names them one further on.
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $t:expr, $w:expr, $w4:expr, $ff:expr, $gg:expr) => {
        let a12 = $a.rotate_left(12);
        let ss1 = a12.wrapping_add($e).wrapping_add($t).rotate_left(7);
        let tt2 = $gg.wrapping_add($h).wrapping_add($w).wrapping_add(ss1);
        let tt1 = $ff.wrapping_add($d).wrapping_add($w ^ $w4).wrapping_add(ss1 ^ a12);
        $b = $b.rotate_left(9);
        $d = tt1;
        $f = $f.rotate_left(19);
        $h = p0(tt2);
    };
}

#[inline(always)]
fn compress_plainly(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    for block in blocks {
        let mut w = [0; 68];
        for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
        #[expect(clippy::indexing_slicing, reason = "indices are constants once the loops are unrolled")]
        {
            for j in 16..68 {
                w[j] = p1(w[j - 16] ^ w[j - 9] ^ w[j - 3].rotate_left(15)) ^ w[j - 13].rotate_left(7) ^ w[j - 6];
            }
            for j in (0..16).step_by(4) {
                round!(a b c d e f g h, ROTATED_T[j], w[j], w[j + 4], (a ^ b ^ c), (e ^ f ^ g));
                round!(d a b c h e f g, ROTATED_T[j + 1], w[j + 1], w[j + 5], (d ^ a ^ b), (h ^ e ^ f));
                round!(c d a b g h e f, ROTATED_T[j + 2], w[j + 2], w[j + 6], (c ^ d ^ a), (g ^ h ^ e));
                round!(b c d a f g h e, ROTATED_T[j + 3], w[j + 3], w[j + 7], (b ^ c ^ d), (f ^ g ^ h));
            }
            for j in (16..64).step_by(4) {
                round!(a b c d e f g h, ROTATED_T[j], w[j], w[j + 4], ((a & b) | (c & (a | b))), ((e & f) ^ (!e & g)));
                round!(d a b c h e f g, ROTATED_T[j + 1], w[j + 1], w[j + 5], ((d & a) | (b & (d | a))), ((h & e) ^ (!h & f)));
                round!(c d a b g h e f, ROTATED_T[j + 2], w[j + 2], w[j + 6], ((c & d) | (a & (c | d))), ((g & h) ^ (!g & e)));
                round!(b c d a f g h e, ROTATED_T[j + 3], w[j + 3], w[j + 7], ((b & c) | (d & (b | c))), ((f & g) ^ (!f & h)));
            }
        }
        for (state, word) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *state ^= word;
        }
    }
}

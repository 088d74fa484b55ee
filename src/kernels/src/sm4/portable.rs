//! SM4 in plain integer arithmetic: sixteen blocks at a time, one bit of every byte to a word ("bitsliced").
//!
//! There is no table and no branch, so time depends on nothing but the number of blocks. Every other kernel is tested
//! against this one.
//!
//! Plane k of a state word holds bit k of its 64 bytes: byte i (from the most significant) of block b is lane 16·i + b.
#![expect(clippy::indexing_slicing, reason = "indices are counted below the lengths of the arrays")]

use super::schedule::RoundKeys;
use super::{Block, in_batches};

/// Blocks that are worked on together.
const BATCH: usize = 16;

/// One word of each of the sixteen blocks.
type Planes = [u64; 8];

/// Encrypts each block.
pub(super) fn encrypt(keys: &RoundKeys, blocks: &mut [Block]) {
    in_batches::<BATCH>(blocks, |batch| encrypt_batch(keys, batch));
}

/// The S-box on each byte of a word.
pub(super) fn tau(word: u32) -> u32 {
    let planes = transpose(u64::from(word)).to_le_bytes().map(u64::from);
    let out = s_box(planes);
    let mut bytes = [0; 8];
    for (byte, plane) in bytes.iter_mut().zip(out) {
        *byte = (plane & 0x0f) as u8;
    }
    transpose(u64::from_le_bytes(bytes)) as u32
}

fn encrypt_batch(keys: &RoundKeys, blocks: &mut [Block; BATCH]) {
    let mut x = [0, 1, 2, 3].map(|word| gather(blocks, word));
    for quad in keys.0.as_chunks::<4>().0 {
        for (at, rk) in quad.iter().enumerate() {
            let rk = key_planes(*rk);
            let [one, two, three] = [1, 2, 3].map(|ahead| (at + ahead) % 4);
            let mut t = [0; 8];
            for k in 0..8 {
                t[k] = x[one][k] ^ x[two][k] ^ x[three][k] ^ rk[k];
            }
            let l = linear(s_box(t));
            for k in 0..8 {
                x[at][k] ^= l[k];
            }
        }
    }
    for (word, planes) in x.iter().rev().enumerate() {
        scatter(planes, blocks, word);
    }
}

/// L on bytes, as the module above has it.
fn linear(b: Planes) -> Planes {
    let mut v = [0; 8];
    for k in 0..8 {
        let p = if k < 2 { b[k] } else { b[k] ^ b[k - 2] };
        let q = if k < 2 { b[k] ^ b[k + 6] } else { b[k] };
        v[k] = p ^ q.rotate_right(16);
    }
    v.map(|v| v ^ v.rotate_right(16) ^ v.rotate_right(32))
}

/// A round key for all sixteen blocks.
fn key_planes(rk: u32) -> Planes {
    let [a, b, c, d] = rk.to_ne_bytes().map(u64::from);
    let bytes = a | b << 16 | c << 32 | d << 48;
    [0, 1, 2, 3, 4, 5, 6, 7].map(|k| ((bytes >> k) & 0x0001_0001_0001_0001) * 0xffff)
}

fn gather(blocks: &[Block; BATCH], word: usize) -> Planes {
    let mut planes = [0; 8];
    for group in 0..8 {
        let lanes = [0, 1, 2, 3, 4, 5, 6, 7].map(|b| blocks[group % 2 * 8 + b][4 * word + group / 2]);
        let bits = transpose(u64::from_le_bytes(lanes)).to_le_bytes();
        for (plane, bits) in planes.iter_mut().zip(bits) {
            *plane |= u64::from(bits) << (8 * group);
        }
    }
    planes
}

fn scatter(planes: &Planes, blocks: &mut [Block; BATCH], word: usize) {
    for group in 0..8 {
        let bits = planes.map(|plane| plane.to_le_bytes()[group]);
        let lanes = transpose(u64::from_le_bytes(bits)).to_le_bytes();
        for (b, byte) in lanes.into_iter().enumerate() {
            blocks[group % 2 * 8 + b][4 * word + group / 2] = byte;
        }
    }
}

/// Bit k of byte m becomes bit m of byte k (Hacker's Delight, section 7-3).
fn transpose(x: u64) -> u64 {
    let swap = |x: u64, mask: u64, by: u32| {
        let t = (x ^ (x >> by)) & mask;
        x ^ t ^ (t << by)
    };
    let x = swap(x, 0x00aa_00aa_00aa_00aa, 7);
    let x = swap(x, 0x0000_cccc_0000_cccc, 14);
    swap(x, 0x0000_0000_f0f0_f0f0, 28)
}

/// The S-box as a circuit: the inversion of GF(2⁸) in tower fields by Boyar and Peralta ("A depth-16 circuit for the AES
/// S-box", 2011), between the two affine maps that make it the S-box of SM4. The linear parts were found by greedy
/// elimination of common pairs; a test holds the whole against the S-box of the standard.
fn s_box([x0, x1, x2, x3, x4, x5, x6, x7]: Planes) -> Planes {
    let a0 = x1 ^ x5;
    let y9 = x4 ^ x6;
    let a1 = x0 ^ x7;
    let a2 = x2 ^ a0;
    let y17 = x3 ^ y9;
    let a3 = a0 ^ a1;
    let a4 = x2 ^ x7;
    let a5 = x3 ^ x4;
    let a6 = x0 ^ a2;
    let a7 = a1 ^ a2;
    let y3 = a2 ^ y17;
    let a8 = x2 ^ x5;
    let a9 = x1 ^ x2;
    let a10 = x3 ^ x6;
    let a11 = a5 ^ a9;
    let y20 = y17 ^ a3;
    let a12 = x4 ^ a8;
    let a13 = a1 ^ y17;
    let y13 = x7 ^ y3;
    let y18 = x5 ^ a10;
    let a14 = y9 ^ a7;
    let a15 = a1 ^ a11;
    let y21 = x6 ^ a4;
    let y10 = y9 ^ a3;
    let y15 = x6 ^ a0;
    let y11 = x3 ^ a3;
    let a16 = a1 ^ a8;
    let y16 = a0 ^ a5;
    let a17 = y9 ^ a9;
    let a18 = x0 ^ x3;
    let a19 = y9 ^ a6;
    let y1 = !a16;
    let y2 = !a14;
    let y4 = !a7;
    let y5 = !a18;
    let y6 = !a17;
    let y7 = !a15;
    let y8 = !a19;
    let y12 = !a13;
    let y14 = !a6;
    let y19 = !a4;
    let y22 = !a12;

    let t2 = y12 & y15;
    let t4 = (y3 & y6) ^ t2;
    let t6 = (y4 & y22) ^ t2;
    let t7 = y13 & y16;
    let t9 = (y5 & y1) ^ t7;
    let t11 = (y2 & y7) ^ t7;
    let t12 = y9 & y11;
    let t14 = (y14 & y17) ^ t12;
    let t16 = (y8 & y10) ^ t12;
    let t21 = t4 ^ t14 ^ y20;
    let t22 = t6 ^ t16 ^ y19;
    let t23 = t9 ^ t14 ^ y21;
    let t24 = t11 ^ t16 ^ y18;
    let t25 = t21 ^ t22;
    let t26 = t21 & t23;
    let t27 = t24 ^ t26;
    let t29 = (t25 & t27) ^ t22;
    let t30 = t23 ^ t24;
    let t33 = ((t22 ^ t26) & t30) ^ t24;
    let t36 = t24 & (t27 ^ t33);
    let t37 = t36 ^ t23 ^ t33;
    let t40 = t25 ^ (t29 & (t27 ^ t36));
    let t41 = t40 ^ t37;
    let t42 = t29 ^ t33;
    let t43 = t29 ^ t40;
    let t44 = t33 ^ t37;
    let t45 = t42 ^ t41;
    let [z0, z1, z2] = [t44 & y15, t37 & y6, t33 & y22];
    let [z3, z4, z5] = [t43 & y16, t40 & y1, t29 & y7];
    let [z6, z7, z8] = [t42 & y11, t45 & y17, t41 & y10];
    let [z9, z10, z11] = [t44 & y12, t37 & y3, t33 & y4];
    let [z12, z13, z14] = [t43 & y13, t40 & y5, t29 & y2];
    let [z15, z16, z17] = [t42 & y9, t45 & y14, t41 & y8];

    let b0 = z4 ^ z11;
    let b1 = z10 ^ z16;
    let b2 = z3 ^ b0;
    let b3 = z1 ^ b1;
    let b4 = z8 ^ z9;
    let b5 = z10 ^ z13;
    let b6 = z14 ^ b2;
    let b7 = z12 ^ b5;
    let b8 = z2 ^ b7;
    let b9 = z7 ^ b6;
    let b10 = z6 ^ b9;
    let b11 = b4 ^ b8;
    let b12 = z0 ^ b3;
    let b13 = z5 ^ b0;
    let b14 = z2 ^ b3;
    let b15 = z15 ^ b1;
    let b16 = z9 ^ b10;
    let b17 = z6 ^ b11;
    let b18 = z17 ^ b12;
    let b19 = z7 ^ b11;
    let b20 = z5 ^ b15;
    let b21 = b4 ^ b20;
    let b22 = z12 ^ z15;
    let b23 = z1 ^ b19;
    let b24 = b5 ^ b10;
    let b25 = z0 ^ b17;
    let b26 = z17 ^ b13;
    let b27 = z12 ^ b16;
    let b28 = b14 ^ b26;
    let b29 = b6 ^ b22;
    let b30 = b2 ^ b18;
    let b31 = b12 ^ b29;
    let b32 = z4 ^ b21;
    let b33 = z7 ^ b32;
    [!b24, !b27, b28, b31, !b30, b23, !b25, !b33]
}

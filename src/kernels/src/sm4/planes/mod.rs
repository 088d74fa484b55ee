//! SM4 in byte planes, for registers of 16, 32 or 64 bytes.
//!
//! A register holds the same byte of many blocks: sixteen registers are one batch, four bytes of four words. What a
//! round shuffles between the bytes of a word is then only which register is meant, and the maps of the S-box work on
//! all of a register at once. With τ's results pᵢ = P(bᵢ) and qᵢ = Q(bᵢ) of the four bytes of a word, L needs
//! vᵢ = pᵢ ⊕ qᵢ₊₁ and of it the sums of three neighbours, in which v₀ ⊕ v₁ and v₂ ⊕ v₃ occur twice.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2_aesni;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx2_gfni;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512_few;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512_gfni;
#[cfg(target_arch = "x86_64")]
mod field;
#[cfg(target_arch = "aarch64")]
pub(super) mod neon;
#[cfg(any(target_arch = "aarch64", test))]
pub(super) mod table;

#[cfg(target_arch = "x86_64")]
pub(super) use field::enter;

/// The cipher over the register operations of the module that it stands in: `Register`, `load`, `store`, `splat`, `xor`,
/// `sum`, `unpack_low`, `unpack_high`, `numbers`, `mapped`, `s_box` and `Absorber`. The lists say which quarters of a
/// stride of the hash are absorbed after four rounds of a batch; all of them together are one stride. A macro and not
/// generic functions, because what is not compiled for the instructions of its arguments does not take them in.
macro_rules! cipher {
    ($inline:meta, $features:literal, $([$($quarter:literal)*])*) => {
        use super::super::{Block, in_batches};
        use super::super::kernel::Hashing;
        use super::super::schedule::RoundKeys;
        use crate::ghash::Ghash;
        use crate::wipe::wipe;

        const REGISTER_BYTES: usize = size_of::<Register>();
        /// Blocks of a batch: one to each byte of a register.
        const BATCH: usize = REGISTER_BYTES;
        const BATCH_BYTES: usize = BATCH * 16;

        /// The four words of the blocks of a batch, each in four planes from the most significant byte. Byte
        /// r of 128-bit lane l is that of block r · lanes + l.
        type Planes = [[Register; 4]; 4];

        /// The four bytes of each round key, each repeated through a word, so that it can be broadcast to a register.
        struct SpreadKeys([[u32; 4]; 32]);

        impl Drop for SpreadKeys {
            fn drop(&mut self) {
                wipe(self.0.as_flattened_mut());
            }
        }

        fn spread(keys: &RoundKeys) -> SpreadKeys {
            SpreadKeys(keys.0.map(|key| key.to_ne_bytes().map(|byte| u32::from(byte) * 0x0101_0101)))
        }

        /// Encrypts each block.
        #[target_feature(enable = $features)]
        pub fn encrypt(keys: &RoundKeys, blocks: &mut [Block]) {
            let keys = spread(keys);
            in_batches::<BATCH>(blocks, |batch| encrypt_batch(&keys, batch.as_flattened_mut()));
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn encrypt_batch(keys: &SpreadKeys, batch: &mut [u8]) {
            let rows = batch.as_chunks_mut::<REGISTER_BYTES>().0;
            let mut planes = [splat(0); 16];
            for (plane, row) in planes.iter_mut().zip(rows.iter()) {
                *plane = load(row);
            }
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = all_mapped(&field::ENTER, transposed(planes));
            let mut x = [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]];
            rounds(keys, std::slice::from_mut(&mut x));
            for (row, value) in rows.iter_mut().zip(output(&x)) {
                store(row, value);
            }
        }

        /// Passes the key stream over as many whole batches as `data` has, and hashes the ciphertext if asked to; returns
        /// the blocks done. Only the last four bytes of `counter` count, as in GCM.
        #[target_feature(enable = $features)]
        pub fn stream(
            keys: &RoundKeys,
            counter: &Block,
            data: &mut [u8],
            mut hashing: Option<(&mut Ghash<'_>, Hashing)>,
        ) -> usize {
            const BYTES: usize = TOGETHER * BATCH_BYTES;
            let batches = data.as_chunks_mut::<BYTES>().0;
            let done = batches.len() * BYTES / 16;
            if done == 0 {
                return 0;
            }
            let keys = spread(keys);
            let mut fixed = [[splat(0); 4]; 3];
            for (plane, byte) in fixed.as_flattened_mut().iter_mut().zip(counter) {
                *plane = mapped(&field::ENTER, splat(u32::from(*byte) * 0x0101_0101));
            }
            let mut number = u128::from_be_bytes(*counter) as u32;
            let mut sealed: Option<&[u8; BYTES]> = None;
            for batch in batches {
                let mut x = [[[splat(0); 4]; 4]; TOGETHER];
                for x in &mut x {
                    let ([x0, x1, x2], [a, b, c, d]) = (fixed, numbers(number));
                    let enter = |plane| mapped(&field::ENTER, plane);
                    *x = [x0, x1, x2, [enter(a), enter(b), enter(c), enter(d)]];
                    number = number.wrapping_add(BATCH as u32);
                }
                match (&mut hashing, sealed) {
                    (Some((ghash, Hashing::Opening)), _) => hashed_rounds(&keys, &mut x, ghash, batch),
                    (Some((ghash, Hashing::Sealing)), Some(before)) => hashed_rounds(&keys, &mut x, ghash, before),
                    (Some((_, Hashing::Sealing)), None) | (None, _) => rounds(&keys, &mut x),
                }
                for (x, batch) in x.iter().zip(batch.as_chunks_mut::<BATCH_BYTES>().0) {
                    let rows = batch.as_chunks_mut::<REGISTER_BYTES>().0;
                    for (row, stream) in rows.iter_mut().zip(output(x)) {
                        store(row, xor(load(row), stream));
                    }
                }
                sealed = Some(batch);
            }
            if let (Some((ghash, Hashing::Sealing)), Some(ciphertext)) = (&mut hashing, sealed) {
                ghash.update_padded(ciphertext);
            }
            done
        }

        /// All 32 rounds.
        #[inline]
        #[target_feature(enable = $features)]
        fn rounds(keys: &SpreadKeys, batches: &mut [Planes]) {
            for keys in keys.0.as_chunks().0 {
                for x in batches.iter_mut() {
                    four_rounds(keys, x);
                }
            }
        }

        /// The rounds of the batches that run side by side, with the hash of as much ciphertext woven in.
        #[inline]
        #[target_feature(enable = $features)]
        fn hashed_rounds(
            keys: &SpreadKeys,
            batches: &mut [Planes; TOGETHER],
            ghash: &mut Ghash<'_>,
            ciphertext: &[u8; TOGETHER * BATCH_BYTES],
        ) {
            let mut absorber = Absorber::new(ghash.key, ghash.sum);
            let quads = keys.0.as_chunks().0;
            let (mut quad, mut batch) = (0, 0);
            for stride in ciphertext.as_chunks::<64>().0.as_chunks::<4>().0 {
                $(
                    four_rounds(&quads[quad], &mut batches[batch]);
                    batch += 1;
                    if batch == TOGETHER {
                        (quad, batch) = (quad + 1, 0);
                    }
                    $(absorber.quarter::<$quarter>(&stride[$quarter]);)*
                )*
            }
            ghash.sum = absorber.sum();
        }

        #[$inline]
        #[target_feature(enable = $features)]
        fn four_rounds([k0, k1, k2, k3]: &[[u32; 4]; 4], [x0, x1, x2, x3]: &mut Planes) {
            // Two rounds share the sum of the two words that both take in.
            let both = pairwise(x2, x3);
            *x0 = mixed(x0, &both, x1, k0);
            *x1 = mixed(x1, &both, x0, k1);
            let both = pairwise(x0, x1);
            *x2 = mixed(x2, &both, x3, k2);
            *x3 = mixed(x3, &both, x2, k3);
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn pairwise([a, b, c, d]: &[Register; 4], [e, f, g, h]: &[Register; 4]) -> [Register; 4] {
            [xor(*a, *e), xor(*b, *f), xor(*c, *g), xor(*d, *h)]
        }

        /// x ⊕ L(τ(both ⊕ other ⊕ key)), all in the coordinates of `field`.
        #[inline]
        #[target_feature(enable = $features)]
        fn mixed(x: &[Register; 4], both: &[Register; 4], other: &[Register; 4], key: &[u32; 4]) -> [Register; 4] {
            let s_box_of = |at: usize| s_box(sum(both[at], other[at], splat(key[at])));
            let [(p0, q0), (p1, q1), (p2, q2), (p3, q3)] = [s_box_of(0), s_box_of(1), s_box_of(2), s_box_of(3)];
            let [v0, v1, v2, v3] = [xor(p0, q1), xor(p1, q2), xor(p2, q3), xor(p3, q0)];
            let (v01, v23) = (xor(v0, v1), xor(v2, v3));
            [sum(x[0], v01, v2), sum(x[1], v1, v23), sum(x[2], v23, v0), sum(x[3], v3, v01)]
        }

        /// The output of the cipher: the words in reverse, in the order of memory.
        #[inline]
        #[target_feature(enable = $features)]
        fn output([[m, n, o, p], [i, j, k, l], [e, f, g, h], [a, b, c, d]]: &Planes) -> [Register; 16] {
            let planes = [*a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k, *l, *m, *n, *o, *p];
            transposed(all_mapped(&field::LEAVE, planes))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn all_mapped(map: &Map, mut planes: [Register; 16]) -> [Register; 16] {
            // Not `map`, which knows nothing of the instructions and calls a function for each plane.
            for plane in &mut planes {
                *plane = mapped(map, *plane);
            }
            planes
        }

        /// Sixteen rows of blocks to sixteen planes, and back: the transposition of a square of 16 × 16 bytes in each
        /// 128-bit lane. A step interleaves the first half of the registers with the second; four steps are it.
        #[inline]
        #[target_feature(enable = $features)]
        fn transposed(rows: [Register; 16]) -> [Register; 16] {
            interleaved(interleaved(interleaved(interleaved(rows))))
        }

        // Written out, because a loop over the registers would keep them in memory.
#[inline]
        #[target_feature(enable = $features)]
        #[rustfmt::skip]
        fn interleaved([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]: [Register; 16]) -> [Register; 16] {
            [
                unpack_low(a, i), unpack_high(a, i), unpack_low(b, j), unpack_high(b, j),
                unpack_low(c, k), unpack_high(c, k), unpack_low(d, l), unpack_high(d, l),
                unpack_low(e, m), unpack_high(e, m), unpack_low(f, n), unpack_high(f, n),
                unpack_low(g, o), unpack_high(g, o), unpack_low(h, p), unpack_high(h, p),
            ]
        }
    };
}
use cipher;

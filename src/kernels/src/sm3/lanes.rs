//! The compression function on sixteen streams: a register holds the same word of all of them, or of eight.

use super::{BLOCK, single};

/// Streams that are worked on together.
pub(super) const LANES: usize = 16;

/// The states of all streams, word by word.
pub(super) type States = [[u32; LANES]; 8];

/// Absorbs a block of each stream.
pub(super) fn compress(states: &mut States, blocks: &[&[u8; BLOCK]; LANES]) {
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "calls code for instructions that were detected")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
            // SAFETY: the instructions have just been detected.
            return unsafe { x86::compress_avx512(states, blocks) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the instructions have just been detected.
            return unsafe { x86::compress_avx2(states, blocks) };
        }
    }
    compress_plainly(states, blocks);
}

/// Stream by stream.
pub(super) fn compress_plainly(states: &mut States, blocks: &[&[u8; BLOCK]; LANES]) {
    for (lane, block) in blocks.iter().enumerate() {
        let mut state = states.map(|word| word.get(lane).copied().unwrap_or_default());
        single::compress(&mut state, std::slice::from_ref(block));
        for (words, word) in states.iter_mut().zip(state) {
            if let Some(slot) = words.get_mut(lane) {
                *slot = word;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    #![expect(unsafe_code, reason = "a trait's methods cannot ask for instructions, so they promise them instead")]
    #![expect(clippy::indexing_slicing, reason = "indices are counted below the lengths of the arrays")]

    use super::super::ROTATED_T;
    use super::{BLOCK, LANES, States};
    use crate::vector::{load_words256, load_words512, load128, store_words256, store_words512, transpose256, transpose512};
    use std::arch::x86_64::*;

    /// The operations of the rounds on all words of a register. Reached only from the two functions below, which enable the
    /// instructions and into which all of it is inlined; that is what makes every `unsafe` here sound.
    trait Register: Copy {
        fn splat(word: u32) -> Self;
        fn plus(self, other: Self) -> Self;
        fn xor(self, other: Self) -> Self;
        fn xor3(self, b: Self, c: Self) -> Self;
        fn rotated<const BY: i32, const REST: i32>(self) -> Self;
        fn majority(self, b: Self, c: Self) -> Self;
        /// Bits of `b` where `self` has ones, bits of `c` elsewhere.
        fn choose(self, b: Self, c: Self) -> Self;
    }

    impl Register for __m512i {
        #[inline(always)]
        fn splat(word: u32) -> Self {
            // SAFETY: see the trait; so in every method below.
            unsafe { _mm512_set1_epi32(word.cast_signed()) }
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            unsafe { _mm512_add_epi32(self, other) }
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            unsafe { _mm512_xor_si512(self, other) }
        }
        #[inline(always)]
        fn xor3(self, b: Self, c: Self) -> Self {
            unsafe { _mm512_ternarylogic_epi32(self, b, c, 0x96) }
        }
        #[inline(always)]
        fn rotated<const BY: i32, const REST: i32>(self) -> Self {
            unsafe { _mm512_rol_epi32(self, BY) }
        }
        #[inline(always)]
        fn majority(self, b: Self, c: Self) -> Self {
            unsafe { _mm512_ternarylogic_epi32(self, b, c, 0xe8) }
        }
        #[inline(always)]
        fn choose(self, b: Self, c: Self) -> Self {
            unsafe { _mm512_ternarylogic_epi32(self, b, c, 0xca) }
        }
    }

    impl Register for __m256i {
        #[inline(always)]
        fn splat(word: u32) -> Self {
            // SAFETY: see the trait; so in every method below.
            unsafe { _mm256_set1_epi32(word.cast_signed()) }
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            unsafe { _mm256_add_epi32(self, other) }
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            unsafe { _mm256_xor_si256(self, other) }
        }
        #[inline(always)]
        fn xor3(self, b: Self, c: Self) -> Self {
            self.xor(b).xor(c)
        }
        #[inline(always)]
        fn rotated<const BY: i32, const REST: i32>(self) -> Self {
            unsafe { _mm256_or_si256(_mm256_slli_epi32(self, BY), _mm256_srli_epi32(self, REST)) }
        }
        #[inline(always)]
        fn majority(self, b: Self, c: Self) -> Self {
            unsafe { _mm256_or_si256(_mm256_and_si256(self, b), _mm256_and_si256(c, _mm256_or_si256(self, b))) }
        }
        #[inline(always)]
        fn choose(self, b: Self, c: Self) -> Self {
            unsafe { _mm256_or_si256(_mm256_and_si256(self, b), _mm256_andnot_si256(self, c)) }
        }
    }

    macro_rules! rotated {
        ($x:expr, $by:literal) => {
            $x.rotated::<$by, { 32 - $by }>()
        };
    }

    /// The 64 rounds (sections 5.3.2 and 5.3.3), the message expanded in place on the way.
    #[inline(always)]
    fn rounds<R: Register>(state: [R; 8], mut w: [R; 16]) -> [R; 8] {
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        let mut constants = ROTATED_T.iter();
        for quarter in 0..4 {
            macro_rules! round {
                ($j:literal) => {
                    let t = R::splat(constants.next().copied().unwrap_or_default());
                    let a12 = rotated!(a, 12);
                    let ss1 = rotated!(a12.plus(e).plus(t), 7);
                    let (ff, gg) = match quarter {
                        0 => (a.xor3(b, c), e.xor3(f, g)),
                        _ => (a.majority(b, c), e.choose(f, g)),
                    };
                    let tt1 = ff.plus(d).plus(ss1.xor(a12)).plus(w[$j].xor(w[($j + 4) % 16]));
                    let tt2 = gg.plus(h).plus(ss1).plus(w[$j]);
                    (a, b, c, d) = (tt1, a, rotated!(b, 9), c);
                    (e, f, g, h) = (tt2.xor3(rotated!(tt2, 9), rotated!(tt2, 17)), e, rotated!(f, 19), g);
                    if quarter < 3 || $j < 4 {
                        let x = w[$j].xor3(w[($j + 7) % 16], rotated!(w[($j + 13) % 16], 15));
                        let x = x.xor3(rotated!(x, 15), rotated!(x, 23));
                        w[$j] = x.xor3(rotated!(w[($j + 3) % 16], 7), w[($j + 10) % 16]);
                    }
                };
            }
            round!(0);
            round!(1);
            round!(2);
            round!(3);
            round!(4);
            round!(5);
            round!(6);
            round!(7);
            round!(8);
            round!(9);
            round!(10);
            round!(11);
            round!(12);
            round!(13);
            round!(14);
            round!(15);
        }
        let mut after = [a, b, c, d, e, f, g, h];
        after.iter_mut().zip(state).for_each(|(after, before)| *after = after.xor(before));
        after
    }

    /// Sixteen streams in a register.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub fn compress_avx512(states: &mut States, blocks: &[&[u8; BLOCK]; LANES]) {
        let swapped = _mm512_broadcast_i32x4(_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
        let mut w = [_mm512_setzero_si512(); 16];
        for (k, words) in w.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            // Register j holds chunk k of streams j, 4 + j, 8 + j and 12 + j.
            for (j, word) in words.iter_mut().enumerate() {
                let at = |stream: usize| load128(&blocks[stream + j].as_chunks().0[k]);
                let low = _mm512_inserti32x4(_mm512_castsi128_si512(at(0)), at(4), 1);
                let row = _mm512_inserti32x4(_mm512_inserti32x4(low, at(8), 2), at(12), 3);
                *word = _mm512_shuffle_epi8(row, swapped);
            }
            *words = transpose512(*words);
        }
        let mut state = [_mm512_setzero_si512(); 8];
        for (value, words) in state.iter_mut().zip(states.iter()) {
            *value = load_words512(words);
        }
        for (words, value) in states.iter_mut().zip(rounds(state, w)) {
            store_words512(words, value);
        }
    }

    /// Twice eight streams in a register.
    #[target_feature(enable = "avx2")]
    pub fn compress_avx2(states: &mut States, blocks: &[&[u8; BLOCK]; LANES]) {
        let swapped = _mm256_broadcastsi128_si256(_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
        for half in 0..2 {
            let mut w = [_mm256_setzero_si256(); 16];
            for (k, words) in w.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                for (j, word) in words.iter_mut().enumerate() {
                    let at = |stream: usize| load128(&blocks[8 * half + stream + j].as_chunks().0[k]);
                    let row = _mm256_inserti128_si256(_mm256_castsi128_si256(at(0)), at(4), 1);
                    *word = _mm256_shuffle_epi8(row, swapped);
                }
                *words = transpose256(*words);
            }
            let mut state = [_mm256_setzero_si256(); 8];
            for (value, words) in state.iter_mut().zip(states.iter()) {
                *value = load_words256(&words.as_chunks().0[half]);
            }
            for (words, value) in states.iter_mut().zip(rounds(state, w)) {
                store_words256(&mut words.as_chunks_mut().0[half], value);
            }
        }
    }
}

//! The compression function on sixteen streams: a register holds the same word of all of them, or of eight.

use super::{BLOCK, single};

/// Streams that are worked on together.
pub(super) const LANES: usize = 16;

/// The states of all streams, word by word.
pub(super) type States = [[u32; LANES]; 8];

/// The blocks that each stream absorbs next: as many of each.
pub(super) type Runs<'m> = [&'m [[u8; BLOCK]]; LANES];

/// The instructions that many streams run on. A value exists only for what this processor has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lanes(Isa);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Isa {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Lanes {
    /// The fastest of this machine.
    pub fn best() -> Self {
        Lanes::usable().next().unwrap_or(Lanes(Isa::Portable))
    }

    /// All that this machine has, the fastest first; the portable one is always there.
    pub fn usable() -> impl Iterator<Item = Self> {
        let known = [
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512, is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2, is_x86_feature_detected!("avx2")),
            (Isa::Portable, true),
        ];
        known.into_iter().filter(|(_, found)| *found).map(|(isa, _)| Lanes(isa))
    }

    /// Absorbs the blocks.
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls code for instructions that were detected"))]
    pub fn compress(self, states: &mut States, runs: &Runs<'_>) {
        match self.0 {
            // SAFETY: such a value is made only where `usable` has found the instructions; so below.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { x86::compress_avx512(states, runs) },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { x86::compress_avx2(states, runs) },
            Isa::Portable => compress_plainly(states, runs),
        }
    }
}

/// Stream by stream.
fn compress_plainly(states: &mut States, runs: &Runs<'_>) {
    for (lane, run) in runs.iter().enumerate() {
        let mut state = states.map(|word| word.get(lane).copied().unwrap_or_default());
        single::compress(&mut state, run);
        for (words, word) in states.iter_mut().zip(state) {
            if let Some(slot) = words.get_mut(lane) {
                *slot = word;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! Every `unsafe` in an implementation of [`Register`] is reached only from the two functions at the end, which enable
    //! the instructions and into which all of the rounds is inlined; that makes it sound.
    #![expect(unsafe_code, reason = "a trait's methods cannot ask for instructions")]
    #![expect(clippy::indexing_slicing, reason = "indices are counted below the lengths of the arrays")]
    #![expect(clippy::needless_range_loop, reason = "a block is taken from every run at once")]

    use super::super::rounds::{Register, rounds};
    use super::{Runs, States};
    use crate::vector::{
        load_words256, load_words512, load128, store_words256, store_words512, transpose256, transpose512,
    };
    use std::arch::x86_64::*;

    impl Register for __m512i {
        #[inline(always)]
        fn splat(word: u32) -> Self {
            // SAFETY: see the module; so in every method below.
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
            // SAFETY: see the module; so in every method below.
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

    /// Sixteen streams in a register.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub fn compress_avx512(states: &mut States, runs: &Runs<'_>) {
        let swapped = _mm512_broadcast_i32x4(_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
        let mut state = [_mm512_setzero_si512(); 8];
        for (value, words) in state.iter_mut().zip(states.iter()) {
            *value = load_words512(words);
        }
        for block in 0..runs[0].len() {
            let mut w = [_mm512_setzero_si512(); 16];
            for (k, words) in w.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                // Register j holds chunk k of streams j, 4 + j, 8 + j and 12 + j.
                for (j, word) in words.iter_mut().enumerate() {
                    let at = |stream: usize| load128(&runs[stream + j][block].as_chunks().0[k]);
                    let low = _mm512_inserti32x4(_mm512_castsi128_si512(at(0)), at(4), 1);
                    let row = _mm512_inserti32x4(_mm512_inserti32x4(low, at(8), 2), at(12), 3);
                    *word = _mm512_shuffle_epi8(row, swapped);
                }
                *words = transpose512(*words);
            }
            state = rounds(state, w);
        }
        for (words, value) in states.iter_mut().zip(state) {
            store_words512(words, value);
        }
    }

    /// Twice eight streams in a register.
    #[target_feature(enable = "avx2")]
    pub fn compress_avx2(states: &mut States, runs: &Runs<'_>) {
        let swapped = _mm256_broadcastsi128_si256(_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
        for half in 0..2 {
            let mut state = [_mm256_setzero_si256(); 8];
            for (value, words) in state.iter_mut().zip(states.iter()) {
                *value = load_words256(&words.as_chunks().0[half]);
            }
            for block in 0..runs[0].len() {
                let mut w = [_mm256_setzero_si256(); 16];
                for (k, words) in w.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    for (j, word) in words.iter_mut().enumerate() {
                        let at = |stream: usize| load128(&runs[8 * half + stream + j][block].as_chunks().0[k]);
                        let row = _mm256_inserti128_si256(_mm256_castsi128_si256(at(0)), at(4), 1);
                        *word = _mm256_shuffle_epi8(row, swapped);
                    }
                    *words = transpose256(*words);
                }
                state = rounds(state, w);
            }
            for (words, value) in states.iter_mut().zip(state) {
                store_words256(&mut words.as_chunks_mut().0[half], value);
            }
        }
    }
}

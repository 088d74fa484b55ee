//! Random input of every length and at every alignment, for tests.

use proptest::prelude::{Rng, RngExt};
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRng};
use std::hash::{BuildHasher, RandomState};

/// Bytes of the longest input.
pub(crate) const LONGEST: usize = 4096;
/// Alignments, in bytes, that can differ: those within a cache line, which is also the widest register.
pub(crate) const ALIGNMENTS: usize = 64;

/// One alignment in sixteen for a length, so that over all lengths each alignment meets each length modulo 256 bytes.
pub(crate) fn some_alignments(length: usize) -> impl Iterator<Item = usize> {
    (0..ALIGNMENTS).filter(move |at| (length / 256 + at).is_multiple_of(LONGEST / 256))
}

/// What lies around input, and must stay.
const GUARD: u8 = 0xa5;
/// Bytes of it on each side: the widest store.
const GUARDED: usize = 64;

/// Random numbers from a seed, which a test that fails prints: with it in the environment the test repeats itself.
pub(crate) struct Random {
    seed: u64,
    numbers: TestRng,
}

impl Random {
    pub fn new() -> Self {
        let seed = match Config::default().rng_seed {
            RngSeed::Fixed(seed) => seed,
            RngSeed::Random => RandomState::new().hash_one("seed"),
        };
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Random { seed, numbers: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes) }
    }

    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        self.numbers.fill_bytes(&mut array);
        array
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.numbers.fill_bytes(&mut bytes);
        bytes
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.numbers.random_range(..end)
    }
}

impl Drop for Random {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to repeat this, set PROPTEST_RNG_SEED={}", self.seed);
        }
    }
}

/// A text from which input is taken at every alignment.
#[repr(align(64))]
pub(crate) struct Text([u8; ALIGNMENTS + LONGEST]);

impl Text {
    pub fn random(random: &mut Random) -> Box<Self> {
        Box::new(Text(random.array()))
    }

    /// The longest input at an alignment; shorter ones are what it begins with.
    pub fn at(&self, alignment: usize) -> &[u8] {
        &self.0[alignment..][..LONGEST]
    }
}

/// Room for data that is worked on in place.
#[repr(align(64))]
pub(crate) struct Room([u8; GUARDED + ALIGNMENTS + LONGEST + GUARDED]);

impl Room {
    pub fn new() -> Box<Self> {
        Box::new(Room([GUARD; _]))
    }

    /// Works on a copy of `content` at an alignment, and sees to it that nothing around it has changed.
    pub fn with<T>(&mut self, alignment: usize, content: &[u8], work: impl FnOnce(&mut [u8]) -> T) -> T {
        let around = &mut self.0[alignment..][..GUARDED + content.len() + GUARDED];
        let (before, rest) = around.split_at_mut(GUARDED);
        let (data, after) = rest.split_at_mut(content.len());
        data.copy_from_slice(content);
        let result = work(data);
        let intact = |guard: &[u8]| *guard == [GUARD; GUARDED];
        assert!(intact(before) && intact(after), "written beyond {} bytes at {alignment}", content.len());
        data.fill(GUARD);
        result
    }
}

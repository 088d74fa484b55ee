//! Nonces for SM4-GCM that do not repeat under a key.

use super::random;
use crate::error::{ErrorCode, Result};
use std::sync::atomic::{AtomicU64, Ordering};

/// A 96-bit GCM nonce.
pub type Nonce = [u8; 12];

/// The nonces of one unwrapped key: a random 96-bit start, then counted upwards.
///
/// **Why no nonce repeats.** A key is unwrapped many times: after every restart, on every node, whenever it was dropped
/// from a cache, and again from a restored backup. Each time a new `NonceSequence` is drawn; clones of the key share it.
///
/// - *Within a sequence* nonces are distinct by construction: `start + i mod 2^96` for `i` from an atomic counter that
///   is handed out once per value and refuses after 2^32, long before it could come round.
/// - *Between sequences of one key* nothing is kept, because nothing kept is safe: a stored counter, a lease or the
///   clock goes backwards with a restored backup, and a random salt with a counter beside it (64 + 32 bits) lets two
///   sequences collide completely once two salts are equal. Here two sequences that draw `a` and `b` nonces meet only
///   if their starts lie within `a + b` of each other on a ring of 2^96. Over `m` sequences and `n` values in all, the
///   union bound is `m · n / 2^96`. A conversation's key, unwrapped 2^10 times for 2^14 values: 2^-72. The largest use
///   that is allowed, a million unwrappings and 2^32 values: 2^-44. NIST SP 800-38D (section 8) asks for 2^-32. Random
///   nonces for each value would give `n² / 2^97`, which is worse whenever a sequence is used more than twice.
/// - Starts are public, independent of the key and of the plaintext, and drawn from the kernel's generator, which a
///   known-answer test exercises at start. Processes are not forked after a sequence exists. A virtual machine resumed
///   twice from one memory snapshot would repeat its counters: this program runs on machines of its own, whose backups
///   are of data, never of running memory.
pub struct NonceSequence {
    start: u128,
    used: AtomicU64,
}

impl NonceSequence {
    /// Values that one sequence may number: GB/T 36624 and SP 800-38D ask for a new key before 2^32 under one.
    pub const LIMIT: u64 = 1 << 32;

    /// A new sequence with a random start.
    pub fn draw() -> Result<Self> {
        let mut start = [0; 16];
        if let Some(low) = start.last_chunk_mut::<12>() {
            random::fill(low)?;
        }
        Ok(NonceSequence { start: u128::from_be_bytes(start), used: AtomicU64::new(0) })
    }

    /// The next nonce; `crypto.key_unavailable` once the key has been used up.
    pub fn next(&self) -> Result<Nonce> {
        let i = self.used.fetch_add(1, Ordering::Relaxed);
        if i >= Self::LIMIT {
            return Err(ErrorCode::KeyUnavailable.because("the key has sealed 2^32 values and must be rotated"));
        }
        let [_, _, _, _, nonce @ ..] = self.start.wrapping_add(u128::from(i)).to_be_bytes();
        Ok(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn nonces_are_distinct_across_threads_and_the_end_of_the_ring() {
        let sequence = NonceSequence { start: (1 << 96) - 500, used: AtomicU64::new(0) };
        let drawn: Vec<Nonce> = std::thread::scope(|s| {
            let threads: Vec<_> =
                (0..4).map(|_| s.spawn(|| (0..1000).map(|_| sequence.next().unwrap()).collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 4000);
        assert!(drawn.contains(&[0; 12]), "the ring closes at 2^96");
    }

    #[test]
    fn a_used_up_sequence_refuses_for_good() {
        let sequence = NonceSequence { start: 0, used: AtomicU64::new(NonceSequence::LIMIT - 1) };
        sequence.next().unwrap();
        for _ in 0..3 {
            assert_eq!(sequence.next().unwrap_err().code(), ErrorCode::KeyUnavailable);
        }
    }

    #[test]
    fn sequences_start_apart() {
        let starts: HashSet<_> = (0..100).map(|_| NonceSequence::draw().unwrap().next().unwrap()).collect();
        assert_eq!(starts.len(), 100);
    }
}

//! Clears secrets that are short-lived and many, with stores as wide as the machine's.
//!
//! `zeroize` writes volatile, byte by byte; after a message of 300 bytes that would take longer than sealing it. Here the
//! stores are ordinary ones, and `black_box` tells the compiler that they are observed, so that they stay.

use std::hint::black_box;

/// Overwrites a secret.
pub(crate) fn wipe<T: Copy + Default>(secret: &mut [T]) {
    secret.fill(T::default());
    black_box(secret);
}

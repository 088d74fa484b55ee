//! Arithmetic that must be fast even in a development build: the ciphers and hashes that every stored byte passes, and the
//! audio features. Pure functions of their arguments; nothing here knows keys' owners, files or tables.

pub mod fbank;
mod ghash;
pub mod resample;
pub mod sm3;
pub mod sm4;
#[cfg(test)]
mod sweep;
#[cfg(target_arch = "x86_64")]
mod vector;
mod wipe;

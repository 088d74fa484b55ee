//! Arithmetic that must be fast even in a development build.

pub mod fbank;
pub mod resample;

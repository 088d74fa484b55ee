//! The record that a recorder leaves beside a call.
#![no_main]

use chrono::DateTime;
use guitai::recordings::Cdr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drop(Cdr::parse(bytes, DateTime::from_timestamp(1_790_000_000, 0).expect("a time")));
});

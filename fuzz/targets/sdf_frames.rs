//! Frames between the program and the broker of a crypto device, in both directions.
#![no_main]

use guitai_sdf::protocol::{parse_request, read_frame};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drop(parse_request(bytes));
    let mut rest = bytes;
    while let Ok(Some((header, body))) = read_frame(&mut rest) {
        drop(guitai_sdf::protocol::Reply::parse(header.kind, body));
    }
});

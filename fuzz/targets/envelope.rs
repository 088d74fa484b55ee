//! Sealed values and wrapped keys as they stand in a column, and the header that tells their key.
#![no_main]

use guitai::crypto::{WrappedKey, envelope_key_id};
use guitai_fuzz::{ID, PLACE, data_key, keyring};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(plain) = data_key().open(&PLACE, bytes) {
        // Whatever opens was sealed, so it has a header that names the key.
        assert_eq!(envelope_key_id(bytes).expect("a header"), (ID, 1));
        assert!(plain.len() < bytes.len());
    }
    let part = data_key().unwrap_part_key(ID, bytes);
    assert!(part.is_err() || bytes.len() > 16);
    let stored =
        WrappedKey { id: ID, version: 1, class: "fuzz".into(), month: "2026-11".into(), wrapped: bytes.to_vec() };
    drop(keyring().unwrap_class_key(&stored));
});

//! What people keep on disks and sticks: root keys, custodians' shares, ceremony records, and wrapped root keys of devices.
#![no_main]

use guitai::crypto::custody::{Record, Share};
use guitai::crypto::{RootKey, RootKeys};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = RootKey::parse(text) {
        assert_eq!(RootKey::parse(&key.to_text()).expect("its own text").id(), key.id());
    }
    drop(RootKeys::parse(text));
    drop(Share::parse(text, "fuzz"));
    drop(Record::parse(text));
    drop(guitai_sdf::Root::parse(text));
});

//! What people keep on disks and sticks: root keys, custodians' shares, ceremony records, and wrapped root keys of devices.
#![no_main]

use guitai::crypto::RootKeys;
use guitai::crypto::custody::{Record, Share};
use guitai::crypto::root::RootFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(keys) = RootKeys::parse(text) {
        assert_eq!(RootKeys::parse(&keys.to_text()).expect("its own text").active().id(), keys.active().id());
    }
    drop(RootFile::parse(text));
    drop(Share::parse(text, "fuzz"));
    drop(Record::parse(text));
    drop(guitai_sdf::Root::parse(text));
});

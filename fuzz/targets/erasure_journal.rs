//! The erasure journal that a restore replays.
#![no_main]

use guitai::key_management::Journal;
use guitai_fuzz::keyring;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::Builder::new().tempdir_in("/dev/shm").expect("memory"));

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("journal");
    std::fs::write(&path, bytes).expect("written");
    if let Ok(journal) = Journal::open(&path, keyring().mac_key("erasure-journal")) {
        // What was accepted is accepted again.
        let entries = journal.entries().len();
        drop(journal);
        let again = Journal::open(&path, keyring().mac_key("erasure-journal")).expect("as before");
        assert_eq!(again.entries().len(), entries);
    }
});

//! A file in the vault: header, chunks, the last chunk that tells the length.
#![no_main]

use guitai::vault::{ContentReader, Vault};
use guitai_fuzz::{ID, data_key};
use libfuzzer_sys::fuzz_target;
use std::io::Read;
use std::path::PathBuf;
use std::sync::LazyLock;

/// A vault in memory with one file in it, whose bytes are the fuzzer's.
static PLACE: LazyLock<(tempfile::TempDir, Vault, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::Builder::new().tempdir_in("/dev/shm").expect("memory");
    let vault = Vault::open(folder.path()).expect("a vault");
    let [.., second, first] = *ID.as_bytes();
    let file = folder.path().join(format!("{first:02x}/{second:02x}/{ID}"));
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    (folder, vault, file)
});

fuzz_target!(|bytes: &[u8]| {
    let (_, vault, file) = &*PLACE;
    std::fs::write(file, bytes).expect("written");
    if let Ok(mut content) = vault.content(ID, data_key()) {
        let mut plain = Vec::new();
        if content.read_to_end(&mut plain).is_ok() {
            // By its full name: a reader has another of this name.
            assert_eq!(plain.len() as u64, ContentReader::bytes(&content));
        }
    }
});

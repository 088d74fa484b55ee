//! A sealed file of a search index.
#![no_main]

use guitai::search::SealedDirectory;
use guitai_fuzz::data_key;
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tantivy::Directory;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::Builder::new().tempdir_in("/dev/shm").expect("memory"));

fuzz_target!(|bytes: &[u8]| {
    let name = Path::new("meta.json");
    // With the file in place when the folder is opened, and as one that comes later.
    std::fs::write(FOLDER.path().join(name), bytes).expect("written");
    if let Ok(directory) = SealedDirectory::open(FOLDER.path(), Arc::new(data_key().clone())) {
        drop(directory.atomic_read(name));
        if let Ok(file) = directory.open_read(name) {
            drop(file.read_bytes());
        }
    }
    std::fs::write(FOLDER.path().join("keys"), bytes).expect("written");
    drop(SealedDirectory::open(FOLDER.path(), Arc::new(data_key().clone())));
    std::fs::remove_file(FOLDER.path().join("keys")).expect("removed");
});

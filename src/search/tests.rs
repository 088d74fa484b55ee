//! Tests of the search module, one file per part.

mod analyser;
mod demo;
mod directory;
mod index;
mod memory;
mod purge;

use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use crate::crypto::{DataKey, Keyring, RootKey, Suite};

/// A key of its own for a test.
fn key() -> Arc<DataKey> {
    let keyring = Keyring::from_root(RootKey::generate().unwrap());
    let (class, _) = keyring.generate_class_key("search", "2026-11", 1).unwrap();
    let (key, _) = class.generate_data_key(Uuid::now_v7(), 1, Suite::Sm4Gcm).unwrap();
    Arc::new(key)
}

/// A folder that goes with the test.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index");
    (dir, path)
}

//! Every file below a folder.

use std::collections::HashSet;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{ErrorCode, Result};

/// Folders whose links lead to the data's own parts elsewhere: PostgreSQL's tablespaces and its log.
const LINKED_PARTS: &[&str] = &["pg_tblspc", "pg_wal"];

#[derive(Default)]
pub(super) struct Files {
    pub found: Vec<PathBuf>,
    /// What could not be looked into, and why.
    pub unread: Vec<String>,
    changed_since: Option<SystemTime>,
    seen: HashSet<(u64, u64)>,
}

/// Regular files below `folder`, those that were changed since a time or all, each once however often it is linked; sockets, pipes and devices hold nothing. `StorageUnavailable` when
/// the folder itself cannot be read.
pub(super) fn files(folder: &Path, changed_since: Option<SystemTime>) -> Result<Files> {
    std::fs::read_dir(folder)
        .map_err(|e| ErrorCode::StorageUnavailable.caused_by(e).context(folder.display().to_string()))?;
    let mut files = Files { changed_since, ..Files::default() };
    files.below(folder);
    files.found.sort();
    Ok(files)
}

impl Files {
    fn below(&mut self, folder: &Path) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) => return self.could_not(folder, &e),
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.one(&entry.path()),
                Err(e) => self.could_not(folder, &e),
            }
        }
    }

    fn one(&mut self, path: &Path) {
        let is_part = path.ancestors().filter_map(Path::file_name).any(|n| LINKED_PARTS.iter().any(|p| n == *p));
        let looked = if is_part { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
        let what = match looked {
            Ok(what) => what,
            Err(e) => return self.could_not(path, &e),
        };
        if !(what.is_dir() || what.is_file()) || !self.seen.insert((what.dev(), what.ino())) {
            return;
        }
        let is_old = || self.changed_since.is_some_and(|since| what.modified().is_ok_and(|changed| changed < since));
        if what.is_dir() {
            self.below(path);
        } else if !is_old() {
            self.found.push(path.to_owned());
        }
    }

    fn could_not(&mut self, path: &Path, e: &io::Error) {
        // A database removes files while it runs.
        if e.kind() != io::ErrorKind::NotFound {
            self.unread.push(format!("{}: {e}", path.display()));
        }
    }
}

//! Files that hold a secret, or prove what was done with one: private to their owner, complete or not there at all,
//! never written over by accident.

use crate::error::{Error, ErrorCode, Result};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The longest file that is read, in bytes: ten times what any of ours takes.
const LONGEST: u64 = 256 * 1024;
/// What overwrites a file that is destroyed, a piece at a time.
const BLANK: [u8; 4096] = [0; 4096];

/// `crypto.key_unavailable`, with the file and the reason.
pub(super) fn unavailable(path: &Path, why: impl fmt::Display) -> Error {
    ErrorCode::KeyUnavailable.because(format!("{}: {why}", path.display()))
}

/// The text of a file that only its owner may read; `crypto.key_unavailable` otherwise.
pub(super) fn read_private(path: &Path) -> Result<Zeroizing<String>> {
    let file = File::open(path).map_err(|e| unavailable(path, e))?;
    // Of the file that is open, so that no other takes its place in between.
    let mode = file.metadata().map_err(|e| unavailable(path, e))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(unavailable(path, format!("others may read it (mode {mode:o}); set it to 600")));
    }
    text_of(path, file)
}

/// The text of a file whoever may read it: of a systemd credential, whose access list shows as group bits, and of files
/// whose secrets are sealed.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>> {
    text_of(path, File::open(path).map_err(|e| unavailable(path, e))?)
}

fn text_of(path: &Path, file: File) -> Result<Zeroizing<String>> {
    let failed = |e: io::Error| unavailable(path, e);
    let length = file.metadata().map_err(failed)?.len();
    if length > LONGEST {
        return Err(unavailable(path, "too long to be a key, a share or a passphrase"));
    }
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(length.max(1024)).unwrap_or(1024) + 1));
    file.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Makes a file, mode 0600, with the folders above it. `request.conflict` when there is one of that name.
pub(super) fn write_new(path: &Path, text: &str) -> Result<()> {
    let failed = |e: io::Error| unavailable(path, e);
    if fs::symlink_metadata(path).is_ok() {
        return Err(exists(path));
    }
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(failed)?;
    let unfinished = write_beside(path, text)?;
    // A link, unlike a new name, never takes another's place.
    let linked = fs::hard_link(&unfinished, path);
    let removed = fs::remove_file(&unfinished);
    match linked {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return Err(exists(path)),
        linked => linked.and(removed).map_err(failed)?,
    }
    sync(folder).map_err(failed)
}

/// Puts `text` in place of a file. Whoever reads meanwhile gets the one or the other. On an error the file is as it was.
pub(super) fn replace(path: &Path, text: &str) -> Result<Replaced> {
    let failed = |e: io::Error| unavailable(path, e);
    let old = OpenOptions::new().write(true).open(path).map_err(failed)?;
    let unfinished = write_beside(path, text)?;
    if let Err(e) = fs::rename(&unfinished, path) {
        drop(fs::remove_file(&unfinished));
        return Err(failed(e));
    }
    Ok(Replaced { path: path.to_owned(), old })
}

/// What stood where another file stands now. It has no name any more, and is still on the disk.
#[must_use = "what was replaced is to be overwritten"]
#[derive(Debug)]
pub struct Replaced {
    path: PathBuf,
    old: File,
}

impl Replaced {
    /// Overwrites it. An error does not undo the replacement.
    pub fn overwrite(self) -> Result<()> {
        let failed = |e| unavailable(&self.path, format!("replaced, but what was there is not overwritten: {e}"));
        sync(folder_of(&self.path)).and_then(|()| overwrite(self.old)).map_err(failed)
    }
}

/// Overwrites a file. A file system that copies on write, and the spare blocks of a flash disk, may keep what was there:
/// that is why only what is sealed should ever lie on one.
pub(super) fn blank(path: &Path) -> Result<Blanked> {
    let overwritten = OpenOptions::new().write(true).open(path).and_then(overwrite);
    overwritten.map_err(|e| unavailable(path, e))?;
    Ok(Blanked { path: path.to_owned() })
}

/// A file of zeros where a secret was.
#[must_use = "what is left of the file is to be removed"]
#[derive(Debug)]
pub struct Blanked {
    path: PathBuf,
}

impl Blanked {
    /// Removes it. An error does not bring back what was in it.
    pub fn remove(self) -> Result<()> {
        let removed = fs::remove_file(&self.path).and_then(|()| sync(folder_of(&self.path)));
        removed.map_err(|e| unavailable(&self.path, format!("overwritten, but not removed: {e}")))
    }
}

fn exists(path: &Path) -> Error {
    ErrorCode::Conflict.because(format!("{} exists and is never written over: name another file", path.display()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_beside(path: &Path, text: &str) -> Result<PathBuf> {
    let unfinished = folder_of(path).join(format!(".guitai.{}", Uuid::now_v7()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    if let Err(e) = written {
        drop(fs::remove_file(&unfinished));
        return Err(unavailable(path, e));
    }
    Ok(unfinished)
}

fn overwrite(mut file: File) -> io::Result<()> {
    let mut left = file.metadata()?.len();
    while left > 0 {
        let step = left.min(BLANK.len() as u64);
        file.write_all(BLANK.get(..usize::try_from(step).unwrap_or(1)).unwrap_or(&BLANK))?;
        left -= step;
    }
    file.sync_all()
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_new_file_is_private_and_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        write_new(&path, "one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(write_new(&path, "two").unwrap_err().code(), ErrorCode::Conflict);
        assert_eq!(*read_private(&path).unwrap(), "one");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_new(&path, "secret").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = read_private(&path).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyUnavailable);
        assert!(error.detail().contains("640") && error.detail().contains("key"), "{error}");
        assert_eq!(*read(&path).unwrap(), "secret");
    }

    #[test]
    fn what_is_replaced_or_destroyed_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other_name) = (dir.path().join("key"), dir.path().join("link"));
        let secret = "secret".repeat(2000);
        write_new(&path, &secret).unwrap();
        // A second name of the same file shows what became of its content.
        fs::hard_link(&path, &other_name).unwrap();
        replace(&path, "sealed").unwrap().overwrite().unwrap();
        assert_eq!(*read_private(&path).unwrap(), "sealed");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&other_name).unwrap(), vec![0; secret.len()]);
        fs::remove_file(&other_name).unwrap();
        fs::hard_link(&path, &other_name).unwrap();
        blank(&path).unwrap().remove().unwrap();
        assert!(!path.exists());
        assert_eq!(fs::read(&other_name).unwrap(), vec![0; 6]);
        assert!(blank(&path).unwrap_err().detail().contains("key"));
    }

    #[test]
    fn a_file_that_is_no_text_or_too_long_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(read(&path).is_err());
        fs::write(&path, vec![b'a'; 300 * 1024]).unwrap();
        assert!(read(&path).unwrap_err().detail().contains("too long"));
        assert!(read(dir.path()).is_err(), "a folder");
    }
}

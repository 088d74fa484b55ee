//! The file with the PIN of the signing key: what stands in it, and whether people have changed it since it was refused.

use crate::error::{Error, Result};
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use zeroize::Zeroizing;

/// Bytes of a PIN, at most.
const LONGEST: u64 = 256;

/// One state of the file. Another one is a reason to present its PIN again: somebody wrote it, or touched it (touch(1)) because it was the
/// device that had to be set right. Owner and mode are not part of it, since tools set them again and again, and a device locks a key after
/// some wrong PINs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
}

impl Stamp {
    /// Of the file as it is now.
    ///
    /// # Errors
    /// `Malformed` when there is none.
    pub fn of(path: &Path) -> Result<Self> {
        let about = about(path)?;
        Ok(Stamp {
            file: (about.dev(), about.ino()),
            length: about.len(),
            modified: (about.mtime(), about.mtime_nsec()),
        })
    }
}

/// The PIN, without the line end that editors add.
///
/// # Errors
/// `Malformed` when there is none, when it is too long, or when others may read it.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let mode = about(path)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(unusable(path, &format!("others may read it (mode {mode:o}); set it to 600")));
    }
    // Room for the whole file from the start, so that the buffer never moves and leaves a copy behind.
    let mut pin = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    let file = File::open(path).map_err(|e| unusable(path, &e))?;
    file.take(LONGEST + 1).read_to_end(&mut pin).map_err(|e| unusable(path, &e))?;
    while pin.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        pin.pop();
    }
    if pin.is_empty() || pin.len() as u64 > LONGEST {
        return Err(unusable(path, &"a PIN has 1 to 256 bytes"));
    }
    Ok(pin)
}

fn about(path: &Path) -> Result<Metadata> {
    fs::metadata(path).map_err(|e| unusable(path, &e))
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::malformed(format!("PIN file {}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_stamp_changes_with_what_people_do_to_the_pin_and_with_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        assert!(Stamp::of(&path).is_err());
        fs::write(&path, "12345678").unwrap();
        let first = Stamp::of(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(*read(&path).unwrap(), b"12345678");
        assert_eq!(Stamp::of(&path).unwrap(), first);
        // touch(1)
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert_ne!(Stamp::of(&path).unwrap(), first);
        // Another file in its place, as old and as long.
        let (other, second) = (folder.path().join("new"), Stamp::of(&path).unwrap());
        fs::write(&other, "87654321").unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(later).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_ne!(Stamp::of(&path).unwrap(), second);
    }

    #[test]
    fn the_line_end_is_no_part_of_a_pin_and_an_empty_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        for (text, expected) in [("1234\r\n", Some("1234")), ("1 2", Some("1 2")), ("\n", None), ("", None)] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            assert_eq!(
                read(&path).ok().map(|pin| pin.to_vec()),
                expected.map(|pin| pin.as_bytes().to_vec()),
                "{text:?}"
            );
        }
        fs::write(&path, "1".repeat(257)).unwrap();
        assert!(read(&path).is_err());
    }
}

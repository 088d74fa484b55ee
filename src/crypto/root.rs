//! The root key as a secret of the installation: a systemd credential, or a file.

use super::random;
use crate::error::{Error, ErrorCode, Result};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The credential's name: `LoadCredential=guitai_root_key:…` in the unit.
pub const CREDENTIAL: &str = "guitai_root_key";
/// The first word of the text form, which is one line: `guitai-root-key-1 <id> <version> <64 hexadecimal digits>`.
const FORMAT: &str = "guitai-root-key-1";

/// 256 random bits from which every other key hangs. Cleared when dropped, never printed.
#[derive(Clone)]
pub struct RootKey {
    id: Uuid,
    version: u32,
    secret: Zeroizing<[u8; 32]>,
}

impl RootKey {
    /// A new root key, version 1.
    pub fn generate() -> Result<Self> {
        Ok(RootKey { id: Uuid::now_v7(), version: 1, secret: random::secret()? })
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The text form, one line.
    pub fn to_text(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(hex::encode(self.secret.as_slice()));
        Zeroizing::new(format!("{FORMAT} {} {} {}\n", self.id, self.version, *secret))
    }

    /// From the text form. The error never quotes the text.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || ErrorCode::KeyUnavailable.because("the root key is not in the format guitai-root-key-1");
        let mut words = text.split_ascii_whitespace();
        let (Some(FORMAT), Some(id), Some(version), Some(digits), None) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return Err(malformed());
        };
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, secret.as_mut_slice()).map_err(|_| malformed())?;
        let (id, version) = (id.parse().map_err(|_| malformed())?, version.parse().map_err(|_| malformed())?);
        Ok(RootKey { id, version, secret })
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootKey({} v{})", self.id, self.version)
    }
}

/// Where the root key is read from at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootSource {
    /// The credential of this unit: systemd decrypts it and shows it to the unit alone, in memory.
    Credential { directory: PathBuf },
    /// A file of this user that no one else may read.
    File { path: PathBuf },
    /// As `File`, and made on first start. For the demo and for development: the key lies in clear on the disk.
    FileOrNew { path: PathBuf },
}

impl RootSource {
    /// The unit's credential where `$CREDENTIALS_DIRECTORY` (passed in by whoever may read the environment) holds one,
    /// else the file, which `may_create` makes on first start.
    pub fn find(credentials_directory: Option<&Path>, file: &Path, may_create: bool) -> Self {
        match credentials_directory {
            Some(directory) if directory.join(CREDENTIAL).exists() => {
                RootSource::Credential { directory: directory.to_owned() }
            }
            _ if may_create => RootSource::FileOrNew { path: file.to_owned() },
            _ => RootSource::File { path: file.to_owned() },
        }
    }

    /// Makes a root key in a file that is not there yet, closed to others. Errors: `Conflict` when it is there, `KeyUnavailable`.
    pub fn create(path: &Path) -> Result<RootKey> {
        if path.exists() {
            return Err(
                ErrorCode::Conflict.because(format!("{} exists; a root key is never written over", path.display()))
            );
        }
        create(path)?;
        read_private(path)
    }

    /// Reads the root key; `crypto.key_unavailable` with the path and the reason when that is not possible.
    pub fn load(&self) -> Result<RootKey> {
        match self {
            // systemd hands the file over through an access list, which shows as group bits: they mean nothing here.
            RootSource::Credential { directory } => read(&directory.join(CREDENTIAL)),
            RootSource::File { path } => read_private(path),
            RootSource::FileOrNew { path } => {
                create(path)?;
                read_private(path)
            }
        }
    }
}

fn unavailable(path: &Path, why: impl fmt::Display) -> Error {
    ErrorCode::KeyUnavailable.because(format!("root key {}: {why}", path.display()))
}

fn read(path: &Path) -> Result<RootKey> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|e| unavailable(path, e))?);
    RootKey::parse(&text).map_err(|e| unavailable(path, e.detail()))
}

fn read_private(path: &Path) -> Result<RootKey> {
    let mode = fs::metadata(path).map_err(|e| unavailable(path, e))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(unavailable(path, format!("others may read it (mode {mode:o}); set it to 600")));
    }
    read(path)
}

/// Makes the file, mode 0600, unless there is one. It appears complete or not at all: written beside, then linked.
fn create(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(|e| unavailable(path, e))?;
    let unfinished = directory.join(format!(".{CREDENTIAL}.{}", Uuid::now_v7()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .and_then(|mut file| {
            let text = RootKey::generate().map_err(std::io::Error::other)?.to_text();
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| match fs::hard_link(&unfinished, path) {
            // Another process was first: its key is the one.
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let removed = fs::remove_file(&unfinished);
    written.and(removed).and_then(|()| File::open(directory)?.sync_all()).map_err(|e| unavailable(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn text_form_round_trips_and_refuses_anything_else() {
        let root = RootKey::generate().unwrap();
        let text = root.to_text();
        let again = RootKey::parse(&text).unwrap();
        assert_eq!((again.id, again.version, again.secret()), (root.id, 1, root.secret()));
        let short: String = text.chars().take(text.len() - 3).collect();
        for bad in ["", "x", &text.replace("key-1", "key-2"), &short, &format!("{} x", text.trim())] {
            let error = RootKey::parse(bad).unwrap_err();
            assert_eq!(error.code(), ErrorCode::KeyUnavailable);
            assert!(!format!("{error:?}").contains(&hex::encode(&root.secret()[..4])));
        }
    }

    #[test]
    fn the_demo_file_is_made_once_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/root");
        let source = RootSource::FileOrNew { path: path.clone() };
        let first = source.load().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(source.load().unwrap().secret(), first.secret());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_root_key_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root");
        let made = RootSource::create(&path).unwrap();
        assert_eq!(RootSource::create(&path).unwrap_err().code(), ErrorCode::Conflict);
        assert_eq!(RootSource::File { path }.load().unwrap().secret(), made.secret());
    }

    #[test]
    fn a_race_for_the_first_start_has_one_winner() {
        let dir = tempfile::tempdir().unwrap();
        let source = RootSource::FileOrNew { path: dir.path().join("root") };
        let ids: Vec<Uuid> = std::thread::scope(|s| {
            let threads: Vec<_> = (0..8).map(|_| s.spawn(|| source.load().unwrap().id())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root");
        RootSource::FileOrNew { path: path.clone() }.load().unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = RootSource::File { path }.load().unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyUnavailable);
        assert!(error.detail().contains("640"), "{error}");
    }

    #[test]
    fn the_credential_comes_first_and_a_missing_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("root");
        let missing = RootSource::find(Some(dir.path()), &file, false);
        assert_eq!(missing, RootSource::File { path: file.clone() });
        assert!(missing.load().unwrap_err().detail().contains("root"));

        let root = RootKey::generate().unwrap();
        fs::write(dir.path().join(CREDENTIAL), root.to_text().as_bytes()).unwrap();
        let found = RootSource::find(Some(dir.path()), &file, true);
        assert_eq!(found, RootSource::Credential { directory: dir.path().to_owned() });
        assert_eq!(found.load().unwrap().id(), root.id());
    }
}

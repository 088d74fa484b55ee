//! Where the root keys are read from at start: a systemd credential, or a file under a passphrase.

use super::super::passphrase::Passphrase;
use super::super::private_file;
use super::sealed::RootFile;
use super::{RootKey, RootKeys};
use crate::error::{ErrorCode, Result};
use std::path::{Path, PathBuf};

/// The credential's name: `LoadCredential=guitai_root_key:…` in the unit.
pub const CREDENTIAL: &str = "guitai_root_key";
/// The name of the credential with the passphrase of a sealed root key.
pub const PASSPHRASE_CREDENTIAL: &str = "guitai_root_passphrase";

/// Asks a person for the passphrase of a file, named by its path.
pub type AskPassphrase = fn(&str) -> Result<Passphrase>;

/// Where the passphrase of a sealed root key comes from. What is there first is taken: the credential, the file, a person.
#[derive(Debug, Clone, Default)]
pub struct PassphraseSource {
    /// `$CREDENTIALS_DIRECTORY` of this unit.
    pub credentials_directory: Option<PathBuf>,
    /// A file that no one else may read.
    pub file: Option<PathBuf>,
    /// Where there is a terminal.
    pub ask: Option<AskPassphrase>,
}

impl PassphraseSource {
    /// The passphrase for the sealed file `what`; `crypto.key_unavailable` with what to do when there is none.
    fn get(&self, what: &Path) -> Result<Passphrase> {
        let credential = self.credentials_directory.as_ref().map(|folder| folder.join(PASSPHRASE_CREDENTIAL));
        match (credential.filter(|path| path.exists()), &self.file, self.ask) {
            (Some(path), _, _) => Passphrase::read_credential(&path),
            (None, Some(path), _) => Passphrase::read(path),
            (None, None, Some(ask)) => ask(&what.display().to_string()),
            (None, None, None) => Err(private_file::unavailable(
                what,
                format!(
                    "sealed, and there is no passphrase: give the credential {PASSPHRASE_CREDENTIAL}, set crypto.root_passphrase_file, \
                     or start from a terminal"
                ),
            )),
        }
    }
}

/// Where the root keys are read from at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootSource {
    /// The credential of this unit: systemd decrypts it and shows it to the unit alone, in memory. In clear or sealed.
    Credential { directory: PathBuf },
    /// A file of this user that no one else may read, under a passphrase.
    File { path: PathBuf },
    /// As `File`, made on first start, and in clear: for the demo and for development.
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

    /// Reads the root keys; `crypto.key_unavailable` with the path and the reason when that is not possible. Opening a sealed
    /// file takes half a second, and asking a person as long as that takes: not for an async worker.
    pub fn load(&self, passphrase: &PassphraseSource) -> Result<RootKeys> {
        let (path, file) = match self {
            RootSource::Credential { directory } => {
                let path = directory.join(CREDENTIAL);
                let text = private_file::read(&path)?;
                let file = RootFile::parse(&text).map_err(|e| e.context(path.display().to_string()))?;
                (path, file)
            }
            RootSource::File { path } => match RootFile::read(path)? {
                RootFile::Clear(_) => {
                    let shown = path.display();
                    let what =
                        format!("the root key lies there in clear: seal it with `guitai keys seal-root {shown}`");
                    return Err(private_file::unavailable(path, what));
                }
                sealed => (path.clone(), sealed),
            },
            RootSource::FileOrNew { path } => {
                if !path.exists() {
                    match RootFile::create_clear(path, &RootKeys::of(RootKey::generate()?)) {
                        // Another process was first: its key is the one.
                        Err(e) if e.code() == ErrorCode::Conflict => {}
                        made => made?,
                    }
                }
                (path.clone(), RootFile::read(path)?)
            }
        };
        match file {
            RootFile::Clear(keys) => Ok(keys),
            RootFile::Sealed(sealed) => {
                let opened = passphrase.get(&path).and_then(|passphrase| sealed.open(&passphrase));
                opened.map_err(|e| {
                    if e.detail().contains(&*path.to_string_lossy()) {
                        e
                    } else {
                        e.context(path.display().to_string())
                    }
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sealed::SealedRoot;
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use uuid::Uuid;
    use zeroize::Zeroizing;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
    }

    fn nobody() -> PassphraseSource {
        PassphraseSource::default()
    }

    fn write_private(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    #[test]
    fn the_demo_file_is_made_once_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/root");
        let source = RootSource::FileOrNew { path: path.clone() };
        let first = source.load(&nobody()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(source.load(&nobody()).unwrap().active().is_same_as(first.active()));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_race_for_the_first_start_has_one_winner() {
        let dir = tempfile::tempdir().unwrap();
        let source = RootSource::FileOrNew { path: dir.path().join("root") };
        let ids: Vec<Uuid> = std::thread::scope(|s| {
            let threads: Vec<_> = (0..8).map(|_| s.spawn(|| source.load(&nobody()).unwrap().active().id())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
    }

    #[test]
    fn production_takes_a_sealed_file_alone_and_says_how_to_seal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root");
        let keys = RootSource::FileOrNew { path: path.clone() }.load(&nobody()).unwrap();
        let source = RootSource::File { path: path.clone() };
        let error = source.load(&nobody()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyUnavailable);
        assert!(error.detail().contains("guitai keys seal-root"), "{error}");

        let sealed = SealedRoot::seal(&keys, &passphrase("horse"), 10_000).unwrap();
        RootFile::replace(&path, &sealed).unwrap().overwrite().unwrap();
        let error = source.load(&nobody()).unwrap_err();
        assert!(error.detail().contains("root_passphrase_file"), "{error}");

        let file = dir.path().join("passphrase");
        write_private(&file, "horse\n");
        let from_file = PassphraseSource { file: Some(file.clone()), ..nobody() };
        assert!(source.load(&from_file).unwrap().active().is_same_as(keys.active()));
        let asked = PassphraseSource { ask: Some(|_| Ok(passphrase("horse"))), ..nobody() };
        assert!(source.load(&asked).unwrap().active().is_same_as(keys.active()));
        let mistyped = PassphraseSource { ask: Some(|_| Ok(passphrase("house"))), ..nobody() };
        let error = source.load(&mistyped).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyUnavailable);
        assert!(error.detail().contains("passphrase is wrong") && error.detail().contains("root"), "{error}");

        // The credential comes first, and is read whatever its group bits say.
        fs::write(dir.path().join(PASSPHRASE_CREDENTIAL), "horse").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(source.load(&from_file).unwrap_err().code(), ErrorCode::KeyUnavailable, "others may read it");
        let credential = PassphraseSource { credentials_directory: Some(dir.path().to_owned()), ..from_file };
        assert!(source.load(&credential).is_ok());
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root");
        let source = RootSource::FileOrNew { path: path.clone() };
        source.load(&nobody()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = source.load(&nobody()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyUnavailable);
        assert!(error.detail().contains("640"), "{error}");
    }

    #[test]
    fn the_credential_comes_first_and_a_missing_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("root");
        let missing = RootSource::find(Some(dir.path()), &file, false);
        assert_eq!(missing, RootSource::File { path: file.clone() });
        assert!(missing.load(&nobody()).unwrap_err().detail().contains("root"));

        let keys = RootKeys::of(RootKey::generate().unwrap());
        fs::write(dir.path().join(CREDENTIAL), keys.to_text().as_bytes()).unwrap();
        let found = RootSource::find(Some(dir.path()), &file, true);
        assert_eq!(found, RootSource::Credential { directory: dir.path().to_owned() });
        assert!(found.load(&nobody()).unwrap().active().is_same_as(keys.active()));

        let sealed = SealedRoot::seal(&keys, &passphrase("horse"), 10_000).unwrap();
        fs::write(dir.path().join(CREDENTIAL), sealed.to_text().unwrap()).unwrap();
        fs::write(dir.path().join(PASSPHRASE_CREDENTIAL), "horse").unwrap();
        let passphrase = PassphraseSource { credentials_directory: Some(dir.path().to_owned()), ..nobody() };
        assert!(found.load(&passphrase).unwrap().active().is_same_as(keys.active()), "a sealed credential");
    }
}

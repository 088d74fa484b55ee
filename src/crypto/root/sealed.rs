//! The file of the root keys under a passphrase.
//!
//! One JSON object: `format`, `keys` (id, version and check value of each key inside, the active one last) and `sealed`. The
//! secret inside is the clear text form of [`RootKeys`]; format and keys are bound to it as associated data.

use super::super::passphrase::{Passphrase, Sealed};
use super::super::private_file::{self, Blanked, Replaced};
use super::{KeyName, RootKeys};
use crate::error::{ErrorCode, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::Zeroizing;

/// The value of `format`.
const FORMAT: &str = "guitai-root-key-sealed-1";

/// Root keys under a passphrase. What it shows without the passphrase is only as true as the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRoot {
    format: String,
    keys: Vec<KeyName>,
    sealed: Sealed,
}

impl SealedRoot {
    /// Seals the keys. Takes half a second with [`super::super::passphrase::DEFAULT_ITERATIONS`].
    pub fn seal(keys: &RootKeys, passphrase: &Passphrase, iterations: u32) -> Result<Self> {
        let names = keys.names();
        let sealed = Sealed::seal(passphrase, iterations, &parts(&bytes(&names)), keys.to_text().as_bytes())?;
        Ok(SealedRoot { format: FORMAT.to_owned(), keys: names, sealed })
    }

    /// The keys; `crypto.key_unavailable` when the passphrase is wrong or anything in the file was altered.
    pub fn open(&self, passphrase: &Passphrase) -> Result<RootKeys> {
        let text = self.sealed.open(passphrase, &parts(&bytes(&self.keys)))?;
        RootKeys::parse(std::str::from_utf8(&text).map_err(|_| ErrorCode::KeyUnavailable.because("no text inside"))?)
    }

    /// How far the passphrase is stretched.
    pub fn iterations(&self) -> u32 {
        self.sealed.iterations()
    }

    /// Which keys are inside, the active one last, as far as the file says.
    pub fn names(&self) -> &[KeyName] {
        &self.keys
    }

    /// The text form.
    pub fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        Ok(text + "\n")
    }
}

fn bytes(names: &[KeyName]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.to_bytes()).collect()
}

fn parts(names: &[Vec<u8>]) -> Vec<&[u8]> {
    [FORMAT.as_bytes()].into_iter().chain(names.iter().map(Vec::as_slice)).collect()
}

/// What stands in a root key's file.
#[derive(Debug, Clone)]
pub enum RootFile {
    Clear(RootKeys),
    Sealed(SealedRoot),
}

impl RootFile {
    /// From a file that only its owner may read; `crypto.key_unavailable` with the path and the reason otherwise.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&private_file::read_private(path)?).map_err(|e| e.context(path.display().to_string()))
    }

    /// From the text of either form. The error never quotes the text.
    pub fn parse(text: &str) -> Result<Self> {
        if !text.trim_start().starts_with('{') {
            return RootKeys::parse(text).map(RootFile::Clear);
        }
        let malformed = |_| ErrorCode::KeyUnavailable.because(format!("not in the format {FORMAT}"));
        let sealed: SealedRoot = serde_json::from_str(text).map_err(malformed)?;
        if sealed.format != FORMAT {
            return Err(ErrorCode::KeyUnavailable.because(format!("not in the format {FORMAT}")));
        }
        Ok(RootFile::Sealed(sealed))
    }

    /// Writes sealed keys to a file that is not there yet; `request.conflict` when it is.
    pub fn create(path: &Path, sealed: &SealedRoot) -> Result<()> {
        private_file::write_new(path, &sealed.to_text()?)
    }

    /// Puts sealed keys in the place of a file; what was there is the caller's to overwrite. On an error nothing was done.
    pub fn replace(path: &Path, sealed: &SealedRoot) -> Result<Replaced> {
        private_file::replace(path, &sealed.to_text()?)
    }

    /// Overwrites the file; what is left of it is to be removed.
    pub fn blank(path: &Path) -> Result<Blanked> {
        private_file::blank(path)
    }

    /// Overwrites the file and removes it.
    pub fn destroy(path: &Path) -> Result<()> {
        Self::blank(path)?.remove()
    }

    /// Writes keys in clear to a file that is not there yet.
    pub(super) fn create_clear(path: &Path, keys: &RootKeys) -> Result<()> {
        let text: Zeroizing<String> = keys.to_text();
        private_file::write_new(path, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::RootKey;
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
    }

    fn keys() -> RootKeys {
        let first = RootKey::generate().unwrap();
        let second = first.generate_next().unwrap();
        RootKeys::of(first).with(second).unwrap()
    }

    fn sealed_of(text: &str) -> SealedRoot {
        match RootFile::parse(text).unwrap() {
            RootFile::Sealed(sealed) => sealed,
            RootFile::Clear(_) => panic!("in clear"),
        }
    }

    #[test]
    fn opens_under_its_passphrase_and_shows_no_secret() {
        let keys = keys();
        let text = SealedRoot::seal(&keys, &passphrase("horse"), 10_000).unwrap().to_text().unwrap();
        let again = sealed_of(&text);
        assert_eq!(again.names(), keys.names());
        let opened = again.open(&passphrase("horse")).unwrap();
        assert_eq!(*opened.to_text(), *keys.to_text());
        assert_eq!(again.open(&passphrase("hors")).unwrap_err().code(), ErrorCode::KeyUnavailable);
        for key in keys.iter() {
            assert!(!text.contains(&hex::encode(&key.secret()[..4])));
        }
    }

    #[test]
    fn every_field_is_bound() {
        let keys = keys();
        let text = SealedRoot::seal(&keys, &passphrase("horse"), 10_000).unwrap().to_text().unwrap();
        let other_id = RootKey::generate().unwrap().id().to_string();
        let check = keys.active().name().check_value.to_string();
        for (from, to) in [
            (keys.active().id().to_string().as_str(), other_id.as_str()),
            ("\"version\": 2", "\"version\": 3"),
            (&check, "0011223344"),
            ("\"iterations\": 10000", "\"iterations\": 10001"),
        ] {
            let altered = text.replace(from, to);
            assert_ne!(altered, text, "{from}");
            assert!(sealed_of(&altered).open(&passphrase("horse")).is_err(), "{from}");
        }
        for (from, to) in
            [("sealed-1", "sealed-2"), ("SM4-GCM", "SM4-ECB"), ("PBKDF2-HMAC-SM3", "none"), ("\"salt\"", "\"sale\"")]
        {
            assert!(RootFile::parse(&text.replace(from, to)).is_err(), "{from}");
        }
    }

    #[test]
    fn what_is_neither_form_is_refused() {
        for bad in ["", "{", "{}", "[]", "null", "{\"format\":\"guitai-root-key-sealed-1\"}", "guitai-root-key-1"] {
            assert_eq!(RootFile::parse(bad).unwrap_err().code(), ErrorCode::KeyUnavailable, "{bad}");
        }
    }
}

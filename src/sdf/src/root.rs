//! The root keys of an installation, as a device wrapped them.
//!
//! Three SM4 keys that the device made under its key-encryption key (KEK): one encrypts class keys, one authenticates, one derives. None
//! of them has ever been outside a device. What is stored is not secret, but without it everything wrapped is lost: it belongs
//! into every backup. Its text is one line:
//!
//! ```text
//! guitai-device-root-1 <id> <version> <KEK index> <ecb|cbc> <encryption key> <MAC key> <derivation key> <check>
//! ```
//!
//! The last four are hexadecimal. The check is a secret that only these three keys derive, wrapped by them and bound to everything
//! before it on the line, so a device with another KEK, a changed line, or keys in another order are all refused.

use crate::config::KekMode;
use crate::error::{Error, Result};
use crate::scheme::bind;
use std::collections::HashSet;
use std::path::Path;
use uuid::Uuid;

const FORMAT: &str = "guitai-device-root-1";
/// Bytes of a wrapped key, at most.
const LONGEST_KEY: usize = 512;
/// Bytes of the whole file, at most: four keys of a line are 4 100 digits and spaces, everything else on it is less than 100.
const LONGEST_TEXT: u64 = MOST_ROOTS as u64 * 4_200;
/// Roots in one file. Each takes three keys in every session, and devices hold few.
pub const MOST_ROOTS: usize = 4;

/// The root keys in their wrapped form. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    pub id: Uuid,
    pub version: u32,
    /// Index of the KEK in the device.
    pub key_index: u32,
    pub kek_mode: KekMode,
    pub(crate) encryption: Vec<u8>,
    pub(crate) mac: Vec<u8>,
    pub(crate) derivation: Vec<u8>,
    pub(crate) check: Vec<u8>,
}

impl Root {
    /// The text form, one line.
    pub fn to_text(&self) -> String {
        let mode = match self.kek_mode {
            KekMode::Ecb => "ecb",
            KekMode::Cbc => "cbc",
        };
        let keys = [&self.encryption, &self.mac, &self.derivation, &self.check].map(hex::encode).join(" ");
        format!("{FORMAT} {} {} {} {mode} {keys}\n", self.id, self.version, self.key_index)
    }

    /// From the text form.
    ///
    /// # Errors
    /// `Malformed` when it is not that. Whether the keys are right, only a device can say.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || Error::malformed(format!("the root keys are not in the format {FORMAT}"));
        let words: Vec<&str> = text.split_ascii_whitespace().take(10).collect();
        let [FORMAT, id, version, index, mode, keys @ ..] = words.as_slice() else { return Err(malformed()) };
        let [encryption, mac, derivation, check] = keys else { return Err(malformed()) };
        let key = |digits: &str| {
            hex::decode(digits).ok().filter(|key| (16..=LONGEST_KEY).contains(&key.len())).ok_or_else(malformed)
        };
        Ok(Root {
            id: id.parse().map_err(|_| malformed())?,
            version: version.parse().map_err(|_| malformed())?,
            key_index: index.parse().map_err(|_| malformed())?,
            kek_mode: match *mode {
                "ecb" => KekMode::Ecb,
                "cbc" => KekMode::Cbc,
                _ => return Err(malformed()),
            },
            encryption: key(encryption)?,
            mac: key(mac)?,
            derivation: key(derivation)?,
            check: key(check)?,
        })
    }

    /// From a file: a line for each root that is still needed, the last of which wraps. More than one stand there while a root is rotated.
    ///
    /// # Errors
    /// `Malformed` with the path when it cannot be read, has none or too many, one twice, or something else.
    pub fn read_all(path: &Path) -> Result<Vec<Self>> {
        let at = |why: String| Error::malformed(format!("root keys {}: {why}", path.display()));
        let long = std::fs::metadata(path).map_err(|e| at(e.to_string()))?.len();
        if long > LONGEST_TEXT {
            return Err(at("too long to be root keys".to_owned()));
        }
        let text = std::fs::read_to_string(path).map_err(|e| at(e.to_string()))?;
        Self::parse_all(&text).map_err(|e| at(e.detail))
    }

    /// From the text of a file.
    ///
    /// # Errors
    /// As [`Root::read_all`].
    pub fn parse_all(text: &str) -> Result<Vec<Self>> {
        let roots = text.lines().map(Self::parse).collect::<Result<Vec<_>>>()?;
        let named: HashSet<_> = roots.iter().map(Self::name).collect();
        if roots.is_empty() || roots.len() > MOST_ROOTS || named.len() != roots.len() {
            return Err(Error::malformed(format!("1 to {MOST_ROOTS} lines, none of the same id and version")));
        }
        Ok(roots)
    }

    /// The text of a file with these roots, the last of which wraps.
    ///
    /// # Errors
    /// `Malformed` when no broker would read it: what this gives may be put in the place of a file on which everything hangs.
    pub fn file_text(roots: &[Self]) -> Result<String> {
        let text: String = roots.iter().map(Self::to_text).collect();
        if Self::parse_all(&text)? != roots || text.len() as u64 > LONGEST_TEXT {
            return Err(Error::malformed("these root keys cannot be read again from a file"));
        }
        Ok(text)
    }

    /// Id and version.
    pub fn name(&self) -> (Uuid, u32) {
        (self.id, self.version)
    }

    /// What the check is bound to: everything else on the line.
    pub(crate) fn bound(&self) -> Vec<u8> {
        let mode = [match self.kek_mode {
            KekMode::Ecb => 1,
            KekMode::Cbc => 2,
        }];
        let (version, index) = (self.version.to_be_bytes(), self.key_index.to_be_bytes());
        bind("root", &[self.id.as_bytes(), &version, &index, &mode, &self.encryption, &self.mac, &self.derivation])
            .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn root() -> Root {
        Root {
            id: Uuid::from_u128(7),
            version: 3,
            key_index: 2,
            kek_mode: KekMode::Cbc,
            encryption: vec![1; 16],
            mac: vec![2; 48],
            derivation: vec![3; 16],
            check: vec![4; 66],
        }
    }

    #[test]
    fn the_text_round_trips_and_anything_else_is_refused() {
        let text = root().to_text();
        assert_eq!(Root::parse(&text).unwrap(), root());
        assert_eq!(text.lines().count(), 1);
        for bad in ["", "x", &text.replace("root-1", "root-2"), &text.replace("cbc", "ctr"), &format!("{text} 00")] {
            assert!(Root::parse(bad).is_err(), "{bad}");
        }
        assert!(Root::parse(text.rsplit_once(' ').unwrap().0).is_err());
    }

    #[test]
    fn a_file_has_room_for_so_many_roots_and_one_that_no_broker_reads_is_not_made() {
        let longest = vec![0xff; LONGEST_KEY];
        let of_version = |version| Root {
            version,
            key_index: u32::MAX,
            encryption: longest.clone(),
            mac: longest.clone(),
            derivation: longest.clone(),
            check: longest.clone(),
            ..root()
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root");
        // The largest there can be.
        let mut roots: Vec<Root> = (u32::MAX - 3..=u32::MAX).map(of_version).collect();
        assert_eq!(roots.len(), MOST_ROOTS);
        let text = Root::file_text(&roots).unwrap();
        std::fs::write(&file, &text).unwrap();
        assert_eq!(Root::read_all(&file).unwrap(), roots);
        std::fs::write(&file, text.trim_end()).unwrap();
        assert_eq!(Root::read_all(&file).unwrap(), roots, "without the last line's end, as people may leave it");
        roots.push(of_version(1));
        assert!(Root::file_text(&roots).unwrap_err().detail.contains("1 to 4 lines"));
        assert!(Root::file_text(&[root(), root()]).is_err(), "one twice");
        assert!(Root::file_text(&[]).is_err());
        assert!(Root::file_text(&[Root { check: vec![0; LONGEST_KEY + 1], ..root() }]).is_err());
    }

    #[test]
    fn every_field_is_bound() {
        let changed = [
            Root { id: Uuid::from_u128(8), ..root() },
            Root { version: 4, ..root() },
            Root { key_index: 1, ..root() },
            Root { kek_mode: KekMode::Ecb, ..root() },
            Root { encryption: vec![9; 16], ..root() },
            Root { encryption: vec![2; 48], mac: vec![1; 16], ..root() },
            Root { derivation: vec![3; 17], ..root() },
        ];
        for changed in changed {
            assert_ne!(changed.bound(), root().bound(), "{changed:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            prop_assert!(Root::parse(&text).is_err());
        }
    }
}

//! The erasure journal: which data keys were destroyed, kept outside the database and its backups.
//!
//! A backup from before a destruction still has the key. Whoever puts it back starts the program on it, and the program destroys again what the
//! journal says before it serves. The journal holds ids and times, nothing of what was destroyed.
//!
//! ```text
//! guitai-erasure-journal-1
//! 2026-11-21T09:30:00.000000Z 018f2f4e-… 5c1f…   time, data key, HMAC-SM3 over the line before and this one's first two words
//! ```
//!
//! Each line authenticates the ones before it, so a line that was added, changed, left out or moved by anybody without the root key is found, and the
//! program does not start on such a journal. What is cut off at the end cannot be told from what was never written: keep the journal where it can only
//! be appended to (`chattr +a`), and a copy with the audit log's. The program itself only ever appends: what a crash or a full disk left of a line is ended
//! with `#`, and a line that ends so says nothing.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::crypto::MacKey;
use crate::db::ids::DataKeyId;
use crate::db::keys::Destroyed;
use crate::error::{Error, ErrorCode, Result};

/// Its name in the data directory unless the configuration names another place.
pub const JOURNAL_FILE: &str = "erasure-journal";

const HEAD: &str = "guitai-erasure-journal-1";
/// Ends what is left of a line that was not written whole. No tag ends so.
const TORN: char = '#';

/// An open journal. One process writes it.
pub struct Journal {
    path: PathBuf,
    file: File,
    key: MacKey,
    chain: Chain,
    /// Whether what was written last may be there in part.
    in_doubt: bool,
}

/// What the lines say.
#[derive(Default)]
struct Chain {
    has_head: bool,
    /// The tag of the last line, which the next one continues.
    last_tag: Vec<u8>,
    entries: Vec<Destroyed>,
    known: HashSet<DataKeyId>,
}

impl Journal {
    /// Reads the journal, made when it is not there. Blocking. Errors: `DataAltered` naming the line, `StorageUnavailable`.
    pub fn open(path: &Path, key: MacKey) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(|e| storage(path, e))?;
        let mut journal = Self { path: path.to_owned(), file, key, chain: Chain::default(), in_doubt: true };
        journal.settle()?;
        Ok(journal)
    }

    /// What is in it, in the order of writing.
    pub fn entries(&self) -> &[Destroyed] {
        &self.chain.entries
    }

    /// Adds those of these that it does not have yet, durable when this returns. Blocking. Says how many were added.
    pub fn add(&mut self, destroyed: &[Destroyed]) -> Result<usize> {
        if self.in_doubt {
            self.settle()?;
        }
        let missing: Vec<Destroyed> = destroyed.iter().filter(|d| !self.chain.known.contains(&d.id)).copied().collect();
        let (mut text, mut tag) = (String::new(), self.chain.last_tag.clone());
        for entry in &missing {
            let words = words(entry);
            tag = self.key.mac_parts(&[&tag, words.as_bytes()]).to_vec();
            text.push_str(&format!("{words} {}\n", hex::encode(&tag)));
        }
        if !text.is_empty() {
            self.write(&text)?;
            self.chain.last_tag = tag;
            missing.iter().for_each(|entry| self.chain.push(*entry));
        }
        Ok(missing.len())
    }

    /// Takes in what is in the file, and ends a line that a crash or a full disk has left unfinished.
    fn settle(&mut self) -> Result<()> {
        let text = fs::read_to_string(&self.path).map_err(|e| storage(&self.path, e))?;
        let (lines, torn) = text.split_at_checked(text.rfind('\n').map_or(0, |end| end + 1)).unwrap_or(("", ""));
        self.chain = Chain::parse(lines, &self.key).map_err(|e| e.context(self.path.display().to_string()))?;
        if !torn.is_empty() {
            self.write(&format!("{TORN}\n"))?;
        }
        if !self.chain.has_head {
            self.write(&format!("{HEAD}\n"))?;
            self.chain.has_head = true;
        }
        self.in_doubt = false;
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        self.in_doubt |= written.is_err();
        written.map_err(|e| storage(&self.path, e))
    }
}

fn words(entry: &Destroyed) -> String {
    format!("{} {}", entry.at.to_rfc3339_opts(SecondsFormat::Micros, true), entry.id)
}

impl Chain {
    /// Of whole lines.
    fn parse(lines: &str, key: &MacKey) -> Result<Self> {
        let mut chain = Self::default();
        for (at, line) in lines.split_terminator('\n').enumerate() {
            if line.ends_with(TORN) {
                continue;
            }
            let altered = || ErrorCode::DataAltered.because(format!("line {} of the erasure journal", at + 1));
            if !chain.has_head {
                if line != HEAD {
                    return Err(altered());
                }
                chain.has_head = true;
                continue;
            }
            let (said, written) = line.rsplit_once(' ').ok_or_else(altered)?;
            let written = hex::decode(written).map_err(|_| altered())?;
            let mut checked = chain.last_tag;
            checked.extend_from_slice(said.as_bytes());
            if !key.verify(&checked, &written) {
                return Err(altered());
            }
            chain.last_tag = written;
            let (time, id) = said.split_once(' ').ok_or_else(altered)?;
            let at = DateTime::parse_from_rfc3339(time).map_err(|_| altered())?.with_timezone(&Utc);
            chain.push(Destroyed { id: id.parse().map_err(|_| altered())?, at });
        }
        Ok(chain)
    }

    fn push(&mut self, entry: Destroyed) {
        self.known.insert(entry.id);
        self.entries.push(entry);
    }
}

fn storage(path: &Path, e: std::io::Error) -> Error {
    ErrorCode::StorageUnavailable.caused_by(e).context(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Keyring, RootKey};

    fn key() -> MacKey {
        Keyring::from_root(RootKey::generate().unwrap()).mac_key("erasure-journal")
    }

    fn destroyed(second: i64) -> Destroyed {
        Destroyed { id: DataKeyId::fresh(), at: DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap() }
    }

    #[test]
    fn entries_outlive_the_process_and_are_written_once() {
        let (folder, key) = (tempfile::tempdir().unwrap(), key());
        let path = folder.path().join(JOURNAL_FILE);
        let some: Vec<Destroyed> = (0..3).map(destroyed).collect();
        let mut journal = Journal::open(&path, key.clone()).unwrap();
        assert_eq!(journal.add(&some[..2]).unwrap(), 2);
        assert_eq!(journal.add(&some).unwrap(), 1);
        drop(journal);
        let mut again = Journal::open(&path, key).unwrap();
        assert_eq!(again.entries(), some);
        assert_eq!(again.add(&some).unwrap(), 0);
        assert_eq!(again.add(&[destroyed(9)]).unwrap(), 1);
    }

    #[test]
    fn a_torn_last_line_says_nothing_and_is_written_again() {
        let (folder, key) = (tempfile::tempdir().unwrap(), key());
        let path = folder.path().join(JOURNAL_FILE);
        let (one, two) = (destroyed(1), destroyed(2));
        Journal::open(&path, key.clone()).unwrap().add(&[one, two]).unwrap();
        let whole = fs::read(&path).unwrap();
        // Two lines of entries, whose lengths are the same, and the head.
        let entry = (whole.len() - HEAD.len() - 1) / 2;
        for cut in 1..whole.len() {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let mut journal = Journal::open(&path, key.clone()).unwrap();
            let left = [one, two].len() - cut.div_ceil(entry).min(2);
            assert_eq!(journal.entries(), &[one, two][..left], "cut {cut}");
            journal.add(&[one, two]).unwrap();
            // Never cut by us, since the file may be such that it only grows.
            assert!(fs::read(&path).unwrap().starts_with(&whole[..whole.len() - cut]));
            assert_eq!(Journal::open(&path, key.clone()).unwrap().entries(), [one, two]);
        }
    }

    #[test]
    fn after_a_write_that_failed_in_the_middle_the_journal_goes_on() {
        let (folder, key) = (tempfile::tempdir().unwrap(), key());
        let path = folder.path().join(JOURNAL_FILE);
        let some: Vec<Destroyed> = (0..4).map(destroyed).collect();
        let mut journal = Journal::open(&path, key.clone()).unwrap();
        journal.add(&some[..1]).unwrap();
        // As a full disk leaves it: a line and a half of three, and the error that says so.
        let before = fs::read(&path).unwrap();
        journal.add(&some).unwrap();
        let after = fs::read(&path).unwrap();
        let line = (after.len() - before.len()) / 3;
        fs::write(&path, &after[..before.len() + line + line / 2]).unwrap();
        journal.in_doubt = true;
        assert_eq!(journal.add(&some).unwrap(), 2);
        assert_eq!(journal.entries(), some);
        assert_eq!(Journal::open(&path, key).unwrap().entries(), some);
    }

    #[test]
    fn every_change_is_found() {
        let (folder, key) = (tempfile::tempdir().unwrap(), key());
        let path = folder.path().join(JOURNAL_FILE);
        Journal::open(&path, key.clone()).unwrap().add(&[destroyed(1), destroyed(2), destroyed(3)]).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let other = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let mut changed = vec![
            other(&[lines[0], lines[2], lines[3]]),
            other(&[lines[0], lines[2], lines[1], lines[3]]),
            other(&[lines[0], lines[1], lines[1], lines[2]]),
            whole.replace(HEAD, "guitai-erasure-journal-2"),
        ];
        for at in 0..whole.len() - 1 {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            changed.push(String::from_utf8(bytes).unwrap());
        }
        for text in changed {
            fs::write(&path, text).unwrap();
            assert_eq!(Journal::open(&path, key.clone()).err().unwrap().code(), ErrorCode::DataAltered);
        }
        fs::write(&path, &whole).unwrap();
        assert!(Journal::open(&path, self::key()).is_err(), "of another installation");
    }
}

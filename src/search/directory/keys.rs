//! The keys of an index folder: one for each segment, one for the files that belong to no segment.
//!
//! They lie in one small sealed file, the list, which is the only file under the index's own data key (the data key of the time, for it is
//! changed when something was destroyed). Its name is `keys-` and the id of that data key, so the lists of two data keys never
//! meet, and the file in which the caller notes the current data key decides which of them counts.
//!
//! The segments' keys are part keys of the data key, wrapped under it. Changing the data key is wrapping those that remain under the next one and writing the
//! list again: what copies of old files and old lists there are, nothing opens them once the old data key is destroyed.
//!
//! Form, in clear: `key <segment> <wrapped>` on a line for each segment; the segment 0 stands for the files that belong to none.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::form::{Identity, altered};
use super::memory::Memory;
use super::reader::SealedFile;
use super::writer::SealingWriter;
use crate::crypto::DataKey;
use crate::error::Error;

const LIST: &str = "keys-";
const KEY_LINE: &str = "key";

/// Which keys a file may need: that of its segment, or that of the folder.
pub(super) fn segment_of(name: &str) -> Uuid {
    // tantivy names a segment's files by the segment's id without hyphens, then a full stop.
    name.split_once('.').and_then(|(id, _)| Uuid::try_parse(id).ok()).unwrap_or_default()
}

/// The keys of the folder, as they are on the disk.
pub(super) struct FolderKeys {
    folder: PathBuf,
    /// The data key around the list.
    epoch: Arc<DataKey>,
    keys: BTreeMap<Uuid, Key>,
}

/// The segments' keys as the list has them.
type WrappedKeys = Vec<(Uuid, Vec<u8>)>;

#[derive(Clone)]
struct Key {
    wrapped: Vec<u8>,
    key: DataKey,
}

impl FolderKeys {
    /// No keys yet, under a data key. Nothing is on the disk before the first is made.
    pub fn new(folder: &Path, epoch: Arc<DataKey>) -> io::Result<Self> {
        Ok(FolderKeys { folder: folder.to_owned(), epoch, keys: BTreeMap::new() })
    }

    /// The keys in the list under a data key. Errors: `NotFound` when there is none, `InvalidData` when it does not open.
    pub fn read(folder: &Path, epoch: Arc<DataKey>) -> io::Result<Self> {
        let outside_of_any_budget = Arc::new(Memory::new(0));
        let file = SealedFile::open(folder, &list_name(epoch.id()), epoch.as_ref().clone(), &outside_of_any_budget)?;
        let text = Zeroizing::new(file.read_all()?);
        let text = std::str::from_utf8(&text).map_err(|_| altered("the list of keys is no text"))?;
        let keys = parse(text).ok_or_else(|| altered("the list of keys is in no known form"))?;
        let keys = keys.into_iter().map(|(segment, wrapped)| {
            let key = epoch.unwrap_part_key(segment, &wrapped).map_err(invalid)?;
            Ok((segment, Key { wrapped, key }))
        });
        let keys = keys.collect::<io::Result<_>>()?;
        Ok(FolderKeys { folder: folder.to_owned(), epoch, keys })
    }

    /// The data key around the list.
    pub fn epoch(&self) -> Arc<DataKey> {
        Arc::clone(&self.epoch)
    }

    /// The name of the list.
    pub fn name(&self) -> String {
        list_name(self.epoch.id())
    }

    /// The key that opens a file. Errors: `InvalidData` when it is gone.
    pub fn for_opening(&self, name: &str) -> io::Result<DataKey> {
        let known = self.keys.get(&segment_of(name)).map(|known| known.key.clone());
        known.ok_or_else(|| altered("the key of the segment is gone"))
    }

    /// The key that seals a file; made, and put on the disk, when the segment has none yet.
    pub fn for_sealing(&mut self, name: &str) -> io::Result<DataKey> {
        let segment = segment_of(name);
        if let Some(known) = self.keys.get(&segment) {
            return Ok(known.key.clone());
        }
        let (key, wrapped) = self.epoch.generate_part_key(segment).map_err(io::Error::other)?;
        self.keys.insert(segment, Key { wrapped, key: key.clone() });
        // A file under a key that is not on the disk could never be opened again.
        self.save().inspect_err(|_| drop(self.keys.remove(&segment)))?;
        Ok(key)
    }

    /// Drops the keys of all other segments.
    pub fn keep_only(&mut self, segments: &HashSet<Uuid>) -> io::Result<()> {
        let before = self.keys.len();
        self.keys.retain(|segment, _| segment.is_nil() || segments.contains(segment));
        if self.keys.len() == before { Ok(()) } else { self.save() }
    }

    /// The same keys, of these segments alone, under another data key. Not on the disk before [`FolderKeys::save`].
    pub fn under(&self, epoch: Arc<DataKey>, segments: &HashSet<Uuid>) -> io::Result<Self> {
        let mut keys = BTreeMap::new();
        for (segment, Key { wrapped, key }) in &self.keys {
            if segment.is_nil() || segments.contains(segment) {
                let wrapped = self.epoch.rewrap_part_key(*segment, wrapped, &epoch).map_err(io::Error::other)?;
                keys.insert(*segment, Key { wrapped, key: key.clone() });
            }
        }
        Ok(FolderKeys { folder: self.folder.clone(), epoch, keys })
    }

    /// Writes the list, whole or not at all.
    pub fn save(&self) -> io::Result<()> {
        let mut text = String::new();
        let mut written = Ok(());
        for (segment, key) in &self.keys {
            written = written.and_then(|()| writeln!(text, "{KEY_LINE} {segment} {}", hex::encode(&key.wrapped)));
        }
        written.map_err(io::Error::other)?;
        let identity = Identity::new(&self.name(), self.epoch.as_ref().clone());
        let mut writer = SealingWriter::create(&self.folder, identity)?;
        writer.write_all(text.as_bytes())?;
        writer.finish()?;
        File::open(&self.folder)?.sync_all()
    }

    /// Removes the lists under all other data keys.
    pub fn remove_other_lists(&self) -> io::Result<()> {
        let mine = self.name();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(LIST) && name != mine) {
                fs::remove_file(entry.path())?;
            }
        }
        File::open(&self.folder)?.sync_all()
    }

    /// Removes this list.
    pub fn remove(&self) -> io::Result<()> {
        fs::remove_file(self.folder.join(self.name()))
    }
}

fn list_name(data_key: Uuid) -> String {
    format!("{LIST}{}", data_key.simple())
}

/// The tag has vouched for the text, so what cannot be read was written by another version of the program.
fn parse(text: &str) -> Option<WrappedKeys> {
    let keys = text.lines().map(|line| {
        let mut words = line.split(' ');
        match (words.next(), words.next(), words.next()) {
            (Some(KEY_LINE), Some(segment), Some(wrapped)) => Some((segment.parse().ok()?, hex::decode(wrapped).ok()?)),
            _ => None,
        }
    });
    keys.collect()
}

fn invalid(e: Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, e)
}

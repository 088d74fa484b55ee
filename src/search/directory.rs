//! A tantivy directory whose files are sealed.
//!
//! **Form of a file.** `"GTSX" | form 0x01 | file id (16 random bytes) | sealed chunk+`. Every chunk but the last seals exactly
//! [`CHUNK`] bytes, the last one what remains, be it nothing. The associated data of a chunk binds the file's name, its id, the chunk's number and whether it is the last: chunks cannot be moved, repeated, left out, cut off or mixed
//! between two versions of a file without being noticed. What is not covered: putting a whole older folder back. The index is a copy of what
//! PostgreSQL holds and carries the event position it has reached, so an old one merely catches up.
//!
//! **In memory.** tantivy asks for one contiguous slice per file and keeps it, so a file is opened once, as a whole, into anonymous memory,
//! and all readers share that copy while one of them lives.
//!
//! **On disk** there is never a byte in clear. Files are written under a `.part` name, flushed to the disk and renamed; names are tantivy's
//! own (random segment numbers), sizes are visible. Locks are advisory locks of the operating system on empty files, so
//! a killed process leaves none behind.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite, WatchCallback,
    WatchCallbackList, WatchHandle, WritePtr,
};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use crate::crypto::envelope::OVERHEAD;
use crate::crypto::{Aad, DataKey};
use crate::error::ErrorCode;

/// Bytes of clear text in each chunk but the last.
const CHUNK: usize = 64 * 1024;
/// Its size on the disk.
const SEALED_CHUNK: usize = CHUNK + OVERHEAD;
const MAGIC: &[u8; 4] = b"GTSX";
const FORM: u8 = 1;
const HEAD: usize = MAGIC.len() + 1 + 16;
const PART: &str = ".part";

/// A folder of sealed index files under one data key. Clones are the same directory.
#[derive(Clone)]
pub struct SealedDirectory {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    key: Arc<DataKey>,
    /// Opened files that some reader still holds, by name.
    opened: Mutex<HashMap<String, Weak<[u8]>>>,
    watchers: WatchCallbackList,
}

impl SealedDirectory {
    /// The directory in `root`, which is created (readable by the owner alone) if it is not there.
    pub fn open(root: &Path, key: Arc<DataKey>) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root)?;
        let shared =
            Shared { root: root.to_owned(), key, opened: Mutex::default(), watchers: WatchCallbackList::default() };
        Ok(SealedDirectory { shared: Arc::new(shared) })
    }

    /// Bytes of opened files held in memory at the moment.
    pub fn resident_bytes(&self) -> usize {
        self.opened().values().filter_map(Weak::upgrade).map(|bytes| bytes.len()).sum()
    }

    /// Removes what a process left half written. Only the holder of the writer's lock may call this.
    pub(super) fn remove_parts(&self) -> io::Result<()> {
        self.remove_where(|name| name.ends_with(PART))
    }

    /// Removes every file of the index. Only the holder of the writer's lock may call this.
    pub(super) fn wipe(&self) -> io::Result<()> {
        self.opened().clear();
        // The lock files stay: a lock on a file that has been unlinked would no longer keep anybody out.
        self.remove_where(|name| !name.ends_with(".lock"))
    }

    fn remove_where(&self, unwanted: impl Fn(&str) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(&self.shared.root)? {
            let entry = entry?;
            if entry.file_type()?.is_file() && entry.file_name().to_str().is_none_or(&unwanted) {
                fs::remove_file(entry.path())?;
            }
        }
        self.sync_directory()
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<String, Weak<[u8]>>> {
        // A panic cannot leave the map half changed: every change is one call.
        self.shared.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_disk(&self, name: &str) -> PathBuf {
        self.shared.root.join(name)
    }

    /// Reads and opens one whole file.
    fn read(&self, name: &str) -> io::Result<Arc<[u8]>> {
        let file = File::open(self.on_disk(name))?;
        let length = usize::try_from(file.metadata()?.len()).map_err(|_| altered("the file is too large"))?;
        let mut reader = BufReader::with_capacity(SEALED_CHUNK, file);
        let id = read_head(&mut reader)?;
        let sealed = length.checked_sub(HEAD).ok_or_else(|| altered("the header is cut off"))?;
        let chunks = sealed.div_ceil(SEALED_CHUNK);
        let clear = sealed.checked_sub(chunks * OVERHEAD).ok_or_else(|| altered("a chunk is cut off"))?;
        if chunks == 0 {
            return Err(altered("the last chunk is missing"));
        }
        // Opened straight into its place: the clear text is in memory once.
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, clear).collect();
        let mut room = Arc::get_mut(&mut bytes).unwrap_or_default();
        for number in 0..chunks {
            let last = number + 1 == chunks;
            let size = if last { sealed - number * SEALED_CHUNK } else { SEALED_CHUNK };
            let mut chunk = vec![0; size];
            reader.read_exact(&mut chunk)?;
            let opened = unseal(&self.shared.key, name, id, number, last, &chunk)?;
            let (place, rest) =
                room.split_at_mut_checked(opened.len()).ok_or_else(|| altered("a chunk has another size"))?;
            place.copy_from_slice(&opened);
            room = rest;
        }
        Ok(bytes)
    }

    /// The opened bytes of a file, shared with whoever has it open already.
    fn bytes(&self, name: &str) -> io::Result<Arc<[u8]>> {
        if let Some(bytes) = self.opened().get(name).and_then(Weak::upgrade) {
            return Ok(bytes);
        }
        // Opened outside the lock: two readers may do the work twice, none waits for another file.
        let bytes = self.read(name)?;
        let mut opened = self.opened();
        opened.retain(|_, held| held.strong_count() > 0);
        opened.insert(name.to_owned(), Arc::downgrade(&bytes));
        Ok(bytes)
    }

    fn create(&self, name: &str) -> io::Result<SealingWriter> {
        let part = self.on_disk(&format!("{name}{PART}"));
        let mut file = OpenOptions::new().write(true).create_new(true).open(&part)?;
        let id = Uuid::new_v4();
        file.write_all(MAGIC)?;
        file.write_all(&[FORM])?;
        file.write_all(id.as_bytes())?;
        Ok(SealingWriter {
            directory: self.clone(),
            name: name.to_owned(),
            file: BufWriter::with_capacity(SEALED_CHUNK, file),
            id,
            pending: Zeroizing::new(Vec::with_capacity(CHUNK)),
            number: 0,
            finished: false,
        })
    }
}

impl std::fmt::Debug for SealedDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedDirectory({})", self.shared.root.display())
    }
}

/// The one path component tantivy may use. Anything that could leave the folder, or a name that might carry meaning, is refused.
fn file_name(path: &Path) -> io::Result<&str> {
    let mut components = path.components();
    let name = match (components.next(), components.next()) {
        (Some(Component::Normal(name)), None) => name.to_str(),
        _ => None,
    };
    name.filter(|n| n.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a name an index file may have"))
}

/// The file's id, after the marks of the form.
fn read_head(reader: &mut impl Read) -> io::Result<Uuid> {
    let mut head = [0; HEAD];
    reader.read_exact(&mut head)?;
    let (magic, rest) = head.split_at(MAGIC.len());
    match rest.split_first() {
        Some((&FORM, id)) if magic == MAGIC => Uuid::from_slice(id).map_err(|_| altered("the header is cut off")),
        _ => Err(altered("this is not a sealed index file of a known form")),
    }
}

fn altered(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, ErrorCode::DataAltered.because(what))
}

/// What a chunk is bound to besides its content.
fn binding(name: &str, number: usize, last: bool) -> String {
    format!("{name}#{number}{}", if last { ".last" } else { "" })
}

fn seal(key: &DataKey, name: &str, id: Uuid, number: usize, last: bool, plain: &[u8]) -> io::Result<Vec<u8>> {
    let column = binding(name, number, last);
    key.seal(&Aad { table: "search_index", column: &column, row: id }, plain).map_err(io::Error::other)
}

fn unseal(
    key: &DataKey,
    name: &str,
    id: Uuid,
    number: usize,
    last: bool,
    sealed: &[u8],
) -> io::Result<Zeroizing<Vec<u8>>> {
    let column = binding(name, number, last);
    key.open(&Aad { table: "search_index", column: &column, row: id }, sealed)
        .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
}

/// Seals what tantivy writes, chunk by chunk. The file takes its name when it is complete and on the disk.
struct SealingWriter {
    directory: SealedDirectory,
    name: String,
    file: BufWriter<File>,
    id: Uuid,
    /// Clear text that is not sealed yet: a full chunk waits until it is known whether it is the last.
    pending: Zeroizing<Vec<u8>>,
    number: usize,
    finished: bool,
}

impl SealingWriter {
    fn seal_pending(&mut self, last: bool) -> io::Result<()> {
        let sealed = seal(&self.directory.shared.key, &self.name, self.id, self.number, last, &self.pending)?;
        self.file.write_all(&sealed)?;
        self.pending.zeroize();
        self.number += 1;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.seal_pending(true)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        let part = self.directory.on_disk(&format!("{}{PART}", self.name));
        fs::rename(part, self.directory.on_disk(&self.name))?;
        // An older version that a reader still holds stays valid for that reader; whoever opens the file next reads the disk.
        self.directory.opened().remove(&self.name);
        self.finished = true;
        Ok(())
    }
}

impl Write for SealingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.len() == CHUNK && !bytes.is_empty() {
            self.seal_pending(false)?;
        }
        let (now, _) = bytes.split_at(bytes.len().min(CHUNK - self.pending.len()));
        self.pending.extend_from_slice(now);
        Ok(now.len())
    }

    /// Nothing to do: a chunk can only be sealed when it is full, and the file does not exist before it is finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for SealingWriter {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.finish()
    }
}

impl Drop for SealingWriter {
    fn drop(&mut self) {
        if !self.finished {
            let part = self.directory.on_disk(&format!("{}{PART}", self.name));
            // Should this fail, the next start removes it; it holds ciphertext only.
            drop(fs::remove_file(part));
        }
    }
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let bytes = file_name(path).and_then(|name| self.bytes(name)).map_err(|e| open_read_error(e, path))?;
        Ok(Arc::new(OwnedBytes::new(bytes)))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let removed = file_name(path).and_then(|name| {
            self.opened().remove(name);
            fs::remove_file(self.on_disk(name))
        });
        removed.map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => DeleteError::FileDoesNotExist(path.to_owned()),
            _ => DeleteError::IoError { io_error: Arc::new(e), filepath: path.to_owned() },
        })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        file_name(path).and_then(|name| self.on_disk(name).try_exists()).map_err(|e| open_read_error(e, path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let created = file_name(path).and_then(|name| {
            if self.on_disk(name).try_exists()? {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            self.create(name)
        });
        match created {
            Ok(writer) => Ok(BufWriter::new(Box::new(writer))),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                Err(OpenWriteError::FileAlreadyExists(path.to_owned()))
            }
            Err(e) => Err(OpenWriteError::wrap_io_error(e, path.to_owned())),
        }
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let bytes = file_name(path).and_then(|name| self.read(name)).map_err(|e| open_read_error(e, path))?;
        Ok(bytes.to_vec())
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut writer = self.create(file_name(path)?)?;
        writer.write_all(data)?;
        writer.finish()?;
        self.sync_directory()?;
        if path == Path::new("meta.json") {
            // The callbacks run on a thread of their own; nobody here waits for them.
            drop(self.shared.watchers.broadcast());
        }
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.shared.root)?.sync_all()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        let open = || {
            let path = self.on_disk(file_name(&lock.filepath)?);
            OpenOptions::new().write(true).create(true).truncate(false).open(path)
        };
        let file = open().map_err(LockError::wrap_io_error)?;
        if lock.is_blocking {
            file.lock().map_err(LockError::wrap_io_error)?;
        } else {
            file.try_lock().map_err(|e| match e {
                TryLockError::WouldBlock => LockError::LockBusy,
                TryLockError::Error(e) => LockError::wrap_io_error(e),
            })?;
        }
        // The lock goes when the file is closed, at the latest when the process ends.
        Ok(DirectoryLock::from(Box::new(file)))
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(self.shared.watchers.subscribe(callback))
    }
}

fn open_read_error(e: io::Error, path: &Path) -> OpenReadError {
    match e.kind() {
        io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_owned()),
        _ => OpenReadError::wrap_io_error(e, path.to_owned()),
    }
}

//! A tantivy directory whose files are sealed.
//!
//! **On disk** there is never a byte in clear, and each segment has a key of its own ([`keys`]); [`form`] says what a file looks like. Files are written under a
//! `.part` name, flushed to the disk and renamed; names are tantivy's own (random segment numbers), sizes are visible. What is not covered:
//! putting a whole older folder back. The index is a copy of what PostgreSQL holds and carries the event position it has reached, so an old
//! one merely catches up.
//!
//! **In memory** lies what fits into a budget ([`memory`]): tantivy asks for contiguous slices, which files in memory lend without copying. From the
//! other files just the chunks are opened that a read asks for ([`reader`]).
//!
//! Locks are advisory locks of the operating system on empty files, so a killed process leaves none behind.

mod form;
mod keys;
mod memory;
mod reader;
mod writer;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, TerminatingWrite, WatchCallback, WatchCallbackList,
    WatchHandle, WritePtr,
};
use uuid::Uuid;

use self::form::Identity;
use self::keys::{FolderKeys, segment_of};
use self::memory::Memory;
pub use self::memory::MemoryFigures;
use self::reader::SealedFile;
use self::writer::{PART, SealingWriter};
use crate::crypto::DataKey;
use crate::error::{Error, ErrorCode};

/// What the files look like from outside.
pub const FILE_FORM: crate::crypto::file_form::FileForm = form::FILE_FORM;

/// How much of an index lies in memory unless somebody says otherwise, in bytes.
pub const DEFAULT_MEMORY_BYTES: usize = 1 << 30;

/// A folder of sealed index files under one data key. Clones are the same directory.
#[derive(Clone)]
pub struct SealedDirectory {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    /// The keys of the files, read when the first is needed.
    keys: Mutex<Keys>,
    /// Files that readers have asked for, by name, until they are deleted.
    opened: Mutex<HashMap<String, Arc<SealedFile>>>,
    memory: Arc<Memory>,
    /// Files were deleted, and the keys of their segments are still in the list.
    deleted: AtomicBool,
    watchers: WatchCallbackList,
}

enum Keys {
    OnDisk(Arc<DataKey>),
    Read(Box<FolderKeys>),
}

impl SealedDirectory {
    /// The directory in `root`, which is created (readable by the owner alone) if it is not there. At most [`DEFAULT_MEMORY_BYTES`] of it are kept in memory.
    pub fn open(root: &Path, key: Arc<DataKey>) -> io::Result<Self> {
        Self::within(root, key, DEFAULT_MEMORY_BYTES)
    }

    /// As [`SealedDirectory::open`], keeping at most `memory_bytes` of opened files in memory besides what readers hold.
    pub fn within(root: &Path, key: Arc<DataKey>, memory_bytes: usize) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root)?;
        let shared = Shared {
            root: root.to_owned(),
            keys: Mutex::new(Keys::OnDisk(key)),
            opened: Mutex::default(),
            memory: Arc::new(Memory::new(memory_bytes)),
            deleted: AtomicBool::new(false),
            watchers: WatchCallbackList::default(),
        };
        Ok(SealedDirectory { shared: Arc::new(shared) })
    }

    /// Bytes of opened files held in memory at the moment.
    pub fn resident_bytes(&self) -> usize {
        self.memory().resident_bytes
    }

    /// What the opened files take, and how often they were there.
    pub fn memory(&self) -> MemoryFigures {
        self.shared.memory.figures()
    }

    /// Removes what a process left behind that was killed: half-written files, lists of keys under other data keys, keys of segments that
    /// are gone. Only the holder of the writer's lock may call this. Errors: `InvalidData` when the list of keys does not open.
    pub(super) fn tidy(&self) -> io::Result<()> {
        self.remove_where(|name| name.ends_with(PART))?;
        self.with_keys(|keys| {
            if !self.on_disk(&keys.name()).try_exists()? {
                // There is nothing that could be opened, so nothing here is known to be of no use.
                return Ok(());
            }
            keys.remove_other_lists()?;
            if let Err(e) = keys.keep_only(&self.segments()?) {
                // That can wait: while the provider of the root key is away nothing is sealed, and the index is to open all the same.
                tracing::warn!(error = %e, "keys of segments that are gone are still in the list of the search index");
            }
            Ok(())
        })
    }

    /// Removes every file of the index, and forgets every key. Only the holder of the writer's lock may call this.
    pub(super) fn wipe(&self) -> io::Result<()> {
        self.opened().drain().for_each(|(_, file)| file.leave());
        // The lock files stay: a lock on a file that has been unlinked would no longer keep anybody out.
        self.remove_where(|name| !name.ends_with(".lock"))?;
        let mut keys = self.keys();
        let epoch = match &*keys {
            Keys::OnDisk(epoch) => Arc::clone(epoch),
            Keys::Read(known) => known.epoch(),
        };
        *keys = Keys::Read(Box::new(FolderKeys::new(&self.shared.root, epoch)?));
        Ok(())
    }

    /// Opens every chunk of a file. What fits into memory stays there; a file that is not there is none of this function's business.
    pub(super) fn verify(&self, path: &Path) -> io::Result<()> {
        match file_name(path).and_then(|name| self.file(name)) {
            Ok(file) => file.verify(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Puts the keys of these segments, and of no others, under another data key. `switch` notes for the next start that `next` is the data key
    /// now; until it has returned well the folder can be opened with the old one, afterwards with `next`. Nothing may be written meanwhile.
    pub(super) fn change_key(
        &self,
        next: Arc<DataKey>,
        segments: &HashSet<Uuid>,
        switch: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let internal = |e: io::Error| ErrorCode::Internal.caused_by(e);
        self.with_keys(|keys| {
            if keys.epoch().id() == next.id() {
                return Ok(Err(ErrorCode::InvalidParameter.because("the index is under this data key already")));
            }
            let moved = keys.under(next, segments)?;
            moved.save()?;
            if let Err(e) = switch() {
                moved.remove()?;
                return Ok(Err(e));
            }
            *keys = moved;
            if let Err(e) = keys.remove_other_lists() {
                // The next start tries again. Nobody can open it once its data key is destroyed.
                tracing::warn!(error = %e, "an old list of keys of the search index could not be removed");
            }
            Ok(Ok(()))
        })
        .map_err(internal)?
    }

    fn remove_where(&self, unwanted: impl Fn(&str) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(&self.shared.root)? {
            let entry = entry?;
            if entry.file_type()?.is_file() && entry.file_name().to_str().is_none_or(&unwanted) {
                fs::remove_file(entry.path())?;
            }
        }
        self.sync_root()
    }

    /// The segments that have files in the folder, whole or half written.
    fn segments(&self) -> io::Result<HashSet<Uuid>> {
        let mut segments = HashSet::new();
        for entry in fs::read_dir(&self.shared.root)? {
            segments.extend(entry?.file_name().to_str().map(segment_of));
        }
        Ok(segments)
    }

    fn sync_root(&self) -> io::Result<()> {
        File::open(&self.shared.root)?.sync_all()
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<String, Arc<SealedFile>>> {
        // A panic cannot leave the map half changed: every change is one call.
        self.shared.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.shared.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys, read from the disk if they were not yet; none where there is no list.
    fn with_keys<T>(&self, work: impl FnOnce(&mut FolderKeys) -> io::Result<T>) -> io::Result<T> {
        let mut keys = self.keys();
        if let Keys::OnDisk(epoch) = &*keys {
            let read = match FolderKeys::read(&self.shared.root, Arc::clone(epoch)) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => FolderKeys::new(&self.shared.root, Arc::clone(epoch)),
                read => read,
            };
            *keys = Keys::Read(Box::new(read?));
        }
        match &mut *keys {
            Keys::Read(keys) => work(keys),
            Keys::OnDisk(_) => Err(io::Error::other("the keys are not read")),
        }
    }

    fn on_disk(&self, name: &str) -> PathBuf {
        self.shared.root.join(name)
    }

    /// Opens a file, for its own reader alone.
    fn open_file(&self, name: &str) -> io::Result<SealedFile> {
        if !self.on_disk(name).try_exists()? {
            return Err(io::ErrorKind::NotFound.into());
        }
        let key = self.with_keys(|keys| keys.for_opening(name))?;
        SealedFile::open(&self.shared.root, name, key, &self.shared.memory)
    }

    /// A file that all its readers share.
    fn file(&self, name: &str) -> io::Result<Arc<SealedFile>> {
        if let Some(file) = self.opened().get(name) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(self.open_file(name)?);
        // Two readers may have opened it: the first to come back is the one that is kept.
        let shared = Arc::clone(self.opened().entry(name.to_owned()).or_insert_with(|| Arc::clone(&file)));
        if Arc::ptr_eq(&shared, &file) {
            self.shared.memory.register(&file);
        }
        Ok(shared)
    }

    fn create(&self, name: &str) -> io::Result<SealingWriter> {
        // The key and the file come as one, so that no key is dropped because its first file is not there yet.
        self.with_keys(|keys| {
            let key = keys.for_sealing(name)?;
            SealingWriter::create(&self.shared.root, Identity::new(name, key))
        })
    }

    /// Drops the keys of segments that have no file any more.
    fn drop_keys(&self) -> io::Result<()> {
        if !self.shared.deleted.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        self.with_keys(|keys| keys.keep_only(&self.segments()?))
    }
}

impl AsRef<SealedDirectory> for SealedDirectory {
    fn as_ref(&self) -> &SealedDirectory {
        self
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

impl TerminatingWrite for SealingWriter {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.finish()
    }
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let file = file_name(path).and_then(|name| self.file(name)).map_err(|e| open_read_error(e, path))?;
        Ok(file)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let removed = file_name(path).and_then(|name| {
            let opened = self.opened().remove(name);
            if let Some(file) = opened {
                file.leave();
            }
            self.shared.deleted.store(true, Ordering::Release);
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
        let file = file_name(path).and_then(|name| self.open_file(name));
        file.and_then(|file| file.read_all()).map_err(|e| open_read_error(e, path))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let name = file_name(path)?;
        let mut writer = self.create(name)?;
        writer.write_all(data)?;
        writer.finish()?;
        self.sync_root()?;
        // An older version that a reader still holds stays valid for that reader; whoever opens the file next reads the disk.
        let older = self.opened().remove(name);
        if let Some(older) = older {
            older.leave();
        }
        if path == Path::new("meta.json") {
            // The callbacks run on a thread of their own; nobody here waits for them.
            drop(self.shared.watchers.broadcast());
        }
        Ok(())
    }

    /// tantivy calls this after it has deleted files, among others.
    fn sync_directory(&self) -> io::Result<()> {
        self.sync_root()?;
        self.drop_keys()
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

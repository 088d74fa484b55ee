//! Reading a sealed file: out of memory where it lies there, otherwise by opening just the chunks that are asked for.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

use super::form::{Extent, Identity, altered};
use super::memory::{Memory, wipe};
use crate::crypto::DataKey;

/// An open file. It can be read to its end even when its name is gone from the folder.
pub(super) struct SealedFile {
    identity: Identity,
    extent: Extent,
    file: File,
    memory: Arc<Memory>,
    /// Its number in the memory's books.
    serial: u64,
    whole: Mutex<Option<Whole>>,
    /// Held by whoever brings the file into memory, so that two do not do it twice.
    loading: Mutex<()>,
    /// Bytes that readers asked for, fading with time.
    asked: AtomicU64,
    /// Bytes that were opened for readers since the file was last in memory.
    opened: AtomicUsize,
    /// No longer part of the index: nothing of it is kept any more.
    gone: AtomicBool,
}

/// The clear text of the file in one buffer.
struct Whole {
    bytes: Arc<[u8]>,
    /// What readers get slices of. While it is set aside, the count of `bytes` says whether any reader has one.
    lent: OwnedBytes,
}

impl SealedFile {
    /// Opens a file, and reads no more of it than its head.
    pub fn open(folder: &Path, name: &str, key: DataKey, memory: &Arc<Memory>) -> io::Result<Self> {
        let file = File::open(folder.join(name))?;
        let identity = Identity::read(name, key, &file)?;
        let extent = Extent::of(&file)?;
        let (memory, serial) = (Arc::clone(memory), memory.next_serial());
        Ok(SealedFile {
            identity,
            extent,
            file,
            memory,
            serial,
            whole: Mutex::default(),
            loading: Mutex::default(),
            asked: AtomicU64::new(0),
            opened: AtomicUsize::new(0),
            gone: AtomicBool::new(false),
        })
    }

    /// Bytes of clear text.
    pub fn size(&self) -> usize {
        self.extent.clear
    }

    /// Everything in the file, outside of the budget: for the small files that are read once.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.size()];
        self.open_into(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether every chunk opens. What fits into memory stays there.
    pub fn verify(&self) -> io::Result<()> {
        if self.bring_in()? {
            return Ok(());
        }
        self.identity.open_chunks(&self.file, self.extent, 0..self.extent.chunks, |_, _| Ok(()))
    }

    /// The file is no longer part of the index.
    pub fn leave(&self) {
        self.gone.store(true, Ordering::Relaxed);
        self.leave_memory();
        self.memory.forget(self.serial);
    }

    /// Gives its place in memory to others.
    pub fn leave_memory(&self) {
        let left = self.whole().take();
        if let Some(Whole { bytes, lent }) = left {
            drop(lent);
            self.memory.retire(bytes);
        }
    }

    /// Whether it lies in memory and no reader has a slice of it.
    pub fn is_idle(&self) -> bool {
        let mut whole = self.whole();
        let Some(Whole { bytes, lent }) = whole.take() else { return false };
        drop(lent);
        let idle = Arc::strong_count(&bytes) == 1;
        *whole = Some(Whole { lent: OwnedBytes::new(Arc::clone(&bytes)), bytes });
        idle
    }

    /// How much is read of it for each byte it would take, in thousandths.
    pub fn worth(&self) -> u64 {
        self.asked.load(Ordering::Relaxed).saturating_mul(1000) / (self.size() as u64).max(1)
    }

    /// Whether opening it piece by piece has cost as much as bringing it in would.
    pub fn has_earned_room(&self) -> bool {
        self.opened.load(Ordering::Relaxed) >= self.size()
    }

    pub fn forget_half(&self) {
        self.asked.fetch_sub(self.asked.load(Ordering::Relaxed) / 2, Ordering::Relaxed);
    }

    fn whole(&self) -> MutexGuard<'_, Option<Whole>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resident(&self, range: &Range<usize>) -> Option<OwnedBytes> {
        self.whole().as_ref().map(|whole| whole.lent.slice(range.clone()))
    }

    /// Brings the file into memory when there is room for it; says whether it is there.
    fn bring_in(&self) -> io::Result<bool> {
        let _alone = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.whole().is_some() {
            return Ok(true);
        }
        if self.gone.load(Ordering::Relaxed) || !self.memory.take_room(self) {
            return Ok(false);
        }
        let opened = self.open_whole().inspect_err(|_| self.memory.give_back_room(self.size()))?;
        self.opened.store(0, Ordering::Relaxed);
        *self.whole() = Some(Whole { lent: OwnedBytes::new(Arc::clone(&opened)), bytes: opened });
        if self.gone.load(Ordering::Relaxed) {
            // It was deleted meanwhile, and nobody would come back for what is in memory.
            self.leave_memory();
            return Ok(false);
        }
        Ok(true)
    }

    fn open_whole(&self) -> io::Result<Arc<[u8]>> {
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, self.size()).collect();
        let room = Arc::get_mut(&mut bytes).unwrap_or_default();
        self.open_into(room).inspect_err(|_| wipe(room))?;
        Ok(bytes)
    }

    /// Opens every chunk straight into its place.
    fn open_into(&self, mut room: &mut [u8]) -> io::Result<()> {
        self.identity.open_chunks(&self.file, self.extent, 0..self.extent.chunks, |_, opened| {
            let (place, rest) = std::mem::take(&mut room)
                .split_at_mut_checked(opened.len())
                .ok_or_else(|| altered("a chunk has another size"))?;
            place.copy_from_slice(opened);
            room = rest;
            Ok(())
        })
    }

    /// Opens no more than the chunks that a range, which is not empty, lies in.
    fn piece(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let chunks = self.extent.chunks_of(&range);
        // Within one chunk the whole chunk is kept: what is asked for next mostly lies beside it.
        let kept = if chunks.len() == 1 { self.extent.clear_of(chunks.start) } else { range.clone() };
        let place = (self.serial, kept.clone());
        let within = range.start - kept.start..range.end - kept.start;
        if let Some(bytes) = self.memory.piece(&place) {
            self.memory.count_hit();
            return Ok(OwnedBytes::new(bytes).slice(within));
        }
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, kept.len()).collect();
        let room = Arc::get_mut(&mut bytes).unwrap_or_default();
        let opened = self.identity.open_chunks(&self.file, self.extent, chunks.clone(), |number, opened| {
            // The part of this chunk that is asked for, and where it belongs.
            let clear = self.extent.clear_of(number);
            let (from, to) = (clear.start.max(kept.start), clear.end.min(kept.end));
            let part = opened.get(from - clear.start..to - clear.start);
            let place = room.get_mut(from - kept.start..to - kept.start);
            let (Some(part), Some(place)) = (part, place) else { return Err(altered("a chunk has another size")) };
            place.copy_from_slice(part);
            Ok(())
        });
        opened.inspect_err(|_| wipe(room))?;
        let cost = chunks.map(|chunk| self.extent.clear_of(chunk).len()).sum();
        self.opened.fetch_add(cost, Ordering::Relaxed);
        self.memory.count_miss(cost);
        if self.gone.load(Ordering::Relaxed) {
            self.memory.lend(&bytes);
        } else {
            self.memory.keep_piece(place, &bytes);
        }
        Ok(OwnedBytes::new(bytes).slice(within))
    }
}

impl FileHandle for SealedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.size() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a range beyond the end of the file"));
        }
        if range.is_empty() {
            return Ok(OwnedBytes::empty());
        }
        self.asked.fetch_add(range.len() as u64, Ordering::Relaxed);
        if let Some(bytes) = self.resident(&range) {
            self.memory.count_hit();
            return Ok(bytes);
        }
        if self.bring_in()?
            && let Some(bytes) = self.resident(&range)
        {
            self.memory.count_miss(self.size());
            return Ok(bytes);
        }
        self.piece(range)
    }
}

impl HasLen for SealedFile {
    fn len(&self) -> usize {
        self.size()
    }
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedFile({}, {} bytes)", self.identity.name, self.size())
    }
}

impl Drop for SealedFile {
    fn drop(&mut self) {
        self.leave();
    }
}

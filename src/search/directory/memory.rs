//! Opened bytes, within a budget.
//!
//! Most of the budget goes to whole files: tantivy asks for contiguous slices, and a slice of a file that lies in memory costs nothing. A file
//! comes in when there is room. When there is none it has to earn its place: once as much of it has been opened piece by piece as it is long, it may take
//! the place of files that are read less, byte for byte. The rest of the budget goes to pieces of the files that are
//! not in memory, the least recently used of which go first.
//!
//! What a reader holds cannot be taken back. It is remembered until the reader lets go, and is wiped then; every buffer is wiped before its
//! memory is given back. That a core dump does not show what is in memory is up to the process (`docs/adr/0003`).

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::reader::SealedFile;

/// The part of the budget that pieces may take: one in so many.
const PIECES: usize = 8;
/// How much more a file must be read than another one, byte for byte, to take its place. It keeps two files from chasing each other.
const MORE: u64 = 2;
/// After how many budgets of opened bytes what was read before counts half.
const FORGETTING: usize = 4;

/// What the opened files take, and how often they were there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryFigures {
    /// Bytes that may be kept in memory.
    pub budget_bytes: usize,
    /// Bytes that are in memory; above the budget only by what searches hold at the moment.
    pub resident_bytes: usize,
    /// Reads that found what they asked for in memory, since the start.
    pub hits: u64,
    /// Reads for which something had to be opened, since the start.
    pub misses: u64,
}

/// Where a piece comes from: the number of the file, and the range of its clear text.
type Place = (u64, Range<usize>);

pub(super) struct Memory {
    budget: usize,
    state: Mutex<State>,
    /// Held by whoever makes room, so that two do not make it twice.
    making_room: Mutex<()>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Default)]
struct State {
    /// Bytes of whole files, including those that are being opened.
    whole: usize,
    pieces: Pieces,
    /// What only readers hold.
    lent: Vec<Arc<[u8]>>,
    /// Every file that was opened, for choosing among them.
    files: Vec<Weak<SealedFile>>,
    /// Bytes opened since reads were last forgotten.
    opened: usize,
    serial: u64,
}

/// Pieces of files by place, with the order of their last use.
#[derive(Default)]
struct Pieces {
    by_place: HashMap<Place, (Arc<[u8]>, u64)>,
    by_use: BTreeMap<u64, Place>,
    bytes: usize,
    clock: u64,
}

impl Memory {
    pub fn new(budget: usize) -> Self {
        Memory {
            budget,
            state: Mutex::default(),
            making_room: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in the critical sections panics, and each leaves the sums right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn for_pieces(&self) -> usize {
        self.budget / PIECES
    }

    fn for_files(&self) -> usize {
        self.budget - self.for_pieces()
    }

    pub fn figures(&self) -> MemoryFigures {
        let mut state = self.state();
        state.sweep();
        let lent: usize = state.lent.iter().map(|bytes| bytes.len()).sum();
        MemoryFigures {
            budget_bytes: self.budget,
            resident_bytes: state.whole + state.pieces.bytes + lent,
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }

    pub fn count_hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a read for which bytes had to be opened. Now and then everything that was read before is made to count half.
    pub fn count_miss(&self, opened: usize) {
        self.misses.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state();
        state.opened = state.opened.saturating_add(opened);
        if state.opened / FORGETTING > self.budget {
            state.opened = 0;
            drop(state);
            self.files().iter().for_each(|file| file.forget_half());
        }
    }

    /// A number for a file, by which its pieces are found.
    pub fn next_serial(&self) -> u64 {
        let mut state = self.state();
        state.serial += 1;
        state.serial
    }

    pub fn register(&self, file: &Arc<SealedFile>) {
        let mut state = self.state();
        state.files.retain(|known| known.strong_count() > 0);
        state.files.push(Arc::downgrade(file));
    }

    /// The files there are. Never called with the state locked: the last hold on a file may go with what is returned, and it locks the state then.
    fn files(&self) -> Vec<Arc<SealedFile>> {
        let known = self.state().files.clone();
        known.iter().filter_map(Weak::upgrade).collect()
    }

    /// Takes room for a whole file if there is some, or if the file has earned the place of others.
    pub fn take_room(&self, file: &SealedFile) -> bool {
        let size = file.size();
        if self.state().take_room(size, self.for_files()) {
            return true;
        }
        if size > self.for_files() || !file.has_earned_room() {
            return false;
        }
        let _alone = self.making_room.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lesser: Vec<(u64, Arc<SealedFile>)> = self
            .files()
            .into_iter()
            .filter(|other| other.is_idle())
            .map(|other| (other.worth(), other))
            .filter(|(worth, _)| worth.saturating_mul(MORE) < file.worth())
            .collect();
        lesser.sort_by_key(|(worth, _)| *worth);
        let room: usize = lesser.iter().map(|(_, other)| other.size()).sum();
        if (self.state().whole + size).saturating_sub(room) > self.for_files() {
            return false;
        }
        for (_, other) in &lesser {
            if self.state().take_room(size, self.for_files()) {
                return true;
            }
            other.leave_memory();
        }
        self.state().take_room(size, self.for_files())
    }

    /// Room that was taken and is not needed.
    pub fn give_back_room(&self, size: usize) {
        let mut state = self.state();
        state.whole = state.whole.saturating_sub(size);
    }

    /// Bytes of a whole file that is leaving memory; wiped now, or when the last reader lets go of them.
    pub fn retire(&self, bytes: Arc<[u8]>) {
        let mut state = self.state();
        state.whole = state.whole.saturating_sub(bytes.len());
        state.part_with(bytes);
    }

    /// A piece that was opened before.
    pub fn piece(&self, place: &Place) -> Option<Arc<[u8]>> {
        self.state().pieces.find(place)
    }

    /// Keeps a piece that was opened, or at least remembers it while readers hold it.
    pub fn keep_piece(&self, place: Place, bytes: &Arc<[u8]>) {
        let mut state = self.state();
        if bytes.len() > self.for_pieces() {
            state.part_with(Arc::clone(bytes));
            return;
        }
        while state.pieces.bytes + bytes.len() > self.for_pieces() {
            let Some(oldest) = state.pieces.take_oldest() else { break };
            state.part_with(oldest);
        }
        if let Some(before) = state.pieces.insert(place, Arc::clone(bytes)) {
            state.part_with(before);
        }
    }

    /// Remembers bytes while readers hold them.
    pub fn lend(&self, bytes: &Arc<[u8]>) {
        self.state().part_with(Arc::clone(bytes));
    }

    /// Parts with all pieces of a file.
    pub fn forget(&self, serial: u64) {
        let mut state = self.state();
        for bytes in state.pieces.take_all_of(serial) {
            state.part_with(bytes);
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        while let Some(bytes) = state.pieces.take_oldest() {
            state.part_with(bytes);
        }
        state.sweep();
    }
}

impl State {
    fn take_room(&mut self, size: usize, most: usize) -> bool {
        let fits = self.whole + size <= most;
        if fits {
            self.whole += size;
        }
        fits
    }

    fn part_with(&mut self, mut bytes: Arc<[u8]>) {
        self.sweep();
        match Arc::get_mut(&mut bytes) {
            Some(bytes) => wipe(bytes),
            None => self.lent.push(bytes),
        }
    }

    /// Wipes what readers have let go of.
    fn sweep(&mut self) {
        self.lent.retain_mut(|bytes| Arc::get_mut(bytes).map(wipe).is_none());
    }
}

impl Pieces {
    fn find(&mut self, place: &Place) -> Option<Arc<[u8]>> {
        let (bytes, used) = self.by_place.get_mut(place)?;
        self.by_use.remove(used);
        self.clock += 1;
        *used = self.clock;
        self.by_use.insert(self.clock, place.clone());
        Some(Arc::clone(bytes))
    }

    /// Returns what was there, which happens when two readers opened the same piece.
    fn insert(&mut self, place: Place, bytes: Arc<[u8]>) -> Option<Arc<[u8]>> {
        self.clock += 1;
        self.bytes += bytes.len();
        self.by_use.insert(self.clock, place.clone());
        let (before, used) = self.by_place.insert(place, (bytes, self.clock))?;
        self.by_use.remove(&used);
        self.bytes -= before.len();
        Some(before)
    }

    fn take_oldest(&mut self) -> Option<Arc<[u8]>> {
        let (_, place) = self.by_use.pop_first()?;
        let (bytes, _) = self.by_place.remove(&place)?;
        self.bytes -= bytes.len();
        Some(bytes)
    }

    fn take_all_of(&mut self, serial: u64) -> Vec<Arc<[u8]>> {
        let gone: Vec<_> = self.by_place.extract_if(|(of, _), _| *of == serial).collect();
        gone.into_iter()
            .map(|(_, (bytes, used))| {
                self.by_use.remove(&used);
                self.bytes -= bytes.len();
                bytes
            })
            .collect()
    }
}

/// Overwrites clear text. `black_box` tells the compiler that the zeros are looked at, so that they are written, and with wide stores.
pub(super) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    black_box(&*bytes);
}

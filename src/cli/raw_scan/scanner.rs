//! Reads a source in overlapping windows, looks for the patterns, and does the same inside everything that can be unpacked.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::needle::Patterns;
use super::unpack::{self, Packing};
use super::{Hit, wal};
use crate::error::{ErrorCode, Result};

/// Bytes looked at together. The next window begins [`OVERLAP`] before the end of this one, and what begins in the overlap is its affair.
pub(super) const WINDOW: usize = 2 << 20;
/// More than the longest pattern, and than any block without a header is likely to be.
const OVERLAP: usize = 128 << 10;
/// Packed in packed in packed is looked into, and no deeper.
const DEEPEST: usize = 3;
/// What one packed stream may unfold to before the rest of it is left: a bomb shall not stop the scan.
const MOST_UNPACKED: u64 = 256 << 20;

pub(super) struct Scanner<'a> {
    patterns: &'a Patterns,
    deadline: Instant,
    pub files: u64,
    pub bytes: u64,
    pub unpacked_bytes: u64,
    pub hits: Vec<Hit>,
    seen: HashSet<(PathBuf, usize, String)>,
    pub unread: Vec<String>,
}

/// Where the bytes being looked at come from.
struct Place<'p> {
    path: &'p Path,
    /// The file, when they are its own bytes and not something unpacked.
    file: Option<&'p File>,
    /// Where they begin in the file.
    start: u64,
    /// How they were packed, outermost first.
    packing: Vec<&'static str>,
}

impl<'a> Scanner<'a> {
    pub fn new(patterns: &'a Patterns, deadline: Instant) -> Self {
        debug_assert!(patterns.longest() < OVERLAP, "a pattern fits into the overlap");
        let (hits, seen, unread) = (Vec::new(), HashSet::new(), Vec::new());
        Self { patterns, deadline, files: 0, bytes: 0, unpacked_bytes: 0, hits, seen, unread }
    }

    /// Looks into one file. `Overloaded` when the time is over.
    pub fn file(&mut self, path: &Path) -> Result<()> {
        match self.try_file(path) {
            Ok(done) => done,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => {
                self.unread.push(format!("{}: {e}", path.display()));
                Ok(())
            }
        }
    }

    fn try_file(&mut self, path: &Path) -> io::Result<Result<()>> {
        let file = File::open(path)?;
        self.files += 1;
        let place = Place { path, file: Some(&file), start: 0, packing: Vec::new() };
        if let Err(e) = self.source(&mut Tail { file: &file, at: 0 }, &place)? {
            return Ok(Err(e));
        }
        let mut start = [0; 4];
        let read = file.read_at(&mut start, 0)?;
        if wal::is_segment(path, start.get(..read).unwrap_or_default()) {
            let place = Place { path, file: None, start: 0, packing: vec!["wal"] };
            return self.source(&mut wal::WithoutHeaders::new(Tail { file: &file, at: 0 }), &place);
        }
        Ok(Ok(()))
    }

    /// Looks at everything that `bytes` yields. An error in reading ends a packed stream; of a file it is reported.
    fn source(&mut self, bytes: &mut dyn Read, place: &Place<'_>) -> io::Result<Result<()>> {
        let mut window = Vec::new();
        let mut begin = 0u64;
        loop {
            let before = window.len();
            let outcome = bytes.take((WINDOW - before) as u64).read_to_end(&mut window);
            let fresh = (window.len() - before) as u64;
            if place.packing.is_empty() {
                self.bytes += fresh;
                outcome?;
            } else {
                self.unpacked_bytes += fresh;
            }
            let is_last = window.len() < WINDOW || begin > MOST_UNPACKED && !place.packing.is_empty();
            let own = if is_last { window.len() } else { WINDOW - OVERLAP };
            if let Err(e) = self.window(&window, own, begin, place) {
                return Ok(Err(e));
            }
            if is_last {
                return Ok(Ok(()));
            }
            window.drain(..own);
            begin += own as u64;
        }
    }

    /// Looks at one window, whose first `own` bytes are its own affair.
    fn window(&mut self, window: &[u8], own: usize, begin: u64, place: &Place<'_>) -> Result<()> {
        if Instant::now() > self.deadline {
            return Err(ErrorCode::Overloaded.because("the time for the raw scan is over"));
        }
        // Holes, and log files that were made before they are needed.
        if window.iter().all(|b| *b == 0) {
            return Ok(());
        }
        let patterns = self.patterns;
        for found in patterns.find(window).filter(|f| f.start < own) {
            let at = if place.packing.is_empty() { begin + found.start as u64 } else { place.start };
            self.note(place, at, found.needle, found.spelling);
        }
        if place.packing.len() < DEEPEST {
            let mut block = Vec::new();
            for (at, packing) in unpack::candidates(window, own, begin == 0) {
                self.unpack(window, at, packing, begin, place, &mut block)?;
            }
        }
        Ok(())
    }

    fn unpack(
        &mut self,
        window: &[u8],
        at: usize,
        packing: Packing,
        begin: u64,
        place: &Place<'_>,
        block: &mut Vec<u8>,
    ) -> Result<()> {
        let rest = window.get(at..).unwrap_or_default();
        let inner = |packing: Packing| {
            let start = if place.packing.is_empty() { begin + at as u64 } else { place.start };
            let packing = place.packing.iter().copied().chain([packing.name()]).collect();
            Place { path: place.path, file: None, start, packing }
        };
        if unpack::block(rest, packing, block) {
            let unpacked = std::mem::take(block);
            let done = self.source(&mut unpacked.as_slice(), &inner(packing));
            *block = unpacked;
            return done.unwrap_or(Ok(()));
        }
        // A stream may go on beyond the window.
        let beyond = place.file.map(|file| Tail { file, at: begin + window.len() as u64 });
        let mut whole: Box<dyn Read> = match beyond {
            Some(tail) => Box::new(rest.chain(tail)),
            None => Box::new(rest),
        };
        match unpack::stream(&mut whole, packing) {
            // Errors of a packed stream end it; they are what most offsets that look like one come to.
            Some(mut unpacked) => self.source(&mut unpacked, &inner(packing)).unwrap_or(Ok(())),
            None => Ok(()),
        }
    }

    fn note(&mut self, place: &Place<'_>, offset: u64, needle: usize, spelling: &str) {
        let form = place.packing.iter().copied().chain([spelling]).collect::<Vec<_>>().join(" > ");
        if self.seen.insert((place.path.to_owned(), needle, form.clone())) {
            let needle = self.patterns.name(needle).to_owned();
            self.hits.push(Hit { file: place.path.to_owned(), offset, form, needle });
        }
    }
}

/// A file from a place on, without moving anybody else's place in it.
struct Tail<'f> {
    file: &'f File,
    at: u64,
}

impl Read for Tail<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(out, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

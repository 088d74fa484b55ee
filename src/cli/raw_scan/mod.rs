//! The raw scan: proof that what customers said is not on a disk, whatever form it would have taken there.
//!
//! It reads every file below the folders it is given as bytes, without asking the programs that wrote them, and looks for
//! planted words in every spelling that a program may use ([`forms`]) and inside everything that it can unpack ([`unpack`]).
//! A scan that finds nothing proves nothing by itself, so each one first hides a word of its own in each of these forms
//! and must find every copy ([`controls`]); a scan that misses one fails, naming the form it is blind to.
//!
//! What it does not see: encrypted archives, raw Snappy, a value that PostgreSQL compressed and then stored out of line
//! beyond the first of its chunks (2 KB of compressed text), terms of a full-text dictionary, files deleted but still open.

mod blocks;
mod controls;
mod forms;
mod needle;
mod scanner;
#[cfg(test)]
mod tests;
mod unpack;
mod wal;
mod walk;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;

pub use needle::{Needle, random_sentence};

use crate::error::{ErrorCode, Result};
use controls::Controls;
use needle::Patterns;
use scanner::Scanner;

/// Places listed one by one; the rest are counted.
const MOST_LISTED: usize = 200;

/// One place where something planted stands readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    pub file: PathBuf,
    /// In bytes from the start of the file; for what was unpacked, where the packed stream begins.
    pub offset: u64,
    /// How it was packed and spelt, outermost first: `zstd > json-lower`.
    pub form: String,
    /// The name of the needle, never its words.
    pub needle: String,
}

/// What a scan found.
#[derive(Debug, Clone, Serialize)]
pub struct ScanReport {
    /// Nothing was found, and everything was looked into.
    pub ok: bool,
    pub files: u64,
    /// Read from the files, and unpacked from them besides.
    pub bytes: u64,
    pub unpacked_bytes: u64,
    pub needles: usize,
    /// Every form in which the control word was hidden and found.
    pub controls_found: Vec<String>,
    /// The first place of each needle and form in each file.
    pub hits: Vec<Hit>,
    pub unlisted_hits: u64,
    /// The names of the markers that were found, in the order in which they were given.
    pub markers_seen: Vec<String>,
    /// What could not be looked into, and why. A file that vanished while we came to it is not among them.
    pub unread: Vec<String>,
    pub ms: u64,
}

/// What to look for, and where.
#[derive(Clone, Copy, Default)]
pub struct Search<'a> {
    /// Every file below them is looked into.
    pub folders: &'a [PathBuf],
    /// What must not be found.
    pub needles: &'a [Needle],
    /// What stands in clear beside the needles, such as a row's id: finding it shows that the scan looked at the right place. No hit.
    pub markers: &'a [Needle],
    /// Only files that were changed at this time or later.
    pub changed_since: Option<SystemTime>,
}

/// Looks for `needles` in every file below `folders`, within `limit`. As [`Search::run`].
pub fn scan(folders: &[PathBuf], needles: &[Needle], limit: Duration) -> Result<ScanReport> {
    Search { folders, needles, ..Search::default() }.run(limit)
}

/// The regular files below these folders that were changed since a time.
pub fn changed_files(folders: &[PathBuf], since: SystemTime) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders {
        found.append(&mut walk::files(folder, Some(since))?.found);
    }
    Ok(found)
}

impl Search<'_> {
    /// Looks into everything, within `limit`.
    ///
    /// Blocks for about a second per 100 MB. Errors: `Internal` when the scanner misses one of its own control copies,
    /// `InvalidParameter` when there is nothing to look for or nothing to look into, `StorageUnavailable` when a folder or the
    /// temporary folder of the controls cannot be used, `Overloaded` when the limit is over: a scan that was not finished says nothing.
    pub fn run(&self, limit: Duration) -> Result<ScanReport> {
        let started = Instant::now();
        if self.needles.is_empty() || self.folders.is_empty() {
            return Err(ErrorCode::InvalidParameter.because("a scan needs folders and something to look for"));
        }
        let deadline = started + limit;
        let control = random_sentence(24)?;
        let all = self.needles.iter().chain(self.markers).cloned();
        let patterns = Patterns::new(all.chain([Needle::sentence(CONTROL, &control)]))?;
        let controls_found = check_controls(&patterns, &control, deadline)?;

        let mut scanner = Scanner::new(&patterns, deadline);
        for folder in self.folders {
            let files = walk::files(folder, self.changed_since)?;
            if files.found.is_empty() && self.changed_since.is_none() {
                return Err(ErrorCode::InvalidParameter.because(format!("there is no file below {}", folder.display())));
            }
            scanner.unread.extend(files.unread);
            for file in &files.found {
                scanner.file(file)?;
            }
        }
        let Scanner { files, bytes, unpacked_bytes, hits, unread, .. } = scanner;
        let is_marker = |hit: &Hit| self.markers.iter().any(|marker| marker.name() == hit.needle);
        let (found, mut hits): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(is_marker);
        let is_seen = |marker: &&Needle| found.iter().any(|hit| hit.needle == marker.name());
        let markers_seen = self.markers.iter().filter(is_seen).map(|marker| marker.name().to_owned()).collect();
        let unlisted_hits = hits.len().saturating_sub(MOST_LISTED) as u64;
        hits.truncate(MOST_LISTED);
        Ok(ScanReport {
            ok: hits.is_empty() && unread.is_empty(),
            files,
            bytes,
            unpacked_bytes,
            needles: self.needles.len(),
            controls_found,
            hits,
            unlisted_hits,
            markers_seen,
            unread,
            ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// The name of the needle that the scanner hides for itself.
const CONTROL: &str = "control";

/// Hides the control word in every form and finds every copy, with the very patterns of the scan that follows.
fn check_controls(patterns: &Patterns, control: &str, deadline: Instant) -> Result<Vec<String>> {
    let controls = Controls::write(control)?;
    let mut scanner = Scanner::new(patterns, deadline);
    for copy in controls.copies() {
        scanner.file(&copy.file)?;
    }
    let is_found =
        |file: &Path, form: &str| scanner.hits.iter().any(|h| h.needle == CONTROL && h.form == form && h.file == file);
    let blind: Vec<&str> =
        controls.copies().iter().filter(|c| !is_found(&c.file, &c.form)).map(|c| c.form.as_str()).collect();
    if !blind.is_empty() {
        return Err(ErrorCode::Internal.because(format!("the scanner is blind to {}", blind.join(", "))));
    }
    Ok(controls.copies().iter().map(|c| c.name.clone()).collect())
}

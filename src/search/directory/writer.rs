//! Writing a sealed file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::form::{CHUNK, Identity, SEALED_CHUNK};
use super::memory::wipe;

/// What a file is called until it is complete.
pub(super) const PART: &str = ".part";
/// Chunks that are sealed and written to the disk at once.
const RUN: usize = 16;

/// Seals what is written, some chunks at a time. The file takes its name when it is complete and on the disk.
pub(super) struct SealingWriter {
    identity: Identity,
    part: PathBuf,
    whole: PathBuf,
    file: File,
    /// Clear text that is not sealed yet. The newest chunk waits until it is known whether it is the last.
    pending: Vec<u8>,
    sealed: Vec<u8>,
    /// The number of the next chunk.
    number: usize,
    finished: bool,
}

impl SealingWriter {
    /// Errors: `AlreadyExists` while another writer is at the file.
    pub fn create(folder: &Path, identity: Identity) -> io::Result<Self> {
        let part = folder.join(format!("{}{PART}", identity.name));
        let file = OpenOptions::new().write(true).create_new(true).open(&part)?;
        let mut sealed = Vec::with_capacity((RUN + 1) * SEALED_CHUNK);
        sealed.extend_from_slice(&identity.head());
        let pending = Vec::with_capacity((RUN + 1) * CHUNK);
        let whole = folder.join(&identity.name);
        Ok(SealingWriter { identity, part, whole, file, pending, sealed, number: 0, finished: false })
    }

    /// Seals what is pending, all of it when the file ends here, and otherwise all but what may be the last chunk.
    fn seal_pending(&mut self, end: bool) -> io::Result<()> {
        let chunks = self.pending.len().div_ceil(CHUNK).max(1);
        let sealing = if end { chunks } else { chunks - 1 };
        // Even an empty file has one chunk, which says that it is the last.
        let (empty, full) = ([[].as_slice()], self.pending.chunks(CHUNK));
        let parts = full.chain(empty).take(sealing);
        for (at, chunk) in parts.enumerate() {
            self.identity.seal_onto(&mut self.sealed, self.number + at, end && at + 1 == chunks, chunk)?;
        }
        self.number += sealing;
        self.file.write_all(&self.sealed)?;
        self.sealed.clear();
        let done = self.pending.len().min(sealing * CHUNK);
        let left = self.pending.len() - done;
        self.pending.copy_within(done.., 0);
        wipe(self.pending.get_mut(left..).unwrap_or_default());
        self.pending.truncate(left);
        Ok(())
    }

    /// Seals the rest and puts the file in its place, on the disk.
    pub fn finish(&mut self) -> io::Result<()> {
        self.seal_pending(true)?;
        self.file.sync_all()?;
        fs::rename(&self.part, &self.whole)?;
        self.finished = true;
        Ok(())
    }
}

impl Write for SealingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.len() == self.pending.capacity() && !bytes.is_empty() {
            self.seal_pending(false)?;
        }
        // Never beyond what is there: a buffer that moves would leave clear text behind.
        let room = self.pending.capacity() - self.pending.len();
        let (now, _) = bytes.split_at(bytes.len().min(room));
        self.pending.extend_from_slice(now);
        Ok(now.len())
    }

    /// Nothing to do: a chunk can only be sealed when it is full, and the file does not exist before it is finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for SealingWriter {
    fn drop(&mut self) {
        wipe(&mut self.pending);
        if !self.finished {
            // Should this fail, the next start removes it; it holds ciphertext only.
            drop(fs::remove_file(&self.part));
        }
    }
}

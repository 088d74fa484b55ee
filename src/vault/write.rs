//! Writing a file: sealed chunk by chunk into a hidden place, then shown at once. Blocking.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::batch::Batch;
use super::format::{ContentDigest, Header};
use super::{Sealed, storage};
use crate::crypto::DataKey;
use crate::error::{ErrorCode, Result};

/// A file that nobody sees until [`SealedWriter::finish`]; dropping it before removes what was written.
pub(super) struct SealedWriter {
    /// Locked for as long as it is being written, which tells it from what a crash left behind.
    file: File,
    hidden: PathBuf,
    target: PathBuf,
    header: Header,
    key: DataKey,
    batch: Batch,
    bytes: u64,
    digest: ContentDigest,
    /// Whether it takes the place of the file that is there.
    replaces: bool,
    finished: bool,
}

impl SealedWriter {
    pub(super) fn create(hidden: PathBuf, target: PathBuf, header: Header, key: DataKey) -> Result<Self> {
        if target.exists() {
            return Err(taken(header.file_id));
        }
        Self::begin(hidden, target, header, key, false)
    }

    /// As [`SealedWriter::create`], to take the place of the file that is there. Whoever reads that one goes on reading it.
    pub(super) fn replace(hidden: PathBuf, target: PathBuf, header: Header, key: DataKey) -> Result<Self> {
        Self::begin(hidden, target, header, key, true)
    }

    fn begin(hidden: PathBuf, target: PathBuf, header: Header, key: DataKey, replaces: bool) -> Result<Self> {
        let file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&hidden) {
            Ok(file) => file,
            Err(err) if err.kind() == std::io::ErrorKind::AlreadyExists => return Err(taken(header.file_id)),
            Err(err) => return Err(storage(err, &hidden)),
        };
        let writer = SealedWriter {
            file,
            hidden,
            target,
            key,
            batch: Batch::new(&header),
            header,
            bytes: 0,
            digest: ContentDigest::new(),
            replaces,
            finished: false,
        };
        writer.file.lock().map_err(|err| storage(err, &writer.hidden))?;
        Ok(writer)
    }

    /// Takes in as much of `content` as there is room for, without touching the disk, and returns the rest. Only while some is
    /// left is what was taken in known not to be the end, and may be [flushed](SealedWriter::flush).
    pub(super) fn take_in<'c>(&mut self, content: &'c [u8]) -> &'c [u8] {
        self.batch.take_in(content)
    }

    /// Seals and writes a batch that is full, whose last chunk does not end the file.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.seal(false)
    }

    /// Adds to the end.
    pub(super) fn append(&mut self, content: &[u8]) -> Result<()> {
        let mut rest = self.take_in(content);
        while !rest.is_empty() {
            self.flush()?;
            rest = self.take_in(rest);
        }
        Ok(())
    }

    /// Seals and writes the rest, whose last chunk ends the file, makes the file durable, and shows it under its name.
    pub(super) fn finish(mut self) -> Result<Sealed> {
        self.seal(true)?;
        self.file.sync_all().map_err(|err| storage(err, &self.hidden))?;
        let dir = self.target.parent().unwrap_or(&self.target);
        make_dirs(dir)?;
        if self.target.exists() != self.replaces {
            return Err(taken(self.header.file_id));
        }
        fs::rename(&self.hidden, &self.target).map_err(|err| storage(err, &self.target))?;
        self.finished = true;
        sync_dir(dir)?;
        let digest = std::mem::replace(&mut self.digest, ContentDigest::new());
        Ok(Sealed { bytes: self.bytes, chunks: self.batch.first(), digest_sm3: digest.finalize() })
    }

    fn seal(&mut self, ends: bool) -> Result<()> {
        self.digest.update(&self.batch.chunks());
        self.bytes += self.batch.filled() as u64;
        let (first, frames) = (self.batch.first(), self.batch.frames());
        let count = frames.len();
        for ((at, frame), index) in frames.enumerate().zip(first..) {
            let place = self.header.place(index, ends && at + 1 == count);
            self.key.seal_in_place(&self.header.aad(&place), frame)?;
        }
        self.batch.write_to(&mut self.file, ends).map_err(|err| storage(err, &self.hidden))
    }
}

impl Drop for SealedWriter {
    fn drop(&mut self) {
        if !self.finished
            && let Err(err) = fs::remove_file(&self.hidden)
        {
            tracing::warn!(error = %err, file.id = %self.header.file_id, "unfinished vault file stays until the next start");
        }
    }
}

fn taken(file_id: Uuid) -> crate::error::Error {
    ErrorCode::Conflict.because(format!("vault file {file_id} exists or is being written"))
}

/// Makes a folder and its parents, closed to others, each durable in the one above.
pub(super) fn make_dirs(dir: &Path) -> Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        make_dirs(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => dir.parent().map_or(Ok(()), sync_dir),
        // Another writer made it between the look and the making.
        Err(err) if err.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(err) => Err(storage(err, dir)),
    }
}

/// Makes the names in a folder durable. The empty path is the current folder.
pub(super) fn sync_dir(dir: &Path) -> Result<()> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|err| storage(err, dir))
}

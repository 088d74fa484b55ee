//! Writing a file: sealed chunk by chunk into a hidden place, then shown at once. Blocking.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

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
    /// Sealed chunks on their way to the disk.
    sealed: Vec<u8>,
    chunks: u64,
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
            sealed: header.encode().to_vec(),
            header,
            chunks: 0,
            bytes: 0,
            digest: ContentDigest::new(),
            replaces,
            finished: false,
        };
        writer.file.lock().map_err(|err| storage(err, &writer.hidden))?;
        Ok(writer)
    }

    /// Adds whole chunks, none of which is the last.
    pub(super) fn append(&mut self, content: &[u8]) -> Result<()> {
        self.seal(content, false)
    }

    /// Adds what is left, whose last chunk ends the file, makes the file durable, and shows it under its name. Nothing is
    /// left only of empty content: what ends a file must not have been appended already.
    pub(super) fn finish(mut self, rest: &[u8]) -> Result<Sealed> {
        if rest.is_empty() && self.chunks > 0 {
            return Err(ErrorCode::Internal.because("a vault file without its last chunk"));
        }
        self.seal(rest, true)?;
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
        Ok(Sealed { bytes: self.bytes, chunks: self.chunks, digest_sm3: digest.finalize() })
    }

    fn seal(&mut self, content: &[u8], ends: bool) -> Result<()> {
        let mut chunks: Vec<&[u8]> = content.chunks(self.header.chunk_bytes as usize).collect();
        // Empty content is one empty chunk.
        if ends && self.chunks == 0 && chunks.is_empty() {
            chunks.push(&[]);
        }
        self.digest.update(&chunks);
        let count = chunks.len();
        for (at, chunk) in chunks.into_iter().enumerate() {
            let place = self.header.place(self.chunks, ends && at + 1 == count);
            self.key.seal_onto(&mut self.sealed, &self.header.aad(&place), chunk)?;
            self.chunks += 1;
            self.bytes += chunk.len() as u64;
        }
        self.file.write_all(&self.sealed).map_err(|err| storage(err, &self.hidden))?;
        self.sealed.clear();
        Ok(())
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

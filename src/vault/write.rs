//! Writing a file: sealed chunk by chunk into a hidden place, then shown at once. Blocking.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::format::Header;
use super::{Sealed, storage};
use crate::crypto::DataKey;
use crate::crypto::sm3::Sm3;
use crate::error::{ErrorCode, Result};

/// A file that nobody sees until [`SealedWriter::finish`]; dropping it before removes what was written.
pub(super) struct SealedWriter {
    /// Locked for as long as it is being written, which tells it from what a crash left behind.
    file: File,
    hidden: PathBuf,
    target: PathBuf,
    header: Header,
    key: DataKey,
    /// Plaintext that is not sealed yet: at most one chunk, kept back because it may turn out to be the last.
    pending: Zeroizing<Vec<u8>>,
    chunks: u64,
    bytes: u64,
    digest: Sm3,
    manifest: Sm3,
    finished: bool,
}

impl SealedWriter {
    pub(super) fn create(hidden: PathBuf, target: PathBuf, header: Header, key: DataKey) -> Result<Self> {
        if target.exists() {
            return Err(taken(header.file_id));
        }
        let file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&hidden) {
            Ok(file) => file,
            Err(err) if err.kind() == std::io::ErrorKind::AlreadyExists => return Err(taken(header.file_id)),
            Err(err) => return Err(storage(err, &hidden)),
        };
        let encoded = header.encode();
        let mut manifest = Sm3::new();
        manifest.update(&encoded);
        let mut writer = SealedWriter {
            file,
            hidden,
            target,
            key,
            // Never grows beyond this, so no copy of plaintext stays behind in freed memory.
            pending: Zeroizing::new(Vec::with_capacity(header.chunk_bytes as usize)),
            header,
            chunks: 0,
            bytes: 0,
            digest: Sm3::new(),
            manifest,
            finished: false,
        };
        writer.file.lock().map_err(|err| storage(err, &writer.hidden))?;
        writer.write(&encoded)?;
        Ok(writer)
    }

    pub(super) fn append(&mut self, mut content: &[u8]) -> Result<()> {
        self.digest.update(content);
        self.bytes += content.len() as u64;
        while !content.is_empty() {
            let room = self.header.chunk_bytes as usize - self.pending.len();
            if room == 0 {
                self.seal_pending(false)?;
                continue;
            }
            let (now, later) = content.split_at_checked(room).unwrap_or((content, &[]));
            self.pending.extend_from_slice(now);
            content = later;
        }
        Ok(())
    }

    /// Seals the last chunk, makes the file durable, and shows it under its name.
    pub(super) fn finish(mut self) -> Result<Sealed> {
        self.seal_pending(true)?;
        self.file.sync_all().map_err(|err| storage(err, &self.hidden))?;
        let dir = self.target.parent().unwrap_or(&self.target);
        make_dirs(dir)?;
        if self.target.exists() {
            return Err(taken(self.header.file_id));
        }
        fs::rename(&self.hidden, &self.target).map_err(|err| storage(err, &self.target))?;
        self.finished = true;
        sync_dir(dir)?;
        Ok(Sealed {
            bytes: self.bytes,
            chunks: self.chunks,
            digest_sm3: std::mem::take(&mut self.digest).finalize(),
            manifest_sm3: std::mem::take(&mut self.manifest).finalize(),
        })
    }

    fn seal_pending(&mut self, last: bool) -> Result<()> {
        let place = self.header.place(self.chunks, last);
        let sealed = self.key.seal(&self.header.aad(&place), &self.pending)?;
        self.manifest.update(&crate::crypto::sm3::digest(&sealed));
        self.write(&sealed)?;
        self.chunks += 1;
        self.pending.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|err| storage(err, &self.hidden))
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

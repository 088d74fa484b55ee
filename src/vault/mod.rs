//! Encrypted files on disk: recordings, attachments, exports. Any size, any range of them.
//!
//! A file is sealed chunk by chunk under its own data key (`format.rs` has the layout), so what is read is checked
//! before it is given out, and destroying the key destroys the content wherever copies of the file may be. Metadata,
//! digest and wrapped key stand in the tables of whoever owns the file; the vault knows ids only, and owns no table.
//!
//! ```text
//! root/7f/3a/018f…3a7f        a file, under the last bytes of its id (the first ones of a UUIDv7 are the clock)
//! root/unfinished/018f…3a7f   one that is being written; removed at the next start if its writer is gone
//! ```
//!
//! Always holds: no plaintext touches the disk; a file that can be seen is whole and durable; a change, a swap, a
//! reordering or a cut is refused with `crypto.data_altered` and the chunk is named. Disk and cipher work runs on
//! blocking threads, never on an async worker.

mod batch;
mod format;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::fs::{self, File, TryLockError};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::Stream;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use read::{ContentReader, Fault, Verification};

/// What the files look like from outside.
pub const FILE_FORM: crate::crypto::file_form::FileForm = format::FILE_FORM;

use crate::crypto::DataKey;
use crate::error::{Error, ErrorCode, Result};
use format::{ContentDigest, Header};
use read::SealedFile;
use write::SealedWriter;

const UNFINISHED: &str = "unfinished";

/// A folder of sealed files. Clones are handles to the same folder.
#[derive(Clone)]
pub struct Vault {
    root: Arc<Path>,
    chunk_bytes: u32,
}

/// What was written, for the owner's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Bytes of the content.
    pub bytes: u64,
    /// Sealed chunks in the file.
    pub chunks: u64,
    /// SM3 of the list of the SM3 digests of the content's chunks, 64 KiB each: what a signature over a recording covers.
    /// It outlives a change of the key under which the chunks are sealed.
    pub digest_sm3: [u8; 32],
}

impl Vault {
    /// Opens the folder, making it if needed, and removes the files that a crash left unfinished. Blocking; call it at
    /// start. Files that another living process is writing stay. Errors: `StorageUnavailable`.
    pub fn open(root: &Path) -> Result<Self> {
        let unfinished = root.join(UNFINISHED);
        write::make_dirs(&unfinished)?;
        let mut removed = 0;
        for entry in fs::read_dir(&unfinished).map_err(|err| storage(err, &unfinished))? {
            let path = entry.map_err(|err| storage(err, &unfinished))?.path();
            removed += usize::from(remove_abandoned(&path)?);
        }
        if removed > 0 {
            tracing::info!(files = removed, "unfinished vault files removed");
        }
        Ok(Vault { root: root.into(), chunk_bytes: format::CHUNK_BYTES })
    }

    /// Begins a file. Errors: `Conflict` when the id is taken, `StorageUnavailable`.
    pub async fn create(&self, file_id: Uuid, key: &DataKey) -> Result<VaultWriter> {
        let header = Header { file_id, chunk_bytes: self.chunk_bytes };
        let (hidden, target) = (self.root.join(UNFINISHED).join(file_id.to_string()), self.path(file_id));
        let key = key.clone();
        let writer = blocking(move || SealedWriter::create(hidden, target, header, key)).await?;
        Ok(VaultWriter { writer: Some(Box::new(writer)) })
    }

    /// Opens a file for reading; its last chunk is checked at once, so the length is true. Errors: `NotFound`, `DataAltered`.
    pub async fn reader(&self, file_id: Uuid, key: &DataKey) -> Result<VaultReader> {
        let (path, key) = (self.path(file_id), key.clone());
        let file = blocking(move || SealedFile::open(&path, file_id, key)).await?;
        Ok(VaultReader { file: Arc::new(file) })
    }

    /// The bytes `range` of the content. Errors: as [`Vault::reader`], `InvalidParameter` when the range reaches beyond the
    /// content, `DataAltered` naming the chunk.
    pub async fn read_range(&self, file_id: Uuid, key: &DataKey, range: Range<u64>) -> Result<Vec<u8>> {
        let (path, key) = (self.path(file_id), key.clone());
        blocking(move || SealedFile::open(&path, file_id, key)?.read_range(range)).await
    }

    /// The content as a seekable `Read`, for decoders on the cpu pool. Blocking. Errors: as [`Vault::reader`].
    pub fn content(&self, file_id: Uuid, key: &DataKey) -> Result<ContentReader> {
        Ok(ContentReader::new(SealedFile::open(&self.path(file_id), file_id, key.clone())?))
    }

    /// Which data key a file needs: its id and version. Errors: `NotFound`, `DataAltered`.
    pub async fn key_of(&self, file_id: Uuid) -> Result<(Uuid, u32)> {
        let path = self.path(file_id);
        blocking(move || read::key_of(&path, file_id)).await
    }

    /// Seals a file anew when a former version of its key sealed it; says whether it was. The content and its digest stay; a crash leaves the
    /// former file or the new one. Errors: as [`Vault::reader`].
    pub async fn reseal(&self, file_id: Uuid, key: &DataKey) -> Result<bool> {
        let (path, key) = (self.path(file_id), key.clone());
        let (hidden, chunk_bytes) = (self.root.join(UNFINISHED).join(file_id.to_string()), self.chunk_bytes);
        blocking(move || {
            if read::key_of(&path, file_id)? == (key.id(), key.version()) {
                return Ok(false);
            }
            let file = SealedFile::open(&path, file_id, key.clone())?;
            let mut writer = SealedWriter::replace(hidden, path, Header { file_id, chunk_bytes }, key)?;
            let (mut at, end) = (0, file.bytes());
            let batch_bytes = u64::from(chunk_bytes) * format::GROUP_CHUNKS as u64;
            while at < end {
                let next = end.min(at + batch_bytes);
                writer.append(&Zeroizing::new(file.read_range(at..next)?))?;
                at = next;
            }
            writer.finish().map(|_| true)
        })
        .await
    }

    /// Reads all of a file and names every chunk that is not as it was written. Errors: `NotFound`, `StorageUnavailable`.
    pub async fn verify(&self, file_id: Uuid, key: &DataKey) -> Result<Verification> {
        let (path, key) = (self.path(file_id), key.clone());
        blocking(move || read::verify(&path, file_id, key)).await
    }

    /// Removes a file; says whether it was there. What destroys the content is dropping the key; this frees the space.
    pub async fn delete(&self, file_id: Uuid) -> Result<bool> {
        let path = self.path(file_id);
        blocking(move || match fs::remove_file(&path) {
            Ok(()) => path.parent().map_or(Ok(()), write::sync_dir).map(|()| true),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(err) => Err(storage(err, &path)),
        })
        .await
    }

    /// The ids of all finished files, in no order. Errors: `StorageUnavailable`.
    pub async fn files(&self) -> Result<Vec<Uuid>> {
        let root = Arc::clone(&self.root);
        blocking(move || read::files(&root)).await
    }

    /// Removes finished files made before `horizon` that their owner does not know: those whose row a crash or a lost database kept from being
    /// committed. Younger ones stay, because another node may be about to commit theirs. `known` says which of some ids the owner knows.
    pub async fn remove_unknown<Known>(
        &self,
        horizon: DateTime<Utc>,
        known: impl Fn(Vec<Uuid>) -> Known,
    ) -> Result<usize>
    where
        Known: Future<Output = Result<Vec<Uuid>>>,
    {
        let old_enough = |id: &Uuid| made_at(id).is_some_and(|made| made < horizon);
        let files: Vec<Uuid> = self.files().await?.into_iter().filter(old_enough).collect();
        let mut removed = 0;
        for some in files.chunks(1_000) {
            let known = known(some.to_vec()).await?;
            for id in some.iter().filter(|id| !known.contains(id)) {
                removed += usize::from(self.delete(*id).await?);
            }
        }
        if removed > 0 {
            tracing::warn!(files = removed, "files that nothing knows removed from the vault");
        }
        Ok(removed)
    }

    fn path(&self, file_id: Uuid) -> PathBuf {
        let [.., second, first] = *file_id.as_bytes();
        self.root.join(format!("{first:02x}/{second:02x}/{file_id}"))
    }
}

/// A file being written. Nobody sees it before [`VaultWriter::finish`]; dropped before that, it is gone.
pub struct VaultWriter {
    /// Absent while it is on a blocking thread, and for good when an `append` was cancelled or failed: a file with a gap
    /// must never be finished.
    writer: Option<Box<SealedWriter>>,
}

impl VaultWriter {
    /// Adds to the end. Errors: `StorageUnavailable`, after which the file can only be dropped.
    pub async fn append(&mut self, content: &[u8]) -> Result<()> {
        let mut writer = self.take()?;
        let mut rest = writer.take_in(content);
        while !rest.is_empty() {
            writer = blocking(move || writer.flush().map(|()| writer)).await?;
            rest = writer.take_in(rest);
        }
        self.writer = Some(writer);
        Ok(())
    }

    /// Makes the file durable and visible. Errors: `StorageUnavailable`, `Conflict`.
    pub async fn finish(mut self) -> Result<Sealed> {
        let writer = self.take()?;
        blocking(move || writer.finish()).await
    }

    fn take(&mut self) -> Result<Box<SealedWriter>> {
        self.writer
            .take()
            .ok_or_else(|| ErrorCode::StorageUnavailable.because("an earlier write of this file did not succeed"))
    }
}

/// An open file.
#[derive(Clone)]
pub struct VaultReader {
    file: Arc<SealedFile>,
}

impl VaultReader {
    /// Bytes of the content.
    pub fn bytes(&self) -> u64 {
        self.file.bytes()
    }

    /// The bytes `range` of the content. Errors: `InvalidParameter`, `DataAltered` naming the chunk, `StorageUnavailable`.
    pub async fn read_range(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let file = self.file.clone();
        blocking(move || file.read_range(range)).await
    }

    /// The bytes `range` of the content, a chunk at a time as they are asked for: the body of an answer to an HTTP range
    /// request. It ends with the first error. Errors: `InvalidParameter` at once, the others as items.
    pub fn stream(&self, range: Range<u64>) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
        self.file.check_range(&range)?;
        let file = self.file.clone();
        Ok(futures::stream::try_unfold(range, move |left| {
            let file = file.clone();
            async move {
                if left.start == left.end {
                    return Ok(None);
                }
                let step = blocking({
                    let left = left.clone();
                    move || file.read_step(&left)
                });
                let step = step.await?;
                let rest = left.start + step.len() as u64..left.end;
                Ok(Some((step, rest)))
            }
        }))
    }
}

/// The digest that a file of this content has ([`Sealed::digest_sm3`]). More than a moment's work for a long one: call it
/// where blocking is allowed.
pub fn content_digest(content: &[u8]) -> [u8; 32] {
    let mut digest = ContentDigest::new();
    let mut chunks: Vec<&[u8]> = content.chunks(format::CHUNK_BYTES as usize).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    digest.update(&chunks);
    digest.finalize()
}

/// Removes an unfinished file whose writer is gone; a living one holds its lock.
fn remove_abandoned(path: &Path) -> Result<bool> {
    let file = match File::open(path) {
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        file => file.map_err(|err| storage(err, path))?,
    };
    match file.try_lock() {
        Ok(()) => fs::remove_file(path).map(|()| true).map_err(|err| storage(err, path)),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(err)) => Err(storage(err, path)),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(err) => Err(ErrorCode::Internal.caused_by(err).context("vault work ended early")),
    }
}

/// A failed file operation. Paths in the vault are made of ids and tell nothing.
fn storage(err: std::io::Error, path: &Path) -> Error {
    let detail = format!("{}: {err}", path.display());
    ErrorCode::StorageUnavailable.caused_by(err).context(detail)
}

/// When a file with this id (UUIDv7) was made.
fn made_at(id: &Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

//! The form of a sealed file, and opening and sealing its chunks.
//!
//! `"GTSX" | form 0x02 | file id (16 random bytes) | sealed chunk+`. Every chunk but the last seals exactly [`CHUNK`] bytes, the last one what
//! remains, be it nothing. The associated data of a chunk binds the file's name, its id, the chunk's number and whether it is the last:
//! chunks cannot be moved, repeated, left out, cut off or mixed between two versions of a file without being noticed.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::crypto::envelope::OVERHEAD;
use crate::crypto::file_form::FileForm;
use crate::crypto::{Aad, DataKey};
use crate::error::ErrorCode;

/// Bytes of clear text in each chunk but the last. Small enough that a posting list of a few bytes costs little to open on its own, large
/// enough that what is added to each chunk does not show.
pub(super) const CHUNK: usize = 16 * 1024;
/// Its size on the disk.
pub(super) const SEALED_CHUNK: usize = CHUNK + OVERHEAD;
/// Chunks that are read from the disk at once.
const RUN: usize = 16;
const MAGIC: &[u8; 4] = b"GTSX";
const FORM: u8 = 2;
pub(super) const HEAD: usize = MAGIC.len() + 1 + 16;
/// A file of the index to one who has no key.
pub(super) const FILE_FORM: FileForm =
    FileForm { magic: MAGIC, head_bytes: HEAD as u64, sealed_chunk_bytes: SEALED_CHUNK as u64 };

/// What the chunks of one version of one file are bound to, and the key that seals them.
pub(super) struct Identity {
    pub name: String,
    pub id: Uuid,
    pub key: DataKey,
}

impl Identity {
    /// A new version of a file.
    pub fn new(name: &str, key: DataKey) -> Self {
        Identity { name: name.to_owned(), id: Uuid::new_v4(), key }
    }

    /// The version that is on the disk.
    pub fn read(name: &str, key: DataKey, file: &File) -> io::Result<Self> {
        let mut head = [0; HEAD];
        file.read_exact_at(&mut head, 0)?;
        let (magic, rest) = head.split_at(MAGIC.len());
        match rest.split_first() {
            Some((&FORM, id)) if magic == MAGIC => {
                let id = Uuid::from_slice(id).map_err(|_| altered("the header is cut off"))?;
                Ok(Identity { name: name.to_owned(), id, key })
            }
            _ => Err(altered("this is not a sealed index file of a known form")),
        }
    }

    /// What stands before the chunks.
    pub fn head(&self) -> Vec<u8> {
        [MAGIC.as_slice(), &[FORM], self.id.as_bytes()].concat()
    }

    fn column(&self, number: usize, last: bool) -> String {
        format!("{}#{number}{}", self.name, if last { ".last" } else { "" })
    }

    /// Seals a chunk, appended to `out`.
    pub fn seal_onto(&self, out: &mut Vec<u8>, number: usize, last: bool, plain: &[u8]) -> io::Result<()> {
        let aad = Aad { table: "search_index", column: &self.column(number, last), row: self.id };
        self.key.seal_onto(out, &aad, plain).map_err(io::Error::other)
    }

    fn open(&self, number: usize, last: bool, sealed: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
        let aad = Aad { table: "search_index", column: &self.column(number, last), row: self.id };
        self.key.open(&aad, sealed).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
    }

    /// Opens chunks one after the other and hands each to `take` with its number.
    pub fn open_chunks(
        &self,
        file: &File,
        extent: Extent,
        chunks: Range<usize>,
        mut take: impl FnMut(usize, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut sealed = Vec::new();
        let mut next = chunks.start;
        while next < chunks.end {
            let run = next..chunks.end.min(next + RUN);
            let at = extent.on_disk(run.clone());
            sealed.resize(usize::try_from(at.end - at.start).map_err(|_| altered("the file is too large"))?, 0);
            file.read_exact_at(&mut sealed, at.start)?;
            for (number, chunk) in run.clone().zip(sealed.chunks(SEALED_CHUNK)) {
                take(number, &self.open(number, extent.is_last(number), chunk)?)?;
            }
            next = run.end;
        }
        Ok(())
    }
}

/// How much a file holds, as its length on the disk says. A false length is found out when the last chunk is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Bytes of clear text.
    pub clear: usize,
    /// At least one.
    pub chunks: usize,
    sealed: u64,
}

impl Extent {
    pub fn of(file: &File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let sealed = usize::try_from(length).map_err(|_| altered("the file is too large"))?;
        let sealed = sealed.checked_sub(HEAD).ok_or_else(|| altered("the header is cut off"))?;
        let chunks = sealed.div_ceil(SEALED_CHUNK);
        let clear = sealed.checked_sub(chunks * OVERHEAD).ok_or_else(|| altered("a chunk is cut off"))?;
        if chunks == 0 {
            return Err(altered("the last chunk is missing"));
        }
        Ok(Extent { clear, chunks, sealed: length })
    }

    /// The chunks that a range of the clear text, which is not empty, lies in.
    pub fn chunks_of(&self, range: &Range<usize>) -> Range<usize> {
        range.start / CHUNK..range.end.div_ceil(CHUNK)
    }

    /// The clear text of a chunk.
    pub fn clear_of(&self, chunk: usize) -> Range<usize> {
        chunk * CHUNK..((chunk + 1) * CHUNK).min(self.clear)
    }

    fn is_last(&self, chunk: usize) -> bool {
        chunk + 1 == self.chunks
    }

    fn on_disk(&self, chunks: Range<usize>) -> Range<u64> {
        let at = |chunk: usize| ((HEAD + chunk * SEALED_CHUNK) as u64).min(self.sealed);
        at(chunks.start)..at(chunks.end)
    }
}

pub(super) fn altered(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, ErrorCode::DataAltered.because(what))
}

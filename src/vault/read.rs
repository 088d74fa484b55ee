//! Reading a file: any range, chunk by chunk, each checked before a byte of it is given out. Blocking.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::format::{ContentDigest, GROUP_CHUNKS, HEADER_BYTES, Header, Layout};
use super::{Sealed, storage};
use crate::crypto::{DataKey, envelope_key_id};
use crate::error::{Error, ErrorCode, Result};

/// An open file of the vault, whose length is known to be true. Reading needs no `&mut`, so clones of an `Arc` may read in parallel.
pub(super) struct SealedFile {
    file: File,
    header: Header,
    layout: Layout,
    key: DataKey,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The header is not this file's, or the length is not that of any content: nothing can be read.
    Header,
    /// The chunk of this number does not open: it was changed or moved, or the key is another file's.
    Chunk(u64),
    /// The chunk of this number opens, but was not the last one: the end of the file is gone.
    CutAfter(u64),
    /// The chunk of this number opens as the last one, but more follows it.
    ExtendedAfter(u64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Header => f.write_str("the header or the length was changed"),
            Fault::Chunk(index) => write!(f, "chunk {index} was changed"),
            Fault::CutAfter(index) => write!(f, "everything after chunk {index} is missing"),
            Fault::ExtendedAfter(index) => write!(f, "something was added after chunk {index}"),
        }
    }
}

/// What a full check of a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Length and digests as they are now, to compare with those kept when the file was written; only of a file without fault.
    pub sealed: Option<Sealed>,
    /// Every fault, in file order.
    pub faults: Vec<Fault>,
}

impl SealedFile {
    pub(super) fn open(path: &Path, file_id: Uuid, key: DataKey) -> Result<Self> {
        let file = open(path, file_id)?;
        let (header, layout) = inspect(&file, path, file_id)?.ok_or_else(|| altered(file_id, Fault::Header))?;
        let file = SealedFile { file, header, layout, key };
        // The length comes from the disk. That the chunk at the end says "last" is what makes it true, so a cut file is
        // refused here and not only by the reader who happens to come to its end.
        file.chunk(layout.chunks - 1)?;
        Ok(file)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.layout.bytes()
    }

    /// The chunk in which a byte of the content lies, as a range of the content.
    fn chunk_around(&self, at: u64) -> (u64, Range<u64>) {
        let chunk_bytes = u64::from(self.header.chunk_bytes);
        let index = at / chunk_bytes;
        let start = index * chunk_bytes;
        (index, start..start.saturating_add(chunk_bytes).min(self.bytes()))
    }

    fn sealed_chunk(&self, index: u64) -> Result<Vec<u8>> {
        let (at, length) = self.layout.sealed(index);
        let mut sealed = vec![0; length];
        match self.file.read_exact_at(&mut sealed, at) {
            Ok(()) => Ok(sealed),
            // It was as long as its layout when it was opened.
            Err(err) if err.kind() == io::ErrorKind::UnexpectedEof => {
                Err(altered(self.header.file_id, Fault::Chunk(index)))
            }
            Err(err) => Err(ErrorCode::StorageUnavailable
                .caused_by(err)
                .context(format!("reading vault file {}", self.header.file_id))),
        }
    }

    fn open_as(&self, index: u64, sealed: &[u8], last: bool) -> Result<Zeroizing<Vec<u8>>> {
        self.key.open(&self.header.aad(&self.header.place(index, last)), sealed)
    }

    /// Reads and opens one chunk, or says what is wrong with it.
    fn chunk(&self, index: u64) -> Result<Zeroizing<Vec<u8>>> {
        let sealed = self.sealed_chunk(index)?;
        let last = self.layout.is_last(index);
        self.open_as(index, &sealed, last).map_err(|_| altered(self.header.file_id, self.fault(index, &sealed)))
    }

    fn fault(&self, index: u64, sealed: &[u8]) -> Fault {
        let last = self.layout.is_last(index);
        match (self.open_as(index, sealed, !last).is_ok(), last) {
            (true, true) => Fault::CutAfter(index),
            (true, false) => Fault::ExtendedAfter(index),
            (false, _) => Fault::Chunk(index),
        }
    }

    /// The content in `range`, at most up to the end of the chunk in which it starts: one step of a stream.
    pub(super) fn read_step(&self, range: &Range<u64>) -> Result<Vec<u8>> {
        let (index, bounds) = self.chunk_around(range.start);
        let plain = self.chunk(index)?;
        let end = range.end.min(bounds.end);
        let within = usize::try_from(range.start - bounds.start)..usize::try_from(end - bounds.start);
        let (Ok(from), Ok(to)) = (within.start, within.end) else { return Err(ErrorCode::Internal.into()) };
        plain.get(from..to).map(<[u8]>::to_vec).ok_or_else(|| altered(self.header.file_id, Fault::Chunk(index)))
    }

    /// Refuses a range that is not within the content.
    pub(super) fn check_range(&self, range: &Range<u64>) -> Result<()> {
        if range.start <= range.end && range.end <= self.bytes() {
            return Ok(());
        }
        Err(ErrorCode::InvalidParameter.because(format!(
            "range {}..{} is not within the {} bytes of the file",
            range.start,
            range.end,
            self.bytes()
        )))
    }

    pub(super) fn read_range(&self, range: Range<u64>) -> Result<Vec<u8>> {
        self.check_range(&range)?;
        let length =
            usize::try_from(range.end - range.start).map_err(|err| ErrorCode::InvalidParameter.caused_by(err))?;
        let mut content = Vec::with_capacity(length);
        let mut left = range;
        while left.start < left.end {
            let step = Zeroizing::new(self.read_step(&left)?);
            left.start += step.len() as u64;
            content.extend_from_slice(&step);
        }
        Ok(content)
    }
}

/// Reads the whole file and names everything that is wrong with it. Errors: `NotFound`, `StorageUnavailable`.
pub(super) fn verify(path: &Path, file_id: Uuid, key: DataKey) -> Result<Verification> {
    let file = open(path, file_id)?;
    let Some((header, layout)) = inspect(&file, path, file_id)? else {
        return Ok(Verification { sealed: None, faults: vec![Fault::Header] });
    };
    let file = SealedFile { file, header, layout, key };
    let (mut digest, mut faults) = (ContentDigest::new(), Vec::new());
    let mut group = Vec::with_capacity(GROUP_CHUNKS);
    for index in 0..layout.chunks {
        let sealed = file.sealed_chunk(index)?;
        match file.open_as(index, &sealed, layout.is_last(index)) {
            Ok(plain) => group.push(plain),
            Err(_) => faults.push(file.fault(index, &sealed)),
        }
        if group.len() == GROUP_CHUNKS || layout.is_last(index) {
            digest.update(&group.iter().map(|plain| plain.as_slice()).collect::<Vec<_>>());
            group.clear();
        }
    }
    let whole = Sealed { bytes: layout.bytes(), chunks: layout.chunks, digest_sm3: digest.finalize() };
    Ok(Verification { sealed: faults.is_empty().then_some(whole), faults })
}

/// Which data key a file needs: its id and version, as the first chunk names them.
pub(super) fn key_of(path: &Path, file_id: Uuid) -> Result<(Uuid, u32)> {
    let file = open(path, file_id)?;
    let (_, layout) = inspect(&file, path, file_id)?.ok_or_else(|| altered(file_id, Fault::Header))?;
    let (at, length) = layout.sealed(0);
    let mut sealed = vec![0; length.min(crate::crypto::envelope::OVERHEAD)];
    file.read_exact_at(&mut sealed, at).map_err(|err| storage(err, path))?;
    envelope_key_id(&sealed).map_err(|_| altered(file_id, Fault::Chunk(0)))
}

/// The ids of all files under `root`: two levels of folders, then names that are ids. What else lies there is not ours.
pub(super) fn files(root: &Path) -> Result<Vec<Uuid>> {
    let entries = |folder: &Path| -> Result<Vec<PathBuf>> {
        let listed = fs::read_dir(folder).map_err(|err| storage(err, folder))?;
        listed.map(|entry| entry.map(|e| e.path()).map_err(|err| storage(err, folder))).collect()
    };
    let is_level = |path: &Path| {
        path.file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|n| n.len() == 2 && n.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let mut ids = Vec::new();
    for first in entries(root)?.iter().filter(|path| is_level(path)) {
        for second in entries(first)?.iter().filter(|path| is_level(path)) {
            let names = entries(second)?;
            ids.extend(names.iter().filter_map(|path| Uuid::parse_str(path.file_name()?.to_str()?).ok()));
        }
    }
    Ok(ids)
}

fn open(path: &Path, file_id: Uuid) -> Result<File> {
    match File::open(path) {
        Ok(file) => Ok(file),
        Err(err) if err.kind() == io::ErrorKind::NotFound => {
            Err(ErrorCode::NotFound.because(format!("there is no vault file {file_id}")))
        }
        Err(err) => Err(storage(err, path)),
    }
}

/// Header and layout; absent when they are not those of this file.
fn inspect(file: &File, path: &Path, file_id: Uuid) -> Result<Option<(Header, Layout)>> {
    let file_bytes = file.metadata().map_err(|err| storage(err, path))?.len();
    let mut bytes = [0; HEADER_BYTES];
    match file.read_exact_at(&mut bytes, 0) {
        Err(err) if err.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read.map_err(|err| storage(err, path))?,
    }
    let header = Header::decode(&bytes, file_id);
    Ok(header.and_then(|header| Layout::of(header, file_bytes).map(|layout| (header, layout))))
}

fn altered(file_id: Uuid, fault: Fault) -> Error {
    ErrorCode::DataAltered.because(format!("vault file {file_id}: {fault}"))
}

/// The content as a seekable file, for decoders. Blocking: use it on the cpu pool. Holds one opened chunk.
pub struct ContentReader {
    file: SealedFile,
    position: u64,
    /// The chunk that was read last, and where in the content it begins.
    chunk: Option<(u64, Zeroizing<Vec<u8>>)>,
}

impl ContentReader {
    pub(super) fn new(file: SealedFile) -> Self {
        ContentReader { file, position: 0, chunk: None }
    }

    /// Bytes of the content.
    pub fn bytes(&self) -> u64 {
        self.file.bytes()
    }
}

impl Read for ContentReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.file.bytes() || out.is_empty() {
            return Ok(0);
        }
        let (index, bounds) = self.file.chunk_around(self.position);
        if self.chunk.as_ref().is_none_or(|(start, _)| *start != bounds.start) {
            self.chunk = Some((bounds.start, self.file.chunk(index).map_err(io::Error::other)?));
        }
        let Some((start, plain)) = &self.chunk else { return Ok(0) };
        let from = usize::try_from(self.position - start).map_err(io::Error::other)?;
        let n = plain.get(from..).unwrap_or_default().read(out)?;
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for ContentReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.file.bytes().checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

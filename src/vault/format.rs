//! The file on disk: a header, then chunks of equal size, each sealed under the file's data key.
//!
//! ```text
//! offset  0        8        9         12                16       32
//!         magic    version  zero      chunk bytes       file id  sealed chunk 0 | sealed chunk 1 | … | sealed last chunk
//!         guitaivf 1        3 bytes   4 (big-endian)    16       chunk bytes + OVERHEAD each, the last one shorter
//! ```
//!
//! A sealed chunk is the stored form of `crypto::envelope`, bound to the file's id, the chunk's number, the chunk size
//! and whether it is the last. So a chunk that is changed, moved, taken from another file or missing at the end does not
//! open, and neither does a file whose header says something else. The last chunk is never empty unless the content is.

use uuid::Uuid;

use crate::crypto::Aad;
use crate::crypto::envelope::OVERHEAD;
use crate::crypto::file_form::FileForm;
use crate::crypto::sm3::{self, Sm3};

const MAGIC: [u8; 8] = *b"guitaivf";
const VERSION: u8 = 1;
pub(super) const HEADER_BYTES: usize = 32;

/// Plaintext bytes of a chunk: small enough to seek in a call, large enough that the 50 bytes of sealing do not matter.
pub(super) const CHUNK_BYTES: u32 = 64 << 10;
/// Chunks that are sealed, opened and hashed together: as many as SM3 hashes at once.
pub(super) const GROUP_CHUNKS: usize = 16;
/// What a header may ask a reader to hold in memory at once.
const LARGEST_CHUNK_BYTES: u32 = 1 << 20;

/// A file of the vault to one who has no key.
pub(super) const FILE_FORM: FileForm = FileForm {
    magic: &MAGIC,
    head_bytes: HEADER_BYTES as u64,
    sealed_chunk_bytes: CHUNK_BYTES as u64 + OVERHEAD as u64,
};

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub file_id: Uuid,
    pub chunk_bytes: u32,
}

impl Header {
    pub(super) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let parts: [&[u8]; 5] =
            [&MAGIC, &[VERSION], &[0; 3], &self.chunk_bytes.to_be_bytes(), self.file_id.as_bytes().as_slice()];
        for (to, from) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        bytes
    }

    /// Absent when it is not a header of ours, or one for another file.
    pub(super) fn decode(bytes: &[u8; HEADER_BYTES], file_id: Uuid) -> Option<Self> {
        let chunk = bytes.get(12..16)?.try_into().ok()?;
        let header = Header { file_id, chunk_bytes: u32::from_be_bytes(chunk) };
        // One encoding per header, so comparing with it checks every byte.
        // A power of two, so that no single flipped bit makes another size of it and blames the chunks.
        let size = header.chunk_bytes.is_power_of_two() && header.chunk_bytes <= LARGEST_CHUNK_BYTES;
        (size && header.encode() == *bytes).then_some(header)
    }

    /// What a chunk is bound to, beside the key.
    pub(super) fn place(&self, index: u64, last: bool) -> String {
        let end = if last { "last" } else { "more" };
        format!("v{VERSION}/{}/{index}/{end}", self.chunk_bytes)
    }

    /// `place` as associated data.
    pub(super) fn aad<'a>(&self, place: &'a str) -> Aad<'a> {
        Aad { table: "vault", column: place, row: self.file_id }
    }

    /// Bytes that a whole chunk takes in the file.
    pub(super) fn sealed_chunk_bytes(&self) -> usize {
        self.chunk_bytes as usize + OVERHEAD
    }
}

/// Where the chunks of a file of a certain length lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    header: Header,
    /// At least one.
    pub chunks: u64,
    file_bytes: u64,
}

impl Layout {
    /// Absent when no content has a file of this length.
    pub(super) fn of(header: Header, file_bytes: u64) -> Option<Self> {
        let body = file_bytes.checked_sub(HEADER_BYTES as u64)?;
        let layout = Layout { header, chunks: body.div_ceil(header.sealed_chunk_bytes() as u64), file_bytes };
        let (_, last) = layout.sealed(layout.chunks.checked_sub(1)?);
        let rest = last.checked_sub(OVERHEAD)?;
        // An empty chunk stands only for empty content.
        (rest > 0 || layout.chunks == 1).then_some(layout)
    }

    /// Offset and length of a sealed chunk in the file.
    pub(super) fn sealed(&self, index: u64) -> (u64, usize) {
        let whole = self.header.sealed_chunk_bytes() as u64;
        let at = HEADER_BYTES as u64 + index * whole;
        let length = whole.min(self.file_bytes.saturating_sub(at));
        (at, usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// Bytes of the content.
    pub(super) fn bytes(&self) -> u64 {
        self.file_bytes - HEADER_BYTES as u64 - self.chunks * OVERHEAD as u64
    }

    pub(super) fn is_last(&self, index: u64) -> bool {
        index + 1 == self.chunks
    }
}

/// The digest of a content: SM3 of the SM3 digests of its chunks, so that many of them are hashed at once and one chunk
/// can be checked without the others. Of content that fits one chunk it is SM3 of the SM3.
pub(super) struct ContentDigest(Sm3);

impl ContentDigest {
    pub(super) fn new() -> Self {
        ContentDigest(Sm3::new())
    }

    /// Takes in the next chunks. Empty content has one, which is empty.
    pub(super) fn update(&mut self, chunks: &[&[u8]]) {
        self.0.update(sm3::digest_each(None, chunks).as_flattened());
    }

    pub(super) fn finalize(self) -> [u8; 32] {
        self.0.finalize()
    }
}

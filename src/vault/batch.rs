//! What a writer holds in memory: a group of chunks, each in the frame in which it is sealed, and before them what is
//! sealed and not written yet.
//!
//! ```text
//! |      | waiting | frame 0: header, nonce | text | tag | frame 1 | … | frame 15 |
//! 0            group_bytes
//! ```
//!
//! Content is copied once, to where it is sealed and written from. The file is written up to multiples of `group_bytes`,
//! because a file system takes whole large pages fastest; what is over waits before the frames.

use std::fs::File;
use std::io::{self, Write};

use zeroize::Zeroize;

use super::format::{GROUP_CHUNKS, Header};
use crate::crypto::envelope::{OVERHEAD, TEXT_AT};

pub(super) struct Batch {
    bytes: Vec<u8>,
    chunk_bytes: usize,
    /// The number of the chunk in frame 0.
    first: u64,
    /// Bytes of content in the frames, which are plaintext until they are sealed.
    filled: usize,
    /// Sealed bytes before the frames.
    waiting: usize,
    /// Bytes of the file that are written.
    written: u64,
}

impl Batch {
    /// That of a new file, of which the header waits.
    pub(super) fn new(header: &Header) -> Self {
        let chunk_bytes = header.chunk_bytes as usize;
        let header = header.encode();
        let mut bytes = vec![0; GROUP_CHUNKS * (chunk_bytes + chunk_bytes + OVERHEAD)];
        let (before, _) = bytes.split_at_mut(GROUP_CHUNKS * chunk_bytes);
        if let Some(place) = before.last_chunk_mut() {
            *place = header;
        }
        Batch { bytes, chunk_bytes, first: 0, filled: 0, waiting: header.len(), written: 0 }
    }

    fn group_bytes(&self) -> usize {
        GROUP_CHUNKS * self.chunk_bytes
    }

    /// Takes in as much of `content` as there is room for, and returns the rest.
    pub(super) fn take_in<'c>(&mut self, mut content: &'c [u8]) -> &'c [u8] {
        let (_, frames) = self.bytes.split_at_mut(GROUP_CHUNKS * self.chunk_bytes);
        // Only the first of these may hold something already.
        let (full, mut held) = (self.filled / self.chunk_bytes, self.filled % self.chunk_bytes);
        for frame in frames.chunks_exact_mut(self.chunk_bytes + OVERHEAD).skip(full) {
            let room = frame.get_mut(TEXT_AT + held..TEXT_AT + self.chunk_bytes).unwrap_or_default();
            let (now, later) = content.split_at(content.len().min(room.len()));
            let (room, _) = room.split_at_mut(now.len());
            room.copy_from_slice(now);
            self.filled += now.len();
            (content, held) = (later, 0);
        }
        content
    }

    /// The number of the chunk in frame 0.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Bytes of content in the frames.
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// The lengths of the chunks in the frames. A file begins with a chunk even if it is empty.
    fn lengths(&self) -> impl ExactSizeIterator<Item = usize> + use<> {
        let (filled, chunk_bytes) = (self.filled, self.chunk_bytes);
        let chunks = filled.div_ceil(chunk_bytes).max(usize::from(self.first == 0));
        (0..chunks).map(move |at| chunk_bytes.min(filled - at * chunk_bytes))
    }

    /// The chunks, as plaintext.
    pub(super) fn chunks(&self) -> Vec<&[u8]> {
        let (_, frames) = self.bytes.split_at(self.group_bytes());
        let texts = frames.chunks_exact(self.chunk_bytes + OVERHEAD).zip(self.lengths());
        texts.filter_map(|(frame, length)| frame.get(TEXT_AT..TEXT_AT + length)).collect()
    }

    /// The frames that have a chunk, to seal in place.
    pub(super) fn frames(&mut self) -> impl ExactSizeIterator<Item = &mut [u8]> {
        let lengths: Vec<usize> = self.lengths().collect();
        let (_, frames) = self.bytes.split_at_mut(GROUP_CHUNKS * self.chunk_bytes);
        let frames = frames.chunks_exact_mut(self.chunk_bytes + OVERHEAD).zip(lengths);
        frames.map(|(frame, length)| frame.split_at_mut(length + OVERHEAD).0)
    }

    /// Once every frame is sealed: writes what there is up to a multiple of the group, or `all` of it, and is empty again.
    pub(super) fn write_to(&mut self, file: &mut File, all: bool) -> io::Result<()> {
        let chunks = self.lengths().len();
        let (start, end) = (self.group_bytes() - self.waiting, self.group_bytes() + self.filled + chunks * OVERHEAD);
        let over = if all { 0 } else { (self.written + (end - start) as u64) % self.group_bytes() as u64 };
        let stop = end - usize::try_from(over).unwrap_or_default();
        let now = self.bytes.get(start..stop).unwrap_or_default();
        file.write_all(now)?;
        self.written += now.len() as u64;
        self.first += chunks as u64;
        (self.filled, self.waiting) = (0, end - stop);
        let before = self.group_bytes() - self.waiting;
        self.bytes.copy_within(stop..end, before);
        Ok(())
    }
}

impl Drop for Batch {
    /// Nothing is plaintext after the last write.
    fn drop(&mut self) {
        self.frames().filter(|frame| frame.len() > OVERHEAD).for_each(Zeroize::zeroize);
    }
}

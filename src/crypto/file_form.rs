//! What a sealed file of ours looks like to one who has no key.

use super::envelope::{OVERHEAD, envelope_key_id};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// A header that begins with `magic`, then chunks in the stored form, each of the same length but the last, which may be shorter.
#[derive(Debug)]
pub struct FileForm {
    pub magic: &'static [u8],
    pub head_bytes: u64,
    pub sealed_chunk_bytes: u64,
}

impl FileForm {
    /// Whether a file has this form from its first byte to its last, all of its chunks under one key. Whether they open only
    /// that key can tell. Blocking.
    pub fn is_throughout(&self, file: &File) -> io::Result<bool> {
        let mut magic = vec![0; self.magic.len()];
        let body = file.metadata()?.len().checked_sub(self.head_bytes);
        let Some(body) = body.filter(|bytes| *bytes > 0) else { return Ok(false) };
        file.read_exact_at(&mut magic, 0)?;
        if magic != self.magic {
            return Ok(false);
        }
        let mut key = None;
        for chunk in 0..body.div_ceil(self.sealed_chunk_bytes) {
            let at = chunk * self.sealed_chunk_bytes;
            let mut start = [0; OVERHEAD];
            if body - at < OVERHEAD as u64 {
                return Ok(false);
            }
            file.read_exact_at(&mut start, self.head_bytes + at)?;
            match envelope_key_id(&start) {
                Ok(named) if *key.get_or_insert(named) == named => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

//! SM3 (GB/T 32905-2016): one stream, and sixteen streams at once for many messages.

mod batch;
mod hmac;
mod lanes;
mod rounds;
mod single;
#[cfg(test)]
mod tests;

pub use batch::digest_each;
pub use hmac::{HmacSm3, hkdf_expand, hkdf_extract, pbkdf2};

use crate::wipe::wipe;

/// Bytes of a digest.
pub const DIGEST: usize = 32;
/// Bytes that one compression takes in.
pub const BLOCK: usize = 64;

/// The initial value (section 4.1).
const INITIAL: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];

/// The constants T of all rounds, each already rotated by its round's number (section 4.2).
const ROTATED_T: [u32; 64] = {
    let mut t = [0; 64];
    let mut j = 0;
    while j < 64 {
        let constant: u32 = if j < 16 { 0x79cc_4519 } else { 0x7a87_9d8a };
        #[expect(clippy::indexing_slicing, reason = "evaluated when compiled")]
        {
            t[j] = constant.rotate_left(j as u32 % 32);
        }
        j += 1;
    }
    t
};

/// The digest of a message.
pub fn digest(message: &[u8]) -> [u8; DIGEST] {
    let mut hasher = Sm3::new();
    hasher.update(message);
    hasher.finish()
}

/// A digest over data that arrives in parts. Cleared when dropped, because it may run over a key.
#[derive(Clone)]
pub struct Sm3 {
    state: [u32; 8],
    /// What did not fill a block yet.
    pending: [u8; BLOCK],
    /// Bytes so far.
    length: u64,
}

impl Drop for Sm3 {
    fn drop(&mut self) {
        wipe(&mut self.state);
        wipe(&mut self.pending);
    }
}

impl Default for Sm3 {
    fn default() -> Self {
        Sm3 { state: INITIAL, pending: [0; BLOCK], length: 0 }
    }
}

impl Sm3 {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part.
    pub fn update(&mut self, part: &[u8]) {
        let filled = self.filled();
        self.length = self.length.wrapping_add(part.len() as u64);
        let (head, rest) = part.split_at(part.len().min((BLOCK - filled) % BLOCK));
        if !head.is_empty() {
            self.pending.iter_mut().skip(filled).zip(head).for_each(|(to, from)| *to = *from);
            if filled + head.len() < BLOCK {
                return;
            }
            single::compress(&mut self.state, std::slice::from_ref(&self.pending));
        }
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        single::compress(&mut self.state, blocks);
        self.pending.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
    }

    /// The digest of all parts.
    pub fn finalize(mut self) -> [u8; DIGEST] {
        self.finish()
    }

    /// The same, after which this is of no use; it stays where it is, because a move would leave a copy behind.
    fn finish(&mut self) -> [u8; DIGEST] {
        let filled = self.filled();
        let mut end = [0; 2 * BLOCK];
        end.iter_mut().zip(self.pending.iter().take(filled)).for_each(|(to, from)| *to = *from);
        let used = pad(&mut end, filled, self.length);
        single::compress(&mut self.state, end.as_chunks().0.get(..used).unwrap_or_default());
        wipe(&mut end);
        output(self.state)
    }

    fn filled(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }
}

/// Pads the last `filled` bytes of a message of `length` bytes (section 5.2); returns how many blocks that takes.
fn pad(end: &mut [u8; 2 * BLOCK], filled: usize, length: u64) -> usize {
    let blocks = if filled + 9 > BLOCK { 2 } else { 1 };
    if let Some(byte) = end.get_mut(filled) {
        *byte = 0x80;
    }
    let bits = (length << 3).to_be_bytes();
    end.iter_mut().take(blocks * BLOCK).rev().zip(bits.iter().rev()).for_each(|(to, from)| *to = *from);
    blocks
}

fn output(state: [u32; 8]) -> [u8; DIGEST] {
    let mut digest = [0; DIGEST];
    for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    digest
}

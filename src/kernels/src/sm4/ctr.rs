//! Counter mode (GB/T 17964-2021 section 9).

use super::kernel::Hashing;
use super::{BLOCK, Block, Sm4};
use crate::ghash::Ghash;
use crate::wipe::wipe;

/// Blocks of key stream that are made at once where a kernel has no stream of its own, and for what is left of one.
pub(super) const STRETCH: usize = 128;

impl Sm4 {
    /// Encrypts or decrypts in place. The whole of `counter` counts up, as a big-endian number that wraps.
    pub fn ctr(&self, counter: &[u8; BLOCK], mut data: &mut [u8]) {
        let mut counter = u128::from_be_bytes(*counter);
        while !data.is_empty() {
            // The stream below carries within the last four bytes only.
            let until_carry = (1 << 32) - (counter & 0xffff_ffff);
            let bytes = data.len().min(usize::try_from(until_carry * 16).unwrap_or(usize::MAX));
            let (now, later) = data.split_at_mut(bytes);
            self.stream(&counter.to_be_bytes(), now);
            counter = counter.wrapping_add(until_carry);
            data = later;
        }
    }

    /// Passes the key stream over `data`; only the last four bytes of `counter` count.
    fn stream(&self, counter: &Block, data: &mut [u8]) {
        let done = self.kernel.stream(&self.encrypting, counter, data, None);
        let rest = data.get_mut(done * BLOCK..).unwrap_or_default();
        let mut stream = [[0; BLOCK]; STRETCH];
        let mut counter = advanced(counter, done);
        for rest in rest.chunks_mut(STRETCH * BLOCK) {
            let blocks = rest.len().div_ceil(BLOCK);
            let stream = stream.get_mut(..blocks).unwrap_or_default();
            number(&counter, stream);
            self.kernel.encrypt(&self.encrypting, stream);
            xor(rest, stream);
            counter = advanced(&counter, blocks);
        }
        wipe(stream.as_flattened_mut());
    }
}

/// What `Kernel::stream` does, for kernels that have nothing better: block by block, then the hash.
pub(super) fn stream_plainly(
    encrypt: impl Fn(&mut [Block]),
    counter: &Block,
    data: &mut [u8],
    mut hashing: Option<(&mut Ghash<'_>, Hashing)>,
) -> usize {
    let batches = data.as_chunks_mut::<{ STRETCH * BLOCK }>().0;
    let done = batches.len() * STRETCH;
    let mut counter = *counter;
    let mut stream = [[0; BLOCK]; STRETCH];
    for batch in batches {
        if let Some((ghash, Hashing::Opening)) = &mut hashing {
            ghash.update_padded(batch);
        }
        number(&counter, &mut stream);
        encrypt(&mut stream);
        xor(batch, &stream);
        counter = advanced(&counter, STRETCH);
        if let Some((ghash, Hashing::Sealing)) = &mut hashing {
            ghash.update_padded(batch);
        }
    }
    wipe(stream.as_flattened_mut());
    done
}

/// The counter `blocks` further on, its first twelve bytes unchanged.
pub(super) fn advanced(counter: &Block, blocks: usize) -> Block {
    let counter = u128::from_be_bytes(*counter);
    let number = (counter as u32).wrapping_add(blocks as u32);
    (counter >> 32 << 32 | u128::from(number)).to_be_bytes()
}

/// Writes the counters from `counter` on into `blocks`.
pub(super) fn number(counter: &Block, blocks: &mut [Block]) {
    for (at, block) in blocks.iter_mut().enumerate() {
        *block = advanced(counter, at);
    }
}

/// Adds the key stream to `data`, which may end within a block.
pub(super) fn xor(data: &mut [u8], stream: &[Block]) {
    data.iter_mut().zip(stream.as_flattened()).for_each(|(data, stream)| *data ^= stream);
}

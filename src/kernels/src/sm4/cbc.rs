//! Cipher block chaining (GB/T 17964-2021 section 6), for exchange with older systems. No padding is added or removed.

use super::{BLOCK, Block, Sm4};

/// Blocks that are decrypted together.
const STRETCH: usize = 64;

fn add(block: &mut Block, other: &Block) {
    block.iter_mut().zip(other).for_each(|(block, other)| *block ^= other);
}

impl Sm4 {
    /// Encrypts in place. Each block waits for the one before it, so this is as fast as a single block.
    pub fn cbc_encrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
        let mut previous = *iv;
        for block in blocks {
            add(block, &previous);
            self.kernel.encrypt(&self.encrypting, std::slice::from_mut(block));
            previous = *block;
        }
    }

    /// Decrypts in place, many blocks at a time.
    pub fn cbc_decrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
        let decrypting = self.encrypting.reversed();
        let mut previous = *iv;
        let mut sealed = [[0; BLOCK]; STRETCH];
        for stretch in blocks.chunks_mut(STRETCH) {
            sealed.iter_mut().zip(stretch.iter()).for_each(|(to, from)| *to = *from);
            self.kernel.encrypt(&decrypting, stretch);
            for (block, sealed) in stretch.iter_mut().zip(&sealed) {
                add(block, &previous);
                previous = *sealed;
            }
        }
    }
}

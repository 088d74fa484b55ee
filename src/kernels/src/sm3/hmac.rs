//! What is built on SM3: HMAC (GB/T 15852.2, RFC 2104), HKDF (RFC 5869), PBKDF2 (GM/T 0091-2020, RFC 8018).

use super::{BLOCK, DIGEST, Sm3, digest};
use crate::wipe::wipe;

/// An HMAC-SM3 under a key, ready for a message. A clone costs no hashing, so keep one for a key that is used often.
#[derive(Clone)]
pub struct HmacSm3 {
    inner: Sm3,
    outer: Sm3,
}

impl HmacSm3 {
    /// Under a key of any length.
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block.iter_mut().zip(digest(key)).for_each(|(to, from)| *to = from);
        } else {
            block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        }
        let mut hmac = HmacSm3 { inner: Sm3::new(), outer: Sm3::new() };
        for (hasher, pad) in [(&mut hmac.inner, 0x36), (&mut hmac.outer, 0x5c)] {
            let mut padded = block.map(|byte| byte ^ pad);
            hasher.update(&padded);
            wipe(&mut padded);
        }
        wipe(&mut block);
        hmac
    }

    /// Adds a part of the message.
    pub fn update(&mut self, part: &[u8]) {
        self.inner.update(part);
    }

    /// The tag.
    pub fn finalize(mut self) -> [u8; DIGEST] {
        self.finish()
    }

    /// The same, after which this is of no use; it stays where it is, because a move would leave a copy behind.
    fn finish(&mut self) -> [u8; DIGEST] {
        self.outer.update(&self.inner.finish());
        self.outer.finish()
    }

    /// The tag of a message, leaving this one ready for the next.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; DIGEST] {
        let mut hmac = self.clone();
        parts.iter().for_each(|part| hmac.update(part));
        hmac.finish()
    }
}

/// HKDF's first half: a key from input that is not uniformly random.
pub fn hkdf_extract(salt: &[u8], input: &[u8]) -> [u8; DIGEST] {
    HmacSm3::new(salt).tag(&[input])
}

/// HKDF's second half: 32 bytes for the purpose `info`, given in parts, of a uniformly random key.
pub fn hkdf_expand(key: &[u8; DIGEST], info: &[&[u8]]) -> [u8; DIGEST] {
    let mut hmac = HmacSm3::new(key);
    info.iter().for_each(|part| hmac.update(part));
    hmac.update(&[1]);
    hmac.finish()
}

/// PBKDF2: 32 bytes from a password. An iteration costs two compressions.
pub fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32) -> [u8; DIGEST] {
    let hmac = HmacSm3::new(password);
    let mut round = hmac.tag(&[salt, &1_u32.to_be_bytes()]);
    let mut sum = round;
    for _ in 1..iterations {
        round = hmac.tag(&[&round]);
        sum.iter_mut().zip(&round).for_each(|(sum, round)| *sum ^= round);
    }
    wipe(&mut round);
    sum
}

//! Class keys under the root keys. The stored form has the layout of every other sealed value, under a suite of its own:
//!
//! ```text
//! offset  0         1         2          18            22       34            len-16
//!         version   suite 4   root id    root version  nonce    ciphertext    tag
//!         1         1         16         4             12       secret + 16   16
//! ```
//! The text is the secret, of 16 to 64 bytes, and 16 bytes of its digest. The tag says that what is stored was not changed; the digest says that the device
//! decrypted it rightly, which nothing else would show before data under a wrong key is lost.

use super::{BLOCK, NONCE, TAG, Tools, bind, same};
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::Key;
use std::ops::RangeInclusive;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The version of the layout.
pub const VERSION: u8 = 1;
/// Suite 4: SM4-CTR, then CBC-MAC with SM4 of an SM3 digest, both in a device.
pub const SUITE: u8 = 4;
const HEADER: usize = 22;
/// Bytes of the digest behind the secret.
const DIGEST: usize = 16;
/// Bytes of a secret: a key of a cipher, or of a MAC.
pub const SECRET: RangeInclusive<usize> = 16..=64;
/// Bytes by which a wrapped secret is longer than the secret.
pub const OVERHEAD: usize = HEADER + NONCE + DIGEST + TAG;

/// The two keys that wrap, in this session, and which root they are of.
pub struct Wrapping<'a> {
    pub id: Uuid,
    pub version: u32,
    pub encryption: &'a Key,
    pub mac: &'a Key,
}

/// The first counter block of a nonce.
pub(super) fn counter(nonce: &[u8; NONCE]) -> [u8; BLOCK] {
    let mut counter = [0; BLOCK];
    counter.iter_mut().zip(nonce.iter().chain(&[0, 0, 0, 1])).for_each(|(to, from)| *to = *from);
    counter
}

/// The secret and 16 bytes of its digest.
fn with_digest(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let digest = Zeroizing::new(bind("secret", &[secret]));
    let mut text = Zeroizing::new(Vec::with_capacity(secret.len() + DIGEST));
    text.extend_from_slice(secret);
    text.extend(digest.iter().take(DIGEST));
    text
}

/// Id and version of the root keys that wrapped something, as it says itself.
pub fn root_of(wrapped: &[u8]) -> Option<(Uuid, u32)> {
    let ([version, suite], rest) = wrapped.split_first_chunk()?;
    let (id, rest) = rest.split_first_chunk()?;
    let root_version = rest.first_chunk()?;
    ((*version, *suite) == (VERSION, SUITE)).then(|| (Uuid::from_bytes(*id), u32::from_be_bytes(*root_version)))
}

impl Wrapping<'_> {
    fn header(&self) -> Vec<u8> {
        let mut header = vec![VERSION, SUITE];
        header.extend_from_slice(self.id.as_bytes());
        header.extend_from_slice(&self.version.to_be_bytes());
        header
    }

    /// Wraps a secret for the place `context`, and opens the result again before it is given out.
    pub fn wrap(&self, tools: &mut Tools, context: &[u8], secret: &[u8]) -> Result<Vec<u8>> {
        if !SECRET.contains(&secret.len()) {
            return Err(Error::malformed("a secret that is wrapped has 16 to 64 bytes"));
        }
        let mut nonce = [0; NONCE];
        tools.random(&mut nonce)?;
        let mut text = with_digest(secret);
        tools.ctr(self.encryption, &counter(&nonce), &mut text)?;
        let header = self.header();
        let tag = tools.tag(self.mac, &bind("wrap", &[context, &header, &nonce, text.as_slice()]))?;
        let wrapped = [&header, nonce.as_slice(), text.as_slice(), &tag].concat();
        match self.unwrap(tools, context, &wrapped) {
            Ok(again) if same(again.as_slice(), secret) => Ok(wrapped),
            Ok(_) | Err(Error { kind: ErrorKind::Altered, .. }) => Err(Error::new(
                ErrorKind::SelfTest,
                "the device does not open what it has just wrapped; it must not be used",
            )),
            Err(e) => Err(e),
        }
    }

    /// The secret, when nothing was changed and the place is the same; otherwise `Altered`.
    pub fn unwrap(&self, tools: &mut Tools, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let other = || Error::altered("not a key that these root keys wrapped");
        let (header, rest) = wrapped.split_at_checked(HEADER).ok_or_else(other)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or_else(other)?;
        let (text, tag) = rest.split_last_chunk::<TAG>().ok_or_else(other)?;
        let length = text.len().checked_sub(DIGEST).filter(|length| SECRET.contains(length)).ok_or_else(other)?;
        if header != self.header() {
            return Err(other());
        }
        let expected = tools.tag(self.mac, &bind("wrap", &[context, header, nonce, text]))?;
        if !same(&expected, tag) {
            return Err(Error::altered("a wrapped key was changed or moved"));
        }
        let mut text = Zeroizing::new(text.to_vec());
        tools.ctr(self.encryption, &counter(nonce), &mut text)?;
        let secret = Zeroizing::new(text.get(..length).unwrap_or_default().to_vec());
        if same(&text, &with_digest(&secret)) {
            Ok(secret)
        } else {
            Err(Error::new(ErrorKind::SelfTest, "the device decrypts wrongly; it must not be used"))
        }
    }
}

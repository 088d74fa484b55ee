//! Bulk data under keys that never leave the device (suite 2: SM4-CTR, then HMAC-SM3).
//!
//! ```text
//! data key     version 2 | HMAC place | KEK mode | KEK index u32 | length u16 | encryption key | length u16 | MAC key | check 16
//! sealed data  nonce 12 | ciphertext | tag 16
//! ```
//! Numbers are big-endian. The check is what only these two keys compute over the context and everything before it. So whoever has not the two
//! keys in a device can neither change a data key nor move it to another context: what he changes in a wrapped key makes another key, and what he changes
//! elsewhere is in the text of the HMAC. A device that loads or uses the keys wrongly is noticed by the same. A nonce is drawn for every
//! message; a data key is not to seal more than 2^32 of them.
//!
//! **Data keys outlive the root keys.** Nothing in them depends on a root: they are under the KEK, which wraps roots and data keys alike. When
//! the root is rotated and the former one removed they are still good, and need no wrapping anew, which no function of SDF could do
//! if the KEK changes with the root. They end with their KEK: before a KEK is destroyed in the devices, data must have been sealed anew under
//! data keys made after the rotation, and the former versions destroyed. What ends with the root is what the program wraps around a
//! data key's stored form.
//!
//! The tag of sealed data is over the context, the nonce, the ciphertext and the text. With the ciphertext alone it would say nothing
//! of a device that decrypts wrongly. That the text is in it costs no strength: it is a function of what else is in it, and HMAC
//! under a nonce that is never used twice tells nothing about it. Whatever is sealed is opened once before it is given out, since
//! a wrong ciphertext would be found only when the text is gone.

use super::wrap::counter;
use super::{NONCE, TAG, Tools, bind, same};
use crate::config::{HmacPlace, KekMode};
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::Key;
use guitai_kernels::sm3::HmacSm3;
use zeroize::Zeroizing;

const VERSION: u8 = 2;
const CHECK: usize = 16;
/// Where the check reads the key stream: no message comes here, since they count from 1 and are short.
const CHECK_COUNTER: [u8; 16] = [0xff; 16];
/// Bytes of a data key, at most: two wrapped keys and what stands around them.
pub const LONGEST_KEY: usize = 2 * 512 + 64;
/// Bytes by which sealed data is longer than its text.
pub const OVERHEAD: usize = NONCE + TAG;

/// A data key in its stored form, taken apart. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    pub hmac: HmacPlace,
    pub kek_mode: KekMode,
    pub key_index: u32,
    pub encryption: Vec<u8>,
    pub mac: Vec<u8>,
}

impl StoredKey {
    /// Everything before the check.
    fn body(&self) -> Result<Vec<u8>> {
        let mut out = vec![
            VERSION,
            match self.hmac {
                HmacPlace::Device => 1,
                HmacPlace::Broker => 2,
            },
            match self.kek_mode {
                KekMode::Ecb => 1,
                KekMode::Cbc => 2,
            },
        ];
        out.extend_from_slice(&self.key_index.to_be_bytes());
        for key in [&self.encryption, &self.mac] {
            let long = u16::try_from(key.len()).map_err(|_| Error::malformed("a wrapped key is too long"))?;
            out.extend_from_slice(&long.to_be_bytes());
            out.extend_from_slice(key);
        }
        Ok(out)
    }

    /// The stored form of a key that has just been made and loaded, bound to `context`.
    pub fn seal(&self, tools: &mut Tools, loaded: &DataKey, context: &[u8]) -> Result<Vec<u8>> {
        let mut out = self.body()?;
        let check = loaded.check(tools, context, &out)?;
        out.extend_from_slice(&check);
        Ok(out)
    }

    /// Taken apart. Whether it is right, only the keys in it tell, once they are loaded: [`DataKey::load`].
    ///
    /// # Errors
    /// `Altered` when it is no data key of this version.
    pub fn open(stored: &[u8]) -> Result<(Self, [u8; CHECK])> {
        let (body, check) = stored.split_last_chunk::<CHECK>().ok_or_else(|| Error::altered("not a data key"))?;
        let parsed = Self::parse(body).ok_or_else(|| Error::altered("not a data key, or one of another version"))?;
        Ok((parsed, *check))
    }

    fn parse(body: &[u8]) -> Option<Self> {
        let ([version, hmac, mode], rest) = body.split_first_chunk()?;
        let (index, rest) = rest.split_first_chunk::<4>()?;
        let (encryption, rest) = prefixed(rest)?;
        let (mac, rest) = prefixed(rest)?;
        if *version != VERSION || !rest.is_empty() {
            return None;
        }
        Some(StoredKey {
            hmac: match hmac {
                1 => HmacPlace::Device,
                2 => HmacPlace::Broker,
                _ => return None,
            },
            kek_mode: match mode {
                1 => KekMode::Ecb,
                2 => KekMode::Cbc,
                _ => return None,
            },
            key_index: u32::from_be_bytes(*index),
            encryption: encryption.to_vec(),
            mac: mac.to_vec(),
        })
    }
}

fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (long, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*long)))
}

/// A data key that is loaded into this session.
pub struct DataKey {
    encryption: Key,
    mac: Mac,
}

enum Mac {
    Device(Key, u32),
    /// The key is cleared by its type when it is dropped.
    Broker(Box<HmacSm3>),
}

impl DataKey {
    /// From its stored form for the place `context`.
    ///
    /// # Errors
    /// `Altered` when it was changed or moved, or when the device computes wrongly: which of the two, the root keys tell. An error of
    /// the device when it does not even import the keys: their KEK is not there, or they were changed.
    pub fn load(tools: &mut Tools, context: &[u8], stored: &[u8]) -> Result<Self> {
        let (parsed, check) = StoredKey::open(stored)?;
        let key = Self::import(tools, &parsed)?;
        if same(&key.check(tools, context, &parsed.body()?)?, &check) {
            return Ok(key);
        }
        key.unload(tools)?;
        Err(Error::altered("a data key was changed or moved, or is under another key-encryption key"))
    }

    /// Loads both halves, unchecked: of a key that is just being made.
    pub fn import(tools: &mut Tools, stored: &StoredKey) -> Result<Self> {
        let algorithm = tools.can.ids.kek(stored.kek_mode);
        let encryption = tools.raw.import_with_kek(algorithm, stored.key_index, &stored.encryption)?;
        let second = tools.raw.import_with_kek(algorithm, stored.key_index, &stored.mac)?;
        let mac = match (stored.hmac, tools.can.hmac) {
            (HmacPlace::Device, Some(id)) => Mac::Device(second, id),
            (HmacPlace::Device, None) => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "this data key's HMAC is computed in a device, and this device's library has no HMAC",
                ));
            }
            (HmacPlace::Broker, _) => {
                let key = tools.expand(&second, &bind("hmac", &[]))?;
                tools.destroy(second)?;
                Mac::Broker(Box::new(HmacSm3::new(key.as_slice())))
            }
        };
        Ok(DataKey { encryption, mac })
    }

    /// What only these two keys compute, over the context and the rest of the stored form. Both keys are in it, each under its own algorithm.
    fn check(&self, tools: &mut Tools, context: &[u8], body: &[u8]) -> Result<[u8; CHECK]> {
        let mut stream = Zeroizing::new([0; 16]);
        tools.ctr(&self.encryption, &CHECK_COUNTER, stream.as_mut_slice())?;
        let tag = Zeroizing::new(self.hmac(tools, "check", &[context, body])?);
        Ok(bind("data-key check", &[stream.as_slice(), tag.as_slice()]).first_chunk().copied().unwrap_or_default())
    }

    /// Has the device forget it.
    pub fn unload(self, tools: &mut Tools) -> Result<()> {
        tools.destroy(self.encryption)?;
        match self.mac {
            Mac::Device(key, _) => tools.destroy(key),
            Mac::Broker(_) => Ok(()),
        }
    }

    fn hmac(&self, tools: &mut Tools, purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32]> {
        // Lengths first, so that no two lists of parts read alike.
        let mut head = Vec::new();
        for part in [purpose.as_bytes()].iter().chain(parts) {
            head.extend_from_slice(&(part.len() as u64).to_be_bytes());
        }
        head.extend_from_slice(purpose.as_bytes());
        let all: Vec<&[u8]> = [head.as_slice()].into_iter().chain(parts.iter().copied()).collect();
        match &self.mac {
            Mac::Broker(hmac) => Ok(hmac.tag(&all)),
            Mac::Device(key, id) => {
                let message = Zeroizing::new(all.concat());
                Ok(tools.raw.hmac(key, *id, &message, tools.can.chunk.next_multiple_of(64))?)
            }
        }
    }

    /// Seals `plain` for the place `context`.
    pub fn seal(&self, tools: &mut Tools, context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let mut out = vec![0; NONCE];
        tools.random(&mut out)?;
        let nonce = out.first_chunk::<NONCE>().copied().unwrap_or_default();
        let mut text = Zeroizing::new(plain.to_vec());
        tools.ctr(&self.encryption, &counter(&nonce), &mut text)?;
        let tag = self.hmac(tools, "seal", &[context, &nonce, &text, plain])?;
        out.extend_from_slice(&text);
        out.extend(tag.iter().take(TAG));
        match self.open(tools, context, &out) {
            Ok(_) => Ok(out),
            Err(Error { kind: ErrorKind::Altered, .. }) => Err(Error::new(
                ErrorKind::SelfTest,
                "the device does not open what it has just sealed; it must not be used",
            )),
            Err(e) => Err(e),
        }
    }

    /// Opens what was sealed under this key for the place `context`; otherwise `Altered`.
    pub fn open(&self, tools: &mut Tools, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let altered = || Error::altered("sealed data was changed, moved, or sealed under another key");
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or_else(altered)?;
        let (text, tag) = rest.split_last_chunk::<TAG>().ok_or_else(altered)?;
        let mut plain = Zeroizing::new(text.to_vec());
        tools.ctr(&self.encryption, &counter(nonce), &mut plain)?;
        let expected = self.hmac(tools, "seal", &[context, nonce, text, &plain])?;
        if !same(expected.first_chunk::<TAG>().map_or(&[], |tag| tag.as_slice()), tag) {
            return Err(altered());
        }
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_stored_key_is_taken_apart_as_it_was_put_together() {
        let key = StoredKey {
            hmac: HmacPlace::Device,
            kek_mode: KekMode::Cbc,
            key_index: 9,
            encryption: vec![1; 48],
            mac: vec![2; 16],
        };
        assert_eq!(StoredKey::parse(&key.body().unwrap()), Some(key));
    }

    proptest! {
        #[test]
        fn no_stored_key_panics(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _parsed = StoredKey::parse(&bytes);
        }
    }
}

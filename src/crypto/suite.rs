//! The suites a value may be sealed with: which cipher, which authentication, how long the key is.
//!
//! | suite | encryption | authentication | key | for |
//! |---|---|---|---|---|
//! | 1 `sm4_gcm` | SM4-CTR of GCM (GB/T 36624) | GHASH, 128 bits | 128 bits | everything, unless told otherwise |
//! | 2 `sm4_ctr_hmac` | SM4-CTR (GB/T 17964) | HMAC-SM3 (GB/T 15852.2), its first 128 bits | 128 bits | devices without GCM |
//! | 3 `aes_256_gcm` | AES-256 (FIPS 197) in GCM | GHASH, 128 bits | 256 bits | banks abroad; off by default: costs points in 密评 |
//!
//! | 5 `sm4_in_device` | SM4-CTR in a crypto device | HMAC-SM3, its first 128 bits, with the device's own scheme | in the device | banks that want no key of data in memory |
//!
//! (4 is the number of keys that a device has wrapped; no data is sealed so.)
//!
//! All take a 96-bit nonce and give a tag of 128 bits, so a stored value is equally long under each. Suite 2 encrypts
//! first and authenticates what came out; its two keys are derived from the one secret with HKDF-SM3 under names of their own.

use super::envelope::context;
use super::nonce::Nonce;
use super::provider::DeviceData;
use super::sm3::{self, HmacSm3};
use super::sm4::{KEY_LEN, Sm4Gcm, TAG_LEN, Tag};
use crate::error::{Error, ErrorCode, Result};
use guitai_kernels::sm4::Sm4;
use ring::aead;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// How a key seals. A key has one suite for as long as it lives; its values name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suite {
    /// SM4-GCM.
    #[default]
    Sm4Gcm,
    /// SM4-CTR with HMAC-SM3, encrypt then authenticate.
    Sm4CtrHmac,
    /// AES-256-GCM: no national algorithm.
    #[serde(rename = "aes_256_gcm")]
    Aes256Gcm,
    /// SM4-CTR with HMAC-SM3 inside a crypto device, under keys that never leave it.
    Sm4InDevice,
}

impl Suite {
    /// Those that are computed in this process.
    pub const IN_SOFTWARE: [Suite; 3] = [Suite::Sm4Gcm, Suite::Sm4CtrHmac, Suite::Aes256Gcm];

    /// As the inventory shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Suite::Sm4Gcm => "SM4-GCM",
            Suite::Sm4CtrHmac => "SM4-CTR + HMAC-SM3",
            Suite::Aes256Gcm => "AES-256-GCM",
            Suite::Sm4InDevice => "SM4-CTR + HMAC-SM3 in the device",
        }
    }

    /// Whether its algorithms are national ones, which the assessment (GB/T 39786) counts in full.
    pub const fn is_national(self) -> bool {
        !matches!(self, Suite::Aes256Gcm)
    }

    /// Bytes of secret that a key of this suite has in this process.
    pub const fn secret_len(self) -> usize {
        match self {
            Suite::Sm4Gcm | Suite::Sm4CtrHmac => KEY_LEN,
            Suite::Aes256Gcm => 32,
            Suite::Sm4InDevice => 0,
        }
    }

    /// Its number in stored values.
    pub(super) const fn number(self) -> u8 {
        match self {
            Suite::Sm4Gcm => 1,
            Suite::Sm4CtrHmac => 2,
            Suite::Aes256Gcm => 3,
            Suite::Sm4InDevice => 5,
        }
    }

    /// The suite of this number; `crypto.data_altered` when there is none.
    pub(super) fn numbered(number: u8) -> Result<Self> {
        let mut known = Suite::IN_SOFTWARE.into_iter().chain([Suite::Sm4InDevice]);
        known.find(|suite| suite.number() == number).ok_or_else(|| ErrorCode::DataAltered.because("an unknown suite"))
    }
}

/// An expanded key of one suite. Cleared when dropped, but for what `ring` keeps of suite 3, which has no way to be cleared.
pub(super) enum Cipher {
    Sm4Gcm(Sm4Gcm),
    Sm4CtrHmac { encryption: Sm4, authentication: HmacSm3 },
    Aes256Gcm(Box<aead::LessSafeKey>),
    InDevice(DeviceKey),
}

/// A key that is in a device: what is stored of it, and what it was made for. None of it is secret.
pub(super) struct DeviceKey {
    pub device: Arc<dyn DeviceData>,
    pub stored: Vec<u8>,
    pub context: Vec<u8>,
}

impl DeviceKey {
    pub(super) fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        self.device.seal(&self.stored, &self.context, context, plain)
    }

    pub(super) fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.device.open(&self.stored, &self.context, context, sealed)
    }
}

impl Cipher {
    /// `secret` has [`Suite::secret_len`] bytes, which a right tag around a wrapped key has vouched for.
    pub(super) fn new(suite: Suite, secret: &[u8]) -> Result<Self> {
        let of_another_length = || ErrorCode::DataAltered.because("a key of another length");
        Ok(match suite {
            Suite::Sm4Gcm => Cipher::Sm4Gcm(Sm4Gcm::new(secret.try_into().map_err(|_| of_another_length())?)),
            Suite::Sm4CtrHmac => {
                if secret.len() != suite.secret_len() {
                    return Err(of_another_length());
                }
                let encryption = sm3::hkdf(secret, &[&context("suite-2", &[b"encryption"])]);
                let authentication = sm3::hkdf(secret, &[&context("suite-2", &[b"authentication"])]);
                Cipher::Sm4CtrHmac {
                    encryption: Sm4::new(encryption.first_chunk().ok_or_else(of_another_length)?),
                    authentication: HmacSm3::new(authentication.as_slice()),
                }
            }
            Suite::Aes256Gcm => {
                let key = aead::UnboundKey::new(&aead::AES_256_GCM, secret).map_err(|_| of_another_length())?;
                Cipher::Aes256Gcm(Box::new(aead::LessSafeKey::new(key)))
            }
            Suite::Sm4InDevice => return Err(of_another_length()),
        })
    }

    pub(super) fn suite(&self) -> Suite {
        match self {
            Cipher::Sm4Gcm(_) => Suite::Sm4Gcm,
            Cipher::Sm4CtrHmac { .. } => Suite::Sm4CtrHmac,
            Cipher::Aes256Gcm(_) => Suite::Aes256Gcm,
            Cipher::InDevice(_) => Suite::Sm4InDevice,
        }
    }

    /// Encrypts `text` in place and returns the tag over it and `aad`. The nonce was never used under this key.
    pub(super) fn seal_in_place(&self, nonce: &Nonce, aad: &[u8], text: &mut [u8]) -> Result<Tag> {
        match self {
            Cipher::Sm4Gcm(cipher) => cipher.seal_in_place(nonce, aad, text),
            Cipher::Sm4CtrHmac { encryption, authentication } => {
                fits_counter(text)?;
                encryption.ctr(&first_counter(nonce), text);
                Ok(tag_over(authentication, nonce, aad, text))
            }
            Cipher::Aes256Gcm(cipher) => {
                let nonce = aead::Nonce::assume_unique_for_key(*nonce);
                let tag = cipher
                    .seal_in_place_separate_tag(nonce, aead::Aad::from(aad), text)
                    .map_err(|_| ErrorCode::InvalidParameter.because("a text of a length that GCM does not define"))?;
                tag.as_ref().try_into().map_err(|_| ErrorCode::Internal.into())
            }
            Cipher::InDevice(_) => Err(ErrorCode::Internal.because("the key is in a device")),
        }
    }

    /// Decrypts `text` in place, or fails with `crypto.data_altered` and clears it: what was not verified is not left
    /// behind.
    pub(super) fn open_in_place(&self, nonce: &Nonce, aad: &[u8], text: &mut [u8], tag: &Tag) -> Result<()> {
        match self {
            Cipher::Sm4Gcm(cipher) => cipher.open_in_place(nonce, aad, text, tag),
            Cipher::Sm4CtrHmac { encryption, authentication } => {
                if fits_counter(text).is_err() || !bool::from(tag_over(authentication, nonce, aad, text).ct_eq(tag)) {
                    text.zeroize();
                    return Err(forged());
                }
                encryption.ctr(&first_counter(nonce), text);
                Ok(())
            }
            Cipher::Aes256Gcm(cipher) => {
                let nonce = aead::Nonce::assume_unique_for_key(*nonce);
                let opened = cipher.open_in_place_separate_tag(nonce, aead::Aad::from(aad), (*tag).into(), text, 0..);
                if opened.is_ok() {
                    return Ok(());
                }
                text.zeroize();
                Err(forged())
            }
            Cipher::InDevice(_) => Err(ErrorCode::Internal.because("the key is in a device")),
        }
    }
}

fn forged() -> Error {
    ErrorCode::DataAltered.because("the tag does not match")
}

/// The counter has 32 bits: beyond that many blocks it would come round.
fn fits_counter(text: &[u8]) -> Result<()> {
    if u32::try_from(text.len().div_ceil(KEY_LEN)).is_ok() {
        return Ok(());
    }
    Err(ErrorCode::InvalidParameter.because("a text longer than the counter of CTR reaches"))
}

/// The nonce, then a block counter from one, as in GCM: blocks of two nonces never meet.
fn first_counter(nonce: &Nonce) -> [u8; 16] {
    let mut counter = [0; 16];
    for (place, byte) in counter.iter_mut().zip(nonce.iter().chain(&[0, 0, 0, 1])) {
        *place = *byte;
    }
    counter
}

/// HMAC-SM3 of nonce, associated data, ciphertext and both lengths, shortened to 128 bits (GB/T 15852.2 allows half).
fn tag_over(key: &HmacSm3, nonce: &Nonce, aad: &[u8], text: &[u8]) -> Tag {
    let lengths = [(aad.len() as u64).to_be_bytes(), (text.len() as u64).to_be_bytes()];
    let whole = key.tag(&[nonce, aad, text, lengths.as_flattened()]);
    let mut tag = [0; TAG_LEN];
    tag.iter_mut().zip(&whole).for_each(|(place, byte)| *place = *byte);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST's test case 16 of GCM with AES-256, so that suite 3 is the algorithm it says.
    #[test]
    fn suite_three_is_aes_256_gcm() {
        let secret = hex::decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").unwrap();
        let nonce = hex::decode("cafebabefacedbaddecaf888").unwrap().try_into().unwrap();
        let aad = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let mut text = hex::decode(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        )
        .unwrap();
        let tag = Cipher::new(Suite::Aes256Gcm, &secret).unwrap().seal_in_place(&nonce, &aad, &mut text).unwrap();
        assert_eq!(hex::encode(tag), "76fc6ece0f4e1768cddf8853bb2d551b");
        assert_eq!(hex::encode(&text[..16]), "522dc1f099567d07f47f37a32a84427d");
    }

    /// Suite 2 written out again over another implementation of SM4 and SM3.
    #[test]
    fn suite_two_is_ctr_then_hmac() {
        let (secret, nonce, aad) = ([9; 16], [3; 12], b"place".as_slice());
        let mut text = vec![5; 100];
        let tag = Cipher::new(Suite::Sm4CtrHmac, &secret).unwrap().seal_in_place(&nonce, aad, &mut text).unwrap();
        let derived = |name: &[u8]| sm3::hkdf(&secret, &[&context("suite-2", &[name])]);
        let key: [u8; 16] = derived(b"encryption")[..16].try_into().unwrap();
        let counters: Vec<u8> = (1..8u32).flat_map(|n| [&nonce[..], &n.to_be_bytes()].concat()).collect();
        let stream = sm_crypto::sm4::CryptSM4ECB::new(&key).encrypt_ecb(&counters);
        let expected: Vec<u8> = stream.iter().take(100).map(|s| s ^ 5).collect();
        assert_eq!(text, expected);
        let lengths = [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 100];
        let whole = sm3::hmac(derived(b"authentication").as_slice(), &[&nonce, aad, &expected, &lengths]);
        assert_eq!(tag, whole[..16]);
    }

    #[test]
    fn a_secret_of_another_length_makes_no_key() {
        for suite in Suite::IN_SOFTWARE {
            for length in [0, 15, 17, 31, 33] {
                assert!(Cipher::new(suite, &vec![1; length]).is_err(), "{suite:?} {length}");
            }
        }
    }

    #[test]
    fn numbers_are_told_apart() {
        for suite in Suite::IN_SOFTWARE {
            assert_eq!(Suite::numbered(suite.number()).unwrap(), suite);
        }
        assert_eq!(Suite::numbered(5).unwrap(), Suite::Sm4InDevice);
        assert!(Suite::numbered(0).is_err() && Suite::numbered(4).is_err());
    }
}

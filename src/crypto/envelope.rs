//! The stored form of a sealed value, and what it is bound to.
//!
//! ```text
//! offset  0        1       2         18             22       34           len-16
//!         version  suite   key id    key version    nonce    ciphertext   tag
//!         1        1       16        4 (big-endian) 12       as plain     16
//! ```
//!
//! The tag covers the ciphertext, everything before the nonce, and the place where the value lives ([`Aad`]), so a
//! value that was moved to another row or column, or whose header was changed, does not open. The suite byte is what
//! lets a crypto device without GCM, or a later suite, come in without migrating what is stored.

use super::nonce::NonceSequence;
use super::sm4::TAG_LEN;
use super::suite::{Cipher, DeviceKey, Suite};
use crate::error::{Error, ErrorCode, Result};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

/// The version of the layout above.
const VERSION: u8 = 1;
const HEADER_LEN: usize = 22;
const NONCE_LEN: usize = 12;

/// How many bytes a stored value is longer than its plaintext.
pub const OVERHEAD: usize = HEADER_LEN + NONCE_LEN + TAG_LEN;
/// Where the ciphertext begins in a stored value.
pub const TEXT_AT: usize = HEADER_LEN + NONCE_LEN;

/// Where a sealed value lives. The envelope adds the key's id and version.
#[derive(Debug, Clone, Copy)]
pub struct Aad<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub row: Uuid,
}

impl Aad<'_> {
    pub(super) fn context(&self) -> Vec<u8> {
        context("field", &[self.table.as_bytes(), self.column.as_bytes(), self.row.as_bytes()])
    }
}

/// A sealed value in its stored form. There is no way to make one of a plain value but to seal it ([`super::DataKey::seal`]), so what
/// is typed so is no plaintext by accident; from a database or a disk it comes as whatever stands there, and opening it tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    pub(super) fn of(envelope: Vec<u8>) -> Self {
        Sealed(envelope)
    }

    /// What was read from a place where only sealed values are written.
    pub fn stored(bytes: Vec<u8>) -> Self {
        Sealed(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl AsRef<[u8]> for Sealed {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// An unambiguous encoding of what a sealed value is bound to: every part is preceded by its length.
pub(super) fn context(purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
    // Room for the header as well, so that it never moves.
    let mut out = Vec::with_capacity(192);
    for part in [b"guitai/1".as_slice(), purpose.as_bytes()].iter().chain(parts) {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// Which key a stored value needs: its id and version. `crypto.data_altered` when it is not a stored value at all.
pub fn envelope_key_id(stored: &[u8]) -> Result<(Uuid, u32)> {
    let parsed = Stored::parse(stored)?;
    Ok((parsed.key_id, parsed.key_version))
}

fn altered(why: &'static str) -> Error {
    ErrorCode::DataAltered.because(why)
}

/// A stored value taken apart.
struct Stored<'a> {
    header: &'a [u8],
    /// Its number alone: what a device has wrapped has one that no data has.
    suite: u8,
    key_id: Uuid,
    key_version: u32,
    nonce: &'a [u8; NONCE_LEN],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> Stored<'a> {
    fn parse(stored: &'a [u8]) -> Result<Self> {
        let short = || altered("shorter than an envelope");
        let (header, rest) = stored.split_at_checked(HEADER_LEN).ok_or_else(short)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(short)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or_else(short)?;
        let [VERSION, suite, key @ ..] = header else {
            return Err(altered("an unknown version"));
        };
        let (id, version) = key.split_first_chunk::<16>().ok_or_else(short)?;
        let version = <[u8; 4]>::try_from(version).map_err(|_| short())?;
        Ok(Stored {
            header,
            suite: *suite,
            key_id: Uuid::from_bytes(*id),
            key_version: u32::from_be_bytes(version),
            nonce,
            ciphertext,
            tag,
        })
    }
}

/// A key that seals into the stored form: an expanded key of its suite, its id and version, and its nonces.
pub(super) struct SealingKey {
    id: Uuid,
    version: u32,
    /// What stands before the nonce of everything that it seals.
    header: [u8; HEADER_LEN],
    cipher: Cipher,
    nonces: NonceSequence,
}

impl SealingKey {
    /// `secret` is as long as the suite asks for.
    pub(super) fn new(id: Uuid, version: u32, suite: Suite, secret: &[u8]) -> Result<Self> {
        Self::of(id, version, Cipher::new(suite, secret)?)
    }

    /// A key that is in a device.
    pub(super) fn in_device(id: Uuid, version: u32, key: DeviceKey) -> Result<Self> {
        Self::of(id, version, Cipher::InDevice(key))
    }

    fn of(id: Uuid, version: u32, cipher: Cipher) -> Result<Self> {
        let mut header = [0; HEADER_LEN];
        let parts: [&[u8]; 3] = [&[VERSION, cipher.suite().number()], id.as_bytes(), &version.to_be_bytes()];
        for (to, from) in header.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        Ok(SealingKey { id, version, header, cipher, nonces: NonceSequence::draw()? })
    }

    /// The key as the device knows it, if it is in one.
    pub(super) fn device_key(&self) -> Option<&DeviceKey> {
        if let Cipher::InDevice(key) = &self.cipher { Some(key) } else { None }
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn suite(&self) -> Suite {
        self.cipher.suite()
    }

    /// Seals `plain`, bound to `context`, into the stored form.
    pub(super) fn seal(&self, context: Vec<u8>, plain: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(plain.len() + OVERHEAD);
        self.seal_onto(&mut out, context, plain)?;
        Ok(out)
    }

    /// The same, appended to `out`, which is as it was on an error.
    pub(super) fn seal_onto(&self, out: &mut Vec<u8>, context: Vec<u8>, plain: &[u8]) -> Result<()> {
        let at = out.len();
        out.reserve(plain.len() + OVERHEAD);
        out.extend_from_slice(&[0; TEXT_AT]);
        out.extend_from_slice(plain);
        out.extend_from_slice(&[0; TAG_LEN]);
        let sealed = self.seal_in_place(context, out.get_mut(at..).unwrap_or_default());
        if sealed.is_err() {
            out.truncate(at);
        }
        sealed
    }

    /// The same, where it lies: `frame` is as long as the stored form and has the plaintext where that has the ciphertext
    /// ([`TEXT_AT`]). It is cleared on an error.
    pub(super) fn seal_in_place(&self, context: Vec<u8>, frame: &mut [u8]) -> Result<()> {
        let sealed = self.fill(context, frame);
        if sealed.is_err() {
            frame.zeroize();
        }
        sealed
    }

    fn fill(&self, mut context: Vec<u8>, frame: &mut [u8]) -> Result<()> {
        let short = || ErrorCode::Internal.because("no room for an envelope");
        let (header, rest) = frame.split_first_chunk_mut::<HEADER_LEN>().ok_or_else(short)?;
        *header = self.header;
        context.extend_from_slice(header);
        if let Some(key) = self.device_key() {
            let plain = rest.get(NONCE_LEN..rest.len().saturating_sub(TAG_LEN)).ok_or_else(short)?;
            // The device draws the nonce and gives all three parts, as long as ours would be.
            let sealed = key.seal(&context, plain)?;
            if sealed.len() != rest.len() {
                return Err(ErrorCode::Internal.because("a device sealed to another length"));
            }
            rest.copy_from_slice(&sealed);
            return Ok(());
        }
        let (nonce, rest) = rest.split_first_chunk_mut().ok_or_else(short)?;
        let (text, tag) = rest.split_last_chunk_mut().ok_or_else(short)?;
        *nonce = self.nonces.next()?;
        *tag = self.cipher.seal_in_place(nonce, &context, text)?;
        Ok(())
    }

    /// Opens a stored value that was sealed under this key and bound to `context`; otherwise `crypto.data_altered`.
    pub(super) fn open(&self, mut context: Vec<u8>, stored: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let parsed = Stored::parse(stored)?;
        if (parsed.suite, parsed.key_id, parsed.key_version) != (self.suite().number(), self.id, self.version) {
            return Err(altered("sealed under another key"));
        }
        context.extend_from_slice(parsed.header);
        if let Some(key) = self.device_key() {
            return key.open(&context, stored.get(HEADER_LEN..).unwrap_or_default());
        }
        let mut plain = Zeroizing::new(parsed.ciphertext.to_vec());
        self.cipher.open_in_place(parsed.nonce, &context, &mut plain, parsed.tag)?;
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn key() -> SealingKey {
        key_of(Suite::Sm4Gcm)
    }

    fn key_of(suite: Suite) -> SealingKey {
        SealingKey::new(Uuid::from_u128(7), 3, suite, &[9; 32][..suite.secret_len()]).unwrap()
    }

    fn suite() -> impl Strategy<Value = Suite> {
        proptest::sample::select(Suite::IN_SOFTWARE.to_vec())
    }

    const AAD: Aad<'static> = Aad { table: "message", column: "body", row: Uuid::from_u128(1) };

    #[test]
    fn layout_is_what_the_manual_says() {
        let stored = key().seal(AAD.context(), "您好".as_bytes()).unwrap();
        assert_eq!(stored.len(), "您好".len() + OVERHEAD);
        assert_eq!(stored[..2], [1, 1]);
        assert_eq!(stored[2..18], *Uuid::from_u128(7).as_bytes());
        assert_eq!(stored[18..22], [0, 0, 0, 3]);
        assert_eq!(envelope_key_id(&stored).unwrap(), (Uuid::from_u128(7), 3));
    }

    #[test]
    fn the_place_of_a_value_is_part_of_it() {
        let key = key();
        let stored = key.seal(AAD.context(), b"secret").unwrap();
        for elsewhere in [
            Aad { table: "ticket", ..AAD },
            Aad { column: "summary", ..AAD },
            Aad { row: Uuid::from_u128(2), ..AAD },
            Aad { table: "messageb", column: "ody", ..AAD },
        ] {
            assert_eq!(key.open(elsewhere.context(), &stored).unwrap_err().code(), ErrorCode::DataAltered);
        }
        assert_eq!(**key.open(AAD.context(), &stored).unwrap(), *b"secret");
    }

    #[test]
    fn another_version_of_the_key_is_another_key() {
        let stored = key().seal(AAD.context(), b"x").unwrap();
        let other = SealingKey::new(Uuid::from_u128(7), 4, Suite::Sm4Gcm, &[9; 16]).unwrap();
        assert_eq!(other.open(AAD.context(), &stored).unwrap_err().code(), ErrorCode::DataAltered);
    }

    #[test]
    fn a_value_opens_under_its_own_suite_alone() {
        for (one, other) in [(Suite::Sm4Gcm, Suite::Sm4CtrHmac), (Suite::Sm4CtrHmac, Suite::Sm4Gcm)] {
            let mut stored = key_of(one).seal(AAD.context(), b"x").unwrap();
            assert_eq!(stored[1], one.number());
            stored[1] = other.number();
            for key in [key_of(one), key_of(other)] {
                assert_eq!(key.open(AAD.context(), &stored).unwrap_err().code(), ErrorCode::DataAltered);
            }
        }
    }

    #[test]
    fn equal_values_look_different() {
        let key = key();
        let stored: HashSet<_> = (0..100).map(|_| key.seal(AAD.context(), b"yes").unwrap()).collect();
        assert_eq!(stored.len(), 100);
    }

    proptest! {
        #[test]
        fn seal_and_open_round_trip(suite in suite(), plain in proptest::collection::vec(any::<u8>(), 0..300), table in ".{0,20}", column in ".{0,20}", row in any::<u128>()) {
            let (key, aad) = (key_of(suite), Aad { table: &table, column: &column, row: Uuid::from_u128(row) });
            prop_assert_eq!(&key.open(aad.context(), &key.seal(aad.context(), &plain).unwrap()).unwrap()[..], &plain[..]);
        }

        #[test]
        fn any_flipped_bit_is_refused(suite in suite(), plain in proptest::collection::vec(any::<u8>(), 0..100), at in any::<proptest::sample::Index>(), bit in 0u8..8) {
            let key = key_of(suite);
            let mut stored = key.seal(AAD.context(), &plain).unwrap();
            let at = at.index(stored.len());
            stored[at] ^= 1 << bit;
            prop_assert_eq!(key.open(AAD.context(), &stored).unwrap_err().code(), ErrorCode::DataAltered);
        }

        #[test]
        fn any_truncation_or_extension_is_refused(suite in suite(), plain in proptest::collection::vec(any::<u8>(), 0..100), cut in 1usize..60, extra in proptest::collection::vec(any::<u8>(), 1..20)) {
            let key = key_of(suite);
            let stored = key.seal(AAD.context(), &plain).unwrap();
            prop_assert!(key.open(AAD.context(), &stored[..stored.len().saturating_sub(cut)]).is_err());
            prop_assert!(key.open(AAD.context(), &[&stored[..], &extra].concat()).is_err());
        }

        #[test]
        fn arbitrary_bytes_never_open_nor_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(key().open(AAD.context(), &bytes).is_err());
            let _parsed = envelope_key_id(&bytes);
        }
    }
}

//! A custodian's file, and what it is once its passphrase was given.
//!
//! One JSON object, readable but for `sealed`, which holds 96 bytes: the custodian's point of the shared root key, the private
//! scalar of his SM2 key, and the check of the root key that the set rebuilds. All that stands in clear is bound to them
//! as associated data.

use super::super::passphrase::{Passphrase, Sealed};
use super::super::root::{KeyName, RootKey};
use super::super::sm2::{PublicKey, SigningKey};
use super::super::sm3::Digest;
use super::super::{private_file, random};
use super::record::Part;
use super::shamir::{Point, SECRET_LEN};
use super::{Custodian, LONGEST_NAME, SHARES, THRESHOLD, refused};
use crate::error::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The value of `format`.
const FORMAT: &str = "guitai-root-share-1";
/// The first, the second and the third part of what is sealed.
const SCALAR_LEN: usize = 32;
const CHECK_LEN: usize = 32;
const SEALED_LEN: usize = SECRET_LEN + SCALAR_LEN + CHECK_LEN;

/// A share as it stands in its file. Without the passphrase it is only as true as the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    format: String,
    key: KeyName,
    set: Uuid,
    share: u8,
    shares: u8,
    threshold: u8,
    custodian: String,
    /// The custodian's SM2 key, `04 ‖ x ‖ y` in hexadecimal digits.
    public_key: String,
    sealed: Sealed,
    /// The file it was read from, for errors.
    #[serde(skip)]
    origin: String,
}

impl Share {
    /// From its file; `crypto.key_unavailable` with the path and the reason when that is not possible.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&private_file::read(path)?, &path.display().to_string())
    }

    /// From its text. `origin` names it in errors.
    pub fn parse(text: &str, origin: &str) -> Result<Self> {
        let malformed = || ErrorCode::KeyUnavailable.because(format!("{origin}: not a share in the format {FORMAT}"));
        let mut share: Share = serde_json::from_str(text).map_err(|_| malformed())?;
        share.origin = origin.to_owned();
        let counts = (usize::from(share.shares), usize::from(share.threshold));
        if share.format != FORMAT
            || counts != (SHARES, THRESHOLD)
            || !(1..=share.shares).contains(&share.share)
            || !is_name(&share.custodian)
            || share.public_key().is_err()
        {
            return Err(malformed());
        }
        Ok(share)
    }

    /// The text form.
    pub fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        Ok(text + "\n")
    }

    /// Writes it to a file that is not there yet, for its owner alone; `request.conflict` when it is.
    pub fn create(&self, path: &Path) -> Result<()> {
        private_file::write_new(path, &self.to_text()?)
    }

    /// Opens it. `crypto.key_unavailable`, with the file's name, when the passphrase is wrong or the file was altered.
    pub fn open(self, passphrase: &Passphrase) -> Result<Holder> {
        let named = |e: Error| e.context(self.origin.clone());
        let secret = self.sealed.open(passphrase, &self.parts(&self.key.to_bytes())).map_err(named)?;
        let altered = || ErrorCode::KeyUnavailable.because(format!("{}: not what a share holds", self.origin));
        let (point, rest) = secret.split_first_chunk::<SECRET_LEN>().ok_or_else(altered)?;
        let (scalar, check) = rest.split_first_chunk::<SCALAR_LEN>().ok_or_else(altered)?;
        let check = Zeroizing::new(<[u8; CHECK_LEN]>::try_from(check).map_err(|_| altered())?);
        let signing_key = SigningKey::from_bytes(scalar).map_err(|_| altered())?;
        if signing_key.public() != self.public_key()? {
            return Err(altered());
        }
        let point = Point { x: self.share, y: Zeroizing::new(*point) };
        Ok(Holder { share: self, point, signing_key, check })
    }

    /// What it is bound to besides its place in a file of this format.
    fn parts<'a>(&'a self, key: &'a [u8]) -> [&'a [u8]; 6] {
        [
            FORMAT.as_bytes(),
            key,
            self.set.as_bytes(),
            match self.share {
                1 => &[1],
                2 => &[2],
                _ => &[3],
            },
            self.custodian.as_bytes(),
            self.public_key.as_bytes(),
        ]
    }

    /// The root key that its set rebuilds.
    pub fn key(&self) -> KeyName {
        self.key
    }

    /// The set it is of.
    pub fn set(&self) -> Uuid {
        self.set
    }

    /// 1, 2 or 3.
    pub fn number(&self) -> u8 {
        self.share
    }

    /// The custodian's name.
    pub fn custodian(&self) -> &str {
        &self.custodian
    }

    /// The key by which his signatures verify.
    pub fn public_key(&self) -> Result<PublicKey> {
        PublicKey::from_bytes(&hex::decode(&self.public_key).map_err(|_| refused("public key: hexadecimal digits"))?)
    }

    pub(super) fn public_key_text(&self) -> &str {
        &self.public_key
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }
}

/// Whether it can stand in a record as somebody's name: one line, something on it.
fn is_name(name: &str) -> bool {
    name.trim() == name && (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

/// A custodian whose share is open: can rebuild, together with another, and sign. Cleared when dropped.
pub struct Holder {
    share: Share,
    point: Point,
    signing_key: SigningKey,
    check: Zeroizing<Digest>,
}

/// What a custodian states in a record.
pub struct Statement<'a> {
    pub part: Part,
    pub text: &'a str,
}

impl Holder {
    /// A new share, with a new SM2 key.
    pub(super) fn make(
        root: &RootKey,
        set: Uuid,
        point: Point,
        custodian: &Custodian,
        iterations: u32,
    ) -> Result<Self> {
        if !is_name(&custodian.name) {
            return Err(refused(format!("a custodian's name has 1 to {LONGEST_NAME} characters on one line")));
        }
        let (scalar, signing_key) = new_signing_key()?;
        let check = root.check();
        let mut secret = Zeroizing::new(Vec::with_capacity(SEALED_LEN));
        for part in [point.y.as_slice(), scalar.as_slice(), check.as_slice()] {
            secret.extend_from_slice(part);
        }
        let mut share = Share {
            format: FORMAT.to_owned(),
            key: root.name(),
            set,
            share: point.x,
            shares: SHARES as u8,
            threshold: THRESHOLD as u8,
            custodian: custodian.name.clone(),
            public_key: hex::encode(signing_key.public().to_bytes()),
            sealed: Sealed::default(),
            origin: format!("share {} of {}", point.x, custodian.name),
        };
        share.sealed = Sealed::seal(&custodian.passphrase, iterations, &share.parts(&share.key.to_bytes()), &secret)?;
        Ok(Holder { share, point, signing_key, check })
    }

    /// What stands in the file.
    pub fn share(&self) -> &Share {
        &self.share
    }

    /// The custodian's signature, SM2 with SM3 under the default identity, in DER.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.signing_key.sign(message)
    }

    pub(super) fn point(&self) -> &Point {
        &self.point
    }

    pub(super) fn check(&self) -> &[u8] {
        self.check.as_slice()
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holder(share {} of set {})", self.share.share, self.share.set)
    }
}

/// A private scalar drawn here, because the share keeps it under the same passphrase.
fn new_signing_key() -> Result<(Zeroizing<[u8; SCALAR_LEN]>, SigningKey)> {
    loop {
        let scalar = random::secret::<SCALAR_LEN>()?;
        // One draw in 2^32 lies above the order of the curve.
        if let Ok(key) = SigningKey::from_bytes(scalar.as_slice()) {
            return Ok((scalar, key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FEW, custodian, passphrase, three};
    use super::super::{rebuild, split};
    use super::*;

    fn text_of_the_first() -> String {
        let root = RootKey::generate().unwrap();
        split(&root, &three(), FEW).unwrap()[0].share().to_text().unwrap()
    }

    #[test]
    fn a_share_round_trips_and_shows_no_secret() {
        let root = RootKey::generate().unwrap();
        let holder = split(&root, &three(), FEW).unwrap().remove(0);
        let text = holder.share().to_text().unwrap();
        let share = Share::parse(&text, "a").unwrap();
        assert_eq!((share.key(), share.number(), share.custodian()), (root.name(), 1, "王芳"));
        assert_eq!(share.set(), holder.share().set());
        let opened = share.open(&custodian("王芳").passphrase).unwrap();
        assert_eq!(opened.point.y, holder.point.y);
        for secret in [&holder.point.y[..4], &root.secret()[..4], &root.check()[5..9]] {
            assert!(!text.contains(&hex::encode(secret)) && !format!("{opened:?}").contains(&hex::encode(secret)));
        }
    }

    #[test]
    fn a_wrong_passphrase_is_refused_with_the_file_s_name() {
        let error = Share::parse(&text_of_the_first(), "/usb/1.share").unwrap().open(&passphrase("x")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyUnavailable);
        assert!(error.detail().contains("/usb/1.share"), "{error}");
    }

    #[test]
    fn every_field_in_clear_is_bound() {
        let text = text_of_the_first();
        let share = Share::parse(&text, "a").unwrap();
        let other = SigningKey::generate().unwrap().public();
        for (from, to) in [
            (share.key().id.to_string(), Uuid::now_v7().to_string()),
            ("\"version\": 1".to_owned(), "\"version\": 2".to_owned()),
            (share.key().check_value.to_string(), "0011223344".to_owned()),
            (share.set().to_string(), Uuid::now_v7().to_string()),
            ("\"share\": 1".to_owned(), "\"share\": 2".to_owned()),
            ("王芳".to_owned(), "李强".to_owned()),
            (share.public_key.clone(), hex::encode(other.to_bytes())),
        ] {
            let altered = text.replace(&from, &to);
            assert_ne!(altered, text);
            let error = Share::parse(&altered, "a").unwrap().open(&custodian("王芳").passphrase).unwrap_err();
            assert_eq!(error.code(), ErrorCode::KeyUnavailable, "{from}");
        }
    }

    #[test]
    fn what_is_no_share_is_refused_with_the_file_s_name() {
        let text = text_of_the_first();
        for (from, to) in [
            ("share-1", "share-2"),
            ("\"share\": 1", "\"share\": 0"),
            ("\"share\": 1", "\"share\": 4"),
            ("\"shares\": 3", "\"shares\": 5"),
            ("\"threshold\": 2", "\"threshold\": 1"),
            ("\"public_key\": \"04", "\"public_key\": \"05"),
            ("王芳", "王\\n芳"),
            ("\"set\"", "\"sat\""),
            ("{", ""),
        ] {
            let altered = text.replacen(from, to, 1);
            assert_ne!(altered, text, "{from}");
            let error = Share::parse(&altered, "/usb/1.share").unwrap_err();
            assert_eq!(error.code(), ErrorCode::KeyUnavailable, "{from}");
            assert!(error.detail().contains("/usb/1.share"), "{error}");
        }
    }

    /// A custodian who alters the point that he himself sealed steers the rebuilt key away: the check finds it.
    #[test]
    fn a_custodian_who_lies_about_his_own_share_is_found() {
        let root = RootKey::generate().unwrap();
        let mut holders = split(&root, &three(), FEW).unwrap();
        holders[0].point.y[0] ^= 1;
        let error = rebuild(&holders[0], &holders[1]).unwrap_err();
        assert!(error.detail().contains("do not rebuild"), "{error}");
        assert!(rebuild(&holders[1], &holders[2]).is_ok());
    }
}

//! SM2 (GB/T 32918): signatures with SM3 in DER (GB/T 35276), and encryption (DER in the order C1 C3 C2); certificates
//! ([`certificate`]); signed messages and digital envelopes ([`envelope`]).
//!
//! The signer's identity is the default one of GB/T 35276, [`DEFAULT_ID`]. The private scalar is cleared when the key
//! is dropped.

mod asn1;
pub mod certificate;
pub mod envelope;
pub mod enveloped_key;

use super::envelope::{Aad, Sealed};
use super::keys::DataKey;
use super::sm3::{self, Digest};
use super::wiped::Wiped;
use crate::error::{Error, ErrorCode, Result};
use ::sm2::dsa::signature::hazmat::{PrehashVerifier as _, RandomizedPrehashSigner as _};
use ::sm2::dsa::signature::{RandomizedSigner as _, Verifier as _};
use ::sm2::dsa::{self, Signature};
use ::sm2::elliptic_curve::Generate as _;
use ::sm2::elliptic_curve::common::getrandom::SysRng;
use ::sm2::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use ::sm2::pke::{DecryptingKey, EncryptingKey, Mode};
use ::sm2::{NonZeroScalar, SecretKey};
use std::fmt;
use zeroize::Zeroizing;

/// The identity that goes into every signature (GB/T 35276-2017).
pub const DEFAULT_ID: &str = "1234567812345678";

/// A public key: verifies signatures, encrypts to its owner.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(::sm2::PublicKey);

impl PublicKey {
    /// From `04 ‖ x ‖ y` or a compressed point; `request.invalid_parameter` when it is not a point of the curve.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        ::sm2::PublicKey::from_sec1_bytes(bytes).map(PublicKey).map_err(|_| not_a_key("public key"))
    }

    /// `04 ‖ x ‖ y`, 65 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        use ::sm2::elliptic_curve::sec1::ToSec1Point as _;
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }

    /// From a PEM file with a SubjectPublicKeyInfo.
    pub fn from_pem(pem: &str) -> Result<Self> {
        ::sm2::PublicKey::from_public_key_pem(pem).map(PublicKey).map_err(|_| not_a_key("public key"))
    }

    /// As PEM, for verifiers outside.
    pub fn to_pem(&self) -> Result<String> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(|e| ErrorCode::Internal.caused_by(e.to_string()))
    }

    /// From a SubjectPublicKeyInfo in DER.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        ::sm2::PublicKey::from_public_key_der(der).map(PublicKey).map_err(|_| not_a_key("public key"))
    }

    /// As SubjectPublicKeyInfo in DER.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        let encoded = self.0.to_public_key_der().map_err(|e| ErrorCode::Internal.caused_by(e.to_string()))?;
        Ok(encoded.into_vec())
    }

    /// SM3 of the uncompressed point: names the key in signatures and in the inventory.
    pub fn fingerprint(&self) -> Digest {
        sm3::digest(&self.to_bytes())
    }

    /// Encrypts to this key's owner (DER, C1 C3 C2). `request.invalid_parameter` when there is nothing to encrypt.
    pub fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>> {
        EncryptingKey::new_with_mode(self.0, Mode::C1C3C2)
            .encrypt_der(&mut SysRng, plain)
            .map_err(|_| ErrorCode::InvalidParameter.because("SM2 encrypts one byte or more"))
    }

    fn verifying(&self, id: &str) -> Option<dsa::VerifyingKey> {
        dsa::VerifyingKey::new(id, self.0).ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sm2::PublicKey({})", hex::encode(self.to_bytes()))
    }
}

fn not_a_key(what: &'static str) -> Error {
    ErrorCode::InvalidParameter.because(format!("not an SM2 {what}"))
}

/// Whether `der` is `public`'s signature of `msg` under the default identity.
pub fn verify(public: &PublicKey, msg: &[u8], der: &[u8]) -> bool {
    verify_as(public, DEFAULT_ID, msg, der)
}

/// The same under another identity, for certificates and partners that do not use the default one.
pub fn verify_as(public: &PublicKey, id: &str, msg: &[u8], der: &[u8]) -> bool {
    match (public.verifying(id), Signature::from_der(der)) {
        (Some(key), Ok(signature)) => key.verify(msg, &signature).is_ok(),
        _ => false,
    }
}

/// Whether `der` is `public`'s signature of a message whose digest e = SM3(Z ‖ M) is given.
pub fn verify_digest(public: &PublicKey, digest: &[u8], der: &[u8]) -> bool {
    match (public.verifying(DEFAULT_ID), Signature::from_der(der)) {
        (Some(key), Ok(signature)) => key.verify_prehash(digest, &signature).is_ok(),
        _ => false,
    }
}

/// The digest e = SM3(Z ‖ M) of a message under the default identity, which is what is signed (GB/T 32918.2-2016, 6.1 and 5.5):
/// Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA), with the parameters of GB/T 32918.5-2017.
pub fn message_digest(public: &PublicKey, msg: &[u8]) -> Result<Digest> {
    const PARAMETERS: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC\
                              28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93\
                              32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7\
                              BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0";
    let parameters = hex::decode(PARAMETERS).map_err(|e| ErrorCode::Internal.caused_by(e))?;
    let point = public.to_bytes();
    let coordinates = point.strip_prefix(&[4]).ok_or_else(|| not_a_key("public key"))?;
    let bits = u16::try_from(DEFAULT_ID.len() * 8).map_err(|_| ErrorCode::Internal)?;
    let of_signer = sm3::digest(&[&bits.to_be_bytes(), DEFAULT_ID.as_bytes(), &parameters, coordinates].concat());
    Ok(sm3::digest(&[of_signer.as_slice(), msg].concat()))
}

/// A signature r ‖ s, 64 bytes, in DER.
pub fn signature_to_der(raw: &[u8; 64]) -> Result<Vec<u8>> {
    Signature::from_slice(raw).map(|signature| signature.to_der().to_vec()).map_err(unsigned)
}

/// A private key: signs, and decrypts what was encrypted to its public key. (National certificates keep the two apart:
/// use one instance for each.)
pub struct SigningKey(Wiped<dsa::SigningKey>);

impl SigningKey {
    fn new(secret: NonZeroScalar) -> Result<Self> {
        let key = dsa::SigningKey::from_nonzero_scalar(DEFAULT_ID, secret).map_err(|_| not_a_key("private key"))?;
        Ok(SigningKey(Wiped::new(key, || {
            let mut one = [0; 32];
            *one.last_mut()? = 1;
            dsa::SigningKey::from_slice(DEFAULT_ID, &one).ok()
        })))
    }

    /// A new key from the operating system's randomness.
    pub fn generate() -> Result<Self> {
        let secret = SecretKey::try_generate_from_rng(&mut SysRng)
            .map_err(|e| ErrorCode::KeyUnavailable.caused_by(e.to_string()).context("random generator"))?;
        Self::new(secret.to_nonzero_scalar())
    }

    /// From the private scalar, 32 bytes big-endian.
    pub fn from_bytes(scalar: &[u8]) -> Result<Self> {
        Self::new(NonZeroScalar::try_from(scalar).map_err(|_| not_a_key("private key"))?)
    }

    /// From a PEM file with a PKCS#8 private key.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let secret = SecretKey::from_pkcs8_pem(pem).map_err(|_| not_a_key("private key"))?;
        Self::new(secret.to_nonzero_scalar())
    }

    /// The private scalar sealed under a data key, to be stored.
    pub fn to_wrapped(&self, key: &DataKey, aad: &Aad<'_>) -> Result<Sealed> {
        key.seal(aad, Zeroizing::new(<[u8; 32]>::from(self.0.to_bytes())).as_slice())
    }

    /// From what [`Self::to_wrapped`] made; `crypto.data_altered` when it was changed or moved.
    pub fn from_wrapped(key: &DataKey, aad: &Aad<'_>, stored: impl AsRef<[u8]>) -> Result<Self> {
        Self::from_bytes(&key.open(aad, stored)?)
    }

    pub fn public(&self) -> PublicKey {
        // A signing key was made from a valid scalar, so its point is never the identity.
        PublicKey(::sm2::PublicKey::from_secret_scalar(self.0.as_nonzero_scalar()))
    }

    /// The signature of `msg` in DER. The nonce is drawn as in RFC 6979 from the key and the message, with fresh
    /// randomness mixed in, so neither a bad generator nor a fault in one computation gives the key away.
    pub fn sign(&self, msg: &[u8]) -> Result<Vec<u8>> {
        self.0.try_sign_with_rng(&mut SysRng, msg).map(|s| s.to_der().to_vec()).map_err(unsigned)
    }

    /// The signature of a message whose digest e = SM3(Z ‖ M), 32 bytes, is given.
    pub fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>> {
        self.0.sign_prehash_with_rng(&mut SysRng, digest).map(|s| s.to_der().to_vec()).map_err(unsigned)
    }

    /// Decrypts what was encrypted to this key (DER, C1 C3 C2); `crypto.data_altered` when it was not, or was changed.
    pub fn decrypt(&self, der: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let secret = *self.0.as_nonzero_scalar();
        let key = Wiped::new(DecryptingKey::new_with_mode(secret, Mode::C1C3C2), || {
            let mut one = [0; 32];
            *one.last_mut()? = 1;
            DecryptingKey::from_slice(&one).ok()
        });
        key.decrypt_der(der)
            .map(Zeroizing::new)
            .map_err(|_| ErrorCode::DataAltered.because("not an SM2 ciphertext for this key"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sm2::SigningKey({})", hex::encode(self.public().fingerprint()))
    }
}

fn unsigned(e: ::sm2::dsa::signature::Error) -> Error {
    ErrorCode::Internal.caused_by(e.to_string()).context("sm2 signature")
}

#[cfg(test)]
mod tests {
    use super::super::{Keyring, RootKey, Suite};
    use super::*;
    use uuid::Uuid;

    #[test]
    fn signatures_verify_and_nothing_else_does() {
        let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let signed = key.sign("录音摘要".as_bytes()).unwrap();
        assert!(verify(&key.public(), "录音摘要".as_bytes(), &signed));
        assert!(!verify(&key.public(), "录音摘耍".as_bytes(), &signed));
        assert!(!verify(&other.public(), "录音摘要".as_bytes(), &signed));
        assert!(!verify_as(&key.public(), "other", "录音摘要".as_bytes(), &signed));
        for at in 0..signed.len() {
            let mut forged = signed.clone();
            forged[at] ^= 1;
            assert!(!verify(&key.public(), "录音摘要".as_bytes(), &forged), "byte {at}");
        }
        assert!(!verify(&key.public(), "录音摘要".as_bytes(), &signed[..signed.len() - 1]));
        assert!(!verify(&key.public(), "录音摘要".as_bytes(), &[&signed[..], &[0]].concat()));
    }

    #[test]
    fn the_digest_that_a_device_signs_is_the_one_that_is_verified() {
        let key = SigningKey::generate().unwrap();
        for msg in [b"".as_slice(), b"message digest", &[7; 300]] {
            let digest = message_digest(&key.public(), msg).unwrap();
            assert!(verify(&key.public(), msg, &key.sign_digest(&digest).unwrap()));
            assert!(verify_digest(&key.public(), &digest, &key.sign(msg).unwrap()));
        }
    }

    #[test]
    fn zero_and_out_of_range_scalars_are_no_signature() {
        let key = SigningKey::generate().unwrap().public();
        let order = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
        let one = "0000000000000000000000000000000000000000000000000000000000000001";
        let der = |r: &str, s: &str| {
            let integer = |h: &str| {
                let mut bytes = hex::decode(h).unwrap();
                while bytes.len() > 1 && bytes[0] == 0 {
                    bytes.remove(0);
                }
                if bytes[0] >= 0x80 {
                    bytes.insert(0, 0);
                }
                [&[2, bytes.len() as u8][..], &bytes].concat()
            };
            let body = [integer(r), integer(s)].concat();
            [&[0x30, body.len() as u8][..], &body].concat()
        };
        let zero = &"00".repeat(32);
        for (r, s) in [(zero.as_str(), one), (one, zero), (order, one), (one, order)] {
            assert!(!verify(&key, b"m", &der(r, s)), "{r} {s}");
        }
        // r + s = n is t = 0.
        let minus_one = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122";
        assert!(!verify(&key, b"m", &der(one, minus_one)));
    }

    #[test]
    fn encryption_reaches_its_owner_only() {
        let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let sealed = key.public().encrypt(b"data key").unwrap();
        assert_eq!(**key.decrypt(&sealed).unwrap(), *b"data key");
        assert_eq!(other.decrypt(&sealed).unwrap_err().code(), ErrorCode::DataAltered);
        let mut forged = sealed.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert!(key.decrypt(&forged).is_err());
        assert!(key.public().encrypt(b"").is_err());
        assert!(key.decrypt(b"").is_err());
    }

    #[test]
    fn keys_are_stored_wrapped_and_printed_by_fingerprint() {
        let ring = Keyring::from_root(RootKey::generate().unwrap());
        let (class, _) = ring.generate_class_key("signing", "2026-07", 1).unwrap();
        let (data, _) = class.generate_data_key(Uuid::from_u128(1), 1, Suite::Sm4Gcm).unwrap();
        let aad = Aad { table: "signing_key", column: "secret", row: Uuid::from_u128(2) };
        let key = SigningKey::generate().unwrap();
        let stored = key.to_wrapped(&data, &aad).unwrap();
        let again = SigningKey::from_wrapped(&data, &aad, &stored).unwrap();
        assert_eq!(again.public(), key.public());
        assert!(SigningKey::from_wrapped(&data, &Aad { column: "other", ..aad }, &stored).is_err());
        assert!(!format!("{key:?}").contains(&hex::encode(key.0.to_bytes())));
    }

    #[test]
    fn public_keys_round_trip_and_points_off_the_curve_are_refused() {
        let public = SigningKey::generate().unwrap().public();
        assert_eq!(PublicKey::from_bytes(&public.to_bytes()).unwrap(), public);
        assert_eq!(PublicKey::from_pem(&public.to_pem().unwrap()).unwrap(), public);
        let mut off = public.to_bytes();
        off[64] ^= 1;
        assert!(PublicKey::from_bytes(&off).is_err());
        assert!(PublicKey::from_bytes(&[0]).is_err(), "the point at infinity");
    }
}

//! SM2 in software, as far as a device's answers are checked with it: a public key is a point of the curve, a signature is right, and a
//! key that the device encrypted to a key of ours is what it then encrypts with.

use crate::error::{Error, ErrorKind, Result};
use sm2::dsa::signature::hazmat::PrehashVerifier as _;
use sm2::dsa::{Signature, VerifyingKey};
use sm2::elliptic_curve::Generate as _;
use sm2::elliptic_curve::common::getrandom::SysRng;
use sm2::elliptic_curve::sec1::ToSec1Point as _;
use sm2::pke::{DecryptingKey, Mode};
use sm2::{PublicKey, SecretKey};
use zeroize::Zeroizing;

/// The identity of GB/T 35276. The digest that is signed has it in it already; the type below asks for one all the same.
const IDENTITY: &str = "1234567812345678";

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::SelfTest, format!("{what}; the device must not be used"))
}

/// `04 ‖ x ‖ y`, when it is a point of the curve. A library with the older 256-bit structures gives something else.
pub fn point(x: &[u8; 32], y: &[u8; 32]) -> Result<[u8; 65]> {
    let mut bytes = [4; 65];
    bytes.iter_mut().skip(1).zip(x.iter().chain(y)).for_each(|(to, from)| *to = *from);
    PublicKey::from_sec1_bytes(&bytes).map_err(|_| wrong("the device's public key is not a point of the SM2 curve"))?;
    Ok(bytes)
}

/// Whether `signature` (r ‖ s) is `public`'s over the digest e.
pub fn verifies(public: &[u8; 65], digest: &[u8; 32], signature: &[u8; 64]) -> bool {
    match (VerifyingKey::from_sec1_bytes(IDENTITY, public), Signature::from_slice(signature)) {
        (Ok(key), Ok(signature)) => key.verify_prehash(digest, &signature).is_ok(),
        _ => false,
    }
}

/// A key pair of ours for one known-answer test.
pub struct Throwaway(SecretKey);

impl Throwaway {
    pub fn new() -> Result<Self> {
        SecretKey::try_generate_from_rng(&mut SysRng)
            .map(Throwaway)
            .map_err(|_| Error::new(ErrorKind::Device, "the operating system's random generator does not answer"))
    }

    /// The public key's coordinates.
    pub fn public(&self) -> ([u8; 32], [u8; 32]) {
        let point = self.0.public_key().to_sec1_point(false);
        let coordinates = point.as_bytes().split_at_checked(1).map(|(_, rest)| rest).unwrap_or_default();
        match (coordinates.first_chunk(), coordinates.last_chunk()) {
            (Some(x), Some(y)) => (*x, *y),
            _ => ([0; 32], [0; 32]),
        }
    }

    /// The SM4 key that was encrypted to it (04 ‖ C1 ‖ C3 ‖ C2).
    pub fn decrypt(&self, cipher: &[u8]) -> Result<Zeroizing<[u8; 16]>> {
        let key = DecryptingKey::new_with_mode(self.0.to_nonzero_scalar(), Mode::C1C3C2);
        let plain =
            key.decrypt(cipher).map(Zeroizing::new).map_err(|_| wrong("the device's SM2 encryption does not open"))?;
        plain.first_chunk().copied().map(Zeroizing::new).ok_or_else(|| wrong("the device encrypted a short key"))
    }
}

//! Signed messages and digital envelopes as GB/T 35275-2017 (GM/T 0010) writes them, for certificates of SM2.
//!
//! | made by | content type | read by | what it gives |
//! |---|---|---|---|
//! | [`sign`] | signedData | [`verify`] | who signed, attached or detached; for records that must be shown later |
//! | [`sign_and_seal_for`] | signedAndEnvelopedData | [`open_signed`] | secrecy, and who signed; for export packages |
//! | [`seal_for`] | envelopedData | [`open`] | secrecy alone; for partners who ask for it |
//!
//! The edition of 2017 has no authenticated encryption: its envelopes are SM4-CBC, which anyone can alter without the
//! key. So what leaves this appliance is signedAndEnvelopedData, and [`open_signed`] is what reads it: signature and
//! padding are judged together and one error tells of both, so that whoever can watch it fail learns nothing about the
//! content. [`open`] cannot do that; see there.
//!
//! What signedAndEnvelopedData does not do: it does not sign the list of receivers, so a receiver can seal the signed
//! content again for someone else (name the receiver in the content), and its signature lies in the open, so that
//! whoever can guess the whole content can see that the guess is right (put something unguessable in).
//!
//! Everything is held in memory, [`MAX_CONTENT`] at most. What is longer is sealed under a data key, and that key and
//! the digests of the files go into the envelope.

mod forms;
#[cfg(test)]
mod oracle;
mod signature;
#[cfg(test)]
mod tests;

pub use signature::{Placement, SignedBy, Signer, Verified, sign, verify};

use super::SigningKey;
use super::asn1::oid;
use super::certificate::{Certificate, Refusal, Trust, Trusted, Usage};
use crate::crypto::random;
use crate::crypto::sm4::KEY_LEN;
use crate::crypto::sm4::exchange::{self, Mode};
use crate::error::{Error, ErrorCode, Result};
use chrono::{DateTime, Utc};
use forms::{Encrypted, Recipient};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _, ConstantTimeLess as _};
use x509_cert::der;
use zeroize::Zeroizing;

/// The longest content of a message, in bytes.
pub const MAX_CONTENT: usize = 64 << 20;
/// The most receivers of one envelope.
pub const MAX_RECEIVERS: usize = 64;
/// The most signatures on one message.
pub const MAX_SIGNERS: usize = 16;
/// What a message may be longer than its content: receivers, certificates and signatures.
const MAX_AROUND: usize = 1 << 20;

const BLOCK: usize = 16;

/// Whoever opens envelopes: a certificate for encryption and its private key.
pub struct Receiver<'a> {
    key: &'a SigningKey,
    certificate: &'a Certificate,
}

impl<'a> Receiver<'a> {
    /// `request.invalid_parameter` when the certificate is not this key's. That it is still valid is not asked: what
    /// was sealed for it in its time can be opened afterwards.
    pub fn new(key: &'a SigningKey, certificate: &'a Certificate) -> Result<Self> {
        match &key.public() == certificate.public() {
            true => Ok(Receiver { key, certificate }),
            false => Err(Refusal::OtherKey.into()),
        }
    }
}

/// What [`open_signed`] found. Every signature on it was checked.
pub struct Opened {
    pub content: Zeroizing<Vec<u8>>,
    /// Who signed it, one at least.
    pub signers: Vec<SignedBy>,
}

/// Seals `plain` for the holders of these certificates, who were trusted for [`Usage::Encryption`] just now: SM4-CBC
/// under a new key, which SM2 encrypts for each (GB/T 35275-2017, clause 9).
///
/// Nothing in it tells the receiver who made it or whether it was altered. Prefer [`sign_and_seal_for`].
pub fn seal_for(receivers: &[Trusted], plain: &[u8]) -> Result<Vec<u8>> {
    let (receivers, encrypted) = seal(receivers, plain)?;
    forms::write_enveloped(receivers, encrypted).map_err(super::asn1::unencodable)
}

/// Signs `plain` and seals it for the holders of these certificates (GB/T 35275-2017, clause 10).
pub fn sign_and_seal_for(receivers: &[Trusted], signers: &[Signer<'_>], plain: &[u8]) -> Result<Vec<u8>> {
    let signatures = signature::over_content(signers, plain)?;
    let (receivers, encrypted) = seal(receivers, plain)?;
    forms::write_signed_and_enveloped(receivers, encrypted, signatures).map_err(super::asn1::unencodable)
}

/// Opens envelopedData. `crypto.data_altered` when it cannot be opened.
///
/// Nobody vouches for the content: whoever carried the message can have changed it, and whoever can send many of them
/// and see whether they open can find out what is in another one (a padding oracle). So this is for files that a
/// person imports, never behind an interface that answers strangers, and the content is no more than a claim.
pub fn open(receiver: &Receiver<'_>, message: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let (receivers, encrypted) =
        forms::read_enveloped(fitting(message)?).map_err(|_| malformed(oid::ENVELOPED_DATA))?;
    let (mut plain, length, whole) = decrypt(receiver, &receivers, &encrypted)?;
    plain.truncate(length);
    if bool::from(whole) { Ok(plain) } else { Err(unopened()) }
}

/// Opens signedAndEnvelopedData. Every signature on it must be that of a certificate which `trust` trusts for signing at
/// the time `at`; what is wrong with one is told (it can be seen without the key). Then `crypto.data_altered` for
/// everything that depends on the key.
pub fn open_signed(receiver: &Receiver<'_>, message: &[u8], trust: &Trust<'_>, at: DateTime<Utc>) -> Result<Opened> {
    let (receivers, encrypted, signatures) =
        forms::read_signed_and_enveloped(fitting(message)?).map_err(|_| malformed(oid::SIGNED_AND_ENVELOPED_DATA))?;
    let signers = signature::identify(&signatures, trust, at)?;
    let (mut plain, length, whole) = decrypt(receiver, &receivers, &encrypted)?;
    plain.truncate(length);
    // Signatures are judged whatever the padding looked like, so that time does not tell one failure from the other.
    let signed = signers.iter().fold(true, |all, signer| all & signer.signs(&plain));
    match bool::from(whole) & signed {
        true => Ok(Opened { content: plain, signers: signers.into_iter().map(SignedBy::from).collect() }),
        false => Err(unopened()),
    }
}

/// The one answer to everything that goes wrong behind the key.
fn unopened() -> Error {
    ErrorCode::DataAltered.because("the envelope does not open with this key, or it was altered")
}

fn malformed(expected: der::asn1::ObjectIdentifier) -> Error {
    let kind = match expected {
        oid::SIGNED_DATA => "signed data",
        oid::ENVELOPED_DATA => "enveloped data",
        _ => "signed and enveloped data",
    };
    ErrorCode::InvalidParameter.because(format!("not {kind} as GB/T 35275 describes it, in DER"))
}

fn fitting(message: &[u8]) -> Result<&[u8]> {
    match message.len() <= MAX_CONTENT + MAX_AROUND {
        true => Ok(message),
        false => Err(too_long()),
    }
}

fn too_long() -> Error {
    ErrorCode::InvalidParameter.because("the message is longer than 64 MiB; put a key and digests in it, not the files")
}

fn seal<'t>(receivers: &'t [Trusted], plain: &[u8]) -> Result<(Vec<Recipient<'t>>, Encrypted<'static>)> {
    if receivers.is_empty() || receivers.len() > MAX_RECEIVERS {
        return Err(ErrorCode::InvalidParameter.because("an envelope has one to 64 receivers"));
    }
    if plain.len() > MAX_CONTENT {
        return Err(too_long());
    }
    let key = random::secret::<KEY_LEN>()?;
    let iv = random::public::<BLOCK>()?;
    let mut padded = Zeroizing::new(Vec::with_capacity(plain.len() + BLOCK));
    padded.extend_from_slice(plain);
    let pad = BLOCK - plain.len() % BLOCK;
    padded.resize(plain.len() + pad, u8::try_from(pad).unwrap_or(0));
    let ciphertext = exchange::encrypt(Mode::Cbc, key.as_slice(), &iv, &padded)?;
    let receivers = receivers.iter().map(|receiver| {
        if receiver.usage() != Usage::Encryption {
            return Err(Refusal::OtherUse.into());
        }
        let (issuer, serial) = receiver.certificate().issuer_and_serial();
        let encrypted_key = receiver.certificate().public().encrypt(key.as_slice())?;
        Ok(Recipient { issuer, serial, encrypted_key: encrypted_key.into() })
    });
    Ok((receivers.collect::<Result<_>>()?, Encrypted { iv, ciphertext: ciphertext.into() }))
}

/// The padded content, its length without padding, and whether the padding was right. Without a right padding the
/// length is that of one byte of it.
fn decrypt(
    receiver: &Receiver<'_>,
    receivers: &[Recipient<'_>],
    encrypted: &Encrypted<'_>,
) -> Result<(Zeroizing<Vec<u8>>, usize, Choice)> {
    let (issuer, serial) = receiver.certificate.issuer_and_serial();
    let ours = receivers
        .iter()
        .find(|r| r.issuer == issuer && r.serial == serial)
        .ok_or_else(|| ErrorCode::InvalidParameter.because("the envelope is not addressed to this certificate"))?;
    let key = receiver.key.decrypt(&ours.encrypted_key).map_err(|_| unopened())?;
    let plain = exchange::decrypt(Mode::Cbc, &key, &encrypted.iv, &encrypted.ciphertext).map_err(|_| unopened())?;
    let (length, whole) = unpad(&plain).ok_or_else(unopened)?;
    Ok((plain, length, whole))
}

/// PKCS#7 padding, looked at in constant time. `None` when there is not even a block.
fn unpad(plain: &[u8]) -> Option<(usize, Choice)> {
    let tail = plain.last_chunk::<BLOCK>()?;
    let [.., pad] = *tail;
    let mut whole = !pad.ct_eq(&0) & pad.ct_lt(&17);
    for (at, byte) in (0u8..).zip(tail.iter().rev()) {
        whole &= !at.ct_lt(&pad) | byte.ct_eq(&pad);
    }
    Some((plain.len() - usize::from(u8::conditional_select(&1, &pad, whole)), whole))
}

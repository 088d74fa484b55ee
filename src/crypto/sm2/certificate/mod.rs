//! SM2 certificates (GB/T 20518-2018, which profiles RFC 5280): what they say, whether they are to be trusted
//! ([`Trust`]), revocation lists ([`Crl`]), and making them ([`issue`]).
//!
//! National practice gives a holder two certificates: one whose key signs and never leaves its holder, and one whose key
//! decrypts and is escrowed by the authority. A certificate that allows both is refused for either, because a signature
//! by an escrowed key proves nothing.
//!
//! Reading decides nothing: [`Certificate::from_der`] takes any well-formed SM2 certificate, expired and forged ones
//! too. What was checked is a [`Trusted`], and only [`Trust::verify`] makes one. Time always comes from the caller.

mod crl;
#[cfg(test)]
pub(super) mod fixtures;
pub mod issue;
#[cfg(test)]
pub(super) mod oracle;
#[cfg(test)]
mod tests;
mod trust;

pub use crl::Crl;
pub use trust::{Revocation, Trust, Trusted};

use super::PublicKey;
use super::asn1::{Fields, Signed};
use crate::crypto::sm3::{self, Digest};
use crate::error::{Error, ErrorCode, Result};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::fmt;
use x509_cert::certificate::Version;
use x509_cert::der::flagset::FlagSet;
use x509_cert::der::pem::{self, LineEnding};
use x509_cert::der::{self, Decode as _, Encode as _, Tag, asn1::ObjectIdentifier};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::time::Time;

/// The longest certificate that is read, in bytes. SM2 certificates have about one thousand.
pub const MAX_CERTIFICATE: usize = 16 << 10;
/// The most certificates that are read from one file or message.
pub const MAX_CHAIN: usize = 32;

/// Why a certificate or a revocation list is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is not a certificate or list as X.509 describes it")]
    Malformed,
    #[error("it is longer, or holds more, than is accepted")]
    TooLong,
    #[error("it is not one of SM2 with SM3; ask the authority for one")]
    NotSm2,
    #[error("it is not valid yet; check the clock of this machine")]
    NotYetValid,
    #[error("it has expired; renew it")]
    Expired,
    #[error("its key usage does not allow this, or allows signing and encryption at once; use the other certificate")]
    WrongUsage,
    #[error("a certificate in its chain is not that of an authority")]
    NotAnAuthority,
    #[error("its chain is longer than an authority in it allows, or than is accepted")]
    PathTooLong,
    #[error("no trusted authority issued it; import the authority's certificate, and those between")]
    UnknownIssuer,
    #[error("its signature is not that of its issuer")]
    BadSignature,
    #[error("it has a critical extension that is not understood here")]
    CriticalExtension,
    #[error("it has been revoked")]
    Revoked,
    #[error("no revocation list of its issuer is current; import one")]
    RevocationUnknown,
    #[error("it was trusted for another use")]
    OtherUse,
    #[error("it does not belong to this key")]
    OtherKey,
}

impl From<Refusal> for Error {
    fn from(why: Refusal) -> Self {
        ErrorCode::InvalidParameter.because(why.to_string()).context("certificate")
    }
}

impl From<der::Error> for Refusal {
    fn from(_: der::Error) -> Self {
        Refusal::Malformed
    }
}

/// What a certificate's key is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Signing data: digitalSignature or nonRepudiation.
    Signing,
    /// Receiving envelopes: keyEncipherment or dataEncipherment.
    Encryption,
}

/// A certificate as it was read. Nothing about it has been checked but its form.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    key: PublicKey,
    /// Names and number as they stand in the certificate, with tag and length.
    issuer: Vec<u8>,
    subject: Vec<u8>,
    serial: Vec<u8>,
    parsed: x509_cert::Certificate,
    usage: Option<FlagSet<KeyUsages>>,
    constraints: Option<BasicConstraints>,
}

impl Certificate {
    /// Reads one certificate in DER. `request.invalid_parameter` says what is wrong with it ([`Refusal`]).
    pub fn from_der(der: &[u8]) -> Result<Self, Refusal> {
        if der.len() > MAX_CERTIFICATE {
            return Err(Refusal::TooLong);
        }
        let signed = Signed::read(der)?.ok_or(Refusal::NotSm2)?;
        let parsed = x509_cert::Certificate::from_der(der)?;
        let tbs = parsed.tbs_certificate();
        if tbs.signature() != parsed.signature_algorithm() || tbs.version() != Version::V3 {
            return Err(Refusal::Malformed);
        }
        let extensions = tbs.extensions().map(Vec::as_slice).unwrap_or_default();
        let distinct: BTreeSet<&ObjectIdentifier> = extensions.iter().map(|e| &e.extn_id).collect();
        if distinct.len() != extensions.len() {
            return Err(Refusal::Malformed);
        }
        let usage = tbs.get_extension::<KeyUsage>()?.map(|(_, usage)| usage.0);
        let constraints = tbs.get_extension::<BasicConstraints>()?.map(|(_, constraints)| constraints);
        let key = PublicKey::from_der(&tbs.subject_public_key_info().to_der()?).map_err(|_| Refusal::NotSm2)?;

        let mut fields = Fields::of(signed.body, Tag::Sequence)?;
        fields.optional(0)?;
        let serial = fields.raw()?.to_vec();
        fields.raw()?;
        let issuer = fields.raw()?.to_vec();
        fields.raw()?;
        let subject = fields.raw()?.to_vec();
        Ok(Certificate { der: der.to_vec(), key, issuer, subject, serial, parsed, usage, constraints })
    }

    /// Reads the certificate in a PEM file that holds exactly one.
    pub fn from_pem(text: &str) -> Result<Self, Refusal> {
        match <[Certificate; 1]>::try_from(Self::chain_from_pem(text)?) {
            Ok([one]) => Ok(one),
            Err(_) => Err(Refusal::TooLong),
        }
    }

    /// Reads all certificates in a PEM file, at most [`MAX_CHAIN`], in their order. What stands around them is not
    /// looked at; anything else in PEM is refused.
    pub fn chain_from_pem(text: &str) -> Result<Vec<Self>, Refusal> {
        let ders = all_pem(text, "CERTIFICATE", MAX_CHAIN)?;
        ders.iter().map(|der| Self::from_der(der)).collect()
    }

    /// As PEM, for files and for whoever asks.
    pub fn to_pem(&self) -> Result<String> {
        to_pem("CERTIFICATE", &self.der)
    }

    /// As it was read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The holder's key.
    pub fn public(&self) -> &PublicKey {
        &self.key
    }

    /// The holder's name as RFC 4514 writes it (`CN=…,O=…,C=CN`).
    pub fn subject(&self) -> String {
        self.parsed.tbs_certificate().subject().to_string()
    }

    /// The issuer's name.
    pub fn issuer(&self) -> String {
        self.parsed.tbs_certificate().issuer().to_string()
    }

    /// The number that the issuer gave it, in hexadecimal digits.
    pub fn serial(&self) -> String {
        hex::encode(self.parsed.tbs_certificate().serial_number().as_bytes())
    }

    pub fn not_before(&self) -> DateTime<Utc> {
        instant(self.parsed.tbs_certificate().validity().not_before)
    }

    pub fn not_after(&self) -> DateTime<Utc> {
        instant(self.parsed.tbs_certificate().validity().not_after)
    }

    /// SM3 of the whole certificate, for the inventory and for comparing by eye.
    pub fn fingerprint(&self) -> Digest {
        sm3::digest(&self.der)
    }

    /// Whether both belong to one holder as national practice gives them out: the same names and two keys.
    pub fn is_pair(signing: &Certificate, encryption: &Certificate) -> bool {
        signing.allows(Usage::Signing)
            && encryption.allows(Usage::Encryption)
            && signing.subject == encryption.subject
            && signing.issuer == encryption.issuer
            && signing.key != encryption.key
    }

    /// Whether its key may be used for this, and only for this side of the pair.
    pub fn allows(&self, usage: Usage) -> bool {
        let Some(stated) = self.usage else { return false };
        let signing = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
        let encryption = KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment;
        let any_encryption = encryption | KeyUsages::KeyAgreement;
        match usage {
            Usage::Signing => !stated.is_disjoint(signing) && stated.is_disjoint(any_encryption),
            Usage::Encryption => !stated.is_disjoint(encryption) && stated.is_disjoint(signing),
        }
    }

    fn states(&self, usage: KeyUsages) -> bool {
        self.usage.is_some_and(|stated| stated.contains(usage))
    }

    /// Issuer and number with their tags, as messages name a certificate (GB/T 35275, 6.7).
    pub(super) fn issuer_and_serial(&self) -> (&[u8], &[u8]) {
        (&self.issuer, &self.serial)
    }

    fn signed(&self) -> Option<Signed<'_>> {
        Signed::read(&self.der).ok().flatten()
    }

    fn extensions(&self) -> &[Extension] {
        self.parsed.tbs_certificate().extensions().map(Vec::as_slice).unwrap_or_default()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({:?}, number {})", self.subject(), self.serial())
    }
}

/// A time in a certificate. The format ends with the year 9999, which chrono knows.
pub(super) fn instant(time: Time) -> DateTime<Utc> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// All blocks of a PEM text, which must have this label, and be at least one and at most `limit`.
fn all_pem(text: &str, label: &str, limit: usize) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut out = Vec::new();
    let end = format!("-----END {label}-----");
    let mut rest = text;
    while let Some((block, after)) = rest.split_once(&end) {
        if out.len() == limit {
            return Err(Refusal::TooLong);
        }
        let block = [block, &end].concat();
        let (found, der) = pem::decode_vec(block.as_bytes()).map_err(|_| Refusal::Malformed)?;
        if found != label {
            return Err(Refusal::Malformed);
        }
        out.push(der);
        rest = after;
    }
    if out.is_empty() || rest.contains("-----BEGIN") { Err(Refusal::Malformed) } else { Ok(out) }
}

fn to_pem(label: &str, der: &[u8]) -> Result<String> {
    pem::encode_string(label, LineEnding::LF, der).map_err(|e| ErrorCode::Internal.caused_by(e.to_string()))
}

//! Making certificates and requests.
//!
//! The appliance is no authority for the bank. It makes a self-signed certificate for its own audit-signing key where the
//! bank has no authority, and a request (PKCS#10) for the bank's authority where it has one; [`Authority`] is for an
//! appliance that names its own parts, and for tests.

use super::{Certificate, Refusal, all_pem, to_pem};
use crate::crypto::random;
use crate::crypto::sm2::asn1::{Signed, algorithm, context, oid, tlv, unencodable};
use crate::crypto::sm2::{PublicKey, SigningKey};
use crate::error::{ErrorCode, Result};
use chrono::{DateTime, Utc};
use std::time::Duration;
use x509_cert::der::asn1::{OctetString, SetOfVec};
use x509_cert::der::{self, DateTime as DerTime, Decode as _, Encode, Tag};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::name::Name;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfo;
use x509_cert::time::{Time, Validity};

/// What a certificate is for: its basic constraints and key usage (GB/T 20518-2018, 5.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Signs certificates and revocation lists; `path_len` authorities may follow below, any number if `None`.
    Authority { path_len: Option<u8> },
    /// Signs data: digitalSignature and nonRepudiation.
    Signing,
    /// Receives envelopes: keyEncipherment and dataEncipherment.
    Encryption,
}

/// A holder's name. Each part has 1 to 64 characters, none of them a control character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    pub common_name: &'a str,
    pub unit: Option<&'a str>,
    pub organization: Option<&'a str>,
    /// Two capital letters (ISO 3166-1): `CN`.
    pub country: Option<&'a str>,
}

/// What is to stand in a certificate.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    pub subject: Subject<'a>,
    pub profile: Profile,
    pub not_before: DateTime<Utc>,
    /// Still valid at this moment.
    pub not_after: DateTime<Utc>,
}

/// A certificate that `key` signs for itself.
pub fn self_signed(key: &SigningKey, content: &Content<'_>) -> Result<Certificate> {
    let subject = content.subject.name()?;
    certificate(
        key,
        &subject,
        &key.public(),
        content,
        &usage_extensions(content.profile, &subject).map_err(unencodable)?,
    )
}

/// Issues certificates in an authority's name.
pub struct Authority<'a> {
    key: &'a SigningKey,
    certificate: &'a Certificate,
}

impl<'a> Authority<'a> {
    /// `request.invalid_parameter` when the certificate is not this key's, or not that of an authority.
    pub fn new(key: &'a SigningKey, certificate: &'a Certificate) -> Result<Self> {
        if certificate.public() != &key.public() {
            return Err(Refusal::OtherKey.into());
        }
        if !certificate.states(KeyUsages::KeyCertSign) || !certificate.constraints.as_ref().is_some_and(|c| c.ca) {
            return Err(Refusal::NotAnAuthority.into());
        }
        Ok(Authority { key, certificate })
    }

    /// A certificate for the holder of `public`. That the holder has the private key is for the caller to know, best
    /// from a [`Request`].
    pub fn issue(&self, public: &PublicKey, content: &Content<'_>) -> Result<Certificate> {
        let issuer = self.certificate.parsed.tbs_certificate().subject().clone();
        let extensions = usage_extensions(content.profile, &issuer).map_err(unencodable)?;
        certificate(self.key, &issuer, public, content, &extensions)
    }
}

/// A request for a certificate (PKCS#10, RFC 2986), signed by the key that asks.
#[derive(Clone)]
pub struct Request {
    der: Vec<u8>,
    subject: String,
    public: PublicKey,
}

impl Request {
    /// Asks for a certificate on `key`. The authority decides what goes in; the usage is asked for.
    pub fn new(key: &SigningKey, subject: &Subject<'_>, profile: Profile) -> Result<Self> {
        let named = subject.name()?;
        let info = || {
            let mut attributes = SetOfVec::new();
            attributes.insert(ExtensionReq(usage_extensions(profile, &named)?).try_into()?)?;
            let info = CertReqInfo {
                version: Default::default(),
                subject: named.clone(),
                public_key: SubjectPublicKeyInfo::from_der(
                    &key.public().to_der().map_err(|_| der::ErrorKind::Failed)?,
                )?,
                attributes,
            };
            info.to_der()
        };
        let der = Signed::write(&info().map_err(unencodable)?, key)?;
        Ok(Request { der, subject: named.to_string(), public: key.public() })
    }

    /// Reads a request and checks that its own key signed it.
    pub fn from_der(der: &[u8]) -> Result<Self, Refusal> {
        if der.len() > super::MAX_CERTIFICATE {
            return Err(Refusal::TooLong);
        }
        let signed = Signed::read(der)?.ok_or(Refusal::NotSm2)?;
        let parsed = CertReq::from_der(der)?;
        let public = PublicKey::from_der(&parsed.info.public_key.to_der()?).map_err(|_| Refusal::NotSm2)?;
        if !signed.is_by(&public) {
            return Err(Refusal::BadSignature);
        }
        Ok(Request { der: der.to_vec(), subject: parsed.info.subject.to_string(), public })
    }

    pub fn from_pem(text: &str) -> Result<Self, Refusal> {
        all_pem(text, "CERTIFICATE REQUEST", 1)?.first().ok_or(Refusal::Malformed).and_then(|der| Self::from_der(der))
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// As PEM, the form in which authorities take it.
    pub fn to_pem(&self) -> Result<String> {
        to_pem("CERTIFICATE REQUEST", &self.der)
    }

    /// The name that is asked for.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The key that asks, and that signed the request.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl Subject<'_> {
    /// As X.501 writes it, from the country down to the common name (GB/T 20518-2018, 5.2.3.7). It is put together from
    /// parts because `x509-cert` reads a name in one string with separators and escapes of its own.
    pub(super) fn name(&self) -> Result<Name> {
        let refused =
            || ErrorCode::InvalidParameter.because("a part of a name has 1 to 64 characters, a country two letters");
        let is_fitting = |text: &str| (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let is_country = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        let parts = [
            (oid::COUNTRY, Tag::PrintableString, self.country),
            (oid::ORGANIZATION, Tag::Utf8String, self.organization),
            (oid::UNIT, Tag::Utf8String, self.unit),
            (oid::COMMON_NAME, Tag::Utf8String, Some(self.common_name)),
        ];
        let mut sets = Vec::new();
        for (kind, tag, text) in parts.into_iter().filter_map(|(kind, tag, text)| text.map(|text| (kind, tag, text))) {
            if !(if tag == Tag::PrintableString { is_country(text) } else { is_fitting(text) }) {
                return Err(refused());
            }
            let part = || tlv(Tag::Sequence, &[&kind.to_der()?, &tlv(tag, &[text.as_bytes()])?]);
            sets.extend(part().and_then(|part| tlv(Tag::Set, &[&part])).map_err(unencodable)?);
        }
        tlv(Tag::Sequence, &[&sets]).and_then(|der| Name::from_der(&der)).map_err(unencodable)
    }
}

/// Encodes and signs. `extensions` are followed by the key identifiers.
pub(super) fn certificate(
    key: &SigningKey,
    issuer: &Name,
    public: &PublicKey,
    content: &Content<'_>,
    extensions: &[Extension],
) -> Result<Certificate> {
    let subject = content.subject.name()?;
    let spki = public.to_der()?;
    let serial = random::public::<16>()?;
    let tbs = || {
        let validity =
            Validity::<x509_cert::certificate::Rfc5280>::new(time(content.not_before)?, time(content.not_after)?);
        let mut extensions = extensions.to_vec();
        let id = SubjectKeyIdentifier(key_id(public)?);
        extensions.push((&id).to_extension(&subject, &[])?);
        let of_issuer = AuthorityKeyIdentifier { key_identifier: Some(key_id(&key.public())?), ..Default::default() };
        extensions.push((&of_issuer).to_extension(&subject, &[])?);
        tlv(
            Tag::Sequence,
            &[
                &tlv(context(0, true), &[&2u8.to_der()?])?,
                &positive(serial)?.to_der()?,
                &algorithm(oid::SM2_WITH_SM3).to_der()?,
                &issuer.to_der()?,
                &validity.to_der()?,
                &subject.to_der()?,
                &spki,
                &tlv(context(3, true), &[&extensions.to_der()?])?,
            ],
        )
    };
    let der = Signed::write(&tbs().map_err(unencodable)?, key)?;
    Ok(Certificate::from_der(&der)?)
}

/// A random number of 127 bits, with its highest bit set so that it always has the same length.
fn positive(mut random: [u8; 16]) -> der::Result<SerialNumber> {
    if let Some(first) = random.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    SerialNumber::new(&random)
}

/// The first 160 bits of SM3 over the key, in the way of RFC 7093: SHA-1, which RFC 5280 gives as an example, has no
/// place here.
fn key_id(key: &PublicKey) -> der::Result<OctetString> {
    OctetString::new(key.fingerprint().first_chunk::<20>().map(|first| first.to_vec()).unwrap_or_default())
}

pub(super) fn usage_extensions(profile: Profile, subject: &Name) -> der::Result<Vec<Extension>> {
    let usage = match profile {
        Profile::Authority { .. } => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        Profile::Signing => KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
        Profile::Encryption => KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment,
    };
    let (ca, path_len_constraint) = match profile {
        Profile::Authority { path_len } => (true, path_len),
        _ => (false, None),
    };
    Ok(vec![
        (&BasicConstraints { ca, path_len_constraint }).to_extension(subject, &[])?,
        (&KeyUsage(usage)).to_extension(subject, &[])?,
    ])
}

/// Whole seconds, from 1970 to 9999, as UTCTime until 2049.
pub(in crate::crypto::sm2) fn time(at: DateTime<Utc>) -> der::Result<Time> {
    let seconds = u64::try_from(at.timestamp()).map_err(|_| der::ErrorKind::DateTime)?;
    DerTime::from_unix_duration(Duration::from_secs(seconds)).map(Time::from)
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({:?})", self.subject)
    }
}

//! Signatures on messages: signedData whole, and the signatures of signedAndEnvelopedData.
//!
//! A signature is either on the content itself or on attributes (what kind of content, its digest, when). [`sign`] always
//! writes attributes; signedAndEnvelopedData has none (RFC 2315, section 11.1, on which the standard rests). One must
//! never pass for the other: content that looks like a set of attributes is neither signed nor accepted without them.

use super::forms::{self, Signatures, SignerInfo};
use super::{MAX_CONTENT, MAX_SIGNERS, fitting, malformed, too_long};
use crate::crypto::sm2::asn1::{Fields, oid, tlv, unencodable};
use crate::crypto::sm2::certificate::{Certificate, Refusal, Trust, Trusted, Usage, instant, issue};
use crate::crypto::sm2::{SigningKey, verify as is_signature};
use crate::crypto::sm3;
use crate::error::{ErrorCode, Result};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use x509_cert::der::{self, Decode as _, Encode as _, ErrorKind, Tag, Tagged as _};
use x509_cert::time::Time;

/// Whether a signed message carries what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// The content is part of the message.
    Attached,
    /// The content is kept elsewhere, unchanged.
    Detached,
}

/// Whoever signs: a certificate for signing, its private key, and the authorities between it and what readers trust.
#[derive(Clone)]
pub struct Signer<'a> {
    pub(super) key: &'a SigningKey,
    certificate: &'a Certificate,
    chain: &'a [Certificate],
}

impl<'a> Signer<'a> {
    /// `request.invalid_parameter` when the certificate is not this key's, or not one for signing.
    pub fn new(key: &'a SigningKey, certificate: &'a Certificate, chain: &'a [Certificate]) -> Result<Self> {
        if &key.public() != certificate.public() {
            return Err(Refusal::OtherKey.into());
        }
        if !certificate.allows(Usage::Signing) {
            return Err(Refusal::WrongUsage.into());
        }
        Ok(Signer { key, certificate, chain })
    }

    fn info(&self, attributes: Option<Vec<u8>>, signed: &[u8]) -> Result<SignerInfo<'a>> {
        let (issuer, serial) = self.certificate.issuer_and_serial();
        let signature = self.key.sign(signed)?.into();
        Ok(SignerInfo { issuer, serial, attributes: attributes.map(Into::into), signature })
    }
}

/// A signer who was found to have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBy {
    /// Trusted for [`Usage::Signing`] at the time that was asked for.
    pub trusted: Trusted,
    /// When the signer says to have signed. Nobody else vouches for it.
    pub claimed_time: Option<DateTime<Utc>>,
}

/// What [`verify`] found. Every signature on it was checked.
pub struct Verified {
    pub content: Vec<u8>,
    /// Who signed it, one at least.
    pub signers: Vec<SignedBy>,
}

/// Signs `content` at the time `at`, which is signed with it (GB/T 35275-2017, clause 8).
pub fn sign(content: &[u8], placement: Placement, signers: &[Signer<'_>], at: DateTime<Utc>) -> Result<Vec<u8>> {
    let all = collect(signers, content, |signer| {
        let attributes = write_attributes(content, at).map_err(unencodable)?;
        let signed = tlv(Tag::Set, &[&attributes]).map_err(unencodable)?;
        signer.info(Some(attributes), &signed)
    })?;
    let attached = (placement == Placement::Attached).then_some(content);
    forms::write_signed(attached, all).map_err(unencodable)
}

/// Reads signedData. `detached` is the content where the message does not carry it. Every signature must be that of a
/// certificate which `trust` trusts for signing at the time `at`. `crypto.data_altered` when the content is not what
/// was signed, `request.invalid_parameter` for everything else.
pub fn verify(message: &[u8], detached: Option<&[u8]>, trust: &Trust<'_>, at: DateTime<Utc>) -> Result<Verified> {
    let read = forms::read_signed(fitting(message)?).map_err(|_| malformed(oid::SIGNED_DATA))?;
    let content = match (read.content, detached) {
        (Some(content), None) | (None, Some(content)) => content,
        (Some(_), Some(_)) => return Err(ErrorCode::InvalidParameter.because("the message has its own content")),
        (None, None) => return Err(ErrorCode::InvalidParameter.because("the message needs its detached content")),
    };
    let signers = identify(&read.signatures, trust, at)?;
    match signers.iter().all(|signer| signer.signs(content)) {
        true => Ok(Verified { content: content.to_vec(), signers: signers.into_iter().map(SignedBy::from).collect() }),
        false => Err(ErrorCode::DataAltered.because("a signature is not one of this content")),
    }
}

/// Signatures on the content itself, as signedAndEnvelopedData has them.
pub(super) fn over_content<'a>(signers: &[Signer<'a>], content: &[u8]) -> Result<Signatures<'a>> {
    if looks_like_attributes(content) {
        return Err(ErrorCode::InvalidParameter.because("the content has the form of signed attributes"));
    }
    collect(signers, content, |signer| signer.info(None, content))
}

fn collect<'a>(
    signers: &[Signer<'a>],
    content: &[u8],
    info: impl Fn(&Signer<'a>) -> Result<SignerInfo<'a>>,
) -> Result<Signatures<'a>> {
    if signers.is_empty() || signers.len() > MAX_SIGNERS {
        return Err(ErrorCode::InvalidParameter.because("a message has one to 16 signers"));
    }
    if content.len() > MAX_CONTENT {
        return Err(too_long());
    }
    let along = signers.iter().flat_map(|s| std::iter::once(s.certificate).chain(s.chain)).map(Certificate::der);
    let certificates: BTreeSet<&[u8]> = along.collect();
    Ok(Signatures {
        certificates: certificates.into_iter().collect(),
        signers: signers.iter().map(info).collect::<Result<_>>()?,
    })
}

/// A signature whose certificate is trusted, and which has not yet been held against the content.
pub(super) struct Identified<'a> {
    trusted: Trusted,
    attributes: Option<Attributes<'a>>,
    signature: &'a [u8],
}

/// Finds and checks the certificate of every signature.
pub(super) fn identify<'a>(
    signatures: &'a Signatures<'_>,
    trust: &Trust<'_>,
    at: DateTime<Utc>,
) -> Result<Vec<Identified<'a>>> {
    let mut others = Vec::new();
    for der in &signatures.certificates {
        match Certificate::from_der(der) {
            Ok(certificate) => others.push(certificate),
            // Certificates of other algorithms may come along; no signature here can be theirs.
            Err(Refusal::NotSm2) => {}
            Err(why) => return Err(why.into()),
        }
    }
    if signatures.signers.is_empty() {
        return Err(ErrorCode::InvalidParameter.because("nobody signed the message"));
    }
    let identified = signatures.signers.iter().map(|info| {
        let certificate = others
            .iter()
            .chain(trust.anchors)
            .find(|c| c.issuer_and_serial() == (info.issuer, info.serial))
            .ok_or_else(|| ErrorCode::InvalidParameter.because("the certificate of a signer is not in the message"))?;
        let attributes = match &info.attributes {
            Some(inside) => Some(Attributes::read(inside).map_err(|_| malformed(oid::SIGNED_DATA))?),
            None => None,
        };
        let trusted = trust.verify(certificate, &others, Usage::Signing, at)?;
        Ok(Identified { trusted, attributes, signature: &info.signature })
    });
    identified.collect()
}

impl Identified<'_> {
    /// Whether it is a signature of this content.
    pub(super) fn signs(&self, content: &[u8]) -> bool {
        let key = self.trusted.certificate().public();
        match &self.attributes {
            Some(attributes) => {
                attributes.digest == sm3::digest(content)
                    && tlv(Tag::Set, &[attributes.inside]).is_ok_and(|set| is_signature(key, &set, self.signature))
            }
            None => !looks_like_attributes(content) && is_signature(key, content, self.signature),
        }
    }
}

impl From<Identified<'_>> for SignedBy {
    fn from(found: Identified<'_>) -> Self {
        SignedBy { trusted: found.trusted, claimed_time: found.attributes.and_then(|a| a.time) }
    }
}

/// Signed attributes that say: this kind of content, with this digest, at this time.
struct Attributes<'a> {
    inside: &'a [u8],
    digest: &'a [u8],
    time: Option<DateTime<Utc>>,
}

impl<'a> Attributes<'a> {
    /// Reads what is inside the set. The kind must be data, and each attribute stands there once.
    fn read(inside: &'a [u8]) -> der::Result<Self> {
        let wrong = || der::Error::from(ErrorKind::Value { tag: Tag::Set });
        let each = Fields::new(inside)?.all(16, |set| {
            let mut attribute = set.nested(Tag::Sequence)?;
            let kind: ObjectIdentifier = attribute.read()?;
            let values = attribute.nested(Tag::Set)?;
            attribute.end()?;
            Ok((kind, values.all(4, Fields::raw)?))
        })?;
        let (mut is_data, mut digest, mut time) = (false, None, None);
        let distinct: BTreeSet<&ObjectIdentifier> = each.iter().map(|(kind, _)| kind).collect();
        if distinct.len() != each.len() {
            return Err(wrong());
        }
        for (kind, values) in &each {
            let one = || match values.as_slice() {
                [one] => Ok(*one),
                _ => Err(wrong()),
            };
            match *kind {
                oid::CONTENT_TYPE => is_data = ObjectIdentifier::from_der(one()?)? == oid::DATA,
                oid::MESSAGE_DIGEST => digest = Some(<&OctetStringRef>::from_der(one()?)?.as_bytes()),
                oid::SIGNING_TIME => time = Some(instant(Time::from_der(one()?)?)),
                _ => {}
            }
        }
        match digest {
            Some(digest) if is_data => Ok(Attributes { inside, digest, time }),
            _ => Err(wrong()),
        }
    }
}

fn looks_like_attributes(content: &[u8]) -> bool {
    AnyRef::from_der(content).is_ok_and(|set| set.tag() == Tag::Set && Attributes::read(set.value()).is_ok())
}

/// What goes inside the set, in the order that DER wants.
fn write_attributes(content: &[u8], at: DateTime<Utc>) -> der::Result<Vec<u8>> {
    let attribute =
        |kind: ObjectIdentifier, value: Vec<u8>| tlv(Tag::Sequence, &[&kind.to_der()?, &tlv(Tag::Set, &[&value])?]);
    let mut all = [
        attribute(oid::CONTENT_TYPE, oid::DATA.to_der()?)?,
        attribute(oid::MESSAGE_DIGEST, tlv(Tag::OctetString, &[&sm3::digest(content)])?)?,
        attribute(oid::SIGNING_TIME, issue::time(at)?.to_der()?)?,
    ];
    all.sort_unstable();
    Ok(all.concat())
}

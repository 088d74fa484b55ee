//! How the messages are written down (GB/T 35275-2017, clauses 6 to 10).
//!
//! Written and read is DER, with one exception: encrypted content in the constructed form (`[0]` around octet strings),
//! as some senders write it, is read as well. Not read are lengths without end, receivers named by their key's
//! identifier, and the `sharedInfo` fields. Revocation lists inside a message are skipped: whoever sent it is not the one
//! to say what is revoked.

use super::{BLOCK, MAX_RECEIVERS, MAX_SIGNERS};
use crate::crypto::sm2::asn1::{Fields, algorithm, context, is_algorithm, oid, set_of, tlv};
use crate::crypto::sm2::certificate::MAX_CHAIN;
use std::borrow::Cow;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use x509_cert::der::{Encode as _, ErrorKind, Result, Tag, Tagged as _};
use x509_cert::spki::AlgorithmIdentifierRef;

/// The version of every form in the edition of 2017.
const VERSION: u8 = 1;
/// The most pieces of an encrypted content in the constructed form.
const MAX_PIECES: usize = 1 << 16;

/// RecipientInfo, 9.2. Names are whole values, with tag and length.
pub(super) struct Recipient<'a> {
    pub issuer: &'a [u8],
    pub serial: &'a [u8],
    /// SM2Cipher of GB/T 35276 in DER.
    pub encrypted_key: Cow<'a, [u8]>,
}

/// EncryptedContentInfo, 9.1, of data under SM4-CBC.
pub(super) struct Encrypted<'a> {
    pub iv: [u8; BLOCK],
    pub ciphertext: Cow<'a, [u8]>,
}

/// SignerInfo, 8.2.
pub(super) struct SignerInfo<'a> {
    pub issuer: &'a [u8],
    pub serial: &'a [u8],
    /// What is inside the set of signed attributes, if there is one.
    pub attributes: Option<Cow<'a, [u8]>>,
    pub signature: Cow<'a, [u8]>,
}

/// The certificates that came along, each in DER, and the signatures.
pub(super) struct Signatures<'a> {
    pub certificates: Vec<&'a [u8]>,
    pub signers: Vec<SignerInfo<'a>>,
}

/// SignedData, 8.1, of data; `None` where the content is detached.
pub(super) struct SignedData<'a> {
    pub content: Option<&'a [u8]>,
    pub signatures: Signatures<'a>,
}

pub(super) fn read_signed(message: &[u8]) -> Result<SignedData<'_>> {
    let mut fields = content(message, oid::SIGNED_DATA)?;
    version(&mut fields)?;
    digests(&mut fields)?;
    let mut inner = fields.nested(Tag::Sequence)?;
    is(inner.read()?, oid::DATA)?;
    let content = match inner.optional(0)? {
        Some(explicit) => {
            let mut explicit = Fields::inside(explicit, context(0, true))?;
            let octets: &OctetStringRef = explicit.read()?;
            explicit.end()?;
            Some(octets.as_bytes())
        }
        None => None,
    };
    inner.end()?;
    let signatures = signatures(fields)?;
    Ok(SignedData { content, signatures })
}

pub(super) fn write_signed(content: Option<&[u8]>, signatures: Signatures<'_>) -> Result<Vec<u8>> {
    let data = oid::DATA.to_der()?;
    let inner = match content {
        Some(bytes) => {
            let octets = tlv(Tag::OctetString, &[bytes])?;
            tlv(Tag::Sequence, &[&data, &tlv(context(0, true), &[&octets])?])?
        }
        None => tlv(Tag::Sequence, &[&data])?,
    };
    let (certificates, signers) = write_signatures(signatures)?;
    let parts: [&[u8]; 5] = [&VERSION.to_der()?, &sm3_alone()?, &inner, &certificates, &signers];
    wrap(oid::SIGNED_DATA, &parts)
}

pub(super) fn read_enveloped(message: &[u8]) -> Result<(Vec<Recipient<'_>>, Encrypted<'_>)> {
    let mut fields = content(message, oid::ENVELOPED_DATA)?;
    version(&mut fields)?;
    let receivers = recipients(&mut fields)?;
    let encrypted = encrypted(&mut fields)?;
    fields.end()?;
    Ok((receivers, encrypted))
}

pub(super) fn write_enveloped(receivers: Vec<Recipient<'_>>, encrypted: Encrypted<'_>) -> Result<Vec<u8>> {
    let parts: [&[u8]; 3] = [&VERSION.to_der()?, &write_recipients(receivers)?, &write_encrypted(&encrypted)?];
    wrap(oid::ENVELOPED_DATA, &parts)
}

pub(super) fn read_signed_and_enveloped(message: &[u8]) -> Result<(Vec<Recipient<'_>>, Encrypted<'_>, Signatures<'_>)> {
    let mut fields = content(message, oid::SIGNED_AND_ENVELOPED_DATA)?;
    version(&mut fields)?;
    let receivers = recipients(&mut fields)?;
    digests(&mut fields)?;
    let encrypted = encrypted(&mut fields)?;
    Ok((receivers, encrypted, signatures(fields)?))
}

pub(super) fn write_signed_and_enveloped(
    receivers: Vec<Recipient<'_>>,
    encrypted: Encrypted<'_>,
    signatures: Signatures<'_>,
) -> Result<Vec<u8>> {
    let (certificates, signers) = write_signatures(signatures)?;
    let parts: [&[u8]; 6] = [
        &VERSION.to_der()?,
        &write_recipients(receivers)?,
        &sm3_alone()?,
        &write_encrypted(&encrypted)?,
        &certificates,
        &signers,
    ];
    wrap(oid::SIGNED_AND_ENVELOPED_DATA, &parts)
}

/// ContentInfo, 6.10, around the fields of one of the forms.
fn wrap(kind: ObjectIdentifier, fields: &[&[u8]]) -> Result<Vec<u8>> {
    let inner = tlv(Tag::Sequence, fields)?;
    tlv(Tag::Sequence, &[&kind.to_der()?, &tlv(context(0, true), &[&inner])?])
}

fn content(message: &[u8], kind: ObjectIdentifier) -> Result<Fields<'_>> {
    let mut outer = Fields::of(message, Tag::Sequence)?;
    is(outer.read()?, kind)?;
    let mut explicit = outer.nested(context(0, true))?;
    outer.end()?;
    let inner = explicit.nested(Tag::Sequence)?;
    explicit.end()?;
    Ok(inner)
}

fn is(found: ObjectIdentifier, wanted: ObjectIdentifier) -> Result<()> {
    if found == wanted { Ok(()) } else { Err(ErrorKind::OidUnknown { oid: found }.into()) }
}

fn is_any_of(found: &AlgorithmIdentifierRef<'_>, wanted: &[ObjectIdentifier]) -> Result<()> {
    if is_algorithm(found, wanted) { Ok(()) } else { Err(ErrorKind::OidUnknown { oid: found.oid }.into()) }
}

fn version(fields: &mut Fields<'_>) -> Result<()> {
    let found: u8 = fields.read()?;
    if found == VERSION { Ok(()) } else { Err(ErrorKind::Value { tag: Tag::Integer }.into()) }
}

fn digests(fields: &mut Fields<'_>) -> Result<()> {
    fields.nested(Tag::Set)?.all(MAX_SIGNERS, |set| is_any_of(&set.read()?, &[oid::SM3]))?;
    Ok(())
}

fn sm3_alone() -> Result<Vec<u8>> {
    tlv(Tag::Set, &[&algorithm(oid::SM3).to_der()?])
}

/// IssuerAndSerialNumber, 6.7.
fn name<'a>(fields: &mut Fields<'a>) -> Result<(&'a [u8], &'a [u8])> {
    let mut both = fields.nested(Tag::Sequence)?;
    let (issuer, serial) = (both.raw()?, both.raw()?);
    both.end()?;
    Ok((issuer, serial))
}

fn recipients<'a>(fields: &mut Fields<'a>) -> Result<Vec<Recipient<'a>>> {
    fields.nested(Tag::Set)?.all(MAX_RECEIVERS, |set| {
        let mut info = set.nested(Tag::Sequence)?;
        version(&mut info)?;
        let (issuer, serial) = name(&mut info)?;
        is_any_of(&info.read()?, &[oid::SM2_ENCRYPT])?;
        let key: &OctetStringRef = info.read()?;
        info.end()?;
        Ok(Recipient { issuer, serial, encrypted_key: key.as_bytes().into() })
    })
}

fn write_recipients(receivers: Vec<Recipient<'_>>) -> Result<Vec<u8>> {
    let infos = receivers.iter().map(|receiver| {
        let parts: [&[u8]; 4] = [
            &VERSION.to_der()?,
            &tlv(Tag::Sequence, &[receiver.issuer, receiver.serial])?,
            &algorithm(oid::SM2_ENCRYPT).to_der()?,
            &tlv(Tag::OctetString, &[&receiver.encrypted_key])?,
        ];
        tlv(Tag::Sequence, &parts)
    });
    set_of(Tag::Set, infos.collect::<Result<_>>()?)
}

fn encrypted<'a>(fields: &mut Fields<'a>) -> Result<Encrypted<'a>> {
    let mut info = fields.nested(Tag::Sequence)?;
    is(info.read()?, oid::DATA)?;
    let mut cipher = info.nested(Tag::Sequence)?;
    let kind: ObjectIdentifier = cipher.read()?;
    if kind != oid::SM4_CBC && kind != oid::SM4 {
        return Err(ErrorKind::OidUnknown { oid: kind }.into());
    }
    let iv: &OctetStringRef = cipher.read()?;
    cipher.end()?;
    let iv = iv.as_bytes().try_into().map_err(|_| ErrorKind::Value { tag: Tag::OctetString })?;
    let ciphertext = octets(info.optional(0)?.ok_or(ErrorKind::Value { tag: context(0, false) })?)?;
    info.end()?;
    Ok(Encrypted { iv, ciphertext })
}

/// The octets of a field that is primitive in DER, and may be in pieces in BER.
fn octets(field: AnyRef<'_>) -> Result<Cow<'_, [u8]>> {
    if !field.tag().is_constructed() {
        return Ok(field.value().into());
    }
    let pieces = Fields::inside(field, context(0, true))?.all(MAX_PIECES, |f| f.read::<&OctetStringRef>())?;
    match pieces.as_slice() {
        [whole] => Ok(whole.as_bytes().into()),
        _ => Ok(pieces.iter().flat_map(|piece| piece.as_bytes()).copied().collect::<Vec<u8>>().into()),
    }
}

fn write_encrypted(encrypted: &Encrypted<'_>) -> Result<Vec<u8>> {
    let cipher = tlv(Tag::Sequence, &[&oid::SM4_CBC.to_der()?, &tlv(Tag::OctetString, &[&encrypted.iv])?])?;
    let octets = tlv(context(0, false), &[&encrypted.ciphertext])?;
    tlv(Tag::Sequence, &[&oid::DATA.to_der()?, &cipher, &octets])
}

/// The last fields of both signed forms: certificates, revocation lists, signatures.
fn signatures<'a>(mut fields: Fields<'a>) -> Result<Signatures<'a>> {
    let certificates = match fields.optional(0)? {
        Some(set) => Fields::inside(set, context(0, true))?.all(MAX_CHAIN, Fields::raw)?,
        None => Vec::new(),
    };
    fields.optional(1)?;
    let signers = fields.nested(Tag::Set)?.all(MAX_SIGNERS, |set| {
        let mut info = set.nested(Tag::Sequence)?;
        version(&mut info)?;
        let (issuer, serial) = name(&mut info)?;
        is_any_of(&info.read()?, &[oid::SM3])?;
        let attributes = match info.optional(0)? {
            Some(set) if set.tag() == context(0, true) => Some(set.value().into()),
            Some(_) => return Err(ErrorKind::Value { tag: context(0, true) }.into()),
            None => None,
        };
        is_any_of(&info.read()?, &[oid::SM2_SIGN, oid::SM2_WITH_SM3])?;
        let signature: &OctetStringRef = info.read()?;
        info.optional(1)?;
        info.end()?;
        Ok(SignerInfo { issuer, serial, attributes, signature: signature.as_bytes().into() })
    })?;
    fields.end()?;
    Ok(Signatures { certificates, signers })
}

fn write_signatures(signatures: Signatures<'_>) -> Result<(Vec<u8>, Vec<u8>)> {
    let certificates = signatures.certificates.iter().map(|der| der.to_vec()).collect();
    let infos = signatures.signers.iter().map(|signer| {
        let attributes = match &signer.attributes {
            Some(inside) => tlv(context(0, true), &[inside])?,
            None => Vec::new(),
        };
        let parts: [&[u8]; 6] = [
            &VERSION.to_der()?,
            &tlv(Tag::Sequence, &[signer.issuer, signer.serial])?,
            &algorithm(oid::SM3).to_der()?,
            &attributes,
            &algorithm(oid::SM2_SIGN).to_der()?,
            &tlv(Tag::OctetString, &[&signer.signature])?,
        ];
        tlv(Tag::Sequence, &parts)
    });
    Ok((set_of(context(0, true), certificates)?, set_of(Tag::Set, infos.collect::<Result<_>>()?)?))
}

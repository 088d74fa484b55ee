//! DER (X.690) as certificates and envelopes need it beside `x509-cert`: fields read in order, byte for byte, the
//! outermost form of everything that is signed, and object identifiers.
//!
//! Signatures and names are compared over the bytes that came in, never over a second encoding of them. No reader
//! recurses, and what a set may hold is counted, so that no input costs more than its length.

use super::{PublicKey, SigningKey, verify};
use crate::error::{Error, ErrorCode, Result};
use x509_cert::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use x509_cert::der::{self, Decode, Encode, Header, Length, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};
use x509_cert::spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef};

/// Object identifiers of GM/T 0006, GB/T 35275 clause 5, X.520 and PKCS#9.
pub(super) mod oid {
    use super::ObjectIdentifier;

    const fn oid(dotted: &str) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(dotted)
    }

    pub const SM2_SIGN: ObjectIdentifier = oid("1.2.156.10197.1.301.1");
    pub const SM2_ENCRYPT: ObjectIdentifier = oid("1.2.156.10197.1.301.3");
    pub const SM2_WITH_SM3: ObjectIdentifier = oid("1.2.156.10197.1.501");
    pub const SM3: ObjectIdentifier = oid("1.2.156.10197.1.401");
    /// The block cipher without a mode; some senders write it where they mean CBC.
    pub const SM4: ObjectIdentifier = oid("1.2.156.10197.1.104");
    pub const SM4_ECB: ObjectIdentifier = oid("1.2.156.10197.1.104.1");
    pub const SM4_CBC: ObjectIdentifier = oid("1.2.156.10197.1.104.2");
    pub const DATA: ObjectIdentifier = oid("1.2.156.10197.6.1.4.2.1");
    pub const SIGNED_DATA: ObjectIdentifier = oid("1.2.156.10197.6.1.4.2.2");
    pub const ENVELOPED_DATA: ObjectIdentifier = oid("1.2.156.10197.6.1.4.2.3");
    pub const SIGNED_AND_ENVELOPED_DATA: ObjectIdentifier = oid("1.2.156.10197.6.1.4.2.4");
    pub const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
    pub const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
    pub const ORGANIZATION: ObjectIdentifier = oid("2.5.4.10");
    pub const UNIT: ObjectIdentifier = oid("2.5.4.11");
    pub const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
    pub const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
    pub const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
}

/// `[number]`, as the tag of a primitive or of a constructed field.
pub(super) fn context(number: u32, constructed: bool) -> Tag {
    TagNumber(number).context_specific(constructed)
}

/// The fields inside one constructed value, in their order.
pub(super) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The fields of `input`, which must be one value with this tag and nothing after it.
    pub(super) fn of(input: &'a [u8], tag: Tag) -> der::Result<Self> {
        Self::inside(AnyRef::from_der(input)?, tag)
    }

    /// The fields that stand in `inside` one after the other.
    pub(super) fn new(inside: &'a [u8]) -> der::Result<Self> {
        Ok(Fields(SliceReader::new(inside)?))
    }

    /// The fields of a value that was read already.
    pub(super) fn inside(value: AnyRef<'a>, tag: Tag) -> der::Result<Self> {
        value.tag().assert_eq(tag)?;
        Self::new(value.value())
    }

    pub(super) fn read<T: Decode<'a, Error = der::Error>>(&mut self) -> der::Result<T> {
        T::decode(&mut self.0)
    }

    /// The next field as it stands, with its tag and length.
    pub(super) fn raw(&mut self) -> der::Result<&'a [u8]> {
        self.0.tlv_bytes()
    }

    /// The fields inside the next field, which must have this tag.
    pub(super) fn nested(&mut self, tag: Tag) -> der::Result<Fields<'a>> {
        Self::inside(self.read()?, tag)
    }

    /// The next field if it is `[number]`, primitive or constructed.
    pub(super) fn optional(&mut self, number: u32) -> der::Result<Option<AnyRef<'a>>> {
        if self.is_empty() {
            return Ok(None);
        }
        match Tag::peek(&self.0)? {
            Tag::ContextSpecific { number: found, .. } if found.value() == number => self.read().map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_finished()
    }

    /// That nothing is left.
    pub(super) fn end(self) -> der::Result<()> {
        self.0.finish()
    }

    /// Everything that is left, at most `limit` fields.
    pub(super) fn all<T>(mut self, limit: usize, read: impl Fn(&mut Self) -> der::Result<T>) -> der::Result<Vec<T>> {
        let mut out = Vec::new();
        while !self.is_empty() {
            if out.len() == limit {
                return Err(der::ErrorKind::Overlength.into());
            }
            out.push(read(&mut self)?);
        }
        Ok(out)
    }
}

/// One value: tag, length and `parts` one after the other.
pub(super) fn tlv(tag: Tag, parts: &[&[u8]]) -> der::Result<Vec<u8>> {
    let length = parts.iter().try_fold(Length::ZERO, |sum, part| sum + Length::try_from(part.len())?)?;
    let mut out = Vec::with_capacity(usize::try_from(length)?.saturating_add(8));
    Header::new(tag, length).encode_to_vec(&mut out)?;
    for part in parts {
        out.extend_from_slice(part);
    }
    Ok(out)
}

/// A set of already encoded elements in the order that DER wants.
pub(super) fn set_of(tag: Tag, mut elements: Vec<Vec<u8>>) -> der::Result<Vec<u8>> {
    elements.sort_unstable();
    tlv(tag, &elements.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// An algorithm without parameters, as RFC 8998 and most senders write those of SM2 and SM3.
pub(super) fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

/// Whether `found` is one of `wanted`, with parameters that are absent or NULL.
pub(super) fn is_algorithm(found: &AlgorithmIdentifierRef<'_>, wanted: &[ObjectIdentifier]) -> bool {
    wanted.contains(&found.oid) && found.parameters.is_none_or(|p| p.is_null())
}

/// X.509's `SIGNED`: a certificate, a revocation list or a request, signed by SM2 with SM3.
pub(super) struct Signed<'a> {
    /// What was signed, with its tag and length.
    pub body: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// `None` in place of the signed form when the algorithm is another one than SM2 with SM3.
    pub(super) fn read(der: &'a [u8]) -> der::Result<Option<Self>> {
        let mut fields = Fields::of(der, Tag::Sequence)?;
        let body = fields.raw()?;
        let algorithm: AlgorithmIdentifierRef<'_> = fields.read()?;
        let bits: BitStringRef<'_> = fields.read()?;
        fields.end()?;
        let signature = bits.as_bytes().ok_or(der::ErrorKind::Value { tag: Tag::BitString })?;
        Ok(is_algorithm(&algorithm, &[oid::SM2_WITH_SM3]).then_some(Signed { body, signature }))
    }

    /// Whether the signature is `key`'s, under the default identity.
    pub(super) fn is_by(&self, key: &PublicKey) -> bool {
        verify(key, self.body, self.signature)
    }

    /// Signs `body` and encodes the whole.
    pub(super) fn write(body: &[u8], key: &SigningKey) -> Result<Vec<u8>> {
        let signature = key.sign(body)?;
        let encode = || {
            let algorithm = algorithm(oid::SM2_WITH_SM3).to_der()?;
            tlv(Tag::Sequence, &[body, &algorithm, &BitStringRef::from_bytes(&signature)?.to_der()?])
        };
        encode().map_err(unencodable)
    }
}

/// Our own values not encoding is a fault of ours.
pub(super) fn unencodable(e: der::Error) -> Error {
    ErrorCode::Internal.caused_by(e).context("encoding")
}

//! Certificate revocation lists (GB/T 20518-2018 clause 6, RFC 5280 section 5), complete ones signed by the issuer itself.

use super::{Certificate, MAX_CERTIFICATE, Refusal, all_pem, instant};
use crate::crypto::sm2::asn1::{Fields, Signed};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use x509_cert::crl::CertificateList;
use x509_cert::der::{Decode as _, Tag};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::KeyUsages;
use x509_cert::serial_number::SerialNumber;

/// The longest list that is read, in bytes: some four hundred thousand revoked certificates.
pub const MAX_CRL: usize = 16 << 20;

/// A revocation list as it was read. Whether its issuer signed it is seen when it is used.
#[derive(Clone)]
pub struct Crl {
    der: Vec<u8>,
    issuer: Vec<u8>,
    this_update: DateTime<Utc>,
    next_update: DateTime<Utc>,
    revoked: BTreeSet<SerialNumber>,
}

impl Crl {
    /// Reads a list in DER. Refused are lists that say no time for the next one, and those with a critical extension:
    /// partial, indirect and delta lists, which would be misread as complete ones.
    pub fn from_der(der: &[u8]) -> Result<Self, Refusal> {
        if der.len() > MAX_CRL {
            return Err(Refusal::TooLong);
        }
        let signed = Signed::read(der)?.ok_or(Refusal::NotSm2)?;
        let mut fields = Fields::of(signed.body, Tag::Sequence)?;
        fields.raw()?;
        fields.raw()?;
        let issuer = fields.raw()?.to_vec();
        // A name's sets are sorted as they are read, in time that grows with the square of their length.
        if issuer.len() > MAX_CERTIFICATE {
            return Err(Refusal::TooLong);
        }
        let parsed = CertificateList::from_der(der)?;
        let list = parsed.tbs_cert_list;
        if list.signature != parsed.signature_algorithm {
            return Err(Refusal::Malformed);
        }
        let entries = list.revoked_certificates.unwrap_or_default();
        if is_critical(list.crl_extensions.as_ref())
            || entries.iter().any(|e| is_critical(e.crl_entry_extensions.as_ref()))
        {
            return Err(Refusal::CriticalExtension);
        }
        Ok(Crl {
            der: der.to_vec(),
            issuer,
            this_update: instant(list.this_update),
            next_update: instant(list.next_update.ok_or(Refusal::Malformed)?),
            revoked: entries.into_iter().map(|e| e.serial_number).collect(),
        })
    }

    /// Reads the lists in a PEM file, at most 64.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, Refusal> {
        all_pem(text, "X509 CRL", 64)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// As it was read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// When it was made.
    pub fn this_update(&self) -> DateTime<Utc> {
        self.this_update
    }

    /// From when on the next one counts: an alarm belongs some days before.
    pub fn next_update(&self) -> DateTime<Utc> {
        self.next_update
    }

    /// Whether it speaks for this issuer at this time: named, signed and current.
    pub(super) fn is_of(&self, issuer: &Certificate, at: DateTime<Utc>) -> bool {
        self.issuer == issuer.subject
            && issuer.states(KeyUsages::CRLSign)
            && self.this_update <= at
            && at < self.next_update
            && Signed::read(&self.der).ok().flatten().is_some_and(|signed| signed.is_by(issuer.public()))
    }

    pub(super) fn lists(&self, certificate: &Certificate) -> bool {
        self.revoked.contains(certificate.parsed.tbs_certificate().serial_number())
    }
}

impl std::fmt::Debug for Crl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Crl({} revoked, {} to {})", self.revoked.len(), self.this_update, self.next_update)
    }
}

fn is_critical(extensions: Option<&Extensions>) -> bool {
    extensions.is_some_and(|all| all.iter().any(|e| e.critical))
}

//! Whether a certificate is to be trusted: the path to a given anchor (RFC 5280 section 6), usage, time, revocation.

use super::{Certificate, Crl, Refusal, Usage};
use chrono::{DateTime, Utc};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectAltName};

/// The most authorities between a certificate and its anchor. National roots have one or two below them.
const MAX_AUTHORITIES: usize = 6;
/// The most signatures that one verification computes, whatever certificates it is offered.
const MAX_SIGNATURES: u32 = 64;

/// Critical extensions that are understood: names are not compared here, so an alternative one cannot mislead.
const UNDERSTOOD: [ObjectIdentifier; 3] = [BasicConstraints::OID, KeyUsage::OID, SubjectAltName::OID];

/// How revocation is looked up.
#[derive(Debug, Clone, Copy)]
pub enum Revocation<'a> {
    /// Every certificate below the anchor needs a current list of its issuer among these.
    Lists(&'a [Crl]),
    /// Not at all. For certificates that the appliance made itself, which no authority can revoke, and for looking at
    /// old records where the lists of that time are gone; whoever uses it says so in what is shown.
    NotChecked,
}

/// What the bank trusts: anchors that an administrator imported, and where revocation is looked up.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// Certificates of authorities, or single certificates that are trusted as they are (a self-signed one of this
    /// appliance, for instance).
    pub anchors: &'a [Certificate],
    pub revocation: Revocation<'a>,
}

/// A certificate that was trusted for one use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    certificate: Certificate,
    usage: Usage,
}

impl Trusted {
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub fn usage(&self) -> Usage {
        self.usage
    }
}

impl Trust<'_> {
    /// Checks a certificate for `usage` at the time `at`: validity of every certificate up to an anchor, signatures,
    /// usages, authorities' constraints, revocation. `others` are certificates that may lie between, in any order; they
    /// need not be trustworthy.
    pub fn verify(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        usage: Usage,
        at: DateTime<Utc>,
    ) -> Result<Trusted, Refusal> {
        is_current(certificate, at)?;
        is_understood(certificate)?;
        if !certificate.allows(usage) {
            return Err(Refusal::WrongUsage);
        }
        if !self.anchors.contains(certificate) {
            let mut search = Search { trust: self, others, at, signatures: MAX_SIGNATURES };
            search.find_issuer(certificate, 0, 0)?;
        }
        Ok(Trusted { certificate: certificate.clone(), usage })
    }
}

struct Search<'a> {
    trust: &'a Trust<'a>,
    others: &'a [Certificate],
    at: DateTime<Utc>,
    /// What is left of [`MAX_SIGNATURES`].
    signatures: u32,
}

impl Search<'_> {
    /// Finds an issuer of `certificate` from which an anchor is reached. `above` counts the authorities passed so far,
    /// `counted` those of them that count against a path length (they are not issued under their own name).
    fn find_issuer(&mut self, certificate: &Certificate, above: usize, counted: usize) -> Result<(), Refusal> {
        if above > MAX_AUTHORITIES {
            return Err(Refusal::PathTooLong);
        }
        let mut why = Refusal::UnknownIssuer;
        let (trust, others) = (self.trust, self.others);
        let anchors = trust.anchors.iter().map(|c| (c, true));
        for (issuer, is_anchor) in anchors.chain(others.iter().map(|c| (c, false))) {
            if issuer.subject != certificate.issuer || (issuer == certificate && !is_anchor) {
                continue;
            }
            let Err(refused) = self.is_issued(certificate, issuer, counted).and_then(|()| {
                if is_anchor {
                    return Ok(());
                }
                let counted = counted + usize::from(issuer.subject != issuer.issuer);
                self.find_issuer(issuer, above + 1, counted)
            }) else {
                return Ok(());
            };
            why = refused;
            if self.signatures == 0 {
                return Err(Refusal::PathTooLong);
            }
        }
        Err(why)
    }

    /// Whether `issuer` signed `certificate`, was allowed to, and has not revoked it.
    fn is_issued(&mut self, certificate: &Certificate, issuer: &Certificate, counted: usize) -> Result<(), Refusal> {
        self.signatures = self.signatures.checked_sub(1).ok_or(Refusal::PathTooLong)?;
        if !certificate.signed().is_some_and(|signed| signed.is_by(issuer.public())) {
            return Err(Refusal::BadSignature);
        }
        is_current(issuer, self.at)?;
        is_understood(issuer)?;
        let constraints = issuer.constraints.as_ref().filter(|c| c.ca).ok_or(Refusal::NotAnAuthority)?;
        if !issuer.states(KeyUsages::KeyCertSign) {
            return Err(Refusal::NotAnAuthority);
        }
        if constraints.path_len_constraint.is_some_and(|most| counted > usize::from(most)) {
            return Err(Refusal::PathTooLong);
        }
        match self.trust.revocation {
            Revocation::NotChecked => Ok(()),
            Revocation::Lists(lists) => {
                let mut known = Err(Refusal::RevocationUnknown);
                for list in lists.iter().filter(|list| list.is_of(issuer, self.at)) {
                    if list.lists(certificate) {
                        return Err(Refusal::Revoked);
                    }
                    known = Ok(());
                }
                known
            }
        }
    }
}

fn is_current(certificate: &Certificate, at: DateTime<Utc>) -> Result<(), Refusal> {
    match () {
        () if at < certificate.not_before() => Err(Refusal::NotYetValid),
        () if at > certificate.not_after() => Err(Refusal::Expired),
        () => Ok(()),
    }
}

fn is_understood(certificate: &Certificate) -> Result<(), Refusal> {
    match certificate.extensions().iter().all(|e| !e.critical || UNDERSTOOD.contains(&e.extn_id)) {
        true => Ok(()),
        false => Err(Refusal::CriticalExtension),
    }
}

//! Keys, certificates and lists that the tests share.

use super::issue::{self, Authority, Content, Profile, Subject};
use super::*;
use crate::crypto::sm2::SigningKey;
use crate::crypto::sm2::asn1::{algorithm, oid};
use chrono::{TimeDelta, TimeZone as _};
use std::slice::from_ref;
use std::sync::LazyLock;
use x509_cert::crl::{RevokedCert, TbsCertList};

pub(in crate::crypto::sm2) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
}

/// `CN=…,O=…,C=…`, in parts.
pub(in crate::crypto::sm2) fn subject(text: &str) -> Subject<'_> {
    let part = |kind| text.split(',').find_map(|part| part.strip_prefix(kind));
    Subject { common_name: part("CN=").unwrap(), unit: part("OU="), organization: part("O="), country: part("C=") }
}

pub(in crate::crypto::sm2) fn year(subject: &str, profile: Profile) -> Content<'_> {
    Content {
        subject: self::subject(subject),
        profile,
        not_before: noon() - TimeDelta::days(1),
        not_after: noon() + TimeDelta::days(365),
    }
}

/// A key and its certificate.
pub(in crate::crypto::sm2) struct Party {
    pub key: SigningKey,
    pub certificate: Certificate,
}

impl Party {
    pub(in crate::crypto::sm2) fn root(subject: &str, path_len: Option<u8>) -> Self {
        let key = SigningKey::generate().unwrap();
        let certificate = issue::self_signed(&key, &year(subject, Profile::Authority { path_len })).unwrap();
        Party { key, certificate }
    }

    pub(in crate::crypto::sm2) fn issue(&self, content: &Content<'_>) -> Self {
        let key = SigningKey::generate().unwrap();
        let certificate = Authority::new(&self.key, &self.certificate).unwrap().issue(&key.public(), content).unwrap();
        Party { key, certificate }
    }

    pub(in crate::crypto::sm2) fn below(&self, subject: &str, profile: Profile) -> Self {
        self.issue(&year(subject, profile))
    }

    /// A list of this authority, current for a day around noon.
    pub(in crate::crypto::sm2) fn list(&self, revoked: &[&Certificate]) -> Crl {
        Crl::from_der(&self.list_with(revoked, noon() - TimeDelta::hours(12), Vec::new())).unwrap()
    }

    pub(super) fn list_with(
        &self,
        revoked: &[&Certificate],
        from: DateTime<Utc>,
        extensions: Vec<Extension>,
    ) -> Vec<u8> {
        let entry = |c: &&Certificate| RevokedCert {
            serial_number: c.parsed.tbs_certificate().serial_number().clone(),
            revocation_date: issue::time(from).unwrap(),
            crl_entry_extensions: None,
        };
        let list: TbsCertList = TbsCertList {
            version: Version::V2,
            signature: algorithm(oid::SM2_WITH_SM3),
            issuer: self.certificate.parsed.tbs_certificate().subject().clone(),
            this_update: issue::time(from).unwrap(),
            next_update: Some(issue::time(from + TimeDelta::days(1)).unwrap()),
            revoked_certificates: (!revoked.is_empty()).then(|| revoked.iter().map(entry).collect()),
            crl_extensions: (!extensions.is_empty()).then_some(extensions),
        };
        Signed::write(&list.to_der().unwrap(), &self.key).unwrap()
    }
}

pub(super) const SUB: Profile = Profile::Authority { path_len: Some(0) };

/// A root, an authority below it and a pair of certificates below that.
pub(in crate::crypto::sm2) struct Bank {
    pub root: Party,
    pub sub: Party,
    pub signing: Party,
    pub encryption: Party,
}

pub(in crate::crypto::sm2) static BANK: LazyLock<Bank> = LazyLock::new(|| {
    let root = Party::root("CN=根,O=银行,C=CN", Some(1));
    let sub = root.below("CN=签发,O=银行,C=CN", SUB);
    let signing = sub.below("CN=柜台,O=银行,C=CN", Profile::Signing);
    let encryption = sub.below("CN=柜台,O=银行,C=CN", Profile::Encryption);
    Bank { root, sub, signing, encryption }
});

impl Bank {
    pub(in crate::crypto::sm2) fn trust(&self) -> Trust<'_> {
        Trust { anchors: from_ref(&self.root.certificate), revocation: Revocation::NotChecked }
    }

    pub(super) fn verify(&self, certificate: &Certificate, usage: Usage) -> Result<Trusted, Refusal> {
        self.trust().verify(certificate, from_ref(&self.sub.certificate), usage, noon())
    }
}

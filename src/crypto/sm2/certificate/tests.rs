//! Certificates made here and read here; see `oracle.rs` for those of others.

use super::fixtures::*;
use super::issue::{self, Authority, Content, Profile, Request, Subject};
use super::*;
use crate::crypto::sm2::SigningKey;
use crate::crypto::sm2::asn1::{oid, tlv};
use chrono::{TimeDelta, TimeZone as _};
use proptest::prelude::*;
use std::slice::from_ref;
use x509_cert::crl::RevokedCert;
use x509_cert::der::asn1::OctetString;
use x509_cert::serial_number::SerialNumber;

#[test]
fn a_certificate_says_what_was_put_in() {
    let c = &BANK.signing.certificate;
    assert_eq!(c.subject(), "CN=柜台,O=银行,C=CN");
    assert_eq!(c.issuer(), "CN=签发,O=银行,C=CN");
    assert_eq!((c.not_before(), c.not_after()), (noon() - TimeDelta::days(1), noon() + TimeDelta::days(365)));
    assert_eq!(c.public(), &BANK.signing.key.public());
    assert_eq!(c.serial().len(), 32);
    assert_ne!(c.serial(), BANK.encryption.certificate.serial());
    assert!(format!("{c:?}").contains(&c.serial()));
}

#[test]
fn pem_gives_back_one_certificate_or_a_chain_and_takes_nothing_else() {
    let (one, two) = (&BANK.signing.certificate, &BANK.sub.certificate);
    let (first, second) = (one.to_pem().unwrap(), two.to_pem().unwrap());
    assert_eq!(&Certificate::from_pem(&first).unwrap(), one);
    let chain = format!("# 银行\n{first}\nsubject=…\n{}", second.replace('\n', "\r\n"));
    assert_eq!(Certificate::chain_from_pem(&chain).unwrap(), [one.clone(), two.clone()]);
    assert_eq!(Certificate::from_pem(&chain).unwrap_err(), Refusal::TooLong);
    assert_eq!(Certificate::chain_from_pem(&first.repeat(MAX_CHAIN + 1)).unwrap_err(), Refusal::TooLong);
    for wrong in [
        "",
        "-----BEGIN CERTIFICATE-----",
        &first.replace("CERTIFICATE", "PRIVATE KEY"),
        first.split_at(first.len() / 2).0,
    ] {
        assert_eq!(Certificate::chain_from_pem(wrong).unwrap_err(), Refusal::Malformed, "{wrong}");
    }
    assert_eq!(Certificate::from_der(&vec![0x30; MAX_CERTIFICATE + 1]).unwrap_err(), Refusal::TooLong);
}

#[test]
fn a_chain_is_followed_to_the_anchor_whatever_its_order() {
    let bank = &*BANK;
    let trusted = bank.verify(&bank.signing.certificate, Usage::Signing).unwrap();
    assert_eq!((trusted.certificate(), trusted.usage()), (&bank.signing.certificate, Usage::Signing));
    bank.verify(&bank.encryption.certificate, Usage::Encryption).unwrap();

    // Others in between, a stranger of the same name first, and the root itself: none of it matters.
    let stranger = Party::root("CN=签发,O=银行,C=CN", None);
    let others = [&stranger, &bank.encryption, &bank.root, &bank.sub].map(|party| party.certificate.clone());
    for turn in 0..others.len() {
        let mut others = others.clone();
        others.rotate_left(turn);
        bank.trust().verify(&bank.signing.certificate, &others, Usage::Signing, noon()).unwrap();
    }
    let missing = bank.trust().verify(&bank.signing.certificate, &[], Usage::Signing, noon());
    assert_eq!(missing.unwrap_err(), Refusal::UnknownIssuer);
    let elsewhere = Trust { anchors: from_ref(&stranger.certificate), revocation: Revocation::NotChecked };
    let signed_by_another = elsewhere.verify(&bank.signing.certificate, &[], Usage::Signing, noon());
    assert_eq!(signed_by_another.unwrap_err(), Refusal::BadSignature);
    let nothing = Trust { anchors: &[], revocation: Revocation::NotChecked };
    assert!(nothing.verify(&bank.signing.certificate, &others, Usage::Signing, noon()).is_err());
}

#[test]
fn each_of_a_pair_is_for_its_own_use() {
    let bank = &*BANK;
    let (signing, encryption) = (&bank.signing.certificate, &bank.encryption.certificate);
    assert_eq!(bank.verify(signing, Usage::Encryption).unwrap_err(), Refusal::WrongUsage);
    assert_eq!(bank.verify(encryption, Usage::Signing).unwrap_err(), Refusal::WrongUsage);
    assert_eq!(bank.verify(&bank.sub.certificate, Usage::Signing).unwrap_err(), Refusal::WrongUsage);
    assert!(Certificate::is_pair(signing, encryption));
    assert!(!Certificate::is_pair(encryption, signing));
    let authority = Authority::new(&bank.sub.key, &bank.sub.certificate).unwrap();
    let one_key = authority.issue(signing.public(), &year("CN=柜台,O=银行,C=CN", Profile::Encryption)).unwrap();
    assert!(!Certificate::is_pair(signing, &one_key));
    assert!(!Certificate::is_pair(signing, &bank.sub.below("CN=别处", Profile::Encryption).certificate));
    let other_issuer = bank.root.below("CN=柜台,O=银行,C=CN", Profile::Encryption);
    assert!(!Certificate::is_pair(signing, &other_issuer.certificate));

    // One that allows both is refused for both, and so is one that says nothing.
    let issuer = bank.root.certificate.parsed.tbs_certificate().subject().clone();
    let usages = [
        Some(KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment),
        Some(KeyUsages::DigitalSignature | KeyUsages::KeyAgreement),
        None,
    ];
    for usage in usages {
        use x509_cert::ext::ToExtension as _;
        let extensions: Vec<_> = usage.iter().map(|u| (&KeyUsage(*u)).to_extension(&issuer, &[]).unwrap()).collect();
        let content = year("CN=x", Profile::Signing);
        let public = SigningKey::generate().unwrap().public();
        let both = issue::certificate(&bank.root.key, &issuer, &public, &content, &extensions).unwrap();
        for wanted in [Usage::Signing, Usage::Encryption] {
            assert_eq!(bank.trust().verify(&both, &[], wanted, noon()).unwrap_err(), Refusal::WrongUsage);
        }
    }
}

#[test]
fn time_is_checked_for_every_certificate_of_the_chain() {
    let bank = &*BANK;
    let (day, second) = (TimeDelta::days(1), TimeDelta::seconds(1));
    let at = |at| {
        let others = from_ref(&bank.sub.certificate);
        bank.trust().verify(&bank.signing.certificate, others, Usage::Signing, at).err()
    };
    let leaf = &bank.signing.certificate;
    assert_eq!(at(leaf.not_before() - second), Some(Refusal::NotYetValid));
    assert_eq!(at(leaf.not_before()), None);
    assert_eq!(at(leaf.not_after()), None);
    assert_eq!(at(leaf.not_after() + second), Some(Refusal::Expired));

    let old = Content { not_after: noon() - second, ..year("CN=旧", SUB) };
    let early = Content { not_before: noon() + day, ..year("CN=早", SUB) };
    for (content, why) in [(old, Refusal::Expired), (early, Refusal::NotYetValid)] {
        let sub = bank.root.issue(&content);
        let leaf = sub.below("CN=x", Profile::Signing).certificate;
        let found = bank.trust().verify(&leaf, &[sub.certificate], Usage::Signing, noon());
        assert_eq!(found.unwrap_err(), why);
    }
}

#[test]
fn only_authorities_issue_and_only_as_deep_as_they_may() {
    let bank = &*BANK;
    // An end holder signs a certificate as if it were an authority.
    let holder = &bank.signing;
    let issuer = holder.certificate.parsed.tbs_certificate().subject().clone();
    let content = year("CN=x", Profile::Signing);
    let extensions = issue::usage_extensions(Profile::Signing, &issuer).unwrap();
    let key = SigningKey::generate().unwrap();
    let forged = issue::certificate(&holder.key, &issuer, &key.public(), &content, &extensions).unwrap();
    let others = [bank.sub.certificate.clone(), holder.certificate.clone()];
    let found = bank.trust().verify(&forged, &others, Usage::Signing, noon());
    assert_eq!(found.unwrap_err(), Refusal::NotAnAuthority);
    assert!(Authority::new(&holder.key, &holder.certificate).is_err());
    assert!(Authority::new(&key, &bank.root.certificate).is_err(), "another key");

    // The root allows one authority below, `sub` none.
    let deeper = bank.sub.below("CN=更深", Profile::Authority { path_len: None });
    let leaf = deeper.below("CN=x", Profile::Signing).certificate;
    let others = [bank.sub.certificate.clone(), deeper.certificate.clone()];
    let found = bank.trust().verify(&leaf, &others, Usage::Signing, noon());
    assert_eq!(found.unwrap_err(), Refusal::PathTooLong);

    // Without any limit of their own, chains end at ours.
    let root = Party::root("CN=R", None);
    let mut chain = vec![root.below("CN=0", Profile::Authority { path_len: None })];
    for depth in 1..8 {
        let next = chain.last().unwrap().below(&format!("CN={depth}"), Profile::Authority { path_len: None });
        chain.push(next);
    }
    let others: Vec<_> = chain.iter().map(|party| party.certificate.clone()).collect();
    let trust = Trust { anchors: from_ref(&root.certificate), revocation: Revocation::NotChecked };
    let below = |depth: usize| {
        let leaf = chain[depth].below("CN=x", Profile::Signing).certificate;
        trust.verify(&leaf, &others, Usage::Signing, noon()).err()
    };
    assert_eq!(below(5), None);
    assert_eq!(below(6), Some(Refusal::PathTooLong));
}

#[test]
fn an_authority_has_every_mark_of_one() {
    use x509_cert::ext::ToExtension as _;
    let bank = &*BANK;
    let name = bank.root.certificate.parsed.tbs_certificate().subject().clone();
    let ca = |ca| (&BasicConstraints { ca, path_len_constraint: None }).to_extension(&name, &[]).unwrap();
    let usage = |usage: KeyUsages| (&KeyUsage(usage.into())).to_extension(&name, &[]).unwrap();
    let marks = [
        (vec![ca(true), usage(KeyUsages::KeyCertSign)], None),
        (vec![ca(true), usage(KeyUsages::CRLSign)], Some(Refusal::NotAnAuthority)),
        (vec![ca(true)], Some(Refusal::NotAnAuthority)),
        (vec![ca(false), usage(KeyUsages::KeyCertSign)], Some(Refusal::NotAnAuthority)),
        (vec![usage(KeyUsages::KeyCertSign)], Some(Refusal::NotAnAuthority)),
    ];
    for (extensions, expected) in marks {
        let (key, holder) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap().public());
        let content = year("CN=中间", SUB);
        let sub = issue::certificate(&bank.root.key, &name, &key.public(), &content, &extensions).unwrap();
        let issuer = sub.parsed.tbs_certificate().subject().clone();
        let signing = issue::usage_extensions(Profile::Signing, &issuer).unwrap();
        let leaf = issue::certificate(&key, &issuer, &holder, &year("CN=x", Profile::Signing), &signing).unwrap();
        let verify = |trust: Trust<'_>| trust.verify(&leaf, from_ref(&sub), Usage::Signing, noon()).err();
        assert_eq!(verify(bank.trust()), expected);
        // An anchor needs them as well.
        assert_eq!(verify(Trust { anchors: from_ref(&sub), ..bank.trust() }), expected);
        assert_eq!(Authority::new(&key, &sub).is_err(), expected.is_some());
        // And its lists count when it may sign lists.
        let party = Party { key, certificate: sub };
        assert_eq!(party.list(&[]).is_of(&party.certificate, noon()), party.certificate.states(KeyUsages::CRLSign));
    }
}

/// RFC 5280, 4.2.1.9: an authority that certifies its own new key is not counted.
#[test]
fn a_new_key_of_an_authority_takes_no_length_of_the_path() {
    let bank = &*BANK;
    let renewed = bank.sub.below("CN=签发,O=银行,C=CN", SUB);
    let leaf = renewed.below("CN=x", Profile::Signing).certificate;
    let others = [bank.sub.certificate.clone(), renewed.certificate];
    bank.trust().verify(&leaf, &others, Usage::Signing, noon()).unwrap();
}

/// The fields of `body`, changed, signed again.
fn changed(body: &[u8], key: &SigningKey, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut fields = Fields::of(body, Tag::Sequence).unwrap().all(20, |f| f.raw().map(<[u8]>::to_vec)).unwrap();
    change(&mut fields);
    Signed::write(&tlv(Tag::Sequence, &[&fields.concat()]).unwrap(), key).unwrap()
}

#[test]
fn what_contradicts_itself_is_refused() {
    let bank = &*BANK;
    let signed = bank.signing.certificate.signed().unwrap();
    let with_null = tlv(Tag::Sequence, &[&oid::SM2_WITH_SM3.to_der().unwrap(), &[5, 0]]).unwrap();
    let same = changed(signed.body, &bank.sub.key, |_| ());
    assert!(bank.verify(&Certificate::from_der(&same).unwrap(), Usage::Signing).is_ok());
    let two_algorithms = changed(signed.body, &bank.sub.key, |fields| fields[2] = with_null.clone());
    assert_eq!(Certificate::from_der(&two_algorithms).unwrap_err(), Refusal::Malformed);
    let no_version = changed(signed.body, &bank.sub.key, |fields| drop(fields.remove(0)));
    assert_eq!(Certificate::from_der(&no_version).unwrap_err(), Refusal::Malformed);

    // Parameters of the signature: absent or NULL, and nothing else.
    let outer = |parameters: &[u8]| {
        let algorithm = tlv(Tag::Sequence, &[&oid::SM2_WITH_SM3.to_der().unwrap(), parameters]).unwrap();
        let body =
            Fields::of(&changed(signed.body, &bank.sub.key, |fields| fields[2] = algorithm.clone()), Tag::Sequence)
                .and_then(|mut fields| fields.raw().map(<[u8]>::to_vec))
                .unwrap();
        let mut bits = vec![0];
        bits.extend_from_slice(&bank.sub.key.sign(&body).unwrap());
        let bits = tlv(Tag::BitString, &[&bits]).unwrap();
        Certificate::from_der(&tlv(Tag::Sequence, &[&body, &algorithm, &bits]).unwrap())
    };
    for parameters in [&[][..], &[5, 0]] {
        assert!(bank.verify(&outer(parameters).unwrap(), Usage::Signing).is_ok());
    }
    assert_eq!(outer(&[4, 0]).unwrap_err(), Refusal::NotSm2);

    let list = bank.sub.list(&[]);
    let body = Signed::read(list.der()).unwrap().unwrap().body;
    let two_algorithms = changed(body, &bank.sub.key, |fields| fields[1] = with_null);
    assert_eq!(Crl::from_der(&two_algorithms).unwrap_err(), Refusal::Malformed);
}

#[test]
fn many_authorities_of_one_name_do_not_cost_more_than_is_allowed() {
    let name = "CN=同名,C=CN";
    let crowd: Vec<_> = (0..MAX_CHAIN).map(|_| Party::root(name, None).certificate).collect();
    let leaf = Party::root(name, None).below(name, Profile::Signing).certificate;
    let trust = Trust { anchors: &crowd, revocation: Revocation::NotChecked };
    let found = trust.verify(&leaf, &[crowd.clone(), crowd.clone(), crowd.clone()].concat(), Usage::Signing, noon());
    assert_eq!(found.unwrap_err(), Refusal::PathTooLong);
}

#[test]
fn a_certificate_can_be_trusted_by_itself() {
    let key = SigningKey::generate().unwrap();
    let own = issue::self_signed(&key, &year("CN=审计签名,O=柜台,C=CN", Profile::Signing)).unwrap();
    let trust = Trust { anchors: from_ref(&own), revocation: Revocation::NotChecked };
    trust.verify(&own, &[], Usage::Signing, noon()).unwrap();
    let later = trust.verify(&own, &[], Usage::Signing, noon() + TimeDelta::days(366));
    assert_eq!(later.unwrap_err(), Refusal::Expired);
    let same_name = issue::self_signed(&key, &year("CN=审计签名,O=柜台,C=CN", Profile::Signing)).unwrap();
    let found = trust.verify(&same_name, &[], Usage::Signing, noon());
    assert_eq!(found.unwrap_err(), Refusal::NotAnAuthority, "it is trusted itself, and vouches for nothing");
}

#[test]
fn critical_extensions_that_are_not_understood_are_refused() {
    let bank = &*BANK;
    let name = bank.root.certificate.parsed.tbs_certificate().subject().clone();
    let extension = |critical| Extension {
        extn_id: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1"),
        critical,
        extn_value: OctetString::new([5u8, 0]).unwrap(),
    };
    let content = year("CN=x", Profile::Signing);
    let key = SigningKey::generate().unwrap().public();
    for (critical, expected) in [(false, None), (true, Some(Refusal::CriticalExtension))] {
        let mut all = issue::usage_extensions(Profile::Signing, &name).unwrap();
        all.push(extension(critical));
        let leaf = issue::certificate(&bank.root.key, &name, &key, &content, &all).unwrap();
        assert_eq!(bank.trust().verify(&leaf, &[], Usage::Signing, noon()).err(), expected);

        let mut all = issue::usage_extensions(SUB, &name).unwrap();
        all.push(extension(critical));
        let sub_key = SigningKey::generate().unwrap();
        let content = year("CN=中间", SUB);
        let certificate = issue::certificate(&bank.root.key, &name, &sub_key.public(), &content, &all).unwrap();
        let sub = Party { key: sub_key, certificate };
        let leaf = sub.below("CN=x", Profile::Signing).certificate;
        assert_eq!(bank.trust().verify(&leaf, &[sub.certificate], Usage::Signing, noon()).err(), expected);
    }
    for again in [issue::usage_extensions(Profile::Signing, &name).unwrap()[1].clone(), extension(false)] {
        let twice = [issue::usage_extensions(Profile::Signing, &name).unwrap(), vec![extension(false), again]].concat();
        assert!(issue::certificate(&bank.root.key, &name, &key, &content, &twice).is_err(), "one extension twice");
    }
}

#[test]
fn revocation_needs_a_current_list_of_every_issuer() {
    let bank = &*BANK;
    let (root, sub, leaf) = (&bank.root, &bank.sub, &bank.signing.certificate);
    let verify = |lists: &[Crl]| {
        let trust = Trust { revocation: Revocation::Lists(lists), ..bank.trust() };
        trust.verify(leaf, from_ref(&sub.certificate), Usage::Signing, noon()).err()
    };
    let (of_root, of_sub) = (root.list(&[]), sub.list(&[&bank.encryption.certificate]));
    assert_eq!(verify(&[of_root.clone(), of_sub.clone()]), None);
    assert_eq!(verify(from_ref(&of_root)), Some(Refusal::RevocationUnknown));
    assert_eq!(verify(from_ref(&of_sub)), Some(Refusal::RevocationUnknown));
    assert_eq!(verify(&[of_root.clone(), of_sub.clone(), sub.list(&[leaf])]), Some(Refusal::Revoked));
    assert_eq!(verify(&[root.list(&[&sub.certificate]), of_sub.clone()]), Some(Refusal::Revoked));

    // Lists that are over, not begun, or by another key under the same name say nothing.
    for from in [noon() - TimeDelta::days(1), noon() + TimeDelta::seconds(1)] {
        let list = Crl::from_der(&sub.list_with(&[leaf], from, Vec::new())).unwrap();
        assert_eq!(verify(&[of_root.clone(), list]), Some(Refusal::RevocationUnknown));
    }
    let stranger = Party::root("CN=签发,O=银行,C=CN", None);
    assert_eq!(verify(&[of_root, stranger.list(&[leaf])]), Some(Refusal::RevocationUnknown));
}

#[test]
fn lists_that_are_not_complete_are_refused() {
    let partial = Extension {
        extn_id: ObjectIdentifier::new_unwrap("2.5.29.28"),
        critical: true,
        extn_value: OctetString::new([0x30, 0]).unwrap(),
    };
    let list = BANK.sub.list_with(&[], noon(), vec![partial.clone()]);
    assert_eq!(Crl::from_der(&list).unwrap_err(), Refusal::CriticalExtension);
    let list = BANK.sub.list_with(&[&BANK.signing.certificate], noon(), Vec::new());
    let body = Signed::read(&list).unwrap().unwrap().body;
    let indirect = changed(body, &BANK.sub.key, |fields| {
        let mut entries = Vec::<RevokedCert>::from_der(&fields[5]).unwrap();
        entries[0].crl_entry_extensions = Some(vec![partial]);
        fields[5] = entries.to_der().unwrap();
    });
    assert_eq!(Crl::from_der(&indirect).unwrap_err(), Refusal::CriticalExtension);
    let list = BANK.sub.list(&[&BANK.signing.certificate]);
    assert_eq!(
        (list.this_update(), list.next_update()),
        (noon() - TimeDelta::hours(12), noon() + TimeDelta::hours(12))
    );
    let text = pem::encode_string("X509 CRL", LineEnding::LF, list.der()).unwrap();
    assert_eq!(Crl::all_from_pem(&text.repeat(2)).unwrap().len(), 2);
    assert!(Crl::all_from_pem(&BANK.sub.certificate.to_pem().unwrap()).is_err());
}

#[test]
fn a_request_is_signed_by_the_key_it_names() {
    let key = SigningKey::generate().unwrap();
    let request = Request::new(&key, &subject("CN=审计签名,O=柜台,C=CN"), Profile::Signing).unwrap();
    let read = Request::from_pem(&request.to_pem().unwrap()).unwrap();
    assert_eq!((read.subject(), read.public()), ("CN=审计签名,O=柜台,C=CN", &key.public()));
    let long = "长".repeat(65);
    for wrong in ["CN=", &format!("CN={long}"), "CN=a\nb", "CN=a,O=", "CN=a,C=", "CN=a,C=cn", "CN=a,C=CHN", "CN=a,C=中"]
    {
        assert!(Request::new(&key, &subject(wrong), Profile::Signing).is_err(), "{wrong:?}");
    }
    for at in 0..request.der().len() {
        let mut forged = request.der().to_vec();
        forged[at] ^= 0x40;
        assert!(Request::from_der(&forged).is_err(), "byte {at}");
    }
}

#[test]
fn certificates_last_as_long_as_the_format_knows() {
    let far = Utc.with_ymd_and_hms(9999, 12, 31, 23, 59, 59).unwrap();
    let key = SigningKey::generate().unwrap();
    for at in [
        Utc.with_ymd_and_hms(2049, 12, 31, 23, 59, 59).unwrap(),
        Utc.with_ymd_and_hms(2050, 1, 1, 0, 0, 0).unwrap(),
        far,
    ] {
        let content = Content { not_after: at, ..year("CN=x", Profile::Signing) };
        assert_eq!(issue::self_signed(&key, &content).unwrap().not_after(), at);
    }
    for at in [far + TimeDelta::seconds(1), Utc.with_ymd_and_hms(1969, 12, 31, 23, 59, 59).unwrap()] {
        let content = Content { not_after: at, ..year("CN=x", Profile::Signing) };
        assert!(issue::self_signed(&key, &content).is_err());
    }
}

#[test]
fn no_changed_byte_and_no_cut_is_accepted() {
    let bank = &*BANK;
    let der = bank.signing.certificate.der();
    let trusts = |der: &[u8]| Certificate::from_der(der).is_ok_and(|c| bank.verify(&c, Usage::Signing).is_ok());
    assert!(trusts(der));
    for at in 0..der.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut forged = der.to_vec();
            forged[at] ^= flip;
            assert!(!trusts(&forged), "byte {at} ^ {flip:x}");
        }
        assert!(Certificate::from_der(&der[..at]).is_err(), "cut at {at}");
    }
    assert!(Certificate::from_der(&[der, &[0]].concat()).is_err());
    let list = bank.sub.list(&[&bank.signing.certificate]).der().to_vec();
    for at in 0..list.len() {
        let mut forged = list.clone();
        forged[at] ^= 0x01;
        assert!(!Crl::from_der(&forged).is_ok_and(|crl| crl.is_of(&bank.sub.certificate, noon())), "byte {at}");
        assert!(Crl::from_der(&list[..at]).is_err());
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Certificate::from_der(&bytes).is_err());
        prop_assert!(Crl::from_der(&bytes).is_err());
        prop_assert!(Request::from_der(&bytes).is_err());
    }

    /// Whatever is done to a certificate in several places, reading it ends well and it is not trusted.
    #[test]
    fn mangled_certificates_never_panic(
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<Option<proptest::sample::Index>>(),
    ) {
        let original = BANK.signing.certificate.der();
        let mut der = original.to_vec();
        for (at, byte) in edits {
            let at = at.index(der.len());
            der[at] = byte;
        }
        if let Some(cut) = cut {
            der.truncate(cut.index(original.len()));
        }
        let read = Certificate::from_der(&der);
        let _shown = format!("{read:?}");
        let trusted = read.is_ok_and(|c| BANK.verify(&c, Usage::Signing).is_ok());
        prop_assert_eq!(trusted, der == original);
    }

    #[test]
    fn text_never_panics(text in ".{0,200}") {
        prop_assert!(Certificate::chain_from_pem(&text).is_err());
    }

    #[test]
    fn names_are_made_of_any_text(common_name in "\\PC{1,64}", unit in proptest::option::of("[ ,+\"<>;=#/\\\\中文]{1,20}")) {
        let name = Subject { common_name: &common_name, unit: unit.as_deref(), organization: None, country: Some("CN") }.name().unwrap();
        prop_assert_eq!(name.len(), 2 + usize::from(unit.is_some()));
        let key = &BANK.root.key;
        let c = issue::certificate(key, &name, &key.public(), &year("CN=x", Profile::Signing), &[]).unwrap();
        prop_assert_eq!(&c.issuer, &name.to_der().unwrap());
        let _shown = c.issuer();
    }
}

#[test]
fn numbers_are_positive_and_of_one_length() {
    assert!(SerialNumber::<x509_cert::certificate::Rfc5280>::new(&[0x7f; 16]).is_ok());
    let serials: std::collections::HashSet<_> =
        (0..20).map(|_| BANK.root.below("CN=x", Profile::Signing).certificate.serial()).collect();
    assert_eq!(serials.len(), 20);
    let first = |serial: &String| hex::decode(serial).unwrap()[0];
    assert!(serials.iter().all(|serial| serial.len() == 32 && (0x40..0x80).contains(&first(serial))));
}

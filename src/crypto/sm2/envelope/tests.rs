//! Messages made here and read here; see `oracle.rs` for those of others.

use super::forms::{Signatures, SignerInfo};
use super::*;
use crate::crypto::sm2::asn1::tlv;
use crate::crypto::sm2::certificate::fixtures::{BANK, Party, noon, year};
use crate::crypto::sm2::certificate::issue::Profile;
use chrono::TimeDelta;
use proptest::prelude::*;
use std::slice::from_ref;
use std::sync::LazyLock;
use x509_cert::der::{Encode as _, Tag};

fn trusted(party: &Party) -> Trusted {
    BANK.trust().verify(&party.certificate, from_ref(&BANK.sub.certificate), Usage::Encryption, noon()).unwrap()
}

fn signer(party: &Party) -> Signer<'_> {
    Signer::new(&party.key, &party.certificate, from_ref(&BANK.sub.certificate)).unwrap()
}

fn receiver(party: &Party) -> Receiver<'_> {
    Receiver::new(&party.key, &party.certificate).unwrap()
}

fn opened(message: &[u8]) -> Result<Opened> {
    open_signed(&receiver(&BANK.encryption), message, &BANK.trust(), noon())
}

/// Other holders, of whom messages must be kept apart.
static AUDITOR: LazyLock<Party> = LazyLock::new(|| BANK.sub.below("CN=审计", Profile::Encryption));
static SECOND: LazyLock<Party> = LazyLock::new(|| BANK.sub.below("CN=复核", Profile::Signing));

const CONTENT: &[u8] = "导出清单：会话 17 条。".as_bytes();

#[test]
fn sealed_and_signed_content_reaches_every_receiver_with_every_signer() {
    let both = [trusted(&BANK.encryption), trusted(&AUDITOR)];
    let signers = [signer(&BANK.signing), signer(&SECOND)];
    let message = sign_and_seal_for(&both, &signers, CONTENT).unwrap();
    for party in [&BANK.encryption, &*AUDITOR] {
        let opened = open_signed(&receiver(party), &message, &BANK.trust(), noon()).unwrap();
        assert_eq!(opened.content.as_slice(), CONTENT);
        let mut who: Vec<_> = opened.signers.iter().map(|s| s.trusted.certificate().subject()).collect();
        who.sort();
        assert_eq!(who, ["CN=复核", "CN=柜台,O=银行,C=CN"]);
    }
    let message = seal_for(&both, CONTENT).unwrap();
    for party in [&BANK.encryption, &*AUDITOR] {
        assert_eq!(open(&receiver(party), &message).unwrap().as_slice(), CONTENT);
    }
}

#[test]
fn nobody_else_opens_it() {
    let message = sign_and_seal_for(&[trusted(&BANK.encryption)], &[signer(&BANK.signing)], CONTENT).unwrap();
    let stranger = open_signed(&receiver(&AUDITOR), &message, &BANK.trust(), noon());
    assert_eq!(stranger.err().unwrap().code(), ErrorCode::InvalidParameter);
    // The right name with another key.
    let impostor = Receiver { key: &AUDITOR.key, certificate: &BANK.encryption.certificate };
    assert_eq!(open_signed(&impostor, &message, &BANK.trust(), noon()).err().unwrap().code(), ErrorCode::DataAltered);
    let enveloped = seal_for(&[trusted(&BANK.encryption)], CONTENT).unwrap();
    assert_eq!(open(&impostor, &enveloped).unwrap_err().code(), ErrorCode::DataAltered);
    assert!(open(&receiver(&AUDITOR), &enveloped).is_err());
    assert!(Receiver::new(&AUDITOR.key, &BANK.encryption.certificate).is_err());
}

#[test]
fn certificates_serve_their_own_use_only() {
    let bank = &*BANK;
    let for_signing =
        bank.trust().verify(&bank.signing.certificate, from_ref(&bank.sub.certificate), Usage::Signing, noon());
    assert!(seal_for(&[for_signing.unwrap()], CONTENT).is_err());
    assert!(seal_for(&[], CONTENT).is_err());
    assert!(Signer::new(&bank.encryption.key, &bank.encryption.certificate, &[]).is_err(), "the key that is escrowed");
    assert!(Signer::new(&bank.encryption.key, &bank.signing.certificate, &[]).is_err(), "another key");
    assert!(sign_and_seal_for(&[trusted(&bank.encryption)], &[], CONTENT).is_err());
    assert!(sign(CONTENT, Placement::Attached, &[], noon()).is_err());

    // A message that an encryption key signed all the same.
    let mut wrong = signer(&bank.signing);
    wrong.key = &bank.encryption.key;
    let forged = sign(CONTENT, Placement::Attached, &[wrong], noon()).unwrap();
    assert_eq!(verify(&forged, None, &bank.trust(), noon()).err().unwrap().code(), ErrorCode::DataAltered);
}

#[test]
fn signers_are_trusted_at_the_time_that_is_asked_for() {
    let bank = &*BANK;
    let message = sign_and_seal_for(&[trusted(&bank.encryption)], &[signer(&bank.signing)], CONTENT).unwrap();
    let late = noon() + TimeDelta::days(366);
    let error = open_signed(&receiver(&bank.encryption), &message, &bank.trust(), late).err().unwrap();
    assert!(error.detail().contains("expired"), "{error}");
    let revoked = [bank.root.list(&[]), bank.sub.list(&[&bank.signing.certificate])];
    let trust = Trust { revocation: super::super::certificate::Revocation::Lists(&revoked), ..bank.trust() };
    let error = open_signed(&receiver(&bank.encryption), &message, &trust, noon()).err().unwrap();
    assert!(error.detail().contains("revoked"), "{error}");
    let other = Party::root("CN=别家,C=CN", None);
    let trust = Trust { anchors: from_ref(&other.certificate), ..bank.trust() };
    let error = open_signed(&receiver(&bank.encryption), &message, &trust, noon()).err().unwrap();
    assert!(error.detail().contains("no trusted authority"), "{error}");
}

#[test]
fn signed_records_verify_attached_and_detached() {
    let signers = [signer(&BANK.signing), signer(&SECOND)];
    let attached = sign(CONTENT, Placement::Attached, &signers, noon()).unwrap();
    let found = verify(&attached, None, &BANK.trust(), noon()).unwrap();
    assert_eq!(found.content, CONTENT);
    assert_eq!(found.signers.len(), 2);
    assert!(found.signers.iter().all(|s| s.claimed_time == Some(noon())));
    assert!(verify(&attached, Some(CONTENT), &BANK.trust(), noon()).is_err(), "two contents");

    let detached = sign(CONTENT, Placement::Detached, &signers, noon()).unwrap();
    assert!(!detached.windows(CONTENT.len()).any(|w| w == CONTENT));
    assert_eq!(verify(&detached, Some(CONTENT), &BANK.trust(), noon()).unwrap().content, CONTENT);
    assert!(verify(&detached, None, &BANK.trust(), noon()).is_err(), "no content");
    let other = verify(&detached, Some(b"other"), &BANK.trust(), noon());
    assert_eq!(other.err().unwrap().code(), ErrorCode::DataAltered);
}

/// The attributes of one message, shown as the content of another, would carry over its signature.
#[test]
fn attributes_never_pass_for_content_nor_content_for_attributes() {
    let message = sign(CONTENT, Placement::Attached, &[signer(&BANK.signing)], noon()).unwrap();
    let read = forms::read_signed(&message).unwrap();
    let info = &read.signatures.signers[0];
    let set = tlv(Tag::Set, &[info.attributes.as_deref().unwrap()]).unwrap();
    assert!(
        crate::crypto::sm2::verify(&BANK.signing.key.public(), &set, &info.signature),
        "it is a signature of this set"
    );
    let without =
        SignerInfo { issuer: info.issuer, serial: info.serial, attributes: None, signature: info.signature.clone() };
    let certificates = read.signatures.certificates.clone();
    let turned = forms::write_signed(Some(&set), Signatures { certificates, signers: vec![without] }).unwrap();
    assert_eq!(verify(&turned, None, &BANK.trust(), noon()).err().unwrap().code(), ErrorCode::DataAltered);
    assert!(sign_and_seal_for(&[trusted(&BANK.encryption)], &[signer(&BANK.signing)], &set).is_err());
}

/// A message of one signature on these attributes, each a kind and its values.
fn signed_on(attributes: &[(der::asn1::ObjectIdentifier, &[&[u8]])]) -> Vec<u8> {
    let attribute = |(kind, values): &(der::asn1::ObjectIdentifier, &[&[u8]])| {
        tlv(Tag::Sequence, &[&kind.to_der().unwrap(), &tlv(Tag::Set, values).unwrap()]).unwrap()
    };
    let inside: Vec<u8> = attributes.iter().flat_map(attribute).collect();
    let signature = BANK.signing.key.sign(&tlv(Tag::Set, &[&inside]).unwrap()).unwrap().into();
    let (issuer, serial) = BANK.signing.certificate.issuer_and_serial();
    let signers = vec![SignerInfo { issuer, serial, attributes: Some(inside.into()), signature }];
    let certificates = vec![BANK.signing.certificate.der(), BANK.sub.certificate.der()];
    forms::write_signed(Some(CONTENT), Signatures { certificates, signers }).unwrap()
}

#[test]
fn signed_attributes_say_what_was_signed_once_and_clearly() {
    let digest = tlv(Tag::OctetString, &[&crate::crypto::sm3::digest(CONTENT)]).unwrap();
    let (data, other) = (oid::DATA.to_der().unwrap(), oid::SIGNED_DATA.to_der().unwrap());
    let (is_data, is_digest) = ((oid::CONTENT_TYPE, &[&data[..]][..]), (oid::MESSAGE_DIGEST, &[&digest[..]][..]));
    let more = (oid::SM3, &[&[5u8, 0][..], &[5, 0]][..]);
    let accepts = |attributes: &[_]| verify(&signed_on(attributes), None, &BANK.trust(), noon()).is_ok();
    assert!(accepts(&[is_data, is_digest]));
    assert!(accepts(&[more, is_digest, is_data]), "others are left alone");
    assert!(!accepts(&[is_digest]), "no kind");
    assert!(!accepts(&[is_data]), "no digest");
    let (two, others): ([&[u8]; 2], [&[u8]; 1]) = ([&digest, &digest], [&other]);
    assert!(!accepts(&[(oid::CONTENT_TYPE, &others), is_digest]), "another kind");
    assert!(!accepts(&[is_data, is_digest, is_digest]), "one twice");
    assert!(!accepts(&[is_data, (oid::MESSAGE_DIGEST, &two)]), "two values");
    assert!(!accepts(&[is_data, is_digest, (oid::SIGNING_TIME, &[&[5, 0]])]), "no time");
}

#[test]
fn one_wrong_signature_spoils_the_message() {
    let to = [trusted(&BANK.encryption)];
    let mut wrong = signer(&SECOND);
    wrong.key = &AUDITOR.key;
    for signers in [[signer(&BANK.signing), wrong.clone()], [wrong.clone(), signer(&BANK.signing)]] {
        assert_eq!(
            opened(&sign_and_seal_for(&to, &signers, CONTENT).unwrap()).err().unwrap().code(),
            ErrorCode::DataAltered
        );
        let record = sign(CONTENT, Placement::Attached, &signers, noon()).unwrap();
        assert_eq!(verify(&record, None, &BANK.trust(), noon()).err().unwrap().code(), ErrorCode::DataAltered);
    }
    let nobody = || Signatures { certificates: vec![BANK.signing.certificate.der()], signers: Vec::new() };
    let record = forms::write_signed(Some(CONTENT), nobody()).unwrap();
    assert!(verify(&record, None, &BANK.trust(), noon()).is_err());
    let (receivers, encrypted) = seal(&to, CONTENT).unwrap();
    assert!(opened(&forms::write_signed_and_enveloped(receivers, encrypted, nobody()).unwrap()).is_err());
}

#[test]
fn versions_other_than_that_of_the_standard_are_not_read() {
    for message in MESSAGES.iter() {
        let at = message.windows(3).position(|w| w == [2, 1, 1]).unwrap();
        for version in [0, 2, 3] {
            let mut other = message.clone();
            other[at + 2] = version;
            assert_eq!(read_all(&other), [false; 3]);
        }
    }
}

#[test]
fn no_changed_byte_of_a_signed_message_is_accepted() {
    let sealed = sign_and_seal_for(&[trusted(&BANK.encryption)], &[signer(&BANK.signing)], CONTENT).unwrap();
    let signed = sign(CONTENT, Placement::Attached, &[signer(&BANK.signing)], noon()).unwrap();
    let accepts = [
        (&sealed, (&|m: &[u8]| opened(m).is_ok()) as &dyn Fn(&[u8]) -> bool),
        (&signed, &|m: &[u8]| verify(m, None, &BANK.trust(), noon()).is_ok()),
    ];
    for (message, accepts) in accepts {
        assert!(accepts(message));
        for at in 0..message.len() {
            let mut forged = message.to_vec();
            forged[at] ^= 1 << (at % 8);
            assert!(!accepts(&forged), "byte {at} of {}", message.len());
            assert!(!accepts(&message[..at]), "cut at {at}");
        }
        assert!(!accepts(&[message, &[0u8][..]].concat()));
    }
}

/// Whatever goes wrong behind the key, the answer is the same to the letter.
#[test]
fn padding_and_signature_fail_alike() {
    let key = [3; 16];
    let answer = |padded: &[u8], content: &[u8]| {
        let ciphertext = exchange::encrypt(Mode::Cbc, &key, &[9; 16], padded).unwrap();
        let (issuer, serial) = BANK.encryption.certificate.issuer_and_serial();
        let encrypted_key = BANK.encryption.key.public().encrypt(&key).unwrap().into();
        let message = forms::write_signed_and_enveloped(
            vec![Recipient { issuer, serial, encrypted_key }],
            Encrypted { iv: [9; 16], ciphertext: ciphertext.into() },
            signature::over_content(&[signer(&BANK.signing)], content).unwrap(),
        );
        opened(&message.unwrap()).map(|o| o.content.to_vec()).map_err(|e| (e.code(), e.to_string()))
    };
    let right = [&[1u8; 12][..], &[4; 4]].concat();
    assert_eq!(answer(&right, &[1; 12]), Ok(vec![1; 12]));
    let wrong_signature = answer(&right, b"other").unwrap_err();
    assert_eq!(wrong_signature.0, ErrorCode::DataAltered);
    let paddings: [&[u8]; 6] =
        [&[0; 16], &[17; 16], &[255; 16], &[[1; 12], [3; 12]].concat()[..16], &[&[1; 15][..], &[2]].concat(), &[]];
    for padded in paddings {
        // Even a signature of what is before the wrong padding does not make it right.
        for signed in [&[1u8; 12][..], &padded[..padded.len().saturating_sub(1)]] {
            assert_eq!(answer(padded, signed).unwrap_err(), wrong_signature, "{padded:?}");
        }
    }
}

#[test]
fn padding_is_what_pkcs7_says() {
    for pad in 0..=255u8 {
        for wrong in 0..16 {
            let mut plain = vec![0xEE; 32];
            for at in 0..usize::from(pad).min(32) {
                plain[31 - at] = pad;
            }
            plain[31] = pad;
            let is_right = (1..=16).contains(&pad);
            let (length, whole) = unpad(&plain).unwrap();
            assert_eq!(bool::from(whole), is_right, "{pad}");
            assert_eq!(length, if is_right { 32 - usize::from(pad) } else { 31 });
            if is_right && (1..usize::from(pad)).contains(&wrong) {
                plain[31 - wrong] ^= 1;
                assert!(!bool::from(unpad(&plain).unwrap().1), "{pad} {wrong}");
            }
        }
    }
    assert!(unpad(&[1; 15]).is_none());
}

#[test]
fn messages_are_of_the_form_that_the_standard_gives() {
    let message = seal_for(&[trusted(&BANK.encryption)], b"").unwrap();
    let start = oid::ENVELOPED_DATA.to_der().unwrap();
    assert_eq!(hex::encode(&start), "060a2a811ccf550601040203");
    assert!(message[4..].starts_with(&start));
    assert!(open(&receiver(&BANK.encryption), &message).unwrap().is_empty());
    // One kind is not another.
    assert!(opened(&message).is_err());
    assert!(verify(&message, None, &BANK.trust(), noon()).is_err());
    let bare: Vec<_> = std::iter::repeat_n(trusted(&BANK.encryption), MAX_RECEIVERS + 1).collect();
    assert!(seal_for(&bare, b"x").is_err());
    assert!(seal_for(&bare[..1], &vec![0; MAX_CONTENT + 1]).is_err());
    assert!(open(&receiver(&BANK.encryption), &vec![0; MAX_CONTENT + MAX_AROUND + 1]).is_err());
}

#[test]
fn a_certificate_trusted_by_itself_signs_records() {
    use crate::crypto::sm2::certificate::{Revocation, issue};
    let key = SigningKey::generate().unwrap();
    let own = issue::self_signed(&key, &year("CN=审计签名,O=柜台,C=CN", Profile::Signing)).unwrap();
    let record = sign(CONTENT, Placement::Detached, &[Signer::new(&key, &own, &[]).unwrap()], noon()).unwrap();
    let trust = Trust { anchors: from_ref(&own), revocation: Revocation::NotChecked };
    assert!(verify(&record, Some(CONTENT), &trust, noon()).is_ok());
    assert!(verify(&record, Some(CONTENT), &BANK.trust(), noon()).is_err());
}

static MESSAGES: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let to = [trusted(&BANK.encryption)];
    [
        sign_and_seal_for(&to, &[signer(&BANK.signing)], CONTENT).unwrap(),
        sign(CONTENT, Placement::Attached, &[signer(&BANK.signing)], noon()).unwrap(),
        seal_for(&to, CONTENT).unwrap(),
    ]
});

/// Whether any reader takes it for something.
fn read_all(message: &[u8]) -> [bool; 3] {
    [
        opened(message).is_ok(),
        verify(message, None, &BANK.trust(), noon()).is_ok(),
        open(&receiver(&BANK.encryption), message).is_ok(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn content_comes_back(content in proptest::collection::vec(any::<u8>(), 0..200)) {
        let to = [trusted(&BANK.encryption)];
        let sealed = sign_and_seal_for(&to, &[signer(&BANK.signing)], &content).unwrap();
        let found = opened(&sealed).unwrap();
        prop_assert_eq!(found.content.as_slice(), &content[..]);
        let enveloped = seal_for(&to, &content).unwrap();
        let found = open(&receiver(&BANK.encryption), &enveloped).unwrap();
        prop_assert_eq!(found.as_slice(), &content[..]);
        let signed = sign(&content, Placement::Attached, &[signer(&BANK.signing)], noon()).unwrap();
        prop_assert_eq!(verify(&signed, None, &BANK.trust(), noon()).unwrap().content, content);
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic_nor_open(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(read_all(&bytes), [false; 3]);
    }

    /// Bytes put in, taken out and overwritten: readers come to an end, and what is signed is never accepted changed.
    #[test]
    fn mangled_messages_never_panic_nor_open(
        which in 0usize..3,
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), 0u8..3, any::<u8>()), 1..5),
    ) {
        let original = &MESSAGES[which];
        let mut message = original.clone();
        for (at, edit, byte) in edits {
            let at = at.index(message.len());
            match edit {
                0 => message[at] = byte,
                1 => message.insert(at, byte),
                _ => { message.remove(at); }
            }
        }
        let [sealed, signed, _enveloped] = read_all(&message);
        prop_assert_eq!(sealed, which == 0 && &message == original);
        prop_assert_eq!(signed, which == 1 && &message == original);
    }
}

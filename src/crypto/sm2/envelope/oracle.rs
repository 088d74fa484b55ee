//! Messages held against other implementations: the files in `tests/data/sm2_messages` (their README says who made
//! them), and the system's OpenSSL, which does not know these forms but knows the algorithms in them.

use super::forms;
use super::*;
use crate::crypto::sm2::certificate::fixtures::noon;
use crate::crypto::sm2::certificate::issue::Request;
use crate::crypto::sm2::certificate::oracle::Openssl;
use crate::crypto::sm2::certificate::{Crl, Revocation};
use crate::crypto::sm2::{DEFAULT_ID, enveloped_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::path::Path;
use std::slice::from_ref;

/// What another implementation made.
struct Files(HashMap<String, String>);

impl Files {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sm2_messages/gmsm.json");
        Files(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        STANDARD.decode(&self.0[name]).unwrap()
    }

    fn certificate(&self, name: &str) -> Certificate {
        Certificate::from_pem(&self.0[name]).unwrap()
    }

    fn key(&self, name: &str) -> SigningKey {
        SigningKey::from_pem(&self.0[name]).unwrap()
    }

    /// Asks `what` under trust in the root of these files, with its revocation list for what `sub` issued.
    fn trusting<T>(&self, what: impl FnOnce(&Trust<'_>) -> T) -> T {
        what(&Trust { anchors: &[self.certificate("root")], revocation: Revocation::NotChecked })
    }

    fn trusted(&self, name: &str) -> Trusted {
        let sub = self.certificate("sub");
        self.trusting(|trust| trust.verify(&self.certificate(name), &[sub], Usage::Encryption, noon())).unwrap()
    }
}

#[test]
fn what_another_implementation_signed_verifies() {
    let files = Files::read();
    let content = files.bytes("content");
    files.trusting(|trust| {
        for (name, detached) in
            [("signed", None), ("signed_without_attributes", None), ("signed_detached", Some(&content[..]))]
        {
            let found = verify(&files.bytes(name), detached, trust, noon()).unwrap();
            assert_eq!(found.content, content, "{name}");
            let [signer] = &found.signers[..] else { panic!("{name}: one signer") };
            assert_eq!(signer.trusted.certificate(), &files.certificate("signing_certificate"));
            assert_eq!(signer.claimed_time.is_some(), name != "signed_without_attributes");
        }
        assert!(verify(&files.bytes("signed_detached"), Some(b"other"), trust, noon()).is_err());
    });
}

#[test]
fn what_another_implementation_sealed_opens() {
    let files = Files::read();
    for who in ["encryption", "encryption2"] {
        let (key, certificate) = (files.key(&format!("{who}_key")), files.certificate(&format!("{who}_certificate")));
        let receiver = Receiver::new(&key, &certificate).unwrap();
        assert_eq!(*open(&receiver, &files.bytes("enveloped")).unwrap(), files.bytes("content"));
        let message = files.bytes("signed_and_enveloped");
        let opened = files.trusting(|trust| open_signed(&receiver, &message, trust, noon())).unwrap();
        assert_eq!(*opened.content, files.bytes("content"));
        assert_eq!(opened.signers[0].trusted.certificate(), &files.certificate("signing_certificate"));
    }
    let delivered = enveloped_key::open(&files.key("signing_key"), &files.bytes("enveloped_key")).unwrap();
    assert_eq!(&delivered.public(), files.certificate("encryption_certificate").public());
}

#[test]
fn certificates_lists_and_requests_of_another_implementation_are_read() {
    let files = Files::read();
    let (root, sub) = (files.certificate("root"), files.certificate("sub"));
    assert!(Certificate::is_pair(
        &files.certificate("signing_certificate"),
        &files.certificate("encryption_certificate")
    ));
    // The list is that of `sub`; trusting `sub` itself leaves no other list to be wanted.
    let lists = [Crl::from_der(&files.bytes("crl")).unwrap()];
    let trust = Trust { anchors: from_ref(&sub), revocation: Revocation::Lists(&lists) };
    let verify = |name| trust.verify(&files.certificate(name), &[], Usage::Encryption, noon()).err();
    assert_eq!(verify("encryption_certificate"), None);
    assert_eq!(verify("encryption2_certificate"), Some(Refusal::Revoked));
    assert_ne!(root, sub);
    let request = Request::from_der(&files.bytes("request")).unwrap();
    assert_eq!(request.public(), files.certificate("signing_certificate").public());
    assert!(request.subject().contains("请求"));
}

/// OpenSSL opens what is sealed here, piece by piece: the key by SM2, the content by SM4-CBC, the signature by SM2 and SM3.
#[test]
fn openssl_opens_what_is_sealed_here() {
    let files = Files::read();
    let content = files.bytes("content");
    let (key, certificate) = (files.key("signing_key"), files.certificate("signing_certificate"));
    let signer = Signer::new(&key, &certificate, &[]).unwrap();
    let message = sign_and_seal_for(&[files.trusted("encryption_certificate")], &[signer], &content).unwrap();
    let (receivers, encrypted, signatures) = forms::read_signed_and_enveloped(&message).unwrap();
    let openssl = Openssl::with(&[
        ("message.der", &message[..]),
        ("decrypt.pem", files.0["encryption_key"].as_bytes()),
        ("verify.pem", certificate.public().to_pem().unwrap().as_bytes()),
        ("key.der", &receivers[0].encrypted_key),
        ("content.bin", &encrypted.ciphertext),
        ("signature.der", &signatures.signers[0].signature),
    ]);
    openssl.runs("pkeyutl -decrypt -inkey decrypt.pem -in key.der -out key.bin");
    let key = hex::encode(std::fs::read(openssl.path().join("key.bin")).unwrap());
    openssl.runs(&format!("enc -d -sm4-cbc -K {key} -iv {} -in content.bin -out plain.bin", hex::encode(encrypted.iv)));
    assert_eq!(std::fs::read(openssl.path().join("plain.bin")).unwrap(), content);
    let verify = "pkeyutl -verify -pubin -inkey verify.pem -rawin -digest sm3 -in plain.bin -sigfile signature.der";
    openssl.runs(&format!("{verify} -pkeyopt distid:{DEFAULT_ID}"));
    assert!(!openssl.tries(&format!("{verify} -pkeyopt distid:8765432187654321")).0);

    // The form is DER to its end, and names what the standard names.
    let parsed = openssl.runs("asn1parse -inform DER -in message.der");
    for said in ["1.2.156.10197.6.1.4.2.4", "1.2.156.10197.6.1.4.2.1", "1.2.156.10197.1.301.3", "sm4-cbc", "sm3"] {
        assert!(parsed.contains(said), "{said} in {parsed}");
    }
}

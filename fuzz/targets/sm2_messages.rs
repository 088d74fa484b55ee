//! SM2 in DER and PEM: keys, signatures, ciphertexts, certificates, revocation lists, requests, envelopes.
#![no_main]

use chrono::DateTime;
use guitai::crypto::sm2::certificate::issue::Request;
use guitai::crypto::sm2::certificate::{Certificate, Crl, Revocation, Trust};
use guitai::crypto::sm2::{self, PublicKey, SigningKey, envelope, enveloped_key};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[7; 32]).expect("a scalar"));

fuzz_target!(|bytes: &[u8]| {
    drop(PublicKey::from_bytes(bytes));
    drop(PublicKey::from_der(bytes));
    assert!(!sm2::verify(&KEY.public(), b"never signed", bytes));
    drop(KEY.decrypt(bytes));
    drop(enveloped_key::open(&KEY, bytes));
    let certificate = Certificate::from_der(bytes);
    drop(Crl::from_der(bytes));
    drop(Request::from_der(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        drop(PublicKey::from_pem(text));
        drop(Certificate::chain_from_pem(text));
        drop(Crl::all_from_pem(text));
        drop(Request::from_pem(text));
    }
    let at = DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
    let anchors: Vec<Certificate> = certificate.into_iter().collect();
    let trust = Trust { anchors: &anchors, revocation: Revocation::NotChecked };
    drop(envelope::verify(bytes, None, &trust, at));
});

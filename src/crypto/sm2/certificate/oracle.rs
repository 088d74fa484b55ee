//! Certificates held against another implementation: the system's OpenSSL (3.0 or newer), which the tests' machines have
//! because `ca-certificates` depends on it. It judges what is made here, and makes what is judged here.
//!
//! OpenSSL 3.0 takes the SM2 identity from an option for the certificate that it is asked about, and uses the empty one for
//! those in between; so every edge of a chain is shown to it by itself, with the issuer as a trusted certificate.

use super::fixtures::{BANK, Party, noon, subject};
use super::issue::{Profile, Request};
use super::*;
use crate::crypto::sm2::{DEFAULT_ID, SigningKey};
use chrono::TimeDelta;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A folder with files, in which `openssl` runs.
pub(in crate::crypto::sm2) struct Openssl(TempDir);

impl Openssl {
    pub(in crate::crypto::sm2) fn with<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Openssl(folder)
    }

    pub(in crate::crypto::sm2) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Whether it succeeds, and what it prints.
    pub(in crate::crypto::sm2) fn tries(&self, arguments: &str) -> (bool, String) {
        let output = Command::new("openssl").args(arguments.split_whitespace()).current_dir(self.path()).output();
        let output = output.expect("the tests need the openssl program, 3.0 or newer, in PATH");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    pub(in crate::crypto::sm2) fn runs(&self, arguments: &str) -> String {
        let (succeeds, text) = self.tries(arguments);
        assert!(succeeds, "openssl {arguments}: {text}");
        text
    }

    pub(in crate::crypto::sm2) fn reads(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }
}

fn pem(certificate: &Certificate) -> String {
    certificate.to_pem().unwrap()
}

/// Whether OpenSSL trusts `leaf` below `issuer` at noon, under this identity.
fn is_trusted_by_openssl(issuer: &Certificate, leaf: &Certificate, id: &str) -> bool {
    let at = noon().timestamp();
    let openssl = Openssl::with(&[("issuer.pem", pem(issuer)), ("leaf.pem", pem(leaf))]);
    let how = format!("-partial_chain -x509_strict -attime {at} -trusted issuer.pem -vfyopt distid:{id}");
    openssl.tries(&format!("verify {how} leaf.pem")).0
}

#[test]
fn openssl_trusts_what_is_issued_here() {
    let bank = &*BANK;
    let (root, sub, leaf) = (&bank.root.certificate, &bank.sub.certificate, &bank.signing.certificate);
    for (issuer, held) in [(root, root), (root, sub), (sub, leaf), (sub, &bank.encryption.certificate)] {
        assert!(is_trusted_by_openssl(issuer, held, DEFAULT_ID), "{held:?}");
        assert!(!is_trusted_by_openssl(issuer, held, "8765432187654321") || issuer == held, "{held:?}");
    }
    let stranger = Party::root("CN=签发,O=银行,C=CN", None).certificate;
    assert!(!is_trusted_by_openssl(&stranger, leaf, DEFAULT_ID));

    let text =
        Openssl::with(&[("leaf.pem", pem(leaf))]).runs("x509 -in leaf.pem -noout -text -nameopt utf8,sep_comma_plus");
    for said in
        ["Signature Algorithm: SM2-with-SM3", "CN=柜台", "O=银行", "Digital Signature, Non Repudiation", "CA:FALSE"]
    {
        assert!(text.contains(said), "{said} in {text}");
    }
}

#[test]
fn openssl_agrees_on_revocation_lists() {
    let bank = &*BANK;
    let (sub, leaf, other) = (&bank.sub, &bank.signing.certificate, &bank.encryption.certificate);
    let list = |revoked: &[&Certificate]| {
        ("crl.pem", pem::encode_string("X509 CRL", LineEnding::LF, sub.list(revoked).der()).unwrap())
    };
    // OpenSSL 3.0 verifies a list under the empty identity and has no option for it: only what it reads can be compared.
    let openssl = Openssl::with(&[list(&[leaf, other])]);
    let text = openssl.runs("crl -in crl.pem -noout -text").to_lowercase();
    for serial in [leaf.serial(), other.serial()] {
        assert!(text.contains(&serial), "{serial} in {text}");
    }
    assert!(text.contains("sm2-with-sm3"));
}

#[test]
fn openssl_accepts_requests_made_here() {
    let key = SigningKey::generate().unwrap();
    let request = Request::new(&key, &subject("CN=审计签名,O=柜台,C=CN"), Profile::Signing).unwrap();
    let openssl = Openssl::with(&[("request.pem", request.to_pem().unwrap())]);
    let text =
        openssl.runs(&format!("req -in request.pem -verify -vfyopt distid:{DEFAULT_ID} -noout -text -nameopt utf8"));
    for said in ["审计签名", "Digital Signature, Non Repudiation", "ASN1 OID: SM2"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!openssl.tries("req -in request.pem -verify -vfyopt distid:other -noout").1.contains("OK"));
}

/// A root, an authority, a holder and a request, all made by OpenSSL.
#[test]
fn what_openssl_issues_is_trusted_here() {
    let openssl = Openssl::with(&[
        ("sub.cnf", "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"),
        (
            "leaf.cnf",
            "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nsubjectAltName=DNS:bank.example\n",
        ),
    ]);
    for name in ["root", "sub", "leaf"] {
        openssl.runs(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out {name}.key"));
    }
    let id = format!("-sigopt distid:{DEFAULT_ID}");
    openssl.runs(&format!("req -x509 -sm3 {id} -key root.key -out root.pem -days 30 -subj /C=CN/CN=root -addext keyUsage=critical,keyCertSign,cRLSign"));
    for (name, issuer) in [("sub", "root"), ("leaf", "sub")] {
        openssl.runs(&format!("req -new -sm3 {id} -key {name}.key -out {name}.csr -subj /C=CN/CN={name}"));
        openssl.runs(&format!(
            "x509 -req -sm3 -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial -out {name}.pem -days 20 -extfile {name}.cnf {id} -vfyopt distid:{DEFAULT_ID}"
        ));
    }
    let [root, sub, leaf] =
        ["root.pem", "sub.pem", "leaf.pem"].map(|f| Certificate::from_pem(&openssl.reads(f)).unwrap());
    assert_eq!(leaf.subject(), "CN=leaf,C=CN");
    let at = leaf.not_before() + TimeDelta::seconds(1);
    let trust = Trust { anchors: std::slice::from_ref(&root), revocation: Revocation::NotChecked };
    trust.verify(&leaf, std::slice::from_ref(&sub), Usage::Signing, at).unwrap();
    let wrong = trust.verify(&leaf, std::slice::from_ref(&sub), Usage::Encryption, at);
    assert_eq!(wrong.unwrap_err(), Refusal::WrongUsage);
    let late = trust.verify(&leaf, std::slice::from_ref(&sub), Usage::Signing, at + TimeDelta::days(20));
    assert_eq!(late.unwrap_err(), Refusal::Expired);
    assert_eq!(trust.verify(&leaf, &[], Usage::Signing, at).unwrap_err(), Refusal::UnknownIssuer);

    let request = Request::from_pem(&openssl.reads("leaf.csr")).unwrap();
    assert_eq!((request.subject(), request.public()), ("CN=leaf,C=CN", leaf.public()));
    let key = SigningKey::from_pem(&openssl.reads("leaf.key")).unwrap();
    assert_eq!(&key.public(), leaf.public());

    // Under another identity OpenSSL's signatures are none here.
    openssl.runs("req -x509 -sm3 -sigopt distid:other -key root.key -out other.pem -subj /CN=root");
    let other = Certificate::from_pem(&openssl.reads("other.pem")).unwrap();
    assert!(!other.signed().unwrap().is_by(other.public()));

    // And a revocation list of OpenSSL's.
    let config = "[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sm3\ndefault_crl_days=5\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n";
    let serial = leaf.serial().to_uppercase();
    for (name, text) in [
        ("ca.cnf", config.to_owned()),
        ("number", "01\n".to_owned()),
        ("index.txt", format!("R\t491231235959Z\t260101000000Z\t{serial}\tunknown\t/CN=leaf\n")),
    ] {
        std::fs::write(openssl.path().join(name), text).unwrap();
    }
    openssl.runs(&format!("ca -config ca.cnf -gencrl -cert sub.pem -keyfile sub.key -out crl.pem {id}"));
    let lists = Crl::all_from_pem(&openssl.reads("crl.pem")).unwrap();
    let at = lists[0].this_update();
    assert!(lists[0].is_of(&sub, at));
    assert!(lists[0].lists(&leaf) && !lists[0].lists(&sub));
}

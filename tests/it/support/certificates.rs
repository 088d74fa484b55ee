//! A bank's authority and the certificates it signs, as PEM files.

use std::path::{Path, PathBuf};

use guitai::transport::{Endpoint, Files, Role};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

pub struct Authority {
    folder: PathBuf,
    pub ca_file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
#[derive(Clone)]
pub struct Pair {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    /// `NAME.pem` in `folder`.
    pub fn new(folder: &Path, name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let ca_file = folder.join(format!("{name}.pem"));
        std::fs::write(&ca_file, params.self_signed(&key).expect("signed").pem()).expect("written");
        Self { folder: folder.to_owned(), ca_file, issuer: Issuer::new(params, key) }
    }

    /// A certificate for these hosts, or for somebody of this name when there are none.
    pub fn issue(&self, name: &str, hosts: &[&str]) -> Pair {
        self.issue_with(name, hosts, |_| {})
    }

    /// One that was good until yesterday.
    pub fn issue_expired(&self, name: &str, hosts: &[&str]) -> Pair {
        self.issue_with(name, hosts, |params| {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2020, 12, 31);
        })
    }

    pub fn issue_with(&self, name: &str, hosts: &[&str], adjust: impl FnOnce(&mut CertificateParams)) -> Pair {
        let hosts: Vec<String> = hosts.iter().map(|h| (*h).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).expect("hosts");
        params.distinguished_name.push(DnType::CommonName, name);
        adjust(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let pair =
            Pair { certificate: self.folder.join(format!("{name}.crt")), key: self.folder.join(format!("{name}.key")) };
        std::fs::write(&pair.certificate, certificate.pem()).expect("written");
        std::fs::write(&pair.key, key.serialize_pem()).expect("written");
        std::fs::set_permissions(&pair.key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("closed");
        pair
    }

    /// A client that trusts this authority, with a certificate of its own or without.
    pub fn client(&self, role: Role, own: Option<&Pair>) -> Endpoint {
        let files = Files {
            ca: Some(self.ca_file.clone()),
            certificate: own.map(|p| p.certificate.clone()),
            private_key: own.map(|p| p.key.clone()),
        };
        Endpoint::open(role, files).expect("usable files")
    }

    /// The same for reqwest, with one connection per request.
    pub fn http(&self, own: Option<&Pair>) -> reqwest::Client {
        let config = self.client(Role::Client, own).client().expect("a client");
        let client = reqwest::Client::builder().tls_backend_preconfigured((*config).clone());
        client.no_proxy().pool_max_idle_per_host(0).build().expect("a client")
    }
}

impl Pair {
    /// Puts this certificate in the place of another, each file at once, the certificate first.
    pub fn replace(&self, other: &Pair) {
        for (new, old) in [(&self.certificate, &other.certificate), (&self.key, &other.key)] {
            let beside = old.with_extension("new");
            std::fs::copy(new, &beside).expect("copied");
            std::fs::rename(beside, old).expect("renamed");
        }
    }

    /// Certificate and key in one file, as a Java key store of type PEM wants them.
    pub fn joined(&self) -> PathBuf {
        let file = self.certificate.with_extension("both");
        let read = |path: &Path| std::fs::read_to_string(path).expect("a file");
        std::fs::write(&file, read(&self.key) + &read(&self.certificate)).expect("written");
        file
    }
}

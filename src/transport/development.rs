//! A development CA for machines that have no certificate yet.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode, Result};

/// Where a development CA and its one server certificate are kept. Never for production: the bank's CA signs there.
#[derive(Debug, Clone)]
pub struct DevelopmentCa {
    /// What a test client is told to trust.
    pub ca_file: PathBuf,
    pub certificate_file: PathBuf,
    pub private_key_file: PathBuf,
}

impl DevelopmentCa {
    /// Where the files of the CA in `dir` are, or would be.
    pub fn at(dir: &Path) -> Self {
        Self {
            ca_file: dir.join("development-ca.pem"),
            certificate_file: dir.join("server.pem"),
            private_key_file: dir.join("server.key"),
        }
    }

    /// The CA in `dir`, made on the spot when it is not there; its server certificate names `hosts`. Other hosts than last time get
    /// another certificate of the same CA, so that who trusts it goes on trusting it.
    pub fn ensure(dir: &Path, hosts: &[String]) -> Result<Self> {
        let this = Self::at(dir);
        let ca_key_file = dir.join("development-ca.key");
        // Written last: it says that key and certificate are whole, and for which hosts.
        let hosts_file = dir.join("server.hosts");
        let names = hosts.join("\n");
        let files = [&this.ca_file, &ca_key_file, &this.certificate_file, &this.private_key_file, &hosts_file];
        if files.into_iter().all(|f| f.is_file()) && std::fs::read_to_string(&hosts_file).map_err(storage)? == names {
            return Ok(this);
        }
        std::fs::create_dir_all(dir).map_err(storage)?;
        if hosts_file.is_file() {
            std::fs::remove_file(&hosts_file).map_err(storage)?;
        }
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, "Guitai development CA");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_key = if this.ca_file.is_file() && ca_key_file.is_file() {
            let kept = Zeroizing::new(std::fs::read_to_string(&ca_key_file).map_err(storage)?);
            KeyPair::from_pem(&kept).map_err(failed)?
        } else {
            let key = KeyPair::generate().map_err(failed)?;
            std::fs::write(&this.ca_file, ca.self_signed(&key).map_err(failed)?.pem()).map_err(storage)?;
            // After the certificate: a folder of an earlier version has one without its key.
            write_private(&ca_key_file, &Zeroizing::new(key.serialize_pem()))?;
            key
        };
        let mut server = CertificateParams::new(hosts).map_err(failed)?;
        server.distinguished_name.push(DnType::CommonName, "guitai");
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = server.signed_by(&key, &Issuer::new(ca, ca_key)).map_err(failed)?;
        write_private(&this.private_key_file, &Zeroizing::new(key.serialize_pem()))?;
        std::fs::write(&this.certificate_file, certificate.pem()).map_err(storage)?;
        std::fs::write(&hosts_file, names).map_err(storage)?;
        Ok(this)
    }
}

/// Writes a key for its owner's eyes alone.
fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(storage)?;
    file.write_all(text.as_bytes()).map_err(storage)
}

fn failed(e: rcgen::Error) -> Error {
    ErrorCode::Internal.caused_by(e).context("making a development certificate")
}

fn storage(e: std::io::Error) -> Error {
    ErrorCode::StorageUnavailable.caused_by(e).context("writing a development certificate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Endpoint, Files, Role, provider, server_config};
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use std::sync::Arc;

    /// Whether a client that trusts `ca_pem` alone takes the present server certificate for `host`.
    fn is_trusted(ca_pem: &[u8], ca: &DevelopmentCa, host: &str) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca_pem).unwrap()).unwrap();
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
        let certificate = CertificateDer::from_pem_file(&ca.certificate_file).unwrap();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        verifier.verify_server_cert(&certificate, &[], &name, &[], UnixTime::now()).is_ok()
    }

    #[test]
    fn another_address_gets_another_certificate_of_the_same_ca() {
        let dir = tempfile::tempdir().unwrap();
        let hosts = |address: &str| [address.to_owned(), "localhost".to_owned()];
        let ca = DevelopmentCa::ensure(dir.path(), &hosts("10.0.0.1")).unwrap();
        let trusted = std::fs::read(&ca.ca_file).unwrap();
        let first = std::fs::read(&ca.certificate_file).unwrap();
        assert!(is_trusted(&trusted, &ca, "10.0.0.1") && is_trusted(&trusted, &ca, "localhost"));
        assert!(!is_trusted(&trusted, &ca, "10.0.0.2"));
        DevelopmentCa::ensure(dir.path(), &hosts("10.0.0.1")).unwrap();
        assert_eq!(std::fs::read(&ca.certificate_file).unwrap(), first, "the same hosts keep their certificate");
        DevelopmentCa::ensure(dir.path(), &hosts("10.0.0.2")).unwrap();
        assert_eq!(std::fs::read(&ca.ca_file).unwrap(), trusted);
        assert!(is_trusted(&trusted, &ca, "10.0.0.2") && !is_trusted(&trusted, &ca, "10.0.0.1"));
        let files =
            Files { ca: None, certificate: Some(ca.certificate_file.clone()), private_key: Some(ca.private_key_file) };
        let end = Endpoint::open(Role::Staff, files).expect("the key belongs to the certificate");
        server_config(&end).unwrap();
    }

    #[test]
    fn what_lacks_the_key_of_its_ca_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let hosts = ["localhost".to_owned()];
        let ca = DevelopmentCa::ensure(dir.path(), &hosts).unwrap();
        let before = std::fs::read(&ca.ca_file).unwrap();
        std::fs::remove_file(dir.path().join("development-ca.key")).unwrap();
        DevelopmentCa::ensure(dir.path(), &hosts).unwrap();
        let after = std::fs::read(&ca.ca_file).unwrap();
        assert_ne!(before, after);
        assert!(is_trusted(&after, &ca, "localhost") && !is_trusted(&before, &ca, "localhost"));
    }
}

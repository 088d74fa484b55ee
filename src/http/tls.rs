//! TLS 1.3, and a development CA for machines that have no certificate yet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::{Error, ErrorCode, Result};

/// A server configuration for TLS 1.3 alone: an older client is refused in the handshake (row I5). No option turns this off.
pub fn server_config(certificate_file: &Path, private_key_file: &Path) -> Result<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(certificate_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| unreadable(certificate_file, e))?;
    let key = PrivateKeyDer::from_pem_file(private_key_file).map_err(|e| unreadable(private_key_file, e))?;
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .and_then(|b| b.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| ErrorCode::ConfigInvalid.caused_by(e))
}

fn unreadable(file: &Path, e: rustls::pki_types::pem::Error) -> Error {
    ErrorCode::ConfigInvalid.caused_by(e).context(file.display().to_string())
}

/// Where a development CA and its one server certificate are kept. Never for production: the bank's CA signs there.
#[derive(Debug, Clone)]
pub struct DevelopmentCa {
    /// What a test client is told to trust.
    pub ca_file: PathBuf,
    pub certificate_file: PathBuf,
    pub private_key_file: PathBuf,
}

impl DevelopmentCa {
    /// The CA in `dir`, made on the spot when it is not there; its server certificate names `hosts`.
    pub fn ensure(dir: &Path, hosts: &[String]) -> Result<Self> {
        let this = Self {
            ca_file: dir.join("development-ca.pem"),
            certificate_file: dir.join("server.pem"),
            private_key_file: dir.join("server.key"),
        };
        if this.ca_file.is_file() && this.certificate_file.is_file() && this.private_key_file.is_file() {
            return Ok(this);
        }
        std::fs::create_dir_all(dir).map_err(storage)?;
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, "Guitai development CA");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_key = KeyPair::generate().map_err(failed)?;
        let ca_certificate = ca.self_signed(&ca_key).map_err(failed)?;
        let mut server = CertificateParams::new(hosts).map_err(failed)?;
        server.distinguished_name.push(DnType::CommonName, "guitai");
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = server.signed_by(&key, &Issuer::new(ca, ca_key)).map_err(failed)?;
        write_private(&this.private_key_file, &key.serialize_pem())?;
        std::fs::write(&this.certificate_file, certificate.pem()).map_err(storage)?;
        std::fs::write(&this.ca_file, ca_certificate.pem()).map_err(storage)?;
        Ok(this)
    }
}

/// The CA's own key is not kept: it signs one certificate and is gone.
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

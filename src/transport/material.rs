//! What the files of an end hold: read whole, checked, or refused.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use zeroize::Zeroizing;

use super::endpoint::Files;
use super::{VERSIONS, provider};
use crate::error::{Error, ErrorCode, Result};

/// From when to when something may be used: of several certificates, the time that they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
}

impl Validity {
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

/// A certificate with its chain, and the key that belongs to it.
pub(super) struct Own {
    pub certified: Arc<CertifiedKey>,
    pub validity: Validity,
    pub chain_pem: String,
    pub key_pem: Zeroizing<String>,
}

/// The authorities whose certificates are believed.
pub(super) struct Trusted {
    pub validity: Validity,
    pub pem: String,
    /// Verifies clients of a listener.
    pub of_clients: Arc<dyn ClientCertVerifier>,
    /// Verifies the server and presents our own certificate, if there is one.
    pub client: Arc<ClientConfig>,
}

/// Everything that was read together.
pub(super) struct Material {
    pub own: Option<Own>,
    pub trusted: Option<Trusted>,
}

/// Says which, never what: one of the fields is a key.
impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (own, trusted) = (self.own.as_ref().map(|o| o.validity), self.trusted.as_ref().map(|t| t.validity));
        f.debug_struct("Material").field("own", &own).field("trusted", &trusted).finish()
    }
}

impl Material {
    /// Reads the files. Errors: `ConfigInvalid`, naming the file, when one cannot be read, holds nothing usable, or the key is another's.
    pub fn read(files: &Files) -> Result<Self> {
        let own = match (&files.certificate, &files.private_key) {
            (Some(certificate), Some(key)) => Some(Own::read(certificate, key)?),
            (None, None) => None,
            _ => return Err(ErrorCode::ConfigInvalid.because("a certificate and its private key go together")),
        };
        let trusted = files.ca.as_deref().map(|file| Trusted::read(file, own.as_ref())).transpose()?;
        Ok(Self { own, trusted })
    }

    /// What is read now is refused as a replacement when it may not be used yet, or any more.
    pub fn must_hold(&self, now: DateTime<Utc>) -> Result<()> {
        match self.own.as_ref().map(|own| own.validity) {
            Some(v) if !v.holds(now) => Err(ErrorCode::ConfigInvalid
                .because(format!("the certificate is valid from {} to {}", v.not_before, v.not_after))),
            _ => Ok(()),
        }
    }
}

impl Own {
    fn read(certificate: &Path, private_key: &Path) -> Result<Self> {
        let chain = certificates(certificate)?;
        let text = Zeroizing::new(std::fs::read_to_string(private_key).map_err(|e| unusable(private_key, e))?);
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|e| unusable(private_key, e))?;
        let (validity, chain_pem) = (shared_validity(&chain, certificate)?, pem(&chain));
        let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|e| unusable(private_key, e))?;
        Ok(Self { certified: Arc::new(certified), validity, chain_pem, key_pem: text })
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>> {
        PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).map_err(|e| ErrorCode::ConfigInvalid.caused_by(e))
    }
}

impl Trusted {
    fn read(file: &Path, own: Option<&Own>) -> Result<Self> {
        let authorities = certificates(file)?;
        let (validity, pem) = (shared_validity(&authorities, file)?, pem(&authorities));
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority).map_err(|e| unusable(file, e))?;
        }
        let roots = Arc::new(roots);
        let of_clients = WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), provider())
            .build()
            .map_err(|e| unusable(file, e))?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(VERSIONS)
            .map_err(|e| ErrorCode::Internal.caused_by(e))?
            .with_root_certificates(roots);
        let mut client = match own {
            Some(own) => builder
                .with_client_auth_cert(own.certified.cert.clone(), own.key()?)
                .map_err(|e| ErrorCode::ConfigInvalid.caused_by(e))?,
            None => builder.with_no_client_auth(),
        };
        // A resumed session is not verified again; our connections are few and last, so each is verified.
        client.resumption = rustls::client::Resumption::disabled();
        Ok(Self { validity, pem, of_clients, client: Arc::new(client) })
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let text = std::fs::read(file).map_err(|e| unusable(file, e))?;
    let all = CertificateDer::pem_slice_iter(&text).collect::<std::result::Result<Vec<_>, _>>();
    match all.map_err(|e| unusable(file, e))? {
        none if none.is_empty() => {
            Err(ErrorCode::ConfigInvalid.because(format!("{}: no certificate in it", file.display())))
        }
        all => Ok(all),
    }
}

fn shared_validity(certificates: &[CertificateDer<'_>], file: &Path) -> Result<Validity> {
    let mut shared = Validity { not_before: DateTime::<Utc>::MIN_UTC, not_after: DateTime::<Utc>::MAX_UTC };
    for der in certificates {
        let certificate = Certificate::from_der(der).map_err(|e| unusable(file, e))?;
        let validity = certificate.tbs_certificate().validity();
        // Times before 1970 do not exist in DER's two forms of time as this crate reads them.
        let time = |t: &x509_cert::time::Time| {
            let seconds = i64::try_from(t.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
            DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
        };
        shared.not_before = shared.not_before.max(time(&validity.not_before));
        shared.not_after = shared.not_after.min(time(&validity.not_after));
    }
    Ok(shared)
}

/// The certificates and nothing beside them: OpenSSL takes no text after the last one (RFC 7468, section 2).
fn pem(certificates: &[CertificateDer<'_>]) -> String {
    let mut out = String::new();
    for der in certificates {
        let text: Vec<char> = STANDARD.encode(der).chars().collect();
        out.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in text.chunks(64) {
            out.extend(line);
            out.push('\n');
        }
        out.push_str("-----END CERTIFICATE-----\n");
    }
    out
}

fn unusable(file: &Path, e: impl fmt::Display) -> Error {
    ErrorCode::ConfigInvalid.because(format!("{}: {e}", file.display()))
}

/// What tells one content of a file from another without reading it. `None` when there is no such file.
pub(super) type Stamp = Option<(u64, u64, i64, i64, i64)>;

pub(super) fn stamp(file: &Path) -> Stamp {
    let meta = std::fs::metadata(file).ok()?;
    Some((meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec(), meta.ctime_nsec()))
}

//! The server's side of a link.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use super::endpoint::Endpoint;
use super::{VERSIONS, provider};
use crate::error::{ErrorCode, Result};

/// How a listener of this end speaks: TLS 1.3 alone, an older client is refused in the handshake (row I5). With an authority among its
/// files every client must have a certificate of it. Every handshake uses the files that were read last.
pub fn server_config(end: &Endpoint) -> Result<ServerConfig> {
    if end.certified().is_none() {
        return Err(ErrorCode::ConfigInvalid.because(format!("{}: no certificate", end.role().as_str())));
    }
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(VERSIONS)
        .map_err(|e| ErrorCode::ConfigInvalid.caused_by(e))?;
    let current = Arc::new(Current(end.clone()));
    Ok(if end.client_verifier().is_some() {
        let mut config = builder.with_client_cert_verifier(Arc::clone(&current) as _).with_cert_resolver(current);
        // A resumed session would not show its certificate again, and outlive its authority.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config
    } else {
        builder.with_no_client_auth().with_cert_resolver(current)
    })
}

/// What is in use at the moment of a handshake.
#[derive(Debug)]
struct Current(Endpoint);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.certified()
    }
}

impl Current {
    fn verifier(&self) -> std::result::Result<Arc<dyn ClientCertVerifier>, rustls::Error> {
        self.0.client_verifier().ok_or_else(|| rustls::Error::General("no authority for clients".to_owned()))
    }
}

/// Hands every question to the verifier over the authorities that were read last; itself it decides nothing.
impl ClientCertVerifier for Current {
    /// None: they could only be those of the start.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> std::result::Result<ClientCertVerified, rustls::Error> {
        self.verifier()?.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2 is not spoken here".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier()?.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.client_verifier().map(|v| v.supported_verify_schemes()).unwrap_or_default()
    }
}

//! The client's side of a link: who is here, and why somebody was refused.

use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, Error as TlsError};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::endpoint::Endpoint;
use crate::error::{Error, ErrorCode, Result};

/// Longer than any handshake takes that will succeed.
const PROBE_WITHIN: Duration = Duration::from_secs(5);

/// Whether a host is this very machine: only then may anything be spoken in clear.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Why the other end was refused, when TLS is the reason for this failure: `PeerRefused` with what was wrong.
pub fn refusal(failure: &(dyn StdError + 'static)) -> Option<Error> {
    let mut cause = Some(failure);
    while let Some(e) = cause {
        let inside =
            e.downcast_ref::<io::Error>().and_then(io::Error::get_ref).map(|inner| inner as &(dyn StdError + 'static));
        let tls = e.downcast_ref::<TlsError>().or_else(|| inside.and_then(|inner| inner.downcast_ref::<TlsError>()));
        if let Some(tls) = tls {
            return Some(ErrorCode::PeerRefused.because(reason(tls)));
        }
        cause = e.source();
    }
    None
}

fn reason(e: &TlsError) -> String {
    let words = match e {
        TlsError::InvalidCertificate(why) => match why {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::UnknownIssuer => "its certificate is not of an authority in ca_file",
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another host name"
            }
            CertificateError::Revoked => "its certificate was revoked",
            _ => "its certificate is not valid",
        },
        TlsError::AlertReceived(AlertDescription::ProtocolVersion) | TlsError::PeerIncompatible(_) => {
            "it does not speak TLS 1.3"
        }
        TlsError::AlertReceived(AlertDescription::CertificateRequired) => "it wants a client certificate",
        TlsError::AlertReceived(_) => "it refused us",
        TlsError::InvalidMessage(_) => "it does not speak TLS",
        _ => "the handshake failed",
    };
    format!("{words}: {e}")
}

/// Shakes hands with `host` and hangs up: whether TLS would be refused, and why. A server that then wants a client certificate tells only
/// those who go on. Errors: `PeerRefused`, or `unreachable` when nobody answers.
pub async fn probe(end: &Endpoint, host: &str, port: u16, unreachable: ErrorCode) -> Result<()> {
    let connector = TlsConnector::from(end.client()?);
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|e| ErrorCode::ConfigInvalid.caused_by(e).context(host.to_owned()))?;
    let shaking = async {
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        connector.connect(name, stream).await
    };
    let failed = match tokio::time::timeout(PROBE_WITHIN, shaking).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(e)) => e,
        Err(_) => io::ErrorKind::TimedOut.into(),
    };
    Err(refusal(&failed).unwrap_or_else(|| unreachable.caused_by(failed)).context(format!("{host}:{port}")))
}

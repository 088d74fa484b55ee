//! How a connection is opened: in clear on this machine, by TLS 1.3 with a verified server everywhere else. There is no third way.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Connection;
use crate::error::{Error, ErrorCode, Result};
use crate::transport::{self, Endpoint};

/// How long a server's machine may take to answer at all.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Where a database is, and the certificates by which its server and we know each other.
#[derive(Clone)]
pub struct Address {
    /// A libpq connection string or URL; it may hold a password and is never logged.
    url: Arc<str>,
    tls: Option<Endpoint>,
}

impl Address {
    pub fn new(url: &str, tls: Option<Endpoint>) -> Self {
        Self { url: url.into(), tls }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The end of the link that a server's certificate is verified at.
    pub fn tls(&self) -> Option<&Endpoint> {
        self.tls.as_ref()
    }

    /// Opens a connection. Errors: `PeerRefused` when the server does not pass verification, `ConfigInvalid` when it is on another machine and
    /// there is no authority to verify it by, `DatabaseUnavailable` for everything else.
    pub(super) async fn connect(&self) -> Result<Connection> {
        let mut config: Config = self.url.parse().map_err(|e| ErrorCode::ConfigInvalid.caused_by(as_error(e)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(ANSWER_WITHIN);
        }
        match (way(&config), &self.tls) {
            (Way::Socket, _) | (Way::Loopback, None) => {
                config.ssl_mode(SslMode::Disable);
                let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
                Ok(AsyncPgConnection::try_from_client_and_connection(client, connection).await?)
            }
            (_, Some(tls)) => {
                config.ssl_mode(SslMode::Require);
                let connector = MakeRustlsConnect::new((*tls.client()?).clone());
                let (client, connection) = config.connect(connector).await.map_err(failed)?;
                Ok(AsyncPgConnection::try_from_client_and_connection(client, connection).await?)
            }
            (Way::Network, None) => Err(ErrorCode::ConfigInvalid
                .because("database.url: 数据库不在本机，必须配置 database.ca_file / it leads off this machine, so database.ca_file is needed")),
        }
    }
}

impl<T: AsRef<str> + ?Sized> From<&T> for Address {
    /// Without certificates: for a server on this machine.
    fn from(url: &T) -> Self {
        Self::new(url.as_ref(), None)
    }
}

/// Without the connection string, which may hold a password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("tls", &self.tls).finish_non_exhaustive()
    }
}

enum Way {
    Socket,
    Loopback,
    Network,
}

/// What the farthest of the hosts needs.
fn way(config: &Config) -> Way {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    let is_socket = |host: &Host| matches!(host, Host::Unix(_));
    let is_here = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => transport::is_loopback(name),
    };
    if !hosts.iter().all(is_here) || !addresses.iter().all(std::net::IpAddr::is_loopback) {
        Way::Network
    } else if addresses.is_empty() && hosts.iter().all(is_socket) {
        Way::Socket
    } else {
        Way::Loopback
    }
}

fn as_error(e: tokio_postgres::Error) -> Box<dyn std::error::Error + Send + Sync> {
    Box::new(e)
}

fn failed(e: tokio_postgres::Error) -> Error {
    if let Some(refused) = transport::refusal(&e) {
        return refused.context("PostgreSQL");
    }
    // Said by the driver itself, before any handshake: the server answered our request for TLS with no.
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&e);
    while let Some(inner) = cause {
        if inner.source().is_none() && inner.to_string().contains("server does not support TLS") {
            return ErrorCode::PeerRefused.because("PostgreSQL: it does not speak TLS");
        }
        cause = inner.source();
    }
    ErrorCode::DatabaseUnavailable.caused_by(as_error(e))
}

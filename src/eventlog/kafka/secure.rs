//! How librdkafka, which brings OpenSSL with it, is held to the same rules as everything else: TLS 1.3, a verified broker, its own name.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use tokio::sync::watch::Receiver;

use super::{Context, KafkaSettings};
use crate::error::{Error, ErrorCode, Result};
use crate::transport::{self, Endpoint};

/// The cipher suites for TLS 1.2 and older: one that needs a pre-shared key, and we have none, so OpenSSL offers nothing of them and no such
/// handshake can come about. The list must not be empty, and librdkafka has no setting for the protocol's version. The suites of TLS 1.3
/// are a list of their own and stay. Proven on a broker that speaks TLS 1.2 alone (`tests/it/transport/kafka.rs`).
const NO_TLS_1_2: &str = "PSK-AES256-GCM-SHA384";

/// How long the brokers may take to say where they are.
const METADATA_WITHIN: Duration = Duration::from_secs(5);
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// Adds what is not the caller's to choose. Without certificates everything is in clear, and [`must_stay_here`] guards that.
pub(super) fn apply(config: &mut ClientConfig, tls: Option<&Endpoint>) {
    let Some(tls) = tls else { return };
    // As text, not as files: what OpenSSL gets has been read whole and belongs together.
    if let Some(ca) = tls.ca_pem() {
        config.set("ssl.ca.pem", ca);
    }
    if let Some((chain, key)) = tls.own_pem() {
        config.set("ssl.certificate.pem", chain).set("ssl.key.pem", key.as_str());
    }
    config
        .set("security.protocol", "ssl")
        .set("ssl.cipher.suites", NO_TLS_1_2)
        .set("enable.ssl.certificate.verification", "true")
        .set("ssl.endpoint.identification.algorithm", "https");
}

/// A broker on loopback may send its clients to another machine; in clear no event goes there. librdkafka itself may ask that machine where
/// the brokers are, which is all that it learns. Blocking. Errors: `ConfigInvalid`, or `EventLogUnavailable` when no broker answers.
pub(super) fn must_stay_here(settings: &KafkaSettings) -> Result<()> {
    if settings.tls.is_some() {
        return Ok(());
    }
    let asking: BaseConsumer<Context> = settings.config().create_with_context(Context)?;
    let within = settings.delivery_timeout.min(METADATA_WITHIN);
    let give_up = Instant::now() + within;
    let answer = loop {
        match asking.fetch_metadata(None, within) {
            // The connection to the server that was named is given up as soon as the brokers are known, with what was asked on it.
            Err(_) if Instant::now() < give_up => drop(asking.poll(ASK_AGAIN)),
            answer => break answer?,
        }
    };
    match answer.brokers().iter().find(|b| !transport::is_loopback(b.host())) {
        Some(far) => Err(ErrorCode::ConfigInvalid.because(format!(
            "kafka's broker {}:{} is on another machine: eventlog.ca_file is needed (TLS 1.3 only)",
            far.host(),
            far.port()
        ))),
        None => Ok(()),
    }
}

/// As [`must_stay_here`], without blocking. Safe to drop half-way.
pub(super) async fn may_be_asked(settings: &Arc<KafkaSettings>) -> Result<()> {
    let settings = Arc::clone(settings);
    let asked = tokio::task::spawn_blocking(move || must_stay_here(&settings)).await;
    asked.map_err(|e| ErrorCode::Internal.caused_by(e))?
}

/// What librdkafka only calls a failed handshake, said as everywhere else: asks the brokers themselves. `None` when TLS is not the trouble.
pub(super) async fn refusal(settings: &KafkaSettings) -> Option<Error> {
    let tls = settings.tls.as_ref()?;
    let servers = settings.client.iter().find(|(key, _)| key == "bootstrap.servers").map(|(_, servers)| servers)?;
    for server in servers.split(',') {
        if let Some((host, port)) = server.trim().rsplit_once(':')
            && let Ok(port) = port.parse()
            && let Err(e) = transport::probe(tls, host, port, ErrorCode::EventLogUnavailable).await
            && e.code() == ErrorCode::PeerRefused
        {
            return Some(e);
        }
    }
    None
}

/// Tells when certificates were replaced.
pub(super) struct Rotation(pub Option<Receiver<u64>>);

impl Rotation {
    /// Waits for the next replacement; for ever when there is nothing to replace. Safe to drop half-way.
    pub async fn happened(&mut self) {
        if let Some(generation) = &mut self.0
            && generation.changed().await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }

    pub fn has_happened(&self) -> bool {
        self.0.as_ref().is_some_and(|generation| generation.has_changed().unwrap_or(false))
    }
}

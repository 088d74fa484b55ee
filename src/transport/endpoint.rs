//! One end of one kind of link, whose files may be replaced while it is in use.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rustls::ClientConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::material::{Material, Stamp, stamp};
use crate::error::{ErrorCode, Result};
use crate::telemetry::metrics::Metrics;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A certificate that ends sooner than this is a finding of `guitai check`.
const SOON: TimeDelta = TimeDelta::days(14);

/// Which end of which link; the `role` of its metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Staff,
    Customers,
    Admin,
    Metrics,
    Database,
    EventLog,
    /// One of our own clients, as the demo's player is.
    Client,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Staff => "staff",
            Role::Customers => "customers",
            Role::Admin => "admin",
            Role::Metrics => "metrics",
            Role::Database => "database",
            Role::EventLog => "eventlog",
            Role::Client => "client",
        }
    }
}

/// PEM files (RFC 7468) of one end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The authorities whose certificates the other end must have.
    pub ca: Option<PathBuf>,
    /// Our certificate, then what links it to its authority.
    pub certificate: Option<PathBuf>,
    /// Its key, unencrypted, for this program's eyes alone.
    pub private_key: Option<PathBuf>,
}

impl Files {
    fn stamps(&self) -> [Stamp; 3] {
        [&self.ca, &self.certificate, &self.private_key].map(|file| file.as_deref().and_then(stamp))
    }
}

/// One end of one kind of link. Clones share what was read last.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    role: Role,
    files: Files,
    current: RwLock<Arc<Material>>,
    looked: Mutex<Looked>,
    generation: tokio::sync::watch::Sender<u64>,
}

struct Looked {
    stamps: [Stamp; 3],
    /// Why what lies in the files now is not in use.
    refused: Option<String>,
}

/// What a look at the files came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looking {
    Unchanged,
    Replaced,
    /// They changed and cannot be used; what was in use before still is.
    Refused(String),
    /// As it was at the last look: still refused.
    StillRefused,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("role", &self.0.role).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Reads the files for the first time. Errors: `ConfigInvalid`, naming the file.
    pub fn open(role: Role, files: Files) -> Result<Self> {
        let stamps = files.stamps();
        let material = Material::read(&files).map_err(|e| e.context(role.as_str()))?;
        Ok(Self(Arc::new(Inner {
            role,
            files,
            current: RwLock::new(Arc::new(material)),
            looked: Mutex::new(Looked { stamps, refused: None }),
            generation: tokio::sync::watch::Sender::new(0),
        })))
    }

    pub fn role(&self) -> Role {
        self.0.role
    }

    /// Looks whether the files were replaced and takes over what can be used. Blocking.
    pub fn look(&self, now: DateTime<Utc>) -> Looking {
        let this = &*self.0;
        let mut looked = this.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = this.files.stamps();
        // What was refused may be one of two files that are replaced one after the other, so it is read again each time.
        if stamps == looked.stamps && looked.refused.is_none() {
            return Looking::Unchanged;
        }
        let read = Material::read(&this.files).and_then(|m| m.must_hold(now).map(|()| m));
        looked.stamps = stamps;
        match read {
            Ok(material) => {
                looked.refused = None;
                *this.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(material);
                this.generation.send_modify(|n| *n += 1);
                Looking::Replaced
            }
            Err(e) => {
                let why = e.detail().to_owned();
                let known = looked.refused.replace(why.clone());
                if known.is_some_and(|known| known == why) { Looking::StillRefused } else { Looking::Refused(why) }
            }
        }
    }

    /// Changes whenever something new is in use.
    pub fn generation(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.generation.subscribe()
    }

    /// How a client of this end connects now. Errors: `ConfigInvalid` without an authority.
    pub fn client(&self) -> Result<Arc<ClientConfig>> {
        let material = self.material();
        let trusted = material.trusted.as_ref();
        trusted.map(|t| Arc::clone(&t.client)).ok_or_else(|| {
            ErrorCode::ConfigInvalid.because(format!("{}: a ca_file is needed for TLS", self.0.role.as_str()))
        })
    }

    /// The authorities, as PEM.
    pub fn ca_pem(&self) -> Option<String> {
        self.material().trusted.as_ref().map(|t| t.pem.clone())
    }

    /// Our chain and key, as PEM.
    pub fn own_pem(&self) -> Option<(String, Zeroizing<String>)> {
        self.material().own.as_ref().map(|own| (own.chain_pem.clone(), own.key_pem.clone()))
    }

    /// Until when certificates hold: our own, and the first of the authorities' to end.
    pub fn not_after(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let material = self.material();
        let own = material.own.as_ref().map(|own| own.validity.not_after);
        (own, material.trusted.as_ref().map(|t| t.validity.not_after))
    }

    /// What an operator should see to, in words; empty when all is well.
    pub fn findings(&self, now: DateTime<Utc>) -> Vec<String> {
        let material = self.material();
        let mut found = Vec::new();
        let validities = [
            ("证书 certificate", material.own.as_ref().map(|own| own.validity)),
            ("CA", material.trusted.as_ref().map(|t| t.validity)),
        ];
        for (what, validity) in validities {
            match validity {
                Some(v) if v.not_after < now => found.push(format!("{what} 已过期 / expired on {}", v.not_after)),
                Some(v) if v.not_before > now => {
                    found.push(format!("{what} 尚未生效 / is not valid before {}", v.not_before));
                }
                Some(v) if v.not_after < now + SOON => {
                    found.push(format!("{what} 即将过期 / expires soon, on {}", v.not_after));
                }
                _ => {}
            }
        }
        if let Some(key) = &self.0.files.private_key
            && let Ok(meta) = std::fs::metadata(key)
            && meta.mode() & 0o007 != 0
        {
            found.push(format!("私钥他人可读 / others may read {}: chmod 0600", key.display()));
        }
        found
    }

    pub(super) fn certified(&self) -> Option<Arc<CertifiedKey>> {
        self.material().own.as_ref().map(|own| Arc::clone(&own.certified))
    }

    pub(super) fn client_verifier(&self) -> Option<Arc<dyn ClientCertVerifier>> {
        self.material().trusted.as_ref().map(|t| Arc::clone(&t.of_clients))
    }

    fn material(&self) -> Arc<Material> {
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn measure(&self, metrics: &Metrics) {
        let (own, ca) = self.not_after();
        for (kind, not_after) in [("certificate", own), ("ca", ca)] {
            if let Some(at) = not_after {
                metrics.tls_certificate_expiry.with_label_values(&[self.0.role.as_str(), kind]).set(at.timestamp());
            }
        }
    }
}

/// Looks at the files of all ends again and again until `stop`, takes over what was replaced, says so, and keeps the metrics.
pub async fn watch(ends: Vec<Endpoint>, metrics: Metrics, now: impl Fn() -> DateTime<Utc>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    while !ends.is_empty() {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        for end in &ends {
            let (looking, at, role) = (end.clone(), now(), end.role().as_str());
            let Ok(seen) = tokio::task::spawn_blocking(move || looking.look(at)).await else { continue };
            match &seen {
                Looking::Unchanged | Looking::StillRefused => {}
                Looking::Replaced => {
                    let not_after = end.not_after().0.map(|at| at.to_rfc3339()).unwrap_or_default();
                    tracing::info!(tls.role = role, tls.not_after = not_after, "certificates replaced");
                }
                Looking::Refused(why) => {
                    tracing::error!(
                        tls.role = role,
                        tls.reason = why,
                        "new certificates cannot be used; those before stay in use"
                    );
                }
            }
            let is_refused = matches!(seen, Looking::Refused(_) | Looking::StillRefused);
            metrics.tls_reload_refused.with_label_values(&[role]).set(i64::from(is_refused));
            end.measure(&metrics);
        }
    }
}

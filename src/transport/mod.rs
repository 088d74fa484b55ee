//! TLS of every listener and every client: TLS 1.3 alone, certificates of the bank's own authority, rotation without a restart.
//!
//! An [`Endpoint`] is one end of one kind of link: which files hold its authority, certificate and key, and what was read from them last. Servers and
//! clients are configured here and nowhere else (`tests/it/tidy/calls.rs` keeps it so), so whoever adds a link finds no other way: not
//! an older protocol, not an unverified peer. There is no option that weakens any of it.
//!
//! Always holds: what cannot be used never replaces what is in use; a certificate is presented only with the key that belongs to it.
//! Owns no table and knows no route. Decision: `docs/adr/0025-transport-security.md`.

mod client;
mod development;
mod endpoint;
mod material;
mod server;

pub use client::{is_loopback, probe, refusal};
pub use development::DevelopmentCa;
pub use endpoint::{Endpoint, Files, Looking, Role, watch};
pub use server::server_config;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// The one set of algorithms. SM suites (RFC 8998) would be another.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The one version of the protocol.
static VERSIONS: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

//! `guitai check`: the configuration, the cryptographic self-test, the machine, the database. Binds and changes nothing.

use clap::Args;
use serde::Serialize;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json};
use crate::app::Opened;
use crate::config::{self, Config, CryptoProvider};
use crate::crypto::provider::NOT_CERTIFIED;
use crate::crypto::{kat, process};
use crate::db::{self, Clock};
use crate::error::{ErrorCode, Result};
use crate::hardware::Hardware;
use crate::http;
use crate::transport::{self, Endpoint};

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    installation: Installation,
    /// Print a sample configuration with every key, and nothing else.
    #[arg(long)]
    sample: bool,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Finding {
    name: String,
    ok: bool,
    detail: String,
}

pub async fn run(args: CheckArgs) -> Outcome {
    if args.sample {
        print(&config::sample());
        return Ok(Answer::Yes);
    }
    let open = configuration(&args.installation)?;
    let checks = kat::run();
    let failed: Vec<&str> = checks.iter().filter(|c| !c.ok).map(|c| c.name.as_ref()).collect();
    let dumps =
        if process::dumps_are_forbidden() { Ok(String::new()) } else { Err("keys in memory may be dumped".to_owned()) };
    let mut findings = vec![
        finding("configuration", Ok("no faults".to_owned())),
        finding("crypto_self_test", if failed.is_empty() { Ok(String::new()) } else { Err(failed.join(" ")) }),
        finding("core_dumps", dumps),
        finding("crypto_provider", Ok(provider(&open.config))),
        finding("hardware", Ok(Hardware::detect().to_string())),
    ];
    findings.extend(certificates(&open));
    findings.push(finding("database", database(&open).await));
    if let Some(found) = brokers(&open.config).await {
        findings.push(finding("eventlog", found));
    }
    if args.json {
        print_json(&findings)?;
    } else {
        for f in &findings {
            print(&format!("{} {:18} {}", if f.ok { "ok  " } else { "FAIL" }, f.name, f.detail));
        }
    }
    Ok(if findings.iter().all(|f| f.ok) { Answer::Yes } else { Answer::No })
}

fn finding(name: &str, found: std::result::Result<String, String>) -> Finding {
    Finding { name: name.to_owned(), ok: found.is_ok(), detail: found.unwrap_or_else(|wrong| wrong) }
}

/// Who holds the root key, and whether that counts in an assessment.
fn provider(config: &Config) -> String {
    match config.crypto.provider {
        CryptoProvider::Sdf if config.crypto.sdf.certified => "sdf".to_owned(),
        CryptoProvider::Sdf => format!("sdf，{NOT_CERTIFIED}"),
        CryptoProvider::Soft => format!("soft，{NOT_CERTIFIED}"),
    }
}

/// The certificates of every listener and client that has some: whether they can be used, and until when.
fn certificates(open: &Opened) -> Vec<Finding> {
    let listeners = http::zones(&open.config.listeners);
    let ends = listeners.into_iter().map(|(zone, l)| (zone.as_str(), http::endpoint(zone, l)));
    let clients: [(&str, Result<Option<Endpoint>>); 2] = [
        ("database", open.database().map(|address| address.tls().cloned())),
        ("eventlog", Opened::kafka_tls(&open.config)),
    ];
    let now = Clock::system().now();
    let mut findings = Vec::new();
    for (name, end) in ends.chain(clients) {
        let found = match end {
            Ok(None) => continue,
            Ok(Some(end)) => {
                let (own, ca) = end.not_after();
                let until =
                    [("certificate", own), ("CA", ca)].map(|(what, at)| at.map(|at| format!("{what} until {at}")));
                match end.findings(now) {
                    none if none.is_empty() => Ok(until.into_iter().flatten().collect::<Vec<_>>().join(", ")),
                    wrong => Err(wrong.join("; ")),
                }
            }
            Err(e) => Err(e.to_string()),
        };
        findings.push(finding(&format!("tls.{name}"), found));
    }
    findings
}

async fn database(open: &Opened) -> std::result::Result<String, String> {
    let address = open.database().map_err(|e| e.to_string())?;
    match db::pending_migrations(address).await {
        Ok(names) if names.is_empty() => Ok("0 pending migrations".to_owned()),
        Ok(names) => Err(format!("{} pending migrations", names.len())),
        Err(e) => Err(e.to_string()),
    }
}

/// Whether the brokers pass verification; nothing when they are not reached through TLS.
async fn brokers(config: &Config) -> Option<std::result::Result<String, String>> {
    let end = Opened::kafka_tls(config).ok()??;
    for server in config.eventlog.bootstrap_servers.split(',') {
        let Some((host, port)) = server.trim().rsplit_once(':') else {
            return Some(Err(format!("{server}: a port is missing")));
        };
        let Ok(port) = port.parse() else { return Some(Err(format!("{server}: not a port"))) };
        if let Err(e) = transport::probe(&end, host, port, ErrorCode::EventLogUnavailable).await {
            return Some(Err(e.to_string()));
        }
    }
    Some(Ok("TLS 1.3".to_owned()))
}

//! Reading, overriding and checking. A fault does not stop the search for the next one.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use toml::{Table, Value};

use super::sections::{Config, CryptoProvider, EventLogBackend, Listener};

/// Everything that is wrong with a configuration, in the order found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "config.invalid: 配置有 {0} 处错误 / {0} faults in the configuration", self.0.len())?;
        for (i, fault) in self.0.iter().enumerate() {
            writeln!(f, "  {}. {fault}", i + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The prefix of overriding variables.
const PREFIX: &str = "GUITAI__";

/// Loads the file at `path` (defaults alone when `None`), applies `GUITAI__SECTION__KEY` from `environment`, checks everything.
pub fn load(path: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Config, Faults> {
    let mut table = match path {
        None => Table::new(),
        Some(p) => {
            let text = std::fs::read_to_string(p).map_err(|e| Faults(vec![format!("{}: {e}", p.display())]))?;
            text.parse::<Table>().map_err(|e| Faults(vec![format!("{}: {}", p.display(), e.message())]))?
        }
    };
    let mut faults = Vec::new();
    override_from(&mut table, environment, &mut faults);
    keep_default_addresses(&mut table);
    let config = read(table, &mut faults);
    check(&config, &mut faults);
    if faults.is_empty() { Ok(config) } else { Err(Faults(faults)) }
}

/// A zone's section that does not name its address keeps the zone's own default, not the nameless one of any listener.
fn keep_default_addresses(table: &mut Table) {
    let defaults = Config::default().listeners;
    let Some(Value::Table(listeners)) = table.get_mut("listeners") else { return };
    for (zone, default) in [
        ("staff", defaults.staff),
        ("customers", defaults.customers),
        ("admin", defaults.admin),
        ("metrics", defaults.metrics),
    ] {
        if let Some(Value::Table(listener)) = listeners.get_mut(zone) {
            listener.entry("address").or_insert_with(|| Value::String(default.address.to_string()));
        }
    }
}

fn override_from(table: &mut Table, environment: impl Iterator<Item = (String, String)>, faults: &mut Vec<String>) {
    let mut overrides: Vec<_> = environment.filter(|(k, _)| k.starts_with(PREFIX)).collect();
    overrides.sort();
    for (name, text) in overrides {
        let path: Vec<String> = name.trim_start_matches(PREFIX).split("__").map(str::to_lowercase).collect();
        // What reads as a TOML value is one; anything else is a string, so that paths need no quotes.
        let value =
            format!("v = {text}").parse::<Table>().ok().and_then(|mut t| t.remove("v")).unwrap_or(Value::String(text));
        if !put(table, &path, value) {
            faults.push(format!("{name}: is not a key of the configuration"));
        }
    }
}

fn put(table: &mut Table, path: &[String], value: Value) -> bool {
    match path {
        [] => false,
        [last] => {
            table.insert(last.clone(), value);
            true
        }
        [first, rest @ ..] => match table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(inner) => put(inner, rest, value),
            _ => false,
        },
    }
}

/// Reads the table; on a fault notes it, takes the faulty key out and reads again, so that all faults come to light. Every key has a
/// default, so each round removes one key and the loop ends.
fn read(mut table: Table, faults: &mut Vec<String>) -> Config {
    loop {
        let mut unknown = Vec::new();
        let mut note = |path: serde_ignored::Path<'_>| unknown.push(path.to_string());
        let mut track = serde_path_to_error::Track::new();
        let de = serde_path_to_error::Deserializer::new(Value::Table(table.clone()), &mut track);
        match serde_ignored::deserialize::<_, _, Config>(de, &mut note) {
            Ok(config) => {
                faults.extend(unknown.into_iter().map(|key| format!("{key}: 未知的配置项 / unknown key")));
                return config;
            }
            Err(e) => {
                let path = track.path().to_string();
                faults.push(format!("{path}: {}", e.to_string().trim().replace('\n', " ")));
                let keys: Vec<&str> = path.split('.').collect();
                if !remove(&mut table, &keys) {
                    return Config::default();
                }
            }
        }
    }
}

fn remove(table: &mut Table, path: &[&str]) -> bool {
    match path {
        [] => false,
        [last] => table.remove(*last).is_some(),
        [first, rest @ ..] => match table.get_mut(*first) {
            Some(Value::Table(inner)) => remove(inner, rest) || table.remove(*first).is_some(),
            Some(_) => table.remove(*first).is_some(),
            None => false,
        },
    }
}

fn check(c: &Config, faults: &mut Vec<String>) {
    let mut must = |ok: bool, text: &str| {
        if !ok {
            faults.push(text.to_owned());
        }
    };
    let code_ok =
        |s: &str| !s.is_empty() && s.chars().all(|ch| ch.is_ascii_lowercase() || ch.is_ascii_digit() || ch == '-');
    must(code_ok(&c.organisation.code), "organisation.code: lower case letters, digits and dashes");
    must(!c.organisation.name.trim().is_empty(), "organisation.name: must not be empty");
    let zones: [(&str, &Listener); 4] = [
        ("staff", &c.listeners.staff),
        ("customers", &c.listeners.customers),
        ("admin", &c.listeners.admin),
        ("metrics", &c.listeners.metrics),
    ];
    for (i, (name, l)) in zones.iter().enumerate() {
        let tls = (&l.certificate_file, &l.private_key_file);
        must(
            !matches!(tls, (Some(_), None) | (None, Some(_))),
            &format!("listeners.{name}: certificate_file and private_key_file go together"),
        );
        must(
            l.is_loopback() || matches!(tls, (Some(_), Some(_))),
            &format!(
                "listeners.{name}: 非环回地址必须配置证书 / an address off loopback needs a certificate (TLS 1.3 only)"
            ),
        );
        must(
            l.client_ca_file.is_none() || l.certificate_file.is_some(),
            &format!("listeners.{name}: client_ca_file needs a certificate of its own"),
        );
        must(l.max_connections > 0, &format!("listeners.{name}.max_connections: at least 1"));
        for (other, m) in zones.iter().skip(i + 1) {
            must(
                l.address != m.address || l.address.port() == 0,
                &format!("listeners.{name} and listeners.{other}: the same address {}", l.address),
            );
        }
    }
    if c.crypto.provider == CryptoProvider::Sdf {
        c.crypto.sdf.faults().iter().for_each(|fault| must(false, fault));
    }
    let (d, e) = (&c.database, &c.eventlog);
    for (name, ca, certificate, key) in [
        ("database", &d.ca_file, &d.certificate_file, &d.private_key_file),
        ("eventlog", &e.ca_file, &e.certificate_file, &e.private_key_file),
    ] {
        must(
            certificate.is_some() == key.is_some(),
            &format!("{name}: certificate_file and private_key_file go together"),
        );
        must(certificate.is_none() || ca.is_some(), &format!("{name}: certificate_file needs ca_file"));
    }
    let listeners = zones
        .iter()
        .map(|(zone, l)| (format!("listeners.{zone}"), [&l.certificate_file, &l.private_key_file, &l.client_ca_file]));
    let clients = [
        ("database".to_owned(), [&d.certificate_file, &d.private_key_file, &d.ca_file]),
        ("eventlog".to_owned(), [&e.certificate_file, &e.private_key_file, &e.ca_file]),
    ];
    for (name, files) in listeners.chain(clients) {
        for file in files.into_iter().flatten() {
            must(file.is_file(), &format!("{name}: {} is not a file", file.display()));
        }
    }
    must((2..=500).contains(&c.database.max_connections), "database.max_connections: 2 to 500");
    must(
        is_local(&d.url) || d.ca_file.is_some(),
        "database.url: 数据库不在本机，必须配置 ca_file（只用 TLS 1.3） / it leads off this machine: ca_file is needed (TLS 1.3 only)",
    );
    must(
        !d.url.contains("sslmode"),
        "database.url: sslmode 不能配置 / sslmode is not to be chosen: off this machine it is TLS 1.3 with verification",
    );
    must(!has_password(&c.database.url), "database.url: a password belongs into database.password_file");
    if let Some(f) = &c.database.password_file {
        must(f.is_file(), &format!("database.password_file: {} is not a file", f.display()));
    }
    if c.eventlog.backend == EventLogBackend::Kafka {
        must(!c.eventlog.bootstrap_servers.is_empty(), "eventlog.bootstrap_servers: needed with backend = \"kafka\"");
        let is_local = e.bootstrap_servers.split(',').all(|s| is_loopback(without_port(s.trim())));
        must(
            is_local || e.ca_file.is_some(),
            "eventlog.bootstrap_servers: Kafka 不在本机，必须配置 ca_file（只用 TLS 1.3） / off this machine: ca_file is needed (TLS 1.3 only)",
        );
    }
    must((1..=1000).contains(&c.eventlog.topic_partitions), "eventlog.topic_partitions: 1 to 1000");
    must((1..=9).contains(&c.eventlog.topic_replication), "eventlog.topic_replication: 1 to 9");
    must((1..=3600).contains(&c.eventlog.delivery_timeout_s), "eventlog.delivery_timeout_s: 1 to 3600");
    must(c.storage.data_dir.is_absolute(), "storage.data_dir: an absolute path");
    must((1..=4096).contains(&c.storage.max_recording_mib), "storage.max_recording_mib: 1 to 4096");
    if let Some(f) = &c.crypto.root_key_file {
        must(f.is_absolute(), "crypto.root_key_file: an absolute path");
    }
    if let Some(f) = &c.crypto.root_passphrase_file {
        must(f.is_absolute(), "crypto.root_passphrase_file: an absolute path");
    }
    for origin in &c.chat.page_origins {
        must(
            is_origin(origin),
            &format!("chat.page_origins: {origin:?} is not an origin like https://www.bank.example"),
        );
    }
    if let Some(d) = &c.recordings.inbox_dir {
        must(d.is_absolute(), "recordings.inbox_dir: an absolute path");
    }
    must(c.identity.pbkdf2_iterations >= 10_000, "identity.pbkdf2_iterations: at least 10000");
    must((1..=1440).contains(&c.identity.idle_timeout_min), "identity.idle_timeout_min: 1 to 1440");
    must(
        c.identity.absolute_timeout_min >= c.identity.idle_timeout_min,
        "identity.absolute_timeout_min: not shorter than idle_timeout_min",
    );
    must((3..=10).contains(&c.identity.lock_after_failures), "identity.lock_after_failures: 3 to 10");
    must((10..=60).contains(&c.identity.lock_for_min), "identity.lock_for_min: 10 to 60");
    if let Some(d) = &c.inference.asr_model_dir {
        must(d.is_dir(), &format!("inference.asr_model_dir: {} is not a folder", d.display()));
    }
}

/// Whether a connection string leads to this very machine: a Unix socket, loopback, or no host at all.
fn is_local(url: &str) -> bool {
    let is_here = |host: &str| {
        let host = host.trim_matches('\'');
        let is_socket = host.is_empty() || host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f");
        is_socket || is_loopback(host)
    };
    match url.split_once("://") {
        Some((_, rest)) => {
            let authority = rest.split(['/', '?']).next().unwrap_or_default();
            let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
            let named = rest.split(['?', '&']).filter_map(|p| p.strip_prefix("host=").or(p.strip_prefix("hostaddr=")));
            hosts.split(',').map(without_port).chain(named).all(is_here)
        }
        None => url
            .split_whitespace()
            .filter_map(|p| p.strip_prefix("host=").or(p.strip_prefix("hostaddr=")))
            .all(|hosts| hosts.split(',').all(is_here)),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A password in either form of a connection string.
fn has_password(url: &str) -> bool {
    let user = url.split_once("://").and_then(|(_, rest)| rest.split_once('@')).map(|(user, _)| user);
    url.contains("password") || user.is_some_and(|user| user.contains(':'))
}

/// A web origin (RFC 6454): scheme, host, optional port, nothing after it.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    host.is_some_and(|h| !h.is_empty() && h.chars().all(is_allowed))
}

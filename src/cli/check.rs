//! `guitai check`: the configuration, the cryptographic self-test, the machine, the database. Binds and changes nothing.

use clap::Args;
use serde::Serialize;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json};
use crate::config;
use crate::crypto::{kat, process};
use crate::db;
use crate::hardware::Hardware;

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
    name: &'static str,
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
    let pending = db::pending_migrations(&open.database_url).await;
    let findings = [
        Finding { name: "configuration", ok: true, detail: "no faults".to_owned() },
        Finding { name: "crypto_self_test", ok: failed.is_empty(), detail: failed.join(" ") },
        Finding {
            name: "core_dumps",
            ok: process::dumps_are_forbidden(),
            detail: "keys in memory are not dumped".to_owned(),
        },
        Finding { name: "hardware", ok: true, detail: Hardware::detect().to_string() },
        match pending {
            Ok(names) => Finding {
                name: "database",
                ok: names.is_empty(),
                detail: format!("{} pending migrations", names.len()),
            },
            Err(e) => Finding { name: "database", ok: false, detail: e.to_string() },
        },
    ];
    if args.json {
        print_json(&findings)?;
    } else {
        for f in &findings {
            print(&format!("{} {:18} {}", if f.ok { "ok  " } else { "FAIL" }, f.name, f.detail));
        }
    }
    Ok(if findings.iter().all(|f| f.ok) { Answer::Yes } else { Answer::No })
}

//! `guitai crypto`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Answer, Installation, Outcome, inventory, print, print_json, prove};
use crate::crypto::{kat, kat_file};

#[derive(Debug, Args)]
pub struct CryptoArgs {
    #[command(subcommand)]
    command: CryptoCommand,
}

#[derive(Debug, Subcommand)]
enum CryptoCommand {
    /// Run known answers: those built in, or a vector file.  例: guitai crypto kat vectors.jsonl --json
    Kat {
        /// A file in the format of tests/data/gm_crypto_vectors; the built-in self-test when absent.
        file: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// What is encrypted, hashed and signed, with which algorithm, mode and key, for the assessor.  例: guitai crypto inventory --json
    Inventory {
        #[command(flatten)]
        installation: Installation,
        #[arg(long)]
        json: bool,
    },
    /// Plant values of every class and read tables, log, files and index as bytes: sealed or not.  例: guitai crypto prove --data-dir /var/lib/guitai-demo
    Prove(prove::ProveArgs),
}

pub async fn run(args: CryptoArgs) -> Outcome {
    match args.command {
        CryptoCommand::Kat { file, json } => known_answers(file, json),
        CryptoCommand::Inventory { installation, json } => inventory::run(&installation, json).await,
        CryptoCommand::Prove(args) => prove::run(args).await,
    }
}

fn known_answers(file: Option<PathBuf>, json: bool) -> Outcome {
    let good = match file {
        Some(file) => {
            let report = kat_file::run(&file)?;
            if json {
                print_json(&report)?;
            } else {
                print(&format!("{} / {} 通过 / passed", report.passed, report.total));
                for f in &report.failed {
                    print(&format!("{}: {}", f.id, f.why));
                }
            }
            report.failed.is_empty() && report.total > 0
        }
        None => {
            let checks = kat::run();
            if json {
                print_json(&checks)?;
            } else {
                for c in &checks {
                    print(&format!("{} {}", if c.ok { "ok  " } else { "FAIL" }, c.name));
                }
            }
            checks.iter().all(|c| c.ok)
        }
    };
    Ok(if good { Answer::Yes } else { Answer::No })
}

//! `guitai crypto prove`: what is stored is sealed, shown on the installation itself (controls D1 and D4).
//!
//! A customer's conversation is planted through the very services that customers reach ([`plant`]); everything in it is random and nobody's. When
//! the running service has carried it to the event log and the index, every place where data rests is read as bytes ([`places`]). A place counts
//! as sealed when nothing planted is readable in it **and** it can be seen that the planted rows were there to be read.
//!
//! The conversation stays, closed, under the audit action `crypto.prove`.

mod places;
mod plant;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::Args;
use serde::Serialize;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json, tell};
use crate::app::{self, Base};
use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::db::catalogue;
use crate::error::{ErrorCode, Result};
use places::{Looked, Place, Verdict};
use plant::Planted;

/// File systems note times as coarsely as this.
const CLOCK_GRAIN: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
pub struct ProveArgs {
    #[command(flatten)]
    installation: Installation,
    /// The data folder of PostgreSQL on this machine, where the database does not say it.
    #[arg(long, value_name = "DIR")]
    postgresql_dir: Option<PathBuf>,
    /// The log folder of a Kafka broker on this machine.
    #[arg(long, value_name = "DIR")]
    kafka_dir: Option<PathBuf>,
    /// Another folder to look into, for example that of logs or of backups; may be repeated.
    #[arg(long = "folder", value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Seconds for everything together.
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u64).range(10..=86_400))]
    within: u64,
    #[arg(long)]
    json: bool,
}

/// What was shown.
#[derive(Debug, Serialize)]
struct Proof {
    /// Every place was looked into and holds ciphertext alone.
    ok: bool,
    conversation_id: uuid::Uuid,
    planted: Vec<plant::Planting>,
    places: Vec<Looked>,
    /// Sealed columns of the catalogue that this conversation does not reach; `guitai demo --once` plants in those.
    columns_not_planted: Vec<String>,
}

pub async fn run(args: ProveArgs) -> Outcome {
    let base = app::base(configuration(&args.installation)?).await?;
    let limit = Duration::from_secs(args.within);
    let Ok(done) = tokio::time::timeout(limit, prove(&base, &args)).await else {
        return Err(ErrorCode::Overloaded
            .because(format!("not finished within {} s: see --within", args.within))
            .into());
    };
    let proof = done?;
    if args.json {
        print_json(&proof)?;
    } else {
        show(&proof);
    }
    Ok(if proof.ok { Answer::Yes } else { Answer::No })
}

async fn prove(base: &Base, args: &ProveArgs) -> Result<Proof> {
    tell("植入随机内容…… / planting");
    let since = SystemTime::from(base.transactions.now()) - CLOCK_GRAIN;
    let planted = Planted::in_installation(base).await?;
    tell("等待事件日志和索引…… / waiting for the event log and the index");
    let mut looked = Vec::new();
    for place in Place::all(base, args, since).await? {
        tell(&format!("读取 {} …… / reading", place.name));
        looked.push(place.look(&planted, since, Duration::from_secs(args.within)).await?);
    }
    let proof = Proof {
        ok: looked.iter().all(|place| place.verdict == Verdict::Ciphertext),
        conversation_id: planted.conversation_id.0,
        columns_not_planted: not_planted(&planted),
        planted: planted.plantings,
        places: looked,
    };
    record(base, &proof).await?;
    Ok(proof)
}

fn not_planted(planted: &Planted) -> Vec<String> {
    let sealed = catalogue::columns().iter().filter(|c| matches!(c.protection, "sm4" | "blind"));
    let names = sealed.map(|c| format!("{}.{}", c.table, c.name));
    names.filter(|name| !planted.plantings.iter().any(|p| p.columns.contains(&name.as_str()))).collect()
}

async fn record(base: &Base, proof: &Proof) -> Result<()> {
    let draft = AuditDraft::new(Action::CryptoProve)
        .on(Object::new("conversation", proof.conversation_id))
        .detail("ok", proof.ok)
        .detail("places", proof.places.iter().map(|p| format!("{}={}", p.place, p.verdict.name())).collect::<Vec<_>>());
    base.transactions.perform(&Caller::system(base.org_id, "crypto prove"), draft, async |_| Ok(())).await
}

fn show(proof: &Proof) {
    for planting in &proof.planted {
        print(&format!("植入 / planted  {}  {}  {}", planting.class, planting.name, planting.columns.join(", ")));
    }
    for place in &proof.places {
        let (zh, en) = place.verdict.words();
        print(&format!(
            "{zh} / {en}  {}  文件 / files {}, {} KB",
            place.place,
            place.files,
            place.bytes.div_ceil(1_000)
        ));
        for line in place.why.iter().cloned().chain(
            place
                .hits
                .iter()
                .map(|hit| format!("{} at {} of {} as {}", hit.needle, hit.offset, hit.file.display(), hit.form)),
        ) {
            print(&format!("    {line}"));
        }
    }
    print(match proof.ok {
        true => "各处均为密文 / ciphertext everywhere",
        false => "未能证明各处均为密文 / not shown that it is ciphertext everywhere",
    });
}

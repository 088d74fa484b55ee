//! What is done to the keys that are stored in the database: rotation, and where it stands.

use super::{RecordArgs, RotateDataArgs, StillInUse, StoredArgs, look};
use crate::app;
use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::cli::open::configuration;
use crate::cli::{Answer, Failure, Installation, Outcome, print, print_json, tell};
use crate::db::{Db, Scope, keys};
use crate::error::{Error, ErrorCode};
use crate::key_management::{KeyManagement, KeyManagementSettings, sealed_columns};
use uuid::Uuid;

/// Whether class keys hang on a root key, by the database.
pub struct Database;

impl StillInUse for Database {
    fn stored_keys(&self, installation: &Installation, id: Uuid, version: u32) -> Result<u64, Failure> {
        tokio::runtime::Handle::current().block_on(async {
            // Kept alive: it may own the demo's PostgreSQL.
            let opened = configuration(installation)?;
            let db = Db::new(opened.database()?, 1)?;
            Ok(keys::class_keys_under(&mut *db.connection().await?, id, version).await?)
        })
    }
}

/// The running program carries out what is begun here; without one it waits for the next start.
pub async fn rotate_data(args: &RotateDataArgs) -> Outcome {
    let scope = args.scope.as_deref().map(scope_named).transpose()?;
    let (management, caller, _base) = management(&args.installation).await?;
    let id = management.rotate(&caller, scope).await?;
    if args.json {
        print_json(&serde_json::json!({"rotation_id": id}))?;
    } else {
        print(&id.to_string());
        tell(
            "轮换已开始，由服务在后台完成；用 guitai keys rotations 查看进度。 / begun; the service carries it out, guitai keys rotations shows how far",
        );
    }
    Ok(Answer::Yes)
}

/// Gives a scope's class key of a month a new version.
pub async fn rotate_class(scope: &str, month: Option<String>, at: &StoredArgs) -> Outcome {
    let scope = scope_named(scope)?;
    let (management, caller, base) = management(&at.installation).await?;
    let month = month.unwrap_or_else(|| base.transactions.now().format("%Y-%m").to_string());
    let id = management.rotate_class_key(&caller, scope, month).await?;
    if at.json {
        print_json(&serde_json::json!({"class_key_id": id}))?;
    } else {
        print(&id.to_string());
    }
    Ok(Answer::Yes)
}

/// Wraps every class key under the active root key.
pub async fn rewrap(at: &StoredArgs) -> Outcome {
    let (management, caller, _base) = management(&at.installation).await?;
    let keys = management.rewrap_class_keys(&caller).await?;
    if at.json {
        print_json(&serde_json::json!({"class_keys": keys}))?;
    } else {
        print(&format!("{keys} 个类密钥已改由当前根密钥封装 / class keys wrapped under the active root key"));
    }
    Ok(Answer::Yes)
}

/// The latest rotations of data keys.
pub async fn rotations(at: &StoredArgs) -> Outcome {
    let (management, _, _base) = management(&at.installation).await?;
    let rotations = management.rotations().await?;
    if at.json {
        print_json(&rotations)?;
        return Ok(Answer::Yes);
    }
    if rotations.is_empty() {
        print("还没有轮换过数据密钥 / no rotation of data keys yet");
    }
    for r in rotations {
        let end = r.finished_at.map(|at| at.to_rfc3339()).unwrap_or_default();
        print(&format!(
            "{}\t{}\t{}\t密钥 / keys {}\t重新加密 / sealed anew {}\t{end}",
            r.started_at.to_rfc3339(),
            r.scope.as_deref().unwrap_or("全部 / all"),
            r.phase.as_str(),
            r.keys,
            r.rewritten
        ));
    }
    Ok(Answer::Yes)
}

/// Puts a ceremony whose record stands into the ledger: from then on it is vouched for by more than the share files.
pub async fn record_ceremony(args: &RecordArgs) -> Outcome {
    let verified = look::verified(&args.verify)?;
    if verified.ok {
        let base = app::base(configuration(&args.installation)?).await?;
        let ceremony = &verified.ceremony;
        let signed_by: Vec<String> =
            verified.signatures.iter().map(|s| format!("{} {}", s.name, s.fingerprint)).collect();
        let draft = AuditDraft::new(Action::KeyCeremony)
            .on(Object::new("root_key", ceremony.key.id).labelled(ceremony.key.to_string()))
            .detail("act", ceremony.act.name())
            .detail("at", ceremony.at.as_str())
            .detail("host", ceremony.host.as_str())
            .detail("record_sm3", hex::encode(ceremony.digest()?))
            .detail("signed_by", signed_by);
        let caller = Caller::operator(base.org_id, "guitai keys");
        base.transactions.perform(&caller, draft, async |_| Ok(())).await?;
    }
    verified.tell(args.verify.json)?;
    Ok(if verified.ok { Answer::Yes } else { Answer::No })
}

async fn management(installation: &Installation) -> Result<(KeyManagement, Caller, app::Base), Failure> {
    let base = app::base(configuration(installation)?).await?;
    let caller = Caller::operator(base.org_id, "guitai keys");
    let settings = KeyManagementSettings::default();
    let management = KeyManagement::new(base.transactions.clone(), caller.clone(), sealed_columns(), settings);
    Ok((management, caller, base))
}

fn scope_named(name: &str) -> Result<Scope, Error> {
    Scope::named(name).ok_or_else(|| {
        let known = Scope::ALL.map(Scope::as_str).join(", ");
        ErrorCode::InvalidParameter.because(format!("{name}: one of {known}"))
    })
}

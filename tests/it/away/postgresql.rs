//! PostgreSQL goes and comes back, as at a fail-over.

use std::path::Path;

use guitai::db::cluster::{Cluster, ClusterConfig};
use serde_json::json;

use super::{conversation, inbox_is_empty, leave_call, messages_with, recordings, refused_message, resend};
use crate::support::app::{TestApp, refusal};
use crate::support::db::TestDb;
use crate::support::wait::until;

/// A server of this test's own, which keeps what it has committed.
async fn start(folder: &Path) -> Cluster {
    let config = ClusterConfig { data_dir: folder.join("pg"), durable: true };
    tokio::task::spawn_blocking(move || Cluster::start(config)).await.expect("a thread").expect("PostgreSQL starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_read_or_lost() {
    let folder = tempfile::Builder::new().prefix("guitai-away-").tempdir_in("/var/tmp").expect("a folder");
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("reachable");
    let server = start(folder.path()).await;
    let app = TestApp::start_on(TestDb::on(server.url()).await, |_| {}).await;
    let (agent, auditor) = (app.agent().await, app.staff(&[guitai::identity::Role::Auditor]).await);
    let (id, mut chat) = conversation(&app, &agent).await;

    // It dies with everything in flight, and recovers from its log when it comes back.
    let pid = nix::unistd::Pid::from_raw(server.pid().expect("a running server"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGQUIT).expect("the server is there");
    tokio::task::spawn_blocking(move || drop(server)).await.expect("the server is gone");

    // Customer and agent: not acknowledged. Reading, exporting, granting: refused.
    refused_message(&mut chat, "while-away-1", "dependency.database").await;
    let path = format!("/api/v1/conversations/{id}");
    let reply = json!({"client_id": "reply-away-1", "body": "请稍候"});
    for answer in [
        agent.post(&format!("{path}/messages"), reply.clone()).await,
        agent.get(&format!("{path}/messages")).await,
        auditor.get("/api/v1/audit-records.csv").await,
        agent.post("/api/v1/approvals", json!({"kind": "recording.playback", "object_id": id, "reason": "复核"})).await,
    ] {
        assert_eq!(refusal(answer).await, (503, "dependency.database".into()));
    }
    let operations = crate::support::app::Actor::at(&app.running().zones.metrics);
    assert_eq!(operations.get("/healthz").await.status(), 200, "alive");
    let ready = operations.get("/readyz").await;
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.expect("text").contains("database"));
    // Recording: into the sealed spool, and nothing of it lies in clear.
    leave_call(&app, "away-pg", &agent);
    until("the call lies in the spool", async || inbox_is_empty(&app) && app.files_in("spool") == 1).await;

    let server = start(folder.path()).await;
    until("the pool has recovered", async || agent.get(&path).await.status() == 200).await;
    resend(&app, &mut chat, "while-away-1").await;
    agent.post_ok(&format!("{path}/messages"), reply.clone()).await;
    agent.post_ok(&format!("{path}/messages"), reply).await;
    chat.until_shown("the reply", |m| m["body"] == "请稍候").await;
    assert_eq!((messages_with(&app, "while-away-1").await, messages_with(&app, "reply-away-1").await), (1, 1));
    until("the call is imported", async || recordings(&app, "away-pg").await == 1 && app.files_in("spool") == 0).await;
    // Background: what waited is done.
    agent.post_ok(&format!("{path}/close"), json!({"summary": "已挂失"})).await;
    until("the conversation is inspected", async || {
        app.db.number("SELECT count(*) FROM inspections WHERE subject_kind = 'conversation'").await == 1
    })
    .await;
    app.stop().await;
    drop(server);
}

//! The audit record cannot be written: what cannot be recorded is not done and not shown.

use serde_json::json;

use super::{conversation, inbox_is_empty, leave_call, messages_with, recordings, refused_message, resend};
use crate::support::app::{TestApp, refusal};
use crate::support::wait::until;

const REFUSE: &str = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN RAISE EXCEPTION 'no space left for audit records'; END $$; \
    CREATE TRIGGER refuse BEFORE INSERT ON audit_records FOR EACH ROW EXECUTE FUNCTION refuse()";
const ALLOW: &str = "DROP TRIGGER refuse ON audit_records";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_or_shown_that_cannot_be_recorded() {
    let app = TestApp::start().await;
    let (agent, auditor) = (app.agent().await, app.staff(&[guitai::identity::Role::Auditor]).await);
    let (id, mut chat) = conversation(&app, &agent).await;
    let (_, mut with_bot) = app.customer().chat().await;
    with_bot.until("the welcome", |f| f["type"] == "welcome").await;
    until("everything before is done", async || {
        app.db.number("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')").await == 0
    })
    .await;
    let counted = "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM tickets) \
        + (SELECT count(*) FROM event_outbox) + (SELECT count(*) FROM approvals) + (SELECT count(*) FROM audit_records)";
    let before = app.db.number(counted).await;
    app.db.run_sql(REFUSE).await;

    refused_message(&mut chat, "unrecorded-1", "dependency.audit").await;
    let path = format!("/api/v1/conversations/{id}");
    let ticket = json!({"kind": "inquiry", "priority": "normal", "subject": "挂失", "description": "客户丢卡"});
    for answer in [
        agent.post(&format!("{path}/messages"), json!({"client_id": "unrecorded-2", "body": "请稍候"})).await,
        agent.post(&format!("{path}/tickets"), ticket).await,
        agent.get(&format!("{path}/messages")).await,
        agent.get("/api/v1/conversations").await,
        auditor.get("/api/v1/audit-records.csv").await,
        auditor.get("/api/v1/audit-records").await,
    ] {
        assert_eq!(refusal(answer).await, (503, "dependency.audit".into()));
    }
    leave_call(&app, "unrecorded", &agent);
    until("the call lies in the spool", async || inbox_is_empty(&app) && app.files_in("spool") == 1).await;
    assert_eq!(app.db.number(counted).await, before, "nothing was written");
    assert_eq!(recordings(&app, "unrecorded").await, 0);

    app.db.run_sql(ALLOW).await;
    resend(&app, &mut chat, "unrecorded-1").await;
    assert_eq!(messages_with(&app, "unrecorded-1").await, 1);
    until("the call is imported", async || recordings(&app, "unrecorded").await == 1).await;
    agent.get_ok(&format!("{path}/messages")).await;
    with_bot.say("信用卡丢了怎么挂失？").await;
    with_bot.until("the bot goes on", |f| f["message"]["kind"] == "answer").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn background_work_waits_for_its_record() {
    let app = TestApp::start().await;
    let (_, mut chat) = app.customer().chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;
    // The customer's words are recorded, what the bot does with them is not.
    let only_customers =
        REFUSE.replace("BEGIN RAISE", "BEGIN IF NEW.actor_kind = 'customer' THEN RETURN NEW; END IF; RAISE");
    app.db.run_sql(&only_customers).await;
    chat.say("信用卡丢了怎么挂失？").await;
    until("the bot's turn waits", async || {
        app.db
            .number(
                "SELECT count(*) FROM jobs WHERE kind = 'conversations.bot_turn' AND error_code IS NOT NULL AND state = 'queued'",
            )
            .await
            == 1
    })
    .await;
    assert_eq!(app.db.number("SELECT count(*) FROM messages WHERE author_kind = 'bot'").await, 0);
    app.db.run_sql(ALLOW).await;
    chat.until("the answer", |f| f["message"]["kind"] == "answer").await;
    assert_eq!(app.db.number("SELECT count(*) FROM messages WHERE author_kind = 'bot'").await, 1);
    app.finish().await;
}

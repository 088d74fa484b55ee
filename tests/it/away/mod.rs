//! The table "When something is away" of docs/architecture.md, row by row: each cell is asserted here.

mod audit;
mod kafka;
mod keys;
mod model;
mod postgresql;
mod search;

use std::path::Path;

use serde_json::{Value, json};

use crate::support::app::{Actor, Socket, TestApp};
use crate::support::wait::until;

/// A demonstration call, as the recorder leaves it: the audio first, then its record, each under its name at once.
fn leave_call(app: &TestApp, call_id: &str, agent: &Actor) {
    let folder = Path::new("appliance/demo/calls");
    let mut record: Value =
        serde_json::from_slice(&std::fs::read(folder.join("wealth.cdr.json")).expect("a record")).expect("JSON");
    record["call_id"] = json!(call_id);
    record["agent_login"] = json!(agent.login);
    let inbox = app.inbox();
    std::fs::copy(folder.join("wealth.wav"), inbox.join(format!("{call_id}.wav"))).expect("the audio");
    std::fs::write(inbox.join(format!("{call_id}.part")), record.to_string()).expect("the record");
    let whole = inbox.join(format!("{call_id}.json"));
    std::fs::rename(inbox.join(format!("{call_id}.part")), whole).expect("the record under its name");
}

fn inbox_is_empty(app: &TestApp) -> bool {
    std::fs::read_dir(app.inbox()).expect("the inbox").next().is_none()
}

async fn recordings(app: &TestApp, call_id: &str) -> i64 {
    app.db.number(&format!("SELECT count(*) FROM recordings WHERE call_id = '{call_id}'")).await
}

async fn messages_with(app: &TestApp, client_id: &str) -> i64 {
    app.db.number(&format!("SELECT count(*) FROM messages WHERE client_id = '{client_id}'")).await
}

/// An agent at work and a customer in his hands.
async fn conversation(app: &TestApp, agent: &Actor) -> (uuid::Uuid, Socket) {
    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 5})).await;
    let (id, mut chat) = app.customer().chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;
    chat.send(json!({"type": "request_agent"})).await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;
    (id, chat)
}

/// Sends a message that must be refused with this code, and is not acknowledged.
async fn refused_message(chat: &mut Socket, client_id: &str, code: &str) {
    chat.send(json!({"type": "message", "client_id": client_id, "body": "我的卡丢了"})).await;
    let frame =
        chat.until("an answer to the message", |f| f["type"] == "error" || f["message"]["client_id"] == client_id);
    let frame = frame.await;
    assert_eq!(
        (&frame["type"], &frame["code"], &frame["client_id"]),
        (&json!("error"), &json!(code), &json!(client_id))
    );
}

/// Sends the same message again, as the widget does, until it is accepted; it is shown when it is committed.
async fn resend(app: &TestApp, chat: &mut Socket, client_id: &str) {
    until("the message is accepted", async || {
        chat.send(json!({"type": "message", "client_id": client_id, "body": "我的卡丢了"})).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        messages_with(app, client_id).await == 1
    })
    .await;
    chat.until_shown("the message", |m| m["client_id"] == client_id).await;
}

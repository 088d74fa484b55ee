//! The speech model is away: calls are kept and wait, everything else goes on.

use serde_json::json;

use super::{conversation, leave_call, recordings};
use crate::support::app::TestApp;
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn calls_wait_for_their_text_and_nothing_else_does() {
    let app = TestApp::start().await;
    let (agent, supervisor) = (app.agent().await, app.staff(&[guitai::identity::Role::Supervisor]).await);
    leave_call(&app, "no-model", &agent);
    until("the call is imported", async || recordings(&app, "no-model").await == 1).await;
    let waiting = "SELECT count(*) FROM jobs WHERE kind = 'recordings.transcribe' AND state = 'queued'";
    assert_eq!(app.db.number(waiting).await, 1, "transcribed later");
    let list = supervisor.get_ok("/api/v1/recordings").await;
    assert_eq!(list["items"][0]["state"], json!("imported"), "and shown as not transcribed yet");

    let (_, mut chat) = app.customer().chat().await;
    chat.say("信用卡丢了怎么挂失？").await;
    chat.until("an answer from retrieval", |f| f["message"]["kind"] == "answer").await;
    let (id, _chat) = conversation(&app, &agent).await;
    agent.get_ok(&format!("/api/v1/conversations/{id}/messages")).await;
    app.stop().await;
}

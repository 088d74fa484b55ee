//! The live socket of staff: who it tells what, how it ends, and that only people on duty get conversations.

use guitai::identity::Role;
use reqwest::Method;
use serde_json::json;

use crate::support::app::{Actor, Socket, TestApp, ok};
use crate::support::wait::until;

/// A member of staff with his live socket.
async fn at_work(app: &TestApp, role: Role) -> (Actor, Socket) {
    let actor = app.staff(&[role]).await;
    let answer =
        actor.post("/api/v1/session", json!({"login": actor.login, "password": "Correct-Horse-7-Battery"})).await;
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a value").to_owned();
    ok(answer).await;
    let mut live = actor.socket("/live", &cookie).await;
    live.until("hello", |f| f["type"] == "hello").await;
    (actor, live)
}

async fn sign_out(actor: &Actor) {
    let answer = actor.request(Method::DELETE, "/api/v1/session").send().await.expect("an answer");
    assert!(answer.status().is_success());
}

async fn state_of(app: &TestApp, actor: &Actor) -> i64 {
    let id = actor.account_id.expect("an account");
    app.db.number(&format!("SELECT count(*) FROM agent_states WHERE account_id = '{id}' AND state = 'ready'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_closes_its_screen_and_takes_the_agent_off_duty() {
    let app = TestApp::start().await;
    let (agent, mut live) = at_work(&app, Role::Agent).await;
    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 3})).await;
    sign_out(&agent).await;
    assert_eq!(live.close_code().await, Some(4401), "told at once, not at the next heartbeat");
    until("he is off duty", async || state_of(&app, &agent).await == 0).await;

    // The customer waits; nobody is given what he is not there to take.
    let (id, mut chat) = app.customer().chat().await;
    chat.send(json!({"type": "request_agent"})).await;
    chat.until("the queue", |f| f["type"] == "state" && f["state"] == "queued").await;
    let (other, mut live) = at_work(&app, Role::Agent).await;
    other.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 3})).await;
    live.until("the conversation", |f| f["type"] == "conversation.assigned" && f["conversation_id"] == json!(id)).await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;

    // His words reach him, and the one who has signed out is told nothing any more.
    chat.say("您好").await;
    live.until("the words", |f| f["type"] == "conversation.message" && f["message"]["body"] == "您好").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_types_into_a_conversation_that_is_not_his() {
    let app = TestApp::start().await;
    let (agent, mut live) = at_work(&app, Role::Agent).await;
    let (_, mut stranger) = at_work(&app, Role::Inspector).await;
    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 3})).await;
    let (id, mut chat) = app.customer().chat().await;
    chat.send(json!({"type": "request_agent"})).await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;
    stranger.send(json!({"type": "typing", "conversation_id": id})).await;
    stranger.send(json!({"type": "ping"})).await;
    stranger.until("the pong", |f| f["type"] == "pong").await;
    chat.send(json!({"type": "ping"})).await;
    let next = chat.until("the pong and no typing before it", |f| f["type"] == "pong" || f["type"] == "typing").await;
    assert_eq!(next["type"], "pong");
    live.send(json!({"type": "typing", "conversation_id": id})).await;
    chat.until("the agent types", |f| f["type"] == "typing").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_screen_is_no_activity_and_a_conversation_in_hand_is() {
    let app = TestApp::start().await;
    let (idle, mut idle_live) = at_work(&app, Role::Agent).await;
    let (busy, _busy_live) = at_work(&app, Role::Agent).await;
    busy.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 3})).await;
    let (_, mut chat) = app.customer().chat().await;
    chat.send(json!({"type": "request_agent"})).await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;
    // Both have done nothing for almost as long as they may.
    app.db.run_sql("UPDATE sessions SET last_activity_at = now() - interval '14 minutes 35 seconds'").await;
    let active = async |who: &Actor| {
        let id = who.account_id.expect("an account");
        let query = format!(
            "SELECT count(*) FROM sessions WHERE account_id = '{id}' AND ended_at IS NULL AND last_activity_at > now() - interval '1 minute'"
        );
        app.db.number(&query).await == 1
    };
    until("the heartbeat keeps the busy one", async || active(&busy).await).await;
    assert_eq!(idle_live.close_code().await, Some(4401), "the idle one is over");
    assert!(!active(&idle).await);
    app.finish().await;
}

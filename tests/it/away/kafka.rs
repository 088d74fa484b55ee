//! Kafka goes and comes back under the whole program.

use guitai::config::EventLogBackend;
use serde_json::json;

use super::{conversation, leave_call, recordings};
use crate::support::app::{TestApp, ok};
use crate::support::kafka::KafkaBroker;
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn customers_and_staff_notice_nothing_and_subscribers_catch_up() {
    let mut broker = tokio::task::spawn_blocking(KafkaBroker::start).await.expect("a broker");
    let servers = broker.bootstrap_servers();
    let app = TestApp::start_with(|config| {
        config.eventlog.backend = EventLogBackend::Kafka;
        config.eventlog.bootstrap_servers = servers;
        config.eventlog.topic_replication = 1;
        config.eventlog.delivery_timeout_s = 5;
    })
    .await;
    let agent = app.agent().await;
    let inspected =
        async || app.db.number("SELECT count(*) FROM inspections WHERE subject_kind = 'conversation'").await;
    let outbox = async || app.db.number("SELECT count(*) FROM event_deliveries WHERE subscription = 'relay'").await;
    let close = async |id: uuid::Uuid| {
        let path = format!("/api/v1/conversations/{id}/close");
        ok(agent.post(&path, json!({"summary": "已办结"})).await).await
    };

    // With Kafka: the whole way, through topics that the program made itself.
    let (id, _chat) = conversation(&app, &agent).await;
    close(id).await;
    until("the first conversation is inspected", async || inspected().await == 1 && outbox().await == 0).await;

    broker.stop();
    let (id, mut chat) = conversation(&app, &agent).await;
    chat.say("我的卡丢了").await;
    let reply = json!({"client_id": "without-kafka", "body": "已为您挂失"});
    agent.post_ok(&format!("/api/v1/conversations/{id}/messages"), reply).await;
    chat.until("the reply, live", |f| f["message"]["body"] == "已为您挂失").await;
    close(id).await;
    leave_call(&app, "without-kafka", &agent);
    until("the call is imported", async || recordings(&app, "without-kafka").await == 1).await;
    let read = agent.get_ok(&format!("/api/v1/conversations/{id}/messages")).await;
    assert!(read["items"].as_array().is_some_and(|items| items.len() >= 3));
    assert!(outbox().await >= 5, "the outbox grows");
    assert_eq!(inspected().await, 1, "consumers wait");

    tokio::task::block_in_place(|| broker.start_again());
    until("the second conversation is inspected and the outbox drained", async || {
        inspected().await == 2 && outbox().await == 0
    })
    .await;
    app.stop().await;
}

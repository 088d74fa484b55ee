//! A customer's conversation from its first word to its summary, at the public edge.

use serde_json::json;

use crate::support::app::{TestApp, refusal};

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_with_a_citation_or_plainly_refused() {
    let app = TestApp::start().await;
    let (_, mut chat) = app.customer().chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;

    chat.say("信用卡丢了怎么挂失？").await;
    let answer = chat.until("an answer", |f| f["message"]["author"]["kind"] == "bot").await;
    let message = &answer["message"];
    assert_eq!(message["kind"], "answer", "{message}");
    assert_eq!(message["ai"], true);
    let quote = message["citations"][0]["quote"].as_str().expect("a quote");
    assert!(message["body"].as_str().expect("a body").contains(quote), "{message}");

    chat.say("请问火星上的天气怎么样？").await;
    let refused = chat.until("a refusal", |f| f["message"]["author"]["kind"] == "bot").await;
    assert_eq!(refused["message"]["kind"], "refusal", "{refused}");
    assert_eq!(refused["message"]["citations"], json!([]));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_gets_the_conversation_with_its_context_and_closes_it() {
    let app = TestApp::start().await;
    let agent = app.agent().await;
    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 2})).await;
    let (id, mut chat) = app.customer().chat().await;
    chat.say("手机银行转账限额是多少？").await;
    chat.until("the bot", |f| f["message"]["author"]["kind"] == "bot").await;
    chat.say("转人工").await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;

    let path = format!("/api/v1/conversations/{id}");
    assert_eq!(agent.get_ok(&path).await["page_url"], "https://bank.example/cards", "without what follows the address");
    let context = agent.get_ok(&format!("{path}/messages")).await;
    let bodies: Vec<&str> =
        context["items"].as_array().expect("items").iter().filter_map(|m| m["body"].as_str()).collect();
    assert!(bodies.contains(&"手机银行转账限额是多少？") && bodies.contains(&"转人工"), "{bodies:?}");
    let seqs: Vec<i64> = context["items"].as_array().expect("items").iter().filter_map(|m| m["seq"].as_i64()).collect();
    assert!(seqs.windows(2).all(|w| w[1] == w[0] + 1) && seqs.first() == Some(&1), "{seqs:?}");

    let body = json!({"client_id": "reply-0001", "body": "您好，我来为您查询。"});
    let first = agent.post_ok(&format!("{path}/messages"), body.clone()).await;
    let again = agent.post_ok(&format!("{path}/messages"), body).await;
    assert_eq!(first["id"], again["id"]);
    let seen = chat.until("the reply", |f| f["message"]["author"]["kind"] == "agent").await;
    assert_eq!(seen["message"]["body"], "您好，我来为您查询。");
    assert!(seen["message"]["author"].get("id").is_none(), "a customer never sees an agent's id");

    // Another agent may neither read nor write it, and both tries are in the ledger.
    let other = app.agent().await;
    assert_eq!(refusal(other.get(&path).await).await, (403, "access.forbidden".into()));
    let foreign = other.post(&format!("{path}/messages"), json!({"client_id": "foreign-01", "body": "x"})).await;
    assert_eq!(refusal(foreign).await, (403, "access.forbidden".into()));
    let refused = app
        .db
        .number("SELECT count(*) FROM audit_records WHERE outcome = 'refused' AND code = 'access.forbidden'")
        .await;
    assert_eq!(refused, 2);

    let closed = agent.post_ok(&format!("{path}/close"), json!({"summary": "客户咨询转账限额，已答复。"})).await;
    assert_eq!(closed["state"], "closed");
    chat.until("the end", |f| f["type"] == "closed").await;
    let late = agent.post(&format!("{path}/messages"), json!({"client_id": "late-00001", "body": "晚了"})).await;
    assert_eq!(refusal(late).await, (409, "conversation.closed".into()));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_customers_are_served_within_capacity_and_in_order() {
    let app = TestApp::start().await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let (id, mut chat) = app.customer().chat().await;
        chat.send(json!({"type": "request_agent"})).await;
        chat.until("the queue", |f| f["type"] == "state" && f["state"] == "queued").await;
        waiting.push((id, chat));
    }
    let agent = app.agent().await;
    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 2})).await;
    for (_, chat) in waiting.iter_mut().take(2) {
        chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;
    }
    let third = agent.get_ok(&format!("/api/v1/conversations/{}", waiting[2].0)).await;
    assert_eq!(third["state"], "queued");
    let path = format!("/api/v1/conversations/{}/close", waiting[0].0);
    agent.post_ok(&path, json!({"summary": "已办结"})).await;
    waiting[2].1.until("the freed place", |f| f["type"] == "state" && f["state"] == "active").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_again_is_the_same_message() {
    let app = TestApp::start().await;
    let (_, mut chat) = app.customer().chat().await;
    let frame = json!({"type": "message", "client_id": "again-0001", "body": "人工"});
    chat.send(frame.clone()).await;
    let first = chat.until("the message", |f| f["message"]["client_id"] == "again-0001").await;
    chat.send(frame).await;
    let second = chat.until("the message", |f| f["message"]["client_id"] == "again-0001").await;
    assert_eq!(first["message"]["id"], second["message"]["id"]);
    assert_eq!(app.db.number("SELECT count(*) FROM messages WHERE client_id = 'again-0001'").await, 1);
    app.finish().await;
}

//! Bad input: one clear error with a stable code, nothing changed, no panic.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::support::app::{TestApp, refusal};

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_have_one_clear_code_each() {
    let app = TestApp::start().await;
    let agent = app.agent().await;
    let path = "/api/v1/tickets";
    let json_body =
        |body: Vec<u8>| agent.request(Method::POST, path).header("Content-Type", "application/json").body(body);
    let cases = [
        ("broken JSON", json_body(b"{\"kind\":".to_vec()), (400, "request.invalid_json")),
        (
            "unknown field",
            json_body(br#"{"kind":"inquiry","priority":"normal","subject":"a","description":"b","colour":1}"#.to_vec()),
            (400, "request.invalid_json"),
        ),
        ("wrong type", json_body(br#"{"kind":7}"#.to_vec()), (400, "request.invalid_json")),
        ("invalid UTF-8", json_body(b"{\"kind\":\"\xff\xfe\"}".to_vec()), (400, "request.invalid_json")),
        ("two values", json_body(br#"{} {}"#.to_vec()), (400, "request.invalid_json")),
        ("oversized", json_body(vec![b' '; 70 * 1024]), (413, "request.body_too_large")),
        ("no content type", agent.request(Method::POST, path).body("{}"), (415, "request.unsupported_media_type")),
        ("bad id", agent.request(Method::GET, "/api/v1/tickets/not-a-uuid"), (400, "request.invalid_parameter")),
        (
            "unknown id",
            agent.request(Method::GET, "/api/v1/tickets/018f0000-0000-7000-8000-000000000000"),
            (404, "request.not_found"),
        ),
        ("bad cursor", agent.request(Method::GET, "/api/v1/tickets?cursor=%%%"), (400, "request.invalid_parameter")),
        ("bad limit", agent.request(Method::GET, "/api/v1/tickets?limit=100000"), (400, "request.invalid_parameter")),
        (
            "unknown parameter",
            agent.request(Method::GET, "/api/v1/tickets?colour=red"),
            (400, "request.invalid_parameter"),
        ),
        ("no such route", agent.request(Method::GET, "/api/v1/nonsense"), (404, "request.not_found")),
        ("route of another zone", agent.request(Method::GET, "/api/v1/accounts"), (404, "request.not_found")),
        ("deep nesting", json_body("[".repeat(20_000).into_bytes()), (400, "request.invalid_json")),
    ];
    for (what, request, (status, code)) in cases {
        let got = refusal(request.send().await.expect("an answer")).await;
        assert_eq!(got, (status, code.to_owned()), "{what}");
    }
    assert_eq!(app.db.number("SELECT count(*) FROM tickets").await, 0);
    // Each attempt on something is on record, also those that no use case ever saw.
    for (action, code, times) in [
        ("ticket.create", "request.invalid_json", 6),
        ("ticket.create", "request.body_too_large", 1),
        ("ticket.create", "request.unsupported_media_type", 1),
        ("ticket.read", "request.invalid_parameter", 1),
        ("ticket.read", "request.not_found", 1),
        ("ticket.list", "request.invalid_parameter", 3),
    ] {
        let query = format!(
            "SELECT count(*) FROM audit_records WHERE outcome = 'refused' AND action = '{action}' AND code = '{code}'"
        );
        assert_eq!(app.db.number(&query).await, times, "{action} {code}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_nothing_is_to_be_had() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    for row in guitai::http::ROUTES
        .iter()
        .filter(|r| r.path.starts_with("/api/v1") && r.zones.contains(&guitai::web::Zone::Staff))
    {
        if ["/api/v1/zone", "/api/v1/session"].contains(&row.path) {
            continue;
        }
        let id = "018f0000-0000-7000-8000-000000000000";
        let path = row.path.replace("{id}", id).replace("{attachment_id}", id).replace("{version}", "1");
        let method = Method::from_bytes(row.method.to_uppercase().as_bytes()).expect("a method");
        let request = nobody.request(method, &path).json(&json!({}));
        let got = refusal(request.send().await.expect("an answer")).await;
        assert_eq!(got, (401, "identity.not_signed_in".into()), "{} {}", row.method, row.path);
    }
    // A forged cookie is no session, and a cookie alone changes nothing without our header.
    let forged = nobody.client.get(format!("{}/api/v1/tickets", nobody.url)).header("Cookie", "guitai_session=forged");
    assert_eq!(refusal(forged.send().await.expect("an answer")).await.1, "identity.not_signed_in");
    let agent = app.agent().await;
    let bare = agent.client.post(format!("{}/api/v1/tickets", agent.url)).json(&json!({}));
    assert_eq!(refusal(bare.send().await.expect("an answer")).await, (403, "access.forbidden".into()));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_recording_is_refused_and_leaves_nothing() {
    let app = TestApp::start().await;
    let inspector = app.inspector().await;
    let cdr = json!({
        "call_id": "bad-1", "direction": "inbound", "started_at": "2026-11-20T10:00:00+08:00", "ended_at": "2026-11-20T10:00:10+08:00",
        "caller": "13800138000", "callee": "95500", "agent_login": inspector.login, "agent_channel": 0, "customer_channel": 1,
    });
    let wav = |bytes: &[u8]| Part::bytes(bytes.to_vec()).file_name("a.wav").mime_str("audio/wav").expect("a type");
    let text = |v: &serde_json::Value| Part::text(v.to_string()).mime_str("application/json").expect("a type");
    let mut same_channel = cdr.clone();
    same_channel["customer_channel"] = json!(0);
    let mut unknown_field = cdr.clone();
    unknown_field["colour"] = json!("red");
    let cases = [
        (
            "not a WAV",
            Form::new().part("cdr", text(&cdr)).part("audio", wav(b"hello, I am a text")),
            "recording.wav_refused",
        ),
        ("empty", Form::new().part("cdr", text(&cdr)).part("audio", wav(b"")), "recording.wav_refused"),
        (
            "header that lies",
            Form::new().part("cdr", text(&cdr)).part("audio", wav(&lying_header())),
            "recording.wav_refused",
        ),
        (
            "one channel for two",
            Form::new().part("cdr", text(&same_channel)).part("audio", wav(b"RIFF")),
            "recording.cdr_refused",
        ),
        (
            "unknown field",
            Form::new().part("cdr", text(&unknown_field)).part("audio", wav(b"RIFF")),
            "recording.cdr_refused",
        ),
    ];
    for (what, form, code) in cases {
        let request = inspector.request(Method::POST, "/api/v1/recordings").multipart(form);
        let (status, got) = refusal(request.send().await.expect("an answer")).await;
        assert_eq!((status, got.as_str()), (422, code), "{what}");
    }
    assert_eq!(app.db.number("SELECT count(*) FROM recordings").await, 0);
    assert!(
        app.db
            .number("SELECT count(*) FROM audit_records WHERE action = 'recording.import' AND outcome = 'refused'")
            .await
            >= 3
    );
    app.finish().await;
}

/// A stereo header that promises a gigabyte and brings eight bytes.
fn lying_header() -> Vec<u8> {
    let mut w = Vec::new();
    w.extend_from_slice(b"RIFF");
    w.extend_from_slice(&1_000_000_036u32.to_le_bytes());
    w.extend_from_slice(b"WAVEfmt ");
    w.extend_from_slice(&16u32.to_le_bytes());
    for v in [1u16, 2] {
        w.extend_from_slice(&v.to_le_bytes());
    }
    w.extend_from_slice(&8000u32.to_le_bytes());
    w.extend_from_slice(&32000u32.to_le_bytes());
    for v in [4u16, 16] {
        w.extend_from_slice(&v.to_le_bytes());
    }
    w.extend_from_slice(b"data");
    w.extend_from_slice(&1_000_000_000u32.to_le_bytes());
    w.extend_from_slice(&[0; 8]);
    w
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_survives_nonsense() {
    let app = TestApp::start().await;
    let (_, mut chat) = app.customer().chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;
    let nonsense =
        ["", "{", "[]", "{\"type\":\"dance\"}", "{\"type\":\"message\"}", "{\"type\":\"leave\",\"now\":true}"];
    for text in nonsense {
        chat.send_text(text.to_owned()).await;
        let frame = chat.until("an error", |f| f["type"] == "error").await;
        assert_eq!(frame["code"], "request.invalid_json", "{text}");
    }
    chat.send(json!({"type": "message", "client_id": "empty-body", "body": "   "})).await;
    let frame = chat.until("an error", |f| f["type"] == "error").await;
    assert_eq!(
        (frame["code"].as_str(), frame["client_id"].as_str()),
        (Some("request.invalid_parameter"), Some("empty-body"))
    );
    chat.send_bytes(vec![0xff; 16]).await;
    while let Some(frame) = chat.next().await {
        assert_ne!(frame["type"], "message");
    }
    app.finish().await;
}

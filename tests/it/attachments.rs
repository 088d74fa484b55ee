//! Pictures and documents in a conversation, at the public edge.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, ok, refusal};
use crate::support::wait::until;

/// A whole PNG of one pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6,
    0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0,
    0x1f, 0, 5, 0, 1, 0xff, 0x56, 0xc7, 0x2f, 0x0d, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

fn form(client_id: &str, name: &str, content: &[u8]) -> Form {
    let file = Part::bytes(content.to_vec()).file_name(name.to_owned());
    Form::new().text("client_id", client_id.to_owned()).part("file", file)
}

async fn send(who: &Actor, path: &str, form: Form) -> reqwest::Response {
    who.request(Method::POST, path).multipart(form).send().await.expect("an answer")
}

async fn content_of(who: &Actor, path: &str) -> (Vec<u8>, reqwest::header::HeaderMap) {
    let answer = who.get(path).await;
    assert!(answer.status().is_success(), "{}", answer.status());
    let headers = answer.headers().clone();
    (answer.bytes().await.expect("a body").to_vec(), headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_goes_both_ways_and_is_seen_by_nobody_else() {
    let app = TestApp::start().await;
    let customer = app.customer();
    let (id, mut chat) = customer.chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;

    // The bot says plainly that it cannot read it.
    let sent = ok(send(&customer, "/api/v1/chat-attachments", form("picture-01", "回单.png", PIXEL)).await).await;
    let again = send(&customer, "/api/v1/chat-attachments", form("picture-01", "回单.png", PIXEL)).await;
    assert_eq!(again.status(), 200, "the same file again is the same message");
    assert_eq!(ok(again).await["id"], sent["id"]);
    assert_eq!((&sent["kind"], &sent["body"]), (&json!("attachment"), &json!("回单.png")));
    let facts = &sent["attachment"];
    assert_eq!((&facts["media_type"], &facts["bytes"]), (&json!("image/png"), &json!(PIXEL.len())));
    assert_eq!((&facts["width"], &facts["height"]), (&json!(1), &json!(1)));
    chat.until("the picture", |f| f["message"]["attachment"]["id"] == facts["id"]).await;
    chat.until("the bot's word", |f| f["message"]["kind"] == "notice").await;

    let agent = app.agent().await;
    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 2})).await;
    chat.send(json!({"type": "request_agent"})).await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;
    let path = format!("/api/v1/conversations/{id}/attachments");
    let theirs = format!("{path}/{}", facts["id"].as_str().expect("an id"));
    let (content, headers) = content_of(&agent, &theirs).await;
    assert_eq!(content, PIXEL);
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");
    assert!(headers["content-disposition"].to_str().expect("text").starts_with("inline"), "{headers:?}");

    let paper = ok(send(&agent, &path, form("paper-0001", "协议.pdf", b"%PDF-1.7\n1 0 obj\n")).await).await;
    let seen = chat.until("the paper", |f| f["message"]["body"] == "协议.pdf").await;
    assert!(seen["message"]["author"].get("id").is_none());
    let listed = ok(agent.get(&format!("/api/v1/conversations/{id}")).await).await;
    assert_eq!(listed["preview"], "[文件] 协议.pdf");
    let own = format!("/api/v1/chat-attachments/{}", paper["attachment"]["id"].as_str().expect("an id"));
    let (content, headers) = content_of(&customer, &own).await;
    assert_eq!(content, b"%PDF-1.7\n1 0 obj\n");
    assert!(headers["content-disposition"].to_str().expect("text").starts_with("attachment"), "{headers:?}");

    // Another customer, another agent, and a page without our header get nothing.
    let stranger = app.customer();
    let (_, _other_chat) = stranger.chat().await;
    assert_eq!(refusal(stranger.get(&own).await).await, (404, "request.not_found".into()));
    assert_eq!(refusal(app.customer().get(&own).await).await, (401, "identity.not_signed_in".into()));
    let other = app.agent().await;
    assert_eq!(refusal(other.get(&theirs).await).await, (403, "access.forbidden".into()));
    assert_eq!(refusal(send(&other, &path, form("foreign-01", "a.png", PIXEL)).await).await.0, 403);
    let bare = customer.client.post(format!("{}/api/v1/chat-attachments", customer.url));
    let bare = bare.multipart(form("bare-00001", "a.png", PIXEL)).send().await.expect("an answer");
    assert_eq!(refusal(bare).await, (403, "access.forbidden".into()));

    for (action, outcome, times) in [
        ("conversation.attachment_post", "success", 3),
        ("conversation.attachment_post", "refused", 1),
        ("conversation.attachment_read", "success", 2),
        ("conversation.attachment_read", "refused", 2),
    ] {
        let query = format!("SELECT count(*) FROM audit_records WHERE action = '{action}' AND outcome = '{outcome}'");
        assert_eq!(app.db.number(&query).await, times, "{action} {outcome}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_are_refused_on_the_record_and_leave_nothing() {
    let app = TestApp::start().await;
    let customer = app.customer();
    let (_, mut chat) = customer.chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;
    let mut bomb = PIXEL.to_vec();
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let mut archive = b"PK\x03\x04".to_vec();
    archive.extend([0; 64]);
    let large = [PIXEL, &vec![0; 10 << 20]].concat();
    let path = "/api/v1/chat-attachments";
    let cases = [
        ("4 gigapixels in 70 bytes", form("bomb-00001", "a.png", &bomb), (422, "attachment.refused")),
        ("an archive", form("bomb-00002", "a.zip", &archive), (422, "attachment.refused")),
        ("an archive that calls itself a picture", form("bomb-00003", "a.png", &archive), (422, "attachment.refused")),
        ("a script", form("bomb-00004", "a.svg", b"<svg onload='alert(1)'/>"), (422, "attachment.refused")),
        ("nothing", form("bomb-00005", "a.png", b""), (422, "attachment.refused")),
        ("too large", form("bomb-00006", "a.png", &large), (413, "request.body_too_large")),
        ("a bad client id", form("x", "a.png", PIXEL), (400, "request.invalid_parameter")),
        ("no file", Form::new().text("client_id", "bomb-00007"), (400, "request.invalid_parameter")),
        (
            "an unknown part",
            form("bomb-00008", "a.png", PIXEL).text("colour", "red"),
            (400, "request.invalid_parameter"),
        ),
        (
            "two files",
            form("bomb-00009", "a.png", PIXEL).part("file", Part::bytes(PIXEL)),
            (400, "request.invalid_parameter"),
        ),
    ];
    for (what, form, (status, code)) in cases {
        assert_eq!(refusal(send(&customer, path, form).await).await, (status, code.to_owned()), "{what}");
    }
    // A compressed body is not unpacked, whatever it would become.
    let packed = customer.request(Method::POST, "/api/v1/chat-sessions").header("Content-Type", "application/json");
    let packed = packed.header("Content-Encoding", "gzip").body(b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec());
    assert_eq!(refusal(packed.send().await.expect("an answer")).await, (400, "request.invalid_json".into()));

    assert_eq!(app.db.number("SELECT count(*) FROM attachments").await, 0);
    assert_eq!(app.files_in("attachments"), 0, "no file stays");
    let refused = app.db.number(
        "SELECT count(*) FROM audit_records WHERE action = 'conversation.attachment_post' AND outcome = 'refused' \
         AND code = 'attachment.refused'",
    );
    assert_eq!(refused.await, 5);
    let all =
        "SELECT count(*) FROM audit_records WHERE action = 'conversation.attachment_post' AND outcome = 'refused'";
    assert_eq!(app.db.number(all).await, 10, "each of them is on record");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_takes_so_many_files_and_no_more() {
    let app = TestApp::start().await;
    let customer = app.customer();
    let (_, mut chat) = customer.chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;
    let path = "/api/v1/chat-attachments";
    let mut sent: Vec<Value> = Vec::new();
    for n in 0..50 {
        sent.push(ok(send(&customer, path, form(&format!("file-{n:05}"), "a.png", PIXEL)).await).await);
    }
    let one_more = send(&customer, path, form("file-99999", "a.png", PIXEL)).await;
    assert_eq!(refusal(one_more).await, (422, "attachment.refused".into()));
    let files = app.running().base.config.storage.data_dir.join("attachments");
    assert_eq!(app.files_in("attachments"), 50);

    // A file whose message was never committed goes; the others stay.
    let attachments = &app.running().services.attachments;
    assert_eq!(attachments.remove_orphans(chrono::TimeDelta::zero()).await.expect("swept"), 0);
    let orphan = uuid::Uuid::now_v7();
    let [.., second, first] = *orphan.as_bytes();
    let folder = files.join(format!("{first:02x}/{second:02x}"));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(orphan.to_string()), b"left over").expect("a file");
    until("the orphan is old enough", async || {
        attachments.remove_orphans(chrono::TimeDelta::zero()).await.expect("swept") == 1
    })
    .await;
    assert_eq!(app.files_in("attachments"), 50);
    app.finish().await;
}

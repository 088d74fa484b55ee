//! The main job against the real program as a user starts it: played once, killed in the middle, tampered with.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::app::{Actor, ok};
use crate::support::wait::until;

/// A demo of its own on free ports. Dropping it ends it.
struct Demo {
    child: Child,
    started: Value,
    ready_after: Duration,
}

impl Demo {
    fn start(dir: &Path, arguments: &[&str]) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_guitai"))
            .args(["demo", "--port", "0", "--json", "--data-dir"])
            .arg(dir)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("guitai starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        let started = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"));
        Self { child, started, ready_after: begun.elapsed() }
    }

    fn url(&self, zone: &str) -> &str {
        self.started[zone].as_str().expect("an address")
    }

    fn kill(mut self) {
        self.child.kill().expect("kill -9");
        self.child.wait().expect("it is gone");
        std::mem::forget(self);
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).expect("a pid"));
        if nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).is_ok() {
            self.child.wait().expect("it ends");
        }
    }
}

fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    // Under /var/tmp, because the cluster's own system user has to reach it.
    let dir = tempfile::Builder::new().prefix("guitai-job-").tempdir_in("/var/tmp").expect("a folder");
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).expect("the folder can be entered");
    dir
}

fn guitai(arguments: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guitai")).args(arguments).arg("--data-dir").arg(dir).output().expect("guitai runs")
}

const STEPS: [&str; 12] = [
    "bot_answer",
    "refusal",
    "handoff",
    "agent_reply",
    "ticket",
    "recording_import",
    "transcript",
    "inspection_chat",
    "inspection_call",
    "audit_query",
    "audit_verify",
    "disk_scan",
];

#[test]
fn the_main_job_is_played_whole_and_a_flipped_byte_is_found() {
    let dir = folder();
    let demo = Demo::start(dir.path(), &[]);
    let out = guitai(&["demo", "--once", "--json"], dir.path());
    let report: Value = serde_json::from_slice(&out.stdout).expect("a report");
    let steps = report["steps"].as_array().expect("steps");
    for (step, name) in steps.iter().zip(STEPS) {
        assert_eq!(step["name"], name);
        assert_eq!(step["ok"], true, "{step}");
    }
    assert_eq!((steps.len(), &report["ok"], out.status.code()), (STEPS.len(), &json!(true), Some(0)));

    let verified = guitai(&["audit", "verify", "--json"], dir.path());
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));

    let listed = guitai(&["crypto", "inventory", "--json"], dir.path());
    let inventory: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!((&inventory["provider"]["name"], &inventory["provider"]["certified"]), (&json!("soft"), &json!(false)));
    for scope in ["conversation", "recording", "ticket", "search_index"] {
        let held = |list: &str, field: &str| {
            let entries = inventory[list].as_array().expect("a list");
            entries.iter().any(|entry| entry[field] == scope && entry["state"] == "active")
        };
        assert!(held("class_keys", "class") && held("data_keys", "scope"), "no active {scope} key in {inventory}");
    }
    assert!(
        inventory["uses"]
            .as_array()
            .is_some_and(|uses| uses.iter().any(|u| u["data"] == "messages.body" && u["algorithm"] == "SM4"))
    );

    // One byte of one record, changed behind the program's back by the owner of the server.
    let record = psql(dir.path(), "SELECT record_id FROM audit_seals WHERE position = 7");
    psql(
        dir.path(),
        &format!(
            "SET session_replication_role = replica; \
             UPDATE audit_records SET actor_name = overlay(actor_name placing 'X' from 1 for 1) WHERE id = '{record}'"
        ),
    );
    let altered = guitai(&["audit", "verify", "--json"], dir.path());
    assert_eq!(altered.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&altered.stdout).expect("a report");
    assert_eq!(report["ok"], false);
    assert!(report["failures"].as_array().expect("failures").iter().any(|f| f["position"] == 7), "{report}");
    drop(demo);
}

fn psql(dir: &Path, sql: &str) -> String {
    let run: Value =
        serde_json::from_str(&std::fs::read_to_string(dir.join("run.json")).expect("run.json")).expect("JSON");
    let url = run["database_url"].as_str().expect("an address").replace("guitai@", "postgres@");
    let out = Command::new("psql").args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", &url, "-c", sql]).output();
    let out = out.expect("psql runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

/// One of the demo's people, signed in.
async fn person(demo: &Demo, accounts: &Value, login: &str) -> Actor {
    let actor = Actor::at(demo.url("staff_url"));
    let account = accounts.as_array().expect("accounts").iter().find(|a| a["login"] == login).expect("one");
    actor.post_ok("/api/v1/session", json!({"login": login, "password": account["password"]})).await;
    actor
}

/// A demonstration call of this agent's, as an upload.
fn call(agent: &str) -> Form {
    let read = |name: &str| std::fs::read(Path::new("appliance/demo/calls").join(name)).expect("a demonstration call");
    let mut record: Value = serde_json::from_slice(&read("wealth.cdr.json")).expect("JSON");
    record["agent_login"] = json!(agent);
    Form::new().text("cdr", record.to_string()).part("audio", Part::bytes(read("wealth.wav")))
}

fn document() -> Form {
    Form::new().text("client_id", "document-1").part("file", Part::bytes(b"%PDF-1.7\n").file_name("回单.pdf"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let dir = folder();
    let demo = Demo::start(dir.path(), &["--no-models"]);
    let accounts = demo.started["accounts"].clone();
    let (agent, inspector) = (person(&demo, &accounts, "agent1").await, person(&demo, &accounts, "inspector1").await);
    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 5})).await;

    // One conversation with everything that belongs to it, down to its summary.
    let customer = Actor::at(demo.url("customers_url"));
    let (first, mut chat) = customer.chat().await;
    chat.say("转人工").await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;
    let path = format!("/api/v1/conversations/{first}");
    agent.post_ok(&format!("{path}/messages"), json!({"client_id": "reply-0001", "body": "请稍候"})).await;
    let sent = customer.request(Method::POST, "/api/v1/chat-attachments").multipart(document());
    let sent = ok(sent.send().await.expect("an answer")).await;
    let new =
        json!({"kind": "complaint", "priority": "high", "subject": "转账未到账", "description": "客户转账未到账"});
    let ticket = agent.post_ok(&format!("{path}/tickets"), new).await;
    let upload = inspector.request(Method::POST, "/api/v1/recordings").multipart(call("agent1"));
    let recording = ok(upload.send().await.expect("an answer")).await;
    agent.post_ok(&format!("{path}/close"), json!({"summary": "已登记"})).await;

    // Another one, in the middle of the bot's turns.
    let (second, mut chat) = Actor::at(demo.url("customers_url")).chat().await;
    let mut acknowledged = Vec::new();
    for n in 0..8 {
        let text = format!("第 {n} 条：请帮我查询转账限额");
        let frame = chat.say(&text).await;
        acknowledged.push((frame["message"]["id"].clone(), text));
    }
    demo.kill();

    let again = Demo::start(dir.path(), &["--no-models"]);
    assert!(again.started["accounts"].as_array().is_some_and(Vec::is_empty), "passwords are shown once");
    let supervisor = person(&again, &accounts, "supervisor1").await;
    let path = format!("/api/v1/conversations/{second}/messages?limit=500");
    let kept = supervisor.get_ok(&path).await;
    for (message, text) in &acknowledged {
        let found = kept["items"].as_array().expect("items").iter().find(|m| &m["id"] == message);
        assert_eq!(found.map(|m| m["body"].as_str()), Some(Some(text.as_str())), "{message}");
    }
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    let closed = supervisor.get_ok(&format!("/api/v1/conversations/{first}")).await;
    assert_eq!((&closed["state"], &closed["summary"]), (&json!("closed"), &json!("已登记")));
    assert_eq!(supervisor.get_ok(&format!("/api/v1/tickets/{}", id(&ticket))).await["subject"], "转账未到账");
    let kept = supervisor.get_ok(&format!("/api/v1/recordings/{}", id(&recording))).await;
    assert_eq!(kept["digest_sm3"], recording["digest_sm3"]);
    let file = format!("/api/v1/conversations/{first}/attachments/{}", id(&sent["attachment"]));
    assert_eq!(supervisor.get(&file).await.bytes().await.expect("the document").as_ref(), b"%PDF-1.7\n");

    // What the program owed is done after the restart: the bot has the last word, and the closed conversation is inspected.
    until("the bot has caught up", async || {
        let now = supervisor.get_ok(&path).await;
        let last = now["items"].as_array().expect("items").last().expect("a message")["author"]["kind"].clone();
        last != "customer"
    })
    .await;
    let inspected = format!("/api/v1/inspections?subject_kind=conversation&subject_id={first}");
    until("the conversation is inspected", async || {
        supervisor.get_ok(&inspected).await["items"].as_array().is_some_and(|items| items.len() == 1)
    })
    .await;
    let verified = guitai(&["audit", "verify", "--json"], dir.path());
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn a_proof_shows_ciphertext_where_the_service_runs_and_claims_nothing_where_it_does_not() {
    let dir = folder();
    let demo = Demo::start(dir.path(), &["--no-models"]);
    let prove = |more: &[&str]| {
        let out = guitai(&[&["crypto", "prove", "--json"], more].concat(), dir.path());
        let proof: Value = serde_json::from_slice(&out.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
        let places = proof["places"].as_array().expect("places").clone();
        let verdicts: Vec<(String, String)> = places
            .iter()
            .map(|p| (p["place"].as_str().expect("a name").to_owned(), p["verdict"].as_str().expect("one").to_owned()))
            .collect();
        (out.status.code(), proof, verdicts)
    };
    let verdicts_are = |found: &[(String, String)], wanted: [&str; 4]| {
        let names: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(names, ["tables", "wal", "vault", "index"]);
        assert_eq!(found.iter().map(|(_, verdict)| verdict.as_str()).collect::<Vec<_>>(), wanted);
    };
    let (code, proof, found) = prove(&[]);
    assert_eq!((code, &proof["ok"]), (Some(0), &json!(true)), "{proof}");
    verdicts_are(&found, ["ciphertext"; 4]);
    for class in ["C1", "C2", "C3"] {
        assert!(proof["planted"].as_array().expect("a list").iter().any(|p| p["class"] == class), "{class}: {proof}");
    }

    // Nobody carries the next conversation into the index, and another cluster's files do not hold it.
    drop(demo);
    let (code, proof, found) = prove(&["--within", "30"]);
    assert_eq!((code, &proof["ok"]), (Some(1), &json!(false)), "{proof}");
    verdicts_are(&found, ["ciphertext", "ciphertext", "ciphertext", "not_shown"]);
    let elsewhere = dir.path().join("elsewhere");
    std::fs::create_dir_all(elsewhere.join("base")).expect("a folder");
    std::fs::create_dir_all(elsewhere.join("pg_wal")).expect("a folder");
    std::fs::write(elsewhere.join("PG_VERSION"), "15\n").expect("a file");
    let (_, _, found) = prove(&["--within", "20", "--postgresql-dir", elsewhere.to_str().expect("UTF-8")]);
    verdicts_are(&found, ["not_shown", "not_shown", "ciphertext", "not_shown"]);
    let verified = guitai(&["audit", "verify", "--json"], dir.path());
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn a_ceremony_goes_on_record_if_it_stands() {
    let dir = folder();
    drop(Demo::start(dir.path(), &["--no-models"]));
    let ceremony = dir.path().join("ceremony");
    std::fs::create_dir(&ceremony).expect("a folder");
    let path = |name: &str| ceremony.join(name).to_str().expect("UTF-8").to_owned();
    let secret = |name: &str| {
        std::fs::write(path(name), format!("Correct-Horse-7-{name}\n")).expect("written");
        std::fs::set_permissions(path(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("private");
        path(name)
    };
    let custodians = ["one", "two", "three"].map(|name| format!("{name}={}", secret(name)));
    let [one, two, three] = &custodians;
    let (root, record, own) = (path("root.key"), path("record.json"), secret("operations"));
    let made = Command::new(env!("CARGO_BIN_EXE_guitai"))
        .args(["keys", "create-root", &root, "--shares", &path(""), "--record", &record, "--passphrase-file", &own])
        .args(["--iterations", "100000", "--custodian", one, "--custodian", two, "--custodian", three])
        .output()
        .expect("guitai runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let put_on_record = || {
        let out = guitai(&["keys", "record-ceremony", &record, "--share", &path(""), "--json"], dir.path());
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    assert_eq!(put_on_record(), (Some(0), String::new()));
    let text = std::fs::read_to_string(&record).expect("the record");
    std::fs::write(&record, text.replace("\"create\"", "\"restore\"")).expect("altered");
    assert_eq!(put_on_record().0, Some(1));
    let verified = guitai(&["audit", "verify", "--json"], dir.path());
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn a_taken_port_is_named_and_the_next_one_used() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let dir = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_guitai"))
        .args(["demo", "--no-models", "--json", "--port", &port.to_string(), "--data-dir"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("guitai starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
    let started: Value = serde_json::from_str(&line).expect("JSON");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("it is there");
    let talk = String::from_utf8_lossy(&child.wait_with_output().expect("it ends").stderr).into_owned();
    assert!(talk.lines().any(|l| l.contains(&port.to_string()) && l.contains("port taken")), "{talk}");
    assert!(!started["staff_url"].as_str().expect("an address").ends_with(&format!(":{port}")));
}

#[test]
fn a_later_start_is_quick_and_the_idle_process_small() {
    let dir = folder();
    drop(Demo::start(dir.path(), &["--no-models"]));
    let demo = Demo::start(dir.path(), &["--no-models"]);
    assert!(demo.ready_after < Duration::from_secs(3), "ready after {:?}", demo.ready_after);
    let status = std::fs::read_to_string(format!("/proc/{}/status", demo.child.id())).expect("its status");
    let resident: u64 = status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .and_then(|l| l.trim().trim_end_matches(" kB").parse().ok())
        .expect("its memory");
    assert!(resident < 150 * 1024, "{resident} KiB resident");
    eprintln!("ready after {:?}, {} MiB resident", demo.ready_after, resident / 1024);
}

//! The way of an operator: a root key, a database that exists, a Kafka that exists, `guitai serve`, the first administrator, work, an orderly stop.

use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use guitai::db::revert_all;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::support::app::{Actor, refusal};
use crate::support::db::TestDb;
use crate::support::kafka::KafkaBroker;
use crate::support::wait::until;

fn guitai(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guitai")).args(arguments).output().expect("guitai runs")
}

fn good(arguments: &[&str]) -> String {
    let out = guitai(arguments);
    assert_eq!(out.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("text")
}

/// The program, and where its zones are.
struct Serving {
    child: Child,
    staff: String,
    customers: String,
    admin: String,
}

impl Serving {
    fn start(config: &str, manager: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_guitai"))
            .args(["serve", "--config", config])
            .env("NOTIFY_SOCKET", manager)
            .stderr(Stdio::piped())
            .spawn()
            .expect("guitai starts");
        let mut talk = BufReader::new(child.stderr.take().expect("its talk"));
        let mut heard = String::new();
        let line = loop {
            let mut line = String::new();
            assert_ne!(talk.read_line(&mut line).expect("its talk"), 0, "it ended: {heard}");
            if line.starts_with("guitai: ") {
                break line;
            }
            heard.push_str(&line);
        };
        // It goes on talking, and must not find the pipe closed or full.
        std::thread::spawn(move || std::io::copy(&mut talk, &mut std::io::sink()));
        let zone = |name: &str| {
            let mut words = line.split_whitespace().skip_while(|w| *w != name);
            words.nth(1).expect("an address").to_owned()
        };
        Self { staff: zone("staff"), customers: zone("customers"), admin: zone("admin"), child }
    }

    /// SIGTERM, as systemd sends it.
    fn stop(mut self) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")), Signal::SIGTERM).expect("it is there");
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0), "an orderly stop");
        std::mem::forget(self);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Signs in with a one-time password and changes it, as the program demands.
async fn first_sign_in(url: &str, login: &str, one_time: &str) -> Actor {
    let actor = Actor::at(url);
    actor.post_ok("/api/v1/session", json!({"login": login, "password": one_time})).await;
    let new = json!({"current_password": one_time, "new_password": "Correct-Horse-7-Battery"});
    actor.post_ok("/api/v1/session/password", new).await;
    actor
}

/// A passphrase in a file of its own.
fn passphrase_file(folder: &Path, name: &str, passphrase: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, passphrase).expect("a passphrase");
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
    file.to_str().expect("a path").to_owned()
}

/// What a script gives to make a root key with three custodians.
fn create_root(folder: &Path, key: &Path) -> Vec<String> {
    let people = [("王芳", "晨光 熹微 river 41"), ("李强", "copper-lantern-27"), ("赵敏", "quiet orchard 90")];
    let custodian = |(name, passphrase)| format!("--custodian={name}={}", passphrase_file(folder, name, passphrase));
    let operations = passphrase_file(folder, "root.passphrase", "harbour+Winter+63");
    let path = |path: &Path| path.to_str().expect("a path").to_owned();
    let mut words = ["keys", "create-root", "--iterations=100000", "--passphrase-file", &operations, "--shares"]
        .map(str::to_owned)
        .to_vec();
    words.extend([path(&folder.join("shares")), path(key)]);
    words.extend(people.map(custodian));
    words
}

fn config(folder: &Path, database_url: &str, servers: &str) -> String {
    let zones =
        ["staff", "customers", "admin", "metrics"].map(|z| format!("[listeners.{z}]\naddress = \"127.0.0.1:0\"\n"));
    let (data, key, passphrase) = (folder.join("data"), folder.join("keys/root.key"), folder.join("root.passphrase"));
    let text = format!(
        "[organisation]\ncode = \"east\"\nname = \"东部分行\"\n{}[database]\nurl = \"{database_url}\"\n\
         [eventlog]\nbackend = \"kafka\"\nbootstrap_servers = \"{servers}\"\ntopic_replication = 1\ntopic_partitions = 2\n\
         [storage]\ndata_dir = \"{}\"\n[crypto]\nroot_key_file = \"{}\"\n\
         root_passphrase_file = \"{}\"\n",
        zones.concat(),
        data.display(),
        key.display(),
        passphrase.display(),
    );
    let file = folder.join("guitai.toml");
    std::fs::write(&file, text).expect("a configuration");
    file.to_str().expect("a path").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_set_up_served_and_stopped() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let broker = tokio::task::spawn_blocking(KafkaBroker::start).await.expect("a broker");
    let (db, folder) = (TestDb::create().await, tempfile::tempdir().expect("a folder"));
    revert_all(db.url()).await.expect("an empty database");
    let config = config(folder.path(), db.url(), &broker.bootstrap_servers());

    // Nothing starts without its key or on a database that is not ready, and each says so.
    let early = guitai(&["serve", "--config", &config]);
    assert_eq!(early.status.code(), Some(70));
    assert!(String::from_utf8_lossy(&early.stderr).contains("crypto.key_unavailable"));
    let key = folder.path().join("keys/root.key");
    let create = create_root(folder.path(), &key);
    let create: Vec<&str> = create.iter().map(String::as_str).collect();
    good(&create);
    assert_eq!(guitai(&create).status.code(), Some(1), "never twice");
    let early = guitai(&["serve", "--config", &config]);
    assert!(String::from_utf8_lossy(&early.stderr).contains("guitai migrate"), "{early:?}");
    assert_eq!(guitai(&["check", "--config", &config]).status.code(), Some(1));
    good(&["migrate", "--config", &config]);
    good(&["check", "--config", &config]);

    let made = good(&[
        "admin",
        "create-account",
        "secadmin1",
        "--name",
        "孙宁",
        "--role",
        "secadmin",
        "--config",
        &config,
        "--json",
    ]);
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let manager = folder.path().join("notify");
    let told = UnixDatagram::bind(&manager).expect("a socket");
    told.set_nonblocking(true).expect("a socket");
    let serving = tokio::task::block_in_place(|| Serving::start(&config, &manager));
    let admin =
        first_sign_in(&serving.admin, "secadmin1", made["one_time_password"].as_str().expect("a password")).await;
    let new = json!({"login": "agent1", "display_name": "林晓", "roles": ["agent"]});
    let agent = admin.post_ok("/api/v1/accounts", new).await;
    let agent = first_sign_in(&serving.staff, "agent1", agent["one_time_password"].as_str().expect("a password")).await;
    // No demo, no default accounts, no demo page.
    assert_eq!(refusal(Actor::at(&serving.customers).get("/demo").await).await.0, 404);
    assert_eq!(db.number("SELECT count(*) FROM accounts").await, 2);

    agent.put_ok("/api/v1/agent-state", json!({"state": "ready", "capacity": 1})).await;
    let (id, mut chat) = Actor::at(&serving.customers).chat().await;
    chat.until("the welcome", |f| f["type"] == "welcome").await;
    chat.say("你们几点开门？").await;
    chat.until("a plain refusal: nothing is known yet", |f| f["message"]["kind"] == "refusal").await;
    chat.send(json!({"type": "request_agent"})).await;
    chat.until("an agent", |f| f["type"] == "state" && f["state"] == "active").await;
    let path = format!("/api/v1/conversations/{id}");
    agent.post_ok(&format!("{path}/messages"), json!({"client_id": "reply-0001", "body": "九点开门。"})).await;
    chat.until("the reply", |f| f["message"]["body"] == "九点开门。").await;
    agent.post_ok(&format!("{path}/close"), json!({"summary": "咨询营业时间"})).await;
    until("it is inspected, by way of Kafka", async || db.number("SELECT count(*) FROM inspections").await == 1).await;

    // SIGTERM: sockets are told to come back elsewhere, and the manager hears how far it is.
    let (_, mut open) = Actor::at(&serving.customers).chat().await;
    open.until("the welcome", |f| f["type"] == "welcome").await;
    let stopping = tokio::task::spawn_blocking(move || serving.stop());
    assert_eq!(open.close_code().await, Some(1012));
    stopping.await.expect("an orderly stop");
    let mut heard = String::new();
    let mut buffer = [0; 1024];
    while let Ok(n) = told.recv(&mut buffer) {
        heard.push_str(&String::from_utf8_lossy(&buffer[..n]));
        heard.push('\n');
    }
    assert!(heard.contains("READY=1") && heard.contains("STOPPING=1"), "{heard}");
    let verified: Value =
        serde_json::from_str(&good(&["audit", "verify", "--config", &config, "--json"])).expect("JSON");
    assert_eq!(verified["ok"], true, "{verified}");
    assert_eq!(db.number("SELECT count(*) FROM audit_records WHERE action = 'service.stop'").await, 1);
}

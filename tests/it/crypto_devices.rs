//! The root key in crypto devices (GM/T 0018): the whole program on two of them, which fail one after the other.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use guitai::config::{CryptoProvider, Sdf};
use guitai::conversations::{ChatPrincipal, NewChat};
use guitai::customers::NewCustomer;
use guitai::error::{ErrorCode, Result};
use guitai::identity::Role;
use guitai::web::{RequestInfo, Zone};
use guitai_sdf::config::DeviceConfig;
use uuid::Uuid;

use crate::support::app::{Actor, TestApp};
use crate::support::db::TestDb;
use crate::support::wait::until;

/// Two devices with the same keys, and the configuration of an installation on them.
struct Rack {
    folder: tempfile::TempDir,
    sdf: Sdf,
}

impl Rack {
    fn new(device_data: bool) -> Self {
        Self::with(|sdf| sdf.device_data = device_data)
    }

    fn with(adjust: impl FnOnce(&mut Sdf)) -> Self {
        // Cargo builds the test device beside this program, because it is a dependency of it.
        assert!(guitai_sdf_test_device::ISSUER.contains("TEST DEVICE"));
        let library = std::env::current_exe().expect("this program").with_file_name("libguitai_sdf_test_device.so");
        let folder = tempfile::tempdir().expect("a folder");
        let device = |name: &str| {
            let settings = folder.path().join(name);
            guitai_sdf_test_device::keys::prepare(&settings).expect("a device");
            DeviceConfig { settings: Some(settings), call_timeout_ms: 1_000, ..DeviceConfig::new(name, &library) }
        };
        let devices = vec![device("a"), device("b")];
        for key in ["kek-1.key", "sm2-1.key"] {
            std::fs::copy(folder.path().join("a").join(key), folder.path().join("b").join(key)).expect("the same key");
        }
        let mut sdf = Sdf { root_file: Some(folder.path().join("root")), devices, ..Sdf::default() };
        adjust(&mut sdf);
        let this = Self { folder, sdf };
        let section = toml::to_string(&this.sdf).expect("TOML");
        let section = section.replace("[[devices]]", "[[crypto.sdf.devices]]");
        let text = format!("[crypto]\nprovider = \"sdf\"\n[crypto.sdf]\n{section}");
        std::fs::write(this.config_file(), text).expect("written");
        this
    }

    fn config_file(&self) -> PathBuf {
        self.folder.path().join("guitai.toml")
    }

    fn guitai(&self, words: &[&str]) -> serde_json::Value {
        let output = Command::new(env!("CARGO_BIN_EXE_guitai"))
            .args(words)
            .args(["--json", "--config"])
            .arg(self.config_file())
            .output()
            .expect("guitai runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Tells a device what to do wrong from now on.
    fn tell(&self, device: &str, text: &str) {
        let folder: &Path = &self.folder.path().join(device);
        std::fs::write(folder.join("control.new"), text).expect("written");
        std::fs::rename(folder.join("control.new"), folder.join("control")).expect("in place");
    }

    fn tell_both(&self, text: &str) {
        self.tell("a", text);
        self.tell("b", text);
    }

    async fn start(&self, db: TestDb) -> TestApp {
        self.start_with(db, self.sdf.clone()).await
    }

    async fn start_with(&self, db: TestDb, sdf: Sdf) -> TestApp {
        TestApp::start_from(db, Some(self.config_file()), |config| {
            config.crypto.provider = CryptoProvider::Sdf;
            config.crypto.sdf = sdf;
        })
        .await
    }
}

async fn customer(app: &TestApp) -> Result<ChatPrincipal> {
    let info = RequestInfo {
        trace_id: "trace".to_owned(),
        source_ip: "127.0.0.1".to_owned(),
        zone: Zone::Customers,
        secure: false,
    };
    let chat = &app.running().services.chat;
    let customer = NewCustomer { display_name: Some("王小明".to_owned()), phone: Some("13800138000".to_owned()) };
    let opened = chat.open(None, NewChat { customer, page_url: None }, &info).await?;
    chat.principal(&opened.token.expect("a cookie"), &info).await
}

async fn say(app: &TestApp, who: &ChatPrincipal, body: &str) -> Result<()> {
    app.running().services.chat.post(who, &Uuid::new_v4().to_string(), body).await.map(drop)
}

async fn read(supervisor: &Actor, who: &ChatPrincipal) -> (u16, String) {
    let answer = supervisor.get(&format!("/api/v1/conversations/{}/messages", who.conversation_id)).await;
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

/// SDR_COMMFAIL, from every call.
const UNPLUGGED: &str = "fail * 0x01000003\n";

#[tokio::test(flavor = "multi_thread")]
async fn chat_goes_over_to_the_second_device_and_stops_when_both_are_gone() {
    let rack = Rack::new(false);
    let root = rack.guitai(&["keys", "create-device-root"]);
    assert_eq!(root["version"], 1);
    let app = rack.start(TestDb::create().await).await;
    let provider = app.running().base.transactions.keys().keyring().provider();
    assert_eq!((provider.name(), provider.certified()), ("sdf", false), "a test device is never certified");
    assert_eq!(provider.root_id().0.to_string(), root["key_id"].as_str().expect("an id"));
    let supervisor = app.staff(&[Role::Supervisor]).await;
    let here = customer(&app).await.expect("a chat");
    say(&app, &here, "我的卡丢了").await.expect("said");

    rack.tell("a", UNPLUGGED);
    let other = customer(&app).await.expect("the second device has taken over");
    say(&app, &other, "换设备后").await.expect("said");

    rack.tell("b", UNPLUGGED);
    refused_in_time(&app, &here).await;
    assert_eq!(customer(&app).await.err().map(|e| e.code()), Some(ErrorCode::KeyUnavailable));
    let (status, text) = read(&supervisor, &here).await;
    assert!(status == 200 && text.contains("我的卡丢了"), "what is unwrapped is read: {status} {text}");

    rack.tell("b", "");
    until("a device is back", async || say(&app, &here, "又好了").await.is_ok()).await;
    let (status, text) = read(&supervisor, &other).await;
    assert!(status == 200 && text.contains("换设备后"), "{status} {text}");
    let on_record = async |action: &str| {
        app.db.number(&format!("SELECT count(*) FROM audit_records WHERE action = '{action}'")).await
    };
    until("it is on record", async || {
        on_record("key.provider_away").await == 1 && on_record("key.provider_back").await == 1
    })
    .await;
    app.stop().await;
}

/// Ten seconds after the last device has gone nothing new is sealed, though its key is in memory.
async fn refused_in_time(app: &TestApp, who: &ChatPrincipal) {
    let gone = Instant::now();
    until("what is new is refused", async || {
        say(app, who, "还在吗").await.is_err_and(|e| e.code() == ErrorCode::KeyUnavailable)
    })
    .await;
    assert!(gone.elapsed() < Duration::from_secs(10), "{:?}", gone.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_hang_or_crash_are_as_good_as_gone() {
    // With the patience for a call that an installation has if nothing is configured.
    let rack = Rack::with(|sdf| {
        for device in &mut sdf.devices {
            device.call_timeout_ms = DeviceConfig::new("", Path::new("")).call_timeout_ms;
        }
    });
    rack.guitai(&["keys", "create-device-root"]);
    let app = rack.start(TestDb::create().await).await;
    let here = customer(&app).await.expect("a chat");
    for way in ["hang *\n", "crash *\n"] {
        say(&app, &here, "在").await.expect("said");
        rack.tell_both(way);
        refused_in_time(&app, &here).await;
        rack.tell_both("");
        until("a device is back", async || say(&app, &here, "又好了").await.is_ok()).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_sealed_in_the_device_when_the_bank_wants_it_so() {
    let rack = Rack::new(true);
    rack.guitai(&["keys", "create-device-root"]);
    let app = rack.start(TestDb::create().await).await;
    let supervisor = app.staff(&[Role::Supervisor]).await;
    let here = customer(&app).await.expect("a chat");
    say(&app, &here, "设备内加密").await.expect("said");
    let (status, text) = read(&supervisor, &here).await;
    assert!(status == 200 && text.contains("设备内加密"), "{status} {text}");
    // Its stored values say so, and have the length that every suite gives them.
    let another_suite = "SELECT count(*) FROM messages WHERE get_byte(body, 1) <> 5";
    assert_eq!(app.db.number(another_suite).await, 0);
    let overhead = "SELECT count(*) FROM messages WHERE length(body) = 50 + octet_length('设备内加密')";
    assert_eq!(app.db.number(overhead).await, 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_in_the_devices_is_read_when_the_program_seals_what_is_new() {
    let rack = Rack::new(true);
    rack.guitai(&["keys", "create-device-root"]);
    let app = rack.start(TestDb::create().await).await;
    let here = customer(&app).await.expect("a chat");
    say(&app, &here, "设备内加密").await.expect("said");
    let db = app.stop_and_keep_database().await;

    let mut by_the_program = rack.sdf.clone();
    by_the_program.device_data = false;
    let app = rack.start_with(db, by_the_program).await;
    let supervisor = app.staff(&[Role::Supervisor]).await;
    let other = customer(&app).await.expect("a chat");
    say(&app, &other, "程序加密").await.expect("said");
    for (who, said) in [(&here, "设备内加密"), (&other, "程序加密")] {
        let (status, text) = read(&supervisor, who).await;
        assert!(status == 200 && text.contains(said), "{said}: {status} {text}");
    }
    assert_eq!(app.db.number("SELECT count(DISTINCT get_byte(body, 1)) FROM messages").await, 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_root_is_removed_and_no_data_in_the_devices_with_it() {
    let rack = Rack::new(true);
    let first = rack.guitai(&["keys", "create-device-root"]);
    let first: Uuid = first["key_id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let app = rack.start(TestDb::create().await).await;
    let here = customer(&app).await.expect("a chat");
    say(&app, &here, "轮换之前").await.expect("said");
    let db = app.stop_and_keep_database().await;

    assert_eq!(rack.guitai(&["keys", "create-device-root"])["version"], 2);
    let app = rack.start(db).await;
    let transactions = &app.running().base.transactions;
    let mut conn = transactions.db().connection().await.expect("a connection");
    assert!(transactions.keys().rewrap_class_keys(&mut conn).await.expect("wrapped anew") > 0);
    drop(conn);
    let db = app.stop_and_keep_database().await;

    let file = rack.folder.path().join("root");
    guitai::crypto::sdf::remove_root(&file, (first, 1)).expect("removed");
    assert_eq!(guitai::crypto::sdf::roots_in(&file).expect("a root file"), [(first, 2)]);
    let app = rack.start(db).await;
    let supervisor = app.staff(&[Role::Supervisor]).await;
    let (status, text) = read(&supervisor, &here).await;
    assert!(status == 200 && text.contains("轮换之前"), "{status} {text}");
    say(&app, &here, "轮换之后").await.expect("said");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_devices_sign_and_what_was_signed_before_them_stays_valid() {
    let rack = Rack::with(|sdf| sdf.signing_key_index = Some(1));
    rack.guitai(&["keys", "create-device-root"]);
    // A time before: the same installation without the devices' key pair.
    let mut before = rack.sdf.clone();
    before.signing_key_index = None;
    let app = rack.start_with(TestDb::create().await, before).await;
    sealed(&app).await;
    let db = app.stop_and_keep_database().await;

    let app = rack.start(db).await;
    sealed(&app).await;
    let held = async |state: &str| {
        let holder = format!("SELECT count(*) FROM signing_keys WHERE state = '{state}' AND held_in = 'database'");
        let device = format!("SELECT count(*) FROM signing_keys WHERE state = '{state}' AND held_in = 'device'");
        (app.db.number(&holder).await, app.db.number(&device).await)
    };
    assert_eq!((held("verify_only").await, held("active").await), ((1, 0), (0, 1)));
    let by_device =
        "SELECT count(DISTINCT s.held_in) FROM audit_heads h JOIN signing_keys s ON s.id = h.signing_key_id";
    assert_eq!(app.db.number(by_device).await, 2);
    let report = app.running().base.verifier().verify(None).await.expect("a report");
    assert!(report.ok, "{report:?}");

    // A public key that somebody put into the row is not believed.
    app.db.run_sql("UPDATE signing_keys SET public_key = set_byte(public_key, 9, 7) WHERE held_in = 'device'").await;
    let report = app.running().base.verifier().verify(None).await.expect("a report");
    assert!(!report.ok);
    app.stop().await;
}

/// Waits until every record there is now is under a signed head.
async fn sealed(app: &TestApp) {
    until("the ledger is sealed", async || {
        app.db.number("SELECT count(*) FROM audit_heads").await > 0 && app.db.number(UNSEALED).await == 0
    })
    .await;
}

const UNSEALED: &str =
    "SELECT count(*) FROM audit_records r WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.record_id = r.id)";

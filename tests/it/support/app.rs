//! The whole program on a database of its own, on loopback, with typed actors at its public edge.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use futures::{SinkExt, StreamExt};
use guitai::app::{self, Mode, Opened, Running};
use guitai::audit::Caller;
use guitai::config::{Config, Listener, Listeners};
use guitai::http;
use guitai::identity::{NewAccount, Role};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::db::TestDb;
use super::wait::{until, within};

const PASSWORD: &str = "Correct-Horse-7-Battery";

/// A running program. Call [`TestApp::finish`] at the end of a test: it asserts what must hold after any use of the program.
pub struct TestApp {
    running: Running,
    pub db: TestDb,
    _files: tempfile::TempDir,
}

/// Somebody at the edge: anonymous, or signed in with a cookie.
#[derive(Clone)]
pub struct Actor {
    pub url: String,
    pub client: Client,
    pub login: String,
    pub account_id: Option<uuid::Uuid>,
}

impl TestApp {
    /// Starts without models.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts with a configuration that the test has a say in.
    pub async fn start_with(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(TestDb::create().await, adjust).await
    }

    /// Starts on this database.
    pub async fn start_on(db: TestDb, adjust: impl FnOnce(&mut Config)) -> Self {
        Self::start_from(db, None, adjust).await
    }

    /// As [`TestApp::start_on`], with a configuration file for children of the program to read.
    pub async fn start_from(db: TestDb, config_file: Option<PathBuf>, adjust: impl FnOnce(&mut Config)) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let files = tempfile::tempdir().expect("a folder");
        let listeners = Listeners {
            staff: Listener::loopback(0),
            customers: Listener::loopback(0),
            admin: Listener::loopback(0),
            metrics: Listener::loopback(0),
        };
        let mut config = Config { listeners, ..Config::default() };
        config.storage.data_dir = files.path().join("files");
        config.recordings.inbox_dir = Some(files.path().join("inbox"));
        config.crypto.root_key_file = Some(files.path().join("root.key"));
        config.identity.pbkdf2_iterations = 10_000;
        config.database.max_connections = 8;
        adjust(&mut config);
        let opened = Opened {
            config,
            program: env!("CARGO_BIN_EXE_guitai").into(),
            config_file,
            database_url: db.url().to_owned(),
            cluster: None,
            credentials_dir: None,
            ask_passphrase: None,
            may_create_root_key: true,
        };
        let bound = http::bind(&opened.config.listeners, false).expect("free ports");
        let running = app::start(opened, bound, Mode::Demo).await.expect("the program starts");
        running.services.knowledge.seed_demo(&Caller::operator(running.base.org_id, "test")).await.expect("knowledge");
        Self { running, db, _files: files }
    }

    pub fn running(&self) -> &Running {
        &self.running
    }

    pub fn staff_url(&self) -> &str {
        &self.running.zones.staff
    }

    pub fn customers_url(&self) -> &str {
        &self.running.zones.customers
    }

    /// Nobody, at the staff listener.
    pub fn anonymous(&self) -> Actor {
        actor(self.staff_url())
    }

    /// A customer's browser.
    pub fn customer(&self) -> Actor {
        actor(self.customers_url())
    }

    /// A new account with these roles, signed in: administrators at their own listener.
    pub async fn staff(&self, roles: &[Role]) -> Actor {
        let zone = if roles.contains(&Role::Secadmin) || roles.contains(&Role::Sysadmin) {
            &self.running.zones.admin
        } else {
            &self.running.zones.staff
        };
        let mut actor = actor(zone);
        actor.login = format!("u{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        let caller = Caller::operator(self.running.base.org_id, "test");
        let new =
            NewAccount { login: actor.login.clone(), display_name: "测试人员".to_owned(), roles: roles.to_vec() };
        let account = self.running.base.identity.demo_account(&caller, new, PASSWORD).await.expect("an account");
        actor.account_id = Some(account.id.0);
        let answer = actor.post("/api/v1/session", json!({"login": actor.login, "password": PASSWORD})).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap_or_default());
        actor
    }

    pub async fn agent(&self) -> Actor {
        self.staff(&[Role::Agent]).await
    }

    pub async fn inspector(&self) -> Actor {
        self.staff(&[Role::Inspector]).await
    }

    /// The folder where a recorder leaves calls.
    pub fn inbox(&self) -> std::path::PathBuf {
        self.running.base.config.recordings.inbox_dir.clone().expect("a folder")
    }

    /// Files in a folder of the program's own, below all of its folders.
    pub fn files_in(&self, folder: &str) -> usize {
        files_below(&self.running.base.config.storage.data_dir.join(folder))
    }

    /// Stops without waiting for work that cannot be done here.
    pub async fn stop(self) {
        drop(self.stop_and_keep_database().await);
    }

    /// As [`TestApp::stop`], for another start on the same database.
    pub async fn stop_and_keep_database(self) -> TestDb {
        self.running.stop().await.expect("an orderly stop");
        self.db
    }

    /// Waits until everything that was caused is done, then asserts that nothing is left over, that the ledger verifies, and stops.
    pub async fn finish(self) {
        let pending = async || {
            let rows = self.db.number("SELECT count(*) FROM event_deliveries WHERE dead_at IS NULL").await;
            rows + self.db.number("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')").await
        };
        until("jobs and deliveries are done", async || pending().await == 0).await;
        assert_eq!(
            self.db.number("SELECT count(*) FROM event_deliveries WHERE dead_at IS NOT NULL").await,
            0,
            "dead letters"
        );
        assert_eq!(self.db.number("SELECT count(*) FROM jobs WHERE state = 'failed'").await, 0, "failed jobs");
        let report = self.running.base.verifier().verify(None).await.expect("the ledger is read");
        assert!(report.ok, "{:?}", report.failures);
        self.running.stop().await.expect("an orderly stop");
    }
}

fn actor(url: &str) -> Actor {
    let client = Client::builder().cookie_store(true).no_proxy().local_address(IpAddr::V4(Ipv4Addr::LOCALHOST)).build();
    Actor { url: url.to_owned(), client: client.expect("a client"), login: String::new(), account_id: None }
}

impl Actor {
    /// Nobody yet, at a listener.
    pub fn at(url: &str) -> Self {
        actor(url)
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).header("X-Requested-With", "guitai")
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.request(Method::POST, path).json(&body).send().await.expect("an answer")
    }

    pub async fn put(&self, path: &str, body: Value) -> Response {
        self.request(Method::PUT, path).json(&body).send().await.expect("an answer")
    }

    /// A 2xx answer's JSON.
    pub async fn get_ok(&self, path: &str) -> Value {
        ok(self.get(path).await).await
    }

    pub async fn post_ok(&self, path: &str, body: Value) -> Value {
        ok(self.post(path, body).await).await
    }

    pub async fn put_ok(&self, path: &str, body: Value) -> Value {
        ok(self.put(path, body).await).await
    }

    /// Opens a socket with this actor's cookies; `cookie` is `name=value`.
    pub async fn socket(&self, path: &str, cookie: &str) -> Socket {
        let url = format!("{}{path}", self.url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a request");
        request.headers_mut().insert("Cookie", cookie.parse().expect("a cookie"));
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        Socket(socket)
    }

    /// Opens a chat and its socket.
    pub async fn chat(&self) -> (uuid::Uuid, Socket) {
        let answer =
            self.post("/api/v1/chat-sessions", json!({"display_name": "王小明", "phone": "13800138000", "page_url": "https://bank.example/cards?id=7#top"})).await;
        let cookie = answer.headers().get("set-cookie").expect("a cookie").to_str().expect("text");
        let cookie = cookie.split(';').next().expect("a value").to_owned();
        let id = ok(answer).await["conversation_id"].as_str().expect("an id").parse().expect("a UUID");
        (id, self.socket("/chat", &cookie).await)
    }
}

/// The JSON of an answer that must be good.
pub async fn ok(answer: Response) -> Value {
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {text}");
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") }
}

/// The code of an answer that must be a refusal, with its status.
pub async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status();
    let body: Value = answer.json().await.expect("an error body");
    assert!(!body["message"].as_str().unwrap_or_default().is_empty(), "{body}");
    assert!(!body["trace_id"].as_str().unwrap_or_default().is_empty(), "{body}");
    (status.as_u16(), body["code"].as_str().unwrap_or_default().to_owned())
}

type Stream = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A WebSocket client that speaks JSON.
pub struct Socket(Stream);

impl Socket {
    pub async fn send(&mut self, frame: Value) {
        self.send_text(frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: String) {
        self.0.send(Message::text(text)).await.expect("sent");
    }

    pub async fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.0.send(Message::binary(bytes)).await.expect("sent");
    }

    /// The next JSON frame; `None` when the server closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(std::time::Duration::from_secs(20), self.0.next())
                .await
                .expect("a frame in time")?;
            match message {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The code with which the server closes, whatever it says before.
    pub async fn close_code(&mut self) -> Option<u16> {
        within("the server to close", async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Close(frame))) => return frame.map(|f| f.code.into()),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        })
        .await
    }

    /// Frames until one fits.
    pub async fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        // Pings keep a socket alive on which nothing is said.
        within(what, async {
            loop {
                let frame = self.next().await.unwrap_or_else(|| panic!("closed while waiting for {what}"));
                if fits(&frame) {
                    return frame;
                }
            }
        })
        .await
    }

    /// Waits for a message, shown live or with everything else after something was away.
    pub async fn until_shown(&mut self, what: &str, fits: impl Fn(&Value) -> bool) {
        let shown = |frame: &Value| match frame["type"].as_str() {
            Some("message") => fits(&frame["message"]),
            Some("welcome") => frame["messages"].as_array().is_some_and(|all| all.iter().any(&fits)),
            _ => false,
        };
        self.until(what, shown).await;
    }

    /// The customer writes; the committed message comes back as its acknowledgement.
    pub async fn say(&mut self, body: &str) -> Value {
        let client_id = uuid::Uuid::new_v4().to_string();
        self.send(json!({"type": "message", "client_id": client_id, "body": body})).await;
        self.until("the acknowledgement", |f| f["type"] == "message" && f["message"]["client_id"] == client_id.as_str())
            .await
    }
}

/// How many files there are below a folder; none when it is not there.
pub fn files_below(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.flatten().map(|e| e.path());
    paths.map(|p| if p.is_dir() { files_below(&p) } else { 1 }).sum()
}

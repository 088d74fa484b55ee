//! A real Apache Kafka broker for tests: own folder, own ports, gone when its owner is.
//!
//! The jars come from the cache that `tests/kafka/fetch.sh` fills and verifies (`make setup` runs it). Where they are
//! missing or altered, starting panics with what to do: a test that needs Kafka fails then, it is never skipped.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

/// A broker is up in three seconds alone on two cores; it may share them with a compiler.
const START_LIMIT: Duration = Duration::from_secs(120);

/// One running broker and controller in one process, on loopback. Dropping it kills the process and removes its folder;
/// so does the end of the test process, however it ends, because the broker's script watches a pipe that closes then.
pub struct KafkaBroker {
    folder: PathBuf,
    port: u16,
    controller_port: u16,
    /// Properties beside those of `tests/kafka/server.properties`, over which they win.
    more: Option<PathBuf>,
    script: Child,
}

impl KafkaBroker {
    /// Starts a broker and returns once it answers a metadata request. Blocks for seconds: call it outside async code, or
    /// inside `spawn_blocking`.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// As [`KafkaBroker::start`], with more properties; `@PORT@` and `@CONTROLLER_PORT@` stand for the broker's own ports.
    pub fn start_with(properties: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("guitai-kafka-").tempdir().expect("a temporary folder").keep();
        let (port, controller_port) = (free_port(), free_port());
        let more = (!properties.is_empty()).then(|| folder.join("more.properties"));
        if let Some(more) = &more {
            fs::write(more, properties).expect("the properties are written");
        }
        let script = spawn(&folder, port, controller_port, more.as_deref());
        let mut broker = Self { folder, port, controller_port, more, script };
        broker.wait_until_ready();
        broker
    }

    /// The broker that tests share when they only need topics of their own. It lives until the test process ends.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<KafkaBroker> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// `host:port`, for `bootstrap.servers`.
    pub fn bootstrap_servers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A client configuration that reaches this broker and gives up within seconds instead of minutes.
    pub fn client_config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", self.bootstrap_servers())
            .set("reconnect.backoff.ms", "20")
            .set("reconnect.backoff.max.ms", "200")
            .set("message.timeout.ms", "20000");
        config
    }

    /// Creates a topic; the broker refuses the use of one that nobody created.
    pub async fn create_topic(&self, name: &str, partitions: i32) {
        let admin: AdminClient<DefaultClientContext> = self.client_config().create().expect("an admin client");
        let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
        let results = admin.create_topics([&topic], &AdminOptions::new()).await.expect("the broker answers");
        for result in results {
            result.expect("the topic is created");
        }
    }

    /// Ends the broker in an orderly way and keeps its data, as when operations stop it.
    pub fn stop(&mut self) {
        let done = command().arg("stop").arg(&self.folder).status().expect("broker.sh runs");
        assert!(done.success(), "broker.sh stop failed: {done}");
        self.script.wait().expect("the broker's script ends with it");
    }

    /// Starts a stopped broker again, on the same ports and data.
    pub fn start_again(&mut self) {
        assert!(self.ended().is_some(), "the broker still runs");
        self.script = spawn(&self.folder, self.port, self.controller_port, self.more.as_deref());
        self.wait_until_ready();
    }

    /// Stops the process in its tracks: connections stay open and nothing answers, as when the host hangs.
    pub fn freeze(&self) {
        let pid = self.pid();
        kill(pid, Signal::SIGSTOP).expect("the broker is there to be frozen");
        // The signal takes effect a moment later, when the last of its threads has stopped.
        let stopped = |task: PathBuf| {
            let stat = fs::read_to_string(task.join("stat")).unwrap_or_default();
            stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('T'))
        };
        let tasks = || fs::read_dir(format!("/proc/{pid}/task")).expect("the threads of the broker");
        while !tasks().all(|task| stopped(task.expect("a thread").path())) {
            std::thread::yield_now();
        }
    }

    /// Lets a frozen broker go on.
    pub fn thaw(&self) {
        kill(self.pid(), Signal::SIGCONT).expect("the broker is there to go on");
    }

    /// The broker's process.
    pub fn pid(&self) -> Pid {
        let text = fs::read_to_string(self.folder.join("pid")).expect("a running broker has a pid file");
        Pid::from_raw(text.trim().parse().expect("the pid file holds a number"))
    }

    /// The folder with its data, where a test may look for text that must not be there.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn wait_until_ready(&mut self) {
        let client: BaseConsumer = self.client_config().create().expect("a client");
        let start = Instant::now();
        loop {
            // The request waits for the broker itself, so this loop needs no pause of its own.
            let Err(error) = client.fetch_metadata(None, Duration::from_secs(1)) else { return };
            let why = if let Some(status) = self.ended() {
                format!("it ended: {status}")
            } else if start.elapsed() > START_LIMIT {
                format!("no answer within {} s: {error}", START_LIMIT.as_secs())
            } else {
                continue;
            };
            let log = fs::read_to_string(self.folder.join("broker.log")).unwrap_or_default();
            panic!("the Kafka broker did not start ({why}); broker.log says:\n{log}");
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.script.try_wait().expect("the broker's script is a child of this process")
    }
}

impl Drop for KafkaBroker {
    fn drop(&mut self) {
        // The script kills the broker and removes the folder when its standard input closes; after a stop() it is
        // already gone and the folder is ours to remove.
        drop(self.script.stdin.take());
        let ended = self.script.wait();
        let removed = match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        if !std::thread::panicking() {
            ended.expect("the broker's script ends");
            removed.expect("the broker's folder is removed");
        }
    }
}

fn command() -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/broker.sh");
    let mut command = Command::new(script);
    command.stdout(Stdio::null());
    command
}

fn spawn(folder: &Path, port: u16, controller_port: u16, more: Option<&Path>) -> Child {
    command()
        .args([Path::new("run"), folder])
        .args([port.to_string(), controller_port.to_string()])
        .args(more)
        .stdin(Stdio::piped())
        .spawn()
        .expect("tests/kafka/broker.sh runs")
}

/// A port that nobody listens on, below the range from which the system hands out outgoing ports: one from that range
/// could be taken by a connection before the broker binds it.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 10_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = u16::try_from(std::process::id() % u32::from(COUNT)).expect("a remainder below 10 000");
    (0..COUNT)
        .map(|_| FIRST + own.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port on loopback")
}

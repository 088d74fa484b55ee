//! The main job with the appliance on one machine and the bank's PostgreSQL, Kafka, browsers and recorder's clients on another, and somebody who
//! listens to the wire between them.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use guitai::app::{self, Opened};
use guitai::audit::Caller;
use guitai::cli::demo::{data, player};
use guitai::cli::raw_scan::{Needle, scan};
use guitai::db::{Address, migrate};
use guitai::identity::{NewAccount, Role};
use guitai::knowledge::Knowledge;
use guitai::transport::Role as End;
use serde_json::Value;

use crate::support::certificates::{Authority, Pair};
use crate::support::handshake::is_tls_1_3;
use crate::support::kafka::{KafkaBroker, free_port};
use crate::support::namespace::{APPLIANCE, BANK, Net, WIRE, two_machines};
use crate::support::postgres::{PASSWORD, TlsPostgres};
use crate::support::wire::{Heard, Tap};

const ACTOR_PASSWORD: &str = "Correct-Horse-7-Battery";

/// `guitai serve` on the appliance's machine. Dropping it ends it.
struct Appliance(Child);

impl Appliance {
    fn start(net: &Net, config: &Path) -> (Self, Value) {
        let mut child = net.enter(|| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_guitai"));
            command.args(["serve", "--json", "--config"]).arg(config);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("guitai starts")
        });
        let mut talk = BufReader::new(child.stderr.take().expect("its talk"));
        let heard = std::thread::spawn(move || {
            let mut heard = String::new();
            drop(std::io::Read::read_to_string(&mut talk, &mut heard));
            heard
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        match serde_json::from_str(&line) {
            Ok(zones) => (Self(child), zones),
            Err(e) => {
                drop(child.kill());
                drop(child.wait());
                panic!("{e}: {line:?}; it said: {}", heard.join().unwrap_or_default());
            }
        }
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).expect("a pid"));
        if nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).is_ok() {
            drop(self.0.wait());
        }
    }
}

/// What the bank installs: one authority, a certificate for each, client certificates on both ways out.
struct Installed {
    authority: Authority,
    server: Pair,
    own: Pair,
    broker: Pair,
    database: Pair,
}

impl Installed {
    fn new(folder: &Path) -> Self {
        let authority = Authority::new(folder, "bank-ca");
        let (server, own) = (authority.issue("appliance", &[APPLIANCE]), authority.issue("guitai", &[]));
        let (broker, database) = (authority.issue("broker", &[BANK]), authority.issue("database", &[BANK]));
        Self { authority, server, own, broker, database }
    }

    fn broker_properties(&self, port: u16) -> String {
        format!(
            "listeners=PLAINTEXT://127.0.0.1:@PORT@,CONTROLLER://127.0.0.1:@CONTROLLER_PORT@,BANK://{BANK}:{port}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:@PORT@,BANK://{BANK}:{port}\n\
             listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,BANK:SSL\n\
             ssl.keystore.type=PEM\nssl.keystore.location={}\nssl.truststore.type=PEM\nssl.truststore.location={}\n\
             ssl.client.auth=required\n",
            self.broker.joined().display(),
            self.authority.ca_file.display()
        )
    }

    fn configuration(&self, folder: &Path, database: u16, kafka: u16, model: &Path) -> String {
        let (ca, own) = (self.authority.ca_file.display(), &self.own);
        let ours = format!(
            "ca_file = \"{ca}\"\ncertificate_file = \"{}\"\nprivate_key_file = \"{}\"\n",
            own.certificate.display(),
            own.key.display()
        );
        let zones = ["staff", "customers", "admin", "metrics"].map(|zone| {
            format!(
                "[listeners.{zone}]\naddress = \"{APPLIANCE}:0\"\ncertificate_file = \"{}\"\nprivate_key_file = \"{}\"\n",
                self.server.certificate.display(),
                self.server.key.display()
            )
        });
        let at = |name: &str| folder.join(name).display().to_string();
        format!(
            "[organisation]\ncode = \"east\"\nname = \"东部分行\"\n{}[database]\nurl = \"{}\"\npassword_file = \"{}\"\n{ours}\
             [eventlog]\nbackend = \"kafka\"\nbootstrap_servers = \"{BANK}:{kafka}\"\ntopic_replication = 1\n\
             topic_partitions = 2\n{ours}[storage]\ndata_dir = \"{}\"\n[crypto]\nroot_key_file = \"{}\"\nroot_passphrase_file = \"{}\"\n\
             [recordings]\ninbox_dir = \"{}\"\n[inference]\nasr_model_dir = \"{}\"\n",
            zones.concat(),
            database_url(database),
            at("password"),
            at("data"),
            at("root.key"),
            at("passphrase"),
            at("inbox"),
            model.display()
        )
    }
}

fn database_url(port: u16) -> String {
    format!("host={BANK} port={port} dbname=guitai user=guitai")
}

/// On the appliance, as `guitai demo` does it: knowledge, and four people who play.
async fn people(config: PathBuf, installed: &Installed, port: u16, folder: &Path) -> Vec<player::Credentials> {
    let config = guitai::config::load(Some(&config), std::iter::empty()).expect("a configuration");
    let url = format!("{} password='{PASSWORD}'", database_url(port));
    let tls = installed.authority.client(End::Database, Some(&installed.own));
    migrate(Address::new(&url, Some(tls))).await.expect("the migrations run");
    let opened = Opened {
        config,
        program: env!("CARGO_BIN_EXE_guitai").into(),
        config_file: None,
        database_url: url,
        cluster: None,
        credentials_dir: None,
        ask_passphrase: None,
        may_create_root_key: true,
    };
    let base = app::base(opened).await.expect("the installation opens");
    let caller = Caller::operator(base.org_id, "test");
    let knowledge = Knowledge::open(base.transactions.clone(), base.org_id, folder.join("seeding")).await;
    knowledge.expect("knowledge").seed_demo(&caller).await.expect("articles");
    let mut all = Vec::new();
    for role in [Role::Agent, Role::Supervisor, Role::Inspector, Role::Auditor] {
        let login = format!("wire-{}", role.as_str());
        let new = NewAccount { login: login.clone(), display_name: "测试人员".to_owned(), roles: vec![role] };
        base.identity.demo_account(&caller, new, ACTOR_PASSWORD).await.expect("an account");
        all.push(player::Credentials { login, password: ACTOR_PASSWORD.to_owned() });
    }
    all
}

/// Puts the root key under a passphrase, as an installation has it.
fn seal_root(file: &Path, passphrase: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(passphrase, "Bridge-Granite-42-Lantern").expect("written");
    std::fs::set_permissions(passphrase, std::fs::Permissions::from_mode(0o600)).expect("closed to others");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_guitai"));
    command.args(["keys", "seal-root", "--iterations", "100000", "--passphrase-file"]).arg(passphrase).arg(file);
    let output = command.output().expect("guitai runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Something said in clear, so that it is known that it would be heard.
fn say_in_clear(appliance: &Net, bank: &Net, words: &str) -> u16 {
    let ear = bank.enter(|| TcpListener::bind((BANK, 0)).expect("a port"));
    let port = ear.local_addr().expect("an address").port();
    appliance.enter(|| {
        let mut mouth = TcpStream::connect((BANK, port)).expect("connected");
        mouth.write_all(words.as_bytes()).expect("said");
    });
    let mut heard = String::new();
    let (mut line, _) = ear.accept().expect("somebody");
    std::io::Read::read_to_string(&mut line, &mut heard).expect("words");
    assert_eq!(heard, words);
    port
}

#[test]
fn nothing_of_the_main_job_can_be_read_on_the_wire() {
    drop(rustls::crypto::ring::default_provider().install_default());
    // Under /var/tmp, because the database's own system user has to reach what is its.
    let folder = tempfile::Builder::new().prefix("guitai-wire-").tempdir_in("/var/tmp").expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for name in ["heard", "clear", "inbox"] {
        std::fs::create_dir(at(name)).expect("a folder");
    }
    let (appliance, bank) = two_machines();
    let installed = Installed::new(folder.path());
    let (database_port, kafka_port) = (free_port(), free_port());
    let hba = format!("hostssl guitai guitai {APPLIANCE}/32 scram-sha-256 clientcert=verify-full");
    let (database, _broker) = bank.enter(|| {
        let database = TlsPostgres::start(BANK, database_port, &installed.authority.ca_file, &hba);
        database.set(Some(&installed.database), "ssl_min_protocol_version = 'TLSv1.3'");
        (database, KafkaBroker::start_with(&installed.broker_properties(kafka_port)))
    });
    let tap = Tap::on(&bank, WIRE, &at("heard"));

    std::fs::write(at("password"), PASSWORD).expect("written");
    let model = data::unpack_model_to_temp().expect("the demo's model");
    let config = at("guitai.toml");
    let text = installed.configuration(folder.path(), database_port, kafka_port, model.path());
    std::fs::write(&config, text).expect("written");
    let who = appliance.block_on(people(config.clone(), &installed, database_port, folder.path()));
    seal_root(&at("root.key"), &at("passphrase"));
    let (serving, zones) = Appliance::start(&appliance, &config);
    let zone = |name: &str| zones[name].as_str().expect("an address").to_owned();
    let [agent, supervisor, inspector, auditor] = <[_; 4]>::try_from(who).ok().expect("four");
    let stage = player::Stage {
        staff_url: zone("staff"),
        customers_url: zone("customers"),
        metrics_url: zone("metrics"),
        agent,
        supervisor,
        inspector,
        auditor,
        call_wav: data::call_file("wealth.wav").expect("a call"),
        call_cdr: data::call_file("wealth.cdr.json").expect("its record"),
        inbox: at("inbox"),
        call_reference: data::call_file("wealth.reference.json").expect("its text"),
        // The job's own scan looks at the disk last, and what was heard on the wire lies there too.
        data_dirs: vec![at("heard"), at("data"), database.folder().join("pg")],
        ca_file: Some(installed.authority.ca_file.clone()),
    };
    let report = bank.block_on(player::play(&stage, |_| {}));
    for step in &report.steps {
        assert!(step.ok, "{}: {}", step.name, step.detail);
    }
    assert_eq!(report.steps.len(), 12);
    drop(serving);

    let control = "这句话是明文说的，应当被听到";
    let clear = say_in_clear(&appliance, &bank, control);
    let heard = tap.finish();
    judge(&heard, clear, &[database_port, kafka_port], &at("heard"), control);
}

/// Everything but the control is TLS 1.3, on both ways out and on the listeners.
fn judge(heard: &Heard, clear: u16, outward: &[u16], folder: &Path, control: &str) {
    assert!(heard.foreign.is_empty(), "{:?}", heard.foreign);
    let (mut connections, mut bytes) = (std::collections::BTreeMap::<u16, usize>::new(), 0);
    let mut controls = 0;
    for client in heard.streams.iter().filter(|s| s.is_client) {
        let server = heard
            .streams
            .iter()
            .find(|s| (s.from, s.to, s.nth) == (client.to, client.from, client.nth))
            .unwrap_or_else(|| panic!("{} never answered", client.to));
        let (said, answered) = (client.bytes(), server.bytes());
        bytes += said.len() + answered.len();
        let verdict = is_tls_1_3(&said, &answered);
        if client.to.port() == clear {
            assert!(verdict.is_err(), "what is said in clear is no TLS");
            controls += 1;
            continue;
        }
        match verdict {
            Ok(true) => *connections.entry(client.to.port()).or_default() += 1,
            Ok(false) => {}
            Err(e) => panic!("{} to {}: {e}", client.from, client.to),
        }
    }
    assert_eq!(controls, 1);
    let found = scan(&[folder.to_owned()], &[Needle::words("control", control)], Duration::from_secs(300));
    assert_eq!(found.expect("a scan").hits.len(), 1, "what is said in clear is heard, once");
    for port in outward {
        assert!(connections.get(port).is_some_and(|n| *n >= 2), "{connections:?}");
    }
    // Customers, staff and metrics.
    assert!(connections.len() >= 5, "{connections:?}");
    assert!(bytes > 100_000, "{bytes} bytes in {} frames", heard.frames);
    eprintln!("{bytes} bytes in {} frames, connections by port {connections:?}", heard.frames);
}

//! Devices in folders, brokers that run this very program, and waiting.

use guitai_sdf::client::{BrokerCommand, ClientConfig, DeviceState, Phase};
use guitai_sdf::config::{BrokerConfig, DeviceConfig};
use guitai_sdf::{Client, Error, ErrorKind, Root};
use nix::sys::signal::Signal;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

const CONFIG: &str = "GUITAI_SDF_TEST_BROKER";
/// No wait of a test is longer.
pub const LIMIT: Duration = Duration::from_secs(12);
pub const PIN: &str = "12345678";

/// Not a test of its own: what a child of these tests runs. It finds its configuration by the environment, its socket on standard input.
#[test]
fn broker() {
    let Some(config) = std::env::var_os(CONFIG) else { return };
    let config: BrokerConfig = serde_json::from_slice(&fs::read(config).unwrap()).unwrap();
    let socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    match guitai_sdf::broker::serve(config, socket) {
        Ok(()) => std::process::exit(0),
        Err(e) => {
            eprintln!("broker: {e}");
            std::process::exit(1);
        }
    }
}

/// The shared library of the test device, which cargo builds beside this program because it is a dependency of it.
pub fn library() -> PathBuf {
    // Named, so that cargo's dependency is a used one.
    assert!(guitai_sdf_test_device::ISSUER.contains("TEST"));
    let here = std::env::current_exe().unwrap();
    let file = here.with_file_name("libguitai_sdf_test_device.so");
    assert!(file.exists(), "{} is not there", file.display());
    file
}

/// Some devices with the same keys, and the files of an installation.
pub struct Rig {
    pub folder: TempDir,
    pub configs: Vec<BrokerConfig>,
    pub patience: ClientConfig,
}

impl Rig {
    /// Devices named a, b, c …; they sign with a PIN.
    pub fn new(devices: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut rig = Rig { folder, configs: Vec::new(), patience: ClientConfig::new(Vec::new()) };
        rig.patience.call_timeout = Duration::from_millis(1_500);
        rig.patience.probe_interval = Duration::from_millis(200);
        rig.patience.restart_pause = Duration::from_millis(20);
        rig.patience.longest_restart_pause = Duration::from_millis(200);
        let pin_file = rig.path("pin");
        fs::write(&pin_file, format!("{PIN}\n")).unwrap();
        fs::set_permissions(&pin_file, fs::Permissions::from_mode(0o600)).unwrap();
        rig.patience.pin_file = Some(pin_file.clone());
        for (at, name) in ('a'..='z').take(devices).enumerate() {
            let device = rig.device(at);
            guitai_sdf_test_device::keys::prepare(&device).unwrap();
            fs::write(device.join("pin-1"), PIN).unwrap();
            for key in ["kek-1.key", "sm2-1.key"].iter().filter(|_| at > 0) {
                fs::copy(rig.device(0).join(key), device.join(key)).unwrap();
            }
            let mut config = DeviceConfig::new(name, library());
            config.settings = Some(device);
            config.sessions = 3;
            config.call_timeout_ms = 1_000;
            config.start_timeout_ms = 4_000;
            rig.configs.push(BrokerConfig {
                device: config,
                key_index: 1,
                root_file: None,
                signing_key_index: Some(1),
                pin_file: Some(pin_file.clone()),
            });
        }
        rig
    }

    /// The same with root keys, made in the first device.
    pub fn with_root(devices: usize) -> Self {
        let mut rig = Rig::new(devices);
        rig.make_root();
        rig
    }

    /// Makes root keys in the first device; all brokers that start from now on use them.
    pub fn make_root(&mut self) -> Root {
        let client = self.client();
        client.wait_ready(LIMIT).unwrap();
        let root = client.create_root(Uuid::from_u128(42), 1).unwrap();
        let file = self.path("root");
        fs::write(&file, root.to_text()).unwrap();
        self.configs.iter_mut().for_each(|config| config.root_file = Some(file.clone()));
        root
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of a device.
    pub fn device(&self, at: usize) -> PathBuf {
        self.path(&format!("device-{at}"))
    }

    /// Tells a device what to do wrong from now on.
    pub fn tell(&self, at: usize, text: &str) {
        let unfinished = self.device(at).join("control.new");
        fs::write(&unfinished, text).unwrap();
        fs::rename(unfinished, self.device(at).join("control")).unwrap();
    }

    /// A client with a broker for each device.
    pub fn client(&self) -> Client {
        let mut config = self.patience.clone();
        config.devices = self.configs.iter().enumerate().map(|(at, config)| self.command(at, config)).collect();
        Client::start(config).unwrap()
    }

    /// The same, with all devices ready.
    pub fn ready_client(&self) -> Client {
        let client = self.client();
        wait_for("every device to be ready", || client.state().iter().all(|device| device.phase == Phase::Ready));
        client
    }

    pub fn command(&self, at: usize, config: &BrokerConfig) -> BrokerCommand {
        let file = self.path(&format!("broker-{at}.json"));
        fs::write(&file, serde_json::to_vec(config).unwrap()).unwrap();
        let variable = format!("{CONFIG}={}", file.display());
        let program = std::env::current_exe().unwrap();
        let words = [variable.as_str(), program.to_str().unwrap(), "--exact", "support::broker", "--nocapture"];
        BrokerCommand {
            name: config.device.name.clone(),
            program: "/usr/bin/env".into(),
            args: words.iter().map(Into::into).collect(),
        }
    }
}

/// Waits until `done` holds; fails when that takes too long.
#[track_caller]
pub fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < until, "waited too long for {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// Waits until the device at `at` has failed, and gives its last error.
#[track_caller]
pub fn failed(client: &Client, at: usize) -> Error {
    let failing = |device: &DeviceState| matches!(device.phase, Phase::Failing | Phase::Refused);
    wait_for("the device to fail", || failing(&client.state()[at]));
    client.state()[at].last_error.clone().unwrap()
}

/// Kills a process at once.
pub fn kill(pid: u32) {
    signal(pid, Signal::SIGKILL);
}

pub fn signal(pid: u32, signal: Signal) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
}

pub fn pid(client: &Client, at: usize) -> u32 {
    client.state()[at].hello.as_ref().unwrap().pid
}

#[track_caller]
pub fn assert_kind<T>(outcome: Result<T, Error>, kind: ErrorKind) -> Error {
    match outcome {
        Ok(_) => panic!("{kind:?} was expected"),
        Err(e) => {
            assert_eq!(e.kind, kind, "{e}");
            e
        }
    }
}

/// How often a PIN was presented to a device.
pub fn pin_attempts(folder: &Path) -> usize {
    fs::read_to_string(folder.join("pin-attempts")).map_or(0, |text| text.lines().count())
}

//! The sections. Every key has a default that suits one box, except what only the bank can know.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use guitai_sdf::config::{BrokerConfig, DeviceConfig};
use serde::{Deserialize, Serialize};

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $text:literal])+ $field:ident: $ty:ty = $default:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[doc = $text])+ pub $field: $ty,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            /// Name and manual of every key, in order.
            pub const KEYS: &'static [(&'static str, &'static str)] = &[$((stringify!($field), concat!($($text),+)),)*];
        }
    };
}

section! {
    /// The whole file.
    Config {
        /// The organisation that this installation starts with.
        organisation: Organisation = Organisation::default();
        /// One listener per zone.
        listeners: Listeners = Listeners::default();
        /// PostgreSQL.
        database: Database = Database::default();
        /// The event log.
        eventlog: EventLog = EventLog::default();
        /// Where files are kept.
        storage: Storage = Storage::default();
        /// Keys.
        crypto: Crypto = Crypto::default();
        /// Passwords and sessions.
        identity: Identity = Identity::default();
        /// Models and the engines that run them.
        inference: Inference = Inference::default();
        /// Web chat.
        chat: Chat = Chat::default();
        /// Call recordings and who may hear them.
        recordings: Recordings = Recordings::default();
    }
}

section! {
    /// A bank with one brand never sees this again.
    Organisation {
        /// Short code, lower case letters, digits and dashes.
        code: String = "bank".to_owned();
        /// Name as customers and staff see it.
        name: String = "本行".to_owned();
    }
}

section! {
    /// Zones. A route of one zone does not exist on another. Off loopback every listener is TLS 1.3 only.
    Listeners {
        /// Console and API for staff.
        staff: Listener = Listener::loopback(8480);
        /// Web widget and chat for customers.
        customers: Listener = Listener::loopback(8481);
        /// Accounts, roles and sessions for administrators.
        admin: Listener = Listener::loopback(8482);
        /// /metrics, /readyz and /healthz for operations.
        metrics: Listener = Listener::loopback(8483);
    }
}

section! {
    /// One address, one certificate.
    Listener {
        /// Address and port, for example 10.1.2.3:443.
        address: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        /// PEM certificate chain; needed off loopback.
        certificate_file: Option<PathBuf> = None;
        /// PEM private key; needed off loopback.
        private_key_file: Option<PathBuf> = None;
        /// PEM authorities: when given, every client must have a certificate of one of them.
        client_ca_file: Option<PathBuf> = None;
        /// Concurrent connections that this zone takes.
        max_connections: usize = 10_000;
    }
}

section! {
    /// PostgreSQL 14 or later.
    Database {
        /// Connection string without a password, for example "host=/run/postgresql dbname=guitai user=guitai".
        url: String = String::new();
        /// File with the password, readable by this program alone; none for peer authentication.
        password_file: Option<PathBuf> = None;
        /// PEM authorities that the server's certificate must be of; needed off this machine. TCP is TLS 1.3 only when it is given.
        ca_file: Option<PathBuf> = None;
        /// PEM certificate chain that we present, where the server asks for one.
        certificate_file: Option<PathBuf> = None;
        /// PEM private key of that certificate.
        private_key_file: Option<PathBuf> = None;
        /// Connections in the pool.
        max_connections: usize = 16;
    }
}

section! {
    /// Where events go after the outbox.
    EventLog {
        /// "local": subscribers read the outbox. "kafka": a relay feeds Kafka and subscribers are consumer groups.
        backend: EventLogBackend = EventLogBackend::Local;
        /// Kafka bootstrap servers, comma-separated.
        bootstrap_servers: String = String::new();
        /// PEM authorities that the brokers' certificates must be of; needed off this machine. TLS 1.3 only when it is given.
        ca_file: Option<PathBuf> = None;
        /// PEM certificate chain that we present, where the brokers ask for one.
        certificate_file: Option<PathBuf> = None;
        /// PEM private key of that certificate.
        private_key_file: Option<PathBuf> = None;
        /// Whether topics that are missing in Kafka are made at start.
        create_topics: bool = true;
        /// Partitions of a topic that is made: the most nodes that can share its work.
        topic_partitions: i32 = 6;
        /// Brokers that keep a copy of a topic that is made.
        topic_replication: i32 = 3;
        /// How long a delivery may take before it is tried anew, in seconds.
        delivery_timeout_s: u64 = 30;
    }
}

/// Which back end carries events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventLogBackend {
    Local,
    Kafka,
}

section! {
    /// Files are ciphertext only.
    Storage {
        /// Recordings, attachments and search indexes.
        data_dir: PathBuf = PathBuf::from("/var/lib/guitai");
        /// Largest recording that is taken, in MiB.
        max_recording_mib: u64 = 512;
        /// How much of the decrypted search index of conversations, tickets and transcripts is kept in memory, in MiB. Searches are fastest when all of it fits
        /// (about 120 MiB for a million messages).
        search_memory_mib: u32 = 1_024;
    }
}

section! {
    /// The root key, and how data is sealed.
    Crypto {
        /// Who holds the root key: "soft", this program (非认证: no certified product), or "sdf", crypto devices (GM/T 0018).
        provider: CryptoProvider = CryptoProvider::Soft;
        /// The crypto devices.
        sdf: Sdf = Sdf::default();
        /// File with the root key, under a passphrase; not needed when the systemd credential "guitai_root_key" is there.
        root_key_file: Option<PathBuf> = None;
        /// File with that passphrase, mode 0600; not needed with the systemd credential "guitai_root_passphrase". Without either it is asked at the terminal.
        root_passphrase_file: Option<PathBuf> = None;
        /// How new data keys seal: "sm4_gcm", "sm4_ctr_hmac" (for devices without GCM), or "aes_256_gcm", which is no national algorithm and costs points in the assessment (密评).
        suite: SealingSuite = SealingSuite::Sm4Gcm;
        /// Days for which a former version of a rotated data key still opens; longer than Kafka keeps what was sealed under it.
        keep_former_keys_days: u32 = 90;
        /// Where the erasure journal is written; outside the backups of the database. Default: "erasure-journal" in the data directory.
        erasure_journal: Option<PathBuf> = None;
    }
}

/// Who holds the root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CryptoProvider {
    Soft,
    Sdf,
}

/// How new data keys seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealingSuite {
    Sm4Gcm,
    Sm4CtrHmac,
    #[serde(rename = "aes_256_gcm")]
    Aes256Gcm,
}

section! {
    /// Crypto devices behind the vendor's library. Two or more take over from each other.
    Sdf {
        /// Index of the key-encryption key in every device under which root keys are wrapped.
        key_index: u32 = 1;
        /// File with the root keys as the devices wrapped them: not secret, but nothing is read without it. `guitai keys create-device-root` makes it.
        root_file: Option<PathBuf> = None;
        /// Whether the bank has the devices' certificates (商用密码产品认证证书); without them they are shown as 非认证.
        certified: bool = false;
        /// Whether data is sealed in the devices as well, under keys that never leave them. Slow: every value costs a call.
        device_data: bool = false;
        /// Index of the SM2 key pair in every device that signs recordings and the heads of the audit ledger; the same key in each. Without it the program signs itself.
        signing_key_index: Option<u32> = None;
        /// File with the PIN of that key pair, mode 0600; none where the devices ask for none.
        signing_pin_file: Option<PathBuf> = None;
        /// One table for each device: [[crypto.sdf.devices]] with name and library (the vendor's .so); and, where the vendor says so, settings, working_dir, sessions (4), algorithm_ids ("standard" or "old"), kek_mode ("ecb" or "cbc"), hmac ("broker" or "device"), chunk_bytes (4096), call_timeout_ms (3000), start_timeout_ms (15000).
        devices: Vec<DeviceConfig> = Vec::new();
    }
}

impl Sdf {
    /// What the broker of the device of this name is told; nothing when there is no such device.
    pub fn broker(&self, name: &str) -> Option<BrokerConfig> {
        let device = self.devices.iter().find(|device| device.name == name)?.clone();
        let root_file = self.root_file.clone().filter(|file| file.exists());
        let (signing_key_index, pin_file) = (self.signing_key_index, self.signing_pin_file.clone());
        Some(BrokerConfig { device, key_index: self.key_index, root_file, signing_key_index, pin_file })
    }

    /// Everything that is wrong with it.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.devices.is_empty() {
            faults.push("crypto.sdf.devices: 至少一台 / at least one".to_owned());
        }
        if self.root_file.is_none() {
            faults.push("crypto.sdf.root_file: 必须填写 / is needed".to_owned());
        }
        for device in &self.devices {
            let broker = self.broker(&device.name).map(|broker| broker.faults()).unwrap_or_default();
            faults.extend(broker.into_iter().map(|fault| format!("crypto.sdf.devices.{}: {fault}", device.name)));
        }
        faults
    }
}

section! {
    /// Numbers of the bank's own policy; the defaults follow GB/T 22239-2019 level 3.
    Identity {
        /// Rounds of PBKDF2-HMAC-SM3 for a password.
        pbkdf2_iterations: u32 = 100_000;
        /// A session without activity ends after this, in minutes.
        idle_timeout_min: u32 = 15;
        /// Every session ends after this, in minutes.
        absolute_timeout_min: u32 = 720;
        /// Failed sign-ins before an account is locked.
        lock_after_failures: u32 = 5;
        /// Failures count within this window, in minutes.
        lock_window_min: u32 = 15;
        /// How long an account stays locked, in minutes.
        lock_for_min: u32 = 30;
        /// Whether a newer sign-in ends the older session of the same account.
        one_session_per_account: bool = true;
    }
}

section! {
    /// Engines run as supervised children of this program.
    Inference {
        /// Folder of the speech model; without one recordings wait for transcription.
        asr_model_dir: Option<PathBuf> = None;
        /// Threads of the speech engine; 0 takes one per two cores. They should not be shared with the rest.
        asr_threads: usize = 0;
    }
}

section! {
    /// The widget on the bank's own pages.
    Chat {
        /// Origins of the pages that may hold the chat window, for example "https://www.bank.example"; its own origin always may.
        page_origins: Vec<String> = Vec::new();
    }
}

section! {
    /// Numbers of the bank's own policy.
    Recordings {
        /// Folder where the recorder leaves NAME.wav and then NAME.json, its call record; none when it delivers by HTTP.
        inbox_dir: Option<PathBuf> = None;
        /// How far a recording's length may be from its call record's, in seconds.
        duration_tolerance_s: u64 = 2;
        /// How long an inspection task lets its inspector listen, in hours; it ends earlier when the inspection is confirmed.
        task_grant_h: u32 = 72;
        /// How long an approval to listen lasts, in minutes.
        approval_grant_min: u32 = 120;
    }
}

impl Listener {
    pub fn loopback(port: u16) -> Self {
        Self { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port), ..Self::default() }
    }

    pub fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }
}

/// A sample file: every key with its default, its manual above it.
pub fn sample() -> String {
    let mut out = String::from("# guitai.toml: every key, with its default. Uncomment what you change.\n");
    let mut section = |name: &str, keys: &[(&str, &str)], value: toml::Value| {
        out.push_str(&format!("\n[{name}]\n"));
        for (key, manual) in keys {
            out.push_str(&format!("#{manual}\n"));
            match value.get(key) {
                Some(v) => out.push_str(&format!("# {key} = {v}\n")),
                None => out.push_str(&format!("# {key} =\n")),
            }
        }
    };
    let as_toml = |v: &dyn erased::Section| v.to_toml();
    let c = Config::default();
    section("organisation", Organisation::KEYS, as_toml(&c.organisation));
    for (name, l) in [
        ("listeners.staff", &c.listeners.staff),
        ("listeners.customers", &c.listeners.customers),
        ("listeners.admin", &c.listeners.admin),
        ("listeners.metrics", &c.listeners.metrics),
    ] {
        section(name, Listener::KEYS, as_toml(l));
    }
    section("database", Database::KEYS, as_toml(&c.database));
    section("eventlog", EventLog::KEYS, as_toml(&c.eventlog));
    section("storage", Storage::KEYS, as_toml(&c.storage));
    section("crypto", Crypto::KEYS, as_toml(&c.crypto));
    section("identity", Identity::KEYS, as_toml(&c.identity));
    section("inference", Inference::KEYS, as_toml(&c.inference));
    section("chat", Chat::KEYS, as_toml(&c.chat));
    section("recordings", Recordings::KEYS, as_toml(&c.recordings));
    out
}

mod erased {
    /// A section as TOML, whatever its type.
    pub trait Section {
        fn to_toml(&self) -> toml::Value;
    }

    impl<T: serde::Serialize> Section for T {
        fn to_toml(&self) -> toml::Value {
            toml::Value::try_from(self).unwrap_or_else(|_| toml::Value::Table(toml::Table::new()))
        }
    }
}

//! Opening an installation: the self-test, keys and their provider, the database, the organisation. The command line needs no more than this.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{blocking, local_subscriptions};
use crate::audit::{Ledger, Sealer, Verifier};
use crate::config::{Config, CryptoProvider, EventLogBackend, SealingSuite};
use crate::crypto::provider::SoftProvider;
use crate::crypto::root::AskPassphrase;
use crate::crypto::sdf::{BrokerCommand, Duties, SdfProvider};
use crate::crypto::{Keyring, PassphraseSource, Provider, RootSource, Suite, kat};
use crate::db::cluster::Cluster;
use crate::db::ids::OrgId;
use crate::db::{self, Address, AsyncConnection as _, Clock, Db, KeySettings, KeyStore, Stamp};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{KafkaLog, Outbox};
use crate::identity::{Identity, IdentitySettings};
use crate::telemetry::metrics::Metrics;
use crate::transaction::Transactions;
use crate::transport::{Endpoint, Files, Role};

/// An installation that was found and read, not yet started.
pub struct Opened {
    pub config: Config,
    /// With its password, if it has one: never logged.
    pub database_url: String,
    /// The private server, when this process owns it.
    pub cluster: Option<Cluster>,
    pub credentials_dir: Option<PathBuf>,
    /// This program, for children of it that run it with other words.
    pub program: PathBuf,
    /// The file it was read from, for children of this process; none in the demo.
    pub config_file: Option<PathBuf>,
    /// Where there is a terminal: asks for the passphrase of the root key's file.
    pub ask_passphrase: Option<AskPassphrase>,
    /// Whether a missing root key may be made: in the demo only.
    pub may_create_root_key: bool,
}

impl Opened {
    /// Where the database is. Errors: `ConfigInvalid` when its certificates cannot be used.
    pub fn database(&self) -> Result<Address> {
        let c = &self.config.database;
        let files = Files {
            ca: c.ca_file.clone(),
            certificate: c.certificate_file.clone(),
            private_key: c.private_key_file.clone(),
        };
        let tls = c.ca_file.is_some().then(|| Endpoint::open(Role::Database, files)).transpose()?;
        Ok(Address::new(&self.database_url, tls))
    }

    /// The certificates of the way to Kafka, when there are some. Errors: `ConfigInvalid` when they cannot be used.
    pub fn kafka_tls(config: &Config) -> Result<Option<Endpoint>> {
        let c = &config.eventlog;
        let files = Files {
            ca: c.ca_file.clone(),
            certificate: c.certificate_file.clone(),
            private_key: c.private_key_file.clone(),
        };
        let is_used = c.backend == EventLogBackend::Kafka && c.ca_file.is_some();
        is_used.then(|| Endpoint::open(Role::EventLog, files)).transpose()
    }
}

/// Keys, database and the services that need no more than these: what the command line works with.
pub struct Base {
    pub config: Config,
    pub org_id: OrgId,
    pub transactions: Transactions,
    pub identity: Identity,
    pub(super) metrics: Metrics,
    pub(super) sealer: Arc<Sealer>,
    pub(super) database: Address,
    /// Dropped last: the private server outlives everything that talks to it.
    pub(super) cluster: Option<Cluster>,
}

impl Base {
    pub fn verifier(&self) -> Verifier {
        let t = &self.transactions;
        Verifier::new(t.db().clone(), Arc::clone(t.keys()), t.ledger().clone(), Arc::clone(&self.sealer))
    }

    pub fn database_url(&self) -> &str {
        self.database.url()
    }
}

/// Opens an installation: self-test, keys, database, organisation.
pub async fn base(opened: Opened) -> Result<Base> {
    kat::require()?;
    let database = opened.database()?;
    let Opened { config, program, config_file, cluster, credentials_dir, ask_passphrase, may_create_root_key, .. } =
        opened;
    let file = config.crypto.root_key_file.clone().unwrap_or_else(|| PathBuf::from("/etc/guitai/root.key"));
    let source = RootSource::find(credentials_dir.as_deref(), &file, may_create_root_key);
    let passphrase = PassphraseSource {
        credentials_directory: credentials_dir,
        file: config.crypto.root_passphrase_file.clone(),
        ask: ask_passphrase,
    };
    let provider: Arc<dyn Provider> = match config.crypto.provider {
        CryptoProvider::Soft => {
            let (root, former) = blocking(move || source.load(&passphrase)).await?.into_parts();
            Arc::new(SoftProvider::new(root, former))
        }
        CryptoProvider::Sdf => {
            let file = config_file
                .ok_or_else(|| ErrorCode::ConfigInvalid.because("crypto devices need a configuration file"))?;
            let (devices, sdf) = (broker_commands(&config, &program, &file), config.crypto.sdf.clone());
            let root_file = sdf.root_file.unwrap_or_default();
            let signs = sdf.signing_key_index.is_some();
            let duties = Duties { certified: sdf.certified, signs, pin_file: sdf.signing_pin_file };
            Arc::new(blocking(move || SdfProvider::start(devices, &root_file, duties)).await?)
        }
    };
    if may_create_root_key {
        db::migrate(database.clone()).await?;
    } else {
        let pending = db::pending_migrations(database.clone()).await?;
        if !pending.is_empty() {
            return Err(
                ErrorCode::HostUnfit.because(format!("{} migrations are pending: run guitai migrate", pending.len()))
            );
        }
    }
    let db = Db::new(database.clone(), config.database.max_connections)?;
    let clock = Clock::system();
    let keyring = open_keyring(&db, provider, clock.now()).await?;
    let settings = KeySettings { suite: suite(&config), ..KeySettings::default() };
    let keys = Arc::new(KeyStore::with(keyring, settings));
    let ledger = Ledger::new(Arc::clone(&keys), node_name());
    let subscriptions = match config.eventlog.backend {
        EventLogBackend::Local => local_subscriptions(),
        EventLogBackend::Kafka => vec![KafkaLog::SUBSCRIPTION],
    };
    let transactions =
        Transactions::new(db.clone(), Arc::clone(&keys), ledger, Outbox::new(subscriptions), clock.clone());
    let metrics = Metrics::new()?;
    let identity = Identity::new(transactions.clone(), metrics.clone(), identity_settings(&config));
    let org_id = identity.ensure_organisation("guitai", &config.organisation.code, &config.organisation.name).await?;
    let sealer = Arc::new(Sealer::new(db, keys, clock, org_id));
    Ok(Base { config, org_id, transactions, identity, metrics, sealer, database, cluster })
}

/// How the broker of each device is started: this very program, with the configuration it was started with.
pub fn broker_commands(config: &Config, program: &Path, config_file: &Path) -> Vec<BrokerCommand> {
    let words = |name: &str| -> Vec<OsString> {
        let options = ["crypto-broker", "--device", name, "--config"];
        options.into_iter().map(OsString::from).chain([config_file.as_os_str().to_owned()]).collect()
    };
    let command = |name: &str| BrokerCommand { name: name.to_owned(), program: program.to_owned(), args: words(name) };
    config.crypto.sdf.devices.iter().map(|device| command(&device.name)).collect()
}

/// How new data keys seal.
fn suite(config: &Config) -> Suite {
    if config.crypto.provider == CryptoProvider::Sdf && config.crypto.sdf.device_data {
        return Suite::Sm4InDevice;
    }
    match config.crypto.suite {
        SealingSuite::Sm4Gcm => Suite::Sm4Gcm,
        SealingSuite::Sm4CtrHmac => Suite::Sm4CtrHmac,
        SealingSuite::Aes256Gcm => Suite::Aes256Gcm,
    }
}

/// The keyring on this provider, with what the database keeps of it.
async fn open_keyring(db: &Db, provider: Arc<dyn Provider>, now: DateTime<Utc>) -> Result<Keyring> {
    let mut conn = db.connection().await?;
    conn.transaction(async |conn| db::keys::open_keyring(conn, provider, Stamp::system(now)).await).await
}

fn identity_settings(config: &Config) -> IdentitySettings {
    let c = &config.identity;
    let minutes = |m: u32| TimeDelta::minutes(i64::from(m));
    IdentitySettings {
        pbkdf2_iterations: c.pbkdf2_iterations,
        idle_timeout: minutes(c.idle_timeout_min),
        absolute_timeout: minutes(c.absolute_timeout_min),
        lock_after: c.lock_after_failures,
        lock_window: minutes(c.lock_window_min),
        lock_for: minutes(c.lock_for_min),
        one_session_per_account: c.one_session_per_account,
        ..IdentitySettings::default()
    }
}

fn node_name() -> String {
    nix::unistd::gethostname().ok().and_then(|n| n.into_string().ok()).unwrap_or_else(|| "node".to_owned())
}

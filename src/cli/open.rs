//! From `--config` or `--data-dir` to an installation that a command can work on.

#![expect(clippy::disallowed_methods, reason = "the command line is where the environment comes in")]

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Failure, Installation, keys};
use crate::app::Opened;
use crate::config::{self, Config, Faults};
use crate::crypto::root::AskPassphrase;
use crate::db::cluster::{Cluster, ClusterConfig};
use crate::error::{Error, ErrorCode, Result};
use crate::http::Zones;

/// What a running demo leaves in its data directory for the commands that come after it. Holds no secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunFile {
    pub pid: i32,
    /// When the process began, in clock ticks since the machine did: a pid alone may be somebody else's by now.
    began: u64,
    pub database_url: String,
    pub zones: Zones,
}

impl RunFile {
    fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("run.json")
    }

    /// The demo that runs on this data directory now, if one does.
    pub fn of_running(data_dir: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(Self::path(data_dir)).ok()?;
        let this: Self = serde_json::from_str(&text).ok()?;
        (began(this.pid) == Some(this.began)).then_some(this)
    }

    /// Of this very process.
    pub fn of_this_process(database_url: &str, zones: &Zones) -> Result<Self> {
        let pid = nix::unistd::getpid().as_raw();
        let began = began(pid).ok_or_else(|| ErrorCode::HostUnfit.because("/proc cannot be read"))?;
        Ok(Self { pid, began, database_url: database_url.to_owned(), zones: zones.clone() })
    }

    pub fn write(&self, data_dir: &Path) -> Result<()> {
        let text = serde_json::to_string(self).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        std::fs::write(Self::path(data_dir), text).map_err(storage)
    }

    /// Gone when the demo has stopped in an orderly way.
    pub fn remove(data_dir: &Path) {
        drop(std::fs::remove_file(Self::path(data_dir)));
    }
}

/// When a process began: field 22 of `/proc/PID/stat` (proc(5)). `None` when there is no such process.
fn began(pid: i32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(19)?.parse().ok()
}

fn storage(e: std::io::Error) -> Error {
    ErrorCode::StorageUnavailable.caused_by(e)
}

/// Where the demo lives unless told otherwise.
pub fn default_data_dir() -> PathBuf {
    if nix::unistd::geteuid().is_root() {
        return PathBuf::from("/var/lib/guitai-demo");
    }
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from);
    home.join(".local/share/guitai-demo")
}

/// The installation that a command was pointed at, which must be there: only `guitai demo` makes one. A demo that is not running gets its PostgreSQL started for as long as the result lives.
pub fn configuration(installation: &Installation) -> std::result::Result<Opened, Failure> {
    match config_file(installation) {
        Some(file) => {
            let config = config::load(Some(&file), std::env::vars())?;
            if config.database.url.is_empty() {
                return Err(Faults(vec!["database.url: 必须填写 / is needed".to_owned()]).into());
            }
            let database_url = with_password(&config)?;
            Ok(Opened {
                config,
                program: this_program()?,
                config_file: Some(file),
                database_url,
                cluster: None,
                credentials_dir: credentials_dir(),
                ask_passphrase: ask_passphrase(),
                may_create_root_key: false,
            })
        }
        None => {
            let data_dir = installation.data_dir.clone().unwrap_or_else(default_data_dir);
            if !data_dir.join("postgresql").is_dir() {
                return Err(Failure::Usage(format!(
                    "{} 没有安装，也没有演示数据：请用 --config 或 --data-dir 指明 / there is neither {CONFIG_FILE} nor a demo in {}: \
                     name one with --config or --data-dir",
                    CONFIG_FILE,
                    data_dir.display()
                )));
            }
            Ok(demo_installation(&data_dir)?)
        }
    }
}

/// This program's own file, for children of it.
pub fn this_program() -> Result<PathBuf> {
    std::env::current_exe().map_err(|e| ErrorCode::HostUnfit.caused_by(e))
}

/// A configuration by itself, for commands that need no database.
pub fn configuration_of(file: &Path) -> std::result::Result<Config, Faults> {
    config::load(Some(file), std::env::vars())
}

/// Where an installation's configuration is unless told otherwise.
const CONFIG_FILE: &str = "/etc/guitai/guitai.toml";

/// The configuration file that a command is to use: the one it was given, or, without a data directory, the installed one.
fn config_file(installation: &Installation) -> Option<PathBuf> {
    let installed =
        || Some(PathBuf::from(CONFIG_FILE)).filter(|file| installation.data_dir.is_none() && file.is_file());
    installation.config.clone().or_else(installed)
}

/// The demo in this data directory, made when it is not there.
pub fn demo_installation(data_dir: &Path) -> Result<Opened> {
    std::fs::create_dir_all(data_dir).map_err(storage)?;
    let data_dir = data_dir.canonicalize().map_err(storage)?;
    let mut config = Config::default();
    config.organisation.code = "demo-bank".to_owned();
    config.organisation.name = "示例银行".to_owned();
    config.storage.data_dir = data_dir.join("files");
    config.recordings.inbox_dir = Some(data_dir.join("inbox"));
    config.crypto.root_key_file = Some(data_dir.join("keys/root.key"));
    let (database_url, cluster) = match RunFile::of_running(&data_dir) {
        Some(run) => (run.database_url, None),
        None => {
            let cluster = Cluster::start(ClusterConfig { data_dir: data_dir.join("postgresql"), durable: true })?;
            (cluster.url(), Some(cluster))
        }
    };
    Ok(Opened {
        config,
        program: this_program()?,
        config_file: None,
        database_url,
        cluster,
        credentials_dir: credentials_dir(),
        ask_passphrase: ask_passphrase(),
        may_create_root_key: true,
    })
}

/// Who is asked for the root key's passphrase when it is not given otherwise: whoever sits at the terminal.
fn ask_passphrase() -> Option<AskPassphrase> {
    keys::terminal_is_there().then_some(keys::ask_root_passphrase)
}

fn credentials_dir() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// The connection string with the password from its file, in libpq's quoting.
fn with_password(config: &Config) -> Result<String> {
    let Some(file) = &config.database.password_file else { return Ok(config.database.url.clone()) };
    let password = std::fs::read_to_string(file)
        .map_err(|e| ErrorCode::ConfigInvalid.caused_by(e).context("database.password_file"))?;
    let quoted = password.trim_end().replace('\\', "\\\\").replace('\'', "\\'");
    Ok(format!("{} password='{quoted}'", config.database.url))
}

//! A private PostgreSQL cluster, for `guitai demo` and for tests. Production brings its own server.
//!
//! The server programs are the distribution's ([`SUPPORTED`]); the data, the configuration and the socket are ours:
//!
//! ```text
//! data_dir/guitai.lock      held for as long as a process owns the cluster
//! data_dir/pgdata/          the cluster; made as pgdata.new and renamed, so it is whole or absent
//! data_dir/postgresql.log   the server's log, without statements, parameters or values
//! data_dir/socket/          the only way in, unless the path would be too long: then a folder under /run or /tmp
//! ```
//!
//! Always holds: the server listens on no network; only the cluster's own system user and root reach the socket, and the
//! kernel vouches for who they are (peer), so there is no password to leak. As root the server runs as [`SYSTEM_USER`].
//! A server left behind by a killed process is adopted by the next start. No process is signalled that is not a
//! `postgres` of that user in that data folder. See `docs/adr/0005-embedded-postgresql.md`.
//!
//! Everything here blocks (process start, polling, disk): call it from `main` before the runtime serves, or through
//! `tokio::task::spawn_blocking`.

#![expect(
    clippy::disallowed_methods,
    reason = "this module runs PostgreSQL's own programs, and waits for them in blocking code"
)]

mod account;
mod binaries;
mod folder;
mod postmaster;
mod probe;
mod settings;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

pub use account::SYSTEM_USER;
pub use binaries::SUPPORTED;

use crate::error::{Error, ErrorCode, Result};
use crate::hardware::Hardware;
use account::Account;
use binaries::Binaries;
use folder::Folder;
use postmaster::{PidFile, Postmaster};
use probe::Answer;
use settings::Settings;

/// The role the program connects as: owner of its database, may create others (tests do), not a superuser.
pub const APP_ROLE: &str = "guitai";
/// The database that is there from the start.
pub const APP_DATABASE: &str = "guitai";
/// The superuser, for an operator at the socket: `psql -h SOCKET_DIR -U postgres`.
const SUPERUSER: &str = "postgres";
/// Names the socket file; no port is opened.
const PORT: u16 = 5432;

const POLL: Duration = Duration::from_millis(10);
/// A server that answers "starting up" is recovering and may take as long as the log is; one that does not answer is not coming.
const START_PATIENCE: Duration = Duration::from_secs(300);
const ANSWER_PATIENCE: Duration = Duration::from_secs(30);
const FAST: (Signal, Duration) = (Signal::SIGINT, Duration::from_secs(60));
const IMMEDIATE: (Signal, Duration) = (Signal::SIGQUIT, Duration::from_secs(15));

/// What to start.
#[derive(Debug, Clone)]
pub struct ClusterConfig {
    /// A folder of the cluster's own: absent, empty, or made by an earlier start.
    pub data_dir: PathBuf,
    /// Whether what was committed survives a loss of power. Only tests say no.
    pub durable: bool,
}

/// A running cluster, owned by this process. Dropping it shuts the server down; [`Cluster::stop`] also says whether that went well.
pub struct Cluster {
    folder: Folder,
    durable: bool,
    adopted: bool,
    /// Absent once stopped.
    postmaster: Option<Postmaster>,
    /// Another process that starts the same folder finds it locked. The kernel frees it when we end, in any way.
    lock: File,
}

impl Cluster {
    /// Makes the cluster if it is not there, starts or adopts its server, and returns when a session could be opened.
    ///
    /// About a second the first time, a fifth of that later, longer after a crash while the server recovers. Errors:
    /// `HostUnfit` (no PostgreSQL, no system user, folder out of reach), `ConfigInvalid` (the folder holds something else),
    /// `Conflict` (a living process owns the cluster), `StorageUnavailable`, `DatabaseUnavailable` (the server does not come up).
    pub fn start(config: ClusterConfig) -> Result<Self> {
        let ClusterConfig { data_dir, durable } = config;
        let account = Account::resolve()?;
        let (folder, lock) = Folder::open(&data_dir, account)?;
        let binaries = Binaries::find(folder.made_by()?)?;
        folder.account.check_reach(&folder.root, &binaries.program("postgres"))?;
        if folder.made_by()?.is_none() {
            folder.create_cluster(&binaries, durable)?;
        }
        folder.make_socket_dir()?;
        let memory_bytes = Hardware::detect().usable_memory_bytes();
        let settings = Settings { durable, socket_dir: &folder.socket_dir, memory_bytes };
        let unchanged = folder.write_settings(&settings)?;

        let mut cluster = Cluster { folder, durable, adopted: false, postmaster: None, lock };
        if !cluster.adopt(unchanged)? {
            cluster.launch(&binaries)?;
        }
        Ok(cluster)
    }

    /// The application's database, in the URL form that libpq, `tokio-postgres` and so `diesel-async` accept.
    pub fn url(&self) -> String {
        self.database_url(APP_DATABASE)
    }

    /// As [`Cluster::url`], for another database of the cluster.
    pub fn database_url(&self, database: &str) -> String {
        let host = percent_encode(self.folder.socket_dir.as_os_str().as_encoded_bytes());
        format!("postgresql://{APP_ROLE}@{host}:{PORT}/{}", percent_encode(database.as_bytes()))
    }

    /// Where the socket is.
    pub fn socket_dir(&self) -> &Path {
        &self.folder.socket_dir
    }

    /// Whether the server was running already, left behind by an earlier process.
    pub fn adopted(&self) -> bool {
        self.adopted
    }

    /// The server's process, for the log and for tests.
    pub fn pid(&self) -> Option<i32> {
        self.postmaster.as_ref().map(Postmaster::pid)
    }

    /// Shuts the server down: sessions are ended and a checkpoint written; if that takes over a minute, at once.
    /// Errors: `DatabaseUnavailable` when the server does not end at all.
    pub fn stop(mut self) -> Result<()> {
        self.end(&[FAST, IMMEDIATE])
    }

    fn end(&mut self, signals: &[(Signal, Duration)]) -> Result<()> {
        let Some(mut postmaster) = self.postmaster.take() else { return Ok(()) };
        postmaster.end(signals)?;
        self.folder.remove_outer_socket_dir();
        Ok(())
    }

    /// Takes over a server that is running here. One whose settings are not today's, or that does not answer, is ended instead.
    fn adopt(&mut self, unchanged: bool) -> Result<bool> {
        let mut left = match PidFile::read(&self.folder.pgdata, self.folder.account.uid) {
            PidFile::Ours(left) => left,
            PidFile::Stale { pid, alive } => {
                self.folder.clear_stale_pid_file(pid, alive)?;
                return Ok(false);
            }
            PidFile::Absent => return Ok(false),
        };
        if unchanged {
            match self.wait_ready(&mut left) {
                Ok(()) => {
                    tracing::info!(postgres.pid = left.pid(), "private postgresql adopted");
                    self.postmaster = Some(left);
                    self.adopted = true;
                    return Ok(true);
                }
                Err(err) => tracing::warn!(error = %err, "private postgresql left behind does not answer"),
            }
        }
        left.end(&[FAST, IMMEDIATE])?;
        Ok(false)
    }

    fn launch(&mut self, binaries: &Binaries) -> Result<()> {
        let log = self.folder.open_log()?;
        let spawned = self
            .folder
            .account
            .command(&binaries.program("postgres"), &self.folder.root)
            .arg("-D")
            .arg(&self.folder.pgdata)
            .stdout(log.try_clone().map_err(|err| storage(err, &self.folder.log))?)
            .stderr(log)
            .spawn()
            .map_err(|err| ErrorCode::DatabaseUnavailable.caused_by(err).context("starting the private PostgreSQL"))?;
        let mut postmaster = Postmaster::of_child(spawned, &self.folder.pgdata, self.folder.account.uid);
        if let Err(err) = self.wait_ready(&mut postmaster) {
            // It is our child, so it is ended with us rather than left half started.
            if let Err(also) = postmaster.end(&[IMMEDIATE]) {
                tracing::warn!(error = %also, "private postgresql not ended after a failed start");
            }
            return Err(err);
        }
        tracing::info!(
            postgres.pid = postmaster.pid(),
            postgres.version = binaries.major(),
            "private postgresql started"
        );
        self.postmaster = Some(postmaster);
        Ok(())
    }

    fn wait_ready(&self, postmaster: &mut Postmaster) -> Result<()> {
        let began = Instant::now();
        let socket = self.folder.socket_dir.join(format!(".s.PGSQL.{PORT}"));
        loop {
            // Asked before the server is, so that an answer from a socket is known to be this server's.
            if !postmaster.runs() {
                return Err(self.not_started("it ended"));
            }
            let patience = match probe::ask(&socket)? {
                Answer::Ready => return Ok(()),
                Answer::Starting => START_PATIENCE,
                Answer::Away => ANSWER_PATIENCE,
            };
            if began.elapsed() > patience {
                return Err(self.not_started("it does not answer"));
            }
            std::thread::sleep(POLL);
        }
    }

    fn not_started(&self, how: &str) -> Error {
        let why = self.folder.last_fatal_line().map(|line| format!(": {line}")).unwrap_or_default();
        let log = self.folder.log.display();
        ErrorCode::DatabaseUnavailable.because(format!("the private PostgreSQL did not start; {how}{why} (log: {log})"))
    }
}

/// Blocks for a fast shutdown; a test's cluster, whose data nobody needs, is ended at once.
impl Drop for Cluster {
    fn drop(&mut self) {
        let signals: &[_] = if self.durable { &[FAST, IMMEDIATE] } else { &[IMMEDIATE] };
        if let Err(err) = self.end(signals) {
            tracing::error!(error = %err, "private postgresql not stopped");
        }
        // Closing alone would leave it to a program that is being started at this moment, until it has dropped what it inherits.
        if let Err(err) = self.lock.unlock() {
            tracing::warn!(error = %err, "the lock of the private postgresql is freed when this process ends");
        }
    }
}

/// What a failed file operation means to the caller: the path is ours, never a customer's.
fn storage(err: std::io::Error, path: &Path) -> Error {
    let detail = format!("{}: {err}", path.display());
    ErrorCode::StorageUnavailable.caused_by(err).context(detail)
}

/// How a helper program ended, for an error.
fn ended(status: std::process::ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, signal) => format!("signal {}", signal.unwrap_or_default()),
    }
}

/// RFC 3986 section 2.1: everything but unreserved characters is escaped, so a path can stand where a host does.
fn percent_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

//! The data folder: whose it is, what may be in it, and how a cluster comes to stand there whole.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::account::Account;
use super::binaries::Binaries;
use super::settings::{self, Settings};
use super::{APP_DATABASE, APP_ROLE, POLL, PORT, SUPERUSER, ended, postmaster, storage};
use crate::error::{ErrorCode, Result};

/// `sun_path` holds 107 bytes on Linux (unix(7)); PostgreSQL and its clients want some for themselves.
const LONGEST_SOCKET_PATH: usize = 99;
/// The log is put aside at a start when it has grown past this, in bytes.
const LOG_BYTES: u64 = 8 << 20;

const LOCK: &str = "guitai.lock";
const PGDATA: &str = "pgdata";
const UNFINISHED: &str = "pgdata.new";
const LOG: &str = "postgresql.log";
const OLD_LOG: &str = "postgresql.log.1";
const SOCKET: &str = "socket";

pub(super) struct Folder {
    pub account: Account,
    pub root: PathBuf,
    pub pgdata: PathBuf,
    pub log: PathBuf,
    pub socket_dir: PathBuf,
}

impl Folder {
    /// Makes the folder if needed, refuses one that holds anything else, and locks it for this process.
    pub(super) fn open(data_dir: &Path, account: Account) -> Result<(Self, File)> {
        fs::create_dir_all(data_dir).map_err(|err| storage(err, data_dir))?;
        // The kernel names working folders by their real path, and that is how a server is recognised.
        let root = data_dir.canonicalize().map_err(|err| storage(err, data_dir))?;
        refuse_foreign(&root)?;
        account.own_dir(&root)?;
        let lock = lock(&root.join(LOCK))?;
        let socket_dir = socket_dir(&root, &account)?;
        let folder = Folder { pgdata: root.join(PGDATA), log: root.join(LOG), account, root, socket_dir };
        Ok((folder, lock))
    }

    /// The major version that made the cluster; absent when there is none yet.
    pub(super) fn made_by(&self) -> Result<Option<u32>> {
        let path = self.pgdata.join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => {
                let version = text.trim().parse().map_err(|err| {
                    ErrorCode::ConfigInvalid.caused_by(err).context(format!("{} is not a version", path.display()))
                })?;
                Ok(Some(version))
            }
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(err) => Err(storage(err, &path)),
        }
    }

    /// initdb, the application's role and database, and only then the name under which the next start finds it.
    pub(super) fn create_cluster(&self, binaries: &Binaries, durable: bool) -> Result<()> {
        let unfinished = self.root.join(UNFINISHED);
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(|err| storage(err, &unfinished))?;
        }
        let mut initdb = self.account.command(&binaries.program("initdb"), &self.root);
        initdb.arg("-D").arg(&unfinished).args(["--username", SUPERUSER, "--auth", "peer", "--no-instructions"]);
        initdb.args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums"]);
        if !durable {
            initdb.arg("--no-sync");
        }
        run(initdb.stdin(Stdio::null()), "initdb", "")?;

        // A server of one session, on standard input: nothing can connect before the cluster is complete.
        let mut single = self.account.command(&binaries.program("postgres"), &self.root);
        single.arg("--single").arg("-D").arg(&unfinished).args(["-c", "exit_on_error=on"]);
        if !durable {
            single.arg("-F");
        }
        let mut statements =
            format!("CREATE ROLE {APP_ROLE} LOGIN CREATEDB\nCREATE DATABASE {APP_DATABASE} OWNER {APP_ROLE}\n");
        // What `guitai crypto prove` needs to read the tables' files; there is no such role before PostgreSQL 15.
        if binaries.major() >= 15 {
            statements.push_str(&format!("GRANT pg_checkpoint, pg_read_all_settings TO {APP_ROLE}\n"));
        }
        run(single.arg("template1").stdin(Stdio::piped()), "postgres --single", &statements)?;

        fs::rename(&unfinished, &self.pgdata).map_err(|err| storage(err, &self.pgdata))?;
        if durable {
            let dir = File::open(&self.root).map_err(|err| storage(err, &self.root))?;
            dir.sync_all().map_err(|err| storage(err, &self.root))?;
        }
        Ok(())
    }

    /// Writes the three configuration files; says whether they already stood so.
    pub(super) fn write_settings(&self, settings: &Settings<'_>) -> Result<bool> {
        let mut unchanged = true;
        for (name, text) in [
            ("postgresql.conf", settings.postgresql_conf()),
            ("pg_hba.conf", settings::PG_HBA.to_owned()),
            ("pg_ident.conf", settings::pg_ident_conf(&self.account)),
        ] {
            let path = self.pgdata.join(name);
            if fs::read_to_string(&path).is_ok_and(|present| present == text) {
                continue;
            }
            unchanged = false;
            // Renamed over the old one, so a crash leaves either, never half.
            let beside = self.pgdata.join(format!("{name}.new"));
            fs::write(&beside, text).map_err(|err| storage(err, &beside))?;
            self.account.own_file(&beside)?;
            fs::rename(&beside, &path).map_err(|err| storage(err, &path))?;
        }
        Ok(unchanged)
    }

    pub(super) fn make_socket_dir(&self) -> Result<()> {
        let dir = &self.socket_dir;
        match DirBuilder::new().mode(0o700).create(dir) {
            Ok(()) => self.account.own_dir(dir),
            Err(err) if err.kind() == std::io::ErrorKind::AlreadyExists => {
                // Under /tmp anybody may have put something of this name there first.
                let meta = fs::symlink_metadata(dir).map_err(|err| storage(err, dir))?;
                if !meta.is_dir() || (meta.uid() != self.account.uid && meta.uid() != 0) {
                    let detail = format!("{} is in the way and not ours; remove it", dir.display());
                    return Err(ErrorCode::HostUnfit.because(detail));
                }
                self.account.own_dir(dir)
            }
            Err(err) => Err(storage(err, dir)),
        }
    }

    /// A socket folder outside the data folder goes with the server; what cannot be removed is found and used by the next start.
    pub(super) fn remove_outer_socket_dir(&self) {
        if !self.socket_dir.starts_with(&self.root)
            && let Err(err) = fs::remove_dir(&self.socket_dir)
        {
            tracing::debug!(error = %err, "socket folder stays");
        }
    }

    /// PostgreSQL itself replaces the pid file, and the socket's lock, of a process that is gone. It refuses when the number now belongs to another
    /// process of the same user, which it cannot tell from a server; we can.
    pub(super) fn clear_stale_pid_file(&self, pid: i32, alive: bool) -> Result<()> {
        let uid = self.account.uid;
        // Back ends of a killed postmaster notice and end; until then they hold the shared memory.
        let give_up = Instant::now() + Duration::from_secs(30);
        while !postmaster::processes_in(&self.pgdata, uid).is_empty() {
            if Instant::now() > give_up {
                let detail = format!("processes of an earlier server still run in {}", self.pgdata.display());
                return Err(ErrorCode::Conflict.because(detail));
            }
            std::thread::sleep(POLL);
        }
        if alive || pid == 0 {
            tracing::warn!(postgres.pid = pid, "stale postmaster.pid removed");
            let socket_lock = self.socket_dir.join(format!(".s.PGSQL.{PORT}.lock"));
            for path in [postmaster::path(&self.pgdata), socket_lock] {
                match fs::remove_file(&path) {
                    Err(err) if err.kind() != std::io::ErrorKind::NotFound => return Err(storage(err, &path)),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The server's log, to append to; a long one is put aside first.
    pub(super) fn open_log(&self) -> Result<File> {
        if fs::metadata(&self.log).is_ok_and(|meta| meta.len() > LOG_BYTES) {
            let old = self.root.join(OLD_LOG);
            fs::rename(&self.log, &old).map_err(|err| storage(err, &old))?;
        }
        let open = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.log);
        open.map_err(|err| storage(err, &self.log))
    }

    /// The last line of the log in which the server says why it gave up. Our settings keep values out of it.
    pub(super) fn last_fatal_line(&self) -> Option<String> {
        const TAIL: u64 = 16 << 10;
        let mut file = File::open(&self.log).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).ok()?;
        let tail = String::from_utf8_lossy(&tail);
        tail.lines().rev().find(|line| line.contains("FATAL:") || line.contains("PANIC:")).map(str::to_owned)
    }
}

/// A folder with anything in it that an earlier start did not make is somebody else's and stays untouched.
fn refuse_foreign(root: &Path) -> Result<()> {
    for entry in fs::read_dir(root).map_err(|err| storage(err, root))? {
        let name = entry.map_err(|err| storage(err, root))?.file_name();
        if ![LOCK, PGDATA, UNFINISHED, LOG, OLD_LOG, SOCKET].iter().any(|ours| name == *ours) {
            return Err(ErrorCode::ConfigInvalid.because(format!(
                "{} holds {} and is not a cluster of guitai; choose an empty folder",
                root.display(),
                name.display()
            )));
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File> {
    let open = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path);
    let mut file = open.map_err(|err| storage(err, path))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(|err| storage(err, path))?;
            writeln!(file, "{}", std::process::id()).map_err(|err| storage(err, path))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            file.read_to_string(&mut owner).map_err(|err| storage(err, path))?;
            let dir = path.parent().unwrap_or(path).display();
            let owner = owner.trim();
            Err(ErrorCode::Conflict
                .because(format!("the cluster in {dir} belongs to process {owner}, which is running")))
        }
        Err(TryLockError::Error(err)) => Err(storage(err, path)),
    }
}

/// Inside the data folder where the path is short enough, else in the machine's folder for sockets, under a name that the
/// next start finds again.
fn socket_dir(root: &Path, account: &Account) -> Result<PathBuf> {
    let fits = |dir: &Path| dir.join(format!(".s.PGSQL.{PORT}")).as_os_str().len() <= LONGEST_SOCKET_PATH;
    let inside = root.join(SOCKET);
    if fits(&inside) {
        return Ok(inside);
    }
    let meta = fs::metadata(root).map_err(|err| storage(err, root))?;
    let name = format!("guitai-pg-{}-{:x}-{:x}", account.uid, meta.dev(), meta.ino());
    let writable = |dir: &PathBuf| nix::unistd::access(dir, nix::unistd::AccessFlags::W_OK).is_ok();
    let runtime = [PathBuf::from("/run"), PathBuf::from("/tmp")].into_iter().find(writable);
    let outside = runtime.map(|dir| dir.join(name)).filter(|dir| fits(dir));
    outside.ok_or_else(|| {
        ErrorCode::HostUnfit.because("neither /run nor /tmp can take the socket of the private PostgreSQL")
    })
}

/// Runs a program of PostgreSQL to its end. Its words go into the error: it has seen no data yet.
fn run(command: &mut std::process::Command, name: &str, input: &str) -> Result<()> {
    let failed = |err: std::io::Error| ErrorCode::DatabaseUnavailable.caused_by(err).context(format!("running {name}"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ended early says why on standard error, which tells more than the broken pipe.
        if let Err(err) = stdin.write_all(input.as_bytes()) {
            tracing::debug!(error = %err, program = name, "program did not read its input");
        }
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    Err(ErrorCode::DatabaseUnavailable.because(format!("{name} failed ({}): {last}", ended(output.status))))
}

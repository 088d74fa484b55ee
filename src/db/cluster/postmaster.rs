//! The server process: recognising it, and ending it.
//!
//! A number in a file is never trusted alone. A process is ours when it runs a program called `postgres`, as our user, in
//! our data folder (the postmaster makes it its working folder); only then is it adopted or signalled.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::POLL;
use crate::error::{ErrorCode, Result};

pub(super) struct Postmaster {
    pid: i32,
    pgdata: PathBuf,
    uid: u32,
    /// When the kernel started the process, in ticks since boot: tells it from a later process of the same number.
    started: u64,
    /// Present when it is our child, whose end must be collected.
    child: Option<Child>,
}

/// What `postmaster.pid` says.
pub(super) enum PidFile {
    Absent,
    Ours(Postmaster),
    /// No such process, or one that is not ours.
    Stale {
        pid: i32,
        alive: bool,
    },
}

impl Postmaster {
    pub(super) fn of_child(child: Child, pgdata: &Path, uid: u32) -> Self {
        let pid = i32::try_from(child.id()).unwrap_or(i32::MAX);
        let started = start_ticks(pid).unwrap_or(0);
        Postmaster { pid, pgdata: pgdata.to_owned(), uid, started, child: Some(child) }
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether it has not ended. For a child this also collects its end.
    pub(super) fn runs(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            // A process that has ended and is not yet collected by its parent has no working folder any more.
            None => start_ticks(self.pid) == Some(self.started) && is_ours(self.pid, &self.pgdata, self.uid),
        }
    }

    /// Ends it: each signal in turn, with the patience that belongs to it. SIGINT is PostgreSQL's fast shutdown, SIGQUIT the
    /// immediate one, after which the next start recovers from the log. Errors: `DatabaseUnavailable` if it outlives all.
    pub(super) fn end(&mut self, signals: &[(Signal, Duration)]) -> Result<()> {
        for &(signal, patience) in signals {
            if !self.runs() {
                return Ok(());
            }
            match kill(Pid::from_raw(self.pid), signal) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(err) => {
                    return Err(ErrorCode::DatabaseUnavailable
                        .caused_by(err)
                        .context("signalling the private PostgreSQL"));
                }
            }
            let give_up = Instant::now() + patience;
            while Instant::now() < give_up {
                if !self.runs() {
                    return Ok(());
                }
                std::thread::sleep(POLL);
            }
            tracing::warn!(postgres.pid = self.pid, signal = signal.as_str(), "private postgresql did not end in time");
        }
        Err(ErrorCode::DatabaseUnavailable
            .because(format!("the private PostgreSQL (process {}) does not end", self.pid)))
    }
}

impl PidFile {
    pub(super) fn read(pgdata: &Path, uid: u32) -> PidFile {
        let Ok(text) = std::fs::read_to_string(path(pgdata)) else { return PidFile::Absent };
        // The first line is the process; a standalone backend writes it negative.
        let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()).map(i32::abs) else {
            return PidFile::Stale { pid: 0, alive: false };
        };
        match start_ticks(pid) {
            Some(started) if is_ours(pid, pgdata, uid) => {
                PidFile::Ours(Postmaster { pid, pgdata: pgdata.to_owned(), uid, started, child: None })
            }
            started => PidFile::Stale { pid, alive: started.is_some() },
        }
    }
}

pub(super) fn path(pgdata: &Path) -> PathBuf {
    pgdata.join("postmaster.pid")
}

/// The processes of a server on this data folder, whatever a pid file says: back ends outlive a killed postmaster for a moment.
pub(super) fn processes_in(pgdata: &Path, uid: u32) -> Vec<i32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|&pid| is_ours(pid, pgdata, uid)).collect()
}

fn is_ours(pid: i32, pgdata: &Path, uid: u32) -> bool {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    let right_user = std::fs::metadata(&proc).is_ok_and(|meta| meta.uid() == uid);
    let right_folder = std::fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd == pgdata);
    let right_program = std::fs::read_link(proc.join("exe")).is_ok_and(|exe| {
        // After an update of the package the running file is unlinked.
        let name = exe.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.strip_suffix(" (deleted)").unwrap_or(name) == "postgres"
    });
    right_user && right_folder && right_program
}

/// `starttime` of proc(5); absent when there is no such process.
fn start_ticks(pid: i32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(22 - 3)?.parse().ok()
}

//! The system user the cluster runs as: `guitai-pg` when we are root (PostgreSQL refuses root), else ourselves.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::{Uid, User};

use super::storage;
use crate::error::{ErrorCode, Result};

/// The system user that is made and used when we are root.
pub const SYSTEM_USER: &str = "guitai-pg";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    /// Whether a child must change to this user, which only root can.
    change: bool,
}

impl Account {
    /// Errors: `HostUnfit` when the user cannot be made, or the current one has no entry in the user database.
    pub(super) fn resolve() -> Result<Self> {
        let own = Uid::effective();
        let user = if own.is_root() {
            system_user()?
        } else {
            User::from_uid(own)
                .map_err(|err| ErrorCode::HostUnfit.caused_by(err))?
                .ok_or_else(|| ErrorCode::HostUnfit.because(format!("user id {own} has no entry in /etc/passwd")))?
        };
        Ok(Account { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), change: own.is_root() })
    }

    /// A command that runs as this user, in `dir`, with an environment of nothing but a path and UTC, in a process group
    /// of its own so that Ctrl-C at our terminal does not reach it.
    pub(super) fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command.current_dir(dir).process_group(0).stdin(Stdio::null());
        if self.change {
            // The standard library also drops root's supplementary groups when it changes the user.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Makes `dir` this user's own, closed to all others.
    pub(super) fn own_dir(&self, dir: &Path) -> Result<()> {
        let meta = std::fs::symlink_metadata(dir).map_err(|err| storage(err, dir))?;
        if !meta.is_dir() {
            return Err(ErrorCode::ConfigInvalid.because(format!("{} is not a folder", dir.display())));
        }
        if meta.uid() != self.uid {
            if !self.change {
                return Err(ErrorCode::ConfigInvalid.because(format!(
                    "{} belongs to another user; choose a folder of {}'s own",
                    dir.display(),
                    self.name
                )));
            }
            std::os::unix::fs::chown(dir, Some(self.uid), Some(self.gid)).map_err(|err| storage(err, dir))?;
        }
        std::fs::set_permissions(dir, PermissionsExt::from_mode(0o700)).map_err(|err| storage(err, dir))
    }

    /// Hands a file that we wrote to this user.
    pub(super) fn own_file(&self, file: &Path) -> Result<()> {
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).map_err(|err| storage(err, file))?;
        if self.change {
            std::os::unix::fs::chown(file, Some(self.uid), Some(self.gid)).map_err(|err| storage(err, file))?;
        }
        Ok(())
    }

    /// Tries whether this user can enter `dir` and run `program` there. Errors: `HostUnfit`, naming the folder in the way.
    pub(super) fn check_reach(&self, dir: &Path, program: &Path) -> Result<()> {
        let tried = self.command(program, dir).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        let Err(err) = tried else { return Ok(()) };
        let blocked = self.first_blocked(dir).or_else(|| self.first_blocked(program));
        Err(match blocked {
            Some(folder) => ErrorCode::HostUnfit.caused_by(err).context(format!(
                "user {} cannot pass through {} (mode {:04o}); choose another data folder, under /var/lib for one, or allow \
                 passing with chmod o+x",
                self.name,
                folder.display(),
                std::fs::metadata(&folder).map_or(0, |meta| meta.mode() & 0o7777),
            )),
            None => ErrorCode::HostUnfit
                .caused_by(err)
                .context(format!("user {} cannot run {} in {}", self.name, program.display(), dir.display())),
        })
    }

    /// The outermost folder on the way to `path` whose mode lets this user not through. Access lists are not looked at:
    /// the attempt decides, this only finds words for its failure.
    fn first_blocked(&self, path: &Path) -> Option<PathBuf> {
        let mut ancestors: Vec<&Path> = path.ancestors().collect();
        ancestors.reverse();
        let blocked = ancestors.into_iter().find(|dir| {
            let Ok(meta) = std::fs::metadata(dir) else { return false };
            let pass = match () {
                () if meta.uid() == self.uid => 0o100,
                () if meta.gid() == self.gid => 0o010,
                () => 0o001,
            };
            meta.is_dir() && meta.mode() & pass == 0
        })?;
        Some(blocked.to_owned())
    }
}

/// Looks the system user up, and makes it if it is missing. Blocking; `useradd` takes some tens of milliseconds, once.
fn system_user() -> Result<User> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let look_up = || User::from_name(SYSTEM_USER).map_err(|err| ErrorCode::HostUnfit.caused_by(err));
    if let Some(user) = look_up()? {
        return Ok(user);
    }
    let made = Command::new("useradd")
        .args(["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"])
        .args(["--shell", "/usr/sbin/nologin", "--comment", "Guitai private PostgreSQL", SYSTEM_USER])
        .output();
    // Another process may be making it at this moment and hold the user database; then the user appears shortly.
    let give_up = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(user) = look_up()? {
            return Ok(user);
        }
        if Instant::now() > give_up {
            let why = match made {
                Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
                Err(err) => err.to_string(),
            };
            return Err(ErrorCode::HostUnfit.because(format!(
                "system user {SYSTEM_USER} is missing and useradd failed: {why}; make it by hand or do not run as root"
            )));
        }
        std::thread::sleep(super::POLL);
    }
}

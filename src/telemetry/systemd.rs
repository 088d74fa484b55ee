//! The service manager: readiness, stopping, status line and watchdog (sd_notify(3), systemd.service(5) `Type=notify`).
//!
//! Without a service manager (`NOTIFY_SOCKET` unset: a terminal, a test, a container) every call does nothing.

use std::os::linux::fs::MetadataExt;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

/// Says that every listener is bound and requests are served; `status` is the line `systemctl status` shows.
pub fn ready(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Says that the drain has begun.
pub fn stopping(status: &str) {
    notify(&[NotifyState::Stopping, NotifyState::Status(status)]);
}

/// How long the manager waits for a sign of life before it ends the process; absent when no watchdog is set for this process.
pub fn watchdog_limit() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero())
}

/// Feeds the watchdog until cancelled, three times per limit, as long as `alive` says so.
///
/// The ping comes from the async runtime on purpose: when its workers hang, the pings stop and the manager restarts the
/// service. `alive` is for what a live runtime does not show (a poisoned scheduler); it must not block.
pub async fn feed_watchdog(stop: CancellationToken, alive: impl Fn() -> bool + Send) {
    let Some(limit) = watchdog_limit() else { return };
    let mut beat = tokio::time::interval(limit / 3);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = beat.tick() => {
                if alive() {
                    notify(&[NotifyState::Watchdog]);
                } else {
                    tracing::error!("watchdog not fed: the process found itself not alive");
                }
            }
        }
    }
}

/// Whether standard error is connected to the journal: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
///
/// A variable that was only inherited, by a shell started from a service for one, does not count: the numbers differ.
#[expect(clippy::disallowed_methods, reason = "the service manager speaks to its services through the environment")]
pub fn logs_to_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let Ok(stderr) = std::fs::metadata("/proc/self/fd/2") else { return false };
    stream == format!("{}:{}", stderr.st_dev(), stderr.st_ino())
}

fn notify(states: &[NotifyState<'_>]) {
    // A manager that does not listen is no reason to fail; it would end us by its own time-outs.
    if let Err(err) = sd_notify::notify(states) {
        tracing::warn!(error = %err, "service manager not notified");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixDatagram;
    use std::process::Command;

    /// Set for the copy of this test binary that plays the service.
    const PLAYS_SERVICE: &str = "GUITAI_TEST_PLAYS_SERVICE";

    fn service(test: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let test = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
        command.args(["--exact", &test, "--nocapture"]).env(PLAYS_SERVICE, "1");
        command
    }

    /// The environment of a process cannot be changed safely while threads run, so the service is a process of its own.
    #[test]
    fn plays_a_service_when_asked() {
        if std::env::var_os(PLAYS_SERVICE).is_none() {
            return;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            ready("serving");
            let stop = CancellationToken::new();
            let pings = std::sync::atomic::AtomicUsize::new(0);
            feed_watchdog(stop.clone(), || {
                if pings.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 2 {
                    stop.cancel();
                }
                true
            })
            .await;
            stopping("draining");
        });
    }

    #[test]
    fn tells_the_manager_ready_alive_and_stopping() {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("notify");
        let manager = UnixDatagram::bind(&socket).unwrap();
        manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut child = service("plays_a_service_when_asked")
            .env("NOTIFY_SOCKET", &socket)
            .env("WATCHDOG_USEC", "30000")
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut heard = Vec::new();
        let mut buffer = [0u8; 512];
        while heard.last().is_none_or(|last: &String| !last.starts_with("STOPPING=1")) {
            let n = manager.recv(&mut buffer).expect("the service speaks");
            heard.push(String::from_utf8(buffer[..n].to_vec()).unwrap());
        }
        assert!(child.wait().unwrap().success());
        assert_eq!(
            heard,
            [
                "READY=1\nSTATUS=serving\n",
                "WATCHDOG=1\n",
                "WATCHDOG=1\n",
                "WATCHDOG=1\n",
                "STOPPING=1\nSTATUS=draining\n",
            ]
        );
    }

    #[test]
    fn says_whether_stderr_is_the_journal_when_asked() {
        if std::env::var_os(PLAYS_SERVICE).is_some() {
            println!("journal={}", logs_to_journal());
        }
    }

    #[test]
    fn knows_the_journal_by_its_inode() {
        let stderr = tempfile::tempfile().unwrap();
        let meta = std::fs::metadata(format!("/proc/self/fd/{}", stderr.as_raw_fd())).unwrap();
        let own = format!("{}:{}", meta.st_dev(), meta.st_ino());
        let inherited = format!("{}:{}", meta.st_dev(), meta.st_ino() + 1);
        for (stream, expected) in [(own, "journal=true"), (inherited, "journal=false")] {
            let output = service("says_whether_stderr_is_the_journal_when_asked")
                .env("JOURNAL_STREAM", stream)
                .stderr(stderr.try_clone().unwrap())
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(said.contains(expected), "{said}");
        }
    }

    /// The sandbox of the unit is part of the product: a line that goes missing is a finding at the bank (GB/T 22239 8.1.4.4).
    #[test]
    fn the_unit_keeps_its_sandbox() {
        let unit = include_str!("../../appliance/systemd/guitai.service");
        let lines: Vec<&str> = unit.lines().map(str::trim).collect();
        for required in [
            "Type=notify",
            "NotifyAccess=main",
            "User=guitai",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
            "CapabilityBoundingSet=",
            "MemoryDenyWriteExecute=yes",
            "LimitCORE=0",
            "UMask=0077",
            "SystemCallFilter=@system-service",
        ] {
            assert!(lines.contains(&required), "guitai.service lacks {required}");
        }
        for key in [
            "WatchdogSec=",
            "LoadCredential=guitai_root_key:",
            "RestrictAddressFamilies=",
            "ReadWritePaths=",
            "MemoryMax=",
        ] {
            assert!(lines.iter().any(|line| line.starts_with(key)), "guitai.service lacks {key}");
        }
    }
}

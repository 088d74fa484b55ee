//! Finding the PostgreSQL server programs of the distribution.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{ErrorCode, Result};

/// The major versions this program is tested and supported with.
pub const SUPPORTED: RangeInclusive<u32> = 14..=17;

/// A folder with `postgres` and `initdb` of one major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The programs for a cluster that was made by major version `made_by`, or the newest supported ones for a new cluster.
    ///
    /// Looks where Debian and Ubuntu (`/usr/lib/postgresql/N/bin`) and the PGDG packages of RHEL, Kylin and openEuler
    /// (`/usr/pgsql-N/bin`) put them, then asks `pg_config`, then searches `PATH`. Errors: `HostUnfit`, naming the package.
    pub(super) fn find(made_by: Option<u32>) -> Result<Self> {
        Self::find_in(candidates(), made_by)
    }

    pub(super) fn find_in(folders: Vec<PathBuf>, made_by: Option<u32>) -> Result<Self> {
        let mut found = BTreeMap::new();
        for dir in folders {
            // The first folder of a version wins: the distribution's before `PATH`.
            if let Some(major) = major_version(&dir) {
                found.entry(major).or_insert(dir);
            }
        }
        let choice = match made_by {
            Some(major) => found.remove_entry(&major),
            None => found.iter().rev().find(|(major, _)| SUPPORTED.contains(major)).map(|(&m, dir)| (m, dir.clone())),
        };
        choice.map(|(major, dir)| Binaries { dir, major }).ok_or_else(|| {
            let versions = found.keys().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let present = if versions.is_empty() { "none".to_owned() } else { versions };
            let (first, last) = (SUPPORTED.start(), SUPPORTED.end());
            ErrorCode::HostUnfit.because(match made_by {
                Some(major) => format!(
                    "the data was made by PostgreSQL {major}, whose server programs are not installed (present: {present}); \
                     install postgresql-{major} (Debian, Ubuntu) or postgresql{major}-server (RHEL, Kylin, openEuler)"
                ),
                None => format!(
                    "no PostgreSQL server {first} to {last} is installed (present: {present}); \
                     install postgresql (Debian, Ubuntu: apt-get install postgresql) or postgresql-server (RHEL, Kylin, \
                     openEuler: dnf install postgresql-server)"
                ),
            })
        })
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(super) fn major(&self) -> u32 {
        self.major
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (parent, prefix) in [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")] {
        let Ok(entries) = std::fs::read_dir(parent) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let version = name.to_str().and_then(|name| name.strip_prefix(prefix));
            if version.is_some_and(|version| version.parse::<u32>().is_ok()) {
                folders.push(entry.path().join("bin"));
            }
        }
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders
}

/// The version of `postgres` in a folder that also has `initdb`: a client package has neither, and `pg_config` may come from one.
fn major_version(dir: &Path) -> Option<u32> {
    // Programs in PATH are often links into the real folder, beside which their libraries and `share` are found.
    let postgres = dir.join("postgres").canonicalize().ok()?;
    if !dir.join("initdb").exists() {
        return None;
    }
    let output = Command::new(postgres).arg("--version").output().ok()?;
    // `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`; betas say `17beta1`.
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.strip_prefix("postgres (PostgreSQL) ")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

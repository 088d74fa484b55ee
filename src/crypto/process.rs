//! This process's memory holds keys and customers' words: it is never written to a core file and no debugger gets in.

use crate::error::{ErrorCode, Result};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Forbids core dumps and debuggers for the rest of this process's life. Called before anything is read.
///
/// Two things, because each leaves a gap: a limit of zero on core files does not bind a kernel that pipes cores into a
/// program, and a process that is not dumpable (prctl(2)) may become so again when it starts another program. What it
/// starts inherits the limit. `config.host_unfit` when the kernel refuses.
pub fn forbid_dumps() -> Result<()> {
    let refused = |e| ErrorCode::HostUnfit.caused_by(e).context("core dumps cannot be forbidden");
    // Under a service manager the limit is zero already, and a filter of system calls may forbid to set it again.
    if !matches!(getrlimit(Resource::RLIMIT_CORE), Ok((0, 0))) {
        setrlimit(Resource::RLIMIT_CORE, 0, 0).map_err(refused)?;
    }
    prctl::set_dumpable(false).map_err(refused)
}

/// Whether [`forbid_dumps`] holds for this process.
pub fn dumps_are_forbidden() -> bool {
    matches!(getrlimit(Resource::RLIMIT_CORE), Ok((0, 0))) && matches!(prctl::get_dumpable(), Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_forbade_dumps_says_so() {
        forbid_dumps().unwrap();
        assert!(dumps_are_forbidden());
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
        // Once more: the limit is there already.
        forbid_dumps().unwrap();
    }
}

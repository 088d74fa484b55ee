//! What the operating system offers only behind `unsafe`.

#![expect(unsafe_code, reason = "the disposition of a signal is process-wide; the block says why it holds")]

use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal, signal};

/// Has the whole process take no notice of a signal.
///
/// # Errors
/// For SIGKILL and SIGSTOP, which nobody can ignore.
pub fn ignore(which: Signal) -> Result<(), Errno> {
    // SAFETY: no handler is installed, so no code runs in a signal's context; an earlier disposition is not used again.
    unsafe { signal(which, SigHandler::SigIgn) }.map(drop)
}

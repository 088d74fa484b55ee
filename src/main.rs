//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything is read that could be secret.
    if let Err(e) = guitai::crypto::process::forbid_dumps() {
        return guitai::cli::unfit(&e);
    }
    guitai::cli::run(std::env::args_os())
}

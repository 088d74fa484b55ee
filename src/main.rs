//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    guitai::cli::run(std::env::args_os())
}

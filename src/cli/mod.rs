//! The command line: one file per subcommand. Standard output carries the result, standard error the talk.
//!
//! Exit codes: 0 good, 1 the answer is no, 2 usage, 64 bad configuration, 70 internal.

mod admin;
mod audit;
mod check;
mod crypto;
mod crypto_broker;
mod inventory;
pub mod demo;
mod keys;
mod migrate;
mod open;
mod prove;
pub mod raw_scan;
mod serve;
mod transcribe;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Faults;
use crate::error::{Error, ErrorCode, Result};
use crate::inference::{EngineArgs, run_engine_child};
use crate::telemetry::logging;

/// Guitai (柜台): customer conversations on the bank's own box.
#[derive(Debug, Parser)]
#[command(name = "guitai", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything on this machine: a private PostgreSQL, demo data, loopback only.  例: guitai demo
    Demo(demo::DemoArgs),
    /// Run the appliance on an existing PostgreSQL (and Kafka).  例: guitai serve --config /etc/guitai/guitai.toml
    Serve(serve::ServeArgs),
    /// Check the configuration and this machine; changes nothing.  例: guitai check --config guitai.toml
    Check(check::CheckArgs),
    /// Bring the database to the present schema.  例: guitai migrate --config guitai.toml
    Migrate(migrate::MigrateArgs),
    /// Accounts, from the server's own command line.  例: guitai admin reset-password agent01
    Admin(admin::AdminArgs),
    /// The audit ledger.  例: guitai audit verify
    Audit(audit::AuditArgs),
    /// Cryptography: self-tests, and the list of what is in use.  例: guitai crypto inventory
    Crypto(crypto::CryptoArgs),
    /// The root key and its custodians.  例: guitai keys create-root /etc/guitai/root.key --shares /media/a
    Keys(keys::KeysArgs),
    /// Transcribe a recording with a model of this machine.  例: guitai transcribe call.wav
    Transcribe(transcribe::TranscribeArgs),
    /// Serve one crypto device; started by the program itself.
    #[command(hide = true, name = "crypto-broker")]
    CryptoBroker(crypto_broker::BrokerArgs),
    /// Run an inference engine; started by the program itself.
    #[command(hide = true)]
    Engine(EngineArgs),
}

/// Which installation a command works on: a configuration file, or a demo's data directory.
#[derive(Debug, Clone, clap::Args)]
pub struct Installation {
    /// Configuration file of the installation.
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    pub config: Option<PathBuf>,
    /// Data directory of a demo. Without either: /etc/guitai/guitai.toml, else the default demo.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// What a command answers with.
pub enum Answer {
    Yes,
    /// The answer is no: an altered ledger, a step that failed, a machine that does not fit.
    No,
}

/// Why a command could not answer.
pub enum Failure {
    /// It was not said on what to work.
    Usage(String),
    Config(Faults),
    Error(Error),
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Failure::Error(e)
    }
}

impl From<Faults> for Failure {
    fn from(f: Faults) -> Self {
        Failure::Config(f)
    }
}

type Outcome = std::result::Result<Answer, Failure>;

/// Runs one command and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(a) => a,
        Err(e) => {
            let code = if e.use_stderr() { 2 } else { 0 };
            // Help goes to standard output, usage errors to standard error; a closed pipe is nobody's fault.
            drop(e.print());
            return ExitCode::from(code);
        }
    };
    match dispatch(arguments.command) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(Failure::Usage(what)) => {
            tell(&what);
            ExitCode::from(2)
        }
        Err(Failure::Config(faults)) => {
            tell(&faults.to_string());
            ExitCode::from(64)
        }
        Err(Failure::Error(e)) => {
            complain(&e);
            // What was asked for is refused, the configuration is at fault, or something is wrong here.
            ExitCode::from(match e.code() {
                ErrorCode::ConfigInvalid => 64,
                code if code.status() < 500 => 1,
                _ => 70,
            })
        }
    }
}

/// Ends before anything was read: this machine does not let the program keep its secrets.
pub fn unfit(e: &Error) -> ExitCode {
    complain(e);
    ExitCode::from(70)
}

/// Says what went wrong and what to do.
fn complain(e: &Error) {
    let entry = e.code().entry();
    tell(&format!("{}: {}。{}", entry.code, entry.what_zh, entry.remedy_zh));
    tell(&format!("{e:?}"));
}

fn dispatch(command: Command) -> Outcome {
    if let Command::Engine(args) = command {
        // The engine speaks frames on the socket that is its standard input; its log goes to standard error, which is the supervisor's own.
        logging::init(logging::DEFAULT_FILTER, logging::Output::detect())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|e| ErrorCode::Internal.caused_by(e))?.block_on(run_engine_child(args))?;
        return Ok(Answer::Yes);
    }
    if let Command::CryptoBroker(args) = command {
        return crypto_broker::run(args);
    }
    let quiet = matches!(command, Command::Serve(_) | Command::Demo(_));
    logging::init(if quiet { logging::DEFAULT_FILTER } else { "warn" }, logging::Output::detect())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| ErrorCode::Internal.caused_by(e))?;
    // Handlers, rdkafka and TLS all ask for the process-wide provider; a second installation is harmless.
    drop(rustls::crypto::ring::default_provider().install_default());
    runtime.block_on(async move {
        match command {
            Command::Demo(args) => demo::run(args).await,
            Command::Serve(args) => serve::run(args).await,
            Command::Check(args) => check::run(args).await,
            Command::Migrate(args) => migrate::run(args).await,
            Command::Admin(args) => admin::run(args).await,
            Command::Audit(args) => audit::run(args).await,
            Command::Crypto(args) => crypto::run(args).await,
            Command::Keys(args) => keys::run(args).await,
            Command::Transcribe(args) => transcribe::run(args).await,
            Command::Engine(_) | Command::CryptoBroker(_) => Ok(Answer::Yes),
        }
    })
}

/// Writes a result to standard output.
#[expect(clippy::print_stdout, reason = "the command line's result")]
pub(crate) fn print(text: &str) {
    println!("{text}");
}

/// Talks to the operator on standard error.
#[expect(clippy::print_stderr, reason = "the command line's talk")]
pub(crate) fn tell(text: &str) {
    eprintln!("{}", text.trim_end());
}

/// Prints a value as one line of JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print(&serde_json::to_string(value).map_err(|e| ErrorCode::Internal.caused_by(e))?);
    Ok(())
}

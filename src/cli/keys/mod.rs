//! `guitai keys`: the root key and its custodians. Everything here can be typed at a terminal, or given in files by a script;
//! no passphrase is ever an argument or in the environment.

mod ask;
mod ceremony;
mod destroy;
mod device;
mod look;
mod people;
mod stored;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{Answer, Failure, Installation, Outcome, complain};
use crate::crypto::passphrase::DEFAULT_ITERATIONS;
use crate::error::ErrorCode;
use people::{WithPassphrase, custodian_to_be, share_held};

pub use ask::{is_possible as terminal_is_there, root_passphrase as ask_root_passphrase};

#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make the root key of a new installation, with three custodians.  例: guitai keys create-root /etc/guitai/root.key --shares /media/a --shares /media/b --shares /media/c
    CreateRoot(CreateArgs),
    /// Make a new set of shares from two of the old one, which is void from then on.  例: guitai keys backup-root --share a.json --share b.json --shares /media/new
    BackupRoot(BackupArgs),
    /// Make the root key's file anew from two shares.  例: guitai keys restore-root /etc/guitai/root.key --share a.json --share b.json
    RestoreRoot(RestoreArgs),
    /// Add the next version of the root key, with shares of its own.  例: guitai keys rotate-root /etc/guitai/root.key --share a.json --share b.json --shares /media/new
    RotateRoot(RotateArgs),
    /// Make root keys, or their next version, in the crypto devices of a configuration.  例: guitai keys create-device-root --config /etc/guitai/guitai.toml
    CreateDeviceRoot(DeviceRootArgs),
    /// Remove a former version of the root keys in the crypto devices, under which no stored key is any more.  例: guitai keys remove-device-root 1 --config /etc/guitai/guitai.toml
    RemoveDeviceRoot(RemoveDeviceRootArgs),
    /// Wrap every class key under the root key that is active now: the second step of a rotation of the root.  例: guitai keys rewrap
    Rewrap(StoredArgs),
    /// Give the class key of a scope and month a new version.  例: guitai keys rotate-class conversation --month 2026-11
    RotateClass(RotateClassArgs),
    /// Begin a rotation of data keys: new versions, and everything sealed anew in the background.  例: guitai keys rotate-data --scope conversation
    RotateData(RotateDataArgs),
    /// The latest rotations of data keys and how far they are.  例: guitai keys rotations --json
    Rotations(StoredArgs),
    /// Overwrite and remove a root key, or a former version of it.  例: guitai keys destroy-root /etc/guitai/root.key --share a.json --share b.json
    DestroyRoot(DestroyArgs),
    /// Put a root key's file under a passphrase, or under another one.  例: guitai keys seal-root /etc/guitai/root.key
    SealRoot(SealArgs),
    /// Show which root keys a file holds: ids, versions, check values.  例: guitai keys show-root /etc/guitai/root.key
    ShowRoot(ShowArgs),
    /// Verify the record of a ceremony against the share files.  例: guitai keys verify-ceremony ceremony-create-v1.json --share /media/a
    VerifyCeremony(VerifyArgs),
    /// Verify the record of a ceremony and put it into the audit ledger of an installation.  例: guitai keys record-ceremony ceremony-create-v1.json --share /media/a
    RecordCeremony(RecordArgs),
}

/// A new set of shares and who takes them.
#[derive(Debug, Args)]
pub struct NewSet {
    /// Folder for the new shares: once, or once for each custodian's own medium.
    #[arg(long, value_name = "DIR", required = true)]
    shares: Vec<PathBuf>,
    /// A custodian of the new set, with a private file that holds his passphrase; three of them, or none to be asked at the terminal.
    #[arg(long = "custodian", value_name = "NAME=FILE", value_parser = custodian_to_be)]
    custodians: Vec<WithPassphrase>,
}

/// The shares that custodians give.
#[derive(Debug, Args)]
pub struct GivenShares {
    /// A share, with a private file that holds its passphrase, or without to be asked; two of them.
    #[arg(long = "share", value_name = "SHARE[=FILE]", required = true, value_parser = share_held)]
    held: Vec<WithPassphrase>,
}

/// How costly it is to try passphrases.
#[derive(Debug, Args)]
pub struct Stretching {
    /// Rounds of PBKDF2-HMAC-SM3 for each passphrase.
    #[arg(long, default_value_t = DEFAULT_ITERATIONS, value_parser = clap::value_parser!(u32).range(100_000..=20_000_000))]
    iterations: u32,
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// A file that does not exist yet; it is made for this user alone, under a passphrase.
    file: PathBuf,
    #[command(flatten)]
    new_set: NewSet,
    /// Private file with the passphrase of the root key's file; asked at the terminal without it.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Where the signed record goes; beside the root key's file without it.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    stretching: Stretching,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    given: GivenShares,
    #[command(flatten)]
    new_set: NewSet,
    /// Where the signed record goes; into the first folder for shares without it.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    stretching: Stretching,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A file that does not exist yet; it is made for this user alone, under a passphrase.
    file: PathBuf,
    #[command(flatten)]
    given: GivenShares,
    /// Private file with the new passphrase of the root key's file; asked at the terminal without it.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Where the signed record goes; beside the root key's file without it.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    stretching: Stretching,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct RotateArgs {
    /// The root key's sealed file.
    file: PathBuf,
    #[command(flatten)]
    given: GivenShares,
    #[command(flatten)]
    new_set: NewSet,
    /// Private file with the passphrase of the root key's file; asked at the terminal without it.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Where the signed record goes; beside the root key's file without it.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    stretching: Stretching,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct DestroyArgs {
    /// The root key's sealed file.
    file: PathBuf,
    #[command(flatten)]
    given: GivenShares,
    /// Private file with the passphrase of the root key's file; asked at the terminal without it.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The key's id, for a script; asked at the terminal without it.
    #[arg(long, value_name = "KEY_ID")]
    confirm: Option<String>,
    #[command(flatten)]
    installation: Installation,
    /// State that no installation uses this key, instead of asking the installation's database. It goes on record.
    #[arg(long, conflicts_with_all = ["config", "data_dir"])]
    no_installation: bool,
    /// Where the signed record goes; beside the root key's file without it.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct SealArgs {
    /// The root key's file, in clear or sealed.
    file: PathBuf,
    /// Private file with the new passphrase; asked at the terminal without it.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Private file with the passphrase that a sealed file has now; asked at the terminal without it.
    #[arg(long, value_name = "FILE")]
    present_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    stretching: Stretching,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The root key's file, in clear or sealed.
    file: PathBuf,
    /// Verify a sealed file with the passphrase in this private file.
    #[arg(long, value_name = "FILE", conflicts_with = "ask")]
    passphrase_file: Option<PathBuf>,
    /// Verify a sealed file with a passphrase typed at the terminal.
    #[arg(long)]
    ask: bool,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The record.
    record: PathBuf,
    /// A share file, or a folder with some: their public keys are what signatures are held against. No passphrase is needed.
    #[arg(long = "share", value_name = "FILE|DIR", required = true)]
    shares: Vec<PathBuf>,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct RecordArgs {
    #[command(flatten)]
    verify: VerifyArgs,
    #[command(flatten)]
    installation: Installation,
}

#[derive(Debug, Args)]
pub struct DeviceRootArgs {
    /// Configuration file with the devices.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct RemoveDeviceRootArgs {
    /// The version to remove: a former one.
    #[arg(value_name = "VERSION")]
    former: u32,
    /// Configuration file with the devices.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The key's id, for a script; asked at the terminal without it.
    #[arg(long, value_name = "KEY_ID")]
    confirm: Option<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct StoredArgs {
    #[command(flatten)]
    installation: Installation,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct RotateClassArgs {
    /// The scope of data, for example conversation.
    scope: String,
    /// The month, for example 2026-11; the present one without it.
    #[arg(long)]
    month: Option<String>,
    #[command(flatten)]
    at: StoredArgs,
}

#[derive(Debug, Args)]
pub struct RotateDataArgs {
    /// One scope of data, for example conversation; all that rotate without it.
    #[arg(long)]
    scope: Option<String>,
    #[command(flatten)]
    installation: Installation,
    #[arg(long)]
    json: bool,
}

/// Asks an installation what still hangs on a root key.
pub trait StillInUse {
    /// How many stored keys are wrapped under this version of the root key and not destroyed.
    fn stored_keys(&self, installation: &Installation, id: Uuid, version: u32) -> Result<u64, Failure>;
}

pub async fn run(args: KeysArgs) -> Outcome {
    match args.command {
        KeysCommand::Rewrap(at) => stored::rewrap(&at).await,
        KeysCommand::RotateClass(args) => stored::rotate_class(&args.scope, args.month, &args.at).await,
        KeysCommand::RotateData(args) => stored::rotate_data(&args).await,
        KeysCommand::Rotations(at) => stored::rotations(&at).await,
        KeysCommand::RecordCeremony(args) => stored::record_ceremony(&args).await,
        // The others ask people, stretch passphrases or wait for a device.
        command => tokio::task::block_in_place(|| at_the_terminal(command, &stored::Database)),
    }
}

fn at_the_terminal(command: KeysCommand, in_use: &dyn StillInUse) -> Outcome {
    let outcome = match command {
        KeysCommand::CreateRoot(args) => ceremony::create(args),
        KeysCommand::BackupRoot(args) => ceremony::backup(args),
        KeysCommand::RestoreRoot(args) => ceremony::restore(args),
        KeysCommand::RotateRoot(args) => ceremony::rotate(args),
        KeysCommand::CreateDeviceRoot(args) => device::create(&args),
        KeysCommand::RemoveDeviceRoot(args) => device::remove(&args, in_use),
        KeysCommand::DestroyRoot(args) => destroy::run(&args, in_use),
        KeysCommand::SealRoot(args) => look::seal(&args),
        KeysCommand::ShowRoot(args) => look::show(&args),
        KeysCommand::VerifyCeremony(args) => look::verify(&args),
        KeysCommand::Rewrap(_)
        | KeysCommand::RotateClass(_)
        | KeysCommand::RotateData(_)
        | KeysCommand::Rotations(_)
        | KeysCommand::RecordCeremony(_) => Err(ErrorCode::Internal.because("a command of the database").into()),
    };
    match outcome {
        // Here it is a wrong passphrase or a file that is not what it should be: the answer is no, nothing broke.
        Err(Failure::Error(e)) if e.code() == ErrorCode::KeyUnavailable => {
            complain(&e);
            Ok(Answer::No)
        }
        outcome => outcome,
    }
}

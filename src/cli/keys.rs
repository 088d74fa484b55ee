//! `guitai keys`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Answer, Outcome, print, print_json, tell};
use crate::crypto::RootSource;

#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make the root key of a new installation.  例: guitai keys create-root /etc/guitai/root.key
    CreateRoot {
        /// A file that does not exist yet; it is made for this user alone.
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

pub fn run(args: KeysArgs) -> Outcome {
    let KeysCommand::CreateRoot { file, json } = args.command;
    let root = RootSource::create(&file)?;
    if json {
        print_json(&serde_json::json!({"key_id": root.id(), "version": root.version(), "file": file}))?;
    } else {
        print(&format!("{} v{}", root.id(), root.version()));
        tell(&format!(
            "根密钥已写入 {0}。没有它，任何备份都无法读取：请先备份，再投入使用。 / the root key is in {0}; no backup can be read without it",
            file.display()
        ));
    }
    Ok(Answer::Yes)
}

//! `guitai serve`

use std::path::PathBuf;

use clap::Args;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print_json, tell};
use crate::app::{self, Mode};
use crate::http;

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Print the addresses as one line of JSON when everything serves.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: ServeArgs) -> Outcome {
    let installation = Installation { config: Some(args.config), data_dir: None };
    let open = configuration(&installation)?;
    let bound = http::bind(&open.config.listeners, false)?;
    let running = app::start(open, bound, Mode::Production).await?;
    tell(&format!(
        "guitai: 员工 staff {}  客户 customers {}  管理 admin {}",
        running.zones.staff, running.zones.customers, running.zones.admin
    ));
    if args.json {
        print_json(&running.zones)?;
    }
    running.until_told_to_stop().await?;
    Ok(Answer::Yes)
}

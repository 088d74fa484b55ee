//! `guitai migrate`

use clap::Args;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json};
use crate::db;

#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    installation: Installation,
    /// Say what is pending, run nothing.
    #[arg(long)]
    dry_run: bool,
    #[arg(long)]
    json: bool,
}

pub async fn run(args: MigrateArgs) -> Outcome {
    let open = configuration(&args.installation)?;
    let names = if args.dry_run {
        db::pending_migrations(open.database()?).await?
    } else {
        db::migrate(open.database()?).await?
    };
    if args.json {
        print_json(&serde_json::json!({"migrations": names, "ran": !args.dry_run}))?;
    } else if names.is_empty() {
        print("数据库已是最新 / the database is up to date");
    } else {
        for n in &names {
            print(n);
        }
    }
    Ok(Answer::Yes)
}

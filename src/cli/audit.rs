//! `guitai audit`

use clap::{Args, Subcommand};

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json};
use crate::app;

#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Recompute every MAC, leaf, root and signature; exit 1 and name what does not stand.
    Verify {
        #[command(flatten)]
        installation: Installation,
        #[arg(long)]
        json: bool,
    },
}

pub async fn run(args: AuditArgs) -> Outcome {
    let AuditCommand::Verify { installation, json } = args.command;
    let base = app::base(configuration(&installation)?).await?;
    let report = base.verifier().verify(None).await?;
    if json {
        print_json(&report)?;
    } else {
        print(&format!(
            "{}  核验 {} 条 / checked {}, 树 tree {}, 根 root {}",
            if report.ok { "完整未改 / complete and unaltered" } else { "异常 / ALTERED" },
            report.checked,
            report.checked,
            report.tree_size,
            report.root
        ));
        for f in &report.failures {
            let place = match (f.position, f.id) {
                (Some(p), _) => format!("position {p}"),
                (None, Some(id)) => format!("id {id}"),
                (None, None) => "ledger".to_owned(),
            };
            print(&format!("{place}: {}", f.what));
        }
    }
    Ok(if report.ok { Answer::Yes } else { Answer::No })
}

//! `guitai admin`: accounts from the server's own command line, for the first administrators and for a forgotten password.

use clap::{Args, Subcommand};
use serde_json::json;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json};
use crate::app;
use crate::audit::Caller;
use crate::identity::{NewAccount, Role};

#[derive(Debug, Args)]
pub struct AdminArgs {
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Create an account with a one-time password that is valid for 24 hours.
    CreateAccount {
        login: String,
        #[arg(long)]
        name: String,
        /// One or more of agent, supervisor, inspector, knowledge_editor, auditor, sysadmin, secadmin.
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
        #[command(flatten)]
        installation: Installation,
        #[arg(long)]
        json: bool,
    },
    /// Give an account a new one-time password.
    ResetPassword {
        login: String,
        #[command(flatten)]
        installation: Installation,
        #[arg(long)]
        json: bool,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).map_err(|e| e.to_string())
}

pub async fn run(args: AdminArgs) -> Outcome {
    let (login, password, json) = match args.command {
        AdminCommand::CreateAccount { login, name, roles, installation, json } => {
            let base = app::base(configuration(&installation)?).await?;
            let caller = Caller::operator(base.org_id, operator());
            let new = NewAccount { login: login.clone(), display_name: name, roles };
            let (_, password) = base.identity.bootstrap_account(&caller, new).await?;
            (login, password, json)
        }
        AdminCommand::ResetPassword { login, installation, json } => {
            let base = app::base(configuration(&installation)?).await?;
            let caller = Caller::operator(base.org_id, operator());
            let password = base.identity.recover_account(&caller, &login).await?;
            (login, password, json)
        }
    };
    if json {
        print_json(&json!({"login": login, "one_time_password": password.as_str()}))?;
    } else {
        print(&format!(
            "{login}  一次性口令 / one-time password: {}  （24 小时内有效，首次登录须修改）",
            password.as_str()
        ));
    }
    Ok(Answer::Yes)
}

/// Who sits at the server's command line, for the audit ledger.
fn operator() -> String {
    let uid = nix::unistd::getuid();
    nix::unistd::User::from_uid(uid).ok().flatten().map_or_else(|| format!("uid {uid}"), |u| u.name)
}

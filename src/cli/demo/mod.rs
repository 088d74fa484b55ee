//! `guitai demo`: the whole product on this machine, on loopback, with demo data; `--once` plays the main job against it.

pub mod data;
pub mod player;

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use super::open::{RunFile, default_data_dir, demo_installation};
use super::{Answer, Outcome, print, print_json, tell};
use crate::app::{self, Base, Mode, Opened, Running};
use crate::audit::Caller;
use crate::config::{Listener, Listeners};
use crate::error::{ErrorCode, Result};
use crate::http::{self, Bound};
use crate::identity::{NewAccount, Role};
use crate::transport::DevelopmentCa;

/// The first of four ports: staff, customers, administrators, metrics.
const FIRST_PORT: u16 = 8480;

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Play the whole main job with real clients, print a report, exit 0 only if every step's result was checked and good.
    #[arg(long)]
    once: bool,
    /// Where the demo keeps its PostgreSQL, files and keys.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// First of four ports (staff, customers, administrators, metrics); a taken one is named and the next one used. 0 takes any.
    #[arg(long, default_value_t = FIRST_PORT)]
    port: u16,
    /// Address to listen on. Off loopback everything is TLS 1.3 with a development certificate made on the spot.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Start without models: calls wait for transcription.
    #[arg(long)]
    no_models: bool,
    #[arg(long)]
    json: bool,
}

/// One of the demo's people, with the password that is shown once.
#[derive(Debug, Serialize)]
struct ShownAccount {
    login: &'static str,
    name: &'static str,
    roles: Vec<&'static str>,
    password: String,
}

#[derive(Debug, Serialize)]
struct Started<'a> {
    staff_url: &'a str,
    customers_url: &'a str,
    admin_url: &'a str,
    metrics_url: &'a str,
    pid: u32,
    accounts: &'a [ShownAccount],
}

pub async fn run(args: DemoArgs) -> Outcome {
    let data_dir = args.data_dir.clone().unwrap_or_else(default_data_dir);
    if args.once {
        return once(&args, &data_dir).await;
    }
    if let Some(run) = RunFile::of_running(&data_dir) {
        tell(&format!("演示已在运行（进程 {}） / the demo is running already: {}", run.pid, run.zones.staff));
        return Ok(Answer::No);
    }
    let (running, accounts) = start(&args, &data_dir).await?;
    announce(&args, &data_dir, &running, &accounts)?;
    let data_dir = absolute(&data_dir)?;
    let ended = running.until_told_to_stop().await;
    RunFile::remove(&data_dir);
    ended?;
    Ok(Answer::Yes)
}

/// Starts the demo; on the first start makes its people and returns their passwords.
async fn start(args: &DemoArgs, data_dir: &Path) -> Result<(Running, Vec<ShownAccount>)> {
    let mut opened = demo_installation(data_dir)?;
    let data_dir = absolute(data_dir)?;
    opened.config.listeners = listeners(args, &data_dir)?;
    if !args.no_models {
        let model = data_dir.join("models/asr-demo");
        data::unpack_model(&model)?;
        opened.config.inference.asr_model_dir = Some(model);
    }
    let bound = http::bind(&opened.config.listeners, true)?;
    for b in &bound {
        say_if_moved(b);
    }
    let running = app::start(opened, bound, Mode::Demo).await?;
    let accounts = seed(&running).await?;
    RunFile::of_this_process(running.base.database_url(), &running.zones)?.write(&data_dir)?;
    Ok((running, accounts))
}

fn listeners(args: &DemoArgs, data_dir: &Path) -> Result<Listeners> {
    let tls = if args.address.is_loopback() {
        None
    } else {
        let ca = DevelopmentCa::ensure(&tls_dir(data_dir), &[args.address.to_string(), "localhost".to_owned()])?;
        tell(&format!("TLS 1.3，开发证书 / development CA: {}", ca.ca_file.display()));
        Some(ca)
    };
    let listener = |offset: u16| {
        let mut l = Listener::loopback(if args.port == 0 { 0 } else { args.port.saturating_add(offset) });
        l.address.set_ip(args.address);
        if let Some(ca) = &tls {
            l.certificate_file = Some(ca.certificate_file.clone());
            l.private_key_file = Some(ca.private_key_file.clone());
        }
        l
    };
    Ok(Listeners { staff: listener(0), customers: listener(1), admin: listener(2), metrics: listener(3) })
}

fn tls_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("tls")
}

fn say_if_moved(b: &Bound) {
    if let Some(wanted) = b.instead_of {
        tell(&format!("端口 {} 已被占用，改用 {} / port taken, using the next one", wanted.port(), b.address.port()));
    }
}

/// The demo's people, once. Knowledge and rules are topped up at every start, which changes nothing when they are there.
async fn seed(running: &Running) -> Result<Vec<ShownAccount>> {
    let base = &running.base;
    let caller = Caller::operator(base.org_id, "guitai demo");
    running.services.knowledge.seed_demo(&caller).await?;
    if base.identity.has_accounts().await? {
        return Ok(Vec::new());
    }
    let mut shown = Vec::new();
    for (login, name, roles) in data::PEOPLE {
        let password = random_password()?;
        base.identity.demo_account(&caller, new_account(login, name, roles), &password).await?;
        let roles = roles.iter().map(|r: &Role| r.as_str()).collect();
        shown.push(ShownAccount { login, name, roles, password: password.to_string() });
    }
    Ok(shown)
}

fn new_account(login: &str, name: &str, roles: &[Role]) -> NewAccount {
    NewAccount { login: login.to_owned(), display_name: name.to_owned(), roles: roles.to_vec() }
}

/// Seventeen characters of four classes, so that it passes the password policy.
fn random_password() -> Result<Zeroizing<String>> {
    let token = Zeroizing::new(crate::crypto::random::token()?);
    let body: String = token.chars().filter(char::is_ascii_alphanumeric).take(13).collect();
    Ok(Zeroizing::new(format!("{body}aA7-")))
}

fn announce(args: &DemoArgs, data_dir: &Path, running: &Running, accounts: &[ShownAccount]) -> Result<()> {
    let z = &running.zones;
    if args.json {
        return print_json(&Started {
            staff_url: &z.staff,
            customers_url: &z.customers,
            admin_url: &z.admin,
            metrics_url: &z.metrics,
            pid: std::process::id(),
            accounts,
        });
    }
    print("\n  Guitai 柜台 · 演示 demo\n");
    print(&format!("  客户页面 customers   {}/demo", z.customers));
    print(&format!("  工作台   console     {}/", z.staff));
    print(&format!("  管理台   admin       {}/", z.admin));
    print(&format!("  指标     metrics     {}/metrics\n", z.metrics));
    if accounts.is_empty() {
        let dir = data_dir.display();
        print(&format!(
            "  口令只在首次启动时显示。重置 / to reset one:  {} admin reset-password agent1 --data-dir {dir}\n",
            own_path()
        ));
    } else {
        list(accounts, print);
        print("");
    }
    print("  Ctrl-C 停止 / stops.");
    Ok(())
}

/// Lists the accounts with the passwords that are never shown again.
fn list(accounts: &[ShownAccount], line: fn(&str)) {
    line("  演示账号（口令只显示这一次） / demo accounts, shown once:");
    for a in accounts {
        line(&format!("    {:13} {:18}  {}", a.login, a.password, a.name));
    }
}

/// What to type for this very program: after `make demo` it is in no folder of PATH.
fn own_path() -> String {
    std::env::current_exe().map_or_else(|_| "guitai".to_owned(), |path| path.display().to_string())
}

fn absolute(dir: &Path) -> Result<PathBuf> {
    dir.canonicalize().map_err(|e| ErrorCode::StorageUnavailable.caused_by(e))
}

/// Plays the main job against the demo that runs here, or one that is started for it.
async fn once(args: &DemoArgs, data_dir: &Path) -> Outcome {
    let own = match RunFile::of_running(data_dir) {
        Some(_) => None,
        None => {
            let (running, accounts) = start(args, data_dir).await?;
            // The report alone is the result; but on a fresh folder these passwords are made now and shown never again.
            if !accounts.is_empty() {
                list(&accounts, tell);
            }
            Some(running)
        }
    };
    let data_dir = absolute(data_dir)?;
    let run = RunFile::of_running(&data_dir)
        .ok_or_else(|| ErrorCode::Internal.because("the demo did not leave its addresses"))?;
    let opened: Opened = demo_installation(&data_dir)?;
    let base: Base = app::base(opened).await?;
    let report = play(&base, &run, &data_dir).await;
    if let Some(running) = own {
        running.stop().await?;
        RunFile::remove(&data_dir);
    }
    let report = report?;
    if args.json {
        print_json(&report)?;
    } else {
        for s in &report.steps {
            print(&format!("{} {:18} {:>6} ms", if s.ok { "ok  " } else { "FAIL" }, s.name, s.ms));
        }
    }
    Ok(if report.ok { Answer::Yes } else { Answer::No })
}

/// Actors of one play get accounts of their own, which are disabled afterwards: nobody's password is needed and nobody's session is ended.
async fn play(base: &Base, run: &RunFile, data_dir: &Path) -> Result<player::Report> {
    let caller = Caller::operator(base.org_id, "guitai demo --once");
    let suffix: String = crate::crypto::random::token()?.chars().filter(char::is_ascii_lowercase).take(6).collect();
    let mut actors = Vec::new();
    for (role, name) in [
        (Role::Agent, "演示坐席"),
        (Role::Supervisor, "演示班长"),
        (Role::Inspector, "演示质检员"),
        (Role::Auditor, "演示审计"),
    ] {
        let login = format!("once-{}-{suffix}", role.as_str());
        let password = random_password()?;
        let account = base.identity.demo_account(&caller, new_account(&login, name, &[role]), &password).await?;
        actors.push((account.id, player::Credentials { login, password: password.to_string() }));
    }
    let credentials: Vec<player::Credentials> = actors.iter().map(|(_, c)| c.clone()).collect();
    let [agent, supervisor, inspector, auditor] =
        <[_; 4]>::try_from(credentials).map_err(|_| ErrorCode::Internal.because("four actors"))?;
    let stage = player::Stage {
        staff_url: run.zones.staff.clone(),
        customers_url: run.zones.customers.clone(),
        metrics_url: run.zones.metrics.clone(),
        agent,
        supervisor,
        inspector,
        auditor,
        call_wav: data::call_file("wealth.wav")?,
        call_cdr: data::call_file("wealth.cdr.json")?,
        inbox: data_dir.join("inbox"),
        call_reference: data::call_file("wealth.reference.json")?,
        data_dirs: vec![data_dir.join("postgresql"), data_dir.join("files")],
        ca_file: run.zones.staff.starts_with("https:").then(|| DevelopmentCa::at(&tls_dir(data_dir)).ca_file),
    };
    let report = player::play(&stage, |step| {
        tell(&format!("{} {:18} {:>6} ms", if step.ok { "ok  " } else { "FAIL" }, step.name, step.ms));
    })
    .await;
    for (id, _) in actors {
        base.identity.retire_account(&caller, id).await?;
    }
    Ok(report)
}

//! With the distribution's real PostgreSQL, in folders under /var/tmp (a home or a private /tmp would be out of reach).

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tempfile::TempDir;

use super::*;

/// A folder the cluster's user can pass through.
fn place() -> TempDir {
    let dir = tempfile::Builder::new().prefix("guitai-cluster-").tempdir_in("/var/tmp").unwrap();
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
    dir
}

fn start(data_dir: &Path) -> Result<Cluster> {
    Cluster::start(ClusterConfig { data_dir: data_dir.to_owned(), durable: false })
}

/// Runs statements as the program would, through diesel-async, and returns the error's text if one fails.
fn execute(url: &str, statements: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = AsyncPgConnection::establish(url).await.map_err(|err| err.to_string())?;
        connection.batch_execute(statements).await.map_err(|err| err.to_string())
    })
}

fn number(url: &str, query: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = AsyncPgConnection::establish(url).await.unwrap();
        diesel::sql_query(query).get_result::<Row>(&mut connection).await.unwrap().n
    })
}

fn setting(url: &str, condition: &str) {
    assert_eq!(number(url, &format!("select count(*) as n from pg_settings where {condition}")), 1, "{condition}");
}

#[test]
fn starts_is_private_and_comes_back_with_its_data() {
    let place = place();
    let dir = place.path().join("pg");
    let cluster = Cluster::start(ClusterConfig { data_dir: dir.clone(), durable: true }).unwrap();
    assert!(!cluster.adopted());
    let url = cluster.url();
    for condition in [
        "name = 'listen_addresses' and setting = ''",
        "name = 'data_checksums' and setting = 'on'",
        "name = 'server_encoding' and setting = 'UTF8'",
        "name = 'fsync' and setting = 'on'",
        "name = 'TimeZone' and setting = 'UTC'",
    ] {
        setting(&url, condition);
    }
    // The application's role is no superuser, and the socket is closed to others.
    assert_eq!(number(&url, "select count(*) as n from pg_roles where rolname = current_user and not rolsuper"), 1);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(cluster.socket_dir())), (0o700, 0o700));
    execute(&url, "create table kept (n bigint); insert into kept values (7)").unwrap();
    let first = cluster.pid().unwrap();
    cluster.stop().unwrap();
    assert!(postmaster::processes_in(&dir.join("pgdata"), Account::resolve().unwrap().uid).is_empty());

    let again = Cluster::start(ClusterConfig { data_dir: dir, durable: true }).unwrap();
    assert_ne!(again.pid().unwrap(), first);
    assert_eq!(number(&again.url(), "select n from kept"), 7);
}

#[test]
fn no_value_reaches_the_server_log() {
    let place = place();
    let cluster = start(place.path()).unwrap();
    let url = cluster.url();
    execute(&url, "create table customers (phone text primary key); insert into customers values ('13812345678')")
        .unwrap();
    for statement in [
        "insert into customers values ('13812345678')",
        "select '13812345678x'::bigint",
        "select * from nowhere where phone = '13812345678'",
        "do $$ begin raise warning '13812345678'; end $$",
    ] {
        // The last one only warns; the others fail.
        let failed = execute(&url, statement).is_err();
        assert_eq!(failed, !statement.starts_with("do "), "{statement}");
    }
    let log = place.path().join("postgresql.log");
    cluster.stop().unwrap();
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.contains("database system is ready"), "{text}");
    assert!(!text.contains("13812345678"), "{text}");
}

#[test]
fn two_clusters_stand_beside_each_other() {
    let (one, two) = (place(), place());
    let (first, second) = (start(one.path()).unwrap(), start(two.path()).unwrap());
    execute(&first.url(), "create table only_here (n bigint)").unwrap();
    let there = "select count(*) as n from pg_class where relname = 'only_here'";
    assert_eq!((number(&first.url(), there), number(&second.url(), there)), (1, 0));
    first.stop().unwrap();
    assert_eq!(number(&second.url(), there), 0);
    // A database of its own per test, from a template: what the integration tests do.
    execute(&second.url(), "create database \"测试 1\" template guitai").unwrap();
    assert_eq!(number(&second.database_url("测试 1"), there), 0);
}

#[test]
fn a_path_too_long_for_a_socket_gets_one_elsewhere() {
    let place = place();
    let dir = place.path().join("long".repeat(25));
    let cluster = start(&dir).unwrap();
    let socket_dir = cluster.socket_dir().to_owned();
    assert!(!socket_dir.starts_with(&dir) && socket_dir.as_os_str().len() < 100, "{}", socket_dir.display());
    assert_eq!(std::fs::metadata(&socket_dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(number(&cluster.url(), "select 1::bigint as n"), 1);
    cluster.stop().unwrap();
    assert!(!socket_dir.exists());
}

const OWNS_CLUSTER: &str = "GUITAI_TEST_OWNS_CLUSTER";

/// In the copy of this test binary that `owner` starts: owns a cluster until it is killed.
#[test]
fn owns_a_cluster_when_asked() {
    let Some(dir) = std::env::var_os(OWNS_CLUSTER) else { return };
    let cluster = start(Path::new(&dir)).unwrap();
    execute(&cluster.url(), "create table if not exists kept (n bigint); insert into kept values (7)").unwrap();
    println!("\nowned {}", cluster.pid().unwrap());
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// Another process that owns the cluster, and the server's pid.
fn owner(dir: &Path) -> (Child, i32) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "db::cluster::tests::owns_a_cluster_when_asked", "--nocapture"])
        .env(OWNS_CLUSTER, dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let pid = lines.find_map(|line| line.unwrap().strip_prefix("owned ").map(|pid| pid.parse().unwrap()));
    (child, pid.expect("the other process owns a cluster"))
}

#[test]
fn a_living_owner_keeps_its_cluster_and_a_killed_ones_server_is_adopted() {
    let place = place();
    let (mut other, server) = owner(place.path());
    let refused = start(place.path()).err().expect("the cluster is taken");
    assert_eq!(refused.code(), ErrorCode::Conflict);
    assert!(refused.detail().contains(&other.id().to_string()), "{refused}");

    other.kill().unwrap();
    other.wait().unwrap();
    let adopted = start(place.path()).unwrap();
    assert!(adopted.adopted());
    assert_eq!(adopted.pid(), Some(server));
    assert_eq!(number(&adopted.url(), "select n from kept"), 7);
    adopted.stop().unwrap();
    assert!(!postmaster::path(&place.path().join("pgdata")).exists());
    assert!(!start(place.path()).unwrap().adopted());
}

#[test]
fn a_server_with_other_settings_is_not_adopted() {
    let place = place();
    let (mut other, server) = owner(place.path());
    other.kill().unwrap();
    other.wait().unwrap();
    let cluster = Cluster::start(ClusterConfig { data_dir: place.path().to_owned(), durable: true }).unwrap();
    assert!(!cluster.adopted());
    assert_ne!(cluster.pid(), Some(server));
    setting(&cluster.url(), "name = 'fsync' and setting = 'on'");
    assert_eq!(number(&cluster.url(), "select n from kept"), 7);
}

#[test]
fn a_stale_pid_file_ends_nobody_and_stops_no_start() {
    let place = place();
    start(place.path()).unwrap().stop().unwrap();
    let account = Account::resolve().unwrap();
    let pid_file = place.path().join("pgdata/postmaster.pid");
    // The number of a process that has ended, and the number that now belongs to another process of the same user, which
    // PostgreSQL alone would take for a server and refuse to start beside.
    let mut gone = Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    let mut bystander = account.command(Path::new("sleep"), Path::new("/")).arg("1000").spawn().unwrap();
    for pid in [gone.id(), bystander.id()] {
        let text = format!("{pid}\n{}\n1700000000\n5432\n\n\n", place.path().join("pgdata").display());
        for file in [&pid_file, &place.path().join("socket/.s.PGSQL.5432.lock")] {
            std::fs::write(file, &text).unwrap();
            account.own_file(file).unwrap();
        }
        let cluster = start(place.path()).unwrap();
        assert!(!cluster.adopted());
        assert_eq!(number(&cluster.url(), "select 1::bigint as n"), 1);
        cluster.stop().unwrap();
    }
    assert!(bystander.try_wait().unwrap().is_none(), "the bystander lives");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[test]
fn a_server_killed_hard_recovers_at_the_next_start() {
    let place = place();
    let durable = || Cluster::start(ClusterConfig { data_dir: place.path().to_owned(), durable: true });
    let mut cluster = durable().unwrap();
    execute(&cluster.url(), "create table kept (n bigint); insert into kept values (7)").unwrap();
    cluster.end(&[(Signal::SIGKILL, Duration::from_secs(30))]).unwrap();
    drop(cluster);
    assert!(postmaster::path(&place.path().join("pgdata")).exists());
    assert_eq!(number(&durable().unwrap().url(), "select n from kept"), 7);
}

#[test]
fn an_unfinished_cluster_is_made_anew() {
    let place = place();
    let half = place.path().join("pgdata.new/base");
    std::fs::create_dir_all(&half).unwrap();
    let cluster = start(place.path()).unwrap();
    assert_eq!(number(&cluster.url(), "select 1::bigint as n"), 1);
    assert!(!half.exists());
}

#[test]
fn folders_that_cannot_be_used_are_refused_with_a_reason() {
    let foreign = place();
    std::fs::write(foreign.path().join("thesis.odt"), "years of work").unwrap();
    let refused = start(foreign.path()).err().expect("holds something else");
    assert_eq!(refused.code(), ErrorCode::ConfigInvalid);
    assert!(refused.detail().contains("thesis.odt"), "{refused}");
    assert!(!foreign.path().join("guitai.lock").exists());

    // As root the server is another user, whom a closed parent keeps out; as an ordinary user nothing changes.
    let closed = place();
    std::fs::set_permissions(closed.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let result = start(&closed.path().join("pg"));
    if nix::unistd::Uid::effective().is_root() {
        let refused = result.err().expect("out of reach");
        assert_eq!(refused.code(), ErrorCode::HostUnfit);
        assert!(refused.detail().contains(&*closed.path().display().to_string()), "{refused}");
    } else {
        result.unwrap();
    }
}

#[test]
fn a_missing_server_package_is_named() {
    let refused = Binaries::find_in(vec![PathBuf::from("/nonexistent")], None).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::HostUnfit);
    assert!(refused.detail().contains("apt-get install postgresql"), "{refused}");

    // Programs that only say their version stand in for those that are not installed here.
    let place = place();
    let fake = |version: &str| {
        let bin = place.path().join(version);
        std::fs::create_dir(&bin).unwrap();
        for program in ["postgres", "initdb"] {
            let file = bin.join(program);
            std::fs::write(&file, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}.3 (Test)'\n")).unwrap();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
        }
        bin
    };
    let folders: Vec<_> = ["13", "14", "16", "18"].map(fake).into();
    assert_eq!(Binaries::find_in(folders.clone(), None).unwrap().major(), 16);
    assert_eq!(Binaries::find_in(folders.clone(), Some(14)).unwrap().major(), 14);
    let refused = Binaries::find_in(folders, Some(15)).unwrap_err();
    assert!(refused.detail().contains("PostgreSQL 15") && refused.detail().contains("14, 16"), "{refused}");
}

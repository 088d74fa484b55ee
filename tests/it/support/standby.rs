//! A standby of a cluster: a copy that follows the write-ahead log, as a bank keeps one in another machine room. It takes the log from the primary's own
//! folder, segment by segment.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use guitai::db::cluster::{Cluster, ClusterConfig};

use super::wait::until;

/// A cluster and its standby. Dropping it, or the end of the test process, ends both and removes their folder.
pub struct Pair {
    pub primary: Cluster,
    superuser: String,
    standby: Child,
    socket: PathBuf,
    watcher: Child,
}

#[derive(diesel::QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    answer: String,
}

impl Pair {
    /// Starts a cluster with a database in it, and a standby of both.
    pub async fn start() -> Self {
        // Under /var/tmp, because the server's own system user has to reach it.
        let folder =
            tempfile::Builder::new().prefix("guitai-standby-").tempdir_in("/var/tmp").expect("a folder").keep();
        fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).expect("the folder can be entered");
        let start = async || {
            let config = ClusterConfig { data_dir: folder.join("pg"), durable: false };
            tokio::task::spawn_blocking(|| Cluster::start(config)).await.expect("started").expect("PostgreSQL")
        };
        // A private cluster writes no more into its log than it needs itself; whoever follows needs more, from the next start on.
        let alone = start().await;
        let superuser = alone.url().replace("guitai@", "postgres@");
        let mut connection = AsyncPgConnection::establish(&superuser).await.expect("the superuser");
        connection.batch_execute("ALTER SYSTEM SET wal_level = 'replica'").await.expect("a setting");
        drop(connection);
        tokio::task::spawn_blocking(|| alone.stop()).await.expect("stopped").expect("an orderly stop");
        let primary = start().await;
        let (data, copy, socket) = (folder.join("pg/pgdata"), folder.join("copy"), folder.join("copy-socket"));
        let mut connection = AsyncPgConnection::establish(&superuser).await.expect("the superuser");
        connection.batch_execute("SELECT pg_backup_start('standby', fast => true)").await.expect("a backup begins");
        run(Command::new("cp").arg("-a").arg(&data).arg(&copy));
        connection.batch_execute("SELECT * FROM pg_backup_stop()").await.expect("a backup ends");
        fs::remove_file(copy.join("postmaster.pid")).expect("the copy is nobody's");
        fs::create_dir(&socket).expect("a folder");
        let owner = fs::metadata(&data).expect("its data");
        std::os::unix::fs::chown(&socket, Some(owner.uid()), Some(owner.gid())).expect("its owner's");
        let settings = format!(
            "unix_socket_directories = '{}'\nrestore_command = 'cp {}/%f %p'\nhot_standby = on\n",
            socket.display(),
            data.join("pg_wal").display()
        );
        for (name, text) in [("postgresql.auto.conf", settings.as_str()), ("standby.signal", "")] {
            fs::write(copy.join(name), text).expect("written");
            std::os::unix::fs::chown(copy.join(name), Some(owner.uid()), Some(owner.gid())).expect("its owner's");
        }
        let program = fs::read_link(format!("/proc/{}/exe", primary.pid().expect("running"))).expect("its program");
        let log = fs::File::create(folder.join("standby.log")).expect("a log");
        let mut command = Command::new(program);
        command.arg("-D").arg(&copy).current_dir("/").process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        if nix::unistd::Uid::effective().is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let standby = command.spawn().expect("PostgreSQL starts");
        let watcher = Command::new("sh")
            .args(["-c", "read -r _; kill -QUIT \"$1\" \"$2\" 2>/dev/null; rm -rf \"$3\"", "watcher"])
            .args([standby.id().to_string(), primary.pid().expect("running").to_string()])
            .arg(&folder)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("sh runs");
        Self { primary, superuser, standby, socket, watcher }
    }

    /// Where the standby answers, read-only.
    pub fn standby_url(&self) -> String {
        let [here, there] = [self.primary.socket_dir(), &self.socket].map(|p: &Path| encoded(p));
        self.primary.url().replace(&here, &there)
    }

    /// Waits until the standby has everything that was committed before.
    pub async fn caught_up(&self) {
        let mut primary = AsyncPgConnection::establish(&self.superuser).await.expect("the superuser");
        let behind = ask(&mut primary, "SELECT pg_switch_wal()::text AS answer").await;
        let url = self.standby_url();
        until("the standby has caught up", async || {
            let Ok(mut standby) = AsyncPgConnection::establish(&url).await else { return false };
            let caught_up = format!("SELECT (pg_last_wal_replay_lsn() >= '{behind}')::text AS answer");
            ask(&mut standby, &caught_up).await == "true"
        })
        .await;
    }
}

async fn ask(connection: &mut AsyncPgConnection, query: &str) -> String {
    let row: Answer = diesel::sql_query(query).get_result(connection).await.expect("an answer");
    row.answer
}

fn encoded(path: &Path) -> String {
    path.to_str().expect("UTF-8").replace('/', "%2F")
}

fn run(command: &mut Command) {
    assert!(command.status().expect("it runs").success(), "{command:?}");
}

impl Drop for Pair {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        drop(self.watcher.wait());
        drop(self.standby.wait());
    }
}

//! A PostgreSQL that listens on TCP with certificates, as a bank runs one: the private cluster's data under other settings.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use guitai::db::cluster::{Cluster, ClusterConfig};

use super::certificates::Pair;

pub const PASSWORD: &str = "Bank-Db-7-Password";

/// A running server. Dropping it, or the end of the test process, ends it and removes its folder.
pub struct TlsPostgres {
    folder: PathBuf,
    server: Child,
    watcher: Child,
    uid: u32,
    gid: u32,
}

impl TlsPostgres {
    /// Starts one that listens on `address`; it presents nothing yet: call [`TlsPostgres::set`]. Blocks for seconds.
    pub fn start(address: &str, port: u16, ca: &Path, hba: &str) -> Self {
        // Under /var/tmp, because the server's own system user has to reach it.
        let folder = tempfile::Builder::new().prefix("guitai-tls-pg-").tempdir_in("/var/tmp").expect("a folder").keep();
        fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).expect("the folder can be entered");
        let cluster =
            Cluster::start(ClusterConfig { data_dir: folder.join("pg"), durable: false }).expect("PostgreSQL");
        let superuser = cluster.url().replace("guitai@", "postgres@");
        block_on(async {
            let mut connection = AsyncPgConnection::establish(&superuser).await.expect("the superuser");
            let role = format!("ALTER ROLE guitai PASSWORD '{PASSWORD}'");
            connection.batch_execute(&role).await.expect("a password");
        });
        let data = folder.join("pg/pgdata");
        let program = fs::read_link(format!("/proc/{}/exe", cluster.pid().expect("running"))).expect("its program");
        let owner = fs::metadata(&data).expect("its data");
        cluster.stop().expect("an orderly stop");

        let (uid, gid) = (owner.uid(), owner.gid());
        let own = |name: &str, text: &[u8]| own(&data.join(name), text, uid, gid);
        own("ca.pem", &fs::read(ca).expect("the authority"));
        own("tls_hba.conf", format!("local all all trust\n{hba}\n").as_bytes());
        let settings = format!(
            "listen_addresses = '{address}'\nport = {port}\nunix_socket_directories = '{}'\nhba_file = '{}'\n",
            folder.join("pg/socket").display(),
            data.join("tls_hba.conf").display()
        );
        own("postgresql.auto.conf", settings.as_bytes());
        let log = fs::File::create(folder.join("tls.log")).expect("a log");
        let mut command = Command::new(program);
        command
            .arg("-D")
            .arg(&data)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        if nix::unistd::Uid::effective().is_root() {
            command.uid(uid).gid(gid);
        }
        let server = command.spawn().expect("PostgreSQL starts");
        let watcher = Command::new("sh")
            .args(["-c", "read -r _; kill -QUIT \"$1\" 2>/dev/null; rm -rf \"$2\"", "watcher"])
            .arg(server.id().to_string())
            .arg(&folder)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("sh runs");
        let mut this = Self { folder, server, watcher, uid, gid };
        // Before it is ready, the signal by which settings are taken over would end it.
        while !fs::read_to_string(data.join("postmaster.pid")).is_ok_and(|text| text.contains("ready")) {
            let ended = this.server.try_wait().expect("our child");
            assert!(ended.is_none(), "PostgreSQL did not start: {}", this.log());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        this
    }

    /// Presents this certificate and takes these settings over, in the moments after this returns.
    pub fn set(&self, pair: Option<&Pair>, settings: &str) {
        let data = self.folder.join("pg/pgdata");
        let auto = data.join("postgresql.auto.conf");
        let text = fs::read_to_string(&auto).expect("its settings");
        let kept = text.split("# tls\n").next().unwrap_or_default();
        let mut text = format!("{kept}# tls\n{settings}\n");
        if let Some(pair) = pair {
            for (name, from) in [("server.crt", &pair.certificate), ("server.key", &pair.key)] {
                own(&data.join(name), &fs::read(from).expect("a file"), self.uid, self.gid);
            }
            text.push_str(
                "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\nssl_ca_file = 'ca.pem'\n",
            );
        }
        own(&auto, text.as_bytes(), self.uid, self.gid);
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.server.id()).expect("a pid"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGHUP).expect("it runs");
    }

    /// Believes the client certificates of this authority from the next [`TlsPostgres::set`] on.
    pub fn trust(&self, ca: &Path) {
        own(&self.folder.join("pg/pgdata/ca.pem"), &fs::read(ca).expect("the authority"), self.uid, self.gid);
    }

    /// Everything that the server writes.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("tls.log")).unwrap_or_default()
    }
}

impl Drop for TlsPostgres {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        drop(self.server.wait());
        drop(self.watcher.wait());
    }
}

fn own(file: &Path, text: &[u8], uid: u32, gid: u32) {
    let beside = file.with_extension("fresh");
    fs::write(&beside, text).expect("written");
    fs::set_permissions(&beside, PermissionsExt::from_mode(0o600)).expect("closed");
    if nix::unistd::Uid::effective().is_root() {
        chown(&beside, Some(uid), Some(gid)).expect("its own");
    }
    fs::rename(beside, file).expect("in place");
}

fn block_on<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|threads| {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        threads.spawn(move || runtime().block_on(work)).join().expect("done")
    })
}

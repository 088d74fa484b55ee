//! A database of its own for every test: one cluster per test binary, migrated once into a template that each test clones.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use guitai::db::cluster::{Cluster, ClusterConfig};
use guitai::db::{Db, PooledConnection, migrate};

const TEMPLATE: &str = "guitai_template";
/// Enough for a test with several concurrent writers; the cluster takes three hundred in all.
const CONNECTIONS: usize = 12;

/// An empty, migrated database. Dropping it drops the database, whoever is still connected.
pub struct TestDb {
    /// On the shared server; a server of the test's own goes with its databases.
    name: Option<String>,
    url: String,
    db: Db,
}

impl TestDb {
    /// Clones the template, which takes about a tenth of a second; the first caller also starts the cluster and migrates.
    pub async fn create() -> Self {
        let server = tokio::task::spawn_blocking(Server::shared).await.expect("the cluster starts");
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let sql = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}");
        server.administrate(&sql).await;
        let url = server.cluster.database_url(&name);
        let db = Db::new(&url, CONNECTIONS).expect("a pool");
        Self { name: Some(name), url, db }
    }

    /// The database behind `url`, on a server that is the test's own to stop; migrates it.
    pub async fn on(url: String) -> Self {
        migrate(&url).await.expect("the migrations run");
        let db = Db::new(&url, CONNECTIONS).expect("a pool");
        Self { name: None, url, db }
    }

    /// The pool. Clones of it outlive the database, and then fail.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// For a program or a pool of its own.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn connection(&self) -> PooledConnection {
        self.db.connection().await.expect("a connection")
    }

    /// The one number that a query answers with.
    pub async fn number(&self, query: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Number {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            number: i64,
        }
        let query = format!("SELECT ({query})::bigint AS number");
        let row: Number = diesel::sql_query(query).get_result(&mut self.connection().await).await.expect("a number");
        row.number
    }

    /// Runs statements, for example to put a test's rows in place.
    pub async fn run_sql(&self, statements: &str) {
        self.connection().await.batch_execute(statements).await.expect("the statements run");
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.close();
        let Some(name) = &self.name else { return };
        let sql = format!("DROP DATABASE {name} WITH (FORCE)");
        // The test's runtime may be the one that is ending, so this has one of its own.
        let dropped = std::thread::spawn(move || block_on(async move { Server::shared().administrate(&sql).await }));
        let dropped = dropped.join();
        if !std::thread::panicking() {
            dropped.expect("the database is dropped");
        }
    }
}

/// The one cluster of this process.
struct Server {
    cluster: Cluster,
    /// Ends the server and removes its folder when this process ends, in whatever way: its standard input closes then.
    _watcher: Child,
}

impl Server {
    fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| {
            // Under /var/tmp, because the cluster's own system user has to reach it.
            let folder = tempfile::Builder::new().prefix("guitai-it-").tempdir_in("/var/tmp").expect("a folder").keep();
            std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).expect("the folder can be entered");
            let config = ClusterConfig { data_dir: folder.join("pg"), durable: false };
            let cluster = Cluster::start(config).expect("PostgreSQL starts (make setup installs it)");
            let watcher = Command::new("sh")
                .args(["-c", "read -r _; kill -QUIT \"$1\"; rm -rf \"$2\"", "watcher"])
                .arg(cluster.pid().expect("a running cluster").to_string())
                .arg(&folder)
                .stdin(Stdio::piped())
                // A Ctrl-C at the terminal ends the tests, not the one who cleans up behind them.
                .process_group(0)
                .spawn()
                .expect("sh runs");
            let server = Server { cluster, _watcher: watcher };
            let url = server.cluster.database_url(TEMPLATE);
            let create = format!("CREATE DATABASE {TEMPLATE}");
            std::thread::scope(|threads| {
                let made = threads.spawn(|| {
                    block_on(async {
                        server.administrate(&create).await;
                        migrate(&url).await.expect("the migrations run");
                    });
                });
                made.join().expect("the template is made");
            });
            server
        })
    }

    /// Runs one statement outside a transaction, in the database that nobody tests on.
    async fn administrate(&self, statement: &str) {
        let mut connection = AsyncPgConnection::establish(&self.cluster.url()).await.expect("the cluster answers");
        connection.batch_execute(statement).await.expect("the statement runs");
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

//! PostgreSQL off the machine: verified, or not spoken to.

use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use guitai::db::{Address, Db, Listener, migrate, pending_migrations};
use guitai::error::ErrorCode;
use guitai::transport::{Endpoint, Looking, Role};
use tokio_util::sync::CancellationToken;

use crate::support::certificates::Authority;
use crate::support::kafka::free_port;
use crate::support::postgres::{PASSWORD, TlsPostgres};
use crate::support::wait::{until, within};

/// A name that leads nowhere; the address is given beside it.
const HOST: &str = "db.bank.example";
const TLS_1_3: &str = "ssl_min_protocol_version = 'TLSv1.3'";

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn url(host: &str, port: u16) -> String {
    format!("host={host} hostaddr=127.0.0.1 port={port} dbname=guitai user=guitai password='{PASSWORD}'")
}

/// What opening a connection comes to: nothing, or the code and the text of its error.
async fn open(url: &str, tls: Option<&Endpoint>) -> Result<(), (ErrorCode, String)> {
    let db = Db::new(Address::new(url, tls.cloned()), 2).expect("a pool");
    db.dedicated().await.map(drop).map_err(|e| (e.code(), format!("{e:?}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_verified_and_so_are_we() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(folder.path(), "bank-ca");
    let strangers = Authority::new(folder.path(), "strangers-ca");
    let port = free_port();
    let ca = authority.ca_file.clone();
    let hba = "hostssl all guitai 127.0.0.1/32 scram-sha-256 clientcert=verify-full";
    let server =
        tokio::task::spawn_blocking(move || TlsPostgres::start("127.0.0.1", port, &ca, hba)).await.expect("up");
    let good = authority.issue("server", &[HOST]);
    server.set(Some(&good), TLS_1_3);
    let own = authority.issue("guitai", &[]);
    let us = authority.client(Role::Database, Some(&own));
    let at = url(HOST, port);
    until("the server presents itself", async || open(&at, Some(&us)).await.is_ok()).await;

    // The way to the server needs an authority, a certificate where it asks for one, and is then bound to the channel.
    let refused = open(&at, None).await.expect_err("no authority");
    assert_eq!(refused.0, ErrorCode::ConfigInvalid, "{}", refused.1);
    assert!(refused.1.contains("database.ca_file"), "{}", refused.1);
    let refused = open(&at, Some(&authority.client(Role::Database, None))).await.expect_err("no certificate");
    assert_eq!(refused.0, ErrorCode::DatabaseUnavailable, "{}", refused.1);
    assert!(refused.1.contains("client certificate"), "{}", refused.1);
    assert!(!refused.1.contains(PASSWORD));
    assert_eq!(open(&format!("{at} channel_binding=require"), Some(&us)).await, Ok(()));

    // Migrations, pool, LISTEN: each through TLS 1.3.
    let address = Address::new(&at, Some(us.clone()));
    migrate(address.clone()).await.expect("the migrations run");
    assert!(pending_migrations(address.clone()).await.expect("asked").is_empty());
    let db = Db::new(address, 4).expect("a pool");
    let listener = Listener::new(db.clone(), &["guitai_test"]);
    let (mut notices, stop) = (listener.subscribe("guitai_test"), CancellationToken::new());
    let until_stop = stop.clone();
    let listening = tokio::spawn(async move { listener.run(until_stop).await });
    within("the listener listens", notices.next()).await;
    let mut connection = db.connection().await.expect("a connection");
    connection.batch_execute("SELECT pg_notify('guitai_test', 'x')").await.expect("told");
    within("the notice", notices.next()).await;
    let by_version = |condition: &str| {
        format!(
            "SELECT count(*)::bigint AS number FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
             WHERE usename = 'guitai' AND client_addr IS NOT NULL AND {condition}"
        )
    };
    for (condition, expected) in [("version = 'TLSv1.3' AND client_dn LIKE '%CN=guitai%'", 2), ("NOT ssl", 0)] {
        let row: Number = diesel::sql_query(by_version(condition)).get_result(&mut *connection).await.expect("a row");
        assert_eq!(row.number, expected, "{condition}");
    }
    stop.cancel();
    listening.await.expect("stopped");

    // Whoever is not who we mean is told nothing.
    for (pair, settings, host, why) in [
        (&good, "ssl_min_protocol_version = 'TLSv1'\nssl_max_protocol_version = 'TLSv1.2'", HOST, "TLS 1.3"),
        (&strangers.issue("stranger", &[HOST]), TLS_1_3, HOST, "not of an authority"),
        (&authority.issue("elsewhere", &["other.bank.example"]), TLS_1_3, HOST, "another host name"),
        (&authority.issue_expired("expired", &[HOST]), TLS_1_3, HOST, "expired"),
        (&good, TLS_1_3, "localhost", "another host name"),
    ] {
        server.set(Some(pair), settings);
        let at = url(host, port);
        until(why, async || open(&at, Some(&us)).await.is_err_and(|(_, text)| text.contains(why))).await;
        let (code, text) = open(&at, Some(&us)).await.expect_err("refused");
        assert_eq!(code, ErrorCode::PeerRefused, "{text}");
    }
    server.set(None, "ssl = off");
    until("a server without TLS", async || {
        open(&at, Some(&us))
            .await
            .is_err_and(|(code, text)| code == ErrorCode::PeerRefused && text.contains("does not speak TLS"))
    })
    .await;
    // A request that comes meanwhile says what it always says when the database is away; the reason is in the log.
    let away = Db::new(Address::new(&at, Some(us.clone())), 2).expect("a pool");
    let refused = away.connection().await.map(drop).expect_err("refused");
    assert_eq!(refused.code(), ErrorCode::DatabaseUnavailable);
    assert!(format!("{refused:?}").contains("dependency.peer_refused"), "{refused:?}");

    // Both sides move to a new authority; the pool that is there uses it, and neither takes what the old one signed.
    let next = Authority::new(folder.path(), "next-ca");
    // Issued in the place of the old one, under the same name.
    next.issue("guitai", &[]);
    std::fs::copy(&next.ca_file, &authority.ca_file).expect("copied");
    server.trust(&next.ca_file);
    server.set(Some(&next.issue("next-server", &[HOST])), TLS_1_3);
    until("the new server is refused by what is in use", async || {
        open(&at, Some(&us)).await.is_err_and(|(_, text)| text.contains("not of an authority"))
    })
    .await;
    assert_eq!(us.look(chrono::Utc::now()), Looking::Replaced);
    within("a connection", async { while away.connection().await.is_err() {} }).await;
    server.set(Some(&good), TLS_1_3);
    until("the old server is refused", async || {
        open(&at, Some(&us)).await.is_err_and(|(_, text)| text.contains("not of an authority"))
    })
    .await;
}

//! Listeners: certificates are replaced while they serve, and a client without one is turned away where one is asked for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use guitai::config::Listener;
use guitai::transport::Role;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::app::TestApp;
use crate::support::certificates::{Authority, Pair};
use crate::support::wait::until;

const HOST: &[&str] = &["127.0.0.1"];

fn present(listener: &mut Listener, pair: &Pair) {
    listener.certificate_file = Some(pair.certificate.clone());
    listener.private_key_file = Some(pair.key.clone());
}

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("https://").parse().expect("an address")
}

async fn connect(authority: &Authority, to: SocketAddr) -> TlsStream<TcpStream> {
    let config = authority.client(Role::Client, None).client().expect("a client");
    let tcp = TcpStream::connect(to).await.expect("connected");
    TlsConnector::from(config).connect(to.ip().into(), tcp).await.expect("a handshake")
}

/// The status of `/healthz`, on a connection that stays open.
async fn health(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: bank\r\n\r\n").await.expect("sent");
    let mut answer = vec![0; 1 << 16];
    let n = stream.read(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer[..n]).lines().next().unwrap_or_default().to_owned()
}

async fn shown(authority: &Authority, to: SocketAddr) -> CertificateDer<'static> {
    let stream = connect(authority, to).await;
    stream.get_ref().1.peer_certificates().expect("a certificate")[0].clone().into_owned()
}

fn leaf(pair: &Pair) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(&pair.certificate).expect("a certificate")
}

async fn metric(app: &TestApp, line: &str) -> bool {
    app.running().services.metrics.render().expect("metrics").lines().any(|l| l == line)
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_certificates_are_shown_at_once_and_nobody_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(folder.path(), "bank-ca");
    let used = authority.issue("used", HOST);
    let first = leaf(&used);
    let app = TestApp::start_with(|config| {
        for l in [&mut config.listeners.staff, &mut config.listeners.customers, &mut config.listeners.metrics] {
            present(l, &used);
        }
    })
    .await;
    let staff = address(app.staff_url());
    assert_eq!(shown(&authority, staff).await, first);
    let mut old = connect(&authority, staff).await;

    // Somebody comes again and again, each time anew, and somebody stays connected, all the while.
    let (done, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let visitor = {
        let (done, asked, client) = (Arc::clone(&done), Arc::clone(&asked), authority.http(None));
        let url = format!("{}/healthz", app.customers_url());
        tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(health(&mut old).await, "HTTP/1.1 200 OK", "who was connected stays so");
                let answer = client.get(&url).send().await.expect("never refused");
                assert_eq!(answer.status(), 200);
                asked.fetch_add(1, Ordering::Relaxed);
            }
        })
    };

    let second = authority.issue_with("second", HOST, |p| p.not_after = rcgen::date_time_ymd(2031, 5, 1));
    // The certificate comes first, and for a while the key beside it is another's.
    std::fs::copy(&second.certificate, &used.certificate).expect("copied");
    let refused = |role: &str, n: u8| format!("guitai_tls_reload_refused{{role=\"{role}\"}} {n}");
    until("it is told that they do not fit", async || metric(&app, &refused("staff", 1)).await).await;
    assert_eq!(shown(&authority, staff).await, first);
    second.replace(&used);
    until("the new certificate", async || shown(&authority, staff).await == leaf(&second)).await;
    until("all is well", async || metric(&app, &refused("staff", 0)).await).await;
    // 2031-05-01 in seconds since 1970.
    let expiry = |zone: &str| {
        format!("guitai_tls_certificate_expiry_timestamp_seconds{{kind=\"certificate\",role=\"{zone}\"}} 1935360000")
    };
    for zone in ["staff", "customers", "metrics"] {
        until("the metric of its end", async || metric(&app, &expiry(zone)).await).await;
    }

    // Nonsense, and a certificate that is good no more, change nothing.
    for spoil in [b"-----BEGIN NOTHING-----".to_vec(), Vec::new()] {
        std::fs::write(&used.certificate, spoil).expect("written");
        until("it is told", async || metric(&app, &refused("staff", 1)).await).await;
        assert_eq!(shown(&authority, staff).await, leaf(&second));
        second.replace(&used);
        until("all is well", async || metric(&app, &refused("staff", 0)).await).await;
    }
    authority.issue_expired("expired", HOST).replace(&used);
    until("it is told", async || metric(&app, &refused("staff", 1)).await).await;
    assert_eq!(shown(&authority, staff).await, leaf(&second));

    done.store(true, Ordering::Relaxed);
    visitor.await.expect("nobody was refused");
    assert!(asked.load(Ordering::Relaxed) > 50, "{asked:?} visits");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_knows_its_clients_takes_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(folder.path(), "bank-ca");
    let (monitoring, strangers) =
        (Authority::new(folder.path(), "monitoring-ca"), Authority::new(folder.path(), "strangers-ca"));
    let server = authority.issue("server", HOST);
    let known = folder.path().join("clients.pem");
    std::fs::copy(&monitoring.ca_file, &known).expect("copied");
    let app = TestApp::start_with(|config| {
        present(&mut config.listeners.metrics, &server);
        config.listeners.metrics.client_ca_file = Some(known.clone());
    })
    .await;
    let url = format!("{}/metrics", app.running().zones.metrics);
    let scrape = async |own: Option<&Pair>| authority.http(own).get(&url).send().await.map(|a| a.status().as_u16());
    let prometheus = monitoring.issue("prometheus", &[]);
    assert_eq!(scrape(Some(&prometheus)).await.ok(), Some(200));
    assert!(scrape(None).await.is_err(), "without a certificate");
    assert!(scrape(Some(&strangers.issue("stranger", &[]))).await.is_err(), "of another authority");
    assert!(scrape(Some(&monitoring.issue_expired("late", &[]))).await.is_err(), "expired");

    // Monitoring moves to another authority: both for a while, then the new one alone.
    let next = Authority::new(folder.path(), "next-ca");
    let moved = next.issue("moved", &[]);
    let read = |file: &std::path::Path| std::fs::read_to_string(file).expect("a file");
    std::fs::write(&known, read(&monitoring.ca_file) + &read(&next.ca_file)).expect("written");
    until("the new one is taken", async || scrape(Some(&moved)).await.is_ok()).await;
    assert!(scrape(Some(&prometheus)).await.is_ok());
    std::fs::write(&known, read(&next.ca_file)).expect("written");
    until("the old one is taken no more", async || scrape(Some(&prometheus)).await.is_err()).await;
    assert!(scrape(Some(&moved)).await.is_ok());
    app.finish().await;
}

//! Kafka off the machine, through librdkafka and its OpenSSL: the same rules as everywhere.

use std::sync::Arc;
use std::time::Duration;

use guitai::error::ErrorCode;
use guitai::eventlog::{NewTopics, Topic};
use guitai::transport::{Endpoint, Role, probe};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use uuid::Uuid;

use crate::support::certificates::{Authority, Pair};
use crate::support::eventlog::{Bench, Kafka, PARTITIONS, Recorder, settings, topic};
use crate::support::kafka::{KafkaBroker, free_port};
use crate::support::namespace::{BANK, two_machines};
use crate::support::wait::until;

/// A listener of the broker: its name, port, certificate and version of TLS.
type Face<'a> = (&'a str, u16, &'a Pair, &'a str);

/// A broker with several faces, each on a port of its own.
fn properties(faces: &[Face<'_>], clients: &Authority) -> String {
    let each = |f: &dyn Fn(&Face<'_>) -> String| faces.iter().map(f).collect::<Vec<_>>().join("");
    format!(
        "listeners=PLAINTEXT://127.0.0.1:@PORT@,CONTROLLER://127.0.0.1:@CONTROLLER_PORT@{}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:@PORT@{}\n\
         listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT{}\n{}",
        each(&|(name, port, ..)| format!(",{name}://127.0.0.1:{port}")),
        each(&|(name, port, ..)| format!(",{name}://localhost:{port}")),
        each(&|(name, ..)| format!(",{name}:SSL")),
        each(&|(name, _, pair, version)| {
            let own = format!("listener.name.{}.ssl", name.to_lowercase());
            format!(
                "{own}.keystore.type=PEM\n{own}.keystore.location={}\n{own}.truststore.type=PEM\n\
                 {own}.truststore.location={}\n{own}.client.auth=required\n{own}.enabled.protocols={version}\n",
                pair.joined().display(),
                clients.ca_file.display()
            )
        }),
    )
}

/// What making topics comes to; an unknown client gives up soon.
async fn make_topics(port: u16, tls: Option<&Endpoint>) -> Result<(), ErrorCode> {
    let mut settings = settings(&format!("localhost:{port}"));
    settings.client.push(("socket.timeout.ms".to_owned(), "4000".to_owned()));
    settings.delivery_timeout = Duration::from_secs(4);
    settings.tls = tls.cloned();
    let kafka = Kafka { settings, cluster: () };
    let bench = Bench::on(Kafka { settings: kafka.settings.clone(), cluster: () }, &[]).await;
    let log = kafka.kafka_log(&bench.core, &bench.listener);
    let like = NewTopics { partitions: PARTITIONS, replication: 1 };
    log.create_topics(&[Topic::Conversations], like).await.map(drop).map_err(|e| e.code())
}

/// Whether librdkafka, with the same certificates and nothing else from us, comes to terms with that listener.
fn speaks_tls_1_2(port: u16, authority: &Authority, own: &Pair) -> bool {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", format!("localhost:{port}")).set("security.protocol", "ssl");
    for (key, file) in [
        ("ssl.ca.location", &authority.ca_file),
        ("ssl.certificate.location", &own.certificate),
        ("ssl.key.location", &own.key),
    ] {
        config.set(key, file.to_str().expect("a path"));
    }
    let client: BaseConsumer = config.create().expect("a client");
    // The first answer may be lost with the connection to the server that was named.
    (0..3).any(|_| client.fetch_metadata(None, Duration::from_secs(10)).is_ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_is_verified_and_events_go_through_tls_1_3_alone() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(folder.path(), "bank-ca");
    let strangers = Authority::new(folder.path(), "strangers-ca");
    let host = &["localhost"];
    let good = authority.issue("broker", host);
    let faces = [
        ("SSL", free_port(), &good, "TLSv1.3"),
        ("OLD", free_port(), &good, "TLSv1.2"),
        ("STRANGER", free_port(), &strangers.issue("stranger", host), "TLSv1.3"),
        ("ELSEWHERE", free_port(), &authority.issue("elsewhere", &["kafka.bank.example"]), "TLSv1.3"),
        ("EXPIRED", free_port(), &authority.issue_expired("expired", host), "TLSv1.3"),
    ];
    let more = properties(&faces, &authority);
    let broker = tokio::task::spawn_blocking(move || KafkaBroker::start_with(&more)).await.expect("a broker");
    let own = authority.issue("guitai", &[]);
    let us = authority.client(Role::EventLog, Some(&own));
    let port = faces[0].1;

    // The real client first, then the same question asked by rustls, which can say why.
    assert_eq!(make_topics(port, Some(&us)).await, Ok(()));
    assert_eq!(
        make_topics(port, Some(&authority.client(Role::EventLog, None))).await,
        Err(ErrorCode::EventLogUnavailable)
    );
    for ((face, port, ..), why) in
        faces[1..].iter().zip(["TLS 1.3", "not of an authority", "another host name", "expired"])
    {
        assert_eq!(make_topics(*port, Some(&us)).await, Err(ErrorCode::EventLogUnavailable), "{face}");
        let refused = probe(&us, "localhost", *port, ErrorCode::EventLogUnavailable).await.expect_err("refused");
        assert_eq!(refused.code(), ErrorCode::PeerRefused, "{face}: {refused}");
        assert!(refused.detail().contains(why), "{face}: {refused}");
    }
    probe(&us, "localhost", port, ErrorCode::EventLogUnavailable).await.expect("the good one");
    assert!(speaks_tls_1_2(faces[1].1, &authority, &own), "librdkafka left to itself speaks TLS 1.2");
    let plain = broker.bootstrap_servers().rsplit_once(':').and_then(|(_, p)| p.parse().ok()).expect("a port");
    assert_eq!(make_topics(plain, Some(&us)).await, Err(ErrorCode::EventLogUnavailable), "no TLS at all");

    // Events, through a relay and a consumer; then certificates that the broker does not know, and good ones again.
    let recorder = Recorder::new("reader");
    let subscribers = [recorder.subscriber()];
    let mut settings = settings(&format!("localhost:{port}"));
    settings.tls = Some(us.clone());
    settings.new_topics = Some(NewTopics { partitions: PARTITIONS, replication: 1 });
    settings.delivery_timeout = Duration::from_secs(4);
    assert!(topic(&settings).ends_with(Topic::Conversations.name()));
    let bench = Bench::on(Kafka { settings, cluster: () }, &subscribers).await;
    let _node = bench.start(&subscribers);
    let aggregate = Uuid::now_v7();
    bench.publish(aggregate, "一").await;
    until("the first is taken", async || recorder.taken(aggregate) == [1]).await;
    let kept = own.certificate.with_extension("kept");
    let kept = Pair { certificate: kept.clone(), key: kept.with_extension("kept-key") };
    std::fs::copy(&own.certificate, &kept.certificate).expect("copied");
    std::fs::copy(&own.key, &kept.key).expect("copied");
    strangers.issue("unknown", &[]).replace(&own);
    us.look(chrono::Utc::now());
    // The old producer may have one batch in hand; what is published when it is gone stays.
    let told = Arc::new(std::sync::atomic::AtomicU64::new(1));
    until("the broker takes nothing more", async || {
        let n = told.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        bench.publish(aggregate, "二").await;
        let sent = until_sent(&bench).await;
        n > 40 || !sent
    })
    .await;
    assert!(!bench.backlogs().await.is_empty(), "events wait");
    kept.replace(&own);
    us.look(chrono::Utc::now());
    until("nothing waits", async || bench.backlogs().await.is_empty()).await;
    let last = i64::try_from(told.load(std::sync::atomic::Ordering::Relaxed)).expect("small");
    until("all is taken", async || recorder.taken(aggregate).last() == Some(&last)).await;
}

#[test]
fn a_broker_that_leads_off_the_machine_is_not_followed_in_clear() {
    let (_appliance, bank) = two_machines();
    let made = bank.enter(|| {
        let far = free_port();
        let _broker = KafkaBroker::start_with(&format!(
            "listeners=PLAINTEXT://127.0.0.1:@PORT@,CONTROLLER://127.0.0.1:@CONTROLLER_PORT@,FAR://0.0.0.0:{far}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:@PORT@,FAR://{BANK}:{far}\n\
             listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,FAR:PLAINTEXT\n"
        ));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(make_topics(far, None))
    });
    assert_eq!(made, Err(ErrorCode::ConfigInvalid));
}

/// Whether what was published is sent within a second.
async fn until_sent(bench: &Bench) -> bool {
    for _ in 0..20 {
        if bench.backlogs().await.is_empty() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

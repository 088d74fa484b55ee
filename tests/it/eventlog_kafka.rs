//! What only Kafka can show: records as others read them, two relays, a broker that is away.

use std::sync::Arc;
use std::time::Duration;

use guitai::eventlog::{Backlog, KafkaSettings, NewTopics, Subscriber, Topic};
use rdkafka::message::{Headers, Message, OwnedMessage};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use uuid::Uuid;

use crate::support::eventlog::{Bench, Kafka, PARTITIONS, Recorder, topic};
use crate::support::kafka::KafkaBroker;
use crate::support::wait::until;

fn header<'r>(record: &'r OwnedMessage, name: &str) -> &'r str {
    let headers = record.headers().expect("headers");
    let header = headers.iter().find(|header| header.key == name).unwrap_or_else(|| panic!("no header {name}"));
    std::str::from_utf8(header.value.expect("a value")).expect("text")
}

/// The numbers of one aggregate's records, in the order in which a reader of the topic sees them.
fn numbers(records: &[OwnedMessage], aggregate: Uuid) -> Vec<i64> {
    let key = aggregate.to_string();
    let of_aggregate = records.iter().filter(|record| record.key() == Some(key.as_bytes()));
    of_aggregate.map(|record| header(record, "ce_guitaiseq").parse().unwrap()).collect()
}

async fn another(settings: &KafkaSettings) -> Kafka<()> {
    Kafka { settings: settings.clone(), cluster: () }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_created_once_and_records_are_cloud_events() {
    let kafka = Kafka::shared().await;
    let reader = another(&kafka.settings).await;
    let bench = Bench::on(kafka, &[]).await;
    let log = reader.kafka_log(&bench.core, &bench.listener);
    let like = NewTopics { partitions: PARTITIONS, replication: 1 };
    assert_eq!(log.create_topics(&[Topic::Conversations], like).await.unwrap(), [topic(&reader.settings)]);
    assert!(log.create_topics(&[Topic::Conversations], like).await.unwrap().is_empty());

    let _node = bench.start(&[]);
    let aggregate = Uuid::now_v7();
    let event = bench.publish(aggregate, "您好").await;
    let records = reader.records(1).await;
    let record = &records[0];
    assert_eq!(record.key(), Some(aggregate.to_string().as_bytes()));
    for (name, value) in [
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", event.to_string()),
        ("ce_type", "conversation.message_posted".to_owned()),
        ("ce_source", format!("/guitai/organisations/{}", bench.core.org)),
        ("ce_subject", format!("conversation/{aggregate}")),
        ("ce_guitaiseq", "1".to_owned()),
        ("content-type", "application/vnd.guitai.sealed".to_owned()),
    ] {
        assert_eq!(header(record, name), value, "{name}");
    }
    // The data is what lies in the outbox, to the byte: an envelope that names its key.
    let (key, _) = guitai::crypto::envelope_key_id(record.payload().unwrap()).unwrap();
    assert_eq!(header(record, "ce_guitaikey"), key.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_nodes_one_relays_and_the_next_goes_on_when_it_stops() {
    let kafka = Kafka::shared().await;
    kafka.cluster.create_topic(&topic(&kafka.settings), PARTITIONS).await;
    let reader = another(&kafka.settings).await;
    let bench = Bench::on(kafka, &[]).await;
    let nodes = [bench.start(&[]), bench.start(&[])];
    let aggregates = [Uuid::now_v7(), Uuid::now_v7()];
    for _ in 0..10 {
        for aggregate in aggregates {
            bench.publish(aggregate, "一").await;
        }
    }
    until("all of it is sent", async || bench.backlogs().await.is_empty()).await;
    let [first, second] = nodes;
    first.stop().await;
    bench.publish(aggregates[0], "二").await;
    until("the rest is sent", async || bench.backlogs().await.is_empty()).await;
    second.stop().await;

    let records = reader.records(21).await;
    assert_eq!(numbers(&records, aggregates[0]), (1..=11).collect::<Vec<_>>());
    assert_eq!(numbers(&records, aggregates[1]), (1..=10).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_kafka_hangs_the_outbox_grows_and_afterwards_it_drains() {
    let broker = tokio::task::spawn_blocking(KafkaBroker::start).await.expect("a broker of its own");
    let settings =
        KafkaSettings { delivery_timeout: Duration::from_secs(2), ..KafkaSettings::new(&broker.bootstrap_servers()) };
    broker.create_topic(&topic(&settings), PARTITIONS).await;
    let recorder = Recorder::new("reader");
    let subscribers: [Arc<dyn Subscriber>; 1] = [recorder.subscriber()];
    let reader = another(&settings).await;
    let bench = Bench::on(Kafka { settings, cluster: () }, &subscribers).await;
    let node = bench.start(&subscribers);
    let aggregate = Uuid::now_v7();
    bench.publish(aggregate, "之前").await;
    until("the first is taken", async || recorder.taken(aggregate) == [1]).await;
    until("nothing waits", async || bench.backlogs().await.is_empty()).await;

    broker.freeze();
    for _ in 0..10 {
        bench.publish(aggregate, "其间").await;
    }
    // Longer than a delivery may take, so that one has been given up.
    let drained = until("nothing waits", async || bench.backlogs().await.is_empty());
    assert!(tokio::time::timeout(Duration::from_secs(4), drained).await.is_err());
    let waits = |backlogs: &[Backlog]| matches!(backlogs, [relay] if relay.pending == 10 && relay.oldest.is_some());
    let backlogs = bench.backlogs().await;
    assert!(waits(&backlogs), "{backlogs:?}");
    broker.thaw();
    until("the rest is taken", async || recorder.taken(aggregate).len() == 11).await;
    assert_eq!(recorder.taken(aggregate), (1..=11).collect::<Vec<_>>());
    until("nothing waits", async || bench.backlogs().await.is_empty()).await;

    // Whatever was tried while it hung, a reader of committed records sees each event, in order.
    let mut seen = numbers(&reader.records(11).await, aggregate);
    seen.dedup();
    assert_eq!(seen, (1..=11).collect::<Vec<_>>());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_that_pass_are_tried_through() {
    let kafka = Kafka::mock();
    let refuse =
        [RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT];
    kafka.cluster.request_errors(RDKafkaApiKey::Produce, &refuse);
    let reader = another(&kafka.settings).await;
    let bench = Bench::on(kafka, &[]).await;
    let _node = bench.start(&[]);
    let aggregate = Uuid::now_v7();
    for _ in 0..3 {
        bench.publish(aggregate, "一").await;
    }
    until("all of it is sent", async || bench.backlogs().await.is_empty()).await;
    assert_eq!(numbers(&reader.records(3).await, aggregate), [1, 2, 3]);
}

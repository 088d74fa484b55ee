//! The broker that the other tests stand on is a real one: what librdkafka's mock only pretends, it does.

use std::time::Duration;

use rdkafka::Message;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::DefaultProducerContext;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

use crate::support::kafka::KafkaBroker;

const PATIENCE: Duration = Duration::from_secs(30);

fn transactional(broker: &KafkaBroker, id: &str) -> ThreadedProducer<DefaultProducerContext> {
    let producer: ThreadedProducer<DefaultProducerContext> =
        broker.client_config().set("transactional.id", id).create().expect("a producer");
    producer.init_transactions(PATIENCE).expect("the coordinator answers");
    producer
}

fn send(producer: &ThreadedProducer<DefaultProducerContext>, topic: &str, text: &str) {
    producer.send(BaseRecord::<(), str>::to(topic).payload(text)).map_err(|(error, _)| error).expect("queued");
    producer.flush(PATIENCE).expect("delivered");
}

async fn read_committed(broker: &KafkaBroker, topic: &str, count: usize) -> Vec<String> {
    let consumer: StreamConsumer = broker
        .client_config()
        .set("group.id", "reader")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .create()
        .expect("a consumer");
    // No group to join: its coordinator is the last that a broker which has just come back is ready for.
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_offset(topic, 0, Offset::Beginning).expect("a partition");
    consumer.assign(&partitions).expect("assigned");
    let mut seen = Vec::new();
    while seen.len() < count {
        let message = match tokio::time::timeout(PATIENCE, consumer.recv()).await.expect("a message in time") {
            // A broker that has just come back answers before it has replayed its metadata; the consumer asks on by itself.
            Err(KafkaError::MessageConsumption(RDKafkaErrorCode::UnknownTopicOrPartition)) => continue,
            read => read.expect("read"),
        };
        seen.push(message.payload_view::<str>().expect("a payload").expect("UTF-8").to_owned());
    }
    seen
}

#[tokio::test]
async fn a_transaction_is_seen_when_committed_and_never_when_aborted_or_fenced() {
    let broker = tokio::task::spawn_blocking(KafkaBroker::shared).await.expect("started");
    let topic = "transactions";
    broker.create_topic(topic, 1).await;
    let done = tokio::task::spawn_blocking(move || {
        let first = transactional(broker, "relay");
        first.begin_transaction().expect("begun");
        send(&first, topic, "已提交");
        first.commit_transaction(PATIENCE).expect("committed");

        first.begin_transaction().expect("begun");
        send(&first, topic, "已放弃");
        first.abort_transaction(PATIENCE).expect("aborted");

        // A second producer of the same name fences the first, whose open transaction can then not be committed.
        first.begin_transaction().expect("begun");
        send(&first, topic, "已隔离");
        let second = transactional(broker, "relay");
        let refused = first.commit_transaction(PATIENCE).expect_err("a fenced producer must not commit");
        second.begin_transaction().expect("begun");
        send(&second, topic, "继任者");
        second.commit_transaction(PATIENCE).expect("committed");
        refused
    })
    .await
    .expect("produced");
    assert!(matches!(&done, KafkaError::Transaction(error) if error.is_fatal()), "{done:?}");
    assert_eq!(read_committed(broker, topic, 2).await, ["已提交", "继任者"]);
}

#[test]
fn a_stopped_broker_comes_back_with_its_data_and_leaves_nothing_behind() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut broker = KafkaBroker::start();
    runtime.block_on(broker.create_topic("kept", 1));
    let producer: ThreadedProducer<DefaultProducerContext> = broker.client_config().create().expect("a producer");
    send(&producer, "kept", "还在");
    broker.stop();
    broker.start_again();
    assert_eq!(runtime.block_on(read_committed(&broker, "kept", 1)), ["还在"]);

    // Frozen, it holds its connections and answers nothing: a client sees a time-out, not a refusal.
    let metadata = |wait| producer.client().fetch_metadata(Some("kept"), wait).map(|_| ());
    broker.freeze();
    assert!(metadata(Duration::from_millis(300)).is_err());
    broker.thaw();
    metadata(PATIENCE).expect("it goes on where it stood");

    let (pid, folder) = (broker.pid(), broker.folder().to_owned());
    assert!(folder.join("data/kept-0").is_dir());
    drop(broker);
    assert!(!folder.exists(), "{} is still there", folder.display());
    assert_eq!(nix::sys::signal::kill(pid, None), Err(nix::errno::Errno::ESRCH));
}

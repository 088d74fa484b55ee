//! A bench for the event log: a database, a back end, subscribers that keep what they are given.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use guitai::audit::{Action, AuditDraft};
use guitai::db::ids::{DataKeyId, EventId};
use guitai::db::schema::event_outbox;
use guitai::db::{Backoff, Clock, Listener, Scope, SealedBytes};
use guitai::error::{Error, ErrorCode, Result};
use guitai::eventlog::{
    Backlog, DeadLetter, DeliverySettings, Event, EventDraft, EventLog, KafkaLog, KafkaSettings, LocalLog,
    NOTIFY_CHANNEL, Subscriber, Topic, backlogs, dead_letters,
};
use guitai::transaction::{Transactions, Tx};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message, OwnedMessage};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::{Offset, TopicPartitionList};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::core::TestCore;
use super::kafka::KafkaBroker;
use super::wait::PATIENCE;

/// Quick to try again, and to notice that somebody is gone.
pub const SETTINGS: DeliverySettings = DeliverySettings {
    concurrency: 4,
    poll: Duration::from_millis(200),
    handler_timeout: Duration::from_secs(20),
    lease: Duration::from_secs(2),
    max_attempts: 3,
    backoff: Backoff::new(Duration::from_millis(5), Duration::from_millis(50)),
};
pub const PARTITIONS: i32 = 3;
const KIND: &str = "conversation.message_posted";

/// One way of carrying events, as a test sees it.
#[async_trait(?Send)]
pub trait BackEnd {
    /// The event log as one process has it; each call is another process.
    fn log(&self, core: &TestCore, listener: &Listener) -> Arc<dyn EventLog>;

    /// All the bytes in which events lie, at least `events` of them.
    async fn bytes(&self, core: &TestCore, events: usize) -> Vec<u8>;
}

pub struct Local;

#[async_trait(?Send)]
impl BackEnd for Local {
    fn log(&self, core: &TestCore, listener: &Listener) -> Arc<dyn EventLog> {
        let (db, keys) = (core.db.db().clone(), Arc::clone(&core.keys));
        Arc::new(LocalLog::new(db, keys, Clock::system(), listener.clone(), SETTINGS))
    }

    async fn bytes(&self, core: &TestCore, events: usize) -> Vec<u8> {
        let rows: Vec<(String, SealedBytes)> = event_outbox::table
            .select((event_outbox::type_, event_outbox::payload))
            .load(&mut core.db.connection().await)
            .await
            .expect("the outbox");
        assert!(rows.len() >= events);
        rows.into_iter().flat_map(|(kind, payload)| [kind.into_bytes(), payload.into_bytes()].concat()).collect()
    }
}

/// Kafka as some cluster speaks it; `cluster` keeps that cluster alive.
pub struct Kafka<C> {
    pub settings: KafkaSettings,
    pub cluster: C,
}

impl Kafka<MockCluster<'static, DefaultProducerContext>> {
    /// librdkafka's own mock, in this process.
    pub fn mock() -> Self {
        let cluster = MockCluster::new(1).expect("a mock cluster");
        let settings = settings(&cluster.bootstrap_servers());
        cluster.create_topic(&topic(&settings), PARTITIONS, 1).expect("a topic");
        Self { settings, cluster }
    }
}

impl Kafka<&'static KafkaBroker> {
    /// The Apache Kafka broker that tests share, with topics of one's own.
    pub async fn shared() -> Self {
        let cluster = tokio::task::spawn_blocking(KafkaBroker::shared).await.expect("the broker starts");
        Self { settings: settings(&cluster.bootstrap_servers()), cluster }
    }
}

pub fn settings(bootstrap_servers: &str) -> KafkaSettings {
    KafkaSettings {
        namespace: format!("{}.", Uuid::now_v7().simple()),
        delivery_timeout: Duration::from_secs(20),
        relay_lease: Duration::from_secs(2),
        // The mock takes three seconds to let a group begin, and a member must not be taken for dead meanwhile.
        consumer_session: Duration::from_secs(6),
        ..KafkaSettings::new(bootstrap_servers)
    }
}

/// The topic that tests publish on, by the name that Kafka knows it by.
pub fn topic(settings: &KafkaSettings) -> String {
    format!("{}{}", settings.namespace, Topic::Conversations.name())
}

impl<C> Kafka<C> {
    pub fn kafka_log(&self, core: &TestCore, listener: &Listener) -> KafkaLog {
        let (db, keys) = (core.db.db().clone(), Arc::clone(&core.keys));
        KafkaLog::new(self.settings.clone(), db, keys, Clock::system(), listener.clone(), SETTINGS)
    }

    /// Reads what is committed on the topic until there are `count` records, each partition in its order.
    pub async fn records(&self, count: usize) -> Vec<OwnedMessage> {
        let settings = self.settings.clone();
        tokio::task::spawn_blocking(move || {
            let mut config = ClientConfig::new();
            for (key, value) in &settings.client {
                config.set(key, value);
            }
            config.set("group.id", "reader").set("isolation.level", "read_committed");
            let consumer: BaseConsumer = config.create().expect("a consumer");
            let mut all = TopicPartitionList::new();
            for partition in 0..PARTITIONS {
                all.add_partition_offset(&topic(&settings), partition, Offset::Beginning).expect("a partition");
            }
            consumer.assign(&all).expect("assigned");
            let (start, mut records) = (std::time::Instant::now(), Vec::new());
            while records.len() < count {
                assert!(start.elapsed() < PATIENCE, "only {} of {count} records came", records.len());
                if let Some(Ok(record)) = consumer.poll(Duration::from_millis(100)) {
                    records.push(record.detach());
                }
            }
            records
        })
        .await
        .expect("the records")
    }
}

#[async_trait(?Send)]
impl<C> BackEnd for Kafka<C> {
    fn log(&self, core: &TestCore, listener: &Listener) -> Arc<dyn EventLog> {
        Arc::new(self.kafka_log(core, listener))
    }

    async fn bytes(&self, _: &TestCore, events: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for record in self.records(events).await {
            bytes.extend_from_slice(record.key().unwrap_or_default());
            bytes.extend_from_slice(record.payload().unwrap_or_default());
            for header in record.headers().into_iter().flat_map(Headers::iter) {
                bytes.extend_from_slice(header.value.unwrap_or_default());
            }
        }
        bytes
    }
}

/// A database and what writes to it and listens on it.
pub struct Bench {
    pub core: TestCore,
    pub listener: Listener,
    pub transactions: Transactions,
    pub back_end: Box<dyn BackEnd>,
    _listening: DropGuard,
}

impl Bench {
    pub async fn on(back_end: impl BackEnd + 'static, subscribers: &[Arc<dyn Subscriber>]) -> Self {
        let core = TestCore::create().await;
        let listener = Listener::new(core.db.db().clone(), &[NOTIFY_CHANNEL]);
        let stop = CancellationToken::new();
        let (listening, until) = (listener.clone(), stop.clone());
        tokio::spawn(async move { listening.run(until).await });
        let subscriptions = back_end.log(&core, &listener).subscriptions(subscribers);
        let transactions = core.transactions_at(Clock::system(), subscriptions);
        let bench = Self { core, listener, transactions, back_end: Box::new(back_end), _listening: stop.drop_guard() };
        // The month's shared key, so that writers do not wait for whoever makes it.
        bench.perform(async |tx: &mut Tx| tx.shared_key(Scope::Event).await.map(drop)).await.expect("a key");
        bench
    }

    /// A process that delivers to `subscribers`.
    pub fn start(&self, subscribers: &[Arc<dyn Subscriber>]) -> Node {
        let log = self.back_end.log(&self.core, &self.listener);
        let (subscribers, stop) = (subscribers.to_vec(), CancellationToken::new());
        let until = stop.clone();
        Node { stop, running: tokio::spawn(async move { log.run(subscribers, until).await }) }
    }

    pub async fn perform<R: Send>(
        &self,
        use_case: impl for<'r> guitai::transaction::UseCase<&'r mut Tx, Result<R>, Fut: Send> + Send,
    ) -> Result<R> {
        self.transactions.perform(&self.core.caller(), AuditDraft::new(Action::MessagePost), use_case).await
    }

    /// Publishes one event under the shared key.
    pub async fn publish(&self, aggregate: Uuid, body: &str) -> EventId {
        let draft = draft(aggregate, body);
        let published = self.perform(async move |tx: &mut Tx| {
            let key = tx.shared_key(Scope::Event).await?;
            tx.publish(&draft, &key).await
        });
        published.await.expect("published")
    }

    /// Publishes one event under a key of its own, which can be destroyed.
    pub async fn publish_under_own_key(&self, aggregate: Uuid, body: &str) -> DataKeyId {
        let draft = draft(aggregate, body);
        let published = self.perform(async move |tx: &mut Tx| {
            let key = tx.create_key(Scope::Conversation).await?;
            tx.publish(&draft, &key).await?;
            Ok(DataKeyId(key.id()))
        });
        published.await.expect("published")
    }

    pub async fn backlogs(&self) -> Vec<Backlog> {
        backlogs(&mut *self.core.db.connection().await).await.expect("the backlogs")
    }

    pub async fn dead_letters(&self) -> Vec<DeadLetter> {
        dead_letters(&mut *self.core.db.connection().await, 100).await.expect("the dead letters")
    }
}

pub fn draft(aggregate: Uuid, body: &str) -> EventDraft {
    let payload = serde_json::json!({ "body": body });
    EventDraft::new(Topic::Conversations, KIND, "conversation", aggregate, &payload).expect("a draft")
}

/// A process that delivers events. Dropping it ends it as a kill would: in the middle of whatever it does.
pub struct Node {
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Node {
    /// Ends it in an orderly way.
    pub async fn stop(mut self) {
        self.stop.cancel();
        super::wait::within("the log stops", &mut self.running).await.expect("it ends by itself");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// What a recorder says to an event; the count is how often it has been given it, from 1.
type Script = dyn Fn(&Event, usize) -> Reply + Send + Sync;

pub enum Reply {
    Take,
    Fail(ErrorCode),
    /// Never answers.
    Hang,
}

/// A subscriber that keeps what it is given.
pub struct Recorder {
    name: &'static str,
    given: Mutex<Vec<Event>>,
    taken: Mutex<Vec<Event>>,
    script: Box<Script>,
}

impl Recorder {
    /// Takes everything.
    pub fn new(name: &'static str) -> Arc<Self> {
        Self::scripted(name, |_, _| Reply::Take)
    }

    pub fn scripted(name: &'static str, script: impl Fn(&Event, usize) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { name, given: Mutex::default(), taken: Mutex::default(), script: Box::new(script) })
    }

    pub fn subscriber(self: &Arc<Self>) -> Arc<dyn Subscriber> {
        Arc::clone(self) as Arc<dyn Subscriber>
    }

    /// How often it was given events, whatever it said.
    pub fn given(&self) -> usize {
        self.given.lock().unwrap().len()
    }

    /// The numbers of an aggregate's events in the order in which they were first taken.
    pub fn taken(&self, aggregate: Uuid) -> Vec<i64> {
        let mut numbers = Vec::new();
        for event in self.taken.lock().unwrap().iter().filter(|event| event.aggregate_id == aggregate) {
            if !numbers.contains(&event.aggregate_seq) {
                numbers.push(event.aggregate_seq);
            }
        }
        numbers
    }

    /// The texts of an aggregate's events, as they came.
    pub fn bodies(&self, aggregate: Uuid) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let bodies = taken.iter().filter(|event| event.aggregate_id == aggregate).map(|event| &event.payload["body"]);
        bodies.map(|body| body.as_str().unwrap().to_owned()).collect()
    }
}

#[async_trait]
impl Subscriber for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn topics(&self) -> &'static [Topic] {
        &[Topic::Conversations]
    }

    async fn handle(&self, event: &Event) -> Result<()> {
        let times = {
            let mut given = self.given.lock().unwrap();
            given.push(event.clone());
            given.iter().filter(|given| given.id == event.id).count()
        };
        match (self.script)(event, times) {
            Reply::Take => self.taken.lock().unwrap().push(event.clone()),
            Reply::Fail(code) => return Err(Error::from(code)),
            Reply::Hang => std::future::pending::<()>().await,
        }
        Ok(())
    }
}

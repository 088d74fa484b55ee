//! The back end on Apache Kafka, through librdkafka: a relay feeds the topics from the outbox, subscribers are consumer groups.
//!
//! The relay is one subscription of the outbox, [`RELAY`]; one node at a time runs it. It sends in Kafka transactions and takes events off
//! the outbox's list after the commit, so a crash between the two sends some of them twice: a `read_committed` reader sees every event at
//! least once, in order, and tells copies apart by `ce_id`. A subscriber's group acknowledges what was handled. What could not be handled is
//! parked in `event_deliveries`, where it is tried again, in order, exactly as with the local back end; so retries, dead letters and
//! replays are one thing whatever the back end, and a poisoned event holds up its own aggregate only.

mod cloud_event;
mod consumer;
mod relay;
mod secure;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{join, join_all};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext};
use tokio_util::sync::CancellationToken;

use super::delivery::{Deliverer, DeliverySettings};
use super::{EventLog, Subscriber, SubscriptionSpec, Topic};
use crate::db::{Backoff, Clock, Db, KeyStore, Listener};
use crate::error::{Error, ErrorCode, Result};
use crate::transport::Endpoint;
use consumer::Consumer;
use relay::Relay;
use secure::Rotation;

/// The relay's subscription of the outbox.
const RELAY: SubscriptionSpec = SubscriptionSpec { name: "relay", topics: Topic::ALL };

/// How soon Kafka is asked again after it did not answer.
const RECONNECT: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));

/// How Kafka is reached and used.
#[derive(Clone)]
pub struct KafkaSettings {
    /// librdkafka's own options: `bootstrap.servers`, `security.protocol`, `sasl.*`, `ssl.*`. They may hold a password and are never logged.
    pub client: Vec<(String, String)>,
    /// The certificates by which the brokers and we know each other; without them nothing but this machine is spoken to.
    pub tls: Option<Endpoint>,
    /// Stands before the names of topics, groups and the relay, where several installations share one Kafka; empty otherwise.
    pub namespace: String,
    /// Topics that are missing are made like this at start; `None` where the bank makes them itself.
    pub new_topics: Option<NewTopics>,
    /// How long a delivery may take before it is given up and made anew.
    pub delivery_timeout: Duration,
    /// How soon another node relays when the one that does falls silent.
    pub relay_lease: Duration,
    /// How soon a silent consumer's partitions go to the others of its group; the brokers allow 6 s or more unless told otherwise.
    pub consumer_session: Duration,
}

impl KafkaSettings {
    pub fn new(bootstrap_servers: &str) -> Self {
        Self {
            client: vec![("bootstrap.servers".to_owned(), bootstrap_servers.to_owned())],
            tls: None,
            namespace: String::new(),
            new_topics: None,
            delivery_timeout: Duration::from_secs(30),
            relay_lease: Duration::from_secs(10),
            consumer_session: Duration::from_secs(10),
        }
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.namespace)
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("client.id", "guitai")
            .set("reconnect.backoff.ms", "100")
            .set("reconnect.backoff.max.ms", "5000")
            .set_log_level(RDKafkaLogLevel::Warning);
        for (key, value) in &self.client {
            config.set(key, value);
        }
        secure::apply(&mut config, self.tls.as_ref());
        config
    }

    /// Changes whenever clients have to be made anew, because certificates were replaced.
    fn rotation(&self) -> Rotation {
        Rotation(self.tls.as_ref().map(Endpoint::generation))
    }
}

/// How a topic is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewTopics {
    pub partitions: i32,
    /// Brokers that keep a copy.
    pub replication: i32,
}

/// Without the client's options, which may hold a password.
impl fmt::Debug for KafkaSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaSettings").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

/// Delivers through Kafka.
pub struct KafkaLog {
    settings: Arc<KafkaSettings>,
    deliverer: Deliverer,
}

impl KafkaLog {
    /// What the outbox keeps when this back end is used, whoever subscribes.
    pub const SUBSCRIPTION: SubscriptionSpec = RELAY;

    /// `listener` listens on [`super::NOTIFY_CHANNEL`]; without it the relay looks once per [`DeliverySettings::poll`].
    pub fn new(
        settings: KafkaSettings,
        db: Db,
        keys: Arc<KeyStore>,
        clock: Clock,
        listener: Listener,
        delivery: DeliverySettings,
    ) -> Self {
        let deliverer = Deliverer::new(db, keys, clock, listener, delivery);
        Self { settings: Arc::new(settings), deliverer }
    }

    /// Creates those of `topics` that are not there and returns their names. Errors: `EventLogUnavailable`, or `ConfigInvalid`
    /// when brokers on other machines would have to be spoken to in clear.
    pub async fn create_topics(&self, topics: &[Topic], like: NewTopics) -> Result<Vec<String>> {
        secure::may_be_asked(&self.settings).await?;
        let admin: AdminClient<Context> = self.settings.config().create_with_context(Context)?;
        let names: Vec<_> = topics.iter().map(|topic| self.settings.named(topic.name())).collect();
        let new = |name| NewTopic::new(name, like.partitions, TopicReplication::Fixed(like.replication));
        let wanted: Vec<_> = names.iter().map(|name| new(name)).collect();
        let options = AdminOptions::new().operation_timeout(Some(self.settings.delivery_timeout));
        let mut created = Vec::new();
        for result in admin.create_topics(&wanted, &options).await? {
            match result {
                Ok(name) => created.push(name),
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((name, code)) => return Err(Error::from(KafkaError::AdminOp(code)).context(name)),
            }
        }
        Ok(created)
    }

    /// Makes the topics that are missing, however long Kafka is away; `false` when told to stop before.
    async fn have_topics(&self, stop: &CancellationToken) -> bool {
        let Some(like) = self.settings.new_topics else { return true };
        let mut failures = 0;
        loop {
            match self.create_topics(Topic::ALL, like).await {
                Ok(created) if created.is_empty() => return true,
                Ok(created) => {
                    tracing::info!(topics = created.join(" "), "kafka topics created");
                    return true;
                }
                Err(e) => {
                    let e = secure::refusal(&self.settings).await.unwrap_or(e);
                    tracing::warn!(error = ?e, "kafka topics cannot be made; events wait in the outbox");
                }
            }
            failures += 1;
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(RECONNECT.delay(failures)) => {}
            }
        }
    }
}

#[async_trait]
impl EventLog for KafkaLog {
    fn subscriptions(&self, _: &[Arc<dyn Subscriber>]) -> Vec<SubscriptionSpec> {
        vec![RELAY]
    }

    async fn run(&self, subscribers: Vec<Arc<dyn Subscriber>>, stop: CancellationToken) {
        if !self.have_topics(&stop).await {
            return;
        }
        let relay = Relay { settings: Arc::clone(&self.settings), deliverer: self.deliverer.clone() };
        let consumers = subscribers.into_iter().map(|subscriber| {
            // Each has its own way of being woken for what it parked.
            let deliverer = Deliverer { woken: Arc::default(), ..self.deliverer.clone() };
            let parked = deliverer.clone();
            let consumer = Consumer { settings: Arc::clone(&self.settings), deliverer, subscriber: subscriber.clone() };
            let stop = stop.clone();
            async move { join(consumer.run(stop.clone()), parked.run(subscriber, stop)).await }
        });
        join(relay.run(stop.clone()), join_all(consumers)).await;
    }
}

/// A client's own failure: Kafka is not to be had, or not as it is configured.
impl From<KafkaError> for Error {
    fn from(e: KafkaError) -> Self {
        ErrorCode::EventLogUnavailable.caused_by(e)
    }
}

/// Sends what librdkafka says to our log.
struct Context;

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, fac: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                tracing::warn!(librdkafka.facility = fac, librdkafka.message = message, "kafka client");
            }
            _ => tracing::debug!(librdkafka.facility = fac, librdkafka.message = message, "kafka client"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(error = %error, librdkafka.message = reason, "kafka client");
    }
}

impl ConsumerContext for Context {}

impl ProducerContext for Context {
    type DeliveryOpaque = ();

    /// Nothing to do for one message: the transaction's commit fails when any was not delivered.
    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

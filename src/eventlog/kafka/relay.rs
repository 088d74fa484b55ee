//! From the outbox to Kafka: one node at a time, in transactions, in order per aggregate.

use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncConnection;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use tokio_util::sync::CancellationToken;

use super::cloud_event::headers;
use super::secure::{self, must_stay_here};
use super::{Context, KafkaSettings, RECONNECT, RELAY};
use crate::db::Connection;
use crate::db::ids::EventId;
use crate::db::lease::{Held, singleton};
use crate::error::{Error, ErrorCode, Result};
use crate::eventlog::NOTIFY_CHANNEL;
use crate::eventlog::delivery::Deliverer;
use crate::eventlog::store::{self, SealedEvent};

/// Events in one Kafka transaction.
const BATCH: i64 = 500;
const LEASE: &str = "eventlog.relay";
/// How much longer a broker keeps an open transaction than we take for a delivery.
const TRANSACTION_GRACE: Duration = Duration::from_secs(10);

type RelayProducer = ThreadedProducer<Context>;

pub(super) struct Relay {
    pub settings: Arc<KafkaSettings>,
    pub deliverer: Deliverer,
}

impl Relay {
    /// Takes part in being the relay until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let Deliverer { db, clock, .. } = &self.deliverer;
        singleton(db, clock, LEASE, self.settings.relay_lease, &stop, |held| self.feed(held)).await;
    }

    /// Feeds Kafka while the lease is held, with a new producer after every failure: a failed transaction may be in any state.
    async fn feed(&self, held: Held) -> Result<()> {
        let mut failures = 0;
        while !held.over.is_cancelled() {
            let Err(e) = self.session(&held, &mut failures).await else { continue };
            if e.code() == ErrorCode::LeaseLost {
                return Err(e);
            }
            failures += 1;
            let e = secure::refusal(&self.settings).await.unwrap_or(e);
            tracing::warn!(error = ?e, failures, "events cannot be sent to kafka; they wait in the outbox");
            tokio::select! {
                () = held.over.cancelled() => break,
                () = tokio::time::sleep(RECONNECT.delay(failures)) => {}
            }
        }
        Ok(())
    }

    async fn session(&self, held: &Held, failures: &mut u32) -> Result<()> {
        let settings = Arc::clone(&self.settings);
        let mut rotation = self.settings.rotation();
        let producer = Arc::new(blocking(move || connect(&settings)).await?);
        let mut notices = self.deliverer.listener.subscribe(NOTIFY_CHANNEL);
        let mut poll = tokio::time::interval(self.deliverer.settings.poll);
        // With new certificates a new producer takes over between two batches.
        while !held.over.is_cancelled() && !rotation.has_happened() {
            let batch = store::next_in_order(&mut *self.deliverer.db.connection().await?, RELAY.name, BATCH).await?;
            if batch.is_empty() {
                tokio::select! {
                    () = held.over.cancelled() => {}
                    () = rotation.happened() => break,
                    _ = notices.next() => while notices.ready().is_some() {},
                    _ = poll.tick() => {}
                }
                continue;
            }
            let ids = batch.iter().map(|event| event.id).collect();
            let (settings, sender) = (Arc::clone(&self.settings), Arc::clone(&producer));
            let refused = blocking(move || send(&settings, &sender, &batch)).await?;
            self.settle(held, ids, refused).await?;
            *failures = 0;
        }
        Ok(())
    }

    /// Takes what Kafka has off the list. Whoever is no longer the relay takes nothing off.
    async fn settle(&self, held: &Held, mut sent: Vec<EventId>, refused: Vec<EventId>) -> Result<()> {
        sent.retain(|id| !refused.contains(id));
        let now = self.deliverer.clock.now();
        let mut conn = self.deliverer.db.connection().await?;
        let held = held.clone();
        let conn: &mut Connection = &mut conn;
        conn.transaction(async move |conn: &mut Connection| {
            held.check(conn).await?;
            store::delete_deliveries(conn, RELAY.name, &sent).await?;
            for id in refused {
                tracing::error!(event.id = %id, "event is larger than kafka takes; given up");
                store::bury(conn, RELAY.name, id, ErrorCode::BodyTooLarge, now).await?;
            }
            Ok::<_, Error>(())
        })
        .await
    }
}

/// A producer of the relay's name. Whoever had that name before is fenced, and its open transaction aborted.
fn connect(settings: &KafkaSettings) -> Result<RelayProducer> {
    must_stay_here(settings)?;
    let transaction_timeout = settings.delivery_timeout + TRANSACTION_GRACE;
    let producer: RelayProducer = settings
        .config()
        .set("transactional.id", settings.named("guitai.relay"))
        .set("transaction.timeout.ms", transaction_timeout.as_millis().to_string())
        // A transactional producer is idempotent and waits for all replicas; said here because it is what we rely on.
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("message.timeout.ms", settings.delivery_timeout.as_millis().to_string())
        .set("linger.ms", "0")
        // As Kafka's own clients choose a partition, so that other readers and writers agree on it.
        .set("partitioner", "murmur2_random")
        .create_with_context(Context)?;
    producer.init_transactions(settings.delivery_timeout)?;
    Ok(producer)
}

/// Sends a batch in one transaction; returns those that are too large for Kafka, which were left out.
fn send(settings: &KafkaSettings, producer: &RelayProducer, batch: &[SealedEvent]) -> Result<Vec<EventId>> {
    producer.begin_transaction()?;
    let sent = send_all(settings, producer, batch).and_then(|refused| {
        // Also waits for the deliveries, and fails when any of them did.
        producer.commit_transaction(settings.delivery_timeout)?;
        Ok(refused)
    });
    sent.map_err(|e| {
        if let Err(also) = producer.abort_transaction(settings.delivery_timeout) {
            tracing::debug!(error = %also, "kafka transaction not aborted; the next producer does it");
        }
        Error::from(e)
    })
}

fn send_all(
    settings: &KafkaSettings,
    producer: &RelayProducer,
    batch: &[SealedEvent],
) -> Result<Vec<EventId>, KafkaError> {
    let mut refused = Vec::new();
    for event in batch {
        let (topic, key) = (settings.named(&event.topic), event.aggregate_id.to_string());
        let record = BaseRecord::to(&topic)
            .key(&key)
            .payload(event.payload.as_ref())
            .timestamp(event.occurred_at.timestamp_millis())
            .headers(headers(event));
        match producer.send(record) {
            Ok(()) => {}
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge), _)) => refused.push(event.id),
            Err((e, _)) => return Err(e),
        }
    }
    Ok(refused)
}

/// librdkafka's transaction calls block until the brokers have answered.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| ErrorCode::Internal.caused_by(e))?
}

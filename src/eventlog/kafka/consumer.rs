//! From Kafka to one subscriber: its consumer group, acknowledged by hand.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::{Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::cloud_event::parse;
use super::secure::may_be_asked;
use super::{Context, KafkaSettings};
use crate::db::Backoff;
use crate::error::{ErrorCode, Result};
use crate::eventlog::Subscriber;
use crate::eventlog::delivery::{AWAY_FAILURES, Deliverer, is_away};
use crate::eventlog::store::{self, SealedEvent};

/// Records taken together: acknowledged together, events of different aggregates handled at the same time.
const BATCH: usize = 64;
const RETRY: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));

type GroupConsumer = StreamConsumer<Context>;

pub(super) struct Consumer {
    pub settings: Arc<KafkaSettings>,
    pub deliverer: Deliverer,
    pub subscriber: Arc<dyn Subscriber>,
}

/// Records as they came, and how far they reach.
struct Batch {
    events: Vec<SealedEvent>,
    /// Topic and partition, and the offset after its last record.
    positions: HashMap<(String, i32), i64>,
}

impl Consumer {
    /// Consumes until `stop`, with a new client after every failure that librdkafka does not recover from by itself.
    pub async fn run(&self, stop: CancellationToken) {
        let mut failures = 0;
        while !stop.is_cancelled() {
            // It ends well when told to stop, or when new certificates need a new client.
            let Err(e) = self.session(&stop, &mut failures).await else { continue };
            failures += 1;
            tracing::warn!(subscription = self.subscriber.name(), error = ?e, failures, "kafka cannot be read");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(RETRY.delay(failures)) => {}
            }
        }
    }

    async fn session(&self, stop: &CancellationToken, failures: &mut u32) -> Result<()> {
        let mut rotation = self.settings.rotation();
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            may = may_be_asked(&self.settings) => may?,
        }
        let silent = self.settings.consumer_session;
        let consumer: Arc<GroupConsumer> = Arc::new(
            self.settings
                .config()
                .set("group.id", self.settings.named(&format!("guitai.{}", self.subscriber.name())))
                .set("session.timeout.ms", silent.as_millis().to_string())
                .set("heartbeat.interval.ms", (silent / 4).as_millis().to_string())
                .set("enable.auto.commit", "false")
                .set("auto.offset.reset", "earliest")
                .set("isolation.level", "read_committed")
                .set("partition.assignment.strategy", "cooperative-sticky")
                .create_with_context(Context)?,
        );
        let topics: Vec<_> = self.subscriber.topics().iter().map(|topic| self.settings.named(topic.name())).collect();
        consumer.subscribe(&topics.iter().map(String::as_str).collect::<Vec<_>>())?;
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => break,
                () = rotation.happened() => break,
                batch = self.receive(&consumer) => batch?,
            };
            tokio::select! {
                // Nothing was acknowledged, so whoever comes next takes the whole batch again.
                () = stop.cancelled() => break,
                () = self.take_in_the_end(&batch.events) => {}
            }
            self.acknowledge(&consumer, batch.positions).await?;
            *failures = 0;
        }
        // Leaving the group waits for the broker.
        tokio::task::spawn_blocking(move || drop(consumer)).await.map_err(|e| ErrorCode::Internal.caused_by(e))
    }

    /// Waits for a record, and takes what is there behind it.
    async fn receive(&self, consumer: &GroupConsumer) -> Result<Batch> {
        let mut batch = Batch { events: Vec::new(), positions: HashMap::new() };
        self.add(&mut batch, &consumer.recv().await?);
        while batch.events.len() < BATCH
            && let Some(Ok(record)) = consumer.recv().now_or_never()
        {
            self.add(&mut batch, &record);
        }
        Ok(batch)
    }

    fn add(&self, batch: &mut Batch, record: &BorrowedMessage<'_>) {
        let position = (record.topic().to_owned(), record.partition());
        let topic = record.topic().strip_prefix(&self.settings.namespace).unwrap_or(record.topic());
        match parse(topic, record.headers(), record.payload()) {
            Ok(event) => batch.events.push(event),
            // It is nobody's event, so nobody can miss it.
            Err(e) => tracing::error!(
                kafka.topic = position.0, kafka.partition = position.1, kafka.offset = record.offset(), error = ?e,
                "record is none of ours; passed over"
            ),
        }
        batch.positions.insert(position, record.offset() + 1);
    }

    /// Takes a batch, again and again while the database is away.
    async fn take_in_the_end(&self, events: &[SealedEvent]) {
        let mut failures = 0;
        while let Err(e) = self.take(events).await {
            failures += 1;
            tracing::warn!(subscription = self.subscriber.name(), error = ?e, "events from kafka have to wait");
            tokio::time::sleep(RETRY.delay(failures)).await;
        }
    }

    /// Handles events in order per aggregate, or parks them; whatever is an `Err` here did neither.
    async fn take(&self, events: &[SealedEvent]) -> Result<()> {
        let mut aggregates: Vec<(Uuid, Vec<&SealedEvent>)> = Vec::new();
        for event in events {
            match aggregates.iter_mut().find(|(id, _)| *id == event.aggregate_id) {
                Some((_, events)) => events.push(event),
                None => aggregates.push((event.aggregate_id, vec![event])),
            }
        }
        let ids: Vec<_> = aggregates.iter().map(|(id, _)| *id).collect();
        let mut conn = self.deliverer.db.connection().await?;
        let waiting = store::pending_aggregates(&mut conn, self.subscriber.name(), &ids).await?;
        drop(conn);
        let taking: Vec<_> =
            aggregates.into_iter().map(|(id, events)| self.take_aggregate(events, waiting.contains(&id))).collect();
        stream::iter(taking).buffer_unordered(self.deliverer.settings.concurrency).try_collect::<()>().await
    }

    /// Behind an event that waits, the later ones of its aggregate wait too.
    async fn take_aggregate(&self, events: Vec<&SealedEvent>, mut waiting: bool) -> Result<()> {
        for event in events {
            let error = if waiting {
                None
            } else {
                match self.deliverer.handle(self.subscriber.as_ref(), event.clone()).await {
                    Ok(()) => continue,
                    Err(e) => Some(e),
                }
            };
            self.park(event, error.as_ref().map(crate::error::Error::code)).await?;
            if let Some(e) = error {
                tracing::warn!(subscription = self.subscriber.name(), event.id = %event.id, error = ?e, "event not handled; parked");
            }
            waiting = true;
        }
        Ok(())
    }

    async fn park(&self, event: &SealedEvent, error: Option<ErrorCode>) -> Result<()> {
        let Deliverer { db, clock, settings, woken, .. } = &self.deliverer;
        let now = clock.now();
        let (attempts, not_before) = match error {
            None => (0, now),
            Some(code) if is_away(code) => (0, settings.backoff.next(AWAY_FAILURES, now)),
            // The last attempt is left to those who count them.
            Some(_) => (1.min(settings.max_attempts - 1), settings.backoff.next(1, now)),
        };
        let mut conn = db.connection().await?;
        if !store::park(&mut conn, self.subscriber.name(), event.id, attempts, not_before, error).await? {
            tracing::error!(subscription = self.subscriber.name(), event.id = %event.id, "event from kafka is not in the outbox; given up");
        }
        woken.notify_one();
        Ok(())
    }

    async fn acknowledge(&self, consumer: &Arc<GroupConsumer>, positions: HashMap<(String, i32), i64>) -> Result<()> {
        let mut list = TopicPartitionList::new();
        for ((topic, partition), offset) in positions {
            list.add_partition_offset(&topic, partition, Offset::Offset(offset))?;
        }
        let consumer = Arc::clone(consumer);
        let committed = tokio::task::spawn_blocking(move || consumer.commit(&list, CommitMode::Sync)).await;
        // After a rebalance the records are another member's, which takes them again.
        if let Err(e) = committed.map_err(|e| ErrorCode::Internal.caused_by(e))? {
            tracing::info!(subscription = self.subscriber.name(), error = %e, "kafka took no acknowledgement");
        }
        Ok(())
    }
}

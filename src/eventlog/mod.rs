//! The event log: facts, written in the business transaction, delivered in order per aggregate.
//!
//! Tables: `event_streams`, `event_outbox`, `event_deliveries`. Topics: one per noun ([`Topic`]).
//!
//! - [`Outbox`] writes; [`EventLog`] delivers to [`Subscriber`]s: [`LocalLog`] from the outbox itself, [`KafkaLog`] through Kafka.
//! - [`LiveFollower`] shows committed events to live screens of this process, with or without Kafka.
//!
//! What always holds: the outbox is the truth and is written in the transaction of what happened; an event names its audit record; its
//! number is taken under its aggregate's row lock, so order is per aggregate and no reader ever waits for an unrelated transaction;
//! payloads are sealed wherever they lie; delivery is at least once; an event that a subscriber cannot take is kept as a dead letter and
//! does not hold up the ones after it. `docs/adr/0017-event-log.md` says why.

mod delivery;
mod follower;
mod kafka;
mod local;
mod model;
mod outbox;
mod store;
mod subscriber;

pub use delivery::DeliverySettings;
pub use follower::{Live, LiveEvents, LiveFollower};
pub use kafka::{KafkaLog, KafkaSettings, NewTopics};
pub use local::LocalLog;
pub use model::{Event, EventDraft, Topic};
pub use outbox::{NOTIFY_CHANNEL, Outbox, SubscriptionSpec};
pub use store::{Backlog, DeadLetter, backlogs, dead_letters, replay};
pub use subscriber::{EventLog, Subscriber};

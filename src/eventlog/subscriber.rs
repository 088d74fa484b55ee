//! The seam between the log and those who follow it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::{Event, SubscriptionSpec, Topic};
use crate::error::Result;

/// Somebody who acts on events: the search index, inspection, routing.
///
/// Delivery is at least once, so `handle` is idempotent by [`Event::id`]; events of one aggregate come in order, one at a time. An error
/// brings the event again after a while. An error that says a dependency is away (status 503) does so for as long as it takes; any other
/// makes a dead letter of the event after [`super::DeliverySettings::max_attempts`], and the aggregate's later events go on without it.
#[async_trait]
pub trait Subscriber: Send + Sync {
    /// Stable and unique: it names the subscription's deliveries and its consumer group.
    fn name(&self) -> &'static str;

    fn topics(&self) -> &'static [Topic];

    /// Takes one event, within [`super::DeliverySettings::handler_timeout`]; what takes longer is queued as a job.
    async fn handle(&self, event: &Event) -> Result<()>;
}

/// A back end: how events come from the outbox to the subscribers.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// What the [`super::Outbox`] of every node must keep so that these subscribers miss nothing.
    fn subscriptions(&self, subscribers: &[Arc<dyn Subscriber>]) -> Vec<SubscriptionSpec>;

    /// Delivers until `stop`; then lets handlers end that have begun. Whatever is away is waited for. Run it on the main runtime.
    async fn run(&self, subscribers: Vec<Arc<dyn Subscriber>>, stop: CancellationToken);
}

/// What the outbox keeps for one subscriber.
pub(super) fn spec_of(subscriber: &Arc<dyn Subscriber>) -> SubscriptionSpec {
    SubscriptionSpec { name: subscriber.name(), topics: subscriber.topics() }
}

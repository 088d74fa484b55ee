//! The back end without Kafka: subscribers read the outbox itself.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use super::delivery::{Deliverer, DeliverySettings};
use super::subscriber::spec_of;
use super::{EventLog, Subscriber, SubscriptionSpec};
use crate::db::{Clock, Db, KeyStore, Listener};

/// Delivers from `event_deliveries`, where the outbox notes every event for every subscription. Several nodes share the work.
pub struct LocalLog {
    deliverer: Deliverer,
}

impl LocalLog {
    /// `listener` listens on [`super::NOTIFY_CHANNEL`]; without it events are found by looking once per [`DeliverySettings::poll`].
    pub fn new(db: Db, keys: Arc<KeyStore>, clock: Clock, listener: Listener, settings: DeliverySettings) -> Self {
        Self { deliverer: Deliverer::new(db, keys, clock, listener, settings) }
    }
}

#[async_trait]
impl EventLog for LocalLog {
    fn subscriptions(&self, subscribers: &[Arc<dyn Subscriber>]) -> Vec<SubscriptionSpec> {
        subscribers.iter().map(spec_of).collect()
    }

    async fn run(&self, subscribers: Vec<Arc<dyn Subscriber>>, stop: CancellationToken) {
        join_all(subscribers.into_iter().map(|subscriber| self.deliverer.run(subscriber, stop.clone()))).await;
    }
}

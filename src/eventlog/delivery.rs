//! Delivering what `event_deliveries` holds for one subscription: claim, open, handle, settle.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::outbox::NOTIFY_CHANNEL;
use super::store::{self, Claim, SealedEvent, Settled};
use super::{Event, Subscriber};
use crate::db::backoff::later;
use crate::db::{Backoff, Clock, Db, KeyStore, Listener};
use crate::error::{Error, ErrorCode, Result};

/// How deliveries are made.
#[derive(Debug, Clone, Copy)]
pub struct DeliverySettings {
    /// Handlers of one subscription that run at once, each for another aggregate.
    pub concurrency: usize,
    /// How often a subscription looks by itself when nothing wakes it.
    pub poll: Duration,
    /// A handler that takes longer has failed.
    pub handler_timeout: Duration,
    /// A delivery whose process died is made again after this; longer than `handler_timeout`.
    pub lease: Duration,
    /// Attempts before an event becomes a dead letter.
    pub max_attempts: i32,
    pub backoff: Backoff,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            concurrency: 8,
            poll: Duration::from_secs(1),
            handler_timeout: Duration::from_secs(30),
            lease: Duration::from_secs(60),
            max_attempts: 8,
            backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(300)),
        }
    }
}

/// What every delivery needs. Cheap to clone.
#[derive(Clone)]
pub(super) struct Deliverer {
    pub db: Db,
    pub keys: Arc<KeyStore>,
    pub clock: Clock,
    pub listener: Listener,
    pub settings: DeliverySettings,
    /// Wakes the deliveries of this process beside what PostgreSQL tells.
    pub woken: Arc<Notify>,
}

impl Deliverer {
    pub fn new(db: Db, keys: Arc<KeyStore>, clock: Clock, listener: Listener, settings: DeliverySettings) -> Self {
        Self { db, keys, clock, listener, settings, woken: Arc::new(Notify::new()) }
    }

    /// Delivers to one subscriber until `stop`, then waits for the handlers that have begun.
    pub async fn run(&self, subscriber: Arc<dyn Subscriber>, stop: CancellationToken) {
        let mut notices = self.listener.subscribe(NOTIFY_CHANNEL);
        let mut poll = tokio::time::interval(self.settings.poll);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut handling = JoinSet::new();
        while !stop.is_cancelled() {
            let free = self.settings.concurrency.saturating_sub(handling.len());
            match self.claim(subscriber.name(), free).await {
                Ok(claimed) => {
                    for (claim, event) in claimed {
                        let (this, subscriber) = (self.clone(), Arc::clone(&subscriber));
                        handling.spawn(async move { this.deliver(subscriber, claim, event).await });
                    }
                }
                Err(e) => tracing::warn!(subscription = subscriber.name(), error = ?e, "events cannot be claimed"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = handling.join_next() => while handling.try_join_next().is_some() {},
                _ = notices.next() => while notices.ready().is_some() {},
                () = self.woken.notified() => {}
                _ = poll.tick() => {}
            }
        }
        while handling.join_next().await.is_some() {}
    }

    async fn claim(&self, subscription: &str, limit: usize) -> Result<Vec<(Claim, SealedEvent)>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut conn = self.db.connection().await?;
        let now = self.clock.now();
        let until = later(now, self.settings.lease);
        let claims =
            store::claim(&mut conn, subscription, i64::try_from(limit).unwrap_or(i64::MAX), now, until).await?;
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = claims.iter().map(|claim| claim.event_id).collect();
        let mut events = store::events(&mut conn, &ids).await?;
        let event_of = |claim: Claim| {
            let at = events.iter().position(|event| event.id == claim.event_id)?;
            Some((claim, events.swap_remove(at)))
        };
        Ok(claims.into_iter().filter_map(event_of).collect())
    }

    /// Makes one delivery and settles it. When it cannot be settled the claim expires, and the delivery is made again.
    async fn deliver(&self, subscriber: Arc<dyn Subscriber>, claim: Claim, event: SealedEvent) {
        let id = event.id;
        let settled = if claim.attempts > self.settings.max_attempts {
            // Claimed that often and never settled: it ended the process each time.
            Settled::Dead { at: self.clock.now(), error: ErrorCode::WorkerLost }
        } else {
            match self.handle(subscriber.as_ref(), event).await {
                Ok(()) => Settled::Done,
                Err(e) => self.after_error(subscriber.name(), &claim, &e),
            }
        };
        if let Settled::Dead { error, .. } = settled {
            tracing::error!(subscription = subscriber.name(), event.id = %id, error.code = error.code(), "event given up");
        }
        let settling =
            async { store::settle(&mut *self.db.connection().await?, subscriber.name(), &claim, settled).await };
        match settling.await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(subscription = subscriber.name(), event.id = %id, "delivery took longer than its claim")
            }
            Err(e) => {
                tracing::warn!(subscription = subscriber.name(), event.id = %id, error = ?e, "delivery not settled")
            }
        }
    }

    /// Opens an event and has it handled. A destroyed key leaves nothing to handle.
    pub async fn handle(&self, subscriber: &dyn Subscriber, event: SealedEvent) -> Result<()> {
        let opened = event.open(&mut *self.db.connection().await?, &self.keys).await?;
        match opened {
            Some(event) => self.call(subscriber, &event).await,
            None => Ok(()),
        }
    }

    async fn call(&self, subscriber: &dyn Subscriber, event: &Event) -> Result<()> {
        let handling = AssertUnwindSafe(subscriber.handle(event)).catch_unwind();
        match tokio::time::timeout(self.settings.handler_timeout, handling).await {
            Ok(Ok(handled)) => handled,
            Ok(Err(_)) => Err(ErrorCode::Internal.because("an event handler panicked")),
            Err(e) => Err(ErrorCode::Internal.caused_by(e).context("an event handler took too long")),
        }
    }

    fn after_error(&self, subscription: &str, claim: &Claim, error: &Error) -> Settled {
        let (code, now) = (error.code(), self.clock.now());
        tracing::warn!(subscription, event.id = %claim.event_id, attempts = claim.attempts, error = ?error, "event not handled");
        let failures = u32::try_from(claim.attempts).unwrap_or(1);
        if is_away(code) {
            Settled::Postponed { at: self.settings.backoff.next(failures.max(AWAY_FAILURES), now), error: code }
        } else if claim.attempts >= self.settings.max_attempts {
            Settled::Dead { at: now, error: code }
        } else {
            Settled::Again { at: self.settings.backoff.next(failures, now), error: code }
        }
    }
}

/// Attempts while something is away are not counted, so they all wait as long as after this many failures.
pub(super) const AWAY_FAILURES: u32 = 3;

/// Whether an error says nothing about the event: what its handler needs is away and will be back.
pub(super) fn is_away(code: ErrorCode) -> bool {
    code.status() == 503
}

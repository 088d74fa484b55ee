//! Committed events for live screens: every node follows the outbox, so chat goes on across nodes while Kafka is away.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::outbox::NOTIFY_CHANNEL;
use super::{Event, store};
use crate::db::ids::EventId;
use crate::db::{Db, KeyStore, Listener, Notice};
use crate::error::Result;

/// Events kept for a screen that is slow; one that falls further behind is told to look at everything.
const KEPT: usize = 4096;
/// Events read from the outbox in one query.
const BATCH: usize = 200;
const RETRY: Duration = Duration::from_millis(500);

/// What a live screen is told.
#[derive(Debug, Clone)]
pub enum Live {
    /// Something was committed. Events of one aggregate come in order.
    Happened(Arc<Event>),
    /// There may have been events that nobody saw: fetch what is shown anew.
    Resync,
}

/// Follows the outbox by notification, reads what was committed and hands it to this process's live screens. It keeps no position: who
/// was not there fetches the present state, and is told when to.
pub struct LiveFollower {
    db: Db,
    keys: Arc<KeyStore>,
    listener: Listener,
    screens: broadcast::Sender<Live>,
}

impl LiveFollower {
    /// `listener` listens on [`NOTIFY_CHANNEL`].
    pub fn new(db: Db, keys: Arc<KeyStore>, listener: Listener) -> Self {
        Self { db, keys, listener, screens: broadcast::channel(KEPT).0 }
    }

    /// Everything that is committed from now on.
    pub fn subscribe(&self) -> LiveEvents {
        LiveEvents(self.screens.subscribe())
    }

    /// Follows until `stop`. Run it on the main runtime.
    pub async fn run(&self, stop: CancellationToken) {
        let mut notices = self.listener.subscribe(NOTIFY_CHANNEL);
        loop {
            let first = tokio::select! {
                () = stop.cancelled() => return,
                notice = notices.next() => notice,
            };
            let mut ids = Vec::new();
            let mut missed = false;
            let mut next = Some(first);
            while let Some(notice) = next {
                match notice {
                    Notice::Notified(id) => ids.extend(id.parse::<EventId>().ok()),
                    Notice::Missed => missed = true,
                }
                next = if ids.len() < BATCH { notices.ready() } else { None };
            }
            if missed {
                self.tell(Live::Resync);
            }
            if let Err(e) = self.show(&ids).await {
                // The events are not lost, only not shown: screens fetch them when the database is back.
                tracing::warn!(error = ?e, events = ids.len(), "committed events cannot be read for live screens");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(RETRY) => self.tell(Live::Resync),
                }
            }
        }
    }

    /// Reads and shows events in the order in which they were committed.
    async fn show(&self, ids: &[EventId]) -> Result<()> {
        if ids.is_empty() || self.screens.receiver_count() == 0 {
            return Ok(());
        }
        let mut conn = self.db.connection().await?;
        let mut events = store::events(&mut conn, ids).await?;
        for id in ids {
            let Some(at) = events.iter().position(|event| event.id == *id) else { continue };
            match events.swap_remove(at).open(&mut conn, &self.keys).await {
                Ok(Some(event)) => self.tell(Live::Happened(Arc::new(event))),
                Ok(None) => {}
                Err(e) => {
                    tracing::error!(event.id = %id, error = ?e, "committed event cannot be opened");
                    self.tell(Live::Resync);
                }
            }
        }
        Ok(())
    }

    fn tell(&self, live: Live) {
        if self.screens.send(live).is_err() {
            tracing::trace!("no live screen is open");
        }
    }
}

/// What one live screen, or the hub of all of them, is told.
pub struct LiveEvents(broadcast::Receiver<Live>);

impl LiveEvents {
    /// The next one; `None` once the follower is gone. Safe to drop half-way.
    pub async fn next(&mut self) -> Option<Live> {
        match self.0.recv().await {
            Ok(live) => Some(live),
            Err(RecvError::Lagged(_)) => Some(Live::Resync),
            Err(RecvError::Closed) => None,
        }
    }
}

//! LISTEN and NOTIFY: PostgreSQL wakes this process when another one has committed something.
//!
//! A notification is a hint and nothing more. It is lost when the connection is, so every reader also looks by itself from time to time,
//! and looks at once when it is told that it may have missed something.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures::StreamExt;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::{Backoff, Connection, Db};
use crate::error::{ErrorCode, Result};

/// Notifications kept for a reader that is busy; one that falls further behind is told that it missed some.
const KEPT: usize = 1024;
/// How often a silent connection is asked whether it is still there.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
const ALIVE_WITHIN: Duration = Duration::from_secs(5);
const RECONNECT: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));

diesel::define_sql_function! {
    /// PostgreSQL's `pg_notify(channel, payload)`: delivered when the transaction commits.
    fn pg_notify(channel: Text, payload: Text);
}

/// Wakes the listeners of `channel` when the caller's transaction commits. `payload` is an id, never content.
pub async fn notify(conn: &mut Connection, channel: &str, payload: String) -> Result<()> {
    diesel::select(pg_notify(channel, payload)).execute(conn).await?;
    Ok(())
}

/// What a listener is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The payload of one notification.
    Notified(Arc<str>),
    /// There may have been notifications that nobody saw: look at everything.
    Missed,
}

/// One connection that listens for the whole process. Clones share it.
#[derive(Clone)]
pub struct Listener {
    db: Db,
    channels: Arc<[(&'static str, broadcast::Sender<Notice>)]>,
}

impl Listener {
    /// Listens on nothing until [`Listener::run`] does; whoever subscribes before hears all of it. `channels` are SQL identifiers.
    pub fn new(db: Db, channels: &[&'static str]) -> Self {
        Self { db, channels: channels.iter().map(|c| (*c, broadcast::channel(KEPT).0)).collect() }
    }

    /// What comes on one channel from now on; nothing ever comes on a channel that was not named to [`Listener::new`].
    pub fn subscribe(&self, channel: &str) -> Notices {
        Notices(self.channels.iter().find(|(name, _)| *name == channel).map(|(_, sender)| sender.subscribe()))
    }

    /// Listens until `stop`, on a connection of its own that is opened again whenever it is lost. Run it on the main runtime.
    pub async fn run(&self, stop: CancellationToken) {
        let mut failures = 0;
        loop {
            let lost = tokio::select! {
                () = stop.cancelled() => return,
                lost = self.listen(&mut failures) => lost,
            };
            failures += 1;
            if let Err(e) = lost {
                tracing::warn!(error = ?e, "database notifications lost; connecting again");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(RECONNECT.delay(failures)) => {}
            }
        }
    }

    async fn listen(&self, failures: &mut u32) -> Result<()> {
        let mut connection = self.db.dedicated().await?;
        for (channel, _) in self.channels.iter() {
            connection.batch_execute(&format!("LISTEN {channel}")).await?;
        }
        *failures = 0;
        for (_, sender) in self.channels.iter() {
            tell(sender, Notice::Missed);
        }
        loop {
            let heard = {
                let mut notifications = std::pin::pin!(connection.notifications_stream());
                tokio::time::timeout(ALIVE_EVERY, notifications.next()).await
            };
            match heard {
                Ok(None) => return Err(ErrorCode::DatabaseUnavailable.because("the listening connection has ended")),
                Ok(Some(notification)) => {
                    let notification = notification?;
                    if let Some((_, sender)) = self.channels.iter().find(|(name, _)| *name == notification.channel) {
                        tell(sender, Notice::Notified(notification.payload.into()));
                    }
                }
                // A peer that vanished without a word is only noticed by asking.
                Err(_) => tokio::time::timeout(ALIVE_WITHIN, connection.batch_execute("SELECT 1"))
                    .await
                    .map_err(|e| ErrorCode::DatabaseUnavailable.caused_by(e))??,
            }
        }
    }
}

/// A channel that nobody reads is none of our concern.
fn tell(sender: &broadcast::Sender<Notice>, notice: Notice) {
    if sender.send(notice).is_err() {
        tracing::trace!("nobody listens");
    }
}

/// The notifications of one channel.
pub struct Notices(Option<broadcast::Receiver<Notice>>);

impl Notices {
    /// The next one; waits for ever when none will come. Safe to drop half-way.
    pub async fn next(&mut self) -> Notice {
        if let Some(receiver) = &mut self.0 {
            match receiver.recv().await {
                Ok(notice) => return notice,
                Err(RecvError::Lagged(_)) => return Notice::Missed,
                Err(RecvError::Closed) => {}
            }
        }
        pending().await
    }

    /// One that is already there.
    pub fn ready(&mut self) -> Option<Notice> {
        match self.0.as_mut()?.try_recv() {
            Ok(notice) => Some(notice),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(Notice::Missed),
            Err(_) => None,
        }
    }
}

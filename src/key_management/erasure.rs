//! Keeping destroyed what was destroyed: the journal follows the database, and a database that was put back follows the journal.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;

use super::journal::Journal;
use crate::audit::{Action, AuditDraft, Caller};
use crate::db::Notices;
use crate::db::ids::DataKeyId;
use crate::db::keys::destroyed_since;
use crate::error::{ErrorCode, Result};
use crate::transaction::Transactions;

/// How often the journal looks by itself for what no notification told it.
const LOOK: Duration = Duration::from_secs(60);
/// How far behind the latest entry it looks: longer than any transaction that destroys a key may take to commit.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// Writes the erasure journal of this node.
pub struct ErasureKeeper {
    transactions: Transactions,
    journal: Option<Journal>,
}

impl ErasureKeeper {
    /// Opens the journal and destroys again what a restored backup has brought back, on record, before anything is served. Errors: `DataAltered`
    /// when the journal was changed.
    pub async fn open(transactions: Transactions, path: PathBuf, caller: &Caller) -> Result<Self> {
        let key = transactions.keys().keyring().mac_key("erasure-journal");
        let journal = blocking(move || Journal::open(&path, key)).await?;
        let ids: Vec<DataKeyId> = journal.entries().iter().map(|entry| entry.id).collect();
        for some in ids.chunks(1_000) {
            replay(&transactions, caller, some.to_vec()).await?;
        }
        let mut keeper = Self { transactions, journal: Some(journal) };
        keeper.catch_up(DateTime::UNIX_EPOCH).await?;
        Ok(keeper)
    }

    /// Writes down every destruction that happens from now on, on whichever node, until `stop`.
    pub async fn run(mut self, mut changes: Notices, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changes.next() => {}
                _ = ticks.tick() => {}
            }
            let since = self.journal.as_ref().and_then(|j| j.entries().iter().map(|e| e.at).max());
            if let Err(e) = self.catch_up(since.map_or(DateTime::UNIX_EPOCH, |at| at - OVERLAP)).await {
                tracing::error!(error = ?e, "the erasure journal is behind");
            }
        }
    }

    async fn catch_up(&mut self, since: DateTime<Utc>) -> Result<()> {
        let mut conn = self.transactions.db().connection().await?;
        let destroyed = destroyed_since(&mut conn, since).await?;
        drop(conn);
        let mut journal = self.journal.take().ok_or(ErrorCode::Internal)?;
        let (journal, added) = blocking(move || {
            let added = journal.add(&destroyed);
            Ok((journal, added))
        })
        .await?;
        self.journal = Some(journal);
        added.map(drop)
    }
}

async fn replay(transactions: &Transactions, caller: &Caller, ids: Vec<DataKeyId>) -> Result<()> {
    let mut conn = transactions.db().connection().await?;
    if !crate::db::keys::any_alive(&mut conn, &ids).await? {
        return Ok(());
    }
    drop(conn);
    let again = transactions
        .perform(caller, AuditDraft::new(Action::KeyErasureReplay), async move |tx| {
            let stamp = tx.stamp();
            let (conn, keys) = tx.conn_and_keys();
            let again = keys.destroy_again(conn, &ids, stamp).await?;
            tx.detail("keys", again.iter().map(ToString::to_string).collect::<Vec<_>>());
            Ok(again.len())
        })
        .await?;
    tracing::warn!(keys = again, "keys that a restored backup had brought back are destroyed again");
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| ErrorCode::Internal.caused_by(e))?
}

//! What becomes of keys, and the replica with them. The texts under a destroyed key are deleted at once, and some time later what the files still hold of
//! them. When the data key of the index itself is rotated, all files are written anew under another one.
//!
//! Each node does this for itself. Which destructions it has dealt with stands in a file beside the index (`.erased`), written when everything is done,
//! so a node that was away, or was killed on the way, does it when it is back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::index::{Replica, write_whole};
use super::source::Change;
use crate::db::Notices;
use crate::db::ids::DataKeyId;
use crate::db::keys::destroyed_since;
use crate::error::{ErrorCode, Result};
use crate::search::blocking;

/// How often a replica looks by itself for what no notification told it.
const LOOK: Duration = Duration::from_secs(60);
/// How far behind the latest destruction it looks: longer than any transaction that destroys a key may take to commit.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// The version with which an index's data key is made.
const FIRST_VERSION: u32 = 1;

/// When the index's files are to be written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Never,
    Later,
    Now,
}

/// The destructions that a replica has dealt with, of the time that is still looked at.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Erased(BTreeMap<DataKeyId, DateTime<Utc>>);

impl Erased {
    /// From the file's lines, `time id`. Whatever else stands there is left out: those destructions are dealt with again.
    fn parse(text: &str) -> Self {
        let entry = |line: &str| {
            let (at, id) = line.split_once(' ')?;
            Some((id.parse().ok()?, DateTime::parse_from_rfc3339(at).ok()?.to_utc()))
        };
        Self(text.lines().filter_map(entry).collect())
    }

    fn to_text(&self) -> String {
        self.0.iter().map(|(id, at)| format!("{} {id}\n", at.to_rfc3339())).collect()
    }

    /// From when on destructions may be new.
    fn since(&self) -> DateTime<Utc> {
        self.0.values().max().map_or(DateTime::UNIX_EPOCH, |at| *at - OVERLAP)
    }

    fn add(&mut self, more: &BTreeMap<DataKeyId, DateTime<Utc>>) {
        self.0.extend(more);
        let since = self.since();
        self.0.retain(|_, at| *at >= since);
    }
}

impl Replica {
    /// Deletes what is destroyed from now on, and what was destroyed while this node was away, until `stop`. What was deleted is destroyed in the
    /// index's files as well, `purge_after` the first of several deletions, because that writes all of them anew. So are they when the index's data key
    /// has been rotated.
    pub async fn follow_keys(&self, mut changes: Notices, purge_after: Duration, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK);
        // Deleted, and still in the files.
        let mut deleted: BTreeMap<DataKeyId, DateTime<Utc>> = BTreeMap::new();
        let mut purge_at = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changes.next() => {}
                _ = ticks.tick() => {}
                () = due(purge_at) => {}
            }
            match self.look_at_keys(&mut deleted).await {
                Ok(Due::Later) if purge_at.is_none() => purge_at = Some(Instant::now() + purge_after),
                Ok(Due::Now) => purge_at = Some(Instant::now()),
                Ok(_) => {}
                // While the index is filled, what is destroyed does not get into it, and what was there before goes.
                Err(e) if e.code() == ErrorCode::SearchRebuilding => {}
                Err(e) => tracing::error!(index = self.name(), error = ?e, "destroyed texts are still in the index"),
            }
            if purge_at.is_some_and(|at| at <= Instant::now()) {
                match self.purge_deleted(&deleted).await {
                    Ok(()) => {
                        deleted.clear();
                        purge_at = None;
                    }
                    Err(e) => {
                        tracing::error!(index = self.name(), error = ?e, "destroyed texts are still in the index's files");
                        purge_at = Some(Instant::now() + LOOK);
                    }
                }
            }
        }
    }

    async fn look_at_keys(&self, deleted: &mut BTreeMap<DataKeyId, DateTime<Utc>>) -> Result<Due> {
        let has_deleted = self.delete_destroyed(deleted).await?;
        match self.has_rotated_key().await? {
            true => Ok(Due::Now),
            false => Ok(if has_deleted { Due::Later } else { Due::Never }),
        }
    }

    /// Whether another version of the index's data key has taken over: the index goes on sealing under the one that it was opened with.
    async fn has_rotated_key(&self) -> Result<bool> {
        let Some(id) = self.key_id()? else { return Ok(false) };
        let mut conn = self.transactions().db().connection().await?;
        match self.transactions().keys().load(&mut conn, id).await {
            Ok(key) => Ok(key.version() > FIRST_VERSION),
            // A purge has just put it out of use.
            Err(e) if e.code() == ErrorCode::KeyDestroyed => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Deletes the texts under keys that were destroyed and not dealt with yet; says whether there were any.
    async fn delete_destroyed(&self, deleted: &mut BTreeMap<DataKeyId, DateTime<Utc>>) -> Result<bool> {
        let erased = self.erased().await?;
        let mut conn = self.transactions().db().connection().await?;
        let fresh: BTreeMap<DataKeyId, DateTime<Utc>> = destroyed_since(&mut conn, erased.since())
            .await?
            .into_iter()
            .filter(|key| !erased.0.contains_key(&key.id) && !deleted.contains_key(&key.id))
            .map(|key| (key.id, key.at))
            .collect();
        drop(conn);
        if fresh.is_empty() {
            return Ok(false);
        }
        if !self.delete_under(fresh.keys().copied().collect()).await? {
            self.note_erased(erased, &fresh).await?;
            return Ok(false);
        }
        deleted.extend(fresh);
        Ok(true)
    }

    /// Deletes the texts under these keys; says whether there were any.
    async fn delete_under(&self, keys: Vec<DataKeyId>) -> Result<bool> {
        let index = self.index().await?;
        let reading = self.reading().await;
        let mut conn = self.transactions().db().connection().await?;
        let mut delete = Vec::new();
        for source in self.sources() {
            delete.extend(source.texts_under(&mut conn, &keys).await?);
        }
        drop(conn);
        if delete.is_empty() {
            return Ok(false);
        }
        let mine = self.add(&index, Change { upsert: Vec::new(), delete }).await?;
        drop(reading);
        self.commit_up_to(&index, mine).await?;
        Ok(true)
    }

    async fn purge_deleted(&self, deleted: &BTreeMap<DataKeyId, DateTime<Utc>>) -> Result<()> {
        // Again: an event that was opened before the destruction may have been taken after it.
        self.delete_under(deleted.keys().copied().collect()).await?;
        self.purge().await?;
        self.note_erased(self.erased().await?, deleted).await
    }

    fn erased_file(&self) -> PathBuf {
        self.file_beside(".erased")
    }

    async fn erased(&self) -> Result<Erased> {
        let file = self.erased_file();
        blocking(move || match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Erased::parse(&text)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Erased::default()),
            Err(e) => Err(ErrorCode::StorageUnavailable.caused_by(e).context("which destructions were dealt with")),
        })
        .await
    }

    async fn note_erased(&self, mut erased: Erased, more: &BTreeMap<DataKeyId, DateTime<Utc>>) -> Result<()> {
        erased.add(more);
        let file = self.erased_file();
        blocking(move || write_whole(&file, &erased.to_text()).map_err(|e| ErrorCode::StorageUnavailable.caused_by(e)))
            .await
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dealt_with_is_read_again_and_only_the_latest_is_kept() {
        let at = |hour: i64| DateTime::from_timestamp(1_790_000_000 + hour * 3600, 0).unwrap();
        let [old, new, newest] = [(); 3].map(|()| DataKeyId::fresh());
        let mut erased = Erased::default();
        assert_eq!(erased.since(), DateTime::UNIX_EPOCH);
        erased.add(&BTreeMap::from([(old, at(0)), (new, at(10))]));
        assert_eq!(Erased::parse(&erased.to_text()), erased);
        assert_eq!((erased.0.len(), erased.since()), (2, at(-14)));
        erased.add(&BTreeMap::from([(newest, at(30))]));
        assert_eq!(erased.0.keys().copied().collect::<Vec<_>>(), [new, newest]);
        assert_eq!(Erased::parse("nonsense\n2026-11-21 x\n"), Erased::default());
    }
}

//! Recordings from a folder: the recorder leaves `NAME.wav` and then `NAME.json`, its call record, and they are taken in.
//!
//! ```text
//! inbox      sealed within a second of its call record's arrival, then gone from the folder
//! spool      sealed pairs, in a vault folder of their own, until PostgreSQL has the recording
//! recording  imported like any delivery: once, however often it is tried
//! ```
//!
//! What always holds: the folder is emptied while PostgreSQL is away; nothing leaves it before it lies sealed and durable in the spool; nothing
//! leaves the spool before its recording is committed. A pair that is refused stays in the spool, is on record, and is tried again every hour,
//! because the usual cause is an account that does not exist yet. When the provider of keys has been away for its lease, nothing more is
//! sealed and the folder fills.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs::{self, File};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::audit::Caller;
use crate::db::ids::OrgId;
use crate::error::{Error, ErrorCode, Result};
use crate::telemetry::metrics::Metrics;
use crate::vault::Vault;

use super::cdr::MAX_CDR_BYTES;
use super::import::Delivery;
use super::service::Recordings;

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// When a refused pair is tried again.
const AGAIN: Duration = Duration::from_secs(3600);
/// How much of a file is read at a time.
const PIECE_BYTES: usize = 256 << 10;

/// Takes recordings from a folder in.
pub struct Inbox {
    recordings: Recordings,
    folder: PathBuf,
    spool: Vault,
    caller: Caller,
    /// Pairs that were refused, and when they are tried again. Forgotten at a restart, which tries them at once.
    refused: HashMap<Uuid, Instant>,
    metrics: Metrics,
}

impl Inbox {
    /// `spool` is the inbox's own vault folder. Makes the folder when it is not there.
    pub async fn open(
        recordings: Recordings,
        folder: PathBuf,
        spool: Vault,
        org: OrgId,
        metrics: Metrics,
    ) -> Result<Self> {
        fs::create_dir_all(&folder).await.map_err(away)?;
        Ok(Self {
            recordings,
            folder,
            spool,
            caller: Caller::system(org, "recorder"),
            refused: HashMap::new(),
            metrics,
        })
    }

    /// Takes in what comes, until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // One line in the log per fault, not one per second.
        let mut told = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = look.tick() => {}
            }
            let sealed = self.empty_folder().await;
            let imported = self.empty_spool().await;
            if let Err(e) = self.count().await {
                tracing::debug!(error = ?e, "waiting recordings cannot be counted");
            }
            match sealed.and(imported) {
                Ok(()) => told = None,
                Err(e) if told == Some(e.code()) => {}
                Err(e) => {
                    tracing::warn!(error = ?e, "recordings wait in the inbox or the spool");
                    told = Some(e.code());
                }
            }
        }
    }

    /// Moves every whole pair from the folder into the spool. One that cannot be read does not hold up the others.
    pub async fn empty_folder(&self) -> Result<()> {
        let mut entries = fs::read_dir(&self.folder).await.map_err(away)?;
        let mut first_fault = Ok(());
        while let Some(entry) = entries.next_entry().await.map_err(away)? {
            let record = entry.path();
            if record.extension().is_some_and(|e| e == "json")
                && let Err(e) = self.seal(&record).await
                && first_fault.is_ok()
            {
                first_fault = Err(e);
            }
        }
        first_fault
    }

    /// Seals one pair, then removes it from the folder. A crash in between seals it twice, which imports it once.
    async fn seal(&self, record: &Path) -> Result<()> {
        let audio = record.with_extension("wav");
        let source = match File::open(&audio).await {
            Ok(file) => file,
            // The audio is still on its way.
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(away(e)),
        };
        // What is longer than it may be is refused by the import, on the record; no more than shows that is read and kept.
        let mut cdr = Zeroizing::new(Vec::new());
        let longest = MAX_CDR_BYTES as u64 + 1;
        File::open(record).await.map_err(away)?.take(longest).read_to_end(&mut cdr).await.map_err(away)?;
        let mut source = source.take(self.recordings.settings().max_bytes.saturating_add(1));
        let id = Uuid::now_v7();
        let key = self.recordings.spool_key(id)?;
        let mut file = self.spool.create(id, &key).await?;
        let length = u32::try_from(cdr.len()).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        file.append(&length.to_be_bytes()).await?;
        file.append(&cdr).await?;
        let mut piece = Zeroizing::new(vec![0; PIECE_BYTES]);
        loop {
            let n = source.read(&mut piece).await.map_err(away)?;
            let Some(some) = piece.get(..n).filter(|s| !s.is_empty()) else { break };
            file.append(some).await?;
        }
        file.finish().await?;
        // The record last: a crash before that finds it again, and says so when its audio is gone.
        fs::remove_file(&audio).await.map_err(away)?;
        fs::remove_file(record).await.map_err(away)
    }

    /// Imports what waits in the spool, oldest first, until something that is away stops it.
    pub async fn empty_spool(&mut self) -> Result<()> {
        let mut waiting = self.spool.files().await?;
        waiting.sort_unstable();
        self.refused.retain(|id, _| waiting.contains(id));
        for id in waiting {
            if self.refused.get(&id).is_some_and(|again| Instant::now() < *again) {
                continue;
            }
            match self.import(id).await {
                Ok(()) => {
                    self.spool.delete(id).await?;
                }
                // Something is away: it is tried again with everything behind it.
                Err(e) if e.code().status() == 503 => return Err(e),
                // This one alone is at fault; the others do not wait for it.
                Err(e) => {
                    tracing::warn!(spool.file = %id, error = ?e, "a recording of the spool was not imported; it stays and is tried again");
                    self.refused.insert(id, Instant::now() + AGAIN);
                }
            }
        }
        Ok(())
    }

    async fn import(&self, id: Uuid) -> Result<()> {
        let key = self.recordings.spool_key(id)?;
        let reader = self.spool.reader(id, &key).await?;
        let malformed = || ErrorCode::DataAltered.because("a file of the spool");
        let head = reader.read_range(0..4).await?;
        let length = u64::from(u32::from_be_bytes(head.try_into().map_err(|_| malformed())?));
        let audio_at = length.checked_add(4).filter(|at| *at <= reader.bytes()).ok_or_else(malformed)?;
        let limit = self.recordings.settings().max_bytes;
        // What is too large is refused by the import; no more of it than shows that is read.
        let end = reader.bytes().min(audio_at.saturating_add(limit).saturating_add(1));
        let _turn = self.recordings.take_turn().await?;
        let delivery = Delivery {
            cdr: reader.read_range(4..audio_at).await?,
            audio: Zeroizing::new(reader.read_range(audio_at..end).await?),
        };
        self.recordings.import_from_recorder(&self.caller, delivery).await.map(drop)
    }

    /// Tells the metrics what waits where. Files that stay in the folder are pairs that never became whole.
    async fn count(&self) -> Result<()> {
        let mut left = 0_i64;
        let mut entries = fs::read_dir(&self.folder).await.map_err(away)?;
        while entries.next_entry().await.map_err(away)?.is_some() {
            left += 1;
        }
        let spooled = i64::try_from(self.waiting().await?).unwrap_or(i64::MAX);
        let refused = i64::try_from(self.refused.len()).unwrap_or(i64::MAX);
        for (place, count) in [("folder", left), ("spool", spooled - refused), ("refused", refused)] {
            self.metrics.recordings_waiting.with_label_values(&[place]).set(count);
        }
        Ok(())
    }

    /// Pairs that wait in the spool, refused ones included.
    pub async fn waiting(&self) -> Result<usize> {
        Ok(self.spool.files().await?.len())
    }
}

/// Without the path: recorders put telephone numbers into names.
fn away(e: std::io::Error) -> Error {
    ErrorCode::StorageUnavailable.caused_by(e).context("the recorder's folder")
}

//! Files that no recording knows: those of imports that a crash or a lost database cut off.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::service::Recordings;
use super::store;
use crate::db::ids::RecordingId;
use crate::error::Result;
use crate::jobs::{JobContext, JobHandler};

/// The job that removes them.
pub const ORPHANED_RECORDINGS_JOB: &str = "recordings.remove_orphans";

/// A younger file may be about to be committed.
const ORPHAN_AGE: TimeDelta = TimeDelta::hours(24);

impl Recordings {
    /// Removes files older than `age` that no recording knows; says how many.
    pub async fn remove_orphans(&self, age: TimeDelta) -> Result<usize> {
        let db = self.transactions.db();
        let known = async |ids: Vec<uuid::Uuid>| {
            let ids: Vec<RecordingId> = ids.into_iter().map(RecordingId).collect();
            let known = store::known(&mut *db.connection().await?, &ids).await?;
            Ok(known.into_iter().map(|id| id.0).collect())
        };
        self.vault.remove_unknown(self.transactions.now() - age, known).await
    }
}

/// Runs [`ORPHANED_RECORDINGS_JOB`].
pub struct RemoveOrphanedRecordings(pub Recordings);

#[async_trait]
impl JobHandler for RemoveOrphanedRecordings {
    fn kind(&self) -> &'static str {
        ORPHANED_RECORDINGS_JOB
    }

    async fn run(&self, _: JobContext) -> Result<()> {
        self.0.remove_orphans(ORPHAN_AGE).await.map(drop)
    }
}

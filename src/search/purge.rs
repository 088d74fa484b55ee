//! Destruction: what was deleted is not only hidden, it can no longer be read.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use tantivy::indexer::NoMergePolicy;
use tantivy::{Directory, IndexWriter};
use uuid::Uuid;

use super::directory::SealedDirectory;
use super::index::{Index, new_writer, rebuild_or_internal};
use crate::crypto::DataKey;
use crate::error::{ErrorCode, Result};

impl<D: Directory + Clone + AsRef<SealedDirectory>> Index<D> {
    /// Destroys what is left of deleted documents. Commits, writes every segment again that holds deleted documents, deletes the old ones, and puts the
    /// keys of the segments that remain under `next`, another data key than before. `switch` notes durably that `next` is the data key
    /// of the folder from now on. When this has returned well the caller destroys the old data key: then no copy of an old segment, and no copy of an
    /// old list of keys, opens again.
    ///
    /// It may be cut off anywhere: before `switch` the folder opens under the old data key, after it under `next`, both times with
    /// everything that was committed. Then it is to be called again with another new key.
    ///
    /// Searches go on. Changes wait, for as long as it takes to write the segments concerned.
    ///
    /// # Errors
    /// Those of `switch`; `InvalidParameter` when `next` is the data key already; otherwise as [`Index::commit`]. The old data key is needed then.
    pub fn purge(&self, next: Arc<DataKey>, switch: impl FnOnce() -> Result<()>) -> Result<()> {
        let position = self.position()?;
        let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = slot.take() else { return Err(ErrorCode::Internal.because("the index is closed")) };
        let merged = self.merge_what_has_deletions(writer, position);
        // The former writer is gone either way, and nothing merges before there is another.
        let changed = merged
            .map_err(rebuild_or_internal)
            .and_then(|segments| self.directory.as_ref().change_key(next, &segments, switch));
        *slot = Some(new_writer(&self.index).map_err(rebuild_or_internal)?);
        changed
    }

    /// Returns the segments that make up the index afterwards.
    fn merge_what_has_deletions(
        &self,
        mut writer: IndexWriter,
        position: Option<i64>,
    ) -> tantivy::Result<HashSet<Uuid>> {
        let mut commit = writer.prepare_commit()?;
        if let Some(position) = position {
            commit.set_payload(&position.to_string());
        }
        commit.commit()?;
        // A segment that is being merged cannot be merged by us, and one that is being written is in nobody's list yet.
        writer.wait_merging_threads()?;
        let mut writer: IndexWriter = new_writer(&self.index)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        for segment in self.index.searchable_segment_metas()? {
            if segment.has_deletes() {
                writer.merge(&[segment.id()]).wait()?;
            }
        }
        self.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        writer.wait_merging_threads()?;
        let segments = self.index.searchable_segment_metas()?;
        if segments.iter().any(|segment| segment.has_deletes()) {
            return Err(tantivy::TantivyError::SystemError("a segment still holds deleted documents".into()));
        }
        Ok(segments.iter().filter_map(|segment| Uuid::try_parse(&segment.id().uuid_string()).ok()).collect())
    }
}

//! What the search index takes from recordings.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::crypto::Aad;
use crate::db::ids::{DataKeyId, RecordingId, SegmentId};
use crate::db::{Connection, KeyStore};
use crate::error::{ErrorCode, Result};
use crate::eventlog::Event;
use crate::identity::{Permission, Principal};
use crate::replica::{Change, Page, Source, Text};
use crate::search::Kind;
use crate::transaction::Tx;

use super::store::{self, SegmentHome, SegmentRow};

/// Segments that one page of a rebuild reads.
const PAGE: i64 = 500;

/// A segment that a search found, in clear.
#[derive(Debug, Clone)]
pub struct FoundSegment {
    pub recording_id: RecordingId,
    pub call_id: String,
    pub text: String,
    pub at: DateTime<Utc>,
}

/// A segment for somebody who searches; `None` when it is gone or not his to read.
pub async fn find_segment(tx: &mut Tx, who: &Principal, id: SegmentId) -> Result<Option<FoundSegment>> {
    if !who.may(Permission::TranscriptRead) {
        return Ok(None);
    }
    let (conn, keys) = tx.conn_and_keys();
    let Some((segment, home)) = store::segment(conn, who.org_id, id).await? else { return Ok(None) };
    let text = text_of(conn, keys, &segment, &home).await?;
    Ok(text.map(|t| FoundSegment { recording_id: home.id, call_id: home.call_id, text: t.body, at: t.at }))
}

async fn text_of(
    conn: &mut Connection,
    keys: &KeyStore,
    segment: &SegmentRow,
    home: &SegmentHome,
) -> Result<Option<Text>> {
    let key = match keys.load(conn, home.data_key_id).await {
        Ok(key) => key,
        Err(e) if e.code() == ErrorCode::KeyDestroyed => return Ok(None),
        Err(e) => return Err(e),
    };
    let place = Aad { table: "transcript_segments", column: "body", row: segment.id.0 };
    Ok(Some(Text {
        id: segment.id.0,
        kind: Kind::Segment,
        org_id: home.org_id,
        parent_id: Some(home.id.0),
        title: String::new(),
        body: key.open_text(&place, &segment.body)?,
        at: home.started_at + TimeDelta::milliseconds(segment.start_ms),
    }))
}

/// Segments of transcripts as the search index takes them.
pub struct SegmentTexts;

#[async_trait]
impl Source for SegmentTexts {
    async fn count(&self, conn: &mut Connection) -> Result<i64> {
        store::count_segments(conn).await
    }

    async fn page(&self, conn: &mut Connection, keys: &KeyStore, after: Option<Uuid>) -> Result<Page> {
        let rows = store::all_segments_after(conn, after.map(SegmentId), PAGE).await?;
        let next = rows.last().map(|(segment, _)| segment.id.0);
        let mut texts = Vec::with_capacity(rows.len());
        for (segment, home) in &rows {
            texts.extend(text_of(conn, keys, segment, home).await?);
        }
        Ok(Page { texts, next })
    }

    async fn texts_under(&self, conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<Uuid>> {
        store::segments_under(conn, keys).await
    }

    async fn change(&self, conn: &mut Connection, keys: &KeyStore, event: &Event) -> Result<Change> {
        if event.kind != "recording.transcribed" {
            return Ok(Change::default());
        }
        let mut upsert = Vec::new();
        for (segment, home) in store::segments_of(conn, RecordingId(event.aggregate_id)).await? {
            upsert.extend(text_of(conn, keys, &segment, &home).await?);
        }
        Ok(Change { upsert, delete: Vec::new() })
    }
}

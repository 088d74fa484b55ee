//! All SQL of recordings, on the caller's connection. Content goes in and out sealed; opening it is the service's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::ids::{
    AccountId, ApprovalId, CustomerId, DataKeyId, InspectionId, OrgId, RecordingId, SegmentId, SigningKeyId,
};
use crate::db::schema::{approvals, inspections, jobs, playback_grants, recordings, transcript_segments, transcripts};
use crate::db::{Connection, OptionalRow, RowResult, SealedBytes};
use crate::error::Result;
use crate::web::Cursor;

use super::manifest::Facts;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = recordings, check_for_backend(diesel::pg::Pg))]
pub struct RecordingRow {
    pub id: RecordingId,
    pub org_id: OrgId,
    pub data_key_id: DataKeyId,
    pub call_id: String,
    pub direction: String,
    pub state: String,
    pub agent_id: Option<AccountId>,
    pub customer_id: Option<CustomerId>,
    pub agent_channel: i16,
    pub caller: SealedBytes,
    pub caller_index: Vec<u8>,
    pub callee: SealedBytes,
    pub callee_index: Vec<u8>,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    pub duration_ms: i64,
    pub sample_rate: i32,
    pub channels: i16,
    pub codec: String,
    pub bytes: i64,
    pub digest: Vec<u8>,
    pub signature: Vec<u8>,
    pub signing_key_id: SigningKeyId,
    pub waveform: SealedBytes,
    pub failure_code: Option<String>,
    pub imported_by: Option<AccountId>,
    pub imported_at: DateTime<Utc>,
    pub caller_tail_index: Option<Vec<u8>>,
    pub callee_tail_index: Option<Vec<u8>>,
}

impl RecordingRow {
    /// What its signature covers.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            recording_id: self.id.0,
            call_id: &self.call_id,
            direction: &self.direction,
            started_at: self.started_at,
            ended_at: self.ended_at,
            agent_channel: self.agent_channel,
            caller_index: &self.caller_index,
            callee_index: &self.callee_index,
            codec: &self.codec,
            sample_rate: self.sample_rate,
            channels: self.channels,
            duration_ms: self.duration_ms,
            bytes: self.bytes,
            digest: &self.digest,
        }
    }
}

pub async fn insert(conn: &mut Connection, row: &RecordingRow) -> Result<()> {
    diesel::insert_into(recordings::table).values(row).execute(conn).await?;
    Ok(())
}

pub async fn find(conn: &mut Connection, org: OrgId, id: RecordingId) -> Result<RecordingRow> {
    recordings::table
        .filter(recordings::id.eq(id))
        .filter(recordings::org_id.eq(org))
        .select(RecordingRow::as_select())
        .first(conn)
        .await
        .or_not_found("recording")
}

/// The recording, locked until the transaction ends: its state is decided under this lock.
pub async fn lock(conn: &mut Connection, org: OrgId, id: RecordingId) -> Result<RecordingRow> {
    recordings::table
        .filter(recordings::id.eq(id))
        .filter(recordings::org_id.eq(org))
        .select(RecordingRow::as_select())
        .for_update()
        .first(conn)
        .await
        .or_not_found("recording")
}

pub async fn find_by_call(conn: &mut Connection, org: OrgId, call_id: &str) -> Result<Option<RecordingRow>> {
    recordings::table
        .filter(recordings::org_id.eq(org))
        .filter(recordings::call_id.eq(call_id))
        .select(RecordingRow::as_select())
        .first(conn)
        .await
        .optional_row()
}

/// Those of these ids that have a row, whatever their organisation.
pub async fn known(conn: &mut Connection, ids: &[RecordingId]) -> Result<Vec<RecordingId>> {
    Ok(recordings::table.filter(recordings::id.eq_any(ids)).select(recordings::id).load(conn).await?)
}

pub async fn set_state(conn: &mut Connection, id: RecordingId, state: &str, failure: Option<&str>) -> Result<()> {
    diesel::update(recordings::table.find(id))
        .set((recordings::state.eq(state), recordings::failure_code.eq(failure)))
        .execute(conn)
        .await?;
    Ok(())
}

/// How far the running transcriptions of these recordings are.
pub async fn progress_of(
    conn: &mut Connection,
    job_kind: &str,
    ids: &[RecordingId],
) -> Result<Vec<(Option<String>, f32)>> {
    let keys: Vec<String> = ids.iter().map(RecordingId::to_string).collect();
    Ok(jobs::table
        .filter(jobs::kind.eq(job_kind))
        .filter(jobs::state.eq("running"))
        .filter(jobs::dedup_key.eq_any(keys))
        .select((jobs::dedup_key, jobs::progress))
        .load(conn)
        .await?)
}

/// The blind index of a number on either side of a call, or of its last four digits.
#[derive(Debug, Clone)]
pub enum PhoneIndex {
    Whole(Vec<u8>),
    Tail(Vec<u8>),
}

/// What a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub state: Option<&'static str>,
    pub phone: Option<PhoneIndex>,
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
    pub after: Option<Cursor>,
}

pub async fn list(conn: &mut Connection, org: OrgId, filter: &Filter, limit: i64) -> Result<Vec<RecordingRow>> {
    let mut q = recordings::table
        .filter(recordings::org_id.eq(org))
        .select(RecordingRow::as_select())
        .order((recordings::started_at.desc(), recordings::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(state) = filter.state {
        q = q.filter(recordings::state.eq(state));
    }
    match &filter.phone {
        Some(PhoneIndex::Whole(index)) => {
            q = q.filter(recordings::caller_index.eq(index).or(recordings::callee_index.eq(index)));
        }
        Some(PhoneIndex::Tail(index)) => {
            q = q.filter(recordings::caller_tail_index.eq(index).or(recordings::callee_tail_index.eq(index)));
        }
        None => {}
    }
    if let Some(from) = filter.from {
        q = q.filter(recordings::started_at.ge(from));
    }
    if let Some(to) = filter.to {
        q = q.filter(recordings::started_at.lt(to));
    }
    if let Some(c) = filter.after {
        let same_time = recordings::started_at.eq(c.at).and(recordings::id.lt(RecordingId(c.id)));
        q = q.filter(recordings::started_at.lt(c.at).or(same_time));
    }
    Ok(q.load(conn).await?)
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = transcripts, check_for_backend(diesel::pg::Pg))]
pub struct TranscriptRow {
    pub id: uuid::Uuid,
    pub org_id: OrgId,
    pub recording_id: RecordingId,
    pub engine: String,
    pub model: String,
    pub model_digest: String,
    pub demo_model: bool,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = transcript_segments, check_for_backend(diesel::pg::Pg))]
pub struct SegmentRow {
    pub id: SegmentId,
    pub org_id: OrgId,
    pub transcript_id: uuid::Uuid,
    pub ordinal: i32,
    pub channel: i16,
    pub speaker: String,
    pub start_ms: i64,
    pub end_ms: i64,
    pub body: SealedBytes,
    pub confidence: f32,
}

/// Segments of one statement: far below PostgreSQL's 65,535 parameters.
const SEGMENTS_AT_ONCE: usize = 1_000;

pub async fn insert_transcript(conn: &mut Connection, row: &TranscriptRow, segments: &[SegmentRow]) -> Result<()> {
    diesel::insert_into(transcripts::table).values(row).execute(conn).await?;
    for some in segments.chunks(SEGMENTS_AT_ONCE) {
        diesel::insert_into(transcript_segments::table).values(some).execute(conn).await?;
    }
    Ok(())
}

/// The transcript of a recording with its segments in order.
pub async fn transcript(conn: &mut Connection, id: RecordingId) -> Result<Option<(TranscriptRow, Vec<SegmentRow>)>> {
    let row: Option<TranscriptRow> = transcripts::table
        .filter(transcripts::recording_id.eq(id))
        .select(TranscriptRow::as_select())
        .first(conn)
        .await
        .optional_row()?;
    let Some(row) = row else { return Ok(None) };
    let segments = transcript_segments::table
        .filter(transcript_segments::transcript_id.eq(row.id))
        .order(transcript_segments::ordinal)
        .select(SegmentRow::as_select())
        .load(conn)
        .await?;
    Ok(Some((row, segments)))
}

/// The recording that a segment belongs to, as far as finding it needs.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = recordings, check_for_backend(diesel::pg::Pg))]
pub struct SegmentHome {
    pub id: RecordingId,
    pub org_id: OrgId,
    pub data_key_id: DataKeyId,
    pub call_id: String,
    pub started_at: DateTime<Utc>,
}

/// A segment of the organisation with its recording.
pub async fn segment(conn: &mut Connection, org: OrgId, id: SegmentId) -> Result<Option<(SegmentRow, SegmentHome)>> {
    transcript_segments::table
        .inner_join(transcripts::table.inner_join(recordings::table))
        .filter(transcript_segments::id.eq(id))
        .filter(transcript_segments::org_id.eq(org))
        .select((SegmentRow::as_select(), SegmentHome::as_select()))
        .first(conn)
        .await
        .optional_row()
}

/// The segments of one recording.
pub async fn segments_of(conn: &mut Connection, id: RecordingId) -> Result<Vec<(SegmentRow, SegmentHome)>> {
    Ok(transcript_segments::table
        .inner_join(transcripts::table.inner_join(recordings::table))
        .filter(recordings::id.eq(id))
        .select((SegmentRow::as_select(), SegmentHome::as_select()))
        .load(conn)
        .await?)
}

/// Segments of all organisations whose recording has any of these data keys.
pub async fn segments_under(conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<uuid::Uuid>> {
    let found: Vec<SegmentId> = transcript_segments::table
        .inner_join(transcripts::table.inner_join(recordings::table))
        .filter(recordings::data_key_id.eq_any(keys))
        .select(transcript_segments::id)
        .load(conn)
        .await?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

/// Segments of all organisations in order of id, for the search index.
pub async fn all_segments_after(
    conn: &mut Connection,
    after: Option<SegmentId>,
    limit: i64,
) -> Result<Vec<(SegmentRow, SegmentHome)>> {
    let mut q = transcript_segments::table
        .inner_join(transcripts::table.inner_join(recordings::table))
        .order(transcript_segments::id)
        .limit(limit)
        .select((SegmentRow::as_select(), SegmentHome::as_select()))
        .into_boxed();
    if let Some(after) = after {
        q = q.filter(transcript_segments::id.gt(after));
    }
    Ok(q.load(conn).await?)
}

pub async fn count_segments(conn: &mut Connection) -> Result<i64> {
    Ok(transcript_segments::table.count().get_result(conn).await?)
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = playback_grants, check_for_backend(diesel::pg::Pg))]
pub struct GrantRow {
    pub id: uuid::Uuid,
    pub org_id: OrgId,
    pub recording_id: RecordingId,
    pub account_id: AccountId,
    pub source: String,
    pub source_id: uuid::Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_grant(conn: &mut Connection, row: &GrantRow) -> Result<()> {
    diesel::insert_into(playback_grants::table).values(row).execute(conn).await?;
    Ok(())
}

/// The grant of this person that lasts longest.
pub async fn grant(
    conn: &mut Connection,
    recording: RecordingId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<GrantRow>> {
    playback_grants::table
        .filter(playback_grants::recording_id.eq(recording))
        .filter(playback_grants::account_id.eq(account))
        .filter(playback_grants::expires_at.gt(now))
        .order(playback_grants::expires_at.desc())
        .select(GrantRow::as_select())
        .first(conn)
        .await
        .optional_row()
}

/// Ends every grant that has this source; says how many.
pub async fn end_grants(conn: &mut Connection, source: uuid::Uuid, now: DateTime<Utc>) -> Result<usize> {
    let open = playback_grants::table
        .filter(playback_grants::source_id.eq(source))
        .filter(playback_grants::expires_at.gt(now));
    Ok(diesel::update(open).set(playback_grants::expires_at.eq(now)).execute(conn).await?)
}

/// The request for playback that this person is waiting for.
pub async fn pending_request(
    conn: &mut Connection,
    kind: &str,
    recording: RecordingId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<ApprovalId>> {
    approvals::table
        .filter(approvals::kind.eq(kind))
        .filter(approvals::object_id.eq(recording.0))
        .filter(approvals::requester_id.eq(account))
        .filter(approvals::state.eq("pending"))
        .filter(approvals::expires_at.gt(now))
        .select(approvals::id)
        .first(conn)
        .await
        .optional_row()
}

/// The inspections of these recordings, so that a screen can link to them; the latest plan's last.
pub async fn inspections_of(conn: &mut Connection, ids: &[RecordingId]) -> Result<Vec<(uuid::Uuid, InspectionId)>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    Ok(inspections::table
        .filter(inspections::subject_kind.eq("recording"))
        .filter(inspections::subject_id.eq_any(ids))
        .order((inspections::created_at, inspections::id))
        .select((inspections::subject_id, inspections::id))
        .load(conn)
        .await?)
}

//! All SQL of inspections, on the caller's connection. Quotes and comments go in and out sealed; opening them is the service's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::ids::{
    AccountId, ConversationId, CustomerId, DataKeyId, InspectionId, MessageId, OrgId, RecordingId, RuleId, SegmentId,
};
use crate::db::schema::{conversations, inspection_findings, inspection_rules, inspections, recordings};
use crate::db::{Connection, OptionalRow, RowResult, SealedBytes};
use crate::error::Result;
use crate::web::Cursor;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = inspection_rules, check_for_backend(diesel::pg::Pg))]
pub struct RuleRow {
    pub id: RuleId,
    pub org_id: OrgId,
    pub code: String,
    pub version: i32,
    pub name: String,
    pub definition: String,
    pub deduction: i32,
    pub fatal: bool,
    pub enabled: bool,
    pub created_at: DateTime<Utc>,
}

/// Adds rules; a version that is there already stays as it is. Says how many were new.
pub async fn insert_rules(conn: &mut Connection, rows: &[RuleRow]) -> Result<usize> {
    Ok(diesel::insert_into(inspection_rules::table).values(rows).on_conflict_do_nothing().execute(conn).await?)
}

/// The latest version of every rule, in the order in which they were made.
pub async fn latest_rules(conn: &mut Connection, org: OrgId) -> Result<Vec<RuleRow>> {
    let mut rows: Vec<RuleRow> = inspection_rules::table
        .filter(inspection_rules::org_id.eq(org))
        .order((inspection_rules::code, inspection_rules::version.desc()))
        .distinct_on(inspection_rules::code)
        .select(RuleRow::as_select())
        .load(conn)
        .await?;
    rows.sort_by_key(|r| r.id);
    Ok(rows)
}

/// Rules by id, whatever became of them since: findings name the version that made them.
pub async fn rules_by_id(conn: &mut Connection, ids: &[RuleId]) -> Result<Vec<RuleRow>> {
    Ok(inspection_rules::table.filter(inspection_rules::id.eq_any(ids)).select(RuleRow::as_select()).load(conn).await?)
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = inspections, check_for_backend(diesel::pg::Pg))]
pub struct InspectionRow {
    pub id: InspectionId,
    pub org_id: OrgId,
    pub data_key_id: DataKeyId,
    pub subject_kind: String,
    pub subject_id: uuid::Uuid,
    pub agent_id: Option<AccountId>,
    pub plan_code: String,
    pub plan_version: i32,
    pub score: i32,
    pub full_score: i32,
    pub fatal: bool,
    pub state: String,
    pub assignee_id: Option<AccountId>,
    pub created_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub confirmed_by: Option<AccountId>,
    pub comment: Option<SealedBytes>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = inspection_findings, check_for_backend(diesel::pg::Pg))]
pub struct FindingRow {
    pub id: uuid::Uuid,
    pub org_id: OrgId,
    pub inspection_id: InspectionId,
    pub ordinal: i32,
    pub rule_id: RuleId,
    pub passed: bool,
    pub deduction: i32,
    pub speaker: Option<String>,
    pub quote: Option<SealedBytes>,
    pub at_ms: Option<i64>,
    pub message_id: Option<MessageId>,
    pub segment_id: Option<SegmentId>,
    pub explanation: String,
}

/// Whether this subject was inspected by this plan.
pub async fn exists(
    conn: &mut Connection,
    subject_kind: &str,
    subject_id: uuid::Uuid,
    plan: (&str, i32),
) -> Result<bool> {
    let found: Option<InspectionId> = inspections::table
        .filter(inspections::subject_kind.eq(subject_kind))
        .filter(inspections::subject_id.eq(subject_id))
        .filter(inspections::plan_code.eq(plan.0))
        .filter(inspections::plan_version.eq(plan.1))
        .select(inspections::id)
        .first(conn)
        .await
        .optional_row()?;
    Ok(found.is_some())
}

/// Adds an inspection; `false` when this plan has already inspected the subject.
pub async fn insert(conn: &mut Connection, row: &InspectionRow) -> Result<bool> {
    Ok(diesel::insert_into(inspections::table).values(row).on_conflict_do_nothing().execute(conn).await? == 1)
}

pub async fn insert_findings(conn: &mut Connection, rows: &[FindingRow]) -> Result<()> {
    if !rows.is_empty() {
        diesel::insert_into(inspection_findings::table).values(rows).execute(conn).await?;
    }
    Ok(())
}

pub async fn find(conn: &mut Connection, org: OrgId, id: InspectionId) -> Result<InspectionRow> {
    inspections::table
        .filter(inspections::id.eq(id))
        .filter(inspections::org_id.eq(org))
        .select(InspectionRow::as_select())
        .first(conn)
        .await
        .or_not_found("inspection")
}

/// The inspection, locked until the transaction ends: its state is decided under this lock.
pub async fn lock(conn: &mut Connection, org: OrgId, id: InspectionId) -> Result<InspectionRow> {
    inspections::table
        .filter(inspections::id.eq(id))
        .filter(inspections::org_id.eq(org))
        .select(InspectionRow::as_select())
        .for_update()
        .first(conn)
        .await
        .or_not_found("inspection")
}

/// Writes back what people change.
pub async fn update(conn: &mut Connection, row: &InspectionRow) -> Result<()> {
    diesel::update(inspections::table.find(row.id))
        .set((
            inspections::state.eq(&row.state),
            inspections::assignee_id.eq(row.assignee_id),
            inspections::confirmed_at.eq(row.confirmed_at),
            inspections::confirmed_by.eq(row.confirmed_by),
            inspections::comment.eq(&row.comment),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn findings_of(conn: &mut Connection, id: InspectionId) -> Result<Vec<FindingRow>> {
    Ok(inspection_findings::table
        .filter(inspection_findings::inspection_id.eq(id))
        .order(inspection_findings::ordinal)
        .select(FindingRow::as_select())
        .load(conn)
        .await?)
}

/// What a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub subject_kind: Option<&'static str>,
    pub subject_id: Option<uuid::Uuid>,
    pub state: Option<&'static str>,
    pub after: Option<Cursor>,
}

pub async fn list(conn: &mut Connection, org: OrgId, filter: &Filter, limit: i64) -> Result<Vec<InspectionRow>> {
    let mut q = inspections::table
        .filter(inspections::org_id.eq(org))
        .select(InspectionRow::as_select())
        .order((inspections::created_at.desc(), inspections::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(kind) = filter.subject_kind {
        q = q.filter(inspections::subject_kind.eq(kind));
    }
    if let Some(id) = filter.subject_id {
        q = q.filter(inspections::subject_id.eq(id));
    }
    if let Some(state) = filter.state {
        q = q.filter(inspections::state.eq(state));
    }
    if let Some(c) = filter.after {
        let same_time = inspections::created_at.eq(c.at).and(inspections::id.lt(InspectionId(c.id)));
        q = q.filter(inspections::created_at.lt(c.at).or(same_time));
    }
    Ok(q.load(conn).await?)
}

/// What a conversation is known by: when it began, and whose it is.
pub type ConversationPlace = (ConversationId, DateTime<Utc>, CustomerId);

pub async fn conversation_places(conn: &mut Connection, ids: &[ConversationId]) -> Result<Vec<ConversationPlace>> {
    Ok(conversations::table
        .filter(conversations::id.eq_any(ids))
        .select((conversations::id, conversations::opened_at, conversations::customer_id))
        .load(conn)
        .await?)
}

/// What a recording is known by: its call, and whose it is.
pub type RecordingPlace = (RecordingId, String, Option<CustomerId>);

pub async fn recording_places(conn: &mut Connection, ids: &[RecordingId]) -> Result<Vec<RecordingPlace>> {
    Ok(recordings::table
        .filter(recordings::id.eq_any(ids))
        .select((recordings::id, recordings::call_id, recordings::customer_id))
        .load(conn)
        .await?)
}

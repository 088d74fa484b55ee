//! All SQL of approvals, on the caller's connection.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Approval, ApprovalState};
use crate::db::ids::{AccountId, ApprovalId, OrgId};
use crate::db::schema::approvals;
use crate::db::{Connection, RowResult, SealedBytes};
use crate::error::Result;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = approvals, check_for_backend(diesel::pg::Pg))]
pub struct ApprovalRow {
    pub id: ApprovalId,
    pub org_id: OrgId,
    pub kind: String,
    pub object_kind: String,
    pub object_id: Uuid,
    pub object_label: String,
    /// Sealed.
    pub reason: SealedBytes,
    pub requester_id: AccountId,
    pub state: String,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Sealed.
    pub comment: Option<SealedBytes>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub executed_at: Option<DateTime<Utc>>,
}

impl ApprovalRow {
    pub fn approval(&self) -> Result<Approval> {
        Ok(Approval {
            id: self.id,
            org_id: self.org_id,
            kind: self.kind.clone(),
            object_kind: self.object_kind.clone(),
            object_id: self.object_id,
            object_label: self.object_label.clone(),
            requester_id: self.requester_id,
            state: ApprovalState::parse(&self.state)?,
            decided_by: self.decided_by,
            decided_at: self.decided_at,
            expires_at: self.expires_at,
            created_at: self.created_at,
            executed_at: self.executed_at,
        })
    }
}

/// Adds a request; `false` when the requester waits for the same already.
pub async fn insert(conn: &mut Connection, row: &ApprovalRow) -> Result<bool> {
    let added = diesel::insert_into(approvals::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    Ok(added == 1)
}

pub async fn get(conn: &mut Connection, org: OrgId, id: ApprovalId) -> Result<ApprovalRow> {
    approvals::table
        .find(id)
        .filter(approvals::org_id.eq(org))
        .select(ApprovalRow::as_select())
        .first(conn)
        .await
        .or_not_found("approval")
}

/// The approval, locked to the end of the transaction.
pub async fn lock(conn: &mut Connection, org: OrgId, id: ApprovalId) -> Result<ApprovalRow> {
    approvals::table
        .find(id)
        .filter(approvals::org_id.eq(org))
        .select(ApprovalRow::as_select())
        .for_update()
        .first(conn)
        .await
        .or_not_found("approval")
}

/// Writes what may change: state, decision, execution.
pub async fn update(conn: &mut Connection, approval: &Approval, comment: Option<SealedBytes>) -> Result<()> {
    diesel::update(approvals::table.find(approval.id))
        .set((
            approvals::state.eq(approval.state.as_str()),
            approvals::decided_by.eq(approval.decided_by),
            approvals::decided_at.eq(approval.decided_at),
            approvals::executed_at.eq(approval.executed_at),
            approvals::comment.eq(comment),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// One page, newest first, after the place `(created_at, id)`.
pub async fn page(
    conn: &mut Connection,
    org: OrgId,
    requester: Option<AccountId>,
    state: Option<ApprovalState>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<ApprovalRow>> {
    let mut q = approvals::table.filter(approvals::org_id.eq(org)).into_boxed();
    if let Some(requester) = requester {
        q = q.filter(approvals::requester_id.eq(requester));
    }
    if let Some(state) = state {
        q = q.filter(approvals::state.eq(state.as_str()));
    }
    if let Some((at, id)) = after {
        q = q.filter(
            approvals::created_at.lt(at).or(approvals::created_at.eq(at).and(approvals::id.lt(ApprovalId(id)))),
        );
    }
    Ok(q.order((approvals::created_at.desc(), approvals::id.desc()))
        .limit(limit)
        .select(ApprovalRow::as_select())
        .load(conn)
        .await?)
}

/// Requests that nobody decided in time.
pub async fn overdue(conn: &mut Connection, now: DateTime<Utc>, limit: i64) -> Result<Vec<(OrgId, ApprovalId)>> {
    Ok(approvals::table
        .filter(approvals::state.eq(ApprovalState::Pending.as_str()))
        .filter(approvals::expires_at.le(now))
        .order(approvals::expires_at)
        .limit(limit)
        .select((approvals::org_id, approvals::id))
        .load(conn)
        .await?)
}

/// The requester's own overdue request for the same, which would stand in the way of a new one.
pub async fn overdue_of(
    conn: &mut Connection,
    requester: AccountId,
    kind: &str,
    object: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<ApprovalRow>> {
    Ok(approvals::table
        .filter(approvals::requester_id.eq(requester))
        .filter(approvals::kind.eq(kind))
        .filter(approvals::object_id.eq(object))
        .filter(approvals::state.eq(ApprovalState::Pending.as_str()))
        .filter(approvals::expires_at.le(now))
        .select(ApprovalRow::as_select())
        .for_update()
        .load(conn)
        .await?)
}

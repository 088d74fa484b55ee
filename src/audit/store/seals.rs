//! Seals and signed heads: writing them under the sealer's lease, and reading the whole ledger in order.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::dsl::{exists, max, not};
use diesel::prelude::*;
use diesel_async::{AnsiTransactionManager, AsyncConnection, RunQueryDsl, TransactionManager};

use super::record::AuditRecord;
use crate::db::ids::{AuditId, EventId, SigningKeyId};
use crate::db::schema::{audit_heads, audit_records, audit_seals, audit_unsealed, event_outbox};
use crate::db::{Connection, OptionalRow};
use crate::error::Result;

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// One leaf of the Merkle log.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_seals, check_for_backend(diesel::pg::Pg))]
pub struct Seal {
    pub position: i64,
    pub record_id: AuditId,
    pub leaf_hash: Vec<u8>,
    /// The same time as that of the head it was sealed with, whose signature covers it.
    pub sealed_at: DateTime<Utc>,
}

/// The signed root over the first `tree_size` leaves.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_heads, check_for_backend(diesel::pg::Pg))]
pub struct Head {
    pub tree_size: i64,
    pub root_hash: Vec<u8>,
    /// The roots of the complete subtrees, largest first, 32 bytes each.
    pub frontier: Vec<u8>,
    pub signed_at: DateTime<Utc>,
    pub signing_key_id: SigningKeyId,
    pub signature: Vec<u8>,
    pub fence: i64,
}

impl Head {
    /// The bytes that the signature covers: every column but the signature; the frontier through the root that it folds to.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let time = self.signed_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let mut out = b"guitai.audit.head.v1".to_vec();
        out.extend_from_slice(&self.tree_size.to_be_bytes());
        out.extend_from_slice(&(self.root_hash.len() as u64).to_be_bytes());
        out.extend_from_slice(&self.root_hash);
        out.extend_from_slice(&(time.len() as u64).to_be_bytes());
        out.extend_from_slice(time.as_bytes());
        out.extend_from_slice(self.signing_key_id.0.as_bytes());
        out.extend_from_slice(&self.fence.to_be_bytes());
        out
    }
}

pub async fn begin(conn: &mut Connection) -> Result<()> {
    Ok(Manager::begin_transaction(conn).await?)
}

/// A transaction that sees one moment of the ledger however long it reads, and cannot write.
pub async fn begin_snapshot(conn: &mut Connection) -> Result<()> {
    Ok(AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
}

pub async fn commit(conn: &mut Connection) -> Result<()> {
    Ok(Manager::commit_transaction(conn).await?)
}

pub async fn rollback(conn: &mut Connection) -> Result<()> {
    Ok(Manager::rollback_transaction(conn).await?)
}

pub async fn last_head(conn: &mut Connection) -> Result<Option<Head>> {
    audit_heads::table.order(audit_heads::tree_size.desc()).select(Head::as_select()).first(conn).await.optional_row()
}

/// The newest head over no more than `size` leaves.
pub async fn head_at_most(conn: &mut Connection, size: i64) -> Result<Option<Head>> {
    audit_heads::table
        .filter(audit_heads::tree_size.le(size))
        .order(audit_heads::tree_size.desc())
        .select(Head::as_select())
        .first(conn)
        .await
        .optional_row()
}

/// Heads over more than `size` leaves, in order.
pub async fn heads_after(conn: &mut Connection, size: i64, limit: i64) -> Result<Vec<Head>> {
    Ok(audit_heads::table
        .filter(audit_heads::tree_size.gt(size))
        .order(audit_heads::tree_size)
        .limit(limit)
        .select(Head::as_select())
        .load(conn)
        .await?)
}

/// Heads, newest first, over fewer than `below` leaves.
pub async fn latest_heads(conn: &mut Connection, below: i64, limit: i64) -> Result<Vec<Head>> {
    Ok(audit_heads::table
        .filter(audit_heads::tree_size.lt(below))
        .order(audit_heads::tree_size.desc())
        .limit(limit)
        .select(Head::as_select())
        .load(conn)
        .await?)
}

/// The highest position in use.
pub async fn last_position(conn: &mut Connection) -> Result<Option<i64>> {
    Ok(audit_seals::table.select(max(audit_seals::position)).first(conn).await?)
}

/// The next records to seal, in order of id.
pub async fn next_unsealed(conn: &mut Connection, limit: i64) -> Result<Vec<AuditRecord>> {
    Ok(audit_unsealed::table
        .inner_join(audit_records::table)
        .order(audit_unsealed::record_id)
        .limit(limit)
        .select(AuditRecord::as_select())
        .load(conn)
        .await?)
}

/// Writes a batch of seals and the head over them.
pub async fn insert(conn: &mut Connection, seals: &[Seal], head: &Head) -> Result<()> {
    let ids: Vec<AuditId> = seals.iter().map(|s| s.record_id).collect();
    diesel::insert_into(audit_seals::table).values(seals).execute(conn).await?;
    diesel::delete(audit_unsealed::table.filter(audit_unsealed::record_id.eq_any(ids))).execute(conn).await?;
    diesel::insert_into(audit_heads::table).values(head).execute(conn).await?;
    Ok(())
}

/// Seals from `position` on, in order, each with its record if that is there.
pub async fn seals_from(conn: &mut Connection, position: i64, limit: i64) -> Result<Vec<(Seal, Option<AuditRecord>)>> {
    Ok(audit_seals::table
        .left_join(audit_records::table)
        .filter(audit_seals::position.ge(position))
        .order(audit_seals::position)
        .limit(limit)
        .select((Seal::as_select(), Option::<AuditRecord>::as_select()))
        .load(conn)
        .await?)
}

/// Waiting ids after `id`, in order, each with its record if that is there.
pub async fn unsealed_after(
    conn: &mut Connection,
    id: AuditId,
    limit: i64,
) -> Result<Vec<(AuditId, Option<AuditRecord>)>> {
    Ok(audit_unsealed::table
        .left_join(audit_records::table)
        .filter(audit_unsealed::record_id.gt(id))
        .order(audit_unsealed::record_id)
        .limit(limit)
        .select((audit_unsealed::record_id, Option::<AuditRecord>::as_select()))
        .load(conn)
        .await?)
}

/// How many records wait, and since when the oldest of them.
pub async fn waiting(conn: &mut Connection) -> Result<(i64, Option<DateTime<Utc>>)> {
    Ok(audit_unsealed::table
        .left_join(audit_records::table)
        .select((diesel::dsl::count_star(), diesel::dsl::min(audit_records::at.nullable())))
        .first(conn)
        .await?)
}

/// Records after `id`, in order, that neither wait for a seal nor have one.
pub async fn unlisted_after(conn: &mut Connection, id: AuditId, limit: i64) -> Result<Vec<AuditRecord>> {
    Ok(audit_records::table
        .filter(audit_records::id.gt(id))
        .filter(not(exists(audit_seals::table.filter(audit_seals::record_id.eq(audit_records::id)))))
        .filter(not(exists(audit_unsealed::table.filter(audit_unsealed::record_id.eq(audit_records::id)))))
        .order(audit_records::id)
        .limit(limit)
        .select(AuditRecord::as_select())
        .load(conn)
        .await?)
}

/// Events after `id`, in order, whose audit record is not there.
pub async fn events_without_record(
    conn: &mut Connection,
    id: EventId,
    limit: i64,
) -> Result<Vec<(EventId, AuditId, String)>> {
    Ok(event_outbox::table
        .filter(event_outbox::id.gt(id))
        .filter(not(exists(audit_records::table.filter(audit_records::id.eq(event_outbox::audit_id)))))
        .order(event_outbox::id)
        .limit(limit)
        .select((event_outbox::id, event_outbox::audit_id, event_outbox::type_))
        .load(conn)
        .await?)
}

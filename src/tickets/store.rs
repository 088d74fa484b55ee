//! All SQL of tickets, on the caller's connection. Content goes in and out sealed; opening it is the service's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::crypto::Aad;
use crate::db::ids::{AccountId, ConversationId, CustomerId, DataKeyId, OrgId, RecordingId, TicketId};
use crate::db::schema::{ticket_entries, tickets};
use crate::db::{Connection, OptionalRow, RowResult, SealedBytes};
use crate::error::Result;
use crate::web::Cursor;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tickets, check_for_backend(diesel::pg::Pg))]
pub struct TicketRow {
    pub id: TicketId,
    pub org_id: OrgId,
    pub data_key_id: DataKeyId,
    pub number: String,
    pub kind: String,
    pub priority: String,
    pub state: String,
    pub subject: SealedBytes,
    pub description: SealedBytes,
    pub customer_id: Option<CustomerId>,
    pub conversation_id: Option<ConversationId>,
    pub recording_id: Option<RecordingId>,
    pub assignee_id: Option<AccountId>,
    pub created_by: AccountId,
    pub version: i32,
    pub last_entry_seq: i32,
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = ticket_entries, check_for_backend(diesel::pg::Pg))]
pub struct EntryRow {
    pub id: Uuid,
    pub org_id: OrgId,
    pub ticket_id: TicketId,
    pub seq: i32,
    pub actor_id: Option<AccountId>,
    pub kind: String,
    pub from_state: Option<String>,
    pub to_state: Option<String>,
    pub body: Option<SealedBytes>,
    pub at: DateTime<Utc>,
}

/// Where a sealed column of a ticket lives.
pub fn ticket_place(column: &'static str, id: TicketId) -> Aad<'static> {
    Aad { table: "tickets", column, row: id.0 }
}

/// Where the sealed text of an entry lives.
pub fn entry_place(id: Uuid) -> Aad<'static> {
    Aad { table: "ticket_entries", column: "body", row: id }
}

diesel::define_sql_function! {
    /// PostgreSQL's `nextval(sequence)`; a transaction that is rolled back leaves a gap.
    fn nextval(sequence: Text) -> BigInt;
}

/// The next ticket's serial number.
pub async fn next_serial(conn: &mut Connection) -> Result<i64> {
    Ok(diesel::select(nextval("ticket_numbers")).get_result(conn).await?)
}

pub async fn insert(conn: &mut Connection, row: &TicketRow) -> Result<()> {
    diesel::insert_into(tickets::table).values(row).execute(conn).await?;
    Ok(())
}

pub async fn find(conn: &mut Connection, org: OrgId, id: TicketId) -> Result<TicketRow> {
    tickets::table
        .filter(tickets::id.eq(id))
        .filter(tickets::org_id.eq(org))
        .select(TicketRow::as_select())
        .first(conn)
        .await
        .or_not_found("ticket")
}

/// The ticket, locked until the transaction ends: state, assignee and numbers of entries are decided under this lock.
pub async fn lock(conn: &mut Connection, org: OrgId, id: TicketId) -> Result<TicketRow> {
    tickets::table
        .filter(tickets::id.eq(id))
        .filter(tickets::org_id.eq(org))
        .select(TicketRow::as_select())
        .for_update()
        .first(conn)
        .await
        .or_not_found("ticket")
}

/// Writes back everything that changes in a ticket's life.
pub async fn update(conn: &mut Connection, row: &TicketRow) -> Result<()> {
    diesel::update(tickets::table.find(row.id))
        .set((
            tickets::state.eq(&row.state),
            tickets::assignee_id.eq(row.assignee_id),
            tickets::version.eq(row.version),
            tickets::last_entry_seq.eq(row.last_entry_seq),
            tickets::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// What a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub state: Option<&'static str>,
    pub assignee: Option<AccountId>,
    pub conversation: Option<ConversationId>,
    /// Only what this agent may see: his own, those he made, and the queue.
    pub visible_to: Option<AccountId>,
    pub after: Option<Cursor>,
}

/// Newest first, one row more than `limit` if there are more.
pub async fn list(conn: &mut Connection, org: OrgId, filter: &Filter, limit: i64) -> Result<Vec<TicketRow>> {
    let mut q = tickets::table
        .filter(tickets::org_id.eq(org))
        .select(TicketRow::as_select())
        .order((tickets::created_at.desc(), tickets::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(state) = filter.state {
        q = q.filter(tickets::state.eq(state));
    }
    if let Some(account) = filter.assignee {
        q = q.filter(tickets::assignee_id.eq(account));
    }
    if let Some(conversation) = filter.conversation {
        q = q.filter(tickets::conversation_id.eq(conversation));
    }
    if let Some(account) = filter.visible_to {
        let queue = tickets::assignee_id.is_null().and(tickets::state.ne_all(["closed", "cancelled"]));
        q = q.filter(tickets::created_by.eq(account).or(tickets::assignee_id.is_not_distinct_from(account)).or(queue));
    }
    if let Some(c) = filter.after {
        q = q.filter(tickets::created_at.lt(c.at).or(tickets::created_at.eq(c.at).and(tickets::id.lt(TicketId(c.id)))));
    }
    Ok(q.load(conn).await?)
}

pub async fn insert_entry(conn: &mut Connection, row: &EntryRow) -> Result<()> {
    diesel::insert_into(ticket_entries::table).values(row).execute(conn).await?;
    Ok(())
}

/// A ticket's history, oldest first.
pub async fn entries_of(conn: &mut Connection, id: TicketId) -> Result<Vec<EntryRow>> {
    Ok(ticket_entries::table
        .filter(ticket_entries::ticket_id.eq(id))
        .order(ticket_entries::seq)
        .select(EntryRow::as_select())
        .load(conn)
        .await?)
}

/// A ticket of whatever organisation, for the search index.
pub async fn any(conn: &mut Connection, id: TicketId) -> Result<Option<TicketRow>> {
    tickets::table.find(id).select(TicketRow::as_select()).first(conn).await.optional_row()
}

/// Tickets of all organisations in order of id, for the search index.
pub async fn all_after(conn: &mut Connection, after: Option<TicketId>, limit: i64) -> Result<Vec<TicketRow>> {
    let mut q = tickets::table.order(tickets::id).limit(limit).select(TicketRow::as_select()).into_boxed();
    if let Some(after) = after {
        q = q.filter(tickets::id.gt(after));
    }
    Ok(q.load(conn).await?)
}

pub async fn count_all(conn: &mut Connection) -> Result<i64> {
    Ok(tickets::table.count().get_result(conn).await?)
}

/// Tickets of all organisations that have any of these data keys.
pub async fn tickets_under(conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<Uuid>> {
    let found: Vec<TicketId> =
        tickets::table.filter(tickets::data_key_id.eq_any(keys)).select(tickets::id).load(conn).await?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

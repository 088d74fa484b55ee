//! All SQL of conversations, on the caller's connection. Content goes in and out sealed; opening it is the service's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::crypto::{Aad, DataKey};
use crate::db::ids::{AccountId, ArticleId, ConversationId, CustomerId, DataKeyId, MessageId, OrgId, QueueId};
use crate::db::schema::{
    accounts, agent_states, bot_receipts, chat_sessions, conversations, message_citations, messages, queues,
};
use crate::db::{Connection, OptionalRow, RowResult, SealedBytes};
use crate::error::{ErrorCode, Result};
use crate::web::Cursor;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = conversations, check_for_backend(diesel::pg::Pg))]
pub struct ConversationRow {
    pub id: ConversationId,
    pub org_id: OrgId,
    pub customer_id: CustomerId,
    pub data_key_id: DataKeyId,
    pub channel: String,
    pub state: String,
    pub queue_id: Option<QueueId>,
    pub agent_id: Option<AccountId>,
    pub handoff_reason: Option<String>,
    pub refusals_in_a_row: i32,
    pub last_seq: i64,
    pub notice_version: String,
    pub opened_at: DateTime<Utc>,
    pub queued_at: Option<DateTime<Utc>>,
    pub assigned_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub last_message_at: DateTime<Utc>,
    pub summary: Option<SealedBytes>,
    pub page_url: Option<SealedBytes>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, check_for_backend(diesel::pg::Pg))]
pub struct MessageRow {
    pub id: MessageId,
    pub org_id: OrgId,
    pub conversation_id: ConversationId,
    pub seq: i64,
    pub author_kind: String,
    pub author_id: Option<AccountId>,
    pub kind: String,
    pub body: SealedBytes,
    pub client_id: Option<String>,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = message_citations, check_for_backend(diesel::pg::Pg))]
pub struct CitationRow {
    pub message_id: MessageId,
    pub org_id: OrgId,
    pub ordinal: i32,
    pub article_id: ArticleId,
    pub article_version: i32,
    pub title: SealedBytes,
    pub quote: SealedBytes,
}

/// Seals one column of one row under the conversation's key.
pub fn seal(
    key: &DataKey,
    table: &'static str,
    column: &'static str,
    row: uuid::Uuid,
    text: &str,
) -> Result<SealedBytes> {
    key.seal(&Aad { table, column, row }, text.as_bytes()).map(SealedBytes::from)
}

/// Opens what [`seal`] sealed.
pub fn open(
    key: &DataKey,
    table: &'static str,
    column: &'static str,
    row: uuid::Uuid,
    stored: &SealedBytes,
) -> Result<String> {
    let plain = key.open(&Aad { table, column, row }, stored)?;
    String::from_utf8(plain.to_vec()).map_err(|e| ErrorCode::DataAltered.caused_by(e))
}

pub async fn insert(conn: &mut Connection, row: &ConversationRow) -> Result<()> {
    diesel::insert_into(conversations::table).values(row).execute(conn).await?;
    Ok(())
}

/// The conversation, locked until the transaction ends: numbers and state are decided under this lock.
pub async fn lock(conn: &mut Connection, org: OrgId, id: ConversationId) -> Result<ConversationRow> {
    conversations::table
        .filter(conversations::id.eq(id))
        .filter(conversations::org_id.eq(org))
        .select(ConversationRow::as_select())
        .for_update()
        .first(conn)
        .await
        .or_not_found("conversation")
}

pub async fn find(conn: &mut Connection, org: OrgId, id: ConversationId) -> Result<ConversationRow> {
    conversations::table
        .filter(conversations::id.eq(id))
        .filter(conversations::org_id.eq(org))
        .select(ConversationRow::as_select())
        .first(conn)
        .await
        .or_not_found("conversation")
}

/// Writes back everything that changes in a conversation's life.
pub async fn update(conn: &mut Connection, row: &ConversationRow) -> Result<()> {
    diesel::update(conversations::table.find(row.id))
        .set((
            conversations::state.eq(&row.state),
            conversations::queue_id.eq(row.queue_id),
            conversations::agent_id.eq(row.agent_id),
            conversations::handoff_reason.eq(&row.handoff_reason),
            conversations::refusals_in_a_row.eq(row.refusals_in_a_row),
            conversations::last_seq.eq(row.last_seq),
            conversations::queued_at.eq(row.queued_at),
            conversations::assigned_at.eq(row.assigned_at),
            conversations::closed_at.eq(row.closed_at),
            conversations::last_message_at.eq(row.last_message_at),
            conversations::summary.eq(&row.summary),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// What a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub state: Option<&'static str>,
    pub agent: Option<AccountId>,
    /// Only what this agent may see: his own, and what waits.
    pub visible_to: Option<AccountId>,
    pub after: Option<Cursor>,
}

pub async fn list(conn: &mut Connection, org: OrgId, filter: &Filter, limit: i64) -> Result<Vec<ConversationRow>> {
    let mut q = conversations::table
        .filter(conversations::org_id.eq(org))
        .select(ConversationRow::as_select())
        .order((conversations::last_message_at.desc(), conversations::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(state) = filter.state {
        q = q.filter(conversations::state.eq(state));
    }
    if let Some(agent) = filter.agent {
        q = q.filter(conversations::agent_id.eq(agent));
    }
    if let Some(agent) = filter.visible_to {
        q = q.filter(
            conversations::agent_id
                .eq(agent)
                .or(conversations::state.eq("queued").and(conversations::agent_id.is_null())),
        );
    }
    if let Some(c) = filter.after {
        q = q.filter(
            conversations::last_message_at
                .lt(c.at)
                .or(conversations::last_message_at.eq(c.at).and(conversations::id.lt(ConversationId(c.id)))),
        );
    }
    Ok(q.load(conn).await?)
}

pub async fn insert_message(conn: &mut Connection, row: &MessageRow) -> Result<()> {
    diesel::insert_into(messages::table).values(row).execute(conn).await?;
    Ok(())
}

/// The message that this author already posted under this client id.
pub async fn find_by_client_id(
    conn: &mut Connection,
    conversation: ConversationId,
    author_kind: &str,
    client_id: &str,
) -> Result<Option<MessageRow>> {
    messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::author_kind.eq(author_kind))
        .filter(messages::client_id.eq(client_id))
        .select(MessageRow::as_select())
        .first(conn)
        .await
        .optional_row()
}

pub async fn find_message(conn: &mut Connection, id: MessageId) -> Result<MessageRow> {
    messages::table.find(id).select(MessageRow::as_select()).first(conn).await.or_not_found("message")
}

/// A message of the organisation with its conversation.
pub async fn message_in(
    conn: &mut Connection,
    org: OrgId,
    id: MessageId,
) -> Result<Option<(MessageRow, ConversationRow)>> {
    messages::table
        .inner_join(conversations::table)
        .filter(messages::id.eq(id))
        .filter(messages::org_id.eq(org))
        .select((MessageRow::as_select(), ConversationRow::as_select()))
        .first(conn)
        .await
        .optional_row()
}

/// Messages of all organisations in order of id, each with its key, for the search index.
pub async fn all_messages_after(
    conn: &mut Connection,
    kinds: &[&'static str],
    after: Option<MessageId>,
    limit: i64,
) -> Result<Vec<(MessageRow, DataKeyId)>> {
    let mut q = messages::table
        .inner_join(conversations::table)
        .filter(messages::kind.eq_any(kinds))
        .order(messages::id)
        .limit(limit)
        .select((MessageRow::as_select(), conversations::data_key_id))
        .into_boxed();
    if let Some(after) = after {
        q = q.filter(messages::id.gt(after));
    }
    Ok(q.load(conn).await?)
}

pub async fn count_messages(conn: &mut Connection, kinds: &[&'static str]) -> Result<i64> {
    Ok(messages::table.filter(messages::kind.eq_any(kinds)).count().get_result(conn).await?)
}

/// Messages of all organisations whose conversation has any of these data keys.
pub async fn messages_under(conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<uuid::Uuid>> {
    let found: Vec<MessageId> = messages::table
        .inner_join(conversations::table)
        .filter(conversations::data_key_id.eq_any(keys))
        .select(messages::id)
        .load(conn)
        .await?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

pub async fn messages_after(
    conn: &mut Connection,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<MessageRow>> {
    Ok(messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::seq.gt(after))
        .order(messages::seq)
        .limit(limit)
        .select(MessageRow::as_select())
        .load(conn)
        .await?)
}

/// The last message of each of these conversations.
pub async fn last_messages(conn: &mut Connection, rows: &[ConversationRow]) -> Result<Vec<MessageRow>> {
    let ids: Vec<ConversationId> = rows.iter().map(|r| r.id).collect();
    Ok(messages::table
        .inner_join(conversations::table)
        .filter(conversations::id.eq_any(ids))
        .filter(messages::seq.eq(conversations::last_seq))
        .select(MessageRow::as_select())
        .load(conn)
        .await?)
}

pub async fn insert_citations(conn: &mut Connection, rows: &[CitationRow]) -> Result<()> {
    diesel::insert_into(message_citations::table).values(rows).execute(conn).await?;
    Ok(())
}

pub async fn citations_of(conn: &mut Connection, ids: &[MessageId]) -> Result<Vec<CitationRow>> {
    Ok(message_citations::table
        .filter(message_citations::message_id.eq_any(ids))
        .order((message_citations::message_id, message_citations::ordinal))
        .select(CitationRow::as_select())
        .load(conn)
        .await?)
}

/// What the bot knew when it spoke.
#[derive(Debug, Insertable)]
#[diesel(table_name = bot_receipts)]
pub struct ReceiptRow {
    pub message_id: MessageId,
    pub org_id: OrgId,
    pub question_id: MessageId,
    pub engine: String,
    pub engine_version: String,
    pub threshold: f32,
    pub candidates: String,
    pub created_at: DateTime<Utc>,
}

pub async fn insert_receipt(conn: &mut Connection, row: &ReceiptRow) -> Result<()> {
    diesel::insert_into(bot_receipts::table).values(row).execute(conn).await?;
    Ok(())
}

/// Whether the bot has already answered this question.
pub async fn is_answered(conn: &mut Connection, question: MessageId) -> Result<bool> {
    let n: i64 = bot_receipts::table.filter(bot_receipts::question_id.eq(question)).count().get_result(conn).await?;
    Ok(n > 0)
}

/// Names of these members of staff.
pub async fn names_of(conn: &mut Connection, ids: &[AccountId]) -> Result<Vec<(AccountId, String)>> {
    Ok(accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::display_name))
        .load(conn)
        .await?)
}

/// A chat session of a browser, found by its token's digest.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_sessions, check_for_backend(diesel::pg::Pg))]
pub struct ChatSessionRow {
    pub id: uuid::Uuid,
    pub org_id: OrgId,
    pub customer_id: CustomerId,
    pub conversation_id: ConversationId,
    pub token_digest: Vec<u8>,
    pub source_ip: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_chat_session(conn: &mut Connection, row: &ChatSessionRow) -> Result<()> {
    diesel::insert_into(chat_sessions::table).values(row).execute(conn).await?;
    Ok(())
}

pub async fn find_chat_session(
    conn: &mut Connection,
    token_digest: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<ChatSessionRow>> {
    chat_sessions::table
        .filter(chat_sessions::token_digest.eq(token_digest))
        .filter(chat_sessions::expires_at.gt(now))
        .select(ChatSessionRow::as_select())
        .first(conn)
        .await
        .optional_row()
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = queues, check_for_backend(diesel::pg::Pg))]
pub struct QueueRow {
    pub id: QueueId,
    pub org_id: OrgId,
    pub code: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
}

pub async fn insert_queue(conn: &mut Connection, row: &QueueRow) -> Result<()> {
    diesel::insert_into(queues::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    Ok(())
}

/// The organisation's queues, oldest first; the first one is where hand-overs go.
pub async fn queues_of(conn: &mut Connection, org: OrgId) -> Result<Vec<QueueRow>> {
    Ok(queues::table
        .filter(queues::org_id.eq(org))
        .order((queues::created_at, queues::id))
        .select(QueueRow::as_select())
        .load(conn)
        .await?)
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agent_states, check_for_backend(diesel::pg::Pg))]
pub struct AgentStateRow {
    pub account_id: AccountId,
    pub org_id: OrgId,
    pub queue_id: QueueId,
    pub state: String,
    pub capacity: i32,
    pub since: DateTime<Utc>,
    pub last_assigned_at: Option<DateTime<Utc>>,
}

pub async fn agent_state(conn: &mut Connection, account: AccountId) -> Result<Option<AgentStateRow>> {
    agent_states::table.find(account).select(AgentStateRow::as_select()).for_update().first(conn).await.optional_row()
}

pub async fn put_agent_state(conn: &mut Connection, row: &AgentStateRow) -> Result<()> {
    diesel::insert_into(agent_states::table)
        .values(row)
        .on_conflict(agent_states::account_id)
        .do_update()
        .set(row)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether this agent has this conversation in hand.
pub async fn is_in_hand(conn: &mut Connection, agent: AccountId, id: ConversationId) -> Result<bool> {
    let n: i64 = conversations::table
        .filter(conversations::id.eq(id))
        .filter(conversations::agent_id.eq(agent))
        .filter(conversations::state.eq("active"))
        .count()
        .get_result(conn)
        .await?;
    Ok(n > 0)
}

/// Conversations that this agent has in hand.
pub async fn active_count(conn: &mut Connection, agent: AccountId) -> Result<i64> {
    Ok(conversations::table
        .filter(conversations::agent_id.eq(agent))
        .filter(conversations::state.eq("active"))
        .count()
        .get_result(conn)
        .await?)
}

/// The conversation that has waited longest in this queue, locked; one that another node is assigning is passed over.
pub async fn longest_waiting(conn: &mut Connection, queue: QueueId) -> Result<Option<ConversationRow>> {
    conversations::table
        .filter(conversations::queue_id.eq(queue))
        .filter(conversations::state.eq("queued"))
        .order((conversations::queued_at, conversations::id))
        .select(ConversationRow::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional_row()
}

/// Agents of a queue who said that they are ready, locked, those who have waited longest for work first.
pub async fn ready_agents(conn: &mut Connection, queue: QueueId) -> Result<Vec<AgentStateRow>> {
    Ok(agent_states::table
        .filter(agent_states::queue_id.eq(queue))
        .filter(agent_states::state.eq("ready"))
        .order((agent_states::last_assigned_at.asc().nulls_first(), agent_states::since, agent_states::account_id))
        .select(AgentStateRow::as_select())
        .for_update()
        .load(conn)
        .await?)
}

/// How many wait in a queue and since when the first does.
pub async fn waiting(conn: &mut Connection, queue: QueueId) -> Result<(i64, Option<DateTime<Utc>>)> {
    Ok(conversations::table
        .filter(conversations::queue_id.eq(queue))
        .filter(conversations::state.eq("queued"))
        .select((diesel::dsl::count_star(), diesel::dsl::min(conversations::queued_at)))
        .first(conn)
        .await?)
}

/// How many wait before this one, itself included.
pub async fn position_in_queue(conn: &mut Connection, queue: QueueId, queued_at: DateTime<Utc>) -> Result<i64> {
    Ok(conversations::table
        .filter(conversations::queue_id.eq(queue))
        .filter(conversations::state.eq("queued"))
        .filter(conversations::queued_at.le(queued_at))
        .count()
        .get_result(conn)
        .await?)
}

/// Conversations that are not closed, by state; for the gauges.
pub async fn counts(conn: &mut Connection) -> Result<Vec<(String, i64)>> {
    Ok(conversations::table
        .filter(conversations::state.ne("closed"))
        .group_by(conversations::state)
        .select((conversations::state, diesel::dsl::count_star()))
        .load(conn)
        .await?)
}

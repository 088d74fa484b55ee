//! What other nouns and the search index take from conversations.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::customers;
use crate::db::ids::{AccountId, ConversationId, CustomerId, DataKeyId, MessageId};
use crate::db::{Connection, KeyStore};
use crate::error::{ErrorCode, Result};
use crate::eventlog::Event;
use crate::identity::Principal;
use crate::replica::{Change, Page, Source, Text};
use crate::search::Kind;
use crate::transaction::Tx;

use super::model::{AuthorKind, MessageKind, State};
use super::service;
use super::store;
use super::views::MessageEvent;

/// Messages that one page of a rebuild reads.
const PAGE: i64 = 500;
/// What is worth finding: words of a person, answers of the bot and names of files, not the program's own set phrases.
const FOUND_KINDS: [MessageKind; 3] = [MessageKind::Text, MessageKind::Answer, MessageKind::Attachment];

/// Whose a conversation is.
#[derive(Debug, Clone)]
pub struct Holder {
    pub customer_id: CustomerId,
    /// Who has it in hand, or had it when it was closed.
    pub agent_id: Option<AccountId>,
}

/// Whose a conversation of the caller's organisation is, for what another noun makes from it.
pub async fn holder_of(tx: &mut Tx, id: ConversationId) -> Result<Holder> {
    let org = tx.caller().org_id;
    let row = store::find(tx.conn(), org, id).await?;
    Ok(Holder { customer_id: row.customer_id, agent_id: row.agent_id })
}

/// A conversation with everything that was said in it, in clear.
#[derive(Debug, Clone)]
pub struct Said {
    pub state: State,
    pub customer_id: CustomerId,
    pub agent_id: Option<AccountId>,
    /// The key that the conversation's content is sealed under: what quotes it is sealed under the same, and goes with it.
    pub data_key_id: DataKeyId,
    pub opened_at: DateTime<Utc>,
    pub assigned_at: Option<DateTime<Utc>>,
    /// In order. The name of a file is not something that was said.
    pub messages: Vec<SaidMessage>,
}

#[derive(Debug, Clone)]
pub struct SaidMessage {
    pub id: MessageId,
    pub author: AuthorKind,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// What was said in a conversation of the caller's organisation, inside the caller's act, who answers for permission and record.
pub async fn said_in(tx: &mut Tx, id: ConversationId) -> Result<Said> {
    let org = tx.caller().org_id;
    let row = store::find(tx.conn(), org, id).await?;
    let stored = store::messages_after(tx.conn(), id, 0, i64::MAX).await?;
    let key = tx.load_key(row.data_key_id).await?;
    let mut messages = Vec::with_capacity(stored.len());
    for m in stored {
        if m.kind == MessageKind::Attachment.as_str() {
            continue;
        }
        let author = AuthorKind::parse(&m.author_kind)?;
        let body = store::open(&key, "messages", "body", m.id.0, &m.body)?;
        messages.push(SaidMessage { id: m.id, author, body, at: m.created_at });
    }
    Ok(Said {
        state: State::parse(&row.state)?,
        customer_id: row.customer_id,
        agent_id: row.agent_id,
        data_key_id: row.data_key_id,
        opened_at: row.opened_at,
        assigned_at: row.assigned_at,
        messages,
    })
}

/// A message that a search found, in clear.
#[derive(Debug, Clone)]
pub struct FoundMessage {
    pub conversation_id: ConversationId,
    /// As staff see it: masked.
    pub customer_name: String,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// A message for somebody who searches; `None` when it is gone or not his to read.
pub async fn find_message(tx: &mut Tx, who: &Principal, id: MessageId) -> Result<Option<FoundMessage>> {
    let Some((message, conversation)) = store::message_in(tx.conn(), who.org_id, id).await? else { return Ok(None) };
    if !service::may_read(who, &conversation) {
        return Ok(None);
    }
    let Some(key) = tx.load_key_unless_destroyed(conversation.data_key_id).await? else { return Ok(None) };
    Ok(Some(FoundMessage {
        conversation_id: conversation.id,
        customer_name: customers::load(tx, conversation.customer_id).await?.view().display_name,
        body: store::open(&key, "messages", "body", id.0, &message.body)?,
        at: message.created_at,
    }))
}

/// Messages as the search index takes them. A message never changes, so its event says everything.
pub struct MessageTexts;

#[async_trait]
impl Source for MessageTexts {
    async fn count(&self, conn: &mut Connection) -> Result<i64> {
        store::count_messages(conn, &FOUND_KINDS.map(MessageKind::as_str)).await
    }

    async fn page(&self, conn: &mut Connection, keys: &KeyStore, after: Option<Uuid>) -> Result<Page> {
        let kinds = FOUND_KINDS.map(MessageKind::as_str);
        let rows = store::all_messages_after(conn, &kinds, after.map(MessageId), PAGE).await?;
        let next = rows.last().map(|(m, _)| m.id.0);
        let mut texts = Vec::with_capacity(rows.len());
        for (m, key_id) in rows {
            let key = match keys.load(conn, key_id).await {
                Ok(key) => key,
                Err(e) if e.code() == ErrorCode::KeyDestroyed => continue,
                Err(e) => return Err(e),
            };
            texts.push(Text {
                id: m.id.0,
                kind: Kind::Message,
                org_id: m.org_id,
                parent_id: Some(m.conversation_id.0),
                title: String::new(),
                body: store::open(&key, "messages", "body", m.id.0, &m.body)?,
                at: m.created_at,
            });
        }
        Ok(Page { texts, next })
    }

    async fn texts_under(&self, conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<Uuid>> {
        store::messages_under(conn, keys).await
    }

    async fn change(&self, _: &mut Connection, _: &KeyStore, event: &Event) -> Result<Change> {
        if event.kind != "conversation.message_posted" {
            return Ok(Change::default());
        }
        let MessageEvent { message, .. } = event.payload_as()?;
        if !FOUND_KINDS.contains(&message.kind) {
            return Ok(Change::default());
        }
        let text = Text {
            id: message.id.0,
            kind: Kind::Message,
            org_id: event.org_id,
            parent_id: Some(message.conversation_id.0),
            title: String::new(),
            body: message.body,
            at: message.at,
        };
        Ok(Change { upsert: vec![text], delete: Vec::new() })
    }
}

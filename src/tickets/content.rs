//! What the search index takes from tickets.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::ids::{DataKeyId, TicketId};
use crate::db::{Connection, KeyStore};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{Event, Topic};
use crate::identity::Principal;
use crate::replica::{Change, Page, Source, Text};
use crate::search::Kind;
use crate::transaction::Tx;

use super::model::EntryKind;
use super::service;
use super::store::{self, TicketRow, entry_place, ticket_place};

/// Tickets that one page of a rebuild reads.
const PAGE: i64 = 200;

/// A ticket that a search found, in clear.
#[derive(Debug, Clone)]
pub struct FoundTicket {
    pub number: String,
    pub subject: String,
    /// Description and comments.
    pub body: String,
    pub at: DateTime<Utc>,
}

/// A ticket for somebody who searches; `None` when it is gone or not his to see.
pub async fn find_text(tx: &mut Tx, who: &Principal, id: TicketId) -> Result<Option<FoundTicket>> {
    let Some(row) = store::any(tx.conn(), id).await? else { return Ok(None) };
    if row.org_id != who.org_id || !service::sees(who, &row)? {
        return Ok(None);
    }
    let number = row.number.clone();
    let (conn, keys) = tx.conn_and_keys();
    let text = text_of(conn, keys, row).await?;
    Ok(text.map(|t| FoundTicket { number, subject: t.title, body: t.body, at: t.at }))
}

/// A ticket's words: its subject as title; description and comments as body.
async fn text_of(conn: &mut Connection, keys: &KeyStore, row: TicketRow) -> Result<Option<Text>> {
    let key = match keys.load(conn, row.data_key_id).await {
        Ok(key) => key,
        Err(e) if e.code() == ErrorCode::KeyDestroyed => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut body = key.open_text(&ticket_place("description", row.id), &row.description)?;
    for entry in store::entries_of(conn, row.id).await? {
        if entry.kind == EntryKind::Assignment.as_str() {
            continue;
        }
        if let Some(comment) = &entry.body {
            body.push('\n');
            body.push_str(&key.open_text(&entry_place(entry.id), comment)?);
        }
    }
    Ok(Some(Text {
        id: row.id.0,
        kind: Kind::Ticket,
        org_id: row.org_id,
        parent_id: row.conversation_id.map(|c| c.0),
        title: key.open_text(&ticket_place("subject", row.id), &row.subject)?,
        body,
        at: row.created_at,
    }))
}

/// Tickets as the search index takes them.
pub struct TicketTexts;

#[async_trait]
impl Source for TicketTexts {
    async fn count(&self, conn: &mut Connection) -> Result<i64> {
        store::count_all(conn).await
    }

    async fn page(&self, conn: &mut Connection, keys: &KeyStore, after: Option<Uuid>) -> Result<Page> {
        let rows = store::all_after(conn, after.map(TicketId), PAGE).await?;
        let next = rows.last().map(|row| row.id.0);
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            texts.extend(text_of(conn, keys, row).await?);
        }
        Ok(Page { texts, next })
    }

    async fn texts_under(&self, conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<Uuid>> {
        store::tickets_under(conn, keys).await
    }

    async fn change(&self, conn: &mut Connection, keys: &KeyStore, event: &Event) -> Result<Change> {
        if event.topic != Topic::Tickets {
            return Ok(Change::default());
        }
        let row = store::any(conn, TicketId(event.aggregate_id)).await?;
        let text = match row {
            Some(row) => text_of(conn, keys, row).await?,
            None => None,
        };
        let delete = if text.is_none() { vec![event.aggregate_id] } else { Vec::new() };
        Ok(Change { upsert: text.into_iter().collect(), delete })
    }
}

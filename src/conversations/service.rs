//! What staff do with conversations, and the steps that all sides share: posting a message, changing state, telling the event log.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use guitai_language::mask;

use crate::audit::{Action, AuditDraft, Object};
use crate::crypto::DataKey;
use crate::customers;
use crate::db::SealedBytes;
use crate::db::ids::{AccountId, AttachmentId, ConversationId, DataKeyId, MessageId};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{EventDraft, Topic};
use crate::identity::{Permission, Principal};
use crate::transaction::{Transactions, Tx};
use crate::vault::Sealed;
use crate::web::{Cursor, DESTROYED_TEXT, Page};

use super::attachments::{self, AttachmentRow};
use super::model::{AuthorKind, MAX_BODY, MAX_SUMMARY, MessageKind, State, check_body, check_client_id};
use super::routing;
use super::store::{self, CitationRow, ConversationRow, Filter, MessageRow};
use super::views::{
    AgentView, AuthorView, CitationView, ConversationView, MessageEvent, MessageView, QueueRef, StateEvent,
};

/// How many messages one read returns at most.
const MAX_MESSAGES: i64 = 500;
/// Characters of the preview in a list.
const PREVIEW_CHARS: usize = 60;

/// What a list of conversations is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub state: Option<State>,
    pub mine: bool,
    pub limit: i64,
    pub after: Option<Cursor>,
}

/// Use cases of staff.
#[derive(Clone)]
pub struct Conversations {
    transactions: Transactions,
}

/// A message about to be posted.
pub(super) struct NewMessage<'a> {
    pub author: AuthorKind,
    pub author_id: Option<AccountId>,
    pub author_name: &'a str,
    pub kind: MessageKind,
    pub body: &'a str,
    pub client_id: Option<String>,
    pub citations: Vec<CitationView>,
    pub attachment: Option<NewAttachment>,
}

/// A file that lies sealed in the vault and is about to get its message.
pub(super) struct NewAttachment {
    pub id: AttachmentId,
    pub key: DataKeyId,
    pub media_type: &'static str,
    /// Width and height of a picture, in pixels.
    pub size: Option<(i32, i32)>,
    pub sealed: Sealed,
}

impl<'a> NewMessage<'a> {
    /// A notice of the program itself.
    pub fn notice(body: &'a str) -> Self {
        Self {
            author: AuthorKind::System,
            author_id: None,
            author_name: "系统",
            kind: MessageKind::Notice,
            body,
            client_id: None,
            citations: Vec::new(),
            attachment: None,
        }
    }
}

impl Conversations {
    pub fn new(transactions: Transactions) -> Self {
        Self { transactions }
    }

    /// Conversations that this person may see, latest first: an agent his own and what waits, a supervisor or inspector all.
    pub async fn list(&self, who: &Principal, filter: ListFilter) -> Result<Page<ConversationView>> {
        let (who, attempt) = (who.clone(), AuditDraft::new(Action::ConversationList));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let caller = who.require(Permission::ConversationRead)?.clone();
                let narrow = Filter {
                    state: filter.state.map(State::as_str),
                    agent: filter.mine.then_some(who.account_id),
                    visible_to: (!who.may(Permission::ConversationReadAll)).then_some(who.account_id),
                    after: filter.after,
                };
                let rows = store::list(tx.conn(), caller.org_id, &narrow, filter.limit).await?;
                let page = Page::cut(rows, filter.limit, |r| Cursor { at: r.last_message_at, id: r.id.0 });
                tx.detail("rows", page.items.len());
                let items = views_of(tx, &page.items).await?;
                Ok(Page { items, next_cursor: page.next_cursor })
            })
            .await
    }

    pub async fn get(&self, who: &Principal, id: ConversationId) -> Result<ConversationView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::ConversationRead).on(Object::new("conversation", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let row = readable(tx, &who, id).await?;
                view_of(tx, row).await
            })
            .await
    }

    /// Messages after `after`, in order. Reading them is audited like a change.
    pub async fn messages(
        &self,
        who: &Principal,
        id: ConversationId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<MessageView>> {
        let who = who.clone();
        let attempt =
            AuditDraft::new(Action::ConversationRead).on(Object::new("conversation", id)).detail("after", after);
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                if after < 0 || limit < 1 {
                    return Err(ErrorCode::InvalidParameter.because("after, limit"));
                }
                let row = readable(tx, &who, id).await?;
                let messages = messages_of(tx, &row, after, limit.min(MAX_MESSAGES)).await?;
                tx.detail("messages", messages.len());
                Ok(messages)
            })
            .await
    }

    /// An agent writes to the customer. The same client id again returns the same message and `false`.
    pub async fn post(
        &self,
        who: &Principal,
        id: ConversationId,
        client_id: &str,
        body: &str,
    ) -> Result<(MessageView, bool)> {
        let (who, client_id, body) = (who.clone(), client_id.to_owned(), body.to_owned());
        let attempt = AuditDraft::new(Action::MessagePost).on(Object::new("conversation", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let caller = who.require(Permission::ConversationReply)?.clone();
                let client_id = check_client_id(&client_id)?;
                let body = check_body(&body, MAX_BODY, "body")?;
                let mut row = store::lock(tx.conn(), caller.org_id, id).await?;
                tx.customer(row.customer_id);
                must_have_in_hand(&who, &row)?;
                if let Some(known) =
                    store::find_by_client_id(tx.conn(), id, AuthorKind::Agent.as_str(), &client_id).await?
                {
                    tx.detail("repeated", true);
                    return Ok((message_view(tx, &row, known).await?, false));
                }
                let message = NewMessage {
                    author: AuthorKind::Agent,
                    author_id: Some(who.account_id),
                    author_name: &who.display_name,
                    kind: MessageKind::Text,
                    body: &body,
                    client_id: Some(client_id),
                    citations: Vec::new(),
                    attachment: None,
                };
                let view = post(tx, &mut row, message).await?;
                store::update(tx.conn(), &row).await?;
                Ok((view, true))
            })
            .await
    }

    /// An agent takes a waiting conversation himself.
    pub async fn accept(&self, who: &Principal, id: ConversationId) -> Result<ConversationView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::ConversationAssign).on(Object::new("conversation", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let caller = who.require(Permission::ConversationReply)?.clone();
                let row = store::lock(tx.conn(), caller.org_id, id).await?;
                tx.customer(row.customer_id);
                let row = routing::assign(tx, row, who.account_id, &who.display_name).await?;
                view_of(tx, row).await
            })
            .await
    }

    /// The agent ends the conversation with a summary of it.
    pub async fn close(&self, who: &Principal, id: ConversationId, summary: &str) -> Result<ConversationView> {
        let (who, summary) = (who.clone(), summary.to_owned());
        let attempt = AuditDraft::new(Action::ConversationClose).on(Object::new("conversation", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let caller = who.require(Permission::ConversationReply)?.clone();
                let summary = check_body(&summary, MAX_SUMMARY, "summary")?;
                let mut row = store::lock(tx.conn(), caller.org_id, id).await?;
                tx.customer(row.customer_id);
                must_have_in_hand(&who, &row)?;
                let key = tx.load_key(row.data_key_id).await?;
                row.summary = Some(store::seal(&key, "conversations", "summary", id.0, &summary)?);
                close(tx, &mut row, "本次会话已由坐席结束，感谢您的咨询。").await?;
                routing::request(tx, &row).await?;
                view_of(tx, row).await
            })
            .await
    }
}

/// The conversation, if this person may read it: his own, a waiting one, or any with the wider right.
pub(super) async fn readable(tx: &mut Tx, who: &Principal, id: ConversationId) -> Result<ConversationRow> {
    let caller = who.require(Permission::ConversationRead)?.clone();
    let row = store::find(tx.conn(), caller.org_id, id).await?;
    tx.customer(row.customer_id);
    if may_read(who, &row) { Ok(row) } else { Err(ErrorCode::Forbidden.because("conversation")) }
}

/// Whether this person may read the conversation.
pub(super) fn may_read(who: &Principal, row: &ConversationRow) -> bool {
    let own = row.agent_id == Some(who.account_id) || (row.agent_id.is_none() && row.state == State::Queued.as_str());
    who.may(Permission::ConversationRead) && (own || who.may(Permission::ConversationReadAll))
}

pub(super) fn must_have_in_hand(who: &Principal, row: &ConversationRow) -> Result<()> {
    match State::parse(&row.state)? {
        State::Closed => Err(ErrorCode::ConversationClosed.into()),
        State::Active if row.agent_id == Some(who.account_id) => Ok(()),
        State::Active => Err(ErrorCode::Forbidden.because("conversation of another agent")),
        State::Bot | State::Queued => {
            Err(ErrorCode::TransitionNotAllowed.because("the conversation is not in your hands"))
        }
    }
}

/// Writes one message under the conversation's row lock and tells the event log. The caller writes `row` back.
pub(super) async fn post(tx: &mut Tx, row: &mut ConversationRow, new: NewMessage<'_>) -> Result<MessageView> {
    let key = tx.load_key(row.data_key_id).await?;
    let (id, now) = (MessageId::fresh(), tx.now());
    row.last_seq += 1;
    row.last_message_at = now;
    let stored = MessageRow {
        id,
        org_id: row.org_id,
        conversation_id: row.id,
        seq: row.last_seq,
        author_kind: new.author.as_str().to_owned(),
        author_id: new.author_id,
        kind: new.kind.as_str().to_owned(),
        body: store::seal(&key, "messages", "body", id.0, new.body)?,
        client_id: new.client_id.clone(),
        created_at: now,
    };
    store::insert_message(tx.conn(), &stored).await?;
    let mut citations = Vec::with_capacity(new.citations.len());
    for (ordinal, c) in (0..).zip(&new.citations) {
        citations.push(CitationRow {
            message_id: id,
            org_id: row.org_id,
            ordinal,
            article_id: c.article_id,
            article_version: c.version,
            title: store::seal(&key, "message_citations", "title", id.0, &c.title)?,
            quote: store::seal(&key, "message_citations", "quote", id.0, &c.quote)?,
        });
    }
    if !citations.is_empty() {
        store::insert_citations(tx.conn(), &citations).await?;
    }
    let attachment = match new.attachment {
        None => None,
        Some(a) => {
            let attachment = attachment_row(row, id, a, now)?;
            attachments::insert(tx.conn(), &attachment).await?;
            Some(attachment.view())
        }
    };
    let view = MessageView {
        id,
        conversation_id: row.id,
        seq: row.last_seq,
        author: AuthorView { kind: new.author, id: new.author_id, name: new.author_name.to_owned() },
        kind: new.kind,
        body: new.body.to_owned(),
        ai: new.author == AuthorKind::Bot,
        citations: new.citations,
        attachment,
        client_id: new.client_id,
        at: now,
    };
    let payload = MessageEvent { message: view.clone(), state: State::parse(&row.state)?, agent_id: row.agent_id };
    publish(tx, row, "conversation.message_posted", &payload, &key).await?;
    Ok(view)
}

fn attachment_row(
    row: &ConversationRow,
    message_id: MessageId,
    new: NewAttachment,
    now: DateTime<Utc>,
) -> Result<AttachmentRow> {
    Ok(AttachmentRow {
        id: new.id,
        org_id: row.org_id,
        conversation_id: row.id,
        message_id,
        data_key_id: new.key,
        media_type: new.media_type.to_owned(),
        bytes: i64::try_from(new.sealed.bytes).map_err(|e| ErrorCode::Internal.caused_by(e))?,
        width: new.size.map(|(width, _)| width),
        height: new.size.map(|(_, height)| height),
        digest_sm3: new.sealed.digest_sm3.to_vec(),
        created_at: now,
    })
}

/// Moves the conversation to its end.
pub(super) async fn close(tx: &mut Tx, row: &mut ConversationRow, notice: &str) -> Result<()> {
    State::parse(&row.state)?.to(State::Closed)?;
    post(tx, row, NewMessage::notice(notice)).await?;
    row.state = State::Closed.as_str().to_owned();
    row.closed_at = Some(tx.now());
    store::update(tx.conn(), row).await?;
    publish_state(tx, row, "conversation.closed", None).await
}

/// Tells the event log of a change of state.
pub(super) async fn publish_state(
    tx: &mut Tx,
    row: &ConversationRow,
    kind: &'static str,
    agent_name: Option<String>,
) -> Result<()> {
    let key = tx.load_key(row.data_key_id).await?;
    let payload = StateEvent {
        conversation_id: row.id,
        state: State::parse(&row.state)?,
        queue_id: row.queue_id,
        agent_id: row.agent_id,
        agent_name,
    };
    publish(tx, row, kind, &payload, &key).await
}

async fn publish(
    tx: &mut Tx,
    row: &ConversationRow,
    kind: &'static str,
    payload: &impl serde::Serialize,
    key: &Arc<DataKey>,
) -> Result<()> {
    let event = EventDraft::new(Topic::Conversations, kind, "conversation", row.id, payload)?;
    tx.publish(&event, key).await?;
    Ok(())
}

/// Messages in clear, with their citations and authors' names.
pub(super) async fn messages_of(
    tx: &mut Tx,
    row: &ConversationRow,
    after: i64,
    limit: i64,
) -> Result<Vec<MessageView>> {
    let stored = store::messages_after(tx.conn(), row.id, after, limit).await?;
    open_messages(tx, row, stored).await
}

pub(super) async fn message_view(tx: &mut Tx, row: &ConversationRow, stored: MessageRow) -> Result<MessageView> {
    let mut views = open_messages(tx, row, vec![stored]).await?;
    views.pop().ok_or_else(|| ErrorCode::Internal.because("message"))
}

async fn open_messages(tx: &mut Tx, row: &ConversationRow, stored: Vec<MessageRow>) -> Result<Vec<MessageView>> {
    let key = tx.load_key(row.data_key_id).await?;
    let ids: Vec<MessageId> = stored.iter().map(|m| m.id).collect();
    let mut citations = store::citations_of(tx.conn(), &ids).await?;
    let attached = attachments::of_messages(tx.conn(), &ids).await?;
    let authors: Vec<AccountId> = stored.iter().filter_map(|m| m.author_id).collect();
    let names = store::names_of(tx.conn(), &authors).await?;
    let mut views = Vec::with_capacity(stored.len());
    for m in stored {
        let author = AuthorKind::parse(&m.author_kind)?;
        let name = match author {
            AuthorKind::Customer => "客户".to_owned(),
            AuthorKind::Bot => "智能客服".to_owned(),
            AuthorKind::System => "系统".to_owned(),
            AuthorKind::Agent => name_in(&names, m.author_id),
        };
        let mine: Vec<CitationRow> = citations.extract_if(.., |c| c.message_id == m.id).collect();
        let mut cited = Vec::with_capacity(mine.len());
        for c in mine {
            cited.push(CitationView {
                article_id: c.article_id,
                version: c.article_version,
                title: store::open(&key, "message_citations", "title", m.id.0, &c.title)?,
                quote: store::open(&key, "message_citations", "quote", m.id.0, &c.quote)?,
            });
        }
        views.push(MessageView {
            id: m.id,
            conversation_id: m.conversation_id,
            seq: m.seq,
            author: AuthorView { kind: author, id: m.author_id, name },
            kind: MessageKind::parse(&m.kind)?,
            body: store::open(&key, "messages", "body", m.id.0, &m.body)?,
            ai: author == AuthorKind::Bot,
            citations: cited,
            attachment: attached.iter().find(|a| a.message_id == m.id).map(AttachmentRow::view),
            client_id: m.client_id,
            at: m.created_at,
        });
    }
    Ok(views)
}

fn name_in(names: &[(AccountId, String)], id: Option<AccountId>) -> String {
    names.iter().find(|(n, _)| Some(*n) == id).map_or_else(|| "坐席".to_owned(), |(_, name)| name.clone())
}

pub(super) async fn view_of(tx: &mut Tx, row: ConversationRow) -> Result<ConversationView> {
    let mut views = views_of(tx, &[row]).await?;
    views.pop().ok_or_else(|| ErrorCode::Internal.because("conversation"))
}

/// Conversations as staff see them: customers masked, a short preview with numbers masked.
async fn views_of(tx: &mut Tx, rows: &[ConversationRow]) -> Result<Vec<ConversationView>> {
    let agents: Vec<AccountId> = rows.iter().filter_map(|r| r.agent_id).collect();
    let names = store::names_of(tx.conn(), &agents).await?;
    let org = tx.caller().org_id;
    let queues = store::queues_of(tx.conn(), org).await?;
    let last = store::last_messages(tx.conn(), rows).await?;
    let mut views = Vec::with_capacity(rows.len());
    for r in rows {
        let key = tx.load_key_unless_destroyed(r.data_key_id).await?;
        let own = |column: &'static str, stored: &Option<SealedBytes>| -> Result<Option<String>> {
            let both = key.as_ref().zip(stored.as_ref());
            both.map(|(key, stored)| store::open(key, "conversations", column, r.id.0, stored)).transpose()
        };
        let preview = match (last.iter().find(|m| m.conversation_id == r.id), &key) {
            (None, _) => String::new(),
            (Some(_), None) => DESTROYED_TEXT.to_owned(),
            (Some(m), Some(key)) => preview(m, &store::open(key, "messages", "body", m.id.0, &m.body)?),
        };
        let (summary, page_url) = (own("summary", &r.summary)?, own("page_url", &r.page_url)?);
        let customer = customers::load(tx, r.customer_id).await?.view();
        views.push(ConversationView {
            id: r.id,
            state: State::parse(&r.state)?,
            channel: r.channel.clone(),
            customer,
            agent: r.agent_id.map(|id| AgentView { id, display_name: name_in(&names, Some(id)) }),
            queue: r
                .queue_id
                .and_then(|id| queues.iter().find(|q| q.id == id))
                .map(|q| QueueRef { id: q.id, name: q.name.clone() }),
            handoff_reason: r.handoff_reason.as_deref().map(super::model::HandOffReason::parse).transpose()?,
            opened_at: r.opened_at,
            queued_at: r.queued_at,
            assigned_at: r.assigned_at,
            closed_at: r.closed_at,
            last_message_at: r.last_message_at,
            last_seq: r.last_seq,
            preview,
            summary,
            page_url,
        });
    }
    Ok(views)
}

/// The beginning of a message with numbers masked. A file says that it is one; the ending of its name fits its content.
fn preview(row: &MessageRow, body: &str) -> String {
    let mark = if row.kind == MessageKind::Attachment.as_str() {
        if body.to_lowercase().ends_with(".pdf") { "[文件] " } else { "[图片] " }
    } else {
        ""
    };
    mark.chars().chain(mask::text(body).chars()).take(PREVIEW_CHARS).collect()
}

//! The customer's side: a browser opens a chat, resumes it by its cookie, writes, asks for a person, leaves.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::audit::{Action, ActorKind, AuditDraft, Caller, Object};
use crate::crypto::{random, sm3};
use crate::customers::{self, NewCustomer};
use crate::db::Scope;
use crate::db::ids::{ConversationId, CustomerId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::jobs::{NewJob, Priority};
use crate::transaction::{Transactions, Tx};
use crate::web::RequestInfo;

use super::bot::{BOT_TURN_JOB, TurnPayload};
use super::model::{
    AI_NOTICE, AI_NOTICE_VERSION, AuthorKind, HandOffReason, MAX_BODY, MessageKind, State, check_body, check_client_id,
    check_page_url,
};
use super::routing;
use super::service::{self, NewMessage};
use super::store::{self, ChatSessionRow, ConversationRow};
use super::views::MessageView;

/// The customer's cookie. HttpOnly; the token is 256 random bits and only its SM3 digest is stored.
pub const CHAT_COOKIE: &str = "guitai_chat";
/// How long a browser can come back to its conversation.
const CHAT_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Messages sent with a welcome.
const HISTORY: i64 = 200;

/// A customer's browser, known by its cookie.
#[derive(Debug, Clone)]
pub struct ChatPrincipal {
    pub customer_id: CustomerId,
    pub conversation_id: ConversationId,
    pub caller: Caller,
}

/// What a page says of its visitor.
#[derive(Debug, Clone, Default)]
pub struct NewChat {
    pub customer: NewCustomer,
    /// The page that the widget stands on.
    pub page_url: Option<String>,
}

/// A chat, newly opened or taken up again.
#[derive(Debug, Clone)]
pub struct OpenedChat {
    pub conversation_id: ConversationId,
    pub resumed: bool,
    /// The cookie's value, when a new one is to be set.
    pub token: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// Where a customer's conversation stands.
#[derive(Debug, Clone)]
pub struct ChatStanding {
    pub state: State,
    pub agent_name: Option<String>,
    pub queue_position: Option<i64>,
}

/// Use cases of customers.
#[derive(Clone)]
pub struct Chat {
    transactions: Transactions,
    org_id: OrgId,
}

impl Chat {
    /// `org_id` is the organisation whose page this zone serves.
    pub fn new(transactions: Transactions, org_id: OrgId) -> Self {
        Self { transactions, org_id }
    }

    /// Takes up the open conversation behind `token`, or opens a new one.
    pub async fn open(&self, token: Option<&str>, new: NewChat, info: &RequestInfo) -> Result<OpenedChat> {
        if let Some(token) = token
            && let Some((row, session)) = self.session(token).await?
            && row.state != State::Closed.as_str()
        {
            return Ok(OpenedChat {
                conversation_id: row.id,
                resumed: true,
                token: None,
                expires_at: session.expires_at,
            });
        }
        let caller = customer_caller(self.org_id, None, info);
        let source_ip = info.source_ip.clone();
        self.transactions
            .perform(&caller, AuditDraft::new(Action::ConversationOpen), async |tx: &mut Tx| {
                let customer = customers::register(tx, new.customer).await?;
                tx.customer(customer.id);
                let row = self.insert(tx, customer.id, new.page_url).await?;
                let token = random::token()?;
                let session = ChatSessionRow {
                    id: Uuid::now_v7(),
                    org_id: row.org_id,
                    customer_id: customer.id,
                    conversation_id: row.id,
                    token_digest: sm3::digest(token.as_bytes()).to_vec(),
                    source_ip,
                    created_at: tx.now(),
                    expires_at: tx.now() + CHAT_LIFETIME,
                };
                store::insert_chat_session(tx.conn(), &session).await?;
                Ok(OpenedChat {
                    conversation_id: row.id,
                    resumed: false,
                    token: Some(token),
                    expires_at: session.expires_at,
                })
            })
            .await
    }

    async fn insert(&self, tx: &mut Tx, customer_id: CustomerId, page_url: Option<String>) -> Result<ConversationRow> {
        let page_url = page_url.as_deref().map(check_page_url).transpose()?;
        let key = tx.create_key(Scope::Conversation).await?;
        let (id, now) = (ConversationId::fresh(), tx.now());
        let mut row = ConversationRow {
            id,
            org_id: self.org_id,
            customer_id,
            data_key_id: crate::db::ids::DataKeyId(key.id()),
            channel: "web".to_owned(),
            state: State::Bot.as_str().to_owned(),
            queue_id: None,
            agent_id: None,
            handoff_reason: None,
            refusals_in_a_row: 0,
            last_seq: 0,
            notice_version: AI_NOTICE_VERSION.to_owned(),
            opened_at: now,
            queued_at: None,
            assigned_at: None,
            closed_at: None,
            last_message_at: now,
            summary: None,
            page_url: page_url.map(|url| store::seal(&key, "conversations", "page_url", id.0, &url)).transpose()?,
        };
        tx.on(Object::new("conversation", row.id));
        store::insert(tx.conn(), &row).await?;
        service::publish_state(tx, &row, "conversation.opened", None).await?;
        service::post(tx, &mut row, NewMessage::notice(AI_NOTICE)).await?;
        store::update(tx.conn(), &row).await?;
        Ok(row)
    }

    /// Who is behind this cookie.
    pub async fn principal(&self, token: &str, info: &RequestInfo) -> Result<ChatPrincipal> {
        let (row, session) = self.session(token).await?.ok_or(ErrorCode::NotSignedIn)?;
        Ok(ChatPrincipal {
            customer_id: session.customer_id,
            conversation_id: row.id,
            caller: customer_caller(self.org_id, Some(session.customer_id), info),
        })
    }

    async fn session(&self, token: &str) -> Result<Option<(ConversationRow, ChatSessionRow)>> {
        let mut conn = self.transactions.db().connection().await?;
        let digest = sm3::digest(token.as_bytes());
        let Some(session) = store::find_chat_session(&mut conn, &digest, self.transactions.now()).await? else {
            return Ok(None);
        };
        let row = store::find(&mut conn, session.org_id, session.conversation_id).await?;
        Ok(Some((row, session)))
    }

    /// The conversation's standing and what was said after `after`. The customer reads his own words; this is audited as his reading.
    pub async fn history(&self, who: &ChatPrincipal, after: i64) -> Result<(ChatStanding, Vec<MessageView>)> {
        let id = who.conversation_id;
        let attempt = AuditDraft::new(Action::ConversationRead)
            .on(Object::new("conversation", id))
            .customer(who.customer_id)
            .detail("after", after);
        self.transactions
            .perform(&who.caller, attempt, async |tx: &mut Tx| {
                let org = tx.caller().org_id;
                let row = store::find(tx.conn(), org, id).await?;
                let messages = service::messages_of(tx, &row, after, HISTORY).await?;
                let standing = standing(tx, &row).await?;
                Ok((standing, messages.into_iter().map(MessageView::for_customer).collect()))
            })
            .await
    }

    /// Where the conversation stands now; shown again after every change of state.
    pub async fn standing(&self, who: &ChatPrincipal) -> Result<ChatStanding> {
        let id = who.conversation_id;
        let attempt =
            AuditDraft::new(Action::ConversationRead).on(Object::new("conversation", id)).customer(who.customer_id);
        self.transactions
            .perform(&who.caller, attempt, async |tx: &mut Tx| {
                let org = tx.caller().org_id;
                let row = store::find(tx.conn(), org, id).await?;
                standing(tx, &row).await
            })
            .await
    }

    /// The customer writes. The acknowledgement is the message itself, which comes back through the outbox after the commit. The same
    /// client id again returns the same message and `false`.
    pub async fn post(&self, who: &ChatPrincipal, client_id: &str, body: &str) -> Result<(MessageView, bool)> {
        let (id, client_id, body) = (who.conversation_id, client_id.to_owned(), body.to_owned());
        let attempt =
            AuditDraft::new(Action::MessagePost).on(Object::new("conversation", id)).customer(who.customer_id);
        self.transactions
            .perform(&who.caller, attempt, async |tx: &mut Tx| {
                let client_id = check_client_id(&client_id)?;
                let body = check_body(&body, MAX_BODY, "body")?;
                let org = tx.caller().org_id;
                let mut row = store::lock(tx.conn(), org, id).await?;
                if let Some(known) =
                    store::find_by_client_id(tx.conn(), id, AuthorKind::Customer.as_str(), &client_id).await?
                {
                    tx.detail("repeated", true);
                    return Ok((service::message_view(tx, &row, known).await?.for_customer(), false));
                }
                if row.state == State::Closed.as_str() {
                    return Err(ErrorCode::ConversationClosed.into());
                }
                let message = NewMessage {
                    author: AuthorKind::Customer,
                    author_id: None,
                    author_name: "客户",
                    kind: MessageKind::Text,
                    body: &body,
                    client_id: Some(client_id),
                    citations: Vec::new(),
                    attachment: None,
                };
                let view = service::post(tx, &mut row, message).await?;
                store::update(tx.conn(), &row).await?;
                if row.state == State::Bot.as_str() {
                    let turn = TurnPayload { conversation_id: id, question_id: view.id };
                    let job = NewJob::new(org, BOT_TURN_JOB, &turn)?
                        .priority(Priority::Interactive)
                        .deduplicated(view.id.to_string());
                    tx.enqueue(job).await?;
                }
                Ok((view.for_customer(), true))
            })
            .await
    }

    /// The customer presses "转人工". Pressing it again changes nothing.
    pub async fn request_agent(&self, who: &ChatPrincipal) -> Result<ChatStanding> {
        let id = who.conversation_id;
        let attempt =
            AuditDraft::new(Action::ConversationHandOff).on(Object::new("conversation", id)).customer(who.customer_id);
        self.transactions
            .perform(&who.caller, attempt, async |tx: &mut Tx| {
                let org = tx.caller().org_id;
                let mut row = store::lock(tx.conn(), org, id).await?;
                if row.state == State::Bot.as_str() {
                    routing::hand_over(tx, &mut row, HandOffReason::Requested).await?;
                } else if row.state == State::Closed.as_str() {
                    return Err(ErrorCode::ConversationClosed.into());
                }
                standing(tx, &row).await
            })
            .await
    }

    /// The customer leaves for good.
    pub async fn leave(&self, who: &ChatPrincipal) -> Result<()> {
        let id = who.conversation_id;
        let attempt =
            AuditDraft::new(Action::ConversationClose).on(Object::new("conversation", id)).customer(who.customer_id);
        self.transactions
            .perform(&who.caller, attempt, async |tx: &mut Tx| {
                let org = tx.caller().org_id;
                let mut row = store::lock(tx.conn(), org, id).await?;
                if row.state != State::Closed.as_str() {
                    service::close(tx, &mut row, "您已结束本次会话，感谢您的咨询。").await?;
                    routing::request(tx, &row).await?;
                }
                Ok(())
            })
            .await
    }
}

async fn standing(tx: &mut Tx, row: &ConversationRow) -> Result<ChatStanding> {
    let state = State::parse(&row.state)?;
    let agent_name = match row.agent_id {
        None => None,
        Some(id) => store::names_of(tx.conn(), &[id]).await?.pop().map(|(_, name)| name),
    };
    let queue_position = match (state, row.queue_id, row.queued_at) {
        (State::Queued, Some(queue), Some(since)) => Some(store::position_in_queue(tx.conn(), queue, since).await?),
        _ => None,
    };
    Ok(ChatStanding { state, agent_name, queue_position })
}

fn customer_caller(org_id: OrgId, customer: Option<CustomerId>, info: &RequestInfo) -> Caller {
    Caller {
        org_id,
        kind: ActorKind::Customer,
        id: customer.map(|c| c.0),
        name: "客户".to_owned(),
        roles: String::new(),
        session_id: None,
        source_ip: Some(info.source_ip.clone()),
        trace_id: info.trace_id.clone(),
    }
}

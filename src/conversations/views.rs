//! What screens, sockets and events carry. Masked here, on the server.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::model::{AgentState, AuthorKind, HandOffReason, MessageKind, State};
use crate::customers::CustomerView;
use crate::db::ids::{AccountId, ArticleId, AttachmentId, ConversationId, MessageId, QueueId};

/// A member of staff as others see him.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentView {
    pub id: AccountId,
    pub display_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QueueRef {
    pub id: QueueId,
    pub name: String,
}

/// A conversation without its messages.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConversationView {
    pub id: ConversationId,
    pub state: State,
    pub channel: String,
    pub customer: CustomerView,
    pub agent: Option<AgentView>,
    pub queue: Option<QueueRef>,
    pub handoff_reason: Option<HandOffReason>,
    pub opened_at: DateTime<Utc>,
    pub queued_at: Option<DateTime<Utc>>,
    pub assigned_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub last_message_at: DateTime<Utc>,
    pub last_seq: i64,
    /// The beginning of the last message, with numbers masked.
    pub preview: String,
    pub summary: Option<String>,
    /// The page that the customer writes from.
    pub page_url: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuthorView {
    pub kind: AuthorKind,
    /// Never sent to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<AccountId>,
    pub name: String,
}

/// The exact article version that an answer rests on, and its sentence.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CitationView {
    pub article_id: ArticleId,
    pub version: i32,
    pub title: String,
    pub quote: String,
}

/// A picture or document; its name is the message's body.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AttachmentView {
    pub id: AttachmentId,
    /// `image/png`, `image/jpeg` or `application/pdf`, as its content says.
    pub media_type: String,
    pub bytes: i64,
    /// Of a picture, in pixels.
    pub width: Option<i32>,
    pub height: Option<i32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MessageView {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub seq: i64,
    pub author: AuthorView,
    pub kind: MessageKind,
    pub body: String,
    /// Made by the AI: carries the label (control G2).
    pub ai: bool,
    pub citations: Vec<CitationView>,
    pub attachment: Option<AttachmentView>,
    pub client_id: Option<String>,
    pub at: DateTime<Utc>,
}

impl MessageView {
    /// The same message without what customers do not see.
    pub fn for_customer(mut self) -> Self {
        self.author.id = None;
        self
    }
}

/// Payload of `conversation.message_posted`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessageEvent {
    pub message: MessageView,
    pub state: State,
    pub agent_id: Option<AccountId>,
}

/// Payload of `conversation.opened`, `.queued`, `.assigned` and `.closed`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateEvent {
    pub conversation_id: ConversationId,
    pub state: State,
    pub queue_id: Option<QueueId>,
    pub agent_id: Option<AccountId>,
    pub agent_name: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentStateView {
    pub state: AgentState,
    pub capacity: i32,
    /// Conversations in hand.
    pub active: i64,
    pub since: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QueueView {
    pub id: QueueId,
    pub name: String,
    pub waiting: i64,
    pub agents_ready: i64,
    pub longest_wait_s: i64,
}

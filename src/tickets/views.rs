//! What screens and events carry.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::model::{EntryKind, Kind, Priority, State};
use crate::customers::CustomerView;
use crate::db::ids::{AccountId, ConversationId, RecordingId, TicketId};
use crate::identity::Person;

/// A ticket as one person may see it: the customer is masked, the allowed transitions are his.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TicketView {
    pub id: TicketId,
    pub number: String,
    pub kind: Kind,
    pub priority: Priority,
    pub state: State,
    pub allowed_transitions: Vec<State>,
    pub subject: String,
    pub description: String,
    pub customer: Option<CustomerView>,
    pub conversation_id: Option<ConversationId>,
    pub recording_id: Option<RecordingId>,
    pub assignee: Option<Person>,
    pub created_by: Person,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    /// Its history, oldest first; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub entries: Option<Vec<EntryView>>,
    /// Goes up with every change; send it back to be told when somebody else was faster.
    pub version: i32,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EntryView {
    pub seq: i32,
    pub actor: Option<Person>,
    pub kind: EntryKind,
    pub from_state: Option<State>,
    pub to_state: Option<State>,
    /// A comment, or for an assignment the new assignee's name.
    pub body: Option<String>,
    pub at: DateTime<Utc>,
}

/// Payload of every event of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketEvent {
    pub ticket_id: TicketId,
    pub number: String,
    pub state: State,
    pub assignee_id: Option<AccountId>,
    /// With the assignee it decides whose screens show the change.
    pub created_by: AccountId,
}

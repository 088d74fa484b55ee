//! Topics and events. No I/O.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::db::ids::{AuditId, EventId, OrgId};
use crate::error::{ErrorCode, Result};

/// One topic per noun; everything about one conversation, its messages included, is on one topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    Conversations,
    Tickets,
    Recordings,
    Inspections,
    Knowledge,
    Customers,
    Accounts,
    Approvals,
}

impl Topic {
    pub const ALL: &[Topic] = &[
        Topic::Conversations,
        Topic::Tickets,
        Topic::Recordings,
        Topic::Inspections,
        Topic::Knowledge,
        Topic::Customers,
        Topic::Accounts,
        Topic::Approvals,
    ];

    /// The Kafka topic, `guitai.<noun>.v1`; its key is the aggregate id.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Conversations => "guitai.conversations.v1",
            Topic::Tickets => "guitai.tickets.v1",
            Topic::Recordings => "guitai.recordings.v1",
            Topic::Inspections => "guitai.inspections.v1",
            Topic::Knowledge => "guitai.knowledge.v1",
            Topic::Customers => "guitai.customers.v1",
            Topic::Accounts => "guitai.accounts.v1",
            Topic::Approvals => "guitai.approvals.v1",
        }
    }

    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|t| t.name() == name)
            .ok_or_else(|| ErrorCode::Internal.because(format!("no such topic: {name}")))
    }
}

/// A fact about to be written: `noun.verb_past`, versioned.
#[derive(Debug, Clone)]
pub struct EventDraft {
    pub topic: Topic,
    /// For example `conversation.message_posted`.
    pub kind: &'static str,
    pub version: i32,
    pub aggregate_kind: &'static str,
    pub aggregate_id: Uuid,
    pub payload: serde_json::Value,
}

impl EventDraft {
    /// Version 1 of an event of this kind. The payload is sealed under the aggregate's key; keep it to what subscribers need.
    pub fn new(
        topic: Topic,
        kind: &'static str,
        aggregate_kind: &'static str,
        aggregate_id: impl Into<Uuid>,
        payload: &impl Serialize,
    ) -> Result<Self> {
        let payload = serde_json::to_value(payload).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        Ok(Self { topic, kind, version: 1, aggregate_kind, aggregate_id: aggregate_id.into(), payload })
    }
}

/// A fact, opened, as a subscriber takes it.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: EventId,
    pub org_id: OrgId,
    pub topic: Topic,
    pub kind: String,
    pub version: i32,
    pub aggregate_kind: String,
    pub aggregate_id: Uuid,
    /// Order within the aggregate, from 1, without gaps.
    pub aggregate_seq: i64,
    pub audit_id: AuditId,
    pub occurred_at: DateTime<Utc>,
    pub payload: serde_json::Value,
}

impl Event {
    /// The payload as the type that its kind stands for.
    pub fn payload_as<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.payload)
            .map_err(|e| ErrorCode::Internal.caused_by(e).context(format!("payload of {}", self.kind)))
    }
}

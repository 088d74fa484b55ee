//! What screens and events carry.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::ids::{AccountId, InspectionId, MessageId, SegmentId};
use crate::identity::Person;

use super::model::{State, SubjectKind};
use super::rules::Definition;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SubjectView {
    pub kind: SubjectKind,
    pub id: uuid::Uuid,
    /// A call id, or when the conversation began.
    pub title: String,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlanView {
    pub code: String,
    pub version: i32,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PassedView {
    pub rule_code: String,
    pub rule_name: String,
}

/// One deduction, with the sentence it rests on.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    pub ordinal: i32,
    pub rule_code: String,
    pub rule_name: String,
    pub rule_version: i32,
    pub deduction: i32,
    pub fatal: bool,
    pub speaker: Option<String>,
    /// Verbatim.
    pub quote: String,
    /// Milliseconds since the call or conversation began.
    pub at_ms: i64,
    pub message_id: Option<MessageId>,
    pub segment_id: Option<SegmentId>,
    pub explanation: String,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Inspection)]
pub struct InspectionView {
    pub id: InspectionId,
    pub subject: SubjectView,
    pub agent: Option<Person>,
    pub plan: PlanView,
    pub score: i32,
    pub full_score: i32,
    pub fatal: bool,
    pub state: State,
    pub assignee: Option<Person>,
    pub created_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub confirmed_by: Option<Person>,
    pub comment: Option<String>,
    /// Absent in lists, like `findings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub passed: Option<Vec<PassedView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub findings: Option<Vec<FindingView>>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = InspectionRule)]
pub struct RuleView {
    pub code: String,
    pub version: i32,
    pub name: String,
    pub deduction: i32,
    pub fatal: bool,
    pub enabled: bool,
    pub definition: Definition,
}

/// Payload of `inspection.created` and of every later event about an inspection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InspectionEvent {
    pub inspection_id: InspectionId,
    pub subject: SubjectView,
    pub state: State,
    pub score: i32,
    pub fatal: bool,
    pub agent_id: Option<AccountId>,
    pub assignee_id: Option<AccountId>,
}

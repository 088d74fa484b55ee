//! Records and who acts. No I/O.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::action::Action;
use crate::db::ids::{ApprovalId, AuditId, CustomerId, OrgId, SessionId};
use crate::error::ErrorCode;

/// What kind of party acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    Staff,
    Customer,
    /// The program itself: jobs, the bot, the sealer.
    System,
    /// Somebody at the command line of the server.
    Operator,
    /// Nobody yet: a failed sign-in, a request without a session.
    Anonymous,
}

impl ActorKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            ActorKind::Staff => "staff",
            ActorKind::Customer => "customer",
            ActorKind::System => "system",
            ActorKind::Operator => "operator",
            ActorKind::Anonymous => "anonymous",
        }
    }
}

/// On whose behalf something is done: stands in every audit record as it was at the time.
#[derive(Debug, Clone)]
pub struct Caller {
    pub org_id: OrgId,
    pub kind: ActorKind,
    pub id: Option<Uuid>,
    /// A member of staff's display name, a component's name, or "客户": never a customer's own name.
    pub name: String,
    /// Roles at the time, comma-separated.
    pub roles: String,
    pub session_id: Option<SessionId>,
    pub source_ip: Option<String>,
    pub trace_id: String,
}

impl Caller {
    /// The program acting by itself, for example `"bot"` or `"sealer"`.
    pub fn system(org_id: OrgId, name: &'static str) -> Self {
        Self {
            org_id,
            kind: ActorKind::System,
            id: None,
            name: name.to_owned(),
            roles: String::new(),
            session_id: None,
            source_ip: None,
            trace_id: Uuid::now_v7().simple().to_string(),
        }
    }

    /// Somebody at the command line of the server, known by the operating system's name for him.
    pub fn operator(org_id: OrgId, name: impl Into<String>) -> Self {
        Self { kind: ActorKind::Operator, name: name.into(), ..Self::system(org_id, "") }
    }

    /// Nobody yet, at this address.
    pub fn anonymous(org_id: OrgId, source_ip: &str, trace_id: &str) -> Self {
        Self {
            kind: ActorKind::Anonymous,
            source_ip: Some(source_ip.to_owned()),
            trace_id: trace_id.to_owned(),
            ..Self::system(org_id, "匿名")
        }
    }
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub kind: &'static str,
    pub id: Uuid,
    /// A number that staff know it by (a ticket number, a call id): never content.
    pub label: Option<String>,
}

impl Object {
    pub fn new(kind: &'static str, id: impl Into<Uuid>) -> Self {
        Self { kind, id: id.into(), label: None }
    }

    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// The program said no: a 4xx.
    Refused,
    /// It could not be done: a 5xx.
    Failed,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
    }

    /// The outcome that an error of this code stands for.
    pub const fn of(code: ErrorCode) -> Self {
        if code.status() < 500 { Outcome::Refused } else { Outcome::Failed }
    }
}

/// A record in the making: begun with what is attempted, completed by the use case.
#[derive(Debug, Clone)]
pub struct AuditDraft {
    pub id: AuditId,
    pub action: Action,
    pub object: Option<Object>,
    pub customer: Option<CustomerId>,
    pub approval: Option<ApprovalId>,
    /// Free text that a person typed; stored sealed.
    pub reason: Option<String>,
    /// Counts, states, digests, criteria: never content or personal data in clear.
    pub detail: Map<String, Value>,
}

impl AuditDraft {
    pub fn new(action: Action) -> Self {
        Self {
            id: AuditId::fresh(),
            action,
            object: None,
            customer: None,
            approval: None,
            reason: None,
            detail: Map::new(),
        }
    }

    pub fn on(mut self, object: Object) -> Self {
        self.object = Some(object);
        self
    }

    pub fn customer(mut self, id: CustomerId) -> Self {
        self.customer = Some(id);
        self
    }

    pub fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(key.to_owned(), value.into());
        self
    }
}

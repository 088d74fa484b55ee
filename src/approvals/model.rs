//! Approvals and their states. No I/O.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::ids::{AccountId, ApprovalId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::identity::Person;

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    Pending,
    /// Said yes to; what was asked for is still to be done.
    Approved,
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Said yes to and done.
    Executed,
}

impl ApprovalState {
    pub const ALL: &[ApprovalState] = &[
        ApprovalState::Pending,
        ApprovalState::Approved,
        ApprovalState::Rejected,
        ApprovalState::Expired,
        ApprovalState::Executed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            ApprovalState::Pending => "pending",
            ApprovalState::Approved => "approved",
            ApprovalState::Rejected => "rejected",
            ApprovalState::Expired => "expired",
            ApprovalState::Executed => "executed",
        }
    }

    pub fn parse(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().copied().find(|s| s.as_str() == text);
        found.ok_or_else(|| ErrorCode::InvalidParameter.because("state"))
    }

    /// The only transitions there are.
    pub const fn may_become(self, next: ApprovalState) -> bool {
        use ApprovalState::{Approved, Executed, Expired, Pending, Rejected};
        matches!((self, next), (Pending, Approved | Rejected | Expired) | (Approved, Executed))
    }
}

/// What a second person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Reject,
}

/// An approval as the machinery handles it: nothing that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub org_id: OrgId,
    pub kind: String,
    pub object_kind: String,
    pub object_id: Uuid,
    pub object_label: String,
    pub requester_id: AccountId,
    pub state: ApprovalState,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub executed_at: Option<DateTime<Utc>>,
}

impl Approval {
    /// Whether this person may decide now.
    pub fn check_decider(&self, decider: AccountId, now: DateTime<Utc>) -> Result<()> {
        if self.requester_id == decider {
            return Err(ErrorCode::Forbidden.because("one's own request"));
        }
        if self.state != ApprovalState::Pending {
            return Err(ErrorCode::TransitionNotAllowed.because(self.state.as_str()));
        }
        if self.expires_at <= now {
            return Err(ErrorCode::TransitionNotAllowed.because("expired"));
        }
        Ok(())
    }

    /// Moves to another state, if there is a way.
    pub fn become_(&mut self, next: ApprovalState) -> Result<()> {
        if !self.state.may_become(next) {
            return Err(ErrorCode::TransitionNotAllowed.because(format!(
                "{} to {}",
                self.state.as_str(),
                next.as_str()
            )));
        }
        self.state = next;
        Ok(())
    }
}

/// `approval.requested` and `approval.decided`: where an approval stands, without what was typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApprovalEvent {
    pub approval_id: ApprovalId,
    pub kind: String,
    pub object_kind: String,
    pub object_id: Uuid,
    pub requester_id: AccountId,
    pub state: ApprovalState,
    pub decided_by: Option<AccountId>,
}

impl From<&Approval> for ApprovalEvent {
    fn from(a: &Approval) -> Self {
        Self {
            approval_id: a.id,
            kind: a.kind.clone(),
            object_kind: a.object_kind.clone(),
            object_id: a.object_id,
            requester_id: a.requester_id,
            state: a.state,
            decided_by: a.decided_by,
        }
    }
}

/// What an approval is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ObjectView {
    pub kind: String,
    pub id: Uuid,
    pub title: String,
}

/// An approval as its requester and those who decide see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ApprovalView {
    pub id: ApprovalId,
    pub kind: String,
    pub object: ObjectView,
    pub reason: String,
    pub requester: Person,
    pub state: ApprovalState,
    pub decided_by: Option<Person>,
    pub decided_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_stays_decided() {
        for from in ApprovalState::ALL {
            for to in ApprovalState::ALL {
                let expected = matches!(
                    (from.as_str(), to.as_str()),
                    ("pending", "approved" | "rejected" | "expired") | ("approved", "executed")
                );
                assert_eq!(from.may_become(*to), expected, "{from:?} {to:?}");
            }
            assert_eq!(ApprovalState::parse(from.as_str()).unwrap(), *from);
        }
    }
}

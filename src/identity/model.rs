//! Roles, permissions and who is asking. No I/O.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::Caller;
use crate::db::ids::{AccountId, OrgId, SessionId};
use crate::error::{ErrorCode, Result};

/// What somebody is employed to do. `sysadmin`, `secadmin` and `auditor` exclude each other and every business role (三权分立, control A3).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Inspector,
    KnowledgeEditor,
    Auditor,
    Sysadmin,
    Secadmin,
}

macro_rules! permissions {
    ($($name:ident = $code:literal: $($role:ident)|+;)*) => {
        /// One thing that a role allows. Default is deny.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission { $($name,)* }

        impl Permission {
            pub const ALL: &[Permission] = &[$(Permission::$name,)*];

            pub const fn code(self) -> &'static str {
                match self { $(Permission::$name => $code,)* }
            }

            /// The roles that carry this permission.
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Permission::$name => &[$(Role::$role),+],)* }
            }
        }
    };
}

permissions! {
    // Own conversations and the queue for an agent; all of the organisation's for a supervisor: the service narrows the scope.
    ConversationRead = "conversation.read": Agent | Supervisor | Inspector;
    ConversationReadAll = "conversation.read_all": Supervisor | Inspector;
    ConversationReply = "conversation.reply": Agent | Supervisor;
    AgentState = "agent.state": Agent | Supervisor;
    QueueRead = "queue.read": Agent | Supervisor;
    // Own tickets and the queue for an agent; all of the organisation's with the wider right.
    TicketRead = "ticket.read": Agent | Supervisor;
    TicketReadAll = "ticket.read_all": Supervisor;
    TicketWrite = "ticket.write": Agent | Supervisor;
    RecordingImport = "recording.import": Inspector | Supervisor;
    RecordingRead = "recording.read": Inspector | Supervisor;
    // The right to ask for playback; hearing needs a grant besides.
    RecordingPlay = "recording.play": Inspector | Supervisor | Auditor;
    TranscriptRead = "recording.transcript_read": Inspector | Supervisor;
    InspectionRead = "inspection.read": Inspector | Supervisor;
    InspectionWork = "inspection.work": Inspector;
    ApprovalRequest = "approval.request": Inspector | Supervisor | Auditor;
    ApprovalDecide = "approval.decide": Supervisor | Auditor;
    KnowledgeRead = "knowledge.read": Agent | Supervisor | Inspector | KnowledgeEditor;
    KnowledgeWrite = "knowledge.write": KnowledgeEditor;
    SearchContent = "search.content": Agent | Supervisor | Inspector | KnowledgeEditor;
    AuditRead = "audit.read": Auditor;
    AccountManage = "account.manage": Secadmin;
    SessionManage = "session.manage": Secadmin;
    SystemManage = "system.manage": Sysadmin;
}

impl Role {
    pub const ALL: &[Role] = &[
        Role::Agent,
        Role::Supervisor,
        Role::Inspector,
        Role::KnowledgeEditor,
        Role::Auditor,
        Role::Sysadmin,
        Role::Secadmin,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Supervisor => "supervisor",
            Role::Inspector => "inspector",
            Role::KnowledgeEditor => "knowledge_editor",
            Role::Auditor => "auditor",
            Role::Sysadmin => "sysadmin",
            Role::Secadmin => "secadmin",
        }
    }

    pub fn parse(text: &str) -> Result<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| ErrorCode::InvalidParameter.because("role"))
    }

    /// The three administrators exclude each other and everything else.
    pub const fn is_administrator(self) -> bool {
        matches!(self, Role::Auditor | Role::Sysadmin | Role::Secadmin)
    }

    /// Refuses a set of roles that one person may not hold together.
    pub fn check_compatible(roles: &[Role]) -> Result<()> {
        if roles.is_empty() {
            return Err(ErrorCode::InvalidParameter.because("at least one role"));
        }
        let administrators = roles.iter().filter(|r| r.is_administrator()).count();
        if administrators > 1 || (administrators == 1 && roles.len() > 1) {
            return Err(ErrorCode::RolesExclude.into());
        }
        // Whoever is inspected does not inspect.
        if roles.contains(&Role::Inspector) && roles.contains(&Role::Agent) {
            return Err(ErrorCode::RolesExclude.because("agent, inspector"));
        }
        Ok(())
    }
}

/// A signed-in member of staff.
#[derive(Debug, Clone)]
pub struct Principal {
    pub account_id: AccountId,
    pub org_id: OrgId,
    pub session_id: SessionId,
    pub login: String,
    pub display_name: String,
    pub roles: Vec<Role>,
    pub must_change_password: bool,
    /// How this person stands in audit records of this request.
    pub caller: Caller,
}

impl Principal {
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|r| permission.roles().contains(r))
    }

    /// The caller, when the permission is held and the password is not waiting to be changed. Services call this inside
    /// [`crate::transaction::Transactions::perform`], so that a refusal is recorded.
    pub fn require(&self, permission: Permission) -> Result<&Caller> {
        if self.must_change_password {
            return Err(ErrorCode::PasswordChangeRequired.into());
        }
        if self.may(permission) { Ok(&self.caller) } else { Err(ErrorCode::Forbidden.because(permission.code())) }
    }
}

/// How strict signing in is (controls I1 to I3). The defaults are those of the compliance table.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// PBKDF2-HMAC-SM3 iterations of new verifiers; an older, weaker one is renewed at the next sign-in.
    pub pbkdf2_iterations: u32,
    /// A session without any activity for this long has ended.
    pub idle_timeout: TimeDelta,
    /// A session this old has ended, whatever happened in it.
    pub absolute_timeout: TimeDelta,
    /// This many failures of one account within `lock_window` lock it for `lock_for`.
    pub lock_after: u32,
    pub lock_window: TimeDelta,
    pub lock_for: TimeDelta,
    /// This many failures from one address within `lock_window` make it wait, whichever accounts it tried.
    pub source_limit: u32,
    /// A newer sign-in ends the older session of the same account.
    pub one_session_per_account: bool,
    /// A password older than this must be changed.
    pub password_max_age: TimeDelta,
    /// A one-time password that was not used for this long is void.
    pub one_time_valid: TimeDelta,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            pbkdf2_iterations: crate::crypto::password::DEFAULT_ITERATIONS,
            idle_timeout: TimeDelta::minutes(15),
            absolute_timeout: TimeDelta::hours(12),
            lock_after: 5,
            lock_window: TimeDelta::minutes(15),
            lock_for: TimeDelta::minutes(30),
            source_limit: 20,
            one_session_per_account: true,
            password_max_age: TimeDelta::days(90),
            one_time_valid: TimeDelta::hours(24),
        }
    }
}

/// One grant of a role, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGrant {
    pub account_id: AccountId,
    pub org_id: OrgId,
    pub role: String,
    pub granted_by: Option<Uuid>,
    pub granted_at: DateTime<Utc>,
    pub mac: Vec<u8>,
}

impl RoleGrant {
    /// What the MAC covers: every column but itself, unambiguously.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"guitai.role.v1".to_vec();
        out.extend_from_slice(self.account_id.0.as_bytes());
        out.extend_from_slice(self.org_id.0.as_bytes());
        out.extend_from_slice(&(self.role.len() as u64).to_be_bytes());
        out.extend_from_slice(self.role.as_bytes());
        out.push(u8::from(self.granted_by.is_some()));
        out.extend_from_slice(self.granted_by.unwrap_or_default().as_bytes());
        out.extend_from_slice(&self.granted_at.timestamp_micros().to_be_bytes());
        out
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    SignOut,
    /// No activity for too long.
    Idle,
    /// Its longest life was over.
    Expired,
    /// The same account signed in elsewhere.
    Superseded,
    /// A security administrator ended it.
    Killed,
    AccountDisabled,
    PasswordChanged,
}

impl EndReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            EndReason::SignOut => "sign_out",
            EndReason::Idle => "idle",
            EndReason::Expired => "expired",
            EndReason::Superseded => "superseded",
            EndReason::Killed => "killed",
            EndReason::AccountDisabled => "account_disabled",
            EndReason::PasswordChanged => "password_changed",
        }
    }
}

/// `session.ended` on the topic of accounts: live screens of the session close.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionEnded {
    pub session_id: SessionId,
    pub account_id: AccountId,
    pub reason: EndReason,
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub login: String,
    pub display_name: String,
    pub roles: Vec<Role>,
}

/// Lower case letters, digits, dot, dash and underscore, beginning with a letter or digit, 3 to 32.
pub fn is_login(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    (3..=32).contains(&text.len())
        && text.chars().all(allowed)
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Somebody of the staff as others see him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Person {
    pub id: AccountId,
    pub display_name: String,
}

/// An organisation as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Organisation {
    pub id: OrgId,
    pub code: String,
    pub name: String,
}

/// An account as a security administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Account {
    pub id: AccountId,
    pub login: String,
    pub display_name: String,
    pub roles: Vec<Role>,
    pub disabled: bool,
    pub locked_until: Option<DateTime<Utc>>,
    pub last_login_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub org: Organisation,
}

/// A live session as a security administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LiveSession {
    pub id: SessionId,
    pub zone: String,
    pub created_at: DateTime<Utc>,
    pub last_activity_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub source_ip: String,
    pub user_agent: String,
}

/// What the signed-in person's own screen needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SessionState {
    pub account: SessionAccount,
    /// Codes of what this person may do; the server decides again at every request.
    pub permissions: Vec<&'static str>,
    pub must_change_password: bool,
    /// Seconds without activity after which the session ends.
    pub idle_timeout_s: i64,
    /// When it ends in any case.
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SessionAccount {
    pub id: AccountId,
    pub login: String,
    pub display_name: String,
    pub roles: Vec<Role>,
    pub org: Organisation,
}

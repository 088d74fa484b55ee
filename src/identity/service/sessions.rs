//! Sessions: recognising one, keeping it alive, ending it on the server.

use std::pin::Pin;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::roles::codes;
use super::sign_in::{not_signed_in, token_digest};
use super::{Identity, end_session};
use crate::audit::{Action, ActorKind, AuditDraft, Caller, Object};
use crate::db::Connection;
use crate::db::ids::{AccountId, SessionId};
use crate::error::{Error, ErrorCode, Result};
use crate::identity::extract::Authenticator;
use crate::identity::model::{EndReason, LiveSession, Permission, Principal, Role, SessionAccount, SessionState};
use crate::identity::store::accounts::{self, AccountRow};
use crate::identity::store::organisations;
use crate::identity::store::sessions::{self, SessionRow};
use crate::jobs::{JobContext, JobHandler};
use crate::web::RequestInfo;

/// Activity is written down no more often than this.
const TOUCH_EVERY: TimeDelta = TimeDelta::seconds(10);
/// Sessions ended per sweep.
const SWEEP: i64 = 500;

impl Authenticator for Identity {
    fn authenticate<'a>(
        &'a self,
        token: &'a str,
        request: &'a RequestInfo,
    ) -> Pin<Box<dyn Future<Output = Result<Principal, Error>> + Send + 'a>> {
        Box::pin(self.recognise(token, request))
    }
}

impl Identity {
    async fn recognise(&self, token: &str, request: &RequestInfo) -> Result<Principal> {
        let mut conn = self.transactions().db().connection().await?;
        let (session, account) =
            sessions::by_token(&mut conn, &token_digest(token)).await?.ok_or_else(not_signed_in)?;
        if session.zone != request.zone.as_str() || account.disabled_at.is_some() {
            return Err(not_signed_in());
        }
        let now = self.now();
        if let Some(reason) = self.over(&session, now) {
            drop(conn);
            self.end_stale(&session, reason).await?;
            return Err(not_signed_in());
        }
        if session.last_activity_at + TOUCH_EVERY <= now {
            sessions::touch(&mut conn, session.id, now, self.idle_since(now)).await?;
        }
        let roles = self.roles_of_one(&mut conn, account.org_id, account.id).await?;
        let caller = Caller {
            kind: ActorKind::Staff,
            id: Some(account.id.0),
            name: account.display_name.clone(),
            roles: codes(&roles),
            session_id: Some(session.id),
            ..Caller::anonymous(account.org_id, &request.source_ip, &request.trace_id)
        };
        Ok(Principal {
            account_id: account.id,
            org_id: account.org_id,
            session_id: session.id,
            must_change_password: self.must_change_password(&account, now),
            login: account.login,
            display_name: account.display_name,
            roles,
            caller,
        })
    }

    /// Why a session that nobody ended is over all the same.
    fn over(&self, session: &SessionRow, now: DateTime<Utc>) -> Option<EndReason> {
        if session.expires_at <= now {
            Some(EndReason::Expired)
        } else if session.last_activity_at <= self.idle_since(now) {
            Some(EndReason::Idle)
        } else {
            None
        }
    }

    fn idle_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.0.settings.idle_timeout
    }

    /// Whether the session still lives, without counting as activity: for a live screen that is merely open.
    pub async fn is_alive(&self, id: SessionId) -> Result<bool> {
        let now = self.now();
        let mut conn = self.transactions().db().connection().await?;
        Ok(sessions::live(&mut conn, id).await?.is_some_and(|s| self.over(&s, now).is_none()))
    }

    /// Activity that is not a request: an open chat, a call being listened to. `false` when the session is over; the live screen closes.
    pub async fn keep_alive(&self, id: SessionId) -> Result<bool> {
        let now = self.now();
        let mut conn = self.transactions().db().connection().await?;
        sessions::touch(&mut conn, id, now, self.idle_since(now)).await
    }

    /// What somebody with a live screen may do now; `None` when the session is over. Does not count as activity.
    pub async fn roles_now(&self, principal: &Principal) -> Result<Option<Vec<Role>>> {
        if !self.is_alive(principal.session_id).await? {
            return Ok(None);
        }
        let mut conn = self.transactions().db().connection().await?;
        let account = accounts::get(&mut conn, principal.org_id, principal.account_id).await?;
        if account.disabled_at.is_some() {
            return Ok(None);
        }
        self.roles_of_one(&mut conn, principal.org_id, principal.account_id).await.map(Some)
    }

    /// The signed-in person's own session.
    pub async fn session(&self, principal: &Principal) -> Result<SessionState> {
        let mut conn = self.transactions().db().connection().await?;
        let session = sessions::live(&mut conn, principal.session_id).await?.ok_or_else(not_signed_in)?;
        let account = accounts::get(&mut conn, principal.org_id, principal.account_id).await?;
        self.state_of(&mut conn, &account, &session, principal.roles.clone(), self.now()).await
    }

    pub(super) async fn state_of(
        &self,
        conn: &mut Connection,
        account: &AccountRow,
        session: &SessionRow,
        roles: Vec<Role>,
        now: DateTime<Utc>,
    ) -> Result<SessionState> {
        let org = organisations::get(conn, account.org_id).await?;
        let may = |p: &&Permission| roles.iter().any(|r| p.roles().contains(r));
        let permissions = Permission::ALL.iter().filter(may).map(|p| p.code()).collect();
        Ok(SessionState {
            permissions,
            must_change_password: self.must_change_password(account, now),
            idle_timeout_s: self.0.settings.idle_timeout.num_seconds(),
            expires_at: session.expires_at,
            account: SessionAccount {
                id: account.id,
                login: account.login.clone(),
                display_name: account.display_name.clone(),
                roles,
                org,
            },
        })
    }

    pub async fn sign_out(&self, principal: &Principal) -> Result<()> {
        let (session, account) = (principal.session_id, principal.account_id);
        let attempt = AuditDraft::new(Action::SignOut).on(Object::new("session", session));
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                end_session(tx, session, account, EndReason::SignOut).await.map(|_| ())
            })
            .await
    }

    /// The live sessions of an account, for a security administrator.
    pub async fn list_sessions(&self, principal: &Principal, account: AccountId) -> Result<Vec<LiveSession>> {
        let who = principal.clone();
        let service = self.clone();
        let attempt = AuditDraft::new(Action::SessionList).on(Object::new("account", account));
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::SessionManage)?;
                accounts::get(tx.conn(), who.org_id, account).await?;
                let now = tx.now();
                let rows = sessions::live_of(tx.conn(), account).await?;
                let live: Vec<_> = rows.into_iter().filter(|s| service.over(s, now).is_none()).map(shown).collect();
                tx.detail("count", live.len());
                Ok(live)
            })
            .await
    }

    /// Ends somebody's session at once.
    pub async fn end_session(&self, principal: &Principal, id: SessionId) -> Result<()> {
        let who = principal.clone();
        let attempt = AuditDraft::new(Action::SessionEnd).on(Object::new("session", id)).detail("reason", "killed");
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::SessionManage)?;
                let session = sessions::live(tx.conn(), id).await?.filter(|s| s.org_id == who.org_id);
                let session = session.ok_or_else(|| ErrorCode::NotFound.because("session"))?;
                tx.detail("account_id", session.account_id.to_string());
                end_session(tx, id, session.account_id, EndReason::Killed).await.map(|_| ())
            })
            .await
    }

    /// Ends sessions whose time is over although nobody came back to notice, and forgets failures that no longer count. Returns how many
    /// sessions were ended.
    pub async fn sweep(&self) -> Result<usize> {
        let now = self.now();
        let stale = {
            let mut conn = self.transactions().db().connection().await?;
            accounts::forget_failures(&mut conn, now - self.0.settings.lock_window - TimeDelta::days(1)).await?;
            sessions::stale(&mut conn, now, self.idle_since(now), SWEEP).await?
        };
        for session in &stale {
            if let Some(reason) = self.over(session, now) {
                self.end_stale(session, reason).await?;
            }
        }
        Ok(stale.len())
    }

    async fn end_stale(&self, session: &SessionRow, reason: EndReason) -> Result<()> {
        let caller = Caller { session_id: Some(session.id), ..Caller::system(session.org_id, "identity") };
        let attempt = AuditDraft::new(Action::SessionEnd)
            .on(Object::new("session", session.id))
            .detail("reason", reason.as_str())
            .detail("account_id", session.account_id.to_string());
        let (id, account) = (session.id, session.account_id);
        self.transactions()
            .perform(&caller, attempt, async move |tx| end_session(tx, id, account, reason).await.map(|_| ()))
            .await
    }
}

/// The job that ends sessions whose time is over.
pub const SWEEP_JOB: &str = "identity.sweep_sessions";

/// Runs [`SWEEP_JOB`].
pub struct SweepSessions(pub Identity);

#[async_trait]
impl JobHandler for SweepSessions {
    fn kind(&self) -> &'static str {
        SWEEP_JOB
    }

    async fn run(&self, _: JobContext) -> Result<()> {
        self.0.sweep().await.map(drop)
    }
}

fn shown(row: SessionRow) -> LiveSession {
    LiveSession {
        id: row.id,
        zone: row.zone,
        created_at: row.created_at,
        last_activity_at: row.last_activity_at,
        expires_at: row.expires_at,
        source_ip: row.source_ip,
        user_agent: row.user_agent,
    }
}

//! Signing in: one answer and one duration for every way to fail, a lock per account, a limit per address (control I2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::roles::codes;
use super::{Identity, end_sessions};
use crate::audit::{Action, ActorKind, AuditDraft, Caller, Object};
use crate::crypto::password::Verifier;
use crate::crypto::{random, sm3};
use crate::db::ids::{AccountId, SessionId};
use crate::error::{Error, ErrorCode, Result};
use crate::identity::model::{EndReason, SessionState, is_login};
use crate::identity::store::accounts::{self, AccountRow};
use crate::identity::store::sessions::{self, SessionRow};
use crate::transaction::Tx;
use crate::web::{RequestInfo, Zone};

/// The longest user agent that is kept, in characters.
const MOST_USER_AGENT: usize = 200;

/// Where somebody signs in from.
#[derive(Debug, Clone)]
pub struct Client {
    pub info: RequestInfo,
    pub user_agent: String,
}

/// A new session. The token is shown once, to the browser; only its digest is stored.
pub struct SignedIn {
    pub token: Zeroizing<String>,
    pub session: SessionState,
}

impl Identity {
    /// Opens a session. Whether the login is unknown, the password wrong, or the account locked or disabled, the answer is
    /// [`ErrorCode::BadCredentials`] after the same work; [`ErrorCode::RateLimited`] when the address has failed too often;
    /// [`ErrorCode::Forbidden`] when a member of the business signs in where administrators do.
    pub async fn sign_in(&self, login: &str, password: Zeroizing<String>, client: &Client) -> Result<SignedIn> {
        let login = login.trim().to_lowercase();
        let now = self.now();
        let settings = &self.0.settings;
        let (account, org, recent) = {
            let mut conn = self.transactions().db().connection().await?;
            let known = if is_login(&login) { login.as_str() } else { "" };
            let account = accounts::by_login(&mut conn, known).await?;
            let org = match &account {
                Some(a) => a.org_id,
                None => self.root_org(&mut conn).await?,
            };
            let since = now - settings.lock_window;
            (account, org, accounts::failures_of_source(&mut conn, &client.info.source_ip, since).await?)
        };
        let anonymous = Caller::anonymous(org, &client.info.source_ip, &client.info.trace_id);
        let digest = hex::encode(self.0.login_index.of("login", &login));
        let mut attempt =
            AuditDraft::new(Action::SignIn).detail("login_digest", digest).detail("zone", client.info.zone.as_str());
        if recent >= i64::from(settings.source_limit) {
            self.count_sign_in("source_limit");
            let error = ErrorCode::RateLimited.because("sign-in");
            let attempt = attempt.detail("cause", "source_limit");
            return Err(self.transactions().refuse(&anonymous, attempt, error, async |_| Ok(())).await);
        }
        let verifier = match &account {
            Some(a) => a.verifier()?,
            None => Verifier::decoy(settings.pbkdf2_iterations),
        };
        let id = account.as_ref().map_or(Uuid::nil(), |a| a.id.0);
        let is_right = self.is_password(&password, id, verifier).await?;
        if let Some(a) = &account {
            attempt = attempt.on(Object::new("account", a.id));
        }
        match account {
            Some(account) if is_right && self.bar(&account).is_none() => self.admit(account, &password, client).await,
            account => {
                let cause = match &account {
                    None => "unknown_login",
                    Some(a) => self.bar(a).unwrap_or("wrong_password"),
                };
                let source_ip = client.info.source_ip.clone();
                let id = AccountId(id);
                let error = ErrorCode::BadCredentials.into();
                let attempt = attempt.detail("cause", cause);
                Err(self
                    .transactions()
                    .refuse(&anonymous, attempt, error, async move |tx| {
                        self.count_failure(tx, id, Some(&source_ip)).await
                    })
                    .await)
            }
        }
    }

    /// What keeps this account from signing in even with the right password.
    fn bar(&self, account: &AccountRow) -> Option<&'static str> {
        let now = self.now();
        if account.disabled_at.is_some() {
            Some("disabled")
        } else if account.locked_until.is_some_and(|until| until > now) {
            Some("locked")
        } else if account.must_change_password && account.one_time_expires_at.is_some_and(|until| until <= now) {
            Some("one_time_expired")
        } else {
            None
        }
    }

    /// Counts a wrong password, and locks the account when there have been too many. An account that does not exist costs the same
    /// statements. The source is counted where there is one to keep out.
    pub(super) async fn count_failure(&self, tx: &mut Tx, id: AccountId, source_ip: Option<&str>) -> Result<()> {
        let (now, settings) = (tx.now(), &self.0.settings);
        let account = accounts::lock(tx.conn(), id).await?;
        // While an account is locked, trying goes on at the address's expense alone: nobody can keep a colleague locked out for ever.
        let counted = account.as_ref().filter(|a| self.bar(a).is_none());
        accounts::add_failure(tx.conn(), counted.map(|a| a.id), source_ip.unwrap_or("session"), now).await?;
        let since = counted.map_or(now, |a| counted_since(a, now - settings.lock_window));
        let failures = accounts::failures_of_account(tx.conn(), id, since).await?;
        if let Some(account) = counted
            && failures >= i64::from(settings.lock_after)
        {
            let until = now + settings.lock_for;
            accounts::set_lock(tx.conn(), account.id, Some(until)).await?;
            tx.detail("locked_until", until.to_rfc3339());
            self.count_sign_in("locked");
        } else {
            self.count_sign_in("refused");
        }
        Ok(())
    }

    async fn admit(&self, account: AccountRow, password: &Zeroizing<String>, client: &Client) -> Result<SignedIn> {
        let zone = client.info.zone;
        let roles = {
            let mut conn = self.transactions().db().connection().await?;
            self.roles_of_one(&mut conn, account.org_id, account.id).await?
        };
        let wanted = self.0.settings.pbkdf2_iterations;
        let renewed = match u32::try_from(account.iterations) {
            Ok(n) if n < wanted => Some(self.derive(password, account.id).await?),
            _ => None,
        };
        let session_id = SessionId::fresh();
        let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(random::secret::<32>()?));
        let digest = token_digest(&token);
        let caller = Caller {
            kind: ActorKind::Staff,
            id: Some(account.id.0),
            name: account.display_name.clone(),
            roles: codes(&roles),
            session_id: Some(session_id),
            ..Caller::anonymous(account.org_id, &client.info.source_ip, &client.info.trace_id)
        };
        let attempt = AuditDraft::new(Action::SignIn)
            .on(Object::new("account", account.id))
            .detail("zone", zone.as_str())
            .detail("factor", "password");
        let service = self.clone();
        let (known, user_agent) = (account, client.user_agent.chars().take(MOST_USER_AGENT).collect());
        let source_ip = client.info.source_ip.clone();
        let shown_roles = roles.clone();
        let session = self
            .transactions()
            .perform(&caller, attempt, async move |tx| {
                let now = tx.now();
                let account = accounts::lock(tx.conn(), known.id).await?.ok_or(ErrorCode::BadCredentials)?;
                // Between looking and locking somebody may have failed, been locked, or changed the password.
                if let Some(cause) = service.bar(&account) {
                    tx.detail("cause", cause);
                    return Err(ErrorCode::BadCredentials.into());
                }
                if account.verifier != known.verifier {
                    return Err(ErrorCode::BadCredentials.into());
                }
                if zone == Zone::Admin && !roles.iter().any(|r| r.is_administrator()) {
                    return Err(ErrorCode::Forbidden.because("zone"));
                }
                if let Some(verifier) = renewed {
                    accounts::write_verifier(tx.conn(), account.id, &verifier).await?;
                }
                if service.0.settings.one_session_per_account {
                    let ended = end_sessions(tx, account.id, None, EndReason::Superseded).await?;
                    tx.detail("ended_sessions", ended.len());
                }
                accounts::note_sign_in(tx.conn(), account.id, now).await?;
                let row = SessionRow {
                    id: session_id,
                    account_id: account.id,
                    org_id: account.org_id,
                    zone: zone.as_str().to_owned(),
                    token_digest: digest.to_vec(),
                    created_at: now,
                    last_activity_at: now,
                    expires_at: now + service.0.settings.absolute_timeout,
                    source_ip,
                    user_agent,
                };
                sessions::insert(tx.conn(), &row).await?;
                service.state_of(tx.conn(), &account, &row, shown_roles, now).await
            })
            .await?;
        self.count_sign_in("success");
        Ok(SignedIn { token, session })
    }

    fn count_sign_in(&self, outcome: &str) {
        self.0.metrics.sign_ins.with_label_values(&[outcome]).inc();
    }
}

/// Failures before these moments are forgiven: a success, the end of a lock, a new password.
fn counted_since(account: &AccountRow, window: DateTime<Utc>) -> DateTime<Utc> {
    [account.last_sign_in_at, account.locked_until, Some(account.password_changed_at)]
        .into_iter()
        .flatten()
        .fold(window, DateTime::max)
}

/// What is stored of a session's token.
pub(super) fn token_digest(token: &str) -> sm3::Digest {
    sm3::digest(token.as_bytes())
}

/// The error of a session that is not, or no longer, there.
pub(super) fn not_signed_in() -> Error {
    ErrorCode::NotSignedIn.into()
}

//! Who somebody is and what he may do: the use cases, cut by theme.

mod accounts;
mod bootstrap;
mod passwords;
mod roles;
mod sessions;
mod sign_in;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use tokio::sync::{OnceCell, Semaphore};
use uuid::Uuid;
use zeroize::Zeroizing;

pub use sessions::{SWEEP_JOB, SweepSessions};
pub use sign_in::{Client, SignedIn};

use super::model::{EndReason, IdentitySettings, Permission, Person, Principal, SessionEnded};
use super::store::accounts::{self as account_rows, AccountRow};
use super::store::{organisations, sessions as session_rows};
use crate::audit::{Action, AuditDraft, Object};
use crate::crypto::password::{self, Verifier};
use crate::crypto::{BlindIndex, MacKey};
use crate::db::ids::{AccountId, OrgId, SessionId};
use crate::db::{Connection, KeyStore, Scope};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{EventDraft, Topic};
use crate::telemetry::metrics::Metrics;
use crate::transaction::{Transactions, Tx};

/// Accounts, passwords, roles and sessions.
#[derive(Clone)]
pub struct Identity(Arc<Parts>);

struct Parts {
    transactions: Transactions,
    settings: IdentitySettings,
    metrics: Metrics,
    password_key: MacKey,
    role_key: MacKey,
    /// For logins in records of failures: people type passwords there.
    login_index: BlindIndex,
    /// Verifying a password keeps a processor busy; no more at a time than there are processors.
    hashing: Semaphore,
    root_org: OnceCell<OrgId>,
    /// Role rows already reported as altered, so that each is reported once.
    reported: Mutex<HashSet<(AccountId, String)>>,
}

impl Identity {
    pub fn new(transactions: Transactions, metrics: Metrics, settings: IdentitySettings) -> Self {
        let keyring = transactions.keys().keyring();
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self(Arc::new(Parts {
            password_key: keyring.mac_key("password"),
            role_key: roles::role_key(keyring),
            login_index: keyring.blind_index(),
            hashing: Semaphore::new(processors),
            root_org: OnceCell::new(),
            reported: Mutex::new(HashSet::new()),
            transactions,
            settings,
            metrics,
        }))
    }

    pub fn settings(&self) -> &IdentitySettings {
        &self.0.settings
    }

    fn transactions(&self) -> &Transactions {
        &self.0.transactions
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.transactions.now()
    }

    /// The organisation in whose name nobody in particular is recorded.
    async fn root_org(&self, conn: &mut Connection) -> Result<OrgId> {
        self.0.root_org.get_or_try_init(|| organisations::root(conn)).await.copied()
    }

    /// Which of these verifiers the password matches, off the async workers. Each costs the same whether it matches or not.
    async fn matching(
        &self,
        password: &Zeroizing<String>,
        account: Uuid,
        verifiers: Vec<Verifier>,
    ) -> Result<Vec<bool>> {
        let (password, key) = (password.clone(), self.0.password_key.clone());
        let _turn = self.0.hashing.acquire().await.map_err(|e| ErrorCode::Internal.caused_by(e))?;
        let matching = move || verifiers.iter().map(|v| v.matches(&password, &key, account)).collect();
        tokio::task::spawn_blocking(matching).await.map_err(|e| ErrorCode::Internal.caused_by(e))
    }

    async fn is_password(&self, password: &Zeroizing<String>, account: Uuid, verifier: Verifier) -> Result<bool> {
        Ok(self.matching(password, account, vec![verifier]).await?.contains(&true))
    }

    async fn derive(&self, password: &Zeroizing<String>, account: AccountId) -> Result<Verifier> {
        let (password, key) = (password.clone(), self.0.password_key.clone());
        let iterations = self.0.settings.pbkdf2_iterations;
        let _turn = self.0.hashing.acquire().await.map_err(|e| ErrorCode::Internal.caused_by(e))?;
        tokio::task::spawn_blocking(move || password::derive(&password, &key, account.0, iterations))
            .await
            .map_err(|e| ErrorCode::Internal.caused_by(e))?
    }

    /// Whether the password waits to be changed, because somebody else knows it or because it is old.
    fn must_change_password(&self, account: &AccountRow, now: DateTime<Utc>) -> bool {
        account.must_change_password || account.password_changed_at + self.0.settings.password_max_age <= now
    }
}

/// Ends sessions of an account as a consequence of another act: each has a record of its own and an event.
async fn end_sessions(
    tx: &mut Tx,
    account: AccountId,
    except: Option<SessionId>,
    reason: EndReason,
) -> Result<Vec<SessionId>> {
    let mut ended = Vec::new();
    for session in session_rows::live_of(tx.conn(), account).await? {
        if Some(session.id) == except || !end_session(tx, session.id, account, reason).await? {
            continue;
        }
        let draft = AuditDraft::new(Action::SessionEnd)
            .on(Object::new("session", session.id))
            .detail("reason", reason.as_str())
            .detail("account_id", account.to_string());
        tx.record_also(draft).await?;
        ended.push(session.id);
    }
    Ok(ended)
}

/// Ends one session and says so on the event log; `false` when it had ended before. The record is the caller's.
async fn end_session(tx: &mut Tx, id: SessionId, account: AccountId, reason: EndReason) -> Result<bool> {
    let now = tx.now();
    if !session_rows::end(tx.conn(), id, reason, now).await? {
        return Ok(false);
    }
    let key = tx.shared_key(Scope::Event).await?;
    let payload = SessionEnded { session_id: id, account_id: account, reason };
    let event = EventDraft::new(Topic::Accounts, "session.ended", "session", id, &payload)?;
    tx.publish(&event, &key).await?;
    Ok(true)
}

/// Who these ids are, for screens of other nouns; one that does not exist is absent.
pub async fn people(conn: &mut Connection, ids: &[AccountId]) -> Result<std::collections::HashMap<AccountId, Person>> {
    organisations::people(conn, ids).await
}

/// The person with this login in an organisation.
pub async fn person_by_login(conn: &mut Connection, org: OrgId, login: &str) -> Result<Option<Person>> {
    organisations::person_by_login(conn, org, login).await
}

/// Somebody of the caller's organisation who has this permission and whose account is not disabled: whom work can be given to.
pub async fn colleague_who_may(tx: &mut Tx, id: AccountId, permission: Permission) -> Result<Option<Person>> {
    let (org, role_key) = (tx.caller().org_id, roles::role_key(tx.keys().keyring()));
    let account = match account_rows::get(tx.conn(), org, id).await {
        Ok(account) if account.disabled_at.is_none() => account,
        Ok(_) => return Ok(None),
        Err(e) if e.code() == ErrorCode::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let held = roles::held_by(tx.conn(), &role_key, &[id]).await?.remove(&id).unwrap_or_default();
    let may = held.roles.iter().any(|role| permission.roles().contains(role));
    Ok(may.then_some(Person { id, display_name: account.display_name }))
}

/// Which of these accounts are signed in, enabled and may do this now.
pub async fn on_duty(
    conn: &mut Connection,
    keys: &KeyStore,
    ids: &[AccountId],
    permission: Permission,
    now: DateTime<Utc>,
) -> Result<Vec<AccountId>> {
    let signed_in = session_rows::signed_in(conn, ids, now).await?;
    let held = roles::held_by(conn, &roles::role_key(keys.keyring()), &signed_in).await?;
    let may = |id: &AccountId| {
        held.get(id).is_some_and(|held| held.roles.iter().any(|role| permission.roles().contains(role)))
    };
    Ok(signed_in.into_iter().filter(may).collect())
}

/// Refuses what an administrator may not do to himself.
fn not_oneself(principal: &Principal, id: AccountId) -> Result<()> {
    if principal.account_id == id { Err(ErrorCode::Forbidden.because("one's own account")) } else { Ok(()) }
}

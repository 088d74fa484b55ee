//! The first organisation and the first accounts, made at the command line of the server; and the accounts of the demo.

use zeroize::Zeroizing;

use super::accounts::shown;
use super::{Identity, end_sessions};
use crate::audit::{Action, ActorKind, AuditDraft, Caller, Object};
use crate::db::ids::{AccountId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::identity::model::{Account, EndReason, NewAccount};
use crate::identity::password;
use crate::identity::store::accounts::PasswordChange;
use crate::identity::store::{accounts, organisations};

impl Identity {
    /// The organisation of this code, made when there is none. Its parent is the first one, if any.
    pub async fn ensure_organisation(&self, operator: &str, code: &str, name: &str) -> Result<OrgId> {
        let (code, name) = (code.to_owned(), name.to_owned());
        let parent = {
            let mut conn = self.transactions().db().connection().await?;
            if let Some(found) = organisations::by_code(&mut conn, &code).await? {
                return Ok(found);
            }
            match organisations::root(&mut conn).await {
                Ok(root) => Some(root),
                Err(e) if e.code() == ErrorCode::NotFound => None,
                Err(e) => return Err(e),
            }
        };
        let id = OrgId::fresh();
        // The record of making an organisation belongs to that organisation: it is in the same transaction.
        let caller = Caller::operator(id, operator);
        let attempt = AuditDraft::new(Action::OrganisationCreate).on(Object::new("organisation", id).labelled(&code));
        self.transactions()
            .perform(&caller, attempt, async move |tx| {
                let now = tx.now();
                organisations::insert(tx.conn(), id, parent, &code, &name, now).await
            })
            .await?;
        Ok(id)
    }

    /// Makes an account as an operator and returns its password for one use. For `guitai admin create-account`.
    pub async fn bootstrap_account(&self, operator: &Caller, new: NewAccount) -> Result<(Account, Zeroizing<String>)> {
        only_operators(operator)?;
        let service = self.clone();
        let id = AccountId::fresh();
        let one_time = password::one_time()?;
        let verifier = self.derive(&one_time, id).await?;
        let attempt = AuditDraft::new(Action::AccountCreate).on(Object::new("account", id));
        let account = self
            .transactions()
            .perform(operator, attempt, async move |tx| service.add_account(tx, id, new, &verifier, true).await)
            .await?;
        Ok((account, one_time))
    }

    /// An account of the demo with the password that the demo made for it; one that exists already is returned as it is. Never called
    /// outside the demo: the policy is not asked and no change is forced.
    pub async fn demo_account(&self, operator: &Caller, new: NewAccount, password: &str) -> Result<Account> {
        only_operators(operator)?;
        {
            let mut conn = self.transactions().db().connection().await?;
            if let Some(row) = accounts::by_login(&mut conn, &new.login).await? {
                let roles = self.roles_of_one(&mut conn, row.org_id, row.id).await?;
                let org = organisations::get(&mut conn, row.org_id).await?;
                return Ok(shown(row, roles, org, self.now()));
            }
        }
        let service = self.clone();
        let id = AccountId::fresh();
        let verifier = self.derive(&Zeroizing::new(password.to_owned()), id).await?;
        let attempt = AuditDraft::new(Action::AccountCreate).on(Object::new("account", id)).detail("demo", true);
        self.transactions()
            .perform(operator, attempt, async move |tx| service.add_account(tx, id, new, &verifier, false).await)
            .await
    }

    /// Whether anybody has an account yet.
    pub async fn has_accounts(&self) -> Result<bool> {
        let mut conn = self.transactions().db().connection().await?;
        accounts::any(&mut conn).await
    }

    /// Gives somebody who forgot his password one for one use. Sessions end and a lock is lifted.
    pub async fn recover_account(&self, operator: &Caller, login: &str) -> Result<Zeroizing<String>> {
        only_operators(operator)?;
        let row = {
            let mut conn = self.transactions().db().connection().await?;
            accounts::by_login(&mut conn, login).await?.ok_or_else(|| ErrorCode::NotFound.because("account"))?
        };
        let id = row.id;
        let one_time = password::one_time()?;
        let verifier = self.derive(&one_time, id).await?;
        let valid = self.settings().one_time_valid;
        let attempt = AuditDraft::new(Action::PasswordReset).on(Object::new("account", id).labelled(login));
        self.transactions()
            .perform(operator, attempt, async move |tx| {
                let now = tx.now();
                accounts::lock(tx.conn(), id).await?;
                let until = Some(now + valid);
                let change = PasswordChange { verifier: &verifier, must_change: true, one_time_expires_at: until };
                accounts::set_password(tx.conn(), id, &change, now).await?;
                accounts::set_lock(tx.conn(), id, None).await?;
                end_sessions(tx, id, None, EndReason::PasswordChanged).await?;
                Ok(())
            })
            .await?;
        Ok(one_time)
    }

    /// Disables an account and ends its sessions, at the command line.
    pub async fn retire_account(&self, operator: &Caller, id: AccountId) -> Result<()> {
        only_operators(operator)?;
        let attempt = AuditDraft::new(Action::AccountDisable).on(Object::new("account", id));
        self.transactions()
            .perform(operator, attempt, async move |tx| {
                let now = tx.now();
                accounts::set_disabled(tx.conn(), id, Some(now)).await?;
                end_sessions(tx, id, None, EndReason::AccountDisabled).await?;
                Ok(())
            })
            .await
    }
}

fn only_operators(caller: &Caller) -> Result<()> {
    if caller.kind == ActorKind::Operator { Ok(()) } else { Err(ErrorCode::Forbidden.because("operator")) }
}

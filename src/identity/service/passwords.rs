//! Changing a password, and giving out one for a single use.

use zeroize::Zeroizing;

use super::{Identity, end_sessions, not_oneself};
use crate::audit::{Action, AuditDraft, Object};
use crate::crypto::password::Verifier;
use crate::db::ids::AccountId;
use crate::error::{ErrorCode, Result};
use crate::identity::model::{EndReason, Permission, Principal, Role};
use crate::identity::password;
use crate::identity::store::accounts::{self, PasswordChange};

impl Identity {
    /// Changes one's own password. [`ErrorCode::BadCredentials`] when the present one is not that; it counts like a failed sign-in,
    /// so that a screen left open is no place to guess. [`ErrorCode::PasswordRefused`] when the new one breaks the policy. Other
    /// sessions of the account end.
    pub async fn change_password(
        &self,
        principal: &Principal,
        current: Zeroizing<String>,
        new: Zeroizing<String>,
    ) -> Result<()> {
        let id = principal.account_id;
        let attempt = AuditDraft::new(Action::PasswordChange).on(Object::new("account", id));
        let (account, earlier) = {
            let mut conn = self.transactions().db().connection().await?;
            let account = accounts::get(&mut conn, principal.org_id, id).await?;
            let earlier = accounts::last_passwords(&mut conn, id, password::REMEMBERED).await?;
            (account, earlier)
        };
        let is_locked = account.locked_until.is_some_and(|until| until > self.now());
        if !self.is_password(&current, id.0, account.verifier()?).await? || is_locked {
            let error = ErrorCode::BadCredentials.into();
            let attempt = attempt.detail("cause", if is_locked { "locked" } else { "wrong_password" });
            return Err(self
                .transactions()
                .refuse(&principal.caller, attempt, error, async move |tx| self.count_failure(tx, id, None).await)
                .await);
        }
        let judged = self.judge_new(&new, principal, earlier).await;
        let session = principal.session_id;
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                let verifier = judged?;
                let now = tx.now();
                let row = accounts::lock(tx.conn(), id).await?.ok_or_else(|| ErrorCode::NotFound.because("account"))?;
                if row.verifier != account.verifier {
                    return Err(ErrorCode::Conflict.because("the password was changed elsewhere"));
                }
                let change = PasswordChange { verifier: &verifier, must_change: false, one_time_expires_at: None };
                accounts::set_password(tx.conn(), id, &change, now).await?;
                end_sessions(tx, id, Some(session), EndReason::PasswordChanged).await?;
                Ok(())
            })
            .await
    }

    /// The verifier of a new password, if the policy allows it.
    async fn judge_new(
        &self,
        new: &Zeroizing<String>,
        principal: &Principal,
        earlier: Vec<Verifier>,
    ) -> Result<Verifier> {
        let is_administrator = principal.roles.iter().any(|r: &Role| r.is_administrator());
        password::check(new, &principal.login, is_administrator)?;
        if self.matching(new, principal.account_id.0, earlier).await?.contains(&true) {
            let what = format!("it is one of the last {}", password::REMEMBERED);
            return Err(ErrorCode::PasswordRefused.because(what));
        }
        self.derive(new, principal.account_id).await
    }

    /// Gives an account a password for one use, which is returned once and nowhere kept. Its sessions end and a lock is lifted.
    pub async fn reset_password(&self, principal: &Principal, id: AccountId) -> Result<Zeroizing<String>> {
        let one_time = password::one_time()?;
        let who = principal.clone();
        // Before the transaction, and before asking whether he may: it takes a while, and his rights are asked inside.
        let verifier = self.derive(&one_time, id).await?;
        let valid = self.0.settings.one_time_valid;
        let attempt = AuditDraft::new(Action::PasswordReset).on(Object::new("account", id));
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AccountManage)?;
                not_oneself(&who, id)?;
                let now = tx.now();
                accounts::get(tx.conn(), who.org_id, id).await?;
                accounts::lock(tx.conn(), id).await?;
                let until = now + valid;
                let change =
                    PasswordChange { verifier: &verifier, must_change: true, one_time_expires_at: Some(until) };
                accounts::set_password(tx.conn(), id, &change, now).await?;
                end_sessions(tx, id, None, EndReason::PasswordChanged).await?;
                tx.detail("valid_until", until.to_rfc3339());
                Ok(())
            })
            .await?;
        Ok(one_time)
    }
}

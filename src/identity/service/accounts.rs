//! Accounts and their roles, in the hands of a security administrator.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::roles::codes;
use super::{Identity, end_sessions, not_oneself};
use crate::audit::{Action, AuditDraft, Object};
use crate::crypto::password::Verifier;
use crate::db::ids::AccountId;
use crate::error::{ErrorCode, Result};
use crate::identity::model::{Account, EndReason, NewAccount, Organisation, Permission, Principal, Role, is_login};
use crate::identity::password;
use crate::identity::store::accounts::{self, AccountRow};
use crate::identity::store::organisations;
use crate::transaction::Tx;
use crate::web::{Cursor, Page, PageQuery};

/// The longest display name, in characters.
const MOST_NAME: usize = 40;

impl Identity {
    /// The accounts of the administrator's organisation, newest first.
    pub async fn list_accounts(&self, principal: &Principal, page: PageQuery) -> Result<Page<Account>> {
        let (who, service) = (principal.clone(), self.clone());
        self.transactions()
            .perform(&principal.caller, AuditDraft::new(Action::AccountList), async move |tx| {
                who.require(Permission::AccountManage)?;
                let (limit, after) = (page.limit.rows(), page.cursor.map(|c| (c.at, c.id)));
                let rows = accounts::page(tx.conn(), who.org_id, after, limit + 1).await?;
                let rows = Page::cut(rows, limit, |r| Cursor { at: r.created_at, id: r.id.0 });
                let ids: Vec<AccountId> = rows.items.iter().map(|r| r.id).collect();
                let mut roles = service.roles_of(tx.conn(), &ids).await?;
                let org = organisations::get(tx.conn(), who.org_id).await?;
                let now = tx.now();
                tx.detail("count", ids.len());
                Ok(rows.map(|r| {
                    let held = roles.remove(&r.id).unwrap_or_default();
                    shown(r, held.roles, org.clone(), now)
                }))
            })
            .await
    }

    /// Makes an account with a password for one use, which is returned once and nowhere kept.
    pub async fn create_account(&self, principal: &Principal, new: NewAccount) -> Result<(Account, Zeroizing<String>)> {
        let (who, service) = (principal.clone(), self.clone());
        let id = AccountId::fresh();
        let one_time = password::one_time()?;
        let verifier = self.derive(&one_time, id).await?;
        let attempt = AuditDraft::new(Action::AccountCreate).on(Object::new("account", id));
        let account = self
            .transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AccountManage)?;
                service.add_account(tx, id, new, &verifier, true).await
            })
            .await?;
        Ok((account, one_time))
    }

    /// Checks and inserts an account in the caller's organisation.
    pub(super) async fn add_account(
        &self,
        tx: &mut Tx,
        id: AccountId,
        new: NewAccount,
        verifier: &Verifier,
        one_time: bool,
    ) -> Result<Account> {
        let (now, org_id) = (tx.now(), tx.caller().org_id);
        if !is_login(&new.login) {
            let what = "login: 3 to 32 lower case letters, digits, dots, dashes or underscores";
            return Err(ErrorCode::InvalidParameter.because(what));
        }
        let display_name = new.display_name.trim().to_owned();
        let length = display_name.chars().count();
        if !(1..=MOST_NAME).contains(&length) || display_name.chars().any(char::is_control) {
            return Err(ErrorCode::InvalidParameter.because(format!("display_name: 1 to {MOST_NAME} characters")));
        }
        let roles = distinct(new.roles);
        Role::check_compatible(&roles)?;
        tx.on(Object::new("account", id).labelled(&new.login));
        tx.detail("roles", codes(&roles));
        if accounts::by_login(tx.conn(), &new.login).await?.is_some() {
            return Err(ErrorCode::Conflict.because("login"));
        }
        let row = AccountRow {
            id,
            org_id,
            login: new.login,
            display_name,
            salt: verifier.salt.to_vec(),
            iterations: accounts::iterations_column(verifier)?,
            verifier: verifier.tag.to_vec(),
            must_change_password: one_time,
            one_time_expires_at: one_time.then(|| now + self.0.settings.one_time_valid),
            password_changed_at: now,
            locked_until: None,
            disabled_at: None,
            last_sign_in_at: None,
            created_at: now,
        };
        accounts::insert(tx.conn(), &row).await?;
        let granted_by = tx.caller().id;
        for role in &roles {
            let grant = self.granted(id, org_id, *role, granted_by, now);
            accounts::add_grant(tx.conn(), &grant).await?;
        }
        let org = organisations::get(tx.conn(), org_id).await?;
        Ok(shown(row, roles, org, now))
    }

    /// Replaces the roles of somebody else. Rows that were changed behind the program's back go.
    pub async fn set_roles(&self, principal: &Principal, id: AccountId, roles: Vec<Role>) -> Result<Account> {
        let (who, service) = (principal.clone(), self.clone());
        let attempt = AuditDraft::new(Action::RolesChange).on(Object::new("account", id));
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AccountManage)?;
                not_oneself(&who, id)?;
                let roles = distinct(roles);
                Role::check_compatible(&roles)?;
                let now = tx.now();
                accounts::get(tx.conn(), who.org_id, id).await?;
                accounts::lock(tx.conn(), id).await?;
                let held = service.roles_of(tx.conn(), &[id]).await?.remove(&id).unwrap_or_default();
                tx.detail("before", codes(&held.roles));
                tx.detail("after", codes(&roles));
                let stays = |role: &str| roles.iter().any(|r| r.as_str() == role);
                for grant in held.altered.iter().chain(held.standing.iter().filter(|g| !stays(&g.role))) {
                    accounts::remove_grant(tx.conn(), grant).await?;
                }
                for role in &roles {
                    if !held.standing.iter().any(|g| g.role == role.as_str()) {
                        let grant = service.granted(id, who.org_id, *role, Some(who.account_id.0), now);
                        accounts::add_grant(tx.conn(), &grant).await?;
                    }
                }
                service.account_of(tx, &who, id).await
            })
            .await
    }

    /// Disables an account and ends its sessions.
    pub async fn disable_account(&self, principal: &Principal, id: AccountId) -> Result<Account> {
        let (who, service) = (principal.clone(), self.clone());
        let attempt = AuditDraft::new(Action::AccountDisable).on(Object::new("account", id));
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AccountManage)?;
                not_oneself(&who, id)?;
                let now = tx.now();
                if accounts::get(tx.conn(), who.org_id, id).await?.disabled_at.is_none() {
                    accounts::set_disabled(tx.conn(), id, Some(now)).await?;
                }
                end_sessions(tx, id, None, EndReason::AccountDisabled).await?;
                service.account_of(tx, &who, id).await
            })
            .await
    }

    /// Lets an account in again; a lock is lifted too.
    pub async fn enable_account(&self, principal: &Principal, id: AccountId) -> Result<Account> {
        let (who, service) = (principal.clone(), self.clone());
        let attempt = AuditDraft::new(Action::AccountEnable).on(Object::new("account", id));
        self.transactions()
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AccountManage)?;
                not_oneself(&who, id)?;
                accounts::get(tx.conn(), who.org_id, id).await?;
                accounts::set_disabled(tx.conn(), id, None).await?;
                accounts::set_lock(tx.conn(), id, None).await?;
                service.account_of(tx, &who, id).await
            })
            .await
    }

    async fn account_of(&self, tx: &mut Tx, who: &Principal, id: AccountId) -> Result<Account> {
        let row = accounts::get(tx.conn(), who.org_id, id).await?;
        let held = self.roles_of(tx.conn(), &[id]).await?.remove(&id).unwrap_or_default();
        let org = organisations::get(tx.conn(), who.org_id).await?;
        tx.on(Object::new("account", id).labelled(&row.login));
        Ok(shown(row, held.roles, org, tx.now()))
    }
}

fn distinct(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_unstable();
    roles.dedup();
    roles
}

pub(super) fn shown(row: AccountRow, roles: Vec<Role>, org: Organisation, now: DateTime<Utc>) -> Account {
    Account {
        id: row.id,
        login: row.login,
        display_name: row.display_name,
        roles,
        disabled: row.disabled_at.is_some(),
        locked_until: row.locked_until.filter(|until| *until > now),
        last_login_at: row.last_sign_in_at,
        created_at: row.created_at,
        org,
    }
}

//! Granting roles, and believing only grants whose MAC stands (control A7).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Identity;
use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::crypto::{Keyring, MacKey};
use crate::db::Connection;
use crate::db::ids::{AccountId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::identity::model::{Role, RoleGrant};
use crate::identity::store::accounts;

/// The roles of one account: those that stand, and rows that do not.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub roles: Vec<Role>,
    pub standing: Vec<RoleGrant>,
    pub altered: Vec<RoleGrant>,
}

impl Identity {
    /// The roles of these accounts. A row whose MAC does not stand counts for nothing.
    pub(super) async fn roles_of(&self, conn: &mut Connection, ids: &[AccountId]) -> Result<HashMap<AccountId, Held>> {
        held_by(conn, &self.0.role_key, ids).await
    }

    /// The roles of one account; altered rows are logged, counted and recorded, once each.
    pub(super) async fn roles_of_one(&self, conn: &mut Connection, org: OrgId, id: AccountId) -> Result<Vec<Role>> {
        let Held { roles, altered, .. } = self.roles_of(conn, &[id]).await?.remove(&id).unwrap_or_default();
        for grant in altered {
            self.report(org, &grant).await;
        }
        Ok(roles)
    }

    async fn report(&self, org: OrgId, grant: &RoleGrant) {
        let is_new = match self.0.reported.lock() {
            Ok(mut reported) => reported.insert((grant.account_id, grant.role.clone())),
            Err(_) => true,
        };
        if !is_new {
            return;
        }
        self.0.metrics.tampered_rows.with_label_values(&["account_roles"]).inc();
        tracing::error!(account.id = %grant.account_id, "a role record was changed behind the program's back and is ignored");
        let attempt = AuditDraft::new(Action::RolesTampered)
            .on(Object::new("account", grant.account_id))
            .detail("role", Role::parse(&grant.role).map_or("unknown", Role::as_str));
        let caller = Caller::system(org, "identity");
        let error = ErrorCode::DataAltered.because("account_roles");
        self.transactions().refuse(&caller, attempt, error, async |_| Ok(())).await;
    }

    /// A grant with its MAC.
    pub(super) fn granted(
        &self,
        account_id: AccountId,
        org_id: OrgId,
        role: Role,
        granted_by: Option<Uuid>,
        granted_at: DateTime<Utc>,
    ) -> RoleGrant {
        let mut grant =
            RoleGrant { account_id, org_id, role: role.as_str().to_owned(), granted_by, granted_at, mac: Vec::new() };
        grant.mac = self.0.role_key.mac(&grant.bytes()).to_vec();
        grant
    }
}

/// The key under which grants carry their MAC.
pub(super) fn role_key(keyring: &Keyring) -> MacKey {
    keyring.mac_key("account_roles")
}

/// The roles of these accounts. A row whose MAC does not stand counts for nothing.
pub(super) async fn held_by(
    conn: &mut Connection,
    role_key: &MacKey,
    ids: &[AccountId],
) -> Result<HashMap<AccountId, Held>> {
    let mut out: HashMap<AccountId, Held> = HashMap::new();
    for grant in accounts::grants(conn, ids).await? {
        let held = out.entry(grant.account_id).or_default();
        match Role::parse(&grant.role) {
            Ok(role) if role_key.verify(&grant.bytes(), &grant.mac) => {
                held.roles.push(role);
                held.standing.push(grant);
            }
            _ => held.altered.push(grant),
        }
    }
    for held in out.values_mut() {
        held.roles.sort_unstable();
        // Rows that were each granted may have been brought together again by hand: what excludes each other counts for nothing.
        if !held.roles.is_empty() && Role::check_compatible(&held.roles).is_err() {
            held.altered.append(&mut held.standing);
            held.roles.clear();
        }
    }
    Ok(out)
}

/// Roles as they stand in records and callers: codes, comma-separated.
pub(super) fn codes(roles: &[Role]) -> String {
    roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(",")
}

//! Accounts, roles, password history and failures to sign in.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::crypto::password::Verifier;
use crate::db::ids::{AccountId, OrgId};
use crate::db::schema::{account_roles, accounts, password_history, sign_in_failures};
use crate::db::{Connection, OptionalRow, RowResult};
use crate::error::{Error, ErrorCode, Result};
use crate::identity::model::RoleGrant;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub struct AccountRow {
    pub id: AccountId,
    pub org_id: OrgId,
    pub login: String,
    pub display_name: String,
    pub salt: Vec<u8>,
    pub iterations: i32,
    pub verifier: Vec<u8>,
    pub must_change_password: bool,
    pub one_time_expires_at: Option<DateTime<Utc>>,
    pub password_changed_at: DateTime<Utc>,
    pub locked_until: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl AccountRow {
    pub fn verifier(&self) -> Result<Verifier> {
        verifier_of(&self.salt, self.iterations, &self.verifier)
    }
}

/// A verifier from its columns.
fn verifier_of(salt: &[u8], iterations: i32, tag: &[u8]) -> Result<Verifier> {
    let altered = || -> Error { ErrorCode::DataAltered.because("password verifier") };
    Ok(Verifier {
        salt: salt.try_into().map_err(|_| altered())?,
        iterations: u32::try_from(iterations).map_err(|_| altered())?,
        tag: tag.try_into().map_err(|_| altered())?,
    })
}

/// The stored form of an iteration count.
pub fn iterations_column(verifier: &Verifier) -> Result<i32> {
    i32::try_from(verifier.iterations).map_err(|e| ErrorCode::Internal.caused_by(e))
}

pub async fn by_login(conn: &mut Connection, login: &str) -> Result<Option<AccountRow>> {
    accounts::table.filter(accounts::login.eq(login)).select(AccountRow::as_select()).first(conn).await.optional_row()
}

pub async fn get(conn: &mut Connection, org: OrgId, id: AccountId) -> Result<AccountRow> {
    accounts::table
        .find(id)
        .filter(accounts::org_id.eq(org))
        .select(AccountRow::as_select())
        .first(conn)
        .await
        .or_not_found("account")
}

/// The account, locked to the end of the transaction.
pub async fn lock(conn: &mut Connection, id: AccountId) -> Result<Option<AccountRow>> {
    accounts::table.find(id).select(AccountRow::as_select()).for_update().first(conn).await.optional_row()
}

/// One page of an organisation's accounts, newest first, after the place `(created_at, id)`.
pub async fn page(
    conn: &mut Connection,
    org: OrgId,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<AccountRow>> {
    let mut q = accounts::table.filter(accounts::org_id.eq(org)).into_boxed();
    if let Some((at, id)) = after {
        q = q.filter(accounts::created_at.lt(at).or(accounts::created_at.eq(at).and(accounts::id.lt(AccountId(id)))));
    }
    Ok(q.order((accounts::created_at.desc(), accounts::id.desc()))
        .limit(limit)
        .select(AccountRow::as_select())
        .load(conn)
        .await?)
}

pub async fn insert(conn: &mut Connection, row: &AccountRow) -> Result<()> {
    diesel::insert_into(accounts::table).values(row).execute(conn).await?;
    remember_password(conn, row.id, row.password_changed_at, &row.verifier()?).await
}

/// What changes about an account when its password does.
pub struct PasswordChange<'a> {
    pub verifier: &'a Verifier,
    pub must_change: bool,
    pub one_time_expires_at: Option<DateTime<Utc>>,
}

pub async fn set_password(
    conn: &mut Connection,
    id: AccountId,
    change: &PasswordChange<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    write_verifier(conn, id, change.verifier).await?;
    diesel::update(accounts::table.find(id))
        .set((
            accounts::must_change_password.eq(change.must_change),
            accounts::one_time_expires_at.eq(change.one_time_expires_at),
            accounts::password_changed_at.eq(now),
            accounts::locked_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await?;
    remember_password(conn, id, now, change.verifier).await
}

/// The same password under another verifier.
pub async fn write_verifier(conn: &mut Connection, id: AccountId, verifier: &Verifier) -> Result<()> {
    diesel::update(accounts::table.find(id))
        .set((
            accounts::salt.eq(verifier.salt.to_vec()),
            accounts::iterations.eq(iterations_column(verifier)?),
            accounts::verifier.eq(verifier.tag.to_vec()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

async fn remember_password(
    conn: &mut Connection,
    id: AccountId,
    now: DateTime<Utc>,
    verifier: &Verifier,
) -> Result<()> {
    diesel::insert_into(password_history::table)
        .values((
            password_history::account_id.eq(id),
            password_history::changed_at.eq(now),
            password_history::salt.eq(verifier.salt.to_vec()),
            password_history::iterations.eq(iterations_column(verifier)?),
            password_history::verifier.eq(verifier.tag.to_vec()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The verifiers of the last `count` passwords, the present one first.
pub async fn last_passwords(conn: &mut Connection, id: AccountId, count: i64) -> Result<Vec<Verifier>> {
    let rows: Vec<(Vec<u8>, i32, Vec<u8>)> = password_history::table
        .filter(password_history::account_id.eq(id))
        .order(password_history::changed_at.desc())
        .limit(count)
        .select((password_history::salt, password_history::iterations, password_history::verifier))
        .load(conn)
        .await?;
    rows.iter().map(|(salt, iterations, tag)| verifier_of(salt, *iterations, tag)).collect()
}

pub async fn note_sign_in(conn: &mut Connection, id: AccountId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(accounts::table.find(id))
        .set((accounts::last_sign_in_at.eq(now), accounts::locked_until.eq(None::<DateTime<Utc>>)))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn set_lock(conn: &mut Connection, id: AccountId, until: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(accounts::table.find(id)).set(accounts::locked_until.eq(until)).execute(conn).await?;
    Ok(())
}

pub async fn set_disabled(conn: &mut Connection, id: AccountId, at: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(accounts::table.find(id)).set(accounts::disabled_at.eq(at)).execute(conn).await?;
    Ok(())
}

pub async fn add_failure(
    conn: &mut Connection,
    account: Option<AccountId>,
    source_ip: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(sign_in_failures::table)
        .values((
            sign_in_failures::id.eq(Uuid::now_v7()),
            sign_in_failures::account_id.eq(account),
            sign_in_failures::source_ip.eq(source_ip),
            sign_in_failures::at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn failures_of_account(conn: &mut Connection, id: AccountId, since: DateTime<Utc>) -> Result<i64> {
    Ok(sign_in_failures::table
        .filter(sign_in_failures::account_id.eq(id))
        .filter(sign_in_failures::at.gt(since))
        .count()
        .get_result(conn)
        .await?)
}

pub async fn failures_of_source(conn: &mut Connection, source_ip: &str, since: DateTime<Utc>) -> Result<i64> {
    Ok(sign_in_failures::table
        .filter(sign_in_failures::source_ip.eq(source_ip))
        .filter(sign_in_failures::at.gt(since))
        .count()
        .get_result(conn)
        .await?)
}

/// Failures that no window reaches any more.
pub async fn forget_failures(conn: &mut Connection, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(sign_in_failures::table.filter(sign_in_failures::at.lt(before))).execute(conn).await?)
}

type GrantRow = (AccountId, OrgId, String, Option<Uuid>, DateTime<Utc>, Vec<u8>);

/// The stored grants of these accounts.
pub async fn grants(conn: &mut Connection, ids: &[AccountId]) -> Result<Vec<RoleGrant>> {
    let rows: Vec<GrantRow> = account_roles::table
        .filter(account_roles::account_id.eq_any(ids))
        .order((account_roles::account_id, account_roles::role))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(account_id, org_id, role, granted_by, granted_at, mac)| RoleGrant {
            account_id,
            org_id,
            role,
            granted_by,
            granted_at,
            mac,
        })
        .collect())
}

pub async fn add_grant(conn: &mut Connection, grant: &RoleGrant) -> Result<()> {
    diesel::insert_into(account_roles::table)
        .values((
            account_roles::account_id.eq(grant.account_id),
            account_roles::org_id.eq(grant.org_id),
            account_roles::role.eq(&grant.role),
            account_roles::granted_by.eq(grant.granted_by),
            account_roles::granted_at.eq(grant.granted_at),
            account_roles::mac.eq(&grant.mac),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn remove_grant(conn: &mut Connection, grant: &RoleGrant) -> Result<()> {
    let row = account_roles::table.find((grant.account_id, grant.org_id, &grant.role));
    diesel::delete(row).execute(conn).await?;
    Ok(())
}

/// Whether anybody has an account yet.
pub async fn any(conn: &mut Connection) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(accounts::table.select(accounts::id))).get_result(conn).await?)
}

//! Sessions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::accounts::AccountRow;
use crate::db::ids::{AccountId, OrgId, SessionId};
use crate::db::schema::{accounts, sessions};
use crate::db::{Connection, OptionalRow};
use crate::error::Result;
use crate::identity::model::EndReason;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub struct SessionRow {
    pub id: SessionId,
    pub account_id: AccountId,
    pub org_id: OrgId,
    pub zone: String,
    pub token_digest: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub last_activity_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub source_ip: String,
    pub user_agent: String,
}

pub async fn insert(conn: &mut Connection, row: &SessionRow) -> Result<()> {
    diesel::insert_into(sessions::table).values(row).execute(conn).await?;
    Ok(())
}

/// The session that has not been ended with this token, and its account.
pub async fn by_token(conn: &mut Connection, digest: &[u8]) -> Result<Option<(SessionRow, AccountRow)>> {
    sessions::table
        .inner_join(accounts::table)
        .filter(sessions::token_digest.eq(digest))
        .filter(sessions::ended_at.is_null())
        .select((SessionRow::as_select(), AccountRow::as_select()))
        .first(conn)
        .await
        .optional_row()
}

/// The session, if it has not been ended.
pub async fn live(conn: &mut Connection, id: SessionId) -> Result<Option<SessionRow>> {
    sessions::table
        .find(id)
        .filter(sessions::ended_at.is_null())
        .select(SessionRow::as_select())
        .first(conn)
        .await
        .optional_row()
}

/// Sessions of an account that have not been ended, newest first.
pub async fn live_of(conn: &mut Connection, account: AccountId) -> Result<Vec<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::ended_at.is_null())
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .select(SessionRow::as_select())
        .load(conn)
        .await?)
}

/// Sessions that nobody has ended although their time is over.
pub async fn stale(
    conn: &mut Connection,
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.le(now).or(sessions::last_activity_at.le(idle_since)))
        .order(sessions::id)
        .limit(limit)
        .select(SessionRow::as_select())
        .load(conn)
        .await?)
}

/// Which of these accounts are enabled and have a live session.
pub async fn signed_in(conn: &mut Connection, ids: &[AccountId], now: DateTime<Utc>) -> Result<Vec<AccountId>> {
    Ok(sessions::table
        .inner_join(accounts::table)
        .filter(sessions::account_id.eq_any(ids))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(accounts::disabled_at.is_null())
        .select(sessions::account_id)
        .distinct()
        .load(conn)
        .await?)
}

/// Notes activity on a session that is still alive; `false` when it is not.
pub async fn touch(
    conn: &mut Connection,
    id: SessionId,
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> Result<bool> {
    let alive = sessions::table
        .find(id)
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_activity_at.gt(idle_since));
    Ok(diesel::update(alive).set(sessions::last_activity_at.eq(now)).execute(conn).await? == 1)
}

/// Ends a session; `false` when it had ended before.
pub async fn end(conn: &mut Connection, id: SessionId, reason: EndReason, now: DateTime<Utc>) -> Result<bool> {
    let live = sessions::table.find(id).filter(sessions::ended_at.is_null());
    let ended = diesel::update(live)
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason.as_str())))
        .execute(conn)
        .await?;
    Ok(ended == 1)
}

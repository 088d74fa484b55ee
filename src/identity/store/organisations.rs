//! Organisations and the people in them, as other nouns show them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::ids::{AccountId, OrgId};
use crate::db::schema::{accounts, organisations};
use crate::db::{Connection, OptionalRow, RowResult};
use crate::error::Result;
use crate::identity::model::{Organisation, Person};

type Row = (OrgId, String, String);

fn shown((id, code, name): Row) -> Organisation {
    Organisation { id, code, name }
}

pub async fn get(conn: &mut Connection, id: OrgId) -> Result<Organisation> {
    let columns = (organisations::id, organisations::code, organisations::name);
    organisations::table.find(id).select(columns).first::<Row>(conn).await.or_not_found("organisation").map(shown)
}

pub async fn by_code(conn: &mut Connection, code: &str) -> Result<Option<OrgId>> {
    organisations::table.filter(organisations::code.eq(code)).select(organisations::id).first(conn).await.optional_row()
}

/// The organisation at the top, in whose name nobody in particular is recorded.
pub async fn root(conn: &mut Connection) -> Result<OrgId> {
    organisations::table
        .filter(organisations::parent_id.is_null())
        .order((organisations::created_at, organisations::id))
        .select(organisations::id)
        .first(conn)
        .await
        .or_not_found("organisation")
}

pub async fn insert(
    conn: &mut Connection,
    id: OrgId,
    parent: Option<OrgId>,
    code: &str,
    name: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(organisations::table)
        .values((
            organisations::id.eq(id),
            organisations::parent_id.eq(parent),
            organisations::code.eq(code),
            organisations::name.eq(name),
            organisations::created_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// These people, by id; one that does not exist is absent.
pub async fn people(conn: &mut Connection, ids: &[AccountId]) -> Result<HashMap<AccountId, Person>> {
    let rows: Vec<(AccountId, String)> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::display_name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, display_name)| (id, Person { id, display_name })).collect())
}

/// The person with this login in an organisation.
pub async fn person_by_login(conn: &mut Connection, org: OrgId, login: &str) -> Result<Option<Person>> {
    let found: Option<(AccountId, String)> = accounts::table
        .filter(accounts::org_id.eq(org))
        .filter(accounts::login.eq(login.to_lowercase()))
        .select((accounts::id, accounts::display_name))
        .first(conn)
        .await
        .optional_row()?;
    Ok(found.map(|(id, display_name)| Person { id, display_name }))
}

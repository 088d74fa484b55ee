//! Which stored keys there are, and in which state: what the inventory of cryptography shows. Reads wrapped keys' rows and
//! unwraps nothing.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;

use super::pool::Connection;
use super::schema::{class_keys, data_keys, signing_keys};
use crate::error::Result;

/// A class key.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(table_name = class_keys, check_for_backend(diesel::pg::Pg))]
pub struct ClassKeyEntry {
    pub id: Uuid,
    pub class: String,
    pub month: String,
    pub version: i32,
    pub root_key_id: Uuid,
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub destroyed_at: Option<DateTime<Utc>>,
}

/// How many data keys of a scope are in a state.
#[derive(Debug, Serialize, Queryable)]
pub struct DataKeyCount {
    pub scope: String,
    pub state: String,
    pub keys: i64,
}

/// A signing key.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(diesel::pg::Pg))]
pub struct SigningKeyEntry {
    pub id: Uuid,
    pub purpose: String,
    pub state: String,
    pub created_at: DateTime<Utc>,
}

/// All stored keys.
#[derive(Debug, Serialize)]
pub struct KeyCensus {
    /// By class, the newest month first.
    pub class_keys: Vec<ClassKeyEntry>,
    pub data_keys: Vec<DataKeyCount>,
    pub signing_keys: Vec<SigningKeyEntry>,
}

/// Counts the stored keys of all organisations.
pub async fn key_census(conn: &mut Connection) -> Result<KeyCensus> {
    Ok(KeyCensus {
        class_keys: class_keys::table
            .select(ClassKeyEntry::as_select())
            .order((class_keys::class, class_keys::month.desc()))
            .load(conn)
            .await?,
        data_keys: data_keys::table
            .group_by((data_keys::scope, data_keys::state))
            .select((data_keys::scope, data_keys::state, count_star()))
            .order((data_keys::scope, data_keys::state))
            .load(conn)
            .await?,
        signing_keys: signing_keys::table
            .select(SigningKeyEntry::as_select())
            .order((signing_keys::purpose, signing_keys::created_at))
            .load(conn)
            .await?,
    })
}

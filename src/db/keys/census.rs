//! Which stored keys there are, and in which state: what the inventory of cryptography shows. Reads wrapped keys' rows and
//! unwraps nothing.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;

use crate::db::pool::Connection;
use crate::db::schema::{class_keys, data_key_versions, data_keys, root_keys, signing_keys};
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
    pub root_key_version: i32,
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub activated_at: Option<DateTime<Utc>>,
    pub retired_at: Option<DateTime<Utc>>,
    pub retired_by: Option<Uuid>,
    pub destroyed_at: Option<DateTime<Utc>>,
    pub destroyed_by: Option<Uuid>,
}

/// A root key that class keys hang on, or have hung on.
#[derive(Debug, Serialize, Queryable, Selectable)]
#[diesel(table_name = root_keys, check_for_backend(diesel::pg::Pg))]
pub struct RootKeyEntry {
    pub id: Uuid,
    pub version: i32,
    pub provider: String,
    pub state: String,
    pub activated_at: DateTime<Utc>,
    pub activated_by: Option<Uuid>,
    pub retired_at: Option<DateTime<Utc>>,
    pub retired_by: Option<Uuid>,
    pub destroyed_at: Option<DateTime<Utc>>,
    pub destroyed_by: Option<Uuid>,
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
    /// `database`, sealed, or `device`.
    pub held_in: String,
    pub created_at: DateTime<Utc>,
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(data_keys::scope, data_key_versions::state);

/// All stored keys.
#[derive(Debug, Serialize)]
pub struct KeyCensus {
    /// The newest first.
    pub root_keys: Vec<RootKeyEntry>,
    /// By class, the newest month first.
    pub class_keys: Vec<ClassKeyEntry>,
    pub data_keys: Vec<DataKeyCount>,
    /// Versions beside the one that seals: pre-active ones and former ones.
    pub other_versions: Vec<DataKeyCount>,
    pub signing_keys: Vec<SigningKeyEntry>,
}

/// Counts the stored keys of all organisations.
pub async fn key_census(conn: &mut Connection) -> Result<KeyCensus> {
    Ok(KeyCensus {
        root_keys: root_keys::table
            .select(RootKeyEntry::as_select())
            .order(root_keys::activated_at.desc())
            .load(conn)
            .await?,
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
        other_versions: data_key_versions::table
            .inner_join(data_keys::table)
            .group_by((data_keys::scope, data_key_versions::state))
            .select((data_keys::scope, data_key_versions::state, count_star()))
            .order((data_keys::scope, data_key_versions::state))
            .load(conn)
            .await?,
        signing_keys: signing_keys::table
            .select(SigningKeyEntry::as_select())
            .order((signing_keys::purpose, signing_keys::created_at))
            .load(conn)
            .await?,
    })
}

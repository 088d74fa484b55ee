//! The end of a key, and with it of everything sealed under it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{KeyStore, Scope, Stamp};
use crate::db::ids::DataKeyId;
use crate::db::pool::Connection;
use crate::db::schema::{data_key_versions, data_keys};
use crate::error::Result;

/// A data key that was destroyed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Destroyed {
    pub id: DataKeyId,
    pub at: DateTime<Utc>,
}

/// What is left of a version of a data key: that it was, until when, and who ended it.
#[derive(AsChangeset)]
#[diesel(table_name = data_key_versions, treat_none_as_null = true)]
pub(super) struct Remains {
    wrapped: Option<Vec<u8>>,
    state: &'static str,
    destroyed_at: Option<DateTime<Utc>>,
    destroyed_by: Option<Uuid>,
}

impl Remains {
    pub(super) fn of_version(stamp: Stamp) -> Self {
        Self { wrapped: None, state: "destroyed", destroyed_at: Some(stamp.at), destroyed_by: stamp.by }
    }
}

impl KeyStore {
    /// Destroys a data key of this scope in all its versions, and with it everything sealed under it; `false` when none such is alive. The scope
    /// has to be named, so that an id from the wrong place never destroys something else. Other nodes forget the key when the caller's transaction
    /// commits.
    pub async fn destroy(&self, conn: &mut Connection, id: DataKeyId, scope: Scope, stamp: Stamp) -> Result<bool> {
        let key = data_keys::table
            .filter(data_keys::id.eq(id))
            .filter(data_keys::scope.eq(scope.as_str()))
            .filter(data_keys::state.ne("destroyed"));
        let destroyed = diesel::update(key)
            .set((
                data_keys::wrapped.eq(None::<Vec<u8>>),
                data_keys::state.eq("destroyed"),
                data_keys::destroyed_at.eq(stamp.at),
                data_keys::destroyed_by.eq(stamp.by),
                data_keys::other_versions.eq(0),
            ))
            .execute(conn)
            .await?;
        if destroyed > 0 {
            let others = data_key_versions::table
                .filter(data_key_versions::data_key_id.eq(id))
                .filter(data_key_versions::state.ne("destroyed"));
            diesel::update(others).set(Remains::of_version(stamp)).execute(conn).await?;
            self.changed(conn, Some(id)).await?;
        }
        Ok(destroyed > 0)
    }

    /// Destroys again what a restored backup has brought back, whatever its scope; says which of these keys were alive.
    pub async fn destroy_again(
        &self,
        conn: &mut Connection,
        ids: &[DataKeyId],
        stamp: Stamp,
    ) -> Result<Vec<DataKeyId>> {
        let alive: Vec<(DataKeyId, String)> = data_keys::table
            .filter(data_keys::id.eq_any(ids))
            .filter(data_keys::state.ne("destroyed"))
            .select((data_keys::id, data_keys::scope))
            .load(conn)
            .await?;
        let mut destroyed = Vec::new();
        for (id, scope) in alive {
            if let Some(scope) = Scope::named(&scope)
                && self.destroy(conn, id, scope, stamp).await?
            {
                destroyed.push(id);
            }
        }
        Ok(destroyed)
    }
}

/// Whether any of these data keys is alive.
pub async fn any_alive(conn: &mut Connection, ids: &[DataKeyId]) -> Result<bool> {
    let alive = data_keys::table.filter(data_keys::id.eq_any(ids)).filter(data_keys::state.ne("destroyed"));
    Ok(diesel::select(diesel::dsl::exists(alive)).get_result(conn).await?)
}

/// The data keys destroyed at or after a time, in order.
pub async fn destroyed_since(conn: &mut Connection, since: DateTime<Utc>) -> Result<Vec<Destroyed>> {
    let rows: Vec<(DataKeyId, Option<DateTime<Utc>>)> = data_keys::table
        .filter(data_keys::state.eq("destroyed"))
        .filter(data_keys::destroyed_at.ge(since))
        .order((data_keys::destroyed_at, data_keys::id))
        .select((data_keys::id, data_keys::destroyed_at))
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some(Destroyed { id, at: at? })).collect())
}

//! Keys that take over from others.
//!
//! - A **root key** is rotated by giving the provider the next one. Class keys are then wrapped anew under it ([`KeyStore::rewrap_class_keys`]): a few
//!   hundred rows, one transaction. Nothing below is touched.
//! - A **class key** is rotated by cutting its next version ([`KeyStore::supersede_class_key`]) and wrapping its data keys anew
//!   ([`KeyStore::rewrap_data_keys`]), batch by batch; when none is left the old one is destroyed ([`KeyStore::destroy_superseded`]). What is sealed is
//!   not touched.
//! - A **data key** gets its next version as pre-active ([`KeyStore::prepare_versions`]). When every node has had time to learn of it
//!   ([`KeyStore::cache_age`]) it takes over ([`KeyStore::activate_versions`]); the former version only opens from then on, and is destroyed
//!   ([`KeyStore::destroy_versions`]) when nothing is sealed under it any more.
//!
//! Each call does a bounded amount of work in the caller's transaction and leaves what is left for the next: where a rotation stands is in the rows,
//! so one that is killed goes on.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::class::{self, ClassKeyRow};
use super::destruction::Remains;
use super::{KeyStore, Scope, Stamp, version_column, version_of};
use crate::db::ids::DataKeyId;
use crate::db::pool::Connection;
use crate::db::schema::{class_keys, data_key_versions, data_keys};
use crate::error::{ErrorCode, Result};

/// What a round of wrapping anew has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrapped {
    pub keys: usize,
    /// Whether there may be more to do.
    pub more: bool,
}

/// A class key and the version that has taken over from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseded {
    pub former: Uuid,
    pub next: Uuid,
}

/// A version that waits.
#[derive(Queryable, Selectable)]
#[diesel(table_name = data_key_versions, check_for_backend(diesel::pg::Pg))]
struct NextVersion {
    data_key_id: DataKeyId,
    version: i32,
    class_key_id: Uuid,
    wrapped: Option<Vec<u8>>,
    created_at: DateTime<Utc>,
    created_by: Option<Uuid>,
}

/// The version that seals until now.
#[derive(Queryable, Selectable)]
#[diesel(table_name = data_keys, check_for_backend(diesel::pg::Pg))]
struct FormerVersion {
    version: i32,
    class_key_id: Uuid,
    wrapped: Option<Vec<u8>>,
    created_at: DateTime<Utc>,
    created_by: Option<Uuid>,
    activated_at: DateTime<Utc>,
    activated_by: Option<Uuid>,
}

impl KeyStore {
    /// Wraps every class key that hangs on another root key under the active one.
    pub async fn rewrap_class_keys(&self, conn: &mut Connection) -> Result<usize> {
        let (root, version) = self.keyring.provider().root_id();
        let root_version = version_column(version)?;
        let rows: Vec<ClassKeyRow> = class_keys::table
            .filter(class_keys::wrapped.is_not_null())
            .filter(class_keys::root_key_id.ne(root).or(class_keys::root_key_version.ne(root_version)))
            .select(ClassKeyRow::as_select())
            .for_update()
            .load(conn)
            .await?;
        let count = rows.len();
        for row in rows {
            let stored = row.into_wrapped()?;
            let rewrapped = self.ask_provider(move |keyring| keyring.rewrap(&stored)).await?;
            diesel::update(class_keys::table.find(rewrapped.id))
                .set((
                    class_keys::wrapped.eq(rewrapped.wrapped),
                    class_keys::root_key_id.eq(root),
                    class_keys::root_key_version.eq(root_version),
                ))
                .execute(conn)
                .await?;
        }
        Ok(count)
    }

    /// Cuts the next version of a scope's class key of a month (`2026-11`). `NotFound` when there is none to take over from.
    pub async fn supersede_class_key(
        &self,
        conn: &mut Connection,
        scope: Scope,
        month: &str,
        stamp: Stamp,
    ) -> Result<Superseded> {
        let class = scope.as_str();
        let former: Vec<(Uuid, i32, String)> = class_keys::table
            .filter(class_keys::class.eq(class))
            .filter(class_keys::month.eq(month))
            .filter(class_keys::wrapped.is_not_null())
            .order(class_keys::version.desc())
            .select((class_keys::id, class_keys::version, class_keys::state))
            .for_update()
            .load(conn)
            .await?;
        let Some((former, _, state)) = former.into_iter().next() else {
            return Err(ErrorCode::NotFound.because("class key"));
        };
        let version = self.next_version(conn, class, month).await?;
        let next = self.generate_class_key(class, month, version).await?;
        let id = next.id;
        diesel::update(class_keys::table.find(former).filter(class_keys::state.ne("decrypt_only")))
            .set((
                class_keys::state.eq("decrypt_only"),
                class_keys::retired_at.eq(stamp.at),
                class_keys::retired_by.eq(stamp.by),
            ))
            .execute(conn)
            .await?;
        class::insert(conn, next, &self.keyring, &state, stamp).await?;
        self.changed(conn, None).await?;
        Ok(Superseded { former, next: id })
    }

    /// Wraps up to `limit` data keys of superseded class keys under the newest version of their class and month.
    pub async fn rewrap_data_keys(&self, conn: &mut Connection, limit: i64) -> Result<Rewrapped> {
        let mut keys = 0;
        for (former, next) in self.superseded(conn).await? {
            let (former_id, next_id) = (former.id, next.id);
            let (former_key, next_key) = (self.unwrap_class_key(former).await?, self.unwrap_class_key(next).await?);
            let room = limit - i64::try_from(keys).unwrap_or(limit);
            let current: Vec<(DataKeyId, i32, Option<Vec<u8>>)> = data_keys::table
                .filter(data_keys::class_key_id.eq(former_id))
                .select((data_keys::id, data_keys::version, data_keys::wrapped))
                .limit(room)
                .for_update()
                .load(conn)
                .await?;
            for (id, version, wrapped) in current {
                let wrapped = wrapped
                    .map(|wrapped| former_key.rewrap_data_key(id.0, version_of(version)?, &wrapped, &next_key))
                    .transpose()?;
                diesel::update(data_keys::table.find(id))
                    .set((data_keys::wrapped.eq(wrapped), data_keys::class_key_id.eq(next_id)))
                    .execute(conn)
                    .await?;
                keys += 1;
            }
            let room = limit - i64::try_from(keys).unwrap_or(limit);
            let others: Vec<(DataKeyId, i32, Option<Vec<u8>>)> = data_key_versions::table
                .filter(data_key_versions::class_key_id.eq(former_id))
                .select((data_key_versions::data_key_id, data_key_versions::version, data_key_versions::wrapped))
                .limit(room)
                .for_update()
                .load(conn)
                .await?;
            for (id, version, wrapped) in others {
                let wrapped = wrapped
                    .map(|wrapped| former_key.rewrap_data_key(id.0, version_of(version)?, &wrapped, &next_key))
                    .transpose()?;
                diesel::update(data_key_versions::table.find((id, version)))
                    .set((data_key_versions::wrapped.eq(wrapped), data_key_versions::class_key_id.eq(next_id)))
                    .execute(conn)
                    .await?;
                keys += 1;
            }
            if i64::try_from(keys).unwrap_or(limit) >= limit {
                return Ok(Rewrapped { keys, more: true });
            }
        }
        Ok(Rewrapped { keys, more: false })
    }

    /// Each class key that a newer version of its class and month has taken over from, with the newest one.
    async fn superseded(&self, conn: &mut Connection) -> Result<Vec<(ClassKeyRow, ClassKeyRow)>> {
        let mut rows: Vec<ClassKeyRow> = class_keys::table
            .filter(class_keys::wrapped.is_not_null())
            .order((class_keys::class, class_keys::month, class_keys::version.desc()))
            .select(ClassKeyRow::as_select())
            .load(conn)
            .await?;
        let mut pairs: Vec<(ClassKeyRow, ClassKeyRow)> = Vec::new();
        while let Some(row) = rows.pop() {
            // From the end, so each class and month comes with its oldest version first.
            let newest = rows.iter().find(|other| (&other.class, &other.month) == (&row.class, &row.month));
            if let Some(newest) = newest {
                let newest = ClassKeyRow {
                    id: newest.id,
                    class: newest.class.clone(),
                    month: newest.month.clone(),
                    version: newest.version,
                    wrapped: newest.wrapped.clone(),
                };
                pairs.push((row, newest));
            }
        }
        Ok(pairs)
    }

    /// Destroys each superseded class key that wraps nothing any more; says which.
    pub async fn destroy_superseded(&self, conn: &mut Connection, stamp: Stamp) -> Result<Vec<Uuid>> {
        let mut destroyed = Vec::new();
        for (former, _) in self.superseded(conn).await? {
            if self.destroy_class_key(conn, former.id, stamp).await? {
                destroyed.push(former.id);
            }
        }
        Ok(destroyed)
    }

    async fn destroy_class_key(&self, conn: &mut Connection, id: Uuid, stamp: Stamp) -> Result<bool> {
        let wraps_data_keys = data_keys::table.filter(data_keys::class_key_id.eq(id));
        let wraps_versions = data_key_versions::table.filter(data_key_versions::class_key_id.eq(id));
        let destroyed = diesel::update(
            class_keys::table.find(id).filter(not(exists(wraps_data_keys))).filter(not(exists(wraps_versions))),
        )
        .set((
            class_keys::wrapped.eq(None::<Vec<u8>>),
            class_keys::state.eq("destroyed"),
            class_keys::destroyed_at.eq(stamp.at),
            class_keys::destroyed_by.eq(stamp.by),
        ))
        .execute(conn)
        .await?;
        self.changed(conn, None).await?;
        Ok(destroyed > 0)
    }

    /// Makes the next version of up to `limit` data keys, of one scope or of all [that rotate](Scope::rotates), that were made before `before` and have none yet. It opens from
    /// now on and seals nothing.
    pub async fn prepare_versions(
        &self,
        conn: &mut Connection,
        scope: Option<Scope>,
        before: DateTime<Utc>,
        limit: i64,
        stamp: Stamp,
    ) -> Result<usize> {
        let waiting = data_key_versions::table
            .filter(data_key_versions::data_key_id.eq(data_keys::id))
            .filter(data_key_versions::state.eq("pre_active"));
        let scopes = Scope::ALL.into_iter().filter(|of| of.rotates() && scope.is_none_or(|one| one == *of));
        let scopes: Vec<&str> = scopes.map(Scope::as_str).collect();
        let rows: Vec<(DataKeyId, i32, String)> = data_keys::table
            .filter(data_keys::state.eq("active"))
            .filter(data_keys::scope.eq_any(scopes))
            .filter(data_keys::activated_at.lt(before))
            .filter(not(exists(waiting)))
            .select((data_keys::id, data_keys::version, data_keys::scope))
            .limit(limit)
            .for_update()
            .load(conn)
            .await?;
        let count = rows.len();
        for (id, version, scope) in rows {
            let scope = Scope::named(&scope).ok_or_else(|| ErrorCode::DataAltered.because("an unknown scope"))?;
            let (class_id, class_key) = self.sealing_class_key(conn, scope, stamp).await?;
            let (_, wrapped) = class_key.generate_data_key(id.0, version_of(version)? + 1, self.settings.suite)?;
            diesel::insert_into(data_key_versions::table)
                .values((
                    data_key_versions::data_key_id.eq(id),
                    data_key_versions::version.eq(version + 1),
                    data_key_versions::class_key_id.eq(class_id),
                    data_key_versions::wrapped.eq(wrapped),
                    data_key_versions::state.eq("pre_active"),
                    data_key_versions::created_at.eq(stamp.at),
                    data_key_versions::created_by.eq(stamp.by),
                ))
                .execute(conn)
                .await?;
            diesel::update(data_keys::table.find(id))
                .set(data_keys::other_versions.eq(data_keys::other_versions + 1))
                .execute(conn)
                .await?;
        }
        if count > 0 {
            self.changed(conn, None).await?;
        }
        Ok(count)
    }

    /// Lets up to `limit` pre-active versions take over. Every node has had [`KeyStore::cache_age`] to learn of them: the caller has waited.
    pub async fn activate_versions(&self, conn: &mut Connection, limit: i64, stamp: Stamp) -> Result<usize> {
        let next: Vec<NextVersion> = data_key_versions::table
            .filter(data_key_versions::state.eq("pre_active"))
            .select(NextVersion::as_select())
            .limit(limit)
            .load(conn)
            .await?;
        let count = next.len();
        for next in next {
            let (id, version) = (next.data_key_id, next.version);
            let former: FormerVersion =
                data_keys::table.find(id).select(FormerVersion::as_select()).for_update().first(conn).await?;
            // Destroyed meanwhile by somebody who came first: then its row here was cleared as well.
            let (Some(former_wrapped), Some(wrapped)) = (former.wrapped, next.wrapped) else { continue };
            diesel::update(data_keys::table.find(id))
                .set((
                    data_keys::version.eq(version),
                    data_keys::class_key_id.eq(next.class_key_id),
                    data_keys::wrapped.eq(wrapped),
                    data_keys::created_at.eq(next.created_at),
                    data_keys::created_by.eq(next.created_by),
                    data_keys::activated_at.eq(stamp.at),
                    data_keys::activated_by.eq(stamp.by),
                ))
                .execute(conn)
                .await?;
            diesel::delete(data_key_versions::table.find((id, version))).execute(conn).await?;
            diesel::insert_into(data_key_versions::table)
                .values((
                    data_key_versions::data_key_id.eq(id),
                    data_key_versions::version.eq(former.version),
                    data_key_versions::class_key_id.eq(former.class_key_id),
                    data_key_versions::wrapped.eq(former_wrapped),
                    data_key_versions::state.eq("decrypt_only"),
                    data_key_versions::created_at.eq(former.created_at),
                    data_key_versions::created_by.eq(former.created_by),
                    data_key_versions::activated_at.eq(former.activated_at),
                    data_key_versions::activated_by.eq(former.activated_by),
                    data_key_versions::retired_at.eq(stamp.at),
                    data_key_versions::retired_by.eq(stamp.by),
                ))
                .execute(conn)
                .await?;
        }
        if count > 0 {
            self.changed(conn, None).await?;
        }
        Ok(count)
    }

    /// Up to `limit` former versions that were retired before `before`, of keys that rotate.
    pub async fn former_versions(
        &self,
        conn: &mut Connection,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(DataKeyId, i32)>> {
        let scopes: Vec<&str> = Scope::ALL.into_iter().filter(|of| of.rotates()).map(Scope::as_str).collect();
        Ok(data_key_versions::table
            .inner_join(data_keys::table)
            .filter(data_keys::scope.eq_any(scopes))
            .filter(data_key_versions::state.eq("decrypt_only"))
            .filter(data_key_versions::retired_at.lt(before))
            .select((data_key_versions::data_key_id, data_key_versions::version))
            .limit(limit)
            .load(conn)
            .await?)
    }

    /// Destroys former versions; says how many were alive. The caller vouches for it that nothing is sealed under them any more.
    pub async fn destroy_versions(
        &self,
        conn: &mut Connection,
        former: &[(DataKeyId, i32)],
        stamp: Stamp,
    ) -> Result<usize> {
        let mut destroyed = 0;
        for (id, version) in former {
            let alive = data_key_versions::table
                .filter(data_key_versions::data_key_id.eq(id))
                .filter(data_key_versions::version.eq(version))
                .filter(data_key_versions::state.eq("decrypt_only"));
            if diesel::update(alive).set(Remains::of_version(stamp)).execute(conn).await? == 1 {
                diesel::update(data_keys::table.find(id))
                    .set(data_keys::other_versions.eq(data_keys::other_versions - 1))
                    .execute(conn)
                    .await?;
                self.changed(conn, Some(*id)).await?;
                destroyed += 1;
            }
        }
        Ok(destroyed)
    }
}

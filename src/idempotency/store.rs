//! All SQL of idempotency keys, on the caller's connection.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Connection;
use crate::db::schema::idempotency_keys;
use crate::error::Result;

/// Writes the key down; `false` when it is there already. Waits for a transaction that is just writing the same key.
pub async fn insert(
    conn: &mut Connection,
    actor: Uuid,
    key: &str,
    fingerprint: &[u8],
    resource: Uuid,
    now: DateTime<Utc>,
) -> Result<bool> {
    let added = diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::actor_id.eq(actor),
            idempotency_keys::key.eq(key),
            idempotency_keys::fingerprint.eq(fingerprint),
            idempotency_keys::resource_id.eq(resource),
            idempotency_keys::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(added == 1)
}

/// Fingerprint and thing of a key that is there.
pub async fn find(conn: &mut Connection, actor: Uuid, key: &str) -> Result<(Vec<u8>, Uuid)> {
    let known = idempotency_keys::table
        .find((actor, key))
        .select((idempotency_keys::fingerprint, idempotency_keys::resource_id));
    Ok(known.first(conn).await?)
}

/// Forgets one caller's keys from before `since`.
pub async fn forget(conn: &mut Connection, actor: Uuid, since: DateTime<Utc>) -> Result<()> {
    let old = idempotency_keys::table
        .filter(idempotency_keys::actor_id.eq(actor))
        .filter(idempotency_keys::created_at.lt(since));
    diesel::delete(old).execute(conn).await?;
    Ok(())
}

//! The SQL of rotations, and of sealed columns wherever they are. Names of tables and columns come from the catalogue, never from outside.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::catalogue::Column;
use crate::db::schema::key_rotations;
use crate::db::sealed::{Envelope, SealedBytes};
use crate::db::{Connection, OptionalRow};
use crate::error::Result;

/// A value as it is stored.
#[derive(QueryableByName)]
pub(super) struct SealedValue {
    #[diesel(sql_type = SqlUuid)]
    pub bound_to: Uuid,
    #[diesel(sql_type = Envelope)]
    pub sealed: SealedBytes,
}

/// The values of up to `limit` rows behind `after`; all that are bound to the last row are among them.
pub(super) async fn sealed_values(
    conn: &mut Connection,
    column: &Column,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<SealedValue>> {
    let Column { table, name, row, .. } = column;
    let query = format!(
        "SELECT {row} AS bound_to, {name} AS sealed FROM {table} \
         WHERE {name} IS NOT NULL AND ($1 IS NULL OR {row} > $1) ORDER BY {row} FETCH FIRST {limit} ROWS WITH TIES"
    );
    Ok(diesel::sql_query(query).bind::<Nullable<SqlUuid>, _>(after).load(conn).await?)
}

/// Puts a value in place of one that has not changed meanwhile; says how many were replaced.
pub(super) async fn replace_value(
    conn: &mut Connection,
    column: &Column,
    former: &SealedValue,
    renewed: SealedBytes,
) -> Result<i64> {
    let Column { table, name, row, .. } = column;
    let statement = format!("UPDATE {table} SET {name} = $1 WHERE {row} = $2 AND {name} = $3");
    let replaced = diesel::sql_query(statement)
        .bind::<Envelope, _>(renewed)
        .bind::<SqlUuid, _>(former.bound_to)
        .bind::<Envelope, _>(&former.sealed)
        .execute(conn)
        .await?;
    Ok(i64::try_from(replaced).unwrap_or(i64::MAX))
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// What the planner believes of a table's rows: enough for a progress bar, and free.
pub(super) async fn estimated_rows(conn: &mut Connection, table: &str) -> Result<i64> {
    let query = "SELECT greatest(reltuples, 0)::bigint AS rows FROM pg_class WHERE oid = $1::regclass";
    let count: Count = diesel::sql_query(query).bind::<Text, _>(table).get_result(conn).await?;
    Ok(count.rows)
}

/// A file of a vault, and the key it is sealed under.
#[derive(QueryableByName)]
pub(super) struct StoredFile {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub data_key_id: Uuid,
}

pub(super) async fn files(
    conn: &mut Connection,
    table: &str,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<StoredFile>> {
    let query = format!(
        "SELECT id, data_key_id FROM {table} WHERE ($1 IS NULL OR id > $1) ORDER BY id FETCH FIRST {limit} ROWS ONLY"
    );
    Ok(diesel::sql_query(query).bind::<Nullable<SqlUuid>, _>(after).load(conn).await?)
}

/// A rotation of data keys.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = key_rotations, check_for_backend(diesel::pg::Pg))]
pub(super) struct RotationRow {
    pub id: Uuid,
    pub scope: Option<String>,
    pub phase: String,
    pub started_at: DateTime<Utc>,
    pub started_by: Option<Uuid>,
    pub phase_at: DateTime<Utc>,
    pub keys: i64,
    pub place: Option<String>,
    pub after: Option<Uuid>,
    pub rewritten: i64,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Adds a rotation; false when one is open.
pub(super) async fn insert(conn: &mut Connection, row: &RotationRow) -> Result<bool> {
    Ok(diesel::insert_into(key_rotations::table).values(row).on_conflict_do_nothing().execute(conn).await? == 1)
}

/// The rotation that is open, locked.
pub(super) async fn open(conn: &mut Connection) -> Result<Option<RotationRow>> {
    key_rotations::table
        .filter(key_rotations::finished_at.is_null())
        .select(RotationRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional_row()
}

/// The latest rotations.
pub(super) async fn latest(conn: &mut Connection, limit: i64) -> Result<Vec<RotationRow>> {
    Ok(key_rotations::table
        .order(key_rotations::started_at.desc())
        .limit(limit)
        .select(RotationRow::as_select())
        .load(conn)
        .await?)
}

pub(super) async fn update(conn: &mut Connection, row: &RotationRow) -> Result<()> {
    diesel::update(key_rotations::table.find(row.id))
        .set((
            key_rotations::phase.eq(&row.phase),
            key_rotations::phase_at.eq(row.phase_at),
            key_rotations::keys.eq(row.keys),
            key_rotations::place.eq(&row.place),
            key_rotations::after.eq(row.after),
            key_rotations::rewritten.eq(row.rewritten),
            key_rotations::finished_at.eq(row.finished_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

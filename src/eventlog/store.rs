//! All reading SQL of the event log, on the caller's connection.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Event, Topic};
use super::outbox::payload_aad;
use crate::db::ids::{AuditId, DataKeyId, EventId, OrgId};
use crate::db::schema::{event_deliveries as deliveries, event_outbox};
use crate::db::{Connection, KeyStore, SealedBytes};
use crate::error::{ErrorCode, Result};

/// An event as it is stored: everything but its payload in clear.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = event_outbox, check_for_backend(diesel::pg::Pg))]
pub(super) struct SealedEvent {
    pub id: EventId,
    pub org_id: OrgId,
    pub topic: String,
    #[diesel(column_name = type_)]
    pub kind: String,
    pub version: i32,
    pub aggregate_kind: String,
    pub aggregate_id: Uuid,
    pub aggregate_seq: i64,
    pub audit_id: AuditId,
    pub occurred_at: DateTime<Utc>,
    pub data_key_id: DataKeyId,
    pub payload: SealedBytes,
}

impl SealedEvent {
    /// Opens the payload; `None` when its key was destroyed, and the event's content with it.
    pub async fn open(self, conn: &mut Connection, keys: &KeyStore) -> Result<Option<Event>> {
        let key = match keys.load(conn, self.data_key_id).await {
            Err(e) if e.code() == ErrorCode::KeyDestroyed => return Ok(None),
            key => key?,
        };
        let plain = key.open(&payload_aad(self.id), &self.payload)?;
        Ok(Some(Event {
            id: self.id,
            org_id: self.org_id,
            topic: Topic::parse(&self.topic)?,
            kind: self.kind,
            version: self.version,
            aggregate_kind: self.aggregate_kind,
            aggregate_id: self.aggregate_id,
            aggregate_seq: self.aggregate_seq,
            audit_id: self.audit_id,
            occurred_at: self.occurred_at,
            payload: serde_json::from_slice(&plain).map_err(|e| ErrorCode::DataAltered.caused_by(e))?,
        }))
    }
}

/// Events by id, in no order; those that are not there are left out.
pub(super) async fn events(conn: &mut Connection, ids: &[EventId]) -> Result<Vec<SealedEvent>> {
    let found = event_outbox::table.filter(event_outbox::id.eq_any(ids)).select(SealedEvent::as_select());
    Ok(found.load(conn).await?)
}

/// The right to deliver one event to one subscription until a time, which is also what fences it: nobody else is given the same event
/// before that time, and so never with the same time.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Claim {
    #[diesel(sql_type = SqlUuid)]
    pub event_id: EventId,
    /// This attempt included.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    pub not_before: DateTime<Utc>,
}

/// Claims up to `limit` events that are due, at most one per aggregate and only its earliest that is still pending.
pub(super) async fn claim(
    conn: &mut Connection,
    subscription: &str,
    limit: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Claim>> {
    const CLAIM: &str = "
        WITH due AS (
            SELECT d.event_id FROM event_deliveries d
            WHERE d.subscription = $1 AND d.dead_at IS NULL AND d.not_before <= $2
              AND NOT EXISTS (
                  SELECT 1 FROM event_deliveries e
                  WHERE e.subscription = $1 AND e.aggregate_id = d.aggregate_id
                    AND e.aggregate_seq < d.aggregate_seq AND e.dead_at IS NULL)
            ORDER BY d.not_before, d.event_id
            LIMIT $3
            FOR UPDATE OF d SKIP LOCKED)
        UPDATE event_deliveries d SET attempts = d.attempts + 1, not_before = $4
        FROM due WHERE d.subscription = $1 AND d.event_id = due.event_id
        RETURNING d.event_id, d.attempts, d.not_before";
    let query = diesel::sql_query(CLAIM)
        .bind::<Text, _>(subscription)
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(limit)
        .bind::<Timestamptz, _>(until);
    Ok(query.load(conn).await?)
}

/// What becomes of a claimed delivery.
#[derive(Debug, Clone, Copy)]
pub(super) enum Settled {
    /// Taken, or nothing left to take.
    Done,
    /// To be tried again.
    Again { at: DateTime<Utc>, error: ErrorCode },
    /// To be tried again, and this attempt does not count: what the handler needs is away.
    Postponed { at: DateTime<Utc>, error: ErrorCode },
    /// Given up; kept for an operator.
    Dead { at: DateTime<Utc>, error: ErrorCode },
}

/// Settles a claim; `false` when it had expired and the event is somebody else's by now.
pub(super) async fn settle(conn: &mut Connection, subscription: &str, claim: &Claim, settled: Settled) -> Result<bool> {
    let mine = deliveries::table
        .filter(deliveries::subscription.eq(subscription))
        .filter(deliveries::event_id.eq(claim.event_id))
        .filter(deliveries::not_before.eq(claim.not_before))
        .filter(deliveries::dead_at.is_null());
    let changed = match settled {
        Settled::Done => diesel::delete(mine).execute(conn).await?,
        Settled::Again { at, error } => {
            let set = (deliveries::not_before.eq(at), deliveries::last_error.eq(error.code()));
            diesel::update(mine).set(set).execute(conn).await?
        }
        Settled::Postponed { at, error } => {
            let attempts = deliveries::attempts.eq(deliveries::attempts - 1);
            let set = (deliveries::not_before.eq(at), attempts, deliveries::last_error.eq(error.code()));
            diesel::update(mine).set(set).execute(conn).await?
        }
        Settled::Dead { at, error } => {
            let set = (deliveries::dead_at.eq(at), deliveries::last_error.eq(error.code()));
            diesel::update(mine).set(set).execute(conn).await?
        }
    };
    Ok(changed == 1)
}

/// Keeps an event that came through Kafka and could not be taken yet. `false` when the outbox does not know it; one that is kept already
/// stays as it is.
pub(super) async fn park(
    conn: &mut Connection,
    subscription: &str,
    event_id: EventId,
    attempts: i32,
    not_before: DateTime<Utc>,
    error: Option<ErrorCode>,
) -> Result<bool> {
    let known = event_outbox::table
        .find(event_id)
        .select((event_outbox::aggregate_id, event_outbox::aggregate_seq))
        .first::<(Uuid, i64)>(conn)
        .await
        .optional()?;
    let Some((aggregate_id, aggregate_seq)) = known else { return Ok(false) };
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::subscription.eq(subscription),
            deliveries::event_id.eq(event_id),
            deliveries::aggregate_id.eq(aggregate_id),
            deliveries::aggregate_seq.eq(aggregate_seq),
            deliveries::attempts.eq(attempts),
            deliveries::not_before.eq(not_before),
            deliveries::last_error.eq(error.map(ErrorCode::code)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(true)
}

/// Those of `aggregates` that have events pending for the subscription.
pub(super) async fn pending_aggregates(
    conn: &mut Connection,
    subscription: &str,
    aggregates: &[Uuid],
) -> Result<Vec<Uuid>> {
    let pending = deliveries::table
        .filter(deliveries::subscription.eq(subscription))
        .filter(deliveries::aggregate_id.eq_any(aggregates))
        .filter(deliveries::dead_at.is_null())
        .select(deliveries::aggregate_id)
        .distinct();
    Ok(pending.load(conn).await?)
}

/// What the relay sends next: of the aggregates that wait longest, all events from the earliest on, in order per aggregate, up to `limit`.
pub(super) async fn next_in_order(conn: &mut Connection, subscription: &str, limit: i64) -> Result<Vec<SealedEvent>> {
    // Ids of different nodes only roughly follow the order of numbers, so the oldest ids choose the aggregates and the numbers the events.
    let oldest = deliveries::table
        .filter(deliveries::subscription.eq(subscription))
        .filter(deliveries::dead_at.is_null())
        .order(deliveries::event_id)
        .limit(limit)
        .select(deliveries::aggregate_id)
        .load::<Uuid>(conn)
        .await?;
    let batch = deliveries::table
        .inner_join(event_outbox::table)
        .filter(deliveries::subscription.eq(subscription))
        .filter(deliveries::dead_at.is_null())
        .filter(deliveries::aggregate_id.eq_any(oldest))
        .order((deliveries::aggregate_id, deliveries::aggregate_seq))
        .limit(limit)
        .select(SealedEvent::as_select());
    Ok(batch.load(conn).await?)
}

/// Takes deliveries off the list of a subscription that has no attempts to count, the relay.
pub(super) async fn delete_deliveries(conn: &mut Connection, subscription: &str, ids: &[EventId]) -> Result<usize> {
    let sent = deliveries::table.filter(deliveries::subscription.eq(subscription));
    Ok(diesel::delete(sent.filter(deliveries::event_id.eq_any(ids))).execute(conn).await?)
}

/// Gives one event up, whoever holds it.
pub(super) async fn bury(
    conn: &mut Connection,
    subscription: &str,
    id: EventId,
    error: ErrorCode,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(deliveries::table.find((subscription, id)))
        .set((deliveries::dead_at.eq(now), deliveries::last_error.eq(error.code())))
        .execute(conn)
        .await?;
    Ok(())
}

/// How far one subscription is behind.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Backlog {
    #[diesel(sql_type = Text)]
    pub subscription: String,
    /// Events that it still has to take.
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    /// Dead letters.
    #[diesel(sql_type = BigInt)]
    pub dead: i64,
    /// When the oldest pending event happened.
    #[diesel(sql_type = diesel::sql_types::Nullable<Timestamptz>)]
    pub oldest: Option<DateTime<Utc>>,
}

/// The backlog of each subscription that has one, by name; for metrics.
pub async fn backlogs(conn: &mut Connection) -> Result<Vec<Backlog>> {
    const BACKLOGS: &str = "
        SELECT d.subscription,
               count(*) FILTER (WHERE d.dead_at IS NULL) AS pending,
               count(*) FILTER (WHERE d.dead_at IS NOT NULL) AS dead,
               min(o.occurred_at) FILTER (WHERE d.dead_at IS NULL) AS oldest
        FROM event_deliveries d JOIN event_outbox o ON o.id = d.event_id
        GROUP BY d.subscription ORDER BY d.subscription";
    Ok(diesel::sql_query(BACKLOGS).load(conn).await?)
}

/// An event that a subscription has given up.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct DeadLetter {
    pub subscription: String,
    pub event_id: EventId,
    pub kind: String,
    pub aggregate_kind: String,
    pub aggregate_id: Uuid,
    pub aggregate_seq: i64,
    pub attempts: i32,
    pub dead_at: Option<DateTime<Utc>>,
    /// The code of the last error; its text is in the log, and neither holds content.
    pub last_error: Option<String>,
}

/// The dead letters of all subscriptions, oldest event first.
pub async fn dead_letters(conn: &mut Connection, limit: i64) -> Result<Vec<DeadLetter>> {
    let dead = deliveries::table
        .inner_join(event_outbox::table)
        .filter(deliveries::dead_at.is_not_null())
        .order((deliveries::event_id, deliveries::subscription))
        .limit(limit)
        .select((
            deliveries::subscription,
            deliveries::event_id,
            event_outbox::type_,
            event_outbox::aggregate_kind,
            deliveries::aggregate_id,
            deliveries::aggregate_seq,
            deliveries::attempts,
            deliveries::dead_at,
            deliveries::last_error,
        ));
    Ok(dead.load(conn).await?)
}

/// Has a dead letter tried again from the first attempt; `false` when there is none. It comes after events that were behind it.
pub async fn replay(conn: &mut Connection, subscription: &str, event_id: EventId, now: DateTime<Utc>) -> Result<bool> {
    let dead = deliveries::table.find((subscription, event_id)).filter(deliveries::dead_at.is_not_null());
    let set =
        (deliveries::dead_at.eq(None::<DateTime<Utc>>), deliveries::attempts.eq(0), deliveries::not_before.eq(now));
    Ok(diesel::update(dead).set(set).execute(conn).await? == 1)
}

//! Writing events in the business transaction.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{EventDraft, Topic};
use crate::crypto::{Aad, DataKey};
use crate::db::ids::{AuditId, EventId, OrgId};
use crate::db::listen::notify;
use crate::db::schema::{event_deliveries, event_outbox, event_streams};
use crate::db::{Connection, SealedBytes};
use crate::error::{ErrorCode, Result};

/// The channel that wakes live screens and subscribers; a notification carries the event's id only.
pub const NOTIFY_CHANNEL: &str = "guitai_outbox";

/// A subscription for which every event of its topics is kept until it has been taken.
#[derive(Debug, Clone)]
pub struct SubscriptionSpec {
    pub name: &'static str,
    pub topics: &'static [Topic],
}

/// The writing side of the outbox.
#[derive(Debug, Clone)]
pub struct Outbox {
    subscriptions: Vec<SubscriptionSpec>,
}

impl Outbox {
    /// With the local back end `subscriptions` are all subscribers; with Kafka there is one, the relay.
    pub fn new(subscriptions: Vec<SubscriptionSpec>) -> Self {
        Self { subscriptions }
    }

    /// Writes one event: takes the aggregate's next number under its row lock, seals the payload, notes what each subscription has to take.
    pub async fn append(
        &self,
        conn: &mut Connection,
        org_id: OrgId,
        draft: &EventDraft,
        audit_id: AuditId,
        key: &DataKey,
        now: DateTime<Utc>,
    ) -> Result<EventId> {
        let seq: i64 = diesel::insert_into(event_streams::table)
            .values((event_streams::aggregate_id.eq(draft.aggregate_id), event_streams::last_seq.eq(1)))
            .on_conflict(event_streams::aggregate_id)
            .do_update()
            .set(event_streams::last_seq.eq(event_streams::last_seq + 1))
            .returning(event_streams::last_seq)
            .get_result(conn)
            .await?;
        let id = EventId::fresh();
        let plain = serde_json::to_vec(&draft.payload).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        let payload = SealedBytes::from(key.seal(&payload_aad(id), &plain)?);
        diesel::insert_into(event_outbox::table)
            .values((
                event_outbox::id.eq(id),
                event_outbox::org_id.eq(org_id),
                event_outbox::topic.eq(draft.topic.name()),
                event_outbox::type_.eq(draft.kind),
                event_outbox::version.eq(draft.version),
                event_outbox::aggregate_kind.eq(draft.aggregate_kind),
                event_outbox::aggregate_id.eq(draft.aggregate_id),
                event_outbox::aggregate_seq.eq(seq),
                event_outbox::audit_id.eq(audit_id),
                event_outbox::occurred_at.eq(now),
                event_outbox::data_key_id.eq(key.id()),
                event_outbox::payload.eq(payload),
            ))
            .execute(conn)
            .await?;
        let deliveries: Vec<_> = self
            .subscriptions
            .iter()
            .filter(|s| s.topics.contains(&draft.topic))
            .map(|s| {
                (
                    event_deliveries::subscription.eq(s.name),
                    event_deliveries::event_id.eq(id),
                    event_deliveries::aggregate_id.eq(draft.aggregate_id),
                    event_deliveries::aggregate_seq.eq(seq),
                    event_deliveries::not_before.eq(now),
                )
            })
            .collect();
        if !deliveries.is_empty() {
            diesel::insert_into(event_deliveries::table).values(deliveries).execute(conn).await?;
        }
        notify(conn, NOTIFY_CHANNEL, id.to_string()).await?;
        Ok(id)
    }
}

/// Associated data of an event's payload: a payload moved to another event does not open.
pub(super) fn payload_aad(id: EventId) -> Aad<'static> {
    Aad { table: "event_outbox", column: "payload", row: id.0 }
}

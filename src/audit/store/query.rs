//! Looking records up: any mix of criteria, newest first, by keyset.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::record::AuditRecord;
use crate::db::ids::{AuditId, CustomerId, OrgId, SessionId};
use crate::db::schema::{audit_records, audit_seals};
use crate::db::{Connection, RowResult};
use crate::error::Result;

/// Above this many the total is only known to be at least this: counting further costs more than it tells.
pub const MOST_COUNTED: i64 = 100_000;

/// Criteria, all of which must hold.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
    pub actor_id: Option<Uuid>,
    /// A part of the actor's name.
    pub actor_name: Option<String>,
    /// An action's code, or with a dot at its end all actions below it (`session.`).
    pub action: Option<String>,
    pub object_kind: Option<String>,
    pub object_id: Option<Uuid>,
    pub customer_id: Option<CustomerId>,
    pub outcome: Option<String>,
    pub session_id: Option<SessionId>,
    /// A part of the actor's name, the object's number, the detail, the code, the address or the trace id.
    pub text: Option<String>,
}

/// A record and its position, once it is sealed.
#[derive(Debug, Clone)]
pub struct SealedRecord {
    pub record: AuditRecord,
    pub position: Option<i64>,
    /// The leaf that was sealed.
    pub leaf_hash: Option<Vec<u8>>,
}

/// How many records fit the criteria, counted up to [`MOST_COUNTED`].
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub total: i64,
    pub exact: bool,
}

type Boxed<'a> = audit_records::BoxedQuery<'a, Pg>;

fn matching<'a>(org: OrgId, f: &RecordFilter) -> Boxed<'a> {
    use audit_records::dsl as r;
    let mut q = audit_records::table.into_boxed::<Pg>().filter(r::org_id.eq(org));
    if let Some(v) = f.from {
        q = q.filter(r::at.ge(v));
    }
    if let Some(v) = f.to {
        q = q.filter(r::at.lt(v));
    }
    if let Some(v) = f.actor_id {
        q = q.filter(r::actor_id.eq(v));
    }
    if let Some(v) = &f.actor_name {
        q = q.filter(r::actor_name.ilike(containing(v)));
    }
    if let Some(v) = &f.action {
        q = if v.ends_with('.') {
            q.filter(r::action.like(format!("{}%", escaped(v))))
        } else {
            q.filter(r::action.eq(v.clone()))
        };
    }
    if let Some(v) = &f.object_kind {
        q = q.filter(r::object_kind.eq(v.clone()));
    }
    if let Some(v) = f.object_id {
        q = q.filter(r::object_id.eq(v));
    }
    if let Some(v) = f.customer_id {
        q = q.filter(r::customer_id.eq(v));
    }
    if let Some(v) = &f.outcome {
        q = q.filter(r::outcome.eq(v.clone()));
    }
    if let Some(v) = f.session_id {
        q = q.filter(r::session_id.eq(v));
    }
    if let Some(v) = &f.text {
        let like = containing(v);
        q = q.filter(
            r::actor_name
                .ilike(like.clone())
                .or(r::object_label.ilike(like.clone()))
                .or(r::source_ip.ilike(like.clone()))
                .or(r::code.eq(v.clone()))
                .or(r::trace_id.eq(v.clone()))
                .or(r::detail.ilike(like)),
        );
    }
    q
}

/// One page, newest first, after the place `(at, id)`.
pub async fn page(
    conn: &mut Connection,
    org: OrgId,
    filter: &RecordFilter,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<SealedRecord>> {
    use audit_records::dsl as r;
    let mut q = matching(org, filter);
    if let Some((at, id)) = after {
        q = q.filter(r::at.lt(at).or(r::at.eq(at).and(r::id.lt(AuditId(id)))));
    }
    let records: Vec<AuditRecord> =
        q.order((r::at.desc(), r::id.desc())).limit(limit).select(AuditRecord::as_select()).load(conn).await?;
    with_positions(conn, records).await
}

pub async fn count(conn: &mut Connection, org: OrgId, filter: &RecordFilter) -> Result<Found> {
    let ids = matching(org, filter).select(audit_records::id).limit(MOST_COUNTED + 1);
    let total: i64 = audit_records::table.filter(audit_records::id.eq_any(ids)).count().get_result(conn).await?;
    Ok(Found { total: total.min(MOST_COUNTED), exact: total <= MOST_COUNTED })
}

pub async fn one(conn: &mut Connection, org: OrgId, id: AuditId) -> Result<SealedRecord> {
    let record: AuditRecord = audit_records::table
        .find(id)
        .filter(audit_records::org_id.eq(org))
        .select(AuditRecord::as_select())
        .first(conn)
        .await
        .or_not_found("audit record")?;
    let found = with_positions(conn, vec![record]).await?.into_iter().next();
    Ok(found.ok_or(diesel::result::Error::NotFound)?)
}

async fn with_positions(conn: &mut Connection, records: Vec<AuditRecord>) -> Result<Vec<SealedRecord>> {
    let ids: Vec<AuditId> = records.iter().map(|r| r.id).collect();
    let seals: std::collections::HashMap<AuditId, (i64, Vec<u8>)> = audit_seals::table
        .filter(audit_seals::record_id.eq_any(ids))
        .select((audit_seals::record_id, (audit_seals::position, audit_seals::leaf_hash)))
        .load::<(AuditId, (i64, Vec<u8>))>(conn)
        .await?
        .into_iter()
        .collect();
    Ok(records
        .into_iter()
        .map(|record| {
            let seal = seals.get(&record.id);
            SealedRecord { position: seal.map(|s| s.0), leaf_hash: seal.map(|s| s.1.clone()), record }
        })
        .collect())
}

fn containing(part: &str) -> String {
    format!("%{}%", escaped(part))
}

/// What LIKE takes literally: its two wildcards and the escape itself.
fn escaped(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for c in part.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

//! All SQL of the ledger, on the caller's connection. Here: writing records, inside the caller's transaction.

pub(super) mod query;
mod record;
pub(super) mod seals;

pub use query::{Found, RecordFilter, SealedRecord};
pub use record::AuditRecord;
pub use seals::Head as SignedHead;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{AuditDraft, Caller, Outcome};
use uuid::Uuid;

use crate::crypto::{Aad, MacKey, envelope_key_id};
use crate::db::ids::{AuditId, DataKeyId, OrgId};
use crate::db::schema::{audit_records, audit_unsealed};
use crate::db::{Connection, KeyStore, Scope, SealedBytes, Stamp};
use crate::error::{ErrorCode, Result};

/// Writes audit records with their MAC.
#[derive(Clone)]
pub struct Ledger {
    keys: Arc<KeyStore>,
    mac_key: MacKey,
    mac_key_id: String,
    node: String,
}

impl Ledger {
    /// `node` names this process in every record, for example the host name.
    pub fn new(keys: Arc<KeyStore>, node: impl Into<String>) -> Self {
        let mac_key = keys.keyring().mac_key("audit");
        let mac_key_id = keys.keyring().provider().root_id().0.to_string();
        Self { keys, mac_key, mac_key_id, node: node.into() }
    }

    async fn seal_reason(
        &self,
        conn: &mut Connection,
        caller: &Caller,
        id: AuditId,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<SealedBytes> {
        let key = self.keys.shared(conn, caller.org_id, Scope::Audit, Stamp { at: now, by: caller.id }).await?;
        key.seal(&reason_aad(id), text.as_bytes()).map(SealedBytes::from)
    }

    /// Inserts the record of one act. The caller's transaction fails with it: what cannot be audited is not done.
    pub async fn record(
        &self,
        conn: &mut Connection,
        caller: &Caller,
        mut draft: AuditDraft,
        outcome: Outcome,
        code: Option<ErrorCode>,
        now: DateTime<Utc>,
    ) -> Result<AuditId> {
        let reason = match &draft.reason {
            None => None,
            Some(text) => match self.seal_reason(conn, caller, draft.id, text, now).await {
                // That something was refused is on record even when nothing can be sealed; what was said with it is not.
                Err(e) if e.code() == ErrorCode::KeyUnavailable && outcome != Outcome::Success => {
                    draft.detail.insert("reason_not_sealed".to_owned(), true.into());
                    None
                }
                sealed => Some(sealed?),
            },
        };
        let (object_kind, object_id, object_label) = match draft.object {
            None => (None, None, None),
            Some(o) => (Some(o.kind.to_owned()), Some(o.id), o.label),
        };
        let mut record = AuditRecord {
            id: draft.id,
            org_id: caller.org_id,
            at: now,
            node: self.node.clone(),
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            actor_kind: caller.kind.as_str().to_owned(),
            actor_id: caller.id,
            actor_name: caller.name.clone(),
            actor_roles: caller.roles.clone(),
            session_id: caller.session_id,
            source_ip: caller.source_ip.clone(),
            action: draft.action.code().to_owned(),
            object_kind,
            object_id,
            object_label,
            customer_id: draft.customer,
            outcome: outcome.as_str().to_owned(),
            code: code.map(|c| c.code().to_owned()),
            reason,
            approval_id: draft.approval,
            trace_id: caller.trace_id.clone(),
            detail: serde_json::Value::Object(draft.detail).to_string(),
            mac_key_id: self.mac_key_id.clone(),
            mac: Vec::new(),
        };
        record.mac = self.mac_key.mac(&record.canonical_bytes()).to_vec();
        diesel::insert_into(audit_records::table).values(&record).execute(conn).await?;
        diesel::insert_into(audit_unsealed::table)
            .values(audit_unsealed::record_id.eq(record.id))
            .execute(conn)
            .await?;
        Ok(record.id)
    }

    /// Whether the record's MAC stands.
    pub fn is_authentic(&self, record: &AuditRecord) -> bool {
        record.mac_key_id == self.mac_key_id && self.mac_key.verify(&record.canonical_bytes(), &record.mac)
    }

    /// One page of the records of an organisation that fit `filter`, newest first, after the place `(at, id)`.
    pub async fn page(
        &self,
        conn: &mut Connection,
        org: OrgId,
        filter: &RecordFilter,
        after: Option<(DateTime<Utc>, Uuid)>,
        limit: i64,
    ) -> Result<Vec<SealedRecord>> {
        query::page(conn, org, filter, after, limit).await
    }

    pub async fn count(&self, conn: &mut Connection, org: OrgId, filter: &RecordFilter) -> Result<Found> {
        query::count(conn, org, filter).await
    }

    pub async fn one(&self, conn: &mut Connection, org: OrgId, id: AuditId) -> Result<SealedRecord> {
        query::one(conn, org, id).await
    }

    /// The reason of a record, opened.
    pub async fn reason(&self, conn: &mut Connection, record: &AuditRecord) -> Result<Option<String>> {
        let Some(sealed) = &record.reason else { return Ok(None) };
        let (key, _) = envelope_key_id(sealed.as_ref())?;
        let key = KeyStore::load(&self.keys, conn, DataKeyId(key)).await?;
        let plain = key.open(&reason_aad(record.id), sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|e| ErrorCode::DataAltered.caused_by(e))?;
        Ok(Some(text.to_owned()))
    }

    /// Signed heads, newest first, over fewer than `below` records.
    pub async fn heads(&self, conn: &mut Connection, below: i64, limit: i64) -> Result<Vec<SignedHead>> {
        seals::latest_heads(conn, below, limit).await
    }

    /// How many records wait for their seal, and since when: for the metrics.
    pub async fn waiting(&self, conn: &mut Connection) -> Result<(i64, Option<DateTime<Utc>>)> {
        seals::waiting(conn).await
    }
}

fn reason_aad(id: AuditId) -> Aad<'static> {
    Aad { table: "audit_records", column: "reason", row: id.0 }
}

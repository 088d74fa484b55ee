//! The row of a record and the bytes that its MAC and its leaf cover.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::crypto::merkle;
use crate::db::SealedBytes;
use crate::db::ids::{ApprovalId, AuditId, CustomerId, OrgId, SessionId};
use crate::db::schema::audit_records;

/// A stored record.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_records, check_for_backend(diesel::pg::Pg))]
pub struct AuditRecord {
    pub id: AuditId,
    pub org_id: OrgId,
    pub at: DateTime<Utc>,
    pub node: String,
    pub software_version: String,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub actor_roles: String,
    pub session_id: Option<SessionId>,
    pub source_ip: Option<String>,
    pub action: String,
    pub object_kind: Option<String>,
    pub object_id: Option<Uuid>,
    pub object_label: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub outcome: String,
    pub code: Option<String>,
    /// Sealed under the organisation's shared audit key.
    pub reason: Option<SealedBytes>,
    pub approval_id: Option<ApprovalId>,
    pub trace_id: String,
    /// JSON text, kept byte for byte because the MAC covers it.
    pub detail: String,
    pub mac_key_id: String,
    pub mac: Vec<u8>,
}

impl AuditRecord {
    /// The bytes that the MAC covers: every column but the MAC itself, each with a presence byte and its length before it, so that no
    /// two different records have the same bytes. Times are RFC 3339 in UTC with microseconds.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(b"guitai.audit.v1");
        let mut field = |value: Option<&[u8]>| {
            out.push(u8::from(value.is_some()));
            if let Some(v) = value {
                out.extend_from_slice(&(v.len() as u64).to_be_bytes());
                out.extend_from_slice(v);
            }
        };
        fn text(v: &Option<String>) -> Option<&[u8]> {
            v.as_ref().map(String::as_bytes)
        }
        field(Some(self.id.0.as_bytes()));
        field(Some(self.org_id.0.as_bytes()));
        field(Some(self.at.to_rfc3339_opts(SecondsFormat::Micros, true).as_bytes()));
        field(Some(self.node.as_bytes()));
        field(Some(self.software_version.as_bytes()));
        field(Some(self.actor_kind.as_bytes()));
        field(self.actor_id.as_ref().map(|u| u.as_bytes().as_slice()));
        field(Some(self.actor_name.as_bytes()));
        field(Some(self.actor_roles.as_bytes()));
        field(self.session_id.as_ref().map(|u| u.0.as_bytes().as_slice()));
        field(text(&self.source_ip));
        field(Some(self.action.as_bytes()));
        field(text(&self.object_kind));
        field(self.object_id.as_ref().map(|u| u.as_bytes().as_slice()));
        field(text(&self.object_label));
        field(self.customer_id.as_ref().map(|u| u.0.as_bytes().as_slice()));
        field(Some(self.outcome.as_bytes()));
        field(text(&self.code));
        field(self.reason.as_ref().map(AsRef::as_ref));
        field(self.approval_id.as_ref().map(|u| u.0.as_bytes().as_slice()));
        field(Some(self.trace_id.as_bytes()));
        field(Some(self.detail.as_bytes()));
        field(Some(self.mac_key_id.as_bytes()));
        out
    }

    /// What the record's leaf in the Merkle log is hashed from: its content and its MAC.
    pub fn leaf_content(&self) -> Vec<u8> {
        let mut bytes = self.canonical_bytes();
        bytes.extend_from_slice(&self.mac);
        bytes
    }

    /// The record's leaf in the Merkle log.
    pub fn leaf_hash(&self) -> merkle::Hash {
        merkle::leaf_hash(&self.leaf_content())
    }
}

//! Criteria as they are asked and as they are recorded, records as they are shown. No I/O.

use chrono::{DateTime, Utc};
use guitai_language::mask;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::audit::{Action, RecordFilter, SealedRecord};
use crate::db::ids::{ApprovalId, AuditId, CustomerId, SessionId, SigningKeyId};
use crate::error::{ErrorCode, Result};

/// The longest free criterion, in characters.
const MOST_TEXT: usize = 100;

/// What an auditor asks for; all of it must hold.
#[derive(Debug, Clone, Default)]
pub struct Criteria {
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
    /// An account's id, or a part of a name.
    pub actor: Option<String>,
    /// An action's code, or all below a noun: `session.`.
    pub action: Option<String>,
    pub object_kind: Option<String>,
    pub object_id: Option<Uuid>,
    pub customer_id: Option<CustomerId>,
    /// `success`, `refused` or `failed`.
    pub outcome: Option<String>,
    pub session_id: Option<SessionId>,
    pub text: Option<String>,
}

impl Criteria {
    /// Checks the criteria and says them in the ledger's terms.
    pub fn filter(&self) -> Result<RecordFilter> {
        let refuse = |what: &'static str| Err(ErrorCode::InvalidParameter.because(what));
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return refuse("from must be before to");
        }
        if let Some(action) = &self.action {
            let known = Action::ALL
                .iter()
                .any(|a| a.code() == action || (action.ends_with('.') && a.code().starts_with(action.as_str())));
            if !known {
                return refuse("action");
            }
        }
        if let Some(outcome) = &self.outcome
            && !["success", "refused", "failed"].contains(&outcome.as_str())
        {
            return refuse("outcome");
        }
        for text in [&self.actor, &self.text, &self.object_kind].into_iter().flatten() {
            if text.trim().is_empty() || text.chars().count() > MOST_TEXT || text.chars().any(char::is_control) {
                return refuse("a criterion is 1 to 100 characters");
            }
        }
        let actor_id = self.actor.as_deref().and_then(|a| Uuid::parse_str(a.trim()).ok());
        Ok(RecordFilter {
            from: self.from,
            to: self.to,
            actor_name: if actor_id.is_some() { None } else { self.actor.as_deref().map(|a| a.trim().to_owned()) },
            actor_id,
            action: self.action.clone(),
            object_kind: self.object_kind.clone(),
            object_id: self.object_id,
            customer_id: self.customer_id,
            outcome: self.outcome.clone(),
            session_id: self.session_id,
            text: self.text.as_deref().map(|t| t.trim().to_owned()),
        })
    }

    /// The criteria as the record of the query keeps them: a phone, card or identity number that somebody typed is masked.
    pub fn recorded(&self) -> Value {
        let mut out = Map::new();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                out.insert(key.to_owned(), Value::String(value));
            }
        };
        put("from", self.from.map(|t| t.to_rfc3339()));
        put("to", self.to.map(|t| t.to_rfc3339()));
        put("actor", self.actor.as_deref().map(masked));
        put("action", self.action.clone());
        put("object_kind", self.object_kind.as_deref().map(masked));
        put("object_id", self.object_id.map(|id| id.to_string()));
        put("customer_id", self.customer_id.map(|id| id.to_string()));
        put("outcome", self.outcome.clone());
        put("session_id", self.session_id.map(|id| id.to_string()));
        put("text", self.text.as_deref().map(masked));
        Value::Object(out)
    }
}

/// Free text as a record may keep it. Ids pass; other long runs of digits do not, even where they are no number that the mask knows.
fn masked(text: &str) -> String {
    let text = text.trim();
    if Uuid::parse_str(text).is_ok() {
        return text.to_owned();
    }
    let text = mask::text(text);
    let written = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+');
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits >= 7 && text.chars().all(written) { mask::account(&text) } else { text }
}

/// Who acted, as it was at the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ActorView {
    /// `staff`, `customer`, `system`, `operator` or `anonymous`.
    pub kind: String,
    pub id: Option<Uuid>,
    pub name: String,
    pub roles: Vec<String>,
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuditObjectView {
    pub kind: String,
    pub id: Uuid,
    pub label: Option<String>,
}

/// A record as an auditor sees it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AuditRecordView {
    pub id: AuditId,
    /// The place in the sealed log; none in the second after the act.
    pub position: Option<i64>,
    pub at: DateTime<Utc>,
    pub actor: ActorView,
    pub action: String,
    /// In the reader's language.
    pub action_text: String,
    pub object: Option<AuditObjectView>,
    pub customer_id: Option<CustomerId>,
    pub outcome: String,
    pub code: Option<String>,
    pub source_ip: Option<String>,
    pub session_id: Option<SessionId>,
    /// What a person gave as the reason; none, too, where it can no longer be opened.
    pub reason: Option<String>,
    pub approval_id: Option<ApprovalId>,
    pub trace_id: String,
    /// An object, unless it was altered: then what stands there.
    pub detail: Value,
    pub node: String,
    pub software_version: String,
    /// Whether the record's MAC stands and, once it is sealed, its leaf is the sealed one.
    pub authentic: bool,
}

impl AuditRecordView {
    /// Shows a record whose MAC has been judged and whose reason has been opened.
    pub fn of(sealed: SealedRecord, is_mac_right: bool, reason: Option<String>, english: bool) -> Self {
        let is_leaf_right = sealed.leaf_hash.as_ref().is_none_or(|leaf| *leaf == sealed.record.leaf_hash());
        let SealedRecord { record, position, .. } = sealed;
        let object = match (record.object_kind, record.object_id) {
            (Some(kind), Some(id)) => Some(AuditObjectView { kind, id, label: record.object_label }),
            _ => None,
        };
        Self {
            id: record.id,
            position,
            at: record.at,
            actor: ActorView {
                kind: record.actor_kind,
                id: record.actor_id,
                name: record.actor_name,
                roles: record.actor_roles.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
            },
            action_text: action_text(&record.action, english),
            action: record.action,
            object,
            customer_id: record.customer_id,
            outcome: record.outcome,
            code: record.code,
            source_ip: record.source_ip,
            session_id: record.session_id,
            reason,
            approval_id: record.approval_id,
            trace_id: record.trace_id,
            // What was altered may no longer be JSON; it is shown as it stands.
            detail: serde_json::from_str(&record.detail).unwrap_or(Value::String(record.detail)),
            node: record.node,
            software_version: record.software_version,
            authentic: is_mac_right && is_leaf_right,
        }
    }
}

/// An action in plain words; its code where this version does not know it.
fn action_text(code: &str, english: bool) -> String {
    let found = Action::ALL.iter().find(|a| a.code() == code).map(|a| a.text());
    found.map_or(code, |(zh, en)| if english { en } else { zh }).to_owned()
}

/// A signed head, with what it takes to check it elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct HeadView {
    pub tree_size: i64,
    /// Hexadecimal, like the public key (uncompressed point) and the signature (DER, SM2 with SM3).
    pub root: String,
    pub signed_at: DateTime<Utc>,
    pub key_id: SigningKeyId,
    pub public_key: String,
    pub signature: String,
    /// The bytes that were signed.
    pub signed: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_do_not_stand_in_the_record_of_a_query() {
        for number in [
            "13812345678",
            "138 1234 5678",
            "+86-138-1234-5678",
            "6222021234567890123",
            "11010119900307123X",
            "02088881234",
        ] {
            let criteria =
                Criteria { text: Some(number.into()), actor: Some(format!("客户 {number}")), ..Criteria::default() };
            let recorded = criteria.recorded().to_string();
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let kept: String = recorded.chars().filter(char::is_ascii_digit).collect();
            assert!(!recorded.contains(number) && !kept.contains(&digits), "{number}: {recorded}");
        }
    }

    #[test]
    fn criteria_are_checked() {
        let ok = |c: Criteria| c.filter().is_ok();
        assert!(ok(Criteria { action: Some("session.".into()), ..Criteria::default() }));
        assert!(ok(Criteria { action: Some("session.sign_in".into()), ..Criteria::default() }));
        assert!(!ok(Criteria { action: Some("session".into()), ..Criteria::default() }));
        assert!(!ok(Criteria { outcome: Some("maybe".into()), ..Criteria::default() }));
        assert!(!ok(Criteria { text: Some("x".repeat(101)), ..Criteria::default() }));
        let id = Uuid::now_v7();
        let f = Criteria { actor: Some(id.to_string()), ..Criteria::default() }.filter().unwrap();
        assert_eq!((f.actor_id, f.actor_name), (Some(id), None));
    }
}

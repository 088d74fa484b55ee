//! An event as a Kafka record: CloudEvents 1.0, Kafka protocol binding, binary content mode (attributes as headers `ce_…`).
//!
//! The data is the payload as it lies in the outbox, sealed, untouched. Our own attributes, with names of letters and digits as the
//! specification asks (section 3.1): `guitaiorg`, `guitaiversion`, `guitaiseq`, `guitaiaudit`, `guitaikey`.

use chrono::{DateTime, SecondsFormat, Utc};
use rdkafka::message::{Header, Headers, OwnedHeaders};
use uuid::Uuid;

use crate::crypto::Sealed;
use crate::db::ids::{AuditId, DataKeyId, EventId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::eventlog::store::SealedEvent;

/// What the data is: a stored value as `crypto::envelope` defines it, which holds JSON.
const CONTENT_TYPE: &str = "application/vnd.guitai.sealed";

/// The headers of an event's record.
pub(super) fn headers(event: &SealedEvent) -> OwnedHeaders {
    let attributes = [
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", event.id.to_string()),
        ("ce_source", format!("/guitai/organisations/{}", event.org_id)),
        ("ce_type", event.kind.clone()),
        ("ce_time", event.occurred_at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        ("ce_subject", format!("{}/{}", event.aggregate_kind, event.aggregate_id)),
        ("ce_dataschema", format!("urn:guitai:event:{}:v{}", event.kind, event.version)),
        ("content-type", CONTENT_TYPE.to_owned()),
        ("ce_guitaiorg", event.org_id.to_string()),
        ("ce_guitaiversion", event.version.to_string()),
        ("ce_guitaiseq", event.aggregate_seq.to_string()),
        ("ce_guitaiaudit", event.audit_id.to_string()),
        ("ce_guitaikey", event.data_key_id.to_string()),
    ];
    let headers = OwnedHeaders::new_with_capacity(attributes.len());
    attributes.iter().fold(headers, |headers, (key, value)| headers.insert(Header { key, value: Some(value) }))
}

/// The event of a record. Errors: `DataAltered` when it is none of ours.
pub(super) fn parse(topic: &str, headers: Option<&impl Headers>, payload: Option<&[u8]>) -> Result<SealedEvent> {
    let headers = headers.ok_or_else(|| ErrorCode::DataAltered.because("a record without headers"))?;
    let (aggregate_kind, aggregate_id) = text(headers, "ce_subject")?
        .split_once('/')
        .ok_or_else(|| ErrorCode::DataAltered.because("a record without an aggregate"))?;
    Ok(SealedEvent {
        id: EventId(value(headers, "ce_id")?),
        org_id: OrgId(value(headers, "ce_guitaiorg")?),
        topic: topic.to_owned(),
        kind: text(headers, "ce_type")?.to_owned(),
        version: value(headers, "ce_guitaiversion")?,
        aggregate_kind: aggregate_kind.to_owned(),
        aggregate_id: Uuid::parse_str(aggregate_id).map_err(|e| ErrorCode::DataAltered.caused_by(e))?,
        aggregate_seq: value(headers, "ce_guitaiseq")?,
        audit_id: AuditId(value(headers, "ce_guitaiaudit")?),
        occurred_at: value::<DateTime<Utc>>(headers, "ce_time")?,
        data_key_id: DataKeyId(value(headers, "ce_guitaikey")?),
        payload: Sealed::stored(
            payload.ok_or_else(|| ErrorCode::DataAltered.because("a record without data"))?.to_vec(),
        )
        .into(),
    })
}

fn text<'h>(headers: &'h impl Headers, name: &'static str) -> Result<&'h str> {
    let header = headers.iter().find(|header| header.key == name);
    let value = header.and_then(|header| header.value).ok_or_else(|| ErrorCode::DataAltered.because(name))?;
    std::str::from_utf8(value).map_err(|e| ErrorCode::DataAltered.caused_by(e).context(name))
}

fn value<T>(headers: &impl Headers, name: &'static str) -> Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    text(headers, name)?.parse().map_err(|e: T::Err| ErrorCode::DataAltered.caused_by(e).context(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> SealedEvent {
        SealedEvent {
            id: EventId(Uuid::from_u128(1)),
            org_id: OrgId(Uuid::from_u128(2)),
            topic: "guitai.conversations.v1".to_owned(),
            kind: "conversation.message_posted".to_owned(),
            version: 3,
            aggregate_kind: "conversation".to_owned(),
            aggregate_id: Uuid::from_u128(4),
            aggregate_seq: 5,
            audit_id: AuditId(Uuid::from_u128(6)),
            occurred_at: "2026-11-21T01:02:03.000456Z".parse().unwrap(),
            data_key_id: DataKeyId(Uuid::from_u128(7)),
            payload: Sealed::stored(vec![1, 1, 0xff, 0]).into(),
        }
    }

    #[test]
    fn a_record_is_what_the_specification_says() {
        let event = event();
        let headers = headers(&event);
        let all: Vec<_> = headers.iter().map(|h| (h.key, std::str::from_utf8(h.value.unwrap()).unwrap())).collect();
        assert_eq!(
            all[..8],
            [
                ("ce_specversion", "1.0"),
                ("ce_id", "00000000-0000-0000-0000-000000000001"),
                ("ce_source", "/guitai/organisations/00000000-0000-0000-0000-000000000002"),
                ("ce_type", "conversation.message_posted"),
                ("ce_time", "2026-11-21T01:02:03.000456Z"),
                ("ce_subject", "conversation/00000000-0000-0000-0000-000000000004"),
                ("ce_dataschema", "urn:guitai:event:conversation.message_posted:v3"),
                ("content-type", "application/vnd.guitai.sealed"),
            ]
        );
        for (name, _) in &all {
            let name = name.strip_prefix("ce_").unwrap_or("contenttype");
            assert!(name.len() <= 20 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{name}");
        }
    }

    #[test]
    fn a_record_gives_its_event_back() {
        let event = event();
        let back = parse(&event.topic, Some(&headers(&event)), Some(event.payload.as_ref())).unwrap();
        assert_eq!(format!("{back:?}"), format!("{event:?}"));
    }

    #[test]
    fn a_record_that_lacks_anything_is_refused() {
        let event = event();
        let full = headers(&event);
        let needed =
            |name: &str| name.starts_with("ce_guitai") || ["ce_id", "ce_type", "ce_time", "ce_subject"].contains(&name);
        for left_out in full.iter().map(|h| h.key).filter(|name| needed(name)) {
            let kept = full.iter().filter(|h| h.key != left_out);
            let headers = kept.fold(OwnedHeaders::new(), |headers, h| headers.insert(h));
            let refused = parse(&event.topic, Some(&headers), Some(event.payload.as_ref())).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::DataAltered, "{left_out}");
        }
        assert!(parse(&event.topic, None::<&OwnedHeaders>, Some(event.payload.as_ref())).is_err());
        assert!(parse(&event.topic, Some(&full), None).is_err());
    }
}

//! What goes into the index, and how it is laid out there.

use chrono::{DateTime, Utc};
use tantivy::schema::{
    DateOptions, DateTimePrecision, Field, INDEXED, IndexRecordOption, NumericOptions, STORED, Schema,
    TextFieldIndexing, TextOptions,
};
use uuid::Uuid;

use super::analyser::ANALYSER;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchKind)]
pub enum Kind {
    /// A published knowledge article.
    Article,
    /// A message of a conversation.
    Message,
    /// A segment of a recording's transcript.
    Segment,
    Ticket,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Article, Kind::Message, Kind::Segment, Kind::Ticket];

    /// The name in the HTTP face.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Article => "article",
            Kind::Message => "message",
            Kind::Segment => "segment",
            Kind::Ticket => "ticket",
        }
    }

    /// The number in the index. Part of the schema: never reused.
    pub(super) const fn number(self) -> u64 {
        match self {
            Kind::Article => 1,
            Kind::Message => 2,
            Kind::Segment => 3,
            Kind::Ticket => 4,
        }
    }
}

/// What goes into the index for one document. The texts are indexed and not kept.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    pub id: Uuid,
    pub kind: Kind,
    /// The organisation that owns it.
    pub org_id: Uuid,
    /// The conversation of a message, the recording of a segment.
    pub parent_id: Option<Uuid>,
    /// Title or subject; may be empty.
    pub title: &'a str,
    pub body: &'a str,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub id: Field,
    pub kind: Field,
    pub org: Field,
    pub parent: Field,
    pub title: Field,
    pub body: Field,
    pub at: Field,
}

impl Fields {
    /// The schema of an index, and its fields.
    pub fn schema() -> (Schema, Fields) {
        let mut schema = Schema::builder();
        // Frequencies for BM25; positions are left out, no query uses them.
        let text = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer(ANALYSER).set_index_option(IndexRecordOption::WithFreqs),
        );
        let fields = Fields {
            id: schema.add_bytes_field("id", INDEXED | STORED),
            kind: schema.add_u64_field("kind", NumericOptions::default().set_indexed().set_stored()),
            org: schema.add_bytes_field("org_id", INDEXED),
            parent: schema.add_bytes_field("parent_id", INDEXED | STORED),
            title: schema.add_text_field("title", text.clone()),
            body: schema.add_text_field("body", text),
            at: schema
                .add_date_field("at", DateOptions::default().set_fast().set_precision(DateTimePrecision::Milliseconds)),
        };
        (schema.build(), fields)
    }
}

/// Time as the index counts it; beyond the range of 64-bit nanoseconds it stays at the end of the range.
pub(super) fn tantivy_time(at: DateTime<Utc>) -> tantivy::DateTime {
    tantivy::DateTime::from_timestamp_millis(at.timestamp_millis())
}

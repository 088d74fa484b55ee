//! What belongs into an index and where it comes from.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::ids::{DataKeyId, OrgId};
use crate::db::{Connection, KeyStore};
use crate::error::Result;
use crate::eventlog::Event;
use crate::search::{Document, Kind};

/// One document in clear, for as long as it takes to index it.
#[derive(Debug, Clone)]
pub struct Text {
    pub id: Uuid,
    pub kind: Kind,
    pub org_id: OrgId,
    /// The conversation of a message, the recording of a segment.
    pub parent_id: Option<Uuid>,
    /// Title or subject; may be empty.
    pub title: String,
    pub body: String,
    pub at: DateTime<Utc>,
}

impl Text {
    pub(super) fn document(&self) -> Document<'_> {
        Document {
            id: self.id,
            kind: self.kind,
            org_id: self.org_id.0,
            parent_id: self.parent_id,
            title: &self.title,
            body: &self.body,
            at: self.at,
        }
    }
}

/// What an event changes in the index.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub upsert: Vec<Text>,
    pub delete: Vec<Uuid>,
}

/// One kind of searchable text. It reads PostgreSQL on the given connection and opens what it reads.
#[async_trait]
pub trait Source: Send + Sync {
    /// How many texts there are, for the progress bar.
    async fn count(&self, conn: &mut Connection) -> Result<i64>;

    /// Texts whose id is greater than `after`, in order of id; an empty page is the end. A text whose key was destroyed is left out.
    async fn page(&self, conn: &mut Connection, keys: &KeyStore, after: Option<Uuid>) -> Result<Page>;

    /// The ids of texts that are, or were, sealed under any of these data keys.
    async fn texts_under(&self, conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<Uuid>>;

    /// What this event changes; nothing for an event of something else. Called again for the same event it says what holds by then.
    async fn change(&self, conn: &mut Connection, keys: &KeyStore, event: &Event) -> Result<Change>;
}

/// Some of a source's texts.
#[derive(Debug, Clone)]
pub struct Page {
    pub texts: Vec<Text>,
    /// The id to go on after; `None` at the end.
    pub next: Option<Uuid>,
}

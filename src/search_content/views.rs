//! What a search shows.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::search::Kind;

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FoundView {
    pub kind: Kind,
    pub id: Uuid,
    /// What to open to see it in its place.
    pub parent: ParentView,
    /// The sentence that fits best, with numbers masked.
    pub snippet: String,
    pub at: DateTime<Utc>,
    /// How well it fits: how much of the question it covers, and how strongly. Greater is better, about 1 is all of it.
    pub score: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ParentView {
    /// `conversation`, `recording`, `article` or `ticket`.
    pub kind: &'static str,
    pub id: Uuid,
    /// A masked name, a number, a title.
    pub title: String,
}

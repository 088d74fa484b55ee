//! What screens and events carry.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::model::{ArticleState, VersionState};
use crate::db::ids::ArticleId;
use crate::identity::Person;

/// An article in a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ArticleView {
    pub id: ArticleId,
    /// Of the version in use, or else of the latest draft.
    pub title: String,
    pub state: ArticleState,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

/// An article with all its versions, latest first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ArticleDetailView {
    #[serde(flatten)]
    pub article: ArticleView,
    pub versions: Vec<ArticleVersionView>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ArticleVersionView {
    pub version: i32,
    pub title: String,
    pub body: String,
    pub state: VersionState,
    /// Absent for what was loaded and not written here.
    pub author: Option<Person>,
    pub published_by: Option<Person>,
    pub effective_from: Option<DateTime<Utc>>,
    pub published_at: Option<DateTime<Utc>>,
}

/// Payload of `article.published` and `article.retired`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ArticleEvent {
    pub article_id: ArticleId,
    /// The version in use now, or the last one that was.
    pub version: i32,
    pub state: ArticleState,
}

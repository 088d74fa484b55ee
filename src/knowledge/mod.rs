//! Knowledge: articles, their versions, and what the bot may say from them.
//!
//! Tables: `articles`, `article_versions`. Events out, on the knowledge topic: `article.published`, `article.retired`. Takes its own events
//! ([`ArticleIndexer`]) to keep an index of what is published.
//!
//! What always holds: the words of a version never change; of an article at most one version is in use, and nobody publishes a version he wrote
//! himself (control G6); a version that was once in use stays, because answers cite it; titles and bodies are sealed under the
//! article's own key, and the index that finds them is sealed on the disk and in clear in memory only. The bot answers in the words of the
//! version that is in use at that moment, read from PostgreSQL: the index only says where to look. Without support it gives no answer.

mod answer;
mod indexer;
mod model;
mod retrieval;
mod seed;
mod service;
mod store;
mod views;

pub mod http;

pub use indexer::ArticleIndexer;
pub use model::{ArticleState, VersionState};
pub use retrieval::{Candidate, Retrieval, Retriever, Support};
pub use seed::{SeedArticle, demo_articles};
pub use service::{FoundArticle, Knowledge};
pub use views::{ArticleDetailView, ArticleEvent, ArticleVersionView, ArticleView};

#[cfg(test)]
mod tests;

//! What the bot asks of knowledge: support for an answer, or the plain word that there is none.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::db::ids::{ArticleId, OrgId};
use crate::error::Result;

/// The passage that supports an answer, with the exact version it stands in.
#[derive(Debug, Clone)]
pub struct Support {
    pub article_id: ArticleId,
    pub version: i32,
    pub title: String,
    /// The sentence that carries the answer, word for word.
    pub quote: String,
    /// What is said to the customer: passages of the article, word for word.
    pub answer: String,
}

/// An article that was considered, for the answer's receipt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Candidate {
    pub article_id: ArticleId,
    pub version: i32,
    pub score: f32,
    /// The share of the question's weight that the article covers, 0 to 1.
    pub coverage: f32,
    /// How well it supports an answer: what is compared with the threshold.
    pub support: f32,
}

/// The outcome of one retrieval.
#[derive(Debug, Clone)]
pub struct Retrieval {
    /// `None`: nothing supports an answer, so none is given.
    pub support: Option<Support>,
    pub candidates: Vec<Candidate>,
    /// The support below which nothing is said.
    pub threshold: f32,
    pub engine: &'static str,
    pub engine_version: String,
}

/// Finds support for an answer in what an organisation has published.
#[async_trait]
pub trait Retriever: Send + Sync {
    /// [`crate::error::ErrorCode::SearchRebuilding`] while the index is away.
    async fn retrieve(&self, org_id: OrgId, question: &str) -> Result<Retrieval>;
}

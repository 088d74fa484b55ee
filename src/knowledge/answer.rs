//! The bot's question to knowledge: the best supported article, and its words.

use async_trait::async_trait;

use crate::db::ids::{ArticleId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::search::retrieval::{SUPPORT_FLOOR, best_sentence, supported};
use crate::search::{Hit, Query, blocking};

use super::model::passage;
use super::retrieval::{Candidate, Retrieval, Retriever, Support};
use super::service::Knowledge;
use super::store::{self, ArticleRow, VersionRow, place};

/// Articles that are looked at for one question, and that its receipt names.
const CANDIDATES: usize = 5;
const ENGINE: &str = "bm25-jieba";

#[async_trait]
impl Retriever for Knowledge {
    async fn retrieve(&self, org_id: OrgId, question: &str) -> Result<Retrieval> {
        let question = question.to_owned();
        let query = blocking(move || Ok(Query::new(&question))).await?;
        let mut hits = self.hits(org_id, query.clone(), CANDIDATES).await?;
        let ids: Vec<ArticleId> = hits.iter().map(|hit| ArticleId(hit.id)).collect();
        let mut conn = self.transactions().db().connection().await?;
        let mut in_use = store::published(&mut conn, org_id, &ids).await?;
        // What was taken out of use since the index last heard of it is no candidate.
        hits.retain(|hit| in_use.iter().any(|(article, _)| article.id.0 == hit.id));
        let candidates = hits.iter().filter_map(|hit| candidate(hit, &in_use)).collect();
        let best = supported(&hits).and_then(|hit| in_use.iter().position(|(article, _)| article.id.0 == hit.id));
        let support = match best.map(|at| in_use.swap_remove(at)) {
            None => None,
            Some((article, version)) => {
                let key = self.transactions().keys().load(&mut conn, article.data_key_id).await?;
                let title = key.open_text(&place("title", version.id), &version.title)?;
                let body = key.open_text(&place("body", version.id), &version.body)?;
                blocking(move || support_of(&query, &version, title, &body)).await?
            }
        };
        Ok(Retrieval {
            support,
            candidates,
            threshold: SUPPORT_FLOOR,
            engine: ENGINE,
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}

fn candidate(hit: &Hit, in_use: &[(ArticleRow, VersionRow)]) -> Option<Candidate> {
    let (article, version) = in_use.iter().find(|(article, _)| article.id.0 == hit.id)?;
    let (score, coverage, support) = (hit.score, hit.coverage, hit.support());
    Some(Candidate { article_id: article.id, version: version.version, score, coverage, support })
}

/// The sentence and the passage that answer, in the words of the version in use. `None` when that version, newer than the one the index
/// knows, has no sentence about it.
fn support_of(query: &Query, version: &VersionRow, title: String, body: &str) -> Result<Option<Support>> {
    let Some(range) = best_sentence(query, body) else { return Ok(None) };
    let quote = body.get(range.clone()).ok_or_else(|| ErrorCode::Internal.because("a sentence outside its text"))?;
    Ok(Some(Support {
        article_id: version.article_id,
        version: version.version,
        title,
        quote: quote.to_owned(),
        answer: passage(body, &range),
    }))
}

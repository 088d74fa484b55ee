//! The demo's articles: loaded by whoever installs, not written and published by two people.

use serde::Deserialize;

use crate::audit::{Action, ActorKind, AuditDraft, Caller};
use crate::error::{ErrorCode, Result};
use crate::transaction::Tx;

use super::model::id_of_code;
use super::service::{self, Knowledge, NewVersion};
use super::store;

/// An article to load.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedArticle {
    /// Stable and unique in the organisation: loading it again changes nothing.
    pub code: String,
    pub title: String,
    pub body: String,
}

#[derive(rust_embed::RustEmbed)]
#[folder = "appliance/demo/knowledge"]
struct DemoKnowledge;

/// The articles of the demo, which are built into the program, in order of their code.
pub fn demo_articles() -> Result<Vec<SeedArticle>> {
    let mut articles = Vec::new();
    for name in DemoKnowledge::iter().filter(|name| name.ends_with(".toml")) {
        let file = DemoKnowledge::get(&name).ok_or_else(|| ErrorCode::Internal.because("a demo article is gone"))?;
        let text = std::str::from_utf8(&file.data).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        let article: SeedArticle = toml::from_str(text).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        articles.push(article);
    }
    articles.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(articles)
}

impl Knowledge {
    /// Loads articles that are not there yet and puts them into use at once, without author and without publisher: the one exception to
    /// publication by two, for the program and its operator at the server's command line only. Returns how many were new; by then they are found.
    pub async fn seed_articles(&self, caller: &Caller, articles: Vec<SeedArticle>) -> Result<usize> {
        let added = self
            .transactions()
            .perform(caller, AuditDraft::new(Action::DemoSeed), async |tx: &mut Tx| {
                if !matches!(tx.caller().kind, ActorKind::Operator | ActorKind::System) {
                    return Err(ErrorCode::Forbidden.because("articles are loaded by the operator"));
                }
                let mut added = 0;
                for seed in &articles {
                    let id = id_of_code(tx.caller().org_id, &seed.code);
                    if store::exists(tx.conn(), id).await? {
                        continue;
                    }
                    let new = NewVersion { title: &seed.title, body: &seed.body, author: None };
                    let (mut article, version) = service::add_article(tx, id, new).await?;
                    service::put_into_use(tx, &mut article, version, None).await?;
                    added += 1;
                }
                tx.detail("articles", added);
                Ok(added)
            })
            .await?;
        if added > 0 {
            self.replica().refresh().await?;
        }
        Ok(added)
    }

    /// Loads the articles of the demo.
    pub async fn seed_demo(&self, caller: &Caller) -> Result<usize> {
        self.seed_articles(caller, demo_articles()?).await
    }
}

//! Keeps the index of articles in step: what is published is found, what is retired is not.

use async_trait::async_trait;
use uuid::Uuid;

use crate::db::ids::{ArticleId, DataKeyId};
use crate::db::{Connection, KeyStore};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{Event, Subscriber, SubscriptionSpec, Topic};
use crate::replica::{Change, Page, Source, Text};
use crate::search::Kind;

use super::service::Knowledge;
use super::store::{self, ArticleRow, VersionRow, place};

/// Articles that one page of a rebuild reads.
const PAGE: i64 = 200;

/// Published articles as the index takes them.
pub(super) struct ArticleTexts;

#[async_trait]
impl Source for ArticleTexts {
    async fn count(&self, conn: &mut Connection) -> Result<i64> {
        store::count_published(conn).await
    }

    async fn page(&self, conn: &mut Connection, keys: &KeyStore, after: Option<Uuid>) -> Result<Page> {
        let rows = store::all_published_after(conn, after.map(ArticleId), PAGE).await?;
        let next = rows.last().map(|(article, _)| article.id.0);
        let mut texts = Vec::with_capacity(rows.len());
        for (article, version) in rows {
            texts.extend(text_of(conn, keys, article, version).await?);
        }
        Ok(Page { texts, next })
    }

    async fn texts_under(&self, conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<Uuid>> {
        store::articles_under(conn, keys).await
    }

    async fn change(&self, conn: &mut Connection, keys: &KeyStore, event: &Event) -> Result<Change> {
        if event.topic != Topic::Knowledge {
            return Ok(Change::default());
        }
        let text = match store::published_one(conn, ArticleId(event.aggregate_id)).await? {
            Some((article, version)) => text_of(conn, keys, article, version).await?,
            None => None,
        };
        let delete = if text.is_none() { vec![event.aggregate_id] } else { Vec::new() };
        Ok(Change { upsert: text.into_iter().collect(), delete })
    }
}

async fn text_of(
    conn: &mut Connection,
    keys: &KeyStore,
    article: ArticleRow,
    version: VersionRow,
) -> Result<Option<Text>> {
    let key = match keys.load(conn, article.data_key_id).await {
        Ok(key) => key,
        Err(e) if e.code() == ErrorCode::KeyDestroyed => return Ok(None),
        Err(e) => return Err(e),
    };
    Ok(Some(Text {
        id: article.id.0,
        kind: Kind::Article,
        org_id: article.org_id,
        parent_id: None,
        title: key.open_text(&place("title", version.id), &version.title)?,
        body: key.open_text(&place("body", version.id), &version.body)?,
        at: version.published_at.unwrap_or(version.created_at),
    }))
}

/// Follows the knowledge topic.
pub struct ArticleIndexer(Knowledge);

impl ArticleIndexer {
    pub const SUBSCRIPTION: SubscriptionSpec =
        SubscriptionSpec { name: "search-articles", topics: &[Topic::Knowledge] };

    pub fn new(knowledge: Knowledge) -> Self {
        Self(knowledge)
    }
}

#[async_trait]
impl Subscriber for ArticleIndexer {
    fn name(&self) -> &'static str {
        Self::SUBSCRIPTION.name
    }

    fn topics(&self) -> &'static [Topic] {
        Self::SUBSCRIPTION.topics
    }

    async fn handle(&self, event: &Event) -> Result<()> {
        self.0.replica().take(event).await
    }
}

//! What editors do with articles, and what staff read of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::crypto::DataKey;
use crate::db::ids::{AccountId, ArticleId, DataKeyId, OrgId};
use crate::db::{Notices, Scope};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{EventDraft, Topic};
use crate::identity::{self, Permission, Principal};
use crate::replica::{Progress, Replica, Source};
use crate::search::{Filter, Hit, Kind, Query, blocking};
use crate::transaction::{Transactions, Tx};
use crate::web::{Cursor, DESTROYED_TEXT, Page, check_text};

use super::indexer::ArticleTexts;
use super::model::{ArticleState, MAX_BODY, MAX_TITLE, VersionState};
use super::store::{self, ArticleRow, VersionRow, place};
use super::views::{ArticleDetailView, ArticleEvent, ArticleVersionView, ArticleView};

/// The longest question in the search box, in characters.
const MAX_QUERY: usize = 200;

/// Articles, and the index over those in use. Clones share the index.
#[derive(Clone)]
pub struct Knowledge {
    transactions: Transactions,
    replica: Replica,
}

/// An article that a search found, in clear.
#[derive(Debug, Clone)]
pub struct FoundArticle {
    pub title: String,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// Words about to become a version.
pub(super) struct NewVersion<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub author: Option<AccountId>,
}

impl Knowledge {
    /// Opens this node's index in `folder`. When there is none that can be opened in full, everything but searches works and
    /// [`Knowledge::rebuild_if_needed`] fills a new one.
    pub async fn open(transactions: Transactions, org_id: OrgId, folder: impl Into<PathBuf>) -> Result<Self> {
        let sources: Vec<Arc<dyn Source>> = vec![Arc::new(ArticleTexts)];
        let caller = Caller::system(org_id, "search");
        let replica = Replica::open("articles", folder, transactions.clone(), caller, sources).await?;
        Ok(Self { transactions, replica })
    }

    /// Fills the index from PostgreSQL if that is needed, however often it takes; returns at the latest when told to stop.
    pub async fn rebuild_if_needed(&self, stop: CancellationToken) {
        self.replica.rebuild_if_needed(stop).await;
    }

    /// Fills the index anew, telling how far it is.
    pub async fn rebuild(&self, progress: &Progress) -> Result<()> {
        self.replica.rebuild(progress).await
    }

    /// Whether questions are answered.
    /// Keeps what was destroyed out of the index and its files, and these under a key that is in use, until `stop`.
    pub async fn follow_keys(&self, changes: Notices, purge_after: Duration, stop: CancellationToken) {
        self.replica.follow_keys(changes, purge_after, stop).await;
    }

    pub fn is_ready(&self) -> bool {
        self.replica.is_ready()
    }

    pub(super) fn replica(&self) -> &Replica {
        &self.replica
    }

    pub(super) fn transactions(&self) -> &Transactions {
        &self.transactions
    }

    /// Articles in use that fit a question, best first. The index may be a moment behind: look them up before showing them.
    pub async fn hits(&self, org: OrgId, query: Query, limit: usize) -> Result<Vec<Hit>> {
        let filter = Filter { orgs: vec![org.0], kinds: vec![Kind::Article], ..Filter::default() };
        self.replica.search(query, filter, limit).await
    }

    /// An article in use, for somebody who searches; `None` when it is not in use any more or not his to read.
    pub async fn find_text(&self, tx: &mut Tx, who: &Principal, id: ArticleId) -> Result<Option<FoundArticle>> {
        if !who.may(Permission::KnowledgeRead) {
            return Ok(None);
        }
        let Some((article, version)) = store::published(tx.conn(), who.org_id, &[id]).await?.pop() else {
            return Ok(None);
        };
        let Some(key) = tx.load_key_unless_destroyed(article.data_key_id).await? else { return Ok(None) };
        let (title, body) = words_of(&key, &version)?;
        Ok(Some(FoundArticle { title, body, at: version.published_at.unwrap_or(version.created_at) }))
    }

    /// Articles, last changed first.
    pub async fn list(&self, who: &Principal, after: Option<Cursor>, limit: i64) -> Result<Page<ArticleView>> {
        let who = who.clone();
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::ArticleList), async |tx: &mut Tx| {
                let org = who.require(Permission::KnowledgeRead)?.org_id;
                let rows = store::list(tx.conn(), org, after, limit).await?;
                let page = Page::cut(rows, limit, |r| Cursor { at: r.updated_at, id: r.id.0 });
                tx.detail("rows", page.items.len());
                let ids: Vec<ArticleId> = page.items.iter().map(|r| r.id).collect();
                Ok(Page { items: views_of(tx, org, &ids).await?, next_cursor: page.next_cursor })
            })
            .await
    }

    /// Articles in use that fit a question, best first.
    pub async fn find(
        &self,
        who: &Principal,
        question: &str,
        after: Option<Cursor>,
        limit: i64,
    ) -> Result<Vec<ArticleView>> {
        let (who, question, knowledge) = (who.clone(), question.to_owned(), self.clone());
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::ArticleList), async |tx: &mut Tx| {
                let org = who.require(Permission::KnowledgeRead)?.org_id;
                if after.is_some() {
                    return Err(ErrorCode::InvalidParameter.because("cursor: a search has one page"));
                }
                let question = check_text(&question, MAX_QUERY, "q")?;
                let query = blocking(move || Ok(Query::new(&question))).await?;
                let limit = usize::try_from(limit).unwrap_or_default();
                let hits = knowledge.hits(org, query, limit).await?;
                let ids: Vec<ArticleId> = hits.iter().map(|hit| ArticleId(hit.id)).collect();
                tx.detail("searched", true);
                tx.detail("rows", ids.len());
                views_of(tx, org, &ids).await
            })
            .await
    }

    /// One article with all its versions.
    pub async fn get(&self, who: &Principal, id: ArticleId) -> Result<ArticleDetailView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::ArticleRead).on(Object::new("article", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let org = who.require(Permission::KnowledgeRead)?.org_id;
                detail_of(tx, org, id).await
            })
            .await
    }

    /// A new article with its first draft.
    pub async fn create(&self, who: &Principal, title: &str, body: &str) -> Result<ArticleDetailView> {
        let (who, title, body) = (who.clone(), title.to_owned(), body.to_owned());
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::ArticleCreate), async |tx: &mut Tx| {
                let org = who.require(Permission::KnowledgeWrite)?.org_id;
                let id = ArticleId::fresh();
                tx.on(Object::new("article", id));
                let new = NewVersion { title: &title, body: &body, author: Some(who.account_id) };
                add_article(tx, id, new).await?;
                detail_of(tx, org, id).await
            })
            .await
    }

    /// A new draft of an article; what is in use stays in use.
    pub async fn revise(&self, who: &Principal, id: ArticleId, title: &str, body: &str) -> Result<ArticleDetailView> {
        let (who, title, body) = (who.clone(), title.to_owned(), body.to_owned());
        let attempt = AuditDraft::new(Action::ArticleRevise).on(Object::new("article", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let org = who.require(Permission::KnowledgeWrite)?.org_id;
                let mut row = store::lock(tx.conn(), org, id).await?;
                ArticleState::parse(&row.state)?.check_changeable()?;
                let key = tx.load_key(row.data_key_id).await?;
                row.last_version += 1;
                row.updated_at = tx.now();
                tx.detail("version", row.last_version);
                let new = NewVersion { title: &title, body: &body, author: Some(who.account_id) };
                add_version(tx, &row, &key, new).await?;
                store::update(tx.conn(), &row).await?;
                detail_of(tx, org, id).await
            })
            .await
    }

    /// Puts a draft into use, or an earlier version back into it, at once. Never by its author.
    pub async fn publish(&self, who: &Principal, id: ArticleId, version: i32) -> Result<ArticleDetailView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::ArticlePublish).on(Object::new("article", id)).detail("version", version);
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let org = who.require(Permission::KnowledgeWrite)?.org_id;
                let mut row = store::lock(tx.conn(), org, id).await?;
                ArticleState::parse(&row.state)?.check_changeable()?;
                let chosen = store::version(tx.conn(), id, version).await?;
                VersionState::parse(&chosen.state)?.check_publishable(chosen.author_id, who.account_id)?;
                put_into_use(tx, &mut row, chosen, Some(who.account_id)).await?;
                detail_of(tx, org, id).await
            })
            .await
    }

    /// Takes an article out of use for good.
    pub async fn retire(&self, who: &Principal, id: ArticleId) -> Result<ArticleDetailView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::ArticleRetire).on(Object::new("article", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let org = who.require(Permission::KnowledgeWrite)?.org_id;
                let mut row = store::lock(tx.conn(), org, id).await?;
                ArticleState::parse(&row.state)?.check_changeable()?;
                if let Some(in_use) = row.published_version.take() {
                    let mut version = store::version(tx.conn(), id, in_use).await?;
                    version.state = VersionState::Retired.as_str().to_owned();
                    store::update_version(tx.conn(), &version).await?;
                }
                row.state = ArticleState::Retired.as_str().to_owned();
                row.updated_at = tx.now();
                store::update(tx.conn(), &row).await?;
                publish_event(tx, &row, "article.retired").await?;
                detail_of(tx, org, id).await
            })
            .await
    }
}

/// Writes a new article with its first draft.
pub(super) async fn add_article(tx: &mut Tx, id: ArticleId, new: NewVersion<'_>) -> Result<(ArticleRow, VersionRow)> {
    let key = tx.create_key(Scope::Article).await?;
    let row = ArticleRow {
        id,
        org_id: tx.caller().org_id,
        data_key_id: DataKeyId(key.id()),
        state: ArticleState::Draft.as_str().to_owned(),
        published_version: None,
        last_version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    if !store::insert(tx.conn(), &row).await? {
        return Err(ErrorCode::Conflict.because("article"));
    }
    let version = add_version(tx, &row, &key, new).await?;
    Ok((row, version))
}

/// Writes the version that the article calls its last.
async fn add_version(tx: &mut Tx, article: &ArticleRow, key: &Arc<DataKey>, new: NewVersion<'_>) -> Result<VersionRow> {
    let title = check_text(new.title, MAX_TITLE, "title")?;
    let body = check_text(new.body, MAX_BODY, "body")?;
    let id = Uuid::now_v7();
    let version = VersionRow {
        id,
        org_id: article.org_id,
        article_id: article.id,
        version: article.last_version,
        title: key.seal(&place("title", id), title.as_bytes())?.into(),
        body: key.seal(&place("body", id), body.as_bytes())?.into(),
        state: VersionState::Draft.as_str().to_owned(),
        author_id: new.author,
        published_by: None,
        effective_from: None,
        published_at: None,
        created_at: tx.now(),
    };
    store::insert_version(tx.conn(), &version).await?;
    Ok(version)
}

/// Makes `chosen` the version in use and supersedes the one that was.
pub(super) async fn put_into_use(
    tx: &mut Tx,
    article: &mut ArticleRow,
    mut chosen: VersionRow,
    publisher: Option<AccountId>,
) -> Result<()> {
    if let Some(in_use) = article.published_version {
        let mut old = store::version(tx.conn(), article.id, in_use).await?;
        old.state = VersionState::Superseded.as_str().to_owned();
        store::update_version(tx.conn(), &old).await?;
        tx.detail("superseded", in_use);
    }
    let now = tx.now();
    chosen.state = VersionState::Published.as_str().to_owned();
    chosen.published_by = publisher;
    chosen.effective_from = Some(now);
    chosen.published_at = Some(now);
    store::update_version(tx.conn(), &chosen).await?;
    article.state = ArticleState::Published.as_str().to_owned();
    article.published_version = Some(chosen.version);
    article.updated_at = now;
    store::update(tx.conn(), article).await?;
    publish_event(tx, article, "article.published").await
}

async fn publish_event(tx: &mut Tx, article: &ArticleRow, kind: &'static str) -> Result<()> {
    let key = tx.load_key(article.data_key_id).await?;
    let payload = ArticleEvent {
        article_id: article.id,
        version: article.published_version.unwrap_or(article.last_version),
        state: ArticleState::parse(&article.state)?,
    };
    let event = EventDraft::new(Topic::Knowledge, kind, "article", article.id, &payload)?;
    tx.publish(&event, &key).await?;
    Ok(())
}

fn words_of(key: &DataKey, version: &VersionRow) -> Result<(String, String)> {
    let title = key.open_text(&place("title", version.id), &version.title)?;
    let body = key.open_text(&place("body", version.id), &version.body)?;
    Ok((title, body))
}

/// These articles as a list shows them, in this order; what is not there is left out.
async fn views_of(tx: &mut Tx, org: OrgId, ids: &[ArticleId]) -> Result<Vec<ArticleView>> {
    let shown = store::shown_versions(tx.conn(), org, ids).await?;
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        let Some((article, version)) = shown.iter().find(|(article, _)| article.id == *id) else { continue };
        let title = match tx.load_key_unless_destroyed(article.data_key_id).await? {
            Some(key) => key.open_text(&place("title", version.id), &version.title)?,
            None => DESTROYED_TEXT.to_owned(),
        };
        views.push(ArticleView {
            id: article.id,
            title,
            state: ArticleState::parse(&article.state)?,
            version: version.version,
            updated_at: article.updated_at,
        });
    }
    Ok(views)
}

/// The article as it stands in the database by now.
async fn detail_of(tx: &mut Tx, org: OrgId, id: ArticleId) -> Result<ArticleDetailView> {
    let row = store::find(tx.conn(), org, id).await?;
    let key = tx.load_key(row.data_key_id).await?;
    let stored = store::versions_of(tx.conn(), id).await?;
    let people: Vec<AccountId> = stored.iter().flat_map(|v| [v.author_id, v.published_by]).flatten().collect();
    let names = identity::people(tx.conn(), &people).await?;
    let editor = |id: Option<AccountId>| id.and_then(|id| names.get(&id).cloned());
    let mut versions = Vec::with_capacity(stored.len());
    for v in stored {
        let (title, body) = words_of(&key, &v)?;
        versions.push(ArticleVersionView {
            version: v.version,
            title,
            body,
            state: VersionState::parse(&v.state)?,
            author: editor(v.author_id),
            published_by: editor(v.published_by),
            effective_from: v.effective_from,
            published_at: v.published_at,
        });
    }
    let article = views_of(tx, org, &[id]).await?.pop();
    let article = article.ok_or_else(|| ErrorCode::Internal.because("an article without a version"))?;
    Ok(ArticleDetailView { article, versions })
}

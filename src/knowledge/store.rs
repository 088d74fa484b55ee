//! All SQL of articles, on the caller's connection. Content goes in and out sealed; opening it is the service's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::crypto::Aad;
use crate::db::ids::{AccountId, ArticleId, DataKeyId, OrgId};
use crate::db::schema::{article_versions, articles};
use crate::db::{Connection, OptionalRow, RowResult, SealedBytes};
use crate::error::Result;
use crate::web::Cursor;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
pub struct ArticleRow {
    pub id: ArticleId,
    pub org_id: OrgId,
    pub data_key_id: DataKeyId,
    pub state: String,
    pub published_version: Option<i32>,
    pub last_version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = article_versions, check_for_backend(diesel::pg::Pg))]
pub struct VersionRow {
    pub id: Uuid,
    pub org_id: OrgId,
    pub article_id: ArticleId,
    pub version: i32,
    pub title: SealedBytes,
    pub body: SealedBytes,
    pub state: String,
    pub author_id: Option<AccountId>,
    pub published_by: Option<AccountId>,
    pub effective_from: Option<DateTime<Utc>>,
    pub published_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Where a sealed column of a version lives.
pub fn place(column: &'static str, version: Uuid) -> Aad<'static> {
    Aad { table: "article_versions", column, row: version }
}

/// Adds an article; `false` when it is there already.
pub async fn insert(conn: &mut Connection, row: &ArticleRow) -> Result<bool> {
    let added = diesel::insert_into(articles::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    Ok(added == 1)
}

pub async fn exists(conn: &mut Connection, id: ArticleId) -> Result<bool> {
    Ok(articles::table.find(id).select(articles::id).first::<ArticleId>(conn).await.optional_row()?.is_some())
}

pub async fn find(conn: &mut Connection, org: OrgId, id: ArticleId) -> Result<ArticleRow> {
    articles::table
        .filter(articles::id.eq(id))
        .filter(articles::org_id.eq(org))
        .select(ArticleRow::as_select())
        .first(conn)
        .await
        .or_not_found("article")
}

/// The article, locked until the transaction ends: version numbers and states are decided under this lock.
pub async fn lock(conn: &mut Connection, org: OrgId, id: ArticleId) -> Result<ArticleRow> {
    articles::table
        .filter(articles::id.eq(id))
        .filter(articles::org_id.eq(org))
        .select(ArticleRow::as_select())
        .for_update()
        .first(conn)
        .await
        .or_not_found("article")
}

/// Writes back everything that changes in an article's life.
pub async fn update(conn: &mut Connection, row: &ArticleRow) -> Result<()> {
    diesel::update(articles::table.find(row.id))
        .set((
            articles::state.eq(&row.state),
            articles::published_version.eq(row.published_version),
            articles::last_version.eq(row.last_version),
            articles::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_version(conn: &mut Connection, row: &VersionRow) -> Result<()> {
    diesel::insert_into(article_versions::table).values(row).execute(conn).await?;
    Ok(())
}

/// Writes back everything that changes in a version's life; its words never do.
pub async fn update_version(conn: &mut Connection, row: &VersionRow) -> Result<()> {
    diesel::update(article_versions::table.find(row.id))
        .set((
            article_versions::state.eq(&row.state),
            article_versions::published_by.eq(row.published_by),
            article_versions::effective_from.eq(row.effective_from),
            article_versions::published_at.eq(row.published_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn version(conn: &mut Connection, article: ArticleId, version: i32) -> Result<VersionRow> {
    article_versions::table
        .filter(article_versions::article_id.eq(article))
        .filter(article_versions::version.eq(version))
        .select(VersionRow::as_select())
        .first(conn)
        .await
        .or_not_found("version")
}

/// All versions of an article, latest first.
pub async fn versions_of(conn: &mut Connection, article: ArticleId) -> Result<Vec<VersionRow>> {
    Ok(article_versions::table
        .filter(article_versions::article_id.eq(article))
        .order(article_versions::version.desc())
        .select(VersionRow::as_select())
        .load(conn)
        .await?)
}

/// Articles, last changed first, one more than `limit` if there are more.
pub async fn list(conn: &mut Connection, org: OrgId, after: Option<Cursor>, limit: i64) -> Result<Vec<ArticleRow>> {
    let mut q = articles::table
        .filter(articles::org_id.eq(org))
        .select(ArticleRow::as_select())
        .order((articles::updated_at.desc(), articles::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(c) = after {
        q = q.filter(
            articles::updated_at.lt(c.at).or(articles::updated_at.eq(c.at).and(articles::id.lt(ArticleId(c.id)))),
        );
    }
    Ok(q.load(conn).await?)
}

/// The version that stands for each of these articles: the one in use, or else the latest.
pub async fn shown_versions(
    conn: &mut Connection,
    org: OrgId,
    ids: &[ArticleId],
) -> Result<Vec<(ArticleRow, VersionRow)>> {
    let shown = article_versions::version
        .nullable()
        .is_not_distinct_from(articles::published_version)
        .or(articles::published_version.is_null().and(article_versions::version.eq(articles::last_version)));
    Ok(articles::table
        .inner_join(article_versions::table)
        .filter(articles::org_id.eq(org))
        .filter(articles::id.eq_any(ids))
        .filter(shown)
        .select((ArticleRow::as_select(), VersionRow::as_select()))
        .load(conn)
        .await?)
}

/// The version in use of each of these articles that is in use at all.
pub async fn published(conn: &mut Connection, org: OrgId, ids: &[ArticleId]) -> Result<Vec<(ArticleRow, VersionRow)>> {
    Ok(articles::table
        .inner_join(article_versions::table)
        .filter(articles::org_id.eq(org))
        .filter(articles::id.eq_any(ids))
        .filter(articles::state.eq("published"))
        .filter(article_versions::version.nullable().eq(articles::published_version))
        .select((ArticleRow::as_select(), VersionRow::as_select()))
        .load(conn)
        .await?)
}

/// One article of whatever organisation with its version in use, for the index.
pub async fn published_one(conn: &mut Connection, id: ArticleId) -> Result<Option<(ArticleRow, VersionRow)>> {
    articles::table
        .inner_join(article_versions::table)
        .filter(articles::id.eq(id))
        .filter(articles::state.eq("published"))
        .filter(article_versions::version.nullable().eq(articles::published_version))
        .select((ArticleRow::as_select(), VersionRow::as_select()))
        .first(conn)
        .await
        .optional_row()
}

/// Articles in use of all organisations, in order of id, for the index.
pub async fn all_published_after(
    conn: &mut Connection,
    after: Option<ArticleId>,
    limit: i64,
) -> Result<Vec<(ArticleRow, VersionRow)>> {
    let mut q = articles::table
        .inner_join(article_versions::table)
        .filter(articles::state.eq("published"))
        .filter(article_versions::version.nullable().eq(articles::published_version))
        .order(articles::id)
        .limit(limit)
        .select((ArticleRow::as_select(), VersionRow::as_select()))
        .into_boxed();
    if let Some(after) = after {
        q = q.filter(articles::id.gt(after));
    }
    Ok(q.load(conn).await?)
}

pub async fn count_published(conn: &mut Connection) -> Result<i64> {
    Ok(articles::table.filter(articles::state.eq("published")).count().get_result(conn).await?)
}

/// Articles of all organisations that have any of these data keys.
pub async fn articles_under(conn: &mut Connection, keys: &[DataKeyId]) -> Result<Vec<Uuid>> {
    let found: Vec<ArticleId> =
        articles::table.filter(articles::data_key_id.eq_any(keys)).select(articles::id).load(conn).await?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

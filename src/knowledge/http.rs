//! DTOs and handlers of articles.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use crate::db::ids::ArticleId;
use crate::error::Result;
use crate::identity::Staff;
use crate::web::{Cursor, ErrorBody, Json, Limit, Path, Query, uninterrupted};

use super::Knowledge;
use super::views::{ArticleDetailView, ArticleView};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ArticleQuery {
    /// Words to look for in the articles in use; the list is then the best matches, best first, in one page.
    pub q: Option<String>,
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ArticlePage {
    pub items: Vec<ArticleView>,
    pub next_cursor: Option<String>,
}

/// Articles, last changed first, or those that fit a question.
#[utoipa::path(get, path = "/api/v1/articles", tag = "knowledge", params(ArticleQuery),
    responses((status = 200, body = ArticlePage), (status = "4XX", body = ErrorBody)))]
pub async fn list_articles(
    staff: Staff,
    knowledge: Data<Knowledge>,
    query: Query<ArticleQuery>,
) -> Result<HttpResponse> {
    let ArticleQuery { q, limit, cursor } = query.0;
    let limit = limit.rows();
    let page = uninterrupted(async move {
        match q {
            None => knowledge.list(&staff.0, cursor, limit).await.map(|p| (p.items, p.next_cursor)),
            Some(q) => knowledge.find(&staff.0, &q, cursor, limit).await.map(|items| (items, None)),
        }
    });
    let (items, next_cursor) = page.await?;
    Ok(HttpResponse::Ok().json(ArticlePage { items, next_cursor }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleBody {
    /// 1 to 120 characters.
    pub title: String,
    /// 1 to 20,000 characters; paragraphs are divided by an empty line.
    pub body: String,
}

/// A new article with its first draft.
#[utoipa::path(post, path = "/api/v1/articles", tag = "knowledge", request_body = ArticleBody,
    responses((status = 201, body = ArticleDetailView), (status = "4XX", body = ErrorBody)))]
pub async fn create_article(staff: Staff, knowledge: Data<Knowledge>, body: Json<ArticleBody>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { knowledge.create(&staff.0, &body.0.title, &body.0.body).await }).await?;
    Ok(HttpResponse::Created().json(view))
}

/// One article with all its versions, latest first.
#[utoipa::path(get, path = "/api/v1/articles/{id}", tag = "knowledge", params(("id" = ArticleId, Path)),
    responses((status = 200, body = ArticleDetailView), (status = "4XX", body = ErrorBody)))]
pub async fn get_article(staff: Staff, knowledge: Data<Knowledge>, id: Path<ArticleId>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { knowledge.get(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// A new draft of an article.
#[utoipa::path(post, path = "/api/v1/articles/{id}/versions", tag = "knowledge", request_body = ArticleBody,
    params(("id" = ArticleId, Path)), responses((status = 201, body = ArticleDetailView), (status = "4XX", body = ErrorBody)))]
pub async fn create_version(
    staff: Staff,
    knowledge: Data<Knowledge>,
    id: Path<ArticleId>,
    body: Json<ArticleBody>,
) -> Result<HttpResponse> {
    let view =
        uninterrupted(async move { knowledge.revise(&staff.0, id.0, &body.0.title, &body.0.body).await }).await?;
    Ok(HttpResponse::Created().json(view))
}

/// Puts a version into use. Refused to its author.
#[utoipa::path(post, path = "/api/v1/articles/{id}/versions/{version}/publish", tag = "knowledge",
    params(("id" = ArticleId, Path), ("version" = i32, Path)),
    responses((status = 200, body = ArticleDetailView), (status = "4XX", body = ErrorBody)))]
pub async fn publish_version(
    staff: Staff,
    knowledge: Data<Knowledge>,
    path: Path<(ArticleId, i32)>,
) -> Result<HttpResponse> {
    let (id, version) = path.0;
    let view = uninterrupted(async move { knowledge.publish(&staff.0, id, version).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Takes an article out of use for good.
#[utoipa::path(post, path = "/api/v1/articles/{id}/retire", tag = "knowledge", params(("id" = ArticleId, Path)),
    responses((status = 200, body = ArticleDetailView), (status = "4XX", body = ErrorBody)))]
pub async fn retire_article(staff: Staff, knowledge: Data<Knowledge>, id: Path<ArticleId>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { knowledge.retire(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

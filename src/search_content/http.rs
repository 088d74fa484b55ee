//! The handler of the search box.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result};
use crate::identity::Staff;
use crate::search::Kind;
use crate::web::{ErrorBody, Query, uninterrupted};

use super::views::FoundView;
use super::{ContentQuery, ContentSearch};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 50;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// 1 to 200 characters.
    pub q: String,
    /// Comma-separated: `message`, `segment`, `article`, `ticket`; all of them unless given.
    pub kinds: Option<String>,
    /// 1 to 50; 20 unless given.
    pub limit: Option<usize>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FoundList {
    pub items: Vec<FoundView>,
}

/// What fits and I may see, best first.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, body = FoundList), (status = "4XX", body = ErrorBody)))]
pub async fn search_content(
    staff: Staff,
    search: Data<ContentSearch>,
    query: Query<SearchQuery>,
) -> Result<HttpResponse> {
    let SearchQuery { q, kinds, limit } = query.0;
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ErrorCode::InvalidParameter.because(format!("limit must be 1 to {MAX_LIMIT}")));
    }
    let kinds = kinds.iter().flat_map(|list| list.split(',')).map(kind_of).collect::<Result<Vec<Kind>>>()?;
    let query = ContentQuery { text: q, kinds, limit };
    let items = uninterrupted(async move { search.search(&staff.0, query).await }).await?;
    Ok(HttpResponse::Ok().json(FoundList { items }))
}

fn kind_of(name: &str) -> Result<Kind> {
    let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
    found.ok_or_else(|| ErrorCode::InvalidParameter.because("kinds"))
}

//! DTOs and handlers of inspections.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use crate::db::ids::InspectionId;
use crate::error::Result;
use crate::identity::Staff;
use crate::web::{Cursor, Json, Limit, Path, Query, uninterrupted};

use super::model::{State, SubjectKind};
use super::views::{InspectionView, RuleView};
use super::{Inspections, ListFilter};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    pub subject_kind: Option<SubjectKind>,
    pub subject_id: Option<uuid::Uuid>,
    pub state: Option<State>,
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InspectionPage {
    pub items: Vec<InspectionView>,
    pub next_cursor: Option<String>,
}

/// Inspections, latest first, without their findings.
#[utoipa::path(get, path = "/api/v1/inspections", tag = "inspection", params(ListQuery),
    responses((status = 200, body = InspectionPage), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn list_inspections(
    staff: Staff,
    inspections: Data<Inspections>,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let filter = ListFilter {
        subject_kind: query.subject_kind,
        subject_id: query.subject_id,
        state: query.state,
        limit: query.limit.rows(),
        after: query.cursor,
    };
    let page = uninterrupted(async move { inspections.list(&staff.0, filter).await }).await?;
    Ok(HttpResponse::Ok().json(InspectionPage { items: page.items, next_cursor: page.next_cursor }))
}

/// One inspection with its findings.
#[utoipa::path(get, path = "/api/v1/inspections/{id}", tag = "inspection", params(("id" = InspectionId, Path)),
    responses((status = 200, body = InspectionView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_inspection(
    staff: Staff,
    inspections: Data<Inspections>,
    id: Path<InspectionId>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { inspections.get(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// An inspector takes it on; with a recording comes the right to hear it.
#[utoipa::path(post, path = "/api/v1/inspections/{id}/claim", tag = "inspection", params(("id" = InspectionId, Path)),
    responses((status = 200, body = InspectionView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn claim_inspection(
    staff: Staff,
    inspections: Data<Inspections>,
    id: Path<InspectionId>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { inspections.claim(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InspectionConfirmation)]
pub struct ConfirmBody {
    /// At most 2,000 characters; may be empty.
    pub comment: String,
}

/// The inspector stands for the result.
#[utoipa::path(post, path = "/api/v1/inspections/{id}/confirm", tag = "inspection", request_body = ConfirmBody,
    params(("id" = InspectionId, Path)),
    responses((status = 200, body = InspectionView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn confirm_inspection(
    staff: Staff,
    inspections: Data<Inspections>,
    id: Path<InspectionId>,
    body: Json<ConfirmBody>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { inspections.confirm(&staff.0, id.0, &body.0.comment).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RuleList {
    pub items: Vec<RuleView>,
}

/// The latest version of every rule.
#[utoipa::path(get, path = "/api/v1/inspection-rules", tag = "inspection",
    responses((status = 200, body = RuleList), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn list_inspection_rules(staff: Staff, inspections: Data<Inspections>) -> Result<HttpResponse> {
    let items = uninterrupted(async move { inspections.rules(&staff.0).await }).await?;
    Ok(HttpResponse::Ok().json(RuleList { items }))
}

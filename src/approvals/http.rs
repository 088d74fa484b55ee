//! Approvals on the staff listener.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{ApprovalState, ApprovalView, Decision};
use super::service::{Approvals, ListFilter, NewRequest};
use crate::db::ids::ApprovalId;
use crate::error::Result;
use crate::identity::Staff;
use crate::web::{Cursor, ErrorBody, Json, Limit, Page, PageQuery, Path, Query, uninterrupted};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalsQuery {
    pub state: Option<ApprovalState>,
    /// Only one's own requests.
    #[serde(default)]
    pub mine: bool,
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

/// One page of approvals.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApprovalList {
    pub items: Vec<ApprovalView>,
    pub next_cursor: Option<String>,
}

/// The inbox of approvals, newest first.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals", params(ApprovalsQuery),
    responses((status = 200, body = ApprovalList), (status = "4XX", body = ErrorBody)))]
pub async fn list_approvals(
    staff: Staff,
    approvals: Data<Approvals>,
    query: Query<ApprovalsQuery>,
) -> Result<HttpResponse> {
    let ApprovalsQuery { state, mine, limit, cursor } = query.0;
    let filter = ListFilter { state, mine, page: PageQuery { limit, cursor } };
    let Page { items, next_cursor } = uninterrupted(async move { approvals.list(&staff.0, filter).await }).await?;
    Ok(HttpResponse::Ok().json(ApprovalList { items, next_cursor }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApprovalBody {
    /// For example `recording.playback`.
    pub kind: String,
    pub object_id: Uuid,
    /// 5 to 500 characters.
    pub reason: String,
}

/// Asks for something that a second person must allow.
#[utoipa::path(post, path = "/api/v1/approvals", tag = "approvals", request_body = NewApprovalBody,
    responses((status = 201, body = ApprovalView), (status = "4XX", body = ErrorBody)))]
pub async fn request_approval(
    staff: Staff,
    approvals: Data<Approvals>,
    body: Json<NewApprovalBody>,
) -> Result<HttpResponse> {
    let NewApprovalBody { kind, object_id, reason } = body.0;
    let new = NewRequest { kind, object_id, reason };
    let view = uninterrupted(async move { approvals.request(&staff.0, new).await }).await?;
    Ok(HttpResponse::Created().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    pub decision: Decision,
    /// At most 500 characters.
    pub comment: Option<String>,
}

/// Decides on somebody else's request.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/decision", tag = "approvals", request_body = DecisionBody,
    params(("id" = ApprovalId, Path)),
    responses((status = 200, body = ApprovalView), (status = "4XX", body = ErrorBody)))]
pub async fn decide_approval(
    staff: Staff,
    approvals: Data<Approvals>,
    id: Path<ApprovalId>,
    body: Json<DecisionBody>,
) -> Result<HttpResponse> {
    let DecisionBody { decision, comment } = body.0;
    let view = uninterrupted(async move { approvals.decide(&staff.0, id.0, decision, comment).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

//! The audit query screen's requests, on the staff listener.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{AuditRecordView, Criteria, HeadView};
use super::service::{Audit, RecordPage};
use crate::audit::{Action, VerificationReport};
use crate::db::ids::{AuditId, CustomerId, SessionId};
use crate::error::{ErrorCode, Result};
use crate::identity::{Permission, Staff};
use crate::web::{Cursor, English, ErrorBody, Limit, PageQuery, Path, Query, uninterrupted};

/// Criteria, all of which must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecordsQuery {
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
    /// An account's id, or a part of a name.
    pub actor: Option<String>,
    /// An action's code, or all below a noun: `session.`.
    pub action: Option<String>,
    pub object_kind: Option<String>,
    pub object_id: Option<Uuid>,
    pub customer_id: Option<CustomerId>,
    /// `success`, `refused` or `failed`.
    pub outcome: Option<String>,
    pub session_id: Option<SessionId>,
    /// A part of the actor's name, the object's number, the detail or the address; a code or a trace id.
    pub text: Option<String>,
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

impl RecordsQuery {
    /// Fields that a form sends empty count as not given.
    fn split(self) -> (Criteria, PageQuery) {
        let given = |v: Option<String>| v.filter(|v| !v.trim().is_empty());
        let criteria = Criteria {
            from: self.from,
            to: self.to,
            actor: given(self.actor),
            action: given(self.action),
            object_kind: given(self.object_kind),
            object_id: self.object_id,
            customer_id: self.customer_id,
            outcome: given(self.outcome),
            session_id: self.session_id,
            text: given(self.text),
        };
        (criteria, PageQuery { limit: self.limit, cursor: self.cursor })
    }
}

/// One page of records.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuditRecordList {
    pub items: Vec<AuditRecordView>,
    pub next_cursor: Option<String>,
    /// How many there are in all; at least this many where `total_exact` is false.
    pub total: i64,
    pub total_exact: bool,
}

/// Queries the ledger, newest first. The query is recorded with its criteria.
#[utoipa::path(get, path = "/api/v1/audit-records", tag = "audit", params(RecordsQuery),
    responses((status = 200, body = AuditRecordList), (status = "4XX", body = ErrorBody)))]
pub async fn list_audit_records(
    staff: Staff,
    English(english): English,
    audit: Data<Audit>,
    query: Query<RecordsQuery>,
) -> Result<HttpResponse> {
    let (criteria, page) = query.0.split();
    let page = uninterrupted(async move { audit.query(&staff.0, criteria, page, english).await }).await?;
    let RecordPage { items, next_cursor, total, total_exact } = page;
    Ok(HttpResponse::Ok().json(AuditRecordList { items, next_cursor, total, total_exact }))
}

/// One record.
#[utoipa::path(get, path = "/api/v1/audit-records/{id}", tag = "audit", params(("id" = AuditId, Path)),
    responses((status = 200, body = AuditRecordView), (status = "4XX", body = ErrorBody)))]
pub async fn get_audit_record(
    staff: Staff,
    English(english): English,
    audit: Data<Audit>,
    id: Path<AuditId>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { audit.read(&staff.0, id.0, english).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// The same query as a CSV file. The export is recorded with its criteria before its first byte.
#[utoipa::path(get, path = "/api/v1/audit-records.csv", tag = "audit", params(RecordsQuery),
    responses((status = 200, content_type = "text/csv", body = String), (status = "4XX", body = ErrorBody)))]
pub async fn export_audit_records(
    staff: Staff,
    English(english): English,
    audit: Data<Audit>,
    query: Query<RecordsQuery>,
) -> Result<HttpResponse> {
    let (criteria, _) = query.0.split();
    let export = uninterrupted(async move { audit.export(&staff.0, criteria, english).await }).await?;
    // A fault in the middle breaks the connection off: a cut file must not look like a whole one.
    let pieces = futures::stream::try_unfold(export, |mut export| async move {
        uninterrupted(async move { Ok(export.next().await?.map(|piece| (Bytes::from(piece), export))) }).await
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit-records.csv\""))
        .streaming(pieces))
}

/// One auditable action.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ActionView {
    pub code: &'static str,
    /// In the reader's language.
    pub text: &'static str,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ActionList {
    pub items: Vec<ActionView>,
}

/// Every action that the ledger knows.
#[utoipa::path(get, path = "/api/v1/audit-actions", tag = "audit",
    responses((status = 200, body = ActionList), (status = "4XX", body = ErrorBody)))]
pub async fn list_audit_actions(staff: Staff, English(english): English) -> Result<HttpResponse> {
    staff.0.require(Permission::AuditRead)?;
    let view = |a: &Action| {
        let (zh, en) = a.text();
        ActionView { code: a.code(), text: if english { en } else { zh } }
    };
    Ok(HttpResponse::Ok().json(ActionList { items: Action::ALL.iter().map(view).collect() }))
}

/// `?limit=&cursor=`; the cursor is the tree size of the last head that was seen.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HeadsQuery {
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    pub cursor: Option<i64>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HeadList {
    pub items: Vec<HeadView>,
    pub next_cursor: Option<String>,
}

/// Signed heads of the ledger, newest first.
#[utoipa::path(get, path = "/api/v1/audit-heads", tag = "audit", params(HeadsQuery),
    responses((status = 200, body = HeadList), (status = "4XX", body = ErrorBody)))]
pub async fn list_audit_heads(staff: Staff, audit: Data<Audit>, query: Query<HeadsQuery>) -> Result<HttpResponse> {
    let limit = query.limit.rows();
    let below = query.cursor;
    let items = uninterrupted(async move { audit.heads(&staff.0, below, limit).await }).await?;
    let is_full = i64::try_from(items.len()).is_ok_and(|n| n == limit);
    let next_cursor = items.last().filter(|_| is_full).map(|h| h.tree_size.to_string());
    Ok(HttpResponse::Ok().json(HeadList { items, next_cursor }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerificationQuery {
    /// Begin at the last signed head at or before this position; the whole ledger when absent.
    pub from: Option<i64>,
}

/// Recomputes the ledger and names whatever deviates.
#[utoipa::path(post, path = "/api/v1/audit-verification", tag = "audit", params(VerificationQuery),
    responses((status = 200, body = VerificationReport), (status = "4XX", body = ErrorBody)))]
pub async fn verify_audit_log(
    staff: Staff,
    audit: Data<Audit>,
    query: Query<VerificationQuery>,
) -> Result<HttpResponse> {
    let from = query
        .from
        .map(|from| u64::try_from(from).map_err(|_| ErrorCode::InvalidParameter.because("from")))
        .transpose()?;
    let report = uninterrupted(async move { audit.verify(&staff.0, from).await }).await?;
    Ok(HttpResponse::Ok().json(report))
}

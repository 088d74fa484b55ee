//! DTOs and handlers of tickets.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use crate::db::ids::{AccountId, ConversationId, CustomerId, TicketId};
use crate::error::Result;
use crate::idempotency::IdempotencyKey;
use crate::identity::Staff;
use crate::web::{Cursor, ErrorBody, Json, Limit, Path, Query, created_status, uninterrupted};

use super::model::{Kind, Priority, State};
use super::views::TicketView;
use super::{ListFilter, NewTicket, Tickets};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    pub state: Option<State>,
    /// Only those assigned to me.
    pub mine: Option<bool>,
    pub conversation_id: Option<ConversationId>,
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TicketPage {
    pub items: Vec<TicketView>,
    pub next_cursor: Option<String>,
}

/// Tickets that I may see, newest first, without their history.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", params(TicketQuery),
    responses((status = 200, body = TicketPage), (status = "4XX", body = ErrorBody)))]
pub async fn list_tickets(staff: Staff, tickets: Data<Tickets>, query: Query<TicketQuery>) -> Result<HttpResponse> {
    let filter = ListFilter {
        state: query.state,
        mine: query.mine.unwrap_or(false),
        conversation_id: query.conversation_id,
        limit: query.limit.rows(),
        after: query.cursor,
    };
    let page = uninterrupted(async move { tickets.list(&staff.0, filter).await }).await?;
    Ok(HttpResponse::Ok().json(TicketPage { items: page.items, next_cursor: page.next_cursor }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTicketBody {
    pub kind: Kind,
    pub priority: Priority,
    /// 1 to 120 characters.
    pub subject: String,
    /// 1 to 4,000 characters.
    pub description: String,
    pub customer_id: Option<CustomerId>,
}

/// A ticket without a conversation.
#[utoipa::path(post, path = "/api/v1/tickets", tag = "tickets", request_body = NewTicketBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 64 letters, digits, - or _")),
    responses((status = 201, body = TicketView), (status = 200, body = TicketView, description = "made before under this key"),
              (status = "4XX", body = ErrorBody)))]
pub async fn create_ticket(
    staff: Staff,
    tickets: Data<Tickets>,
    key: IdempotencyKey,
    body: Json<NewTicketBody>,
) -> Result<HttpResponse> {
    let body = body.0;
    let new = NewTicket {
        kind: body.kind,
        priority: body.priority,
        subject: body.subject,
        description: body.description,
        customer_id: body.customer_id,
        conversation_id: None,
    };
    create(staff, tickets, key, new).await
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationTicketBody {
    pub kind: Kind,
    pub priority: Priority,
    /// 1 to 120 characters.
    pub subject: String,
    /// 1 to 4,000 characters.
    pub description: String,
}

/// A ticket from a conversation that I have in hand; its customer is the conversation's.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/tickets", tag = "tickets", request_body = ConversationTicketBody,
    params(("id" = ConversationId, Path), ("Idempotency-Key" = Option<String>, Header, description = "8 to 64 letters, digits, - or _")),
    responses((status = 201, body = TicketView), (status = 200, body = TicketView, description = "made before under this key"),
              (status = "4XX", body = ErrorBody)))]
pub async fn create_ticket_from_conversation(
    staff: Staff,
    tickets: Data<Tickets>,
    key: IdempotencyKey,
    id: Path<ConversationId>,
    body: Json<ConversationTicketBody>,
) -> Result<HttpResponse> {
    let body = body.0;
    let new = NewTicket {
        kind: body.kind,
        priority: body.priority,
        subject: body.subject,
        description: body.description,
        customer_id: None,
        conversation_id: Some(id.0),
    };
    create(staff, tickets, key, new).await
}

async fn create(staff: Staff, tickets: Data<Tickets>, key: IdempotencyKey, new: NewTicket) -> Result<HttpResponse> {
    let (view, is_new) = uninterrupted(async move { tickets.create(&staff.0, new, key).await }).await?;
    Ok(HttpResponse::build(created_status(is_new)).json(view))
}

/// One ticket with its history.
#[utoipa::path(get, path = "/api/v1/tickets/{id}", tag = "tickets", params(("id" = TicketId, Path)),
    responses((status = 200, body = TicketView), (status = "4XX", body = ErrorBody)))]
pub async fn get_ticket(staff: Staff, tickets: Data<Tickets>, id: Path<TicketId>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { tickets.get(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionBody {
    pub to: State,
    /// At most 4,000 characters.
    pub comment: Option<String>,
    /// The version that was looked at; the move is refused when the ticket has changed since.
    pub version: Option<i32>,
}

/// Moves a ticket to another state.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/transitions", tag = "tickets", request_body = TransitionBody,
    params(("id" = TicketId, Path)), responses((status = 200, body = TicketView), (status = "4XX", body = ErrorBody)))]
pub async fn create_transition(
    staff: Staff,
    tickets: Data<Tickets>,
    id: Path<TicketId>,
    body: Json<TransitionBody>,
) -> Result<HttpResponse> {
    let TransitionBody { to, comment, version } = body.0;
    let view =
        uninterrupted(async move { tickets.transition(&staff.0, id.0, to, comment.as_deref(), version).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentBody {
    /// 1 to 4,000 characters.
    pub body: String,
}

/// Adds a comment to a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/entries", tag = "tickets", request_body = CommentBody,
    params(("id" = TicketId, Path)), responses((status = 201, body = TicketView), (status = "4XX", body = ErrorBody)))]
pub async fn create_entry(
    staff: Staff,
    tickets: Data<Tickets>,
    id: Path<TicketId>,
    body: Json<CommentBody>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { tickets.comment(&staff.0, id.0, &body.0.body).await }).await?;
    Ok(HttpResponse::Created().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssigneeBody {
    /// `null` gives the ticket back to the queue.
    pub account_id: Option<AccountId>,
    /// As with a transition.
    pub version: Option<i32>,
}

/// Gives a ticket to somebody, or back to the queue.
#[utoipa::path(put, path = "/api/v1/tickets/{id}/assignee", tag = "tickets", request_body = AssigneeBody,
    params(("id" = TicketId, Path)), responses((status = 200, body = TicketView), (status = "4XX", body = ErrorBody)))]
pub async fn put_assignee(
    staff: Staff,
    tickets: Data<Tickets>,
    id: Path<TicketId>,
    body: Json<AssigneeBody>,
) -> Result<HttpResponse> {
    let AssigneeBody { account_id, version } = body.0;
    let view = uninterrupted(async move { tickets.assign(&staff.0, id.0, account_id, version).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

//! DTOs and handlers of conversations: staff and customers.

use actix_web::cookie::{Cookie, SameSite, time::OffsetDateTime};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::customers::NewCustomer;
use crate::db::ids::ConversationId;
use crate::error::{ErrorCode, Result};
use crate::identity::Staff;
use crate::web::{Cursor, Json, Limit, Path, Query, RequestInfo, created_status, require_own_header, uninterrupted};

use super::model::{AI_NOTICE, AgentState, State};
use super::views::{AgentStateView, ConversationView, MessageView, QueueView};
use super::{CHAT_COOKIE, Chat, Conversations, ListFilter, NewChat, Routing};

/// Messages in one read unless asked otherwise.
const DEFAULT_MESSAGES: i64 = 200;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    pub state: Option<State>,
    /// Only my own.
    pub mine: Option<bool>,
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ConversationPage {
    pub items: Vec<ConversationView>,
    pub next_cursor: Option<String>,
}

/// Conversations, latest first.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(ListQuery),
    responses((status = 200, body = ConversationPage), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn list_conversations(
    staff: Staff,
    conversations: Data<Conversations>,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let filter = ListFilter {
        state: query.state,
        mine: query.mine.unwrap_or(false),
        limit: query.limit.rows(),
        after: query.cursor,
    };
    let page = uninterrupted(async move { conversations.list(&staff.0, filter).await }).await?;
    Ok(HttpResponse::Ok().json(ConversationPage { items: page.items, next_cursor: page.next_cursor }))
}

/// One conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = ConversationId, Path)),
    responses((status = 200, body = ConversationView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_conversation(
    staff: Staff,
    conversations: Data<Conversations>,
    id: Path<ConversationId>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { conversations.get(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Messages with a greater number.
    pub after: Option<i64>,
    pub limit: Option<i64>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MessageList {
    pub items: Vec<MessageView>,
}

/// A conversation's messages in order.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "conversations", params(("id" = ConversationId, Path), MessagesQuery),
    responses((status = 200, body = MessageList), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn list_messages(
    staff: Staff,
    conversations: Data<Conversations>,
    id: Path<ConversationId>,
    query: Query<MessagesQuery>,
) -> Result<HttpResponse> {
    let (after, limit) = (query.after.unwrap_or(0), query.limit.unwrap_or(DEFAULT_MESSAGES));
    let items = uninterrupted(async move { conversations.messages(&staff.0, id.0, after, limit).await }).await?;
    Ok(HttpResponse::Ok().json(MessageList { items }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessageBody {
    /// 8 to 64 letters, digits, `-` or `_`; the same id again is the same message.
    pub client_id: String,
    /// 1 to 4,000 characters.
    pub body: String,
}

/// An agent writes to the customer.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "conversations", request_body = NewMessageBody,
    params(("id" = ConversationId, Path)),
    responses((status = 201, body = MessageView), (status = 200, body = MessageView, description = "sent before"),
              (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn post_message(
    staff: Staff,
    conversations: Data<Conversations>,
    id: Path<ConversationId>,
    body: Json<NewMessageBody>,
) -> Result<HttpResponse> {
    let (view, is_new) =
        uninterrupted(async move { conversations.post(&staff.0, id.0, &body.0.client_id, &body.0.body).await }).await?;
    Ok(HttpResponse::build(created_status(is_new)).json(view))
}

/// An agent takes a waiting conversation.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/accept", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = ConversationView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn accept_conversation(
    staff: Staff,
    conversations: Data<Conversations>,
    id: Path<ConversationId>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { conversations.accept(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBody {
    /// 1 to 2,000 characters.
    pub summary: String,
}

/// The agent ends the conversation with its summary.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/close", tag = "conversations", request_body = CloseBody,
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = ConversationView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn close_conversation(
    staff: Staff,
    conversations: Data<Conversations>,
    id: Path<ConversationId>,
    body: Json<CloseBody>,
) -> Result<HttpResponse> {
    let view = uninterrupted(async move { conversations.close(&staff.0, id.0, &body.0.summary).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Whether I take conversations.
#[utoipa::path(get, path = "/api/v1/agent-state", tag = "agents",
    responses((status = 200, body = AgentStateView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_agent_state(staff: Staff, routing: Data<Routing>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { routing.state(&staff.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentStateBody {
    pub state: AgentState,
    /// Conversations at a time, 1 to 20.
    pub capacity: Option<i32>,
}

/// I take conversations, or not.
#[utoipa::path(put, path = "/api/v1/agent-state", tag = "agents", request_body = AgentStateBody,
    responses((status = 200, body = AgentStateView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn put_agent_state(staff: Staff, routing: Data<Routing>, body: Json<AgentStateBody>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { routing.set_state(&staff.0, body.0.state, body.0.capacity).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct QueueList {
    pub items: Vec<QueueView>,
}

/// Queues and how long customers wait in them.
#[utoipa::path(get, path = "/api/v1/queues", tag = "agents",
    responses((status = 200, body = QueueList), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn list_queues(staff: Staff, routing: Data<Routing>) -> Result<HttpResponse> {
    let items = uninterrupted(async move { routing.queues(&staff.0).await }).await?;
    Ok(HttpResponse::Ok().json(QueueList { items }))
}

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChatBody {
    pub display_name: Option<String>,
    pub phone: Option<String>,
    /// The page the widget stands on; its query and fragment are not kept.
    pub page_url: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChatSessionView {
    pub conversation_id: ConversationId,
    pub resumed: bool,
    /// Shown before the first answer.
    pub notice: String,
    pub expires_at: DateTime<Utc>,
}

/// A browser opens its chat, or takes it up again; sets the HttpOnly cookie `guitai_chat`.
#[utoipa::path(post, path = "/api/v1/chat-sessions", tag = "chat", request_body = NewChatBody,
    responses((status = 200, body = ChatSessionView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn create_chat_session(
    req: HttpRequest,
    info: RequestInfo,
    chat: Data<Chat>,
    body: Json<NewChatBody>,
) -> Result<HttpResponse> {
    require_own_header(&req)?;
    let customer = NewCustomer { display_name: body.0.display_name, phone: body.0.phone };
    let new = NewChat { customer, page_url: body.0.page_url };
    let token = req.cookie(CHAT_COOKIE).map(|c| c.value().to_owned());
    let secure = info.secure;
    let opened = uninterrupted(async move { chat.open(token.as_deref(), new, &info).await }).await?;
    let mut response = HttpResponse::Ok();
    if let Some(token) = opened.token {
        let expires = OffsetDateTime::from_unix_timestamp(opened.expires_at.timestamp())
            .map_err(|e| ErrorCode::Internal.caused_by(e))?;
        // The window is an iframe on the bank's own page: same site, so Lax is enough.
        let cookie = Cookie::build(CHAT_COOKIE, token)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(secure)
            .expires(expires)
            .finish();
        response.cookie(cookie);
    }
    Ok(response.json(ChatSessionView {
        conversation_id: opened.conversation_id,
        resumed: opened.resumed,
        notice: AI_NOTICE.to_owned(),
        expires_at: opened.expires_at,
    }))
}

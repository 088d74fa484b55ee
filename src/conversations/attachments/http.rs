//! DTOs and handlers of attachments: staff and customers.

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::body::SizedStream;
use actix_web::http::header::{self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures::TryStreamExt;
use serde::Deserialize;

use super::format::{self, MAX_BYTES};
use super::{Attachments, Delivery, Download};
use crate::conversations::views::MessageView;
use crate::conversations::{CHAT_COOKIE, Chat};
use crate::db::ids::{AttachmentId, ConversationId};
use crate::error::{ErrorCode, Result};
use crate::identity::Staff;
use crate::web::multipart::{broken, collect, refuse_announced_above, unexpected_part};
use crate::web::{Path, RequestInfo, created_status, refused, require_own_header, uninterrupted};

/// The parts of a delivery, for the API document.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its shape is used, in the API document")]
pub struct AttachmentUpload {
    /// 8 to 64 letters, digits, `-` or `_`; the same id again is the same message.
    client_id: String,
    /// PNG, JPEG or PDF with its file name, at most 10 MiB; pictures at most 50 million pixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Bytes of the multipart form around the file.
const FORM_BYTES: u64 = 4 * 1024;
/// How long a file may take to arrive: who sends slower holds a turn that others wait for.
const SENDING: Duration = Duration::from_secs(120);

/// A customer sends a picture or document into his chat.
#[utoipa::path(post, path = "/api/v1/chat-attachments", tag = "chat",
    request_body(content = AttachmentUpload, content_type = "multipart/form-data"),
    responses((status = 201, body = MessageView), (status = 200, body = MessageView, description = "sent before"),
              (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn create_chat_attachment(
    request: HttpRequest,
    info: RequestInfo,
    chat: Data<Chat>,
    attachments: Data<Attachments>,
    parts: Multipart,
) -> Result<HttpResponse> {
    require_own_header(&request)?;
    let who = customer(&request, info, &chat).await?;
    let (file, _turn) = match take(&request, &attachments, parts).await {
        Ok(taken) => taken,
        Err(e) => return Err(refused(async move { attachments.refuse_customer(&who, e).await }).await),
    };
    let (view, is_new) = uninterrupted(async move { attachments.send_as_customer(&who, file).await }).await?;
    Ok(HttpResponse::build(created_status(is_new)).json(view))
}

/// A file of the customer's own chat.
#[utoipa::path(get, path = "/api/v1/chat-attachments/{id}", tag = "chat",
    responses((status = 200, description = "the file"), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_chat_attachment(
    request: HttpRequest,
    info: RequestInfo,
    chat: Data<Chat>,
    attachments: Data<Attachments>,
    id: Path<AttachmentId>,
) -> Result<HttpResponse> {
    let who = customer(&request, info, &chat).await?;
    send(uninterrupted(async move { attachments.open_for_customer(&who, id.0).await }).await?)
}

/// The agent sends a picture or document to the customer.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/attachments", tag = "conversations",
    request_body(content = AttachmentUpload, content_type = "multipart/form-data"),
    responses((status = 201, body = MessageView), (status = 200, body = MessageView, description = "sent before"),
              (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn create_attachment(
    staff: Staff,
    request: HttpRequest,
    attachments: Data<Attachments>,
    id: Path<ConversationId>,
    parts: Multipart,
) -> Result<HttpResponse> {
    let (file, _turn) = match take(&request, &attachments, parts).await {
        Ok(taken) => taken,
        Err(e) => return Err(refused(async move { attachments.refuse_agent(&staff.0, id.0, e).await }).await),
    };
    let (view, is_new) = uninterrupted(async move { attachments.send_as_agent(&staff.0, id.0, file).await }).await?;
    Ok(HttpResponse::build(created_status(is_new)).json(view))
}

#[derive(Debug, Deserialize)]
pub struct AttachmentPath {
    id: ConversationId,
    attachment_id: AttachmentId,
}

/// A file of a conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/attachments/{attachment_id}", tag = "conversations",
    responses((status = 200, description = "the file"), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_attachment(
    staff: Staff,
    attachments: Data<Attachments>,
    path: Path<AttachmentPath>,
) -> Result<HttpResponse> {
    let (conversation, id) = (path.0.id, path.0.attachment_id);
    send(uninterrupted(async move { attachments.open_for_staff(&staff.0, conversation, id).await }).await?)
}

async fn customer(
    request: &HttpRequest,
    info: RequestInfo,
    chat: &Data<Chat>,
) -> Result<crate::conversations::ChatPrincipal> {
    let token = request.cookie(CHAT_COOKIE).ok_or(ErrorCode::NotSignedIn)?.value().to_owned();
    let chat = chat.clone();
    uninterrupted(async move { chat.principal(&token, &info).await }).await
}

/// Reads the file, within its limit and in its turn: files are held in memory while they are checked, and touch no disk in clear.
async fn take(
    request: &HttpRequest,
    attachments: &Attachments,
    parts: Multipart,
) -> Result<(Delivery, tokio::sync::OwnedSemaphorePermit)> {
    refuse_announced_above(request, MAX_BYTES + FORM_BYTES).map_err(|_| format::too_large())?;
    let turn = attachments.take_turn().await?;
    let file = tokio::time::timeout(SENDING, read(parts))
        .await
        .map_err(|_| ErrorCode::TimedOut.because(format!("a file is sent within {} s", SENDING.as_secs())))??;
    Ok((file, turn))
}

/// Reads both parts, in either order.
async fn read(mut parts: Multipart) -> Result<Delivery> {
    let (mut client_id, mut file) = (None, None);
    while let Some(part) = parts.try_next().await.map_err(broken)? {
        match part.name() {
            Some("client_id") if client_id.is_none() => {
                let text = collect(part, 64).await?.and_then(|b| String::from_utf8(b.to_vec()).ok());
                client_id = Some(text.ok_or_else(|| ErrorCode::InvalidParameter.because("client_id"))?);
            }
            Some("file") if file.is_none() => {
                let name = part.content_disposition().and_then(ContentDisposition::get_filename).unwrap_or_default();
                let name = name.to_owned();
                file = Some((name, collect(part, MAX_BYTES).await?.ok_or_else(format::too_large)?));
            }
            name => return Err(unexpected_part(name, &["client_id", "file"])),
        }
    }
    let missing = |part: &str| ErrorCode::InvalidParameter.because(format!("the part \"{part}\" is missing"));
    let (name, content) = file.ok_or_else(|| missing("file"))?;
    Ok(Delivery { client_id: client_id.ok_or_else(|| missing("client_id"))?, name, content })
}

/// The file for its reader: pictures may be shown, anything else is saved; nothing in it may run as a page of ours.
fn send(file: Download) -> Result<HttpResponse> {
    let disposition =
        if file.media_type.starts_with("image/") { DispositionType::Inline } else { DispositionType::Attachment };
    let name =
        ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value: file.name.into_bytes() };
    let bytes = file.reader.bytes();
    let body = file.reader.stream(0..bytes)?.map_ok(Bytes::from);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.media_type))
        .insert_header(ContentDisposition { disposition, parameters: vec![DispositionParam::FilenameExt(name)] })
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(SizedStream::new(bytes, Box::pin(body))))
}

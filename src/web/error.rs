//! Error bodies: `{"code","message","detail","trace_id"}`, in the reader's language. A 5xx carries fixed text; its cause is logged here, once.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ACCEPT_LANGUAGE, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use serde::Serialize;
use tracing::Instrument;

use super::request::RequestInfo;
use crate::error::{Error, ErrorCode};

/// The body of every error.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorBody {
    /// One of the closed list in the error catalogue.
    pub code: String,
    /// What happened and what to do, for people.
    pub message: String,
    /// What exactly was wrong with this request; empty for a 5xx.
    pub detail: String,
    /// Quote it to operations; the log has it.
    pub trace_id: String,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Without the request the body cannot be in the reader's language: [`trace_errors`] writes it.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

/// The outermost middleware of every zone: gives each request its trace id and its span, and writes the body of every error.
pub async fn trace_errors<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let info = RequestInfo::of(&req);
    let english = prefers_english(req.headers().get(ACCEPT_LANGUAGE));
    let span = tracing::info_span!("request", trace.id = %info.trace_id, http.method = %req.method());
    req.extensions_mut().insert(info.clone());
    // Handlers' and extractors' errors arrive as responses that remember their error. The request must not be cloned before routing.
    let response = next.call(req).instrument(span).await?;
    let mut response = match response.response().error().and_then(as_error) {
        Some(e) => {
            response.into_response(body_of(&e.logged(&info.trace_id), &info.trace_id, english)).map_into_right_body()
        }
        None if is_bare_error(&response) => {
            let e = Known::from(&bare_error(response.status()));
            response.into_response(body_of(&e.logged(&info.trace_id), &info.trace_id, english)).map_into_right_body()
        }
        None => response.map_into_left_body(),
    };
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// What of an error goes to the client, and to the log.
struct Known {
    code: ErrorCode,
    detail: String,
    /// With all its causes, for the log.
    told: String,
}

impl From<&Error> for Known {
    fn from(e: &Error) -> Self {
        Self { code: e.code(), detail: e.detail().to_owned(), told: format!("{e:?}") }
    }
}

impl Known {
    /// Logs once what the client is not told, under the id that he is.
    fn logged(self, trace_id: &str) -> Self {
        if self.code.status() >= 500 {
            tracing::error!(trace.id = trace_id, error = self.told, "request failed");
        }
        self
    }
}

fn as_error(e: &actix_web::Error) -> Option<Known> {
    e.as_error::<Error>().map(Known::from)
}

/// An error that the framework made itself: a route that does not exist, a method that is not allowed.
fn is_bare_error<B: MessageBody>(response: &ServiceResponse<B>) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && response.headers().get(header::CONTENT_TYPE).is_none_or(|t| !t.as_bytes().starts_with(b"application/json"))
}

fn bare_error(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ErrorCode::NotFound.because("route"),
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::BodyTooLarge.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::UnsupportedMediaType.into(),
        s if s.is_client_error() => ErrorCode::InvalidParameter.into(),
        _ => ErrorCode::Internal.into(),
    }
}

fn body_of(e: &Known, trace_id: &str, english: bool) -> HttpResponse<BoxBody> {
    let entry = e.code.entry();
    let message = if english {
        format!("{}; {}", entry.what_en, entry.remedy_en)
    } else {
        format!("{}。{}。", entry.what_zh, entry.remedy_zh)
    };
    let status = StatusCode::from_u16(entry.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let detail = if entry.status < 500 { e.detail.clone() } else { String::new() };
    HttpResponse::build(status).json(ErrorBody {
        code: entry.code.to_owned(),
        message,
        detail,
        trace_id: trace_id.to_owned(),
    })
}

pub(super) fn prefers_english(value: Option<&HeaderValue>) -> bool {
    value.and_then(|v| v.to_str().ok()).is_some_and(|v| v.trim_start().to_ascii_lowercase().starts_with("en"))
}

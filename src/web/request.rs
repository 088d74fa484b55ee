//! Facts about a request: zone, trace id, source address; and running a use case so that a client's going away cannot cut it in half.

use std::cell::OnceCell;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures::future::{Ready, ready};
use tokio::runtime::Handle;
use tracing::Instrument;
use uuid::Uuid;

use crate::error::{Error, ErrorCode, Result};

/// A listener of its own with a route table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    Staff,
    Customers,
    Admin,
    Metrics,
}

impl Zone {
    pub const fn as_str(self) -> &'static str {
        match self {
            Zone::Staff => "staff",
            Zone::Customers => "customers",
            Zone::Admin => "admin",
            Zone::Metrics => "metrics",
        }
    }
}

/// Whether this installation is the demo, which may be plain HTTP on loopback.
#[derive(Debug, Clone, Copy)]
pub struct Demo(pub bool);

/// What the first middleware learnt about a request.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    pub trace_id: String,
    pub source_ip: String,
    pub zone: Zone,
    /// Whether the connection is TLS, so whether cookies carry `Secure`.
    pub secure: bool,
}

impl RequestInfo {
    /// The peer's address is the socket's own: forwarded headers are not believed.
    pub(super) fn of(req: &ServiceRequest) -> Self {
        let zone = req.app_data::<Data<Zone>>().map_or(Zone::Customers, |z| ***z);
        Self {
            trace_id: Uuid::now_v7().simple().to_string(),
            source_ip: req.peer_addr().map_or_else(|| "unix".to_owned(), |a| a.ip().to_string()),
            zone,
            secure: req.app_config().secure(),
        }
    }
}

impl FromRequest for RequestInfo {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let info = req.extensions().get::<RequestInfo>().cloned();
        ready(info.ok_or_else(|| ErrorCode::Internal.because("the trace middleware is missing")))
    }
}

/// Whether the reader asked for English; Chinese is the default.
#[derive(Debug, Clone, Copy)]
pub struct English(pub bool);

impl FromRequest for English {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(super::error::prefers_english(req.headers().get(ACCEPT_LANGUAGE)))))
    }
}

thread_local! {
    /// The runtime that use cases run on, as known to this HTTP worker's thread.
    static MAIN_RUNTIME: OnceCell<Handle> = const { OnceCell::new() };
}

/// Tells the HTTP worker on this thread where use cases run. Connections to the database must be opened there: their driver dies with the
/// runtime that opened them, and HTTP workers come and go.
pub fn run_use_cases_on(main: Handle) {
    MAIN_RUNTIME.with(|cell| {
        cell.get_or_init(|| main);
    });
}

/// Runs a use case on the main runtime, in a task of its own. actix drops a handler's future when the client goes away; a use case goes on to its end.
pub async fn uninterrupted<T: Send + 'static>(use_case: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let main = MAIN_RUNTIME.with(|cell| cell.get().cloned()).unwrap_or_else(Handle::current);
    // What it logs stands under the request's trace id.
    main.spawn(use_case.in_current_span()).await.map_err(|e| ErrorCode::Internal.caused_by(e))?
}

/// Whether the request carries `X-Requested-With: guitai`, which no other site's page can send with our cookie.
pub fn has_own_header(req: &HttpRequest) -> bool {
    req.headers().get("x-requested-with").is_some_and(|v| v == "guitai")
}

/// Refuses a change without our header. Errors: `Forbidden`.
pub fn require_own_header(req: &HttpRequest) -> Result<()> {
    if has_own_header(req) { Ok(()) } else { Err(ErrorCode::Forbidden.because("X-Requested-With")) }
}

/// Puts a refusal on record, as uninterrupted as a use case. Returns what to answer with: the refusal, or what kept it from being recorded.
pub async fn refused(recording: impl Future<Output = Error> + Send + 'static) -> Error {
    match uninterrupted(async move { Ok(recording.await) }).await {
        Ok(error) | Err(error) => error,
    }
}

/// 201 for something new, 200 for the same thing asked for again with its idempotency key.
pub fn created_status(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
}

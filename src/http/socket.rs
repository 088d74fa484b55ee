//! What both kinds of socket share: the origin check, the text frame, a bound on how fast a client may talk.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_ws::Session;
use serde::Serialize;
use tokio::time::Instant;

use crate::error::{Error, ErrorCode, Result};

/// The largest frame a client may send, in bytes; a message is at most 4,000 characters.
pub const MAX_FRAME: usize = 64 * 1024;
/// How often a socket is pinged; a client that has been silent for two of these is gone.
pub const HEARTBEAT: Duration = Duration::from_secs(20);

/// A browser sends the page's origin with the upgrade; a page of another site may not open a socket with our cookie.
pub fn check_origin(req: &HttpRequest) -> Result<()> {
    let Some(origin) = req.headers().get(header::ORIGIN) else { return Ok(()) };
    let host = req.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let origin = origin.to_str().unwrap_or_default();
    let same = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
    if same { Ok(()) } else { Err(ErrorCode::Forbidden.because("Origin")) }
}

/// Sends one JSON frame; `false` when the client has gone.
pub async fn send(session: &mut Session, frame: &impl Serialize) -> bool {
    match serde_json::to_string(frame) {
        Ok(text) => session.text(text).await.is_ok(),
        Err(e) => {
            tracing::error!(error = %e, "a frame could not be written");
            false
        }
    }
}

/// An error as a frame, in the words of the catalogue.
#[derive(Debug, Serialize)]
pub struct ErrorFrame {
    #[serde(rename = "type")]
    kind: &'static str,
    code: &'static str,
    message: String,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
}

impl ErrorFrame {
    pub fn new(e: &Error, client_id: Option<String>) -> Self {
        let entry = e.code().entry();
        if entry.status >= 500 {
            tracing::error!(error = ?e, "a socket's request failed");
        }
        Self {
            kind: "error",
            code: entry.code,
            message: format!("{}。{}。", entry.what_zh, entry.remedy_zh),
            detail: if entry.status < 500 { e.detail().to_owned() } else { String::new() },
            client_id,
        }
    }
}

/// A bucket of tokens: so many frames at once, refilled at a steady rate.
#[derive(Debug)]
pub struct Pace {
    tokens: f64,
    burst: f64,
    per_second: f64,
    last: Instant,
}

impl Pace {
    pub fn new(burst: f64, per_second: f64) -> Self {
        Self { tokens: burst, burst, per_second, last: Instant::now() }
    }

    /// Takes a token, or says that the client is too fast.
    pub fn take(&mut self) -> Result<()> {
        let now = Instant::now();
        let refill = now.duration_since(self.last).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + refill).min(self.burst);
        self.last = now;
        if self.tokens < 1.0 {
            return Err(ErrorCode::RateLimited.into());
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

//! The built console and the customer widget, served from the binary. `npm run build` in `appliance/console` makes both.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::error::{ErrorCode, Result};

#[derive(RustEmbed)]
#[folder = "appliance/console/dist/"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[folder = "appliance/widget/dist/"]
#[allow_missing = true]
struct Widget;

/// Staff pages: nothing from anywhere else, no inline script, never in a frame.
const CONSOLE_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// What the chat window may load; [`ChatPages`] says who may hold it in a frame.
const WIDGET_POLICY: &str =
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'";

/// The policy of the customers' pages, with the bank's own pages as those that may hold the chat window in a frame.
#[derive(Debug, Clone)]
pub struct ChatPages(String);

impl ChatPages {
    /// `origins` were checked with the configuration.
    pub fn on(origins: &[String]) -> Self {
        let ancestors: String = origins.iter().map(|origin| format!(" {origin}")).collect();
        Self(format!("{WIDGET_POLICY}; frame-ancestors 'self'{ancestors}"))
    }
}

/// The console. Any path that is not a file is a page of the single-page application.
pub async fn get_console(req: HttpRequest) -> Result<HttpResponse> {
    let path = req.match_info().query("path");
    let (file, name) = match Console::get(path) {
        Some(file) if !path.is_empty() => (file, path),
        _ if path.contains('.') || path.starts_with("api/") => return Err(ErrorCode::NotFound.because("page")),
        _ => (Console::get("index.html").ok_or_else(not_built)?, "index.html"),
    };
    // Vite names assets by their content; everything else is asked for anew.
    let forever = name.starts_with("assets/");
    Ok(reply(&req, file, name, CONSOLE_POLICY, forever))
}

/// The one script line of a bank's page.
pub async fn get_widget_script(req: HttpRequest, pages: Data<ChatPages>) -> Result<HttpResponse> {
    widget(&req, &pages, "widget.js")
}

/// The page inside the widget's frame.
pub async fn get_chat_window(req: HttpRequest, pages: Data<ChatPages>) -> Result<HttpResponse> {
    widget(&req, &pages, "chat-window.html")
}

/// Files of the chat window and the demo page.
pub async fn get_widget_file(req: HttpRequest, pages: Data<ChatPages>) -> Result<HttpResponse> {
    let name = req.match_info().query("file").to_owned();
    widget(&req, &pages, &name)
}

/// A plain page of a demo bank, with the one script line.
pub async fn get_demo_page(req: HttpRequest, pages: Data<ChatPages>) -> Result<HttpResponse> {
    widget(&req, &pages, "demo.html")
}

fn widget(req: &HttpRequest, pages: &ChatPages, name: &str) -> Result<HttpResponse> {
    match Widget::get(name) {
        Some(file) => Ok(reply(req, file, name, &pages.0, false)),
        None if Widget::iter().next().is_none() => Err(not_built()),
        None => Err(ErrorCode::NotFound.because("page")),
    }
}

fn reply(req: &HttpRequest, file: EmbeddedFile, name: &str, policy: &str, forever: bool) -> HttpResponse {
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let caching = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
    if req.headers().get(IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes()) {
        return HttpResponse::NotModified().insert_header((CACHE_CONTROL, caching)).insert_header((ETAG, tag)).finish();
    }
    HttpResponse::Ok()
        .content_type(mime_guess::from_path(name).first_or_octet_stream().to_string())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ETAG, tag))
        .body(file.data.into_owned())
}

fn not_built() -> crate::error::Error {
    ErrorCode::HostUnfit.because("the console was not built into this program: run `make setup` and build again")
}

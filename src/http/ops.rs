//! What operations ask for: alive, ready with reasons, metrics.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use futures::future::{BoxFuture, join_all};
use serde::Serialize;

use crate::error::Result;
use crate::telemetry::metrics::{CONTENT_TYPE, Metrics};

/// Whether one part is ready; the text says what is wrong, for operators, without content.
pub type Probe = Arc<dyn Fn() -> BoxFuture<'static, std::result::Result<(), String>> + Send + Sync>;

/// One part that readiness depends on.
#[derive(Clone)]
pub struct Check {
    pub name: &'static str,
    /// Whether the program can serve without it; then it is reported, and does not make the program unready.
    pub required: bool,
    pub probe: Probe,
}

/// Everything that readiness depends on.
#[derive(Clone)]
pub struct Readiness(pub Arc<Vec<Check>>);

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReadinessView {
    pub ready: bool,
    pub checks: Vec<CheckView>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CheckView {
    pub name: String,
    pub ok: bool,
    pub required: bool,
    pub reason: Option<String>,
}

impl Readiness {
    pub async fn look(&self) -> ReadinessView {
        let looks = self.0.iter().map(|c| async {
            let outcome = (c.probe)().await;
            CheckView { name: c.name.to_owned(), ok: outcome.is_ok(), required: c.required, reason: outcome.err() }
        });
        let checks = join_all(looks).await;
        ReadinessView { ready: checks.iter().all(|c| c.ok || !c.required), checks }
    }
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "alive")))]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Ready, with the reasons when not.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = ReadinessView), (status = 503, body = ReadinessView)))]
pub async fn readyz(readiness: Data<Readiness>) -> HttpResponse {
    let view = readiness.look().await;
    // A body of ours, so that the error middleware leaves it as it is.
    if view.ready { HttpResponse::Ok().json(view) } else { HttpResponse::ServiceUnavailable().json(view) }
}

/// Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, description = "metrics")))]
pub async fn metrics(metrics: Data<Metrics>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(metrics.render()?))
}

//! What operations ask for: alive, ready with reasons, metrics.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use futures::future::{BoxFuture, join_all};
use serde::Serialize;

use crate::error::Result;
use crate::telemetry::metrics::{CONTENT_TYPE, Metrics};

/// Whether one part is ready, with what is to be known of it all the same; or what is wrong. For operators, without content.
pub type Probe = Arc<dyn Fn() -> BoxFuture<'static, std::result::Result<Option<String>, String>> + Send + Sync>;

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
    /// What is wrong.
    pub reason: Option<String>,
    /// What is to be known of it though it is ready: a provider of keys that is no certified product (非认证).
    pub remark: Option<String>,
}

impl Readiness {
    pub async fn look(&self) -> ReadinessView {
        let looks = self.0.iter().map(|c| async {
            let outcome = (c.probe)().await;
            let (ok, (remark, reason)) = match outcome {
                Ok(remark) => (true, (remark, None)),
                Err(reason) => (false, (None, Some(reason))),
            };
            CheckView { name: c.name.to_owned(), ok, required: c.required, reason, remark }
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

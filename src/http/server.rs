//! Binding and serving: one HTTP server per zone.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::{Server, ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, FromRequest, HttpMessage, HttpServer};
use uuid::Uuid;

use crate::approvals::Approvals;
use crate::audit::AuditDraft;
use crate::auditing::Audit as AuditService;
use crate::config::{Listener, Listeners};
use crate::console::ChatPages;
use crate::conversations::{Attachments, Chat, Conversations, Routing};
use crate::error::{ErrorCode, Result};
use crate::identity::{Authenticator, Identity, Staff};
use crate::inspection::Inspections;
use crate::knowledge::Knowledge;
use crate::recordings::Recordings;
use crate::search_content::ContentSearch;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::tasks::Tasks;
use crate::tickets::Tickets;
use crate::transaction::{Transactions, Tx};
use crate::transport::{self, Endpoint, Files, Role};
use crate::web::{Demo, Unread, Zone, refused, run_use_cases_on, trace_errors};

use super::live::LiveHub;
use super::ops::Readiness;
use super::routes;

/// How long open requests may take to end when the program stops.
const DRAIN: Duration = Duration::from_secs(10);
/// Worker threads per zone: handlers only await, work is done on the main runtime.
const WORKERS: usize = 1;

/// Everything that handlers ask for.
#[derive(Clone)]
pub struct Services {
    pub transactions: Transactions,
    pub identity: Identity,
    pub approvals: Approvals,
    pub audit: AuditService,
    pub conversations: Conversations,
    pub routing: Routing,
    pub chat: Chat,
    pub attachments: Attachments,
    pub knowledge: Knowledge,
    pub tickets: Tickets,
    pub recordings: Recordings,
    pub inspections: Inspections,
    pub search: ContentSearch,
    pub hub: LiveHub,
    pub readiness: Readiness,
    pub metrics: Metrics,
    pub tasks: Tasks,
    pub zones: Zones,
    pub chat_pages: ChatPages,
    pub demo: Demo,
}

/// A listener that is bound and waits to be served.
pub struct Bound {
    pub zone: Zone,
    pub address: SocketAddr,
    /// Its certificates; none on loopback.
    pub tls: Option<Endpoint>,
    listener: TcpListener,
    max_connections: usize,
    /// Set when the wanted port was taken and the next free one was used.
    pub instead_of: Option<SocketAddr>,
}

/// The addresses that the zones really have.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Zones {
    pub staff: String,
    pub customers: String,
    pub admin: String,
    pub metrics: String,
}

impl Zones {
    pub fn of(bound: &[Bound]) -> Self {
        let url = |zone: Zone| {
            bound.iter().find(|b| b.zone == zone).map_or_else(String::new, |b| {
                format!("{}://{}", if b.tls.is_some() { "https" } else { "http" }, b.address)
            })
        };
        Self {
            staff: url(Zone::Staff),
            customers: url(Zone::Customers),
            admin: url(Zone::Admin),
            metrics: url(Zone::Metrics),
        }
    }
}

/// Ports tried after a taken one.
const PORT_TRIES: u16 = 50;

/// What is configured for each zone.
pub fn zones(listeners: &Listeners) -> [(Zone, &Listener); 4] {
    [
        (Zone::Staff, &listeners.staff),
        (Zone::Customers, &listeners.customers),
        (Zone::Admin, &listeners.admin),
        (Zone::Metrics, &listeners.metrics),
    ]
}

/// Binds all zones or none. With `next_port` a taken port is passed over for the next free one.
pub fn bind(listeners: &Listeners, next_port: bool) -> Result<Vec<Bound>> {
    // Every certificate is read before anything is bound.
    let with_tls: Vec<_> =
        zones(listeners).into_iter().map(|(zone, l)| Ok((zone, l, endpoint(zone, l)?))).collect::<Result<_>>()?;
    with_tls.into_iter().map(|(zone, l, tls)| bind_one(zone, l, tls, next_port)).collect()
}

/// The certificates of a zone's listener; `None` when it has none. Errors: `ConfigInvalid`, naming the file.
pub fn endpoint(zone: Zone, wanted: &Listener) -> Result<Option<Endpoint>> {
    if wanted.certificate_file.is_none() {
        return Ok(None);
    }
    let role = match zone {
        Zone::Staff => Role::Staff,
        Zone::Customers => Role::Customers,
        Zone::Admin => Role::Admin,
        Zone::Metrics => Role::Metrics,
    };
    let files = Files {
        ca: wanted.client_ca_file.clone(),
        certificate: wanted.certificate_file.clone(),
        private_key: wanted.private_key_file.clone(),
    };
    Endpoint::open(role, files).map(Some)
}

fn bind_one(zone: Zone, wanted: &Listener, tls: Option<Endpoint>, next_port: bool) -> Result<Bound> {
    let mut address = wanted.address;
    let mut tries = if next_port && address.port() != 0 { PORT_TRIES } else { 0 };
    let listener = loop {
        match TcpListener::bind(address) {
            Ok(listener) => break listener,
            Err(e) if e.kind() == std::io::ErrorKind::AddrInUse && tries > 0 => {
                tries -= 1;
                address.set_port(address.port().saturating_add(1));
            }
            Err(e) => {
                return Err(ErrorCode::HostUnfit.because(format!("{}: cannot listen on {address}: {e}", zone.as_str())));
            }
        }
    };
    let address = listener.local_addr().map_err(|e| ErrorCode::Internal.caused_by(e))?;
    let moved = wanted.address.port() != 0 && address != wanted.address;
    Ok(Bound {
        zone,
        address,
        listener,
        tls,
        max_connections: wanted.max_connections,
        instead_of: moved.then_some(wanted.address),
    })
}

/// Starts serving one zone; the server runs when it is awaited.
pub fn serve(bound: Bound, services: Services) -> Result<(Server, ServerHandle)> {
    let zone = bound.zone;
    let main = tokio::runtime::Handle::current();
    let factory = move || {
        run_use_cases_on(main.clone());
        let s = services.clone();
        let authenticator: Arc<dyn Authenticator> = Arc::new(s.identity.clone());
        let configured = s.clone();
        App::new()
            .app_data(Data::new(zone))
            .app_data(Data::new(s.demo))
            .app_data(Data::new(s.zones.clone()))
            .app_data(Data::new(s.chat_pages.clone()))
            .app_data(Data::from(authenticator))
            .app_data(Data::new(s.transactions))
            .app_data(Data::new(s.identity))
            .app_data(Data::new(s.approvals))
            .app_data(Data::new(s.audit))
            .app_data(Data::new(s.conversations))
            .app_data(Data::new(s.routing))
            .app_data(Data::new(s.chat))
            .app_data(Data::new(s.attachments))
            .app_data(Data::new(s.knowledge))
            .app_data(Data::new(s.tickets))
            .app_data(Data::new(s.recordings))
            .app_data(Data::new(s.inspections))
            .app_data(Data::new(s.search))
            .app_data(Data::new(s.hub))
            .app_data(Data::new(s.readiness))
            .app_data(Data::new(s.metrics))
            .app_data(Data::new(s.tasks))
            .app_data(PayloadConfig::new(usize::MAX))
            .wrap(from_fn(record_unread))
            .wrap(from_fn(trace_errors))
            .wrap(from_fn(measure))
            .configure(|app| routes::configure(app, zone, configured.demo))
    };
    let server = HttpServer::new(factory)
        .workers(WORKERS)
        .max_connections(bound.max_connections)
        .disable_signals()
        .shutdown_timeout(DRAIN.as_secs());
    let server = match bound.tls {
        Some(end) => server.listen_rustls_0_23(bound.listener, transport::server_config(&end)?),
        None => server.listen(bound.listener),
    };
    let server = server.map_err(|e| ErrorCode::HostUnfit.caused_by(e))?.run();
    let handle = server.handle();
    Ok((server, handle))
}

/// A client may send any word as a method; as a label it is one of these or `other`, or anybody could make series without end.
fn method_label(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// Puts on record what a signed-in person tried with a body or parameters that could not be read: the use case, which records everything
/// else, never saw it. When that cannot be recorded the refusal stands all the same, for nothing was done.
async fn record_unread(
    req: ServiceRequest,
    next: Next<impl actix_web::body::MessageBody>,
) -> std::result::Result<ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let response = next.call(req).await?;
    let request = response.request();
    let unread = request.extensions().get::<Unread>().cloned();
    let transactions = request.app_data::<Data<Transactions>>().cloned();
    // All parts of a request are read at once, so who it is may not have been known when the body was refused.
    if let (Some(unread), Some(t)) = (unread, transactions)
        && let Some(action) = routes::action_of(request.method().as_str(), request.match_pattern().as_deref())
        && let Ok(Staff(principal)) = Staff::extract(request).await
    {
        let caller = principal.caller;
        let mut attempt = AuditDraft::new(action);
        if let Some(id) = request.match_info().get("id").and_then(|id| Uuid::parse_str(id).ok()) {
            attempt = attempt.detail("id", id.to_string());
        }
        let error = unread.code.because(unread.detail);
        let answered = refused(async move { t.refuse(&caller, attempt, error, async |_: &mut Tx| Ok(())).await }).await;
        if answered.code() != unread.code {
            tracing::error!(error = ?answered, "a refusal could not be recorded");
        }
    }
    Ok(response)
}

/// Counts every request by its route template.
async fn measure(
    req: ServiceRequest,
    next: Next<impl actix_web::body::MessageBody>,
) -> std::result::Result<ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let started = Instant::now();
    let zone = req.app_data::<Data<Zone>>().map_or("", |z| z.as_str());
    let metrics = req.app_data::<Data<Metrics>>().cloned();
    let method = method_label(req.method().as_str());
    let response = next.call(req).await?;
    if let Some(metrics) = metrics {
        let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        metrics.observe_request(zone, method, &route, response.status().as_u16(), started.elapsed().as_secs_f64());
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_method_that_nobody_knows_is_counted_as_other() {
        for (method, label) in
            [("GET", "GET"), ("OPTIONS", "OPTIONS"), ("get", "other"), ("X-17", "other"), ("", "other")]
        {
            assert_eq!(super::method_label(method), label);
        }
    }
}

//! Every metric of the program. Their names are a promise to whoever builds dashboards and alerts on them.
//!
//! Names end in their unit (`_seconds`, `_bytes`) or `_total` for what only grows. Labels come from closed sets: a route
//! is its template, never its path; nothing of a customer ever becomes a label. Each family lists its labels in order.

use prometheus::core::Collector;
use prometheus::{
    Gauge, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::error::{ErrorCode, Result};

/// Buckets of an HTTP request, in seconds: our promise for a console page is 200 ms, an answer of the bot may take seconds.
const REQUEST_BUCKETS: &[f64] = &[0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

macro_rules! metrics {
    ($($(#[doc = $help:literal])+ $field:ident: $kind:ident = $name:literal $([$($label:literal),+])? $(in $buckets:ident)?;)*) => {
        /// The metrics of one process; clones share the same numbers.
        #[derive(Clone)]
        pub struct Metrics {
            registry: Registry,
            $($(#[doc = $help])+ pub $field: $kind,)*
        }

        impl Metrics {
            /// All metrics at zero, in a registry of their own. Errors: `Internal` when two have the same name.
            pub fn new() -> Result<Self> {
                let registry = Registry::new();
                $(let $field = register(&registry, metrics!(@new $kind, $name, concat!($($help),+) $(, [$($label),+])? $(, $buckets)?))?;)*
                Ok(Metrics { registry, $($field,)* })
            }

            /// The names of all metrics, in the order of this file.
            pub const NAMES: &[&str] = &[$($name,)*];
        }
    };
    (@new HistogramVec, $name:literal, $help:expr, [$($label:literal),+], $buckets:ident) => {
        HistogramVec::new(HistogramOpts::new($name, $help.trim()).buckets($buckets.to_vec()), &[$($label),+])
    };
    (@new $kind:ident, $name:literal, $help:expr, [$($label:literal),+]) => {
        $kind::new(Opts::new($name, $help.trim()), &[$($label),+])
    };
    (@new $kind:ident, $name:literal, $help:expr) => { $kind::new($name, $help.trim()) };
}

metrics! {
    /// Always 1; the label says what runs.
    build_info: IntGaugeVec = "guitai_build_info" ["version"];

    /// HTTP requests answered.
    http_requests: IntCounterVec = "guitai_http_requests_total" ["zone", "method", "route", "status"];
    /// Time from a request's head to the end of its response head.
    http_request_duration: HistogramVec = "guitai_http_request_duration_seconds" ["zone", "method", "route"] in REQUEST_BUCKETS;
    /// WebSocket clients connected now.
    ws_clients: IntGaugeVec = "guitai_ws_clients" ["zone"];

    /// Database connections by state: in_use.
    db_pool_connections: IntGaugeVec = "guitai_db_pool_connections" ["state"];
    /// Connections the database pool may open.
    db_pool_size_limit: IntGauge = "guitai_db_pool_size_limit";
    /// Tasks waiting for a database connection.
    db_pool_waiting: IntGauge = "guitai_db_pool_waiting";

    /// Events committed and not yet relayed.
    outbox_depth: IntGauge = "guitai_outbox_depth";
    /// Age of the oldest event not yet relayed.
    outbox_oldest_age: Gauge = "guitai_outbox_oldest_age_seconds";

    /// Jobs in the queue by state: ready, running, waiting, failed.
    jobs: IntGaugeVec = "guitai_jobs" ["state"];
    /// Runs of jobs by how they ended: done, retry, failed, lost (cancelled, or another worker's by then).
    job_runs: IntCounterVec = "guitai_job_runs_total" ["job", "outcome"];

    /// Whether the provider of the root key answers: 1, or 0 while nothing new is sealed.
    key_provider_ready: IntGauge = "guitai_key_provider_ready";

    /// Audit records by state: unsealed.
    audit_records: IntGaugeVec = "guitai_audit_records" ["state"];
    /// Age of the oldest audit record not yet sealed.
    audit_oldest_unsealed_age: Gauge = "guitai_audit_oldest_unsealed_age_seconds";

    /// Sign-ins by how they ended: success, refused, locked, source_limit.
    sign_ins: IntCounterVec = "guitai_sign_ins_total" ["outcome"];
    /// Rows that were changed behind the program's back, by table.
    tampered_rows: IntCounterVec = "guitai_tampered_rows_total" ["table"];

    /// Restarts of inference engine children.
    engine_restarts: IntCounterVec = "guitai_engine_restarts_total" ["engine"];
    /// Replies of the bot: answer, refusal.
    bot_replies: IntCounterVec = "guitai_bot_replies_total" ["outcome"];
    /// Conversations that are not closed, by state: bot, queued, active.
    conversations: IntGaugeVec = "guitai_conversations" ["state"];

    /// Calls that are not recordings yet, by place: folder (files that the recorder left), spool (sealed), refused (in the spool, tried
    /// again every hour).
    recordings_waiting: IntGaugeVec = "guitai_recordings_waiting" ["place"];
    /// Bytes of the decrypted search index in memory: `budget` and `resident`.
    search_memory: IntGaugeVec = "guitai_search_memory_bytes" ["kind"];
    /// Reads of the search index that found what they asked for in memory (`hit`), and those that had to open it first (`miss`).
    search_reads: IntCounterVec = "guitai_search_reads_total" ["result"];

    /// When certificates end, in seconds since 1970, by end of the link and kind: certificate (ours), ca (of those we trust the first to end).
    tls_certificate_expiry: IntGaugeVec = "guitai_tls_certificate_expiry_timestamp_seconds" ["role", "kind"];
    /// 1 while replaced certificate files cannot be used and those before stay in use.
    tls_reload_refused: IntGaugeVec = "guitai_tls_reload_refused" ["role"];

    /// Background tasks that panicked.
    task_panics: IntCounterVec = "guitai_task_panics_total" ["task"];
    /// Resident memory of this process.
    resident_memory: IntGauge = "process_resident_memory_bytes";
    /// Open file descriptors of this process.
    open_files: IntGauge = "process_open_fds";
    /// When this process started, in seconds since 1970.
    start_time: Gauge = "process_start_time_seconds";
}

impl Metrics {
    /// Counts one request: its zone, method, route template (`/api/v1/tickets/{id}`), status and duration in seconds.
    pub fn observe_request(&self, zone: &str, method: &str, route: &str, status: u16, seconds: f64) {
        self.http_requests.with_label_values(&[zone, method, route, &status.to_string()]).inc();
        self.http_request_duration.with_label_values(&[zone, method, route]).observe(seconds);
    }

    /// All metrics in the Prometheus text format 0.0.4 ([`CONTENT_TYPE`]). The numbers of the process are read at this moment.
    pub fn render(&self) -> Result<String> {
        self.read_process();
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .map_err(|err| ErrorCode::Internal.caused_by(err).context("encoding metrics"))
    }

    /// What cannot be read keeps its last value; a scrape never fails on it.
    fn read_process(&self) {
        self.build_info.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        if let Some(bytes) = resident_bytes() {
            self.resident_memory.set(bytes);
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            // One of them is the directory that is being read.
            self.open_files.set(i64::try_from(files.count()).unwrap_or(i64::MAX) - 1);
        }
        if self.start_time.get() == 0.0
            && let Some(seconds) = start_time_seconds()
        {
            self.start_time.set(seconds);
        }
    }
}

fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()?.checked_mul(1024)
}

/// The boot time plus the ticks at which the kernel says the process began; a tick is 1/100 s for user space on every
/// architecture we run on (proc(5), `starttime`).
fn start_time_seconds() -> Option<f64> {
    let kernel = std::fs::read_to_string("/proc/stat").ok()?;
    let boot: f64 = kernel.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in parentheses and may hold spaces; what follows it is field 3.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: f64 = fields.split_whitespace().nth(22 - 3)?.parse().ok()?;
    Some(boot + ticks / 100.0)
}

fn register<M: Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<M>) -> Result<M> {
    metric
        .and_then(|metric| registry.register(Box::new(metric.clone())).map(|()| metric))
        .map_err(|err| ErrorCode::Internal.caused_by(err).context("registering metrics"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_what_was_counted() {
        let metrics = Metrics::new().unwrap();
        metrics.observe_request("staff", "GET", "/api/v1/tickets/{id}", 200, 0.003);
        metrics.bot_replies.with_label_values(&["refusal"]).inc();
        metrics.outbox_depth.set(3);
        let text = metrics.clone().render().unwrap();
        for line in [
            r#"guitai_http_requests_total{method="GET",route="/api/v1/tickets/{id}",status="200",zone="staff"} 1"#,
            r#"guitai_http_request_duration_seconds_bucket{method="GET",route="/api/v1/tickets/{id}",zone="staff",le="0.002"} 0"#,
            r#"guitai_http_request_duration_seconds_bucket{method="GET",route="/api/v1/tickets/{id}",zone="staff",le="0.005"} 1"#,
            r#"guitai_bot_replies_total{outcome="refusal"} 1"#,
            "guitai_outbox_depth 3",
            "# HELP guitai_outbox_depth Events committed and not yet relayed.",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        assert!(metrics.resident_memory.get() > 1 << 20);
        assert!(metrics.open_files.get() > 0);
        let age = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64() - metrics.start_time.get();
        assert!((-2.0..3600.0).contains(&age), "{age}");
    }

    #[test]
    fn names_follow_the_convention() {
        for name in Metrics::NAMES {
            assert!(name.starts_with("guitai_") || name.starts_with("process_"), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        }
        let text = Metrics::new().unwrap().render().unwrap();
        // A counter that has never counted shows no series; what has no labels shows from the start.
        assert!(text.contains("guitai_outbox_oldest_age_seconds 0"));
    }
}

//! The composition root: the only file that knows every module. It builds the parts in layer order, starts what runs in the background and
//! takes everything down again in the opposite order.

mod base;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::approvals::Approvals;
use crate::audit::{Action, AuditDraft, Caller};
use crate::auditing::Audit;
use crate::config::{Config, EventLogBackend};
use crate::console::ChatPages;
use crate::conversations::{
    Attachments, BotTurn, Chat, Conversations, GoOffline, ORPHANED_ATTACHMENTS_JOB, RemoveOrphanedAttachments,
    RouteQueue, Routing,
};
use crate::crypto::provider::NOT_CERTIFIED;
use crate::db::{Listener, keys};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{
    DeliverySettings, EventLog, KafkaLog, KafkaSettings, LiveFollower, LocalLog, NOTIFY_CHANNEL, NewTopics, Subscriber,
    SubscriptionSpec,
};
use crate::hardware::Hardware;
use crate::http::{self, Bound, LiveHub, Services, Zones};
use crate::identity::{SWEEP_JOB, SweepSessions};
use crate::inference::{EngineConfig, EngineKind, EngineState, SpeechRecogniser, Supervisor};
use crate::inspection::{InspectOnEvent, Inspections};
use crate::jobs::{self, JobHandler, JobOutcome, Priority, Schedule, Worker, WorkerSettings};
use crate::key_management::{
    DESTROY_FORMER_JOB, DestroyFormerVersions, ErasureKeeper, JOURNAL_FILE, KeyManagement, KeyManagementSettings,
    PREPARE_MONTH_JOB, PrepareNextMonth, Rewrap, Rotate, VaultFiles, sealed_columns,
};
use crate::knowledge::{ArticleIndexer, Knowledge};
use crate::recordings::{
    Inbox, ORPHANED_RECORDINGS_JOB, RecordingSettings, Recordings, RemoveOrphanedRecordings, Transcribe,
};
use crate::search_content::{ContentIndexer, ContentSearch};
use crate::telemetry::metrics::Metrics;
use crate::telemetry::systemd;
use crate::telemetry::tasks::Tasks;
use crate::tickets::Tickets;
use crate::transport::{self, Endpoint};
use crate::vault::Vault;
use crate::web::Demo;

pub use base::{Base, Opened, base, broker_commands};

/// How long background work may take to end when the program stops.
const DRAIN: Duration = Duration::from_secs(15);

/// How long destroyed texts may rest in the files of an index before these are written anew, so that many destructions cost one writing.
const PURGE_AFTER: Duration = Duration::from_secs(3600);

/// What is done again and again.
const SCHEDULES: &[Schedule] = &[
    Schedule { name: SWEEP_JOB, every: Duration::from_secs(60), kind: SWEEP_JOB, priority: Priority::Normal },
    daily("recordings.remove_orphans", ORPHANED_RECORDINGS_JOB),
    daily("conversations.remove_orphaned_attachments", ORPHANED_ATTACHMENTS_JOB),
    daily("keys.prepare_month", PREPARE_MONTH_JOB),
    daily("keys.destroy_former", DESTROY_FORMER_JOB),
];

/// Once a day and before nothing else: whenever no better work waits.
const fn daily(name: &'static str, kind: jobs::JobKind) -> Schedule {
    Schedule { name, every: Duration::from_secs(24 * 3600), kind, priority: Priority::Night }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Production,
    Demo,
}

/// The names and topics of everything that follows the event log, known before any of it is built because the outbox notes deliveries for them.
fn local_subscriptions() -> Vec<SubscriptionSpec> {
    vec![
        ArticleIndexer::SUBSCRIPTION,
        ContentIndexer::SUBSCRIPTION,
        InspectOnEvent::SUBSCRIPTION,
        GoOffline::SUBSCRIPTION,
    ]
}

fn key_management_settings(config: &Config) -> KeyManagementSettings {
    KeyManagementSettings {
        keep_former: TimeDelta::days(i64::from(config.crypto.keep_former_keys_days)),
        ..KeyManagementSettings::default()
    }
}

/// A started program.
pub struct Running {
    pub zones: Zones,
    pub base: Base,
    pub services: Services,
    tasks: Tasks,
    servers: Vec<actix_web::dev::ServerHandle>,
    server_failed: mpsc::Receiver<String>,
}

/// Starts everything on listeners that are bound already.
pub async fn start(opened: Opened, bound: Vec<Bound>, mode: Mode) -> Result<Running> {
    let base = base(opened).await?;
    tracing::info!(hardware = %Hardware::detect(), version = env!("CARGO_PKG_VERSION"), "starting");
    let t = base.transactions.clone();
    let (db, keys, clock) = (t.db().clone(), Arc::clone(t.keys()), t.clock().clone());
    if !keys.keyring().provider().certified() {
        tracing::warn!(provider = keys.keyring().provider().name(), "{NOT_CERTIFIED}");
    }
    let metrics = base.metrics.clone();
    metrics.build_info.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
    let tasks = Tasks::new(metrics.clone());
    let system = Caller::system(base.org_id, "guitai");
    t.perform(&system, AuditDraft::new(Action::ServiceStart), async |_| Ok(())).await?;

    // The first message should not wait for the dictionary.
    tasks.spawn("dictionary", async {
        drop(tokio::task::spawn_blocking(guitai_language::dictionary::dictionary).await);
    });

    // Engines and files.
    let engine = start_engine(&base.config, &metrics, &tasks)?;
    let data_dir = base.config.storage.data_dir.clone();
    std::fs::create_dir_all(&data_dir).map_err(|e| ErrorCode::StorageUnavailable.caused_by(e))?;
    let open_vault = async |folder: &str| {
        let root = data_dir.join(folder);
        blocking(move || Vault::open(&root)).await
    };
    let (recordings_vault, attachments_vault) = (open_vault("vault").await?, open_vault("attachments").await?);

    // Before anything is served: what a restored backup has brought back is destroyed again.
    let journal = base.config.crypto.erasure_journal.clone().unwrap_or_else(|| data_dir.join(JOURNAL_FILE));
    let erasure = ErasureKeeper::open(t.clone(), journal, &system).await?;
    let mut places = sealed_columns();
    places.push(Arc::new(VaultFiles::new(recordings_vault.clone(), "recordings")));
    places.push(Arc::new(VaultFiles::new(attachments_vault.clone(), "attachments")));
    let key_management = KeyManagement::new(t.clone(), system.clone(), places, key_management_settings(&base.config));

    // The nouns.
    let knowledge = Knowledge::open(t.clone(), base.org_id, data_dir.join("search/articles")).await?;
    let routing = Routing::new(t.clone());
    routing.ensure_queue(&system, "default", "综合服务").await?;
    let recordings = Recordings::new(t.clone(), recordings_vault, RecordingSettings::of(&base.config));
    let attachments = Attachments::new(t.clone(), attachments_vault);
    let inspections = Inspections::new(t.clone(), recordings.clone());
    inspections.ensure_default_rules(&system).await?;
    let memory_bytes =
        usize::try_from(base.config.storage.search_memory_mib).unwrap_or(usize::MAX).saturating_mul(1 << 20);
    let folder = data_dir.join("search/content");
    let search = ContentSearch::open_within(t.clone(), knowledge.clone(), base.org_id, folder, memory_bytes).await?;
    let approvals = Approvals::new(t.clone(), vec![recordings.playback_executor()]);
    let audit = Audit::new(t.clone(), base.verifier());

    // What follows the event log and what works the queue.
    let listener = Listener::new(db.clone(), &[NOTIFY_CHANNEL, jobs::NOTIFY_CHANNEL, keys::NOTIFY_CHANNEL]);
    let follower = Arc::new(LiveFollower::new(db.clone(), Arc::clone(&keys), listener.clone()));
    let hub = LiveHub::new(Arc::clone(&follower));
    let subscribers: Vec<Arc<dyn Subscriber>> = vec![
        Arc::new(ArticleIndexer::new(knowledge.clone())),
        Arc::new(ContentIndexer::new(search.clone())),
        Arc::new(InspectOnEvent::new(inspections.clone())),
        Arc::new(GoOffline(routing.clone())),
    ];
    let mut ends: Vec<Endpoint> = bound.iter().filter_map(|b| b.tls.clone()).collect();
    ends.extend(base.database.tls().cloned());
    let log: Arc<dyn EventLog> = match base.config.eventlog.backend {
        EventLogBackend::Local => Arc::new(LocalLog::new(
            db.clone(),
            Arc::clone(&keys),
            clock.clone(),
            listener.clone(),
            DeliverySettings::default(),
        )),
        EventLogBackend::Kafka => {
            let config = &base.config.eventlog;
            let mut settings = KafkaSettings::new(&config.bootstrap_servers);
            settings.tls = Opened::kafka_tls(&base.config)?;
            ends.extend(settings.tls.clone());
            settings.delivery_timeout = Duration::from_secs(config.delivery_timeout_s);
            settings.new_topics = config
                .create_topics
                .then_some(NewTopics { partitions: config.topic_partitions, replication: config.topic_replication });
            let delivery = DeliverySettings::default();
            Arc::new(KafkaLog::new(settings, db.clone(), Arc::clone(&keys), clock.clone(), listener.clone(), delivery))
        }
    };
    let mut handlers: Vec<Arc<dyn JobHandler>> = vec![
        Arc::new(BotTurn::new(t.clone(), Arc::new(knowledge.clone()), metrics.clone())),
        Arc::new(RouteQueue(routing.clone())),
        Arc::new(SweepSessions(base.identity.clone())),
        Arc::new(RemoveOrphanedRecordings(recordings.clone())),
        Arc::new(RemoveOrphanedAttachments(attachments.clone())),
        Arc::new(Rotate(key_management.clone())),
        Arc::new(Rewrap(key_management.clone())),
        Arc::new(PrepareNextMonth(key_management.clone())),
        Arc::new(DestroyFormerVersions(key_management)),
    ];
    if let Some(engine) = &engine {
        let recogniser: Arc<dyn SpeechRecogniser> = Arc::clone(engine) as _;
        handlers.push(Arc::new(Transcribe::new(recordings.clone(), recogniser)));
    }
    let runs = metrics.job_runs.clone();
    let count_run = move |kind: &str, outcome: JobOutcome| runs.with_label_values(&[kind, outcome.as_str()]).inc();
    let worker =
        Worker::new(db.clone(), clock.clone(), listener.clone(), handlers, WorkerSettings::default(), count_run);

    // In the background, each under its name.
    spawn(&tasks, "listener", |stop| {
        let l = listener.clone();
        async move { l.run(stop).await }
    });
    spawn(&tasks, "live", |stop| {
        let f = Arc::clone(&follower);
        async move { f.run(stop).await }
    });
    spawn(&tasks, "eventlog", |stop| {
        let l = Arc::clone(&log);
        async move { l.run(subscribers, stop).await }
    });
    spawn(&tasks, "jobs", |stop| async move { worker.run(stop).await });
    spawn(&tasks, "schedules", |stop| {
        let (db, clock) = (db.clone(), clock.clone());
        async move { jobs::run_schedules(&db, SCHEDULES, &clock, &stop).await }
    });
    spawn(&tasks, "sealer", |stop| {
        let s = Arc::clone(&base.sealer);
        async move { s.run(stop).await }
    });
    spawn(&tasks, "crypto.lease", |stop| {
        let (t, system, metrics) = (t.clone(), system.clone(), metrics.clone());
        async move { watch::renew_key_lease(t, system, metrics, stop).await }
    });
    spawn(&tasks, "crypto.changes", |stop| {
        let (keys, changes) = (Arc::clone(&keys), listener.subscribe(keys::NOTIFY_CHANNEL));
        async move {
            tokio::select! {
                () = keys.follow_changes(changes) => {}
                () = stop.cancelled() => {}
            }
        }
    });
    let destructions = listener.subscribe(keys::NOTIFY_CHANNEL);
    spawn(&tasks, "crypto.erasure_journal", |stop| erasure.run(destructions, stop));
    spawn(&tasks, "tls", |stop| {
        let (metrics, clock) = (metrics.clone(), clock.clone());
        async move { transport::watch(ends, metrics, || clock.now(), stop).await }
    });
    spawn(&tasks, "approvals", |stop| {
        let a = approvals.clone();
        async move { a.expire_until(stop).await }
    });
    spawn(&tasks, "gauges", |stop| {
        let (t, s, m) = (t.clone(), search.clone(), metrics.clone());
        async move { watch::gauges(t, s, m, stop).await }
    });
    if let Some(folder) = &base.config.recordings.inbox_dir {
        let spool = open_vault("spool").await?;
        let inbox = Inbox::open(recordings.clone(), folder.clone(), spool, base.org_id, metrics.clone()).await?;
        spawn(&tasks, "recordings.inbox", |stop| inbox.run(stop));
    }
    spawn(&tasks, "knowledge.rebuild", |stop| {
        let k = knowledge.clone();
        async move { k.rebuild_if_needed(stop).await }
    });
    spawn(&tasks, "search.rebuild", |stop| {
        let s = search.clone();
        async move { s.rebuild_if_needed(stop).await }
    });
    spawn(&tasks, "knowledge.keys", |stop| {
        let (k, changes) = (knowledge.clone(), listener.subscribe(keys::NOTIFY_CHANNEL));
        async move { k.follow_keys(changes, PURGE_AFTER, stop).await }
    });
    spawn(&tasks, "search.keys", |stop| {
        let (s, changes) = (search.clone(), listener.subscribe(keys::NOTIFY_CHANNEL));
        async move { s.follow_keys(changes, PURGE_AFTER, stop).await }
    });

    let zones = Zones::of(&bound);
    let services = Services {
        transactions: t.clone(),
        identity: base.identity.clone(),
        approvals,
        audit,
        conversations: Conversations::new(t.clone()),
        routing,
        chat: Chat::new(t.clone(), base.org_id),
        attachments,
        knowledge: knowledge.clone(),
        tickets: Tickets::new(t.clone()),
        recordings,
        inspections,
        search,
        hub,
        readiness: watch::readiness(&t, &knowledge, engine.as_ref()),
        metrics: metrics.clone(),
        tasks: tasks.clone(),
        zones: zones.clone(),
        chat_pages: ChatPages::on(&base.config.chat.page_origins),
        demo: Demo(mode == Mode::Demo),
    };
    let (failed, server_failed) = mpsc::channel(4);
    let mut servers = Vec::new();
    for b in bound {
        let zone = b.zone.as_str();
        let (server, handle) = http::serve(b, services.clone())?;
        servers.push(handle);
        let failed = failed.clone();
        tasks.spawn("http", async move {
            if let Err(e) = server.await {
                drop(failed.send(format!("{zone}: {e}")).await);
            }
        });
    }
    systemd::ready("serving");
    let stop = tasks.stop();
    tasks.spawn("watchdog", async move { systemd::feed_watchdog(stop, || true).await });
    Ok(Running { zones, base, services, tasks, servers, server_failed })
}

impl Running {
    /// Serves until SIGTERM or SIGINT, then drains: no new requests, open ones end, sockets are told to reconnect, background work ends.
    pub async fn until_told_to_stop(mut self) -> Result<()> {
        let internal = |e: std::io::Error| ErrorCode::Internal.caused_by(e);
        let (mut term, mut int) =
            (signal(SignalKind::terminate()).map_err(internal)?, signal(SignalKind::interrupt()).map_err(internal)?);
        let failure = tokio::select! {
            _ = term.recv() => None,
            _ = int.recv() => None,
            reason = self.server_failed.recv() => reason,
        };
        self.stop().await?;
        match failure {
            None => Ok(()),
            Some(reason) => Err(ErrorCode::Internal.because(reason)),
        }
    }

    /// Drains and stops. What was acknowledged is committed; what was not is sent again by its client.
    pub async fn stop(self) -> Result<()> {
        systemd::stopping("draining");
        tracing::info!("stopping");
        let t = &self.base.transactions;
        let system = Caller::system(self.base.org_id, "guitai");
        if let Err(e) = t.perform(&system, AuditDraft::new(Action::ServiceStop), async |_| Ok(())).await {
            tracing::error!(error = ?e, "the stop could not be recorded");
        }
        // The signal closes the sockets (1012); then the servers take no new request and end the open ones.
        self.tasks.stop().cancel();
        futures::future::join_all(self.servers.iter().map(|s| s.stop(true))).await;
        self.tasks.drain(DRAIN).await;
        t.db().close();
        let Base { cluster, .. } = self.base;
        match cluster {
            Some(cluster) => blocking(move || cluster.stop()).await,
            None => Ok(()),
        }
    }
}

fn spawn<F>(tasks: &Tasks, name: &'static str, work: impl FnOnce(tokio_util::sync::CancellationToken) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    tasks.spawn(name, work(tasks.stop()));
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| ErrorCode::Internal.caused_by(e))?
}

/// The speech engine, when a model is configured: a supervised child of this very program.
fn start_engine(config: &Config, metrics: &Metrics, tasks: &Tasks) -> Result<Option<Arc<Supervisor>>> {
    let Some(model) = &config.inference.asr_model_dir else { return Ok(None) };
    let program = std::env::current_exe().map_err(|e| ErrorCode::Internal.caused_by(e))?;
    let mut engine = EngineConfig::new(program, EngineKind::Asr, model.clone());
    let cores = Hardware::detect().usable_cores();
    let threads = if config.inference.asr_threads == 0 { cores / 2 } else { config.inference.asr_threads };
    engine.threads = std::num::NonZeroUsize::new(threads).unwrap_or(std::num::NonZeroUsize::MIN);
    let supervisor = Arc::new(Supervisor::start(engine, tasks));
    let (mut state, restarts) = (supervisor.state(), metrics.engine_restarts.with_label_values(&["asr"]));
    let stop = tasks.stop();
    tasks.spawn("engine.watch", async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = state.changed() => if changed.is_err() { return },
            }
            if let EngineState::Down { reason } = &*state.borrow_and_update() {
                restarts.inc();
                tracing::warn!(engine = "asr", reason, "the engine went down and is started again");
            }
        }
    });
    Ok(Some(supervisor))
}

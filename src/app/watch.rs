//! What is looked at while the program runs: whether it is ready, whether the keys' provider is there, and the gauges that need a query.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use guitai_sdf::client::NOTICED_WITHIN;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::blocking;
use crate::audit::{Action, AuditDraft, Caller};
use crate::crypto::provider::NOT_CERTIFIED;
use crate::db::{self, KeyStore};
use crate::error::{ErrorCode, Result};
use crate::http::{Check, Readiness};
use crate::inference::{EngineState, Supervisor};
use crate::jobs;
use crate::knowledge::Knowledge;
use crate::search_content::ContentSearch;
use crate::telemetry::metrics::Metrics;
use crate::transaction::Transactions;

/// How often gauges that need a query are read.
const GAUGES: Duration = Duration::from_secs(10);
/// How often the provider of the root key is asked whether it is there, and how long its answer is waited for: nothing new may be sealed ten seconds
/// after it has gone, of which a provider of devices takes its part to notice.
const KEY_LEASE_RENEWAL: Duration = Duration::from_secs(1);
const KEY_LEASE_PATIENCE: Duration = Duration::from_secs(2);
const _: () = assert!(
    NOTICED_WITHIN.as_millis() + KEY_LEASE_RENEWAL.as_millis() + KEY_LEASE_PATIENCE.as_millis() < 10_000,
    "a device that is gone is noticed too late"
);
/// When it is tried again to put on record that the provider has gone or come back.
const RECORD_AGAIN: Duration = Duration::from_secs(2);

/// What `/readyz` asks.
pub(super) fn readiness(t: &Transactions, knowledge: &Knowledge, engine: Option<&Arc<Supervisor>>) -> Readiness {
    let mut checks = Vec::new();
    let transactions = t.clone();
    checks.push(check("database", true, move || {
        let t = transactions.clone();
        async move {
            let mut conn = t.db().connection().await.map_err(|e| e.to_string())?;
            db::ping(&mut conn).await.map(|()| None).map_err(|e| e.to_string())
        }
        .boxed()
    }));
    let keys = Arc::clone(t.keys());
    checks.push(check("crypto", true, move || {
        let provider = keys.keyring().provider();
        let remark = (!provider.certified()).then(|| NOT_CERTIFIED.to_owned());
        let now = provider.ready().map(|()| remark).map_err(|e| e.to_string());
        async move { now }.boxed()
    }));
    let articles = knowledge.clone();
    checks.push(check("search", false, move || {
        let ready = articles.is_ready();
        async move { if ready { Ok(None) } else { Err("the article index is being rebuilt".to_owned()) } }.boxed()
    }));
    if let Some(engine) = engine {
        let state = engine.state();
        checks.push(check("engine.asr", false, move || {
            let now = match &*state.borrow() {
                EngineState::Ready(_) => Ok(None),
                EngineState::Starting => Err("loading the model".to_owned()),
                EngineState::Down { reason } => Err(reason.clone()),
            };
            async move { now }.boxed()
        }));
    }
    Readiness(Arc::new(checks))
}

fn check(
    name: &'static str,
    required: bool,
    probe: impl Fn() -> BoxFuture<'static, std::result::Result<Option<String>, String>> + Send + Sync + 'static,
) -> Check {
    Check { name, required, probe: Arc::new(probe) }
}

/// Asks the provider of the root key again and again whether it is there, and has it put on record when it goes and when it comes back.
pub(super) async fn renew_key_lease(t: Transactions, system: Caller, m: Metrics, stop: CancellationToken) {
    let (changes, changed) = mpsc::unbounded_channel();
    // Apart, because a database that does not answer must not keep us from asking.
    tokio::join!(ask_provider(t.keys(), &m, changes, stop), record_provider(&t, &system, changed));
}

/// A device may keep us waiting, so never on an async worker.
async fn ask_provider(
    keys: &Arc<KeyStore>,
    m: &Metrics,
    changes: mpsc::UnboundedSender<AuditDraft>,
    stop: CancellationToken,
) {
    let provider = keys.keyring().provider().name();
    let mut ticks = tokio::time::interval(KEY_LEASE_RENEWAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut was_away = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let asked = Arc::clone(keys);
        let answer = tokio::time::timeout(KEY_LEASE_PATIENCE, blocking(move || asked.renew_lease())).await;
        let away = match answer {
            Ok(Ok(())) => None,
            Ok(Err(e)) => Some(e),
            Err(_) => Some(ErrorCode::KeyUnavailable.because("no answer")),
        };
        if away.is_some() {
            keys.stop_sealing();
        }
        keys.forget_expired();
        m.key_provider_ready.set(i64::from(away.is_none()));
        let change = match (&away, was_away) {
            (Some(reason), false) => {
                tracing::error!(
                    ?reason,
                    "the provider of the root key is away; nothing new is sealed, keys in use open for their lease"
                );
                Some(AuditDraft::new(Action::KeyProviderAway).detail("code", reason.code().code()))
            }
            (None, true) => {
                tracing::info!("the provider of the root key is back");
                Some(AuditDraft::new(Action::KeyProviderBack))
            }
            _ => None,
        };
        was_away = away.is_some();
        if let Some(draft) = change {
            // Whoever records ends with us and not before.
            drop(changes.send(draft.detail("provider", provider)));
        }
    }
}

/// Writes down what has happened, each as soon as the ledger can be written.
async fn record_provider(t: &Transactions, system: &Caller, mut changed: mpsc::UnboundedReceiver<AuditDraft>) {
    while let Some(draft) = changed.recv().await {
        let draft = draft.detail("at", t.now().to_rfc3339());
        while let Err(e) = t.perform(system, draft.clone(), async |_| Ok(())).await {
            tracing::error!(error = ?e, "that the provider of the root key has gone or come back is not on record yet");
            if changed.is_closed() {
                return;
            }
            tokio::time::sleep(RECORD_AGAIN).await;
        }
    }
}

/// Reads the gauges that need a query.
pub(super) async fn gauges(t: Transactions, search: ContentSearch, m: Metrics, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(GAUGES);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(e) = read_gauges(&t, &m).await {
            tracing::warn!(error = %e, "gauges could not be read");
        }
        if let Some(memory) = search.memory() {
            let bytes = |kind: &str, n: usize| {
                m.search_memory.with_label_values(&[kind]).set(i64::try_from(n).unwrap_or(i64::MAX));
            };
            bytes("budget", memory.budget_bytes);
            bytes("resident", memory.resident_bytes);
            for (result, reads) in [("hit", memory.hits), ("miss", memory.misses)] {
                let counter = m.search_reads.with_label_values(&[result]);
                counter.inc_by(reads.saturating_sub(counter.get()));
            }
        }
    }
}

async fn read_gauges(t: &Transactions, m: &Metrics) -> Result<()> {
    let usage = t.db().usage();
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    m.db_pool_connections.with_label_values(&["in_use"]).set(number(usage.in_use));
    m.db_pool_size_limit.set(number(usage.limit));
    m.db_pool_waiting.set(number(usage.waiting));
    let mut conn = t.db().connection().await?;
    let (waiting, oldest) = t.ledger().waiting(&mut conn).await?;
    m.audit_records.with_label_values(&["unsealed"]).set(waiting);
    let age = oldest.map_or(0.0, |at| (t.now() - at).as_seconds_f64());
    m.audit_oldest_unsealed_age.set(age);
    let backlogs = crate::eventlog::backlogs(&mut conn).await?;
    m.outbox_depth.set(backlogs.iter().map(|b| b.pending).sum());
    let oldest = backlogs.iter().filter_map(|b| b.oldest).min();
    m.outbox_oldest_age.set(oldest.map_or(0.0, |at| (t.now() - at).as_seconds_f64()));
    let jobs = jobs::counts(&mut conn, t.now()).await?;
    for (state, count) in
        [("ready", jobs.ready), ("running", jobs.running), ("waiting", jobs.waiting), ("failed", jobs.failed)]
    {
        m.jobs.with_label_values(&[state]).set(count);
    }
    for (state, count) in crate::conversations::counts(&mut conn).await? {
        m.conversations.with_label_values(&[state.as_str()]).set(count);
    }
    Ok(())
}

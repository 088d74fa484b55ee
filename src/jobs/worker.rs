//! Running jobs: claim, run under a renewed lease, finish.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use serde::de::DeserializeOwned;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::model::{JobKind, JobOutcome};
use super::store::{self, Claimed, Finish, NOTIFY_CHANNEL};
use crate::db::backoff::later;
use crate::db::ids::{JobId, OrgId};
use crate::db::{Backoff, Clock, Db, Listener, Notice};
use crate::error::{Error, ErrorCode, Result};

/// Failures that an attempt counts as when it does not count: a dependency was away, and may be for long.
const AWAY_FAILURES: u32 = 3;

/// Does one kind of work.
///
/// A job runs at least once, so `run` is idempotent. It ends soon after [`JobContext::cancelled`]; what it did by then must not matter. An
/// error that says a dependency is away (status 503) brings the job again for as long as it takes; any other counts as an attempt.
#[async_trait]
pub trait JobHandler: Send + Sync {
    fn kind(&self) -> JobKind;

    async fn run(&self, job: JobContext) -> Result<()>;
}

/// What a handler knows about the job it runs.
#[derive(Debug)]
pub struct JobContext {
    pub id: JobId,
    pub org_id: Option<OrgId>,
    /// From 1.
    pub attempt: i32,
    /// Cancelled when the job is, when it is another worker's, and when the process stops.
    pub cancelled: CancellationToken,
    payload: String,
    progress: watch::Sender<f32>,
}

impl JobContext {
    /// What was queued, as the type that its kind stands for.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.payload).map_err(|e| ErrorCode::Internal.caused_by(e).context("payload of a job"))
    }

    /// Says how far the work is, from 0 to 1. As often as one likes: it is stored now and then.
    pub fn progress(&self, done: f32) {
        self.progress.send_replace(done.clamp(0.0, 1.0));
    }
}

/// How jobs are run.
#[derive(Debug, Clone, Copy)]
pub struct WorkerSettings {
    /// Jobs that run at once.
    pub concurrency: usize,
    /// How often a worker looks by itself when nothing wakes it.
    pub poll: Duration,
    /// A job whose process died runs again after this; it is renewed three times as often.
    pub lease: Duration,
    /// How often progress is stored at most.
    pub report: Duration,
    /// How long a cancelled handler has to end by itself.
    pub grace: Duration,
    pub backoff: Backoff,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            concurrency: 4,
            poll: Duration::from_secs(1),
            lease: Duration::from_secs(60),
            report: Duration::from_millis(500),
            grace: Duration::from_secs(5),
            backoff: Backoff::new(Duration::from_secs(2), Duration::from_secs(600)),
        }
    }
}

type Observer = dyn Fn(&str, JobOutcome) + Send + Sync;

/// Runs the jobs of some kinds. Clones share everything; several nodes share the queue.
#[derive(Clone)]
pub struct Worker(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    listener: Listener,
    handlers: HashMap<JobKind, Arc<dyn JobHandler>>,
    settings: WorkerSettings,
    observer: Box<Observer>,
    /// The jobs that run here, to be looked at when somebody cancels one.
    running: Mutex<HashMap<JobId, Arc<Notify>>>,
}

impl Worker {
    /// `listener` listens on [`NOTIFY_CHANNEL`]; without it jobs are found by looking once per [`WorkerSettings::poll`]. `observer` is told
    /// the kind and the outcome of every run.
    pub fn new(
        db: Db,
        clock: Clock,
        listener: Listener,
        handlers: Vec<Arc<dyn JobHandler>>,
        settings: WorkerSettings,
        observer: impl Fn(&str, JobOutcome) + Send + Sync + 'static,
    ) -> Self {
        let handlers = handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        let (observer, running) = (Box::new(observer), Mutex::default());
        Self(Arc::new(Inner { db, clock, listener, handlers, settings, observer, running }))
    }

    /// Runs jobs until `stop`; then cancels those that run, gives them [`WorkerSettings::grace`], and gives back the ones that did not end.
    /// Run it on the main runtime.
    pub async fn run(&self, stop: CancellationToken) {
        let inner = &self.0;
        let mut notices = inner.listener.subscribe(NOTIFY_CHANNEL);
        let mut poll = interval(inner.settings.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            let free = inner.settings.concurrency.saturating_sub(running.len());
            match inner.claim(free).await {
                Ok(claimed) => {
                    for job in claimed {
                        let (inner, stop) = (Arc::clone(inner), stop.clone());
                        running.spawn(async move { inner.run(job, stop).await });
                    }
                }
                Err(e) => tracing::warn!(error = ?e, "jobs cannot be claimed"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = running.join_next() => while running.try_join_next().is_some() {},
                notice = notices.next() => {
                    inner.look_at(&notice);
                    while let Some(notice) = notices.ready() {
                        inner.look_at(&notice);
                    }
                }
                _ = poll.tick() => inner.give_up_abandoned().await,
            }
        }
        while running.join_next().await.is_some() {}
    }
}

/// How the handler's part of a run ended.
enum Ended {
    Handled(Result<()>),
    /// The job was cancelled, or is another worker's.
    Lost,
    /// The process stops and the handler did not end in time.
    Unfinished,
}

impl Inner {
    async fn claim(&self, limit: usize) -> Result<Vec<Claimed>> {
        if limit == 0 || self.handlers.is_empty() {
            return Ok(Vec::new());
        }
        let kinds: Vec<_> = self.handlers.keys().copied().collect();
        let (now, limit) = (self.clock.now(), i64::try_from(limit).unwrap_or(i64::MAX));
        store::claim(&mut *self.db.connection().await?, &kinds, limit, now, later(now, self.settings.lease)).await
    }

    async fn give_up_abandoned(&self) {
        let given_up = async { store::fail_abandoned(&mut *self.db.connection().await?, self.clock.now()).await };
        match given_up.await {
            Ok(ids) => {
                for id in ids {
                    tracing::error!(job.id = %id, "job given up: its worker ended in every attempt");
                }
            }
            Err(e) => tracing::warn!(error = ?e, "abandoned jobs cannot be looked for"),
        }
    }

    /// Has the job of a notice, or every one after a gap, ask whether it is still to be run here.
    fn look_at(&self, notice: &Notice) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match notice {
            Notice::Notified(id) => {
                if let Some(look) = id.parse().ok().and_then(|id: JobId| running.get(&id)) {
                    look.notify_one();
                }
            }
            Notice::Missed => running.values().for_each(|look| look.notify_one()),
        }
    }

    async fn run(&self, job: Claimed, stop: CancellationToken) {
        let look = Arc::new(Notify::new());
        let entry = Entry { inner: self, id: job.id, look: Arc::clone(&look) };
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(job.id, Arc::clone(&look));
        let ended = self.handle(&job, &look, &stop).await;
        drop(entry);
        let outcome = self.finish(&job, ended).await;
        (self.observer)(&job.kind, outcome);
    }

    /// Runs the handler and keeps the lease meanwhile.
    async fn handle(&self, job: &Claimed, look: &Notify, stop: &CancellationToken) -> Ended {
        let Some(handler) = self.handlers.get(job.kind.as_str()) else {
            return Ended::Handled(Err(ErrorCode::Internal.because("a job of a kind that was not asked for")));
        };
        let cancelled = CancellationToken::new();
        // Also when this future is dropped, so that work on a thread of its own ends with it.
        let _over = cancelled.clone().drop_guard();
        let (progress, mut reported) = watch::channel(0.0);
        let context = JobContext {
            id: job.id,
            org_id: job.org_id,
            attempt: job.attempts,
            cancelled: cancelled.clone(),
            payload: job.payload.clone(),
            progress,
        };
        let mut work = AssertUnwindSafe(handler.run(context)).catch_unwind();
        let mut renew = interval(self.settings.lease / 3);
        let mut report = interval(self.settings.report);
        for timer in [&mut renew, &mut report] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
            timer.reset();
        }
        let interrupted = loop {
            tokio::select! {
                biased;
                ended = &mut work => return Ended::Handled(ended.unwrap_or_else(panicked)),
                () = stop.cancelled() => break Ended::Unfinished,
                () = look.notified() => {}
                _ = renew.tick() => {}
                _ = report.tick() => if !reported.has_changed().unwrap_or(false) { continue },
            }
            let done = *reported.borrow_and_update();
            let until = later(self.clock.now(), self.settings.lease);
            let renewed = async { store::renew(&mut *self.db.connection().await?, job, done, until).await };
            match renewed.await {
                Ok(true) => renew.reset(),
                Ok(false) => break Ended::Lost,
                Err(e) => tracing::warn!(job.id = %job.id, error = ?e, "lease of a job not renewed"),
            }
        };
        cancelled.cancel();
        match (tokio::time::timeout(self.settings.grace, work).await, interrupted) {
            (Ok(ended), Ended::Unfinished) => Ended::Handled(ended.unwrap_or_else(panicked)),
            (_, interrupted) => interrupted,
        }
    }

    async fn finish(&self, job: &Claimed, ended: Ended) -> JobOutcome {
        let now = self.clock.now();
        let (finish, outcome) = match ended {
            Ended::Lost => {
                tracing::info!(job.id = %job.id, job.kind = job.kind, "job cancelled, or taken over by another worker");
                return JobOutcome::Lost;
            }
            Ended::Handled(Ok(())) => (Finish::Done, JobOutcome::Done),
            Ended::Handled(Err(e)) => self.after_error(job, &e),
            Ended::Unfinished => (Finish::Again { at: now, error: None, counts: false }, JobOutcome::Retry),
        };
        let finishing = async { store::finish(&mut *self.db.connection().await?, job, finish, now).await };
        match finishing.await {
            Ok(true) => outcome,
            Ok(false) => {
                tracing::warn!(job.id = %job.id, job.kind = job.kind, "job was another worker's, or cancelled, when it ended");
                JobOutcome::Lost
            }
            Err(e) => {
                tracing::warn!(job.id = %job.id, job.kind = job.kind, error = ?e, "end of a job not stored; it runs again");
                JobOutcome::Retry
            }
        }
    }

    fn after_error(&self, job: &Claimed, error: &Error) -> (Finish, JobOutcome) {
        let (code, now) = (error.code(), self.clock.now());
        tracing::warn!(job.id = %job.id, job.kind = job.kind, attempt = job.attempts, error = ?error, "job not done");
        let failures = u32::try_from(job.attempts).unwrap_or(1);
        let again = |failures, counts| {
            let at = self.settings.backoff.next(failures, now);
            (Finish::Again { at, error: Some(code), counts }, JobOutcome::Retry)
        };
        if code.status() == 503 {
            again(failures.max(AWAY_FAILURES), false)
        } else if job.attempts >= job.max_attempts {
            (Finish::Failed { error: code }, JobOutcome::Failed)
        } else {
            again(failures, true)
        }
    }
}

fn panicked<T>(_: T) -> Result<()> {
    Err(ErrorCode::Internal.because("a job's handler panicked"))
}

/// A job that runs here, until the run ends in any way.
struct Entry<'a> {
    inner: &'a Inner,
    id: JobId,
    look: Arc<Notify>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut running = self.inner.running.lock().unwrap_or_else(PoisonError::into_inner);
        // After a lost lease the same job may run here a second time; that entry is not ours.
        if running.get(&self.id).is_some_and(|look| Arc::ptr_eq(look, &self.look)) {
            running.remove(&self.id);
        }
    }
}

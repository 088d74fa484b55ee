//! The job queue: what is queued is done, by one worker at a time, whatever happens to workers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures::future::BoxFuture;
use guitai::audit::{Action, AuditDraft};
use guitai::db::ids::JobId;
use guitai::db::{Backoff, Listener};
use guitai::error::{ErrorCode, Result};
use guitai::jobs::{
    self, JobContext, JobFilter, JobHandler, JobKind, JobOutcome, JobState, JobStatus, NOTIFY_CHANNEL, NewJob,
    Priority, Schedule, Worker, WorkerSettings,
};
use guitai::transaction::Tx;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::core::TestCore;
use crate::support::wait::{until, within};

const KIND: JobKind = "test.work";
const LEASE: TimeDelta = TimeDelta::seconds(60);
const SETTINGS: WorkerSettings = WorkerSettings {
    concurrency: 1,
    poll: Duration::from_millis(10),
    lease: Duration::from_secs(60),
    report: Duration::from_millis(10),
    grace: Duration::from_millis(200),
    backoff: Backoff::new(Duration::from_secs(10), Duration::from_secs(40)),
};

/// What a test's handler does.
struct Scripted(Box<dyn Fn(JobContext) -> BoxFuture<'static, Result<()>> + Send + Sync>);

#[async_trait]
impl JobHandler for Scripted {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(&self, job: JobContext) -> Result<()> {
        (self.0)(job).await
    }
}

fn handler<F>(work: impl Fn(JobContext) -> F + Send + Sync + 'static) -> Arc<dyn JobHandler>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    Arc::new(Scripted(Box::new(move |job| Box::pin(work(job)))))
}

/// A queue with a clock that stands still.
struct Queue {
    core: TestCore,
    listener: Listener,
    outcomes: Arc<Mutex<Vec<JobOutcome>>>,
}

impl Queue {
    async fn create() -> Self {
        let core = TestCore::create().await;
        let listener = Listener::new(core.db.db().clone(), &[NOTIFY_CHANNEL]);
        Self { core, listener, outcomes: Arc::default() }
    }

    /// Starts a worker, as another process would.
    fn worker(&self, settings: WorkerSettings, handler: Arc<dyn JobHandler>) -> Node {
        let (db, clock, outcomes) = (self.core.db.db().clone(), self.core.clock.clock(), Arc::clone(&self.outcomes));
        let observer = move |kind: &str, outcome| {
            assert_eq!(kind, KIND);
            outcomes.lock().unwrap().push(outcome);
        };
        let worker = Worker::new(db, clock, self.listener.clone(), vec![handler], settings, observer);
        let stop = CancellationToken::new();
        let until = stop.clone();
        Node { stop, running: tokio::spawn(async move { worker.run(until).await }) }
    }

    async fn enqueue(&self, job: NewJob) -> Option<JobId> {
        jobs::enqueue(&mut *self.core.db.connection().await, job, self.core.clock.now()).await.unwrap()
    }

    async fn add(&self) -> JobId {
        self.enqueue(self.job()).await.unwrap()
    }

    fn job(&self) -> NewJob {
        NewJob::new(self.core.org, KIND, &serde_json::json!({ "n": 7 })).unwrap()
    }

    async fn get(&self, id: JobId) -> JobStatus {
        jobs::get(&mut *self.core.db.connection().await, id).await.unwrap()
    }

    async fn until(&self, id: JobId, state: JobState) -> JobStatus {
        until("the job changes its state", async || self.get(id).await.state == state).await;
        self.get(id).await
    }

    fn outcomes(&self) -> Vec<JobOutcome> {
        self.outcomes.lock().unwrap().clone()
    }
}

/// A process that runs jobs. Dropping it ends it as a kill would.
struct Node {
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Node {
    async fn stop(mut self) {
        self.stop.cancel();
        within("the worker stops", &mut self.running).await.unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// A handler that says when it was given a job and then waits to be let go on.
fn gated() -> (Arc<dyn JobHandler>, mpsc::UnboundedReceiver<JobId>, Arc<Notify>) {
    let (started, starts) = mpsc::unbounded_channel();
    let gate = Arc::new(Notify::new());
    let waits = Arc::clone(&gate);
    let handler = handler(move |job| {
        let (started, waits) = (started.clone(), Arc::clone(&waits));
        async move {
            started.send(job.id).unwrap();
            waits.notified().await;
            Ok(())
        }
    });
    (handler, starts, gate)
}

#[tokio::test]
async fn a_job_runs_when_the_act_that_queued_it_commits() {
    let queue = Queue::create().await;
    let transactions = queue.core.transactions(Vec::new());
    let caller = queue.core.caller();
    let job = queue.job();
    let queued = transactions
        .perform(&caller, AuditDraft::new(Action::RecordingImport), async move |tx: &mut Tx| tx.enqueue(job).await)
        .await
        .unwrap()
        .unwrap();
    let job = queue.job();
    let refused: Result<()> = transactions
        .perform(&caller, AuditDraft::new(Action::RecordingImport), async move |tx: &mut Tx| {
            tx.enqueue(job).await?;
            Err(ErrorCode::Conflict.into())
        })
        .await;
    assert!(refused.is_err());

    let seen = Arc::new(Mutex::new(Vec::new()));
    let sees = Arc::clone(&seen);
    let _node = queue.worker(
        SETTINGS,
        handler(move |job| {
            let payload: serde_json::Value = job.payload().unwrap();
            sees.lock().unwrap().push((job.id, job.org_id, job.attempt, payload["n"].clone()));
            async { Ok(()) }
        }),
    );
    let done = queue.until(queued, JobState::Done).await;
    assert_eq!((done.attempts, done.progress, done.error_code), (1, 1.0, None));
    assert_eq!(*seen.lock().unwrap(), [(queued, Some(queue.core.org), 1, 7.into())]);
    let all = jobs::list(&mut *queue.core.db.connection().await, &JobFilter::default(), 10).await.unwrap();
    assert_eq!(all.len(), 1);
}

#[tokio::test]
async fn a_notification_wakes_a_worker_that_would_sleep_on() {
    let queue = Queue::create().await;
    let stop = CancellationToken::new();
    let (listener, until_stop) = (queue.listener.clone(), stop.clone());
    let mut notices = queue.listener.subscribe(NOTIFY_CHANNEL);
    tokio::spawn(async move { listener.run(until_stop).await });
    let _listening: DropGuard = stop.drop_guard();
    within("the listener listens", notices.next()).await;

    let lazy = WorkerSettings { poll: Duration::from_secs(86_400), ..SETTINGS };
    let (handler, mut starts, gate) = gated();
    let _node = queue.worker(lazy, handler);
    let first = queue.add().await;
    assert_eq!(within("it is woken", starts.recv()).await, Some(first));
    // And a cancelled job is noticed long before its lease would have to be renewed.
    jobs::cancel(&mut *queue.core.db.connection().await, first, queue.core.clock.now()).await.unwrap();
    until("it lets go", async || queue.outcomes() == [JobOutcome::Lost]).await;
    let second = queue.add().await;
    assert_eq!(within("it is woken again", starts.recv()).await, Some(second));
    gate.notify_one();
    queue.until(second, JobState::Done).await;
    assert_eq!(queue.get(first).await.state, JobState::Cancelled);
}

#[tokio::test]
async fn the_urgent_runs_first_and_nothing_before_its_time() {
    let queue = Queue::create().await;
    let night = queue.enqueue(queue.job().priority(Priority::Night)).await.unwrap();
    let normal = queue.add().await;
    let tomorrow = Some(queue.core.clock.now() + TimeDelta::days(1));
    let later = NewJob { run_at: tomorrow, ..queue.job().priority(Priority::Interactive) };
    let later = queue.enqueue(later).await.unwrap();
    let urgent = queue.enqueue(queue.job().priority(Priority::Interactive)).await.unwrap();
    let counts = jobs::counts(&mut *queue.core.db.connection().await, queue.core.clock.now()).await.unwrap();
    assert_eq!((counts.ready, counts.waiting, counts.running, counts.failed), (3, 1, 0, 0));

    let order = Arc::new(Mutex::new(Vec::new()));
    let ordered = Arc::clone(&order);
    let _node = queue.worker(
        SETTINGS,
        handler(move |job| {
            ordered.lock().unwrap().push(job.id);
            async { Ok(()) }
        }),
    );
    queue.until(night, JobState::Done).await;
    assert_eq!(*order.lock().unwrap(), [urgent, normal, night]);
    assert_eq!(queue.get(later).await.state, JobState::Queued);
    queue.core.clock.advance(TimeDelta::days(1));
    queue.until(later, JobState::Done).await;
}

#[tokio::test]
async fn a_job_whose_worker_was_killed_runs_again_when_its_lease_has_run_out() {
    let queue = Queue::create().await;
    let (handler, mut starts, _gate) = gated();
    let job = queue.add().await;
    let node = queue.worker(SETTINGS, handler);
    within("it starts", starts.recv()).await;
    drop(node);

    let (handler, mut starts, gate) = gated();
    let _next = queue.worker(SETTINGS, handler);
    // What is queued behind it runs; the job itself is still the dead worker's.
    let behind = queue.add().await;
    assert_eq!(within("the next starts", starts.recv()).await, Some(behind));
    gate.notify_one();
    queue.until(behind, JobState::Done).await;
    assert_eq!(queue.get(job).await.state, JobState::Running);

    queue.core.clock.advance(LEASE);
    assert_eq!(within("it starts again", starts.recv()).await, Some(job));
    gate.notify_one();
    assert_eq!(queue.until(job, JobState::Done).await.attempts, 2);
}

#[tokio::test]
async fn a_job_that_kills_its_worker_every_time_is_given_up() {
    let queue = Queue::create().await;
    let job = queue.enqueue(NewJob { max_attempts: 2, ..queue.job() }).await.unwrap();
    for _ in 0..2 {
        let (handler, mut starts, _gate) = gated();
        let _node = queue.worker(SETTINGS, handler);
        within("it starts", starts.recv()).await;
        queue.core.clock.advance(LEASE);
    }
    let (handler, mut starts, _gate) = gated();
    let _node = queue.worker(SETTINGS, handler);
    let failed = queue.until(job, JobState::Failed).await;
    assert_eq!((failed.attempts, failed.error_code.as_deref()), (2, Some("job.worker_lost")));
    assert!(starts.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_never_run_one_job_at_the_same_time() {
    const JOBS: usize = 60;
    let queue = Queue::create().await;
    let (active, runs) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let work = || {
        let (active, runs) = (Arc::clone(&active), Arc::clone(&runs));
        handler(move |job: JobContext| {
            let (active, runs) = (Arc::clone(&active), Arc::clone(&runs));
            async move {
                assert!(!active.lock().unwrap().contains(&job.id), "it runs already");
                active.lock().unwrap().push(job.id);
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                active.lock().unwrap().retain(|id| *id != job.id);
                runs.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        })
    };
    let busy = WorkerSettings { concurrency: 4, ..SETTINGS };
    let _nodes = [queue.worker(busy, work()), queue.worker(busy, work())];
    for _ in 0..JOBS {
        queue.add().await;
    }
    let filter = JobFilter { state: Some(JobState::Done), kind: Some(KIND.to_owned()) };
    until("all are done", async || {
        jobs::list(&mut *queue.core.db.connection().await, &filter, 100).await.unwrap().len() == JOBS
    })
    .await;
    assert_eq!(runs.load(Ordering::Relaxed), JOBS);
}

#[tokio::test]
async fn a_worker_that_wakes_up_late_cannot_end_a_job_that_is_anothers() {
    let queue = Queue::create().await;
    let (late, mut late_starts, late_gate) = gated();
    let (next, mut next_starts, next_gate) = gated();
    let job = queue.add().await;
    let _late = queue.worker(SETTINGS, late);
    within("it starts", late_starts.recv()).await;
    let _next = queue.worker(SETTINGS, next);
    queue.core.clock.advance(LEASE);
    within("another takes it over", next_starts.recv()).await;

    late_gate.notify_one();
    until("the late one is refused", async || queue.outcomes() == [JobOutcome::Lost]).await;
    assert_eq!(queue.get(job).await.state, JobState::Running);
    next_gate.notify_one();
    assert_eq!(queue.until(job, JobState::Done).await.attempts, 2);
    until("the other is believed", async || queue.outcomes() == [JobOutcome::Lost, JobOutcome::Done]).await;
}

#[tokio::test]
async fn a_job_is_queued_once_until_it_has_ended() {
    let queue = Queue::create().await;
    let job = || queue.job().deduplicated("recording 1");
    let first = queue.enqueue(job()).await.unwrap();
    assert_eq!(queue.enqueue(job()).await, None);
    assert!(queue.enqueue(queue.job().deduplicated("recording 2")).await.is_some());
    let (handler, mut starts, gate) = gated();
    let _node = queue.worker(SETTINGS, handler);
    within("it starts", starts.recv()).await;
    assert_eq!(queue.enqueue(job()).await, None);
    gate.notify_one();
    queue.until(first, JobState::Done).await;
    assert!(queue.enqueue(job()).await.is_some());
}

#[tokio::test]
async fn a_failed_attempt_waits_ever_longer_until_the_last() {
    let queue = Queue::create().await;
    let job = queue.enqueue(NewJob { max_attempts: 3, ..queue.job() }).await.unwrap();
    let _node = queue.worker(SETTINGS, handler(|_| async { Err(ErrorCode::WavRefused.because("on purpose")) }));
    for (attempt, wait) in [(1, 10), (2, 20)] {
        until("the attempt is counted", async || queue.get(job).await.attempts == attempt).await;
        let status = queue.until(job, JobState::Queued).await;
        let wait = TimeDelta::seconds(wait);
        let next = status.run_at - queue.core.clock.now();
        assert!(next >= wait / 2 && next <= wait, "attempt {attempt} waits {next}");
        assert_eq!(status.error_code.as_deref(), Some("recording.wav_refused"));
        queue.core.clock.advance(wait);
    }
    let failed = queue.until(job, JobState::Failed).await;
    assert_eq!((failed.attempts, failed.error_code.as_deref()), (3, Some("recording.wav_refused")));
    until("it was told", async || queue.outcomes() == [JobOutcome::Retry, JobOutcome::Retry, JobOutcome::Failed]).await;
    let counts = jobs::counts(&mut *queue.core.db.connection().await, queue.core.clock.now()).await.unwrap();
    assert_eq!(counts.failed, 1);
}

#[tokio::test]
async fn what_is_away_costs_no_attempt_and_a_panic_costs_one() {
    let queue = Queue::create().await;
    let job = queue.enqueue(NewJob { max_attempts: 2, ..queue.job() }).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let _node = queue.worker(
        SETTINGS,
        handler(move |_| {
            let run = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                match run {
                    0..=3 => Err(ErrorCode::EngineUnavailable.into()),
                    4 => panic!("on purpose"),
                    _ => Ok(()),
                }
            }
        }),
    );
    for run in 1..=5 {
        until("it was tried", async || queue.outcomes().len() == run).await;
        let status = queue.get(job).await;
        assert_eq!((status.state, status.attempts), (JobState::Queued, if run == 5 { 1 } else { 0 }));
        queue.core.clock.advance(TimeDelta::seconds(40));
    }
    assert_eq!(queue.until(job, JobState::Done).await.attempts, 2);
}

#[tokio::test]
async fn an_operator_cancels_and_retries() {
    let queue = Queue::create().await;
    let now = queue.core.clock.now();
    let mut conn = queue.core.db.connection().await;
    let job = queue.enqueue(queue.job().deduplicated("one")).await.unwrap();
    assert_eq!(jobs::cancel(&mut conn, job, now).await.unwrap().state, JobState::Cancelled);
    let refused = |result: Result<JobStatus>| result.unwrap_err().code();
    assert_eq!(refused(jobs::cancel(&mut conn, job, now).await), ErrorCode::TransitionNotAllowed);
    assert_eq!(refused(jobs::cancel(&mut conn, JobId::fresh(), now).await), ErrorCode::NotFound);
    // Another has taken its place meanwhile.
    let other = queue.enqueue(queue.job().deduplicated("one")).await.unwrap();
    assert_eq!(refused(jobs::retry(&mut conn, job, now).await), ErrorCode::Conflict);
    assert_eq!(refused(jobs::retry(&mut conn, other, now).await), ErrorCode::TransitionNotAllowed);
    jobs::cancel(&mut conn, other, now).await.unwrap();
    let again = jobs::retry(&mut conn, job, now).await.unwrap();
    assert_eq!((again.state, again.attempts, again.finished_at), (JobState::Queued, 0, None));
    let _node = queue.worker(SETTINGS, handler(|_| async { Ok(()) }));
    queue.until(job, JobState::Done).await;
    assert_eq!(queue.get(other).await.state, JobState::Cancelled);
}

#[tokio::test]
async fn a_cancelled_handler_is_told_and_progress_is_seen() {
    let queue = Queue::create().await;
    let told = Arc::new(AtomicBool::new(false));
    let tells = Arc::clone(&told);
    // Without notifications it is the next renewal of the lease that finds the job cancelled.
    let settings = WorkerSettings { lease: Duration::from_millis(90), ..SETTINGS };
    let _node = queue.worker(
        settings,
        handler(move |job| {
            let tells = Arc::clone(&tells);
            async move {
                job.progress(0.25);
                job.cancelled.cancelled().await;
                tells.store(true, Ordering::Relaxed);
                Ok(())
            }
        }),
    );
    let job = queue.add().await;
    until("progress is stored", async || queue.get(job).await.progress == 0.25).await;
    jobs::cancel(&mut *queue.core.db.connection().await, job, queue.core.clock.now()).await.unwrap();
    until("the handler is told", async || told.load(Ordering::Relaxed)).await;
    until("its end counts for nothing", async || queue.outcomes() == [JobOutcome::Lost]).await;
    assert_eq!(queue.get(job).await.state, JobState::Cancelled);
}

#[tokio::test]
async fn a_worker_that_stops_gives_back_what_it_has_not_done() {
    let queue = Queue::create().await;
    let (deaf, mut starts, _gate) = gated();
    let job = queue.add().await;
    let node = queue.worker(SETTINGS, deaf);
    within("it starts", starts.recv()).await;
    node.stop().await;
    let status = queue.get(job).await;
    assert_eq!((status.state, status.attempts), (JobState::Queued, 0));
    let _next = queue.worker(SETTINGS, handler(|_| async { Ok(()) }));
    queue.until(job, JobState::Done).await;
}

#[tokio::test]
async fn a_schedule_enqueues_once_per_turn_however_many_nodes_there_are() {
    let queue = Queue::create().await;
    let nightly =
        Schedule { name: "test.nightly", every: Duration::from_secs(3600), kind: KIND, priority: Priority::Night };
    let mut conn = queue.core.db.connection().await;
    let now = queue.core.clock.now();
    let first = nightly.enqueue(&mut conn, now).await.unwrap().unwrap();
    assert_eq!(nightly.enqueue(&mut conn, now + TimeDelta::minutes(10)).await.unwrap(), None);
    // The last one is not done yet, so the next turn is left out.
    assert_eq!(nightly.enqueue(&mut conn, now + TimeDelta::hours(1)).await.unwrap(), None);
    let _node = queue.worker(SETTINGS, handler(|_| async { Ok(()) }));
    queue.until(first, JobState::Done).await;
    // Done, but the turn is over with.
    assert_eq!(nightly.enqueue(&mut conn, now + TimeDelta::minutes(59)).await.unwrap(), None);

    queue.core.clock.advance(TimeDelta::hours(5));
    let (db, clock, stop) = (queue.core.db.db().clone(), queue.core.clock.clock(), CancellationToken::new());
    let _stop = stop.clone().drop_guard();
    for _ in 0..2 {
        let (db, clock, stop) = (db.clone(), clock.clone(), stop.clone());
        tokio::spawn(async move { jobs::run_schedules(&db, &[nightly], &clock, &stop).await });
    }
    let filter = JobFilter { state: Some(JobState::Done), kind: None };
    until("the present turn is seen to", async || {
        jobs::list(&mut *queue.core.db.connection().await, &filter, 10).await.unwrap().len() == 2
    })
    .await;
    // The turns that passed meanwhile are not made up for.
    let all = jobs::list(&mut conn, &JobFilter::default(), 10).await.unwrap();
    assert_eq!(all.len(), 2);
}

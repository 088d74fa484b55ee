//! The parent's side: starts the child, hands it one request at a time, restarts it when it dies, and keeps every promise to callers.
//!
//! One task owns the child and everything about it; callers reach it through a bounded queue. What callers may rely on:
//! a full queue refuses at once (`Overloaded`); nobody waits past the deadline they gave (`EngineTimedOut`); a request whose child dies is
//! tried once more in the next one and then fails alone (`EngineUnavailable`), so that one poisoned recording does not stop
//! the others; while no child can be started, callers are told so instead of being kept.

use super::protocol::{Failure, Frame, Kind, ProtocolError, Reason, read_frame, write_audio, write_frame};
use super::{EngineInfo, EngineKind};
use crate::error::{Error, ErrorCode, Result};
use crate::inference::asr::{SpeechRecogniser, Transcript};
use crate::inference::audio::PcmChannels;
use crate::telemetry::tasks::Tasks;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use std::num::NonZeroUsize;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until, timeout, timeout_at};
use tokio_util::sync::DropGuard;

/// How a child is started and how patient its supervisor is.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The program to start, normally this one.
    pub program: PathBuf,
    pub kind: EngineKind,
    pub model: PathBuf,
    /// Threads of the child's arithmetic pools. Never more than the cores it has to itself: their barriers spin, and a shared core makes
    /// them ten times slower.
    pub threads: NonZeroUsize,
    /// Requests that may wait; the next one is refused.
    pub queue: NonZeroUsize,
    /// How long loading may take, from the start of the process to its hello.
    pub start_timeout: Duration,
    pub ping_interval: Duration,
    /// How long a ping, or the end of a request whose deadline has passed, may stay out before the child is killed.
    pub patience: Duration,
    /// Pause before a restart: the first, doubled after each failure up to the longest.
    pub restart_pause: Duration,
    pub longest_restart_pause: Duration,
}

impl EngineConfig {
    /// One thread, a queue of 64, and the usual patience.
    pub fn new(program: PathBuf, kind: EngineKind, model: PathBuf) -> Self {
        Self {
            program,
            kind,
            model,
            threads: NonZeroUsize::MIN,
            queue: NonZeroUsize::MIN.saturating_add(63),
            start_timeout: Duration::from_secs(60),
            ping_interval: Duration::from_secs(5),
            patience: Duration::from_secs(10),
            restart_pause: Duration::from_millis(200),
            longest_restart_pause: Duration::from_secs(30),
        }
    }
}

/// What a supervisor's child is doing, for readiness, metrics and people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineState {
    Starting,
    Ready(EngineInfo),
    /// It died or could not start; another start follows after a pause.
    Down {
        reason: String,
    },
}

struct Job {
    id: u64,
    audio: Arc<PcmChannels>,
    deadline: Instant,
    /// Children that died on it.
    deaths: u32,
    reply: oneshot::Sender<Result<Transcript>>,
}

impl Job {
    fn finish(self, outcome: Result<Transcript>) {
        // A caller that has gone does not want the answer.
        let _gone = self.reply.send(outcome);
    }
}

/// A supervised child. Dropping it, and the drain of the process, kill the child and answer whoever waits with `EngineUnavailable`.
pub struct Supervisor {
    jobs: mpsc::Sender<Job>,
    next_id: std::sync::atomic::AtomicU64,
    state: watch::Receiver<EngineState>,
    /// Ends the task that owns the child.
    _stop: DropGuard,
}

impl Supervisor {
    /// Starts the supervisor as one of `tasks` and returns at once; [`Supervisor::ready`] waits for the model. Needs a tokio runtime.
    pub fn start(config: EngineConfig, tasks: &Tasks) -> Self {
        let (jobs, queue) = mpsc::channel(config.queue.get());
        let (report, state) = watch::channel(EngineState::Starting);
        let stop = tasks.stop().child_token();
        let stopped = stop.clone();
        let keeper = Keeper { config, queue, report, held: None };
        // Dropping the keeper drops the child, which kills it, and the requests, whose callers are told.
        tasks.spawn("engine", async move {
            stopped.run_until_cancelled_owned(keeper.run()).await;
        });
        Self { jobs, next_id: 1.into(), state, _stop: stop.drop_guard() }
    }

    /// What the child is doing; the receiver wakes on every change.
    pub fn state(&self) -> watch::Receiver<EngineState> {
        self.state.clone()
    }

    /// Waits until the model is loaded and verified.
    ///
    /// # Errors
    /// `EngineUnavailable` with the last known reason when that takes longer than `within`.
    pub async fn ready(&self, within: Duration) -> Result<EngineInfo> {
        let mut state = self.state.clone();
        let ready = async { state.wait_for(|s| matches!(s, EngineState::Ready(_))).await.ok().map(|s| s.clone()) };
        match timeout(within, ready).await {
            Ok(Some(EngineState::Ready(info))) => Ok(info),
            _ => Err(ErrorCode::EngineUnavailable.because(match &*self.state.borrow() {
                EngineState::Down { reason } => reason.clone(),
                _ => "the model is not loaded yet".to_owned(),
            })),
        }
    }
}

#[async_trait::async_trait]
impl SpeechRecogniser for Supervisor {
    async fn transcribe(&self, audio: PcmChannels, deadline: Instant) -> Result<Transcript> {
        let (reply, answer) = oneshot::channel();
        let id = self.next_id.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let job = Job { id, audio: Arc::new(audio), deadline, deaths: 0, reply };
        self.jobs.try_send(job).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => {
                ErrorCode::Overloaded.because("too many recordings wait for the speech engine")
            }
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        match timeout_at(deadline, answer).await {
            Ok(outcome) => outcome.unwrap_or_else(|_| Err(gone())),
            Err(_) => Err(ErrorCode::EngineTimedOut.into()),
        }
    }
}

fn gone() -> Error {
    ErrorCode::EngineUnavailable.because("the speech engine has been stopped")
}

/// Why a child is not used any longer.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("the engine cannot be started: {0}")]
    Spawn(std::io::Error),
    #[error("the engine refused its model: {0}")]
    Model(String),
    #[error("the engine did not load its model in time")]
    SlowStart,
    #[error("the engine died")]
    Died,
    #[error("the engine does not answer")]
    Stuck,
    #[error("{0}")]
    Protocol(#[from] ProtocolError),
    #[error("the supervisor was dropped")]
    Unwanted,
}

/// A running child whose model is loaded.
struct Session {
    /// Kept for what dropping it does.
    _child: Child,
    /// A stream, because reading a frame must not be cancelled half-way: it keeps the read in progress between polls.
    frames: BoxStream<'static, Result<Frame, ProtocolError>>,
    to_child: OwnedWriteHalf,
    info: EngineInfo,
}

/// The task that owns the child.
struct Keeper {
    config: EngineConfig,
    queue: mpsc::Receiver<Job>,
    report: watch::Sender<EngineState>,
    /// The request that is with the child, or waits for the next one.
    held: Option<Job>,
}

impl Keeper {
    async fn run(mut self) {
        let mut pause = self.config.restart_pause;
        loop {
            self.report.send_replace(EngineState::Starting);
            let started = Instant::now();
            let (end, served) = match self.open().await {
                Ok(mut session) => {
                    tracing::info!(
                        engine.kind = self.config.kind.name(),
                        engine.pid = session.info.pid,
                        engine.model = session.info.model,
                        "engine is ready"
                    );
                    self.report.send_replace(EngineState::Ready(session.info.clone()));
                    self.serve(&mut session).await
                }
                Err(end) => (end, false),
            };
            if matches!(end, End::Unwanted) {
                return;
            }
            tracing::debug!(engine.kind = self.config.kind.name(), reason = %end, "engine is down");
            self.report.send_replace(EngineState::Down { reason: end.to_string() });
            self.after_death(&end);
            if served || started.elapsed() > self.config.longest_restart_pause {
                pause = self.config.restart_pause;
            }
            sleep(pause).await;
            pause = (pause * 2).min(self.config.longest_restart_pause);
        }
    }

    /// Decides what becomes of the requests when a child has ended.
    fn after_death(&mut self, end: &End) {
        let away = || ErrorCode::EngineUnavailable.because(end.to_string());
        if matches!(end, End::Spawn(_) | End::Model(_) | End::SlowStart) {
            // The next start will hardly go better; whoever waits is told now and may come back.
            let waiting = std::iter::from_fn(|| self.queue.try_recv().ok());
            self.held.take().into_iter().chain(waiting).for_each(|job| job.finish(Err(away())));
        } else if let Some(mut job) = self.held.take() {
            job.deaths += 1;
            if job.deaths > 1 {
                job.finish(Err(away().context("tried twice")));
            } else {
                self.held = Some(job);
            }
        }
    }

    /// Starts a child and waits for its hello.
    #[expect(clippy::disallowed_methods, reason = "this is the module that starts and supervises the engine children")]
    async fn open(&self) -> Result<Session, End> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().map_err(End::Spawn)?;
        ours.set_nonblocking(true).map_err(End::Spawn)?;
        let threads = self.config.threads.to_string();
        let child = Command::new(&self.config.program)
            .args(["engine", "--kind", self.config.kind.name(), "--model"])
            .arg(&self.config.model)
            .env("RAYON_NUM_THREADS", &threads)
            .env("CANDLE_NUM_THREADS", &threads)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            // A signal from the terminal is the parent's to act upon; the child ends when the socket closes.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(End::Spawn)?;
        let (from_child, to_child) = UnixStream::from_std(ours).map_err(End::Spawn)?.into_split();
        let frames = stream::unfold(from_child, async |mut from_child| {
            let frame = read_frame(&mut from_child).await.transpose()?;
            Some((frame, from_child))
        });
        let mut frames = frames.boxed();
        let hello = timeout(self.config.start_timeout, frames.next()).await.map_err(|_| End::SlowStart)?;
        let hello = match hello {
            None | Some(Err(ProtocolError::Io(_))) => return Err(End::Died),
            Some(frame) => frame?,
        };
        match hello.kind {
            Kind::Hello => Ok(Session { _child: child, frames, to_child, info: hello.meta()? }),
            Kind::Failure => Err(End::Model(hello.meta::<Failure>()?.detail)),
            _ => Err(ProtocolError::Garbage("no hello").into()),
        }
    }

    /// Serves requests until the child ends; also says whether it finished any.
    async fn serve(&mut self, session: &mut Session) -> (End, bool) {
        let mut served = false;
        let mut unanswered_since: Option<Instant> = None;
        let mut ping = interval_at(Instant::now() + self.config.ping_interval, self.config.ping_interval);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Its caller may have gone while there was no child.
        drop(self.held.take_if(|job| job.reply.is_closed()));
        if let Some(job) = &self.held
            && let Err(end) = Self::send(session, job, self.config.patience).await
        {
            return (end, served);
        }
        loop {
            let overdue = self.held.as_ref().map(|job| job.deadline + self.config.patience);
            let outcome = tokio::select! {
                frame = session.frames.next() => match frame {
                    None => Err(End::Died),
                    Some(Err(ProtocolError::Io(_))) => Err(End::Died),
                    Some(Err(garbage)) => Err(garbage.into()),
                    Some(Ok(frame)) if frame.kind == Kind::Pong => {
                        unanswered_since = None;
                        Ok(())
                    }
                    Some(Ok(frame)) => {
                        served = true;
                        self.answer(&frame)
                    }
                },
                job = self.queue.recv(), if self.held.is_none() => match job {
                    None => Err(End::Unwanted),
                    Some(job) if job.reply.is_closed() => Ok(()),
                    Some(job) => {
                        // Held first: if the child dies while it takes the request, the request is still known.
                        let job = self.held.insert(job);
                        Self::send(session, job, self.config.patience).await
                    }
                },
                () = abandoned(self.held.as_mut()) => {
                    let id = self.held.take().map_or(0, |job| job.id);
                    Self::write(session, &Frame::bare(Kind::Cancel, id), self.config.patience).await
                }
                () = at(overdue) => Err(End::Stuck),
                now = ping.tick() => match unanswered_since {
                    Some(since) if now - since >= self.config.patience => Err(End::Stuck),
                    _ => {
                        unanswered_since.get_or_insert(now);
                        Self::write(session, &Frame::bare(Kind::Ping, 0), self.config.patience).await
                    }
                },
            };
            if let Err(end) = outcome {
                return (end, served);
            }
        }
    }

    async fn send(session: &mut Session, job: &Job, patience: Duration) -> Result<(), End> {
        let left = job.deadline.saturating_duration_since(Instant::now());
        let limit_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        within(patience, write_audio(&mut session.to_child, job.id, &job.audio, limit_ms)).await
    }

    async fn write(session: &mut Session, frame: &Frame, patience: Duration) -> Result<(), End> {
        within(patience, write_frame(&mut session.to_child, frame)).await
    }

    /// Passes an answer on, unless it is for a request that was given up.
    fn answer(&mut self, frame: &Frame) -> Result<(), End> {
        let outcome = match frame.kind {
            Kind::Transcript => Ok(frame.meta::<Transcript>()?),
            Kind::Failure => Err(refusal(frame.meta()?)),
            _ => return Err(ProtocolError::Garbage("a kind of frame that only a parent sends").into()),
        };
        if let Some(job) = self.held.take_if(|job| job.id == frame.id) {
            job.finish(outcome);
        }
        Ok(())
    }
}

fn refusal(failure: Failure) -> Error {
    let code = match failure.reason {
        Reason::TimedOut => ErrorCode::EngineTimedOut,
        Reason::BadAudio => ErrorCode::InvalidParameter,
        Reason::Busy => ErrorCode::Overloaded,
        Reason::Model | Reason::Internal => ErrorCode::EngineUnavailable,
    };
    code.because(failure.detail)
}

async fn within(patience: Duration, write: impl Future<Output = Result<(), ProtocolError>>) -> Result<(), End> {
    match timeout(patience, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(ProtocolError::Io(_))) => Err(End::Died),
        Ok(Err(e)) => Err(e.into()),
        Err(_) => Err(End::Stuck),
    }
}

/// Waits until the caller of `job` has gone; for ever when there is none.
async fn abandoned(job: Option<&mut Job>) {
    match job {
        Some(job) => job.reply.closed().await,
        None => std::future::pending().await,
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

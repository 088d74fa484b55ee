//! The child's side: load the model, say hello, transcribe one request after another.
//!
//! The async side only moves frames, so a ping is answered while the model works; the model runs on a thread of its own. A panic in
//! the model ends the process: the parent starts a new one, and only the request that caused it is lost.

use super::protocol::{Failure, Frame, Kind, ProtocolError, Reason, read_frame, write_frame};
use super::{EngineInfo, EngineKind};
use crate::crypto::process::forbid_dumps;
use crate::error::{Error, ErrorCode, Result};
use crate::inference::asr::{Control, Recogniser};
use crate::inference::audio::PcmChannels;
use std::collections::HashMap;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, mpsc as sync_mpsc};
use std::time::{Duration, Instant};
use tokio::io::AsyncRead;
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait inside the child. The parent sends one at a time; more can only follow a cancelled one.
const WAITING: usize = 4;

/// `guitai engine`: started by the program, not by hand.
#[derive(Debug, Clone, clap::Args)]
pub struct EngineArgs {
    /// 引擎类型 · what the engine does
    #[arg(long, value_enum)]
    pub kind: EngineKind,
    /// 模型目录（含 manifest.toml） · folder of the model, with its manifest.toml
    #[arg(long)]
    pub model: PathBuf,
}

/// A request on its way to the model's thread.
struct Work {
    id: u64,
    audio: PcmChannels,
    control: Arc<Control>,
}

/// The requests that wait or run, so that they can be cancelled.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<HashMap<u64, Arc<Control>>>>);

impl Running {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<u64, Arc<Control>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs the child until its parent closes the socket on its standard input.
///
/// # Errors
/// `ConfigInvalid` when standard input is not the parent's socket, `ModelRefused` when the model cannot be used (the parent has been
/// told), `Internal` when the model's thread died or the parent sent something that is not a frame.
pub async fn run_engine_child(args: EngineArgs) -> Result<()> {
    // As `main` did; whoever starts the engine otherwise gets it too, for its memory holds customers' speech.
    forbid_dumps()?;
    let (mut incoming, mut outgoing) = parent_socket()?.into_split();
    let (replies, mut to_send) = mpsc::channel::<Frame>(16);
    let (work, queue) = sync_mpsc::sync_channel::<Work>(WAITING);
    let (ending, mut ended) = oneshot::channel();
    let running = Running::default();

    let (thread_replies, thread_running) = (replies.clone(), running.clone());
    std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            // If the thread panics, `ending` is dropped unsent, and that is the message.
            let outcome = run_model(&args, &queue, &thread_running, &thread_replies);
            drop(thread_replies);
            let _nobody_waits_at_exit = ending.send(outcome);
        })
        .map_err(|e| ErrorCode::Internal.caused_by(e).context("the model's thread cannot be started"))?;

    let mut write = std::pin::pin!(async {
        while let Some(frame) = to_send.recv().await {
            write_frame(&mut outgoing, &frame).await?;
        }
        Ok::<_, ProtocolError>(())
    });
    let outcome = tokio::select! {
        outcome = serve(&mut incoming, &work, &running, replies) => return outcome,
        outcome = &mut write => return outcome.map_err(broken),
        outcome = &mut ended => outcome.unwrap_or_else(|_| Err(ErrorCode::Internal.because("the model's thread panicked"))),
    };
    // The thread is gone and so is every sender; what it said last still has to leave.
    write.await.map_err(broken)?;
    outcome
}

fn broken(error: ProtocolError) -> Error {
    ErrorCode::Internal.caused_by(error).context("the connection to the parent broke")
}

/// The socket that the parent put on standard input.
fn parent_socket() -> Result<UnixStream> {
    let by_hand = |e: std::io::Error| {
        ErrorCode::ConfigInvalid
            .caused_by(e)
            .context("'guitai engine' is started by the program itself and talks to it on a socket")
    };
    let descriptor = std::io::stdin().as_fd().try_clone_to_owned().map_err(by_hand)?;
    let socket = std::os::unix::net::UnixStream::from(descriptor);
    socket.local_addr().map_err(by_hand)?;
    socket.set_nonblocking(true).map_err(by_hand)?;
    UnixStream::from_std(socket).map_err(by_hand)
}

/// Takes frames from the parent until it closes the connection.
async fn serve(
    from: &mut (impl AsyncRead + Unpin),
    work: &sync_mpsc::SyncSender<Work>,
    running: &Running,
    replies: mpsc::Sender<Frame>,
) -> Result<()> {
    while let Some(frame) = read_frame(from).await.map_err(broken)? {
        let reply = match frame.kind {
            Kind::Ping => Some(Frame::bare(Kind::Pong, frame.id)),
            Kind::Cancel => {
                if let Some(control) = running.with(|r| r.remove(&frame.id)) {
                    control.cancelled.store(true, Ordering::Relaxed);
                }
                None
            }
            Kind::Transcribe => accept(&frame, work, running)?,
            _ => return Err(broken(ProtocolError::Garbage("a kind of frame that only a child sends"))),
        };
        if let Some(reply) = reply
            && replies.send(reply).await.is_err()
        {
            return Err(ErrorCode::Internal.because("the writer is gone"));
        }
    }
    Ok(())
}

/// Queues a request; a frame to send back when the queue is full.
fn accept(frame: &Frame, work: &sync_mpsc::SyncSender<Work>, running: &Running) -> Result<Option<Frame>> {
    let (meta, audio) = frame.audio().map_err(broken)?;
    // A limit beyond what the clock can say is no limit.
    let deadline = Instant::now().checked_add(Duration::from_millis(meta.time_limit_ms));
    let control = Arc::new(Control { deadline, ..Control::default() });
    running.with(|r| r.insert(frame.id, control.clone()));
    if work.try_send(Work { id: frame.id, audio, control }).is_ok() {
        return Ok(None);
    }
    running.with(|r| r.remove(&frame.id));
    failure(frame.id, Reason::Busy, "the engine has too much to do").map(Some)
}

fn failure(id: u64, reason: Reason, detail: &str) -> Result<Frame> {
    Frame::with_meta(Kind::Failure, id, &Failure { reason, detail: detail.to_owned() }).map_err(broken)
}

/// The model's thread: ends when the queue is closed or nobody takes its replies.
fn run_model(
    args: &EngineArgs,
    queue: &sync_mpsc::Receiver<Work>,
    running: &Running,
    replies: &mpsc::Sender<Frame>,
) -> Result<()> {
    let EngineKind::Asr = args.kind;
    let recogniser = match Recogniser::load(&args.model) {
        Ok(recogniser) => recogniser,
        Err(error) => {
            let said = replies.blocking_send(failure(0, Reason::Model, error.detail())?);
            return said.map_err(|_| ErrorCode::Internal.because("the writer is gone")).and(Err(error));
        }
    };
    let manifest = recogniser.manifest();
    let hello = Frame::with_meta(
        Kind::Hello,
        0,
        &EngineInfo {
            kind: args.kind,
            engine: recogniser.engine().to_owned(),
            model: manifest.title(),
            model_digest: manifest.digest.clone(),
            demo_model: manifest.demo,
            sample_rate_hz: manifest.sample_rate_hz,
            pid: std::process::id(),
        },
    );
    let mut reply = hello.map_err(broken)?;
    while replies.blocking_send(reply).is_ok() {
        let Ok(Work { id, audio, control }) = queue.recv() else { break };
        let outcome = recogniser.transcribe(&audio, &control);
        running.with(|r| r.remove(&id));
        reply = match outcome {
            Ok(transcript) => Frame::with_meta(Kind::Transcript, id, &transcript).map_err(broken)?,
            Err(error) => failure(id, reason(&error), error.detail())?,
        };
    }
    Ok(())
}

fn reason(error: &Error) -> Reason {
    match error.code() {
        ErrorCode::EngineTimedOut => Reason::TimedOut,
        ErrorCode::InvalidParameter => Reason::BadAudio,
        ErrorCode::ModelRefused => Reason::Model,
        _ => Reason::Internal,
    }
}

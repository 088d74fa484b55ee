//! The broker: the child process that has one vendor's library loaded and one device open.
//!
//! The main thread reads requests; session threads, each with a session of its own, carry them out; a watchdog looks at the clock. A
//! call into a library cannot be cancelled, so when one is over its limit the watchdog answers for it and ends the process: the
//! parent starts a new one, and a hung thread goes with the old. The same end comes after a lost device, a wrong answer, or a panic,
//! for a library's state is not to be trusted after any of them.

mod queue;
mod watchdog;
mod worker;

use crate::config::BrokerConfig;
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::{Library, process};
use crate::protocol::{ProtocolError, Reply, Request, read_frame, write_frame};
use crate::selftest;
use crate::session::Shared;
use nix::sys::signal::{Signal, kill};
use nix::sys::{prctl, resource};
use nix::unistd::Pid;
use queue::{Job, Queue};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use watchdog::Watchdog;
use worker::Worker;

/// A parent that does not take an answer for so long is gone or stands still.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the device may take to be closed at the end.
const CLOSING: Duration = Duration::from_secs(1);

/// Runs the broker until its parent closes the socket. To be called once, in a process of its own.
///
/// # Errors
/// What the parent was told as well: `Malformed` for a configuration or a root file that cannot be, and whatever opening the device, its
/// self-test or its loss gave.
pub fn serve(config: BrokerConfig, socket: UnixStream) -> Result<()> {
    harden()?;
    let broken = |e: std::io::Error| Error::malformed(format!("the broker's socket: {e}"));
    socket.set_write_timeout(Some(WRITE_TIMEOUT)).map_err(broken)?;
    let mut incoming = socket.try_clone().map_err(broken)?;
    let outgoing = Arc::new(Outgoing::new(socket));
    let shared = match prepare(config) {
        Ok(shared) => Arc::new(shared),
        Err(e) => {
            outgoing.end(&e);
            return Err(e);
        }
    };
    let queue = Arc::new(Queue::default());
    let watchdog = Arc::new(Watchdog::new(shared.config.device.sessions));
    let (on_guard, answering) = (watchdog.clone(), outgoing.clone());
    spawn("watchdog", move || on_guard.run(&answering))?;
    let (first_queue, first_outgoing) = (queue.clone(), outgoing.clone());
    queue.joined();
    spawn("session-0", move || start(&shared, &first_queue, &first_outgoing, &watchdog))?;

    let ended = read_requests(&mut incoming, &queue, &outgoing);
    queue.close();
    queue.wait_for_workers(CLOSING);
    match (outgoing.reason(), ended) {
        (Some(reason), _) => Err(reason),
        (None, ended) => ended,
    }
}

/// No core dump and no debugger: the memory holds keys. And no end by a signal that reaches the whole service or terminal: the program
/// still needs its keys while it drains, and closes the socket when it does not.
fn harden() -> Result<()> {
    let failed = |e| Error::new(ErrorKind::Unsupported, format!("core dumps and signals cannot be turned off: {e}"));
    // Under a service manager the limit is zero already, and a filter of system calls may forbid to set it again.
    if !matches!(resource::getrlimit(resource::Resource::RLIMIT_CORE), Ok((0, 0))) {
        resource::setrlimit(resource::Resource::RLIMIT_CORE, 0, 0).map_err(failed)?;
    }
    prctl::set_dumpable(false).map_err(failed)?;
    [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP].into_iter().try_for_each(process::ignore).map_err(failed)
}

fn prepare(config: BrokerConfig) -> Result<Shared> {
    let shared = Shared::new(config)?;
    if let Some(folder) = &shared.config.device.working_dir {
        std::env::set_current_dir(folder)
            .map_err(|e| Error::malformed(format!("working_dir {}: {e}", folder.display())))?;
    }
    Ok(shared)
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let run = move || {
        let _ends_with = EndsOnPanic;
        run();
    };
    let started = thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map(drop).map_err(|e| Error::new(ErrorKind::Busy, format!("a thread cannot be started: {e}")))
}

/// A thread that panicked leaves a session in a state that nobody knows.
struct EndsOnPanic;

impl Drop for EndsOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            end_process();
        }
    }
}

/// Ends this process without running a library's own exit code, which may hang as its calls do.
fn end_process() {
    // It cannot fail for the own process; should it all the same, the parent kills it.
    let _nothing_left_to_do = kill(Pid::this(), Signal::SIGKILL);
}

/// The first session thread: opens the device, tests it, says hello, starts the other threads, and then is one of them.
fn start(shared: &Arc<Shared>, queue: &Arc<Queue>, outgoing: &Arc<Outgoing>, watchdog: &Arc<Watchdog>) {
    let device = &shared.config.device;
    let opened = {
        let _watched = watchdog.watch(0, 0, Instant::now() + device.start_timeout());
        Library::load(&device.library)
            .map_err(Error::from)
            .and_then(|library| Ok(Arc::new(library).open(device.settings.as_deref())?))
            .and_then(|open| selftest::run(&open, shared).map(|(session, hello)| (open, session, hello)))
    };
    let (open, session, hello) = match opened {
        Ok(opened) => opened,
        Err(e) => {
            queue.left();
            return outgoing.end(&e);
        }
    };
    let can = session.tools.can;
    for number in 1..device.sessions {
        let (device, shared, queue, watchdog) = (open.clone(), shared.clone(), queue.clone(), watchdog.clone());
        let answers = outgoing.clone();
        queue.joined();
        let run =
            move || Worker { number, session: None, device, can, shared, queue, outgoing: answers, watchdog }.run();
        if let Err(e) = spawn(&format!("session-{number}"), run) {
            return outgoing.end(&e);
        }
    }
    outgoing.send(0, Reply::Hello(Box::new(hello)));
    let (shared, queue, outgoing, watchdog) = (shared.clone(), queue.clone(), outgoing.clone(), watchdog.clone());
    Worker { number: 0, session: Some(session), device: open, can, shared, queue, outgoing, watchdog }.run();
}

/// Takes requests until the parent closes the connection.
fn read_requests(incoming: &mut UnixStream, queue: &Queue, outgoing: &Outgoing) -> Result<()> {
    let broken = |e: ProtocolError| Error::malformed(format!("the connection to the parent: {e}"));
    while let Some((header, body)) = read_frame(incoming).map_err(broken)? {
        let urgent = matches!(Request::parse(header.kind, &body).map_err(broken)?, Request::Probe);
        let deadline = Instant::now() + Duration::from_millis(u64::from(header.limit_ms));
        let job = Job { id: header.id, kind: header.kind, body, deadline };
        if let Err(refused) = queue.put(job, urgent) {
            let busy = Error::new(ErrorKind::Busy, "too many requests wait for the device");
            outgoing.send(refused.id, Reply::Failed(busy));
        }
    }
    Ok(())
}

/// The way back to the parent, shared by all threads.
struct Outgoing {
    socket: Mutex<UnixStream>,
    reason: Mutex<Option<Error>>,
}

impl Outgoing {
    fn new(socket: UnixStream) -> Self {
        Outgoing { socket: Mutex::new(socket), reason: Mutex::new(None) }
    }

    /// Sends an answer. When that fails nobody is there to take it, so the connection is closed, which ends the process.
    fn send(&self, id: u64, reply: Reply) {
        let (kind, body) = reply.into_frame();
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        if write_frame(&mut *socket, kind, id, 0, &body).is_err() {
            let _closed_already = socket.shutdown(std::net::Shutdown::Both);
        }
    }

    /// Says why this process ends and closes the connection, upon which [`serve`] returns.
    fn end(&self, why: &Error) {
        self.send(0, Reply::Failed(why.clone()));
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.clone());
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let _closed_already = socket.shutdown(std::net::Shutdown::Both);
    }

    fn reason(&self) -> Option<Error> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

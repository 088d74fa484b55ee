//! One device's broker: its process, the connection to it, and the thread that keeps it running.

use super::BrokerCommand;
use super::pool::Pool;
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{Body, Hello, Reply, Request, read_frame, write_frame};
use std::collections::HashMap;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How much longer than its limit an answer is waited for: the broker answers for a hung device itself.
pub const GRACE: Duration = Duration::from_millis(500);
/// A broker that does not take a request for so long stands still.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a broker may take to close its device when the program ends.
const CLOSING: Duration = Duration::from_millis(1_500);
/// How long a broker that was killed may take to end before the program ends without it.
const UNKILLABLE: Duration = Duration::from_secs(1);
/// A device that was ready for so long starts again without the pauses of its earlier failures.
const SETTLED: Duration = Duration::from_secs(30);

/// A live connection to a broker.
pub struct Connection {
    socket: UnixStream,
    writer: Mutex<UnixStream>,
    /// Who waits for which answer; none when the connection has ended.
    waiting: Mutex<Option<HashMap<u64, SyncSender<Reply>>>>,
    next_id: AtomicU64,
}

impl Connection {
    fn new(socket: UnixStream) -> std::io::Result<Self> {
        socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
        let writer = Mutex::new(socket.try_clone()?);
        Ok(Connection { socket, writer, waiting: Mutex::new(Some(HashMap::new())), next_id: AtomicU64::new(1) })
    }

    fn waiting(&self) -> MutexGuard<'_, Option<HashMap<u64, SyncSender<Reply>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the broker and waits for its answer, not longer than `limit` and a little.
    ///
    /// # Errors
    /// The broker's, and `DeviceAway` when it died meanwhile.
    pub fn call(&self, request: Request<'_>, limit: Duration) -> Result<Body> {
        let died = || Error::new(ErrorKind::DeviceAway, "the device's broker ended during the call");
        // Counted from here, so that a broker that is slow to take the request gets no more time for it.
        let until = Instant::now() + limit + GRACE;
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = sync_channel(1);
        self.waiting().as_mut().ok_or_else(died)?.insert(id, reply);
        let limit_ms = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
        let written = {
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            write_frame(&mut *writer, request.kind(), id, limit_ms, &request.body())
        };
        if written.is_err() {
            // Part of a frame may have left: nothing that follows would be understood.
            self.close();
            return Err(died());
        }
        match answer.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Reply::Done(body)) => Ok(body),
            Ok(Reply::Failed(e)) => Err(e),
            Ok(Reply::Hello(_)) | Err(RecvTimeoutError::Disconnected) => Err(died()),
            Err(RecvTimeoutError::Timeout) => {
                // Its own watchdog should have spoken: it stands still as a whole.
                self.close();
                Err(Error::new(ErrorKind::Timeout, "the device's broker does not answer; it is ended and started anew"))
            }
        }
    }

    /// Ends the connection; the supervisor then ends the process.
    pub fn close(&self) {
        let _closed_already = self.socket.shutdown(Shutdown::Both);
    }

    fn answer(&self, id: u64, reply: Reply) {
        if let Some(waits) = self.waiting().as_mut().and_then(|waiting| waiting.remove(&id)) {
            // Who gave up waiting does not want it.
            let _gone = waits.send(reply);
        }
    }
}

/// Keeps the broker of device number `device` running until the pool stops.
pub fn supervise(pool: &Pool, device: usize) {
    let mut failures = 0_u32;
    while let Some(command) = pool.starting(device) {
        let end = run_once(pool, device, command);
        failures = if end.was_ready_for >= SETTLED { 1 } else { failures.saturating_add(1) };
        pool.lost(device, &end.why);
        let config = pool.config();
        let pause = config.restart_pause.saturating_mul(1 << failures.saturating_sub(1).min(16));
        pool.pause(device, pause.min(config.longest_restart_pause));
    }
}

/// How a broker's life ended.
struct End {
    why: Error,
    was_ready_for: Duration,
}

fn run_once(pool: &Pool, device: usize, command: &BrokerCommand) -> End {
    let unusable = |why: Error| End { why, was_ready_for: Duration::ZERO };
    let (mut child, mut incoming, connection) = match start(command) {
        Ok(started) => started,
        Err(e) => {
            let why = format!("the broker cannot be started ({}): {e}", command.program.display());
            return unusable(Error::new(ErrorKind::DeviceAway, why));
        }
    };
    let limit = pool.config().start_timeout;
    if !pool.connected(device, &connection) {
        connection.close();
    }
    let mut ready_since = None;
    let greeted = hello(&mut incoming, limit).and_then(|hello| pool.greeted(device, hello, &connection));
    let why = match greeted {
        Ok(()) => {
            ready_since = Some(Instant::now());
            pass_answers_on(&mut incoming, &connection)
        }
        Err(e) => Some(e),
    };
    // Nobody is to wait for what does not come any more, nor to ask.
    connection.close();
    drop(connection.waiting().take());
    let ended = |how: &str| Error::new(ErrorKind::DeviceAway, format!("the device's broker ended{how}"));
    // Before its process has ended, which may take long.
    pool.lost(device, why.as_ref().unwrap_or(&ended("")));
    let status = end(pool, &mut child);
    let why = why.unwrap_or_else(|| ended(&format!(" ({status})")));
    End { why, was_ready_for: ready_since.map_or(Duration::ZERO, |since| since.elapsed()) }
}

fn start(command: &BrokerCommand) -> std::io::Result<(Child, UnixStream, Arc<Connection>)> {
    let (ours, theirs) = UnixStream::pair()?;
    let connection = Arc::new(Connection::new(ours.try_clone()?)?);
    #[expect(clippy::disallowed_methods, reason = "this module supervises the brokers")]
    let child = Command::new(&command.program)
        .args(&command.args)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        // Libraries print what they like; what they complain about goes where the program's own complaints go.
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()?;
    Ok((child, ours, connection))
}

/// Waits for the broker to say that its device can be used, or why not.
fn hello(incoming: &mut UnixStream, limit: Duration) -> Result<Hello> {
    let silent =
        |e: &dyn std::fmt::Display| Error::new(ErrorKind::Timeout, format!("the device's broker does not start: {e}"));
    incoming.set_read_timeout(Some(limit)).map_err(|e| silent(&e))?;
    let frame = read_frame(incoming).map_err(|e| silent(&e))?;
    let (header, body) =
        frame.ok_or_else(|| Error::new(ErrorKind::DeviceAway, "the device's broker ended before it was ready"))?;
    incoming.set_read_timeout(None).map_err(|e| silent(&e))?;
    match Reply::parse(header.kind, body).map_err(|e| silent(&e))? {
        Reply::Hello(hello) => Ok(*hello),
        Reply::Failed(e) => Err(e),
        Reply::Done(_) => Err(silent(&"it answered before it was asked")),
    }
}

/// Hands answers to whoever waits for them until the connection ends; the reason that the broker gave, if it gave one.
fn pass_answers_on(incoming: &mut UnixStream, connection: &Connection) -> Option<Error> {
    let broken = |e: &dyn std::fmt::Display| Error::new(ErrorKind::DeviceAway, format!("the device's broker: {e}"));
    loop {
        let (header, body) = match read_frame(incoming) {
            Ok(Some(frame)) => frame,
            Ok(None) => return None,
            Err(e) => return Some(broken(&e)),
        };
        match Reply::parse(header.kind, body) {
            Ok(Reply::Failed(e)) if header.id == 0 => return Some(e),
            Ok(reply) => connection.answer(header.id, reply),
            Err(e) => return Some(broken(&e)),
        }
    }
}

/// Ends the process and takes its status. While the program runs, a broker that lost its connection has no claim to a slow end; when the
/// program stops, it may close its device first. One that is stuck in a driver does not end even when it is killed: no other is started beside
/// it, and the program ends without it.
fn end(pool: &Pool, child: &mut Child) -> String {
    let until = Instant::now() + CLOSING;
    while pool.stopping() && Instant::now() < until {
        match child.try_wait() {
            Ok(None) => pool.wait_a_moment(Duration::from_millis(10)),
            Ok(Some(_)) | Err(_) => break,
        }
    }
    // An error means that it has ended already.
    let _ended_already = child.kill();
    let until = Instant::now() + UNKILLABLE;
    loop {
        let late = Instant::now() >= until;
        match child.try_wait() {
            Ok(Some(status)) => return status.to_string(),
            Err(e) => return e.to_string(),
            Ok(None) if late && pool.stopping() => return "it does not end although it was killed".to_owned(),
            Ok(None) => pool.wait_a_moment(Duration::from_millis(if late { 1_000 } else { 5 })),
        }
    }
}

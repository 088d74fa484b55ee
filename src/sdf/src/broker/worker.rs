//! A session thread: takes requests and carries them out in a session of its own.

use super::Outgoing;
use super::queue::{Job, Queue};
use super::watchdog::Watchdog;
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::Device;
use crate::protocol::{Body, Reply, Request};
use crate::scheme::Abilities;
use crate::session::{Session, Shared};
use std::sync::Arc;
use std::time::Instant;
use zeroize::Zeroizing;

pub struct Worker {
    pub number: usize,
    /// Opened with the first request; closed after an error of the device, for it may be broken.
    pub session: Option<Session>,
    pub device: Arc<Device>,
    pub can: Abilities,
    pub shared: Arc<Shared>,
    pub queue: Arc<Queue>,
    pub outgoing: Arc<Outgoing>,
    pub watchdog: Arc<Watchdog>,
}

/// What became of a request.
enum Outcome {
    Answered(Result<Body>),
    /// The device is lost or answers wrongly: this process is of no more use.
    Fatal(Error),
    /// The device grants no further session.
    NoSession(Error),
}

impl Worker {
    /// Carries out requests until the queue is closed.
    pub fn run(mut self) {
        while let Some(job) = self.queue.take() {
            let now = Instant::now();
            if job.deadline <= now {
                let late = Error::new(ErrorKind::Timeout, "the request waited longer than its limit");
                self.outgoing.send(job.id, Reply::Failed(late));
                continue;
            }
            let outcome = {
                let limit = now + self.shared.config.device.call_timeout();
                let watchdog = self.watchdog.clone();
                let _watched = watchdog.watch(self.number, job.id, job.deadline.min(limit));
                self.carry_out(&job)
            };
            match outcome {
                Outcome::Answered(Ok(body)) => self.outgoing.send(job.id, Reply::Done(body)),
                Outcome::Answered(Err(e)) => self.outgoing.send(job.id, Reply::Failed(e)),
                Outcome::Fatal(e) => return self.give_up(&job, &e),
                Outcome::NoSession(e) => match self.queue.retire(job) {
                    Ok(()) => return,
                    Err(job) => return self.give_up(&job, &e),
                },
            }
        }
        // The session is closed before the thread counts as ended.
        let Worker { session, device, queue, .. } = self;
        drop(session);
        drop(device);
        queue.left();
    }

    fn give_up(&self, job: &Job, why: &Error) {
        self.queue.left();
        self.outgoing.send(job.id, Reply::Failed(why.clone()));
        self.outgoing.end(why);
    }

    fn carry_out(&mut self, job: &Job) -> Outcome {
        let request = match Request::parse(job.kind, &job.body) {
            Ok(request) => request,
            Err(e) => return Outcome::Answered(Err(Error::malformed(e.to_string()))),
        };
        let mut fresh = false;
        loop {
            let session = match &mut self.session {
                Some(session) => session,
                None => match Session::open(&self.device, self.can, self.shared.clone()) {
                    Ok(session) => {
                        fresh = true;
                        self.session.insert(session)
                    }
                    // A session that cannot be opened beside others is the device's limit; one in place of a lost one is the loss.
                    Err(e) if e.kind == ErrorKind::Refused => return Outcome::Answered(Err(e)),
                    Err(e) if fresh || e.code.is_none() => return Outcome::Fatal(e),
                    Err(e) => return Outcome::NoSession(e),
                },
            };
            let error = match execute(session, request) {
                Ok(body) => return Outcome::Answered(Ok(body)),
                Err(e) => e,
            };
            if error.code.is_some() || error.kind == ErrorKind::SelfTest {
                self.session = None;
            }
            match error.kind {
                ErrorKind::SelfTest => return Outcome::Fatal(error),
                // The session may be old and the device well: once more in a new one.
                ErrorKind::DeviceAway if !fresh => fresh = true,
                ErrorKind::DeviceAway => return Outcome::Fatal(error),
                _ => return Outcome::Answered(Err(error)),
            }
        }
    }
}

fn execute(session: &mut Session, request: Request<'_>) -> Result<Body> {
    let owned = |bytes: Vec<u8>| Zeroizing::new(bytes);
    match request {
        Request::Probe => session.probe().map(|()| owned(Vec::new())),
        Request::Random { bytes } => {
            let mut out = Zeroizing::new(vec![0; bytes]);
            session.random(&mut out).map(|()| out)
        }
        Request::Wrap { context, secret } => session.wrap(context, secret).map(owned),
        Request::Unwrap { context, wrapped } => session.unwrap(context, wrapped).map(|secret| owned(secret.to_vec())),
        Request::Derive { purpose } => session.derive(purpose).map(|secret| owned(secret.to_vec())),
        Request::Sign { digest } => session.sign(digest).map(|signature| owned(signature.to_vec())),
        Request::CreateRoot { id, version } => {
            session.create_root(id, version).map(|root| owned(root.to_text().into_bytes()))
        }
        Request::NewDataKey { context } => session.new_data_key(context).map(owned),
        Request::Encrypt { key, key_context, context, plain } => {
            session.encrypt(key, key_context, context, plain).map(owned)
        }
        Request::Decrypt { key, key_context, context, sealed } => session.decrypt(key, key_context, context, sealed),
    }
}

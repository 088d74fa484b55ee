//! The devices together: which can be used, and fail-over.

use super::link::Connection;
use super::{BrokerCommand, ClientConfig, DeviceState, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::pin::Stamp;
use crate::protocol::{Body, Hello, Request};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

struct Device {
    phase: Phase,
    since: Instant,
    last_error: Option<Error>,
    /// Why it was taken out of use by this side, until its broker is started anew.
    condemned: Option<Error>,
    hello: Option<Hello>,
    connection: Option<Arc<Connection>>,
    /// Number of the broker's life.
    starts: u64,
    /// The PIN's file as it was before the broker was started, which may have presented what stood there.
    pin: Option<Stamp>,
}

struct State {
    devices: Vec<Device>,
    public_key: Option<[u8; 65]>,
    /// None before a device was ready.
    roots: Option<Vec<(Uuid, u32)>>,
    stopping: bool,
}

/// All devices. One lock, one condition: changes are rare.
pub struct Pool {
    config: ClientConfig,
    state: Mutex<State>,
    changed: Condvar,
}

/// A device that can be asked now, in one life of its broker.
pub struct Candidate {
    device: usize,
    life: u64,
    pub connection: Arc<Connection>,
}

impl Pool {
    pub fn new(config: ClientConfig) -> Self {
        let now = Instant::now();
        let device = || Device {
            phase: Phase::Starting,
            since: now,
            last_error: None,
            condemned: None,
            hello: None,
            connection: None,
            starts: 0,
            pin: None,
        };
        let devices = config.devices.iter().map(|_| device()).collect();
        let state = State { devices, public_key: config.public_key, roots: None, stopping: false };
        Pool { config, state: Mutex::new(state), changed: Condvar::new() }
    }

    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, limit: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner).0
    }

    // What the supervisors tell.

    /// A broker is about to be started; `None` when none is to be.
    pub fn starting(&self, device: usize) -> Option<&BrokerCommand> {
        let pin = self.pin();
        let mut state = self.lock();
        if state.stopping {
            return None;
        }
        let starting = state.devices.get_mut(device)?;
        starting.starts += 1;
        starting.condemned = None;
        starting.pin = pin;
        drop(state);
        self.changed.notify_all();
        self.config.devices.get(device)
    }

    /// The connection is there, so that [`Pool::stop`] can end it; false when it is too late.
    pub fn connected(&self, device: usize, connection: &Arc<Connection>) -> bool {
        let mut state = self.lock();
        if let Some(device) = state.devices.get_mut(device) {
            device.connection = Some(connection.clone());
        }
        !state.stopping
    }

    /// The broker says that its device is well.
    ///
    /// # Errors
    /// `Altered` when the device does not have the same keys as the others.
    pub fn greeted(&self, device: usize, hello: Hello, connection: &Arc<Connection>) -> Result<()> {
        let mut state = self.lock();
        if state.public_key.is_some() && hello.public_key.is_some() && state.public_key != hello.public_key {
            return Err(Error::altered("this device has another signing key than the first one; it must not be used"));
        }
        if state.roots.as_ref().is_some_and(|roots| *roots != hello.roots) {
            return Err(Error::altered(
                "this device's broker has read other root keys than the first one; if the root file was changed since the program \
                 started, the program must be started anew",
            ));
        }
        state.public_key = state.public_key.or(hello.public_key);
        state.roots.get_or_insert_with(|| hello.roots.clone());
        if let Some(device) = state.devices.get_mut(device) {
            device.phase = Phase::Ready;
            device.since = Instant::now();
            device.hello = Some(hello);
            device.connection = Some(connection.clone());
        }
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// The broker has ended, or is about to be ended: from now on nobody counts on its device.
    pub fn lost(&self, device: usize, why: &Error) {
        if let Some(device) = self.lock().devices.get_mut(device) {
            // The broker alone says that people must act; what this side thinks of the device is a reason to start it anew.
            let phase = if why.kind == ErrorKind::Refused { Phase::Refused } else { Phase::Failing };
            let why = device.condemned.clone().unwrap_or_else(|| why.clone());
            device.lose(phase, why);
        }
        self.changed.notify_all();
    }

    /// Waits before the next start: `pause`, or, when the device refused the PIN, until people have changed its file.
    pub fn pause(&self, device: usize, pause: Duration) {
        let until = Instant::now() + pause;
        loop {
            let state = self.lock();
            let Some(waiting) = state.devices.get(device) else { return };
            let (refused, presented) = (waiting.phase == Phase::Refused, waiting.pin);
            let left = until.saturating_duration_since(Instant::now());
            if state.stopping || (left.is_zero() && !refused) {
                return;
            }
            drop(self.wait(state, if refused { self.config.longest_restart_pause } else { left }));
            if refused && self.pin() != presented {
                return;
            }
        }
    }

    /// The PIN's file as it is now. Never looked at under the lock, since a file system may take its time.
    fn pin(&self) -> Option<Stamp> {
        self.config.pin_file.as_deref().and_then(|file| Stamp::of(file).ok())
    }

    pub fn stopping(&self) -> bool {
        self.lock().stopping
    }

    /// A short wait, while a broker ends.
    pub fn wait_a_moment(&self, pause: Duration) {
        drop(self.wait(self.lock(), pause));
    }

    // What the client asks.

    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopping = true;
        for connection in state.devices.iter().filter_map(|device| device.connection.as_ref()) {
            connection.close();
        }
        drop(state);
        self.changed.notify_all();
    }

    pub fn public_key(&self) -> Option<[u8; 65]> {
        self.lock().public_key
    }

    pub fn roots(&self) -> Vec<(Uuid, u32)> {
        self.lock().roots.clone().unwrap_or_default()
    }

    pub fn state(&self) -> Vec<DeviceState> {
        let state = self.lock();
        let of = |(device, command): (&Device, &BrokerCommand)| DeviceState {
            name: command.name.clone(),
            phase: device.phase,
            since: device.since.elapsed(),
            last_error: device.last_error.clone(),
            hello: device.hello.clone(),
            starts: device.starts,
        };
        state.devices.iter().zip(&self.config.devices).map(of).collect()
    }

    /// Why no device can be used.
    fn away(&self, state: &State) -> Error {
        let refused = state.devices.iter().all(|device| device.phase == Phase::Refused);
        let reasons = state.devices.iter().zip(&self.config.devices).map(|(device, command)| {
            let reason = device.last_error.as_ref().map_or("it is being started", |e| e.detail.as_str());
            format!("{}: {reason}", command.name)
        });
        let detail = format!("no crypto device can be used ({})", reasons.collect::<Vec<_>>().join("; "));
        Error::new(if refused { ErrorKind::Refused } else { ErrorKind::DeviceAway }, detail)
    }

    pub fn ready(&self) -> Result<()> {
        let state = self.lock();
        if state.devices.iter().any(|device| device.phase == Phase::Ready) { Ok(()) } else { Err(self.away(&state)) }
    }

    pub fn wait_ready(&self, limit: Duration) -> Result<()> {
        let until = Instant::now() + limit;
        let mut state = self.lock();
        loop {
            if state.devices.iter().any(|device| device.phase == Phase::Ready) {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            let hopeless = state.devices.iter().all(|device| device.phase == Phase::Refused);
            if left.is_zero() || hopeless {
                return Err(self.away(&state));
            }
            state = self.wait(state, left);
        }
    }

    /// The first device that can be used and has not been asked in this life. Waits for one that was lost a moment ago, but not
    /// beyond `until`.
    fn candidate(&self, asked: &[(usize, u64)], until: Instant) -> Result<Candidate> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let fresh = state.devices.iter().enumerate().filter(|(at, device)| !asked.contains(&(*at, device.starts)));
            if let Some(found) = fresh.filter_map(|(at, device)| device.candidate(at)).next() {
                return Ok(found);
            }
            // A device that has been away for longer than a call may take is not waited for: its next try takes its own time.
            let hope = |device: &Device| match device.phase {
                Phase::Starting | Phase::Failing => now.duration_since(device.since) < self.config.give_up_after,
                // Asked and failed in this life, whose end has only not been noticed yet.
                Phase::Ready => true,
                Phase::Refused => false,
            };
            let left = until.saturating_duration_since(now);
            if left.is_zero() || state.stopping || !state.devices.iter().any(hope) {
                return Err(self.away(&state));
            }
            state = self.wait(state, left);
        }
    }

    /// Takes a device out of use at once, in the life in which it was asked. Its supervisor then ends its broker.
    pub fn condemn(&self, candidate: &Candidate, why: &Error) {
        if let Some(device) = self.lock().devices.get_mut(candidate.device)
            && device.starts == candidate.life
            && device.condemned.is_none()
        {
            device.condemned = Some(why.clone());
            device.lose(Phase::Failing, why.clone());
        }
        candidate.connection.close();
        self.changed.notify_all();
    }

    /// Asks one device after the other until one has answered.
    pub fn call(&self, request: Request<'_>) -> Result<Body> {
        let until = Instant::now() + self.config.give_up_after;
        let mut asked = Vec::new();
        let mut last: Option<Error> = None;
        let mut doubted: Option<(Candidate, Error)> = None;
        loop {
            // Once a device has given its verdict, or refused for good, another is asked only if it is there now.
            let wait_until = match &last {
                Some(e) if !is_passing(e.kind) => Instant::now(),
                _ => until,
            };
            let candidate = match self.candidate(&asked, wait_until) {
                Ok(candidate) => candidate,
                Err(away) => return Err(doubted.map(|(_, e)| e).or(last).unwrap_or(away)),
            };
            let left = until.saturating_duration_since(Instant::now());
            match candidate.connection.call(request, left.min(self.config.call_timeout)) {
                Ok(answer) => {
                    if let Some((other, e)) = doubted {
                        self.condemn(
                            &other,
                            &Error::new(ErrorKind::SelfTest, format!("another device disagreed: {e}")),
                        );
                    }
                    return Ok(answer);
                }
                Err(e) => {
                    asked.push((candidate.device, candidate.life));
                    let e = e.context(self.config.devices.get(candidate.device).map_or("", |d| d.name.as_str()));
                    if matches!(e.kind, ErrorKind::Malformed | ErrorKind::NoRoot) {
                        return Err(e);
                    }
                    if e.kind == ErrorKind::Altered {
                        if doubted.is_some() {
                            return Err(e);
                        }
                        doubted = Some((candidate, e.clone()));
                    }
                    last = Some(e);
                }
            }
        }
    }

    // What the probes ask.

    /// Waits until it is time for a probe; false when the pool stops.
    pub fn wait_for_probe(&self) -> bool {
        let until = Instant::now() + self.config.probe_interval;
        let mut state = self.lock();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if state.stopping || left.is_zero() {
                return !state.stopping;
            }
            state = self.wait(state, left);
        }
    }

    /// A device, when it can be asked now.
    pub fn ready_device(&self, device: usize) -> Option<Candidate> {
        self.lock().devices.get(device)?.candidate(device)
    }
}

impl Device {
    /// In this life, when it can be asked.
    fn candidate(&self, at: usize) -> Option<Candidate> {
        let connection = self.connection.clone().filter(|_| self.phase == Phase::Ready)?;
        Some(Candidate { device: at, life: self.starts, connection })
    }

    /// It is out of use, for this reason.
    fn lose(&mut self, phase: Phase, why: Error) {
        if self.phase != phase {
            self.phase = phase;
            self.since = Instant::now();
        }
        self.connection = None;
        self.last_error = Some(why);
    }
}

/// Whether waiting may help: the device, or another, may be back in a moment.
fn is_passing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DeviceAway | ErrorKind::Timeout | ErrorKind::SelfTest)
}

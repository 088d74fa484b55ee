//! The devices together: which can be used, fail-over, probes.

use super::link::{Connection, phase_after};
use super::{BrokerCommand, ClientConfig, DeviceState, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{Body, Hello, Request};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

struct Device {
    phase: Phase,
    since: Instant,
    last_error: Option<Error>,
    /// Why it was taken out of use by this side, until its broker has ended.
    condemned: Option<Error>,
    hello: Option<Hello>,
    connection: Option<Arc<Connection>>,
    /// Number of the broker's life.
    starts: u64,
    retry: bool,
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
struct Candidate {
    device: usize,
    life: u64,
    connection: Arc<Connection>,
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
            retry: false,
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
        let mut state = self.lock();
        if state.stopping {
            return None;
        }
        state.devices.get_mut(device)?.starts += 1;
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
        let other = |what: &str| {
            Err(Error::altered(&format!("this device has {what} than the first one; it must not be used")))
        };
        if state.public_key.is_some() && hello.public_key.is_some() && state.public_key != hello.public_key {
            return other("another signing key");
        }
        if state.roots.as_ref().is_some_and(|roots| *roots != hello.roots) {
            return other("other root keys");
        }
        state.public_key = state.public_key.or(hello.public_key);
        state.roots.get_or_insert_with(|| hello.roots.clone());
        if let Some(device) = state.devices.get_mut(device) {
            device.phase = Phase::Ready;
            device.since = Instant::now();
            device.hello = Some(hello);
            device.condemned = None;
            device.connection = Some(connection.clone());
        }
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// The broker has ended.
    pub fn ended(&self, device: usize, why: Error, latch: bool) {
        let mut state = self.lock();
        if let Some(device) = state.devices.get_mut(device) {
            let phase = phase_after(latch);
            if device.phase != phase {
                device.phase = phase;
                device.since = Instant::now();
            }
            device.connection = None;
            device.last_error = Some(device.condemned.take().unwrap_or(why));
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Waits before the next start: `pause`, or until somebody asks for it when the device refused.
    pub fn pause(&self, device: usize, pause: Duration) {
        let until = Instant::now() + pause;
        let mut state = self.lock();
        loop {
            let Some(device) = state.devices.get_mut(device) else { return };
            if std::mem::take(&mut device.retry) {
                return;
            }
            let refused = device.phase == Phase::Refused;
            let left = until.saturating_duration_since(Instant::now());
            if state.stopping || (left.is_zero() && !refused) {
                return;
            }
            state = self.wait(state, if refused { Duration::from_secs(60) } else { left });
        }
    }

    pub fn stopping(&self) -> bool {
        self.lock().stopping
    }

    /// A short wait, while a broker closes its device.
    pub fn pause_while_stopping(&self, pause: Duration) {
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

    pub fn retry_refused(&self) {
        for device in &mut self.lock().devices {
            device.retry = device.phase == Phase::Refused;
        }
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
            let ready = state.devices.iter().enumerate().filter(|(_, device)| device.phase == Phase::Ready);
            let found = ready.filter(|(at, device)| !asked.contains(&(*at, device.starts))).find_map(|(at, device)| {
                let connection = device.connection.clone()?;
                Some(Candidate { device: at, life: device.starts, connection })
            });
            if let Some(found) = found {
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

    /// Takes a device out of use, in the life in which it was asked.
    fn condemn(&self, candidate: &Candidate, why: &Error) {
        if let Some(device) = self.lock().devices.get_mut(candidate.device)
            && device.starts == candidate.life
        {
            device.condemned.get_or_insert_with(|| why.clone());
        }
        candidate.connection.close();
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

    // The probe's own thread.

    /// Asks every device from time to time whether it is well, until the pool stops.
    pub fn probe_all(&self) {
        loop {
            let until = Instant::now() + self.config.probe_interval;
            let mut state = self.lock();
            loop {
                if state.stopping {
                    return;
                }
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                state = self.wait(state, left);
            }
            let ready: Vec<Candidate> = state
                .devices
                .iter()
                .enumerate()
                .filter(|(_, device)| device.phase == Phase::Ready)
                .filter_map(|(at, device)| {
                    let connection = device.connection.clone()?;
                    Some(Candidate { device: at, life: device.starts, connection })
                })
                .collect();
            drop(state);
            for candidate in ready {
                match candidate.connection.call(Request::Probe, self.config.call_timeout) {
                    Ok(_) | Err(Error { kind: ErrorKind::Busy, .. }) => {}
                    Err(e) => self.condemn(&candidate, &e),
                }
            }
        }
    }
}

/// Whether waiting may help: the device, or another, may be back in a moment.
fn is_passing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DeviceAway | ErrorKind::Timeout | ErrorKind::SelfTest)
}

//! The program's side: keeps a broker running for every device, and goes over to the next device when one fails.
//!
//! All calls block and may come from many threads at once. What callers may rely on:
//! - A call ends within [`ClientConfig::give_up_after`]. It is tried on one device after the other, in the order of the configuration,
//!   and again on one that came back meanwhile. Every request may be repeated safely.
//! - While no device can be used and none has just been lost, calls fail at once with [`ErrorKind::DeviceAway`].
//! - "Altered" is said only after a second device, where there is one, has said so too; a device that alone says so is taken out of use.
//! - A device whose PIN was refused is left alone until people have changed the PIN's file, since devices lock a key after some attempts.
//! - [`Client::ready`] says that no device is there within [`NOTICED_WITHIN`] of the last one's end, its failure or its hanging.

mod link;
mod pool;
mod probe;

pub use probe::{CALL_TIMEOUT, NOTICED_WITHIN, PROBE_INTERVAL};

use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{Body, Hello, LARGEST_DATA, LARGEST_FIELD, LARGEST_RANDOM, Request};
use crate::root::Root;
use crate::scheme::wrap::SECRET;
use pool::Pool;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How a broker for one device is started. It finds its end of the socket on standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerCommand {
    /// The device's name, for people.
    pub name: String,
    /// The program to start, normally this one, and its arguments.
    pub program: PathBuf,
    pub args: Vec<OsString>,
}

/// Devices, and how patient the client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientConfig {
    /// In the order in which they are preferred.
    pub devices: Vec<BrokerCommand>,
    /// How long one device may take for one call.
    pub call_timeout: Duration,
    /// How long a call may take over all devices.
    pub give_up_after: Duration,
    /// Pause between two probes of a device, in which it is asked whether it is well.
    pub probe_interval: Duration,
    /// How long a device may take to be opened and tested.
    pub start_timeout: Duration,
    /// Pause before a restart: the first, doubled after each failure up to the longest.
    pub restart_pause: Duration,
    pub longest_restart_pause: Duration,
    /// The signing key that every device must have, `04 ‖ x ‖ y`; without one the key of the first device that answers is taken.
    pub public_key: Option<[u8; 65]>,
    /// The PIN's file of the brokers' configuration: a device that refused the PIN is tried again when this file has changed.
    pub pin_file: Option<PathBuf>,
}

impl ClientConfig {
    /// The usual patience: fail-over in less than ten seconds, and [`NOTICED_WITHIN`].
    pub fn new(devices: Vec<BrokerCommand>) -> Self {
        ClientConfig {
            devices,
            call_timeout: CALL_TIMEOUT,
            give_up_after: Duration::from_secs(9),
            probe_interval: PROBE_INTERVAL,
            start_timeout: Duration::from_secs(20),
            restart_pause: Duration::from_millis(200),
            longest_restart_pause: Duration::from_secs(10),
            public_key: None,
            pin_file: None,
        }
    }
}

/// What a device is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Its first start since the program came up is under way.
    Starting,
    /// It passed its self-test and answers.
    Ready,
    /// It failed and is started anew after a pause.
    Failing,
    /// It refused the PIN. It is left alone until the PIN's file changes ([`ClientConfig::pin_file`]).
    Refused,
}

/// A device's state, for the inventory, readiness and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceState {
    pub name: String,
    pub phase: Phase,
    /// How long it has been in this phase.
    pub since: Duration,
    /// Why it failed last, with the code as the standard's header names it.
    pub last_error: Option<Error>,
    /// What it said of itself when it was ready last.
    pub hello: Option<Hello>,
    /// How often its broker was started.
    pub starts: u64,
}

/// The devices. Dropping it ends their brokers.
pub struct Client {
    pool: Arc<Pool>,
    threads: Vec<JoinHandle<()>>,
}

impl Client {
    /// Starts a broker for each device and returns at once; [`Client::wait_ready`] waits for one of them.
    ///
    /// # Errors
    /// `Malformed` when there is no device or a name comes twice, `Busy` when no thread can be started.
    pub fn start(config: ClientConfig) -> Result<Self> {
        let names: std::collections::HashSet<&str> = config.devices.iter().map(|device| device.name.as_str()).collect();
        if names.is_empty() || names.len() != config.devices.len() {
            return Err(Error::malformed("devices: at least one, each with a name of its own"));
        }
        let count = config.devices.len();
        let mut client = Client { pool: Arc::new(Pool::new(config)), threads: Vec::new() };
        for device in 0..count {
            let pool = client.pool.clone();
            client.spawn(format!("sdf-device-{device}"), move || link::supervise(&pool, device))?;
            let pool = client.pool.clone();
            client.spawn(format!("sdf-probe-{device}"), move || probe::probe(&pool, device))?;
        }
        Ok(client)
    }

    fn spawn(&mut self, name: String, run: impl FnOnce() + Send + 'static) -> Result<()> {
        let started = thread::Builder::new().name(name).spawn(run);
        let started = started.map_err(|e| Error::new(ErrorKind::Busy, format!("a thread cannot be started: {e}")))?;
        self.threads.push(started);
        Ok(())
    }

    /// Whether a device can be used now. Never waits.
    ///
    /// # Errors
    /// `DeviceAway` with the reasons of all devices; `Refused` when all of them refused the PIN.
    pub fn ready(&self) -> Result<()> {
        self.pool.ready()
    }

    /// Waits until a device can be used, but not longer than `limit`. Errors as [`Client::ready`].
    pub fn wait_ready(&self, limit: Duration) -> Result<()> {
        self.pool.wait_ready(limit)
    }

    /// The devices in the order of the configuration.
    pub fn state(&self) -> Vec<DeviceState> {
        self.pool.state()
    }

    /// The signing key, `04 ‖ x ‖ y`, once a device has been ready; none when nothing is signed.
    pub fn public_key(&self) -> Option<[u8; 65]> {
        self.pool.public_key()
    }

    /// Id and version of all root keys that can unwrap, once a device has been ready; the last of them wrap. None before they are made.
    pub fn roots(&self) -> Vec<(Uuid, u32)> {
        self.pool.roots()
    }

    /// Fills `out` from a device's random generator.
    ///
    /// # Errors
    /// As every call: `DeviceAway`, `Timeout`, `Busy`, `SelfTest`, `Device`, `Refused`, `Unsupported`.
    pub fn random(&self, out: &mut [u8]) -> Result<()> {
        for part in out.chunks_mut(LARGEST_RANDOM) {
            let drawn = self.pool.call(Request::Random { bytes: part.len() })?;
            if drawn.len() != part.len() {
                return Err(Self::odd("random"));
            }
            part.copy_from_slice(&drawn);
        }
        Ok(())
    }

    /// Wraps a class key's secret of 16 to 64 bytes, bound to `context`, under the root keys ([`crate::scheme::wrap`]). Errors as
    /// [`Client::random`], `NoRoot`, and `Malformed` for a context of more than 4 KiB or a secret of another length.
    pub fn wrap(&self, context: &[u8], secret: &[u8]) -> Result<Vec<u8>> {
        fits(context, LARGEST_FIELD)?;
        if !SECRET.contains(&secret.len()) {
            return Err(Error::malformed("a secret that is wrapped has 16 to 64 bytes"));
        }
        self.pool.call(Request::Wrap { context, secret }).map(taken)
    }

    /// Unwraps it. Errors as [`Client::wrap`], and `Altered` when it was changed, moved, or wrapped under other root keys.
    pub fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        fits(context, LARGEST_FIELD)?;
        if wrapped.len() > LARGEST_FIELD {
            return Err(Error::altered("too long to be a wrapped key"));
        }
        self.pool.call(Request::Unwrap { context, wrapped })
    }

    /// A pseudo-random function of the root keys, equal for equal purposes on every device. Errors as [`Client::wrap`].
    pub fn derive(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>> {
        fits(purpose.as_bytes(), LARGEST_FIELD)?;
        Self::array(&self.pool.call(Request::Derive { purpose })?, "derive")
    }

    /// The signature r ‖ s over a digest e = SM3(Z ‖ M), GB/T 32918.2. Errors as [`Client::random`].
    pub fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64]> {
        Self::array(&self.pool.call(Request::Sign { digest })?, "sign").map(|signature| *signature)
    }

    /// Makes new root keys in a device. They must be kept (they are not secret), and the client started anew with brokers that read
    /// them. Errors as [`Client::random`].
    pub fn create_root(&self, id: Uuid, version: u32) -> Result<Root> {
        let text = self.pool.call(Request::CreateRoot { id, version })?;
        Root::parse(std::str::from_utf8(&text).map_err(|_| Self::odd("create root keys"))?)
    }

    /// A new data key that stays in the device, in its stored form, bound to `context` ([`crate::scheme::data`]). Errors as
    /// [`Client::wrap`].
    pub fn new_data_key(&self, context: &[u8]) -> Result<Vec<u8>> {
        fits(context, LARGEST_FIELD)?;
        self.pool.call(Request::NewDataKey { context }).map(taken)
    }

    /// Seals at most 1 MiB under a data key, for the place `context`: nonce, ciphertext, tag. Errors as [`Client::wrap`], and
    /// `Altered` when the key was changed or moved.
    pub fn encrypt(&self, key: DataKeyRef<'_>, context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        key.check()?;
        fits(context, LARGEST_FIELD)?;
        fits(plain, LARGEST_DATA - crate::scheme::data::OVERHEAD)?;
        let request = Request::Encrypt { key: key.stored, key_context: key.context, context, plain };
        self.pool.call(request).map(taken)
    }

    /// Opens what [`Client::encrypt`] sealed. Errors as there, and `Altered` when it was changed or moved.
    pub fn decrypt(&self, key: DataKeyRef<'_>, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        key.check()?;
        fits(context, LARGEST_FIELD)?;
        fits(sealed, LARGEST_DATA)?;
        self.pool.call(Request::Decrypt { key: key.stored, key_context: key.context, context, sealed })
    }

    fn odd(what: &str) -> Error {
        Error::new(ErrorKind::SelfTest, format!("{what}: the broker's answer has an impossible length"))
    }

    fn array<const N: usize>(body: &Body, what: &str) -> Result<Zeroizing<[u8; N]>> {
        <&[u8; N]>::try_from(body.as_slice()).map(|array| Zeroizing::new(*array)).map_err(|_| Self::odd(what))
    }
}

/// A data key in its stored form, and the context it was made for.
#[derive(Debug, Clone, Copy)]
pub struct DataKeyRef<'a> {
    pub stored: &'a [u8],
    pub context: &'a [u8],
}

impl DataKeyRef<'_> {
    fn check(&self) -> Result<()> {
        fits(self.context, LARGEST_FIELD)?;
        if self.stored.len() > LARGEST_FIELD { Err(Error::altered("too long to be a data key")) } else { Ok(()) }
    }
}

/// A result that is not secret.
fn taken(mut body: Body) -> Vec<u8> {
    std::mem::take(&mut *body)
}

fn fits(field: &[u8], most: usize) -> Result<()> {
    if field.len() > most {
        Err(Error::malformed(format!("{} bytes, and a device takes at most {most} here", field.len())))
    } else {
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.pool.stop();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing more to say.
            let _ended = thread.join();
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let devices = self.state();
        f.debug_list().entries(devices.iter().map(|device| (&device.name, device.phase))).finish()
    }
}

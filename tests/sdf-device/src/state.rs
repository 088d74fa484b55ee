//! Sessions and keys of the open device, and what every call does first.

use crate::control::Control;
use crate::keys;
use guitai_kernels::sm3::HmacSm3;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub const BASE: u32 = 0x0100_0000;
pub const NOT_SUPPORTED: u32 = BASE + 0x02;
pub const COMM_FAIL: u32 = BASE + 0x03;
pub const OPEN_DEVICE: u32 = BASE + 0x05;
pub const OPEN_SESSION: u32 = BASE + 0x06;
pub const NO_RIGHT: u32 = BASE + 0x07;
pub const NO_KEY: u32 = BASE + 0x08;
pub const NO_MODE: u32 = BASE + 0x0A;
pub const STEP: u32 = BASE + 0x10;
pub const KEY_ERROR: u32 = BASE + 0x15;
pub const WRONG_PIN: u32 = BASE + 0x18;
pub const NO_BUFFER: u32 = BASE + 0x1C;
pub const BAD_INPUT: u32 = BASE + 0x1D;

/// PINs that may be wrong before the device is locked.
const PIN_ATTEMPTS: u32 = 5;

/// What a call gives: nothing, or a code.
pub type Answer = Result<(), u32>;

pub struct Session {
    pub epoch: String,
    pub keys: HashMap<usize, [u8; 16]>,
    pub rights: HashSet<u32>,
    pub hmac: Option<HmacSm3>,
}

pub struct Open {
    pub folder: PathBuf,
    pub sessions: HashMap<usize, Session>,
    next: usize,
    wrong_pins: u32,
}

static DEVICE: Mutex<Option<Open>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<Open>> {
    DEVICE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The handle of the one device.
pub const DEVICE_HANDLE: usize = 1;

/// Opens the device; a second one is refused, as many libraries do.
pub fn open(call: &str, folder: PathBuf) -> Answer {
    keys::prepare(&folder).map_err(|_| OPEN_DEVICE)?;
    obey(call, &Control::read(&folder), &folder)?;
    let mut device = lock();
    if device.is_some() {
        return Err(OPEN_DEVICE);
    }
    *device = Some(Open { folder, sessions: HashMap::new(), next: 16, wrong_pins: 0 });
    Ok(())
}

pub fn close(call: &str, handle: usize) -> Answer {
    let (folder, control) = control()?;
    obey(call, &control, &folder)?;
    if handle != DEVICE_HANDLE {
        return Err(BAD_INPUT);
    }
    *lock() = None;
    Ok(())
}

fn control() -> Result<(PathBuf, Control), u32> {
    let folder = lock().as_ref().map(|open| open.folder.clone()).ok_or(STEP)?;
    let control = Control::read(&folder);
    Ok((folder, control))
}

/// Does what the control file says of every call: crash, hang, fail.
fn obey(call: &str, control: &Control, folder: &std::path::Path) -> Answer {
    if control.told("crash", call).is_some() {
        std::process::abort();
    }
    while Control::read(folder).told("hang", call).is_some() {
        #[expect(clippy::disallowed_methods, reason = "standing still is what is asked for")]
        std::thread::sleep(Duration::from_millis(5));
    }
    match control.failure(call) {
        Some(code) => Err(code),
        None => Ok(()),
    }
}

/// A new session.
pub fn open_session(call: &str, device: usize) -> Result<usize, u32> {
    let (folder, control) = control()?;
    obey(call, &control, &folder)?;
    let mut open = lock();
    let open = open.as_mut().filter(|_| device == DEVICE_HANDLE).ok_or(BAD_INPUT)?;
    let most = control.word("sessions").and_then(|most| most.parse().ok()).unwrap_or(usize::MAX);
    if open.sessions.len() >= most {
        return Err(OPEN_SESSION);
    }
    let handle = open.number();
    let epoch = control.word("lost").unwrap_or_default().to_owned();
    open.sessions.insert(handle, Session { epoch, keys: HashMap::new(), rights: HashSet::new(), hmac: None });
    Ok(handle)
}

pub fn close_session(call: &str, session: usize) -> Answer {
    let (folder, control) = control()?;
    obey(call, &control, &folder)?;
    lock().as_mut().and_then(|open| open.sessions.remove(&session)).map(drop).ok_or(BAD_INPUT)
}

/// What a call in a session may use.
pub struct Call<'a> {
    pub name: &'a str,
    pub control: &'a Control,
    pub open: &'a mut Open,
    pub session: usize,
}

/// Runs a call in a session, after what the control file says.
pub fn in_session(name: &str, session: usize, act: impl FnOnce(&mut Call<'_>) -> Answer) -> Answer {
    let (folder, control) = control()?;
    obey(name, &control, &folder)?;
    let mut device = lock();
    let open = device.as_mut().ok_or(STEP)?;
    let epoch = control.word("lost").unwrap_or_default();
    if open.sessions.get(&session).ok_or(BAD_INPUT)?.epoch != epoch {
        return Err(COMM_FAIL);
    }
    act(&mut Call { name, control: &control, open, session })
}

impl Open {
    pub fn number(&mut self) -> usize {
        // Odd, so that nobody mistakes it for a pointer and reads there unnoticed.
        self.next += 2;
        self.next | 1
    }
}

impl Call<'_> {
    pub fn told(&self, verb: &str) -> bool {
        self.control.told(verb, self.name).is_some()
    }

    pub fn session(&mut self) -> Result<&mut Session, u32> {
        self.open.sessions.get_mut(&self.session).ok_or(BAD_INPUT)
    }

    /// A key of this session; one of another is refused.
    pub fn key(&mut self, handle: usize) -> Result<[u8; 16], u32> {
        self.session()?.keys.get(&handle).copied().ok_or(KEY_ERROR)
    }

    pub fn keep(&mut self, key: [u8; 16]) -> Result<usize, u32> {
        let handle = self.open.number();
        self.session()?.keys.insert(handle, key);
        Ok(handle)
    }

    pub fn kek(&self, index: u32) -> Result<[u8; 16], u32> {
        keys::kek(&self.open.folder, index).ok_or(NO_KEY)
    }

    /// Grants the right to a private key, if the PIN is right and the device is not locked.
    pub fn grant(&mut self, index: u32, pin: &[u8]) -> Answer {
        if self.open.wrong_pins >= PIN_ATTEMPTS || !keys::pin_is(&self.open.folder, index, pin) {
            self.open.wrong_pins += 1;
            return Err(WRONG_PIN);
        }
        self.session()?.rights.insert(index);
        Ok(())
    }

    /// The length to report for `right` bytes.
    pub fn length(&self, right: usize) -> u32 {
        let length = if self.told("short") {
            right.saturating_sub(1)
        } else if self.told("long") {
            right + 16
        } else {
            right
        };
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// Spoils a result when that is asked for.
    pub fn spoil(&self, result: &mut [u8]) {
        if self.told("wrong")
            && let Some(first) = result.first_mut()
        {
            *first ^= 0x80;
        }
    }
}

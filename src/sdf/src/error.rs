//! What can go wrong, in few kinds that never change their meaning. Details are for operators and never hold a secret.

/// Kinds of errors. The number stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ErrorKind {
    /// No device answers now, or its child died. Nothing was done; the same call may succeed later.
    DeviceAway = 1,
    /// The device refused the PIN or the use of a key. People must act; it is not tried again by itself.
    Refused = 2,
    /// The request, a file or the configuration is not what it should be.
    Malformed = 3,
    /// No answer within the limit.
    Timeout = 4,
    /// What was to be opened was changed, moved, or made under another root.
    Altered = 5,
    /// The device or its library cannot do this.
    Unsupported = 6,
    /// The broker was started without root keys.
    NoRoot = 7,
    /// Too many requests wait.
    Busy = 8,
    /// The device gave a wrong answer to a question whose answer is known.
    SelfTest = 9,
    /// The device refused with another code.
    Device = 10,
}

impl ErrorKind {
    /// From its number.
    pub fn from_byte(byte: u8) -> Option<Self> {
        use ErrorKind::*;
        [DeviceAway, Refused, Malformed, Timeout, Altered, Unsupported, NoRoot, Busy, SelfTest, Device]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// An error with its kind, the device's code where there is one, and a sentence for operators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    pub kind: ErrorKind,
    /// The SDF return code, for example 0x01000003; [`crate::ffi::code::name`] names it.
    pub code: Option<u32>,
    pub detail: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Error { kind, code: None, detail: detail.into() }
    }

    pub(crate) fn of_code(kind: ErrorKind, code: u32, detail: String) -> Self {
        Error { kind, code: Some(code), detail }
    }

    /// The same with words before it, for example which device it was.
    pub(crate) fn context(mut self, what: &str) -> Self {
        self.detail = format!("{what}: {}", self.detail);
        self
    }

    pub(crate) fn altered(what: &str) -> Self {
        Error::new(ErrorKind::Altered, what)
    }

    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Malformed, what)
    }
}

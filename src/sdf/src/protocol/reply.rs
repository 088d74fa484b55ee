//! What a broker answers.

use super::{Body, BodyOf, Fields, LARGEST_FIELD, ProtocolError};
use crate::error::{Error, ErrorKind};
use crate::ffi::code;
use uuid::Uuid;
use zeroize::Zeroizing;

const DONE: u8 = 0x80;
const FAILED: u8 = 0x81;
const HELLO: u8 = 0x82;
/// Bytes of an error's text, at most.
const LONGEST_DETAIL: usize = 1_000;
/// Bytes of a name from the device, at most.
const LONGEST_NAME: usize = 160;

/// What a broker says of itself and its device once the self-test has passed. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Process id of the broker.
    pub pid: u32,
    /// From SDF_GetDeviceInfo: who made it, what it is called, its serial number.
    pub issuer: String,
    pub device: String,
    pub serial: String,
    pub device_version: u32,
    /// Version of the standard that the device names.
    pub standard_version: u32,
    /// Whether the library computes SM4-CTR itself.
    pub ctr: bool,
    /// Whether it computes many blocks at once; without it bulk encryption is slow.
    pub ecb: bool,
    /// Whether it computes HMAC-SM3 (GM/T 0018-2023).
    pub hmac: bool,
    /// Id and version of the root keys that the device was found to hold, the last of which wrap.
    pub roots: Vec<(Uuid, u32)>,
    /// The signing key, `04 ‖ x ‖ y`.
    pub public_key: Option<[u8; 65]>,
}

/// An answer.
#[derive(PartialEq, Eq)]
pub enum Reply {
    /// To a request: its result.
    Done(Body),
    /// To a request: why not. With request id 0: why the device cannot be used.
    Failed(Error),
    /// Once, with request id 0: the device can be used.
    Hello(Box<Hello>),
}

/// Never the result itself: it may be a secret.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reply::Done(_) => f.write_str("Done(..)"),
            Reply::Failed(error) => write!(f, "Failed({error:?})"),
            Reply::Hello(hello) => write!(f, "Hello({hello:?})"),
        }
    }
}

impl Reply {
    /// Its kind and body.
    pub fn into_frame(self) -> (u8, Body) {
        match self {
            Reply::Done(body) => (DONE, body),
            Reply::Failed(error) => {
                let detail = shortened(&error.detail, LONGEST_DETAIL);
                let body = BodyOf::with_room(9 + detail.len())
                    .fixed(&[error.kind as u8])
                    .fixed(&error.code.unwrap_or(code::OK).to_be_bytes())
                    .bytes(detail.as_bytes());
                (FAILED, body.0)
            }
            Reply::Hello(hello) => {
                let mut body = BodyOf::with_room(1_024).fixed(&hello.pid.to_be_bytes());
                for name in [&hello.issuer, &hello.device, &hello.serial] {
                    body = body.bytes(shortened(name, LONGEST_NAME).as_bytes());
                }
                let roots: Vec<u8> = hello
                    .roots
                    .iter()
                    .flat_map(|(id, version)| id.into_bytes().into_iter().chain(version.to_be_bytes()))
                    .collect();
                let body = body
                    .fixed(&hello.device_version.to_be_bytes())
                    .fixed(&hello.standard_version.to_be_bytes())
                    .fixed(&[hello.ctr, hello.ecb, hello.hmac].map(u8::from))
                    .bytes(&roots)
                    .bytes(hello.public_key.as_ref().map_or(&[], |key| key.as_slice()));
                (HELLO, body.0)
            }
        }
    }

    /// From its kind and body.
    ///
    /// # Errors
    /// When they are not exactly one answer.
    pub fn parse(kind: u8, body: Body) -> Result<Self, ProtocolError> {
        let mut fields = Fields(&body);
        match kind {
            DONE => Ok(Reply::Done(body)),
            FAILED => {
                let error_kind =
                    ErrorKind::from_byte(fields.byte()?).ok_or(ProtocolError::Garbage("an unknown error"))?;
                let code = Some(fields.u32()?).filter(|code| *code != code::OK);
                let detail = fields.text(LONGEST_DETAIL)?.to_owned();
                fields.end()?;
                Ok(Reply::Failed(Error { kind: error_kind, code, detail }))
            }
            HELLO => {
                let pid = fields.u32()?;
                let mut name = || fields.text(LONGEST_NAME).map(str::to_owned);
                let (issuer, device, serial) = (name()?, name()?, name()?);
                let (device_version, standard_version) = (fields.u32()?, fields.u32()?);
                let (ctr, ecb, hmac) = (fields.flag()?, fields.flag()?, fields.flag()?);
                let mut roots = Vec::new();
                let mut names = Fields(fields.bytes(LARGEST_FIELD)?);
                while !names.0.is_empty() {
                    roots.push((Uuid::from_bytes(names.array()?), names.u32()?));
                }
                let public_key = match fields.bytes(LARGEST_FIELD)? {
                    [] => None,
                    key => Some(key.try_into().map_err(|_| ProtocolError::Garbage("not a public key"))?),
                };
                fields.end()?;
                Ok(Reply::Hello(Box::new(Hello {
                    pid,
                    issuer,
                    device,
                    serial,
                    device_version,
                    standard_version,
                    ctr,
                    ecb,
                    hmac,
                    roots,
                    public_key,
                })))
            }
            _ => Err(ProtocolError::Garbage("an unknown kind of answer")),
        }
    }

    /// A result.
    pub fn done(bytes: &[u8]) -> Self {
        Reply::Done(Zeroizing::new(bytes.to_vec()))
    }
}

/// At most `most` bytes of a text, cut between characters.
fn shortened(text: &str, most: usize) -> String {
    let mut left = most;
    let fits = |c: &char| {
        let fits = c.len_utf8() <= left;
        left = left.saturating_sub(c.len_utf8());
        fits
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello() -> Hello {
        Hello {
            pid: 4_711,
            issuer: "柜台".to_owned(),
            device: "test".to_owned(),
            serial: String::new(),
            device_version: 1,
            standard_version: 18,
            ctr: true,
            ecb: false,
            hmac: true,
            roots: vec![(Uuid::from_u128(7), 1), (Uuid::from_u128(7), 2)],
            public_key: Some([9; 65]),
        }
    }

    #[test]
    fn answers_survive_the_way() {
        let plain = Hello { roots: Vec::new(), public_key: None, ..hello() };
        for reply in [
            || Reply::done(b"result"),
            || Reply::Failed(Error { kind: ErrorKind::Busy, code: Some(0x0100_0003), detail: "满".to_owned() }),
            || Reply::Failed(Error::new(ErrorKind::Altered, "")),
            || Reply::Hello(Box::new(hello())),
        ] {
            let (kind, body) = reply().into_frame();
            assert_eq!(Reply::parse(kind, body).unwrap(), reply());
        }
        let (kind, body) = Reply::Hello(Box::new(plain.clone())).into_frame();
        assert_eq!(Reply::parse(kind, body).unwrap(), Reply::Hello(Box::new(plain)));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let detail = "设备".repeat(400);
        let (kind, body) = Reply::Failed(Error::new(ErrorKind::Device, detail.clone())).into_frame();
        let Reply::Failed(error) = Reply::parse(kind, body).unwrap() else { panic!("an error") };
        assert!(detail.starts_with(&error.detail) && error.detail.len() > 990);
    }

    proptest! {
        #[test]
        fn noise_never_panics(kind in any::<u8>(), body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _parsed = Reply::parse(kind, Zeroizing::new(body));
        }
    }
}

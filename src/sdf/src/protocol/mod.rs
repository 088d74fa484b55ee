//! Frames between client and broker, over a socket pair.
//!
//! ```text
//! magic "GTSD" | version u8 | kind u8 | zero u16 | request id u64 | limit u32, milliseconds | length u32 | body
//! ```
//! Numbers are big-endian. A field of bytes in a body is preceded by its length (u32). Lengths are bounded before memory is taken. A
//! body may hold a secret, so it lives in one buffer that is cleared when it is dropped and never grows. Whatever does not
//! fit ends the connection: after a broken frame nothing that follows can be trusted.

mod reply;
mod request;

pub use reply::{Hello, Reply};
pub use request::Request;

use std::io::{self, Read, Write};
use zeroize::Zeroizing;

const MAGIC: [u8; 4] = *b"GTSD";
const VERSION: u8 = 1;
/// Bytes before the body.
pub const HEADER: usize = 24;
/// Bytes of a text that is encrypted, decrypted or authenticated in one request, at most.
pub const LARGEST_DATA: usize = 1 << 20;
/// Bytes of a context or a wrapped key, at most.
pub const LARGEST_FIELD: usize = 4 << 10;
/// Random bytes of one request, at most.
pub const LARGEST_RANDOM: usize = 64 << 10;
/// Bytes of a body: data and a few fields.
const LARGEST_BODY: usize = LARGEST_DATA + 4 * LARGEST_FIELD;

/// A body, cleared when it is dropped.
pub type Body = Zeroizing<Vec<u8>>;

/// How a connection ends when what arrives is not a frame.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    #[error("the other side sent something that is not a frame: {0}")]
    Garbage(&'static str),
    #[error("the connection broke")]
    Io(#[from] io::Error),
}

/// What stands before a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub kind: u8,
    /// Which request it belongs to; 0 for none.
    pub id: u64,
    /// How long the broker may take, in milliseconds.
    pub limit_ms: u32,
    length: usize,
}

impl Header {
    /// From its bytes.
    ///
    /// # Errors
    /// When they are not a header of this version, or announce too much.
    pub fn parse(bytes: &[u8; HEADER]) -> Result<Self, ProtocolError> {
        let mut fields = Fields(bytes);
        if fields.array::<4>()? != MAGIC {
            return Err(ProtocolError::Garbage("wrong magic"));
        }
        let [version, kind, zero @ ..] = fields.array::<4>()?;
        if version != VERSION {
            return Err(ProtocolError::Garbage("another version of the protocol"));
        }
        if zero != [0, 0] {
            return Err(ProtocolError::Garbage("reserved bytes are set"));
        }
        let id = u64::from_be_bytes(fields.array()?);
        let limit_ms = fields.u32()?;
        let length = usize::try_from(fields.u32()?).ok().filter(|length| *length <= LARGEST_BODY);
        Ok(Header { kind, id, limit_ms, length: length.ok_or(ProtocolError::Garbage("a frame too large"))? })
    }
}

/// A whole frame from its bytes, as a request. Never panics, whatever the bytes are.
///
/// # Errors
/// When they are not exactly one request.
pub fn parse_request(bytes: &[u8]) -> Result<(Header, Request<'_>), ProtocolError> {
    let (header, body) = bytes.split_first_chunk().ok_or(ProtocolError::Garbage("shorter than a header"))?;
    let header = Header::parse(header)?;
    if body.len() != header.length {
        return Err(ProtocolError::Garbage("a body of another length than announced"));
    }
    Ok((header, Request::parse(header.kind, body)?))
}

/// Reads a frame; `None` when the other side closed between two frames.
///
/// # Errors
/// When what arrives is not a frame, or the connection ends inside one.
pub fn read_frame(from: &mut impl Read) -> Result<Option<(Header, Body)>, ProtocolError> {
    let mut header = [0; HEADER];
    let (first, rest) = header.split_at_mut(1);
    loop {
        match from.read(first) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            // The other side closed without reading what we sent last.
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
            Err(e) => return Err(e.into()),
        }
    }
    from.read_exact(rest)?;
    let header = Header::parse(&header)?;
    let mut body = Zeroizing::new(vec![0; header.length]);
    from.read_exact(&mut body)?;
    Ok(Some((header, body)))
}

/// Writes a frame, in one piece.
///
/// # Errors
/// When it is too large to be read again, or the connection breaks.
pub fn write_frame(to: &mut impl Write, kind: u8, id: u64, limit_ms: u32, body: &[u8]) -> Result<(), ProtocolError> {
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= LARGEST_BODY);
    let length = length.ok_or(ProtocolError::Garbage("a frame too large"))?;
    let mut frame = Zeroizing::new(Vec::with_capacity(HEADER + body.len()));
    frame.extend_from_slice(&MAGIC);
    frame.extend_from_slice(&[VERSION, kind, 0, 0]);
    frame.extend_from_slice(&id.to_be_bytes());
    frame.extend_from_slice(&limit_ms.to_be_bytes());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(body);
    Ok(to.write_all(&frame)?)
}

/// What is left of a body.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], ProtocolError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(ProtocolError::Garbage("a body too short"))?;
        self.0 = rest;
        Ok(*field)
    }

    fn reference<const N: usize>(&mut self) -> Result<&'a [u8; N], ProtocolError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(ProtocolError::Garbage("a body too short"))?;
        self.0 = rest;
        Ok(field)
    }

    fn u32(&mut self) -> Result<u32, ProtocolError> {
        self.array().map(u32::from_be_bytes)
    }

    fn byte(&mut self) -> Result<u8, ProtocolError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn flag(&mut self) -> Result<bool, ProtocolError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ProtocolError::Garbage("neither yes nor no")),
        }
    }

    fn bytes(&mut self, most: usize) -> Result<&'a [u8], ProtocolError> {
        let length = usize::try_from(self.u32()?).ok().filter(|length| *length <= most);
        let length = length.ok_or(ProtocolError::Garbage("a field too long"))?;
        let (field, rest) = self.0.split_at_checked(length).ok_or(ProtocolError::Garbage("a body too short"))?;
        self.0 = rest;
        Ok(field)
    }

    fn text(&mut self, most: usize) -> Result<&'a str, ProtocolError> {
        std::str::from_utf8(self.bytes(most)?).map_err(|_| ProtocolError::Garbage("text that is not UTF-8"))
    }

    fn end(self) -> Result<(), ProtocolError> {
        if self.0.is_empty() { Ok(()) } else { Err(ProtocolError::Garbage("a body too long")) }
    }
}

/// A body from fields; every one but the fixed ones is preceded by its length.
struct BodyOf(Body);

impl BodyOf {
    /// With room for all that follows, so that the buffer never moves and leaves a copy of a secret behind.
    fn with_room(bytes: usize) -> Self {
        BodyOf(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    fn fixed(mut self, field: &[u8]) -> Self {
        self.0.extend_from_slice(field);
        self
    }

    /// A field that is longer than a length can say is cut short, and no reader takes it.
    fn bytes(self, field: &[u8]) -> Self {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        self.fixed(&length.to_be_bytes()).fixed(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_frame(&mut out, kind, 7, 1000, body).unwrap();
        out
    }

    #[test]
    fn an_end_between_frames_is_no_error_and_one_inside_is() {
        assert!(read_frame(&mut [].as_slice()).unwrap().is_none());
        let bytes = frame(1, b"abc");
        for cut in 1..bytes.len() {
            assert!(matches!(read_frame(&mut &bytes[..cut]), Err(ProtocolError::Io(_))), "{cut}");
        }
    }

    #[test]
    fn each_damage_to_a_header_is_refused() {
        // The byte to change and what to: magic, version, reserved, length.
        for (at, with) in [(0, b'X'), (4, 2), (6, 1), (7, 1), (20, 255)] {
            let mut bytes = frame(1, b"");
            bytes[at] = with;
            assert!(matches!(read_frame(&mut bytes.as_slice()), Err(ProtocolError::Garbage(_))), "byte {at}");
        }
    }

    #[test]
    fn a_frame_too_large_is_neither_sent_nor_taken() {
        assert!(write_frame(&mut Vec::new(), 1, 1, 1, &vec![0; LARGEST_BODY + 1]).is_err());
        let mut announced = frame(1, b"");
        announced[20..].copy_from_slice(&(LARGEST_BODY as u32 + 1).to_be_bytes());
        assert!(matches!(read_frame(&mut announced.as_slice()), Err(ProtocolError::Garbage(_))));
    }

    proptest! {
        #[test]
        fn noise_is_never_a_request_and_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(parse_request(&bytes).is_err());
        }

        #[test]
        fn a_damaged_request_never_panics(kind in 0u8..20, body in proptest::collection::vec(any::<u8>(), 0..200), at in any::<proptest::sample::Index>(), with in any::<u8>()) {
            let mut bytes = frame(kind, &body);
            let at = at.index(bytes.len());
            bytes[at] = with;
            let _parsed = parse_request(&bytes);
        }
    }
}

//! Frames between the program and an engine child.
//!
//! ```text
//! magic "GTEN" | version u8 | kind u8 | zero u16 | request id u64 | meta length u32 | body length u32 | meta (JSON) | body
//! ```
//! Integers are little-endian. The body of a request is audio: 16-bit little-endian samples, one channel after the other. Both lengths
//! are bounded, and memory is taken as bytes arrive, never on the word of a header. Whatever does not fit ends the connection: after
//! a broken frame nothing that follows can be trusted.

use crate::inference::audio::PcmChannels;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const MAGIC: [u8; 4] = *b"GTEN";
const VERSION: u8 = 1;
pub const HEADER_BYTES: usize = 24;

/// A transcript of two hours of quick talk has about 1 MB.
const LARGEST_META: u32 = 16 << 20;
/// Two hours of two channels at 16 kHz are 440 MiB.
const LARGEST_BODY: u32 = 512 << 20;

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Child → parent, once: the model is loaded ([`super::EngineInfo`]).
    Hello = 1,
    Ping = 2,
    Pong = 3,
    /// Parent → child: [`AudioMeta`] and samples.
    Transcribe = 4,
    /// Child → parent: a [`crate::inference::Transcript`].
    Transcript = 5,
    /// Child → parent: a [`Failure`]. With request id 0 before the hello: the model cannot be used.
    Failure = 6,
    /// Parent → child: nobody waits for this request any more.
    Cancel = 7,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        use Kind::*;
        [Hello, Ping, Pong, Transcribe, Transcript, Failure, Cancel].into_iter().find(|k| *k as u8 == byte)
    }
}

/// One frame.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub kind: Kind,
    /// Which request it belongs to; 0 for none.
    pub id: u64,
    pub meta: Vec<u8>,
    pub body: Vec<u8>,
}

/// What stands before the samples of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioMeta {
    pub sample_rate_hz: u32,
    pub channels: u16,
    /// Samples per channel.
    pub frames: u32,
    /// The child gives up after this long.
    pub time_limit_ms: u64,
}

/// Why a child could not do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub reason: Reason,
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The deadline passed, or the request was cancelled.
    TimedOut,
    /// The audio cannot be taken.
    BadAudio,
    /// The model cannot be used.
    Model,
    /// Too many requests wait in the child.
    Busy,
    Internal,
}

/// How a connection ends when what arrives is not a frame.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    #[error("the other side sent something that is not a frame: {0}")]
    Garbage(&'static str),
    #[error("the connection broke")]
    Io(#[from] io::Error),
}

impl Frame {
    /// A frame without meta and body.
    pub fn bare(kind: Kind, id: u64) -> Self {
        Self { kind, id, meta: Vec::new(), body: Vec::new() }
    }

    /// A frame whose meta is `value` as JSON.
    ///
    /// # Errors
    /// When `value` has no JSON form.
    pub fn with_meta(kind: Kind, id: u64, value: &impl Serialize) -> Result<Self, ProtocolError> {
        let meta = serde_json::to_vec(value).map_err(io::Error::from)?;
        Ok(Self { kind, id, meta, body: Vec::new() })
    }

    /// Reads the meta.
    pub fn meta<T: DeserializeOwned>(&self) -> Result<T, ProtocolError> {
        serde_json::from_slice(&self.meta).map_err(|_| ProtocolError::Garbage("the meta is not what this kind carries"))
    }

    /// The audio of a request.
    pub fn audio(&self) -> Result<(AudioMeta, PcmChannels), ProtocolError> {
        let meta: AudioMeta = self.meta()?;
        let channel_bytes = meta.frames as usize * 2;
        if meta.frames == 0 || self.body.len() != channel_bytes * usize::from(meta.channels) {
            return Err(ProtocolError::Garbage("the body is not as long as the meta says"));
        }
        let sample = |pair: &[u8]| pair.first_chunk().map_or(0, |b| i16::from_le_bytes(*b));
        let channels = self.body.chunks(channel_bytes).map(|c| c.chunks(2).map(sample).collect()).collect();
        let audio = PcmChannels::new(meta.sample_rate_hz, channels);
        Ok((meta, audio.map_err(|_| ProtocolError::Garbage("the audio has no channel or no sample rate"))?))
    }
}

/// The fixed part of a frame: kind, id and the two lengths.
fn parse_header(header: &[u8; HEADER_BYTES]) -> Result<(Kind, u64, u32, u32), ProtocolError> {
    let (magic, rest) = header.split_first_chunk::<4>().ok_or(ProtocolError::Garbage("no header"))?;
    let (fixed, rest) = rest.split_first_chunk::<4>().ok_or(ProtocolError::Garbage("no header"))?;
    let (id, rest) = rest.split_first_chunk::<8>().ok_or(ProtocolError::Garbage("no header"))?;
    let (meta, body) = rest.split_first_chunk::<4>().ok_or(ProtocolError::Garbage("no header"))?;
    let body = body.first_chunk::<4>().ok_or(ProtocolError::Garbage("no header"))?;
    let [version, kind, zero @ ..] = *fixed;
    if *magic != MAGIC {
        return Err(ProtocolError::Garbage("wrong magic"));
    }
    if version != VERSION {
        return Err(ProtocolError::Garbage("another version of the protocol"));
    }
    if zero != [0, 0] {
        return Err(ProtocolError::Garbage("reserved bytes are set"));
    }
    let kind = Kind::from_byte(kind).ok_or(ProtocolError::Garbage("an unknown kind of frame"))?;
    let (meta, body) = (u32::from_le_bytes(*meta), u32::from_le_bytes(*body));
    if meta > LARGEST_META || body > LARGEST_BODY {
        return Err(ProtocolError::Garbage("a frame too large"));
    }
    Ok((kind, u64::from_le_bytes(*id), meta, body))
}

fn header(kind: Kind, id: u64, meta: usize, body: usize) -> Result<[u8; HEADER_BYTES], ProtocolError> {
    let fits = |n: usize, largest: u32| u32::try_from(n).ok().filter(|n| *n <= largest);
    let (Some(meta), Some(body)) = (fits(meta, LARGEST_META), fits(body, LARGEST_BODY)) else {
        return Err(ProtocolError::Garbage("a frame too large"));
    };
    let mut header = [0; HEADER_BYTES];
    let parts = MAGIC.into_iter().chain([VERSION, kind as u8, 0, 0]).chain(id.to_le_bytes());
    for (to, from) in header.iter_mut().zip(parts.chain(meta.to_le_bytes()).chain(body.to_le_bytes())) {
        *to = from;
    }
    Ok(header)
}

/// Reads a frame; `None` when the other side closed between two frames. Not safe to cancel half-way.
///
/// # Errors
/// When what arrives is not a frame, or the connection ends inside one.
pub async fn read_frame(from: &mut (impl AsyncRead + Unpin)) -> Result<Option<Frame>, ProtocolError> {
    let mut bytes = [0; HEADER_BYTES];
    // An end before the first byte is an end; one after it is a broken frame. A reset means that the other side closed without
    // reading what we sent last.
    match from.read(bytes.get_mut(..1).unwrap_or_default()).await {
        Ok(0) => return Ok(None),
        Err(e) if e.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
        outcome => outcome?,
    };
    from.read_exact(bytes.get_mut(1..).unwrap_or_default()).await?;
    let (kind, id, meta, body) = parse_header(&bytes)?;
    let meta = read_bytes(from, meta).await?;
    let body = read_bytes(from, body).await?;
    Ok(Some(Frame { kind, id, meta, body }))
}

async fn read_bytes(from: &mut (impl AsyncRead + Unpin), count: u32) -> Result<Vec<u8>, ProtocolError> {
    let mut bytes = Vec::new();
    if from.take(u64::from(count)).read_to_end(&mut bytes).await? < count as usize {
        return Err(ProtocolError::Io(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

/// Writes a frame.
///
/// # Errors
/// When it is too large to be read again, or the connection breaks.
pub async fn write_frame(to: &mut (impl AsyncWrite + Unpin), frame: &Frame) -> Result<(), ProtocolError> {
    to.write_all(&header(frame.kind, frame.id, frame.meta.len(), frame.body.len())?).await?;
    to.write_all(&frame.meta).await?;
    to.write_all(&frame.body).await?;
    Ok(to.flush().await?)
}

/// Writes a request without building its body in memory a second time. Errors as [`write_frame`].
pub async fn write_audio(
    to: &mut (impl AsyncWrite + Unpin),
    id: u64,
    audio: &PcmChannels,
    time_limit_ms: u64,
) -> Result<(), ProtocolError> {
    let too_large = |_| ProtocolError::Garbage("a frame too large");
    let meta = serde_json::to_vec(&AudioMeta {
        sample_rate_hz: audio.sample_rate_hz(),
        channels: u16::try_from(audio.channels().len()).map_err(too_large)?,
        frames: u32::try_from(audio.frames()).map_err(too_large)?,
        time_limit_ms,
    })
    .map_err(io::Error::from)?;
    let body = audio.frames() * audio.channels().len() * 2;
    to.write_all(&header(Kind::Transcribe, id, meta.len(), body)?).await?;
    to.write_all(&meta).await?;
    let mut bytes = Vec::with_capacity(64 << 10);
    for samples in audio.channels().iter().flat_map(|c| c.chunks(32 << 10)) {
        bytes.clear();
        bytes.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
        to.write_all(&bytes).await?;
    }
    Ok(to.flush().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now<T>(future: impl Future<Output = T>) -> T {
        futures::executor::block_on(future)
    }

    fn read(mut bytes: &[u8]) -> Result<Option<Frame>, ProtocolError> {
        now(read_frame(&mut bytes))
    }

    fn ping() -> Vec<u8> {
        let mut bytes = Vec::new();
        now(write_frame(&mut bytes, &Frame::bare(Kind::Ping, 7))).unwrap();
        bytes
    }

    #[test]
    fn audio_arrives_as_it_was_sent() {
        let audio = PcmChannels::new(8000, vec![(0..40_000).map(|i| i as i16).collect(), vec![-3; 40_000]]).unwrap();
        let mut bytes = Vec::new();
        now(write_audio(&mut bytes, 9, &audio, 1234)).unwrap();
        let frame = read(&bytes).unwrap().unwrap();
        let (meta, arrived) = frame.audio().unwrap();
        assert_eq!((frame.kind, frame.id, meta.time_limit_ms), (Kind::Transcribe, 9, 1234));
        assert_eq!(arrived, audio);
    }

    #[test]
    fn an_end_between_frames_is_no_error_and_one_inside_is() {
        assert!(read(&[]).unwrap().is_none());
        let bytes = ping();
        for cut in 1..bytes.len() {
            assert!(matches!(read(&bytes[..cut]), Err(ProtocolError::Io(_))), "{cut}");
        }
    }

    #[test]
    fn each_damage_to_a_header_is_refused() {
        // The byte to change and what to: magic, version, kind, reserved, meta length, body length.
        for (at, with) in [(0, b'X'), (4, 2), (5, 0), (5, 99), (6, 1), (19, 255), (23, 255)] {
            let mut bytes = ping();
            bytes[at] = with;
            assert!(matches!(read(&bytes), Err(ProtocolError::Garbage(_))), "byte {at}");
        }
    }

    #[test]
    fn a_body_of_the_wrong_length_is_refused() {
        let audio = PcmChannels::new(8000, vec![vec![1; 10]; 2]).unwrap();
        let mut bytes = Vec::new();
        now(write_audio(&mut bytes, 1, &audio, 1)).unwrap();
        let mut frame = read(&bytes).unwrap().unwrap();
        frame.body.pop();
        assert!(frame.audio().is_err());
        frame.body.clear();
        frame.meta = br#"{"sample_rate_hz":8000,"channels":0,"frames":0,"time_limit_ms":1}"#.to_vec();
        assert!(frame.audio().is_err());
        frame.meta = b"{}".to_vec();
        assert!(frame.audio().is_err());
    }

    proptest! {
        #[test]
        fn frames_survive_the_way_and_garbage_never_panics(
            id in any::<u64>(), meta in proptest::collection::vec(any::<u8>(), 0..80), body in proptest::collection::vec(any::<u8>(), 0..80),
            at in 0usize..24, with in any::<u8>(),
        ) {
            let frame = Frame { kind: Kind::Transcript, id, meta, body };
            let mut bytes = Vec::new();
            now(write_frame(&mut bytes, &frame)).unwrap();
            prop_assert_eq!(read(&bytes).unwrap().unwrap(), frame);
            bytes[at] = with;
            if let Ok(Some(frame)) = read(&bytes) {
                // Whatever is taken for a frame still has to prove that it carries audio.
                prop_assert!(frame.audio().is_err());
            }
        }

        #[test]
        fn noise_is_not_a_frame(bytes in proptest::collection::vec(any::<u8>(), 1..200)) {
            prop_assert!(read(&bytes).is_err());
        }
    }
}

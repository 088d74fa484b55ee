//! Telephone recordings: RIFF/WAVE with 16-bit PCM, A-law or µ-law (ITU-T G.711), refused with the exact reason when they do not fit.
//!
//! The container is walked here, because the refusal must name what is wrong and because recorders disagree on how long a `fmt `
//! chunk is; the samples are decoded by symphonia.

use crate::error::{Error, ErrorCode, Result};
use std::time::Duration;
use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_PCM_ALAW, CODEC_ID_PCM_MULAW, CODEC_ID_PCM_S16LE};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration as Frames, Timestamp};
use symphonia::default::codecs::PcmDecoder;

/// Samples of a recording, one vector per channel, all of the same length.
#[derive(Clone, PartialEq, Eq)]
pub struct PcmChannels {
    sample_rate_hz: u32,
    channels: Vec<Vec<i16>>,
}

impl PcmChannels {
    /// # Errors
    /// `InvalidParameter` when there is no channel, the channels differ in length, or the rate is zero.
    pub fn new(sample_rate_hz: u32, channels: Vec<Vec<i16>>) -> Result<Self> {
        let frames = channels.first().map(Vec::len);
        if sample_rate_hz == 0 || frames.is_none() || channels.iter().any(|c| Some(c.len()) != frames) {
            return Err(ErrorCode::InvalidParameter.because("audio needs a sample rate and channels of equal length"));
        }
        Ok(Self { sample_rate_hz, channels })
    }

    pub fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    pub fn channels(&self) -> &[Vec<i16>] {
        &self.channels
    }

    /// Samples per channel.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    pub fn duration_ms(&self) -> u64 {
        self.frames() as u64 * 1000 / u64::from(self.sample_rate_hz)
    }
}

/// Says how much there is, never what.
impl std::fmt::Debug for PcmChannels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PcmChannels({} × {} samples at {} Hz)", self.channels.len(), self.frames(), self.sample_rate_hz)
    }
}

/// How the samples of a recording are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WavCodec {
    Pcm16,
    ALaw,
    MuLaw,
}

impl WavCodec {
    /// Bytes per sample.
    fn bytes(self) -> u64 {
        match self {
            WavCodec::Pcm16 => 2,
            WavCodec::ALaw | WavCodec::MuLaw => 1,
        }
    }
}

/// What the header says, checked against the bytes that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct WavInfo {
    pub codec: WavCodec,
    pub sample_rate_hz: u32,
    pub channels: u16,
    pub duration_ms: u64,
}

/// What a caller can take.
#[derive(Debug, Clone, Copy)]
pub struct WavRules {
    /// Refuse anything but two channels: without them nobody can tell who spoke.
    pub stereo: bool,
    pub longest: Duration,
}

impl WavRules {
    /// A call recording: one speaker per channel, at most two hours.
    pub const CALL: Self = Self { stereo: true, longest: Duration::from_secs(2 * 3600) };
    /// Speech from anywhere: one or two channels.
    pub const SPEECH: Self = Self { stereo: false, longest: Duration::from_secs(2 * 3600) };
}

/// Decodes a WAV file held in memory.
///
/// # Errors
/// `WavRefused`, saying what is wrong: not RIFF/WAVE, truncated, another codec, sample rate or number of channels, empty, too long.
pub fn decode_wav(bytes: &[u8], rules: &WavRules) -> Result<(WavInfo, PcmChannels)> {
    let (info, data) = probe(bytes, rules)?;
    let channels =
        decode(info, data).map_err(|e| ErrorCode::WavRefused.caused_by(e).context("the samples cannot be decoded"))?;
    Ok((info, PcmChannels::new(info.sample_rate_hz, channels)?))
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    ErrorCode::WavRefused.because(why)
}

/// The fields of a `fmt ` chunk that matter.
struct Format {
    tag: u16,
    channels: u16,
    sample_rate_hz: u32,
    bits: u16,
}

fn probe<'a>(bytes: &'a [u8], rules: &WavRules) -> Result<(WavInfo, &'a [u8])> {
    if bytes.is_empty() {
        return Err(refused("the file is empty"));
    }
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(refused("this is not a RIFF/WAVE file"));
    }
    let (format, data) = chunks(bytes)?;
    let codec = codec(&format)?;
    if !matches!(format.sample_rate_hz, 8000 | 16_000) {
        return Err(refused(format!("the sample rate is {} Hz; 8000 or 16000 Hz can be taken", format.sample_rate_hz)));
    }
    match format.channels {
        2 => {}
        1 if !rules.stereo => {}
        1 => return Err(refused("the recording is mono; agent and customer must be on a channel each")),
        n => return Err(refused(format!("the recording has {n} channels; two can be taken"))),
    }
    let frame = codec.bytes() * u64::from(format.channels);
    let frames = data.len() as u64 / frame;
    if frames == 0 {
        return Err(refused("the recording has no audio: its length is zero"));
    }
    if !(data.len() as u64).is_multiple_of(frame) {
        return Err(refused("the recording is truncated: it ends inside a sample"));
    }
    if frames > rules.longest.as_secs() * u64::from(format.sample_rate_hz) {
        let (minutes, most) = (frames / u64::from(format.sample_rate_hz) / 60, rules.longest.as_secs() / 60);
        return Err(refused(format!("the recording is {minutes} minutes long; at most {most} can be taken")));
    }
    let duration_ms = frames * 1000 / u64::from(format.sample_rate_hz);
    Ok((WavInfo { codec, sample_rate_hz: format.sample_rate_hz, channels: format.channels, duration_ms }, data))
}

/// Walks the chunks to the audio; what stands between is skipped, whatever it is.
fn chunks(bytes: &[u8]) -> Result<(Format, &[u8])> {
    let mut rest = bytes.get(12..).unwrap_or_default();
    let mut format = None;
    while let Some((header, after)) = rest.split_first_chunk::<8>() {
        let (id, size) = header.split_at(4);
        let size = u32_at(size, 0).unwrap_or(0) as usize;
        if id == b"data" {
            let format = format.ok_or_else(|| refused("there is no 'fmt ' chunk before the audio"))?;
            let data = after.get(..size).ok_or_else(|| {
                refused(format!(
                    "the file is truncated: its header promises {size} bytes of audio, {} are there",
                    after.len()
                ))
            })?;
            return Ok((format, data));
        }
        let body = after.get(..size).ok_or_else(|| refused("the file is truncated inside its header"))?;
        if id == b"fmt " {
            format = Some(parse_format(body).ok_or_else(|| refused("the 'fmt ' chunk is too short"))?);
        }
        // A chunk of odd size is followed by a byte of padding.
        rest = after.get(size + size % 2..).unwrap_or_default();
    }
    Err(refused("the file is truncated: there is no audio in it"))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

fn parse_format(body: &[u8]) -> Option<Format> {
    const EXTENSIBLE: u16 = 0xFFFE;
    let mut tag = u16_at(body, 0)?;
    if tag == EXTENSIBLE {
        // The real tag is in the first two bytes of the sub-format's GUID.
        tag = u16_at(body, 24)?;
    }
    Some(Format { tag, channels: u16_at(body, 2)?, sample_rate_hz: u32_at(body, 4)?, bits: u16_at(body, 14)? })
}

fn codec(format: &Format) -> Result<WavCodec> {
    let name = match (format.tag, format.bits) {
        (1, 16) => return Ok(WavCodec::Pcm16),
        (6, 8) => return Ok(WavCodec::ALaw),
        (7, 8) => return Ok(WavCodec::MuLaw),
        (1, bits) => {
            return Err(refused(format!("the samples are {bits}-bit PCM; 16-bit PCM, A-law or µ-law can be taken")));
        }
        (6 | 7, bits) => return Err(refused(format!("the header says G.711 with {bits} bits per sample; it has 8"))),
        (2 | 0x11, _) => "ADPCM",
        (3, _) => "floating point",
        (0x31, _) => "GSM 6.10",
        (0x50 | 0x55, _) => "MPEG audio",
        (0x83 | 0x133, _) => "G.729",
        _ => "unknown",
    };
    Err(refused(format!("the codec is {name} (tag {:#06x}); 16-bit PCM, A-law or µ-law can be taken", format.tag)))
}

fn decode(info: WavInfo, data: &[u8]) -> symphonia::core::errors::Result<Vec<Vec<i16>>> {
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(match info.codec {
            WavCodec::Pcm16 => CODEC_ID_PCM_S16LE,
            WavCodec::ALaw => CODEC_ID_PCM_ALAW,
            WavCodec::MuLaw => CODEC_ID_PCM_MULAW,
        })
        .with_sample_rate(info.sample_rate_hz)
        .with_channels(Channels::Discrete(info.channels));
    let mut decoder = PcmDecoder::try_new(&parameters, &AudioDecoderOptions::default())?;
    let frame = info.codec.bytes() as usize * usize::from(info.channels);
    let mut channels = vec![Vec::with_capacity(data.len() / frame); usize::from(info.channels)];
    let mut block: Vec<Vec<i16>> = Vec::new();
    for packet in data.chunks(frame * 4096) {
        let decoded = decoder.decode_ref(&PacketRef::new(0, Timestamp::ZERO, Frames::ZERO, packet))?;
        decoded.copy_to_vecs_planar(&mut block);
        for (channel, samples) in channels.iter_mut().zip(&block) {
            channel.extend_from_slice(samples);
        }
    }
    Ok(channels)
}

#[cfg(test)]
mod tests;

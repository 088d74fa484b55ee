//! The whole path from samples to segments, in this process.

use super::vad::{self, Activity, Speech};
use super::{Segment, Transcript, ctc, sanm};
use crate::error::{ErrorCode, Result};
use crate::inference::audio::PcmChannels;
use crate::inference::manifest::{Family, Manifest, Role};
use guitai_kernels::{fbank, resample};
use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What runs the model, as it stands in transcripts.
const ENGINE: &str = concat!("guitai ", env!("CARGO_PKG_VERSION"), " candle-cpu");

/// How far a segment may reach beyond its first and last character, in milliseconds: a noise that the detector took for speech then
/// does not stretch it.
const LEAD_MS: u64 = 400;
const TRAIL_MS: u64 = 600;

/// A loaded model. Used by one thread at a time or by several; it has no state of its own.
pub struct Recogniser {
    manifest: Manifest,
    tokens: Vec<String>,
    fbank: fbank::Fbank,
    mean: Vec<f32>,
    std: Vec<f32>,
    encoder: sanm::Encoder,
}

/// When to stop early: looked at before every stretch of speech, that is at least every 20 s of audio.
#[derive(Default)]
pub struct Control {
    pub deadline: Option<Instant>,
    pub cancelled: AtomicBool,
}

impl Control {
    fn check(&self) -> Result<()> {
        let late = self.deadline.is_some_and(|d| Instant::now() >= d);
        if late || self.cancelled.load(Ordering::Relaxed) {
            return Err(ErrorCode::EngineTimedOut.into());
        }
        Ok(())
    }
}

impl Recogniser {
    /// Reads, verifies and builds the model in `folder`. Blocks: reading and hashing take a second per 300 MB.
    ///
    /// # Errors
    /// `ModelRefused`, naming the file or tensor that does not fit.
    pub fn load(folder: &Path) -> Result<Self> {
        let manifest = Manifest::read(folder)?;
        let refused = |e: candle_core::Error| ErrorCode::ModelRefused.because(format!("{}: {e}", manifest.title()));
        let features = manifest.features;
        let fbank = fbank::Fbank::new(fbank::FbankConfig {
            sample_rate_hz: manifest.sample_rate_hz,
            mels: features.mels,
            frame_ms: features.frame_ms,
            shift_ms: features.shift_ms,
            preemphasis: features.preemphasis,
            low_hz: features.low_hz,
            high_hz: features.high_hz,
        })
        .map_err(|e| ErrorCode::ModelRefused.because(format!("{}: {e}", manifest.title())))?;
        if !(1..=64).contains(&features.stack) || !(1..=64).contains(&features.stride) {
            return Err(ErrorCode::ModelRefused.because("the stack and the stride of the features must be 1 to 64"));
        }
        let tokens: Vec<String> = serde_json::from_slice(&manifest.verified(folder, Role::Tokens)?).map_err(|e| {
            ErrorCode::ModelRefused.because(format!("the token list is not a JSON list of strings: {e}"))
        })?;
        let tensors = sanm::tensors(manifest.verified(folder, Role::Weights)?).map_err(refused)?;
        let inputs = features.mels * features.stack;
        let row = |name: &str| tensors.get(inputs, name)?.to_vec1::<f32>();
        let (mean, std) = (row("cmvn.mean").map_err(refused)?, row("cmvn.std").map_err(refused)?);
        let encoder = match manifest.family {
            Family::SanmCtc => sanm::Encoder::load(&manifest.sanm, inputs, tokens.len(), &tensors).map_err(refused)?,
        };
        Ok(Self { manifest, tokens, fbank, mean, std, encoder })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What runs the model.
    pub fn engine(&self) -> &'static str {
        ENGINE
    }

    /// Transcribes every channel. Blocks: hundreds of seconds of speech per second of CPU for a tiny model, tens for a large one.
    ///
    /// # Errors
    /// `EngineTimedOut` when `control` says to stop, `InvalidParameter` for a sample rate that cannot be converted, `ModelRefused` when
    /// the model's output is not a number, `Internal` when the arithmetic fails.
    pub fn transcribe(&self, audio: &PcmChannels, control: &Control) -> Result<Transcript> {
        let channels =
            audio.channels().iter().map(|c| self.at_own_rate(c, audio.sample_rate_hz())).collect::<Result<Vec<_>>>()?;
        let rate = self.manifest.sample_rate_hz;
        let mut activity: Vec<Activity> = channels.iter().map(|c| Activity::detect(c, rate)).collect();
        vad::drop_crosstalk(&mut activity);
        let mut segments = Vec::new();
        for (index, (samples, activity)) in (0u16..).zip(channels.iter().zip(&activity)) {
            for speech in &activity.speech {
                control.check()?;
                segments.extend(self.segment(index, activity.samples(samples, &speech.padded), speech)?);
            }
        }
        segments.sort_by_key(|s: &Segment| (s.start_ms, s.channel));
        Ok(Transcript {
            engine: ENGINE.to_owned(),
            model: self.manifest.title(),
            model_digest: self.manifest.digest.clone(),
            demo_model: self.manifest.demo,
            segments,
        })
    }

    fn at_own_rate<'a>(&self, samples: &'a [i16], rate_hz: u32) -> Result<Cow<'a, [i16]>> {
        match (rate_hz, self.manifest.sample_rate_hz) {
            (from, to) if from == to => Ok(Cow::Borrowed(samples)),
            (16_000, 8000) => Ok(Cow::Owned(resample::halve(samples))),
            (8000, 16_000) => Ok(Cow::Owned(resample::double(samples))),
            (from, to) => Err(ErrorCode::InvalidParameter
                .because(format!("audio at {from} Hz; the model takes {to} Hz, 8 and 16 kHz convert"))),
        }
    }

    /// Reads one stretch of speech; `None` when the model hears no words in it.
    fn segment(&self, channel: u16, samples: &[i16], speech: &Speech) -> Result<Option<Segment>> {
        let features = self.features(samples);
        if features.is_empty() {
            return Ok(None);
        }
        let failed = |e: candle_core::Error| ErrorCode::Internal.caused_by(e).context("the encoder failed");
        let log_probs =
            self.encoder.log_probs(features).and_then(|t| t.flatten_all()?.to_vec1::<f32>()).map_err(failed)?;
        let emissions = ctc::greedy(&log_probs, self.tokens.len())?;
        let (Some(first), Some(last)) = (emissions.first(), emissions.last()) else { return Ok(None) };
        let text: String = emissions.iter().filter_map(|e| self.tokens.get(e.token)).map(String::as_str).collect();
        let step_ms = u64::from(self.manifest.features.shift_ms) * self.manifest.features.stride as u64;
        let at = |frame: usize| vad::frame_ms(speech.padded.start) + frame as u64 * step_ms;
        let start_ms = vad::frame_ms(speech.heard.start).max(at(first.first_frame).saturating_sub(LEAD_MS));
        let end_ms = vad::frame_ms(speech.heard.end).min(at(last.last_frame + 1) + TRAIL_MS).max(start_ms + 1);
        Ok(Some(Segment { channel, start_ms, end_ms, text, confidence: ctc::confidence(&emissions) }))
    }

    /// Stacked and normalised features, frame after frame.
    fn features(&self, samples: &[i16]) -> Vec<f32> {
        let config = self.manifest.features;
        let mut stacked = fbank::stack_frames(&self.fbank.compute(samples), config.mels, config.stack, config.stride);
        for row in stacked.chunks_mut(self.mean.len().max(1)) {
            for ((x, mean), std) in row.iter_mut().zip(&self.mean).zip(&self.std) {
                *x = (*x - mean) / std;
            }
        }
        stacked
    }
}

#[cfg(test)]
mod tests;

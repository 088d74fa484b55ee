//! Speech recognition: from the channels of a call to sentences with their times.
//!
//! The way: voice activity per channel ([`vad`]) → log mel features → SANM encoder ([`sanm`]) → CTC reading ([`ctc`]) → one
//! [`Segment`] per stretch of speech, all channels merged by time. [`Recogniser`] does it in this process and blocks; what the rest of
//! the program holds is a [`SpeechRecogniser`], normally the supervised child.

pub mod ctc;
mod recogniser;
pub mod sanm;
pub mod vad;

pub use recogniser::{Control, Recogniser};

use super::audio::PcmChannels;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// Turns speech into text.
#[async_trait::async_trait]
pub trait SpeechRecogniser: Send + Sync {
    /// Transcribes every channel on its own.
    ///
    /// # Errors
    /// `EngineTimedOut` once `deadline` has passed, `Overloaded` when too much waits already, `EngineUnavailable` when the engine is
    /// away or died twice on this audio, `InvalidParameter` when the audio cannot be taken. Any of the first three may be tried again.
    async fn transcribe(&self, audio: PcmChannels, deadline: Instant) -> Result<Transcript>;
}

/// What was said, and which model says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The code that ran the model.
    pub engine: String,
    /// Name and version of the model.
    pub model: String,
    /// SM3 of the model's manifest, which names the digests of all its files.
    pub model_digest: String,
    /// The model is for demonstrations; whoever shows the text must say so.
    pub demo_model: bool,
    /// In order of start.
    pub segments: Vec<Segment>,
}

/// One stretch of speech by one speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Index of the channel, 0 = left.
    pub channel: u16,
    /// Milliseconds since the start of the recording.
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
    /// Geometric mean of the probabilities of the characters, 0 … 1. A model's own opinion of itself: good for ranking, not a
    /// probability of being right.
    pub confidence: f32,
}

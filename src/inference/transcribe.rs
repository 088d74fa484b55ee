//! `guitai transcribe FILE.wav`: one file, in this process, without a server.

use super::asr::{Control, Recogniser, Transcript};
use super::audio::{self, WavRules};
use crate::error::{ErrorCode, Result};
use std::fmt::Write as _;
use std::path::Path;

/// No recording that can be taken is larger: two hours of 16-bit stereo at 16 kHz, and a header.
const LARGEST: u64 = 2 * 3600 * 16_000 * 4 + 65_536;

/// Transcribes a WAV file with the model in `model_dir`. Blocks for as long as that takes; mono is taken too.
///
/// # Errors
/// `WavRefused`, `ModelRefused`, or `NotFound` when there is no such file.
pub fn transcribe_file(file: &Path, model_dir: &Path) -> Result<Transcript> {
    let size = std::fs::metadata(file)
        .map_err(|e| ErrorCode::NotFound.caused_by(e).context(file.display().to_string()))?
        .len();
    if size > LARGEST {
        return Err(ErrorCode::WavRefused
            .because(format!("the file has {size} bytes; two hours of audio have at most {LARGEST}")));
    }
    let bytes =
        std::fs::read(file).map_err(|e| ErrorCode::NotFound.caused_by(e).context(file.display().to_string()))?;
    let (_, audio) = audio::decode_wav(&bytes, &WavRules::SPEECH)?;
    Recogniser::load(model_dir)?.transcribe(&audio, &Control::default())
}

impl Transcript {
    /// For people: a warning if the model is for demonstrations, then a line per segment with its time and channel.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if self.demo_model {
            text.push_str("演示模型，不代表真实准确率 · demonstration model, not real accuracy\n");
        }
        for s in &self.segments {
            let clock = |ms: u64| format!("{:02}:{:02}.{}", ms / 60_000, ms / 1000 % 60, ms / 100 % 10);
            let channel = match s.channel {
                0 => "左 L",
                1 => "右 R",
                _ => "--",
            };
            // Writing to a String cannot fail.
            let _written = writeln!(text, "{}–{}  {channel}  {}", clock(s.start_ms), clock(s.end_ms), s.text);
        }
        text
    }
}

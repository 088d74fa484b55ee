//! Engines for speech, language and meaning, and the supervised `guitai engine` children that run them. Knows no table.
//!
//! A model runs in a child process of its own, because its thread pools and its faults are process-wide: [`Supervisor`] starts
//! the child, hands it one request after another, restarts it when it dies and never lets a caller wait past its deadline.
//! Audio travels over a socket pair and is never written to disk. What callers hold is the trait [`SpeechRecogniser`].
//!
//! Always true: a model's files are checked against the digests in its manifest before the first byte of them is used; a transcript
//! names the engine, the model and the model's digest; a demonstration model says so in everything it produces.
//!
//! `docs/adr/0004-inference-children.md` has the reasons.

pub mod asr;
pub mod audio;
pub mod engine;
pub mod manifest;
mod transcribe;

pub use asr::{Segment, SpeechRecogniser, Transcript};
pub use audio::{PcmChannels, WavInfo, WavRules, decode_wav};
pub use engine::{EngineArgs, EngineConfig, EngineInfo, EngineKind, EngineState, Supervisor, run_engine_child};
pub use manifest::Manifest;
pub use transcribe::transcribe_file;

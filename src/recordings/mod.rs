//! Recordings of calls: taken in with their call record, kept sealed and signed, turned into text, heard only by whoever was granted it.
//!
//! Tables: `recordings`, `transcripts`, `transcript_segments`, `playback_grants`; files: a vault folder of its own, and the spool of
//! the recorder's folder. Events out, all on the
//! recordings topic: `recording.imported`, `.transcription_started`, `.transcription_postponed`, `.transcription_failed`, `.transcribed`.
//! What always holds: the bytes that were delivered are kept bit for bit, sealed under a key of their own; their SM3 digest and the facts of the
//! call are signed with SM2 when they are taken in, and checked again before they are read; one call id is one recording;
//! numbers are sealed and found by blind index only; a transcription waits for an engine that is away and is never dropped; nobody hears a
//! recording without a grant in time, and every hearing is on record. `docs/adr/0014-recordings.md` has the reasons.

mod approval;
mod cdr;
mod content;
mod import;
mod inbox;
mod manifest;
mod model;
mod orphans;
mod playback;
mod service;
mod store;
mod transcribe;
mod views;
mod waveform;

pub mod http;

pub use cdr::{Cdr, CdrJson};
pub use content::{FoundSegment, SegmentTexts, find_segment};
pub use import::Delivery;
pub use inbox::Inbox;
pub use model::{Direction, GrantSource, Speaker, State};
pub use orphans::{ORPHANED_RECORDINGS_JOB, RemoveOrphanedRecordings};
pub use playback::{AskedRange, PLAYBACK_APPROVAL, Playing};
pub use service::{ListFilter, RecordingSettings, Recordings, Spoken, TRANSCRIBE_JOB, spoken};
pub use transcribe::Transcribe;
pub use views::{GrantView, RecordingEvent, RecordingView, SegmentView, TranscriptView, WaveformView};

#[cfg(test)]
mod tests;

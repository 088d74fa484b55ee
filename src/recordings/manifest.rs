//! What the signature of a recording covers: the facts of the call and the digest of its file, in one fixed form. No I/O.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::error::{ErrorCode, Result};

/// The signed facts of a recording. Every field can be taken from its row again, so the signature can be checked as long as the row stands.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest<'a> {
    /// Names the form; a later one has another.
    format: &'static str,
    recording_id: uuid::Uuid,
    call_id: &'a str,
    direction: &'a str,
    started_at: String,
    ended_at: String,
    agent_channel: i16,
    /// Blind indexes: they bind the numbers without telling them.
    caller_index: String,
    callee_index: String,
    codec: &'a str,
    sample_rate: i32,
    channels: i16,
    duration_ms: i64,
    bytes: i64,
    /// The digest of the file as it was delivered: SM3 of the SM3 digests of its chunks of 64 KiB.
    digest_sm3: String,
}

/// What a manifest is made of.
pub struct Facts<'a> {
    pub recording_id: uuid::Uuid,
    pub call_id: &'a str,
    pub direction: &'a str,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    pub agent_channel: i16,
    pub caller_index: &'a [u8],
    pub callee_index: &'a [u8],
    pub codec: &'a str,
    pub sample_rate: i32,
    pub channels: i16,
    pub duration_ms: i64,
    pub bytes: i64,
    pub digest: &'a [u8],
}

impl<'a> Manifest<'a> {
    pub fn of(facts: &Facts<'a>) -> Self {
        let time = |t: DateTime<Utc>| t.to_rfc3339_opts(SecondsFormat::Micros, true);
        Self {
            format: "guitai.recording.v1",
            recording_id: facts.recording_id,
            call_id: facts.call_id,
            direction: facts.direction,
            started_at: time(facts.started_at),
            ended_at: time(facts.ended_at),
            agent_channel: facts.agent_channel,
            caller_index: hex::encode(facts.caller_index),
            callee_index: hex::encode(facts.callee_index),
            codec: facts.codec,
            sample_rate: facts.sample_rate,
            channels: facts.channels,
            duration_ms: facts.duration_ms,
            bytes: facts.bytes,
            digest_sm3: hex::encode(facts.digest),
        }
    }

    /// The bytes that are signed: JSON in the order of the fields, without white space.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| ErrorCode::Internal.caused_by(e))
    }
}

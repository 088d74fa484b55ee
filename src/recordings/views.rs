//! What screens and events carry. Masked here, on the server.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::customers::CustomerView;
use crate::db::ids::{AccountId, CustomerId, InspectionId, RecordingId, SegmentId, SigningKeyId};
use crate::identity::Person;

use super::model::{Direction, GrantSource, Speaker, State};

/// Which key signed the recording when it was closed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SignatureView {
    pub key_id: SigningKeyId,
    /// `SM2`
    pub algorithm: &'static str,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Recording)]
pub struct RecordingView {
    pub id: RecordingId,
    pub call_id: String,
    pub direction: Direction,
    pub state: State,
    /// 0 to 1.
    pub progress: f32,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    pub duration_ms: i64,
    pub sample_rate: i32,
    pub codec: String,
    pub channels: i16,
    pub agent: Option<Person>,
    pub customer: Option<CustomerView>,
    pub caller_masked: String,
    pub callee_masked: String,
    /// SM3 of the file as it was delivered, hexadecimal.
    pub digest_sm3: String,
    pub bytes: i64,
    pub signature: SignatureView,
    pub inspection_id: Option<InspectionId>,
    pub imported_at: DateTime<Utc>,
    /// Why it is not transcribed: an error code.
    pub failure: Option<String>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = TranscriptSegment)]
pub struct SegmentView {
    pub id: SegmentId,
    pub ordinal: i32,
    pub channel: i16,
    pub speaker: Speaker,
    /// Milliseconds since the start of the recording.
    pub start_ms: i64,
    pub end_ms: i64,
    pub text: String,
    pub confidence: f32,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = RecordingTranscript)]
pub struct TranscriptView {
    pub engine: String,
    pub model: String,
    pub model_digest: String,
    /// A demonstration model made it: the screen says so.
    pub demo_model: bool,
    pub segments: Vec<SegmentView>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChannelPeaks {
    pub speaker: Speaker,
    /// The loudest sample of each stretch, 0 to 1.
    pub peaks: Vec<f32>,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Waveform)]
pub struct WaveformView {
    pub duration_ms: i64,
    pub channels: Vec<ChannelPeaks>,
}

/// Whether the caller may hear a recording.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = PlaybackGrant)]
pub struct GrantView {
    pub granted: bool,
    pub by: Option<GrantSource>,
    pub expires_at: Option<DateTime<Utc>>,
    /// The approval that granted it, or the request that waits.
    pub approval_id: Option<uuid::Uuid>,
}

/// Payload of every event about a recording.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordingEvent {
    pub recording_id: RecordingId,
    pub call_id: String,
    pub state: State,
    pub agent_id: Option<AccountId>,
    pub customer_id: Option<CustomerId>,
}

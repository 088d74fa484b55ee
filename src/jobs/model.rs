//! Jobs as they are queued. No I/O.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::db::ids::{JobId, OrgId};
use crate::error::{ErrorCode, Result};

/// The stable name of a kind of work, for example `recordings.transcribe`.
pub type JobKind = &'static str;

/// Higher runs first; night work is shed first under load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    Interactive = 20,
    Normal = 10,
    Night = 0,
}

/// Work to queue.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub org_id: Option<OrgId>,
    pub kind: JobKind,
    /// JSON text: ids only.
    pub payload: String,
    pub priority: Priority,
    /// When given, a second queued or running job of this kind with the same key is not added.
    pub dedup_key: Option<String>,
    /// Not before this time; at once when `None`.
    pub run_at: Option<DateTime<Utc>>,
    pub max_attempts: i32,
}

impl NewJob {
    pub fn new(org_id: OrgId, kind: JobKind, payload: &impl Serialize) -> Result<Self> {
        Ok(Self {
            org_id: Some(org_id),
            kind,
            payload: serde_json::to_string(payload).map_err(|e| ErrorCode::Internal.caused_by(e))?,
            priority: Priority::Normal,
            dedup_key: None,
            run_at: None,
            max_attempts: 8,
        })
    }

    /// Work of the program itself, for no organisation in particular.
    pub fn system(kind: JobKind) -> Self {
        Self {
            org_id: None,
            kind,
            payload: "{}".to_owned(),
            priority: Priority::Normal,
            dedup_key: None,
            run_at: None,
            max_attempts: 8,
        }
    }

    pub fn deduplicated(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }

    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its time or for a worker.
    Queued,
    /// A worker has it; when its lease has run out, the next worker takes it.
    Running,
    Done,
    /// Given up after its last attempt.
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: &[JobState] =
        &[JobState::Queued, JobState::Running, JobState::Done, JobState::Failed, JobState::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }

    pub fn parse(name: &str) -> Result<Self> {
        let state = Self::ALL.iter().copied().find(|state| state.as_str() == name);
        state.ok_or_else(|| ErrorCode::InvalidParameter.because(format!("no such job state: {name}")))
    }
}

/// A job as operators see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobStatus {
    pub id: JobId,
    pub org_id: Option<OrgId>,
    pub kind: String,
    pub priority: i16,
    pub state: JobState,
    pub run_at: DateTime<Utc>,
    pub attempts: i32,
    pub max_attempts: i32,
    /// From 0 to 1, as the handler reports it.
    pub progress: f32,
    /// The code of the last error.
    pub error_code: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// How one run of a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOutcome {
    Done,
    /// It runs again later.
    Retry,
    Failed,
    /// Cancelled, or another worker's by now: what this run did counts for nothing.
    Lost,
}

impl JobOutcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            JobOutcome::Done => "done",
            JobOutcome::Retry => "retry",
            JobOutcome::Failed => "failed",
            JobOutcome::Lost => "lost",
        }
    }
}

//! States, speakers and the transitions between states. No I/O.

use crate::db::stored_enum;
use crate::error::{ErrorCode, Result};

stored_enum! {
    /// Who called whom, seen from the bank.
    Direction {
        Inbound = "inbound",
        Outbound = "outbound",
    }
}

stored_enum! {
    /// How far a recording has come.
    #[schema(as = RecordingState)]
    State {
        /// Kept and signed; its transcription waits its turn, or for the engine.
        Imported = "imported",
        Transcribing = "transcribing",
        Transcribed = "transcribed",
        /// It cannot be transcribed; the recording itself is kept.
        Failed = "failed",
    }
}

stored_enum! {
    /// Who is heard on a channel.
    Speaker {
        Agent = "agent",
        Customer = "customer",
    }
}

stored_enum! {
    /// Why somebody may hear a recording.
    GrantSource {
        /// He is the inspector of this call (row E3: an assigned task is itself a grant).
        InspectionTask = "inspection_task",
        /// A second person approved it.
        Approval = "approval",
    }
}

impl State {
    /// The one place that says which transitions exist. A transcription that a crash cut off begins again.
    pub fn to(self, next: State) -> Result<State> {
        use State::{Failed, Imported, Transcribed, Transcribing};
        match (self, next) {
            (Imported | Transcribing | Failed, Transcribing) | (Transcribing, Imported | Transcribed | Failed) => {
                Ok(next)
            }
            _ => Err(ErrorCode::TransitionNotAllowed.because(format!("{} → {}", self.as_str(), next.as_str()))),
        }
    }
}

/// Who speaks on a channel when the agent is on `agent_channel`.
pub fn speaker_on(channel: i16, agent_channel: i16) -> Speaker {
    if channel == agent_channel { Speaker::Agent } else { Speaker::Customer }
}

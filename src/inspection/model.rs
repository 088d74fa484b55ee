//! Subjects, states and the transitions between them. No I/O.

use crate::db::stored_enum;
use crate::error::{ErrorCode, Result};
use crate::web::check_text;

stored_enum! {
    /// What is inspected.
    SubjectKind {
        Conversation = "conversation",
        Recording = "recording",
    }
}

stored_enum! {
    /// How far people have come with it. What the program found takes effect when a person confirms it, never before (control G6).
    #[schema(as = InspectionState)]
    State {
        /// The program's own result.
        Suggested = "suggested",
        /// An inspector works on it.
        Assigned = "assigned",
        /// An inspector stands for it.
        Confirmed = "confirmed",
    }
}

impl State {
    /// The one place that says which transitions exist.
    pub fn to(self, next: State) -> Result<State> {
        match (self, next) {
            (State::Suggested, State::Assigned) | (State::Assigned, State::Confirmed) => Ok(next),
            _ => Err(ErrorCode::TransitionNotAllowed.because(format!("{} → {}", self.as_str(), next.as_str()))),
        }
    }
}

/// One thing that is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: uuid::Uuid,
}

/// The longest comment of an inspector, in characters.
const MAX_COMMENT: usize = 2_000;

/// A comment as it may be stored; blank means none.
pub fn check_comment(text: &str) -> Result<Option<String>> {
    if text.trim().is_empty() { Ok(None) } else { check_text(text, MAX_COMMENT, "comment").map(Some) }
}

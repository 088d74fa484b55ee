//! Kinds, priorities, states, and who may move a ticket where. No I/O.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use crate::db::stored_enum;
use crate::error::{ErrorCode, Result};

stored_enum! {
    /// What the customer wants.
    #[schema(as = TicketKind)]
    Kind {
        Inquiry = "inquiry",
        /// A consumer complaint (投诉).
        Complaint = "complaint",
        ServiceRequest = "service_request",
        /// He disputes a transaction.
        Dispute = "dispute",
    }
}

stored_enum! {
    #[schema(as = TicketPriority)]
    Priority {
        Low = "low",
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
    }
}

stored_enum! {
    #[schema(as = TicketState)]
    State {
        /// Nobody has begun.
        Open = "open",
        InProgress = "in_progress",
        WaitingCustomer = "waiting_customer",
        /// The bank's side is done; it can be taken up again.
        Resolved = "resolved",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

stored_enum! {
    /// What a line of a ticket's history records.
    EntryKind {
        Created = "created",
        Comment = "comment",
        Transition = "transition",
        Assignment = "assignment",
    }
}

/// The longest subject, in characters.
pub const MAX_SUBJECT: usize = 120;
/// The longest description or comment, in characters.
pub const MAX_TEXT: usize = 4_000;

/// How somebody stands to a ticket. He may do so in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub supervisor: bool,
    pub creator: bool,
    pub assignee: bool,
    /// Nobody is assigned.
    pub unassigned: bool,
}

impl Standing {
    /// Whether he may see the ticket: the queue is seen by every agent until a ticket in it is finished.
    pub fn sees(self, state: State) -> bool {
        self.supervisor || self.creator || self.assignee || (self.unassigned && !state.is_final())
    }

    /// Whether the ticket is his to work on.
    const fn works(self) -> bool {
        self.supervisor || self.assignee
    }

    /// Whether he may give the ticket to somebody (himself included) or, with `None`, back to the queue.
    pub fn may_assign(self, state: State, to: Option<To>) -> Result<()> {
        if state.is_final() {
            return Err(ErrorCode::TransitionNotAllowed.because(format!("assign in state {}", state.as_str())));
        }
        // Whoever has it may pass it on or give it back; what nobody has, an agent may take.
        let may = self.works() || (self.unassigned && to == Some(To::Himself));
        if may { Ok(()) } else { Err(ErrorCode::Forbidden.because("the ticket is in other hands")) }
    }
}

/// Whom a ticket is given to, seen from who gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Himself,
    Another,
}

impl State {
    /// Nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, State::Closed | State::Cancelled)
    }

    /// The one place that says which transitions exist, and who may make them.
    pub fn to(self, next: State, kind: Kind, who: Standing) -> Result<State> {
        use State::{Cancelled, Closed, InProgress, Open, Resolved, WaitingCustomer};
        let may = match (self, next) {
            // Beginning a ticket that nobody has also takes it.
            (Open, InProgress) => who.works() || who.unassigned,
            (InProgress, WaitingCustomer | Resolved)
            | (WaitingCustomer, InProgress | Resolved)
            | (Resolved, InProgress | Closed) => who.works(),
            // A complaint is the customer's own: only a supervisor calls it off.
            (Open, Cancelled) if kind != Kind::Complaint => who.works() || who.creator,
            (InProgress | WaitingCustomer, Cancelled) if kind != Kind::Complaint => who.works(),
            (Open | InProgress | WaitingCustomer, Cancelled) => who.supervisor,
            _ => {
                let what = format!("{} → {}", self.as_str(), next.as_str());
                return Err(ErrorCode::TransitionNotAllowed.because(what));
            }
        };
        if may { Ok(next) } else { Err(ErrorCode::Forbidden.because("the ticket is in other hands")) }
    }

    /// Where this person may move the ticket now.
    pub fn allowed(self, kind: Kind, who: Standing) -> Vec<State> {
        State::ALL.iter().copied().filter(|next| self.to(*next, kind, who).is_ok()).collect()
    }
}

impl Priority {
    /// Time to a solution: hours of the wall clock from creation, nights and holidays included. Working calendars and clocks that
    /// pause come with service levels; the statutory 15 days for a complaint are longer than every one of these.
    pub const fn time_allowed(self) -> TimeDelta {
        match self {
            Priority::Urgent => TimeDelta::hours(4),
            Priority::High => TimeDelta::hours(24),
            Priority::Normal => TimeDelta::hours(72),
            Priority::Low => TimeDelta::hours(168),
        }
    }
}

/// Beijing time, which has had no daylight saving since 1991.
const BEIJING_OFFSET_S: i32 = 8 * 3600;

/// What staff and customers call a ticket: `T`, the day it was made in Beijing time, and a number that runs on over the days.
pub fn number(now: DateTime<Utc>, serial: i64) -> Result<String> {
    let beijing = FixedOffset::east_opt(BEIJING_OFFSET_S).ok_or_else(|| ErrorCode::Internal.because("time zone"))?;
    Ok(format!("T{}-{serial:06}", now.with_timezone(&beijing).format("%Y%m%d")))
}

//! Two-person acts: one asks, another decides, and what was asked for is done in the transaction of the decision.
//!
//! Table: `approvals`. Events out: `approval.requested`, `approval.decided` (also for expiry). What always holds: nobody decides on his
//! own request, here and in the database; an approval is decided once; what is approved is executed with the decision or not at all;
//! reasons and comments are stored sealed. No module writes its own: it gives an [`Executor`] for its kind of act.

pub mod http;
mod model;
mod service;
mod store;

pub use model::{Approval, ApprovalEvent, ApprovalState, ApprovalView, Decision, ObjectView};
pub use service::{Approvals, Executor, ListFilter, NewRequest, Subject};

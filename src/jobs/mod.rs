//! The durable job queue: work that survives a crash, claimed with SKIP LOCKED under a lease.
//!
//! Table: `jobs`. [`enqueue`] adds in the caller's transaction, a [`Worker`] runs, a [`Schedule`] only enqueues. What always holds: a job
//! exists only if the act that queued it committed; no two workers run a job at the same time while its lease is renewed; a job whose
//! worker died runs again when its lease has run out, and whatever its former worker then says about it is refused; handlers are
//! idempotent; a payload holds ids, never content.

mod model;
mod schedule;
mod store;
mod worker;

pub use model::{JobKind, JobOutcome, JobState, JobStatus, NewJob, Priority};
pub use schedule::{Schedule, run_schedules};
pub use store::{JobCounts, JobFilter, NOTIFY_CHANNEL, cancel, counts, enqueue, get, list, retry};
pub use worker::{JobContext, JobHandler, Worker, WorkerSettings};

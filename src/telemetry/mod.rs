//! How the process is watched: logs, metrics, the service manager, and the tasks that run inside it.
//!
//! - [`logging`]: one line per event, to the journal, as JSON or for a terminal. Never customer content.
//! - [`metrics`]: every metric of the program, by name, in one file.
//! - [`systemd`]: readiness, stopping and watchdog of `Type=notify` services.
//! - [`tasks`]: background tasks with a name, a common cancellation, and a drain with a deadline.
//!
//! Owns no table and emits no event. Always holds: nothing here blocks an async worker, and nothing here carries a name,
//! a number or a word of a customer; labels of metrics come from closed sets.

pub mod logging;
pub mod metrics;
pub mod systemd;
pub mod tasks;

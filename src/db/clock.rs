//! The one clock. PostgreSQL keeps microseconds, so time is cut to them before it is stored, signed or compared.

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// Where "now" comes from: the system, or a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    pub fn system() -> Self {
        Self(Arc::new(|| {
            #[expect(clippy::disallowed_methods, reason = "this is the one clock that everything else asks")]
            Utc::now()
        }))
    }

    /// A clock that a test moves by hand.
    pub fn from_fn(f: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(f))
    }

    /// The present time, UTC, in whole microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        let t = (self.0)();
        t.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(t)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

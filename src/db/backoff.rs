//! How long to wait before trying again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Exponential backoff with jitter: each failure doubles the wait up to a limit, and every wait is drawn between half of that and all of
/// it, so that those who failed together do not come back together.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The wait after the first failure, before jitter.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
}

impl Backoff {
    pub const fn new(first: Duration, max: Duration) -> Self {
        Self { first, max }
    }

    /// The wait after this many failures in a row, counted from 1.
    pub fn delay(&self, failures: u32) -> Duration {
        // A system without randomness waits the whole time; it has greater troubles than waiting together.
        let drawn = getrandom::u32().unwrap_or(u32::MAX);
        self.whole(failures).mul_f64(0.5 + 0.5 * f64::from(drawn) / f64::from(u32::MAX))
    }

    /// As [`Backoff::delay`], as the time when to try again.
    pub fn next(&self, failures: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        later(now, self.delay(failures))
    }

    fn whole(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.max)
    }
}

/// `now` and a wait; the end of time when there is no such date.
pub fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by).ok().and_then(|by| now.checked_add_signed(by)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_double_until_the_limit() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        let whole: Vec<_> = (1..9).map(|n| backoff.whole(n).as_secs()).collect();
        assert_eq!(whole, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_half_nor_longer_than_the_limit(failures: u32, first in 0u64..100_000, max in 0u64..100_000_000) {
            let backoff = Backoff::new(Duration::from_millis(first), Duration::from_millis(max));
            let (delay, whole) = (backoff.delay(failures), backoff.whole(failures));
            prop_assert!(delay <= whole && delay >= whole.mul_f64(0.5), "{delay:?} of {whole:?}");
            prop_assert!(whole <= backoff.max);
        }
    }
}

//! Work that comes again and again. A schedule only enqueues; what it enqueues is a job like any other.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use uuid::Builder;

use super::model::{JobKind, NewJob, Priority};
use super::store::enqueue_as;
use crate::crypto::sm3;
use crate::db::ids::JobId;
use crate::db::{Clock, Connection, Db};
use crate::error::{ErrorCode, Result};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// A job of `kind` once per `every`, counted from the epoch, on however many nodes.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Unique; it is also the deduplication key, so that a run which takes longer than `every` is not overtaken by the next.
    pub name: &'static str,
    pub every: Duration,
    pub kind: JobKind,
    pub priority: Priority,
}

impl Schedule {
    /// Enqueues the job of the present turn, unless some node has done so already or the last one is not done. Turns that passed while
    /// nobody looked are not made up for.
    pub async fn enqueue(&self, conn: &mut Connection, now: DateTime<Utc>) -> Result<Option<JobId>> {
        let id = self.job_of_turn(now)?;
        let job = NewJob::system(self.kind).deduplicated(self.name).priority(self.priority);
        enqueue_as(conn, id, job, now).await
    }

    /// The same id on every node and at every time of one turn: a UUIDv7 of the turn's beginning whose random part is drawn from the name.
    fn job_of_turn(&self, now: DateTime<Utc>) -> Result<JobId> {
        let invalid = || ErrorCode::Internal.because(format!("schedule {} has no turns", self.name));
        let every = u64::try_from(self.every.as_millis()).map_err(|_| invalid())?;
        let now = u64::try_from(now.timestamp_millis()).map_err(|_| invalid())?;
        let start = now - now.checked_rem(every).ok_or_else(invalid)?;
        let digest = sm3::digest(self.name.as_bytes());
        let drawn = digest.first_chunk::<10>().ok_or_else(invalid)?;
        Ok(JobId(Builder::from_unix_timestamp_millis(start, drawn).into_uuid()))
    }
}

/// Enqueues what is due, until `stop`. Every node may do so.
pub async fn run_schedules(db: &Db, schedules: &[Schedule], clock: &Clock, stop: &CancellationToken) {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The turn that was seen to: asking the database once per turn is enough.
    let mut seen = vec![None; schedules.len()];
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        for (schedule, seen) in schedules.iter().zip(&mut seen) {
            let now = clock.now();
            let turn = schedule.job_of_turn(now).ok();
            if *seen == turn {
                continue;
            }
            let enqueued = async { schedule.enqueue(&mut *db.connection().await?, now).await };
            match enqueued.await {
                Ok(_) => *seen = turn,
                Err(e) => tracing::warn!(schedule.name = schedule.name, error = ?e, "scheduled job not enqueued"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_turn_has_one_job_and_the_next_another() {
        let hourly = Schedule { name: "a", every: Duration::from_secs(3600), kind: "k", priority: Priority::Night };
        let at = |minute| "2026-11-21T01:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute);
        let job = |minute| hourly.job_of_turn(at(minute)).unwrap();
        assert_eq!(job(0), job(59));
        assert_ne!(job(59), job(60));
        assert_ne!(job(0), Schedule { name: "b", ..hourly }.job_of_turn(at(0)).unwrap());
        assert_eq!(job(30).0.get_version_num(), 7);
        assert!(Schedule { every: Duration::ZERO, ..hourly }.job_of_turn(at(0)).is_err());
    }
}

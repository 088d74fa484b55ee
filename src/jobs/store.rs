//! All SQL of the job queue, on the caller's connection.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{JobState, JobStatus, NewJob};
use crate::db::Connection;
use crate::db::RowResult;
use crate::db::ids::{JobId, OrgId};
use crate::db::listen::notify;
use crate::db::schema::jobs;
use crate::error::{ErrorCode, Result};

/// The channel that wakes workers; a notification carries the job's id only.
pub const NOTIFY_CHANNEL: &str = "guitai_jobs";

/// Adds a job to the queue in the caller's transaction; `None` when a job with the same deduplication key is already there.
pub async fn enqueue(conn: &mut Connection, job: NewJob, now: DateTime<Utc>) -> Result<Option<JobId>> {
    enqueue_as(conn, JobId::fresh(), job, now).await
}

/// As [`enqueue`], under an id that the caller chose; `None` also when there is, or was, a job of that id.
pub(super) async fn enqueue_as(
    conn: &mut Connection,
    id: JobId,
    job: NewJob,
    now: DateTime<Utc>,
) -> Result<Option<JobId>> {
    let added = diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::org_id.eq(job.org_id),
            jobs::kind.eq(job.kind),
            jobs::payload.eq(job.payload),
            jobs::priority.eq(job.priority as i16),
            jobs::state.eq(JobState::Queued.as_str()),
            jobs::run_at.eq(job.run_at.unwrap_or(now)),
            jobs::max_attempts.eq(job.max_attempts),
            jobs::dedup_key.eq(job.dedup_key),
            jobs::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if added == 0 {
        return Ok(None);
    }
    notify(conn, NOTIFY_CHANNEL, id.to_string()).await?;
    Ok(Some(id))
}

/// A job that a worker has, under the lease of this token.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    pub id: JobId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub org_id: Option<OrgId>,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub payload: String,
    /// This attempt included.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Integer)]
    pub max_attempts: i32,
    #[diesel(sql_type = SqlUuid)]
    pub lease_token: Uuid,
}

/// Claims up to `limit` jobs of these kinds that are due or whose lease has run out, the most urgent first.
pub(super) async fn claim(
    conn: &mut Connection,
    kinds: &[&str],
    limit: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    const CLAIM: &str = "
        WITH due AS (
            SELECT id FROM jobs
            WHERE ((state = 'queued' AND run_at <= $1)
                OR (state = 'running' AND lease_until <= $1 AND attempts < max_attempts))
              AND kind = ANY($2)
            ORDER BY priority DESC, run_at, id
            LIMIT $3
            FOR UPDATE SKIP LOCKED)
        UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_token = $4, lease_until = $5
        FROM due WHERE jobs.id = due.id
        RETURNING jobs.id, org_id, kind, payload, attempts, max_attempts, lease_token";
    let query = diesel::sql_query(CLAIM)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Text>, _>(kinds)
        .bind::<BigInt, _>(limit)
        // One token for all that are claimed at once: a job is known by its id and the token together.
        .bind::<SqlUuid, _>(Uuid::now_v7())
        .bind::<Timestamptz, _>(until);
    Ok(query.load(conn).await?)
}

/// Gives up the jobs whose worker died in their last attempt.
pub(super) async fn fail_abandoned(conn: &mut Connection, now: DateTime<Utc>) -> Result<Vec<JobId>> {
    let abandoned = jobs::table
        .filter(jobs::state.eq(JobState::Running.as_str()))
        .filter(jobs::lease_until.le(now))
        .filter(jobs::attempts.ge(jobs::max_attempts));
    let failed = diesel::update(abandoned).set((
        jobs::state.eq(JobState::Failed.as_str()),
        jobs::error_code.eq(ErrorCode::WorkerLost.code()),
        jobs::lease_token.eq(None::<Uuid>),
        jobs::finished_at.eq(now),
    ));
    Ok(failed.returning(jobs::id).get_results(conn).await?)
}

/// Keeps a job, and notes how far it is; `false` when it was cancelled or is another worker's.
pub(super) async fn renew(conn: &mut Connection, job: &Claimed, progress: f32, until: DateTime<Utc>) -> Result<bool> {
    let mine = jobs::table.find(job.id).filter(jobs::lease_token.eq(job.lease_token));
    let renewed = diesel::update(mine).set((jobs::lease_until.eq(until), jobs::progress.eq(progress)));
    Ok(renewed.execute(conn).await? == 1)
}

/// What becomes of a job after a run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finish {
    Done,
    /// It runs again at a time; `counts` says whether this attempt was one.
    Again {
        at: DateTime<Utc>,
        error: Option<ErrorCode>,
        counts: bool,
    },
    Failed {
        error: ErrorCode,
    },
}

/// Ends a run; `false`, and nothing is changed, when the job was cancelled or is another worker's.
pub(super) async fn finish(conn: &mut Connection, job: &Claimed, finish: Finish, now: DateTime<Utc>) -> Result<bool> {
    let mine = jobs::table.find(job.id).filter(jobs::lease_token.eq(job.lease_token));
    let unleased = (jobs::lease_token.eq(None::<Uuid>), jobs::lease_until.eq(None::<DateTime<Utc>>));
    let changed = match finish {
        Finish::Done => {
            let done = (
                jobs::state.eq(JobState::Done.as_str()),
                jobs::progress.eq(1.0),
                jobs::error_code.eq(None::<String>),
                jobs::finished_at.eq(now),
            );
            diesel::update(mine).set((unleased, done)).execute(conn).await?
        }
        Finish::Again { at, error, counts } => {
            let again = (
                jobs::state.eq(JobState::Queued.as_str()),
                jobs::run_at.eq(at),
                jobs::attempts.eq(jobs::attempts - i32::from(!counts)),
                jobs::error_code.eq(error.map(ErrorCode::code)),
            );
            diesel::update(mine).set((unleased, again)).execute(conn).await?
        }
        Finish::Failed { error } => {
            let failed = (
                jobs::state.eq(JobState::Failed.as_str()),
                jobs::error_code.eq(error.code()),
                jobs::finished_at.eq(now),
            );
            diesel::update(mine).set((unleased, failed)).execute(conn).await?
        }
    };
    Ok(changed == 1)
}

type Row = (
    JobId,
    Option<OrgId>,
    String,
    i16,
    String,
    DateTime<Utc>,
    i32,
    i32,
    f32,
    Option<String>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
);

fn status(row: Row) -> Result<JobStatus> {
    let (
        id,
        org_id,
        kind,
        priority,
        state,
        run_at,
        attempts,
        max_attempts,
        progress,
        error_code,
        created_at,
        finished_at,
    ) = row;
    let state = JobState::parse(&state)?;
    Ok(JobStatus {
        id,
        org_id,
        kind,
        priority,
        state,
        run_at,
        attempts,
        max_attempts,
        progress,
        error_code,
        created_at,
        finished_at,
    })
}

const COLUMNS: (
    jobs::id,
    jobs::org_id,
    jobs::kind,
    jobs::priority,
    jobs::state,
    jobs::run_at,
    jobs::attempts,
    jobs::max_attempts,
    jobs::progress,
    jobs::error_code,
    jobs::created_at,
    jobs::finished_at,
) = (
    jobs::id,
    jobs::org_id,
    jobs::kind,
    jobs::priority,
    jobs::state,
    jobs::run_at,
    jobs::attempts,
    jobs::max_attempts,
    jobs::progress,
    jobs::error_code,
    jobs::created_at,
    jobs::finished_at,
);

/// Which jobs to list; `None` stands for all.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub state: Option<JobState>,
    pub kind: Option<String>,
}

/// Jobs, newest first.
pub async fn list(conn: &mut Connection, filter: &JobFilter, limit: i64) -> Result<Vec<JobStatus>> {
    let mut query = jobs::table.select(COLUMNS).order(jobs::id.desc()).limit(limit).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(jobs::state.eq(state.as_str()));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(jobs::kind.eq(kind));
    }
    query.load::<Row>(conn).await?.into_iter().map(status).collect()
}

/// One job; `NotFound` when there is none of this id.
pub async fn get(conn: &mut Connection, id: JobId) -> Result<JobStatus> {
    status(jobs::table.find(id).select(COLUMNS).first::<Row>(conn).await.or_not_found("job")?)
}

/// Cancels a job that has not ended; its worker, if it has one, is told. `TransitionNotAllowed` when it has ended.
pub async fn cancel(conn: &mut Connection, id: JobId, now: DateTime<Utc>) -> Result<JobStatus> {
    let unfinished = [JobState::Queued.as_str(), JobState::Running.as_str()];
    let cancelled = diesel::update(jobs::table.find(id).filter(jobs::state.eq_any(unfinished)))
        .set((
            jobs::state.eq(JobState::Cancelled.as_str()),
            jobs::lease_token.eq(None::<Uuid>),
            jobs::finished_at.eq(now),
        ))
        .execute(conn)
        .await?;
    changed(conn, id, cancelled).await
}

/// Queues a job that failed or was cancelled once more, from its first attempt. `TransitionNotAllowed` when it did neither, `Conflict` when
/// another of its deduplication key is queued.
pub async fn retry(conn: &mut Connection, id: JobId, now: DateTime<Utc>) -> Result<JobStatus> {
    let ended = [JobState::Failed.as_str(), JobState::Cancelled.as_str()];
    let queued = diesel::update(jobs::table.find(id).filter(jobs::state.eq_any(ended)))
        .set((
            jobs::state.eq(JobState::Queued.as_str()),
            jobs::run_at.eq(now),
            jobs::attempts.eq(0),
            jobs::progress.eq(0.0),
            jobs::error_code.eq(None::<String>),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
            jobs::finished_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await?;
    changed(conn, id, queued).await
}

async fn changed(conn: &mut Connection, id: JobId, rows: usize) -> Result<JobStatus> {
    let job = get(conn, id).await?;
    if rows == 0 {
        return Err(ErrorCode::TransitionNotAllowed.because(format!("the job is {}", job.state.as_str())));
    }
    notify(conn, NOTIFY_CHANNEL, id.to_string()).await?;
    Ok(job)
}

/// Jobs that have not ended well, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct JobCounts {
    /// Queued, and its time has come.
    #[diesel(sql_type = BigInt)]
    pub ready: i64,
    #[diesel(sql_type = BigInt)]
    pub running: i64,
    /// Queued for later: a retry, or work of the night.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
}

pub async fn counts(conn: &mut Connection, now: DateTime<Utc>) -> Result<JobCounts> {
    const COUNTS: &str = "
        SELECT count(*) FILTER (WHERE state = 'queued' AND run_at <= $1) AS ready,
               count(*) FILTER (WHERE state = 'running') AS running,
               count(*) FILTER (WHERE state = 'queued' AND run_at > $1) AS waiting,
               (SELECT count(*) FROM jobs WHERE state = 'failed') AS failed
        FROM jobs WHERE state IN ('queued', 'running')";
    Ok(diesel::sql_query(COUNTS).bind::<Timestamptz, _>(now).get_result(conn).await?)
}

//! Rotating keys in the background.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::places::Place;
use super::store::{self, RotationRow};
use crate::audit::{Action, AuditDraft, Caller};
use crate::db::{AsyncConnection as _, Connection, Scope, Stamp, stored_enum};
use crate::error::{ErrorCode, Result};
use crate::jobs::{self, JobContext, JobHandler, NewJob};
use crate::transaction::{Transactions, Tx};

pub const ROTATE_JOB: jobs::JobKind = "keys.rotate";
pub const REWRAP_JOB: jobs::JobKind = "keys.rewrap";
pub const PREPARE_MONTH_JOB: jobs::JobKind = "keys.prepare_month";
pub const DESTROY_FORMER_JOB: jobs::JobKind = "keys.destroy_former";

/// Beyond the age of a cached key: the time that a transaction which has just loaded one may still take.
const MARGIN: Duration = Duration::from_secs(30);

stored_enum! {
    /// Where a rotation of data keys stands.
    Phase {
        /// Next versions are being made; they open and do not seal.
        Preparing = "preparing",
        /// Every node is given the time to learn of them.
        Settling = "settling",
        /// They take over, one key after the other.
        Activating = "activating",
        /// Every node is given the time to seal under them alone.
        SettlingAgain = "settling_again",
        /// What is sealed under former versions is sealed anew.
        Rewriting = "rewriting",
        Finished = "finished",
    }
}

/// How rotations go about their work.
#[derive(Debug, Clone, Copy)]
pub struct KeyManagementSettings {
    /// How long a former version of a data key goes on opening: longer than Kafka keeps what was sealed under it.
    pub keep_former: TimeDelta,
    /// Rows or keys in one transaction.
    pub batch: i64,
    /// Beyond [`crate::db::KeyStore::cache_age`], how long nodes are given to learn of a change.
    pub margin: Duration,
}

impl Default for KeyManagementSettings {
    fn default() -> Self {
        Self { keep_former: TimeDelta::days(90), batch: 500, margin: MARGIN }
    }
}

/// A rotation of data keys, as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct RotationView {
    pub id: Uuid,
    /// The scope it is for; all when absent.
    pub scope: Option<String>,
    pub phase: Phase,
    pub started_at: DateTime<Utc>,
    pub started_by: Option<Uuid>,
    /// Data keys that got a new version.
    pub keys: i64,
    /// Values and files that were sealed anew.
    pub rewritten: i64,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Rotation of keys. Clones share everything.
#[derive(Clone)]
pub struct KeyManagement(Arc<Parts>);

struct Parts {
    transactions: Transactions,
    /// Who acts where nobody asked.
    system: Caller,
    places: Vec<Arc<dyn Place>>,
    settings: KeyManagementSettings,
}

impl KeyManagement {
    /// `places` is everything that is sealed and rewritten; `system` is on record for what is done because its time has come.
    pub fn new(
        transactions: Transactions,
        system: Caller,
        places: Vec<Arc<dyn Place>>,
        settings: KeyManagementSettings,
    ) -> Self {
        Self(Arc::new(Parts { transactions, system, places, settings }))
    }

    /// Begins a rotation of the data keys of a scope, or of all that rotate. Errors: `Conflict` while one is open, `InvalidParameter` for the
    /// ledger's keys, which change by month and open for as long as the ledger is kept.
    pub async fn rotate(&self, caller: &Caller, scope: Option<Scope>) -> Result<Uuid> {
        if scope.is_some_and(|scope| !scope.rotates()) {
            return Err(ErrorCode::InvalidParameter.because(
                "the keys of the audit ledger change by month: its records are evidence and stay as they are",
            ));
        }
        let attempt = AuditDraft::new(Action::KeyRotate).detail("scope", scope.map_or("all", Scope::as_str));
        self.0
            .transactions
            .perform(caller, attempt, async move |tx| {
                let (id, stamp) = (Uuid::now_v7(), tx.stamp());
                let row = RotationRow {
                    id,
                    scope: scope.map(|scope| scope.as_str().to_owned()),
                    phase: Phase::Preparing.as_str().to_owned(),
                    started_at: stamp.at,
                    started_by: stamp.by,
                    phase_at: stamp.at,
                    keys: 0,
                    place: None,
                    after: None,
                    rewritten: 0,
                    finished_at: None,
                };
                if !store::insert(tx.conn(), &row).await? {
                    return Err(ErrorCode::Conflict.because("a rotation of data keys is not finished"));
                }
                tx.enqueue(NewJob::system(ROTATE_JOB).deduplicated("rotation")).await?;
                Ok(id)
            })
            .await
    }

    /// Gives a scope's class key of a month a new version; its data keys are wrapped anew in the background.
    pub async fn rotate_class_key(&self, caller: &Caller, scope: Scope, month: String) -> Result<Uuid> {
        let attempt =
            AuditDraft::new(Action::ClassKeyRotate).detail("class", scope.as_str()).detail("month", month.clone());
        self.0
            .transactions
            .perform(caller, attempt, async move |tx| {
                let stamp = tx.stamp();
                let (conn, keys) = tx.conn_and_keys();
                let superseded = keys.supersede_class_key(conn, scope, &month, stamp).await?;
                tx.detail("former", superseded.former.to_string());
                tx.enqueue(NewJob::system(REWRAP_JOB).deduplicated("rewrap")).await?;
                Ok(superseded.next)
            })
            .await
    }

    /// Wraps every class key under the root key that is active now; says how many were under another one.
    pub async fn rewrap_class_keys(&self, caller: &Caller) -> Result<usize> {
        self.0
            .transactions
            .perform(caller, AuditDraft::new(Action::RootKeyRotate), async |tx| {
                let (conn, keys) = tx.conn_and_keys();
                let count = keys.rewrap_class_keys(conn).await?;
                let (root, version) = tx.keys().keyring().provider().root_id();
                tx.detail("root_key", format!("{root} v{version}"));
                tx.detail("class_keys", count);
                Ok(count)
            })
            .await
    }

    /// The latest rotations of data keys, the newest first.
    pub async fn rotations(&self) -> Result<Vec<RotationView>> {
        let mut conn = self.0.transactions.db().connection().await?;
        let rows = store::latest(&mut conn, 20).await?;
        rows.into_iter().map(view).collect()
    }

    /// Brings the open rotation to its end, or as far as it comes until the job is cancelled.
    async fn go_on(&self, job: &JobContext) -> Result<()> {
        let mut expected = None;
        loop {
            if job.cancelled.is_cancelled() {
                return Err(ErrorCode::Overloaded.because("the rotation goes on later"));
            }
            let mut conn = self.0.transactions.db().connection().await?;
            let expected_rows = match expected {
                Some(rows) => rows,
                None => *expected.insert(self.expected_rows(&mut conn).await?),
            };
            let conn: &mut Connection = &mut conn;
            let step = conn.transaction(async |conn: &mut Connection| self.step(conn).await).await?;
            match step {
                Step::Done => return Ok(()),
                Step::Settle => {
                    let pause = self.0.transactions.keys().cache_age() + self.0.settings.margin;
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = job.cancelled.cancelled() => continue,
                    }
                    conn.transaction(async |conn: &mut Connection| self.settled(conn).await).await?;
                }
                // Rows are an estimate: the bar stops short of the end until the work is done.
                Step::More { rows } => job.progress((rows as f32 / expected_rows.max(1) as f32).min(0.99)),
            }
        }
    }

    async fn expected_rows(&self, conn: &mut Connection) -> Result<i64> {
        let mut rows = 0;
        for place in &self.0.places {
            rows += place.rows(conn).await?;
        }
        Ok(rows)
    }

    /// One bounded step of the open rotation, in a transaction.
    async fn step(&self, conn: &mut Connection) -> Result<Step> {
        let Some(mut row) = store::open(conn).await? else { return Ok(Step::Done) };
        let t = &self.0.transactions;
        let (keys, batch, now) = (t.keys(), self.0.settings.batch, t.now());
        let stamp = Stamp { at: now, by: row.started_by };
        let step = match Phase::parse(&row.phase)? {
            Phase::Preparing => {
                let scope = row.scope.as_deref().and_then(Scope::named);
                let made = keys.prepare_versions(conn, scope, row.started_at, batch, stamp).await?;
                row.keys += i64::try_from(made).unwrap_or(i64::MAX);
                if made == 0 {
                    row.enter(if row.keys == 0 { Phase::Finished } else { Phase::Settling }, now);
                }
                Step::More { rows: 0 }
            }
            Phase::Settling | Phase::SettlingAgain => Step::Settle,
            Phase::Activating => {
                if keys.activate_versions(conn, batch, stamp).await? == 0 {
                    row.enter(Phase::SettlingAgain, now);
                }
                Step::More { rows: 0 }
            }
            Phase::Rewriting => {
                let (at, after) = self.cursor(&row);
                match self.0.places.get(at) {
                    None => row.enter(Phase::Finished, now),
                    Some(place) => {
                        let done = place.rewrite(conn, keys, after, batch).await?;
                        row.rewritten += done.values;
                        row.after = done.last;
                        let next = if done.last.is_none() { at + 1 } else { at };
                        match self.0.places.get(next) {
                            None => row.enter(Phase::Finished, now),
                            Some(next) => row.place = Some(next.name()),
                        }
                    }
                }
                Step::More { rows: row.rewritten }
            }
            Phase::Finished => Step::Done,
        };
        store::update(conn, &row).await?;
        Ok(step)
    }

    /// Which place a rotation is at, and behind which row. By name, because a later release may have other places; when it has not the one that was
    /// being rewritten, all of them are looked at once more, which changes nothing that is done.
    fn cursor(&self, row: &RotationRow) -> (usize, Option<Uuid>) {
        let named = |name: &String| self.0.places.iter().position(|place| place.name() == *name);
        row.place.as_ref().and_then(named).map_or((0, None), |at| (at, row.after))
    }

    /// The pause of a settling phase is over.
    async fn settled(&self, conn: &mut Connection) -> Result<()> {
        let Some(mut row) = store::open(conn).await? else { return Ok(()) };
        let next = match Phase::parse(&row.phase)? {
            Phase::Settling => Phase::Activating,
            Phase::SettlingAgain => Phase::Rewriting,
            _ => return Ok(()),
        };
        row.enter(next, self.0.transactions.now());
        store::update(conn, &row).await
    }

    /// Destroys class keys that others have taken over from and that wrap nothing any more, on record.
    async fn destroy_superseded(&self) -> Result<()> {
        self.0
            .transactions
            .perform(&self.0.system, AuditDraft::new(Action::ClassKeyDestroy), async |tx| {
                let stamp = tx.stamp();
                let (conn, keys) = tx.conn_and_keys();
                let destroyed = keys.destroy_superseded(conn, stamp).await?;
                tx.detail("class_keys", destroyed.iter().map(Uuid::to_string).collect::<Vec<_>>());
                Ok(())
            })
            .await
    }

    /// Destroys versions of data keys that nothing has been sealed under for long enough, on record. Says how many.
    async fn destroy_former(&self) -> Result<usize> {
        let t = &self.0.transactions;
        let (before, batch) = (t.now() - self.0.settings.keep_former, self.0.settings.batch);
        let mut destroyed = 0;
        loop {
            let mut conn = t.db().connection().await?;
            // While a rotation is open its former versions are needed, and younger ones are kept in any case.
            if store::open(&mut conn).await?.is_some() {
                return Ok(destroyed);
            }
            let due = t.keys().former_versions(&mut conn, before, batch).await?;
            drop(conn);
            if due.is_empty() {
                return Ok(destroyed);
            }
            let names: Vec<String> = due.iter().map(|(id, version)| format!("{id} v{version}")).collect();
            let attempt = AuditDraft::new(Action::FormerKeysDestroy).detail("versions", names);
            let destroy = async move |tx: &mut Tx| {
                let stamp = tx.stamp();
                let (conn, keys) = tx.conn_and_keys();
                keys.destroy_versions(conn, &due, stamp).await
            };
            destroyed += t.perform(&self.0.system, attempt, destroy).await?;
        }
    }
}

impl RotationRow {
    fn enter(&mut self, phase: Phase, now: DateTime<Utc>) {
        phase.as_str().clone_into(&mut self.phase);
        self.phase_at = now;
        self.finished_at = (phase == Phase::Finished).then_some(now);
    }
}

fn view(row: RotationRow) -> Result<RotationView> {
    Ok(RotationView {
        id: row.id,
        phase: Phase::parse(&row.phase)?,
        scope: row.scope,
        started_at: row.started_at,
        started_by: row.started_by,
        keys: row.keys,
        rewritten: row.rewritten,
        finished_at: row.finished_at,
    })
}

enum Step {
    /// There may be more to do; so many values have been rewritten.
    More {
        rows: i64,
    },
    /// Nothing may be done before the nodes have had their time.
    Settle,
    Done,
}

/// Carries a rotation of data keys on.
pub struct Rotate(pub KeyManagement);

#[async_trait]
impl JobHandler for Rotate {
    fn kind(&self) -> jobs::JobKind {
        ROTATE_JOB
    }

    async fn run(&self, job: JobContext) -> Result<()> {
        self.0.go_on(&job).await
    }
}

/// Wraps the data keys of superseded class keys anew.
pub struct Rewrap(pub KeyManagement);

#[async_trait]
impl JobHandler for Rewrap {
    fn kind(&self) -> jobs::JobKind {
        REWRAP_JOB
    }

    async fn run(&self, job: JobContext) -> Result<()> {
        let parts = &self.0.0;
        loop {
            if job.cancelled.is_cancelled() {
                return Err(ErrorCode::Overloaded.because("the wrapping goes on later"));
            }
            let t = &parts.transactions;
            let mut conn = t.db().connection().await?;
            let conn: &mut Connection = &mut conn;
            let done = conn
                .transaction(async |conn: &mut Connection| t.keys().rewrap_data_keys(conn, parts.settings.batch).await)
                .await?;
            if !done.more {
                return self.0.destroy_superseded().await;
            }
        }
    }
}

/// Cuts next month's class keys ahead of time.
pub struct PrepareNextMonth(pub KeyManagement);

#[async_trait]
impl JobHandler for PrepareNextMonth {
    fn kind(&self) -> jobs::JobKind {
        PREPARE_MONTH_JOB
    }

    async fn run(&self, _: JobContext) -> Result<()> {
        let t = &self.0.0.transactions;
        let mut conn = t.db().connection().await?;
        let conn: &mut Connection = &mut conn;
        let made = conn
            .transaction(async |conn: &mut Connection| t.keys().prepare_next_month(conn, Stamp::system(t.now())).await)
            .await?;
        if made > 0 {
            tracing::info!(class_keys = made, "class keys of the next month are cut");
        }
        Ok(())
    }
}

/// Destroys former versions of data keys when their time is over.
pub struct DestroyFormerVersions(pub KeyManagement);

#[async_trait]
impl JobHandler for DestroyFormerVersions {
    fn kind(&self) -> jobs::JobKind {
        DESTROY_FORMER_JOB
    }

    async fn run(&self, _: JobContext) -> Result<()> {
        let destroyed = self.0.destroy_former().await?;
        if destroyed > 0 {
            tracing::info!(versions = destroyed, "former versions of data keys are destroyed");
        }
        Ok(())
    }
}

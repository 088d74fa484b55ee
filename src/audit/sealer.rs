//! Gives records their position, appends them to the Merkle log and signs its head: one process at a time, under a lease.

use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::store::AuditRecord;
use super::store::seals::{self, Head, Seal};
use crate::crypto::merkle::{self, Frontier};
use crate::crypto::sm2;
use crate::db::ids::OrgId;
use crate::db::lease::{self, Lease};
use crate::db::{Clock, Connection, Db, KeyStore, Stamp};
use crate::error::{Error, ErrorCode, Result};

/// The lease of the sealer.
const LEASE: &str = "audit_sealer";
/// The purpose of the key that signs heads.
pub(super) const SIGNING_PURPOSE: &str = "audit_head";
/// How long a sealer that has died keeps others waiting.
const LEASE_TIME: Duration = Duration::from_secs(10);
/// Records sealed under one head.
const BATCH: i64 = 1000;
/// A record waits for its seal no longer than this while the database answers.
const EVERY: Duration = Duration::from_millis(500);
/// A standing fault is logged again after this many rounds.
const LOG_AGAIN: u32 = 120;

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// This many records were sealed; more may wait.
    Sealed(usize),
    /// Nothing waited.
    Idle,
    /// Another process holds the lease.
    NotHolder,
}

/// How far the log had been signed when this process last looked: a log that is shorter later has been cut.
pub type Mark = (u64, merkle::Hash);

/// The sealer of one process. Any number may run; the lease lets one of them write.
pub struct Sealer {
    db: Db,
    keys: Arc<KeyStore>,
    clock: Clock,
    /// The organisation whose data key seals the signing key.
    org: OrgId,
    holder: Uuid,
    one_round_at_a_time: Mutex<()>,
    mark: StdMutex<Option<Mark>>,
}

impl Sealer {
    pub fn new(db: Db, keys: Arc<KeyStore>, clock: Clock, org: OrgId) -> Self {
        Self {
            db,
            keys,
            clock,
            org,
            holder: Uuid::now_v7(),
            one_round_at_a_time: Mutex::new(()),
            mark: StdMutex::new(None),
        }
    }

    /// Seals twice a second until told to stop, then once more.
    pub async fn run(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut faults = 0u32;
        loop {
            let last = tokio::select! {
                _ = ticks.tick() => false,
                () = stop.cancelled() => true,
            };
            match self.seal_all().await {
                Ok(_) => faults = 0,
                Err(e) => {
                    if faults.is_multiple_of(LOG_AGAIN) {
                        tracing::error!(error = ?e, "sealing the audit ledger failed");
                    }
                    faults = faults.saturating_add(1);
                }
            }
            if last {
                return;
            }
        }
    }

    /// Seals until nothing waits. [`Round::NotHolder`] when another process does it.
    pub async fn seal_all(&self) -> Result<Round> {
        let mut total = 0;
        loop {
            match self.seal_batch().await? {
                Round::Sealed(n) => total += n,
                Round::Idle => return Ok(if total == 0 { Round::Idle } else { Round::Sealed(total) }),
                Round::NotHolder => return Ok(Round::NotHolder),
            }
        }
    }

    /// Seals one batch. [`ErrorCode::DataAltered`] when the log does not end as its last signed head says: nothing is appended to
    /// a log that was tampered with; records go on being written and wait.
    pub async fn seal_batch(&self) -> Result<Round> {
        let _round = self.one_round_at_a_time.lock().await;
        let mut conn = self.db.connection().await?;
        seals::begin(&mut conn).await?;
        let done = self.seal_in(&mut conn).await;
        match done {
            Ok((round, mark)) => {
                seals::commit(&mut conn).await?;
                if mark.is_some() {
                    self.remember(mark);
                }
                Ok(round)
            }
            Err(e) => {
                if let Err(e) = seals::rollback(&mut conn).await {
                    tracing::warn!(error = %e, "rolling back failed; the connection is dropped");
                }
                Err(e)
            }
        }
    }

    /// How far this process has seen the log signed.
    pub fn mark(&self) -> Option<Mark> {
        self.mark.lock().ok().and_then(|m| *m)
    }

    fn remember(&self, mark: Option<Mark>) {
        if let Ok(mut held) = self.mark.lock() {
            *held = mark;
        }
    }

    async fn seal_in(&self, conn: &mut Connection) -> Result<(Round, Option<Mark>)> {
        let now = self.clock.now();
        // Looked at before the lease is asked for, so that an idle night writes nothing.
        if seals::next_unsealed(conn, 1).await?.is_empty() {
            return Ok((Round::Idle, None));
        }
        // Taken anew in each batch's own transaction: its row stays locked to the end of it, so nobody takes over in between, and each head
        // carries a higher token than the one before.
        let Some(Lease { token: fence, .. }) = lease::acquire(conn, LEASE, self.holder, LEASE_TIME, now).await? else {
            return Ok((Round::NotHolder, None));
        };
        lease::check(conn, LEASE, fence).await?;
        let records = seals::next_unsealed(conn, BATCH).await?;
        if records.is_empty() {
            return Ok((Round::Idle, None));
        }
        let frontier = self.end_of_log(conn).await?;
        let (key_id, key) = self.keys.signatory(conn, self.org, SIGNING_PURPOSE, Stamp::system(now)).await?;
        let sealing = move || {
            let (seals, frontier) = append(frontier, &records, now)?;
            let mut head = Head {
                tree_size: column(frontier.size())?,
                root_hash: frontier.root().to_vec(),
                frontier: frontier.peaks().concat(),
                signed_at: now,
                signing_key_id: key_id,
                signature: Vec::new(),
                fence,
            };
            head.signature = key.sign(&head.signed_bytes())?;
            Ok::<_, Error>((seals, head, frontier))
        };
        let (new_seals, head, frontier) =
            tokio::task::spawn_blocking(sealing).await.map_err(|e| ErrorCode::Internal.caused_by(e))??;
        seals::insert(conn, &new_seals, &head).await?;
        Ok((Round::Sealed(new_seals.len()), Some((frontier.size(), frontier.root()))))
    }

    /// The frontier of the log as its last head has it, after checking that head and that the seals end where it says.
    async fn end_of_log(&self, conn: &mut Connection) -> Result<Frontier> {
        let altered = |what: &'static str| ErrorCode::DataAltered.because(what);
        let next = seals::last_position(conn).await?.map_or(0, |p| p + 1);
        let Some(head) = seals::last_head(conn).await? else {
            return if next == 0 && self.mark().is_none() {
                Ok(Frontier::new())
            } else {
                Err(altered("the audit log has no signed head"))
            };
        };
        if head.tree_size != next {
            return Err(altered("the audit log does not end where its last signed head says"));
        }
        let frontier = frontier_of(&head).ok_or_else(|| altered("the last signed head of the audit log"))?;
        let mark = (frontier.size(), frontier.root());
        match self.mark() {
            Some(known) if known == mark => return Ok(frontier),
            Some((size, _)) if size >= mark.0 => return Err(altered("the audit log was cut or rewritten")),
            _ => {}
        }
        let public = self.keys.verifying_key(conn, head.signing_key_id).await?;
        let is_signed = move || sm2::verify(&public, &head.signed_bytes(), &head.signature);
        if !tokio::task::spawn_blocking(is_signed).await.map_err(|e| ErrorCode::Internal.caused_by(e))? {
            return Err(altered("the signature of the last head of the audit log"));
        }
        Ok(frontier)
    }
}

fn append(
    mut frontier: Frontier,
    records: &[AuditRecord],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(Vec<Seal>, Frontier)> {
    let contents: Vec<Vec<u8>> = records.iter().map(AuditRecord::leaf_content).collect();
    let leaves = merkle::leaf_hashes(&contents.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let mut out = Vec::with_capacity(records.len());
    for (record, leaf) in records.iter().zip(leaves) {
        out.push(Seal {
            position: column(frontier.size())?,
            record_id: record.id,
            leaf_hash: leaf.to_vec(),
            sealed_at: now,
        });
        frontier.append(leaf);
    }
    Ok((out, frontier))
}

/// The frontier that a head holds, when it folds to the head's root and is of its size.
pub(super) fn frontier_of(head: &Head) -> Option<Frontier> {
    let (peaks, rest) = head.frontier.as_chunks::<32>();
    let size = u64::try_from(head.tree_size).ok()?;
    let frontier = Frontier::from_parts(size, peaks.to_vec()).ok()?;
    (rest.is_empty() && frontier.root().as_slice() == head.root_hash).then_some(frontier)
}

fn column(n: u64) -> Result<i64> {
    i64::try_from(n).map_err(|e| ErrorCode::Internal.caused_by(e))
}

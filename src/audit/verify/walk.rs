//! One walk through the ledger. It never stops at a failure: where the recomputed tree leaves the signed one it says so once for the batch of
//! that head and goes on from the signed frontier of the head, so that one changed leaf does not hide what comes after it.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Failure, HeadReport, VerificationReport};
use crate::audit::sealer::{Mark, frontier_of};
use crate::audit::store::seals::{self, Head, Seal};
use crate::audit::store::{AuditRecord, Ledger};
use crate::crypto::merkle::{Frontier, Hash};
use crate::crypto::sm2::{self, PublicKey};
use crate::db::ids::{AuditId, EventId, SigningKeyId};
use crate::db::{Connection, KeyStore};
use crate::error::{ErrorCode, Result};

/// Rows read at a time.
const PAGE: i64 = 1000;
/// Failures listed one by one; the rest are counted.
const MOST_LISTED: usize = 1000;

/// What a seal must still be compared with when its head comes.
struct Waiting {
    position: i64,
    record_id: AuditId,
    sealed_at: DateTime<Utc>,
}

pub(super) struct Walk {
    ledger: Ledger,
    keys: HashMap<SigningKeyId, Option<PublicKey>>,
    frontier: Frontier,
    /// Where the walk begins; below it a signed head stands for the log.
    begin: i64,
    /// Seals since the last head.
    batch: Vec<Waiting>,
    last_fence: i64,
    checked: u64,
    sealed: u64,
    unsealed: u64,
    failures: Vec<Failure>,
    unlisted_failures: u64,
}

impl Walk {
    pub(super) fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            keys: HashMap::new(),
            frontier: Frontier::new(),
            begin: 0,
            batch: Vec::new(),
            last_fence: 0,
            checked: 0,
            sealed: 0,
            unsealed: 0,
            failures: Vec::new(),
            unlisted_failures: 0,
        }
    }

    pub(super) fn fail(&mut self, position: Option<i64>, id: Option<Uuid>, what: impl Into<String>) {
        if self.failures.len() < MOST_LISTED {
            self.failures.push(Failure { position, id, what: what.into() });
        } else {
            self.unlisted_failures += 1;
        }
    }

    /// Begins at the last head at or before `from`, whose signed frontier stands for everything before it.
    pub(super) async fn start(&mut self, conn: &mut Connection, keys: &KeyStore, from: Option<u64>) -> Result<()> {
        let Some(from) = from.and_then(|f| i64::try_from(f).ok()).filter(|f| *f > 0) else { return Ok(()) };
        let Some(head) = seals::head_at_most(conn, from).await? else { return Ok(()) };
        let is_signed = self.is_signed(conn, keys, &head).await?;
        match frontier_of(&head) {
            Some(frontier) if is_signed => {
                self.begin = head.tree_size;
                self.last_fence = head.fence;
                self.frontier = frontier;
            }
            // Then the whole ledger has to be walked.
            _ => self.fail(Some(head.tree_size), None, "the signed head to begin at does not stand"),
        }
        Ok(())
    }

    pub(super) async fn sealed(&mut self, conn: &mut Connection, keys: &KeyStore) -> Result<()> {
        let mut heads: VecDeque<Head> = VecDeque::new();
        let mut last_head = self.begin;
        // A seal moved below the first position is found too.
        let mut from = if self.begin == 0 { i64::MIN } else { self.begin };
        loop {
            let rows = seals::seals_from(conn, from, PAGE).await?;
            let Some((last, _)) = rows.last() else { break };
            let Some(end) = last.position.checked_add(1) else {
                self.fail(Some(last.position), Some(last.record_id.0), "a seal stands outside the log");
                break;
            };
            for (seal, record, flaws) in self.judge(rows).await? {
                // Heads that end before this seal come first.
                while self.head_is_due(conn, &mut heads, &mut last_head, seal.position).await? {
                    if let Some(head) = heads.pop_front() {
                        self.head(conn, keys, head).await?;
                    }
                }
                self.seal(seal, record, flaws);
            }
            from = end;
        }
        // What is left covers the end of the log, or more than there is of it.
        while self.head_is_due(conn, &mut heads, &mut last_head, i64::MAX).await? {
            if let Some(head) = heads.pop_front() {
                self.head(conn, keys, head).await?;
            }
        }
        let rest = std::mem::take(&mut self.batch);
        if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
            let what = format!("no signed head covers positions {} to {}", first.position, last.position);
            self.fail(Some(first.position), None, what);
        }
        Ok(())
    }

    /// Whether the next head ends at or before `position`; reads more heads when it has none.
    async fn head_is_due(
        &self,
        conn: &mut Connection,
        heads: &mut VecDeque<Head>,
        read_to: &mut i64,
        position: i64,
    ) -> Result<bool> {
        if heads.is_empty() {
            heads.extend(seals::heads_after(conn, *read_to, PAGE).await?);
            *read_to = heads.back().map_or(i64::MAX, |h| h.tree_size);
        }
        Ok(heads.front().is_some_and(|h| h.tree_size <= position))
    }

    /// Recomputes the MACs and leaves of a page, off the async workers.
    async fn judge(
        &mut self,
        rows: Vec<(Seal, Option<AuditRecord>)>,
    ) -> Result<Vec<(Seal, Option<AuditRecord>, Vec<&'static str>)>> {
        let ledger = self.ledger.clone();
        let judged = tokio::task::spawn_blocking(move || {
            rows.into_iter()
                .map(|(seal, record)| {
                    let mut flaws = Vec::new();
                    match &record {
                        None => flaws.push("the record of this seal is missing"),
                        Some(r) => {
                            if !ledger.is_authentic(r) {
                                flaws.push("the record was changed: its MAC does not stand");
                            }
                            if r.leaf_hash().as_slice() != seal.leaf_hash {
                                flaws.push("the record is not the one that was sealed: its leaf differs");
                            }
                        }
                    }
                    (seal, record, flaws)
                })
                .collect()
        });
        judged.await.map_err(|e| ErrorCode::Internal.caused_by(e))
    }

    fn seal(&mut self, seal: Seal, record: Option<AuditRecord>, flaws: Vec<&'static str>) {
        self.sealed += 1;
        self.checked += u64::from(record.is_some());
        let expected = i64::try_from(self.frontier.size()).unwrap_or(i64::MAX);
        if seal.position > expected {
            let last = seal.position - 1;
            let what = if expected == last {
                format!("position {expected} is missing")
            } else {
                format!("positions {expected} to {last} are missing")
            };
            self.fail(Some(expected), None, what);
        } else if seal.position < expected {
            self.fail(Some(seal.position), Some(seal.record_id.0), "a seal stands outside the log");
            return;
        }
        for what in flaws {
            self.fail(Some(seal.position), Some(seal.record_id.0), what);
        }
        // Missing leaves leave a hole that no hash fits; the next head finds it and sets the frontier right.
        let leaf = Hash::try_from(seal.leaf_hash.as_slice()).unwrap_or([0; 32]);
        if expected < seal.position {
            self.frontier = holed(seal.position);
        }
        self.frontier.append(leaf);
        self.batch.push(Waiting { position: seal.position, record_id: seal.record_id, sealed_at: seal.sealed_at });
    }

    async fn head(&mut self, conn: &mut Connection, keys: &KeyStore, head: Head) -> Result<()> {
        let size = head.tree_size;
        let is_signed = self.is_signed(conn, keys, &head).await?;
        if !is_signed {
            self.fail(Some(size - 1), None, format!("the signature of the head over {size} records does not stand"));
        }
        if head.fence < self.last_fence {
            self.fail(
                Some(size - 1),
                None,
                format!("the head over {size} records has an older fence than the one before"),
            );
        }
        self.last_fence = self.last_fence.max(head.fence);
        let stored = frontier_of(&head);
        if stored.is_none() {
            self.fail(
                Some(size - 1),
                None,
                format!("the head over {size} records is not whole: its frontier and root differ"),
            );
        }
        let batch = std::mem::take(&mut self.batch);
        let at = i64::try_from(self.frontier.size()).unwrap_or(i64::MAX);
        let first = batch.first().map_or(at, |b| b.position);
        if at < size {
            let what = format!("the head over {size} records covers positions {at} to {} that are missing", size - 1);
            self.fail(Some(at), None, what);
        } else if self.frontier.root().as_slice() != head.root_hash {
            let what = format!("positions {first} to {} do not hash to the root that was signed over them", size - 1);
            self.fail(Some(first), None, what);
        }
        self.times_and_order(&batch, head.signed_at);
        // Go on from what was signed, so that one fault is told once.
        match stored {
            Some(frontier) if is_signed => self.frontier = frontier,
            _ if at < size => self.frontier = holed(size),
            _ => {}
        }
        Ok(())
    }

    /// A batch is sealed at the time of its head and in order of id; whatever differs was moved, changed, or lost its own head.
    fn times_and_order(&mut self, batch: &[Waiting], signed_at: DateTime<Utc>) {
        let mut off: Option<(i64, i64, Uuid)> = None;
        let mut found = Vec::new();
        for w in batch {
            match &mut off {
                Some((_, last, _)) if w.sealed_at != signed_at => *last = w.position,
                None if w.sealed_at != signed_at => off = Some((w.position, w.position, w.record_id.0)),
                _ => found.extend(off.take()),
            }
        }
        found.extend(off);
        for (first, last, id) in found {
            let what = format!(
                "positions {first} to {last} were not sealed at the time of the head that covers them: a seal was changed or a head removed"
            );
            self.fail(Some(first), Some(id), what);
        }
        for pair in batch.windows(2) {
            if let [a, b] = pair
                && a.sealed_at == b.sealed_at
                && a.record_id >= b.record_id
            {
                self.fail(Some(b.position), Some(b.record_id.0), "the seal is out of order: positions were exchanged");
            }
        }
    }

    async fn is_signed(&mut self, conn: &mut Connection, keys: &KeyStore, head: &Head) -> Result<bool> {
        let key = match self.keys.get(&head.signing_key_id) {
            Some(known) => known.clone(),
            None => {
                let key = match keys.verifying_key(conn, head.signing_key_id).await {
                    Ok(key) => Some(key),
                    Err(e) if matches!(e.code(), ErrorCode::DatabaseUnavailable | ErrorCode::Internal) => {
                        return Err(e);
                    }
                    Err(e) => {
                        let what = format!("signing key {} does not stand: {}", head.signing_key_id, e.code().code());
                        self.fail(None, None, what);
                        None
                    }
                };
                self.keys.insert(head.signing_key_id, key.clone());
                key
            }
        };
        let Some(key) = key else { return Ok(false) };
        let (bytes, signature) = (head.signed_bytes(), head.signature.clone());
        tokio::task::spawn_blocking(move || sm2::verify(&key, &bytes, &signature))
            .await
            .map_err(|e| ErrorCode::Internal.caused_by(e))
    }

    pub(super) async fn unsealed(&mut self, conn: &mut Connection) -> Result<()> {
        let mut after = AuditId(Uuid::nil());
        loop {
            let rows = seals::unsealed_after(conn, after, PAGE).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = *last;
            let ledger = self.ledger.clone();
            let judged: Vec<(AuditId, Option<bool>)> = tokio::task::spawn_blocking(move || {
                rows.into_iter().map(|(id, r)| (id, r.map(|r| ledger.is_authentic(&r)))).collect()
            })
            .await
            .map_err(|e| ErrorCode::Internal.caused_by(e))?;
            for (id, authentic) in judged {
                match authentic {
                    None => self.fail(None, Some(id.0), "a record that waited for its seal is missing"),
                    Some(authentic) => {
                        self.unsealed += 1;
                        self.checked += 1;
                        if !authentic {
                            self.fail(None, Some(id.0), "the record was changed: its MAC does not stand");
                        }
                    }
                }
            }
        }
    }

    pub(super) async fn unlisted(&mut self, conn: &mut Connection) -> Result<()> {
        let mut after = AuditId(Uuid::nil());
        loop {
            let rows = seals::unlisted_after(conn, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.id;
            for record in rows {
                self.checked += 1;
                let also = if self.ledger.is_authentic(&record) { "" } else { ", and its MAC does not stand" };
                self.fail(None, Some(record.id.0), format!("the record has no seal and waits for none{also}"));
            }
        }
    }

    pub(super) async fn events(&mut self, conn: &mut Connection) -> Result<()> {
        let mut after = EventId(Uuid::nil());
        loop {
            let rows = seals::events_without_record(conn, after, PAGE).await?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = *last;
            for (event, audit, kind) in rows {
                self.fail(None, Some(audit.0), format!("the record is missing that event {event} ({kind}) names"));
            }
        }
    }

    /// A log cut behind its last head has no trace of what was cut; this process remembers how far it was.
    pub(super) async fn against_mark(&mut self, conn: &mut Connection, mark: Option<Mark>) -> Result<()> {
        let Some((size, root)) = mark else { return Ok(()) };
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let known = seals::head_at_most(conn, size).await?;
        if !known.is_some_and(|h| h.tree_size == size && h.root_hash == root) {
            self.fail(Some(size - 1), None, format!("the log had a signed head over {size} records; it is gone"));
        }
        Ok(())
    }

    pub(super) async fn report_head(
        &mut self,
        conn: &mut Connection,
        keys: &KeyStore,
        head: Head,
    ) -> Result<HeadReport> {
        let signature_ok = self.is_signed(conn, keys, &head).await?;
        Ok(HeadReport {
            tree_size: head.tree_size,
            root: hex::encode(&head.root_hash),
            signed_at: head.signed_at,
            key_id: head.signing_key_id,
            signature: hex::encode(&head.signature),
            signature_ok,
        })
    }

    pub(super) fn report(mut self, head: Option<HeadReport>, ms: u64) -> VerificationReport {
        if self.unlisted_failures > 0 {
            let what = format!("and {} more", self.unlisted_failures);
            self.failures.push(Failure { position: None, id: None, what });
        }
        VerificationReport {
            ok: self.failures.is_empty(),
            checked: self.checked,
            sealed: self.sealed,
            unsealed: self.unsealed,
            tree_size: self.frontier.size(),
            root: hex::encode(self.frontier.root()),
            head,
            failures: self.failures,
            ms,
        }
    }
}

/// A frontier of this size that no log of ours has, in place of leaves that are missing.
fn holed(size: i64) -> Frontier {
    let size = u64::try_from(size).unwrap_or(0);
    Frontier::from_parts(size, vec![[0; 32]; size.count_ones() as usize]).unwrap_or_default()
}

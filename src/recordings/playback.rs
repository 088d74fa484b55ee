//! Hearing a recording: who may, for how long and why; and the bytes, opened chunk by chunk as they are asked for.
//!
//! Every hearing is one audit record, with the bytes it began at. A player fetches one hearing in many requests: a request that goes on where the
//! last one of the same session stopped, as far as it was sent, belongs to the hearing on record and adds none. A request that begins
//! anywhere else (the start, a seek, another session, after a restart) is a hearing of its own. The grant is checked for every request.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt};

use crate::audit::{Action, AuditDraft, Object};
use crate::crypto::DataKey;
use crate::db::ids::{AccountId, ApprovalId, RecordingId, SessionId};
use crate::error::{ErrorCode, Result};
use crate::identity::{Permission, Principal};
use crate::transaction::Tx;
use crate::vault::VaultReader;

use super::model::GrantSource;
use super::service::{self, Recordings};
use super::store::{self, GrantRow, RecordingRow};
use super::views::GrantView;

/// The kind of approval that lets somebody listen.
pub const PLAYBACK_APPROVAL: &str = "recording.playback";

/// Hearings that are remembered; when there are more, all are forgotten, which only makes more audit records.
const HEARINGS: usize = 4_096;

/// How far each session has come in each recording. In memory only: what is forgotten is recorded anew.
#[derive(Clone, Default)]
pub struct Hearings(Arc<Mutex<Positions>>);

/// Up to which byte each session was sent each recording.
type Positions = HashMap<(SessionId, RecordingId), Arc<AtomicU64>>;

impl Hearings {
    /// The place up to which this session has been sent the recording; nothing sent yet is its own place.
    fn position(&self, session: SessionId, recording: RecordingId) -> Option<Arc<AtomicU64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(session, recording)).cloned()
    }

    fn begin(&self, session: SessionId, recording: RecordingId, at: u64) -> Arc<AtomicU64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= HEARINGS {
            all.clear();
        }
        let position = Arc::new(AtomicU64::new(at));
        all.insert((session, recording), Arc::clone(&position));
        position
    }
}

/// An open recording, and which bytes of it the caller asked for.
pub struct Playing {
    pub range: Range<u64>,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// Changes when the content does: the hexadecimal SM3 of it.
    pub digest_sm3: String,
    reader: VaultReader,
    position: Arc<AtomicU64>,
}

impl Playing {
    /// The content, a chunk at a time as the client takes it. Ends with the first error.
    pub fn stream(self) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
        let mut at = self.range.start;
        let position = self.position;
        Ok(self.reader.stream(self.range)?.map(move |chunk| {
            if let Ok(bytes) = &chunk {
                at += bytes.len() as u64;
                position.store(at, Ordering::Relaxed);
            }
            chunk
        }))
    }
}

/// Which bytes a request asks for (RFC 9110, section 14): one range, or everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedRange {
    Whole,
    /// `bytes=a-` and `bytes=a-b`, the last byte included.
    From(u64, Option<u64>),
    /// `bytes=-n`: the last n bytes.
    Suffix(u64),
}

impl AskedRange {
    /// From the value of a `Range` header. What is not one byte range is answered with everything, as the RFC allows.
    pub fn parse(value: &str) -> Self {
        let parsed = || {
            let (first, last) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
            let number = |text: &str| text.trim().parse::<u64>().ok();
            match (first.trim(), last.trim()) {
                ("", last) => number(last).map(AskedRange::Suffix),
                (first, "") => number(first).map(|from| AskedRange::From(from, None)),
                (first, last) => {
                    let (first, last) = (number(first)?, number(last)?);
                    (first <= last).then_some(AskedRange::From(first, Some(last)))
                }
            }
        };
        parsed().unwrap_or(AskedRange::Whole)
    }

    /// The bytes of a file of this length. Errors: `RangeNotSatisfiable`.
    pub fn of(self, bytes: u64) -> Result<Range<u64>> {
        let range = match self {
            AskedRange::Whole => 0..bytes,
            AskedRange::From(from, last) => from..last.map_or(bytes, |l| l.saturating_add(1)).min(bytes),
            AskedRange::Suffix(n) => bytes.saturating_sub(n)..bytes,
        };
        if range.is_empty() {
            return Err(ErrorCode::RangeNotSatisfiable.because(format!("the recording has {bytes} bytes")));
        }
        Ok(range)
    }
}

impl Recordings {
    /// Opens a recording for somebody with a grant. Errors: `GrantRequired`, `RangeNotSatisfiable`, `DataAltered`.
    pub async fn play(&self, who: &Principal, id: RecordingId, asked: AskedRange) -> Result<Playing> {
        if let Some(playing) = self.go_on(who, id, asked).await? {
            return Ok(playing);
        }
        let (this, who) = (self.clone(), who.clone());
        let attempt = AuditDraft::new(Action::RecordingPlay).on(Object::new("recording", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                who.require(Permission::RecordingPlay)?;
                let row = service::found(tx, id).await?;
                let now = tx.now();
                let grant = store::grant(tx.conn(), id, who.account_id, now).await?;
                let grant = grant.ok_or_else(|| ErrorCode::GrantRequired.because("recording.playback"))?;
                tx.detail("granted_by", grant.source.clone());
                if grant.source == GrantSource::Approval.as_str() {
                    tx.approval(ApprovalId(grant.source_id));
                }
                let key = tx.load_key(row.data_key_id).await?;
                let (reader, range) = this.open(&row, &key, asked).await?;
                tx.detail("from_byte", range.start);
                tx.detail("to_byte", range.end - 1);
                let position = this.hearings.begin(who.session_id, id, range.start);
                Ok(Playing { bytes: reader.bytes(), digest_sm3: hex::encode(&row.digest), range, reader, position })
            })
            .await
    }

    /// The rest of a hearing that is on record: the same session asks for the bytes right after those it was sent.
    async fn go_on(&self, who: &Principal, id: RecordingId, asked: AskedRange) -> Result<Option<Playing>> {
        let (AskedRange::From(from, _), Some(position)) = (asked, self.hearings.position(who.session_id, id)) else {
            return Ok(None);
        };
        // A hearing begins with a record even when nothing of it was sent.
        if from == 0 || from != position.load(Ordering::Relaxed) || !who.may(Permission::RecordingPlay) {
            return Ok(None);
        }
        let mut conn = self.transactions.db().connection().await?;
        let row = store::find(&mut conn, who.org_id, id).await?;
        if store::grant(&mut conn, id, who.account_id, self.transactions.now()).await?.is_none() {
            return Ok(None);
        }
        let key = self.transactions.keys().load(&mut conn, row.data_key_id).await?;
        drop(conn);
        let (reader, range) = self.open(&row, &key, asked).await?;
        Ok(Some(Playing { bytes: reader.bytes(), digest_sm3: hex::encode(&row.digest), range, reader, position }))
    }

    async fn open(&self, row: &RecordingRow, key: &DataKey, asked: AskedRange) -> Result<(VaultReader, Range<u64>)> {
        let reader = self.vault.reader(row.id.0, key).await?;
        let range = asked.of(reader.bytes())?;
        Ok((reader, range))
    }

    /// Whether the caller may hear a recording, until when and why; or the request that he waits for.
    pub async fn grant(&self, who: &Principal, id: RecordingId) -> Result<GrantView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::RecordingRead).on(Object::new("recording", id)).detail("part", "grant");
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                who.require(Permission::RecordingPlay)?;
                service::found(tx, id).await?;
                let now = tx.now();
                if let Some(grant) = store::grant(tx.conn(), id, who.account_id, now).await? {
                    let by = GrantSource::parse(&grant.source)?;
                    return Ok(GrantView {
                        granted: true,
                        by: Some(by),
                        expires_at: Some(grant.expires_at),
                        approval_id: (by == GrantSource::Approval).then_some(grant.source_id),
                    });
                }
                let waiting = store::pending_request(tx.conn(), PLAYBACK_APPROVAL, id, who.account_id, now).await?;
                Ok(GrantView { granted: false, by: None, expires_at: None, approval_id: waiting.map(|a| a.0) })
            })
            .await
    }

    /// Lets the inspector of a call hear it while the task lasts. Part of the caller's act.
    pub async fn grant_for_task(
        &self,
        tx: &mut Tx,
        id: RecordingId,
        account: AccountId,
        task: uuid::Uuid,
    ) -> Result<DateTime<Utc>> {
        let expires_at = tx.now() + self.settings.task_grant;
        add_grant(tx, id, account, GrantSource::InspectionTask, task, expires_at).await
    }

    /// Ends what [`Recordings::grant_for_task`] began. Part of the caller's act.
    pub async fn end_task_grants(&self, tx: &mut Tx, task: uuid::Uuid) -> Result<()> {
        let now = tx.now();
        let ended = store::end_grants(tx.conn(), task, now).await?;
        tx.detail("playback_grants_ended", ended);
        Ok(())
    }

    /// Lets somebody hear a recording because a second person approved it. Part of the caller's act.
    pub async fn grant_for_approval(
        &self,
        tx: &mut Tx,
        id: RecordingId,
        account: AccountId,
        approval: ApprovalId,
    ) -> Result<DateTime<Utc>> {
        let expires_at = tx.now() + self.settings.approval_grant;
        add_grant(tx, id, account, GrantSource::Approval, approval.0, expires_at).await
    }
}

async fn add_grant(
    tx: &mut Tx,
    id: RecordingId,
    account: AccountId,
    source: GrantSource,
    source_id: uuid::Uuid,
    expires_at: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let org = tx.caller().org_id;
    // Only a recording of the organisation is granted.
    store::find(tx.conn(), org, id).await?;
    let row = GrantRow {
        id: uuid::Uuid::now_v7(),
        org_id: org,
        recording_id: id,
        account_id: account,
        source: source.as_str().to_owned(),
        source_id,
        created_at: tx.now(),
        expires_at,
    };
    store::insert_grant(tx.conn(), &row).await?;
    tx.detail("playback_granted_until", expires_at.to_rfc3339());
    Ok(expires_at)
}

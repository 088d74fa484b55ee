//! What staff see of recordings, and the steps that import, transcription and playback share.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use guitai_language::mask;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::audit::{Action, AuditDraft, Object};
use crate::config::Config;
use crate::crypto::blind_index::TAIL;
use crate::crypto::{Aad, DataKey, sm2};
use crate::customers;
use crate::db::SealedBytes;
use crate::db::ids::{AccountId, CustomerId, DataKeyId, RecordingId};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{EventDraft, Topic};
use crate::identity::{self, Permission, Principal};
use crate::transaction::{Transactions, Tx};
use crate::vault::Vault;
use crate::web::{Cursor, DESTROYED_TEXT, Page};

use super::cdr::WITHHELD;
use super::manifest::Manifest;
use super::model::{Direction, Speaker, State, speaker_on};
use super::playback::Hearings;
use super::store::{self, Filter, PhoneIndex, RecordingRow};
use super::views::{
    ChannelPeaks, RecordingEvent, RecordingView, SegmentView, SignatureView, TranscriptView, WaveformView,
};
use super::waveform;

/// The job that transcribes a recording; its deduplication key is the recording's id.
pub const TRANSCRIBE_JOB: &str = "recordings.transcribe";

/// The kind under which phone numbers stand in the blind index.
pub(super) const PHONE_INDEX: &str = "phone";

/// What the bank sets.
#[derive(Debug, Clone)]
pub struct RecordingSettings {
    /// Largest recording that is taken, in bytes.
    pub max_bytes: u64,
    /// How far a recording's length may be from its call record's.
    pub duration_tolerance: TimeDelta,
    /// How long an inspection task lets its inspector listen.
    pub task_grant: TimeDelta,
    /// How long an approval does.
    pub approval_grant: TimeDelta,
}

impl RecordingSettings {
    pub fn of(config: &Config) -> Self {
        let seconds = |n: u64| TimeDelta::seconds(i64::try_from(n).unwrap_or(i64::MAX / 1_000));
        Self {
            max_bytes: config.storage.max_recording_mib << 20,
            duration_tolerance: seconds(config.recordings.duration_tolerance_s),
            task_grant: TimeDelta::hours(config.recordings.task_grant_h.into()),
            approval_grant: TimeDelta::minutes(config.recordings.approval_grant_min.into()),
        }
    }
}

/// What a list of recordings is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub state: Option<State>,
    /// A number on either side, as somebody typed it.
    pub phone: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub limit: i64,
    pub after: Option<Cursor>,
}

/// Use cases of staff. `vault` is the recordings' own folder: files in it that no recording knows are removed.
#[derive(Clone)]
pub struct Recordings {
    pub(super) transactions: Transactions,
    pub(super) vault: Vault,
    pub(super) settings: RecordingSettings,
    pub(super) hearings: Hearings,
    turns: Arc<Semaphore>,
}

/// Imports that hold their recording in memory at one time.
const IMPORTS_AT_ONCE: usize = 2;

impl Recordings {
    pub fn new(transactions: Transactions, vault: Vault, settings: RecordingSettings) -> Self {
        let turns = Arc::new(Semaphore::new(IMPORTS_AT_ONCE));
        Self { transactions, vault, settings, hearings: Hearings::default(), turns }
    }

    /// Waits for the turn to read a delivery into memory; it lasts until the permit is dropped.
    pub async fn take_turn(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).acquire_owned().await.map_err(|e| ErrorCode::Internal.caused_by(e))
    }

    /// The key of a file in the inbox's spool. Errors: `KeyUnavailable` when the provider of keys has been away for its lease.
    pub(super) fn spool_key(&self, file: uuid::Uuid) -> Result<DataKey> {
        let keys = self.transactions.keys();
        keys.require_lease()?;
        keys.keyring().spool_key(file)
    }

    pub fn settings(&self) -> &RecordingSettings {
        &self.settings
    }

    pub async fn list(&self, who: &Principal, filter: ListFilter) -> Result<Page<RecordingView>> {
        let who = who.clone();
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::RecordingList), async |tx: &mut Tx| {
                let caller = who.require(Permission::RecordingRead)?.clone();
                let phone = filter.phone.as_deref().map(|phone| phone_index(tx, phone)).transpose()?;
                // The query log knows which number was looked for without telling it.
                match &phone {
                    Some(PhoneIndex::Whole(index)) => tx.detail("phone_index", hex::encode(index)),
                    Some(PhoneIndex::Tail(index)) => tx.detail("phone_tail_index", hex::encode(index)),
                    None => {}
                }
                let narrow = Filter {
                    state: filter.state.map(State::as_str),
                    phone,
                    from: filter.from,
                    to: filter.to,
                    after: filter.after,
                };
                let rows = store::list(tx.conn(), caller.org_id, &narrow, filter.limit).await?;
                let page = Page::cut(rows, filter.limit, |r| Cursor { at: r.started_at, id: r.id.0 });
                tx.detail("rows", page.items.len());
                let items = views_of(tx, &page.items).await?;
                Ok(Page { items, next_cursor: page.next_cursor })
            })
            .await
    }

    pub async fn get(&self, who: &Principal, id: RecordingId) -> Result<RecordingView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::RecordingRead).on(Object::new("recording", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                who.require(Permission::RecordingRead)?;
                let row = found(tx, id).await?;
                view_of(tx, row).await
            })
            .await
    }

    /// What was said, both channels in order of time. Reading it is audited like hearing it.
    pub async fn transcript(&self, who: &Principal, id: RecordingId) -> Result<TranscriptView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::TranscriptRead).on(Object::new("recording", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                who.require(Permission::TranscriptRead)?;
                let row = found(tx, id).await?;
                let view = transcript_of(tx, &row).await?.ok_or_else(|| ErrorCode::NotFound.because("transcript"))?;
                tx.detail("segments", view.segments.len());
                Ok(view)
            })
            .await
    }

    /// The picture of both channels in at most `buckets` stretches.
    pub async fn waveform(&self, who: &Principal, id: RecordingId, buckets: usize) -> Result<WaveformView> {
        let who = who.clone();
        let attempt =
            AuditDraft::new(Action::RecordingRead).on(Object::new("recording", id)).detail("part", "waveform");
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                who.require(Permission::RecordingRead)?;
                if !(1..=waveform::BUCKETS).contains(&buckets) {
                    return Err(ErrorCode::InvalidParameter.because(format!("buckets: 1 to {}", waveform::BUCKETS)));
                }
                let row = found(tx, id).await?;
                let key = tx.load_key(row.data_key_id).await?;
                let sealed_in = Aad { table: "recordings", column: "waveform", row: id.0 };
                let plain = key.open(&sealed_in, &row.waveform)?;
                let peaks = waveform::decode(&plain, usize::try_from(row.channels).unwrap_or(0))?;
                let channels = (0..).zip(&peaks).map(|(channel, peaks)| ChannelPeaks {
                    speaker: speaker_on(channel, row.agent_channel),
                    peaks: waveform::scaled(peaks, buckets),
                });
                Ok(WaveformView { duration_ms: row.duration_ms, channels: channels.collect() })
            })
            .await
    }
}

/// The recording of the caller's organisation; its call and customer go into the audit record.
pub(super) async fn found(tx: &mut Tx, id: RecordingId) -> Result<RecordingRow> {
    let org = tx.caller().org_id;
    let row = store::find(tx.conn(), org, id).await?;
    note(tx, &row);
    Ok(row)
}

/// Puts the recording and its customer into the audit record.
pub(super) fn note(tx: &mut Tx, row: &RecordingRow) {
    tx.on(Object::new("recording", row.id).labelled(row.call_id.clone()));
    if let Some(customer) = row.customer_id {
        tx.customer(customer);
    }
}

/// The blind index of a phone number.
pub(super) fn index_of(tx: &Tx, number: &str) -> Vec<u8> {
    tx.keys().keyring().blind_index().of(PHONE_INDEX, number).to_vec()
}

/// The blind index of its last four digits within the caller's organisation; none of a number that is too short.
pub(super) fn tail_index_of(tx: &Tx, number: &str) -> Option<Vec<u8>> {
    let scope = tx.caller().org_id.0;
    tx.keys().keyring().blind_index().of_tail(PHONE_INDEX, scope, number).map(|index| index.to_vec())
}

/// What to look for: a whole number, or the last four digits of one. Errors: `InvalidParameter` without a digit.
fn phone_index(tx: &Tx, asked: &str) -> Result<PhoneIndex> {
    let digits = asked.chars().filter(|c| c.is_numeric()).count();
    match (digits, tail_index_of(tx, asked)) {
        (0, _) => Err(ErrorCode::InvalidParameter.because("phone")),
        (TAIL, Some(tail)) => Ok(PhoneIndex::Tail(tail)),
        _ => Ok(PhoneIndex::Whole(index_of(tx, asked))),
    }
}

/// Tells the event log what became of a recording.
pub(super) async fn publish(tx: &mut Tx, row: &RecordingRow, kind: &'static str, key: &DataKey) -> Result<()> {
    let payload = RecordingEvent {
        recording_id: row.id,
        call_id: row.call_id.clone(),
        state: State::parse(&row.state)?,
        agent_id: row.agent_id,
        customer_id: row.customer_id,
    };
    tx.publish(&EventDraft::new(Topic::Recordings, kind, "recording", row.id, &payload)?, key).await?;
    Ok(())
}

/// Whether the signature that was made at import still stands over everything it covers.
pub(super) async fn signature_stands(tx: &mut Tx, row: &RecordingRow) -> Result<bool> {
    let public = tx.public_key(row.signing_key_id).await?;
    Ok(sm2::verify(&public, &Manifest::of(&row.facts()).to_bytes()?, &row.signature))
}

/// A transcribed call for whoever works on what was said.
pub struct Spoken {
    pub call_id: String,
    pub agent_id: Option<AccountId>,
    pub customer_id: Option<CustomerId>,
    /// The key that the recording's content is sealed under: what quotes it is sealed under the same, and goes with it.
    pub data_key_id: DataKeyId,
    pub segments: Vec<SegmentView>,
}

/// What was said in a recording, inside the caller's act; `None` when it is not transcribed. The caller answers for permission and record.
pub async fn spoken(tx: &mut Tx, id: RecordingId) -> Result<Option<Spoken>> {
    let org = tx.caller().org_id;
    let row = store::find(tx.conn(), org, id).await?;
    let Some(transcript) = transcript_of(tx, &row).await? else { return Ok(None) };
    Ok(Some(Spoken {
        call_id: row.call_id,
        agent_id: row.agent_id,
        customer_id: row.customer_id,
        data_key_id: row.data_key_id,
        segments: transcript.segments,
    }))
}

async fn transcript_of(tx: &mut Tx, row: &RecordingRow) -> Result<Option<TranscriptView>> {
    let Some((transcript, segments)) = store::transcript(tx.conn(), row.id).await? else { return Ok(None) };
    let key = tx.load_key(row.data_key_id).await?;
    let mut views = Vec::with_capacity(segments.len());
    for s in segments {
        let body = Aad { table: "transcript_segments", column: "body", row: s.id.0 };
        views.push(SegmentView {
            id: s.id,
            ordinal: s.ordinal,
            channel: s.channel,
            speaker: Speaker::parse(&s.speaker)?,
            start_ms: s.start_ms,
            end_ms: s.end_ms,
            text: key.open_text(&body, &s.body)?,
            confidence: s.confidence,
        });
    }
    Ok(Some(TranscriptView {
        engine: transcript.engine,
        model: transcript.model,
        model_digest: transcript.model_digest,
        demo_model: transcript.demo_model,
        segments: views,
    }))
}

pub(super) async fn view_of(tx: &mut Tx, row: RecordingRow) -> Result<RecordingView> {
    let mut views = views_of(tx, std::slice::from_ref(&row)).await?;
    views.pop().ok_or_else(|| ErrorCode::Internal.because("recording"))
}

async fn views_of(tx: &mut Tx, rows: &[RecordingRow]) -> Result<Vec<RecordingView>> {
    let agents: Vec<AccountId> = rows.iter().filter_map(|r| r.agent_id).collect();
    let people = identity::people(tx.conn(), &agents).await?;
    let ids: Vec<RecordingId> = rows.iter().map(|r| r.id).collect();
    let inspections = store::inspections_of(tx.conn(), &ids).await?;
    let in_work: Vec<RecordingId> =
        rows.iter().filter(|r| r.state == State::Transcribing.as_str()).map(|r| r.id).collect();
    let running = store::progress_of(tx.conn(), TRANSCRIBE_JOB, &in_work).await?;
    let progress = |id: RecordingId, state: State| match state {
        State::Transcribed => 1.0,
        State::Transcribing => {
            let key = Some(id.to_string());
            running.iter().find(|(of, _)| *of == key).map_or(0.0, |(_, done)| *done)
        }
        State::Imported | State::Failed => 0.0,
    };
    let mut views = Vec::with_capacity(rows.len());
    for r in rows {
        let key = tx.load_key_unless_destroyed(r.data_key_id).await?;
        let masked = |column: &'static str, stored: &SealedBytes| -> Result<String> {
            let Some(key) = &key else { return Ok(DESTROYED_TEXT.to_owned()) };
            let number = key.open_text(&Aad { table: "recordings", column, row: r.id.0 }, stored)?;
            Ok(if number == WITHHELD { "匿名".to_owned() } else { mask::phone(&number) })
        };
        let (caller_masked, callee_masked) = (masked("caller", &r.caller)?, masked("callee", &r.callee)?);
        let customer = match r.customer_id {
            Some(id) => Some(customers::load(tx, id).await?.view()),
            None => None,
        };
        let state = State::parse(&r.state)?;
        views.push(RecordingView {
            id: r.id,
            call_id: r.call_id.clone(),
            direction: Direction::parse(&r.direction)?,
            state,
            progress: progress(r.id, state),
            started_at: r.started_at,
            ended_at: r.ended_at,
            duration_ms: r.duration_ms,
            sample_rate: r.sample_rate,
            codec: r.codec.clone(),
            channels: r.channels,
            agent: r.agent_id.and_then(|id| people.get(&id).cloned()),
            customer,
            caller_masked,
            callee_masked,
            digest_sm3: hex::encode(&r.digest),
            bytes: r.bytes,
            signature: SignatureView { key_id: r.signing_key_id, algorithm: "SM2" },
            inspection_id: inspections.iter().rev().find(|(of, _)| *of == r.id.0).map(|(_, id)| *id),
            imported_at: r.imported_at,
            failure: r.failure_code.clone(),
        });
    }
    Ok(views)
}

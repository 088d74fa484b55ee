//! Taking a recording in: checked, sealed into the vault, signed, noted and queued for transcription, in one act.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::crypto::Aad;
use crate::customers::{self, NewCustomer};
use crate::db::ids::{AccountId, CustomerId, RecordingId};
use crate::db::{Scope, SealedBytes};
use crate::error::{Error, ErrorCode, Result};
use crate::identity::{self, Permission, Principal};
use crate::inference::{PcmChannels, WavInfo, WavRules, decode_wav};
use crate::jobs::NewJob;
use crate::transaction::Tx;
use crate::vault::content_digest;

use super::cdr::Cdr;
use super::manifest::Manifest;
use super::model::State;
use super::service::{self, Recordings, TRANSCRIBE_JOB};
use super::store::{self, RecordingRow};
use super::views::RecordingView;
use super::waveform;

/// The purpose of the key that signs recordings.
const SIGNING_PURPOSE: &str = "recording";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TranscribePayload {
    pub recording_id: RecordingId,
}

/// What somebody delivered: the call record as it was sent, and the bytes of the WAV file. In memory only.
#[derive(Default)]
pub struct Delivery {
    pub cdr: Vec<u8>,
    pub audio: Zeroizing<Vec<u8>>,
}

/// What the audio turned out to be.
struct Heard {
    info: WavInfo,
    digest: [u8; 32],
    waveform: Vec<u8>,
}

impl Heard {
    /// Decodes everything once: what cannot be decoded now could not be transcribed or played later.
    fn of(audio: &[u8]) -> Result<Self> {
        let (info, samples): (WavInfo, PcmChannels) = decode_wav(audio, &WavRules::CALL)?;
        Ok(Self { info, digest: content_digest(audio), waveform: waveform::encode(&waveform::peaks(&samples)) })
    }
}

/// Who delivers.
#[derive(Clone)]
enum Deliverer {
    Staff(Principal),
    /// The recorder itself, through its folder.
    Recorder(Caller),
}

impl Deliverer {
    fn caller(&self) -> &Caller {
        match self {
            Deliverer::Staff(who) => &who.caller,
            Deliverer::Recorder(caller) => caller,
        }
    }

    /// The account that is noted with the recording. Errors: `Forbidden`.
    fn authorised(&self) -> Result<Option<AccountId>> {
        match self {
            Deliverer::Staff(who) => who.require(Permission::RecordingImport).map(|_| Some(who.account_id)),
            Deliverer::Recorder(_) => Ok(None),
        }
    }
}

impl Recordings {
    /// Imports a recording and says whether it is new: the same call with the same bytes again is the same recording, with other bytes a
    /// conflict. Errors: `CdrRefused`, `WavRefused`, `BodyTooLarge`, `Conflict`.
    pub async fn import(&self, who: &Principal, delivery: Delivery) -> Result<(RecordingView, bool)> {
        self.import_by(Deliverer::Staff(who.clone()), delivery).await
    }

    /// As [`Recordings::import`], for what the recorder left in its folder.
    pub(super) async fn import_from_recorder(
        &self,
        caller: &Caller,
        delivery: Delivery,
    ) -> Result<(RecordingView, bool)> {
        self.import_by(Deliverer::Recorder(caller.clone()), delivery).await
    }

    /// Puts on record that a delivery was refused before it was whole. Returns the error to answer with.
    pub async fn refuse_import(&self, who: &Principal, error: Error) -> Error {
        let attempt = AuditDraft::new(Action::RecordingImport);
        self.transactions.refuse(&who.caller, attempt, error, async |_: &mut Tx| Ok(())).await
    }

    async fn import_by(&self, who: Deliverer, delivery: Delivery) -> Result<(RecordingView, bool)> {
        let delivery = Arc::new(delivery);
        match self.import_once(who.clone(), Arc::clone(&delivery)).await {
            // Two deliveries of one call met. The other's row stands now, and says whether this is the same one.
            Err(e) if e.code() == ErrorCode::Conflict && e.detail().is_empty() => self.import_once(who, delivery).await,
            done => done,
        }
    }

    async fn import_once(&self, who: Deliverer, delivery: Arc<Delivery>) -> Result<(RecordingView, bool)> {
        let (this, id) = (self.clone(), RecordingId::fresh());
        // Set once nothing but the commit itself can go wrong.
        let ready = Arc::new(AtomicBool::new(false));
        let is_ready = Arc::clone(&ready);
        let done = self
            .transactions
            .perform(&who.caller().clone(), AuditDraft::new(Action::RecordingImport), async |tx: &mut Tx| {
                let done = this.take_in(tx, &who, id, delivery).await?;
                is_ready.store(true, Ordering::Relaxed);
                Ok(done)
            })
            .await;
        // Whether a commit that broke off has happened is not known here, so its file stays: `remove_orphans` finds it if it was not.
        if let Err(e) = &done
            && !ready.load(Ordering::Relaxed)
            && let Err(left) = self.vault.delete(id.0).await
        {
            tracing::warn!(recording.id = %id, error = ?left, cause = ?e, "the file of a refused recording could not be removed");
        }
        done
    }

    async fn take_in(
        &self,
        tx: &mut Tx,
        who: &Deliverer,
        id: RecordingId,
        delivery: Arc<Delivery>,
    ) -> Result<(RecordingView, bool)> {
        let imported_by = who.authorised()?;
        let org = tx.caller().org_id;
        let cdr = Cdr::parse(&delivery.cdr, tx.now())?;
        tx.detail("call_id", cdr.call_id.clone());
        if delivery.audio.len() as u64 > self.settings.max_bytes {
            return Err(
                ErrorCode::BodyTooLarge.because(format!("a recording has at most {} bytes", self.settings.max_bytes))
            );
        }
        let audio = Arc::clone(&delivery);
        let heard = blocking(move || Heard::of(&audio.audio)).await?;
        tx.detail("digest_sm3", hex::encode(heard.digest));
        if let Some(known) = store::find_by_call(tx.conn(), org, &cdr.call_id).await? {
            return same_or_conflict(tx, known, &heard).await;
        }
        cdr.check_duration(heard.info.duration_ms, self.settings.duration_tolerance)?;
        let agent = identity::person_by_login(tx.conn(), org, &cdr.agent_login)
            .await?
            .ok_or_else(|| ErrorCode::CdrRefused.because("agent_login: there is no such account"))?;
        let customer_id = customer_of(tx, &cdr).await?;

        let key = tx.create_key(Scope::Recording).await?;
        let mut file = self.vault.create(id.0, &key).await?;
        file.append(&delivery.audio).await?;
        let sealed = file.finish().await?;
        if sealed.digest_sm3 != heard.digest {
            return Err(ErrorCode::Internal.because("the vault sealed other bytes than were checked"));
        }
        let place = |column| Aad { table: "recordings", column, row: id.0 };
        let seal = |column, plain: &[u8]| key.seal(&place(column), plain).map(SealedBytes::from);
        let (signing_key_id, signatory) = tx.signatory(SIGNING_PURPOSE).await?;
        let mut row = RecordingRow {
            id,
            org_id: org,
            data_key_id: crate::db::ids::DataKeyId(key.id()),
            call_id: cdr.call_id.clone(),
            direction: cdr.direction.as_str().to_owned(),
            state: State::Imported.as_str().to_owned(),
            agent_id: Some(agent.id),
            customer_id,
            agent_channel: cdr.agent_channel,
            caller: seal("caller", cdr.caller.as_bytes())?,
            caller_index: service::index_of(tx, &cdr.caller),
            caller_tail_index: service::tail_index_of(tx, &cdr.caller),
            callee: seal("callee", cdr.callee.as_bytes())?,
            callee_index: service::index_of(tx, &cdr.callee),
            callee_tail_index: service::tail_index_of(tx, &cdr.callee),
            started_at: cdr.started_at,
            ended_at: cdr.ended_at,
            duration_ms: column(heard.info.duration_ms)?,
            sample_rate: column(heard.info.sample_rate_hz)?,
            channels: column(heard.info.channels)?,
            codec: codec_name(&heard.info)?,
            bytes: column(sealed.bytes)?,
            digest: heard.digest.to_vec(),
            signature: Vec::new(),
            signing_key_id,
            waveform: seal("waveform", &heard.waveform)?,
            failure_code: None,
            imported_by,
            imported_at: tx.now(),
        };
        let signed = Manifest::of(&row.facts()).to_bytes()?;
        row.signature = blocking(move || signatory.sign(&signed)).await?;
        store::insert(tx.conn(), &row).await?;
        service::note(tx, &row);
        tx.detail("bytes", row.bytes);
        service::publish(tx, &row, "recording.imported", &key).await?;
        enqueue_transcription(tx, id).await?;
        Ok((service::view_of(tx, row).await?, true))
    }
}

/// The recording of this call that is already here, if it is the same one.
async fn same_or_conflict(tx: &mut Tx, known: RecordingRow, heard: &Heard) -> Result<(RecordingView, bool)> {
    tx.on(Object::new("recording", known.id).labelled(known.call_id.clone()));
    if known.digest != heard.digest {
        return Err(
            ErrorCode::Conflict.because("call_id: another recording of this call is here, and its digest differs")
        );
    }
    tx.detail("repeated", true);
    Ok((service::view_of(tx, known).await?, false))
}

/// The customer on the line, by his number; nobody when it was withheld or is an extension.
async fn customer_of(tx: &mut Tx, cdr: &Cdr) -> Result<Option<CustomerId>> {
    let new = NewCustomer { display_name: None, phone: cdr.customer_number().map(str::to_owned) };
    match new.normalised() {
        Ok(new) if new.phone.is_some() => Ok(Some(customers::register(tx, new).await?.id)),
        _ => Ok(None),
    }
}

/// Queues the transcription. It is tried until it succeeds or the recording is found unfit: an engine that is away for days loses nothing.
async fn enqueue_transcription(tx: &mut Tx, id: RecordingId) -> Result<()> {
    let mut job = NewJob::new(tx.caller().org_id, TRANSCRIBE_JOB, &TranscribePayload { recording_id: id })?
        .deduplicated(id.to_string());
    job.max_attempts = i32::MAX;
    tx.enqueue(job).await?;
    Ok(())
}

/// The name of the codec as it is stored: `pcm16`, `a_law` or `mu_law`.
fn codec_name(info: &WavInfo) -> Result<String> {
    match serde_json::to_value(info.codec) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(ErrorCode::Internal.because("codec")),
    }
}

fn column<T, U: TryFrom<T>>(value: T) -> Result<U>
where
    U::Error: std::error::Error + Send + Sync + 'static,
{
    U::try_from(value).map_err(|e| ErrorCode::Internal.caused_by(e))
}

/// Runs what takes long off the async workers.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::from(ErrorCode::Internal).context(e.to_string()))?
}

//! From sound to text: the job that opens a recording, has it recognised and keeps what was said, sealed.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::crypto::{Aad, DataKey};
use crate::db::ids::{OrgId, RecordingId, SegmentId};
use crate::error::{Error, ErrorCode, Result};
use crate::inference::{PcmChannels, SpeechRecogniser, Transcript, WavRules, decode_wav};
use crate::jobs::{JobContext, JobHandler};
use crate::transaction::Tx;
use crate::vault::content_digest;

use super::import::{TranscribePayload, blocking};
use super::model::{State, speaker_on};
use super::service::{self, Recordings, TRANSCRIBE_JOB};
use super::store::{self, RecordingRow, SegmentRow, TranscriptRow};

/// An engine gets this long for any recording, and twice the call's own length besides.
const LEAST_TIME: Duration = Duration::from_secs(120);

/// How far the work is when the audio is open, and when it has been recognised. The engine itself takes a call as a whole.
const OPENED: f32 = 0.1;
const RECOGNISED: f32 = 0.9;

/// Transcribes recordings one at a time.
pub struct Transcribe {
    recordings: Recordings,
    recogniser: Arc<dyn SpeechRecogniser>,
}

impl Transcribe {
    pub fn new(recordings: Recordings, recogniser: Arc<dyn SpeechRecogniser>) -> Self {
        Self { recordings, recogniser }
    }

    /// Transcribes one recording. Done already, it does nothing. Errors: those that may go away (the engine, the disk, the database); any other
    /// is noted with the recording, which is then `failed`.
    pub async fn transcribe(&self, org: OrgId, id: RecordingId, progress: &(dyn Fn(f32) + Sync)) -> Result<()> {
        let Some((row, key)) = self.begin(org, id).await? else { return Ok(()) };
        let result = match self.listen(&row, &key, progress).await {
            Ok(transcript) => self.keep(org, id, transcript).await,
            Err(e) => Err(e),
        };
        let Err(error) = result else { return Ok(()) };
        let comes_back = error.code().status() == 503 || error.code() == ErrorCode::EngineTimedOut;
        self.give_up(org, id, &error, comes_back).await?;
        if comes_back { Err(error) } else { Ok(()) }
    }

    /// Says that the work begins. `None` when it is done. The signature is checked first: what is read from a recording is only worth
    /// as much as the proof that it is the one that was delivered.
    async fn begin(&self, org: OrgId, id: RecordingId) -> Result<Option<(RecordingRow, Arc<DataKey>)>> {
        let mut conn = self.recordings.transactions.db().connection().await?;
        let row = store::find(&mut conn, org, id).await?;
        drop(conn);
        if row.state == State::Transcribed.as_str() {
            return Ok(None);
        }
        let begun = self
            .recordings
            .transactions
            .perform(&caller(org), attempt(id), async |tx: &mut Tx| {
                let mut row = store::lock(tx.conn(), org, id).await?;
                service::note(tx, &row);
                if row.state == State::Transcribed.as_str() {
                    tx.detail("repeated", true);
                    return Ok(None);
                }
                let is_authentic = service::signature_stands(tx, &row).await?;
                tx.detail("signature_stands", is_authentic);
                let key = tx.load_key(row.data_key_id).await?;
                move_to(tx, &mut row, State::Transcribing, None, "recording.transcription_started", &key).await?;
                Ok(Some((row, key, is_authentic)))
            })
            .await?;
        match begun {
            None => Ok(None),
            Some((row, key, true)) => Ok(Some((row, key))),
            Some((row, ..)) => {
                let altered = ErrorCode::DataAltered.because("the recording's signature does not stand");
                self.give_up(org, row.id, &altered, false).await?;
                Ok(None)
            }
        }
    }

    /// Opens the audio, makes sure that it is what was delivered, and has it recognised.
    async fn listen(
        &self,
        row: &RecordingRow,
        key: &Arc<DataKey>,
        progress: &(dyn Fn(f32) + Sync),
    ) -> Result<Transcript> {
        let (vault, id, key, digest) = (self.recordings.vault.clone(), row.id, Arc::clone(key), row.digest.clone());
        let audio: PcmChannels = blocking(move || {
            let mut wav = Zeroizing::new(Vec::new());
            vault.content(id.0, &key)?.read_to_end(&mut wav).map_err(unreadable)?;
            if content_digest(&wav).as_slice() != digest {
                return Err(ErrorCode::DataAltered.because("the recording is not the one that was delivered"));
            }
            Ok(decode_wav(&wav, &WavRules::CALL)?.1)
        })
        .await?;
        progress(OPENED);
        let deadline = Instant::now() + LEAST_TIME + Duration::from_millis(audio.duration_ms()) * 2;
        let transcript = self.recogniser.transcribe(audio, deadline).await?;
        progress(RECOGNISED);
        Ok(transcript)
    }

    /// Keeps what was said, sealed, both channels in order of time.
    async fn keep(&self, org: OrgId, id: RecordingId, heard: Transcript) -> Result<()> {
        self.recordings
            .transactions
            .perform(&caller(org), attempt(id), async |tx: &mut Tx| {
                let mut row = store::lock(tx.conn(), org, id).await?;
                service::note(tx, &row);
                // Another run of this job may have been quicker.
                if row.state == State::Transcribed.as_str() {
                    tx.detail("repeated", true);
                    return Ok(());
                }
                let key = tx.load_key(row.data_key_id).await?;
                let (transcript, segments) = rows_of(&row, heard, &key, tx.now())?;
                tx.detail("segments", segments.len());
                tx.detail("model", transcript.model.clone());
                tx.detail("model_digest", transcript.model_digest.clone());
                store::insert_transcript(tx.conn(), &transcript, &segments).await?;
                move_to(tx, &mut row, State::Transcribed, None, "recording.transcribed", &key).await
            })
            .await
    }

    /// Notes that it did not work: back to waiting when the cause may go away, `failed` when it will not.
    async fn give_up(&self, org: OrgId, id: RecordingId, error: &Error, comes_back: bool) -> Result<()> {
        let code = error.code().code();
        tracing::warn!(recording.id = %id, error = ?error, retry = comes_back, "transcription did not succeed");
        let attempt = attempt(id).detail("code", code).detail("retry", comes_back);
        self.recordings
            .transactions
            .perform(&caller(org), attempt, async |tx: &mut Tx| {
                let mut row = store::lock(tx.conn(), org, id).await?;
                service::note(tx, &row);
                if row.state != State::Transcribing.as_str() {
                    return Ok(());
                }
                let key = tx.load_key(row.data_key_id).await?;
                let (state, event) = if comes_back {
                    (State::Imported, "recording.transcription_postponed")
                } else {
                    (State::Failed, "recording.transcription_failed")
                };
                move_to(tx, &mut row, state, Some(code), event, &key).await
            })
            .await
    }
}

#[async_trait]
impl JobHandler for Transcribe {
    fn kind(&self) -> &'static str {
        TRANSCRIBE_JOB
    }

    async fn run(&self, job: JobContext) -> Result<()> {
        let payload: TranscribePayload = job.payload()?;
        let org = job.org_id.ok_or_else(|| ErrorCode::Internal.because("a job without its organisation"))?;
        let progress = |done| job.progress(done);
        tokio::select! {
            done = self.transcribe(org, payload.recording_id, &progress) => done,
            // What was begun begins again with the next run.
            () = job.cancelled.cancelled() => Err(ErrorCode::Overloaded.because("the work was called off")),
        }
    }
}

fn caller(org: OrgId) -> Caller {
    Caller::system(org, "transcriber")
}

fn attempt(id: RecordingId) -> AuditDraft {
    AuditDraft::new(Action::RecordingTranscribe).on(Object::new("recording", id))
}

/// One step of a recording's life under its row lock: row, record and event.
async fn move_to(
    tx: &mut Tx,
    row: &mut RecordingRow,
    next: State,
    failure: Option<&str>,
    event: &'static str,
    key: &DataKey,
) -> Result<()> {
    let from = State::parse(&row.state)?;
    tx.detail("from", from.as_str());
    tx.detail("to", next.as_str());
    row.state = from.to(next)?.as_str().to_owned();
    row.failure_code = failure.map(str::to_owned);
    store::set_state(tx.conn(), row.id, &row.state, failure).await?;
    service::publish(tx, row, event, key).await
}

/// Segments in order of time, whatever order the engine gave them in; stretches without a word are left out.
fn rows_of(
    row: &RecordingRow,
    mut heard: Transcript,
    key: &DataKey,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(TranscriptRow, Vec<SegmentRow>)> {
    let transcript = TranscriptRow {
        id: uuid::Uuid::now_v7(),
        org_id: row.org_id,
        recording_id: row.id,
        engine: heard.engine,
        model: heard.model,
        model_digest: heard.model_digest,
        demo_model: heard.demo_model,
        created_at: now,
    };
    heard.segments.retain(|s| !s.text.trim().is_empty());
    heard.segments.sort_by_key(|s| (s.start_ms, s.channel));
    let ms = |n: u64| i64::try_from(n).map_err(|e| ErrorCode::Internal.caused_by(e));
    let mut segments = Vec::with_capacity(heard.segments.len());
    for (ordinal, s) in (1..).zip(heard.segments) {
        let id = SegmentId::fresh();
        let channel = i16::try_from(s.channel).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        segments.push(SegmentRow {
            id,
            org_id: row.org_id,
            transcript_id: transcript.id,
            ordinal,
            channel,
            speaker: speaker_on(channel, row.agent_channel).as_str().to_owned(),
            start_ms: ms(s.start_ms)?,
            end_ms: ms(s.end_ms)?,
            body: key.seal(&Aad { table: "transcript_segments", column: "body", row: id.0 }, s.text.as_bytes())?.into(),
            confidence: s.confidence,
        });
    }
    Ok((transcript, segments))
}

/// The vault's error comes through `Read` as the cause of an I/O error.
fn unreadable(error: std::io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(own) => own,
        Err(other) => ErrorCode::StorageUnavailable.caused_by(other),
    }
}

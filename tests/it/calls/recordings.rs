use std::path::Path;

use guitai::db::SealedBytes;
use guitai::db::schema::{customers, event_outbox, jobs, recordings, transcript_segments};
use guitai::recordings::{ListFilter, Speaker, State, TRANSCRIBE_JOB};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::support::db::TestDb;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn a_call_is_taken_in_once_sealed_and_queued() {
    let bank = Bank::open().await;
    let (view, is_new) = bank.import("refund").await.unwrap();
    assert!(is_new);
    assert_eq!((view.state, view.progress), (State::Imported, 0.0));
    assert_eq!((view.codec.as_str(), view.sample_rate, view.channels), ("mu_law", 8_000, 2));
    assert_eq!((view.caller_masked.as_str(), view.callee_masked.as_str()), ("138****0001", "*****"));
    assert_eq!(view.agent.as_ref().unwrap().id, bank.agent.account_id);
    assert_eq!(view.customer.as_ref().unwrap().phone_masked.as_deref(), Some("138****0001"));
    assert_eq!(view.digest_sm3, hex::encode(guitai::vault::content_digest(&wav("refund"))));

    // Again: the same recording. Other bytes under the same id: refused.
    let (again, is_new) = bank.import("refund").await.unwrap();
    assert!(!is_new && again.id == view.id);
    let mut other = wav("refund");
    *other.last_mut().unwrap() ^= 1;
    let conflict = bank.recordings.import(&bank.inspector, delivered(&record("refund"), other)).await.unwrap_err();
    assert_eq!(conflict.code(), ErrorCode::Conflict);
    let refused = |code: ErrorCode| ("refused".to_owned(), Some(code.code().to_owned()));
    let kept = ("success".to_owned(), None);
    assert_eq!(bank.audited("recording.import").await, [kept.clone(), kept, refused(ErrorCode::Conflict)]);

    let mut conn = bank.core.db.connection().await;
    let queued: Vec<(String, Option<String>)> =
        jobs::table.select((jobs::kind, jobs::dedup_key)).load(&mut conn).await.unwrap();
    assert_eq!(queued, [(TRANSCRIBE_JOB.to_owned(), Some(view.id.to_string()))]);
    let events: Vec<String> = event_outbox::table.select(event_outbox::type_).load(&mut conn).await.unwrap();
    assert_eq!(events, ["recording.imported"]);

    // One file, and nothing of the call can be read in it.
    let files = files(bank.folder.path());
    assert_eq!(files.len(), 1);
    let stored = std::fs::read(&files[0]).unwrap();
    let audio = wav("refund");
    let planted = &audio[20_000..20_016];
    assert!(!stored.windows(4).any(|w| w == b"RIFF") && !stored.windows(16).any(|w| w == planted));

    // The same customer called twice: one customer.
    let mut second = record("complaint");
    second["caller"] = json!("138 0000 0001".replace(' ', ""));
    bank.recordings.import(&bank.inspector, delivered(&second, wav("complaint"))).await.unwrap();
    assert_eq!(customers::table.count().get_result::<i64>(&mut conn).await.unwrap(), 1);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_its_reason_and_leaves_nothing() {
    let bank = Bank::open().await;
    let mono = |mut wav: Vec<u8>| {
        wav[22] = 1;
        wav
    };
    let with = |field: &str, value: Value| {
        let mut changed = record("refund");
        changed[field] = value;
        changed
    };
    for (record, audio, code, why) in [
        (record("refund"), Vec::new(), ErrorCode::WavRefused, "empty"),
        (record("refund"), b"ID3 not a wave file at all".to_vec(), ErrorCode::WavRefused, "RIFF"),
        (record("refund"), wav("refund")[..1_000].to_vec(), ErrorCode::WavRefused, "truncated"),
        (record("refund"), mono(wav("refund")), ErrorCode::WavRefused, "mono"),
        (record("refund"), vec![0; (4 << 20) + 1], ErrorCode::BodyTooLarge, "at most"),
        (with("agent_login", json!("nobody")), wav("refund"), ErrorCode::CdrRefused, "agent_login"),
        (with("agent_channel", json!(1)), wav("refund"), ErrorCode::CdrRefused, "the same channel"),
        (
            with("ended_at", json!("2026-11-20T09:40:00+08:00")),
            wav("refund"),
            ErrorCode::CdrRefused,
            "the recording has 48.9 s",
        ),
        (with("mood", json!("bad")), wav("refund"), ErrorCode::CdrRefused, "mood"),
    ] {
        let refused = bank.recordings.import(&bank.inspector, delivered(&record, audio)).await.unwrap_err();
        assert_eq!(refused.code(), code, "{refused:?}");
        assert!(refused.detail().contains(why), "{why}: {refused:?}");
    }
    let forbidden = bank.recordings.import(&bank.agent, delivery("refund")).await.unwrap_err();
    assert_eq!(forbidden.code(), ErrorCode::Forbidden);
    let audited = bank.audited("recording.import").await;
    assert!(audited.len() == 10 && audited.iter().all(|(outcome, code)| outcome == "refused" && code.is_some()));
    let mut conn = bank.core.db.connection().await;
    assert_eq!(recordings::table.count().get_result::<i64>(&mut conn).await.unwrap(), 0);
    assert_eq!(customers::table.count().get_result::<i64>(&mut conn).await.unwrap(), 0);
    assert!(bank.vault.files().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_whose_row_is_not_committed_goes_away() {
    let bank = Bank::open().await;
    TestDb::run_sql(&bank.core.db, "ALTER TABLE recordings ADD CHECK (call_id <> 'demo-refund')").await;
    let failed = bank.import("refund").await.unwrap_err();
    assert_eq!(failed.code(), ErrorCode::Internal);
    assert!(files(bank.folder.path()).is_empty());

    // One that a crash left behind goes at the next start; the recordings' own stay, and so does one that may still be in the making.
    let (kept, _) = bank.import("complaint").await.unwrap();
    let stray = Uuid::now_v7();
    let mut tx_key = None;
    let attempt = guitai::audit::AuditDraft::new(guitai::audit::Action::RecordingImport);
    let key = bank
        .transactions
        .perform(&bank.core.caller(), attempt, async |tx| tx.create_key(guitai::db::Scope::Recording).await)
        .await
        .unwrap();
    let mut file = bank.vault.create(stray, tx_key.insert(key)).await.unwrap();
    file.append(b"left behind").await.unwrap();
    file.finish().await.unwrap();
    assert_eq!(bank.recordings.remove_orphans(TimeDelta::days(3_650)).await.unwrap(), 0);
    bank.core.clock.advance(TimeDelta::days(3_650));
    assert_eq!(bank.recordings.remove_orphans(TimeDelta::hours(1)).await.unwrap(), 1);
    assert_eq!(bank.vault.files().await.unwrap(), [kept.id.0]);
}

#[tokio::test]
async fn two_deliveries_of_one_call_at_a_time_are_one_recording() {
    let bank = Bank::open().await;
    let (one, other) = tokio::join!(bank.import("refund"), bank.import("refund"));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.0.id, other.0.id);
    assert!(one.1 != other.1);
    assert_eq!(bank.vault.files().await.unwrap(), [one.0.id.0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_becomes_text_by_speaker_and_time() {
    let bank = Bank::open().await;
    let recording = bank.transcribed("wealth").await;
    let view = bank.recordings.get(&bank.inspector, recording.id).await.unwrap();
    assert_eq!((view.state, view.progress, view.failure), (State::Transcribed, 1.0, None));
    let transcript = bank.recordings.transcript(&bank.inspector, recording.id).await.unwrap();
    assert!(transcript.demo_model && transcript.model_digest.len() == 64);
    assert!(transcript.segments.is_sorted_by_key(|s| (s.start_ms, s.channel)));
    assert!(transcript.segments.iter().zip(1..).all(|(s, n)| s.ordinal == n && s.end_ms > s.start_ms));
    let said = |speaker| transcript.segments.iter().filter(move |s| s.speaker == speaker);
    assert!(said(Speaker::Agent).any(|s| s.text.contains("保本保收益")));
    assert!(said(Speaker::Customer).any(|s| s.text.contains("保本吗")));

    // Once more is nothing more.
    bank.transcriber(Arc::new(DemoModel)).transcribe(bank.core.org, recording.id, &|_| {}).await.unwrap();
    let mut conn = bank.core.db.connection().await;
    let stored: Vec<SealedBytes> =
        transcript_segments::table.select(transcript_segments::body).load(&mut conn).await.unwrap();
    assert_eq!(stored.len(), transcript.segments.len());
    assert!(stored.iter().all(|sealed| !sealed.as_ref().windows(6).any(|w| w == "保本".as_bytes())));
    let events: Vec<String> = event_outbox::table
        .order(event_outbox::aggregate_seq)
        .select(event_outbox::type_)
        .load(&mut conn)
        .await
        .unwrap();
    assert_eq!(events, ["recording.imported", "recording.transcription_started", "recording.transcribed"]);
    assert_eq!(bank.audited("recording.transcript_read").await.len(), 1);

    let waveform = bank.recordings.waveform(&bank.inspector, recording.id, 60).await.unwrap();
    assert_eq!(
        waveform.channels.iter().map(|c| (c.speaker, c.peaks.len())).collect::<Vec<_>>(),
        [(Speaker::Agent, 60), (Speaker::Customer, 60)]
    );
    assert!(waveform.channels.iter().all(|c| c.peaks.iter().any(|p| *p > 0.1)));
    for who in [&bank.agent] {
        assert_eq!(bank.recordings.transcript(who, recording.id).await.unwrap_err().code(), ErrorCode::Forbidden);
    }
}

#[tokio::test]
async fn an_engine_that_is_away_loses_nothing() {
    let bank = Bank::open().await;
    let (recording, _) = bank.import("complaint").await.unwrap();
    for code in [ErrorCode::EngineUnavailable, ErrorCode::Overloaded, ErrorCode::EngineTimedOut] {
        let away = bank.transcriber(Arc::new(Refusing(code)));
        let error = away.transcribe(bank.core.org, recording.id, &|_| {}).await.unwrap_err();
        assert_eq!(error.code(), code);
        let view = bank.recordings.get(&bank.inspector, recording.id).await.unwrap();
        assert_eq!((view.state, view.failure.as_deref()), (State::Imported, Some(code.code())));
    }
    bank.transcriber(Arc::new(DemoModel)).transcribe(bank.core.org, recording.id, &|_| {}).await.unwrap();
    let view = bank.recordings.get(&bank.inspector, recording.id).await.unwrap();
    assert_eq!((view.state, view.failure), (State::Transcribed, None));
}

#[tokio::test]
async fn audio_or_facts_that_were_changed_are_not_transcribed() {
    let bank = Bank::open().await;
    let (changed, _) = bank.import("complaint").await.unwrap();
    let path = files(bank.folder.path()).pop().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (moved, _) = bank.import("refund").await.unwrap();
    TestDb::run_sql(
        &bank.core.db,
        "UPDATE recordings SET started_at = started_at - interval '1 day' WHERE call_id = 'demo-refund'",
    )
    .await;
    let work = bank.transcriber(Arc::new(DemoModel));
    for id in [changed.id, moved.id] {
        // The job is done with it: another try would find the same.
        work.transcribe(bank.core.org, id, &|_| {}).await.unwrap();
        let view = bank.recordings.get(&bank.inspector, id).await.unwrap();
        assert_eq!((view.state, view.failure.as_deref()), (State::Failed, Some("crypto.data_altered")));
    }
}

#[tokio::test]
async fn recordings_are_found_by_number_time_and_state() {
    let bank = Bank::open().await;
    for call in ["refund", "wealth", "complaint"] {
        bank.import(call).await.unwrap();
    }
    let found = async |filter: ListFilter| -> Vec<String> {
        let page = bank.recordings.list(&bank.supervisor, ListFilter { limit: 50, ..filter }).await.unwrap();
        page.items.into_iter().map(|r| r.call_id).collect()
    };
    assert_eq!(found(ListFilter::default()).await, ["demo-wealth", "demo-complaint", "demo-refund"]);
    let by_number = |phone: &str| ListFilter { phone: Some(phone.to_owned()), ..ListFilter::default() };
    assert_eq!(found(by_number("+86 138-0000-0002")).await, ["demo-wealth"]);
    assert_eq!(found(by_number("95500")).await.len(), 3);
    assert!(found(by_number("13900000000")).await.is_empty());
    assert_eq!(found(by_number("0002")).await, ["demo-wealth"]);
    assert_eq!(found(by_number("尾号 0002")).await, ["demo-wealth"]);
    // A hotline of five digits has no tail.
    assert!(found(by_number("5500")).await.is_empty());
    let noon = "2026-11-20T12:00:00+08:00".parse().ok();
    assert_eq!(found(ListFilter { from: noon, ..ListFilter::default() }).await, ["demo-wealth"]);
    assert_eq!(found(ListFilter { to: noon, ..ListFilter::default() }).await, ["demo-complaint", "demo-refund"]);
    assert!(found(ListFilter { state: Some(State::Failed), ..ListFilter::default() }).await.is_empty());

    let first = bank.recordings.list(&bank.supervisor, ListFilter { limit: 2, ..ListFilter::default() }).await.unwrap();
    let after = guitai::web::Cursor::decode(first.next_cursor.as_deref().unwrap()).unwrap();
    assert_eq!(found(ListFilter { after: Some(after), ..ListFilter::default() }).await, ["demo-refund"]);

    // What was looked for stands in the ledger, but not the number.
    let details: Vec<String> = audit_records::table
        .filter(audit_records::action.eq("recording.list"))
        .select(audit_records::detail)
        .load(&mut bank.core.db.connection().await)
        .await
        .unwrap();
    assert!(details.iter().any(|d| d.contains("phone_tail_index")));
    assert!(details.iter().any(|d| d.contains("phone_index")) && details.iter().all(|d| !d.contains("0002")));
    let refused =
        bank.recordings.list(&bank.supervisor, ListFilter { limit: 5, ..by_number("abc") }).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidParameter);
}

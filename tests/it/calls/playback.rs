use futures::{StreamExt, TryStreamExt};
use guitai::approvals::{Approvals, Decision, NewRequest};
use guitai::db::ids::RecordingId;
use guitai::inspection::{Subject, SubjectKind};
use guitai::recordings::{AskedRange, GrantSource, PLAYBACK_APPROVAL};

use super::*;

async fn hear(bank: &Bank, who: &Principal, id: RecordingId, asked: AskedRange) -> Result<Vec<u8>> {
    let playing = bank.recordings.play(who, id, asked).await?;
    let chunks: Vec<Vec<u8>> = playing.stream()?.try_collect().await?;
    Ok(chunks.concat())
}

/// Hearings on record, refused ones left out.
async fn hearings(bank: &Bank) -> usize {
    bank.audited("recording.play").await.iter().filter(|(outcome, _)| outcome == "success").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_a_call_without_a_grant_and_every_hearing_is_on_record() {
    let bank = Bank::open().await;
    let recording = bank.transcribed("wealth").await;
    let id = recording.id;
    let whole = wav("wealth");
    for who in [&bank.inspector, &bank.supervisor] {
        assert_eq!(hear(&bank, who, id, AskedRange::Whole).await.unwrap_err().code(), ErrorCode::GrantRequired);
    }
    assert_eq!(hear(&bank, &bank.agent, id, AskedRange::Whole).await.unwrap_err().code(), ErrorCode::Forbidden);
    let refused = bank.audited("recording.play").await;
    assert!(refused.len() == 3 && refused.iter().all(|(outcome, _)| outcome == "refused"));

    // The task is the grant.
    bank.inspections.inspect(bank.core.org, Subject { kind: SubjectKind::Recording, id: id.0 }).await.unwrap();
    let inspection = bank.recordings.get(&bank.inspector, id).await.unwrap().inspection_id.unwrap();
    bank.inspections.claim(&bank.inspector, inspection).await.unwrap();
    let grant = bank.recordings.grant(&bank.inspector, id).await.unwrap();
    assert_eq!((grant.granted, grant.by, grant.approval_id), (true, Some(GrantSource::InspectionTask), None));
    assert!(!bank.recordings.grant(&bank.supervisor, id).await.unwrap().granted);

    assert_eq!(hear(&bank, &bank.inspector, id, AskedRange::Whole).await.unwrap(), whole);
    let from = whole.len() as u64 / 2;
    let half = hear(&bank, &bank.inspector, id, AskedRange::From(from, Some(from + 99))).await.unwrap();
    assert_eq!(half, whole[whole.len() / 2..][..100]);
    assert_eq!(hearings(&bank).await, 2);
    // Going on where the last answer ended is the same hearing; going elsewhere, or from the start, is another.
    let next = hear(&bank, &bank.inspector, id, AskedRange::From(from + 100, None)).await.unwrap();
    assert_eq!(next, whole[whole.len() / 2 + 100..]);
    assert_eq!(hearings(&bank).await, 2);
    hear(&bank, &bank.inspector, id, AskedRange::From(44, Some(50))).await.unwrap();
    assert_eq!(hear(&bank, &bank.inspector, id, AskedRange::Suffix(10)).await.unwrap(), whole[whole.len() - 10..]);
    assert_eq!(hearings(&bank).await, 4);
    let beyond = hear(&bank, &bank.inspector, id, AskedRange::From(whole.len() as u64, None)).await.unwrap_err();
    assert_eq!(beyond.code(), ErrorCode::RangeNotSatisfiable);

    // A player that stops early has heard only what it was sent.
    let playing = bank.recordings.play(&bank.inspector, id, AskedRange::From(0, None)).await.unwrap();
    let mut stream = Box::pin(playing.stream().unwrap());
    let heard = stream.next().await.unwrap().unwrap().len() as u64;
    drop(stream);
    assert!(heard < whole.len() as u64);
    let before = hearings(&bank).await;
    hear(&bank, &bank.inspector, id, AskedRange::From(heard, Some(heard + 9))).await.unwrap();
    assert_eq!(hearings(&bank).await, before);

    // Confirmed, the task is over, and so is the right to listen: also in the middle of a hearing.
    bank.inspections.confirm(&bank.inspector, inspection, "").await.unwrap();
    for asked in [AskedRange::Whole, AskedRange::From(heard + 10, None)] {
        assert_eq!(hear(&bank, &bank.inspector, id, asked).await.unwrap_err().code(), ErrorCode::GrantRequired);
    }
}

#[tokio::test]
async fn a_second_person_lets_somebody_listen_for_a_while() {
    let bank = Bank::open().await;
    let (recording, _) = bank.import("refund").await.unwrap();
    let id = recording.id;
    let approvals = Approvals::new(bank.transactions.clone(), vec![bank.recordings.playback_executor()]);
    let wanted =
        NewRequest { kind: PLAYBACK_APPROVAL.to_owned(), object_id: id.0, reason: "客户投诉复核".to_owned() };
    let asked = approvals.request(&bank.inspector, wanted.clone()).await.unwrap();
    assert_eq!(asked.object.title, "demo-refund");
    let waiting = bank.recordings.grant(&bank.inspector, id).await.unwrap();
    assert_eq!((waiting.granted, waiting.approval_id), (false, Some(asked.id.0)));

    approvals.decide(&bank.supervisor, asked.id, Decision::Approve, None).await.unwrap();
    let grant = bank.recordings.grant(&bank.inspector, id).await.unwrap();
    assert_eq!((grant.granted, grant.by, grant.approval_id), (true, Some(GrantSource::Approval), Some(asked.id.0)));
    assert_eq!(hear(&bank, &bank.inspector, id, AskedRange::Whole).await.unwrap(), wav("refund"));
    let named: Vec<Option<guitai::db::ids::ApprovalId>> = audit_records::table
        .filter(audit_records::action.eq("recording.play"))
        .select(audit_records::approval_id)
        .load(&mut bank.core.db.connection().await)
        .await
        .unwrap();
    assert_eq!(named, [Some(asked.id)]);
    bank.core.clock.advance(TimeDelta::hours(2));
    assert_eq!(hear(&bank, &bank.inspector, id, AskedRange::Whole).await.unwrap_err().code(), ErrorCode::GrantRequired);

    // Whoever is heard in the call does not let others hear it.
    let mut promoted = bank.agent.clone();
    promoted.roles = vec![Role::Supervisor];
    let again = approvals.request(&bank.inspector, wanted).await.unwrap();
    let refused = approvals.decide(&promoted, again.id, Decision::Approve, None).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert!(!bank.recordings.grant(&bank.inspector, id).await.unwrap().granted);
    let unknown = NewRequest {
        kind: PLAYBACK_APPROVAL.to_owned(),
        object_id: uuid::Uuid::now_v7(),
        reason: "客户投诉复核".to_owned(),
    };
    assert_eq!(approvals.request(&bank.inspector, unknown).await.unwrap_err().code(), ErrorCode::NotFound);
}

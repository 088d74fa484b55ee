use guitai::conversations::{Chat, Conversations, NewChat, Routing};
use guitai::db::ids::{AuditId, EventId, InspectionId};
use guitai::db::schema::{event_outbox, inspection_rules, inspections};
use guitai::eventlog::{Event, Subscriber, Topic};
use guitai::inspection::{InspectOnEvent, InspectionView, ListFilter, State, SubjectKind};
use guitai::web::{RequestInfo, Zone};

use super::*;

/// An event as the log delivers it.
fn event(bank: &Bank, topic: Topic, kind: &str, id: uuid::Uuid) -> Event {
    Event {
        id: EventId::fresh(),
        org_id: bank.core.org,
        topic,
        kind: kind.to_owned(),
        version: 1,
        aggregate_kind: String::new(),
        aggregate_id: id,
        aggregate_seq: 1,
        audit_id: AuditId::fresh(),
        occurred_at: bank.core.clock.now(),
        payload: Value::Null,
    }
}

async fn inspected(bank: &Bank, topic: Topic, kind: &str, id: uuid::Uuid) -> InspectionView {
    let subscriber = InspectOnEvent::new(bank.inspections.clone());
    // Twice, as the log may.
    for _ in 0..2 {
        subscriber.handle(&event(bank, topic, kind, id)).await.unwrap();
    }
    let filter = ListFilter { subject_id: Some(id), limit: 10, ..ListFilter::default() };
    let found = bank.inspections.list(&bank.inspector, filter).await.unwrap().items;
    assert_eq!(found.len(), 1);
    bank.inspections.get(&bank.inspector, found[0].id).await.unwrap()
}

fn codes(view: &InspectionView) -> Vec<&str> {
    view.findings.iter().flatten().map(|f| f.rule_code.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_inspected_with_its_sentences_and_confirmed_by_a_person() {
    let bank = Bank::open().await;
    let recording = bank.transcribed("wealth").await;
    let view = inspected(&bank, Topic::Recordings, "recording.transcribed", recording.id.0).await;
    assert_eq!((view.score, view.full_score, view.fatal, view.state), (0, 100, true, State::Suggested));
    assert_eq!((view.subject.kind, view.subject.title.as_str()), (SubjectKind::Recording, "demo-wealth"));
    let found = codes(&view);
    for code in ["no-guarantee", "no-brush-off", "risk-disclosure", "identity-check", "closing", "silence"] {
        assert!(found.contains(&code), "{code}: {found:?}");
    }
    // Every deduction quotes a segment verbatim, at its second.
    let transcript = bank.recordings.transcript(&bank.inspector, recording.id).await.unwrap();
    for finding in view.findings.as_ref().unwrap() {
        let segment = transcript.segments.iter().find(|s| Some(s.id) == finding.segment_id).unwrap();
        assert_eq!((&segment.text, segment.start_ms), (&finding.quote, finding.at_ms));
        assert!(finding.rule_version == 1 && !finding.explanation.is_empty());
    }
    let fatal = view.findings.iter().flatten().find(|f| f.rule_code == "no-guarantee").unwrap();
    assert!(fatal.fatal && fatal.quote.contains("保本保收益") && fatal.speaker.as_deref() == Some("agent"));

    // A good call keeps its points; what the rules that had an occasion say stands beside.
    let good = bank.transcribed("refund").await;
    let good = inspected(&bank, Topic::Recordings, "recording.transcribed", good.id.0).await;
    assert_eq!((good.score, good.fatal, codes(&good)), (100, false, vec![]));
    let passed: Vec<&str> = good.passed.iter().flatten().map(|p| p.rule_code.as_str()).collect();
    assert!(passed.contains(&"greeting-call") && passed.contains(&"identity-check"), "{passed:?}");

    let confirmed = bank.inspections.confirm(&bank.inspector, view.id, "情况属实").await.unwrap_err();
    assert_eq!(confirmed.code(), ErrorCode::TransitionNotAllowed);
    let claimed = bank.inspections.claim(&bank.inspector, view.id).await.unwrap();
    assert_eq!((claimed.state, claimed.assignee.unwrap().id), (State::Assigned, bank.inspector.account_id));
    assert_eq!(bank.inspections.claim(&bank.inspector, view.id).await.unwrap().state, State::Assigned);
    let other = principal(&bank.core, "inspector2", Role::Inspector).await;
    assert_eq!(bank.inspections.claim(&other, view.id).await.unwrap_err().code(), ErrorCode::TransitionNotAllowed);
    assert_eq!(bank.inspections.confirm(&other, view.id, "").await.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(bank.inspections.claim(&bank.supervisor, good.id).await.unwrap_err().code(), ErrorCode::Forbidden);
    let confirmed = bank.inspections.confirm(&bank.inspector, view.id, " 情况属实 ").await.unwrap();
    assert_eq!((confirmed.state, confirmed.comment.as_deref()), (State::Confirmed, Some("情况属实")));
    assert_eq!(confirmed.confirmed_by.unwrap().id, bank.inspector.account_id);

    let mut conn = bank.core.db.connection().await;
    let events: Vec<String> = event_outbox::table
        .filter(event_outbox::aggregate_id.eq(view.id.0))
        .order(event_outbox::aggregate_seq)
        .select(event_outbox::type_)
        .load(&mut conn)
        .await
        .unwrap();
    assert_eq!(events, ["inspection.created", "inspection.assigned", "inspection.confirmed"]);
    assert_eq!(bank.audited("inspection.create").await.len(), 2, "a second delivery is not an act");
}

#[tokio::test]
async fn nobody_inspects_himself() {
    let bank = Bank::open().await;
    let (recording, _) = bank.import("refund").await.unwrap();
    bank.transcriber(Arc::new(DemoModel)).transcribe(bank.core.org, recording.id, &|_| {}).await.unwrap();
    let view = inspected(&bank, Topic::Recordings, "recording.transcribed", recording.id.0).await;
    let mut promoted = bank.agent.clone();
    promoted.roles = vec![Role::Inspector];
    assert_eq!(bank.inspections.claim(&promoted, view.id).await.unwrap_err().code(), ErrorCode::Forbidden);
    let refused = bank.audited("inspection.claim").await;
    assert_eq!(refused, [("refused".to_owned(), Some("access.forbidden".to_owned()))]);
    let missing = bank.inspections.get(&bank.inspector, InspectionId::fresh()).await.unwrap_err();
    assert_eq!(missing.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_chat_is_inspected_when_it_is_closed() {
    let bank = Bank::open().await;
    let (t, org) = (bank.transactions.clone(), bank.core.org);
    Routing::new(t.clone()).ensure_queue(&bank.core.caller(), "default", "综合服务").await.unwrap();
    let info = RequestInfo {
        trace_id: "test".to_owned(),
        source_ip: "127.0.0.1".to_owned(),
        zone: Zone::Customers,
        secure: false,
    };
    let (chat, staff) = (Chat::new(t.clone(), org), Conversations::new(t));
    let opened = chat.open(None, NewChat::default(), &info).await.unwrap();
    let id = opened.conversation_id;
    let customer = chat.principal(opened.token.as_deref().unwrap(), &info).await.unwrap();
    let wait = |seconds| bank.core.clock.advance(TimeDelta::seconds(seconds));
    chat.post(&customer, "question-1", "我想买理财产品，保本吗？").await.unwrap();
    chat.request_agent(&customer).await.unwrap();
    // Ten minutes in the queue are not the agent's.
    wait(600);
    staff.accept(&bank.agent, id).await.unwrap();
    wait(20);
    staff.post(&bank.agent, id, "answer-001", "您好！这款产品 保本、保收益，放心买。").await.unwrap();
    wait(10);
    chat.post(&customer, "question-2", "真的吗？").await.unwrap();
    wait(95);
    let late = staff.post(&bank.agent, id, "answer-002", "当然。").await.unwrap().0;
    let subject = event(&bank, Topic::Conversations, "conversation.assigned", id.0);
    InspectOnEvent::new(bank.inspections.clone()).handle(&subject).await.unwrap();
    assert_eq!(inspections::table.count().get_result::<i64>(&mut bank.core.db.connection().await).await.unwrap(), 0);
    staff.close(&bank.agent, id, "咨询理财").await.unwrap();

    let view = inspected(&bank, Topic::Conversations, "conversation.closed", id.0).await;
    assert_eq!((view.subject.kind, view.score, view.fatal), (SubjectKind::Conversation, 0, true));
    assert_eq!(view.subject.title, "会话 2026-11-21 09:00");
    assert_eq!(codes(&view), ["identity-check", "no-guarantee", "risk-disclosure", "closing", "response-time"]);
    let response = view.findings.iter().flatten().find(|f| f.rule_code == "response-time").unwrap();
    assert_eq!((response.quote.as_str(), response.at_ms, response.segment_id), ("真的吗？", 630_000, None));
    let closing = view.findings.iter().flatten().find(|f| f.rule_code == "closing").unwrap();
    assert_eq!(closing.message_id, Some(late.id));
    let guarantee = view.findings.iter().flatten().find(|f| f.rule_code == "no-guarantee").unwrap();
    assert_eq!(
        (guarantee.quote.as_str(), guarantee.explanation.as_str()),
        ("您好！这款产品 保本、保收益，放心买。", "坐席说了“保本保收益”")
    );
}

#[tokio::test]
async fn the_rules_are_given_once_and_listed() {
    let bank = Bank::open().await;
    bank.inspections.ensure_default_rules(&bank.core.caller()).await.unwrap();
    assert_eq!(bank.audited("inspection.rule_create").await.len(), 1);
    let rules = bank.inspections.rules(&bank.supervisor).await.unwrap();
    assert!(rules.len() >= 8 && rules[0].code == "greeting-call");
    assert_eq!(bank.inspections.rules(&bank.agent).await.unwrap_err().code(), ErrorCode::Forbidden);
    // A rule that somebody broke in the database stops inspection instead of being skipped.
    let broken = diesel::update(inspection_rules::table.filter(inspection_rules::code.eq("silence")))
        .set(inspection_rules::definition.eq("{}"));
    broken.execute(&mut bank.core.db.connection().await).await.unwrap();
    assert_eq!(bank.inspections.rules(&bank.supervisor).await.unwrap_err().code(), ErrorCode::ConfigInvalid);
}

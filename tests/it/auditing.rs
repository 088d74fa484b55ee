//! The auditor's desk: what he asks is recorded, what he sees is right, and he changes nothing.

use chrono::TimeDelta;
use guitai::audit::{Action, AuditDraft, Object, Sealer, Verifier};
use guitai::auditing::{Audit, Criteria};
use guitai::db::ids::AuditId;
use guitai::error::ErrorCode;
use guitai::identity::{Principal, Role};
use guitai::web::{Cursor, Limit, PageQuery};
use std::sync::Arc;
use uuid::Uuid;

use crate::support::who::TestWho;

struct Desk {
    who: TestWho,
    audit: Audit,
    auditor: Principal,
}

impl Desk {
    async fn create() -> Self {
        let who = TestWho::create().await;
        let auditor = who.principal("auditor1", &[Role::Auditor]).await;
        let (db, keys) = (who.core.db.db().clone(), Arc::clone(&who.core.keys));
        let sealer = Arc::new(Sealer::new(db.clone(), Arc::clone(&keys), who.core.clock.clock(), who.core.org));
        let verifier = Verifier::new(db, keys, who.transactions.ledger().clone(), sealer);
        let audit = Audit::new(who.transactions.clone(), verifier);
        Self { who, audit, auditor }
    }

    async fn act(&self, action: Action, object: Uuid, reason: &str) -> AuditId {
        self.who.core.clock.advance(TimeDelta::milliseconds(5));
        let draft = AuditDraft::new(action).on(Object::new("recording", object).labelled("CALL-77"));
        let (id, reason) = (draft.id, reason.to_owned());
        self.who
            .transactions
            .perform(&self.who.core.caller(), draft, async move |tx| {
                tx.reason(reason);
                Ok(())
            })
            .await
            .expect("a record");
        id
    }

    async fn find(&self, criteria: Criteria) -> Vec<AuditId> {
        let page = self.audit.query(&self.auditor, criteria, PageQuery::default(), false).await.expect("a page");
        assert_eq!(page.total, i64::try_from(page.items.len()).unwrap());
        page.items.iter().map(|r| r.id).collect()
    }
}

#[tokio::test]
async fn every_criterion_finds_what_it_should() {
    let desk = Desk::create().await;
    let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
    let first = desk.act(Action::RecordingPlay, a, "抽检").await;
    let middle = desk.who.core.clock.now() + TimeDelta::milliseconds(1);
    let second = desk.act(Action::RecordingRead, b, "复核").await;
    let on = |object_id: Uuid| Criteria { object_id: Some(object_id), ..Criteria::default() };
    let calls = || Criteria { action: Some("recording.".into()), ..Criteria::default() };
    assert_eq!(desk.find(on(a)).await, [first]);
    assert_eq!(desk.find(calls()).await, [second, first], "newest first");
    assert_eq!(desk.find(Criteria { action: Some("recording.play".into()), ..Criteria::default() }).await, [first]);
    assert_eq!(desk.find(Criteria { from: Some(middle), ..calls() }).await, [second]);
    assert_eq!(desk.find(Criteria { to: Some(middle), ..calls() }).await, [first]);
    assert_eq!(desk.find(Criteria { text: Some("call-77".into()), ..calls() }).await, [second, first]);
    assert_eq!(desk.find(Criteria { text: Some("call_77".into()), ..calls() }).await, [], "no wildcards");
    assert_eq!(desk.find(Criteria { text: Some("100%".into()), ..calls() }).await, []);
    assert_eq!(desk.find(Criteria { actor: Some("TES".into()), ..calls() }).await, [second, first]);
    assert_eq!(desk.find(Criteria { outcome: Some("refused".into()), ..Criteria::default() }).await, []);
    assert_eq!(desk.find(Criteria { object_kind: Some("recording".into()), ..Criteria::default() }).await.len(), 2);
    let own = Criteria { actor: Some(desk.auditor.account_id.to_string()), ..Criteria::default() };
    let own = Criteria { session_id: Some(desk.auditor.session_id), ..own };
    assert!(desk.find(own).await.len() >= 10, "the auditor's queries are in the ledger too");

    let read = desk.audit.read(&desk.auditor, first, false).await.unwrap();
    assert_eq!((read.action_text.as_str(), read.reason.as_deref(), read.authentic), ("播放录音", Some("抽检"), true));
    assert_eq!(desk.audit.read(&desk.auditor, first, true).await.unwrap().action_text, "played recording");
    assert_eq!(read.position, None);
    let report = desk.audit.verify(&desk.auditor, None).await.unwrap();
    assert!(report.ok && report.tree_size > 10, "{report:?}");
    assert!(desk.audit.read(&desk.auditor, first, false).await.unwrap().position.is_some());
    let heads = desk.audit.heads(&desk.auditor, None, 10).await.unwrap();
    assert_eq!((heads.len(), heads[0].root.as_str()), (1, report.root.as_str()));
    let public = guitai::crypto::sm2::PublicKey::from_bytes(&hex::decode(&heads[0].public_key).unwrap()).unwrap();
    let (signed, signature) = (hex::decode(&heads[0].signed).unwrap(), hex::decode(&heads[0].signature).unwrap());
    assert!(guitai::crypto::sm2::verify(&public, &signed, &signature), "a head can be checked elsewhere");
}

#[tokio::test]
async fn pages_follow_each_other_without_loss_while_records_are_added() {
    let desk = Desk::create().await;
    let mut ids = Vec::new();
    for _ in 0..7 {
        ids.push(desk.act(Action::RecordingPlay, Uuid::now_v7(), "抽检").await);
    }
    ids.reverse();
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let criteria = Criteria { action: Some("recording.play".into()), ..Criteria::default() };
        let page = PageQuery { limit: Limit::try_from(3).unwrap(), cursor };
        let page = desk.audit.query(&desk.auditor, criteria, page, false).await.unwrap();
        seen.extend(page.items.iter().map(|r| r.id));
        desk.act(Action::RecordingPlay, Uuid::now_v7(), "又一条").await;
        cursor = page.next_cursor.map(|cursor| Cursor::decode(&cursor).unwrap());
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn a_query_is_recorded_with_its_criteria_and_without_peoples_numbers() {
    let desk = Desk::create().await;
    desk.find(Criteria { text: Some("13812345678".into()), action: Some("session.".into()), ..Criteria::default() })
        .await;
    let recorded = "SELECT count(*) FROM audit_records WHERE action = 'audit.query' AND actor_name LIKE 'auditor1%'
        AND detail::jsonb #>> '{criteria,action}' = 'session.' AND detail::jsonb #>> '{criteria,text}' LIKE '138%5678'";
    assert_eq!(desk.who.number(recorded).await, 1);
    assert_eq!(desk.who.number("SELECT count(*) FROM audit_records WHERE detail LIKE '%13812345678%'").await, 0);
}

#[tokio::test]
async fn only_auditors_look_and_every_try_is_recorded() {
    let desk = Desk::create().await;
    for (login, role) in
        [("agent1", Role::Agent), ("super1", Role::Supervisor), ("sec1", Role::Secadmin), ("sys1", Role::Sysadmin)]
    {
        let other = desk.who.principal(login, &[role]).await;
        let forbidden = [
            desk.audit.query(&other, Criteria::default(), PageQuery::default(), false).await.map(|_| ()),
            desk.audit.read(&other, AuditId::fresh(), false).await.map(|_| ()),
            desk.audit.export(&other, Criteria::default(), false).await.map(|_| ()),
            desk.audit.heads(&other, None, 10).await.map(|_| ()),
            desk.audit.verify(&other, None).await.map(|_| ()),
        ];
        assert!(forbidden.into_iter().all(|r| r.is_err_and(|e| e.code() == ErrorCode::Forbidden)), "{login}");
    }
    let refused = "SELECT count(*) FROM audit_records WHERE outcome = 'refused' AND action LIKE 'audit.%'";
    assert_eq!(desk.who.number(refused).await, 20);
    let org = desk.who.identity.ensure_organisation("root", "branch", "分行").await.unwrap();
    let own = desk.act(Action::RecordingPlay, Uuid::now_v7(), "抽检").await;
    let stranger = Principal { org_id: org, ..desk.auditor.clone() };
    let foreign = desk.audit.read(&stranger, own, false).await;
    assert_eq!(foreign.unwrap_err().code(), ErrorCode::NotFound, "another organisation's record does not exist here");
}

#[tokio::test]
async fn an_export_is_whole_recorded_first_and_harmless_in_a_spreadsheet() {
    let desk = Desk::create().await;
    for i in 0..3 {
        desk.act(
            Action::RecordingPlay,
            Uuid::now_v7(),
            if i == 1 { "=HYPERLINK(\"http://x\")" } else { "客户 13812345678 投诉" },
        )
        .await;
    }
    let criteria = Criteria { action: Some("recording.play".into()), ..Criteria::default() };
    desk.who.core.clock.advance(TimeDelta::seconds(1));
    let mut export = desk.audit.export(&desk.auditor, criteria, false).await.unwrap();
    assert_eq!(
        desk.who
            .number("SELECT count(*) FROM audit_records WHERE action = 'audit.export' AND detail LIKE '%\"total\":3%'")
            .await,
        1
    );
    let mut file = String::new();
    while let Some(piece) = export.next().await.unwrap() {
        file.push_str(&piece);
    }
    let lines: Vec<&str> = file.split("\r\n").collect();
    assert_eq!(lines.len(), 5, "{file}");
    assert!(lines[0].starts_with("\u{feff}序号,") && lines[4].is_empty());
    assert!(file.contains("播放录音") && file.contains("+08:00"));
    assert!(file.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{file}");
    assert!(!file.contains("13812345678") && file.contains("138****5678"), "{file}");
}

#[tokio::test]
async fn an_altered_record_is_shown_as_what_it_is() {
    let desk = Desk::create().await;
    let object = Uuid::now_v7();
    let id = desk.act(Action::RecordingPlay, object, "抽检").await;
    desk.who.core.db.run_sql("ALTER TABLE audit_records DISABLE TRIGGER USER").await;
    let change = format!(
        "UPDATE audit_records SET reason = set_byte(reason, length(reason) - 1, get_byte(reason, length(reason) - 1) # 1), detail = 'no json' WHERE id = '{id}'"
    );
    desk.who.core.db.run_sql(&change).await;
    let read = desk.audit.read(&desk.auditor, id, false).await.unwrap();
    assert!(!read.authentic && read.reason.is_none() && read.detail == "no json");
    let report = desk.audit.verify(&desk.auditor, None).await.unwrap();
    assert!(!report.ok && report.failures.iter().any(|f| f.id == Some(id.0)));
    assert_eq!(
        desk.who
            .number("SELECT count(*) FROM audit_records WHERE action = 'audit.verify' AND detail LIKE '%\"ok\":false%'")
            .await,
        1
    );
}

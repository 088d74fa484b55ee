//! Two-person acts: nobody decides alone, and what is approved is done in the transaction of the decision.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use guitai::approvals::{Approval, ApprovalState, Approvals, Decision, Executor, ListFilter, NewRequest, Subject};
use guitai::error::{ErrorCode, Result};
use guitai::identity::{Principal, Role};
use guitai::transaction::Tx;
use uuid::Uuid;

use crate::support::who::TestWho;

/// Notes what was executed; fails while told to.
#[derive(Default)]
struct Playback {
    executed: Mutex<Vec<Approval>>,
    broken: Mutex<bool>,
}

#[async_trait]
impl Executor for Playback {
    fn kind(&self) -> &'static str {
        "recording.playback"
    }

    async fn check_request(&self, _: &mut Tx, object_id: Uuid) -> Result<Subject> {
        if object_id.is_nil() {
            return Err(ErrorCode::NotFound.because("recording"));
        }
        Ok(Subject { object_kind: "recording", title: "CALL-0001".into() })
    }

    async fn execute(&self, tx: &mut Tx, approval: &Approval) -> Result<()> {
        assert_eq!(approval.state, ApprovalState::Approved);
        tx.detail("granted", true);
        if *self.broken.lock().unwrap() {
            return Err(ErrorCode::KeyUnavailable.because("test"));
        }
        self.executed.lock().unwrap().push(approval.clone());
        Ok(())
    }
}

struct Desk {
    who: TestWho,
    approvals: Approvals,
    playback: Arc<Playback>,
    inspector: Principal,
    supervisor: Principal,
}

impl Desk {
    async fn create() -> Self {
        let who = TestWho::create().await;
        let playback = Arc::new(Playback::default());
        let executors: Vec<Arc<dyn Executor>> = vec![Arc::clone(&playback) as Arc<dyn Executor>];
        let approvals = Approvals::new(who.transactions.clone(), executors);
        let inspector = who.principal("inspector1", &[Role::Inspector]).await;
        let supervisor = who.principal("super1", &[Role::Supervisor]).await;
        Self { who, approvals, playback, inspector, supervisor }
    }

    fn executed(&self) -> usize {
        self.playback.executed.lock().unwrap().len()
    }
}

fn request(object_id: Uuid) -> NewRequest {
    NewRequest { kind: "recording.playback".into(), object_id, reason: "客户 13812345678 投诉，需复听".into() }
}

fn code<T>(r: Result<T>) -> ErrorCode {
    match r {
        Ok(_) => panic!("it was allowed"),
        Err(e) => e.code(),
    }
}

#[tokio::test]
async fn a_second_person_says_yes_and_it_is_done_at_once() {
    let desk = Desk::create().await;
    let object = Uuid::now_v7();
    let asked = desk.approvals.request(&desk.inspector, request(object)).await.unwrap();
    assert_eq!((asked.state, asked.object.title.as_str()), (ApprovalState::Pending, "CALL-0001"));
    assert_eq!(asked.requester.id, desk.inspector.account_id);
    assert_eq!(desk.executed(), 0);

    let inbox = desk
        .approvals
        .list(&desk.supervisor, ListFilter { state: Some(ApprovalState::Pending), ..ListFilter::default() });
    assert_eq!(inbox.await.unwrap().items, std::slice::from_ref(&asked));

    let decided =
        desk.approvals.decide(&desk.supervisor, asked.id, Decision::Approve, Some("同意".into())).await.unwrap();
    assert_eq!((decided.state, decided.comment.as_deref()), (ApprovalState::Executed, Some("同意")));
    assert_eq!(decided.decided_by.unwrap().id, desk.supervisor.account_id);
    let executed = desk.playback.executed.lock().unwrap().clone();
    assert_eq!(
        (executed.len(), executed[0].object_id, executed[0].requester_id),
        (1, object, desk.inspector.account_id)
    );
    assert_eq!(executed[0].decided_by, Some(desk.supervisor.account_id));

    let events = "SELECT count(*) FROM event_outbox WHERE type IN ('approval.requested', 'approval.decided')";
    assert_eq!(desk.who.number(events).await, 2);
    let records = "SELECT count(*) FROM audit_records WHERE approval_id IS NOT NULL AND reason IS NOT NULL AND outcome = 'success'";
    assert_eq!(desk.who.number(records).await, 2);
    let clear = "SELECT count(*) FROM approvals WHERE position(convert_to('复听', 'UTF8') IN reason) > 0 OR position(convert_to('同意', 'UTF8') IN comment) > 0";
    assert_eq!(desk.who.number(clear).await, 0, "what was typed is sealed");
    let again = desk.approvals.decide(&desk.supervisor, asked.id, Decision::Reject, None).await;
    assert_eq!(code(again), ErrorCode::TransitionNotAllowed, "decided once");
}

#[tokio::test]
async fn nobody_decides_alone() {
    let desk = Desk::create().await;
    let own = desk.approvals.request(&desk.supervisor, request(Uuid::now_v7())).await.unwrap();
    let alone = desk.approvals.decide(&desk.supervisor, own.id, Decision::Approve, None).await;
    assert_eq!(code(alone), ErrorCode::Forbidden);
    assert_eq!(
        code(desk.approvals.decide(&desk.inspector, own.id, Decision::Approve, None).await),
        ErrorCode::Forbidden
    );
    let agent = desk.who.principal("agent1", &[Role::Agent]).await;
    assert_eq!(code(desk.approvals.request(&agent, request(Uuid::now_v7())).await), ErrorCode::Forbidden);
    assert_eq!(code(desk.approvals.list(&agent, ListFilter::default()).await), ErrorCode::Forbidden);
    assert_eq!(desk.executed(), 0);
    assert_eq!(desk.who.number("SELECT count(*) FROM audit_records WHERE outcome = 'refused'").await, 4);
    let by_hand = format!("UPDATE approvals SET decided_by = requester_id WHERE id = '{}'", own.id);
    use diesel_async::SimpleAsyncConnection;
    assert!(desk.who.core.db.connection().await.batch_execute(&by_hand).await.is_err(), "nor by hand");
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let desk = Desk::create().await;
    let object = Uuid::now_v7();
    for reason in ["", "    短    ", &"长".repeat(501)] {
        let new = NewRequest { reason: reason.into(), ..request(object) };
        assert_eq!(code(desk.approvals.request(&desk.inspector, new).await), ErrorCode::InvalidParameter);
    }
    let other = NewRequest { kind: "world.domination".into(), ..request(object) };
    assert_eq!(code(desk.approvals.request(&desk.inspector, other).await), ErrorCode::InvalidParameter);
    assert_eq!(code(desk.approvals.request(&desk.inspector, request(Uuid::nil())).await), ErrorCode::NotFound);
    desk.approvals.request(&desk.inspector, request(object)).await.unwrap();
    assert_eq!(
        code(desk.approvals.request(&desk.inspector, request(object)).await),
        ErrorCode::Conflict,
        "once is enough"
    );
    desk.approvals.request(&desk.supervisor, request(object)).await.expect("somebody else's is another matter");
    let mine = desk.approvals.list(&desk.inspector, ListFilter::default()).await.unwrap();
    assert_eq!(mine.items.len(), 1, "who does not decide sees his own");
    let org = desk.who.identity.ensure_organisation("root", "branch", "分行").await.unwrap();
    let stranger = Principal { org_id: org, ..desk.supervisor.clone() };
    let foreign = desk.approvals.decide(&stranger, mine.items[0].id, Decision::Approve, None).await;
    assert_eq!(code(foreign), ErrorCode::NotFound);
}

#[tokio::test]
async fn what_cannot_be_done_is_not_decided_either() {
    let desk = Desk::create().await;
    let asked = desk.approvals.request(&desk.inspector, request(Uuid::now_v7())).await.unwrap();
    *desk.playback.broken.lock().unwrap() = true;
    let failed = desk.approvals.decide(&desk.supervisor, asked.id, Decision::Approve, None).await;
    assert_eq!(code(failed), ErrorCode::KeyUnavailable);
    assert_eq!(desk.who.number("SELECT count(*) FROM approvals WHERE state = 'pending'").await, 1);
    assert_eq!(
        desk.who
            .number("SELECT count(*) FROM audit_records WHERE outcome = 'failed' AND action = 'approval.decide'")
            .await,
        1
    );
    *desk.playback.broken.lock().unwrap() = false;
    let rejected =
        desk.approvals.decide(&desk.supervisor, asked.id, Decision::Reject, Some("理由不足".into())).await.unwrap();
    assert_eq!((rejected.state, desk.executed()), (ApprovalState::Rejected, 0));
}

#[tokio::test]
async fn two_deciders_at_once_execute_it_once() {
    let desk = Desk::create().await;
    let auditor = desk.who.principal("auditor1", &[Role::Auditor]).await;
    let asked = desk.approvals.request(&desk.inspector, request(Uuid::now_v7())).await.unwrap();
    let (a, b) = tokio::join!(
        desk.approvals.decide(&desk.supervisor, asked.id, Decision::Approve, None),
        desk.approvals.decide(&auditor, asked.id, Decision::Approve, None),
    );
    assert!(a.is_ok() != b.is_ok());
    assert_eq!(desk.executed(), 1);
}

#[tokio::test]
async fn nobody_decides_after_a_day() {
    let desk = Desk::create().await;
    let object = Uuid::now_v7();
    let asked = desk.approvals.request(&desk.inspector, request(object)).await.unwrap();
    desk.who.core.clock.advance(TimeDelta::hours(24));
    let late = desk.approvals.decide(&desk.supervisor, asked.id, Decision::Approve, None).await;
    assert_eq!(code(late), ErrorCode::TransitionNotAllowed);
    // A new request need not wait for the schedule to clear the old one away.
    let again = desk.approvals.request(&desk.inspector, request(object)).await.unwrap();
    desk.who.core.clock.advance(TimeDelta::hours(24));
    assert_eq!(desk.approvals.expire_due().await.unwrap(), 1);
    assert_eq!(desk.approvals.expire_due().await.unwrap(), 0);
    let all = desk.approvals.list(&desk.supervisor, ListFilter::default()).await.unwrap();
    let states: Vec<_> = all.items.iter().map(|a| (a.id, a.state)).collect();
    assert_eq!(states, [(again.id, ApprovalState::Expired), (asked.id, ApprovalState::Expired)]);
    assert_eq!(desk.who.number("SELECT count(*) FROM audit_records WHERE action = 'approval.expire'").await, 1);
    assert_eq!(desk.executed(), 0);
}

//! Tickets from their creation to their end, on a database of their own.

use guitai::crypto::sm3;
use guitai::db::ids::TicketId;
use guitai::error::ErrorCode;
use guitai::idempotency::IdempotencyKey;
use guitai::identity::{Principal, Role};
use guitai::tickets::{EntryKind, Kind, ListFilter, NewTicket, Priority, State, TicketView};

use crate::support::desk::Desk;

fn ticket(subject: &str) -> NewTicket {
    NewTicket {
        kind: Kind::ServiceRequest,
        priority: Priority::High,
        subject: subject.to_owned(),
        description: "客户要求补寄六月账单。".to_owned(),
        customer_id: None,
        conversation_id: None,
    }
}

async fn create(desk: &Desk, who: &Principal, subject: &str) -> TicketView {
    desk.tickets.create(who, ticket(subject), IdempotencyKey::default()).await.expect("a ticket").0
}

fn all() -> ListFilter {
    ListFilter { limit: 50, ..ListFilter::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_made_from_the_conversation_in_hand() {
    let desk = Desk::open().await;
    let (agent, other) = (desk.staff("林晓", Role::Agent).await, desk.staff("周航", Role::Agent).await);
    let supervisor = desk.staff("陈静", Role::Supervisor).await;
    let conversation = desk.conversation_of(&agent, "账单没有收到").await;
    let new = NewTicket { conversation_id: Some(conversation), ..ticket("补寄账单") };

    let (view, is_new) = desk.tickets.create(&agent, new.clone(), IdempotencyKey::default()).await.unwrap();
    assert!(is_new);
    assert!(view.number.starts_with("T20261121-") && view.number.len() == 16, "{}", view.number);
    assert_eq!((view.state, view.version, view.conversation_id), (State::Open, 1, Some(conversation)));
    assert_eq!(view.due_at.unwrap() - view.created_at, Priority::High.time_allowed());
    let customer = view.customer.expect("the conversation's customer");
    assert_eq!(customer.phone_masked.as_deref(), Some("138****8000"));
    assert!(!customer.display_name.contains("小明"), "{}", customer.display_name);
    let entries = view.entries.expect("its history");
    assert_eq!(entries.iter().map(|e| e.kind).collect::<Vec<_>>(), [EntryKind::Created]);
    assert_eq!(entries[0].actor.as_ref().unwrap().display_name, "林晓");

    // Who has nothing to do with the conversation makes nothing from it, and that is on record.
    let refused = desk.tickets.create(&other, new.clone(), IdempotencyKey::default()).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert_eq!(desk.records("ticket.create", "refused").await, 1);
    assert!(desk.tickets.create(&supervisor, new, IdempotencyKey::default()).await.is_ok());
    assert_eq!(desk.core.db.number("SELECT count(*) FROM tickets").await, 2);

    // What was written lies sealed, and the record names ticket and customer.
    let clear = "SELECT count(*) FROM tickets WHERE position('账单'::bytea IN subject || description) > 0";
    assert_eq!(desk.core.db.number(&clear.replace("'账单'::bytea", "convert_to('账单', 'UTF8')")).await, 0);
    let labelled = format!(
        "SELECT count(*) FROM audit_records WHERE action = 'ticket.create' AND object_label = '{}' AND customer_id IS NOT NULL",
        view.number
    );
    assert_eq!(desk.core.db.number(&labelled).await, 1);
    assert_eq!(desk.events("ticket.created").await, 2);

    // The conversation's tickets, as its screen asks for them; the other agent sees them too, because nobody has taken them.
    let of_conversation = ListFilter { conversation_id: Some(conversation), ..all() };
    assert_eq!(desk.tickets.list(&agent, of_conversation.clone()).await.unwrap().items.len(), 2);
    assert_eq!(desk.tickets.list(&other, of_conversation).await.unwrap().items.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_idempotency_key_makes_one_ticket() {
    let desk = Desk::open().await;
    let (agent, other) = (desk.staff("林晓", Role::Agent).await, desk.staff("周航", Role::Agent).await);
    let key = || IdempotencyKey::parse("order-0001").unwrap();

    // Both at once: one makes it, the other is given it.
    let (one, two) = tokio::join!(
        desk.tickets.create(&agent, ticket("一"), key()),
        desk.tickets.create(&agent, ticket("一"), key())
    );
    let ((one, one_new), (two, two_new)) = (one.unwrap(), two.unwrap());
    assert_eq!(one.id, two.id);
    assert!(one_new ^ two_new);
    let (again, is_new) = desk.tickets.create(&agent, ticket("一"), key()).await.unwrap();
    assert_eq!((again.id, is_new), (one.id, false));
    assert_eq!(desk.events("ticket.created").await, 1);

    let mismatch = desk.tickets.create(&agent, ticket("二"), key()).await.unwrap_err();
    assert_eq!(mismatch.code(), ErrorCode::IdempotencyMismatch);
    // Another person's key is another key, and after a day it is free again.
    assert!(desk.tickets.create(&other, ticket("二"), key()).await.unwrap().1);
    desk.core.clock.advance(chrono::TimeDelta::hours(25));
    assert!(desk.tickets.create(&agent, ticket("二"), key()).await.unwrap().1);
    assert_eq!(desk.core.db.number("SELECT count(*) FROM tickets").await, 3);

    // What was asked for is not kept: the fingerprint is no plain digest of it.
    let plain = hex::encode(sm3::digest(&serde_json::to_vec(&ticket("二")).unwrap()));
    let found = format!("SELECT count(*) FROM idempotency_keys WHERE fingerprint = decode('{plain}', 'hex')");
    assert_eq!(desk.core.db.number(&found).await, 0);
    for bad in ["short", "mit leerzeichen", "含中文的键含中文的键", &"x".repeat(65)] {
        assert!(IdempotencyKey::parse(bad).is_err(), "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_goes_its_way_and_no_other() {
    let desk = Desk::open().await;
    let (agent, other) = (desk.staff("林晓", Role::Agent).await, desk.staff("周航", Role::Agent).await);
    let id = create(&desk, &other, "补寄账单").await.id;
    let seen = desk.tickets.get(&agent, id).await.unwrap();
    assert_eq!(seen.allowed_transitions, [State::InProgress]);

    // Beginning takes it.
    let begun = desk.tickets.transition(&agent, id, State::InProgress, None, Some(seen.version)).await.unwrap();
    assert_eq!(begun.assignee.as_ref().unwrap().id, agent.account_id);
    let stale = desk.tickets.transition(&agent, id, State::Resolved, None, Some(seen.version)).await.unwrap_err();
    assert_eq!(stale.code(), ErrorCode::Conflict);
    desk.tickets.comment(&agent, id, "已联系网点").await.unwrap();
    desk.tickets.transition(&agent, id, State::WaitingCustomer, Some("请客户确认地址"), None).await.unwrap();

    // What the state does not allow is refused, recorded, and changes nothing.
    let before = desk.tickets.get(&agent, id).await.unwrap();
    let events = desk.events("ticket.transitioned").await;
    let refused = desk.tickets.transition(&agent, id, State::Closed, Some("关闭"), None).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::TransitionNotAllowed);
    assert_eq!(refused.detail(), "waiting_customer → closed");
    let after = desk.tickets.get(&agent, id).await.unwrap();
    assert_eq!((after.state, after.version), (before.state, before.version));
    assert_eq!(after.entries.unwrap().len(), before.entries.unwrap().len());
    assert_eq!(desk.events("ticket.transitioned").await, events);
    let coded = "SELECT count(*) FROM audit_records WHERE action = 'ticket.transition' AND outcome = 'refused' \
                 AND code = 'state.transition_not_allowed' AND detail LIKE '%waiting_customer%'";
    assert_eq!(desk.core.db.number(coded).await, 1);
    // His colleague made it, but does not have it.
    let foreign = desk.tickets.transition(&other, id, State::Resolved, None, None).await.unwrap_err();
    assert_eq!(foreign.code(), ErrorCode::Forbidden);

    desk.tickets.transition(&agent, id, State::Resolved, None, None).await.unwrap();
    let closed = desk.tickets.transition(&agent, id, State::Closed, None, None).await.unwrap();
    assert!(closed.allowed_transitions.is_empty());
    let entries = closed.entries.unwrap();
    assert_eq!(entries.iter().map(|e| e.seq).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    assert_eq!(
        entries.iter().map(|e| e.kind).collect::<Vec<_>>(),
        [
            EntryKind::Created,
            EntryKind::Assignment,
            EntryKind::Transition,
            EntryKind::Comment,
            EntryKind::Transition,
            EntryKind::Transition,
            EntryKind::Transition,
        ]
    );
    assert_eq!(entries[4].body.as_deref(), Some("请客户确认地址"));
    assert_eq!((entries[4].from_state, entries[4].to_state), (Some(State::InProgress), Some(State::WaitingCustomer)));
    let late = desk.tickets.transition(&agent, id, State::InProgress, None, None).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::TransitionNotAllowed);
    // Every version is one change: created, begun, commented, waiting, resolved, closed.
    assert_eq!(closed.version, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_sees_his_own_and_the_queue_a_supervisor_all() {
    let desk = Desk::open().await;
    let (agent, other) = (desk.staff("林晓", Role::Agent).await, desk.staff("周航", Role::Agent).await);
    let (supervisor, inspector) =
        (desk.staff("陈静", Role::Supervisor).await, desk.staff("吴敏", Role::Inspector).await);
    let mut ids = Vec::new();
    for subject in ["一", "二", "三"] {
        ids.push(create(&desk, &agent, subject).await.id);
        desk.core.clock.advance(chrono::TimeDelta::seconds(1));
    }
    desk.tickets.assign(&agent, ids[0], Some(agent.account_id), None).await.unwrap();
    let count = async |who: &Principal, filter: ListFilter| desk.tickets.list(who, filter).await.unwrap().items.len();
    assert_eq!(count(&agent, all()).await, 3);
    assert_eq!(count(&agent, ListFilter { mine: true, ..all() }).await, 1);
    assert_eq!(count(&other, all()).await, 2, "what nobody has");
    assert_eq!(count(&supervisor, all()).await, 3);
    assert_eq!(count(&supervisor, ListFilter { state: Some(State::Closed), ..all() }).await, 0);
    assert_eq!(desk.tickets.get(&other, ids[0]).await.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(desk.tickets.comment(&other, ids[0], "x").await.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(desk.tickets.list(&inspector, all()).await.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(desk.tickets.get(&supervisor, TicketId::fresh()).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(desk.records("ticket.read", "refused").await, 2);
    assert_eq!(desk.records("ticket.list", "success").await, 5);

    // Newest first, page by page.
    let mut walked = Vec::new();
    let mut filter = ListFilter { limit: 2, ..ListFilter::default() };
    loop {
        let page = desk.tickets.list(&supervisor, filter.clone()).await.unwrap();
        assert!(page.items.iter().all(|t| t.entries.is_none()));
        walked.extend(page.items.iter().map(|t| t.id));
        let Some(cursor) = page.next_cursor else { break };
        filter.after = Some(guitai::web::Cursor::decode(&cursor).unwrap());
    }
    assert_eq!(walked, ids.iter().rev().copied().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_given_to_who_can_work_on_it() {
    let desk = Desk::open().await;
    let (agent, other) = (desk.staff("林晓", Role::Agent).await, desk.staff("周航", Role::Agent).await);
    let (supervisor, inspector) =
        (desk.staff("陈静", Role::Supervisor).await, desk.staff("吴敏", Role::Inspector).await);
    let id = create(&desk, &agent, "补寄账单").await.id;

    let refused = desk.tickets.assign(&supervisor, id, Some(inspector.account_id), None).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidParameter);
    let foreign = desk.tickets.assign(&other, id, Some(agent.account_id), None).await.unwrap_err();
    assert_eq!(foreign.code(), ErrorCode::Forbidden, "what nobody has is taken, not handed out");
    let given = desk.tickets.assign(&supervisor, id, Some(other.account_id), None).await.unwrap();
    assert_eq!(given.assignee.unwrap().display_name, "周航");
    let same = desk.tickets.assign(&supervisor, id, Some(other.account_id), None).await.unwrap();
    assert_eq!(same.version, given.version, "giving it again changes nothing");
    let back = desk.tickets.assign(&other, id, None, None).await.unwrap();
    assert!(back.assignee.is_none());
    let bodies: Vec<_> = back.entries.unwrap().into_iter().map(|e| e.body).collect();
    assert_eq!(bodies, [None, Some("周航".to_owned()), None]);
    assert_eq!(desk.events("ticket.assigned").await, 2);
}

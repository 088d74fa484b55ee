//! Search over what customers and staff have said: who finds what, and what of it lies on the disk.

use std::fs;

use guitai::audit::Caller;
use guitai::error::ErrorCode;
use guitai::idempotency::IdempotencyKey;
use guitai::identity::{Principal, Role};
use guitai::search::Kind;
use guitai::search_content::{ContentQuery, FoundView};
use guitai::tickets::{Kind as TicketKind, NewTicket, Priority};

use crate::support::desk::Desk;

async fn find(desk: &Desk, who: &Principal, text: &str, kinds: &[Kind]) -> Vec<FoundView> {
    let query = ContentQuery { text: text.to_owned(), kinds: kinds.to_vec(), limit: 20 };
    desk.search.search(who, query).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_finds_what_he_may_read_and_nothing_else() {
    let desk = Desk::open().await;
    desk.knowledge.seed_demo(&Caller::operator(desk.core.org, "test")).await.unwrap();
    let (agent, other) = (desk.staff("林晓", Role::Agent).await, desk.staff("周航", Role::Agent).await);
    let (supervisor, auditor) = (desk.staff("陈静", Role::Supervisor).await, desk.staff("郑岩", Role::Auditor).await);
    let words = "理财产品到期没有到账，我的手机号是 13912345678。";
    let conversation = desk.conversation_of(&agent, words).await;
    let new = NewTicket {
        kind: TicketKind::Complaint,
        priority: Priority::Urgent,
        subject: "理财到期未到账".to_owned(),
        description: "客户反映理财产品到期本金未到账。".to_owned(),
        customer_id: None,
        conversation_id: Some(conversation),
    };
    let ticket = desk.tickets.create(&agent, new, IdempotencyKey::default()).await.unwrap().0;
    desk.tickets.assign(&agent, ticket.id, Some(agent.account_id), None).await.unwrap();
    desk.tickets.comment(&agent, ticket.id, "已致电托管部门核实清算进度").await.unwrap();
    desk.settled().await;

    let found = find(&desk, &agent, "理财产品到期", &[Kind::Message, Kind::Ticket]).await;
    let message = found.iter().find(|f| f.kind == Kind::Message).expect("the customer's words");
    assert_eq!((message.parent.kind, message.parent.id), ("conversation", conversation.0));
    assert!(
        message.snippet.contains("理财产品到期没有到账") && message.snippet.contains("139****5678"),
        "{}",
        message.snippet
    );
    assert!(!message.snippet.contains("13912345678") && !message.parent.title.contains("小明"));
    let hit = found.iter().find(|f| f.kind == Kind::Ticket).expect("the ticket");
    assert_eq!(hit.parent.title, format!("{} 理财到期未到账", ticket.number));
    // A comment is found as its ticket.
    let by_comment = find(&desk, &agent, "托管部门清算", &[]).await;
    assert_eq!(by_comment.first().map(|f| f.id), Some(ticket.id.0));
    assert_eq!(by_comment[0].snippet, "已致电托管部门核实清算进度");

    assert!(find(&desk, &other, "理财产品到期", &[Kind::Message, Kind::Ticket]).await.is_empty());
    assert_eq!(find(&desk, &supervisor, "理财产品到期", &[Kind::Message, Kind::Ticket]).await.len(), 2);
    assert!(find(&desk, &other, "挂失", &[Kind::Article]).await.iter().all(|f| f.kind == Kind::Article));
    assert!(!find(&desk, &other, "挂失", &[]).await.is_empty());
    let query = ContentQuery { text: "理财".to_owned(), kinds: Vec::new(), limit: 20 };
    assert_eq!(desk.search.search(&auditor, query).await.unwrap_err().code(), ErrorCode::Forbidden);

    // The ledger has who searched, a digest and what was shown, never the words.
    assert_eq!(desk.records("search.query", "refused").await, 1);
    let leaks = "SELECT count(*) FROM audit_records WHERE detail LIKE '%理财%'";
    assert_eq!(desk.core.db.number(leaks).await, 0);
    let named = format!(
        "SELECT count(*) FROM audit_records WHERE action = 'search.query' AND detail LIKE '%ticket:{}%'",
        ticket.id
    );
    assert_eq!(desk.core.db.number(&named).await, 3);

    // On the disk there is nothing to read, and a node that starts from nothing finds the same.
    for entry in fs::read_dir(desk.search_folder().join("content")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for word in ["理财", "13912345678", "托管"] {
            assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word}");
        }
    }
    let before = find(&desk, &supervisor, "理财产品到期", &[]).await;
    desk.search.rebuild(&|_, _| {}).await.unwrap();
    let ids = |found: &[FoundView]| found.iter().map(|f| (f.kind, f.id)).collect::<Vec<_>>();
    assert_eq!(ids(&find(&desk, &supervisor, "理财产品到期", &[]).await), ids(&before));
}

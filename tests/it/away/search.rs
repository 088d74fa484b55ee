//! The search index is away: full text says that it is rebuilding, lists and history work, it comes back by itself.

use std::sync::Arc;

use guitai::audit::{Caller, Sealer, Verifier};
use guitai::auditing::{Audit, Criteria};
use guitai::conversations::{BotTurn, ListFilter};
use guitai::db::{Clock, Listener};
use guitai::error::ErrorCode;
use guitai::identity::Role;
use guitai::jobs::{Worker, WorkerSettings};
use guitai::knowledge::Knowledge;
use guitai::search_content::{ContentQuery, ContentSearch};
use guitai::telemetry::metrics::Metrics;
use guitai::web::PageQuery;
use tokio_util::sync::CancellationToken;

use crate::support::desk::Desk;
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_and_history_work_while_the_index_is_rebuilt() {
    let desk = Desk::open().await;
    desk.knowledge.seed_demo(&Caller::operator(desk.core.org, "test")).await.expect("knowledge");
    let (agent, auditor) = (desk.staff("林晓", Role::Agent).await, desk.staff("郑岩", Role::Auditor).await);
    let id = desk.conversation_of(&agent, "理财产品到期没有到账").await;
    // A node whose indexes are not there yet.
    let (t, folder) = (desk.transactions.clone(), desk.search_folder().join("other"));
    let knowledge = Knowledge::open(t.clone(), desk.core.org, folder.join("articles")).await.expect("opened");
    let search =
        ContentSearch::open(t.clone(), knowledge.clone(), desk.core.org, folder.join("content")).await.expect("opened");

    let query = || ContentQuery { text: "理财".to_owned(), kinds: Vec::new(), limit: 5 };
    assert_eq!(search.search(&agent, query()).await.expect_err("refused").code(), ErrorCode::SearchRebuilding);
    let filter = ListFilter { limit: 10, ..ListFilter::default() };
    assert_eq!(desk.conversations.list(&agent, filter).await.expect("the list").items.len(), 1);
    assert!(!desk.conversations.messages(&agent, id, 0, 10).await.expect("history").is_empty());
    let sealer = Sealer::new(t.db().clone(), Arc::clone(t.keys()), t.clock().clone(), desk.core.org);
    let verifier = Verifier::new(t.db().clone(), Arc::clone(t.keys()), t.ledger().clone(), Arc::new(sealer));
    let page = PageQuery::default();
    let criteria = Criteria { action: Some("conversation.read".to_owned()), ..Criteria::default() };
    let audit = Audit::new(t.clone(), verifier);
    assert!(!audit.query(&auditor, criteria, page, false).await.expect("the ledger by field").items.is_empty());

    // The bot's turn waits, and is taken when the index is back.
    let customer = desk.customer_says("信用卡丢了怎么挂失？").await;
    let metrics = Metrics::new().expect("metrics");
    let bot = BotTurn::new(t.clone(), Arc::new(knowledge.clone()), metrics.clone());
    let listener = Listener::new(t.db().clone(), &[]);
    let settings = WorkerSettings {
        backoff: guitai::db::Backoff::new(std::time::Duration::from_millis(50), std::time::Duration::from_millis(200)),
        ..WorkerSettings::default()
    };
    let worker = Worker::new(t.db().clone(), Clock::system(), listener, vec![Arc::new(bot)], settings, |_, _| {});
    let stop = CancellationToken::new();
    let working = tokio::spawn({
        let stop = stop.clone();
        async move { worker.run(stop).await }
    });
    let turns = "SELECT count(*) FROM jobs WHERE kind = 'conversations.bot_turn' AND state = 'queued' AND error_code IS NOT NULL";
    until("the bot's turn is put off", async || desk.core.db.number(turns).await >= 1).await;
    knowledge.rebuild_if_needed(stop.clone()).await;
    search.rebuild_if_needed(stop.clone()).await;
    let path = format!(
        "SELECT count(*) FROM messages WHERE kind = 'answer' AND conversation_id = '{}'",
        customer.conversation_id
    );
    until("the bot answers", async || desk.core.db.number(&path).await == 1).await;
    let counted = metrics.bot_replies.with_label_values(&["answer"]);
    until("its answer is counted", async || counted.get() >= 1).await;
    assert!(!search.search(&agent, query()).await.expect("found").is_empty());
    stop.cancel();
    working.await.expect("the worker ends");
}

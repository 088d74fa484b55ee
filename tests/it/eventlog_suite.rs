//! What an event log does, whatever carries it: the same tests on the outbox itself, on librdkafka's mock of Kafka and on Apache Kafka.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use guitai::db::{Scope, Stamp};
use guitai::error::{Error, ErrorCode, Result};
use guitai::eventlog::replay;
use guitai::transaction::Tx;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::support::eventlog::{BackEnd, Bench, Kafka, Local, Recorder, Reply, draft};
use crate::support::wait::{until, within};

macro_rules! on_every_back_end {
    ($($test:ident)*) => {
        mod local {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::Local).await;
            })*
        }

        mod kafka_mock {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::Kafka::mock()).await;
            })*
        }

        mod kafka {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::with_topics(super::Kafka::shared().await).await).await;
            })*
        }
    };
}

on_every_back_end! {
    events_of_one_aggregate_come_in_order_to_everybody
    an_error_brings_an_event_again_before_the_next
    a_poisoned_event_becomes_a_dead_letter_and_holds_up_nobody
    what_is_away_makes_no_dead_letters
    an_open_transaction_delays_nobody_else
    a_transaction_that_was_rolled_back_delivers_nothing
    what_a_killed_process_did_not_finish_is_delivered_by_the_next
    a_stopped_process_leaves_the_rest_to_the_next
    only_ciphertext_lies_in_the_log
    an_event_whose_key_was_destroyed_is_passed_over
}

/// Creates the topic as an operator would.
async fn with_topics(kafka: Kafka<&'static crate::support::kafka::KafkaBroker>) -> impl BackEnd {
    kafka
        .cluster
        .create_topic(&crate::support::eventlog::topic(&kafka.settings), crate::support::eventlog::PARTITIONS)
        .await;
    kafka
}

async fn events_of_one_aggregate_come_in_order_to_everybody(back_end: impl BackEnd + 'static) {
    let recorders = [Recorder::new("one"), Recorder::new("other")];
    let subscribers = recorders.each_ref().map(Recorder::subscriber);
    let bench = Bench::on(back_end, &subscribers).await;
    let _node = bench.start(&subscribers);
    let aggregates: Vec<_> = (0..4).map(|_| Uuid::now_v7()).collect();
    const WRITERS: usize = 3;
    const EACH: usize = 5;
    join_all((0..WRITERS).flat_map(|_| &aggregates).map(async |aggregate| {
        for _ in 0..EACH {
            bench.publish(*aggregate, "您好").await;
        }
    }))
    .await;
    let all: Vec<_> = (1..).take(WRITERS * EACH).collect();
    for recorder in &recorders {
        for aggregate in &aggregates {
            until("every event is taken", async || recorder.taken(*aggregate).len() == all.len()).await;
            assert_eq!(recorder.taken(*aggregate), all);
        }
    }
    until("nothing is left to do", async || bench.backlogs().await.is_empty()).await;
}

async fn an_error_brings_an_event_again_before_the_next(back_end: impl BackEnd + 'static) {
    let recorder = Recorder::scripted("reader", |event, times| match (event.aggregate_seq, times) {
        (2, 1 | 2) => Reply::Fail(ErrorCode::Internal),
        _ => Reply::Take,
    });
    let bench = Bench::on(back_end, &[recorder.subscriber()]).await;
    let aggregate = Uuid::now_v7();
    for body in ["一", "二", "三"] {
        bench.publish(aggregate, body).await;
    }
    let _node = bench.start(&[recorder.subscriber()]);
    until("all three are taken", async || recorder.taken(aggregate).len() == 3).await;
    assert_eq!(recorder.taken(aggregate), [1, 2, 3]);
    assert!(recorder.given() >= 5);
    assert!(bench.dead_letters().await.is_empty());
}

async fn a_poisoned_event_becomes_a_dead_letter_and_holds_up_nobody(back_end: impl BackEnd + 'static) {
    let cured = Arc::new(AtomicBool::new(false));
    let is_cured = Arc::clone(&cured);
    let recorder = Recorder::scripted("reader", move |event, _| {
        if event.payload["body"] == "毒" && !is_cured.load(Ordering::Relaxed) {
            return Reply::Fail(ErrorCode::Internal);
        }
        Reply::Take
    });
    let bench = Bench::on(back_end, &[recorder.subscriber()]).await;
    let _node = bench.start(&[recorder.subscriber()]);
    let (aggregate, other) = (Uuid::now_v7(), Uuid::now_v7());
    bench.publish(aggregate, "好").await;
    let poisoned = bench.publish(aggregate, "毒").await;
    bench.publish(aggregate, "好").await;
    bench.publish(other, "好").await;
    until("the others are taken", async || recorder.taken(aggregate) == [1, 3] && recorder.taken(other) == [1]).await;
    let dead = bench.dead_letters().await;
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].event_id, dead[0].aggregate_seq, dead[0].attempts), (poisoned, 2, 3));
    assert_eq!((dead[0].subscription.as_str(), dead[0].last_error.as_deref()), ("reader", Some("internal")));

    cured.store(true, Ordering::Relaxed);
    let now = guitai::db::Clock::system().now();
    assert!(replay(&mut *bench.core.db.connection().await, "reader", poisoned, now).await.unwrap());
    until("it is taken after all", async || recorder.taken(aggregate) == [1, 3, 2]).await;
    until("nothing is left to do", async || bench.backlogs().await.is_empty()).await;
    assert!(!replay(&mut *bench.core.db.connection().await, "reader", poisoned, now).await.unwrap());
}

async fn what_is_away_makes_no_dead_letters(back_end: impl BackEnd + 'static) {
    // Twice as often as an event may fail.
    let recorder = Recorder::scripted("reader", |_, times| match times {
        ..=6 => Reply::Fail(ErrorCode::SearchRebuilding),
        _ => Reply::Take,
    });
    let bench = Bench::on(back_end, &[recorder.subscriber()]).await;
    let _node = bench.start(&[recorder.subscriber()]);
    let aggregate = Uuid::now_v7();
    bench.publish(aggregate, "一").await;
    bench.publish(aggregate, "二").await;
    until("both are taken", async || recorder.taken(aggregate).len() == 2).await;
    assert_eq!(recorder.taken(aggregate), [1, 2]);
    assert!(bench.dead_letters().await.is_empty());
}

async fn an_open_transaction_delays_nobody_else(back_end: impl BackEnd + 'static) {
    let recorder = Recorder::new("reader");
    let bench = Bench::on(back_end, &[recorder.subscriber()]).await;
    let _node = bench.start(&[recorder.subscriber()]);
    let (slow, quick) = (Uuid::now_v7(), Uuid::now_v7());
    let (published, is_published) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel();
    let (transactions, caller) = (bench.transactions.clone(), bench.core.caller());
    let held_open = tokio::spawn(async move {
        let attempt = guitai::audit::AuditDraft::new(guitai::audit::Action::MessagePost);
        let use_case = async move |tx: &mut Tx| {
            let key = tx.shared_key(Scope::Event).await?;
            tx.publish(&draft(slow, "慢"), &key).await?;
            published.send(()).expect("the test waits");
            may_go_on.await.expect("the test says when");
            Ok::<_, Error>(())
        };
        transactions.perform(&caller, attempt, use_case).await
    });
    within("the slow event is written", is_published).await.unwrap();
    for _ in 0..5 {
        bench.publish(quick, "快").await;
    }
    until("the quick events are taken", async || recorder.taken(quick).len() == 5).await;
    assert!(recorder.taken(slow).is_empty());
    go_on.send(()).unwrap();
    held_open.await.unwrap().unwrap();
    until("the slow event is taken", async || recorder.taken(slow) == [1]).await;
}

async fn a_transaction_that_was_rolled_back_delivers_nothing(back_end: impl BackEnd + 'static) {
    let recorder = Recorder::new("reader");
    let bench = Bench::on(back_end, &[recorder.subscriber()]).await;
    let _node = bench.start(&[recorder.subscriber()]);
    let aggregate = Uuid::now_v7();
    let refused: Result<()> = bench
        .perform(async move |tx: &mut Tx| {
            let key = tx.shared_key(Scope::Event).await?;
            tx.publish(&draft(aggregate, "没有发生"), &key).await?;
            Err(ErrorCode::Conflict.into())
        })
        .await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::Conflict);
    bench.publish(aggregate, "发生了").await;
    until("the event that happened is taken", async || !recorder.taken(aggregate).is_empty()).await;
    // It also has the number that the other one gave back, so there is no gap to wait for.
    assert_eq!(recorder.taken(aggregate), [1]);
    assert!(recorder.bodies(aggregate).iter().all(|body| body == "发生了"));
}

async fn what_a_killed_process_did_not_finish_is_delivered_by_the_next(back_end: impl BackEnd + 'static) {
    let hung = Recorder::scripted("reader", |event, _| match event.aggregate_seq {
        3 => Reply::Hang,
        _ => Reply::Take,
    });
    let bench = Bench::on(back_end, &[hung.subscriber()]).await;
    let aggregate = Uuid::now_v7();
    for _ in 0..4 {
        bench.publish(aggregate, "之前").await;
    }
    let node = bench.start(&[hung.subscriber()]);
    until("it hangs in the third", async || hung.given() >= 3).await;
    drop(node);
    bench.publish(aggregate, "之后").await;

    let next = Recorder::new("reader");
    let _node = bench.start(&[next.subscriber()]);
    until("the rest is taken", async || next.taken(aggregate).ends_with(&[3, 4, 5])).await;
    let both: BTreeSet<_> = hung.taken(aggregate).into_iter().chain(next.taken(aggregate)).collect();
    assert_eq!(both, BTreeSet::from([1, 2, 3, 4, 5]));
    until("nothing is left to do", async || bench.backlogs().await.is_empty()).await;
}

async fn a_stopped_process_leaves_the_rest_to_the_next(back_end: impl BackEnd + 'static) {
    let first = Recorder::new("reader");
    let bench = Bench::on(back_end, &[first.subscriber()]).await;
    let aggregate = Uuid::now_v7();
    let node = bench.start(&[first.subscriber()]);
    bench.publish(aggregate, "之前").await;
    until("the first is taken", async || first.taken(aggregate) == [1]).await;
    node.stop().await;
    bench.publish(aggregate, "之后").await;
    bench.publish(aggregate, "之后").await;

    let next = Recorder::new("reader");
    let _node = bench.start(&[next.subscriber()]);
    until("the rest is taken", async || next.taken(aggregate).ends_with(&[2, 3])).await;
    assert_eq!(first.taken(aggregate), [1]);
}

async fn only_ciphertext_lies_in_the_log(back_end: impl BackEnd + 'static) {
    const PLANTED: &str = "我的卡号是六二二二零二";
    let recorder = Recorder::new("reader");
    let bench = Bench::on(back_end, &[recorder.subscriber()]).await;
    let _node = bench.start(&[recorder.subscriber()]);
    let aggregate = Uuid::now_v7();
    bench.publish(aggregate, PLANTED).await;
    bench.publish_under_own_key(aggregate, PLANTED).await;
    until("both are taken", async || recorder.taken(aggregate).len() == 2).await;
    assert_eq!(recorder.bodies(aggregate)[0], PLANTED);

    let bytes = bench.back_end.bytes(&bench.core, 2).await;
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(holds(b"conversation.message_posted"), "these are not the bytes of events");
    // As it is, as JSON may escape it, and the name of the field it stands in.
    let escaped: String = PLANTED.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    for text in [PLANTED, escaped.as_str(), "\"body\""] {
        assert!(!holds(text.as_bytes()), "{text} lies there in clear");
    }
}

async fn an_event_whose_key_was_destroyed_is_passed_over(back_end: impl BackEnd + 'static) {
    let recorder = Recorder::new("reader");
    let bench = Bench::on(back_end, &[recorder.subscriber()]).await;
    let aggregate = Uuid::now_v7();
    let key = bench.publish_under_own_key(aggregate, "已销毁").await;
    bench.publish(aggregate, "还在").await;
    let now = guitai::db::Clock::system().now();
    let (mut conn, stamp) = (bench.core.db.connection().await, Stamp::system(now));
    assert!(bench.core.keys.destroy(&mut conn, key, Scope::Conversation, stamp).await.unwrap());
    drop(conn);
    let _node = bench.start(&[recorder.subscriber()]);
    until("the other is taken", async || recorder.taken(aggregate) == [2]).await;
    until("nothing is left to do", async || bench.backlogs().await.is_empty()).await;
}

//! Live screens: what is committed is shown at once, on every node, without Kafka.

use std::sync::Arc;

use guitai::db::Scope;
use guitai::error::{Error, ErrorCode, Result};
use guitai::eventlog::{Event, Live, LiveEvents, LiveFollower};
use guitai::transaction::Tx;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::support::eventlog::{Bench, Local, draft};
use crate::support::wait::within;

/// A screen on a node of its own that is known to listen.
async fn screen(bench: &Bench) -> (LiveEvents, DropGuard) {
    let follower = LiveFollower::new(bench.core.db.db().clone(), Arc::clone(&bench.core.keys), bench.listener.clone());
    let (mut events, stop) = (follower.subscribe(), CancellationToken::new());
    let until = stop.clone();
    tokio::spawn(async move { follower.run(until).await });
    // Whether the listener began before or after the follower, something comes of an event sooner or later.
    let probe = Uuid::now_v7();
    within("the screen is live", async {
        loop {
            bench.publish(probe, "?").await;
            if let Ok(Some(Live::Happened(_))) =
                tokio::time::timeout(std::time::Duration::from_millis(200), events.next()).await
            {
                break;
            }
        }
    })
    .await;
    (events, stop.drop_guard())
}

async fn next_of(events: &mut LiveEvents, aggregate: Uuid) -> Arc<Event> {
    within("an event", async {
        loop {
            match events.next().await {
                Some(Live::Happened(event)) if event.aggregate_id == aggregate => return event,
                Some(_) => {}
                None => panic!("the follower is gone"),
            }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_committed_is_shown_in_order_on_every_node_and_nothing_else() {
    let bench = Bench::on(Local, &[]).await;
    let (mut one, _one) = screen(&bench).await;
    let (mut other, _other) = screen(&bench).await;
    let aggregate = Uuid::now_v7();
    let refused: Result<()> = bench
        .perform(async move |tx: &mut Tx| {
            let key = tx.shared_key(Scope::Event).await?;
            tx.publish(&draft(aggregate, "没有发生"), &key).await?;
            Err(Error::from(ErrorCode::Conflict))
        })
        .await;
    assert!(refused.is_err());
    for n in 1..=20 {
        bench.publish(aggregate, &format!("第 {n} 句")).await;
    }
    for screen in [&mut one, &mut other] {
        for n in 1..=20 {
            let event = next_of(screen, aggregate).await;
            assert_eq!((event.aggregate_seq, &event.payload["body"]), (n, &format!("第 {n} 句").into()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_lost_connection_the_screen_is_told_to_look_again() {
    let bench = Bench::on(Local, &[]).await;
    let (mut events, _stop) = screen(&bench).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'";
    bench.core.db.run_sql(cut).await;
    within("it is told", async { while !matches!(events.next().await, Some(Live::Resync)) {} }).await;
    let aggregate = Uuid::now_v7();
    bench.publish(aggregate, "又来了").await;
    assert_eq!(next_of(&mut events, aggregate).await.payload["body"], "又来了");
}

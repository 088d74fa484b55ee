//! Singletons: one holder at a time, and a holder that wakes up late writes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use guitai::db::Connection;
use guitai::db::lease::{self, Held, singleton};
use guitai::error::{Error, ErrorCode};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::core::{ManualClock, TestCore};
use crate::support::wait::{until, within};

const NAME: &str = "test.singleton";
const FOR: Duration = Duration::from_secs(10);

#[tokio::test]
async fn one_holds_it_until_it_expires_and_the_token_goes_up() {
    let core = TestCore::create().await;
    let mut conn = core.db.connection().await;
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    let now = core.clock.now();
    let mut first = lease::acquire(&mut conn, NAME, one, FOR, now).await.unwrap().unwrap();
    assert_eq!(lease::acquire(&mut conn, NAME, other, FOR, now).await.unwrap(), None);
    assert!(lease::acquire(&mut conn, "test.another", other, FOR, now).await.unwrap().is_some());

    let now = now + TimeDelta::seconds(9);
    assert!(lease::renew(&mut conn, &mut first, FOR, now).await.unwrap());
    let now = now + TimeDelta::seconds(9);
    assert_eq!(lease::acquire(&mut conn, NAME, other, FOR, now).await.unwrap(), None);
    let now = now + TimeDelta::seconds(1);
    let second = lease::acquire(&mut conn, NAME, other, FOR, now).await.unwrap().unwrap();
    assert!(second.token > first.token);
    assert!(!lease::renew(&mut conn, &mut first, FOR, now).await.unwrap());

    // The late one can neither let it go for the other nor take it back.
    lease::release(&mut conn, first, now).await.unwrap();
    assert_eq!(lease::acquire(&mut conn, NAME, one, FOR, now).await.unwrap(), None);
    let token = second.token;
    lease::release(&mut conn, second, now).await.unwrap();
    let third = lease::acquire(&mut conn, NAME, one, FOR, now).await.unwrap().unwrap();
    assert!(third.token > token);
    // A holder that starts anew fences its former self.
    let fourth = lease::acquire(&mut conn, NAME, one, FOR, now).await.unwrap().unwrap();
    assert!(fourth.token > third.token);
}

#[tokio::test]
async fn a_checked_write_is_the_holders_or_nobodys() {
    let core = TestCore::create().await;
    core.db.run_sql("CREATE TABLE written (token bigint)").await;
    let now = core.clock.now();
    let mut conn = core.db.connection().await;
    let first = lease::acquire(&mut conn, NAME, Uuid::now_v7(), FOR, now).await.unwrap().unwrap();
    let later = now + TimeDelta::seconds(60);

    // In the middle of a write nobody can take over, however late it is.
    let mut writer = core.db.connection().await;
    writer.batch_execute("BEGIN").await.unwrap();
    lease::check(&mut writer, NAME, first.token).await.unwrap();
    writer.batch_execute("INSERT INTO written VALUES (1)").await.unwrap();
    let db = core.db.db().clone();
    let taking = tokio::spawn(async move {
        let mut conn = db.connection().await.unwrap();
        lease::acquire(&mut conn, NAME, Uuid::now_v7(), FOR, later).await.unwrap()
    });
    until("the other waits", async || waiting_for_a_lock(&core).await == 1).await;
    writer.batch_execute("COMMIT").await.unwrap();
    let second = within("it takes over after the write", taking).await.unwrap().unwrap();

    for (token, allowed) in [(first.token, false), (second.token, true)] {
        let conn: &mut Connection = &mut writer;
        let written = conn
            .transaction(async move |conn: &mut Connection| {
                lease::check(conn, NAME, token).await?;
                conn.batch_execute("INSERT INTO written VALUES (2)").await?;
                Ok::<_, Error>(())
            })
            .await;
        match written {
            Ok(()) => assert!(allowed),
            Err(e) => assert!(!allowed && e.code() == ErrorCode::LeaseLost, "{e}"),
        }
    }
}

#[tokio::test]
async fn a_holder_that_hangs_in_a_write_loses_the_write() {
    let core = TestCore::create().await;
    let now = core.clock.now();
    let mut conn = core.db.connection().await;
    let first = lease::acquire(&mut conn, NAME, Uuid::now_v7(), FOR, now).await.unwrap().unwrap();
    let mut hangs = core.db.db().dedicated().await.unwrap();
    hangs.batch_execute("BEGIN").await.unwrap();
    lease::check(&mut hangs, NAME, first.token).await.unwrap();
    // The server ends its transaction after five seconds, and with it the lock on the lease.
    let taken = lease::acquire(&mut conn, NAME, Uuid::now_v7(), FOR, now + TimeDelta::seconds(60));
    let second = within("another takes over", taken).await.unwrap().unwrap();
    assert!(second.token > first.token);
    assert!(hangs.batch_execute("COMMIT").await.is_err());
}

#[tokio::test]
async fn a_singleton_moves_when_its_node_dies_or_stops() {
    let core = TestCore::create().await;
    let working = Arc::new(AtomicUsize::new(0));
    let nodes: Vec<_> = (0..3).map(|_| node(&core, Arc::clone(&working))).collect();
    until("one works", async || working.load(Ordering::Relaxed) == 1).await;
    let at_work = |nodes: &[Node]| nodes.iter().position(|node| node.works.load(Ordering::Relaxed) == 1);
    let first = at_work(&nodes).unwrap();

    // It dies: nobody renews, and another takes over once the lease has expired.
    nodes[first].running.abort();
    until("the others are waiting", async || working.load(Ordering::Relaxed) == 0).await;
    core.clock.advance(TimeDelta::seconds(11));
    until("another works", async || working.load(Ordering::Relaxed) == 1).await;
    let second = at_work(&nodes).unwrap();
    assert_ne!(first, second);

    // It stops: it lets go, and nobody has to wait for the lease to expire.
    nodes[second].stop.cancel();
    until("the third works", async || at_work(&nodes).is_some_and(|n| n != second)).await;
    assert_eq!(working.load(Ordering::Relaxed), 1);

    // It finds that the lease is another's: its work is dropped.
    let third = at_work(&nodes).unwrap();
    core.db.run_sql("UPDATE leases SET token = token + 1, holder = gen_random_uuid()").await;
    until("it lets go", async || nodes[third].works.load(Ordering::Relaxed) == 0).await;
}

struct Node {
    works: Arc<AtomicUsize>,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

/// Work that goes on until it is over, counted while it does.
fn node(core: &TestCore, working: Arc<AtomicUsize>) -> Node {
    struct Count(Vec<Arc<AtomicUsize>>);
    impl Drop for Count {
        fn drop(&mut self) {
            for count in &self.0 {
                count.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
    let (works, stop) = (Arc::new(AtomicUsize::new(0)), CancellationToken::new());
    let (db, clock, until_stop): (_, ManualClock, _) = (core.db.db().clone(), core.clock.clone(), stop.clone());
    let counts = vec![Arc::clone(&works), working];
    let running = tokio::spawn(async move {
        let work = |held: Held| {
            let counts = counts.clone();
            async move {
                for count in &counts {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                let _count = Count(counts);
                held.over.cancelled().await;
                Ok(())
            }
        };
        // A third of this is how often a waiting node asks, in real time; expiry goes by the test's clock.
        singleton(&db, &clock.clock(), NAME, Duration::from_millis(60), &until_stop, work).await;
    });
    Node { works, stop, running }
}

async fn waiting_for_a_lock(core: &TestCore) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let query =
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let query = diesel::sql_query(query);
    diesel_async::RunQueryDsl::get_result::<Row>(query, &mut core.db.connection().await).await.unwrap().n
}

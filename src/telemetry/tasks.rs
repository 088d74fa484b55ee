//! Background tasks with a name: one cancellation for all, panics counted, and a drain that ends at a deadline.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::metrics::Metrics;

/// The tasks of the process. Clones share everything.
///
/// `spawn` may be called until the drain and during it (a task that finishes its work may need a helper); after the
/// drain has ended nothing that was spawned here runs any more.
#[derive(Clone)]
pub struct Tasks {
    inner: Arc<Inner>,
}

struct Inner {
    tracker: TaskTracker,
    stop: CancellationToken,
    metrics: Metrics,
    next_id: AtomicU64,
    running: Mutex<BTreeMap<u64, Running>>,
}

struct Running {
    name: &'static str,
    /// Absent for the moment between the task's start and its handle's arrival.
    abort: Option<AbortHandle>,
}

/// How a drain ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Drained {
    /// The names of the tasks that did not end by themselves before the deadline and were aborted; empty after a clean drain.
    pub aborted: Vec<&'static str>,
}

impl Tasks {
    pub fn new(metrics: Metrics) -> Self {
        let inner = Inner {
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            metrics,
            next_id: AtomicU64::new(0),
            running: Mutex::new(BTreeMap::new()),
        };
        Tasks { inner: Arc::new(inner) }
    }

    /// The signal that the drain has begun. Every loop of a task waits for it beside its own work.
    pub fn stop(&self) -> CancellationToken {
        self.inner.stop.clone()
    }

    /// Runs `work` on the current runtime under a name. A panic ends the task alone; it is counted, and logged by the panic hook and here.
    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let id = self.inner.next_id.fetch_add(1, Ordering::Relaxed);
        self.running().insert(id, Running { name, abort: None });
        // The guard moves into the future, so the entry goes when the task ends in any way: done, panicked, aborted unstarted.
        let guard = Entry { inner: self.inner.clone(), id };
        let handle = self.inner.tracker.spawn(async move {
            let entry = guard;
            if AssertUnwindSafe(work).catch_unwind().await.is_err() {
                entry.inner.metrics.task_panics.with_label_values(&[name]).inc();
                tracing::error!(task.name = name, "task panicked");
            }
        });
        if let Some(running) = self.running().get_mut(&id) {
            running.abort = Some(handle.abort_handle());
        }
    }

    /// The names of the tasks that run now, sorted, one entry per task.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.running().values().map(|running| running.name).collect();
        names.sort_unstable();
        names
    }

    /// Cancels [`Tasks::stop`], waits until every task has ended or `within` has passed, and aborts what is left.
    pub async fn drain(&self, within: Duration) -> Drained {
        self.inner.stop.cancel();
        self.inner.tracker.close();
        if tokio::time::timeout(within, self.inner.tracker.wait()).await.is_ok() {
            return Drained { aborted: Vec::new() };
        }
        let aborted = self.names();
        for running in self.running().values() {
            if let Some(abort) = &running.abort {
                abort.abort();
            }
        }
        tracing::warn!(tasks = aborted.join(" "), "tasks did not end before the deadline and were aborted");
        // An aborted task ends at its next await; one that never awaits would hold us for ever, so this wait is bounded too.
        if tokio::time::timeout(Duration::from_secs(1), self.inner.tracker.wait()).await.is_err() {
            tracing::error!(tasks = self.names().join(" "), "tasks hold their worker and cannot be aborted");
        }
        Drained { aborted }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<u64, Running>> {
        self.inner.running()
    }
}

impl Inner {
    /// A panic while the lock was held cannot leave the map half changed, so a poisoned lock is taken as it is.
    fn running(&self) -> MutexGuard<'_, BTreeMap<u64, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Entry {
    inner: Arc<Inner>,
    id: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.inner.running().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::sync::oneshot;

    fn tasks() -> (Tasks, Metrics) {
        let metrics = Metrics::new().unwrap();
        (Tasks::new(metrics.clone()), metrics)
    }

    #[tokio::test]
    async fn a_clean_drain_waits_for_the_work_in_hand() {
        let (tasks, _) = tasks();
        let (done, finished) = oneshot::channel();
        let stop = tasks.stop();
        tasks.spawn("relay", async move {
            stop.cancelled().await;
            done.send("last batch written").unwrap();
        });
        assert_eq!(tasks.names(), ["relay"]);
        assert_eq!(tasks.drain(Duration::from_secs(30)).await, Drained { aborted: vec![] });
        assert_eq!(finished.await.unwrap(), "last batch written");
        assert!(tasks.names().is_empty());
    }

    #[tokio::test]
    async fn a_task_that_does_not_listen_is_named_and_aborted() {
        let (tasks, _) = tasks();
        let (alive, gone) = oneshot::channel::<()>();
        tasks.spawn("deaf", async move {
            let _alive = alive;
            pending::<()>().await;
        });
        assert_eq!(tasks.drain(Duration::from_millis(10)).await, Drained { aborted: vec!["deaf"] });
        gone.await.expect_err("the task was dropped");
        assert!(tasks.names().is_empty());
    }

    #[tokio::test]
    async fn a_panic_is_counted_and_ends_its_task_alone() {
        let (tasks, metrics) = tasks();
        let (go, start) = oneshot::channel::<()>();
        let stop = tasks.stop();
        tasks.spawn("steady", async move { stop.cancelled().await });
        tasks.spawn("brittle", async move {
            start.await.unwrap();
            panic!("on purpose");
        });
        go.send(()).unwrap();
        while tasks.names().contains(&"brittle") {
            tokio::task::yield_now().await;
        }
        assert_eq!(tasks.names(), ["steady"]);
        assert_eq!(metrics.task_panics.with_label_values(&["brittle"]).get(), 1);
        assert!(tasks.drain(Duration::from_secs(30)).await.aborted.is_empty());
    }
}

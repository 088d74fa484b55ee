//! Requests that wait for a session thread, and how many of those there are.

use crate::protocol::Body;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Requests that may wait; the next one is refused.
const LONGEST: usize = 256;

/// A request on its way to a session.
pub struct Job {
    pub id: u64,
    pub kind: u8,
    pub body: Body,
    pub deadline: Instant,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
    workers: usize,
}

/// The queue between the reader and the session threads.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a request at the end, or at the front; gives it back when the queue is full.
    pub fn put(&self, job: Job, urgent: bool) -> Result<(), Job> {
        let mut state = self.lock();
        if state.jobs.len() >= LONGEST {
            return Err(job);
        }
        if urgent {
            state.jobs.push_front(job);
        } else {
            state.jobs.push_back(job);
        }
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The next request; waits for one; `None` when the queue is closed.
    pub fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No request is taken any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// A session thread is about to start.
    pub fn joined(&self) {
        self.lock().workers += 1;
    }

    /// A session thread has ended.
    pub fn left(&self) {
        let mut state = self.lock();
        state.workers = state.workers.saturating_sub(1);
        drop(state);
        self.changed.notify_all();
    }

    /// A session thread gives its request back and ends, unless it is the last one.
    pub fn retire(&self, job: Job) -> Result<(), Job> {
        let mut state = self.lock();
        if state.workers <= 1 {
            return Err(job);
        }
        state.workers -= 1;
        state.jobs.push_front(job);
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Waits until every session thread has ended, but no longer than `limit`.
    pub fn wait_for_workers(&self, limit: Duration) {
        let until = Instant::now() + limit;
        let mut state = self.lock();
        while state.workers > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

//! The clock over the session threads.

use super::{Outgoing, end_process};
use crate::error::{Error, ErrorKind};
use crate::protocol::Reply;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What a session thread is at.
#[derive(Clone, Copy)]
struct Call {
    /// The request; 0 while the device is opened.
    id: u64,
    deadline: Instant,
}

/// Which thread is in a call, and until when.
pub struct Watchdog {
    calls: Mutex<Vec<Option<Call>>>,
    changed: Condvar,
}

/// Ends the watch over one call when it is dropped.
pub struct Watched<'a> {
    watchdog: &'a Watchdog,
    thread: usize,
}

impl Watchdog {
    pub fn new(threads: usize) -> Self {
        Watchdog { calls: Mutex::new(vec![None; threads]), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, thread: usize, call: Option<Call>) {
        if let Some(slot) = self.lock().get_mut(thread) {
            *slot = call;
        }
    }

    /// Watches what thread number `thread` does for request `id` until the result is dropped.
    pub fn watch(&self, thread: usize, id: u64, deadline: Instant) -> Watched<'_> {
        self.set(thread, Some(Call { id, deadline }));
        self.changed.notify_one();
        Watched { watchdog: self, thread }
    }

    /// Runs for ever; ends the process when a call is over its deadline.
    pub fn run(&self, outgoing: &Outgoing) {
        let mut calls = self.lock();
        loop {
            let now = Instant::now();
            let Some(next) = calls.iter().flatten().min_by_key(|call| call.deadline).copied() else {
                calls = self.changed.wait(calls).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = next.deadline.saturating_duration_since(now);
            if left.is_zero() {
                let what = if next.id == 0 {
                    "opening the device or its self-test"
                } else {
                    "a call into the device's library"
                };
                let hung =
                    Error::new(ErrorKind::Timeout, format!("{what} has hung; its process is ended and started anew"));
                if next.id != 0 {
                    outgoing.send(next.id, Reply::Failed(hung.clone()));
                }
                outgoing.end(&hung);
                end_process();
                return;
            }
            calls = self.changed.wait_timeout(calls, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.watchdog.set(self.thread, None);
    }
}

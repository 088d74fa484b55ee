//! Guitai (柜台): customer conversations, agents, tickets, quality inspection and an audit trail, on the bank's own box.
//!
//! The modules stand in layer order. A module may name the ones above its own line in this list, never those below;
//! `tests/it/tidy.rs` reads the `use` lines and fails on a breach. `docs/architecture.md` is the long version.

#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        reason = "tests play the world outside: they start processes, wait and read the clock"
    )
)]

// Foundations: know no business.
pub mod error;
pub mod config;
pub mod telemetry;
pub mod crypto;
pub mod transport;
pub mod hardware;

// Storage and machinery: know tables of their own, no business noun.
pub mod db;
pub mod eventlog;
pub mod jobs;
pub mod vault;
pub mod search;
pub mod inference;

// Who did it, and may they. `transaction` is the one way to change or read anything.
pub mod audit;
pub mod transaction;
pub mod replica;
pub mod web;
pub mod idempotency;
pub mod identity;
pub mod approvals;
pub mod auditing;
pub mod key_management;

// The business.
pub mod customers;
pub mod knowledge;
pub mod conversations;
pub mod recordings;
pub mod tickets;
pub mod search_content;
pub mod inspection;

// The edge, and the one place that knows everything.
pub mod console;
pub mod http;
pub mod app;
pub mod cli;

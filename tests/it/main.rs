#![cfg(test)]
//! The one integration-test binary: each file is one story, `support` is what they share.

#![allow(
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "tests play the world outside: they start processes, wait and read the clock; they may panic"
)]

mod approvals;
mod attachments;
mod auditing;
mod away;
mod bad_input;
mod calls;
mod chat;
mod crypto_devices;
mod custody;
mod database;
mod erasure;
mod eventlog_kafka;
mod eventlog_suite;
mod identity;
mod jobs;
mod kafka_broker;
mod key_management;
mod knowledge;
mod leases;
mod ledger;
mod live;
mod live_follower;
mod main_job;
mod promises;
mod schema;
mod search_content;
mod serve;
mod support;
mod tickets;
mod tidy;
mod transcription;
mod transport;

#![cfg(test)]
//! The client, real brokers in processes of their own, and the test device in them.

#![allow(
    clippy::disallowed_methods,
    reason = "tests play the world outside: they start processes, wait and read the clock"
)]

mod data;
mod failover;
mod keys;
mod oracle;
mod selftest;
mod signing;
mod support;

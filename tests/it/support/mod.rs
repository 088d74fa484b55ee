//! What the integration tests stand on.

pub mod app;
pub mod book;
pub mod certificates;
pub mod core;
pub mod db;
pub mod desk;
pub mod eventlog;
pub mod handshake;
pub mod kafka;
pub mod namespace;
pub mod postgres;
pub mod standby;
pub mod wait;
pub mod who;
pub mod wire;

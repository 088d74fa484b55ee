//! What the integration tests stand on.

pub mod app;
pub mod book;
pub mod core;
pub mod db;
pub mod desk;
pub mod eventlog;
pub mod kafka;
pub mod wait;
pub mod who;

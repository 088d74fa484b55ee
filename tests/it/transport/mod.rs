//! Every link that leaves the machine: TLS 1.3, verified, rotated without a restart; and a wire that is listened to.

mod check;
mod kafka;
mod listeners;
mod postgresql;
mod wire;

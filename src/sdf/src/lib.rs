//! Crypto devices (服务器密码机, 密码卡) behind GM/T 0018, the SDF interface.
//!
//! A vendor's library is C code of unknown quality that may crash, hang, print, or look for its settings in the current
//! folder. So it never enters the program itself: every device has a child process of its own, the *broker*, and the
//! program talks to the brokers through the [`client::Client`], which keeps them running and goes over to the next device when
//! one fails. A child for each device, and not one for all, because a library that crashes or hangs then takes no other device with
//! it, because most libraries allow one open device in a process, and because many read their settings from the current folder.
//!
//! ```text
//! program ── Client ──┬─ socket ── broker (device 1) ── dlopen ── vendor's library ── device 1
//!                     └─ socket ── broker (device 2) ── dlopen ── vendor's library ── device 2
//! ```
//!
//! - [`config`]: what a broker is told. [`broker::serve`]: its main loop.
//! - [`ffi`]: the C interface; the only `unsafe` code. [`session`]: a session with everything that is loaded into it.
//! - [`scheme`]: what is computed with a device: wrapping of class keys, derivation, bulk data. The argument for each stands there.
//! - [`root`]: the root keys as the device wrapped them. [`selftest`]: what a device must answer before it is used.
//! - [`protocol`]: the frames between client and broker.
//!
//! What always holds: the root keys exist outside of a device only as the device wrapped them; what comes back from a device is
//! checked in software where that is possible; no call waits without a limit; software never stands in for a device.

pub mod broker;
pub mod client;
pub mod config;
pub mod error;
pub mod ffi;
mod pin;
pub mod protocol;
pub mod root;
pub mod scheme;
pub mod selftest;
pub mod session;
mod sm2;

pub use client::Client;
pub use error::{Error, ErrorKind, Result};
pub use root::Root;

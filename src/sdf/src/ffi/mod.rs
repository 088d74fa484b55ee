//! The C interface: types, the table of functions, and safe handles over them. The only `unsafe` code of the package.
//!
//! What the safe side may rely on: a session's methods need `&mut`, so one thread uses it at a time; a [`Key`] is refused by
//! any session but the one that made it; sessions are closed before their device, and a library is never unloaded. What
//! cannot be proven from here is that the library keeps to its header; that is why it runs in a process of its own.

pub mod code;
mod library;
pub mod process;
mod session;
pub mod types;

pub use library::{Device, Library};
pub use session::{Key, RawSession};

/// How a call into the library failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A return code other than 0.
    Code { call: &'static str, code: u32 },
    /// Success was reported, but what came back cannot be: a length that does not fit, an empty handle.
    Answer { call: &'static str, what: &'static str },
    /// The library does not have this function.
    Missing { call: &'static str },
    /// The library cannot be loaded.
    Library { why: String },
}

//! Configuration: one struct per section, the unit in the name, unknown keys refused, every fault listed at once, nothing bound before.
//!
//! The file is TOML; `GUITAI__SECTION__KEY` overrides a key. Secrets are never in the file or the environment: they come from files and
//! systemd credentials that the file names. The doc comments of the fields are the manual; [`sample`] is generated from the same text.

mod load;
mod sections;

pub use load::{Faults, load};
pub use sections::{
    Config, Crypto, CryptoProvider, Database, EventLog, EventLogBackend, Identity, Inference, Listener, Listeners,
    Organisation, Sdf, SealingSuite, Storage, sample,
};

#[cfg(test)]
mod tests;

//! PostgreSQL: pool, SQLSTATE mapping, migrations, generated schema, typed ids, the clock, stored keys and the private cluster.
//!
//! Nothing here knows a business noun. Connections are opened from the main runtime only: diesel-async spawns a connection's
//! driver on the runtime that opens it, so a connection opened on a worker would die with that worker.

pub mod backoff;
pub mod catalogue;
pub mod clock;
pub mod cluster;
pub mod ids;
pub mod keys;
pub mod lease;
pub mod listen;
pub mod schema;
pub mod sealed;
pub mod server;

mod connect;
mod error;
mod migrate;
mod pool;
mod stored;

/// Begins and ends a transaction on a connection.
pub use diesel_async::AsyncConnection;

pub use backoff::Backoff;
pub use clock::Clock;
pub use connect::Address;
pub use error::{OptionalRow, RowResult};
pub use keys::{KeyCensus, KeySettings, KeyStore, Scope, Stamp, key_census};
pub use listen::{Listener, Notice, Notices};
pub use migrate::{migrate, pending_migrations, revert_all};
pub use pool::{Connection, Db, PooledConnection, ping};
pub use sealed::SealedBytes;
pub(crate) use stored::stored_enum;

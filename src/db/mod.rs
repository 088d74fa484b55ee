//! PostgreSQL: pool, SQLSTATE mapping, migrations, generated schema, typed ids, the clock, stored keys and the private cluster.
//!
//! Nothing here knows a business noun. Connections are opened from the main runtime only: diesel-async spawns a connection's
//! driver on the runtime that opens it, so a connection opened on a worker would die with that worker.

pub mod backoff;
pub mod clock;
pub mod cluster;
pub mod ids;
pub mod keys;
pub mod lease;
pub mod listen;
pub mod schema;

mod connect;
mod error;
mod key_census;
mod migrate;
mod pool;
mod stored;

pub use backoff::Backoff;
pub use clock::Clock;
pub use connect::Address;
pub use error::{OptionalRow, RowResult};
pub use key_census::{KeyCensus, key_census};
pub use keys::{KeyStore, Scope};
pub use listen::{Listener, Notice, Notices};
pub use migrate::{migrate, pending_migrations, revert_all};
pub use pool::{Connection, Db, PooledConnection, ping};
pub(crate) use stored::stored_enum;

//! The connection pool.

use std::time::Duration;

use deadpool::managed::Timeouts;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures::FutureExt;

use super::Address;
use crate::error::{ErrorCode, Result};

pub type Connection = AsyncPgConnection;
pub type PooledConnection = Object<AsyncPgConnection>;

/// How long a request waits for a free connection before it is told to come back.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);

/// Connections that are in use and that there may be, and tasks that wait for one.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub in_use: usize,
    pub limit: usize,
    pub waiting: usize,
}

/// A pool of connections to one database.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    address: Address,
}

impl Db {
    /// Makes the pool; no connection is opened yet.
    pub fn new(address: impl Into<Address>, max_connections: usize) -> Result<Self> {
        let address = address.into();
        let mut config = ManagerConfig::default();
        let opened = address.clone();
        config.custom_setup = Box::new(move |_| {
            let address = opened.clone();
            async move { address.connect().await.map_err(as_connection_error) }.boxed()
        });
        // The manager hands the connection string to the setup alone, which has its own.
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let pool = Pool::builder(manager)
            .max_size(max_connections)
            .timeouts(Timeouts {
                wait: Some(WAIT_FOR_CONNECTION),
                create: Some(WAIT_FOR_CONNECTION),
                recycle: Some(WAIT_FOR_CONNECTION),
            })
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|e| ErrorCode::Internal.caused_by(e))?;
        Ok(Self { pool, address })
    }

    /// A connection, or [`ErrorCode::DatabaseUnavailable`] when none is to be had in time.
    pub async fn connection(&self) -> Result<PooledConnection> {
        self.pool.get().await.map_err(|e| ErrorCode::DatabaseUnavailable.caused_by(e))
    }

    /// A connection outside the pool, for LISTEN and for work that keeps it for long.
    pub async fn dedicated(&self) -> Result<Connection> {
        self.address.connect().await
    }

    /// How the pool is used now.
    pub fn usage(&self) -> Usage {
        let s = self.pool.status();
        Usage { in_use: s.size.saturating_sub(s.available), limit: s.max_size, waiting: s.waiting }
    }

    /// Closes the pool; later requests fail with [`ErrorCode::DatabaseUnavailable`].
    pub fn close(&self) {
        self.pool.close();
    }
}

fn as_connection_error(e: crate::error::Error) -> diesel::ConnectionError {
    diesel::ConnectionError::CouldntSetupConfiguration(diesel::result::Error::QueryBuilderError(Box::new(e)))
}

/// Whether the server answers.
pub async fn ping(conn: &mut Connection) -> Result<()> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1")).execute(conn).await?;
    Ok(())
}

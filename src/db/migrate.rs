//! Migrations, embedded from `sql/migrations` and run without libpq.

use diesel_async::{AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Address;
use crate::error::{ErrorCode, Result};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("sql/migrations");

/// Brings the database to the present schema and returns the names of the migrations that ran.
pub async fn migrate(address: impl Into<Address>) -> Result<Vec<String>> {
    on_harness(address.into(), |h| {
        let ran = h.run_pending_migrations(MIGRATIONS)?;
        Ok(ran.iter().map(ToString::to_string).collect())
    })
    .await
}

/// The migrations that have not run yet.
pub async fn pending_migrations(address: impl Into<Address>) -> Result<Vec<String>> {
    on_harness(address.into(), |h| Ok(h.pending_migrations(MIGRATIONS)?.iter().map(|m| m.name().to_string()).collect()))
        .await
}

/// Takes every migration back; for the test that proves they can be.
pub async fn revert_all(address: impl Into<Address>) -> Result<()> {
    on_harness(address.into(), |h| h.revert_all_migrations(MIGRATIONS).map(|_| ())).await
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;

async fn on_harness<T: Send + 'static>(
    address: Address,
    f: impl FnOnce(&mut Harness) -> diesel::migration::Result<T> + Send + 'static,
) -> Result<T> {
    let connection = address.connect().await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    // The harness blocks on the connection, which is driven by the runtime's other threads.
    tokio::task::spawn_blocking(move || f(&mut harness))
        .await
        .map_err(|e| ErrorCode::Internal.caused_by(e))?
        .map_err(|e| ErrorCode::Internal.caused_by(e).context("migrating the database"))
}

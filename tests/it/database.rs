//! The database that the other tests stand on, and its migrations.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use guitai::db::schema::{event_streams, organisations};
use guitai::db::{migrate, pending_migrations, revert_all};
use uuid::Uuid;

use crate::support::core::TestCore;
use crate::support::db::TestDb;

#[tokio::test]
async fn every_test_has_a_migrated_database_of_its_own() {
    let (one, other) = tokio::join!(TestCore::create(), TestDb::create());
    assert_eq!(organisations::table.count().get_result::<i64>(&mut one.db.connection().await).await, Ok(1));
    assert_eq!(organisations::table.count().get_result::<i64>(&mut other.connection().await).await, Ok(0));
    assert!(pending_migrations(one.db.url()).await.unwrap().is_empty());
}

#[tokio::test]
async fn migrations_go_down_and_up_again() {
    let db = TestDb::create().await;
    revert_all(db.url()).await.unwrap();
    let migrations = pending_migrations(db.url()).await.unwrap();
    assert_eq!(migrate(db.url()).await.unwrap().len(), migrations.len());
    let row = (event_streams::aggregate_id.eq(Uuid::from_u128(1)), event_streams::last_seq.eq(1));
    diesel::insert_into(event_streams::table).values(row).execute(&mut db.connection().await).await.unwrap();
}

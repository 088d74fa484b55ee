//! The machinery below the business nouns on a database of its own: an organisation, keys, a clock moved by hand.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use guitai::audit::{Caller, Ledger};
use guitai::crypto::{Keyring, RootKey};
use guitai::db::ids::OrgId;
use guitai::db::schema::organisations;
use guitai::db::{Clock, KeySettings, KeyStore};
use guitai::eventlog::{Outbox, SubscriptionSpec};
use guitai::transaction::Transactions;

use super::db::TestDb;

/// One database with one organisation.
pub struct TestCore {
    pub db: TestDb,
    pub org: OrgId,
    pub keys: Arc<KeyStore>,
    pub clock: ManualClock,
    pub root: RootKey,
}

impl TestCore {
    pub async fn create() -> Self {
        Self::with(KeySettings::default()).await
    }

    /// As [`TestCore::create`], with keys kept in another way.
    pub async fn with(settings: KeySettings) -> Self {
        Self::on(TestDb::create().await, settings).await
    }

    /// On this database, which is empty.
    pub async fn on(db: TestDb, settings: KeySettings) -> Self {
        let clock = ManualClock::new();
        let org = OrgId::fresh();
        diesel::insert_into(organisations::table)
            .values((
                organisations::id.eq(org),
                organisations::code.eq("bank"),
                organisations::name.eq("本行"),
                organisations::created_at.eq(clock.now()),
            ))
            .execute(&mut db.connection().await)
            .await
            .expect("an organisation");
        let root = RootKey::generate().expect("a root key");
        let keys = Arc::new(KeyStore::with(Keyring::from_root(root.clone()), settings));
        Self { db, org, keys, clock, root }
    }

    /// The keys as another node of the installation sees them.
    pub fn keys_of_another_node(&self, settings: KeySettings) -> Arc<KeyStore> {
        Arc::new(KeyStore::with(Keyring::from_root(self.root.clone()), settings))
    }

    /// What a service of another node stands on.
    pub fn transactions_with(&self, keys: &Arc<KeyStore>) -> Transactions {
        let ledger = Ledger::new(Arc::clone(keys), "another-node");
        let outbox = Outbox::new(Vec::new());
        Transactions::new(self.db.db().clone(), Arc::clone(keys), ledger, outbox, self.clock.clock())
    }

    /// What a service stands on; every event is noted for `subscriptions`.
    pub fn transactions(&self, subscriptions: Vec<SubscriptionSpec>) -> Transactions {
        self.transactions_at(self.clock.clock(), subscriptions)
    }

    /// As [`TestCore::transactions`], with another clock.
    pub fn transactions_at(&self, clock: Clock, subscriptions: Vec<SubscriptionSpec>) -> Transactions {
        let ledger = Ledger::new(Arc::clone(&self.keys), "test-node");
        Transactions::new(self.db.db().clone(), Arc::clone(&self.keys), ledger, Outbox::new(subscriptions), clock)
    }

    /// The program itself, acting for the organisation.
    pub fn caller(&self) -> Caller {
        Caller::system(self.org, "test")
    }
}

/// A clock that stands still until it is moved. Clones share the time.
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// Stands at 09:00 on 21 November 2026, Beijing time.
    pub fn new() -> Self {
        let start = DateTime::parse_from_rfc3339("2026-11-21T09:00:00+08:00").expect("a time");
        Self(Arc::new(Mutex::new(start.to_utc())))
    }

    pub fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("nobody panicked with the clock")
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("nobody panicked with the clock") += by;
    }

    /// The clock as the program takes it.
    pub fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::from_fn(move || this.now())
    }
}

//! Stored keys: wrapped class keys, data keys and signing keys in PostgreSQL, and a bounded cache of unwrapped ones.
//!
//! Tables: `root_keys`, `class_keys`, `data_keys`, `data_key_versions`, `shared_keys`, `signing_keys`. What always holds: a data key is
//! wrapped by a class key of its scope, cut by month; a destroyed key has no wrapped form left; an unwrapped key never leaves memory; every change of
//! a key is told to the other nodes in the transaction that makes it ([`NOTIFY_CHANNEL`]), and what a node did not hear it learns when its
//! cached copy has grown old.
//!
//! | state | wraps or seals | unwraps or opens |
//! |---|---|---|
//! | pre-active | no | yes: every node knows it before one of them uses it |
//! | active | yes | yes |
//! | decrypt-only | no | yes |
//! | destroyed | no | no: its wrapped form is gone |

mod cache;
mod census;
mod class;
mod destruction;
mod rotation;
mod signing;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::error::{OptionalRow, RowResult};
use super::ids::{DataKeyId, OrgId};
use super::listen::{Notice, Notices, notify};
use super::pool::Connection;
use super::schema::{class_keys, data_key_versions, data_keys, shared_keys};
use crate::crypto::{DataKey, Keyring, SealingGate, Suite};
use crate::error::{ErrorCode, Result};
use cache::KeyCache;
use class::ClassKeyRow;

pub use census::{KeyCensus, key_census};
pub use class::{class_keys_under, open_keyring};
pub use destruction::{Destroyed, any_alive, destroyed_since};
pub use rotation::{Rewrapped, Superseded};

/// The channel on which a node tells the others that a key has changed: its id, or nothing for "look at all".
pub const NOTIFY_CHANNEL: &str = "guitai_keys";

/// When something was done to a key, and by whom: an account, a customer, or nobody when the program acts by itself.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    pub at: DateTime<Utc>,
    pub by: Option<Uuid>,
}

impl Stamp {
    /// Of the program itself.
    pub fn system(at: DateTime<Utc>) -> Self {
        Self { at, by: None }
    }
}

/// What a data key protects; one class key per scope and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    Conversation,
    Attachment,
    Customer,
    Article,
    Recording,
    Ticket,
    SearchIndex,
    /// Shared by month: reasons in the audit ledger.
    Audit,
    /// Shared by month: reasons and comments of approvals.
    Approval,
    /// Shared by month: payloads of events about accounts and other things without content of their own.
    Event,
    /// Private halves of signing keys.
    Signing,
}

impl Scope {
    pub const ALL: [Scope; 11] = [
        Scope::Conversation,
        Scope::Attachment,
        Scope::Customer,
        Scope::Article,
        Scope::Recording,
        Scope::Ticket,
        Scope::SearchIndex,
        Scope::Audit,
        Scope::Approval,
        Scope::Event,
        Scope::Signing,
    ];

    /// Whether data keys of this scope get new versions. What the ledger keeps is evidence: its keys change by month, are never sealed anew and open
    /// for as long as it is kept.
    pub const fn rotates(self) -> bool {
        !matches!(self, Scope::Audit)
    }

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Conversation => "conversation",
            Scope::Attachment => "attachment",
            Scope::Customer => "customer",
            Scope::Article => "article",
            Scope::Recording => "recording",
            Scope::Ticket => "ticket",
            Scope::SearchIndex => "search_index",
            Scope::Audit => "audit",
            Scope::Approval => "approval",
            Scope::Event => "event",
            Scope::Signing => "signing",
        }
    }
}

/// How often the versions of a key are read until they fit together. A rotation moves them twice in its life.
const READS: usize = 5;

/// How keys are kept.
#[derive(Debug, Clone, Copy)]
pub struct KeySettings {
    /// How long keys that are unwrapped already may open after the provider of the root key was last seen ready.
    pub lease: Duration,
    /// How long an unwrapped key is used before it is read again, if nobody says sooner that it has changed.
    pub cache_age: Duration,
    /// The suite of new data keys.
    pub suite: Suite,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self { lease: Duration::from_secs(600), cache_age: Duration::from_secs(60), suite: Suite::Sm4Gcm }
    }
}

/// The program's view of its stored keys.
pub struct KeyStore {
    keyring: Keyring,
    cache: KeyCache,
    settings: KeySettings,
    gate: SealingGate,
    /// When the provider was last seen ready.
    seen: Mutex<Instant>,
}

impl KeyStore {
    pub fn new(keyring: Keyring) -> Self {
        Self::with(keyring, KeySettings::default())
    }

    pub fn with(keyring: Keyring, settings: KeySettings) -> Self {
        let cache = KeyCache::new(settings.cache_age);
        Self { keyring, cache, settings, gate: SealingGate::default(), seen: Mutex::new(Instant::now()) }
    }

    /// Asks the provider whether it is ready. If so the lease is renewed; if not nothing new is sealed from now on. May block on a
    /// device. Errors: `KeyUnavailable`.
    pub fn renew_lease(&self) -> Result<()> {
        if let Err(away) = self.keyring.provider().ready() {
            self.stop_sealing();
            return Err(away);
        }
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.gate.open();
        Ok(())
    }

    /// Nothing new is sealed until [`KeyStore::renew_lease`] finds the provider ready: for whoever waits for its answer in vain.
    pub fn stop_sealing(&self) {
        self.gate.close();
    }

    /// Errors: `KeyUnavailable` when the provider has been away for longer than its lease.
    pub fn require_lease(&self) -> Result<()> {
        if self.seen.lock().unwrap_or_else(PoisonError::into_inner).elapsed() <= self.settings.lease {
            return Ok(());
        }
        // The program may have stood still, not the provider: one question settles it.
        self.renew_lease()
    }

    /// Forgets unwrapped keys that may not be used any more without being read again; all of them when the provider's lease is over.
    pub fn forget_expired(&self) {
        if self.seen.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > self.settings.lease {
            self.cache.forget_all();
        } else {
            self.cache.forget_expired();
        }
    }

    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// How new data keys seal.
    pub fn suite(&self) -> Suite {
        self.settings.suite
    }

    /// How long another node may go on with what it knew of a key that was changed here, if it heard nothing.
    pub fn cache_age(&self) -> Duration {
        self.settings.cache_age
    }

    /// Makes and stores a data key in the caller's transaction.
    pub async fn create(&self, conn: &mut Connection, org: OrgId, scope: Scope, stamp: Stamp) -> Result<Arc<DataKey>> {
        self.gate.pass()?;
        let reading = self.cache.begin();
        let (class_id, class_key) = self.sealing_class_key(conn, scope, stamp).await?;
        let id = DataKeyId::fresh();
        let (key, wrapped) = class_key.generate_data_key(id.0, 1, self.settings.suite)?;
        diesel::insert_into(data_keys::table)
            .values((
                data_keys::id.eq(id),
                data_keys::org_id.eq(org),
                data_keys::class_key_id.eq(class_id),
                data_keys::scope.eq(scope.as_str()),
                data_keys::version.eq(version_column(key.version())?),
                data_keys::wrapped.eq(wrapped),
                data_keys::state.eq("active"),
                data_keys::created_at.eq(stamp.at),
                data_keys::created_by.eq(stamp.by),
                data_keys::activated_at.eq(stamp.at),
                data_keys::activated_by.eq(stamp.by),
            ))
            .execute(conn)
            .await?;
        Ok(self.cache.keep_data_key(id, key.behind(self.gate.clone()), reading))
    }

    /// The data key of this id, unwrapped. [`ErrorCode::KeyDestroyed`] when it was destroyed.
    pub async fn load(&self, conn: &mut Connection, id: DataKeyId) -> Result<Arc<DataKey>> {
        if let Err(away) = self.require_lease() {
            self.cache.forget_all();
            return Err(away);
        }
        if let Some(key) = self.cache.data_key(id) {
            return Ok(key);
        }
        let reading = self.cache.begin();
        // A rotation may move a version between the two tables while they are read one after the other.
        for _ in 0..READS {
            if let Some(key) = self.read(conn, id).await? {
                return Ok(self.cache.keep_data_key(id, key.behind(self.gate.clone()), reading));
            }
        }
        Err(ErrorCode::Overloaded.because("the versions of a data key change faster than they are read"))
    }

    /// The key with all its versions; nothing when they changed in between.
    async fn read(&self, conn: &mut Connection, id: DataKeyId) -> Result<Option<DataKey>> {
        let (wrapped, version, others, class): (Option<Vec<u8>>, i32, i32, ClassKeyRow) = data_keys::table
            .inner_join(class_keys::table)
            .filter(data_keys::id.eq(id))
            .select((data_keys::wrapped, data_keys::version, data_keys::other_versions, ClassKeyRow::as_select()))
            .first(conn)
            .await
            .or_not_found("data key")?;
        let wrapped = wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("data key"))?;
        let class_key = self.unwrap_class_key(class).await?;
        let key = class_key.unwrap_data_key(id.0, version_of(version)?, &wrapped)?;
        if others == 0 {
            return Ok(Some(key));
        }
        let versions = self.other_versions(conn, id).await?;
        let is_whole = i32::try_from(versions.len()) == Ok(others)
            && versions.iter().all(|other| other.version() != key.version());
        Ok(is_whole.then(|| key.with_versions(versions)))
    }

    /// The versions of a data key that open and do not seal.
    async fn other_versions(&self, conn: &mut Connection, id: DataKeyId) -> Result<Vec<DataKey>> {
        let rows: Vec<(i32, Option<Vec<u8>>, ClassKeyRow)> = data_key_versions::table
            .inner_join(class_keys::table)
            .filter(data_key_versions::data_key_id.eq(id))
            .filter(data_key_versions::wrapped.is_not_null())
            .select((data_key_versions::version, data_key_versions::wrapped, ClassKeyRow::as_select()))
            .load(conn)
            .await?;
        let mut keys = Vec::with_capacity(rows.len());
        for (version, wrapped, class) in rows {
            let Some(wrapped) = wrapped else { continue };
            let class_key = self.unwrap_class_key(class).await?;
            keys.push(class_key.unwrap_data_key(id.0, version_of(version)?, &wrapped)?);
        }
        Ok(keys)
    }

    /// The key that a whole scope shares this month, made when it is first asked for.
    pub async fn shared(&self, conn: &mut Connection, org: OrgId, scope: Scope, stamp: Stamp) -> Result<Arc<DataKey>> {
        let month = month_of(stamp.at);
        let find = shared_keys::table
            .filter(shared_keys::org_id.eq(org))
            .filter(shared_keys::scope.eq(scope.as_str()))
            .filter(shared_keys::month.eq(month.clone()))
            .select(shared_keys::data_key_id);
        if let Some(id) = find.clone().first::<DataKeyId>(conn).await.optional_row()? {
            return self.load(conn, id).await;
        }
        let key = self.create(conn, org, scope, stamp).await?;
        let added = diesel::insert_into(shared_keys::table)
            .values((
                shared_keys::org_id.eq(org),
                shared_keys::scope.eq(scope.as_str()),
                shared_keys::month.eq(month),
                shared_keys::data_key_id.eq(DataKeyId(key.id())),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if added == 1 {
            return Ok(key);
        }
        // Another transaction was first; its key is the shared one and ours stays unused.
        let id = find.first::<DataKeyId>(conn).await?;
        self.load(conn, id).await
    }

    /// Forgets keys as other nodes change them, until the listener is gone. Nothing is missed for longer than [`KeyStore::cache_age`].
    pub async fn follow_changes(&self, mut notices: Notices) {
        loop {
            match notices.next().await {
                Notice::Notified(id) => match id.parse() {
                    Ok(id) => self.cache.forget_data_key(id),
                    Err(_) => self.cache.forget_all(),
                },
                Notice::Missed => self.cache.forget_all(),
            }
        }
    }

    /// Tells every node, this one included, when the caller's transaction commits. Here the key is forgotten at once, so that the
    /// rest of this transaction does not use it either.
    async fn changed(&self, conn: &mut Connection, id: Option<DataKeyId>) -> Result<()> {
        match id {
            Some(id) => self.cache.forget_data_key(id),
            None => self.cache.forget_all(),
        }
        notify(conn, NOTIFY_CHANNEL, id.map(|id| id.to_string()).unwrap_or_default()).await
    }
}

fn month_of(at: DateTime<Utc>) -> String {
    at.format("%Y-%m").to_string()
}

fn version_column(version: u32) -> Result<i32> {
    i32::try_from(version).map_err(|e| ErrorCode::Internal.caused_by(e))
}

fn version_of(column: i32) -> Result<u32> {
    u32::try_from(column).map_err(|e| ErrorCode::DataAltered.caused_by(e))
}

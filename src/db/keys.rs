//! Stored keys: wrapped class keys, data keys and signing keys in PostgreSQL, and a bounded cache of unwrapped data keys.
//!
//! Tables: `class_keys`, `data_keys`, `shared_keys`, `signing_keys`. What always holds: a data key is wrapped by the class key of
//! its scope and the month it was made in; a destroyed key has no wrapped form left; an unwrapped key never leaves memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::error::{OptionalRow, RowResult};
use super::ids::{DataKeyId, OrgId, SigningKeyId};
use super::pool::Connection;
use super::schema::{class_keys, data_keys, shared_keys, signing_keys};
use crate::crypto::sm2::{PublicKey, SigningKey};
use crate::crypto::{Aad, ClassKey, DataKey, Keyring, WrappedKey};
use crate::error::{ErrorCode, Result};

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

/// Unwrapped data keys kept warm. Past this many the cache starts afresh, which costs one unwrap per key in use.
const CACHED_KEYS: usize = 10_000;

/// How long keys that are unwrapped already may be used after the provider of the root key was last seen ready. Nothing new is unwrapped or
/// made without it.
pub const KEY_LEASE: Duration = Duration::from_secs(600);

/// The program's view of its stored keys.
pub struct KeyStore {
    keyring: Keyring,
    cache: Mutex<HashMap<DataKeyId, Arc<DataKey>>>,
    lease: Duration,
    /// When the provider was last seen ready.
    seen: Mutex<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = class_keys, check_for_backend(diesel::pg::Pg))]
struct ClassKeyRow {
    id: Uuid,
    class: String,
    month: String,
    version: i32,
    wrapped: Option<Vec<u8>>,
}

impl ClassKeyRow {
    fn into_wrapped(self) -> Result<WrappedKey> {
        Ok(WrappedKey {
            id: self.id,
            version: u32::try_from(self.version).map_err(|e| ErrorCode::DataAltered.caused_by(e))?,
            class: self.class,
            month: self.month,
            wrapped: self.wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("class key"))?,
        })
    }
}

impl KeyStore {
    pub fn new(keyring: Keyring) -> Self {
        Self::with_lease(keyring, KEY_LEASE)
    }

    /// With another lease than [`KEY_LEASE`].
    pub fn with_lease(keyring: Keyring, lease: Duration) -> Self {
        Self { keyring, cache: Mutex::new(HashMap::new()), lease, seen: Mutex::new(Instant::now()) }
    }

    /// Asks the provider whether it is ready, and renews the lease if so. May block on a device. Errors: `KeyUnavailable`.
    pub fn renew_lease(&self) -> Result<()> {
        self.keyring.provider().ready()?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Ok(())
    }

    /// Errors: `KeyUnavailable` when the provider has been away for longer than its lease.
    pub fn require_lease(&self) -> Result<()> {
        if self.seen.lock().unwrap_or_else(PoisonError::into_inner).elapsed() <= self.lease {
            return Ok(());
        }
        // The program may have stood still, not the provider: one question settles it.
        self.renew_lease()
    }

    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Makes and stores a data key in the caller's transaction.
    pub async fn create(
        &self,
        conn: &mut Connection,
        org: OrgId,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<Arc<DataKey>> {
        let (class_id, class_key) = self.class_key(conn, scope, now).await?;
        let id = DataKeyId::fresh();
        let (key, wrapped) = class_key.generate_data_key(id.0)?;
        diesel::insert_into(data_keys::table)
            .values((
                data_keys::id.eq(id),
                data_keys::org_id.eq(org),
                data_keys::class_key_id.eq(class_id),
                data_keys::scope.eq(scope.as_str()),
                data_keys::version.eq(version_column(key.version())?),
                data_keys::wrapped.eq(wrapped),
                data_keys::state.eq("active"),
                data_keys::created_at.eq(now),
            ))
            .execute(conn)
            .await?;
        Ok(self.remember(id, key))
    }

    /// The data key of this id, unwrapped. [`ErrorCode::KeyDestroyed`] when it was destroyed.
    pub async fn load(&self, conn: &mut Connection, id: DataKeyId) -> Result<Arc<DataKey>> {
        if let Err(away) = self.require_lease() {
            self.forget_all();
            return Err(away);
        }
        if let Some(key) = self.cached(id) {
            return Ok(key);
        }
        let (wrapped, version, class): (Option<Vec<u8>>, i32, ClassKeyRow) = data_keys::table
            .inner_join(class_keys::table)
            .filter(data_keys::id.eq(id))
            .select((data_keys::wrapped, data_keys::version, ClassKeyRow::as_select()))
            .first(conn)
            .await
            .or_not_found("data key")?;
        let wrapped = wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("data key"))?;
        let version = u32::try_from(version).map_err(|e| ErrorCode::DataAltered.caused_by(e))?;
        let class_key = self.keyring.unwrap_class_key(&class.into_wrapped()?)?;
        let key = class_key.unwrap_data_key(id.0, version, &wrapped)?;
        Ok(self.remember(id, key))
    }

    /// The key that a whole scope shares this month, made when it is first asked for.
    pub async fn shared(
        &self,
        conn: &mut Connection,
        org: OrgId,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<Arc<DataKey>> {
        let month = month_of(now);
        let find = shared_keys::table
            .filter(shared_keys::org_id.eq(org))
            .filter(shared_keys::scope.eq(scope.as_str()))
            .filter(shared_keys::month.eq(month.clone()))
            .select(shared_keys::data_key_id);
        if let Some(id) = find.clone().first::<DataKeyId>(conn).await.optional_row()? {
            return self.load(conn, id).await;
        }
        let key = self.create(conn, org, scope, now).await?;
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

    /// Destroys a data key of this scope, and with it everything sealed under it; `false` when there is no such key. The scope has to be
    /// named, so that an id from the wrong place never destroys something else.
    pub async fn destroy(
        &self,
        conn: &mut Connection,
        id: DataKeyId,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let key = data_keys::table.filter(data_keys::id.eq(id)).filter(data_keys::scope.eq(scope.as_str()));
        let destroyed = diesel::update(key)
            .set((
                data_keys::wrapped.eq(None::<Vec<u8>>),
                data_keys::state.eq("destroyed"),
                data_keys::destroyed_at.eq(now),
            ))
            .execute(conn)
            .await?;
        if destroyed > 0
            && let Ok(mut cache) = self.cache.lock()
        {
            cache.remove(&id);
        }
        Ok(destroyed > 0)
    }

    /// The active signing key of this purpose, made when there is none. `org` is the organisation whose data key seals a new one.
    pub async fn signing_key(
        &self,
        conn: &mut Connection,
        org: OrgId,
        purpose: &str,
        now: DateTime<Utc>,
    ) -> Result<(SigningKeyId, SigningKey)> {
        if let Some(found) = self.active_signing_key(conn, purpose).await? {
            return Ok(found);
        }
        let id = SigningKeyId::fresh();
        let key = SigningKey::generate()?;
        let data_key = self.create(conn, org, Scope::Signing, now).await?;
        diesel::insert_into(signing_keys::table)
            .values((
                signing_keys::id.eq(id),
                signing_keys::data_key_id.eq(data_key.id()),
                signing_keys::purpose.eq(purpose),
                signing_keys::public_key.eq(key.public().to_bytes()),
                signing_keys::wrapped.eq(key.to_wrapped(&data_key, &signing_key_aad(id))?),
                signing_keys::state.eq("active"),
                signing_keys::created_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        // When another transaction was first, its key is the active one and ours was not added.
        let found = self.active_signing_key(conn, purpose).await?;
        found.ok_or_else(|| ErrorCode::KeyUnavailable.because("signing key"))
    }

    async fn active_signing_key(
        &self,
        conn: &mut Connection,
        purpose: &str,
    ) -> Result<Option<(SigningKeyId, SigningKey)>> {
        let row: Option<(SigningKeyId, DataKeyId, Option<Vec<u8>>)> = signing_keys::table
            .filter(signing_keys::purpose.eq(purpose))
            .filter(signing_keys::state.eq("active"))
            .select((signing_keys::id, signing_keys::data_key_id, signing_keys::wrapped))
            .first(conn)
            .await
            .optional_row()?;
        let Some((id, data_key, wrapped)) = row else { return Ok(None) };
        let wrapped = wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("signing key"))?;
        let data_key = self.load(conn, data_key).await?;
        Ok(Some((id, SigningKey::from_wrapped(&data_key, &signing_key_aad(id), &wrapped)?)))
    }

    /// The public half of a signing key, whatever its state.
    pub async fn public_key(&self, conn: &mut Connection, id: SigningKeyId) -> Result<Vec<u8>> {
        signing_keys::table.find(id).select(signing_keys::public_key).first(conn).await.or_not_found("signing key")
    }

    /// The public half of a signing key, proven to be ours: it belongs to the private half that is sealed beside it, which nobody can make
    /// without the root key. [`ErrorCode::DataAltered`] when it does not.
    pub async fn verifying_key(&self, conn: &mut Connection, id: SigningKeyId) -> Result<PublicKey> {
        let (data_key, wrapped, public): (DataKeyId, Option<Vec<u8>>, Vec<u8>) = signing_keys::table
            .find(id)
            .select((signing_keys::data_key_id, signing_keys::wrapped, signing_keys::public_key))
            .first(conn)
            .await
            .or_not_found("signing key")?;
        let wrapped = wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("signing key"))?;
        let data_key = self.load(conn, data_key).await?;
        let own = SigningKey::from_wrapped(&data_key, &signing_key_aad(id), &wrapped)?.public();
        if own.to_bytes() == public { Ok(own) } else { Err(ErrorCode::DataAltered.because("signing key")) }
    }

    async fn class_key(&self, conn: &mut Connection, scope: Scope, now: DateTime<Utc>) -> Result<(Uuid, ClassKey)> {
        let month = month_of(now);
        let find = class_keys::table
            .filter(class_keys::class.eq(scope.as_str()))
            .filter(class_keys::month.eq(month.clone()))
            .select(ClassKeyRow::as_select());
        let mut row = find.clone().first(conn).await.optional_row()?;
        if row.is_none() {
            let (_, made) = self.keyring.generate_class_key(scope.as_str(), &month)?;
            diesel::insert_into(class_keys::table)
                .values((
                    class_keys::id.eq(made.id),
                    class_keys::class.eq(made.class),
                    class_keys::month.eq(made.month),
                    class_keys::version.eq(version_column(made.version)?),
                    class_keys::wrapped.eq(made.wrapped),
                    class_keys::root_key_id.eq(self.keyring.provider().root_id().0),
                    class_keys::state.eq("active"),
                    class_keys::created_at.eq(now),
                ))
                .on_conflict_do_nothing()
                .execute(conn)
                .await?;
            row = find.first(conn).await.optional_row()?;
        }
        let row = row.ok_or_else(|| ErrorCode::KeyUnavailable.because("class key"))?;
        Ok((row.id, self.keyring.unwrap_class_key(&row.into_wrapped()?)?))
    }

    fn forget_all(&self) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn cached(&self, id: DataKeyId) -> Option<Arc<DataKey>> {
        self.cache.lock().ok()?.get(&id).cloned()
    }

    fn remember(&self, id: DataKeyId, key: DataKey) -> Arc<DataKey> {
        let key = Arc::new(key);
        if let Ok(mut cache) = self.cache.lock() {
            if cache.len() >= CACHED_KEYS {
                cache.clear();
            }
            cache.insert(id, Arc::clone(&key));
        }
        key
    }
}

fn month_of(now: DateTime<Utc>) -> String {
    now.format("%Y-%m").to_string()
}

/// Associated data of a sealed private key.
fn signing_key_aad(id: SigningKeyId) -> Aad<'static> {
    Aad { table: "signing_keys", column: "wrapped", row: id.0 }
}

fn version_column(version: u32) -> Result<i32> {
    i32::try_from(version).map_err(|e| ErrorCode::Internal.caused_by(e))
}

//! Class keys: one per scope and month, wrapped under the root key; and the secret behind all MAC keys, which is stored beside them.

use std::sync::Arc;

use chrono::{DateTime, Months, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{KeyStore, Scope, Stamp, month_of, version_column, version_of};
use crate::crypto::{ClassKey, Keyring, Provider, WrappedKey};
use crate::db::error::OptionalRow;
use crate::db::pool::Connection;
use crate::db::schema::{class_keys, root_keys};
use crate::error::{ErrorCode, Result};

/// The class under which the secret of the MAC keys is stored; it has no month.
const KEYRING: &str = "keyring";

#[derive(Queryable, Selectable)]
#[diesel(table_name = class_keys, check_for_backend(diesel::pg::Pg))]
pub(super) struct ClassKeyRow {
    pub id: Uuid,
    pub class: String,
    pub month: String,
    pub version: i32,
    pub wrapped: Option<Vec<u8>>,
}

impl ClassKeyRow {
    pub(super) fn into_wrapped(self) -> Result<WrappedKey> {
        Ok(WrappedKey {
            id: self.id,
            version: version_of(self.version)?,
            class: self.class,
            month: self.month,
            wrapped: self.wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("class key"))?,
        })
    }
}

/// The keyring of this installation on its provider: with the stored secret of its MAC keys, which is made and stored when there is none. Notes
/// which root key is active. In the caller's transaction.
pub async fn open_keyring(conn: &mut Connection, provider: Arc<dyn Provider>, stamp: Stamp) -> Result<Keyring> {
    note_root(conn, provider.as_ref(), stamp).await?;
    let find = class_keys::table.filter(class_keys::class.eq(KEYRING)).select(ClassKeyRow::as_select());
    if let Some(row) = find.first::<ClassKeyRow>(conn).await.optional_row()? {
        return Keyring::from_stored(provider, &row.into_wrapped()?);
    }
    let keyring = Keyring::from_provider(Arc::clone(&provider))?;
    insert(conn, keyring.wrap_derivation()?, &keyring, "active", stamp).await?;
    // When another node was first, its secret is the one.
    let row: ClassKeyRow = find.first(conn).await?;
    Keyring::from_stored(provider, &row.into_wrapped()?)
}

/// Writes down that the provider's root key is the active one, and that a former one only unwraps or, when the provider no longer has it, is
/// destroyed.
async fn note_root(conn: &mut Connection, provider: &dyn Provider, stamp: Stamp) -> Result<()> {
    let (id, version) = provider.root_id();
    let version = version_column(version)?;
    let active: Option<(Uuid, i32)> = root_keys::table
        .filter(root_keys::state.eq("active"))
        .select((root_keys::id, root_keys::version))
        .for_update()
        .first(conn)
        .await
        .optional_row()?;
    if active != Some((id, version)) {
        diesel::update(root_keys::table.filter(root_keys::state.eq("active")))
            .set((
                root_keys::state.eq("decrypt_only"),
                root_keys::retired_at.eq(stamp.at),
                root_keys::retired_by.eq(stamp.by),
            ))
            .execute(conn)
            .await?;
        diesel::insert_into(root_keys::table)
            .values((
                root_keys::id.eq(id),
                root_keys::version.eq(version),
                root_keys::provider.eq(provider.name()),
                root_keys::state.eq("active"),
                root_keys::activated_at.eq(stamp.at),
                root_keys::activated_by.eq(stamp.by),
            ))
            .on_conflict((root_keys::id, root_keys::version))
            .do_update()
            .set((
                root_keys::state.eq("active"),
                root_keys::activated_at.eq(stamp.at),
                root_keys::activated_by.eq(stamp.by),
                root_keys::retired_at.eq(None::<DateTime<Utc>>),
                root_keys::retired_by.eq(None::<Uuid>),
                root_keys::destroyed_at.eq(None::<DateTime<Utc>>),
                root_keys::destroyed_by.eq(None::<Uuid>),
            ))
            .execute(conn)
            .await?;
    }
    let here: Vec<(Uuid, u32)> = provider.roots();
    let former: Vec<(Uuid, i32)> = root_keys::table
        .filter(root_keys::state.eq("decrypt_only"))
        .select((root_keys::id, root_keys::version))
        .load(conn)
        .await?;
    for (id, version) in former {
        if here.contains(&(id, version_of(version)?)) {
            continue;
        }
        let wraps = class_keys::table
            .filter(class_keys::root_key_id.eq(id))
            .filter(class_keys::root_key_version.eq(version))
            .filter(class_keys::wrapped.is_not_null());
        if diesel::select(diesel::dsl::exists(wraps)).get_result::<bool>(conn).await? {
            return Err(ErrorCode::KeyUnavailable
                .because(format!("root key {id} v{version} still wraps class keys and is not here: bring it back")));
        }
        diesel::update(root_keys::table.find((id, version)))
            .set((
                root_keys::state.eq("destroyed"),
                root_keys::destroyed_at.eq(stamp.at),
                root_keys::destroyed_by.eq(stamp.by),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// How many stored keys are wrapped under this root key.
pub async fn class_keys_under(conn: &mut Connection, root: Uuid, version: u32) -> Result<u64> {
    let count: i64 = class_keys::table
        .filter(class_keys::root_key_id.eq(root))
        .filter(class_keys::root_key_version.eq(version_column(version)?))
        .filter(class_keys::wrapped.is_not_null())
        .count()
        .get_result(conn)
        .await?;
    u64::try_from(count).map_err(|e| ErrorCode::Internal.caused_by(e))
}

impl KeyStore {
    /// The class key that wraps new data keys of a scope now, made when there is none; the ones of months that have passed only unwrap from
    /// then on. Until the caller's transaction ends the key can neither be superseded nor destroyed, so that nothing is ever wrapped under
    /// one that is gone.
    pub(super) async fn sealing_class_key(
        &self,
        conn: &mut Connection,
        scope: Scope,
        stamp: Stamp,
    ) -> Result<(Uuid, ClassKey)> {
        let (class, month) = (scope.as_str(), month_of(stamp.at));
        let find = class_keys::table
            .filter(class_keys::class.eq(class))
            .filter(class_keys::month.eq(month.clone()))
            .filter(class_keys::state.eq("active"))
            .select(ClassKeyRow::as_select())
            .for_share();
        let mut row = find.clone().first(conn).await.optional_row()?;
        if row.is_none() {
            self.begin_month(conn, class, &month, stamp).await?;
            row = find.first(conn).await.optional_row()?;
        }
        let row = row.ok_or_else(|| ErrorCode::KeyUnavailable.because("class key"))?;
        Ok((row.id, self.unwrap_class_key(row).await?))
    }

    /// Activates the class key of a month that was cut beforehand, or cuts one; retires those of earlier months.
    async fn begin_month(&self, conn: &mut Connection, class: &str, month: &str, stamp: Stamp) -> Result<()> {
        let of_class = class_keys::table.filter(class_keys::class.eq(class.to_owned()));
        let waiting =
            of_class.clone().filter(class_keys::month.eq(month.to_owned())).filter(class_keys::state.eq("pre_active"));
        let activated = diesel::update(waiting)
            .set((
                class_keys::state.eq("active"),
                class_keys::activated_at.eq(stamp.at),
                class_keys::activated_by.eq(stamp.by),
            ))
            .execute(conn)
            .await?;
        if activated == 0 {
            let version = self.next_version(conn, class, month).await?;
            let made = self.generate_class_key(class, month, version).await?;
            insert(conn, made, &self.keyring, "active", stamp).await?;
        }
        diesel::update(of_class.filter(class_keys::month.lt(month.to_owned())).filter(class_keys::state.eq("active")))
            .set((
                class_keys::state.eq("decrypt_only"),
                class_keys::retired_at.eq(stamp.at),
                class_keys::retired_by.eq(stamp.by),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }

    /// Cuts next month's class keys of every scope, so that the change of month does not depend on the provider being there at that
    /// moment. Says how many were made.
    pub async fn prepare_next_month(&self, conn: &mut Connection, stamp: Stamp) -> Result<usize> {
        let next = stamp.at.checked_add_months(Months::new(1)).ok_or(ErrorCode::Internal)?;
        let month = month_of(next);
        let there: Vec<String> =
            class_keys::table.filter(class_keys::month.eq(month.clone())).select(class_keys::class).load(conn).await?;
        let mut made = 0;
        for scope in Scope::ALL {
            if !there.iter().any(|class| class == scope.as_str()) {
                let key = self.generate_class_key(scope.as_str(), &month, 1).await?;
                made += insert(conn, key, &self.keyring, "pre_active", stamp).await?;
            }
        }
        Ok(made)
    }

    /// A new class key, to be stored.
    pub(super) async fn generate_class_key(&self, class: &str, month: &str, version: u32) -> Result<WrappedKey> {
        let (class, month) = (class.to_owned(), month.to_owned());
        self.ask_provider(move |keyring| keyring.generate_class_key(&class, &month, version).map(|(_, stored)| stored))
            .await
    }

    /// Asks the provider for something. A device may keep us waiting, so never on an async worker.
    pub(super) async fn ask_provider<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Keyring) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let keyring = self.keyring.clone();
        match tokio::task::spawn_blocking(move || question(&keyring)).await {
            Ok(answer) => answer,
            Err(e) => Err(ErrorCode::Internal.caused_by(e).context("asking the provider of the root key")),
        }
    }

    pub(super) async fn next_version(&self, conn: &mut Connection, class: &str, month: &str) -> Result<u32> {
        let newest: Option<i32> = class_keys::table
            .filter(class_keys::class.eq(class))
            .filter(class_keys::month.eq(month))
            .select(diesel::dsl::max(class_keys::version))
            .first(conn)
            .await?;
        Ok(version_of(newest.unwrap_or(0))? + 1)
    }

    /// A class key, unwrapped by the provider unless it is in the cache.
    pub(super) async fn unwrap_class_key(&self, row: ClassKeyRow) -> Result<ClassKey> {
        if row.wrapped.is_some()
            && let Some(key) = self.cache.class_key(row.id)
        {
            return Ok(key);
        }
        let (id, reading) = (row.id, self.cache.begin());
        let wrapped = row.into_wrapped()?;
        let key = self.ask_provider(move |keyring| keyring.unwrap_class_key(&wrapped)).await?;
        self.cache.keep_class_key(id, &key, reading);
        Ok(key)
    }
}

/// Stores a class key; 0 when another transaction was first.
pub(super) async fn insert(
    conn: &mut Connection,
    key: WrappedKey,
    keyring: &Keyring,
    state: &str,
    stamp: Stamp,
) -> Result<usize> {
    let (root, root_version) = keyring.provider().root_id();
    let activated = (state == "active").then_some(stamp.at);
    let retired = (state == "decrypt_only").then_some(stamp.at);
    Ok(diesel::insert_into(class_keys::table)
        .values((
            class_keys::id.eq(key.id),
            class_keys::class.eq(key.class),
            class_keys::month.eq(key.month),
            class_keys::version.eq(version_column(key.version)?),
            class_keys::wrapped.eq(key.wrapped),
            class_keys::root_key_id.eq(root),
            class_keys::root_key_version.eq(version_column(root_version)?),
            class_keys::state.eq(state),
            class_keys::created_at.eq(stamp.at),
            class_keys::created_by.eq(stamp.by),
            class_keys::activated_at.eq(activated),
            class_keys::activated_by.eq(activated.and(stamp.by)),
            class_keys::retired_at.eq(retired),
            class_keys::retired_by.eq(retired.and(stamp.by)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?)
}

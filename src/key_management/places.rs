//! Where sealed values are, for a rotation that has to find every one of them.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use super::store;
use crate::crypto::{Aad, envelope_key_id};
use crate::db::catalogue::{self, Column};
use crate::db::ids::DataKeyId;
use crate::db::{Connection, KeyStore, SealedBytes};
use crate::error::{Error, ErrorCode, Result};
use crate::vault::Vault;

/// What a step through a place has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// The row it came to; none when the place is done.
    pub last: Option<Uuid>,
    /// Values that were sealed anew.
    pub values: i64,
}

/// Sealed values that lie one behind the other in the order of an id.
#[async_trait]
pub trait Place: Send + Sync {
    /// Its name in logs: `messages.body`, `vault/recordings`.
    fn name(&self) -> String;

    /// How many rows there are to look at, roughly.
    async fn rows(&self, conn: &mut Connection) -> Result<i64>;

    /// Looks at up to `limit` rows behind `after` and seals anew what is sealed under a former version of its key. What cannot be opened is
    /// left as it is and named in the log: it was destroyed or altered before.
    async fn rewrite(
        &self,
        conn: &mut Connection,
        keys: &KeyStore,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Rewritten>;
}

/// A column of the catalogue whose values are envelopes.
pub struct SealedColumn(Column);

/// Every sealed column whose values are rewritten.
pub fn sealed_columns() -> Vec<Arc<dyn Place>> {
    let sealed = catalogue::columns().iter().filter(|c| c.protection == "sm4" && c.is_rewritten);
    sealed.map(|column| Arc::new(SealedColumn(*column)) as Arc<dyn Place>).collect()
}

#[async_trait]
impl Place for SealedColumn {
    fn name(&self) -> String {
        format!("{}.{}", self.0.table, self.0.name)
    }

    async fn rows(&self, conn: &mut Connection) -> Result<i64> {
        store::estimated_rows(conn, self.0.table).await
    }

    async fn rewrite(
        &self,
        conn: &mut Connection,
        keys: &KeyStore,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Rewritten> {
        let Column { table, name, .. } = self.0;
        let values = store::sealed_values(conn, &self.0, after, limit).await?;
        let mut done = Rewritten { last: values.last().map(|value| value.bound_to), values: 0 };
        for value in values {
            let renewed = match renew(conn, keys, &Aad { table, column: name, row: value.bound_to }, &value.sealed)
                .await
            {
                Ok(renewed) => renewed,
                Err(e) if is_lost(&e) => {
                    tracing::warn!(table, column = name, row.id = %value.bound_to, code = e.code().code(), "a sealed value does not open");
                    continue;
                }
                Err(e) => return Err(e),
            };
            if let Some(renewed) = renewed {
                done.values += store::replace_value(conn, &self.0, &value, renewed).await?;
            }
        }
        Ok(done)
    }
}

/// The value under the version of its key that seals now; nothing when it is under that one already.
async fn renew(
    conn: &mut Connection,
    keys: &KeyStore,
    place: &Aad<'_>,
    sealed: &SealedBytes,
) -> Result<Option<SealedBytes>> {
    let (id, version) = envelope_key_id(sealed.as_ref())?;
    let key = keys.load(conn, DataKeyId(id)).await?;
    if key.version() == version {
        return Ok(None);
    }
    Ok(Some(key.seal(place, &key.open(place, sealed)?)?.into()))
}

fn is_lost(e: &Error) -> bool {
    matches!(e.code(), ErrorCode::KeyDestroyed | ErrorCode::DataAltered | ErrorCode::NotFound)
}

/// The files of a vault, each with the id of the row that names its key.
pub struct VaultFiles {
    vault: Vault,
    /// A table with the columns `id` and `data_key_id`.
    table: &'static str,
}

impl VaultFiles {
    pub fn new(vault: Vault, table: &'static str) -> Self {
        Self { vault, table }
    }
}

#[async_trait]
impl Place for VaultFiles {
    fn name(&self) -> String {
        format!("vault/{}", self.table)
    }

    async fn rows(&self, conn: &mut Connection) -> Result<i64> {
        store::estimated_rows(conn, self.table).await
    }

    async fn rewrite(
        &self,
        conn: &mut Connection,
        keys: &KeyStore,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Rewritten> {
        // A file is worth many values.
        let files = store::files(conn, self.table, after, (limit / 50).max(1)).await?;
        let mut done = Rewritten { last: files.last().map(|file| file.id), values: 0 };
        for file in files {
            let resealed = match keys.load(conn, DataKeyId(file.data_key_id)).await {
                Ok(key) => self.vault.reseal(file.id, &key).await,
                Err(e) => Err(e),
            };
            match resealed {
                Ok(true) => done.values += 1,
                Ok(false) => {}
                Err(e) if is_lost(&e) => {
                    tracing::warn!(table = self.table, file.id = %file.id, code = e.code().code(), "a sealed file does not open");
                }
                Err(e) => return Err(e),
            }
        }
        Ok(done)
    }
}

//! Signing keys: SM2 key pairs whose private half is sealed under a data key of its own.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{KeyStore, Scope, Stamp};
use crate::crypto::Aad;
use crate::crypto::sm2::{PublicKey, SigningKey};
use crate::db::error::{OptionalRow, RowResult};
use crate::db::ids::{DataKeyId, OrgId, SigningKeyId};
use crate::db::pool::Connection;
use crate::db::schema::signing_keys;
use crate::db::sealed::SealedBytes;
use crate::error::{ErrorCode, Result};

impl KeyStore {
    /// The active signing key of this purpose, made when there is none. `org` is the organisation whose data key seals a new one.
    pub async fn signing_key(
        &self,
        conn: &mut Connection,
        org: OrgId,
        purpose: &str,
        stamp: Stamp,
    ) -> Result<(SigningKeyId, SigningKey)> {
        if let Some(found) = self.active_signing_key(conn, purpose).await? {
            return Ok(found);
        }
        let id = SigningKeyId::fresh();
        let key = SigningKey::generate()?;
        let data_key = self.create(conn, org, Scope::Signing, stamp).await?;
        diesel::insert_into(signing_keys::table)
            .values((
                signing_keys::id.eq(id),
                signing_keys::data_key_id.eq(data_key.id()),
                signing_keys::purpose.eq(purpose),
                signing_keys::public_key.eq(key.public().to_bytes()),
                signing_keys::wrapped.eq(SealedBytes::from(key.to_wrapped(&data_key, &signing_key_aad(id))?)),
                signing_keys::state.eq("active"),
                signing_keys::created_at.eq(stamp.at),
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
        let row: Option<(SigningKeyId, DataKeyId, Option<SealedBytes>)> = signing_keys::table
            .filter(signing_keys::purpose.eq(purpose))
            .filter(signing_keys::state.eq("active"))
            .select((signing_keys::id, signing_keys::data_key_id, signing_keys::wrapped))
            .first(conn)
            .await
            .optional_row()?;
        let Some((id, data_key, wrapped)) = row else { return Ok(None) };
        let wrapped = wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("signing key"))?;
        let data_key = self.load(conn, data_key).await?;
        Ok(Some((id, SigningKey::from_wrapped(&data_key, &signing_key_aad(id), wrapped)?)))
    }

    /// The public half of a signing key, whatever its state.
    pub async fn public_key(&self, conn: &mut Connection, id: SigningKeyId) -> Result<Vec<u8>> {
        signing_keys::table.find(id).select(signing_keys::public_key).first(conn).await.or_not_found("signing key")
    }

    /// The public half of a signing key, proven to be ours: it belongs to the private half that is sealed beside it, which nobody can make
    /// without the root key. [`ErrorCode::DataAltered`] when it does not.
    pub async fn verifying_key(&self, conn: &mut Connection, id: SigningKeyId) -> Result<PublicKey> {
        let (data_key, wrapped, public): (DataKeyId, Option<SealedBytes>, Vec<u8>) = signing_keys::table
            .find(id)
            .select((signing_keys::data_key_id, signing_keys::wrapped, signing_keys::public_key))
            .first(conn)
            .await
            .or_not_found("signing key")?;
        let wrapped = wrapped.ok_or_else(|| ErrorCode::KeyDestroyed.because("signing key"))?;
        let data_key = self.load(conn, data_key).await?;
        let own = SigningKey::from_wrapped(&data_key, &signing_key_aad(id), wrapped)?.public();
        if own.to_bytes() == public { Ok(own) } else { Err(ErrorCode::DataAltered.because("signing key")) }
    }
}

/// Associated data of a sealed private key.
fn signing_key_aad(id: SigningKeyId) -> Aad<'static> {
    Aad { table: "signing_keys", column: "wrapped", row: id.0 }
}

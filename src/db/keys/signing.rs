//! Signing keys: SM2 key pairs whose private half is sealed under a data key of its own, or lies in the crypto devices.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{KeyStore, Scope, Stamp};
use crate::crypto::sm2::{PublicKey, SigningKey};
use crate::crypto::{Aad, DeviceSigning, Signatory};
use crate::db::error::{OptionalRow, RowResult};
use crate::db::ids::{DataKeyId, OrgId, SigningKeyId};
use crate::db::pool::Connection;
use crate::db::schema::signing_keys;
use crate::db::sealed::SealedBytes;
use crate::error::{ErrorCode, Result};

/// Where a private key is, as `signing_keys.held_in` has it.
const IN_DATABASE: &str = "database";
const IN_DEVICE: &str = "device";

impl KeyStore {
    /// Who signs for this purpose: the crypto devices where they have a key pair for it, otherwise a key of ours, made when there is none. `org` is the
    /// organisation whose data key seals what is stored of a new one. What another key has signed before stays verifiable.
    pub async fn signatory(
        &self,
        conn: &mut Connection,
        org: OrgId,
        purpose: &str,
        stamp: Stamp,
    ) -> Result<(SigningKeyId, Signatory)> {
        let device = self.keyring.provider().signing();
        if let Some(found) = self.active_signatory(conn, purpose, device.as_ref()).await? {
            return Ok(found);
        }
        let id = SigningKeyId::fresh();
        let (data_key, place) = (self.create(conn, org, Scope::Signing, stamp).await?, signing_key_aad(id));
        let (public, stored, held_in) = match &device {
            Some(device) => {
                let public = device.public()?;
                let sealed = data_key.seal(&place, &public.to_bytes())?;
                (public, sealed, IN_DEVICE)
            }
            None => {
                let key = SigningKey::generate()?;
                (key.public(), key.to_wrapped(&data_key, &place)?, IN_DATABASE)
            }
        };
        // The other holder's key, or the devices' former one, if there is any.
        diesel::update(signing_keys::table)
            .filter(signing_keys::purpose.eq(purpose))
            .filter(signing_keys::state.eq("active"))
            .filter(signing_keys::held_in.ne(held_in).or(signing_keys::held_in.eq(IN_DEVICE)))
            .filter(signing_keys::public_key.ne(public.to_bytes()))
            .set(signing_keys::state.eq("verify_only"))
            .execute(conn)
            .await?;
        diesel::insert_into(signing_keys::table)
            .values((
                signing_keys::id.eq(id),
                signing_keys::data_key_id.eq(data_key.id()),
                signing_keys::purpose.eq(purpose),
                signing_keys::public_key.eq(public.to_bytes()),
                signing_keys::wrapped.eq(SealedBytes::from(stored)),
                signing_keys::state.eq("active"),
                signing_keys::held_in.eq(held_in),
                signing_keys::created_at.eq(stamp.at),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        // When another transaction was first, its key is the active one and ours was not added.
        let found = self.active_signatory(conn, purpose, device.as_ref()).await?;
        found.ok_or_else(|| ErrorCode::KeyUnavailable.because("signing key"))
    }

    /// The active key of this purpose, if it is where keys are held now.
    async fn active_signatory(
        &self,
        conn: &mut Connection,
        purpose: &str,
        device: Option<&Arc<dyn DeviceSigning>>,
    ) -> Result<Option<(SigningKeyId, Signatory)>> {
        let row: Option<(SigningKeyId, DataKeyId, Option<SealedBytes>)> = signing_keys::table
            .filter(signing_keys::purpose.eq(purpose))
            .filter(signing_keys::state.eq("active"))
            .filter(signing_keys::held_in.eq(if device.is_some() { IN_DEVICE } else { IN_DATABASE }))
            .select((signing_keys::id, signing_keys::data_key_id, signing_keys::wrapped))
            .first(conn)
            .await
            .optional_row()?;
        let Some((id, data_key, stored)) = row else { return Ok(None) };
        let stored = stored.ok_or_else(|| ErrorCode::KeyDestroyed.because("signing key"))?;
        let data_key = self.load(conn, data_key).await?;
        match device {
            None => {
                Ok(Some((id, Signatory::Software(SigningKey::from_wrapped(&data_key, &signing_key_aad(id), stored)?))))
            }
            Some(device) => {
                let is_same = data_key.open(&signing_key_aad(id), &stored)?.as_slice() == device.public()?.to_bytes();
                Ok(is_same.then(|| (id, Signatory::Device(Arc::clone(device)))))
            }
        }
    }

    /// The public half of a signing key, whatever its state.
    pub async fn public_key(&self, conn: &mut Connection, id: SigningKeyId) -> Result<Vec<u8>> {
        signing_keys::table.find(id).select(signing_keys::public_key).first(conn).await.or_not_found("signing key")
    }

    /// The public half of a signing key, proven to be ours: it belongs to the private half that is sealed beside it, or is itself sealed there when the
    /// private half is in a device. Nobody can make either without the root key. [`ErrorCode::DataAltered`] when it does not.
    pub async fn verifying_key(&self, conn: &mut Connection, id: SigningKeyId) -> Result<PublicKey> {
        let (data_key, stored, public, held_in): (DataKeyId, Option<SealedBytes>, Vec<u8>, String) =
            signing_keys::table
                .find(id)
                .select((
                    signing_keys::data_key_id,
                    signing_keys::wrapped,
                    signing_keys::public_key,
                    signing_keys::held_in,
                ))
                .first(conn)
                .await
                .or_not_found("signing key")?;
        let stored = stored.ok_or_else(|| ErrorCode::KeyDestroyed.because("signing key"))?;
        let data_key = self.load(conn, data_key).await?;
        let opened = data_key.open(&signing_key_aad(id), &stored)?;
        // A private key is half as long as a public one, so neither passes for the other.
        let own = match held_in.as_str() {
            IN_DEVICE => PublicKey::from_bytes(&opened),
            _ => SigningKey::from_bytes(&opened).map(|key| key.public()),
        };
        match own {
            Ok(own) if own.to_bytes() == public => Ok(own),
            _ => Err(ErrorCode::DataAltered.because("signing key")),
        }
    }
}

/// Associated data of what is sealed of a key pair.
fn signing_key_aad(id: SigningKeyId) -> Aad<'static> {
    Aad { table: "signing_keys", column: "wrapped", row: id.0 }
}

//! Creating twice what was meant once: the `Idempotency-Key` header.
//!
//! Table: `idempotency_keys`. What always holds: within a day one caller's key stands for one thing; the same request under it again names
//! that thing, another request under it is refused with `request.idempotency_mismatch`; the key is written in the transaction that makes the thing, so neither
//! exists without the other, and of two requests at the same moment the second waits for the first.

mod store;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::TimeDelta;
use futures::future::{Ready, ready};
use serde::Serialize;
use uuid::Uuid;

use crate::audit::Action;
use crate::error::{Error, ErrorCode, Result};
use crate::transaction::Tx;

/// How long a key is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

/// The header `Idempotency-Key`: 8 to 64 letters, digits, `-` or `_`, or absent.
#[derive(Debug, Clone, Default)]
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    pub fn parse(text: &str) -> Result<Self> {
        let ok =
            (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if ok {
            Ok(Self(Some(text.to_owned())))
        } else {
            Err(ErrorCode::InvalidParameter.because("Idempotency-Key: 8 to 64 letters, digits, - or _"))
        }
    }

    /// Ties the key to `resource`, which the caller is about to make, or returns what was made under it before. `request` is everything that decides what is
    /// made; only a MAC over it is kept.
    pub async fn claim(
        &self,
        tx: &mut Tx,
        action: Action,
        request: &impl Serialize,
        resource: Uuid,
    ) -> Result<Option<Uuid>> {
        let Some(key) = &self.0 else { return Ok(None) };
        let actor = tx.caller().id.ok_or_else(|| ErrorCode::Internal.because("a key needs somebody whose it is"))?;
        let request = serde_json::to_vec(request).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        let mac_key = tx.keys().keyring().mac_key("idempotency");
        let fingerprint = mac_key.mac_parts(&[action.code().as_bytes(), b"\0", &request]).to_vec();
        let now = tx.now();
        store::forget(tx.conn(), actor, now - REMEMBERED).await?;
        if store::insert(tx.conn(), actor, key, &fingerprint, resource, now).await? {
            return Ok(None);
        }
        let (known, first) = store::find(tx.conn(), actor, key).await?;
        if known == fingerprint { Ok(Some(first)) } else { Err(ErrorCode::IdempotencyMismatch.into()) }
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        // A value that is not ASCII is refused like any other that is not a key.
        let value = req.headers().get("idempotency-key").map(|v| v.to_str().unwrap_or_default());
        ready(value.map_or_else(|| Ok(Self::default()), Self::parse))
    }
}

//! Proving the ledger: every record, seal and head is recomputed and every deviation is named by position or id.

mod walk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::sealer::{Round, Sealer};
use super::store::Ledger;
use super::store::seals;
use crate::db::ids::SigningKeyId;
use crate::db::{Db, KeyStore};
use crate::error::{ErrorCode, Result};
use walk::Walk;

/// How long to wait for a sealer in another process to seal what waits.
const WAIT_FOR_SEALER: Duration = Duration::from_secs(3);

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Failure {
    /// The place in the log, for what is sealed.
    pub position: Option<i64>,
    /// The record, where it is known.
    pub id: Option<Uuid>,
    pub what: String,
}

/// The newest signed head.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HeadReport {
    pub tree_size: i64,
    /// Hexadecimal, like the signature (DER).
    pub root: String,
    pub signed_at: DateTime<Utc>,
    pub key_id: SigningKeyId,
    pub signature: String,
    pub signature_ok: bool,
}

/// What a verification found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VerificationReport {
    pub ok: bool,
    /// Records whose MAC was recomputed.
    pub checked: u64,
    /// Seals that were walked.
    pub sealed: u64,
    /// Records that still wait for their seal.
    pub unsealed: u64,
    /// Leaves of the recomputed tree, and its root in hexadecimal.
    pub tree_size: u64,
    pub root: String,
    pub head: Option<HeadReport>,
    pub failures: Vec<Failure>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// Verifies the ledger of one database.
pub struct Verifier {
    db: Db,
    keys: Arc<KeyStore>,
    ledger: Ledger,
    sealer: Arc<Sealer>,
}

impl Verifier {
    pub fn new(db: Db, keys: Arc<KeyStore>, ledger: Ledger, sealer: Arc<Sealer>) -> Self {
        Self { db, keys, ledger, sealer }
    }

    /// Seals what waits, then walks the ledger, all of it or from the last head at or before position `from`. Records that wait, records
    /// that are listed nowhere and events without a record are looked for in the whole ledger either way. An error is returned only
    /// when the ledger cannot be read; what is wrong with it stands in the report.
    pub async fn verify(&self, from: Option<u64>) -> Result<VerificationReport> {
        let began = Instant::now();
        let mark = self.sealer.mark();
        let mut walk = Walk::new(self.ledger.clone());
        self.seal_first(&mut walk).await?;
        // A connection of its own: the walk may be long, and the pool is for people.
        let mut conn = self.db.dedicated().await?;
        seals::begin_snapshot(&mut conn).await?;
        walk.start(&mut conn, &self.keys, from).await?;
        walk.sealed(&mut conn, &self.keys).await?;
        walk.unsealed(&mut conn).await?;
        walk.unlisted(&mut conn).await?;
        walk.events(&mut conn).await?;
        walk.against_mark(&mut conn, mark).await?;
        let head = match seals::last_head(&mut conn).await? {
            None => None,
            Some(h) => Some(walk.report_head(&mut conn, &self.keys, h).await?),
        };
        seals::commit(&mut conn).await?;
        Ok(walk.report(head, u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)))
    }

    async fn seal_first(&self, walk: &mut Walk) -> Result<()> {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        let began = Instant::now();
        loop {
            ticks.tick().await;
            match self.sealer.seal_all().await {
                Ok(Round::NotHolder) => {
                    let mut conn = self.db.connection().await?;
                    let (waiting, _) = seals::waiting(&mut conn).await?;
                    if waiting == 0 || began.elapsed() > WAIT_FOR_SEALER {
                        return Ok(());
                    }
                }
                Ok(_) => return Ok(()),
                // The sealer refuses to go on from a log that was tampered with; the walk says where.
                Err(e)
                    if matches!(e.code(), ErrorCode::DataAltered | ErrorCode::NotFound | ErrorCode::KeyDestroyed) =>
                {
                    walk.fail(None, None, format!("the sealer has stopped: {}", e.detail()));
                    return Ok(());
                }
                Err(e) => return Err(e),
            }
        }
    }
}

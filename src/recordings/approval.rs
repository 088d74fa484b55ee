//! What an approved request to listen does.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::approvals::{Approval, Executor, Subject};
use crate::db::ids::RecordingId;
use crate::error::{ErrorCode, Result};
use crate::transaction::Tx;

use super::playback::PLAYBACK_APPROVAL;
use super::service::Recordings;
use super::store;

struct Playback(Recordings);

impl Recordings {
    /// Hearing a recording, as the approvals module knows it.
    pub fn playback_executor(&self) -> Arc<dyn Executor> {
        Arc::new(Playback(self.clone()))
    }
}

#[async_trait]
impl Executor for Playback {
    fn kind(&self) -> &'static str {
        PLAYBACK_APPROVAL
    }

    async fn check_request(&self, tx: &mut Tx, object_id: Uuid) -> Result<Subject> {
        let org = tx.caller().org_id;
        let row = store::find(tx.conn(), org, RecordingId(object_id)).await?;
        if let Some(customer) = row.customer_id {
            tx.customer(customer);
        }
        Ok(Subject { object_kind: "recording", title: row.call_id })
    }

    /// Grants the requester playback for as long as an approval lasts. Whoever is heard in a call does not decide on it.
    async fn execute(&self, tx: &mut Tx, approval: &Approval) -> Result<()> {
        let org = tx.caller().org_id;
        let row = store::find(tx.conn(), org, RecordingId(approval.object_id)).await?;
        if let Some(customer) = row.customer_id {
            tx.customer(customer);
        }
        if row.agent_id.is_some() && row.agent_id == approval.decided_by {
            return Err(ErrorCode::Forbidden.because("the agent in the recording does not decide on it"));
        }
        self.0.grant_for_approval(tx, row.id, approval.requester_id, approval.id).await?;
        Ok(())
    }
}

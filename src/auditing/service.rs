//! The auditor's use cases.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::csv;
use super::model::{AuditRecordView, Criteria, HeadView};
use crate::audit::{Action, AuditDraft, Object, RecordFilter, SealedRecord, VerificationReport, Verifier};
use crate::db::Connection;
use crate::db::ids::{AuditId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::identity::{Permission, Principal, person_by_login};
use crate::transaction::{Transactions, Tx};
use crate::web::{Cursor, Page, PageQuery};

/// Records read at a time for an export.
const EXPORT_PAGE: i64 = 500;

/// One page of records.
#[derive(Debug, Clone)]
pub struct RecordPage {
    pub items: Vec<AuditRecordView>,
    pub next_cursor: Option<String>,
    /// How many there are in all; at least this many where `total_exact` is false.
    pub total: i64,
    pub total_exact: bool,
}

/// The ledger, for those who look into it.
#[derive(Clone)]
pub struct Audit {
    transactions: Transactions,
    verifier: Arc<Verifier>,
}

impl Audit {
    pub fn new(transactions: Transactions, verifier: Verifier) -> Self {
        Self { transactions, verifier: Arc::new(verifier) }
    }

    /// Records that fit, newest first. The query itself is recorded first of all.
    pub async fn query(
        &self,
        principal: &Principal,
        criteria: Criteria,
        page: PageQuery,
        english: bool,
    ) -> Result<RecordPage> {
        let (who, service) = (principal.clone(), self.clone());
        let attempt = AuditDraft::new(Action::AuditQuery).detail("criteria", criteria.recorded());
        self.transactions
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AuditRead)?;
                let filter = filter_of(tx, who.org_id, &criteria).await?;
                let (limit, after) = (page.limit.rows(), page.cursor.map(|c| (c.at, c.id)));
                let ledger = service.transactions.ledger();
                let found = ledger.count(tx.conn(), who.org_id, &filter).await?;
                let rows = ledger.page(tx.conn(), who.org_id, &filter, after, limit + 1).await?;
                let Page { items, next_cursor } =
                    Page::cut(rows, limit, |r| Cursor { at: r.record.at, id: r.record.id.0 });
                tx.detail("total", found.total);
                tx.detail("shown", items.len());
                let items = service.views(tx.conn(), items, english).await?;
                Ok(RecordPage { items, next_cursor, total: found.total, total_exact: found.exact })
            })
            .await
    }

    /// One record.
    pub async fn read(&self, principal: &Principal, id: AuditId, english: bool) -> Result<AuditRecordView> {
        let (who, service) = (principal.clone(), self.clone());
        let attempt = AuditDraft::new(Action::AuditRead).on(Object::new("audit_record", id));
        self.transactions
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AuditRead)?;
                let row = service.transactions.ledger().one(tx.conn(), who.org_id, id).await?;
                let view = service.views(tx.conn(), vec![row], english).await?.pop();
                view.ok_or_else(|| ErrorCode::NotFound.because("audit record"))
            })
            .await
    }

    /// Begins an export: records it with its criteria and how many records it will hold. The records follow page by page.
    pub async fn export(&self, principal: &Principal, criteria: Criteria, english: bool) -> Result<Export> {
        let (who, service) = (principal.clone(), self.clone());
        let attempt =
            AuditDraft::new(Action::AuditExport).detail("format", "csv").detail("criteria", criteria.recorded());
        self.transactions
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::AuditRead)?;
                let mut filter = filter_of(tx, who.org_id, &criteria).await?;
                // What is recorded from now on, this export to begin with, is not part of it.
                let now = tx.now();
                filter.to = Some(filter.to.map_or(now, |to| to.min(now)));
                let ledger = service.transactions.ledger();
                let found = ledger.count(tx.conn(), who.org_id, &filter).await?;
                tx.detail("total", found.total);
                tx.detail("total_exact", found.exact);
                let service = service.clone();
                Ok(Export { service, org: who.org_id, filter, english, next: Next::Header })
            })
            .await
    }

    /// Signed heads, newest first; `below` continues where a page ended.
    pub async fn heads(&self, principal: &Principal, below: Option<i64>, limit: i64) -> Result<Vec<HeadView>> {
        let (who, service) = (principal.clone(), self.clone());
        self.transactions
            .perform(&principal.caller, AuditDraft::new(Action::AuditHeads), async move |tx| {
                who.require(Permission::AuditRead)?;
                let heads = service.transactions.ledger().heads(tx.conn(), below.unwrap_or(i64::MAX), limit).await?;
                let mut out = Vec::with_capacity(heads.len());
                for head in heads {
                    let public = service.transactions.keys().public_key(tx.conn(), head.signing_key_id).await?;
                    out.push(HeadView {
                        tree_size: head.tree_size,
                        root: hex::encode(&head.root_hash),
                        signed_at: head.signed_at,
                        key_id: head.signing_key_id,
                        public_key: hex::encode(public),
                        signature: hex::encode(&head.signature),
                        signed: hex::encode(head.signed_bytes()),
                    });
                }
                Ok(out)
            })
            .await
    }

    /// Verifies the ledger, all of it or from the last head at or before a position.
    pub async fn verify(&self, principal: &Principal, from: Option<u64>) -> Result<VerificationReport> {
        let (who, verifier) = (principal.clone(), Arc::clone(&self.verifier));
        self.transactions
            .perform(&principal.caller, AuditDraft::new(Action::AuditVerify), async move |tx| {
                who.require(Permission::AuditRead)?;
                verify_in(tx, &verifier, from).await
            })
            .await
    }

    async fn views(
        &self,
        conn: &mut Connection,
        rows: Vec<SealedRecord>,
        english: bool,
    ) -> Result<Vec<AuditRecordView>> {
        let ledger = self.transactions.ledger();
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let reason = match ledger.reason(conn, &row.record).await {
                Ok(reason) => reason,
                // An altered or destroyed reason hides neither its record nor the others; the record is shown as not authentic.
                Err(e)
                    if matches!(e.code(), ErrorCode::DataAltered | ErrorCode::KeyDestroyed | ErrorCode::NotFound) =>
                {
                    None
                }
                Err(e) => return Err(e),
            };
            let is_mac_right = ledger.is_authentic(&row.record);
            out.push(AuditRecordView::of(row, is_mac_right, reason, english));
        }
        Ok(out)
    }
}

async fn verify_in(tx: &mut Tx, verifier: &Verifier, from: Option<u64>) -> Result<VerificationReport> {
    let report = verifier.verify(from).await?;
    if let Some(from) = from {
        tx.detail("from", from);
    }
    tx.detail("ok", report.ok);
    tx.detail("checked", report.checked);
    tx.detail("tree_size", report.tree_size);
    tx.detail("root", report.root.clone());
    tx.detail("failures", report.failures.len());
    Ok(report)
}

enum Next {
    Header,
    After(Option<(DateTime<Utc>, Uuid)>),
    Nothing,
}

/// An export under way. It was recorded when it began.
pub struct Export {
    service: Audit,
    org: OrgId,
    filter: RecordFilter,
    english: bool,
    next: Next,
}

impl Export {
    /// The next piece of the file; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<String>> {
        let after = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Header => {
                self.next = Next::After(None);
                return Ok(Some(csv::header(self.english)));
            }
            Next::After(after) => after,
            Next::Nothing => return Ok(None),
        };
        let mut conn = self.service.transactions.db().connection().await?;
        let ledger = self.service.transactions.ledger();
        let rows = ledger.page(&mut conn, self.org, &self.filter, after, EXPORT_PAGE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        if i64::try_from(rows.len()).is_ok_and(|n| n == EXPORT_PAGE) {
            self.next = Next::After(Some((last.record.at, last.record.id.0)));
        }
        let mut out = String::new();
        for view in self.service.views(&mut conn, rows, self.english).await? {
            csv::row(&mut out, &view);
        }
        Ok(Some(out))
    }
}

/// The filter of these criteria. Who acted may be named by login as well as by id or by name: people know logins.
async fn filter_of(tx: &mut Tx, org: OrgId, criteria: &Criteria) -> Result<RecordFilter> {
    let mut filter = criteria.filter()?;
    if let Some(login) = filter.actor_name.clone()
        && let Some(person) = person_by_login(tx.conn(), org, &login).await?
    {
        filter.actor_name = None;
        filter.actor_id = Some(person.id.0);
    }
    Ok(filter)
}

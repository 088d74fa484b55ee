//! Asking, deciding, expiring, listing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::model::{Approval, ApprovalEvent, ApprovalState, ApprovalView, Decision, ObjectView};
use super::store::{self, ApprovalRow};
use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::crypto::{Aad, envelope_key_id};
use crate::db::ids::{AccountId, ApprovalId, DataKeyId, OrgId};
use crate::db::{Scope, SealedBytes};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{EventDraft, Topic};
use crate::identity::{self, Permission, Person, Principal};
use crate::transaction::{Transactions, Tx};
use crate::web::{Cursor, Page, PageQuery};

/// How long a request waits for a decision.
const VALID_FOR: TimeDelta = TimeDelta::hours(24);
/// How often overdue requests are looked for.
const EXPIRE_EVERY: Duration = Duration::from_secs(30);
/// Overdue requests expired at a time.
const BATCH: i64 = 100;
/// Characters of a reason and of a comment.
const LEAST_REASON: usize = 5;
const MOST_TEXT: usize = 500;

/// What an approval is asked for.
#[derive(Debug, Clone)]
pub struct Subject {
    /// What kind of thing, as in audit records: `recording`.
    pub object_kind: &'static str,
    /// How staff know it: a number, a call id. Never content.
    pub title: String,
}

/// One kind of two-person act. The module that owns the act gives it; everything runs in the transaction of the request or decision.
#[async_trait]
pub trait Executor: Send + Sync {
    /// For example `recording.playback`.
    fn kind(&self) -> &'static str;

    /// Whether this may be asked for by the caller of the transaction, and what it is.
    async fn check_request(&self, tx: &mut Tx, object_id: Uuid) -> Result<Subject>;

    /// Does what was asked for. The decider stands in the approval; an error undoes the decision too.
    async fn execute(&self, tx: &mut Tx, approval: &Approval) -> Result<()>;
}

/// A request to be made.
#[derive(Debug, Clone)]
pub struct NewRequest {
    pub kind: String,
    pub object_id: Uuid,
    pub reason: String,
}

/// Which approvals to list.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub state: Option<ApprovalState>,
    /// Only one's own requests.
    pub mine: bool,
    pub page: PageQuery,
}

/// The approvals of all kinds.
#[derive(Clone)]
pub struct Approvals {
    transactions: Transactions,
    executors: Arc<HashMap<&'static str, Arc<dyn Executor>>>,
}

impl Approvals {
    pub fn new(transactions: Transactions, executors: Vec<Arc<dyn Executor>>) -> Self {
        let executors = executors.into_iter().map(|e| (e.kind(), e)).collect();
        Self { transactions, executors: Arc::new(executors) }
    }

    /// Asks for something. [`ErrorCode::Conflict`] when the same person waits for the same already.
    pub async fn request(&self, principal: &Principal, new: NewRequest) -> Result<ApprovalView> {
        let (who, service) = (principal.clone(), self.clone());
        let id = ApprovalId::fresh();
        let attempt = AuditDraft::new(Action::ApprovalRequest).on(Object::new("approval", id));
        self.transactions
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::ApprovalRequest)?;
                let reason = text(&new.reason, LEAST_REASON, "reason")?;
                let executor = service.executor(&new.kind)?;
                tx.detail("kind", executor.kind());
                tx.detail("object_id", new.object_id.to_string());
                let subject = executor.check_request(tx, new.object_id).await?;
                let now = tx.now();
                for row in store::overdue_of(tx.conn(), who.account_id, executor.kind(), new.object_id, now).await? {
                    expire(tx, row).await?;
                }
                let key = tx.shared_key(Scope::Approval).await?;
                let row = ApprovalRow {
                    id,
                    org_id: who.org_id,
                    kind: executor.kind().to_owned(),
                    object_kind: subject.object_kind.to_owned(),
                    object_id: new.object_id,
                    object_label: subject.title,
                    reason: key.seal(&aad("reason", id), reason.as_bytes())?.into(),
                    requester_id: who.account_id,
                    state: ApprovalState::Pending.as_str().to_owned(),
                    decided_by: None,
                    decided_at: None,
                    comment: None,
                    expires_at: now + VALID_FOR,
                    created_at: now,
                    executed_at: None,
                };
                if !store::insert(tx.conn(), &row).await? {
                    return Err(ErrorCode::Conflict.because("the same request waits for a decision already"));
                }
                tx.approval(id);
                tx.reason(reason);
                publish(tx, "approval.requested", &row.approval()?).await?;
                one_view(tx, who.org_id, id).await
            })
            .await
    }

    /// Decides on somebody else's request and, on a yes, does what was asked for in the same transaction.
    pub async fn decide(
        &self,
        principal: &Principal,
        id: ApprovalId,
        decision: Decision,
        comment: Option<String>,
    ) -> Result<ApprovalView> {
        let (who, service) = (principal.clone(), self.clone());
        let attempt = AuditDraft::new(Action::ApprovalDecide).on(Object::new("approval", id));
        self.transactions
            .perform(&principal.caller, attempt, async move |tx| {
                who.require(Permission::ApprovalDecide)?;
                let comment = comment.filter(|c| !c.trim().is_empty()).map(|c| text(&c, 1, "comment")).transpose()?;
                let mut approval = store::lock(tx.conn(), who.org_id, id).await?.approval()?;
                tx.approval(id);
                tx.detail("kind", approval.kind.clone());
                tx.detail("object_id", approval.object_id.to_string());
                tx.detail("requester_id", approval.requester_id.to_string());
                let now = tx.now();
                approval.check_decider(who.account_id, now)?;
                approval.decided_by = Some(who.account_id);
                approval.decided_at = Some(now);
                match decision {
                    Decision::Reject => approval.become_(ApprovalState::Rejected)?,
                    Decision::Approve => {
                        approval.become_(ApprovalState::Approved)?;
                        service.executor(&approval.kind)?.execute(tx, &approval).await?;
                        approval.become_(ApprovalState::Executed)?;
                        approval.executed_at = Some(now);
                    }
                }
                tx.detail("state", approval.state.as_str());
                let sealed = match &comment {
                    None => None,
                    Some(comment) => {
                        let key = tx.shared_key(Scope::Approval).await?;
                        Some(key.seal(&aad("comment", id), comment.as_bytes())?.into())
                    }
                };
                store::update(tx.conn(), &approval, sealed).await?;
                if let Some(comment) = comment {
                    tx.reason(comment);
                }
                publish(tx, "approval.decided", &approval).await?;
                one_view(tx, who.org_id, id).await
            })
            .await
    }

    /// The inbox: everything of the organisation for those who decide, one's own requests for others, newest first.
    pub async fn list(&self, principal: &Principal, filter: ListFilter) -> Result<Page<ApprovalView>> {
        let who = principal.clone();
        self.transactions
            .perform(&principal.caller, AuditDraft::new(Action::ApprovalList), async move |tx| {
                let decides = who.may(Permission::ApprovalDecide);
                who.require(if decides { Permission::ApprovalDecide } else { Permission::ApprovalRequest })?;
                let (limit, after) = (filter.page.limit.rows(), filter.page.cursor.map(|c| (c.at, c.id)));
                let requester = (filter.mine || !decides).then_some(who.account_id);
                let rows = store::page(tx.conn(), who.org_id, requester, filter.state, after, limit + 1).await?;
                let page = Page::cut(rows, limit, |r| Cursor { at: r.created_at, id: r.id.0 });
                tx.detail("count", page.items.len());
                let Page { items, next_cursor } = page;
                Ok(Page { items: views(tx, items).await?, next_cursor })
            })
            .await
    }

    /// Expires what nobody decided in time; returns how many.
    pub async fn expire_due(&self) -> Result<usize> {
        let due = {
            let mut conn = self.transactions.db().connection().await?;
            store::overdue(&mut conn, self.transactions.now(), BATCH).await?
        };
        for (org, id) in &due {
            let (org, id) = (*org, *id);
            let attempt = AuditDraft::new(Action::ApprovalExpire).on(Object::new("approval", id));
            let system = Caller::system(org, "approvals");
            let expired = self
                .transactions
                .perform(&system, attempt, async move |tx| {
                    let row = store::lock(tx.conn(), org, id).await?;
                    tx.approval(id);
                    expire(tx, row).await
                })
                .await;
            match expired {
                // Somebody decided in the very last moment.
                Err(e) if e.code() == ErrorCode::TransitionNotAllowed => {}
                other => other?,
            }
        }
        Ok(due.len())
    }

    /// Expires what is due, again and again, until told to stop.
    pub async fn expire_until(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(EXPIRE_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(e) = self.expire_due().await {
                tracing::warn!(error = ?e, "overdue approvals could not be expired");
            }
        }
    }

    fn executor(&self, kind: &str) -> Result<Arc<dyn Executor>> {
        self.executors.get(kind).cloned().ok_or_else(|| ErrorCode::InvalidParameter.because("kind"))
    }
}

async fn expire(tx: &mut Tx, row: ApprovalRow) -> Result<()> {
    let mut approval = row.approval()?;
    approval.become_(ApprovalState::Expired)?;
    store::update(tx.conn(), &approval, row.comment).await?;
    publish(tx, "approval.decided", &approval).await
}

async fn publish(tx: &mut Tx, kind: &'static str, approval: &Approval) -> Result<()> {
    let key = tx.shared_key(Scope::Event).await?;
    let event = EventDraft::new(Topic::Approvals, kind, "approval", approval.id, &ApprovalEvent::from(approval))?;
    tx.publish(&event, &key).await.map(|_| ())
}

async fn one_view(tx: &mut Tx, org: OrgId, id: ApprovalId) -> Result<ApprovalView> {
    let row = store::get(tx.conn(), org, id).await?;
    let view = views(tx, vec![row]).await?.pop();
    view.ok_or_else(|| ErrorCode::NotFound.because("approval"))
}

async fn views(tx: &mut Tx, rows: Vec<ApprovalRow>) -> Result<Vec<ApprovalView>> {
    let mut ids: Vec<AccountId> = rows.iter().map(|r| r.requester_id).collect();
    ids.extend(rows.iter().filter_map(|r| r.decided_by));
    let people = identity::people(tx.conn(), &ids).await?;
    // An account is never removed, so a missing name is only ever a fault of the database.
    let person = |id: AccountId| people.get(&id).cloned().unwrap_or_else(|| Person { id, display_name: String::new() });
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let approval = row.approval()?;
        out.push(ApprovalView {
            id: row.id,
            kind: row.kind,
            object: ObjectView { kind: row.object_kind, id: row.object_id, title: row.object_label },
            reason: open(tx, "reason", row.id, &row.reason).await?,
            requester: person(row.requester_id),
            state: approval.state,
            decided_by: row.decided_by.map(person),
            decided_at: row.decided_at,
            comment: match &row.comment {
                None => None,
                Some(sealed) => Some(open(tx, "comment", row.id, sealed).await?),
            },
            expires_at: row.expires_at,
            created_at: row.created_at,
        });
    }
    Ok(out)
}

async fn open(tx: &mut Tx, column: &'static str, id: ApprovalId, sealed: &SealedBytes) -> Result<String> {
    let (key, _) = envelope_key_id(sealed.as_ref())?;
    let key = tx.load_key(DataKeyId(key)).await?;
    let plain = key.open(&aad(column, id), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|e| ErrorCode::DataAltered.caused_by(e))?;
    Ok(text.to_owned())
}

fn aad(column: &'static str, id: ApprovalId) -> Aad<'static> {
    Aad { table: "approvals", column, row: id.0 }
}

/// What a person typed, without the spaces around it and of a length that says something.
fn text(typed: &str, least: usize, what: &'static str) -> Result<String> {
    let typed = typed.trim();
    let is_control = |c: char| c.is_control() && c != '\n';
    if !(least..=MOST_TEXT).contains(&typed.chars().count()) || typed.chars().any(is_control) {
        return Err(ErrorCode::InvalidParameter.because(format!("{what}: {least} to {MOST_TEXT} characters")));
    }
    Ok(typed.to_owned())
}

//! Promise one, in one place: state, audit record and events commit together or not at all.
//!
//! Every use case of every noun runs inside [`Transactions::perform`]. It opens the transaction, hands a [`Tx`] to the use case, writes
//! the audit record of the act as the last statement and commits. When the use case fails, everything is rolled back and the refusal
//! itself is recorded in a transaction of its own. A read of personal data goes the same way: what cannot be audited is not shown.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel_async::{AsyncConnection, TransactionManager};
use serde_json::Value;

use crate::audit::{AuditDraft, Caller, Ledger, Object, Outcome};
use crate::crypto::DataKey;
use crate::crypto::Signatory;
use crate::crypto::sm2::PublicKey;
use crate::db::ids::{ApprovalId, AuditId, CustomerId, DataKeyId, EventId, JobId, SigningKeyId};
use crate::db::{Clock, Connection, Db, KeyStore, PooledConnection, Scope, Stamp};
use crate::error::{Error, ErrorCode, Result};
use crate::eventlog::{EventDraft, Outbox};
use crate::jobs::{self, NewJob};

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// An async closure over a borrowed [`Tx`] whose future is `Send`. The bound cannot be written on `AsyncFnOnce` alone yet.
pub trait UseCase<T, R>: AsyncFnOnce(T) -> R + FnOnce(T) -> <Self as UseCase<T, R>>::Fut {
    type Fut: Future<Output = R>;
}

impl<F, T, Fut, R> UseCase<T, R> for F
where
    F: AsyncFnOnce(T) -> R + FnOnce(T) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

/// What every service stands on.
#[derive(Clone)]
pub struct Transactions(Arc<Parts>);

struct Parts {
    db: Db,
    keys: Arc<KeyStore>,
    ledger: Ledger,
    outbox: Outbox,
    clock: Clock,
}

impl Transactions {
    pub fn new(db: Db, keys: Arc<KeyStore>, ledger: Ledger, outbox: Outbox, clock: Clock) -> Self {
        Self(Arc::new(Parts { db, keys, ledger, outbox, clock }))
    }

    pub fn db(&self) -> &Db {
        &self.0.db
    }

    pub fn keys(&self) -> &Arc<KeyStore> {
        &self.0.keys
    }

    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Runs one use case. `attempt` says what is being tried and on what, so that a refusal can be recorded even if the use case never got
    /// as far as finding its object; the use case may complete it through the [`Tx`].
    pub async fn perform<R, F>(&self, caller: &Caller, attempt: AuditDraft, use_case: F) -> Result<R>
    where
        for<'r> F: AsyncFnOnce(&'r mut Tx) -> Result<R> + UseCase<&'r mut Tx, Result<R>, Fut: Send> + Send,
        R: Send,
    {
        let connection = self.0.db.connection().await?;
        let mut tx =
            Tx { connection, parts: Arc::clone(&self.0), caller: caller.clone(), draft: attempt, now: self.now() };
        Manager::begin_transaction(&mut *tx.connection).await?;
        let done = match use_case(&mut tx).await {
            Ok(value) => tx.commit(Outcome::Success, None).await.map(|()| value),
            Err(e) => Err(e),
        };
        match done {
            Ok(value) => Ok(value),
            Err(e) => {
                self.record_refusal(tx, &e).await;
                Err(e)
            }
        }
    }

    /// Says no and writes that down, together with what the refusal itself changes (a count of failures, a lock), in one transaction: where a
    /// refusal found by [`Transactions::perform`] leaves nothing behind but its record, this one leaves `consequence` too. Returns the
    /// error to answer with: `error`, or what kept it from being recorded.
    pub async fn refuse<F>(&self, caller: &Caller, attempt: AuditDraft, error: Error, consequence: F) -> Error
    where
        for<'r> F: AsyncFnOnce(&'r mut Tx) -> Result<()> + UseCase<&'r mut Tx, Result<()>, Fut: Send> + Send,
    {
        let code = error.code();
        let recorded = async {
            let connection = self.0.db.connection().await?;
            let mut tx =
                Tx { connection, parts: Arc::clone(&self.0), caller: caller.clone(), draft: attempt, now: self.now() };
            Manager::begin_transaction(&mut *tx.connection).await?;
            let done = match consequence(&mut tx).await {
                Ok(()) => tx.commit(Outcome::of(code), Some(code)).await,
                Err(e) => Err(e),
            };
            if done.is_err()
                && let Err(e) = Manager::rollback_transaction(&mut *tx.connection).await
            {
                tracing::warn!(error = %e, "rolling back failed; the connection is dropped");
            }
            done
        };
        match recorded.await {
            Ok(()) => error,
            Err(e) => e,
        }
    }

    /// Rolls back and writes down that it was refused, in a transaction of its own. When even that fails the error stands as it is: nothing was
    /// done, nothing is shown.
    async fn record_refusal(&self, mut tx: Tx, error: &Error) {
        if let Err(e) = Manager::rollback_transaction(&mut *tx.connection).await {
            tracing::warn!(error = %e, "rolling back failed; the connection is dropped");
            return;
        }
        let (draft, caller, now) = (tx.draft.clone(), tx.caller.clone(), self.now());
        let recorded = async {
            Manager::begin_transaction(&mut *tx.connection).await?;
            let code = error.code();
            self.0.ledger.record(&mut tx.connection, &caller, draft, Outcome::of(code), Some(code), now).await?;
            Manager::commit_transaction(&mut *tx.connection).await?;
            Ok::<_, Error>(())
        };
        if let Err(e) = recorded.await {
            tracing::error!(error = ?e, "a refusal could not be recorded");
        }
    }
}

/// One open transaction of one use case.
pub struct Tx {
    connection: PooledConnection,
    parts: Arc<Parts>,
    caller: Caller,
    draft: AuditDraft,
    now: DateTime<Utc>,
}

impl Tx {
    /// The connection, for a store.
    pub fn conn(&mut self) -> &mut Connection {
        &mut self.connection
    }

    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The time of this act: the same for row, record and events.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub fn keys(&self) -> &KeyStore {
        &self.parts.keys
    }

    /// Both at once, for what reads and opens in one go.
    pub fn conn_and_keys(&mut self) -> (&mut Connection, &KeyStore) {
        (&mut self.connection, &self.parts.keys)
    }

    /// The id that this act's audit record will have.
    pub fn audit_id(&self) -> AuditId {
        self.draft.id
    }

    /// Says what is acted on, once it is known.
    pub fn on(&mut self, object: Object) {
        self.draft.object = Some(object);
    }

    pub fn customer(&mut self, id: CustomerId) {
        self.draft.customer = Some(id);
    }

    pub fn approval(&mut self, id: ApprovalId) {
        self.draft.approval = Some(id);
    }

    /// Free text that a person gave as the reason; stored sealed.
    pub fn reason(&mut self, text: impl Into<String>) {
        self.draft.reason = Some(text.into());
    }

    /// A count, state, digest or criterion for the record: never content or personal data in clear.
    pub fn detail(&mut self, key: &str, value: impl Into<Value>) {
        self.draft.detail.insert(key.to_owned(), value.into());
    }

    /// Now, and who acts: what is written of every change of a key.
    pub fn stamp(&self) -> Stamp {
        Stamp { at: self.now, by: self.caller.id }
    }

    pub async fn create_key(&mut self, scope: Scope) -> Result<Arc<DataKey>> {
        let stamp = self.stamp();
        self.parts.keys.create(&mut self.connection, self.caller.org_id, scope, stamp).await
    }

    pub async fn load_key(&mut self, id: DataKeyId) -> Result<Arc<DataKey>> {
        self.parts.keys.load(&mut self.connection, id).await
    }

    /// As [`Tx::load_key`], for lists: nothing when the key was destroyed, because one destroyed row hides no other.
    pub async fn load_key_unless_destroyed(&mut self, id: DataKeyId) -> Result<Option<Arc<DataKey>>> {
        match self.load_key(id).await {
            Ok(key) => Ok(Some(key)),
            Err(e) if e.code() == ErrorCode::KeyDestroyed => Ok(None),
            Err(e) => Err(e),
        }
    }

    pub async fn shared_key(&mut self, scope: Scope) -> Result<Arc<DataKey>> {
        let stamp = self.stamp();
        self.parts.keys.shared(&mut self.connection, self.caller.org_id, scope, stamp).await
    }

    /// Destroys a data key of this scope, and with it everything sealed under it; `false` when none such is alive.
    pub async fn destroy_key(&mut self, id: DataKeyId, scope: Scope) -> Result<bool> {
        let stamp = self.stamp();
        self.parts.keys.destroy(&mut self.connection, id, scope, stamp).await
    }

    /// Who signs for this purpose.
    pub async fn signatory(&mut self, purpose: &'static str) -> Result<(SigningKeyId, Signatory)> {
        let stamp = self.stamp();
        self.parts.keys.signatory(&mut self.connection, self.caller.org_id, purpose, stamp).await
    }

    /// The public half of a signing key, whatever its state.
    pub async fn public_key(&mut self, id: SigningKeyId) -> Result<PublicKey> {
        PublicKey::from_bytes(&self.parts.keys.public_key(&mut self.connection, id).await?)
    }

    /// Writes an event that commits with this act and names its audit record. `key` is the aggregate's data key.
    pub async fn publish(&mut self, event: &EventDraft, key: &DataKey) -> Result<EventId> {
        let Self { connection, parts, caller, draft, now } = self;
        parts.outbox.append(connection, caller.org_id, event, draft.id, key, *now).await
    }

    /// Queues background work that exists only if this act commits.
    pub async fn enqueue(&mut self, job: NewJob) -> Result<Option<JobId>> {
        jobs::enqueue(&mut self.connection, job, self.now).await
    }

    /// Writes the record of a further act that follows from this one and commits with it, for example the end of an older session at a
    /// sign-in.
    pub async fn record_also(&mut self, draft: AuditDraft) -> Result<AuditId> {
        let Self { connection, parts, caller, now, .. } = self;
        parts.ledger.record(connection, caller, draft, Outcome::Success, None, *now).await.map_err(unrecorded)
    }

    async fn commit(&mut self, outcome: Outcome, code: Option<ErrorCode>) -> Result<()> {
        let Self { connection, parts, caller, draft, now } = self;
        parts.ledger.record(connection, caller, draft.clone(), outcome, code, *now).await.map_err(unrecorded)?;
        Manager::commit_transaction(&mut **connection).await?;
        Ok(())
    }
}

/// What cannot be recorded is not done. The caller is told that it was the record, unless something that he knows is away is to blame.
fn unrecorded(e: Error) -> Error {
    if e.code() == ErrorCode::Internal { ErrorCode::AuditUnavailable.caused_by(e) } else { e }
}

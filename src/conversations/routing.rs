//! From the queue to an agent: the longest waiting conversation goes to the ready agent with the most room, and among equals to the one who has
//! waited longest for work. Everything is decided under row locks, so two nodes never give one conversation to two agents.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::db::ids::{AccountId, ConversationId, OrgId, QueueId};
use crate::db::{Connection, KeyStore};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{Event, Subscriber, SubscriptionSpec, Topic};
use crate::identity::{self, Permission, Principal, SessionEnded};
use crate::jobs::{JobContext, JobHandler, NewJob, Priority};
use crate::transaction::{Transactions, Tx};

use super::model::{AgentState, HandOffReason, State};
use super::service::{self, NewMessage};
use super::store::{self, AgentStateRow, ConversationRow, QueueRow};
use super::views::{AgentStateView, QueueView};

pub const ROUTE_JOB: &str = "conversations.route";

/// What one agent takes at a time unless set otherwise.
const DEFAULT_CAPACITY: i32 = 4;

#[derive(Debug, Serialize, Deserialize)]
struct RoutePayload {
    queue_id: QueueId,
}

/// Agent states and queues.
#[derive(Clone)]
pub struct Routing {
    transactions: Transactions,
}

impl Routing {
    pub fn new(transactions: Transactions) -> Self {
        Self { transactions }
    }

    /// The organisation's first queue, made once.
    pub async fn ensure_queue(&self, caller: &Caller, code: &str, name: &str) -> Result<QueueId> {
        let mut conn = self.transactions.db().connection().await?;
        if let Some(queue) = store::queues_of(&mut conn, caller.org_id).await?.first() {
            return Ok(queue.id);
        }
        drop(conn);
        let (code, name) = (code.to_owned(), name.to_owned());
        self.transactions
            .perform(caller, AuditDraft::new(Action::QueueCreate), async |tx: &mut Tx| {
                let row =
                    QueueRow { id: QueueId::fresh(), org_id: tx.caller().org_id, code, name, created_at: tx.now() };
                store::insert_queue(tx.conn(), &row).await?;
                default_queue(tx, row.org_id).await
            })
            .await
    }

    pub async fn state(&self, who: &Principal) -> Result<AgentStateView> {
        let who = who.clone();
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::QueueList), async |tx: &mut Tx| {
                who.require(Permission::AgentState)?;
                let row = state_or_offline(tx, &who).await?;
                state_view(tx, row).await
            })
            .await
    }

    /// An agent says whether he takes conversations. Becoming ready empties the queue into his capacity.
    pub async fn set_state(&self, who: &Principal, state: AgentState, capacity: Option<i32>) -> Result<AgentStateView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::AgentStateChange).detail("state", state.as_str());
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                who.require(Permission::AgentState)?;
                if capacity.is_some_and(|c| !(1..=20).contains(&c)) {
                    return Err(ErrorCode::InvalidParameter.because("capacity: 1 to 20"));
                }
                let mut row = state_or_offline(tx, &who).await?;
                tx.detail("from", row.state.clone());
                if row.state != state.as_str() {
                    row.since = tx.now();
                }
                row.state = state.as_str().to_owned();
                row.capacity = capacity.unwrap_or(row.capacity);
                store::put_agent_state(tx.conn(), &row).await?;
                if state == AgentState::Ready {
                    enqueue(tx, row.queue_id).await?;
                }
                state_view(tx, row).await
            })
            .await
    }

    pub async fn queues(&self, who: &Principal) -> Result<Vec<QueueView>> {
        let who = who.clone();
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::QueueList), async |tx: &mut Tx| {
                let org = who.require(Permission::QueueRead)?.org_id;
                let mut views = Vec::new();
                for q in store::queues_of(tx.conn(), org).await? {
                    let (waiting, since) = store::waiting(tx.conn(), q.id).await?;
                    let now = tx.now();
                    let (conn, keys) = tx.conn_and_keys();
                    let ready = ready_on_duty(conn, keys, q.id, now).await?.len();
                    let agents_ready = i64::try_from(ready).map_err(|e| ErrorCode::Internal.caused_by(e))?;
                    let longest_wait_s = since.map_or(0, |s| (tx.now() - s).num_seconds().max(0));
                    views.push(QueueView { id: q.id, name: q.name, waiting, agents_ready, longest_wait_s });
                }
                Ok(views)
            })
            .await
    }

    /// Whether somebody has conversations in hand: that is activity, even when he only waits for the customer to write.
    pub async fn is_busy(&self, who: &Principal) -> Result<bool> {
        let mut conn = self.transactions.db().connection().await?;
        Ok(store::active_count(&mut conn, who.account_id).await? > 0)
    }

    /// Whether somebody has this conversation in hand.
    pub async fn is_in_hand(&self, who: &Principal, id: ConversationId) -> Result<bool> {
        let mut conn = self.transactions.db().connection().await?;
        store::is_in_hand(&mut conn, who.account_id, id).await
    }

    /// Takes an agent off duty whose last session has ended.
    async fn left(&self, org: OrgId, agent: AccountId) -> Result<()> {
        let mut conn = self.transactions.db().connection().await?;
        let (keys, now) = (self.transactions.keys(), self.transactions.now());
        let is_ready =
            store::agent_state(&mut conn, agent).await?.is_some_and(|a| a.state != AgentState::Offline.as_str());
        let on_duty = identity::on_duty(&mut conn, keys, &[agent], Permission::ConversationReply, now).await?;
        drop(conn);
        if !is_ready || on_duty.contains(&agent) {
            return Ok(());
        }
        let attempt = AuditDraft::new(Action::AgentStateChange)
            .on(Object::new("account", agent))
            .detail("state", AgentState::Offline.as_str())
            .detail("reason", "session_ended");
        self.transactions
            .perform(&Caller::system(org, "routing"), attempt, async |tx: &mut Tx| {
                let Some(mut row) = store::agent_state(tx.conn(), agent).await? else { return Ok(()) };
                tx.detail("from", row.state.clone());
                row.state = AgentState::Offline.as_str().to_owned();
                row.since = tx.now();
                store::put_agent_state(tx.conn(), &row).await
            })
            .await
    }

    /// Gives waiting conversations to ready agents until one of the two runs out.
    async fn route(&self, org: OrgId, queue: QueueId) -> Result<()> {
        let caller = Caller::system(org, "routing");
        while self.route_one(&caller, queue).await? {}
        Ok(())
    }

    async fn route_one(&self, caller: &Caller, queue: QueueId) -> Result<bool> {
        // An empty queue is not an act: look before opening one, so that the ledger holds assignments only.
        let mut conn = self.transactions.db().connection().await?;
        let (keys, now) = (self.transactions.keys(), self.transactions.now());
        if store::waiting(&mut conn, queue).await?.0 == 0 || roomiest(&mut conn, keys, queue, now).await?.is_none() {
            return Ok(false);
        }
        drop(conn);
        self.transactions
            .perform(caller, AuditDraft::new(Action::ConversationAssign), async |tx: &mut Tx| {
                let Some(row) = store::longest_waiting(tx.conn(), queue).await? else {
                    tx.detail("assigned", false);
                    return Ok(false);
                };
                tx.on(Object::new("conversation", row.id));
                tx.customer(row.customer_id);
                let now = tx.now();
                let (conn, keys) = tx.conn_and_keys();
                let Some(agent) = roomiest(conn, keys, queue, now).await? else {
                    tx.detail("assigned", false);
                    return Ok(false);
                };
                let names = store::names_of(tx.conn(), &[agent.account_id]).await?;
                let name = names.first().map_or("坐席", |(_, n)| n.as_str()).to_owned();
                tx.detail("agent_id", agent.account_id.to_string());
                assign(tx, row, agent.account_id, &name).await?;
                Ok(true)
            })
            .await
    }
}

/// Agents who are ready and on duty: signed in, enabled, and still allowed to answer customers. Those who have waited longest come first.
async fn ready_on_duty(
    conn: &mut Connection,
    keys: &KeyStore,
    queue: QueueId,
    now: DateTime<Utc>,
) -> Result<Vec<AgentStateRow>> {
    let mut ready = store::ready_agents(conn, queue).await?;
    let ids: Vec<AccountId> = ready.iter().map(|a| a.account_id).collect();
    let on_duty = identity::on_duty(conn, keys, &ids, Permission::ConversationReply, now).await?;
    ready.retain(|a| on_duty.contains(&a.account_id));
    Ok(ready)
}

/// The agent with the most room, among equals the one who has waited longest.
async fn roomiest(
    conn: &mut Connection,
    keys: &KeyStore,
    queue: QueueId,
    now: DateTime<Utc>,
) -> Result<Option<AgentStateRow>> {
    let mut best: Option<(AgentStateRow, i64)> = None;
    for agent in ready_on_duty(conn, keys, queue, now).await? {
        let room = i64::from(agent.capacity) - store::active_count(conn, agent.account_id).await?;
        if room > 0 && best.as_ref().is_none_or(|(_, most)| room > *most) {
            best = Some((agent, room));
        }
    }
    Ok(best.map(|(agent, _)| agent))
}

/// Who has signed out takes no conversations when he comes back until he says so.
pub struct GoOffline(pub Routing);

impl GoOffline {
    /// What the outbox keeps for it.
    pub const SUBSCRIPTION: SubscriptionSpec =
        SubscriptionSpec { name: "conversations.agents", topics: &[Topic::Accounts] };
}

#[async_trait]
impl Subscriber for GoOffline {
    fn name(&self) -> &'static str {
        Self::SUBSCRIPTION.name
    }

    fn topics(&self) -> &'static [Topic] {
        Self::SUBSCRIPTION.topics
    }

    async fn handle(&self, event: &Event) -> Result<()> {
        if event.kind != "session.ended" {
            return Ok(());
        }
        let ended: SessionEnded = event.payload_as()?;
        self.0.left(event.org_id, ended.account_id).await
    }
}

/// The job that empties a queue; queued by a hand-over, by an agent who becomes ready, and when one closes a conversation.
pub struct RouteQueue(pub Routing);

#[async_trait]
impl JobHandler for RouteQueue {
    fn kind(&self) -> &'static str {
        ROUTE_JOB
    }

    async fn run(&self, job: JobContext) -> Result<()> {
        let payload: RoutePayload = job.payload()?;
        let org = job.org_id.ok_or_else(|| ErrorCode::Internal.because("a job without its organisation"))?;
        self.0.route(org, payload.queue_id).await
    }
}

/// Gives a locked, waiting conversation to an agent.
pub(super) async fn assign(
    tx: &mut Tx,
    mut row: ConversationRow,
    agent: AccountId,
    agent_name: &str,
) -> Result<ConversationRow> {
    State::parse(&row.state)?.to(State::Active)?;
    row.state = State::Active.as_str().to_owned();
    row.agent_id = Some(agent);
    row.assigned_at = Some(tx.now());
    service::post(tx, &mut row, NewMessage::notice(&format!("{agent_name} 为您服务。"))).await?;
    store::update(tx.conn(), &row).await?;
    if let Some(mut state) = store::agent_state(tx.conn(), agent).await? {
        state.last_assigned_at = Some(tx.now());
        store::put_agent_state(tx.conn(), &state).await?;
    }
    service::publish_state(tx, &row, "conversation.assigned", Some(agent_name.to_owned())).await?;
    Ok(row)
}

/// Puts a locked conversation into the organisation's queue and wakes the router.
pub(super) async fn hand_over(tx: &mut Tx, row: &mut ConversationRow, reason: HandOffReason) -> Result<()> {
    State::parse(&row.state)?.to(State::Queued)?;
    let queue = default_queue(tx, row.org_id).await?;
    row.state = State::Queued.as_str().to_owned();
    row.queue_id = Some(queue);
    row.queued_at = Some(tx.now());
    row.handoff_reason = Some(reason.as_str().to_owned());
    tx.detail("reason", reason.as_str());
    service::post(tx, row, NewMessage::notice("正在为您转接人工坐席，请稍候。")).await?;
    store::update(tx.conn(), row).await?;
    service::publish_state(tx, row, "conversation.queued", None).await?;
    enqueue(tx, queue).await
}

/// Wakes the router for the queue of a conversation, if it ever was in one.
pub(super) async fn request(tx: &mut Tx, row: &ConversationRow) -> Result<()> {
    match row.queue_id {
        Some(queue) => enqueue(tx, queue).await,
        None => Ok(()),
    }
}

async fn enqueue(tx: &mut Tx, queue: QueueId) -> Result<()> {
    let job =
        NewJob::new(tx.caller().org_id, ROUTE_JOB, &RoutePayload { queue_id: queue })?.priority(Priority::Interactive);
    tx.enqueue(job).await?;
    Ok(())
}

async fn default_queue(tx: &mut Tx, org: OrgId) -> Result<QueueId> {
    let queues = store::queues_of(tx.conn(), org).await?;
    queues.first().map(|q| q.id).ok_or_else(|| ErrorCode::Internal.because("the organisation has no queue"))
}

async fn state_or_offline(tx: &mut Tx, who: &Principal) -> Result<AgentStateRow> {
    if let Some(row) = store::agent_state(tx.conn(), who.account_id).await? {
        return Ok(row);
    }
    Ok(AgentStateRow {
        account_id: who.account_id,
        org_id: who.org_id,
        queue_id: default_queue(tx, who.org_id).await?,
        state: AgentState::Offline.as_str().to_owned(),
        capacity: DEFAULT_CAPACITY,
        since: tx.now(),
        last_assigned_at: None,
    })
}

async fn state_view(tx: &mut Tx, row: AgentStateRow) -> Result<AgentStateView> {
    Ok(AgentStateView {
        state: AgentState::parse(&row.state)?,
        capacity: row.capacity,
        active: store::active_count(tx.conn(), row.account_id).await?,
        since: row.since,
    })
}

//! What staff do with tickets. Everything that changes one is decided under its row lock.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::audit::{Action, AuditDraft, Object};
use crate::conversations;
use crate::crypto::DataKey;
use crate::customers::{self, CustomerView};
use crate::db::ids::{AccountId, ConversationId, CustomerId, DataKeyId, TicketId};
use crate::db::{Scope, SealedBytes};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{EventDraft, Topic};
use crate::idempotency::IdempotencyKey;
use crate::identity::{self, Permission, Person, Principal};
use crate::transaction::{Transactions, Tx};
use crate::web::{Cursor, DESTROYED_TEXT, Page, check_text};

use super::model::{EntryKind, Kind, MAX_SUBJECT, MAX_TEXT, Priority, Standing, State, To, number};
use super::store::{self, EntryRow, Filter, TicketRow, entry_place, ticket_place};
use super::views::{EntryView, TicketEvent, TicketView};

/// A ticket about to be made.
#[derive(Debug, Clone, Serialize)]
pub struct NewTicket {
    pub kind: Kind,
    pub priority: Priority,
    /// 1 to 120 characters.
    pub subject: String,
    /// 1 to 4,000 characters.
    pub description: String,
    /// For a ticket without a conversation; otherwise the conversation says whose it is.
    pub customer_id: Option<CustomerId>,
    pub conversation_id: Option<ConversationId>,
}

/// What a list of tickets is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub state: Option<State>,
    /// Only those assigned to me.
    pub mine: bool,
    pub conversation_id: Option<ConversationId>,
    pub limit: i64,
    pub after: Option<Cursor>,
}

/// Use cases of staff.
#[derive(Clone)]
pub struct Tickets {
    transactions: Transactions,
}

/// A line of history about to be written.
struct NewEntry<'a> {
    kind: EntryKind,
    states: Option<(State, State)>,
    body: Option<&'a str>,
}

impl Tickets {
    pub fn new(transactions: Transactions) -> Self {
        Self { transactions }
    }

    /// Makes a ticket. From a conversation it may be made by the agent who has it in hand, also just after closing it, and by a supervisor.
    /// The same idempotency key again returns the same ticket and `false`.
    pub async fn create(&self, who: &Principal, new: NewTicket, key: IdempotencyKey) -> Result<(TicketView, bool)> {
        let who = who.clone();
        let mut attempt = AuditDraft::new(Action::TicketCreate);
        if let Some(conversation) = new.conversation_id {
            attempt = attempt.on(Object::new("conversation", conversation));
        }
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let caller = who.require(Permission::TicketWrite)?.clone();
                let subject = check_text(&new.subject, MAX_SUBJECT, "subject")?;
                let description = check_text(&new.description, MAX_TEXT, "description")?;
                let id = TicketId::fresh();
                if let Some(known) = key.claim(tx, Action::TicketCreate, &new, id.0).await? {
                    tx.detail("repeated", true);
                    let row = store::find(tx.conn(), caller.org_id, TicketId(known)).await?;
                    about(tx, &row);
                    return Ok((view_of(tx, &who, row).await?, false));
                }
                let customer_id = customer_of(tx, &who, &new).await?;
                let data_key = tx.create_key(Scope::Ticket).await?;
                let now = tx.now();
                let mut row = TicketRow {
                    id,
                    org_id: caller.org_id,
                    data_key_id: DataKeyId(data_key.id()),
                    number: number(now, store::next_serial(tx.conn()).await?)?,
                    kind: new.kind.as_str().to_owned(),
                    priority: new.priority.as_str().to_owned(),
                    state: State::Open.as_str().to_owned(),
                    subject: data_key.seal(&ticket_place("subject", id), subject.as_bytes())?.into(),
                    description: data_key.seal(&ticket_place("description", id), description.as_bytes())?.into(),
                    customer_id,
                    conversation_id: new.conversation_id,
                    recording_id: None,
                    assignee_id: None,
                    created_by: who.account_id,
                    version: 0,
                    last_entry_seq: 0,
                    due_at: Some(now + new.priority.time_allowed()),
                    created_at: now,
                    updated_at: now,
                };
                about(tx, &row);
                store::insert(tx.conn(), &row).await?;
                let entry = NewEntry { kind: EntryKind::Created, states: None, body: None };
                record(tx, &who, &mut row, &data_key, entry).await?;
                finish(tx, &row, "ticket.created", &data_key).await?;
                Ok((view_of(tx, &who, row).await?, true))
            })
            .await
    }

    /// Tickets that this person may see, newest first.
    pub async fn list(&self, who: &Principal, filter: ListFilter) -> Result<Page<TicketView>> {
        let (who, attempt) = (who.clone(), AuditDraft::new(Action::TicketList));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let caller = who.require(Permission::TicketRead)?.clone();
                if let Some(conversation) = filter.conversation_id {
                    tx.detail("conversation_id", conversation.to_string());
                }
                let narrow = Filter {
                    state: filter.state.map(State::as_str),
                    assignee: filter.mine.then_some(who.account_id),
                    conversation: filter.conversation_id,
                    visible_to: (!who.may(Permission::TicketReadAll)).then_some(who.account_id),
                    after: filter.after,
                };
                let rows = store::list(tx.conn(), caller.org_id, &narrow, filter.limit).await?;
                let page = Page::cut(rows, filter.limit, |r| Cursor { at: r.created_at, id: r.id.0 });
                tx.detail("rows", page.items.len());
                let items = views_of(tx, &who, page.items).await?;
                Ok(Page { items, next_cursor: page.next_cursor })
            })
            .await
    }

    /// One ticket with its history.
    pub async fn get(&self, who: &Principal, id: TicketId) -> Result<TicketView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::TicketRead).on(Object::new("ticket", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let caller = who.require(Permission::TicketRead)?.clone();
                let row = store::find(tx.conn(), caller.org_id, id).await?;
                about(tx, &row);
                must_see(&who, &row)?;
                view_of(tx, &who, row).await
            })
            .await
    }

    /// Moves the ticket to another state. Beginning one that nobody has also takes it. With `version` the move is refused when the ticket
    /// has changed since.
    pub async fn transition(
        &self,
        who: &Principal,
        id: TicketId,
        to: State,
        comment: Option<&str>,
        version: Option<i32>,
    ) -> Result<TicketView> {
        let (who, comment) = (who.clone(), comment.map(str::to_owned));
        let attempt = AuditDraft::new(Action::TicketTransition).on(Object::new("ticket", id)).detail("to", to.as_str());
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let comment = comment.map(|c| check_text(&c, MAX_TEXT, "comment")).transpose()?;
                let (mut row, from) = take_up(tx, &who, id, version).await?;
                tx.detail("from", from.as_str());
                from.to(to, Kind::parse(&row.kind)?, standing(&who, &row))?;
                let key = tx.load_key(row.data_key_id).await?;
                if to == State::InProgress && row.assignee_id.is_none() {
                    row.assignee_id = Some(who.account_id);
                    let entry = NewEntry { kind: EntryKind::Assignment, states: None, body: Some(&who.display_name) };
                    record(tx, &who, &mut row, &key, entry).await?;
                }
                row.state = to.as_str().to_owned();
                let entry =
                    NewEntry { kind: EntryKind::Transition, states: Some((from, to)), body: comment.as_deref() };
                record(tx, &who, &mut row, &key, entry).await?;
                finish(tx, &row, "ticket.transitioned", &key).await?;
                view_of(tx, &who, row).await
            })
            .await
    }

    /// Adds a comment; whoever sees the ticket may, also after its end.
    pub async fn comment(&self, who: &Principal, id: TicketId, body: &str) -> Result<TicketView> {
        let (who, body) = (who.clone(), body.to_owned());
        let attempt = AuditDraft::new(Action::TicketComment).on(Object::new("ticket", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let body = check_text(&body, MAX_TEXT, "body")?;
                let (mut row, _) = take_up(tx, &who, id, None).await?;
                let key = tx.load_key(row.data_key_id).await?;
                let entry = NewEntry { kind: EntryKind::Comment, states: None, body: Some(&body) };
                record(tx, &who, &mut row, &key, entry).await?;
                finish(tx, &row, "ticket.commented", &key).await?;
                view_of(tx, &who, row).await
            })
            .await
    }

    /// Gives the ticket to somebody, or with `None` back to the queue. Giving it to whom it belongs already changes nothing.
    pub async fn assign(
        &self,
        who: &Principal,
        id: TicketId,
        to: Option<AccountId>,
        version: Option<i32>,
    ) -> Result<TicketView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::TicketAssign)
            .on(Object::new("ticket", id))
            .detail("assignee_id", to.map(|a| a.to_string()));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let (mut row, state) = take_up(tx, &who, id, version).await?;
                let whom = to.map(|a| if a == who.account_id { To::Himself } else { To::Another });
                standing(&who, &row).may_assign(state, whom)?;
                if row.assignee_id == to {
                    tx.detail("unchanged", true);
                    return view_of(tx, &who, row).await;
                }
                let name = match to {
                    None => None,
                    Some(account) => Some(assignable(tx, account).await?),
                };
                row.assignee_id = to;
                let key = tx.load_key(row.data_key_id).await?;
                let entry = NewEntry { kind: EntryKind::Assignment, states: None, body: name.as_deref() };
                record(tx, &who, &mut row, &key, entry).await?;
                finish(tx, &row, "ticket.assigned", &key).await?;
                view_of(tx, &who, row).await
            })
            .await
    }
}

/// Fills the audit record.
fn about(tx: &mut Tx, row: &TicketRow) {
    tx.on(Object::new("ticket", row.id).labelled(row.number.clone()));
    if let Some(customer) = row.customer_id {
        tx.customer(customer);
    }
}

fn standing(who: &Principal, row: &TicketRow) -> Standing {
    Standing {
        supervisor: who.may(Permission::TicketReadAll),
        creator: row.created_by == who.account_id,
        assignee: row.assignee_id == Some(who.account_id),
        unassigned: row.assignee_id.is_none(),
    }
}

/// Whether this person may see the ticket.
pub(super) fn sees(who: &Principal, row: &TicketRow) -> Result<bool> {
    Ok(who.may(Permission::TicketRead) && standing(who, row).sees(State::parse(&row.state)?))
}

fn must_see(who: &Principal, row: &TicketRow) -> Result<()> {
    if sees(who, row)? { Ok(()) } else { Err(ErrorCode::Forbidden.because("ticket")) }
}

/// Locks a ticket that is about to change, if this person may work with it and knows its present version.
async fn take_up(tx: &mut Tx, who: &Principal, id: TicketId, version: Option<i32>) -> Result<(TicketRow, State)> {
    let caller = who.require(Permission::TicketWrite)?.clone();
    let row = store::lock(tx.conn(), caller.org_id, id).await?;
    about(tx, &row);
    must_see(who, &row)?;
    if version.is_some_and(|v| v != row.version) {
        return Err(ErrorCode::Conflict.because(format!("version: it is {} now", row.version)));
    }
    let state = State::parse(&row.state)?;
    Ok((row, state))
}

/// Whose ticket it will be.
async fn customer_of(tx: &mut Tx, who: &Principal, new: &NewTicket) -> Result<Option<CustomerId>> {
    let Some(conversation) = new.conversation_id else {
        return match new.customer_id {
            None => Ok(None),
            Some(id) => Ok(Some(customers::load(tx, id).await?.id)),
        };
    };
    let holder = conversations::holder_of(tx, conversation).await?;
    tx.customer(holder.customer_id);
    tx.detail("conversation_id", conversation.to_string());
    if holder.agent_id != Some(who.account_id) && !who.may(Permission::TicketReadAll) {
        return Err(ErrorCode::Forbidden.because("the conversation is not in your hands"));
    }
    Ok(Some(holder.customer_id))
}

/// The name of somebody who can be given a ticket.
async fn assignable(tx: &mut Tx, account: AccountId) -> Result<String> {
    let person = identity::colleague_who_may(tx, account, Permission::TicketWrite).await?;
    let person =
        person.ok_or_else(|| ErrorCode::InvalidParameter.because("account_id: nobody who can take tickets"))?;
    Ok(person.display_name)
}

/// Writes one line of history.
async fn record(
    tx: &mut Tx,
    who: &Principal,
    row: &mut TicketRow,
    key: &Arc<DataKey>,
    new: NewEntry<'_>,
) -> Result<()> {
    row.last_entry_seq += 1;
    let id = Uuid::now_v7();
    let entry = EntryRow {
        id,
        org_id: row.org_id,
        ticket_id: row.id,
        seq: row.last_entry_seq,
        actor_id: Some(who.account_id),
        kind: new.kind.as_str().to_owned(),
        from_state: new.states.map(|(from, _)| from.as_str().to_owned()),
        to_state: new.states.map(|(_, to)| to.as_str().to_owned()),
        body: new.body.map(|body| key.seal(&entry_place(id), body.as_bytes()).map(SealedBytes::from)).transpose()?,
        at: tx.now(),
    };
    store::insert_entry(tx.conn(), &entry).await
}

/// Writes the ticket back with its next version and tells the event log.
async fn finish(tx: &mut Tx, row: &TicketRow, kind: &'static str, key: &Arc<DataKey>) -> Result<()> {
    let row = TicketRow { version: row.version + 1, updated_at: tx.now(), ..row.clone() };
    store::update(tx.conn(), &row).await?;
    let payload = TicketEvent {
        ticket_id: row.id,
        number: row.number,
        state: State::parse(&row.state)?,
        assignee_id: row.assignee_id,
        created_by: row.created_by,
    };
    let event = EventDraft::new(Topic::Tickets, kind, "ticket", row.id, &payload)?;
    tx.publish(&event, key).await?;
    Ok(())
}

/// The ticket as it stands in the database by now, with its history.
async fn view_of(tx: &mut Tx, who: &Principal, row: TicketRow) -> Result<TicketView> {
    let row = store::find(tx.conn(), row.org_id, row.id).await?;
    let entries = entries_of(tx, &row).await?;
    let view = views_of(tx, who, vec![row]).await?.pop();
    let view = view.ok_or_else(|| ErrorCode::Internal.because("ticket"))?;
    Ok(TicketView { entries: Some(entries), ..view })
}

async fn entries_of(tx: &mut Tx, row: &TicketRow) -> Result<Vec<EntryView>> {
    let key = tx.load_key(row.data_key_id).await?;
    let stored = store::entries_of(tx.conn(), row.id).await?;
    let actors: Vec<AccountId> = stored.iter().filter_map(|e| e.actor_id).collect();
    let names = identity::people(tx.conn(), &actors).await?;
    let mut views = Vec::with_capacity(stored.len());
    for e in stored {
        views.push(EntryView {
            seq: e.seq,
            actor: e.actor_id.map(|id| person(&names, id)),
            kind: EntryKind::parse(&e.kind)?,
            from_state: e.from_state.as_deref().map(State::parse).transpose()?,
            to_state: e.to_state.as_deref().map(State::parse).transpose()?,
            body: e.body.as_ref().map(|body| key.open_text(&entry_place(e.id), body)).transpose()?,
            at: e.at,
        });
    }
    Ok(views)
}

/// Tickets as this person sees them, without their history.
async fn views_of(tx: &mut Tx, who: &Principal, rows: Vec<TicketRow>) -> Result<Vec<TicketView>> {
    let people: Vec<AccountId> = rows.iter().flat_map(|r| [Some(r.created_by), r.assignee_id]).flatten().collect();
    let names = identity::people(tx.conn(), &people).await?;
    let mut customers: Vec<CustomerView> = Vec::new();
    let mut views = Vec::with_capacity(rows.len());
    for r in rows {
        let key = tx.load_key_unless_destroyed(r.data_key_id).await?;
        let text = |column: &'static str, stored: &SealedBytes| match &key {
            Some(key) => key.open_text(&ticket_place(column, r.id), stored),
            None => Ok(DESTROYED_TEXT.to_owned()),
        };
        let (kind, state) = (Kind::parse(&r.kind)?, State::parse(&r.state)?);
        let customer = match r.customer_id {
            None => None,
            Some(id) => Some(match customers.iter().find(|c| c.id == id) {
                Some(known) => known.clone(),
                None => {
                    let view = customers::load(tx, id).await?.view();
                    customers.push(view.clone());
                    view
                }
            }),
        };
        views.push(TicketView {
            id: r.id,
            allowed_transitions: state.allowed(kind, standing(who, &r)),
            subject: text("subject", &r.subject)?,
            description: text("description", &r.description)?,
            number: r.number,
            kind,
            priority: Priority::parse(&r.priority)?,
            state,
            customer,
            conversation_id: r.conversation_id,
            recording_id: r.recording_id,
            assignee: r.assignee_id.map(|id| person(&names, id)),
            created_by: person(&names, r.created_by),
            created_at: r.created_at,
            updated_at: r.updated_at,
            due_at: r.due_at,
            entries: None,
            version: r.version,
        });
    }
    Ok(views)
}

fn person(names: &HashMap<AccountId, Person>, id: AccountId) -> Person {
    names.get(&id).cloned().unwrap_or_else(|| Person { id, display_name: String::new() })
}

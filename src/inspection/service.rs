//! What inspectors do, and the inspection that the program makes by itself of every conversation and call (row F1).

use std::collections::HashMap;

use chrono::FixedOffset;

use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::crypto::{Aad, DataKey};
use crate::db::SealedBytes;
use crate::db::ids::{AccountId, ConversationId, CustomerId, InspectionId, OrgId, RecordingId, RuleId};
use crate::error::{ErrorCode, Result};
use crate::eventlog::{EventDraft, Topic};
use crate::identity::{self, Permission, Principal};
use crate::recordings::Recordings;
use crate::transaction::{Transactions, Tx};
use crate::web::{Cursor, DESTROYED_TEXT, Page};

use super::dialogue::{self, Case};
use super::engine::{self, Source, Verdict};
use super::model::{State, Subject, SubjectKind, check_comment};
use super::rules::{Definition, Plan, Rule};
use super::store::{self, Filter, FindingRow, InspectionRow, RuleRow};
use super::views::{FindingView, InspectionEvent, InspectionView, PassedView, PlanView, RuleView, SubjectView};

/// What a list of inspections is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub subject_kind: Option<SubjectKind>,
    pub subject_id: Option<uuid::Uuid>,
    pub state: Option<State>,
    pub limit: i64,
    pub after: Option<Cursor>,
}

/// Use cases of inspection.
#[derive(Clone)]
pub struct Inspections {
    transactions: Transactions,
    recordings: Recordings,
}

impl Inspections {
    pub fn new(transactions: Transactions, recordings: Recordings) -> Self {
        Self { transactions, recordings }
    }

    /// Gives an organisation the basic plan's rules. A version that it has already stays as it is; with nothing to add nothing is written.
    pub async fn ensure_default_rules(&self, caller: &Caller) -> Result<()> {
        let (org, plan) = (caller.org_id, Plan::service_basic()?);
        let mut conn = self.transactions.db().connection().await?;
        let known = store::latest_rules(&mut conn, org).await?;
        drop(conn);
        let is_known = |code: &str, version: i32| known.iter().any(|r| r.code == code && r.version >= version);
        if plan.rules.iter().all(|r| is_known(&r.code, r.version)) {
            return Ok(());
        }
        let attempt = AuditDraft::new(Action::InspectionRuleCreate).detail("plan", plan.code.clone());
        self.transactions
            .perform(caller, attempt, async |tx: &mut Tx| {
                let mut rows = Vec::with_capacity(plan.rules.len());
                for rule in &plan.rules {
                    rows.push(RuleRow {
                        id: RuleId::fresh(),
                        org_id: org,
                        code: rule.code.clone(),
                        version: rule.version,
                        name: rule.name.clone(),
                        definition: rule.definition().to_json()?,
                        deduction: rule.deduction,
                        fatal: rule.fatal,
                        enabled: true,
                        created_at: tx.now(),
                    });
                }
                let added = store::insert_rules(tx.conn(), &rows).await?;
                tx.detail("rules", added);
                Ok(())
            })
            .await
    }

    /// Inspects a subject by the basic plan, once. A subject that is not ready, or was inspected before, is left alone.
    pub async fn inspect(&self, org: OrgId, subject: Subject) -> Result<()> {
        let plan = Plan::service_basic()?;
        let mut conn = self.transactions.db().connection().await?;
        // An event that is delivered twice is not an act: look before opening one.
        if store::exists(&mut conn, subject.kind.as_str(), subject.id, (&plan.code, plan.version)).await? {
            return Ok(());
        }
        drop(conn);
        let id = InspectionId::fresh();
        let attempt = AuditDraft::new(Action::InspectionCreate)
            .on(Object::new("inspection", id))
            .detail("subject_kind", subject.kind.as_str())
            .detail("subject_id", subject.id.to_string());
        self.transactions
            .perform(&Caller::system(org, "inspection"), attempt, async |tx: &mut Tx| {
                let Some(case) = dialogue::open(tx, subject).await? else {
                    tx.detail("ready", false);
                    return Ok(());
                };
                if let Some(customer) = case.customer_id {
                    tx.customer(customer);
                }
                create(tx, id, subject, case, &plan).await
            })
            .await
    }

    pub async fn list(&self, who: &Principal, filter: ListFilter) -> Result<Page<InspectionView>> {
        let who = who.clone();
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::InspectionList), async |tx: &mut Tx| {
                let caller = who.require(Permission::InspectionRead)?.clone();
                let narrow = Filter {
                    subject_kind: filter.subject_kind.map(SubjectKind::as_str),
                    subject_id: filter.subject_id,
                    state: filter.state.map(State::as_str),
                    after: filter.after,
                };
                let rows = store::list(tx.conn(), caller.org_id, &narrow, filter.limit).await?;
                let page = Page::cut(rows, filter.limit, |r| Cursor { at: r.created_at, id: r.id.0 });
                tx.detail("rows", page.items.len());
                let items = views_of(tx, &page.items).await?;
                Ok(Page { items, next_cursor: page.next_cursor })
            })
            .await
    }

    /// One inspection with its findings, quotes in clear.
    pub async fn get(&self, who: &Principal, id: InspectionId) -> Result<InspectionView> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::InspectionRead).on(Object::new("inspection", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let org = who.require(Permission::InspectionRead)?.org_id;
                let row = store::find(tx.conn(), org, id).await?;
                full_view(tx, row).await
            })
            .await
    }

    /// An inspector takes an inspection on. For a recording the task is his right to hear it (row E3). Taken already by him, it stays his.
    pub async fn claim(&self, who: &Principal, id: InspectionId) -> Result<InspectionView> {
        let (this, who) = (self.clone(), who.clone());
        let attempt = AuditDraft::new(Action::InspectionClaim).on(Object::new("inspection", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let org = who.require(Permission::InspectionWork)?.org_id;
                let mut row = store::lock(tx.conn(), org, id).await?;
                let state = State::parse(&row.state)?;
                if state == State::Assigned && row.assignee_id == Some(who.account_id) {
                    tx.detail("repeated", true);
                    return full_view(tx, row).await;
                }
                if row.agent_id == Some(who.account_id) {
                    return Err(ErrorCode::Forbidden.because("nobody inspects his own work"));
                }
                row.state = state.to(State::Assigned)?.as_str().to_owned();
                row.assignee_id = Some(who.account_id);
                store::update(tx.conn(), &row).await?;
                if row.subject_kind == SubjectKind::Recording.as_str() {
                    this.recordings.grant_for_task(tx, RecordingId(row.subject_id), who.account_id, id.0).await?;
                }
                publish(tx, &row, "inspection.assigned").await?;
                full_view(tx, row).await
            })
            .await
    }

    /// The inspector stands for the result; from now on it counts.
    pub async fn confirm(&self, who: &Principal, id: InspectionId, comment: &str) -> Result<InspectionView> {
        let (this, who, comment) = (self.clone(), who.clone(), comment.to_owned());
        let attempt = AuditDraft::new(Action::InspectionConfirm).on(Object::new("inspection", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let org = who.require(Permission::InspectionWork)?.org_id;
                let comment = check_comment(&comment)?;
                let mut row = store::lock(tx.conn(), org, id).await?;
                let next = State::parse(&row.state)?.to(State::Confirmed)?;
                if row.assignee_id != Some(who.account_id) {
                    return Err(ErrorCode::Forbidden.because("the task of another inspector"));
                }
                let key = tx.load_key(row.data_key_id).await?;
                row.state = next.as_str().to_owned();
                row.confirmed_at = Some(tx.now());
                row.confirmed_by = Some(who.account_id);
                row.comment = comment
                    .map(|text| key.seal(&comment_aad(id), text.as_bytes()).map(SealedBytes::from))
                    .transpose()?;
                store::update(tx.conn(), &row).await?;
                if row.subject_kind == SubjectKind::Recording.as_str() {
                    this.recordings.end_task_grants(tx, id.0).await?;
                }
                tx.detail("score", row.score);
                publish(tx, &row, "inspection.confirmed").await?;
                full_view(tx, row).await
            })
            .await
    }

    /// The latest version of every rule.
    pub async fn rules(&self, who: &Principal) -> Result<Vec<RuleView>> {
        let who = who.clone();
        self.transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::InspectionRuleList), async |tx: &mut Tx| {
                let org = who.require(Permission::InspectionRead)?.org_id;
                let rows = store::latest_rules(tx.conn(), org).await?;
                let view = |r: RuleRow| -> Result<RuleView> {
                    Ok(RuleView {
                        definition: Definition::parse(&r.definition)?,
                        code: r.code,
                        version: r.version,
                        name: r.name,
                        deduction: r.deduction,
                        fatal: r.fatal,
                        enabled: r.enabled,
                    })
                };
                rows.into_iter().map(view).collect()
            })
            .await
    }
}

/// Applies the rules and keeps what they say: the score, every deduction with its sealed quote, every rule that was kept.
async fn create(tx: &mut Tx, id: InspectionId, subject: Subject, case: Case, plan: &Plan) -> Result<()> {
    let org = tx.caller().org_id;
    let mut rules = Vec::new();
    for row in store::latest_rules(tx.conn(), org).await?.into_iter().filter(|r| r.enabled) {
        rules.push(Rule {
            id: row.id,
            definition: Definition::parse(&row.definition).map_err(|e| e.context(row.code.clone()))?,
            code: row.code,
            version: row.version,
            name: row.name,
            deduction: row.deduction,
            fatal: row.fatal,
        });
    }
    let (dialogue, full_score) = (case.dialogue, plan.full_score);
    let work = move || (engine::inspect(&dialogue, &rules, full_score), rules);
    let (verdict, rules) = tokio::task::spawn_blocking(work).await.map_err(|e| ErrorCode::Internal.caused_by(e))?;
    let row = InspectionRow {
        id,
        org_id: org,
        data_key_id: case.data_key_id,
        subject_kind: subject.kind.as_str().to_owned(),
        subject_id: subject.id,
        agent_id: case.agent_id,
        plan_code: plan.code.clone(),
        plan_version: plan.version,
        score: verdict.score,
        full_score: plan.full_score,
        fatal: verdict.fatal,
        state: State::Suggested.as_str().to_owned(),
        assignee_id: None,
        created_at: tx.now(),
        confirmed_at: None,
        confirmed_by: None,
        comment: None,
    };
    if !store::insert(tx.conn(), &row).await? {
        // Another delivery of the same event was quicker.
        tx.detail("repeated", true);
        return Ok(());
    }
    tx.detail("score", verdict.score);
    tx.detail("fatal", verdict.fatal);
    tx.detail("findings", verdict.findings.len());
    let key = tx.load_key(row.data_key_id).await?;
    let findings = finding_rows(&row, &verdict, &rules, &key)?;
    store::insert_findings(tx.conn(), &findings).await?;
    publish(tx, &row, "inspection.created").await
}

fn finding_rows(row: &InspectionRow, verdict: &Verdict, rules: &[Rule], key: &DataKey) -> Result<Vec<FindingRow>> {
    let rule = |index: usize| rules.get(index).ok_or_else(|| ErrorCode::Internal.because("rule"));
    let mut rows = Vec::with_capacity(verdict.findings.len() + verdict.passed.len());
    let blank = |ordinal: i32, rule_id: RuleId| FindingRow {
        id: uuid::Uuid::now_v7(),
        org_id: row.org_id,
        inspection_id: row.id,
        ordinal,
        rule_id,
        passed: true,
        deduction: 0,
        speaker: None,
        quote: None,
        at_ms: None,
        message_id: None,
        segment_id: None,
        explanation: String::new(),
    };
    for (ordinal, finding) in (1..).zip(&verdict.findings) {
        let mut kept = blank(ordinal, rule(finding.rule)?.id);
        kept.passed = false;
        kept.deduction = finding.deduction;
        kept.speaker = Some(finding.quote.speaker.as_str().to_owned());
        kept.quote = Some(key.seal(&quote_aad(kept.id), finding.quote.text.as_bytes())?.into());
        kept.at_ms = Some(i64::try_from(finding.quote.start_ms).map_err(|e| ErrorCode::Internal.caused_by(e))?);
        match finding.quote.source {
            Source::Message(id) => kept.message_id = Some(id),
            Source::Segment(id) => kept.segment_id = Some(id),
        }
        kept.explanation.clone_from(&finding.explanation);
        rows.push(kept);
    }
    let after = i32::try_from(rows.len()).map_err(|e| ErrorCode::Internal.caused_by(e))?;
    for (ordinal, index) in (after + 1..).zip(&verdict.passed) {
        rows.push(blank(ordinal, rule(*index)?.id));
    }
    Ok(rows)
}

fn quote_aad(id: uuid::Uuid) -> Aad<'static> {
    Aad { table: "inspection_findings", column: "quote", row: id }
}

fn comment_aad(id: InspectionId) -> Aad<'static> {
    Aad { table: "inspections", column: "comment", row: id.0 }
}

/// Tells the event log what became of an inspection.
async fn publish(tx: &mut Tx, row: &InspectionRow, kind: &'static str) -> Result<()> {
    let key = tx.load_key(row.data_key_id).await?;
    let places = places_of(tx, std::slice::from_ref(row)).await?;
    let payload = InspectionEvent {
        inspection_id: row.id,
        subject: subject_view(row, &places)?,
        state: State::parse(&row.state)?,
        score: row.score,
        fatal: row.fatal,
        agent_id: row.agent_id,
        assignee_id: row.assignee_id,
    };
    tx.publish(&EventDraft::new(Topic::Inspections, kind, "inspection", row.id, &payload)?, &key).await?;
    Ok(())
}

/// Title and customer of each subject.
type Places = HashMap<uuid::Uuid, (String, Option<CustomerId>)>;

async fn places_of(tx: &mut Tx, rows: &[InspectionRow]) -> Result<Places> {
    let ids_of = |kind: SubjectKind| rows.iter().filter(move |r| r.subject_kind == kind.as_str()).map(|r| r.subject_id);
    let calls: Vec<RecordingId> = ids_of(SubjectKind::Recording).map(RecordingId).collect();
    let chats: Vec<ConversationId> = ids_of(SubjectKind::Conversation).map(ConversationId).collect();
    let mut places = Places::new();
    for (id, call_id, customer) in store::recording_places(tx.conn(), &calls).await? {
        places.insert(id.0, (call_id, customer));
    }
    let zone = FixedOffset::east_opt(8 * 3_600).ok_or_else(|| ErrorCode::Internal.because("zone"))?;
    for (id, opened_at, customer) in store::conversation_places(tx.conn(), &chats).await? {
        let title = format!("会话 {}", opened_at.with_timezone(&zone).format("%Y-%m-%d %H:%M"));
        places.insert(id.0, (title, Some(customer)));
    }
    Ok(places)
}

fn subject_view(row: &InspectionRow, places: &Places) -> Result<SubjectView> {
    let title = places.get(&row.subject_id).map_or_else(String::new, |(title, _)| title.clone());
    Ok(SubjectView { kind: SubjectKind::parse(&row.subject_kind)?, id: row.subject_id, title })
}

async fn views_of(tx: &mut Tx, rows: &[InspectionRow]) -> Result<Vec<InspectionView>> {
    let people: Vec<AccountId> =
        rows.iter().flat_map(|r| [r.agent_id, r.assignee_id, r.confirmed_by]).flatten().collect();
    let people = identity::people(tx.conn(), &people).await?;
    let person = |id: Option<AccountId>| id.and_then(|id| people.get(&id).cloned());
    let places = places_of(tx, rows).await?;
    let mut views = Vec::with_capacity(rows.len());
    for r in rows {
        let comment = match &r.comment {
            None => None,
            Some(sealed) => Some(match tx.load_key_unless_destroyed(r.data_key_id).await? {
                Some(key) => key.open_text(&comment_aad(r.id), sealed)?,
                None => DESTROYED_TEXT.to_owned(),
            }),
        };
        views.push(InspectionView {
            id: r.id,
            subject: subject_view(r, &places)?,
            agent: person(r.agent_id),
            plan: PlanView { code: r.plan_code.clone(), version: r.plan_version },
            score: r.score,
            full_score: r.full_score,
            fatal: r.fatal,
            state: State::parse(&r.state)?,
            assignee: person(r.assignee_id),
            created_at: r.created_at,
            confirmed_at: r.confirmed_at,
            confirmed_by: person(r.confirmed_by),
            comment,
            passed: None,
            findings: None,
        });
    }
    Ok(views)
}

/// An inspection with everything it found. The customer whose words are quoted goes into the audit record.
async fn full_view(tx: &mut Tx, row: InspectionRow) -> Result<InspectionView> {
    let places = places_of(tx, std::slice::from_ref(&row)).await?;
    let title = subject_view(&row, &places)?.title;
    tx.on(Object::new("inspection", row.id).labelled(title));
    if let Some((_, Some(customer))) = places.get(&row.subject_id) {
        tx.customer(*customer);
    }
    let mut view = views_of(tx, std::slice::from_ref(&row))
        .await?
        .pop()
        .ok_or_else(|| ErrorCode::Internal.because("inspection"))?;
    let stored = store::findings_of(tx.conn(), row.id).await?;
    let ids: Vec<RuleId> = stored.iter().map(|f| f.rule_id).collect();
    let rules: HashMap<RuleId, RuleRow> =
        store::rules_by_id(tx.conn(), &ids).await?.into_iter().map(|r| (r.id, r)).collect();
    let key = tx.load_key(row.data_key_id).await?;
    let (mut passed, mut findings) = (Vec::new(), Vec::new());
    for f in stored {
        let rule = rules.get(&f.rule_id).ok_or_else(|| ErrorCode::DataAltered.because("finding without its rule"))?;
        let (rule_code, rule_name) = (rule.code.clone(), rule.name.clone());
        if f.passed {
            passed.push(PassedView { rule_code, rule_name });
            continue;
        }
        let (Some(quote), Some(at_ms)) = (&f.quote, f.at_ms) else {
            return Err(ErrorCode::DataAltered.because("finding without its quote"));
        };
        findings.push(FindingView {
            ordinal: f.ordinal,
            rule_code,
            rule_name,
            rule_version: rule.version,
            deduction: f.deduction,
            fatal: rule.fatal,
            speaker: f.speaker,
            quote: key.open_text(&quote_aad(f.id), quote)?,
            at_ms,
            message_id: f.message_id,
            segment_id: f.segment_id,
            explanation: f.explanation,
        });
    }
    tx.detail("quotes", findings.len());
    (view.passed, view.findings) = (Some(passed), Some(findings));
    Ok(view)
}

//! The compliance officer: finds every act of this run, verifies that the ledger is whole, and looks at the raw disk.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::check::{Fields, Outcome, Stop, must, needed, same};
use super::client::{Staff, Web};
use super::{Acts, Role};
use crate::cli::raw_scan::{self, Needle};

/// Pages of one query, of two hundred records each.
const MOST_PAGES: usize = 25;
/// Records that may still wait for their seal: those of the moment.
const MOST_UNSEALED: i64 = 20;
const SCAN_LIMIT: Duration = Duration::from_secs(600);

/// An act that must be on record.
struct Act<'a> {
    action: &'static str,
    /// On what, and who did it.
    object: &'a str,
    by: By<'a>,
    /// The error code of a refusal; a success has none.
    code: Option<&'static str>,
}

enum By<'a> {
    Staff(&'a Staff),
    Customer,
    System,
}

pub(super) async fn audit_query(acts: &mut Acts<'_>) -> Outcome<Value> {
    let conversation = acts.conversation()?;
    let ticket = needed(acts.ticket.clone(), "ticket")?;
    let attachment = needed(acts.attachment.clone(), "agent_reply")?;
    let call = needed(acts.call.clone(), "recording_import")?;
    let chat_inspection = needed(acts.chat_inspection.clone(), "inspection_chat")?;
    let call_inspection = needed(acts.call_inspection.clone(), "inspection_call")?;
    let approval = needed(acts.approval.clone(), "inspection_call")?;
    let agent = acts.staff(Role::Agent).await?;
    let supervisor = acts.staff(Role::Supervisor).await?;
    let inspector = acts.staff(Role::Inspector).await?;
    let auditor = acts.staff(Role::Auditor).await?;

    let act = |action, object, by, code| Act { action, object, by, code };
    let (a, s, i, u) =
        (|| By::Staff(&agent), || By::Staff(&supervisor), || By::Staff(&inspector), || By::Staff(&auditor));
    let (c, r) = (conversation.as_str(), call.id.as_str());
    let expected = [
        act("conversation.open", c, By::Customer, None),
        act("conversation.message", c, By::Customer, None),
        act("conversation.message", c, By::Customer, Some("conversation.closed")),
        act("bot.answer", c, By::System, None),
        act("bot.refuse", c, By::System, None),
        act("conversation.hand_off", c, By::System, None),
        act("conversation.assign", c, By::System, None),
        act("conversation.read", c, a(), None),
        act("conversation.read", c, i(), None),
        act("conversation.message", c, a(), None),
        act("conversation.attachment_post", c, By::Customer, None),
        act("conversation.attachment_post", c, By::Customer, Some("attachment.refused")),
        act("conversation.attachment_read", &attachment, a(), None),
        act("conversation.close", c, a(), None),
        act("ticket.create", &ticket, a(), None),
        act("ticket.read", &ticket, a(), None),
        act("ticket.comment", &ticket, a(), None),
        act("ticket.transition", &ticket, a(), None),
        act("ticket.transition", &ticket, a(), Some("state.transition_not_allowed")),
        act("recording.import", r, By::System, None),
        act("recording.import", r, i(), None),
        act("recording.transcribe", r, By::System, None),
        act("recording.transcript_read", r, i(), None),
        act("recording.play", r, i(), Some("access.grant_required")),
        act("recording.play", r, i(), None),
        act("recording.play", r, s(), Some("access.grant_required")),
        act("recording.play", r, s(), None),
        act("inspection.create", &chat_inspection, By::System, None),
        act("inspection.read", &chat_inspection, i(), None),
        act("inspection.claim", &chat_inspection, i(), None),
        act("inspection.confirm", &chat_inspection, i(), None),
        act("inspection.create", &call_inspection, By::System, None),
        act("inspection.read", &call_inspection, i(), None),
        act("inspection.claim", &call_inspection, i(), None),
        act("inspection.confirm", &call_inspection, i(), None),
        act("approval.request", &approval, s(), None),
        act("approval.decide", &approval, s(), Some("access.forbidden")),
        act("approval.decide", &approval, u(), None),
        act("session.sign_in", &agent.id, a(), None),
        act("session.sign_in", &supervisor.id, s(), None),
        act("session.sign_in", &inspector.id, i(), None),
        act("session.sign_in", &auditor.id, u(), None),
    ];

    acts.doing = "asking for what was done to each thing";
    // The two clocks are one machine's here; elsewhere they may differ a little.
    let since = (acts.began - TimeDelta::minutes(2)).to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let mut objects: Vec<&str> = expected.iter().map(|e| e.object).collect();
    objects.dedup();
    let mut records = Vec::new();
    for object in objects {
        records.extend(all(&auditor, &format!("object_id={object}&from={since}")).await?);
    }
    for act in &expected {
        if !records.iter().any(|record| act.is(record)) {
            return Err(Stop::unmet(act.to_string(), like(act, &records)));
        }
    }
    for record in &records {
        complete(record)?;
    }

    acts.doing = "asking what the agent did and read";
    let by_agent = all(&auditor, &format!("actor={}&from={since}", agent.id)).await?;
    let read = by_agent.iter().filter(|r| r.is("/action", "conversation.read") && r.is("/object/id", c)).count();
    must(read > 0, "who read the conversation, asked by actor", "nobody")?;
    must(by_agent.iter().any(|r| r.is("/action", "agent.state_change")), "the agent's change of state", "none")?;
    let foreign = by_agent.iter().filter(|r| !r.is("/actor/id", &agent.id)).count();
    same("records of others in answer to a query by actor", 0, foreign)?;
    let own = all(&auditor, &format!("actor={}&action=audit.query&from={since}", auditor.id)).await?;
    must(!own.is_empty(), "the queries themselves on record", "none")?;
    Ok(
        json!({ "acts_found": expected.len(), "records": records.len(), "reads_by_agent": read, "queries_on_record": own.len() }),
    )
}

/// Every record that fits, page by page.
async fn all(auditor: &Staff, criteria: &str) -> Outcome<Vec<Value>> {
    let mut records = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let after = cursor.map(|c| format!("&cursor={c}")).unwrap_or_default();
        let page = auditor.web.get(&format!("/api/v1/audit-records?{criteria}&limit=200{after}")).await?;
        records.extend(page.list("/items")?.iter().cloned());
        cursor = page.at("/next_cursor")?.as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(records);
        }
    }
    Err(Stop::unmet(format!("at most {MOST_PAGES} pages of records"), "more"))
}

impl Act<'_> {
    fn is(&self, record: &Value) -> bool {
        let by = match &self.by {
            By::Staff(who) => {
                record.is("/actor/kind", "staff")
                    && record.is("/actor/id", &who.id)
                    && record.is("/actor/name", &who.name)
            }
            By::Customer => record.is("/actor/kind", "customer"),
            By::System => record.is("/actor/kind", "system"),
        };
        let outcome = match self.code {
            None => record.is("/outcome", "success"),
            Some(code) => record.is("/outcome", "refused") && record.is("/code", code),
        };
        by && outcome && record.is("/action", self.action) && record.is("/object/id", self.object)
    }
}

impl std::fmt::Display for Act<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let by = match &self.by {
            By::Staff(who) => &who.name,
            By::Customer => "the customer",
            By::System => "the program",
        };
        write!(f, "{} on {} by {by}: {}", self.action, self.object, self.code.unwrap_or("success"))
    }
}

/// What is on record of the same action, for the report of a missing act.
fn like(act: &Act<'_>, records: &[Value]) -> String {
    let part = |r: &Value, at: &str| r.pointer(at).and_then(Value::as_str).unwrap_or("-").to_owned();
    let mut seen: Vec<String> = records
        .iter()
        .filter(|r| r.is("/action", act.action))
        .map(|r| format!("{} by {} {}", part(r, "/outcome"), part(r, "/actor/kind"), part(r, "/actor/name")))
        .collect();
    seen.dedup();
    if seen.is_empty() { format!("no {} in {} records", act.action, records.len()) } else { seen.join("; ") }
}

/// What every record must carry.
fn complete(record: &Value) -> Outcome<()> {
    let what = record.text("/action")?;
    for field in ["/id", "/at", "/action_text", "/trace_id", "/outcome"] {
        must(!record.text(field)?.is_empty(), format!("{what}: {field}"), "an empty text")?;
    }
    if record.is("/actor/kind", "staff") {
        for field in ["/session_id", "/source_ip", "/actor/id"] {
            must(!record.text(field)?.is_empty(), format!("{what}: {field}"), "an empty text")?;
        }
        must(!is_empty(record.pointer("/actor/roles")), format!("{what}: the actor's roles at the time"), "none")?;
    }
    Ok(())
}

/// Nothing there, be it a list or a text.
fn is_empty(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::String(text)) => text.is_empty(),
        _ => true,
    }
}

pub(super) async fn audit_verify(acts: &mut Acts<'_>) -> Outcome<Value> {
    let auditor = acts.staff(Role::Auditor).await?;
    acts.doing = "verifying the ledger";
    let report = auditor.web.post_nothing("/api/v1/audit-verification").await?.good(200)?;
    let failures = report.list("/failures")?;
    let first = failures.first().map(Value::to_string).unwrap_or_default();
    must(failures.is_empty(), "a ledger without a failure", format!("{} failures, first {first}", failures.len()))?;
    same("ok", true, report.flag("/ok")?)?;
    same("the signature of the head", true, report.flag("/head/signature_ok")?)?;
    let (checked, unsealed) = (report.number("/checked")?, report.number("/unsealed")?);
    must(unsealed <= MOST_UNSEALED, format!("at most {MOST_UNSEALED} unsealed records"), unsealed)?;
    must(checked > unsealed, "records that were checked", checked)?;
    same("the size of the signed tree", report.number("/tree_size")?, report.number("/head/tree_size")?)?;
    same("its root", report.text("/root")?, report.text("/head/root")?)?;
    Ok(json!({
        "checked": checked, "unsealed": unsealed, "tree_size": report.number("/tree_size")?,
        "root": report.text("/root")?, "key_id": report.text("/head/key_id")?, "verified_in_ms": report.number("/ms")?,
    }))
}

pub(super) async fn disk_scan(acts: &mut Acts<'_>) -> Outcome<Value> {
    needed(acts.closed, "ticket")?;
    acts.doing = "reading the metrics";
    let metrics = Web::new(&acts.stage.metrics_url, &acts.tls)?.fetch("/metrics", None).await?;
    same("the status of the metrics", 200, metrics.status)?;
    let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
    for (name, planted) in acts.script.planted() {
        must(!metrics.contains(planted), "metrics without content", format!("the {name} in them"))?;
    }

    acts.doing = "scanning the disk";
    let mut needles = acts.script.needles();
    for spoken in acts.transcript.iter().flatten().filter(|s| s.text.chars().count() >= 10) {
        needles.push(Needle::words("transcript", &spoken.text));
    }
    needles.extend(sound(&acts.stage.call_wav).map(|bytes| Needle::bytes("recording", bytes)));
    let folders = acts.stage.data_dirs.clone();
    let scanned = tokio::task::spawn_blocking(move || raw_scan::scan(&folders, &needles, SCAN_LIMIT)).await;
    let report = scanned
        .map_err(|e| Stop::unmet("a finished scan", e))?
        .map_err(|e| Stop::unmet("a scan that sees and was finished", e.detail()))?;
    let hit = report.hits.first().map(|h| {
        format!(
            "{} places, first {} at {} of {} as {}",
            report.hits.len(),
            h.needle,
            h.offset,
            h.file.display(),
            h.form
        )
    });
    must(report.hits.is_empty(), "nothing planted readable on the disk", hit.unwrap_or_default())?;
    must(report.unread.is_empty(), "every file read", report.unread.join("; "))?;
    serde_json::to_value(&report).map_err(|e| Stop::unmet("the report of the scan", e))
}

/// Some bytes of the recording that are not silence.
fn sound(wav: &[u8]) -> Option<&[u8]> {
    const BYTES: usize = 64;
    wav.get(1_024..)?.chunks_exact(BYTES).find(|part| {
        let mut values = part.to_vec();
        values.sort_unstable();
        values.dedup();
        values.len() >= BYTES / 3
    })
}

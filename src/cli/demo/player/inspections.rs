//! Both are inspected: every deduction quotes what was said, where it was said, and the sum is right. Hearing the call needs a task or a second person.

use chrono::DateTime;
use serde_json::{Value, json};

use super::calls::ASK_EVERY;
use super::check::{Fields, Outcome, Stop, must, needed, same, same_words};
use super::client::Staff;
use super::script::BRUSH_OFF_RULE;
use super::{Acts, Role};
use crate::crypto::sm3;

/// Where something was said, and the words.
struct Place {
    from_ms: i64,
    to_ms: i64,
    words: String,
}

pub(super) async fn inspection_chat(acts: &mut Acts<'_>) -> Outcome<Value> {
    needed(acts.closed, "ticket")?;
    let conversation = acts.conversation()?;
    let inspector = acts.staff(Role::Inspector).await?;
    acts.doing = "waiting for the conversation's inspection";
    let inspection = created(&inspector, "conversation", &conversation).await?;
    let opened = inspector.web.get(&format!("/api/v1/conversations/{conversation}")).await?;
    let messages = inspector.web.get(&format!("/api/v1/conversations/{conversation}/messages")).await?;
    let started = time(opened.text("/opened_at")?)?;
    let place = |finding: &Value| -> Outcome<Place> {
        let id = finding.text("/message_id")?;
        let message = messages.list("/items")?.iter().find(|m| m.is("/id", id));
        let message = message.ok_or_else(|| Stop::unmet("the message that a finding names", "it is not there"))?;
        let at = (time(message.text("/at")?)? - started).num_milliseconds();
        // Both times are cut to milliseconds on their way.
        Ok(Place { from_ms: at - 1, to_ms: at + 1, words: message.text("/body")?.to_owned() })
    };
    let codes = findings_stand(&inspection, place)?;
    must(
        codes.iter().any(|c| c == BRUSH_OFF_RULE),
        format!("a finding of the rule {BRUSH_OFF_RULE}, which the agent broke"),
        format!("findings of {}", codes.join(", ")),
    )?;

    acts.doing = "confirming the conversation's inspection";
    let id = inspection.text("/id")?.to_owned();
    claim(&inspector, &id).await?;
    confirm(&inspector, &id, &acts.script.inspection_comment).await?;
    acts.chat_inspection = Some(id);
    summary(&inspection, &codes)
}

pub(super) async fn inspection_call(acts: &mut Acts<'_>) -> Outcome<Value> {
    let call = needed(acts.call.clone(), "recording_import")?;
    let spoken = needed(acts.transcript.clone(), "transcript")?;
    let inspector = acts.staff(Role::Inspector).await?;
    acts.doing = "waiting for the call's inspection";
    let inspection = created(&inspector, "recording", &call.id).await?;
    let place = |finding: &Value| -> Outcome<Place> {
        let id = finding.text("/segment_id")?;
        let segment = spoken.iter().find(|s| s.id == id);
        let segment = segment.ok_or_else(|| Stop::unmet("the segment that a finding names", "it is not there"))?;
        Ok(Place { from_ms: segment.start_ms, to_ms: segment.end_ms, words: segment.text.clone() })
    };
    let codes = findings_stand(&inspection, place)?;
    let id = inspection.text("/id")?.to_owned();
    acts.call_inspection = Some(id.clone());

    acts.doing = "hearing the call as its inspector";
    let path = format!("/api/v1/recordings/{}", call.id);
    let audio = format!("{path}/audio");
    inspector.web.fetch(&audio, Some("bytes=0-")).await?.refused(403, "access.grant_required")?;
    claim(&inspector, &id).await?;
    let grant = inspector.web.get(&format!("{path}/grant")).await?;
    must(grant.flag("/granted")? && grant.is("/by", "inspection_task"), "a grant by the inspection task", "none")?;
    hears(&inspector, &audio, &acts.stage.call_wav).await?;

    acts.doing = "hearing the call by approval";
    let supervisor = acts.staff(Role::Supervisor).await?;
    supervisor.web.fetch(&audio, Some("bytes=0-")).await?.refused(403, "access.grant_required")?;
    let ask = json!({ "kind": "recording.playback", "object_id": call.id, "reason": acts.script.approval_reason });
    let asked = supervisor.web.post("/api/v1/approvals", &ask).await?.good(201)?;
    same("the request's state", "pending", asked.text("/state")?)?;
    let approval = asked.text("/id")?.to_owned();
    let decision = format!("/api/v1/approvals/{approval}/decision");
    let yes = json!({ "decision": "approve", "comment": acts.script.approval_comment });
    supervisor.web.post(&decision, &yes).await?.refused(403, "access.forbidden")?;
    supervisor.web.fetch(&audio, Some("bytes=0-")).await?.refused(403, "access.grant_required")?;
    let auditor = acts.staff(Role::Auditor).await?;
    let inbox = auditor.web.get("/api/v1/approvals?state=pending&limit=200").await?;
    let waiting = inbox.list("/items")?.iter().find(|a| a.is("/id", &approval));
    let waiting = waiting.ok_or_else(|| Stop::unmet("the request in the second person's inbox", "it is not there"))?;
    same_words("the reason that was given", &acts.script.approval_reason, waiting.text("/reason")?)?;
    let decided = auditor.web.post(&decision, &yes).await?.good(200)?;
    same("the request's state", "executed", decided.text("/state")?)?;
    hears(&supervisor, &audio, &acts.stage.call_wav).await?;
    acts.approval = Some(approval.clone());

    acts.doing = "confirming the call's inspection";
    confirm(&inspector, &id, &acts.script.inspection_comment).await?;
    let grant = inspector.web.get(&format!("{path}/grant")).await?;
    same("granted once the task is done", false, grant.flag("/granted")?)?;
    inspector.web.fetch(&audio, Some("bytes=0-")).await?.refused(403, "access.grant_required")?;

    let mut detail = summary(&inspection, &codes)?;
    if let Some(map) = detail.as_object_mut() {
        map.insert("approval_id".to_owned(), json!(approval));
    }
    Ok(detail)
}

fn time(text: &str) -> Outcome<DateTime<chrono::FixedOffset>> {
    DateTime::parse_from_rfc3339(text).map_err(|e| Stop::unmet("a time", e))
}

/// The inspection of a subject, with its findings, once there is one.
async fn created(inspector: &Staff, kind: &str, subject: &str) -> Outcome<Value> {
    let mut asking = tokio::time::interval(ASK_EVERY);
    loop {
        asking.tick().await;
        let path = format!("/api/v1/inspections?subject_kind={kind}&subject_id={subject}");
        let found = inspector.web.get(&path).await?;
        let items = found.list("/items")?;
        must(items.len() <= 1, "one inspection", items.len())?;
        if let Some(inspection) = items.first() {
            let whole = inspector.web.get(&format!("/api/v1/inspections/{}", inspection.text("/id")?)).await?;
            same("what it inspects", subject, whole.text("/subject/id")?)?;
            same("its state", "suggested", whole.text("/state")?)?;
            return Ok(whole);
        }
    }
}

/// Checks every finding against what was said, and the score against the deductions; returns the rules that were broken.
fn findings_stand(inspection: &Value, place: impl Fn(&Value) -> Outcome<Place>) -> Outcome<Vec<String>> {
    let (findings, passed) = (inspection.list("/findings")?, inspection.list("/passed")?);
    must(findings.len() + passed.len() > 0, "rules that were applied", "none")?;
    let (mut deducted, mut fatal, mut codes) = (0, false, Vec::new());
    for finding in findings {
        let (code, quote, at_ms) = (finding.text("/rule_code")?, finding.text("/quote")?, finding.number("/at_ms")?);
        let place = place(finding)?;
        let holds = !quote.trim().is_empty() && place.words.contains(quote);
        must(holds, format!("{code}: a quote that stands word for word where it says"), "it does not")?;
        let holds = (place.from_ms..=place.to_ms).contains(&at_ms);
        must(holds, format!("{code}: between {} and {} ms", place.from_ms, place.to_ms), at_ms)?;
        must(!finding.text("/explanation")?.is_empty(), format!("{code}: an explanation"), "none")?;
        deducted += finding.number("/deduction")?;
        fatal |= finding.flag("/fatal")?;
        codes.push(code.to_owned());
    }
    same("fatal", fatal, inspection.flag("/fatal")?)?;
    let full = inspection.number("/full_score")?;
    let score = if fatal { 0 } else { (full - deducted).max(0) };
    same("the score after its deductions", score, inspection.number("/score")?)?;
    Ok(codes)
}

/// The inspector takes the task.
async fn claim(inspector: &Staff, id: &str) -> Outcome<()> {
    let claimed = inspector.web.post_nothing(&format!("/api/v1/inspections/{id}/claim")).await?.good(200)?;
    same("the task's state", "assigned", claimed.text("/state")?)?;
    same("whose task it is", inspector.id.as_str(), claimed.text("/assignee/id")?)
}

async fn confirm(inspector: &Staff, id: &str, comment: &str) -> Outcome<()> {
    let path = format!("/api/v1/inspections/{id}/confirm");
    let confirmed = inspector.web.post(&path, &json!({ "comment": comment })).await?.good(200)?;
    same("the inspection's state", "confirmed", confirmed.text("/state")?)?;
    same("who stands for it", inspector.id.as_str(), confirmed.text("/confirmed_by/id")?)?;
    same_words("the comment", comment, confirmed.text("/comment")?)
}

/// Two ranges and the whole of the sound are the bytes that were delivered.
async fn hears(who: &Staff, audio: &str, wav: &[u8]) -> Outcome<()> {
    let middle = wav.len() / 2;
    for (from, to) in [(0, 1_023), (middle, middle + 4_095)] {
        let part = who.web.fetch(audio, Some(&format!("bytes={from}-{to}"))).await?;
        same("the status of a range of the sound", 206, part.status)?;
        let range = format!("bytes {from}-{to}/{}", wav.len());
        same("Content-Range", range.as_str(), part.content_range.as_deref().unwrap_or("none"))?;
        must(wav.get(from..=to) == Some(&part.body), "the bytes that were delivered", "others")?;
    }
    let whole = who.web.fetch(audio, None).await?;
    same("the status of the whole sound", 200, whole.status)?;
    let digest = |bytes: &[u8]| hex::encode(sm3::digest(bytes));
    same("its SM3 digest", digest(wav), digest(&whole.body))
}

fn summary(inspection: &Value, codes: &[String]) -> Outcome<Value> {
    Ok(json!({
        "inspection_id": inspection.text("/id")?, "score": inspection.number("/score")?,
        "full_score": inspection.number("/full_score")?, "fatal": inspection.flag("/fatal")?,
        "findings": codes, "passed": inspection.list("/passed")?.len(),
    }))
}

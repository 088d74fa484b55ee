//! A recorded call: delivered, kept unaltered, transcribed.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;

use super::cer::character_error_rate;
use super::check::{Fields, Outcome, Stop, must, needed, same};
use super::client::Staff;
use super::{Acts, Call, Role, Spoken};
use crate::vault::content_digest;

/// How often a job that runs in the background is asked about.
pub(super) const ASK_EVERY: Duration = Duration::from_millis(200);
/// The demo model reads its own closed domain far better than this; a broken path reads it far worse.
const MOST_ERRORS: f64 = 0.20;

pub(super) async fn recording_import(acts: &mut Acts<'_>) -> Outcome<Value> {
    let inspector = acts.staff(Role::Inspector).await?;
    let agent = acts.staff(Role::Agent).await?;
    let wav = acts.stage.call_wav.clone();
    let cdr = call_record(acts)?;
    let digest = hex::encode(content_digest(&wav));

    acts.doing = "leaving the call in the recorder's folder";
    let call_id = cdr.text("/call_id")?.to_owned();
    leave(&acts.stage.inbox, &call_id, &cdr, &wav).await?;
    acts.doing = "waiting for the call to be taken in";
    let view = taken_in(&inspector, &call_id).await?;
    let id = view.text("/id")?.to_owned();
    for ending in ["wav", "json"] {
        let left = acts.stage.inbox.join(format!("{call_id}.{ending}"));
        must(!left.exists(), "an empty folder once the call is taken in", left.display())?;
    }
    same("the SM3 digest of what was kept", digest.as_str(), view.text("/digest_sm3")?)?;
    same("its bytes", wav.len().to_string(), view.number("/bytes")?.to_string())?;
    same("its call id", cdr.text("/call_id")?, view.text("/call_id")?)?;
    same("its agent", agent.id.as_str(), view.text("/agent/id")?)?;
    same("its channels", 2, view.number("/channels")?)?;
    same("the algorithm that signed it", "SM2", view.text("/signature/algorithm")?)?;
    must(!view.text("/caller_masked")?.contains(&acts.script.customer_phone), "a masked caller", "the whole number")?;

    acts.doing = "delivering it again, by upload";
    let again = inspector.web.deliver(&cdr, wav.clone()).await?.good(200)?;
    same("the same call delivered again", id.as_str(), again.text("/id")?)?;
    let mut altered = wav;
    if let Some(last) = altered.last_mut() {
        *last ^= 1;
    }
    inspector.web.deliver(&cdr, altered).await?.refused(409, "request.conflict")?;
    let mut other = cdr.clone();
    if let Some(call_id) = other.pointer_mut("/call_id") {
        *call_id = json!(format!("once-{}", Uuid::now_v7().simple()));
    }
    let not_wav = b"this is no recording".to_vec();
    inspector.web.deliver(&other, not_wav).await?.refused(422, "recording.wav_refused")?;

    let call =
        Call { id: id.clone(), call_id: view.text("/call_id")?.to_owned(), duration_ms: view.number("/duration_ms")? };
    let detail = json!({
        "recording_id": id, "call_id": call.call_id, "digest_sm3": digest, "bytes": view.number("/bytes")?,
        "signing_key_id": view.text("/signature/key_id")?,
    });
    acts.call = Some(call);
    Ok(detail)
}

/// Leaves a call as the recorder does: the audio, then its record, each under its name at once.
async fn leave(inbox: &Path, name: &str, cdr: &Value, wav: &[u8]) -> Outcome<()> {
    let failed = |e: std::io::Error| Stop::unmet("a folder that the recorder can write to", e);
    for (ending, content) in [("wav", wav), ("json", cdr.to_string().as_bytes())] {
        let unfinished = inbox.join(format!("{name}.{ending}.part"));
        tokio::fs::write(&unfinished, content).await.map_err(failed)?;
        tokio::fs::rename(&unfinished, inbox.join(format!("{name}.{ending}"))).await.map_err(failed)?;
    }
    Ok(())
}

/// The recording of this call, once it is there.
async fn taken_in(inspector: &Staff, call_id: &str) -> Outcome<Value> {
    let mut asking = tokio::time::interval(ASK_EVERY);
    loop {
        asking.tick().await;
        let list = inspector.web.get("/api/v1/recordings").await?;
        if let Some(found) = list.list("/items")?.iter().find(|r| r.is("/call_id", call_id)) {
            return Ok(found.clone());
        }
    }
}

/// The recorder's call record with an id, times, a caller and an agent of this run.
fn call_record(acts: &Acts<'_>) -> Outcome<Value> {
    let mut cdr: Value =
        serde_json::from_slice(&acts.stage.call_cdr).map_err(|e| Stop::unmet("a call record in JSON", e))?;
    let time = |pointer: &str| {
        let text = cdr.text(pointer)?;
        DateTime::parse_from_rfc3339(text).map_err(|e| Stop::unmet(format!("a time at {pointer}"), e))
    };
    let (started, ended) = (time("/started_at")?, time("/ended_at")?);
    let now = acts.clock.now().with_timezone(ended.offset()) - TimeDelta::seconds(5);
    let text = |t: DateTime<_>| json!(t.to_rfc3339_opts(SecondsFormat::Millis, false));
    let inbound = cdr.is("/direction", "inbound");
    let fields = [
        ("call_id", json!(format!("once-{}", Uuid::now_v7().simple()))),
        ("started_at", text(now - (ended - started))),
        ("ended_at", text(now)),
        ("agent_login", json!(acts.stage.agent.login)),
        (if inbound { "caller" } else { "callee" }, json!(acts.script.customer_phone)),
    ];
    let map = cdr.as_object_mut().ok_or_else(|| Stop::unmet("a call record", "no JSON object"))?;
    map.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    Ok(cdr)
}

pub(super) async fn transcript(acts: &mut Acts<'_>) -> Outcome<Value> {
    let call = needed(acts.call.clone(), "recording_import")?;
    let inspector = acts.staff(Role::Inspector).await?;
    acts.doing = "waiting for the transcript";
    let path = format!("/api/v1/recordings/{}", call.id);
    let mut asking = tokio::time::interval(ASK_EVERY);
    loop {
        asking.tick().await;
        let recording = inspector.web.get(&path).await?;
        match recording.text("/state")? {
            "transcribed" => break,
            "failed" => {
                let why = recording.text("/failure").unwrap_or("no reason");
                return Err(Stop::unmet("a transcript", format!("the recording failed: {why}")));
            }
            _ => {}
        }
    }
    let transcript = inspector.web.get(&format!("{path}/transcript")).await?;
    same("demo_model", true, transcript.flag("/demo_model")?)?;
    for field in ["/engine", "/model", "/model_digest"] {
        must(!transcript.text(field)?.is_empty(), format!("{field} said"), "an empty text")?;
    }
    let segments = transcript.list("/segments")?;
    for speaker in ["agent", "customer"] {
        must(segments.iter().any(|s| s.is("/speaker", speaker)), format!("words of the {speaker}"), "none")?;
    }
    let mut spoken = Vec::new();
    for (ordinal, s) in segments.iter().enumerate() {
        let (start_ms, end_ms) = (s.number("/start_ms")?, s.number("/end_ms")?);
        let inside = 0 <= start_ms && start_ms < end_ms && end_ms <= call.duration_ms;
        must(inside, format!("segment {ordinal} within the call"), format!("{start_ms} to {end_ms} ms"))?;
        spoken.push(Spoken { id: s.text("/id")?.to_owned(), start_ms, end_ms, text: s.text("/text")?.to_owned() });
    }
    let (rate, characters) = error_rate(&acts.stage.call_reference, segments)?;
    must(rate <= MOST_ERRORS, format!("a character error rate of at most {MOST_ERRORS}"), format!("{rate:.3}"))?;
    acts.transcript = Some(spoken);
    Ok(json!({
        "segments": segments.len(), "characters": characters, "character_error_rate": (rate * 1e4).round() / 1e4,
        "model": transcript.text("/model")?, "model_digest": transcript.text("/model_digest")?, "demo_model": true,
    }))
}

/// The error rate over both channels, each read by itself, and how many characters were said.
fn error_rate(reference: &[u8], segments: &[Value]) -> Outcome<(f64, usize)> {
    let reference: Vec<Value> =
        serde_json::from_slice(reference).map_err(|e| Stop::unmet("the call's reference text in JSON", e))?;
    let of_channel = |said: &[Value], channel: i64| -> Outcome<String> {
        let mut said: Vec<&Value> = said.iter().filter(|s| s.number("/channel").ok() == Some(channel)).collect();
        said.sort_by_key(|s| s.number("/start_ms").unwrap_or(0));
        said.into_iter().map(|s| s.text("/text")).collect()
    };
    let (mut errors, mut characters) = (0.0, 0);
    for channel in [0, 1] {
        let (truth, heard) = (of_channel(&reference, channel)?, of_channel(segments, channel)?);
        let length = truth.chars().count();
        errors += character_error_rate(&truth, &heard) * length as f64;
        characters += length;
    }
    must(characters > 0, "a reference text", "an empty one")?;
    Ok((errors / characters as f64, characters))
}

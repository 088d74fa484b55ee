//! The main job, played once with real clients against running listeners: a customer on a WebSocket, staff over HTTP and the live
//! socket, a recorder that leaves a call in its folder, a compliance officer, and a look at the raw disk.
//!
//! Each step checks what it got, and says what it expected and saw when that was something else. Steps that need what an
//! earlier one did not bring are not run. Every sentence that is planted on the way is random, so nothing of a former run can pass for it.

mod calls;
mod cer;
mod chat;
mod check;
mod client;
mod compliance;
mod inspections;
mod script;
mod socket;
#[cfg(test)]
mod tests;
mod tickets;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::db::Clock;
use check::{Outcome, Stop, needed, seen};
use client::{Staff, Tls, Web};
use script::Script;
use socket::Socket;

/// How somebody signs in.
#[derive(Clone)]
pub struct Credentials {
    pub login: String,
    pub password: String,
}

/// Where the job is played, by whom, and with which call.
pub struct Stage {
    pub staff_url: String,
    pub customers_url: String,
    pub metrics_url: String,
    pub agent: Credentials,
    pub supervisor: Credentials,
    pub inspector: Credentials,
    pub auditor: Credentials,
    /// Stereo WAV; what was said in it is `call_reference`.
    pub call_wav: Vec<u8>,
    /// JSON as a recorder delivers it. Each run gives it a call id, times, a caller and an agent of its own.
    pub call_cdr: Vec<u8>,
    /// The folder where the recorder leaves its calls.
    pub inbox: PathBuf,
    /// JSON: `[{"channel", "start_ms", "end_ms", "text"}…]`.
    pub call_reference: Vec<u8>,
    /// Everything that the server writes; scanned as bytes.
    pub data_dirs: Vec<PathBuf>,
    /// PEM of the authority behind the listeners' certificates, where they have any.
    pub ca_file: Option<PathBuf>,
}

/// What became of one step.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    pub name: &'static str,
    pub ok: bool,
    pub ms: u64,
    /// Ids, digests and measures; when it failed, `expected` and `seen`. Nothing that anybody wrote.
    pub detail: Value,
}

/// What became of the job.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub ok: bool,
    pub steps: Vec<StepReport>,
}

/// Plays the job. Never fails as such: whatever goes wrong is the report of a step, each handed to `progress` when it is over.
pub async fn play(stage: &Stage, progress: impl Fn(&StepReport)) -> Report {
    let mut steps = Vec::new();
    let mut acts = match Acts::new(stage) {
        Ok(acts) => acts,
        Err(stop) => {
            steps.push(report("bot_answer", Instant::now(), Err(stop)));
            return Report { ok: false, steps };
        }
    };
    macro_rules! step {
        ($name:literal, $seconds:literal, $act:path) => {{
            let began = Instant::now();
            acts.doing = "beginning";
            let limit = Duration::from_secs($seconds);
            let outcome = match tokio::time::timeout(limit, Box::pin($act(&mut acts))).await {
                Ok(outcome) => outcome,
                Err(_) => Err(Stop::Unmet {
                    expected: format!("done within {} s", limit.as_secs()),
                    seen: format!("still {}", acts.doing),
                }),
            };
            let step = report($name, began, outcome);
            progress(&step);
            steps.push(step);
        }};
    }
    step!("bot_answer", 60, chat::bot_answer);
    step!("refusal", 60, chat::refusal);
    step!("handoff", 60, chat::handoff);
    step!("agent_reply", 60, chat::agent_reply);
    step!("ticket", 60, tickets::ticket);
    step!("recording_import", 120, calls::recording_import);
    step!("transcript", 600, calls::transcript);
    step!("inspection_chat", 120, inspections::inspection_chat);
    step!("inspection_call", 120, inspections::inspection_call);
    step!("audit_query", 120, compliance::audit_query);
    step!("audit_verify", 300, compliance::audit_verify);
    step!("disk_scan", 900, compliance::disk_scan);
    acts.leave().await;
    Report { ok: steps.iter().all(|s| s.ok), steps }
}

fn report(name: &'static str, began: Instant, outcome: Outcome<Value>) -> StepReport {
    let (ok, detail) = match outcome {
        Ok(detail) => (true, detail),
        Err(Stop::Unmet { expected, seen }) => (false, json!({ "expected": expected, "seen": seen })),
        Err(Stop::NotRun(step)) => (false, json!(format!("not run: {step} did not bring what it needs"))),
    };
    StepReport { name, ok, ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX), detail }
}

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Agent,
    Supervisor,
    Inspector,
    Auditor,
}

/// A customer's conversation, from his side.
struct Chat {
    id: String,
    web: Web,
    socket: Socket,
}

/// One message that must be found again.
#[derive(Clone)]
struct Said {
    id: String,
    body: String,
}

/// The delivered call.
#[derive(Clone)]
struct Call {
    id: String,
    call_id: String,
    duration_ms: i64,
}

/// A transcript's sentences, for the inspection of their quotes and the scan for their words.
#[derive(Clone)]
struct Spoken {
    id: String,
    start_ms: i64,
    end_ms: i64,
    text: String,
}

/// What the steps hand on to each other.
struct Acts<'a> {
    stage: &'a Stage,
    script: Script,
    clock: Clock,
    began: DateTime<Utc>,
    tls: Tls,
    /// What a step that ran out of time was waiting for.
    doing: &'static str,
    signed_in: Vec<(Role, Staff)>,
    chat: Option<Chat>,
    live: Option<Socket>,
    /// The agent's state before the job.
    agent_state: Option<Value>,
    /// Everything said, in order.
    said: Vec<Said>,
    handed_over: Option<()>,
    replied: Option<()>,
    attachment: Option<String>,
    ticket: Option<String>,
    closed: Option<()>,
    call: Option<Call>,
    transcript: Option<Vec<Spoken>>,
    chat_inspection: Option<String>,
    call_inspection: Option<String>,
    approval: Option<String>,
}

impl<'a> Acts<'a> {
    fn new(stage: &'a Stage) -> Outcome<Self> {
        let clock = Clock::system();
        Ok(Self {
            stage,
            script: Script::random().map_err(|e| Stop::unmet("random sentences to plant", e))?,
            began: clock.now(),
            clock,
            tls: Tls::new(stage.ca_file.as_deref())?,
            doing: "beginning",
            signed_in: Vec::new(),
            chat: None,
            live: None,
            agent_state: None,
            said: Vec::new(),
            handed_over: None,
            replied: None,
            attachment: None,
            ticket: None,
            closed: None,
            call: None,
            transcript: None,
            chat_inspection: None,
            call_inspection: None,
            approval: None,
        })
    }

    /// Somebody, signed in.
    async fn staff(&mut self, role: Role) -> Outcome<Staff> {
        if let Some((_, staff)) = self.signed_in.iter().find(|(r, _)| *r == role) {
            return Ok(staff.clone());
        }
        self.doing = "signing in";
        let who = match role {
            Role::Agent => &self.stage.agent,
            Role::Supervisor => &self.stage.supervisor,
            Role::Inspector => &self.stage.inspector,
            Role::Auditor => &self.stage.auditor,
        };
        let staff = Staff::sign_in(Web::new(&self.stage.staff_url, &self.tls)?, who).await?;
        self.signed_in.push((role, staff.clone()));
        Ok(staff)
    }

    fn conversation(&self) -> Outcome<String> {
        needed(self.chat.as_ref().map(|c| c.id.clone()), "bot_answer")
    }

    fn customer(&mut self) -> Outcome<&mut Socket> {
        needed(self.chat.as_mut().map(|c| &mut c.socket), "bot_answer")
    }

    /// Leaves nobody on duty who was not before, and nobody signed in.
    async fn leave(&mut self) {
        for (role, staff) in std::mem::take(&mut self.signed_in) {
            if role == Role::Agent {
                let before = self.agent_state.take().unwrap_or_else(|| json!({ "state": "offline" }));
                if let Err(stop) = staff.web.put("/api/v1/agent-state", &before).await {
                    tracing::warn!(cause = %seen(&stop), "the agent's state could not be put back");
                }
            }
            if let Err(stop) = staff.web.delete("/api/v1/session").await {
                tracing::warn!(cause = %seen(&stop), "a session of the played job could not be ended");
            }
        }
    }
}

//! Quality inspection 智能质检: every conversation and every call, by rules that are data, with the sentence behind every point taken off.
//!
//! Tables: `inspection_rules`, `inspections`, `inspection_findings`. Events in: `conversation.closed`, `recording.transcribed`. Events out, all on
//! the inspections topic: `inspection.created`, `.assigned`, `.confirmed`.
//! What always holds: a subject is inspected once per plan and version; the score is the full score less the deductions, never below zero, and zero when
//! a fatal rule was broken; every deduction quotes an utterance verbatim with its time and names its rule's version; quotes are sealed under the
//! subject's key; nothing counts before an inspector, who is not the agent himself, has confirmed it. `docs/adr/0013-inspection-rules.md` has the reasons.

mod dialogue;
mod engine;
mod model;
mod rules;
mod service;
mod store;
mod subscriber;
mod text;
mod views;

pub mod http;

pub use engine::{Dialogue, Finding, Source, Utterance, Verdict, inspect};
pub use model::{State, Subject, SubjectKind};
pub use rules::{Check, Definition, Occasion, Plan, Rule, Speaker, Within};
pub use service::{Inspections, ListFilter};
pub use subscriber::InspectOnEvent;
pub use views::{FindingView, InspectionEvent, InspectionView, RuleView, SubjectView};

#[cfg(test)]
mod tests;

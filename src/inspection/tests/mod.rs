mod engine;
mod properties;
mod rules;

use crate::db::ids::{MessageId, RuleId, SegmentId};

use super::engine::{Dialogue, Source, Utterance};
use super::model::SubjectKind;
use super::rules::{Check, Definition, Plan, Rule, Speaker};

/// `("a", 0, 900, "您好")`: agent, customer or bot, from, to, words.
type Line<'a> = (&'a str, u64, u64, &'a str);

fn speaker(letter: &str) -> Speaker {
    match letter {
        "a" => Speaker::Agent,
        "c" => Speaker::Customer,
        _ => Speaker::Bot,
    }
}

fn dialogue(kind: SubjectKind, lines: &[Line<'_>]) -> Dialogue {
    let utterance = |(who, start_ms, end_ms, text): &Line<'_>| Utterance {
        speaker: speaker(who),
        text: (*text).to_owned(),
        start_ms: *start_ms,
        end_ms: *end_ms,
        source: match kind {
            SubjectKind::Conversation => Source::Message(MessageId::fresh()),
            SubjectKind::Recording => Source::Segment(SegmentId::fresh()),
        },
    };
    Dialogue { kind, utterances: lines.iter().map(utterance).collect(), agent_from_ms: 0 }
}

fn rule(check: Check, deduction: i32, fatal: bool) -> Rule {
    Rule {
        id: RuleId::fresh(),
        code: "r".to_owned(),
        version: 1,
        name: "规则".to_owned(),
        deduction,
        fatal,
        definition: Definition { applies_to: vec![SubjectKind::Conversation, SubjectKind::Recording], check },
    }
}

/// The rules of the plan that every organisation starts with.
fn basic() -> Vec<Rule> {
    let plan = Plan::service_basic().unwrap();
    let made = plan.rules.iter().map(|r| Rule {
        id: RuleId::fresh(),
        code: r.code.clone(),
        version: r.version,
        name: r.name.clone(),
        deduction: r.deduction,
        fatal: r.fatal,
        definition: r.definition(),
    });
    made.collect()
}

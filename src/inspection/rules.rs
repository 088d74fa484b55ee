//! Rules as data: a closed set of kinds, read from the database or a plan file and checked before any of them is used. No I/O.
//!
//! `docs/adr/0013-inspection-rules.md` says why rules are data and why the kinds are few.

use serde::{Deserialize, Serialize};

use crate::db::ids::RuleId;
use crate::error::{Error, ErrorCode, Result};

use super::model::SubjectKind;
use super::text::normalise;

/// Whose words a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleSpeaker)]
pub enum Speaker {
    Agent,
    Customer,
    Bot,
}

impl Speaker {
    /// As it is stored with a finding.
    pub const fn as_str(self) -> &'static str {
        match self {
            Speaker::Agent => "agent",
            Speaker::Customer => "customer",
            Speaker::Bot => "bot",
        }
    }

    /// In an explanation.
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Speaker::Agent => "坐席",
            Speaker::Customer => "客户",
            Speaker::Bot => "机器人",
        }
    }
}

/// Where words must be said, counted in utterances of the speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    Anywhere,
    First(u32),
    Last(u32),
}

/// A rule that only counts where something was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Occasion {
    /// Anybody, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Speaker>,
    /// Any one of them.
    pub phrases: Vec<String>,
}

/// What a rule checks. Phrases are compared after normalisation: punctuation, white space, case and width do not matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// The speaker says one of the phrases, and nothing in the same utterance turns it round ("不能承诺保本").
    ForbiddenPhrase {
        speaker: Speaker,
        phrases: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unless: Vec<String>,
    },
    /// The speaker says none of the phrases where one belongs.
    RequiredPhrase {
        speaker: Speaker,
        any_of: Vec<String>,
        within: Within,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only_if: Option<Occasion>,
    },
    /// Nobody speaks for longer than this.
    MaxSilence { seconds: u32 },
    /// The customer waits longer than this for the agent's next words. A customer who goes on speaking within the time begins it anew.
    MaxResponse { seconds: u32 },
    /// The agent begins while the customer is speaking, and both go on for longer than this.
    MaxOverlap { seconds: u32 },
}

/// A rule's definition as it is stored: JSON of this shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub applies_to: Vec<SubjectKind>,
    pub check: Check,
}

/// A rule with its version, ready to be used.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: RuleId,
    pub code: String,
    pub version: i32,
    pub name: String,
    /// Points, 0 to 100.
    pub deduction: i32,
    /// One hit makes the whole score zero.
    pub fatal: bool,
    pub definition: Definition,
}

/// A rule as a plan file writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRule {
    pub code: String,
    pub version: i32,
    pub name: String,
    pub deduction: i32,
    #[serde(default)]
    pub fatal: bool,
    pub applies_to: Vec<SubjectKind>,
    pub check: Check,
}

impl PlannedRule {
    pub fn definition(&self) -> Definition {
        Definition { applies_to: self.applies_to.clone(), check: self.check.clone() }
    }
}

/// A plan: rules that are applied together, from one full score.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub code: String,
    pub version: i32,
    pub full_score: i32,
    pub rules: Vec<PlannedRule>,
}

/// Phrases of one list, and characters of one phrase.
const MAX_PHRASES: usize = 200;
const MAX_PHRASE_CHARS: usize = 64;
/// An hour: a longer limit is a slip of the pen.
const MAX_SECONDS: u32 = 3_600;
const MAX_WITHIN: u32 = 100;

impl Definition {
    /// From its stored form. Errors: `ConfigInvalid`, saying what is wrong with the rule.
    pub fn parse(json: &str) -> Result<Self> {
        let definition: Definition = serde_json::from_str(json).map_err(|e| invalid(e.to_string()))?;
        definition.check()?;
        Ok(definition)
    }

    /// The stored form.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| ErrorCode::Internal.caused_by(e))
    }

    fn check(&self) -> Result<()> {
        if self.applies_to.is_empty() {
            return Err(invalid("applies_to: name conversation, recording or both"));
        }
        match &self.check {
            Check::ForbiddenPhrase { phrases, unless, .. } => {
                check_phrases("phrases", phrases)?;
                if unless.is_empty() { Ok(()) } else { check_phrases("unless", unless) }
            }
            Check::RequiredPhrase { any_of, within, only_if, .. } => {
                check_phrases("any_of", any_of)?;
                if let Within::First(n) | Within::Last(n) = within
                    && !(1..=MAX_WITHIN).contains(n)
                {
                    return Err(invalid(format!("within: 1 to {MAX_WITHIN} utterances")));
                }
                only_if.as_ref().map_or(Ok(()), |o| check_phrases("only_if", &o.phrases))
            }
            Check::MaxSilence { seconds } | Check::MaxResponse { seconds } | Check::MaxOverlap { seconds } => {
                if (1..=MAX_SECONDS).contains(seconds) {
                    Ok(())
                } else {
                    Err(invalid(format!("seconds: 1 to {MAX_SECONDS}")))
                }
            }
        }
    }
}

fn check_phrases(field: &'static str, phrases: &[String]) -> Result<()> {
    if phrases.is_empty() || phrases.len() > MAX_PHRASES {
        return Err(invalid(format!("{field}: 1 to {MAX_PHRASES} phrases")));
    }
    if phrases.iter().any(|p| normalise(p).is_empty() || p.chars().count() > MAX_PHRASE_CHARS) {
        return Err(invalid(format!(
            "{field}: a phrase has 1 to {MAX_PHRASE_CHARS} characters and not only punctuation"
        )));
    }
    Ok(())
}

impl Plan {
    /// Reads a plan file (TOML). Errors: `ConfigInvalid`, naming the rule.
    pub fn parse(text: &str) -> Result<Self> {
        let plan: Plan = toml::from_str(text).map_err(|e| invalid(e.to_string()))?;
        if !(1..=100).contains(&plan.full_score) {
            return Err(invalid("full_score: 1 to 100"));
        }
        for rule in &plan.rules {
            rule.definition().check().map_err(|e| e.context(rule.code.clone()))?;
            if !(0..=100).contains(&rule.deduction) || (rule.deduction == 0 && !rule.fatal) {
                return Err(invalid(format!("{}: deduction: 1 to 100, or 0 for a fatal rule", rule.code)));
            }
        }
        let mut codes: Vec<&str> = plan.rules.iter().map(|r| r.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        if codes.len() != plan.rules.len() || codes.is_empty() {
            return Err(invalid("rules: at least one, each code once"));
        }
        Ok(plan)
    }

    /// The plan that every organisation starts with.
    pub fn service_basic() -> Result<Self> {
        Self::parse(include_str!("service_basic.toml"))
    }
}

fn invalid(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    ErrorCode::ConfigInvalid.because(why).context("inspection rule")
}

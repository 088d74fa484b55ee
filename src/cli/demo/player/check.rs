//! How a step says what it expected and what it saw, and reads JSON without guessing.

use std::fmt::Display;

use serde_json::Value;

/// Why a step ended early.
#[derive(Debug)]
pub(super) enum Stop {
    Unmet {
        expected: String,
        seen: String,
    },
    /// An earlier step did not bring what this one needs.
    NotRun(&'static str),
}

pub(super) type Outcome<T> = Result<T, Stop>;

impl Stop {
    pub fn unmet(expected: impl Into<String>, seen: impl Display) -> Self {
        Stop::Unmet { expected: expected.into(), seen: seen.to_string() }
    }
}

/// One line for the log.
pub(super) fn seen(stop: &Stop) -> String {
    match stop {
        Stop::Unmet { expected, seen } => format!("expected {expected}, saw {seen}"),
        Stop::NotRun(step) => format!("not run for want of {step}"),
    }
}

/// What an earlier step left.
pub(super) fn needed<T>(slot: Option<T>, step: &'static str) -> Outcome<T> {
    slot.ok_or(Stop::NotRun(step))
}

pub(super) fn must(holds: bool, expected: impl Into<String>, seen: impl Display) -> Outcome<()> {
    if holds { Ok(()) } else { Err(Stop::unmet(expected, seen)) }
}

/// Two values that must be equal and may be shown.
pub(super) fn same<T: PartialEq<U> + Display, U: Display>(what: &str, expected: T, seen: U) -> Outcome<()> {
    let holds = expected == seen;
    must(holds, format!("{what}: {expected}"), seen)
}

/// Two texts that must be equal and of which only the lengths may be shown.
pub(super) fn same_words(what: &str, expected: &str, seen: &str) -> Outcome<()> {
    let (e, s) = (expected.chars().count(), seen.chars().count());
    must(expected == seen, format!("{what}: the {e} characters that were sent"), format!("{s} characters that differ"))
}

/// Reading JSON by pointer (RFC 6901); what is not there, or of another type, ends the step.
pub(super) trait Fields {
    fn at(&self, pointer: &str) -> Outcome<&Value>;
    fn text(&self, pointer: &str) -> Outcome<&str>;
    fn number(&self, pointer: &str) -> Outcome<i64>;
    fn flag(&self, pointer: &str) -> Outcome<bool>;
    fn list(&self, pointer: &str) -> Outcome<&Vec<Value>>;
    /// Whether a text stands there that is this one.
    fn is(&self, pointer: &str, text: &str) -> bool;
    /// Nothing, or `null`.
    fn lacks(&self, pointer: &str) -> bool;
}

impl Fields for Value {
    fn at(&self, pointer: &str) -> Outcome<&Value> {
        self.pointer(pointer).ok_or_else(|| Stop::unmet(format!("a field {pointer}"), fields_of(self)))
    }

    fn text(&self, pointer: &str) -> Outcome<&str> {
        let value = self.at(pointer)?;
        value.as_str().ok_or_else(|| Stop::unmet(format!("a text at {pointer}"), kind(value)))
    }

    fn number(&self, pointer: &str) -> Outcome<i64> {
        let value = self.at(pointer)?;
        value.as_i64().ok_or_else(|| Stop::unmet(format!("a whole number at {pointer}"), kind(value)))
    }

    fn flag(&self, pointer: &str) -> Outcome<bool> {
        let value = self.at(pointer)?;
        value.as_bool().ok_or_else(|| Stop::unmet(format!("true or false at {pointer}"), kind(value)))
    }

    fn list(&self, pointer: &str) -> Outcome<&Vec<Value>> {
        let value = self.at(pointer)?;
        value.as_array().ok_or_else(|| Stop::unmet(format!("a list at {pointer}"), kind(value)))
    }

    fn is(&self, pointer: &str, text: &str) -> bool {
        self.pointer(pointer).and_then(Value::as_str) == Some(text)
    }

    fn lacks(&self, pointer: &str) -> bool {
        self.pointer(pointer).is_none_or(Value::is_null)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The names of the fields that are there, without their values.
fn fields_of(value: &Value) -> String {
    match value.as_object() {
        Some(map) => format!("fields {}", map.keys().cloned().collect::<Vec<_>>().join(", ")),
        None => kind(value).to_owned(),
    }
}

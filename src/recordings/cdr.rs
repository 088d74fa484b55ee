//! The call detail record that comes with a recording: strict JSON, refused with the name of the field and what is wrong with it. No I/O.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::error::{Error, ErrorCode, Result};

use super::model::Direction;

/// The largest record in bytes; a true one has some hundred.
pub const MAX_CDR_BYTES: usize = 16 * 1024;
/// How far the recorder's clock may be ahead of ours.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(10);

/// As it is sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallDetailRecord)]
pub struct CdrJson {
    /// The recorder's own id of the call: 1 to 64 letters, digits, `.`, `_`, `:` or `-`.
    pub call_id: String,
    pub direction: Direction,
    /// RFC 3339 with a zone.
    pub started_at: String,
    pub ended_at: String,
    /// 3 to 20 digits with an optional leading `+`, or `anonymous` when the number was withheld (RFC 3323).
    pub caller: String,
    pub callee: String,
    pub agent_login: String,
    /// Index of the agent's channel in the recording, 0 = left.
    pub agent_channel: u8,
    pub customer_channel: u8,
}

/// A record that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cdr {
    pub call_id: String,
    pub direction: Direction,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    pub caller: String,
    pub callee: String,
    pub agent_login: String,
    pub agent_channel: i16,
}

/// What stands for a number that was withheld.
pub const WITHHELD: &str = "anonymous";

impl Cdr {
    /// Reads and checks a record. `now` bounds its times. Errors: `CdrRefused`, naming the field, never its value.
    pub fn parse(bytes: &[u8], now: DateTime<Utc>) -> Result<Self> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let sent: CdrJson = serde_path_to_error::deserialize(&mut json).map_err(|e| {
            let (place, inner) = (e.path().to_string(), e.inner());
            refused(match inner.classify() {
                serde_json::error::Category::Data => describe(&inner.to_string(), &place),
                _ => format!("not JSON: line {} column {}", inner.line(), inner.column()),
            })
        })?;
        json.end().map_err(|_| refused("there is more after the end of the record"))?;
        Self::check(sent, now)
    }

    fn check(sent: CdrJson, now: DateTime<Utc>) -> Result<Self> {
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
        if sent.call_id.is_empty() || sent.call_id.len() > 64 || !sent.call_id.chars().all(is_id) {
            return Err(refused("call_id: 1 to 64 letters, digits, '.', '_', ':' or '-'"));
        }
        let (started_at, ended_at) = (time("started_at", &sent.started_at)?, time("ended_at", &sent.ended_at)?);
        if ended_at <= started_at {
            return Err(refused("ended_at: not after started_at"));
        }
        if ended_at > now + CLOCK_TOLERANCE {
            return Err(refused("ended_at: in the future; check the recorder's clock and the zone"));
        }
        let agent_channel = match (sent.agent_channel, sent.customer_channel) {
            (0, 1) => 0,
            (1, 0) => 1,
            (a, c) if a == c => return Err(refused("agent_channel and customer_channel: the same channel")),
            _ => return Err(refused("agent_channel, customer_channel: 0 or 1")),
        };
        let login = sent.agent_login.trim().to_lowercase();
        if login.is_empty() || login.chars().count() > 64 {
            return Err(refused("agent_login: 1 to 64 characters"));
        }
        Ok(Self {
            call_id: sent.call_id,
            direction: sent.direction,
            started_at,
            ended_at,
            caller: number("caller", &sent.caller)?,
            callee: number("callee", &sent.callee)?,
            agent_login: login,
            agent_channel,
        })
    }

    /// The customer's number, unless it was withheld.
    pub fn customer_number(&self) -> Option<&str> {
        let number = match self.direction {
            Direction::Inbound => &self.caller,
            Direction::Outbound => &self.callee,
        };
        (number != WITHHELD).then_some(number.as_str())
    }

    /// Refuses a recording whose length is not the call's.
    pub fn check_duration(&self, recorded_ms: u64, tolerance: TimeDelta) -> Result<()> {
        let recorded = TimeDelta::milliseconds(i64::try_from(recorded_ms).unwrap_or(i64::MAX / 1_000));
        let call = self.ended_at - self.started_at;
        if (recorded - call).abs() <= tolerance {
            return Ok(());
        }
        Err(refused(format!(
            "the call took {}.{:01} s by its record, the recording has {}.{:01} s; they may differ by {} s",
            call.num_seconds(),
            call.subsec_millis() / 100,
            recorded.num_seconds(),
            recorded.subsec_millis() / 100,
            tolerance.num_seconds(),
        )))
    }
}

fn time(field: &'static str, text: &str) -> Result<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text)
        .map_err(|_| refused(format!("{field}: RFC 3339 with a zone, for example 2026-11-20T09:30:00+08:00")))?;
    // PostgreSQL keeps microseconds.
    DateTime::from_timestamp_micros(time.timestamp_micros()).ok_or_else(|| refused(format!("{field}: out of range")))
}

fn number(field: &'static str, text: &str) -> Result<String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = (3..=20).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    if is_number || text == WITHHELD {
        return Ok(text.to_owned());
    }
    Err(refused(format!("{field}: 3 to 20 digits with an optional leading '+', or \"{WITHHELD}\"")))
}

/// serde's sentence about a fault in the data, without the offending value.
fn describe(message: &str, place: &str) -> String {
    let name = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').nth(1)).map(str::to_owned);
    if let Some(field) = name("missing field ") {
        return format!("{field}: missing");
    }
    if let Some(field) = name("unknown field ") {
        return format!("{field}: unknown field");
    }
    if message.starts_with("duplicate field ") {
        format!("{place}: given twice")
    } else {
        format!("{place}: wrong type or value")
    }
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    ErrorCode::CdrRefused.because(why)
}

//! Pages by opaque cursor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, ErrorCode, Result};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// `?limit=&cursor=`, refused before a use case sees them when they cannot be.
#[derive(Debug, Default, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

/// Rows to return: 50 unless asked, 200 at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Limit(i64);

impl Limit {
    pub fn rows(self) -> i64 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Limit(DEFAULT_LIMIT)
    }
}

impl TryFrom<i64> for Limit {
    type Error = String;

    fn try_from(rows: i64) -> std::result::Result<Self, String> {
        if (1..=MAX_LIMIT).contains(&rows) { Ok(Limit(rows)) } else { Err(format!("limit must be 1 to {MAX_LIMIT}")) }
    }
}

/// A place in a list ordered by time and id, newest first: rows after it are older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cursor {
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

impl Cursor {
    pub fn encode(&self) -> String {
        let mut bytes = self.at.timestamp_micros().to_be_bytes().to_vec();
        bytes.extend_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn decode(text: &str) -> Result<Self> {
        let bad = || -> Error { ErrorCode::InvalidParameter.because("cursor") };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let (time, id) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
        let at = DateTime::UNIX_EPOCH
            .checked_add_signed(TimeDelta::microseconds(i64::from_be_bytes(*time)))
            .ok_or_else(bad)?;
        Ok(Self { at, id: Uuid::from_slice(id).map_err(|_| bad())? })
    }
}

impl TryFrom<String> for Cursor {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Cursor::decode(&text)
    }
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `limit + 1` fetched rows to a page: the extra row only says that there is more. `place` gives a row's time and id.
    pub fn cut(mut rows: Vec<T>, limit: i64, place: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|r| place(r).encode()) } else { None };
        Self { items: rows, next_cursor }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }
}

//! What every handler stands on: strict JSON, typed path and query, error bodies with a trace id, pages, and work that outlives its client.
//!
//! Knows no business noun and no route. Who is signed in is decided in `identity`.

mod error;
mod extract;
pub mod multipart;
mod page;
mod request;
mod text;

pub use error::{ErrorBody, trace_errors};
pub use extract::{Json, Path, Query, Unread};
pub use page::{Cursor, Limit, Page, PageQuery};
pub use request::{
    Demo, English, RequestInfo, Zone, created_status, has_own_header, refused, require_own_header, run_use_cases_on,
    uninterrupted,
};
pub use text::{DESTROYED_TEXT, check_text};

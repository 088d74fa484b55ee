//! Full-text search over what is sealed everywhere else.
//!
//! An [`Index`] is a tantivy index in a folder of sealed files ([`SealedDirectory`]): terms are on the disk only under the index's data
//! key. Texts are indexed and not stored: a hit is an id, and whoever shows it reads the content from PostgreSQL,
//! with all the checks that go with that. The index owns no table and no truth: it is derived, may be thrown away at any time
//! and is rebuilt from PostgreSQL, after which it follows the event log from the position it was committed at.
//!
//! [`retrieval`] decides whether what was found supports an answer at all, and which sentence of an article does.
//!
//! What always holds: a folder that cannot be opened in full, with this key and this analyser, is an error with
//! [`SearchRebuilding`](crate::error::ErrorCode::SearchRebuilding), never a panic and never a partial result; a search sees the documents
//! of the organisations it was given and no others; user text never reaches a query parser.
//!
//! Everything here is synchronous and costs CPU: async callers go through [`blocking`].

mod analyser;
mod directory;
mod document;
mod find;
mod index;
mod lexicon;
mod purge;
mod query;
pub mod retrieval;

#[cfg(test)]
mod tests;

pub use analyser::{Analyser, Word};
pub use directory::{DEFAULT_MEMORY_BYTES, FILE_FORM, MemoryFigures, SealedDirectory};
pub use document::{Document, Kind};
pub use find::{Filter, Hit};
pub use index::Index;
pub use query::Query;

use crate::error::{ErrorCode, Result};

/// Runs search work off the async workers.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| ErrorCode::Internal.caused_by(e))?
}

//! Full-text search over what customers and staff have said: messages, calls, tickets and articles in one list.
//!
//! It stands above the nouns because it names several of them, and owns no table and no text: an index of this node in `search/content`, filled
//! from the nouns' own [`crate::replica::Source`]s and following their topics ([`ContentIndexer`]); articles are found in the index that
//! knowledge keeps. Events out: none.
//!
//! What always holds: the index says where to look, PostgreSQL says what is shown, and the noun says whether this person may see it, so
//! that nothing is found by somebody who could not open it; numbers in what is shown are masked; the audit record has a keyed digest of the
//! query and names what was shown, and the query itself is written down nowhere.

mod indexer;
mod service;
mod views;

pub mod http;

pub use indexer::ContentIndexer;
pub use service::{ContentQuery, ContentSearch};
pub use views::{FoundView, ParentView};

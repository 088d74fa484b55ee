//! A node's own copy of what can be searched: opened at start or filled again from PostgreSQL, then following the event log.
//!
//! Owns no table. A [`Replica`] is a [`crate::search::Index`] in a folder with a data key of its own, and the [`Source`]s that say what belongs
//! into it. The nouns own their sources; whoever searches puts a replica together from them.
//!
//! What always holds:
//! - Nothing is found before everything is there: until a rebuild has come to its end, a search is refused with `dependency.search_rebuilding`.
//! - An event is only a hint that something changed. What goes into the index is read from PostgreSQL, under a lock that the rebuild takes too, so
//!   an old state never comes to lie over a newer one, in whatever order events and pages arrive.
//! - An event counts as taken when the index has it on the disk. Events taken at the same time share one commit.
//! - What was sealed under a destroyed key is deleted, and destroyed in the files as well. A rotation of its own key has it written anew.
//! - A rebuild takes a new key and destroys the old one: what the old files still held can never be read again.
//! - Texts are in clear in memory only.

mod index;
mod keys;
mod source;

pub use index::{Progress, Replica};
pub use source::{Change, Page, Source, Text};

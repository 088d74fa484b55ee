//! Tickets: what could not be settled in the conversation, until it is.
//!
//! Tables: `tickets`, `ticket_entries`; numbers from the sequence `ticket_numbers`. Events out, all on the tickets topic with the same payload
//! ([`TicketEvent`]): `ticket.created`, `.transitioned`, `.commented`, `.assigned`.
//!
//! Who sees what: a supervisor every ticket of the organisation; an agent those he made, those he is assigned to, and the organisation's
//! ticket queue, which is every unfinished ticket that nobody is assigned to. Who may do what stands in `model.rs`.
//!
//! What always holds: states change by one function, under the ticket's row lock; a change that it does not allow is refused, recorded
//! and changes nothing; every change leaves an entry, numbered from 1 without gaps; subject, description and entries are sealed under the
//! ticket's own key; an entry is never changed or removed; a number is given once, and a creation that fails may leave a gap.

mod content;
mod model;
mod service;
mod store;
mod views;

pub mod http;

pub use content::{FoundTicket, TicketTexts, find_text};
pub use model::{EntryKind, Kind, Priority, Standing, State};
pub use service::{ListFilter, NewTicket, Tickets};
pub use views::{EntryView, TicketEvent, TicketView};

#[cfg(test)]
mod tests;

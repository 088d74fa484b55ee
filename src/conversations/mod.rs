//! Conversations: a customer writes, the bot answers or says that it cannot, a person takes over, answers and closes.
//!
//! Tables: `queues`, `agent_states`, `conversations`, `messages`, `message_citations`, `attachments`, `bot_receipts`,
//! `chat_sessions`; files: a vault folder of its own for attachments.
//! Events out, all on the conversations topic: `conversation.opened`, `.message_posted`, `.queued`, `.assigned`, `.closed`;
//! in: `session.ended`.
//! What always holds: messages of a conversation are numbered from 1 without gaps under its row lock; a message sent again with the same
//! client id is the same message; content is sealed under the conversation's key; every answer of the bot has its receipt and label; a
//! conversation in the queue is given to exactly one agent within his capacity.

pub mod attachments;
mod bot;
mod chat;
mod content;
mod model;
mod routing;
mod service;
mod store;
mod views;

pub mod http;

pub use attachments::{Attachments, Delivery, Download, ORPHANED_ATTACHMENTS_JOB, RemoveOrphanedAttachments};
pub use bot::{BOT_TURN_JOB, BotTurn};
pub use chat::{CHAT_COOKIE, Chat, ChatPrincipal, ChatStanding, NewChat, OpenedChat};
pub use content::{FoundMessage, Holder, MessageTexts, Said, SaidMessage, find_message, holder_of, said_in};
pub use model::{AgentState, AuthorKind, HandOffReason, MessageKind, State};
pub use routing::{GoOffline, ROUTE_JOB, RouteQueue, Routing};
pub use service::{Conversations, ListFilter};
pub use store::counts;
pub use views::{
    AgentStateView, AttachmentView, CitationView, ConversationView, MessageEvent, MessageView, QueueView, StateEvent,
};

#[cfg(test)]
mod tests;

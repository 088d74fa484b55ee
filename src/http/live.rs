//! The live hub: committed events from the outbox, and ephemeral signals that are never state, to every open socket of this node.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::db::ids::ConversationId;
use crate::eventlog::{LiveEvents, LiveFollower};

/// Ephemeral signals kept for a slow socket before it is told to fetch anew.
const EPHEMERAL_BUFFER: usize = 256;

/// Somebody is typing. Never stored, never sent to the event log.
#[derive(Debug, Clone)]
pub struct Typing {
    pub conversation_id: ConversationId,
    /// `customer` or `agent`.
    pub author: &'static str,
}

/// What sockets listen to.
#[derive(Clone)]
pub struct LiveHub {
    follower: Arc<LiveFollower>,
    typing: broadcast::Sender<Typing>,
}

impl LiveHub {
    pub fn new(follower: Arc<LiveFollower>) -> Self {
        Self { follower, typing: broadcast::Sender::new(EPHEMERAL_BUFFER) }
    }

    /// Everything that is committed from now on.
    pub fn events(&self) -> LiveEvents {
        self.follower.subscribe()
    }

    pub fn typing(&self) -> broadcast::Receiver<Typing> {
        self.typing.subscribe()
    }

    /// Tells the other side; nobody listening is no fault.
    pub fn says_typing(&self, typing: Typing) {
        drop(self.typing.send(typing));
    }
}

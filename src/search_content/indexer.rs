//! Keeps the index of content in step with the event log.

use async_trait::async_trait;

use crate::error::Result;
use crate::eventlog::{Event, Subscriber, SubscriptionSpec, Topic};

use super::service::ContentSearch;

/// Follows everything that has searchable text.
pub struct ContentIndexer(ContentSearch);

impl ContentIndexer {
    pub const SUBSCRIPTION: SubscriptionSpec =
        SubscriptionSpec { name: "search-content", topics: &[Topic::Conversations, Topic::Recordings, Topic::Tickets] };

    pub fn new(search: ContentSearch) -> Self {
        Self(search)
    }
}

#[async_trait]
impl Subscriber for ContentIndexer {
    fn name(&self) -> &'static str {
        Self::SUBSCRIPTION.name
    }

    fn topics(&self) -> &'static [Topic] {
        Self::SUBSCRIPTION.topics
    }

    async fn handle(&self, event: &Event) -> Result<()> {
        self.0.replica().take(event).await
    }
}

//! What sets an inspection off: a conversation that was closed, a recording that was transcribed.

use async_trait::async_trait;

use crate::error::Result;
use crate::eventlog::{Event, Subscriber, SubscriptionSpec, Topic};

use super::model::{Subject, SubjectKind};
use super::service::Inspections;

/// Inspects everything that comes to its end. Delivered twice, an event changes nothing.
pub struct InspectOnEvent(Inspections);

impl InspectOnEvent {
    /// What the outbox keeps for it.
    pub const SUBSCRIPTION: SubscriptionSpec =
        SubscriptionSpec { name: "inspection", topics: &[Topic::Conversations, Topic::Recordings] };

    pub fn new(inspections: Inspections) -> Self {
        Self(inspections)
    }
}

#[async_trait]
impl Subscriber for InspectOnEvent {
    fn name(&self) -> &'static str {
        Self::SUBSCRIPTION.name
    }

    fn topics(&self) -> &'static [Topic] {
        Self::SUBSCRIPTION.topics
    }

    async fn handle(&self, event: &Event) -> Result<()> {
        let kind = match event.kind.as_str() {
            "conversation.closed" => SubjectKind::Conversation,
            "recording.transcribed" => SubjectKind::Recording,
            _ => return Ok(()),
        };
        self.0.inspect(event.org_id, Subject { kind, id: event.aggregate_id }).await
    }
}

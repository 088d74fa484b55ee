//! The socket of staff, `/live`: what happened that concerns this person. Content goes only to the agent who has the conversation in hand; everybody
//! else learns that something changed and asks for it, so that the reading is authorised and audited.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::conversations::{MessageEvent, Routing, StateEvent};
use crate::db::ids::ConversationId;
use crate::error::{Error, ErrorCode, Result};
use crate::eventlog::{Event, Live, Topic};
use crate::identity::{Identity, Permission, Principal, SessionEnded, Staff};
use crate::telemetry::metrics::Metrics;
use crate::telemetry::tasks::Tasks;
use crate::web::{Zone, uninterrupted};

use super::live::{LiveHub, Typing};
use super::socket::{ErrorFrame, HEARTBEAT, MAX_FRAME, Pace, check_origin, send};

/// Close code for a session that ended on the server; the client shows its sign-in.
const SESSION_ENDED: u16 = 4401;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum ClientFrame {
    Typing { conversation_id: ConversationId },
    Ping {},
}

/// Opens the live socket of a signed-in person.
pub async fn staff_socket(
    req: HttpRequest,
    body: Payload,
    staff: Staff,
    identity: Data<Identity>,
    routing: Data<Routing>,
    hub: Data<LiveHub>,
    tasks: Data<Tasks>,
    metrics: Data<Metrics>,
) -> Result<HttpResponse> {
    check_origin(&req)?;
    let (response, session, stream) =
        actix_ws::handle(&req, body).map_err(|_| Error::from(ErrorCode::InvalidParameter).context("WebSocket"))?;
    let stream = stream.max_frame_size(MAX_FRAME).aggregate_continuations().max_continuation_size(MAX_FRAME);
    let zone = req.app_data::<Data<Zone>>().map_or("", |z| z.as_str());
    let clients = metrics.ws_clients.with_label_values(&[zone]);
    let stop = tasks.stop();
    let (identity, routing, hub) = ((**identity).clone(), (**routing).clone(), (**hub).clone());
    let mut socket = StaffSocket { who: staff.0, identity, routing, hub, session };
    actix_web::rt::spawn(async move {
        clients.inc();
        let reason = tokio::select! {
            reason = socket.run(stream) => reason,
            () = stop.cancelled() => {
                send(&mut socket.session, &json!({"type": "restart"})).await;
                Some(CloseCode::Restart.into())
            }
        };
        clients.dec();
        // The client may be gone already; then there is nobody to tell.
        drop(socket.session.close(reason).await);
    });
    Ok(response)
}

struct StaffSocket {
    who: Principal,
    identity: Identity,
    routing: Routing,
    hub: LiveHub,
    session: Session,
}

impl StaffSocket {
    async fn run(&mut self, mut stream: AggregatedMessageStream) -> Option<CloseReason> {
        let (mut events, mut typing) = (self.hub.events(), self.hub.typing());
        if !send(&mut self.session, &json!({"type": "hello", "account_id": self.who.account_id})).await {
            return None;
        }
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut pace = Pace::new(30.0, 5.0);
        loop {
            let alive = tokio::select! {
                message = stream.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(AggregatedMessage::Text(text))) => self.hear(&text, &mut pace).await,
                        Some(Ok(AggregatedMessage::Ping(bytes))) => self.session.pong(&bytes).await.is_ok(),
                        Some(Ok(AggregatedMessage::Pong(_))) => true,
                        Some(Ok(AggregatedMessage::Binary(_))) => return Some(CloseCode::Unsupported.into()),
                        Some(Ok(AggregatedMessage::Close(reason))) => return reason,
                        Some(Err(_)) | None => return None,
                    }
                }
                signal = events.next() => match signal {
                    Some(Live::Happened(event)) if self.ends_this_session(&event) => return self.say_goodbye().await,
                    Some(Live::Happened(event)) => match self.frame_of(&event) {
                        Some(frame) => send(&mut self.session, &frame).await,
                        None => true,
                    },
                    Some(Live::Resync) => {
                        send(&mut self.session, &json!({"type": "resync"})).await
                    }
                    None => return Some(CloseCode::Restart.into()),
                },
                signal = typing.recv() => match signal {
                    Ok(Typing { conversation_id, author: "customer" }) if self.who.may(Permission::ConversationReply) => {
                        let frame = json!({"type": "typing", "conversation_id": conversation_id, "author": "customer"});
                        send(&mut self.session, &frame).await
                    }
                    _ => true,
                },
                _ = heartbeat.tick() => {
                    if heard.elapsed() > HEARTBEAT * 2 {
                        return Some(CloseCode::Away.into());
                    }
                    if !self.still_signed_in().await {
                        return self.say_goodbye().await;
                    }
                    self.session.ping(b"").await.is_ok()
                }
            };
            if !alive {
                return None;
            }
        }
    }

    /// Whether this very session has just been ended.
    fn ends_this_session(&self, event: &Event) -> bool {
        event.kind == "session.ended"
            && event.payload_as::<SessionEnded>().is_ok_and(|ended| ended.session_id == self.who.session_id)
    }

    async fn say_goodbye(&mut self) -> Option<CloseReason> {
        send(&mut self.session, &json!({"type": "session.ended"})).await;
        Some(CloseReason { code: CloseCode::Other(SESSION_ENDED), description: None })
    }

    /// Whether the session lives. An open screen is no activity, conversations in hand are and keep it alive. What the person may see follows
    /// his roles of this moment.
    async fn still_signed_in(&mut self) -> bool {
        let (identity, routing, who) = (self.identity.clone(), self.routing.clone(), self.who.clone());
        let roles = uninterrupted(async move {
            if routing.is_busy(&who).await? && !identity.keep_alive(who.session_id).await? {
                return Ok(None);
            }
            identity.roles_now(&who).await
        });
        match roles.await {
            Ok(Some(roles)) => {
                self.who.roles = roles;
                true
            }
            Ok(None) => false,
            Err(e) => {
                // The database being away does not end anybody's session; the next request decides.
                tracing::warn!(error = %e, "a session could not be looked at");
                true
            }
        }
    }

    async fn hear(&mut self, text: &str, pace: &mut Pace) -> bool {
        let parsed: Result<ClientFrame> =
            serde_json::from_str(text).map_err(|_| ErrorCode::InvalidJson.because("frame"));
        match pace.take().and(parsed) {
            Ok(ClientFrame::Ping {}) => send(&mut self.session, &json!({"type": "pong"})).await,
            Ok(ClientFrame::Typing { conversation_id }) => {
                let (routing, who) = (self.routing.clone(), self.who.clone());
                let mine = uninterrupted(async move { routing.is_in_hand(&who, conversation_id).await }).await;
                if matches!(mine, Ok(true)) {
                    self.hub.says_typing(Typing { conversation_id, author: "agent" });
                }
                true
            }
            Err(e) => send(&mut self.session, &ErrorFrame::new(&e, None)).await,
        }
    }

    /// What this person is told of an event; `None` when it does not concern him.
    fn frame_of(&self, event: &Event) -> Option<Value> {
        if event.org_id != self.who.org_id {
            return None;
        }
        match event.topic {
            Topic::Conversations => self.conversation_frame(event),
            Topic::Tickets if self.who.may(Permission::TicketRead) => {
                Some(self.pointer("ticket.updated", "ticket_id", event))
            }
            Topic::Recordings if self.who.may(Permission::RecordingRead) => {
                Some(self.pointer("recording.updated", "recording_id", event))
            }
            Topic::Inspections if self.who.may(Permission::InspectionRead) => {
                Some(self.pointer("inspection.updated", "inspection_id", event))
            }
            Topic::Approvals
                if self.who.may(Permission::ApprovalDecide) || self.who.may(Permission::ApprovalRequest) =>
            {
                Some(self.pointer("approval.updated", "approval_id", event))
            }
            Topic::Knowledge if self.who.may(Permission::KnowledgeRead) => {
                Some(self.pointer("article.updated", "article_id", event))
            }
            _ => None,
        }
    }

    /// Says that something changed and which thing, nothing of its content.
    fn pointer(&self, kind: &str, key: &str, event: &Event) -> Value {
        let mut frame = json!({"type": kind, "event": event.kind});
        if let Some(map) = frame.as_object_mut() {
            map.insert(key.to_owned(), json!(event.aggregate_id));
        }
        frame
    }

    fn conversation_frame(&self, event: &Event) -> Option<Value> {
        if !self.who.may(Permission::ConversationRead) {
            return None;
        }
        if event.kind == "conversation.message_posted" {
            let posted = event.payload_as::<MessageEvent>().inspect_err(log).ok()?;
            return if posted.agent_id == Some(self.who.account_id) {
                Some(json!({"type": "conversation.message", "message": posted.message}))
            } else if self.who.may(Permission::ConversationReadAll) {
                Some(json!({"type": "conversation.updated", "conversation_id": event.aggregate_id}))
            } else {
                None
            };
        }
        let change = event.payload_as::<StateEvent>().inspect_err(log).ok()?;
        let mine = change.agent_id == Some(self.who.account_id);
        let kind = match event.kind.as_str() {
            "conversation.assigned" if mine => "conversation.assigned",
            "conversation.queued" => "queue.updated",
            _ => "conversation.updated",
        };
        Some(json!({
            "type": kind, "conversation_id": change.conversation_id, "state": change.state,
            "queue_id": change.queue_id, "agent_id": change.agent_id,
        }))
    }
}

fn log(e: &Error) {
    tracing::error!(error = ?e, "an event's payload is not what its kind says");
}

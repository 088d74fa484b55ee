//! The customer's socket, `/chat`: words in, what was committed out.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::conversations::{CHAT_COOKIE, Chat, ChatPrincipal, ChatStanding, MessageEvent, MessageView, State};
use crate::db::ids::ConversationId;
use crate::error::{Error, ErrorCode, Result};
use crate::eventlog::{Event, Live};
use crate::telemetry::metrics::Metrics;
use crate::telemetry::tasks::Tasks;
use crate::web::{RequestInfo, Zone, uninterrupted};

use super::live::{LiveHub, Typing};
use super::socket::{ErrorFrame, HEARTBEAT, MAX_FRAME, Pace, check_origin, send};

/// What a customer may send.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum ClientFrame {
    Message { client_id: String, body: String },
    RequestAgent {},
    Typing {},
    History { after: i64 },
    Leave {},
    Ping {},
}

/// Where the conversation stands, as the customer sees it.
#[derive(Debug, Serialize)]
struct ConversationFrame {
    id: ConversationId,
    state: State,
    agent_name: Option<String>,
    queue_position: Option<i64>,
}

impl ConversationFrame {
    fn new(id: ConversationId, s: &ChatStanding) -> Self {
        Self { id, state: s.state, agent_name: s.agent_name.clone(), queue_position: s.queue_position }
    }
}

/// Opens the socket for the chat behind the cookie.
pub async fn chat_socket(
    req: HttpRequest,
    body: Payload,
    info: RequestInfo,
    chat: Data<Chat>,
    hub: Data<LiveHub>,
    tasks: Data<Tasks>,
    metrics: Data<Metrics>,
) -> Result<HttpResponse> {
    check_origin(&req)?;
    let token = req.cookie(CHAT_COOKIE).ok_or(ErrorCode::NotSignedIn)?.value().to_owned();
    let (chat, hub) = ((**chat).clone(), (**hub).clone());
    let who = {
        let chat = chat.clone();
        uninterrupted(async move { chat.principal(&token, &info).await }).await?
    };
    let (response, session, stream) =
        actix_ws::handle(&req, body).map_err(|_| Error::from(ErrorCode::InvalidParameter).context("WebSocket"))?;
    let stream = stream.max_frame_size(MAX_FRAME).aggregate_continuations().max_continuation_size(MAX_FRAME);
    let clients = metrics.ws_clients.with_label_values(&[Zone::Customers.as_str()]);
    let stop = tasks.stop();
    actix_web::rt::spawn(async move {
        clients.inc();
        let mut socket = ChatSocket { chat, who, hub, session };
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

struct ChatSocket {
    chat: Chat,
    who: ChatPrincipal,
    hub: LiveHub,
    session: Session,
}

impl ChatSocket {
    async fn run(&mut self, mut stream: AggregatedMessageStream) -> Option<CloseReason> {
        // Subscribe before the history is read, so that nothing falls between the two.
        let (mut events, mut typing) = (self.hub.events(), self.hub.typing());
        if let Err(e) = self.welcome(0).await {
            send(&mut self.session, &ErrorFrame::new(&e, None)).await;
            return Some(CloseCode::Error.into());
        }
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut pace = Pace::new(10.0, 2.0);
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
                    Some(Live::Happened(event)) => self.show(&event).await,
                    Some(Live::Resync) => self.welcome(0).await.is_ok(),
                    None => return Some(CloseCode::Restart.into()),
                },
                signal = typing.recv() => match signal {
                    Ok(Typing { conversation_id, author: "agent" }) if conversation_id == self.who.conversation_id => {
                        send(&mut self.session, &json!({"type": "typing"})).await
                    }
                    _ => true,
                },
                _ = heartbeat.tick() => {
                    if heard.elapsed() > HEARTBEAT * 2 {
                        return Some(CloseCode::Away.into());
                    }
                    self.session.ping(b"").await.is_ok()
                }
            };
            if !alive {
                return None;
            }
        }
    }

    /// Everything so far, and where the conversation stands.
    async fn welcome(&mut self, after: i64) -> Result<()> {
        let (chat, who) = (self.chat.clone(), self.who.clone());
        let (standing, messages) = uninterrupted(async move { chat.history(&who, after).await }).await?;
        let conversation = ConversationFrame::new(self.who.conversation_id, &standing);
        send(&mut self.session, &json!({"type": "welcome", "conversation": conversation, "messages": messages})).await;
        Ok(())
    }

    /// One frame of the customer. What he writes is acknowledged by the message itself, once it is committed.
    async fn hear(&mut self, text: &str, pace: &mut Pace) -> bool {
        let frame = match pace.take().and_then(|()| parse(text)) {
            Ok(frame) => frame,
            Err(e) => return send(&mut self.session, &ErrorFrame::new(&e, client_id_of(text))).await,
        };
        let (chat, who) = (self.chat.clone(), self.who.clone());
        let (outcome, client_id) = match frame {
            ClientFrame::Ping {} => return send(&mut self.session, &json!({"type": "pong"})).await,
            ClientFrame::Typing {} => {
                self.hub.says_typing(Typing { conversation_id: who.conversation_id, author: "customer" });
                return true;
            }
            ClientFrame::History { after } => (self.welcome(after.max(0)).await, None),
            ClientFrame::RequestAgent {} => {
                (uninterrupted(async move { chat.request_agent(&who).await.map(drop) }).await, None)
            }
            ClientFrame::Leave {} => (uninterrupted(async move { chat.leave(&who).await }).await, None),
            ClientFrame::Message { client_id, body } => {
                let id = client_id.clone();
                let posted = uninterrupted(async move { chat.post(&who, &id, &body).await }).await;
                match posted {
                    // A message sent before is not an event any more, so it is acknowledged here.
                    Ok((message, false)) => return self.send_message(message).await,
                    Ok((_, true)) => return true,
                    Err(e) => (Err(e), Some(client_id)),
                }
            }
        };
        match outcome {
            Ok(()) => true,
            Err(e) => send(&mut self.session, &ErrorFrame::new(&e, client_id)).await,
        }
    }

    /// A committed event of this conversation.
    async fn show(&mut self, event: &Event) -> bool {
        if event.aggregate_id != self.who.conversation_id.0 {
            return true;
        }
        if event.kind == "conversation.message_posted" {
            return match event.payload_as::<MessageEvent>() {
                Ok(posted) => self.send_message(posted.message.for_customer()).await,
                Err(e) => send(&mut self.session, &ErrorFrame::new(&e, None)).await,
            };
        }
        let (chat, who) = (self.chat.clone(), self.who.clone());
        match uninterrupted(async move { chat.standing(&who).await }).await {
            Ok(standing) if standing.state == State::Closed => {
                send(&mut self.session, &json!({"type": "closed"})).await
            }
            Ok(standing) => {
                let frame = json!({
                    "type": "state", "state": standing.state,
                    "agent_name": standing.agent_name, "queue_position": standing.queue_position,
                });
                send(&mut self.session, &frame).await
            }
            Err(e) => send(&mut self.session, &ErrorFrame::new(&e, None)).await,
        }
    }

    async fn send_message(&mut self, message: MessageView) -> bool {
        send(&mut self.session, &json!({"type": "message", "message": message})).await
    }
}

fn parse(text: &str) -> Result<ClientFrame> {
    serde_json::from_str(text).map_err(|_| ErrorCode::InvalidJson.because("frame"))
}

/// The client id of a frame that was refused before it was understood, so that the client knows which message it was.
fn client_id_of(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value.get("client_id")?.as_str().map(|s| s.chars().take(64).collect())
}

//! A WebSocket client that keeps what it was not waiting for, so that the order of unrelated frames does not matter.

use std::collections::VecDeque;

use futures::{SinkExt, StreamExt};
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use uuid::Uuid;

use super::check::{Fields, Outcome, Stop};
use super::client::Web;

/// Frames kept for later; more than a whole job has.
const MOST_KEPT: usize = 1_000;

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

pub(super) struct Socket {
    path: &'static str,
    stream: WebSocketStream<Box<dyn Line>>,
    kept: VecDeque<Value>,
}

impl Socket {
    /// Opens a socket as the page of this browser would: its cookies, its origin.
    pub async fn open(web: &Web, path: &'static str) -> Outcome<Self> {
        let failed = |e: &dyn std::fmt::Display| Stop::unmet(format!("a socket on {path}"), e);
        let is_secure = web.base.scheme() == "https";
        let host = web.base.host_str().unwrap_or_default().to_owned();
        let port = web.base.port_or_known_default().unwrap_or_default();
        let scheme = if is_secure { "wss" } else { "ws" };
        let mut request = format!("{scheme}://{host}:{port}{path}").into_client_request().map_err(|e| failed(&e))?;
        let header = |text: &str| HeaderValue::from_str(text).map_err(|e| failed(&e));
        request.headers_mut().insert("cookie", header(&web.cookies()?)?);
        request.headers_mut().insert("origin", header(&format!("{}://{host}:{port}", web.base.scheme()))?);

        let tcp = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.map_err(|e| failed(&e))?;
        let line: Box<dyn Line> = if is_secure {
            let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|e| failed(&e))?;
            let connector = TlsConnector::from(web.tls.config()?);
            Box::new(connector.connect(name, tcp).await.map_err(|e| failed(&e))?)
        } else {
            Box::new(tcp)
        };
        let (stream, _) = tokio_tungstenite::client_async(request, line).await.map_err(|e| failed(&e))?;
        Ok(Self { path, stream, kept: VecDeque::new() })
    }

    pub async fn send(&mut self, frame: &Value) -> Outcome<()> {
        let sent = self.stream.send(Message::text(frame.to_string())).await;
        sent.map_err(|e| Stop::unmet(format!("{} takes a frame", self.path), e))
    }

    /// The first frame that fits, of those kept or of those that come. The caller's own time limit ends the wait.
    pub async fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Outcome<Value> {
        if let Some(at) = self.kept.iter().position(&fits) {
            return self.kept.remove(at).ok_or_else(|| Stop::unmet(what, "nothing"));
        }
        let expected = || format!("{}: {what}", self.path);
        loop {
            let frame: Value = match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    serde_json::from_str(&text).map_err(|e| Stop::unmet("a frame of JSON", e))?
                }
                Some(Ok(Message::Close(why))) => {
                    let code = why.map(|w| u16::from(w.code));
                    return Err(Stop::unmet(expected(), format!("the server closed the socket ({code:?})")));
                }
                Some(Ok(_)) => continue,
                Some(Err(e)) => return Err(Stop::unmet(expected(), e)),
                None => return Err(Stop::unmet(expected(), "the connection ended")),
            };
            if fits(&frame) {
                return Ok(frame);
            }
            if frame.is("/type", "error") {
                let said = format!("{} ({})", frame.text("/code").unwrap_or("?"), frame.text("/detail").unwrap_or(""));
                return Err(Stop::unmet(expected(), said));
            }
            if self.kept.len() >= MOST_KEPT {
                return Err(Stop::unmet(expected(), format!("{MOST_KEPT} frames of other kinds")));
            }
            self.kept.push_back(frame);
        }
    }

    /// The customer writes under a fresh id, and gets back what was committed. Returns that id and the message.
    pub async fn say(&mut self, body: &str) -> Outcome<(String, Value)> {
        let client_id = Uuid::now_v7().to_string();
        let message = self.say_as(&client_id, body).await?;
        Ok((client_id, message))
    }

    /// The customer writes under this id.
    pub async fn say_as(&mut self, client_id: &str, body: &str) -> Outcome<Value> {
        self.send(&json!({ "type": "message", "client_id": client_id, "body": body })).await?;
        let own = |f: &Value| f.is("/type", "message") && f.is("/message/client_id", client_id);
        let frame = self.until("the customer's own message, committed", own).await?;
        frame.at("/message").cloned()
    }
}

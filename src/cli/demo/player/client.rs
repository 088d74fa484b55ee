//! HTTP as a browser speaks it: a cookie jar, and the header that says a change is meant.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Url};
use rustls::ClientConfig;
use serde_json::{Value, json};

use super::Credentials;
use super::check::{Fields, Outcome, Stop, must, same};
use crate::transport::{Endpoint, Files, Role};

/// Nothing that is asked for takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whom the clients trust: the given authority and nobody else, by TLS 1.3 and nothing else. `None` speaks plain HTTP alone.
#[derive(Clone)]
pub(super) struct Tls(pub Option<Arc<ClientConfig>>);

impl Tls {
    pub fn new(ca_file: Option<&Path>) -> Outcome<Self> {
        let Some(ca) = ca_file else { return Ok(Self(None)) };
        let files = Files { ca: Some(ca.to_owned()), ..Files::default() };
        let config = Endpoint::open(Role::Client, files).and_then(|end| end.client());
        Ok(Self(Some(config.map_err(|e| Stop::unmet("an authority to trust", e))?)))
    }

    /// For an address that is `https`.
    pub fn config(&self) -> Outcome<Arc<ClientConfig>> {
        self.0.clone().ok_or_else(|| Stop::unmet("an authority for https", "none"))
    }
}

/// A browser on one listener.
#[derive(Clone)]
pub(super) struct Web {
    pub base: Url,
    pub tls: Tls,
    http: Client,
    jar: Arc<Jar>,
}

/// What came back, and to which request.
pub(super) struct Answer {
    request: String,
    pub status: u16,
    pub content_range: Option<String>,
    pub body: Vec<u8>,
}

impl Web {
    pub fn new(base: &str, tls: &Tls) -> Outcome<Self> {
        let url = Url::parse(base).map_err(|e| Stop::unmet("an address of a listener", e))?;
        let jar = Arc::new(Jar::default());
        let mut http = Client::builder();
        if url.scheme() == "https" {
            http = http.tls_backend_preconfigured((*tls.config()?).clone());
        }
        let http = http
            .cookie_provider(Arc::clone(&jar))
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(|e| Stop::unmet("an HTTP client", e))?;
        Ok(Self { base: url, tls: tls.clone(), http, jar })
    }

    /// The cookies of this listener, as the header of a socket.
    pub fn cookies(&self) -> Outcome<String> {
        let cookies = self.jar.cookies(&self.base);
        let text = cookies.as_ref().and_then(|c| c.to_str().ok()).map(str::to_owned);
        text.ok_or_else(|| Stop::unmet(format!("a cookie of {}", self.base), "none"))
    }

    fn request(&self, method: Method, path: &str) -> Outcome<(String, RequestBuilder)> {
        let url = self.base.join(path).map_err(|e| Stop::unmet("an address", e))?;
        let name = format!("{method} {}", url.path());
        Ok((name, self.http.request(method, url).header("X-Requested-With", "guitai")))
    }

    async fn send(name: String, request: RequestBuilder) -> Outcome<Answer> {
        let lost = |e: reqwest::Error| {
            let mut why = e.to_string();
            let mut cause = std::error::Error::source(&e);
            while let Some(c) = cause {
                why = format!("{why}: {c}");
                cause = c.source();
            }
            why
        };
        let answer = request.send().await.map_err(|e| Stop::unmet(format!("an answer to {name}"), lost(e)))?;
        let status = answer.status().as_u16();
        let content_range = answer.headers().get(CONTENT_RANGE).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let body = answer.bytes().await.map_err(|e| Stop::unmet(format!("the whole answer to {name}"), lost(e)))?;
        Ok(Answer { request: name, status, content_range, body: body.to_vec() })
    }

    pub async fn get(&self, path: &str) -> Outcome<Value> {
        let (name, request) = self.request(Method::GET, path)?;
        Self::send(name, request).await?.good(200)
    }

    /// As it is, for what is no JSON.
    pub async fn fetch(&self, path: &str, range: Option<&str>) -> Outcome<Answer> {
        let (name, mut request) = self.request(Method::GET, path)?;
        if let Some(range) = range {
            request = request.header(RANGE, range);
        }
        Self::send(name, request).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Outcome<Answer> {
        let (name, request) = self.request(Method::POST, path)?;
        Self::send(name, request.json(body)).await
    }

    /// A request that says nothing but its address.
    pub async fn post_nothing(&self, path: &str) -> Outcome<Answer> {
        let (name, request) = self.request(Method::POST, path)?;
        Self::send(name, request.header(CONTENT_TYPE, "application/json").body("{}")).await
    }

    /// Creates at most one thing, however often it is sent with this key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Outcome<Answer> {
        let (name, request) = self.request(Method::POST, path)?;
        Self::send(name, request.header("Idempotency-Key", key).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Outcome<Value> {
        let (name, request) = self.request(Method::PUT, path)?;
        Self::send(name, request.json(body)).await?.good(200)
    }

    pub async fn delete(&self, path: &str) -> Outcome<()> {
        let (name, request) = self.request(Method::DELETE, path)?;
        let answer = Self::send(name, request).await?;
        same(&answer.request, 204, answer.status)
    }

    /// Delivers a recording.
    pub async fn deliver(&self, cdr: &Value, audio: Vec<u8>) -> Outcome<Answer> {
        let (name, request) = self.request(Method::POST, "/api/v1/recordings")?;
        let form = Form::new()
            .part("cdr", part(cdr.to_string().into_bytes(), "cdr.json", "application/json")?)
            .part("audio", part(audio, "call.wav", "audio/wav")?);
        Self::send(name, request.multipart(form)).await
    }

    /// Sends a file into a conversation.
    pub async fn attach(&self, path: &str, client_id: &str, file: &'static str, content: Vec<u8>) -> Outcome<Answer> {
        let (name, request) = self.request(Method::POST, path)?;
        let file = part(content, file, "application/octet-stream")?;
        let form = Form::new().text("client_id", client_id.to_owned()).part("file", file);
        Self::send(name, request.multipart(form)).await
    }
}

fn part(content: Vec<u8>, file: &'static str, mime: &str) -> Outcome<Part> {
    Part::bytes(content).file_name(file).mime_str(mime).map_err(|e| Stop::unmet("a part of a form", e))
}

impl Answer {
    fn json(&self) -> Outcome<Value> {
        serde_json::from_slice(&self.body).map_err(|e| Stop::unmet(format!("JSON in answer to {}", self.request), e))
    }

    /// The JSON of an answer with this status.
    pub fn good(self, status: u16) -> Outcome<Value> {
        must(self.status == status, format!("{}: {status}", self.request), self.said())?;
        self.json()
    }

    /// The JSON of an answer with either status.
    pub fn good_either(self, one: u16, other: u16) -> Outcome<Value> {
        let holds = self.status == one || self.status == other;
        must(holds, format!("{}: {one} or {other}", self.request), self.said())?;
        self.json()
    }

    /// An answer that says no, with this status and code.
    pub fn refused(self, status: u16, code: &str) -> Outcome<()> {
        let holds = self.status == status && self.json().is_ok_and(|b| b.is("/code", code));
        must(holds, format!("{}: {status} {code}", self.request), self.said())
    }

    /// Status and, when it is an error, its code and detail, which carry no content.
    fn said(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        match body.pointer("/code").and_then(Value::as_str) {
            Some(code) => format!("{} {code} ({})", self.status, body.text("/detail").unwrap_or("")),
            None => self.status.to_string(),
        }
    }
}

/// A member of staff, signed in.
#[derive(Clone)]
pub(super) struct Staff {
    pub web: Web,
    pub id: String,
    pub name: String,
}

impl Staff {
    pub async fn sign_in(web: Web, who: &Credentials) -> Outcome<Self> {
        let body = json!({ "login": who.login, "password": who.password });
        let session = web.post("/api/v1/session", &body).await?.good(200)?;
        same("must_change_password", false, session.flag("/must_change_password")?)?;
        same("login", who.login.as_str(), session.text("/account/login")?)?;
        let (id, name) = (session.text("/account/id")?.to_owned(), session.text("/account/display_name")?.to_owned());
        Ok(Self { web, id, name })
    }
}

//! Extractors that answer bad input with our own codes. DTOs carry `#[serde(deny_unknown_fields)]`.

use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures::future::{LocalBoxFuture, Ready, ready};
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorCode};

/// The largest JSON body that any route takes, in bytes. Longer text than this is not a message but an attachment.
pub const MAX_JSON_BYTES: usize = 64 * 1024;

/// A JSON body: UTF-8, `application/json`, at most [`MAX_JSON_BYTES`], no unknown fields.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = req
            .headers()
            .get(actix_web::http::header::CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
        let body = web::Payload::from_request(req, payload).into_inner();
        let request = req.clone();
        let read = async move {
            if !is_json {
                return Err(ErrorCode::UnsupportedMediaType.because("application/json"));
            }
            let body = body.map_err(|_| ErrorCode::InvalidJson.because("the body could not be read"))?;
            let bytes = body
                .to_bytes_limited(MAX_JSON_BYTES)
                .await
                .map_err(|_| ErrorCode::BodyTooLarge.because(format!("at most {MAX_JSON_BYTES} bytes")))?
                .map_err(|_| ErrorCode::InvalidJson.because("the body could not be read to its end"))?;
            parse(&bytes).map(Json)
        };
        Box::pin(async move { read.await.inspect_err(|e| note_unread(&request, e)) })
    }
}

/// A request that was refused before its use case saw it, and so is not on record yet.
#[derive(Debug, Clone)]
pub struct Unread {
    pub code: ErrorCode,
    pub detail: String,
}

fn note_unread(req: &HttpRequest, e: &Error) {
    req.extensions_mut().insert(Unread { code: e.code(), detail: e.detail().to_owned() });
}

/// Parses strict JSON and names the place of a fault, never its content.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| ErrorCode::InvalidJson.because("the body is not UTF-8"))?;
    let mut de = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut de).map_err(|e| {
        let place = e.path().to_string();
        let inner = e.inner();
        let what = match inner.classify() {
            serde_json::error::Category::Data => describe_data_fault(&inner.to_string()),
            _ => "syntax".to_owned(),
        };
        ErrorCode::InvalidJson.because(format!("{what} at {place}, line {} column {}", inner.line(), inner.column()))
    })?;
    de.end().map_err(|_| ErrorCode::InvalidJson.because("there is more after the end of the value"))?;
    Ok(value)
}

/// serde quotes the offending value in "invalid value" and "invalid type"; the name of an unknown or missing field is safe and useful.
fn describe_data_fault(message: &str) -> String {
    let keep = message.starts_with("unknown field")
        || message.starts_with("missing field")
        || message.starts_with("unknown variant");
    if keep {
        message.split(" at line ").next().unwrap_or("a field").to_owned()
    } else {
        "wrong type or value".to_owned()
    }
}

macro_rules! wrapped {
    ($(#[$doc:meta])* $name:ident from $inner:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<T>(pub T);

        impl<T> Deref for $name<T> {
            type Target = T;
            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T: DeserializeOwned + 'static> FromRequest for $name<T> {
            type Error = Error;
            type Future = Ready<Result<Self, Error>>;

            fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let got = <$inner>::from_request(req, payload).into_inner();
                let read = got
                    .map(|v| $name(v.into_inner()))
                    .map_err(|e| ErrorCode::InvalidParameter.because(short(&e.to_string())));
                ready(read.inspect_err(|e| note_unread(req, e)))
            }
        }
    };
}

wrapped! {
    /// Typed path parameters.
    Path from web::Path<T>
}
wrapped! {
    /// Typed query parameters; unknown ones are refused by the DTO.
    Query from web::Query<T>
}

/// The framework's sentence about a parameter, cut to a length that cannot carry much of what was sent.
fn short(message: &str) -> String {
    message.chars().take(120).collect()
}

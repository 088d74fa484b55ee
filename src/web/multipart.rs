//! Reading the parts of a form, each within its limit. Nothing touches the disk.

use actix_multipart::Field;
use actix_web::HttpRequest;
use actix_web::http::header;
use futures::StreamExt;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode, Result};

/// The bytes of a part; `None` when there are more than `limit`.
pub async fn collect(mut part: Field, limit: u64) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(some) = part.next().await {
        let some = some.map_err(broken)?;
        if (bytes.len() + some.len()) as u64 > limit {
            return Ok(None);
        }
        bytes.extend_from_slice(&some);
    }
    Ok(Some(bytes))
}

/// Refuses a body that says itself that it is larger than `limit` bytes, before any of it is read.
pub fn refuse_announced_above(request: &HttpRequest, limit: u64) -> Result<()> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|n| n > limit) { Err(ErrorCode::BodyTooLarge.into()) } else { Ok(()) }
}

/// A form that breaks off or is none.
pub fn broken(_: impl std::fmt::Display) -> Error {
    ErrorCode::InvalidParameter.because("the multipart body could not be read to its end")
}

/// A part that came twice, or that `wanted` does not list.
pub fn unexpected_part(name: Option<&str>, wanted: &[&str]) -> Error {
    if name.is_some_and(|n| wanted.contains(&n)) {
        ErrorCode::InvalidParameter.because("a part was sent twice")
    } else {
        ErrorCode::InvalidParameter.because(format!("parts: {}", wanted.join(" and ")))
    }
}

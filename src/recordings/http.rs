//! DTOs and handlers of recordings.

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::db::ids::RecordingId;
use crate::error::{Error, ErrorCode, Result};
use crate::identity::{Permission, Staff};
use crate::web::multipart::{broken, collect, refuse_announced_above, unexpected_part};
use crate::web::{Cursor, Limit, Path, Query, created_status, refused, uninterrupted};

use super::cdr::{CdrJson, MAX_CDR_BYTES};
use super::model::State;
use super::views::{GrantView, RecordingView, TranscriptView, WaveformView};
use super::{AskedRange, Delivery, ListFilter, Recordings};

/// The parts of a delivery, for the API document.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its shape is used, in the API document")]
pub struct RecordingUpload {
    cdr: CdrJson,
    /// WAV: stereo, 8 or 16 kHz, 16-bit PCM, A-law or µ-law.
    #[schema(value_type = String, format = Binary)]
    audio: Vec<u8>,
}

/// Takes a recording with its call record in. The same call with the same bytes again is the same recording.
#[utoipa::path(post, path = "/api/v1/recordings", tag = "recordings",
    request_body(content = RecordingUpload, content_type = "multipart/form-data"),
    responses((status = 201, body = RecordingView), (status = 200, body = RecordingView, description = "imported before"),
              (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn import_recording(
    staff: Staff,
    recordings: Data<Recordings>,
    request: HttpRequest,
    parts: Multipart,
) -> Result<HttpResponse> {
    // Without the right nothing is read; the use case refuses it on the record.
    if !staff.0.may(Permission::RecordingImport) {
        let refused = uninterrupted(async move { recordings.import(&staff.0, Delivery::default()).await }).await?;
        return Ok(HttpResponse::build(created_status(refused.1)).json(refused.0));
    }
    let limit = recordings.settings().max_bytes;
    let refuse = async |recordings: Data<Recordings>, e: Error| {
        let who = staff.0.clone();
        Err(refused(async move { recordings.refuse_import(&who, e).await }).await)
    };
    if refuse_announced_above(&request, limit.saturating_add(2 * MAX_CDR_BYTES as u64)).is_err() {
        return refuse(recordings, too_large(limit)).await;
    }
    // Recordings are held in memory while they are checked, so few are taken at a time; the others wait with their bodies unread.
    let _turn = recordings.take_turn().await?;
    let delivery = match read(parts, limit).await {
        Ok(delivery) => delivery,
        Err(e) => return refuse(recordings, e).await,
    };
    let (view, is_new) = uninterrupted(async move { recordings.import(&staff.0, delivery).await }).await?;
    Ok(HttpResponse::build(created_status(is_new)).json(view))
}

/// Reads both parts, in either order, each within its limit. Nothing touches the disk.
async fn read(mut parts: Multipart, limit: u64) -> Result<Delivery> {
    let (mut cdr, mut audio) = (None, None);
    while let Some(part) = parts.try_next().await.map_err(broken)? {
        match part.name() {
            Some("cdr") if cdr.is_none() => {
                let too_long = || ErrorCode::CdrRefused.because(format!("at most {MAX_CDR_BYTES} bytes"));
                cdr = Some(collect(part, MAX_CDR_BYTES as u64).await?.ok_or_else(too_long)?);
            }
            Some("audio") if audio.is_none() => {
                audio = Some(collect(part, limit).await?.ok_or_else(|| too_large(limit))?)
            }
            name => return Err(unexpected_part(name, &["cdr", "audio"])),
        }
    }
    let missing =
        |part: &'static str| move || ErrorCode::InvalidParameter.because(format!("the part \"{part}\" is missing"));
    Ok(Delivery { cdr: cdr.ok_or_else(missing("cdr"))?.to_vec(), audio: audio.ok_or_else(missing("audio"))? })
}

fn too_large(limit: u64) -> Error {
    ErrorCode::BodyTooLarge.because(format!("a recording has at most {limit} bytes"))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    pub state: Option<State>,
    /// A number on either side of the call, or the last four digits of one.
    pub phone: Option<String>,
    /// Calls that began at or after this time.
    pub from: Option<DateTime<Utc>>,
    /// Calls that began before this time.
    pub to: Option<DateTime<Utc>>,
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    pub limit: Limit,
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecordingPage {
    pub items: Vec<RecordingView>,
    pub next_cursor: Option<String>,
}

/// Recordings, latest call first.
#[utoipa::path(get, path = "/api/v1/recordings", tag = "recordings", params(ListQuery),
    responses((status = 200, body = RecordingPage), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn list_recordings(
    staff: Staff,
    recordings: Data<Recordings>,
    query: Query<ListQuery>,
) -> Result<HttpResponse> {
    let filter = ListFilter {
        state: query.state,
        phone: query.phone.clone(),
        from: query.from,
        to: query.to,
        limit: query.limit.rows(),
        after: query.cursor,
    };
    let page = uninterrupted(async move { recordings.list(&staff.0, filter).await }).await?;
    Ok(HttpResponse::Ok().json(RecordingPage { items: page.items, next_cursor: page.next_cursor }))
}

/// One recording.
#[utoipa::path(get, path = "/api/v1/recordings/{id}", tag = "recordings", params(("id" = RecordingId, Path)),
    responses((status = 200, body = RecordingView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_recording(staff: Staff, recordings: Data<Recordings>, id: Path<RecordingId>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { recordings.get(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// What was said.
#[utoipa::path(get, path = "/api/v1/recordings/{id}/transcript", tag = "recordings",
    params(("id" = RecordingId, Path)),
    responses((status = 200, body = TranscriptView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_transcript(staff: Staff, recordings: Data<Recordings>, id: Path<RecordingId>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { recordings.transcript(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaveformQuery {
    /// Stretches per channel, 1 to 600; 600 unless asked otherwise.
    pub buckets: Option<usize>,
}

/// The picture of both channels.
#[utoipa::path(get, path = "/api/v1/recordings/{id}/waveform", tag = "recordings", params(("id" = RecordingId, Path), WaveformQuery),
    responses((status = 200, body = WaveformView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_waveform(
    staff: Staff,
    recordings: Data<Recordings>,
    id: Path<RecordingId>,
    query: Query<WaveformQuery>,
) -> Result<HttpResponse> {
    let buckets = query.buckets.unwrap_or(super::waveform::BUCKETS);
    let view = uninterrupted(async move { recordings.waveform(&staff.0, id.0, buckets).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Whether the caller may hear it.
#[utoipa::path(get, path = "/api/v1/recordings/{id}/grant", tag = "recordings", params(("id" = RecordingId, Path)),
    responses((status = 200, body = GrantView), (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_grant(staff: Staff, recordings: Data<Recordings>, id: Path<RecordingId>) -> Result<HttpResponse> {
    let view = uninterrupted(async move { recordings.grant(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// The sound, for players: whole or one byte range. Never stored by the browser.
#[utoipa::path(get, path = "/api/v1/recordings/{id}/audio", tag = "recordings", params(("id" = RecordingId, Path)),
    responses((status = 200, description = "the WAV file", content_type = "audio/wav"),
              (status = 206, description = "the bytes asked for", content_type = "audio/wav"),
              (status = "4XX", body = crate::web::ErrorBody)))]
pub async fn get_audio(
    staff: Staff,
    recordings: Data<Recordings>,
    id: Path<RecordingId>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let asked = match request.headers().get(header::RANGE).map(|v| v.to_str()) {
        Some(Ok(range)) => AskedRange::parse(range),
        _ => AskedRange::Whole,
    };
    let playing = uninterrupted(async move { recordings.play(&staff.0, id.0, asked).await }).await?;
    let (range, bytes) = (playing.range.clone(), playing.bytes);
    let mut response = HttpResponse::Ok();
    if asked != AskedRange::Whole {
        response.status(StatusCode::PARTIAL_CONTENT);
        response.insert_header((header::CONTENT_RANGE, format!("bytes {}-{}/{bytes}", range.start, range.end - 1)));
    }
    response
        .insert_header((header::CONTENT_TYPE, "audio/wav"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::ETAG, format!("\"{}\"", playing.digest_sm3)))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    let body = playing.stream()?.map_ok(Bytes::from);
    Ok(response.body(SizedStream::new(range.end - range.start, Box::pin(body))))
}

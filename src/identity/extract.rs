//! The extractor that makes a handler without a signed-in person impossible.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures::future::LocalBoxFuture;

use super::model::Principal;
use crate::error::{Error, ErrorCode};
use crate::web::{RequestInfo, Zone, has_own_header, uninterrupted};

/// The session cookie of the staff.
pub const SESSION_COOKIE: &str = "guitai_session";
/// The session cookie of the administrators. Browsers keep cookies by host and not by port, so the zones of one host need two names.
const ADMIN_SESSION_COOKIE: &str = "guitai_admin_session";

/// The name of the session cookie in a zone.
pub const fn session_cookie(zone: Zone) -> &'static str {
    match zone {
        Zone::Admin => ADMIN_SESSION_COOKIE,
        _ => SESSION_COOKIE,
    }
}

/// Finds the person behind a session token; the identity service is one.
pub trait Authenticator: Send + Sync {
    fn authenticate<'a>(
        &'a self,
        token: &'a str,
        request: &'a RequestInfo,
    ) -> Pin<Box<dyn Future<Output = Result<Principal, Error>> + Send + 'a>>;
}

/// A signed-in member of staff, in the zone the session was made for. Changes need the header `X-Requested-With: guitai` besides the cookie.
#[derive(Debug, Clone)]
pub struct Staff(pub Principal);

impl FromRequest for Staff {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let authenticator = req.app_data::<Data<dyn Authenticator>>().cloned();
        let info = req.extensions().get::<RequestInfo>().cloned();
        let name = session_cookie(info.as_ref().map_or(Zone::Staff, |i| i.zone));
        let token = req.cookie(name).map(|c| c.value().to_owned());
        let is_change = !req.method().is_safe();
        let is_ours = has_own_header(req);
        Box::pin(async move {
            let (Some(authenticator), Some(info)) = (authenticator, info) else {
                return Err(ErrorCode::Internal.because("no authenticator in this zone"));
            };
            let token = token.ok_or(ErrorCode::NotSignedIn)?;
            if is_change && !is_ours {
                return Err(ErrorCode::Forbidden.because("X-Requested-With"));
            }
            let authenticator: Arc<dyn Authenticator> = authenticator.into_inner();
            let principal = uninterrupted(async move { authenticator.authenticate(&token, &info).await }).await?;
            Ok(Staff(principal))
        })
    }
}

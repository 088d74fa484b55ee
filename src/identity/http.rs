//! Signing in and out on the staff and administrators' listeners, and accounts on the latter.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::extract::{Staff, session_cookie};
use super::model::{Account, LiveSession, NewAccount, Role, SessionState};
use super::service::{Client, Identity};
use crate::db::ids::{AccountId, SessionId};
use crate::error::Result;
use crate::web::{ErrorBody, Json, Page, PageQuery, Path, Query, RequestInfo, uninterrupted};

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    pub login: String,
    pub password: String,
}

/// Opens a session and sets its cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignInBody,
    responses((status = 200, body = SessionState), (status = "4XX", body = ErrorBody)))]
pub async fn create_session(
    info: RequestInfo,
    identity: Data<Identity>,
    request: HttpRequest,
    body: Json<SignInBody>,
) -> Result<HttpResponse> {
    let SignInBody { login, password } = body.0;
    let user_agent = request.headers().get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let client = Client { info: info.clone(), user_agent };
    let password = Zeroizing::new(password);
    let signed_in = uninterrupted(async move { identity.sign_in(&login, password, &client).await }).await?;
    Ok(HttpResponse::Ok().cookie(cookie(&info, signed_in.token.to_string())).json(signed_in.session))
}

/// The session of the caller.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = SessionState), (status = "4XX", body = ErrorBody)))]
pub async fn get_session(staff: Staff, identity: Data<Identity>) -> Result<HttpResponse> {
    let session = uninterrupted(async move { identity.session(&staff.0).await }).await?;
    Ok(HttpResponse::Ok().json(session))
}

/// Ends the session of the caller.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204), (status = "4XX", body = ErrorBody)))]
pub async fn delete_session(staff: Staff, info: RequestInfo, identity: Data<Identity>) -> Result<HttpResponse> {
    uninterrupted(async move { identity.sign_out(&staff.0).await }).await?;
    let mut gone = cookie(&info, String::new());
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordBody {
    pub current_password: String,
    pub new_password: String,
}

/// Changes one's own password.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "session", request_body = PasswordBody,
    responses((status = 204), (status = "4XX", body = ErrorBody)))]
pub async fn change_password(staff: Staff, identity: Data<Identity>, body: Json<PasswordBody>) -> Result<HttpResponse> {
    let (current, new) = (Zeroizing::new(body.0.current_password), Zeroizing::new(body.0.new_password));
    uninterrupted(async move { identity.change_password(&staff.0, current, new).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One page of accounts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountList {
    pub items: Vec<Account>,
    pub next_cursor: Option<String>,
}

/// The accounts of the organisation, newest first.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", params(PageQuery),
    responses((status = 200, body = AccountList), (status = "4XX", body = ErrorBody)))]
pub async fn list_accounts(staff: Staff, identity: Data<Identity>, page: Query<PageQuery>) -> Result<HttpResponse> {
    let page = uninterrupted(async move { identity.list_accounts(&staff.0, page.0).await }).await?;
    let Page { items, next_cursor } = page;
    Ok(HttpResponse::Ok().json(AccountList { items, next_cursor }))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccountBody {
    /// 3 to 32 lower case letters, digits, dots, dashes or underscores; never used again for another person.
    pub login: String,
    /// 1 to 40 characters.
    pub display_name: String,
    pub roles: Vec<Role>,
}

/// A new account. The password is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NewAccountView {
    pub account: Account,
    pub one_time_password: String,
}

/// Makes an account with a password for one use.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", request_body = NewAccountBody,
    responses((status = 201, body = NewAccountView), (status = "4XX", body = ErrorBody)))]
pub async fn create_account(
    staff: Staff,
    identity: Data<Identity>,
    body: Json<NewAccountBody>,
) -> Result<HttpResponse> {
    let NewAccountBody { login, display_name, roles } = body.0;
    let new = NewAccount { login, display_name, roles };
    let (account, password) = uninterrupted(async move { identity.create_account(&staff.0, new).await }).await?;
    let view = NewAccountView { account, one_time_password: password.to_string() };
    Ok(HttpResponse::Created().json(view))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolesBody {
    pub roles: Vec<Role>,
}

/// Replaces the roles of an account that is not one's own.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/roles", tag = "accounts", request_body = RolesBody,
    params(("id" = AccountId, Path)),
    responses((status = 200, body = Account), (status = "4XX", body = ErrorBody)))]
pub async fn put_account_roles(
    staff: Staff,
    identity: Data<Identity>,
    id: Path<AccountId>,
    body: Json<RolesBody>,
) -> Result<HttpResponse> {
    let account = uninterrupted(async move { identity.set_roles(&staff.0, id.0, body.0.roles).await }).await?;
    Ok(HttpResponse::Ok().json(account))
}

/// A password for one use. It is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OneTimePassword {
    pub one_time_password: String,
}

/// Replaces somebody's password by one for one use.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/password-reset", tag = "accounts",
    params(("id" = AccountId, Path)),
    responses((status = 200, body = OneTimePassword), (status = "4XX", body = ErrorBody)))]
pub async fn reset_password(staff: Staff, identity: Data<Identity>, id: Path<AccountId>) -> Result<HttpResponse> {
    let password = uninterrupted(async move { identity.reset_password(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(OneTimePassword { one_time_password: password.to_string() }))
}

/// Disables an account and ends its sessions.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/disable", tag = "accounts", params(("id" = AccountId, Path)),
    responses((status = 200, body = Account), (status = "4XX", body = ErrorBody)))]
pub async fn disable_account(staff: Staff, identity: Data<Identity>, id: Path<AccountId>) -> Result<HttpResponse> {
    let account = uninterrupted(async move { identity.disable_account(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(account))
}

/// Lets an account in again, and lifts its lock.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/enable", tag = "accounts", params(("id" = AccountId, Path)),
    responses((status = 200, body = Account), (status = "4XX", body = ErrorBody)))]
pub async fn enable_account(staff: Staff, identity: Data<Identity>, id: Path<AccountId>) -> Result<HttpResponse> {
    let account = uninterrupted(async move { identity.enable_account(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(account))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SessionList {
    pub items: Vec<LiveSession>,
}

/// The live sessions of an account.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sessions", tag = "accounts", params(("id" = AccountId, Path)),
    responses((status = 200, body = SessionList), (status = "4XX", body = ErrorBody)))]
pub async fn list_sessions(staff: Staff, identity: Data<Identity>, id: Path<AccountId>) -> Result<HttpResponse> {
    let items = uninterrupted(async move { identity.list_sessions(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::Ok().json(SessionList { items }))
}

/// Ends somebody's session at once.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "accounts", params(("id" = SessionId, Path)),
    responses((status = 204), (status = "4XX", body = ErrorBody)))]
pub async fn end_session(staff: Staff, identity: Data<Identity>, id: Path<SessionId>) -> Result<HttpResponse> {
    uninterrupted(async move { identity.end_session(&staff.0, id.0).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The cookie lives as long as the browser; how long the session does is the server's affair.
fn cookie(info: &RequestInfo, value: String) -> Cookie<'static> {
    Cookie::build(session_cookie(info.zone), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(info.secure)
        .finish()
}

//! The whole route table. A route names the zones it exists in and the audited action it stands for, or why it is not audited (control U1).

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Route};
use serde::Serialize;

use crate::audit::Action;
use crate::web::{Demo, Zone};
use crate::{
    approvals, auditing, console, conversations, identity, inspection, knowledge, recordings, search_content, tickets,
};

use super::{chat_socket, openapi, ops, staff_socket};

/// How the use of a route comes into the audit ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// The use case behind it writes this action.
    As(Action),
    /// It touches no data of anybody.
    Exempt(&'static str),
}

/// One row of the table.
pub struct RouteRow {
    pub method: &'static str,
    pub path: &'static str,
    pub zones: &'static [Zone],
    pub audit: Audit,
    /// Exists in the demo only.
    pub demo_only: bool,
    make: fn() -> Route,
}

use Audit::{As, Exempt};
use Zone::{Admin, Customers, Metrics, Staff};

const SIGNED_IN: &[Zone] = &[Staff, Admin];
const EVERYWHERE: &[Zone] = &[Staff, Customers, Admin, Metrics];

macro_rules! table {
    ($($method:ident $path:literal in $zones:expr, $audit:expr => $handler:path;)*) => {
        /// Every route of the program, API first. Order matters only among pages: the console takes what is left.
        pub const ROUTES: &[RouteRow] = &[$(RouteRow {
            method: stringify!($method),
            path: $path,
            zones: $zones,
            audit: $audit,
            demo_only: matches!($path.as_bytes(), b"/demo"),
            make: || web::$method().to($handler),
        },)*];
    };
}

table! {
    get "/api/v1/zone" in EVERYWHERE, Exempt("names the zone") => get_zone;

    post "/api/v1/session" in SIGNED_IN, As(Action::SignIn) => identity::http::create_session;
    get "/api/v1/session" in SIGNED_IN, Exempt("one's own session") => identity::http::get_session;
    delete "/api/v1/session" in SIGNED_IN, As(Action::SignOut) => identity::http::delete_session;
    post "/api/v1/session/password" in SIGNED_IN, As(Action::PasswordChange) => identity::http::change_password;

    get "/api/v1/accounts" in &[Admin], As(Action::AccountList) => identity::http::list_accounts;
    post "/api/v1/accounts" in &[Admin], As(Action::AccountCreate) => identity::http::create_account;
    put "/api/v1/accounts/{id}/roles" in &[Admin], As(Action::RolesChange) => identity::http::put_account_roles;
    post "/api/v1/accounts/{id}/password-reset" in &[Admin], As(Action::PasswordReset) => identity::http::reset_password;
    post "/api/v1/accounts/{id}/disable" in &[Admin], As(Action::AccountDisable) => identity::http::disable_account;
    post "/api/v1/accounts/{id}/enable" in &[Admin], As(Action::AccountEnable) => identity::http::enable_account;
    get "/api/v1/accounts/{id}/sessions" in &[Admin], As(Action::SessionList) => identity::http::list_sessions;
    delete "/api/v1/sessions/{id}" in &[Admin], As(Action::SessionEnd) => identity::http::end_session;

    get "/api/v1/agent-state" in &[Staff], As(Action::QueueList) => conversations::http::get_agent_state;
    put "/api/v1/agent-state" in &[Staff], As(Action::AgentStateChange) => conversations::http::put_agent_state;
    get "/api/v1/queues" in &[Staff], As(Action::QueueList) => conversations::http::list_queues;
    get "/api/v1/conversations" in &[Staff], As(Action::ConversationList) => conversations::http::list_conversations;
    get "/api/v1/conversations/{id}" in &[Staff], As(Action::ConversationRead) => conversations::http::get_conversation;
    get "/api/v1/conversations/{id}/messages" in &[Staff], As(Action::ConversationRead) => conversations::http::list_messages;
    post "/api/v1/conversations/{id}/messages" in &[Staff], As(Action::MessagePost) => conversations::http::post_message;
    post "/api/v1/conversations/{id}/attachments" in &[Staff], As(Action::AttachmentPost) => conversations::attachments::http::create_attachment;
    get "/api/v1/conversations/{id}/attachments/{attachment_id}" in &[Staff], As(Action::AttachmentRead) => conversations::attachments::http::get_attachment;
    post "/api/v1/conversations/{id}/accept" in &[Staff], As(Action::ConversationAssign) => conversations::http::accept_conversation;
    post "/api/v1/conversations/{id}/close" in &[Staff], As(Action::ConversationClose) => conversations::http::close_conversation;
    post "/api/v1/conversations/{id}/tickets" in &[Staff], As(Action::TicketCreate) => tickets::http::create_ticket_from_conversation;

    get "/api/v1/tickets" in &[Staff], As(Action::TicketList) => tickets::http::list_tickets;
    post "/api/v1/tickets" in &[Staff], As(Action::TicketCreate) => tickets::http::create_ticket;
    get "/api/v1/tickets/{id}" in &[Staff], As(Action::TicketRead) => tickets::http::get_ticket;
    post "/api/v1/tickets/{id}/transitions" in &[Staff], As(Action::TicketTransition) => tickets::http::create_transition;
    post "/api/v1/tickets/{id}/entries" in &[Staff], As(Action::TicketComment) => tickets::http::create_entry;
    put "/api/v1/tickets/{id}/assignee" in &[Staff], As(Action::TicketAssign) => tickets::http::put_assignee;

    get "/api/v1/recordings" in &[Staff], As(Action::RecordingList) => recordings::http::list_recordings;
    post "/api/v1/recordings" in &[Staff], As(Action::RecordingImport) => recordings::http::import_recording;
    get "/api/v1/recordings/{id}" in &[Staff], As(Action::RecordingRead) => recordings::http::get_recording;
    get "/api/v1/recordings/{id}/transcript" in &[Staff], As(Action::TranscriptRead) => recordings::http::get_transcript;
    get "/api/v1/recordings/{id}/waveform" in &[Staff], As(Action::RecordingRead) => recordings::http::get_waveform;
    get "/api/v1/recordings/{id}/grant" in &[Staff], As(Action::RecordingRead) => recordings::http::get_grant;
    get "/api/v1/recordings/{id}/audio" in &[Staff], As(Action::RecordingPlay) => recordings::http::get_audio;

    get "/api/v1/inspections" in &[Staff], As(Action::InspectionList) => inspection::http::list_inspections;
    get "/api/v1/inspections/{id}" in &[Staff], As(Action::InspectionRead) => inspection::http::get_inspection;
    post "/api/v1/inspections/{id}/claim" in &[Staff], As(Action::InspectionClaim) => inspection::http::claim_inspection;
    post "/api/v1/inspections/{id}/confirm" in &[Staff], As(Action::InspectionConfirm) => inspection::http::confirm_inspection;
    get "/api/v1/inspection-rules" in &[Staff], As(Action::InspectionRuleList) => inspection::http::list_inspection_rules;

    get "/api/v1/approvals" in &[Staff], As(Action::ApprovalList) => approvals::http::list_approvals;
    post "/api/v1/approvals" in &[Staff], As(Action::ApprovalRequest) => approvals::http::request_approval;
    post "/api/v1/approvals/{id}/decision" in &[Staff], As(Action::ApprovalDecide) => approvals::http::decide_approval;

    get "/api/v1/articles" in &[Staff], As(Action::ArticleList) => knowledge::http::list_articles;
    post "/api/v1/articles" in &[Staff], As(Action::ArticleCreate) => knowledge::http::create_article;
    get "/api/v1/articles/{id}" in &[Staff], As(Action::ArticleRead) => knowledge::http::get_article;
    post "/api/v1/articles/{id}/versions" in &[Staff], As(Action::ArticleRevise) => knowledge::http::create_version;
    post "/api/v1/articles/{id}/versions/{version}/publish" in &[Staff], As(Action::ArticlePublish) => knowledge::http::publish_version;
    post "/api/v1/articles/{id}/retire" in &[Staff], As(Action::ArticleRetire) => knowledge::http::retire_article;
    get "/api/v1/search" in &[Staff], As(Action::ContentSearch) => search_content::http::search_content;

    get "/api/v1/audit-records" in &[Staff], As(Action::AuditQuery) => auditing::http::list_audit_records;
    get "/api/v1/audit-records.csv" in &[Staff], As(Action::AuditExport) => auditing::http::export_audit_records;
    get "/api/v1/audit-records/{id}" in &[Staff], As(Action::AuditRead) => auditing::http::get_audit_record;
    get "/api/v1/audit-actions" in &[Staff], Exempt("the list of actions is no data") => auditing::http::list_audit_actions;
    get "/api/v1/audit-heads" in &[Staff], As(Action::AuditHeads) => auditing::http::list_audit_heads;
    post "/api/v1/audit-verification" in &[Staff], As(Action::AuditVerify) => auditing::http::verify_audit_log;

    post "/api/v1/chat-sessions" in &[Customers], As(Action::ConversationOpen) => conversations::http::create_chat_session;
    post "/api/v1/chat-attachments" in &[Customers], As(Action::AttachmentPost) => conversations::attachments::http::create_chat_attachment;
    get "/api/v1/chat-attachments/{id}" in &[Customers], As(Action::AttachmentRead) => conversations::attachments::http::get_chat_attachment;
    get "/chat" in &[Customers], As(Action::ConversationRead) => chat_socket::chat_socket;
    get "/live" in SIGNED_IN, Exempt("carries only what its own use cases have audited") => staff_socket::staff_socket;

    get "/openapi.json" in SIGNED_IN, Exempt("the API document is no data") => openapi::get_openapi;
    get "/healthz" in EVERYWHERE, Exempt("alive or not") => ops::healthz;
    get "/readyz" in &[Metrics], Exempt("ready or not") => ops::readyz;
    get "/metrics" in &[Metrics], Exempt("numbers without names") => ops::metrics;

    get "/widget.js" in &[Customers], Exempt("a public file") => console::get_widget_script;
    get "/chat-window" in &[Customers], Exempt("a public file") => console::get_chat_window;
    get "/demo" in &[Customers], Exempt("a public file, in the demo only") => console::get_demo_page;
    get "/{file}" in &[Customers], Exempt("a public file") => console::get_widget_file;
    get "/{path:.*}" in SIGNED_IN, Exempt("a public file") => console::get_console;
}

/// The audited action that a request of this method to this template stands for.
pub fn action_of(method: &str, template: Option<&str>) -> Option<Action> {
    let row = ROUTES.iter().find(|r| r.method.eq_ignore_ascii_case(method) && Some(r.path) == template)?;
    match row.audit {
        As(action) => Some(action),
        Exempt(_) => None,
    }
}

/// Gives a zone its routes, and no others.
pub fn configure(app: &mut ServiceConfig, zone: Zone, demo: Demo) {
    for row in ROUTES.iter().filter(|r| r.zones.contains(&zone) && (demo.0 || !r.demo_only)) {
        app.route(row.path, (row.make)());
    }
}

/// What a page may know before anybody has signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ZoneView {
    pub zone: Zone,
    pub demo: bool,
    pub product_version: &'static str,
    /// Where the demo's customer page is; in the demo only.
    pub customers_url: Option<String>,
}

/// Which zone this listener serves.
#[utoipa::path(get, path = "/api/v1/zone", tag = "session", responses((status = 200, body = ZoneView)))]
pub async fn get_zone(
    zone: web::Data<Zone>,
    demo: web::Data<Demo>,
    zones: web::Data<super::server::Zones>,
) -> HttpResponse {
    HttpResponse::Ok().json(ZoneView {
        zone: **zone,
        demo: demo.0,
        product_version: env!("CARGO_PKG_VERSION"),
        customers_url: demo.0.then(|| zones.customers.clone()),
    })
}

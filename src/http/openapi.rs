//! The API document, `/openapi.json`: generated from the handlers, snapshotted by a test, the source of the console's typed client.

use actix_web::HttpResponse;
use utoipa::OpenApi;

use crate::{approvals, auditing, conversations, identity, inspection, knowledge, recordings, search_content, tickets};

use super::{ops, routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guitai",
        description = "客户会话、坐席、工单、质检与审计 / conversations, agents, tickets, inspection and audit",
        license(name = "Apache-2.0")
    ),
    paths(
        routes::get_zone,
        identity::http::create_session,
        identity::http::get_session,
        identity::http::delete_session,
        identity::http::change_password,
        identity::http::list_accounts,
        identity::http::create_account,
        identity::http::put_account_roles,
        identity::http::reset_password,
        identity::http::disable_account,
        identity::http::enable_account,
        identity::http::list_sessions,
        identity::http::end_session,
        conversations::http::get_agent_state,
        conversations::http::put_agent_state,
        conversations::http::list_queues,
        conversations::http::list_conversations,
        conversations::http::get_conversation,
        conversations::http::list_messages,
        conversations::http::post_message,
        conversations::attachments::http::create_attachment,
        conversations::attachments::http::get_attachment,
        conversations::http::accept_conversation,
        conversations::http::close_conversation,
        conversations::http::create_chat_session,
        conversations::attachments::http::create_chat_attachment,
        conversations::attachments::http::get_chat_attachment,
        tickets::http::create_ticket_from_conversation,
        tickets::http::list_tickets,
        tickets::http::create_ticket,
        tickets::http::get_ticket,
        tickets::http::create_transition,
        tickets::http::create_entry,
        tickets::http::put_assignee,
        recordings::http::list_recordings,
        recordings::http::import_recording,
        recordings::http::get_recording,
        recordings::http::get_transcript,
        recordings::http::get_waveform,
        recordings::http::get_grant,
        recordings::http::get_audio,
        inspection::http::list_inspections,
        inspection::http::get_inspection,
        inspection::http::claim_inspection,
        inspection::http::confirm_inspection,
        inspection::http::list_inspection_rules,
        approvals::http::list_approvals,
        approvals::http::request_approval,
        approvals::http::decide_approval,
        knowledge::http::list_articles,
        knowledge::http::create_article,
        knowledge::http::get_article,
        knowledge::http::create_version,
        knowledge::http::publish_version,
        knowledge::http::retire_article,
        search_content::http::search_content,
        auditing::http::list_audit_records,
        auditing::http::export_audit_records,
        auditing::http::get_audit_record,
        auditing::http::list_audit_actions,
        auditing::http::list_audit_heads,
        auditing::http::verify_audit_log,
        ops::healthz,
        ops::readyz,
        ops::metrics,
    )
)]
struct Document;

/// The document as it is served.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

pub async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok().json(document())
}

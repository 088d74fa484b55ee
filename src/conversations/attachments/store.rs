//! All SQL of attachments, on the caller's connection.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::conversations::views::AttachmentView;
use crate::db::ids::{AttachmentId, ConversationId, DataKeyId, MessageId, OrgId};
use crate::db::schema::attachments;
use crate::db::{Connection, RowResult};
use crate::error::Result;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachments, check_for_backend(diesel::pg::Pg))]
pub struct AttachmentRow {
    pub id: AttachmentId,
    pub org_id: OrgId,
    pub conversation_id: ConversationId,
    pub message_id: MessageId,
    pub data_key_id: DataKeyId,
    pub media_type: String,
    pub bytes: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub digest_sm3: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

impl AttachmentRow {
    pub fn view(&self) -> AttachmentView {
        AttachmentView {
            id: self.id,
            media_type: self.media_type.clone(),
            bytes: self.bytes,
            width: self.width,
            height: self.height,
        }
    }
}

pub async fn insert(conn: &mut Connection, row: &AttachmentRow) -> Result<()> {
    diesel::insert_into(attachments::table).values(row).execute(conn).await?;
    Ok(())
}

/// The attachment, if it belongs to this conversation.
pub async fn find(conn: &mut Connection, conversation: ConversationId, id: AttachmentId) -> Result<AttachmentRow> {
    attachments::table
        .filter(attachments::id.eq(id))
        .filter(attachments::conversation_id.eq(conversation))
        .select(AttachmentRow::as_select())
        .first(conn)
        .await
        .or_not_found("attachment")
}

/// The attachments of these messages.
pub async fn of_messages(conn: &mut Connection, ids: &[MessageId]) -> Result<Vec<AttachmentRow>> {
    Ok(attachments::table
        .filter(attachments::message_id.eq_any(ids))
        .select(AttachmentRow::as_select())
        .load(conn)
        .await?)
}

pub async fn count(conn: &mut Connection, conversation: ConversationId) -> Result<i64> {
    Ok(attachments::table.filter(attachments::conversation_id.eq(conversation)).count().get_result(conn).await?)
}

/// Which of these files an attachment knows.
pub async fn known(conn: &mut Connection, ids: &[uuid::Uuid]) -> Result<Vec<uuid::Uuid>> {
    Ok(attachments::table.filter(attachments::id.eq_any(ids)).select(attachments::id).load(conn).await?)
}

//! Pictures and documents in a conversation: taken in, sealed into the vault, shown to whoever may read the conversation.

mod format;
mod store;

pub mod http;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use crate::audit::{Action, AuditDraft, Object};
use crate::crypto::DataKey;
use crate::db::Scope;
use crate::db::ids::{AccountId, AttachmentId, ConversationId, DataKeyId};
use crate::error::{Error, ErrorCode, Result};
use crate::identity::{Permission, Principal};
use crate::jobs::{JobContext, JobHandler};
use crate::transaction::{Transactions, Tx};
use crate::vault::{Sealed, Vault, VaultReader};

use super::chat::ChatPrincipal;
use super::model::{AuthorKind, MessageKind, State, check_client_id};
use super::service::{self, NewAttachment, NewMessage};
use super::store::{self as conversations, ConversationRow};
use super::views::MessageView;
use format::Recognised;

pub use store::AttachmentRow;
pub(super) use store::{insert, of_messages};

/// Attachments of one conversation: enough for a dispute with its papers, too few to fill a disk.
const MAX_PER_CONVERSATION: i64 = 50;
/// Files that are held in memory at one time while they are read and checked.
const AT_ONCE: usize = 32;
/// How long somebody who sends a file waits for his turn.
const TURN_WAIT: Duration = Duration::from_secs(5);
/// Files that no row knows are removed when they are this old: a younger one may be about to be committed.
const ORPHAN_AGE: TimeDelta = TimeDelta::hours(24);
/// Said when the bot is sent a file.
const BOT_CANNOT_READ: &str =
    "已收到您发送的附件。智能客服暂不能识别图片和文件，请用文字描述您的问题；需要坐席查看附件时，请输入“人工”。";

/// The job that removes files which no attachment knows.
pub const ORPHANED_ATTACHMENTS_JOB: &str = "conversations.remove_orphaned_attachments";

/// A file as somebody sent it. In memory only.
#[derive(Default)]
pub struct Delivery {
    /// 8 to 64 letters, digits, `-` or `_`; the same id again is the same message.
    pub client_id: String,
    pub name: String,
    pub content: Zeroizing<Vec<u8>>,
}

/// An open attachment on its way to a reader.
pub struct Download {
    pub name: String,
    pub media_type: String,
    pub reader: VaultReader,
}

/// Use cases of both sides. `vault` is the attachments' own folder: files in it that no attachment knows are removed.
#[derive(Clone)]
pub struct Attachments {
    transactions: Transactions,
    vault: Vault,
    turns: Arc<Semaphore>,
}

/// Who sends a file.
struct Sender {
    author: AuthorKind,
    account: Option<AccountId>,
    name: String,
}

impl Attachments {
    pub fn new(transactions: Transactions, vault: Vault) -> Self {
        Self { transactions, vault, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Waits a little for the turn to read a file into memory; it lasts until the permit is dropped. Errors: `Overloaded`.
    pub async fn take_turn(&self) -> Result<OwnedSemaphorePermit> {
        match tokio::time::timeout(TURN_WAIT, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(turn) => turn.map_err(|e| ErrorCode::Internal.caused_by(e)),
            Err(_) => Err(ErrorCode::Overloaded.because("too many attachments are being sent")),
        }
    }

    /// A customer sends a file. The same client id again returns the same message and `false`. Errors: `AttachmentRefused`, `BodyTooLarge`,
    /// `ConversationClosed`.
    pub async fn send_as_customer(&self, who: &ChatPrincipal, file: Delivery) -> Result<(MessageView, bool)> {
        let id = who.conversation_id;
        let attempt =
            AuditDraft::new(Action::AttachmentPost).on(Object::new("conversation", id)).customer(who.customer_id);
        let sender = Sender { author: AuthorKind::Customer, account: None, name: "客户".to_owned() };
        self.transactions
            .perform(&who.caller, attempt, async |tx: &mut Tx| {
                let may_send = |row: &ConversationRow| match State::parse(&row.state)? {
                    State::Closed => Err(ErrorCode::ConversationClosed.into()),
                    _ => Ok(()),
                };
                let (mut row, view, is_new) = self.send(tx, id, sender, file, may_send).await?;
                if is_new && row.state == State::Bot.as_str() {
                    service::post(tx, &mut row, NewMessage::notice(BOT_CANNOT_READ)).await?;
                    conversations::update(tx.conn(), &row).await?;
                }
                Ok((view.for_customer(), is_new))
            })
            .await
    }

    /// The agent who has the conversation in hand sends a file. As [`Attachments::send_as_customer`].
    pub async fn send_as_agent(
        &self,
        who: &Principal,
        id: ConversationId,
        file: Delivery,
    ) -> Result<(MessageView, bool)> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::AttachmentPost).on(Object::new("conversation", id));
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                who.require(Permission::ConversationReply)?;
                let sender =
                    Sender { author: AuthorKind::Agent, account: Some(who.account_id), name: who.display_name.clone() };
                let may_send = |row: &ConversationRow| service::must_have_in_hand(&who, row);
                let (_, view, is_new) = self.send(tx, id, sender, file, may_send).await?;
                Ok((view, is_new))
            })
            .await
    }

    /// Puts on record that a customer's file was refused before it was whole. Returns the error to answer with.
    pub async fn refuse_customer(&self, who: &ChatPrincipal, error: Error) -> Error {
        let attempt = AuditDraft::new(Action::AttachmentPost)
            .on(Object::new("conversation", who.conversation_id))
            .customer(who.customer_id);
        self.transactions.refuse(&who.caller, attempt, error, async |_: &mut Tx| Ok(())).await
    }

    /// As [`Attachments::refuse_customer`], of a member of staff.
    pub async fn refuse_agent(&self, who: &Principal, id: ConversationId, error: Error) -> Error {
        let attempt = AuditDraft::new(Action::AttachmentPost).on(Object::new("conversation", id));
        self.transactions.refuse(&who.caller, attempt, error, async |_: &mut Tx| Ok(())).await
    }

    /// Checks, seals and posts a file. The vault is written before the conversation's row is locked, so that nobody waits for the disk; a file
    /// whose message then fails is an orphan, which the job removes.
    async fn send(
        &self,
        tx: &mut Tx,
        id: ConversationId,
        sender: Sender,
        file: Delivery,
        may_send: impl Fn(&ConversationRow) -> Result<()> + Send,
    ) -> Result<(ConversationRow, MessageView, bool)> {
        let org = tx.caller().org_id;
        let row = conversations::find(tx.conn(), org, id).await?;
        tx.customer(row.customer_id);
        may_send(&row)?;
        let client_id = check_client_id(&file.client_id)?;
        let recognised = format::recognise(&file.name, &file.content)?;
        tx.detail("media_type", recognised.media_type);
        tx.detail("bytes", file.content.len());
        if let Some(known) = repeated(tx, &row, &sender, &client_id).await? {
            return Ok((row, known, false));
        }
        if store::count(tx.conn(), id).await? >= MAX_PER_CONVERSATION {
            return Err(
                ErrorCode::AttachmentRefused.because(format!("a conversation has at most {MAX_PER_CONVERSATION}"))
            );
        }
        let attachment_id = AttachmentId::fresh();
        let key = tx.create_key(Scope::Attachment).await?;
        let sealed = self.seal(attachment_id, &key, &file.content).await?;
        tx.detail("digest_sm3", hex::encode(sealed.digest_sm3));

        let mut row = conversations::lock(tx.conn(), org, id).await?;
        may_send(&row)?;
        // The same file may have been sent again while this one was being sealed.
        if let Some(known) = repeated(tx, &row, &sender, &client_id).await? {
            return Ok((row, known, false));
        }
        let Recognised { media_type, size, name } = recognised;
        let attachment = NewAttachment { id: attachment_id, key: DataKeyId(key.id()), media_type, size, sealed };
        let message = NewMessage {
            author: sender.author,
            author_id: sender.account,
            author_name: &sender.name,
            kind: MessageKind::Attachment,
            body: &name,
            client_id: Some(client_id),
            citations: Vec::new(),
            attachment: Some(attachment),
        };
        let view = service::post(tx, &mut row, message).await?;
        conversations::update(tx.conn(), &row).await?;
        Ok((row, view, true))
    }

    async fn seal(&self, id: AttachmentId, key: &DataKey, content: &[u8]) -> Result<Sealed> {
        let mut writer = self.vault.create(id.0, key).await?;
        writer.append(content).await?;
        writer.finish().await
    }

    /// The customer opens a file of his own conversation.
    pub async fn open_for_customer(&self, who: &ChatPrincipal, id: AttachmentId) -> Result<Download> {
        let attempt = AuditDraft::new(Action::AttachmentRead)
            .on(Object::new("attachment", id))
            .customer(who.customer_id)
            .detail("conversation_id", who.conversation_id.to_string());
        self.transactions
            .perform(&who.caller, attempt, async |tx: &mut Tx| {
                let org = tx.caller().org_id;
                let row = conversations::find(tx.conn(), org, who.conversation_id).await?;
                self.open(tx, &row, id).await
            })
            .await
    }

    /// A member of staff opens a file of a conversation that he may read.
    pub async fn open_for_staff(
        &self,
        who: &Principal,
        conversation: ConversationId,
        id: AttachmentId,
    ) -> Result<Download> {
        let who = who.clone();
        let attempt = AuditDraft::new(Action::AttachmentRead)
            .on(Object::new("attachment", id))
            .detail("conversation_id", conversation.to_string());
        self.transactions
            .perform(&who.caller.clone(), attempt, async |tx: &mut Tx| {
                let row = service::readable(tx, &who, conversation).await?;
                self.open(tx, &row, id).await
            })
            .await
    }

    async fn open(&self, tx: &mut Tx, row: &ConversationRow, id: AttachmentId) -> Result<Download> {
        let found = store::find(tx.conn(), row.id, id).await?;
        let message = conversations::find_message(tx.conn(), found.message_id).await?;
        let conversation_key = tx.load_key(row.data_key_id).await?;
        let name = conversations::open(&conversation_key, "messages", "body", message.id.0, &message.body)?;
        let key = tx.load_key(found.data_key_id).await?;
        let reader = self.vault.reader(id.0, &key).await?;
        Ok(Download { name, media_type: found.media_type, reader })
    }

    /// Removes files that no attachment knows: those that a crash or a failed message left.
    pub async fn remove_orphans(&self, age: TimeDelta) -> Result<usize> {
        let db = self.transactions.db();
        let known = async |ids: Vec<uuid::Uuid>| store::known(&mut *db.connection().await?, &ids).await;
        self.vault.remove_unknown(self.transactions.now() - age, known).await
    }
}

/// The message that this sender already posted under this client id.
async fn repeated(tx: &mut Tx, row: &ConversationRow, sender: &Sender, client_id: &str) -> Result<Option<MessageView>> {
    let known = conversations::find_by_client_id(tx.conn(), row.id, sender.author.as_str(), client_id).await?;
    let Some(known) = known else { return Ok(None) };
    tx.detail("repeated", true);
    service::message_view(tx, row, known).await.map(Some)
}

/// Runs [`ORPHANED_ATTACHMENTS_JOB`].
pub struct RemoveOrphanedAttachments(pub Attachments);

#[async_trait]
impl JobHandler for RemoveOrphanedAttachments {
    fn kind(&self) -> &'static str {
        ORPHANED_ATTACHMENTS_JOB
    }

    async fn run(&self, _: JobContext) -> Result<()> {
        self.0.remove_orphans(ORPHAN_AGE).await.map(drop)
    }
}

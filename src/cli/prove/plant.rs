//! What is planted: one customer's conversation, through the services that customers reach.

use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::app::Base;
use crate::cli::raw_scan::{Needle, random_sentence};
use crate::conversations::{Attachments, Chat, Delivery, NewChat};
use crate::crypto::random;
use crate::customers::NewCustomer;
use crate::db::catalogue;
use crate::db::ids::ConversationId;
use crate::error::{ErrorCode, Result};
use crate::vault::Vault;
use crate::web::{RequestInfo, Zone};

/// Random characters of each planted sentence.
const CHARS: usize = 24;

/// One planted value: where it is kept, never what it is.
#[derive(Debug, Clone, Serialize)]
pub struct Planting {
    pub name: &'static str,
    /// C1 to C3 of JR/T 0171-2020.
    pub class: &'static str,
    /// `table.column`, or the folder of a file.
    pub columns: &'static [&'static str],
}

pub struct Planted {
    pub conversation_id: ConversationId,
    pub plantings: Vec<Planting>,
    pub needles: Vec<Needle>,
}

impl Planted {
    /// Plants a conversation and closes it.
    pub async fn in_installation(base: &Base) -> Result<Self> {
        let (name, words, document) = (random_sentence(12)?, random_sentence(CHARS)?, random_sentence(CHARS)?);
        let phone = format!("199{:08}", u64::from_le_bytes(random::public::<8>()?) % 100_000_000);
        let page = random::token()?;
        let info = RequestInfo {
            trace_id: Uuid::now_v7().simple().to_string(),
            source_ip: "local".to_owned(),
            zone: Zone::Customers,
            secure: true,
        };
        let chat = Chat::new(base.transactions.clone(), base.org_id);
        let customer = NewCustomer { display_name: Some(name.clone()), phone: Some(phone.clone()) };
        let page_url = Some(format!("https://prove.invalid/{page}"));
        let opened = chat.open(None, NewChat { customer, page_url }, &info).await?;
        let token = opened.token.ok_or_else(|| ErrorCode::Internal.because("a new chat has a token"))?;
        let who = chat.principal(&token, &info).await?;
        chat.post(&who, &Uuid::new_v4().to_string(), &words).await?;
        let folder = base.config.storage.data_dir.join("attachments");
        let vault = tokio::task::spawn_blocking(move || Vault::open(&folder))
            .await
            .map_err(|e| ErrorCode::Internal.caused_by(e))??;
        let file = Delivery {
            client_id: Uuid::new_v4().to_string(),
            name: "prove.pdf".to_owned(),
            content: Zeroizing::new(format!("%PDF-1.7\n% {document}\n").into_bytes()),
        };
        Attachments::new(base.transactions.clone(), vault).send_as_customer(&who, file).await?;
        chat.leave(&who).await?;

        let mut planted = Self { conversation_id: opened.conversation_id, plantings: Vec::new(), needles: Vec::new() };
        planted.note(Needle::sentence("name", &name), "name", &["customers.display_name"]);
        planted.note(Needle::words("phone", &phone), "phone", &["customers.phone", "customers.phone_index"]);
        planted.note(Needle::words("page", &page), "page", &["conversations.page_url"]);
        planted.note(Needle::sentence("message", &words), "message", &["messages.body", "event_outbox.payload"]);
        planted.note(Needle::sentence("file", &document), "file", &["attachments"]);
        planted.note(Needle::words("chat token", &token), "chat token", &["chat_sessions.token_digest"]);
        Ok(planted)
    }

    fn note(&mut self, needle: Needle, name: &'static str, columns: &'static [&'static str]) {
        let is_of = |c: &&catalogue::Column| columns.first().is_some_and(|n| *n == format!("{}.{}", c.table, c.name));
        let class = catalogue::columns().iter().find(is_of).map_or("C2", |column| column.class);
        self.plantings.push(Planting { name, class, columns });
        self.needles.push(needle);
    }
}

//! The bot's turn: answer from knowledge with a citation, say plainly that it cannot, or hand over.
//!
//! A turn is a job queued in the transaction that stored the customer's message, so it survives a crash and does not depend on Kafka. A question
//! is answered once: the receipt names it.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::audit::{Action, AuditDraft, Caller, Object};
use crate::db::ids::{ConversationId, MessageId, OrgId};
use crate::error::{ErrorCode, Result};
use crate::jobs::{JobContext, JobHandler};
use crate::knowledge::{Retrieval, Retriever};
use crate::telemetry::metrics::Metrics;
use crate::transaction::{Transactions, Tx};

use super::model::{AuthorKind, HandOffReason, MessageKind, REFUSALS_BEFORE_HAND_OFF, State, asks_for_person};
use super::routing;
use super::service::{self, NewMessage};
use super::store::{self, ConversationRow, ReceiptRow};
use super::views::CitationView;

pub const BOT_TURN_JOB: &str = "conversations.bot_turn";

/// Said when nothing in the bank's knowledge supports an answer.
const REFUSAL: &str =
    "抱歉，我在本行知识库中没有找到可以支持回答的内容，不能为您作答。您可以换一种说法，或点击“转人工”由坐席为您服务。";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TurnPayload {
    pub conversation_id: ConversationId,
    pub question_id: MessageId,
}

/// Runs the bot's turns.
pub struct BotTurn {
    transactions: Transactions,
    retriever: Arc<dyn Retriever>,
    metrics: Metrics,
}

impl BotTurn {
    pub fn new(transactions: Transactions, retriever: Arc<dyn Retriever>, metrics: Metrics) -> Self {
        Self { transactions, retriever, metrics }
    }

    async fn take(&self, org: OrgId, turn: &TurnPayload) -> Result<()> {
        let Some(question) = self.open_question(org, turn).await? else { return Ok(()) };
        if asks_for_person(&question) {
            return self.hand_over(org, turn, HandOffReason::Keyword).await;
        }
        let retrieval = self.retriever.retrieve(org, &question).await?;
        self.speak(org, turn, retrieval).await
    }

    /// The customer's words, if the bot still has to react to them.
    async fn open_question(&self, org: OrgId, turn: &TurnPayload) -> Result<Option<String>> {
        let mut conn = self.transactions.db().connection().await?;
        let row = store::find(&mut conn, org, turn.conversation_id).await?;
        if row.state != State::Bot.as_str() || store::is_answered(&mut conn, turn.question_id).await? {
            return Ok(None);
        }
        let message = store::find_message(&mut conn, turn.question_id).await?;
        let key = self.transactions.keys().load(&mut conn, row.data_key_id).await?;
        store::open(&key, "messages", "body", message.id.0, &message.body).map(Some)
    }

    async fn hand_over(&self, org: OrgId, turn: &TurnPayload, reason: HandOffReason) -> Result<()> {
        let id = turn.conversation_id;
        let attempt = AuditDraft::new(Action::ConversationHandOff).on(Object::new("conversation", id));
        self.transactions
            .perform(&Caller::system(org, "bot"), attempt, async |tx: &mut Tx| {
                let mut row = store::lock(tx.conn(), org, id).await?;
                tx.customer(row.customer_id);
                if row.state == State::Bot.as_str() {
                    routing::hand_over(tx, &mut row, reason).await?;
                }
                Ok(())
            })
            .await
    }

    async fn speak(&self, org: OrgId, turn: &TurnPayload, found: Retrieval) -> Result<()> {
        let (id, question_id) = (turn.conversation_id, turn.question_id);
        let (action, outcome) =
            if found.support.is_some() { (Action::BotAnswer, "answer") } else { (Action::BotRefuse, "refusal") };
        let attempt =
            AuditDraft::new(action).on(Object::new("conversation", id)).detail("question_id", question_id.to_string());
        let spoke = self
            .transactions
            .perform(&Caller::system(org, "bot"), attempt, async |tx: &mut Tx| {
                let mut row = store::lock(tx.conn(), org, id).await?;
                tx.customer(row.customer_id);
                // While we searched, a person may have been called for, or another run of this job may have answered.
                if row.state != State::Bot.as_str() || store::is_answered(tx.conn(), question_id).await? {
                    tx.detail("superseded", true);
                    return Ok(false);
                }
                answer_or_refuse(tx, &mut row, question_id, found).await?;
                Ok(true)
            })
            .await?;
        if spoke {
            self.metrics.bot_replies.with_label_values(&[outcome]).inc();
        }
        Ok(())
    }
}

async fn answer_or_refuse(
    tx: &mut Tx,
    row: &mut ConversationRow,
    question_id: MessageId,
    found: Retrieval,
) -> Result<()> {
    let refused = found.support.is_none();
    let (kind, body, citations) = match found.support {
        None => (MessageKind::Refusal, REFUSAL.to_owned(), Vec::new()),
        Some(s) => {
            tx.detail("article_id", s.article_id.to_string());
            tx.detail("article_version", s.version);
            let citation =
                CitationView { article_id: s.article_id, version: s.version, title: s.title, quote: s.quote };
            (MessageKind::Answer, s.answer, vec![citation])
        }
    };
    row.refusals_in_a_row = if refused { row.refusals_in_a_row + 1 } else { 0 };
    let message = NewMessage {
        author: AuthorKind::Bot,
        author_id: None,
        author_name: "智能客服",
        kind,
        body: &body,
        client_id: None,
        citations,
        attachment: None,
    };
    let view = service::post(tx, row, message).await?;
    store::insert_receipt(
        tx.conn(),
        &ReceiptRow {
            message_id: view.id,
            org_id: row.org_id,
            question_id,
            engine: found.engine.to_owned(),
            engine_version: found.engine_version,
            threshold: found.threshold,
            candidates: serde_json::to_string(&found.candidates).map_err(|e| ErrorCode::Internal.caused_by(e))?,
            created_at: view.at,
        },
    )
    .await?;
    store::update(tx.conn(), row).await?;
    if row.refusals_in_a_row >= REFUSALS_BEFORE_HAND_OFF {
        routing::hand_over(tx, row, HandOffReason::Refusals).await?;
    }
    Ok(())
}

#[async_trait]
impl JobHandler for BotTurn {
    fn kind(&self) -> &'static str {
        BOT_TURN_JOB
    }

    async fn run(&self, job: JobContext) -> Result<()> {
        let payload: TurnPayload = job.payload()?;
        let org = job.org_id.ok_or_else(|| ErrorCode::Internal.because("a job without its organisation"))?;
        self.take(org, &payload).await
    }
}

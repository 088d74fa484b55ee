//! From a closed conversation or a transcribed recording to the dialogue that rules are applied to.

use chrono::{DateTime, Utc};

use crate::conversations::{self, AuthorKind};
use crate::db::ids::{AccountId, ConversationId, CustomerId, DataKeyId, RecordingId};
use crate::error::{ErrorCode, Result};
use crate::recordings;
use crate::transaction::Tx;

use super::engine::{Dialogue, Source, Utterance};
use super::model::{Subject, SubjectKind};
use super::rules::Speaker;

/// A subject in clear, for the time of one act.
pub struct Case {
    pub dialogue: Dialogue,
    pub agent_id: Option<AccountId>,
    pub customer_id: Option<CustomerId>,
    /// Findings are sealed under the subject's own key, and go with it.
    pub data_key_id: DataKeyId,
}

/// Opens a subject. `None` when it is not ready to be inspected: open still, or without a transcript.
pub async fn open(tx: &mut Tx, subject: Subject) -> Result<Option<Case>> {
    match subject.kind {
        SubjectKind::Conversation => conversation(tx, ConversationId(subject.id)).await,
        SubjectKind::Recording => recording(tx, RecordingId(subject.id)).await,
    }
}

async fn conversation(tx: &mut Tx, id: ConversationId) -> Result<Option<Case>> {
    let said = conversations::said_in(tx, id).await?;
    if said.state != conversations::State::Closed {
        return Ok(None);
    }
    let since = |at: DateTime<Utc>| u64::try_from((at - said.opened_at).num_milliseconds()).unwrap_or(0);
    let utterance = |m: conversations::SaidMessage| {
        let speaker = match m.author {
            AuthorKind::Customer => Speaker::Customer,
            AuthorKind::Agent => Speaker::Agent,
            AuthorKind::Bot => Speaker::Bot,
            // Notices of the program are nobody's words.
            AuthorKind::System => return None,
        };
        let at = since(m.at);
        Some(Utterance { speaker, text: m.body, start_ms: at, end_ms: at, source: Source::Message(m.id) })
    };
    Ok(Some(Case {
        dialogue: Dialogue {
            kind: SubjectKind::Conversation,
            agent_from_ms: said.assigned_at.map_or(0, since),
            utterances: said.messages.into_iter().filter_map(utterance).collect(),
        },
        agent_id: said.agent_id,
        customer_id: Some(said.customer_id),
        data_key_id: said.data_key_id,
    }))
}

async fn recording(tx: &mut Tx, id: RecordingId) -> Result<Option<Case>> {
    let Some(spoken) = recordings::spoken(tx, id).await? else { return Ok(None) };
    let ms = |n: i64| u64::try_from(n).map_err(|e| ErrorCode::DataAltered.caused_by(e));
    let mut utterances = Vec::with_capacity(spoken.segments.len());
    for s in spoken.segments {
        utterances.push(Utterance {
            speaker: match s.speaker {
                recordings::Speaker::Agent => Speaker::Agent,
                recordings::Speaker::Customer => Speaker::Customer,
            },
            start_ms: ms(s.start_ms)?,
            end_ms: ms(s.end_ms)?,
            source: Source::Segment(s.id),
            text: s.text,
        });
    }
    Ok(Some(Case {
        dialogue: Dialogue { kind: SubjectKind::Recording, utterances, agent_from_ms: 0 },
        agent_id: spoken.agent_id,
        customer_id: spoken.customer_id,
        data_key_id: spoken.data_key_id,
    }))
}

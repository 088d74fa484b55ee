//! States, transitions and what may be said. No I/O.

use crate::db::stored_enum;
use crate::error::{ErrorCode, Result};

stored_enum! {
    /// Who has the conversation.
    #[schema(as = ConversationState)]
    State {
        /// The bot answers.
        Bot = "bot",
        /// It waits for an agent.
        Queued = "queued",
        /// An agent has it.
        Active = "active",
        Closed = "closed",
    }
}

stored_enum! {
    /// Who wrote a message.
    AuthorKind {
        Customer = "customer",
        Bot = "bot",
        Agent = "agent",
        /// A notice of the program: hand-over, closing.
        System = "system",
    }
}

stored_enum! {
    /// What a message is.
    MessageKind {
        Text = "text",
        /// An answer of the bot, with at least one citation.
        Answer = "answer",
        /// The bot's plain word that it cannot answer.
        Refusal = "refusal",
        Notice = "notice",
        /// A picture or document; the body is its name.
        Attachment = "attachment",
    }
}

stored_enum! {
    /// Why the bot gave the conversation to a person.
    HandOffReason {
        /// The customer's words ask for one.
        Keyword = "keyword",
        /// The button was pressed.
        Requested = "requested",
        /// The bot could not answer twice in a row.
        Refusals = "refusals",
    }
}

stored_enum! {
    /// Whether an agent takes conversations.
    AgentState {
        Offline = "offline",
        Ready = "ready",
        Break = "break",
    }
}

impl State {
    /// The one place that says which transitions exist.
    pub fn to(self, next: State) -> Result<State> {
        use State::{Active, Bot, Closed, Queued};
        match (self, next) {
            (Bot, Queued) | (Queued, Active) | (Bot | Queued | Active, Closed) => Ok(next),
            (Closed, _) => Err(ErrorCode::ConversationClosed.into()),
            _ => Err(ErrorCode::TransitionNotAllowed.because(format!("{} → {}", self.as_str(), next.as_str()))),
        }
    }
}

/// The longest message, in characters.
pub const MAX_BODY: usize = 4_000;
/// The longest address of a page, in bytes.
const MAX_URL: usize = 2_048;
/// The longest summary, in characters.
pub const MAX_SUMMARY: usize = 2_000;
/// Refusals in a row after which the bot hands over by itself (control G5).
pub const REFUSALS_BEFORE_HAND_OFF: i32 = 2;
/// The notice that is shown before the first answer; its version is stored with the conversation (controls G1, P4).
pub const AI_NOTICE_VERSION: &str = "2026-11";
pub const AI_NOTICE: &str = "您好，我是智能客服，回答由人工智能根据本行知识库生成并标注“AI 生成”。对话内容将被记录用于服务质量管理。需要人工服务时，请随时输入“人工”。";

/// A message body as it may be stored: trimmed, not empty, not too long, no control characters but line breaks and tabs.
pub fn check_body(text: &str, max_chars: usize, field: &'static str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ErrorCode::InvalidParameter.because(format!("{field}: empty")));
    }
    if text.chars().count() > max_chars {
        return Err(ErrorCode::InvalidParameter.because(format!("{field}: at most {max_chars} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return Err(ErrorCode::InvalidParameter.because(format!("{field}: control characters")));
    }
    Ok(text.to_owned())
}

/// A client's id of a message: what makes sending it again harmless.
pub fn check_client_id(text: &str) -> Result<String> {
    let ok = (8..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if ok {
        Ok(text.to_owned())
    } else {
        Err(ErrorCode::InvalidParameter.because("client_id: 8 to 64 letters, digits, - or _"))
    }
}

/// The address of the page that a customer writes from, without its query and fragment, which may name him.
pub fn check_page_url(text: &str) -> Result<String> {
    let address = text.split(['?', '#']).next().unwrap_or_default();
    let is_web = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
    if is_web && address.len() <= MAX_URL && !address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Ok(address.to_owned());
    }
    Err(ErrorCode::InvalidParameter.because(format!("page_url: http or https, at most {MAX_URL} bytes")))
}

/// Whether the customer's words ask for a person (row B15: any wording, within one turn). A question *about* staffed service
/// ("人工服务几点到几点") still reaches a person: a needless hand-over costs less than a refused one.
pub fn asks_for_person(text: &str) -> bool {
    const DIRECT: &[&str] = &[
        "人工",
        "真人",
        "转客服",
        "找客服",
        "客服人员",
        "转坐席",
        "找坐席",
        "活人",
        "转接客服",
        "接客服",
        "要客服",
        "换人",
        "叫人来",
        "找个人",
        "转人",
        "human",
        "agent",
        "operator",
        "representative",
        "real person",
    ];
    let text: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace() || c.is_ascii()).collect();
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    DIRECT.iter().any(|w| compact.contains(w) || text.contains(w))
}

//! What is said in one run. Everything planted is random: found anywhere, it comes from this run and from nobody else.

use crate::cli::raw_scan::{Needle, random_sentence};
use crate::crypto::random;
use crate::error::Result;

/// A question that the demo's knowledge answers.
pub(super) const QUESTION: &str = "手机银行一天最多能转多少钱？";
/// The words with which the customer asks for a person.
pub(super) const ASK_FOR_PERSON: &str = "转人工";
/// What the agent says against the rules, and the rule that must notice.
pub(super) const BRUSH_OFF: &str = "这件事我不能处理";
pub(super) const BRUSH_OFF_RULE: &str = "no-brush-off";

/// Random characters of each planted sentence.
const CHARS: usize = 24;

pub(super) struct Script {
    pub customer_name: String,
    pub customer_phone: String,
    /// A question about nothing that any bank knows.
    pub nonsense: String,
    /// The customer to the agent, and the answer.
    pub customer_words: String,
    pub agent_words: String,
    /// In a document that the customer sends.
    pub document_words: String,
    pub ticket_subject: String,
    pub ticket_description: String,
    pub ticket_comment: String,
    pub refused_comment: String,
    pub summary: String,
    pub approval_reason: String,
    pub approval_comment: String,
    pub inspection_comment: String,
}

impl Script {
    pub fn random() -> Result<Self> {
        let sentence = || random_sentence(CHARS);
        Ok(Self {
            customer_name: random_sentence(12)?,
            customer_phone: phone()?,
            nonsense: format!("{}？", sentence()?),
            customer_words: sentence()?,
            agent_words: sentence()?,
            document_words: sentence()?,
            ticket_subject: sentence()?,
            ticket_description: sentence()?,
            ticket_comment: sentence()?,
            refused_comment: sentence()?,
            summary: sentence()?,
            approval_reason: sentence()?,
            approval_comment: sentence()?,
            inspection_comment: sentence()?,
        })
    }

    /// The agent's reply: polite, planted, and against one rule.
    pub fn reply(&self) -> String {
        format!("您好，{}。{BRUSH_OFF}，还有其他可以帮您的吗？", self.agent_words)
    }

    /// A document with words in it.
    pub fn document(&self) -> Vec<u8> {
        format!("%PDF-1.7\n% {}\n", self.document_words).into_bytes()
    }

    /// Every planted text with its name.
    pub fn planted(&self) -> [(&'static str, &str); 14] {
        [
            ("customer name", &self.customer_name),
            ("customer phone", &self.customer_phone),
            ("customer question", &self.nonsense),
            ("customer message", &self.customer_words),
            ("agent message", &self.agent_words),
            ("attachment", &self.document_words),
            ("ticket subject", &self.ticket_subject),
            ("ticket description", &self.ticket_description),
            ("ticket comment", &self.ticket_comment),
            ("refused comment", &self.refused_comment),
            ("summary", &self.summary),
            ("approval reason", &self.approval_reason),
            ("approval comment", &self.approval_comment),
            ("inspection comment", &self.inspection_comment),
        ]
    }

    /// The same for the raw scan.
    pub fn needles(&self) -> Vec<Needle> {
        let one = |(name, text): (&str, &str)| {
            if text.is_ascii() { Needle::words(name, text) } else { Needle::sentence(name, text) }
        };
        self.planted().into_iter().map(one).collect()
    }
}

/// A mobile number of eleven digits.
fn phone() -> Result<String> {
    let digits = u64::from_le_bytes(random::public::<8>()?) % 100_000_000;
    Ok(format!("199{digits:08}"))
}

//! States of articles and their versions, and what may follow. No I/O.

use std::ops::Range;

use crate::crypto::sm3;
use crate::db::ids::{AccountId, ArticleId, OrgId};
use crate::db::stored_enum;
use crate::error::{ErrorCode, Result};

stored_enum! {
    /// Where an article stands.
    ArticleState {
        /// No version of it was ever published.
        Draft = "draft",
        /// The bot answers from it.
        Published = "published",
        /// Taken out of use for good; its versions stay for what was once answered from them.
        Retired = "retired",
    }
}

stored_enum! {
    /// Where one version stands.
    VersionState {
        Draft = "draft",
        /// The one in use.
        Published = "published",
        /// Was in use; publishing it again is the way back.
        Superseded = "superseded",
        Retired = "retired",
    }
}

/// The longest title, in characters.
pub const MAX_TITLE: usize = 120;
/// The longest body, in characters.
pub const MAX_BODY: usize = 20_000;
/// A body of fewer characters is said as a whole.
pub const SHORT_BODY: usize = 300;

impl VersionState {
    /// Whether this version can be put into use by `publisher` (control G6: two people, so never by its author).
    pub fn check_publishable(self, author: Option<AccountId>, publisher: AccountId) -> Result<()> {
        match self {
            VersionState::Draft | VersionState::Superseded if author == Some(publisher) => {
                Err(ErrorCode::Forbidden.because("a version is published by somebody other than its author"))
            }
            VersionState::Draft | VersionState::Superseded => Ok(()),
            VersionState::Published | VersionState::Retired => {
                Err(ErrorCode::TransitionNotAllowed.because(format!("publish a {} version", self.as_str())))
            }
        }
    }
}

impl ArticleState {
    /// Refuses any change to an article that was retired.
    pub fn check_changeable(self) -> Result<()> {
        match self {
            ArticleState::Draft | ArticleState::Published => Ok(()),
            ArticleState::Retired => Err(ErrorCode::TransitionNotAllowed.because("the article is retired")),
        }
    }
}

/// The id of an article that is loaded under a code: the same code in the same organisation is the same article, so loading twice changes nothing.
/// A UUID version 8 (RFC 9562 §5.8) over SM3.
pub fn id_of_code(org: OrgId, code: &str) -> ArticleId {
    let digest = sm3::digest(&[b"guitai.article".as_slice(), org.0.as_bytes(), code.as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(b, d)| *b = d);
    ArticleId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// What is said to the customer for the sentence at `quote`: the whole body if it is short, otherwise the paragraph that holds the
/// sentence, word for word.
pub fn passage(body: &str, quote: &Range<usize>) -> String {
    let body_trimmed = body.trim();
    if body_trimmed.chars().count() < SHORT_BODY {
        return body_trimmed.to_owned();
    }
    // Paragraphs are divided by an empty line; a sentence never crosses one.
    let before = body.get(..quote.start).unwrap_or_default();
    let after = body.get(quote.end..).unwrap_or_default();
    let start = before.rfind("\n\n").map_or(0, |at| at + 2);
    let end = after.find("\n\n").map_or(body.len(), |at| quote.end + at);
    body.get(start..end).unwrap_or_default().trim().to_owned()
}

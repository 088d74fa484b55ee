//! One search over several nouns.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use guitai_language::mask;
use tokio_util::sync::CancellationToken;

use crate::audit::{Action, AuditDraft, Caller};
use crate::conversations::{self, MessageTexts};
use crate::db::Notices;
use crate::db::ids::{ArticleId, MessageId, OrgId, SegmentId, TicketId};
use crate::error::Result;
use crate::identity::{Permission, Principal};
use crate::knowledge::Knowledge;
use crate::recordings::{self, SegmentTexts};
use crate::replica::{Progress, Replica, Source};
use crate::search::retrieval::best_sentence;
use crate::search::{DEFAULT_MEMORY_BYTES, Filter, Hit, Kind, MemoryFigures, Query, blocking};
use crate::tickets::{self, TicketTexts};
use crate::transaction::{Transactions, Tx};
use crate::web::check_text;

use super::views::{FoundView, ParentView};

/// The longest query, in characters.
const MAX_QUERY: usize = 200;
/// Hits that are looked at until enough were found that this person may see.
const CANDIDATES: usize = 200;
/// Characters of a snippet.
const SNIPPET: usize = 120;

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct ContentQuery {
    pub text: String,
    /// All of them when empty.
    pub kinds: Vec<Kind>,
    pub limit: usize,
}

/// Search over content. Clones share the index.
#[derive(Clone)]
pub struct ContentSearch {
    transactions: Transactions,
    knowledge: Knowledge,
    replica: Replica,
}

/// A hit that this person may see, in clear.
struct Found {
    hit: Hit,
    parent: ParentView,
    text: String,
    at: DateTime<Utc>,
}

impl ContentSearch {
    /// Opens this node's index in `folder`. When there is none that can be opened in full, searches are refused until
    /// [`ContentSearch::rebuild_if_needed`] has filled a new one.
    pub async fn open(
        transactions: Transactions,
        knowledge: Knowledge,
        org_id: OrgId,
        folder: impl Into<PathBuf>,
    ) -> Result<Self> {
        Self::open_within(transactions, knowledge, org_id, folder, DEFAULT_MEMORY_BYTES).await
    }

    /// As [`ContentSearch::open`], keeping at most `memory_bytes` of the decrypted index in memory.
    pub async fn open_within(
        transactions: Transactions,
        knowledge: Knowledge,
        org_id: OrgId,
        folder: impl Into<PathBuf>,
        memory_bytes: usize,
    ) -> Result<Self> {
        let sources: Vec<Arc<dyn Source>> = vec![Arc::new(MessageTexts), Arc::new(SegmentTexts), Arc::new(TicketTexts)];
        let caller = Caller::system(org_id, "search");
        let replica =
            Replica::open_within("content", folder, memory_bytes, transactions.clone(), caller, sources).await?;
        Ok(Self { transactions, knowledge, replica })
    }

    /// Fills the index from PostgreSQL if that is needed, however often it takes; returns at the latest when told to stop.
    pub async fn rebuild_if_needed(&self, stop: CancellationToken) {
        self.replica.rebuild_if_needed(stop).await;
    }

    /// Fills the index anew, telling how far it is.
    pub async fn rebuild(&self, progress: &Progress) -> Result<()> {
        self.replica.rebuild(progress).await
    }

    /// Keeps what was destroyed out of the index and its files, and these under a key that is in use, until `stop`.
    pub async fn follow_keys(&self, changes: Notices, purge_after: Duration, stop: CancellationToken) {
        self.replica.follow_keys(changes, purge_after, stop).await;
    }

    pub fn is_ready(&self) -> bool {
        self.replica.is_ready()
    }

    /// What the decrypted index takes in memory; absent while there is no index.
    pub fn memory(&self) -> Option<MemoryFigures> {
        self.replica.memory()
    }

    pub(super) fn replica(&self) -> &Replica {
        &self.replica
    }

    /// What fits and may be seen by this person, best first.
    pub async fn search(&self, who: &Principal, query: ContentQuery) -> Result<Vec<FoundView>> {
        let (who, this) = (who.clone(), self.clone());
        let found = self
            .transactions
            .perform(&who.caller.clone(), AuditDraft::new(Action::ContentSearch), async |tx: &mut Tx| {
                who.require(Permission::SearchContent)?;
                let text = check_text(&query.text, MAX_QUERY, "q")?;
                // A plain digest of a telephone number would be undone by trying all of them.
                let digest = tx.keys().keyring().mac_key("search.query").mac(text.as_bytes());
                tx.detail("query_digest", hex::encode(digest));
                let wanted = if query.kinds.is_empty() { Kind::ALL.to_vec() } else { query.kinds };
                tx.detail("kinds", wanted.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
                let words = blocking(move || Ok(Query::new(&text))).await?;
                let hits = this.hits(&who, &words, wanted).await?;
                let mut found = Vec::new();
                for hit in hits {
                    if found.len() >= query.limit {
                        break;
                    }
                    found.extend(this.look_up(tx, &who, hit).await?);
                }
                let shown: Vec<String> = found.iter().map(Found::name).collect();
                tx.detail("shown", shown);
                Ok((words, found))
            })
            .await;
        let (words, found) = found?;
        blocking(move || Ok(found.into_iter().map(|f| f.view(&words)).collect())).await
    }

    /// Candidates of both indexes, best first. Support may be compared between them, unlike a score.
    async fn hits(&self, who: &Principal, words: &Query, mut kinds: Vec<Kind>) -> Result<Vec<Hit>> {
        let mut hits = Vec::new();
        if kinds.contains(&Kind::Article) && who.may(Permission::KnowledgeRead) {
            hits = self.knowledge.hits(who.org_id, words.clone(), CANDIDATES).await?;
        }
        kinds.retain(|kind| *kind != Kind::Article);
        if !kinds.is_empty() {
            let filter = Filter { orgs: vec![who.org_id.0], kinds, ..Filter::default() };
            hits.extend(self.replica.search(words.clone(), filter, CANDIDATES).await?);
        }
        hits.sort_by(|a, b| b.support().total_cmp(&a.support()));
        Ok(hits)
    }

    /// The hit as PostgreSQL has it, if it is still there and this person may see it.
    async fn look_up(&self, tx: &mut Tx, who: &Principal, hit: Hit) -> Result<Option<Found>> {
        let found = match hit.kind {
            Kind::Message => conversations::find_message(tx, who, MessageId(hit.id)).await?.map(|m| {
                let parent = ParentView { kind: "conversation", id: m.conversation_id.0, title: m.customer_name };
                Found { hit, parent, text: m.body, at: m.at }
            }),
            Kind::Ticket => tickets::find_text(tx, who, TicketId(hit.id)).await?.map(|t| {
                let title = format!("{} {}", t.number, mask::text(&t.subject));
                let parent = ParentView { kind: "ticket", id: hit.id, title };
                Found { hit, parent, text: t.body, at: t.at }
            }),
            Kind::Article => self.knowledge.find_text(tx, who, ArticleId(hit.id)).await?.map(|a| {
                let parent = ParentView { kind: "article", id: hit.id, title: a.title };
                Found { hit, parent, text: a.body, at: a.at }
            }),
            Kind::Segment => recordings::find_segment(tx, who, SegmentId(hit.id)).await?.map(|s| {
                let parent = ParentView { kind: "recording", id: s.recording_id.0, title: s.call_id };
                Found { hit, parent, text: s.text, at: s.at }
            }),
        };
        Ok(found)
    }
}

impl Found {
    /// As the audit record names it.
    fn name(&self) -> String {
        format!("{}:{}", self.hit.kind.as_str(), self.hit.id)
    }

    fn view(self, words: &Query) -> FoundView {
        FoundView {
            kind: self.hit.kind,
            id: self.hit.id,
            parent: self.parent,
            snippet: snippet(words, &self.text),
            at: self.at,
            score: self.hit.support(),
        }
    }
}

/// The best sentence, or the beginning where only the title fits. Masked before it is cut, so that no cut number slips through.
fn snippet(words: &Query, text: &str) -> String {
    let sentence = best_sentence(words, text).and_then(|range| text.get(range));
    let masked = mask::text(sentence.unwrap_or(text));
    if masked.chars().count() <= SNIPPET {
        return masked;
    }
    let mut cut: String = masked.chars().take(SNIPPET).collect();
    cut.push('…');
    cut
}

//! Searching the index: which documents, in which order, and how much of the question each of them covers.

use std::collections::HashMap;
use std::ops::Bound;

use chrono::{DateTime, Utc};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, RangeQuery, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, TantivyDocument, Term};
use uuid::Uuid;

use super::document::{Kind, tantivy_time};
use super::index::{Index, rebuild_or_internal};
use super::query::{Concept, Query};
use crate::error::{ErrorCode, Result};

/// A word in the title says more about a document than one in its body.
const TITLE_BOOST: f32 = 1.5;
const SAME_BOOST: f32 = 0.6;
const PART_BOOST: f32 = 0.3;

/// Where a search may look.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The organisations whose documents the asker may see. None given means that nothing is seen.
    pub orgs: Vec<Uuid>,
    /// The kinds looked for; all of them when empty.
    pub kinds: Vec<Kind>,
    /// Only documents of this conversation or recording.
    pub parent: Option<Uuid>,
    /// Only documents at or after this time.
    pub from: Option<DateTime<Utc>>,
    /// Only documents before this time.
    pub until: Option<DateTime<Utc>>,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub id: Uuid,
    pub kind: Kind,
    pub parent_id: Option<Uuid>,
    /// BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75) over title and body; comparable within one search only.
    pub score: f32,
    /// How many of the query's content words the document has, in this or another wording.
    pub matched_terms: usize,
    /// How many content words the query has.
    pub query_terms: usize,
    /// How much of the query's subject the document covers, 0 to 1: the content words weighed by their rarity.
    pub coverage: f32,
    /// The score per weight of the question: like coverage, but a word in the title or one that comes again and again counts for more.
    /// About 1 for a document of average length that has every word of the question once.
    pub strength: f32,
}

impl Hit {
    /// How well the document supports an answer to the query: coverage times strength. Unlike the score it may be
    /// compared between queries.
    pub fn support(&self) -> f32 {
        self.coverage * self.strength
    }
}

impl<D> Index<D> {
    /// The best `limit` documents for a query, best first; none for a query without content words.
    pub fn search(&self, query: &Query, filter: &Filter, limit: usize) -> Result<Vec<Hit>> {
        if query.is_empty() || filter.orgs.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let searcher = self.reader.searcher();
        let wanted = self.filtered(self.worded(query), filter);
        let top =
            searcher.search(&wanted, &TopDocs::with_limit(limit).order_by_score()).map_err(rebuild_or_internal)?;
        let evidence = self.evidence(&searcher, query, top.iter().map(|(_, address)| *address))?;
        top.into_iter()
            .map(|(score, address)| {
                let stored: TantivyDocument = searcher.doc(address).map_err(rebuild_or_internal)?;
                let (matched, covered) = evidence.of(address);
                let (id, kind, parent_id) = self.identity(&stored)?;
                let coverage = covered / evidence.total;
                let strength = score / evidence.total;
                Ok(Hit {
                    id,
                    kind,
                    parent_id,
                    score,
                    matched_terms: matched,
                    query_terms: query.terms(),
                    coverage,
                    strength,
                })
            })
            .collect()
    }

    fn identity(&self, stored: &TantivyDocument) -> Result<(Uuid, Kind, Option<Uuid>)> {
        let uuid = |field| stored.get_first(field).and_then(|v| v.as_bytes()).and_then(|b| Uuid::from_slice(b).ok());
        let number = stored.get_first(self.fields.kind).and_then(|v| v.as_u64());
        let kind = Kind::ALL.into_iter().find(|kind| Some(kind.number()) == number);
        match (uuid(self.fields.id), kind) {
            (Some(id), Some(kind)) => Ok((id, kind, uuid(self.fields.parent))),
            _ => Err(ErrorCode::SearchRebuilding.because("a document in the index has no id or kind")),
        }
    }

    /// Any of the words, in any of their wordings, in title or body.
    fn worded(&self, query: &Query) -> BooleanQuery {
        let mut clauses: Vec<(Occur, Box<dyn tantivy::query::Query>)> = Vec::new();
        let mut clause = |field: Field, word: &str, boost: f32| {
            let term = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
            clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost))));
        };
        for concept in &query.concepts {
            for (field, field_boost) in [(self.fields.title, TITLE_BOOST), (self.fields.body, 1.0)] {
                let boost = concept.weight * field_boost;
                clause(field, &concept.word, boost);
                for word in &concept.same {
                    clause(field, word, boost * SAME_BOOST);
                }
                for word in &concept.parts {
                    clause(field, word, boost * PART_BOOST);
                }
            }
        }
        BooleanQuery::new(clauses)
    }

    fn filtered(&self, words: BooleanQuery, filter: &Filter) -> BooleanQuery {
        let f = self.fields;
        let mut clauses: Vec<(Occur, Box<dyn tantivy::query::Query>)> = vec![(Occur::Must, Box::new(words))];
        // A filter lets through or not; it adds nothing to the score.
        let mut must = |query: Box<dyn tantivy::query::Query>| {
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
        };
        let orgs = filter.orgs.iter().map(|org| Term::from_field_bytes(f.org, org.as_bytes()));
        must(Box::new(TermSetQuery::new(orgs)));
        if !filter.kinds.is_empty() {
            let kinds = filter.kinds.iter().map(|kind| Term::from_field_u64(f.kind, kind.number()));
            must(Box::new(TermSetQuery::new(kinds)));
        }
        if let Some(parent) = filter.parent {
            let term = Term::from_field_bytes(f.parent, parent.as_bytes());
            must(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
        }
        if filter.from.is_some() || filter.until.is_some() {
            let bound = |at: DateTime<Utc>| Term::from_field_date(f.at, tantivy_time(at));
            let from = filter.from.map_or(Bound::Unbounded, |at| Bound::Included(bound(at)));
            let until = filter.until.map_or(Bound::Unbounded, |at| Bound::Excluded(bound(at)));
            must(Box::new(RangeQuery::new(from, until)));
        }
        BooleanQuery::new(clauses)
    }

    /// Which of the query's words each of these documents has, and how much of the subject that covers.
    fn evidence(
        &self,
        searcher: &Searcher,
        query: &Query,
        found: impl Iterator<Item = DocAddress>,
    ) -> Result<Evidence> {
        let mut found: Vec<DocAddress> = found.collect();
        found.sort_unstable();
        let mut matched = vec![0; found.len()];
        let mut covered = vec![0.0; found.len()];
        let mut total = 0.0;
        for concept in &query.concepts {
            let weight = concept.weight * self.rarity(searcher, concept)?;
            total += weight;
            let whole = self.holders(searcher, [concept.word.as_str()], &found)?;
            let same = self.holders(searcher, concept.same.iter().copied(), &found)?;
            let mut parts = vec![0usize; found.len()];
            for part in &concept.parts {
                let holders = self.holders(searcher, [part.as_str()], &found)?;
                parts.iter_mut().zip(holders).for_each(|(count, holds)| *count += usize::from(holds));
            }
            for (at, ((whole, same), parts)) in whole.into_iter().zip(same).zip(parts).enumerate() {
                let strength = concept.strength(whole, same, parts);
                if let (Some(matched), Some(covered)) = (matched.get_mut(at), covered.get_mut(at)) {
                    *matched += usize::from(whole || same);
                    *covered += weight * strength;
                }
            }
        }
        let of = found.into_iter().zip(matched.into_iter().zip(covered)).collect();
        // Never nothing to divide by: weight and rarity of a content word are above zero.
        Ok(Evidence { of, total: total.max(f32::MIN_POSITIVE) })
    }

    /// Inverse document frequency as in BM25, of the most common wording: a word nobody wrote an article about weighs most.
    fn rarity(&self, searcher: &Searcher, concept: &Concept) -> Result<f32> {
        let mut frequency = 0;
        for word in std::iter::once(concept.word.as_str()).chain(concept.same.iter().copied()) {
            for field in [self.fields.title, self.fields.body] {
                let documents = searcher.doc_freq(&Term::from_field_text(field, word)).map_err(rebuild_or_internal)?;
                frequency = frequency.max(documents);
            }
        }
        // Removed documents count until their segment is merged, in both numbers.
        let all = searcher.segment_readers().iter().map(|s| u64::from(s.max_doc())).sum::<u64>().max(frequency);
        Ok((1.0 + ((all - frequency) as f32 + 0.5) / (frequency as f32 + 0.5)).ln())
    }

    /// For each of the documents (in order of address), whether it has one of the words.
    fn holders<'w>(
        &self,
        searcher: &Searcher,
        words: impl IntoIterator<Item = &'w str>,
        found: &[DocAddress],
    ) -> Result<Vec<bool>> {
        let mut holders = vec![false; found.len()];
        for word in words {
            for field in [self.fields.title, self.fields.body] {
                let term = Term::from_field_text(field, word);
                let mut open: Option<(u32, Option<_>)> = None;
                for (at, holds) in found.iter().zip(&mut holders) {
                    if open.as_ref().is_none_or(|(segment, _)| *segment != at.segment_ord) {
                        let inverted = searcher
                            .segment_reader(at.segment_ord)
                            .inverted_index(field)
                            .map_err(rebuild_or_internal)?;
                        let postings = inverted
                            .read_postings(&term, IndexRecordOption::Basic)
                            .map_err(|e| rebuild_or_internal(e.into()))?;
                        open = Some((at.segment_ord, postings));
                    }
                    if let Some((_, Some(postings))) = &mut open {
                        if postings.doc() < at.doc_id {
                            postings.seek(at.doc_id);
                        }
                        *holds |= postings.doc() != TERMINATED && postings.doc() == at.doc_id;
                    }
                }
            }
        }
        Ok(holders)
    }
}

/// Per document the number of matched words and the weight they cover, and the weight of the whole query.
struct Evidence {
    of: HashMap<DocAddress, (usize, f32)>,
    total: f32,
}

impl Evidence {
    fn of(&self, at: DocAddress) -> (usize, f32) {
        self.of.get(&at).copied().unwrap_or_default()
    }
}

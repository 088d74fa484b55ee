//! The demo articles and questions: is the right article found, and does the bot decline what no article answers?
//!
//! Every other question belongs to the tuning half, the others are held out: thresholds, weights and the lexicon may be changed looking
//! at the tuning half only. Questions and articles come from the same hand, so a bank's own figures will be lower.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::DateTime;
use serde::Deserialize;
use uuid::Uuid;

use super::{folder, key};
use crate::search::retrieval::{best_sentence, supported};
use crate::search::{Document, Filter, Index, Kind, Query};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Article {
    code: String,
    title: String,
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    question: String,
    article: Option<String>,
}

struct Demo {
    _folder: tempfile::TempDir,
    index: Index,
    articles: BTreeMap<Uuid, Article>,
    org: Uuid,
}

fn knowledge() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("appliance/demo/knowledge")
}

fn articles() -> Vec<Article> {
    let files = std::fs::read_dir(knowledge()).unwrap().map(|e| e.unwrap().path());
    let mut articles: Vec<Article> = files
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| toml::from_str(&std::fs::read_to_string(p).unwrap()).unwrap())
        .collect();
    articles.sort_by(|a, b| a.code.cmp(&b.code));
    articles
}

fn questions() -> Vec<Question> {
    let text = std::fs::read_to_string(knowledge().join("questions.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Demo {
    fn start() -> Self {
        let (folder, path) = folder();
        let index = Index::create(&path, key()).unwrap();
        let org = Uuid::from_u128(1);
        let articles: BTreeMap<Uuid, Article> =
            articles().into_iter().enumerate().map(|(i, a)| (Uuid::from_u128(100 + i as u128), a)).collect();
        let documents = articles.iter().map(|(id, a)| Document {
            id: *id,
            kind: Kind::Article,
            org_id: org,
            parent_id: None,
            title: &a.title,
            body: &a.body,
            at: DateTime::UNIX_EPOCH,
        });
        index.upsert(documents).unwrap();
        index.commit_at(1).unwrap();
        Demo { _folder: folder, index, articles, org }
    }

    /// The article the bot would answer from.
    fn answer(&self, question: &str) -> Option<&Article> {
        let hits = self.hits(question);
        supported(&hits).and_then(|hit| self.articles.get(&hit.id))
    }

    fn hits(&self, question: &str) -> Vec<crate::search::Hit> {
        let filter = Filter { orgs: vec![self.org], kinds: vec![Kind::Article], ..Filter::default() };
        self.index.search(&Query::new(question), &filter, 5).unwrap()
    }
}

/// How a set of questions came out.
#[derive(Debug, Default)]
struct Outcome {
    answerable: usize,
    right: usize,
    wrong_article: usize,
    wrongly_refused: usize,
    unanswerable: usize,
    wrongly_answered: usize,
}

impl Outcome {
    fn count(&mut self, expected: Option<&str>, given: Option<&str>) {
        match (expected, given) {
            (Some(e), Some(g)) if e == g => self.right += 1,
            (Some(_), Some(_)) => self.wrong_article += 1,
            (Some(_), None) => self.wrongly_refused += 1,
            (None, Some(_)) => self.wrongly_answered += 1,
            (None, None) => {}
        }
        if expected.is_some() { self.answerable += 1 } else { self.unanswerable += 1 }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |n: usize, of: usize| 100.0 * n as f64 / of as f64;
        let Outcome { answerable, right, wrong_article, wrongly_refused, unanswerable, wrongly_answered } = *self;
        write!(
            f,
            "right article {right}/{answerable} ({:.1} %), wrong article {wrong_article} ({:.1} %), wrongly refused {wrongly_refused} ({:.1} %), \
             wrongly answered {wrongly_answered}/{unanswerable} ({:.1} %)",
            percent(right, answerable),
            percent(wrong_article, answerable),
            percent(wrongly_refused, answerable),
            percent(wrongly_answered, unanswerable),
        )
    }
}

#[test]
fn articles_and_questions_are_what_they_should_be() {
    let (articles, questions) = (articles(), questions());
    assert!(articles.len() >= 24);
    for article in &articles {
        let length = article.body.chars().filter(|c| !c.is_whitespace()).count();
        assert!((120..=400).contains(&length), "{} has {length} characters", article.code);
        assert!(article.body.trim().contains("\n\n"), "{} is one paragraph", article.code);
    }
    let distinct: BTreeSet<&str> = questions.iter().map(|q| q.question.as_str()).collect();
    assert_eq!(distinct.len(), questions.len());
    assert!(questions.iter().filter(|q| q.article.is_none()).count() >= 20);
    for question in questions {
        assert!(question.article.is_none_or(|code| articles.iter().any(|a| a.code == code)), "{}", question.question);
    }
}

#[test]
fn held_out_questions_find_their_article_or_are_declined() {
    let demo = Demo::start();
    let mut halves = [Outcome::default(), Outcome::default()];
    for (number, question) in questions().iter().enumerate() {
        let given = demo.answer(&question.question).map(|article| article.code.as_str());
        halves[number % 2].count(question.article.as_deref(), given);
    }
    let [tuning, held_out] = halves;
    println!("tuning half:   {tuning}\nheld-out half: {held_out}");
    assert!(held_out.right * 100 >= held_out.answerable * 65, "{held_out}");
    assert!(held_out.wrong_article * 100 <= held_out.answerable * 10, "{held_out}");
    assert!(held_out.wrongly_answered * 100 <= held_out.unanswerable * 20, "{held_out}");
}

#[test]
fn the_quote_is_the_sentence_that_answers() {
    let demo = Demo::start();
    let quote = |question: &str| {
        let article = demo.answer(question).unwrap_or_else(|| panic!("no answer to {question}"));
        let range = best_sentence(&Query::new(question), &article.body).unwrap();
        article.body.get(range).unwrap()
    };
    // From the tuning half.
    assert_eq!(quote("提前还房贷要交违约金吗"), "住房贷款正常还款满一年后，可以申请提前还款，不收违约金；");
    assert_eq!(quote("信用卡还款日是哪天"), "信用卡还款日为账单日后第 20 天。");
    assert_eq!(quote("你们几点上班"), "我行网点周一至周五 9:00 至 17:00 营业，午间不休息。");
    assert_eq!(
        quote("忘了刷卡被扣年费能退吗"),
        "因忘记刷卡被收年费的，可在入账后 30 天内补足消费笔数并致电客服，申请退还一次。"
    );
    assert_eq!(best_sentence(&Query::new("今天天气怎么样"), "我行网点周一至周五营业。"), None);
    assert_eq!(best_sentence(&Query::new(""), ""), None);
}

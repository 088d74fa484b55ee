//! Knowledge from an editor's draft to the bot's answer, and the life of its index.

use std::fs;
use std::path::Path;

use guitai::audit::Caller;
use guitai::error::ErrorCode;
use guitai::identity::Role;
use guitai::knowledge::{ArticleState, Knowledge, Retriever, VersionState};
use tokio_util::sync::CancellationToken;

use crate::support::desk::Desk;

const BODY: &str = "外币现钞兑换须提前一个工作日预约。\n\n每人每日兑换限额为等值 500 美元。";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_answers_from_what_two_people_put_into_use() {
    let desk = Desk::open().await;
    let (author, editor) =
        (desk.staff("何文", Role::KnowledgeEditor).await, desk.staff("方晴", Role::KnowledgeEditor).await);
    let agent = desk.staff("林晓", Role::Agent).await;
    let ask = async || desk.knowledge.retrieve(desk.core.org, "外币现钞兑换每日限额是多少").await.unwrap();
    let knowledge = &desk.knowledge;

    assert_eq!(knowledge.create(&agent, "外币兑换", BODY).await.unwrap_err().code(), ErrorCode::Forbidden);
    let article = knowledge.create(&author, "外币现钞兑换", BODY).await.unwrap();
    let id = article.article.id;
    assert_eq!((article.article.state, article.article.version), (ArticleState::Draft, 1));
    desk.settled().await;
    assert!(ask().await.support.is_none(), "a draft says nothing");

    let own = knowledge.publish(&author, id, 1).await.unwrap_err();
    assert_eq!(own.code(), ErrorCode::Forbidden);
    assert_eq!(desk.records("knowledge.publish", "refused").await, 1);
    knowledge.publish(&editor, id, 1).await.unwrap();
    desk.settled().await;
    let support = ask().await.support.expect("an answer");
    assert_eq!((support.article_id, support.version), (id, 1));
    assert_eq!(support.quote, "每人每日兑换限额为等值 500 美元。");
    assert_eq!(support.answer, BODY, "short articles are said as a whole");

    // A new draft changes nothing until it is in use; then the old words are gone from answers but not from the article.
    let revised = BODY.replace("500", "800");
    knowledge.revise(&author, id, "外币现钞兑换", &revised).await.unwrap();
    assert_eq!(ask().await.support.expect("an answer").version, 1);
    knowledge.publish(&editor, id, 2).await.unwrap();
    let at_once = ask().await.support.expect("an answer");
    assert_eq!((at_once.version, at_once.quote.as_str()), (2, "每人每日兑换限额为等值 800 美元。"));
    let detail = knowledge.get(&agent, id).await.unwrap();
    let states: Vec<_> = detail.versions.iter().map(|v| (v.version, v.state)).collect();
    assert_eq!(states, [(2, VersionState::Published), (1, VersionState::Superseded)]);
    assert_eq!(detail.versions[1].body, BODY);
    assert_eq!(detail.versions[0].author.as_ref().unwrap().display_name, "何文");
    assert_eq!(detail.versions[0].published_by.as_ref().unwrap().display_name, "方晴");

    // The way back, then out of use for good.
    let again = knowledge.publish(&editor, id, 2).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::TransitionNotAllowed);
    knowledge.publish(&editor, id, 1).await.unwrap();
    assert_eq!(ask().await.support.expect("an answer").version, 1);
    knowledge.retire(&editor, id).await.unwrap();
    assert!(ask().await.support.is_none(), "also before the index has heard of it");
    desk.settled().await;
    assert!(ask().await.candidates.is_empty());
    let late = knowledge.revise(&author, id, "外币现钞兑换", BODY).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::TransitionNotAllowed);
    assert_eq!((desk.events("article.published").await, desk.events("article.retired").await), (3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_articles_answer_or_decline() {
    let desk = Desk::open().await;
    let operator = Caller::operator(desk.core.org, "test");
    let added = desk.knowledge.seed_demo(&operator).await.unwrap();
    assert!(added >= 24);
    assert_eq!(desk.knowledge.seed_demo(&operator).await.unwrap(), 0, "loading again changes nothing");
    let editor = desk.staff("何文", Role::KnowledgeEditor).await;
    let refused = desk.knowledge.seed_demo(&editor.caller).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);

    for (question, quote) in [
        ("你们几点上班", Some("我行网点周一至周五 9:00 至 17:00 营业，午间不休息。")),
        ("信用卡还款日是哪天", Some("信用卡还款日为账单日后第 20 天。")),
        ("请问火星上的天气怎么样？", None),
        ("您好", None),
    ] {
        let found = desk.knowledge.retrieve(desk.core.org, question).await.unwrap();
        assert_eq!(found.support.as_ref().map(|s| s.quote.as_str()), quote, "{question}");
        if let Some(support) = found.support {
            assert!(support.answer.contains(&support.quote), "{question}: {}", support.answer);
            let cited = found.candidates.iter().find(|c| c.article_id == support.article_id).expect("a candidate");
            assert!(cited.support >= found.threshold && cited.version == support.version);
        }
    }
    // Another organisation's customers are told nothing of it.
    let stranger = guitai::db::ids::OrgId::fresh();
    assert!(desk.knowledge.retrieve(stranger, "你们几点上班").await.unwrap().candidates.is_empty());

    let agent = desk.staff("林晓", Role::Agent).await;
    let found = desk.knowledge.find(&agent, "挂失", None, 5).await.unwrap();
    assert!(found.iter().any(|a| a.title == "借记卡丢失后的挂失与补办"), "{found:?}");
    let page = desk.knowledge.list(&agent, None, 10).await.unwrap();
    assert_eq!(page.items.len(), 10);
    assert!(page.next_cursor.is_some() && page.items.iter().all(|a| a.state == ArticleState::Published));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_is_opened_again_or_filled_again() {
    let desk = Desk::open().await;
    desk.knowledge.seed_demo(&Caller::operator(desk.core.org, "test")).await.unwrap();
    desk.settled().await;
    let (folder, org) = (desk.search_folder().join("node"), desk.core.org);
    let open = async || Knowledge::open(desk.transactions.clone(), org, &folder).await.unwrap();
    let ask = async |knowledge: &Knowledge| knowledge.retrieve(org, "你们几点上班").await.map(|r| r.support.is_some());
    let keys = async || {
        let count = "SELECT count(*) FROM data_keys WHERE scope = 'search_index' AND state = ";
        let live = desk.core.db.number(&format!("{count}'active'")).await;
        (live, desk.core.db.number(&format!("{count}'destroyed'")).await)
    };

    // Another node: nothing there yet, so it says so until it has read everything.
    let before = keys().await;
    let node = open().await;
    assert!(!node.is_ready());
    assert_eq!(ask(&node).await.unwrap_err().code(), ErrorCode::SearchRebuilding);
    let told = std::sync::Mutex::new(Vec::new());
    let told = std::sync::Arc::new(told);
    let teller = std::sync::Arc::clone(&told);
    node.rebuild(&move |done, total| teller.lock().unwrap().push((done, total))).await.unwrap();
    assert_eq!(told.lock().unwrap().last().map(|(done, total)| done == total && *done >= 24), Some(true));
    assert!(ask(&node).await.unwrap());
    drop(node);
    let node = open().await;
    assert!(node.is_ready() && ask(&node).await.unwrap(), "what the last process left is enough");
    assert_eq!(keys().await, (before.0 + 1, before.1));
    // Filling it once more, by hand, under the same key.
    node.rebuild(&|_, _| {}).await.unwrap();
    assert!(ask(&node).await.unwrap());
    drop(node);

    // Damage is noticed when the index is opened; the old key goes with the old files.
    let damaged = segment_file(&folder);
    let mut bytes = fs::read(&damaged).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let node = open().await;
    assert!(!node.is_ready());
    node.rebuild_if_needed(CancellationToken::new()).await;
    assert!(ask(&node).await.unwrap());
    assert_eq!(keys().await, (before.0 + 1, before.1 + 1));
    drop(node);

    // A key file that names something else never destroys it.
    let foreign = desk.core.db.number("SELECT count(*) FROM data_keys WHERE state = 'active'").await;
    let article_key = first_article_key(&desk).await;
    fs::write(folder.with_file_name("node.key"), article_key).unwrap();
    let node = open().await;
    assert!(!node.is_ready());
    node.rebuild_if_needed(CancellationToken::new()).await;
    assert!(ask(&node).await.unwrap());
    assert_eq!(desk.core.db.number("SELECT count(*) FROM data_keys WHERE state = 'active'").await, foreign + 1);
    assert_eq!(desk.records("search.rebuild", "success").await, 6);
}

/// A sealed file of a segment.
fn segment_file(folder: &Path) -> std::path::PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|e| e == "store")).expect("a segment")
}

async fn first_article_key(desk: &Desk) -> String {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;
    use guitai::db::ids::DataKeyId;
    use guitai::db::schema::articles;
    let id: DataKeyId =
        articles::table.select(articles::data_key_id).first(&mut desk.core.db.connection().await).await.unwrap();
    id.to_string()
}

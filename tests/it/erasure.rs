//! What is destroyed is gone: from the live rows, a standby, the event log's payloads and the search index's files, and a copy of any of them from
//! before does not open. (A backup that is put back: `key_management`.)

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use guitai::conversations::ListFilter;
use guitai::crypto::{Aad, Keyring};
use guitai::db::ids::{ConversationId, DataKeyId, EventId};
use guitai::db::schema::{conversations, event_outbox, messages};
use guitai::db::{Db, KeyStore, Listener, Scope, SealedBytes, Stamp, keys};
use guitai::error::{ErrorCode, Result};
use guitai::identity::{Principal, Role};
use guitai::search::Kind;
use guitai::search_content::{ContentQuery, ContentSearch};
use tokio_util::sync::CancellationToken;

use crate::support::core::TestCore;
use crate::support::db::TestDb;
use crate::support::desk::Desk;
use crate::support::standby::Pair;
use crate::support::wait::until;

async fn key_of(core: &TestCore, conversation: ConversationId) -> DataKeyId {
    let key = conversations::table.find(conversation).select(conversations::data_key_id);
    key.first(&mut core.db.connection().await).await.expect("the key's id")
}

async fn found(search: &ContentSearch, who: &Principal, text: &str) -> Vec<uuid::Uuid> {
    let query = ContentQuery { text: text.to_owned(), kinds: vec![Kind::Message], limit: 20 };
    search.search(who, query).await.expect("an answer").into_iter().map(|hit| hit.parent.id).collect()
}

/// The events of one conversation, opened as whoever reads the log opens them.
async fn payloads(core: &TestCore, conversation: ConversationId) -> Vec<Result<()>> {
    let rows: Vec<(EventId, DataKeyId, SealedBytes)> = event_outbox::table
        .filter(event_outbox::aggregate_id.eq(conversation.0))
        .select((event_outbox::id, event_outbox::data_key_id, event_outbox::payload))
        .load(&mut core.db.connection().await)
        .await
        .expect("events");
    let mut opened = Vec::new();
    for (id, key, payload) in rows {
        let key = core.keys.as_ref().load(&mut *core.db.connection().await, key).await;
        opened.push(key.and_then(|key| {
            key.open(&Aad { table: "event_outbox", column: "payload", row: id.0 }, &payload).map(drop)
        }));
    }
    opened
}

fn noted_key(folder: &Path) -> DataKeyId {
    let text = std::fs::read_to_string(folder.join("content.key")).expect("the name of the index's key");
    text.split_whitespace().next().expect("an id").parse().expect("an id")
}

/// Index and cached keys follow what becomes of keys, as in the running program.
fn follow(desk: &Desk, purge_after: Duration, listener: Listener, stop: CancellationToken) {
    let (search, changes, stopped) = (desk.search.clone(), listener.subscribe(keys::NOTIFY_CHANNEL), stop.clone());
    tokio::spawn(async move { search.follow_keys(changes, purge_after, stopped).await });
    let (cached, changes) = (Arc::clone(&desk.core.keys), listener.subscribe(keys::NOTIFY_CHANNEL));
    tokio::spawn(async move { cached.follow_changes(changes).await });
    tokio::spawn(async move { listener.run(stop).await });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_destroyed_leaves_rows_events_and_index() {
    let desk = Desk::open().await;
    let supervisor = desk.staff("陈静", Role::Supervisor).await;
    let kept = desk.customer_says("保险柜的钥匙丢了怎么办").await.conversation_id;
    let gone = desk.customer_says("保险柜的钥匙断在锁里了").await.conversation_id;
    desk.settled().await;
    let mut both = found(&desk.search, &supervisor, "保险柜的钥匙").await;
    both.sort();
    assert_eq!(both, [kept.0, gone.0]);

    let (folder, stop) = (desk.search_folder(), CancellationToken::new());
    let _stop = stop.clone().drop_guard();
    let listener = Listener::new(desk.core.db.db().clone(), &[keys::NOTIFY_CHANNEL]);
    follow(&desk, Duration::ZERO, listener, stop);
    let before = noted_key(&folder);
    let copy = tempfile::tempdir().expect("a folder");
    for file in std::fs::read_dir(folder.join("content")).expect("the index") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("copied");
    }

    let id = key_of(&desk.core, gone).await;
    let stamp = Stamp::system(desk.core.clock.now());
    let mut conn = desk.core.db.connection().await;
    assert!(desk.core.keys.destroy(&mut conn, id, Scope::Conversation, stamp).await.expect("destroyed"));
    drop(conn);

    // Rows. A list goes on showing the others.
    let read = desk.conversations.messages(&supervisor, gone, 0, 10).await;
    assert_eq!(read.err().map(|e| e.code()), Some(ErrorCode::KeyDestroyed));
    let filter = ListFilter { limit: 10, ..ListFilter::default() };
    let list = desk.conversations.list(&supervisor, filter).await.expect("a list").items;
    let preview = |id| list.iter().find(|c| c.id == id).map(|c| c.preview.as_str());
    assert_eq!(preview(gone), Some("（内容已销毁）"));
    assert_eq!(preview(kept), Some("保险柜的钥匙丢了怎么办"));

    // Events, as they lie in the outbox and in Kafka.
    let payloads_of_gone = payloads(&desk.core, gone).await;
    assert!(!payloads_of_gone.is_empty());
    assert!(payloads_of_gone.iter().all(|p| p.as_ref().is_err_and(|e| e.code() == ErrorCode::KeyDestroyed)));
    assert!(payloads(&desk.core, kept).await.iter().all(Result::is_ok));

    // The index: neither found, nor in its files, nor readable in a copy of them.
    assert_eq!(found(&desk.search, &supervisor, "保险柜的钥匙").await, [kept.0]);
    until("the files are written anew", async || noted_key(&folder) != before).await;
    until("their old key is destroyed", async || {
        let load = desk.core.keys.as_ref().load(&mut *desk.core.db.connection().await, before).await;
        load.is_err_and(|e| e.code() == ErrorCode::KeyDestroyed)
    })
    .await;
    let now =
        desk.core.keys.as_ref().load(&mut *desk.core.db.connection().await, noted_key(&folder)).await.expect("a key");
    assert!(
        guitai::search::Index::open(copy.path(), now).is_err(),
        "a copy from before opens under no key that there is"
    );
    assert_eq!(found(&desk.search, &supervisor, "保险柜的钥匙").await, [kept.0]);
    until("it is noted as done", async || {
        std::fs::read_to_string(folder.join("content.erased")).is_ok_and(|text| text.contains(&id.to_string()))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_destroyed_while_a_node_was_away_is_gone_when_it_is_back() {
    let desk = Desk::open().await;
    let supervisor = desk.staff("陈静", Role::Supervisor).await;
    let gone = desk.customer_says("我要注销账户并删除资料").await.conversation_id;
    desk.settled().await;
    let id = key_of(&desk.core, gone).await;
    let stamp = Stamp::system(desk.core.clock.now());
    let mut conn = desk.core.db.connection().await;
    assert!(desk.core.keys.destroy(&mut conn, id, Scope::Conversation, stamp).await.expect("destroyed"));
    drop(conn);
    let before = noted_key(&desk.search_folder());
    // Not found even before, because a hit is looked up.
    assert!(found(&desk.search, &supervisor, "注销账户").await.is_empty());

    let (stop, listener) = (CancellationToken::new(), Listener::new(desk.core.db.db().clone(), &[]));
    let _stop = stop.clone().drop_guard();
    let (search, changes) = (desk.search.clone(), listener.subscribe(keys::NOTIFY_CHANNEL));
    tokio::spawn(async move { search.follow_keys(changes, Duration::ZERO, stop).await });
    until("the files are written anew", async || noted_key(&desk.search_folder()) != before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_whose_key_is_rotated_is_written_anew() {
    let desk = Desk::open().await;
    let supervisor = desk.staff("陈静", Role::Supervisor).await;
    let conversation = desk.customer_says("信用卡年费怎么减免").await.conversation_id;
    desk.settled().await;
    let before = noted_key(&desk.search_folder());
    let (stop, listener) =
        (CancellationToken::new(), Listener::new(desk.core.db.db().clone(), &[keys::NOTIFY_CHANNEL]));
    let _stop = stop.clone().drop_guard();
    follow(&desk, Duration::from_secs(3600), listener, stop);

    let later = desk.core.clock.now() + chrono::TimeDelta::seconds(1);
    let (mut conn, stamp) = (desk.core.db.connection().await, Stamp::system(later));
    let made = desk.core.keys.prepare_versions(&mut conn, Some(Scope::SearchIndex), later, 10, stamp).await;
    // Articles have an index of their own.
    assert_eq!(made.expect("next versions"), 2);
    assert_eq!(desk.core.keys.activate_versions(&mut conn, 10, stamp).await.expect("taken over"), 2);
    drop(conn);
    until("it has another key", async || noted_key(&desk.search_folder()) != before).await;
    until("the rotated one is destroyed", async || {
        let load = desk.core.keys.as_ref().load(&mut *desk.core.db.connection().await, before).await;
        load.is_err_and(|e| e.code() == ErrorCode::KeyDestroyed)
    })
    .await;
    assert_eq!(found(&desk.search, &supervisor, "信用卡年费").await, [conversation.0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_loses_what_is_destroyed() {
    let pair = Pair::start().await;
    let core = TestCore::on(TestDb::on(pair.primary.url()).await, guitai::db::KeySettings::default()).await;
    let transactions = core.transactions(Vec::new());
    let chat = guitai::conversations::Chat::new(transactions, core.org);
    let info = guitai::web::RequestInfo {
        trace_id: "trace".to_owned(),
        source_ip: "127.0.0.1".to_owned(),
        zone: guitai::web::Zone::Customers,
        secure: false,
    };
    let new = guitai::conversations::NewChat { customer: guitai::customers::NewCustomer::default(), page_url: None };
    let opened = chat.open(None, new, &info).await.expect("a chat");
    let id = key_of(&core, opened.conversation_id).await;

    // The bank's other machine room: the same root key, the standby's rows.
    let standby = Db::new(&pair.standby_url(), 2).expect("a pool");
    let read = async || -> Result<String> {
        let keys = Arc::new(KeyStore::new(Keyring::from_root(core.root.clone())));
        let mut conn = standby.connection().await?;
        let key = keys.as_ref().load(&mut conn, id).await?;
        let (message, body): (guitai::db::ids::MessageId, SealedBytes) = messages::table
            .filter(messages::conversation_id.eq(opened.conversation_id))
            .select((messages::id, messages::body))
            .first(&mut *conn)
            .await?;
        key.open_text(&Aad { table: "messages", column: "body", row: message.0 }, &body)
    };
    pair.caught_up().await;
    assert!(read().await.expect("the standby has it").contains("AI"));
    let stamp = Stamp::system(core.clock.now());
    let destroyed = core.keys.destroy(&mut *core.db.connection().await, id, Scope::Conversation, stamp).await;
    assert!(destroyed.expect("destroyed"));
    pair.caught_up().await;
    assert_eq!(read().await.err().map(|e| e.code()), Some(ErrorCode::KeyDestroyed));
}

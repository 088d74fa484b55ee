//! The life of keys: rotation under load, a change of month, destruction on every node, a backup that is put back.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use guitai::audit::Caller;
use guitai::conversations::{Chat, ChatPrincipal, Conversations, NewChat, Routing};
use guitai::crypto::provider::SoftProvider;
use guitai::crypto::{Provider, RootKey, Suite};
use guitai::customers::NewCustomer;
use guitai::db::ids::DataKeyId;
use guitai::db::keys::{self, open_keyring};
use guitai::db::schema::{class_keys, conversations, data_keys, root_keys};
use guitai::db::{Connection, KeySettings, KeyStore, Listener, Scope, Stamp};
use guitai::error::{ErrorCode, Result};
use guitai::identity::{Principal, Role};
use guitai::jobs::{self, JobHandler, Worker, WorkerSettings};
use guitai::key_management::{
    DestroyFormerVersions, ErasureKeeper, JOURNAL_FILE, KeyManagement, KeyManagementSettings, Phase, PrepareNextMonth,
    Rewrap, Rotate, VaultFiles, sealed_columns,
};
use guitai::transaction::Transactions;
use guitai::vault::Vault;
use guitai::web::{RequestInfo, Zone};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::support::core::TestCore;
use crate::support::wait::{until, within};
use crate::support::who::principal;

const KEYS: KeySettings =
    KeySettings { lease: Duration::from_secs(600), cache_age: Duration::from_millis(300), suite: Suite::Sm4Gcm };

/// A node that talks with customers.
struct Node {
    keys: Arc<KeyStore>,
    transactions: Transactions,
    system: Caller,
    chat: Chat,
    conversations: Conversations,
}

impl Node {
    fn new(core: &TestCore) -> Self {
        let keys = core.keys_of_another_node(KEYS);
        Self::on(core, keys)
    }

    fn on(core: &TestCore, keys: Arc<KeyStore>) -> Self {
        let transactions = core.transactions_with(&keys);
        Self {
            chat: Chat::new(transactions.clone(), core.org),
            conversations: Conversations::new(transactions.clone()),
            keys,
            transactions,
            system: core.caller(),
        }
    }

    async fn customer(&self) -> ChatPrincipal {
        let info = RequestInfo {
            trace_id: "trace".to_owned(),
            source_ip: "127.0.0.1".to_owned(),
            zone: Zone::Customers,
            secure: false,
        };
        let customer =
            NewCustomer { display_name: Some("王小明".to_owned()), phone: Some("13800138000".to_owned()) };
        let opened = self.chat.open(None, NewChat { customer, page_url: None }, &info).await.expect("a chat");
        self.chat.principal(&opened.token.expect("a cookie"), &info).await.expect("a customer")
    }

    async fn say(&self, who: &ChatPrincipal, body: &str) {
        self.chat.post(who, &Uuid::new_v4().to_string(), body).await.map(drop).expect("said");
    }

    async fn read(&self, reader: &Principal, who: &ChatPrincipal) -> Result<Vec<String>> {
        let mut messages = Vec::new();
        loop {
            let after = i64::try_from(messages.len()).expect("a count");
            let page = self.conversations.messages(reader, who.conversation_id, after, 200).await?;
            if page.is_empty() {
                // The first one is the greeting.
                return Ok(messages.split_off(1));
            }
            messages.extend(page.into_iter().map(|m| m.body));
        }
    }

    fn management(&self, vaults: Vec<VaultFiles>) -> KeyManagement {
        let mut places = sealed_columns();
        places.extend(vaults.into_iter().map(|v| Arc::new(v) as _));
        let settings =
            KeyManagementSettings { keep_former: TimeDelta::days(90), batch: 3, margin: Duration::from_millis(100) };
        KeyManagement::new(self.transactions.clone(), self.system.clone(), places, settings)
    }
}

/// A worker of the queue that carries out what is done to keys.
fn work(core: &TestCore, management: &KeyManagement) -> DropGuard {
    let handlers: Vec<Arc<dyn JobHandler>> = vec![
        Arc::new(Rotate(management.clone())),
        Arc::new(Rewrap(management.clone())),
        Arc::new(PrepareNextMonth(management.clone())),
        Arc::new(DestroyFormerVersions(management.clone())),
    ];
    let settings =
        WorkerSettings { poll: Duration::from_millis(20), lease: Duration::from_secs(2), ..WorkerSettings::default() };
    let (db, listener) = (core.db.db().clone(), Listener::new(core.db.db().clone(), &[]));
    let clock = guitai::db::Clock::system();
    let worker = Worker::new(db, clock, listener, handlers, settings, |_, _| {});
    let stop = CancellationToken::new();
    let guard = stop.clone().drop_guard();
    tokio::spawn(async move { worker.run(stop).await });
    guard
}

async fn bank() -> (TestCore, Principal) {
    let core = TestCore::with(KEYS).await;
    Routing::new(core.transactions(Vec::new()))
        .ensure_queue(&core.caller(), "default", "综合服务")
        .await
        .expect("a queue");
    let supervisor = principal(&core, "supervisor1", Role::Supervisor).await;
    (core, supervisor)
}

/// Values of messages that are sealed under this version of their key.
async fn messages_under(core: &TestCore, version: u8) -> i64 {
    core.db.number(&format!("SELECT count(*) FROM messages WHERE get_byte(body, 21) = {version}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn data_keys_rotate_while_two_nodes_read_and_write() {
    let (core, supervisor) = bank().await;
    let (one, two) = (Node::new(&core), Node::new(&core));
    let customers = [one.customer().await, one.customer().await, two.customer().await, two.customer().await];
    for (n, customer) in customers.iter().enumerate() {
        one.say(customer, &format!("第{n}位客户的话")).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let vault = Vault::open(folder.path()).expect("a vault");
    // A file that hangs on the key of the first conversation, as an attachment hangs on its own.
    let key_id: DataKeyId = conversations::table
        .find(customers[0].conversation_id)
        .select(conversations::data_key_id)
        .first(&mut core.db.connection().await)
        .await
        .expect("the key's id");
    let key = KeyStore::load(&one.keys, &mut *core.db.connection().await, key_id).await.expect("the key");
    let mut file = vault.create(customers[0].conversation_id.0, &key).await.expect("a file");
    let content: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    file.append(&content).await.expect("written");
    let sealed = file.finish().await.expect("a file");

    let management = one.management(vec![VaultFiles::new(vault.clone(), "conversations")]);
    // A rotation is for keys that are older than itself.
    core.clock.advance(TimeDelta::seconds(1));
    management.rotate(&core.caller(), Some(Scope::Conversation)).await.expect("begun");
    let again = management.rotate(&core.caller(), None).await;
    assert_eq!(again.expect_err("one at a time").code(), ErrorCode::Conflict);
    let mut said: Vec<Vec<String>> = (0..4).map(|n| vec![format!("第{n}位客户的话")]).collect();
    let first_worker = work(&core, &management);
    let where_it_is = async || management.rotations().await.expect("the list").remove(0);
    // The node that does it is gone in the middle; another one takes over when its lease is over.
    let interrupting = async {
        until("everybody seals under the new versions", async || {
            matches!(where_it_is().await.phase, Phase::SettlingAgain | Phase::Rewriting)
        })
        .await;
        drop(first_worker);
        work(&core, &two.management(vec![VaultFiles::new(vault.clone(), "conversations")]))
    };
    // Both nodes go on all the while, and each reads what the other has written.
    let writing = async {
        let (mut round, began) = (0, Instant::now());
        loop {
            round += 1;
            for (n, customer) in customers.iter().enumerate() {
                let (writer, reader) = if (round + n) % 2 == 0 { (&one, &two) } else { (&two, &one) };
                let body = format!("第{round}句");
                writer.say(customer, &body).await;
                said[n].push(body);
                assert_eq!(reader.read(&supervisor, customer).await.expect("readable at every moment"), said[n]);
            }
            let rotation = where_it_is().await;
            if rotation.finished_at.is_some() {
                break (rotation, round);
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it never ends: {rotation:?}");
        }
    };
    let (_second_worker, (rotation, round)) = tokio::join!(interrupting, writing);
    assert_eq!(rotation.keys, 4, "customers' own keys are of another scope");
    assert_eq!(messages_under(&core, 1).await, 0, "nothing is left under the former version");
    assert_eq!(messages_under(&core, 2).await, i64::try_from(4 * (round + 2)).expect("a count"));
    let fresh = core.keys_of_another_node(KEYS);
    let fresh = KeyStore::load(&fresh, &mut *core.db.connection().await, key_id).await.expect("the key");
    assert_eq!(vault.key_of(customers[0].conversation_id.0).await.expect("the file"), (key_id.0, 2));
    let verified = vault.verify(customers[0].conversation_id.0, &fresh).await.expect("the file");
    assert_eq!(verified.sealed, Some(sealed), "the content is the same");

    // Former versions open until their time is over, then they are gone and nothing is missing.
    assert_eq!(versions(&core, "decrypt_only").await, 4);
    core.clock.advance(TimeDelta::days(91));
    let stamp = Stamp::system(core.clock.now());
    let mut conn = core.db.connection().await;
    let young = one.keys.former_versions(&mut conn, stamp.at - TimeDelta::days(400), 10).await.expect("none");
    assert_eq!(young, []);
    jobs::enqueue(&mut conn, jobs::NewJob::system(guitai::key_management::DESTROY_FORMER_JOB), Utc::now())
        .await
        .expect("queued");
    drop(conn);
    until("they are destroyed", async || versions(&core, "destroyed").await == 4).await;
    let late = Node::new(&core);
    for (n, customer) in customers.iter().enumerate() {
        assert_eq!(late.read(&supervisor, customer).await.expect("readable"), said[n]);
    }
}

async fn versions(core: &TestCore, state: &str) -> i64 {
    core.db.number(&format!("SELECT count(*) FROM data_key_versions WHERE state = '{state}'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_s_keys_do_not_rotate() {
    let (core, _) = bank().await;
    let refused = Node::new(&core).management(Vec::new()).rotate(&core.caller(), Some(Scope::Audit)).await;
    assert_eq!(refused.expect_err("refused").code(), ErrorCode::InvalidParameter);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_keeps_opens_after_everything_was_rotated_and_former_versions_are_gone() {
    let (core, _) = bank().await;
    let node = Node::new(&core);
    let mut conn = core.db.connection().await;
    let then = Stamp::system(core.clock.now());
    let of_the_ledger = node.keys.shared(&mut conn, core.org, Scope::Audit, then).await.expect("a key");
    let of_events = node.keys.shared(&mut conn, core.org, Scope::Event, then).await.expect("a key");
    drop(conn);
    core.clock.advance(TimeDelta::seconds(1));
    let management = node.management(Vec::new());
    management.rotate(&core.caller(), None).await.expect("begun");
    let _worker = work(&core, &management);
    until("it is rotated", async || management.rotations().await.expect("the list")[0].finished_at.is_some()).await;
    core.clock.advance(TimeDelta::days(91));
    let mut conn = core.db.connection().await;
    let job = jobs::NewJob::system(guitai::key_management::DESTROY_FORMER_JOB);
    jobs::enqueue(&mut conn, job, Utc::now()).await.expect("queued");
    until("former versions are destroyed", async || versions(&core, "destroyed").await > 0).await;
    let later = core.keys_of_another_node(KEYS);
    let mut version =
        async |key: Uuid| KeyStore::load(&later, &mut conn, DataKeyId(key)).await.expect("the key").version();
    assert_eq!(version(of_the_ledger.id()).await, 1);
    assert_eq!(version(of_events.id()).await, 2);
    let destroyed = "SELECT count(*) FROM audit_records WHERE action = 'key.former_destroy' AND outcome = 'success'";
    assert!(core.db.number(destroyed).await > 0, "on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_comes_back_to_other_places_leaves_nothing_out() {
    let (core, supervisor) = bank().await;
    let node = Node::new(&core);
    let customer = node.customer().await;
    node.say(&customer, "升级之前").await;
    core.clock.advance(TimeDelta::seconds(1));
    let management = node.management(Vec::new());
    management.rotate(&core.caller(), Some(Scope::Conversation)).await.expect("begun");
    // As an upgrade in the middle leaves it: the column that was being rewritten is no more.
    core.db
        .run_sql("UPDATE key_rotations SET place = 'gone.column', after = 'ffffffff-ffff-ffff-ffff-ffffffffffff'")
        .await;
    let _worker = work(&core, &management);
    until("it is rotated", async || management.rotations().await.expect("the list")[0].finished_at.is_some()).await;
    assert_eq!(messages_under(&core, 1).await, 0);
    assert_eq!(Node::new(&core).read(&supervisor, &customer).await.expect("readable"), ["升级之前"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_key_that_is_about_to_wrap_is_not_superseded() {
    let (core, _) = bank().await;
    let (one, two) = (Node::new(&core), Node::new(&core));
    let (stamp, month) = (Stamp::system(core.clock.now()), core.clock.now().format("%Y-%m").to_string());
    let mut conn = core.db.connection().await;
    one.keys.create(&mut conn, core.org, Scope::Ticket, stamp).await.expect("the first one makes the class key");
    conn.begin_test_transaction().await.expect("begun");
    let late = one.keys.create(&mut conn, core.org, Scope::Ticket, stamp).await.expect("wrapped, not committed");

    let management = two.management(Vec::new());
    let cutting = tokio::spawn({
        let (management, caller) = (management.clone(), core.caller());
        async move { management.rotate_class_key(&caller, Scope::Ticket, month).await }
    });
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until("the next version waits for us", async || core.db.number(waiting).await == 1).await;
    diesel::sql_query("COMMIT").execute(&mut conn).await.expect("committed");
    cutting.await.expect("no panic").expect("cut");
    let _worker = work(&core, &management);
    until("the former one is destroyed", async || {
        core.db.number("SELECT count(*) FROM class_keys WHERE state = 'destroyed' AND class = 'ticket'").await == 1
    })
    .await;
    let fresh = core.keys_of_another_node(KEYS);
    let mut conn = core.db.connection().await;
    KeyStore::load(&fresh, &mut conn, DataKeyId(late.id())).await.expect("it hangs on the next version");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_key_is_superseded_and_destroyed_and_nothing_is_sealed_anew() {
    let (core, supervisor) = bank().await;
    let node = Node::new(&core);
    let mut customers = Vec::new();
    for n in 0..8 {
        let customer = node.customer().await;
        node.say(&customer, &format!("第{n}位")).await;
        customers.push(customer);
    }
    let month = core.clock.now().format("%Y-%m").to_string();
    let sealed = core.db.number("SELECT sum(hashtext(encode(body, 'hex')))::bigint FROM messages").await;
    let management = node.management(Vec::new());
    let unknown = management.rotate_class_key(&core.caller(), Scope::Conversation, "1999-01".to_owned()).await;
    assert_eq!(unknown.expect_err("no such month").code(), ErrorCode::NotFound);
    let next = management.rotate_class_key(&core.caller(), Scope::Conversation, month.clone()).await.expect("cut");
    let _worker = work(&core, &management);
    let wrapped_by = async |state: &str| {
        core.db
            .number(&format!(
                "SELECT count(*) FROM data_keys d JOIN class_keys c ON c.id = d.class_key_id \
                 WHERE c.class = 'conversation' AND c.state = '{state}'"
            ))
            .await
    };
    until("all are wrapped anew", async || wrapped_by("active").await == 8 && wrapped_by("decrypt_only").await == 0)
        .await;
    until("the former one is destroyed", async || {
        core.db.number("SELECT count(*) FROM class_keys WHERE state = 'destroyed' AND wrapped IS NULL").await == 1
    })
    .await;
    let fresh = Node::new(&core);
    for (n, customer) in customers.iter().enumerate() {
        assert_eq!(fresh.read(&supervisor, customer).await.expect("readable"), [format!("第{n}位")]);
        // A node that knew the keys before reads on as well.
        assert_eq!(node.read(&supervisor, customer).await.expect("readable"), [format!("第{n}位")]);
    }
    let after = core.db.number("SELECT sum(hashtext(encode(body, 'hex')))::bigint FROM messages").await;
    assert_eq!(after, sealed);
    let newest: Uuid = class_keys::table
        .filter(class_keys::class.eq("conversation"))
        .filter(class_keys::state.eq("active"))
        .select(class_keys::id)
        .first(&mut core.db.connection().await)
        .await
        .expect("the active one");
    assert_eq!(newest, next);
}

async fn keyring(core: &TestCore, provider: SoftProvider) -> Result<guitai::crypto::Keyring> {
    let provider: Arc<dyn Provider> = Arc::new(provider);
    let mut conn = core.db.connection().await;
    let now = core.clock.now();
    let conn: &mut Connection = &mut conn;
    conn.transaction(async |conn: &mut Connection| open_keyring(conn, provider, Stamp::system(now)).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_rotates_and_an_older_backup_is_no_longer_read() {
    let (core, supervisor) = bank().await;
    let (old, new) = (core.root.clone(), RootKey::generate().expect("a root key"));
    let ring = keyring(&core, SoftProvider::new(old.clone(), Vec::new())).await.expect("the first start");
    let before = Node::on(&core, Arc::new(KeyStore::with(ring.clone(), KEYS)));
    let customer = before.customer().await;
    before.say(&customer, "我的卡丢了").await;
    let index = ring.blind_index().of("phone", "13800138000");
    let backup: Vec<(Uuid, Option<Vec<u8>>)> = class_keys::table
        .select((class_keys::id, class_keys::wrapped))
        .load(&mut core.db.connection().await)
        .await
        .expect("a backup");

    // Both are given to the provider; everything goes on, and the class keys are wrapped anew.
    let during = keyring(&core, SoftProvider::new(new.clone(), vec![old.clone()])).await.expect("both");
    let node = Node::on(&core, Arc::new(KeyStore::with(during, KEYS)));
    assert_eq!(node.read(&supervisor, &customer).await.expect("readable"), ["我的卡丢了"]);
    // To take the former one away now would be to lose the data: the program does not start.
    let too_soon = keyring(&core, SoftProvider::new(new.clone(), Vec::new())).await;
    assert_eq!(too_soon.expect_err("too soon").code(), ErrorCode::KeyUnavailable);
    let rewrapped = node.management(Vec::new()).rewrap_class_keys(&core.caller()).await.expect("wrapped anew");
    assert_eq!(rewrapped, backup.len());

    let after = keyring(&core, SoftProvider::new(new.clone(), Vec::new())).await.expect("without the former one");
    assert_eq!(after.blind_index().of("phone", "13800138000"), index, "indexes outlive the root key");
    let node = Node::on(&core, Arc::new(KeyStore::with(after, KEYS)));
    assert_eq!(node.read(&supervisor, &customer).await.expect("readable"), ["我的卡丢了"]);
    let states: Vec<(Uuid, String)> = root_keys::table
        .order(root_keys::activated_at)
        .select((root_keys::id, root_keys::state))
        .load(&mut core.db.connection().await)
        .await
        .expect("the root keys");
    let states: HashSet<(Uuid, String)> = states.into_iter().collect();
    assert_eq!(states, HashSet::from([(old.id(), "destroyed".to_owned()), (new.id(), "active".to_owned())]));

    // What lay in a backup from before hangs on a key that is no more.
    for (id, wrapped) in backup {
        diesel::update(class_keys::table.find(id))
            .set(class_keys::wrapped.eq(wrapped))
            .execute(&mut core.db.connection().await)
            .await
            .expect("put back");
    }
    let ring = keyring(&core, SoftProvider::new(new, Vec::new())).await;
    assert_eq!(ring.expect_err("the backup's").code(), ErrorCode::DataAltered);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_month_is_prepared_and_the_last_one_only_unwraps() {
    let (core, supervisor) = bank().await;
    let node = Node::new(&core);
    let customer = node.customer().await;
    node.say(&customer, "十一月").await;
    let prepare = async || {
        let mut conn = core.db.connection().await;
        node.keys.prepare_next_month(&mut conn, Stamp::system(core.clock.now())).await.expect("cut")
    };
    assert_eq!(prepare().await, Scope::ALL.len());
    assert_eq!(prepare().await, 0, "once");
    let state_of = async |month: &str| {
        let mut conn = core.db.connection().await;
        class_keys::table
            .filter(class_keys::class.eq("conversation"))
            .filter(class_keys::month.eq(month.to_owned()))
            .select((class_keys::id, class_keys::state))
            .first::<(Uuid, String)>(&mut conn)
            .await
            .expect("the class key")
    };
    let waiting = state_of("2026-12").await;
    assert_eq!((state_of("2026-11").await.1.as_str(), waiting.1.as_str()), ("active", "pre_active"));
    core.clock.advance(TimeDelta::days(15));
    let later = node.customer().await;
    node.say(&later, "十二月").await;
    assert_eq!(state_of("2026-11").await.1, "decrypt_only");
    assert_eq!(state_of("2026-12").await, (waiting.0, "active".to_owned()), "the one that was cut before");
    let fresh = Node::new(&core);
    assert_eq!(fresh.read(&supervisor, &customer).await.expect("readable"), ["十一月"]);
    assert_eq!(fresh.read(&supervisor, &later).await.expect("readable"), ["十二月"]);
}

/// The key of a conversation.
async fn key_of(core: &TestCore, customer: &ChatPrincipal) -> DataKeyId {
    let mut conn = core.db.connection().await;
    let key = conversations::table.find(customer.conversation_id).select(conversations::data_key_id);
    key.first(&mut conn).await.expect("the key's id")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_key_is_destroyed_on_every_node_at_once() {
    let core = TestCore::create().await;
    Routing::new(core.transactions(Vec::new()))
        .ensure_queue(&core.caller(), "default", "综合服务")
        .await
        .expect("a queue");
    let supervisor = principal(&core, "supervisor1", Role::Supervisor).await;
    // Nothing grows old here: what the other node learns, it learns from the notification.
    let settings = KeySettings { cache_age: Duration::from_secs(3600), ..KeySettings::default() };
    let here = Node::on(&core, core.keys_of_another_node(settings));
    let there = Node::on(&core, core.keys_of_another_node(settings));
    let listener = Listener::new(core.db.db().clone(), &[keys::NOTIFY_CHANNEL]);
    let (changes, keys_there) = (listener.subscribe(keys::NOTIFY_CHANNEL), Arc::clone(&there.keys));
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    tokio::spawn(async move { keys_there.follow_changes(changes).await });
    tokio::spawn(async move { listener.run(stop).await });

    let customer = here.customer().await;
    here.say(&customer, "请删除我的信息").await;
    until("the other node reads it", async || there.read(&supervisor, &customer).await.is_ok()).await;
    let id = key_of(&core, &customer).await;
    let stamp = Stamp { at: core.clock.now(), by: Some(supervisor.account_id.0) };
    let mut conn = core.db.connection().await;
    assert!(!here.keys.destroy(&mut conn, id, Scope::Ticket, stamp).await.expect("of another scope"));
    assert!(here.keys.destroy(&mut conn, id, Scope::Conversation, stamp).await.expect("destroyed"));
    assert!(!here.keys.destroy(&mut conn, id, Scope::Conversation, stamp).await.expect("already"));
    drop(conn);
    let code = |read: Result<Vec<String>>| read.err().map(|e| e.code());
    assert_eq!(code(here.read(&supervisor, &customer).await), Some(ErrorCode::KeyDestroyed));
    until("the other node forgets it", async || {
        code(there.read(&supervisor, &customer).await) == Some(ErrorCode::KeyDestroyed)
    })
    .await;
    let by: (String, Option<DateTime<Utc>>, Option<Uuid>) = data_keys::table
        .find(id)
        .select((data_keys::state, data_keys::destroyed_at, data_keys::destroyed_by))
        .first(&mut core.db.connection().await)
        .await
        .expect("its row");
    assert_eq!(by, ("destroyed".to_owned(), Some(stamp.at), stamp.by));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_destroyed_stays_so_when_a_backup_is_put_back() {
    let (core, supervisor) = bank().await;
    let node = Node::new(&core);
    let (kept, gone) = (node.customer().await, node.customer().await);
    node.say(&kept, "留下").await;
    node.say(&gone, "删除").await;
    let id = key_of(&core, &gone).await;
    type Row = (Option<Vec<u8>>, String, Option<DateTime<Utc>>);
    let backup: Row = data_keys::table
        .find(id)
        .select((data_keys::wrapped, data_keys::state, data_keys::destroyed_at))
        .first(&mut core.db.connection().await)
        .await
        .expect("a backup");
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join(JOURNAL_FILE);
    let caller = Caller::system(core.org, "guitai");
    let keeper = ErasureKeeper::open(node.transactions.clone(), journal.clone(), &caller).await.expect("a journal");
    let listener = Listener::new(core.db.db().clone(), &[keys::NOTIFY_CHANNEL]);
    let (changes, stop) = (listener.subscribe(keys::NOTIFY_CHANNEL), CancellationToken::new());
    let (keeping, listening) = (stop.clone(), stop.clone());
    let running = tokio::spawn(async move { keeper.run(changes, keeping).await });
    tokio::spawn(async move { listener.run(listening).await });
    let stamp = Stamp::system(core.clock.now());
    // On another node; the journal of this one has it all the same.
    let elsewhere = core.keys_of_another_node(KEYS);
    let destroyed = elsewhere.destroy(&mut *core.db.connection().await, id, Scope::Conversation, stamp).await;
    assert!(destroyed.expect("destroyed"));
    let in_journal = || std::fs::read_to_string(&journal).expect("the journal").contains(&id.to_string());
    until("it is in the journal", async || in_journal()).await;
    stop.cancel();
    within("the keeper stops", running).await.expect("stopped");

    // A backup of the database from before is put back, with the key alive.
    diesel::update(data_keys::table.find(id))
        .set((data_keys::wrapped.eq(backup.0), data_keys::state.eq(backup.1), data_keys::destroyed_at.eq(backup.2)))
        .execute(&mut core.db.connection().await)
        .await
        .expect("put back");
    let restored = Node::new(&core);
    assert_eq!(restored.read(&supervisor, &gone).await.expect("the backup has it"), ["删除"]);
    // The program starts on it.
    let started = Node::new(&core);
    ErasureKeeper::open(started.transactions.clone(), journal.clone(), &caller).await.expect("the journal");
    let read = started.read(&supervisor, &gone).await;
    assert_eq!(read.expect_err("destroyed again").code(), ErrorCode::KeyDestroyed);
    assert_eq!(started.read(&supervisor, &kept).await.expect("the other is there"), ["留下"]);
    let replayed = "SELECT count(*) FROM audit_records WHERE action = 'key.erasure_replay' AND outcome = 'success'";
    assert_eq!(core.db.number(replayed).await, 1);
    ErasureKeeper::open(started.transactions.clone(), journal.clone(), &caller).await.expect("the journal");
    assert_eq!(core.db.number(replayed).await, 1, "nothing to do the second time");

    // A journal that somebody has changed is no journal.
    let text = std::fs::read_to_string(&journal).expect("the journal");
    std::fs::write(&journal, text.replace(&id.to_string(), &DataKeyId::fresh().to_string())).expect("changed");
    let opened = ErasureKeeper::open(started.transactions.clone(), journal, &caller).await;
    assert_eq!(opened.err().map(|e| e.code()), Some(ErrorCode::DataAltered));
}

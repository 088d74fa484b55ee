//! The provider of the root key goes and comes back, as a crypto device does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use guitai::audit::{Ledger, Sealer, Verifier};
use guitai::auditing::{Audit, Criteria};
use guitai::conversations::{Chat, ChatPrincipal, Conversations, NewChat, Routing};
use guitai::crypto::provider::SoftProvider;
use guitai::crypto::sm3::Digest;
use guitai::crypto::{Keyring, Provider, RootKey, Suite};
use guitai::customers::NewCustomer;
use guitai::db::{KeySettings, KeyStore};
use guitai::error::{ErrorCode, Result};
use guitai::eventlog::Outbox;
use guitai::identity::Role;
use guitai::recordings::{Inbox, RecordingSettings, Recordings};
use guitai::telemetry::metrics::Metrics;
use guitai::transaction::Transactions;
use guitai::vault::Vault;
use guitai::web::{PageQuery, RequestInfo, Zone};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::support::core::TestCore;
use crate::support::who::principal;

/// A provider that can be unplugged.
#[derive(Debug)]
struct Device {
    inside: SoftProvider,
    is_away: Arc<AtomicBool>,
}

impl Device {
    fn there(&self) -> Result<&SoftProvider> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(ErrorCode::KeyUnavailable.because("the device does not answer"));
        }
        Ok(&self.inside)
    }
}

impl Provider for Device {
    fn name(&self) -> &'static str {
        "device"
    }
    fn certified(&self) -> bool {
        false
    }
    fn root_id(&self) -> (Uuid, u32) {
        self.inside.root_id()
    }
    fn ready(&self) -> Result<()> {
        self.there()?.ready()
    }
    fn random(&self, out: &mut [u8]) -> Result<()> {
        self.there()?.random(out)
    }
    fn wrap(&self, context: Vec<u8>, secret: &[u8]) -> Result<Vec<u8>> {
        self.there()?.wrap(context, secret)
    }
    fn unwrap(&self, context: Vec<u8>, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.there()?.unwrap(context, wrapped)
    }
    fn derive(&self, purpose: &str) -> Result<Zeroizing<Digest>> {
        self.there()?.derive(purpose)
    }
}

/// Longer than a step of this test, short enough to wait for.
const LEASE: Duration = Duration::from_secs(5);
const KEYS: KeySettings = KeySettings { lease: LEASE, cache_age: Duration::from_secs(60), suite: Suite::Sm4Gcm };

struct Bench {
    core: TestCore,
    is_away: Arc<AtomicBool>,
    root: RootKey,
    keys: Arc<KeyStore>,
    transactions: Transactions,
    chat: Chat,
    conversations: Conversations,
}

fn keyring(root: &RootKey, is_away: &Arc<AtomicBool>) -> Keyring {
    let device = Device { inside: SoftProvider::new(root.clone(), Vec::new()), is_away: Arc::clone(is_away) };
    Keyring::from_provider(Arc::new(device)).expect("a keyring")
}

impl Bench {
    async fn open() -> Self {
        let core = TestCore::create().await;
        let (is_away, root) = (Arc::new(AtomicBool::new(false)), RootKey::generate().expect("a root key"));
        let keys = Arc::new(KeyStore::with(keyring(&root, &is_away), KEYS));
        let ledger = Ledger::new(Arc::clone(&keys), "test-node");
        let transactions = Transactions::new(
            core.db.db().clone(),
            Arc::clone(&keys),
            ledger,
            Outbox::new(Vec::new()),
            core.clock.clock(),
        );
        let (chat, conversations) =
            (Chat::new(transactions.clone(), core.org), Conversations::new(transactions.clone()));
        Routing::new(transactions.clone()).ensure_queue(&core.caller(), "default", "综合服务").await.expect("a queue");
        Self { core, is_away, root, keys, transactions, chat, conversations }
    }

    async fn customer(&self) -> Result<ChatPrincipal> {
        let info = RequestInfo {
            trace_id: "trace".to_owned(),
            source_ip: "127.0.0.1".to_owned(),
            zone: Zone::Customers,
            secure: false,
        };
        let new = NewCustomer { display_name: Some("王小明".to_owned()), phone: Some("13800138000".to_owned()) };
        let opened = self.chat.open(None, NewChat { customer: new, page_url: None }, &info).await?;
        self.chat.principal(&opened.token.expect("a cookie"), &info).await
    }

    async fn say(&self, who: &ChatPrincipal, body: &str) -> Result<()> {
        self.chat.post(who, &Uuid::new_v4().to_string(), body).await.map(drop)
    }

    async fn messages(&self) -> i64 {
        self.core.db.number("SELECT count(*) FROM messages").await
    }
}

fn code<T>(result: Result<T>) -> ErrorCode {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(e) => e.code(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_sealed_and_keys_in_use_open_for_their_lease() {
    let bench = Bench::open().await;
    let supervisor = principal(&bench.core, "supervisor1", Role::Supervisor).await;
    let open = bench.customer().await.expect("a chat");
    bench.say(&open, "我的卡丢了").await.expect("said");
    // A node that has only just begun: it has unwrapped nothing.
    let keys = Arc::new(KeyStore::with(keyring(&bench.root, &bench.is_away), KEYS));
    let fresh = Transactions::new(
        bench.core.db.db().clone(),
        Arc::clone(&keys),
        Ledger::new(Arc::clone(&keys), "test-node-2"),
        Outbox::new(Vec::new()),
        bench.core.clock.clock(),
    );
    let node = Conversations::new(fresh);

    bench.is_away.store(true, Ordering::Relaxed);
    assert_eq!(code(bench.keys.renew_lease()), ErrorCode::KeyUnavailable);
    let before = bench.messages().await;
    assert_eq!(code(bench.customer().await), ErrorCode::KeyUnavailable, "no new conversation");
    assert_eq!(bench.messages().await, before);
    assert_eq!(code(bench.say(&open, "还在吗").await), ErrorCode::KeyUnavailable, "though its key is in memory");
    assert_eq!(bench.messages().await, before);
    let read = bench.conversations.messages(&supervisor, open.conversation_id, 0, 10).await.expect("reads go on");
    assert_eq!(read.last().map(|m| m.body.as_str()), Some("我的卡丢了"));
    let unread = node.messages(&supervisor, open.conversation_id, 0, 10).await;
    assert_eq!(code(unread), ErrorCode::KeyUnavailable, "what is not unwrapped is not read");

    // The lease ends: nothing is sealed or opened any more.
    tokio::time::sleep(LEASE).await;
    let before = bench.messages().await;
    assert_eq!(code(bench.say(&open, "喂？").await), ErrorCode::KeyUnavailable);
    let read = bench.conversations.messages(&supervisor, open.conversation_id, 0, 10).await;
    assert_eq!(code(read), ErrorCode::KeyUnavailable);
    assert_eq!(bench.messages().await, before);

    bench.is_away.store(false, Ordering::Relaxed);
    bench.keys.renew_lease().expect("it is back");
    bench.say(&open, "喂？").await.expect("said again");
    let read = bench.conversations.messages(&supervisor, open.conversation_id, 0, 10).await.expect("read");
    assert_eq!(read.last().map(|m| m.body.as_str()), Some("喂？"));
    bench.customer().await.expect("a new conversation");
    // The query of the ledger by field needs no content key; it went on all the time and goes on.
    let auditor = principal(&bench.core, "auditor1", Role::Auditor).await;
    let sealer = Arc::new(Sealer::new(
        bench.core.db.db().clone(),
        Arc::clone(&bench.keys),
        bench.core.clock.clock(),
        bench.core.org,
    ));
    let t = &bench.transactions;
    let verifier = Verifier::new(t.db().clone(), Arc::clone(&bench.keys), t.ledger().clone(), sealer);
    let audit = Audit::new(bench.transactions.clone(), verifier);
    let page = PageQuery::default();
    let found = audit.query(&auditor, Criteria::default(), page, false).await.expect("records");
    let failed = found.items.iter().filter(|r| r.code.as_deref() == Some("crypto.key_unavailable")).count();
    assert_eq!(failed, 5, "every attempt is on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_spool_takes_calls_under_a_leased_key_and_then_stops() {
    let bench = Bench::open().await;
    principal(&bench.core, "agent1", Role::Agent).await;
    let files = tempfile::tempdir().expect("a folder");
    let vault = |name: &str| Vault::open(&files.path().join(name)).expect("a vault");
    let settings = RecordingSettings {
        max_bytes: 4 << 20,
        duration_tolerance: chrono::TimeDelta::seconds(2),
        task_grant: chrono::TimeDelta::hours(72),
        approval_grant: chrono::TimeDelta::hours(2),
    };
    let recordings = Recordings::new(bench.transactions.clone(), vault("vault"), settings);
    let folder = files.path().join("inbox");
    let mut inbox =
        Inbox::open(recordings, folder.clone(), vault("spool"), bench.core.org, Metrics::new().expect("metrics"))
            .await
            .expect("an inbox");
    let leave = |name: &str| {
        let calls = std::path::Path::new("appliance/demo/calls");
        std::fs::copy(calls.join("wealth.wav"), folder.join(format!("{name}.wav"))).expect("the audio");
        let text = std::fs::read_to_string(calls.join("wealth.cdr.json")).expect("a record");
        let mut record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        record["call_id"] = serde_json::json!(name);
        std::fs::write(folder.join(format!("{name}.json")), record.to_string()).expect("the record");
    };
    let left = || std::fs::read_dir(&folder).expect("the folder").count();

    bench.is_away.store(true, Ordering::Relaxed);
    leave("leased");
    inbox.empty_folder().await.expect("sealed under the lease");
    assert_eq!((left(), inbox.waiting().await.expect("the spool")), (0, 1));
    assert_eq!(code(inbox.empty_spool().await), ErrorCode::KeyUnavailable, "the import waits");

    tokio::time::sleep(LEASE).await;
    leave("late");
    assert_eq!(code(inbox.empty_folder().await), ErrorCode::KeyUnavailable);
    assert_eq!((left(), inbox.waiting().await.expect("the spool")), (2, 1), "nothing is lost, nothing is sealed");

    bench.is_away.store(false, Ordering::Relaxed);
    inbox.empty_folder().await.expect("sealed");
    inbox.empty_spool().await.expect("imported");
    assert_eq!((left(), inbox.waiting().await.expect("the spool")), (0, 0));
    assert_eq!(bench.core.db.number("SELECT count(*) FROM recordings").await, 2);
}

//! A bank's desk without its HTTP edge: the services of the nouns, people with roles, customers who write, and the event log that keeps search
//! in step.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use guitai::audit::{ActorKind, Caller};
use guitai::conversations::{Chat, ChatPrincipal, Conversations, NewChat, Routing};
use guitai::customers::NewCustomer;
use guitai::db::ids::{ConversationId, SessionId};
use guitai::db::{Clock, Listener};
use guitai::eventlog::{EventLog, LocalLog, Subscriber};
use guitai::identity::{Identity, IdentitySettings, NewAccount, Principal, Role};
use guitai::knowledge::{ArticleIndexer, Knowledge};
use guitai::search_content::{ContentIndexer, ContentSearch};
use guitai::telemetry::metrics::Metrics;
use guitai::tickets::Tickets;
use guitai::transaction::Transactions;
use guitai::web::{RequestInfo, Zone};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::core::TestCore;
use super::eventlog::SETTINGS;
use super::wait::until;

pub struct Desk {
    pub core: TestCore,
    pub transactions: Transactions,
    pub conversations: Conversations,
    pub tickets: Tickets,
    pub knowledge: Knowledge,
    pub search: ContentSearch,
    identity: Identity,
    chat: Chat,
    people: AtomicU32,
    files: tempfile::TempDir,
    _delivering: DropGuard,
}

impl Desk {
    /// Opens with empty search indexes that follow the event log.
    pub async fn open() -> Self {
        let core = TestCore::create().await;
        let transactions = core.transactions(vec![ArticleIndexer::SUBSCRIPTION, ContentIndexer::SUBSCRIPTION]);
        let files = tempfile::tempdir().expect("a folder");
        let t = || transactions.clone();
        let knowledge = Knowledge::open(t(), core.org, files.path().join("search/articles")).await.expect("knowledge");
        let folder = files.path().join("search/content");
        let search = ContentSearch::open(t(), knowledge.clone(), core.org, folder).await.expect("search");
        let identity = Identity::new(
            t(),
            Metrics::new().expect("metrics"),
            IdentitySettings { pbkdf2_iterations: 10_000, ..IdentitySettings::default() },
        );
        let routing = Routing::new(t());
        routing.ensure_queue(&core.caller(), "default", "综合服务").await.expect("a queue");

        let stop = CancellationToken::new();
        knowledge.rebuild_if_needed(stop.clone()).await;
        search.rebuild_if_needed(stop.clone()).await;
        let listener = Listener::new(core.db.db().clone(), &[]);
        let (db, keys) = (core.db.db().clone(), Arc::clone(&core.keys));
        let log = LocalLog::new(db, keys, Clock::system(), listener, SETTINGS);
        let subscribers: Vec<Arc<dyn Subscriber>> =
            vec![Arc::new(ArticleIndexer::new(knowledge.clone())), Arc::new(ContentIndexer::new(search.clone()))];
        let until = stop.clone();
        tokio::spawn(async move { log.run(subscribers, until).await });
        Self {
            conversations: Conversations::new(t()),
            tickets: Tickets::new(t()),
            chat: Chat::new(t(), core.org),
            _delivering: stop.drop_guard(),
            people: AtomicU32::new(0),
            core,
            transactions,
            knowledge,
            search,
            identity,
            files,
        }
    }

    /// Where this node keeps its search indexes.
    pub fn search_folder(&self) -> PathBuf {
        self.files.path().join("search")
    }

    /// A new member of staff, as a request of his would be answered.
    pub async fn staff(&self, name: &str, role: Role) -> Principal {
        let login = format!("staff{}", self.people.fetch_add(1, Ordering::Relaxed));
        let new = NewAccount { login: login.clone(), display_name: name.to_owned(), roles: vec![role] };
        let operator = Caller::operator(self.core.org, "test");
        let account = self.identity.demo_account(&operator, new, "Correct-Horse-7-Battery").await.expect("an account");
        let session_id = SessionId::fresh();
        Principal {
            account_id: account.id,
            org_id: self.core.org,
            session_id,
            login,
            display_name: name.to_owned(),
            roles: vec![role],
            must_change_password: false,
            caller: Caller {
                kind: ActorKind::Staff,
                id: Some(account.id.0),
                name: name.to_owned(),
                roles: role.as_str().to_owned(),
                session_id: Some(session_id),
                ..self.core.caller()
            },
        }
    }

    /// A customer opens a chat and says this.
    pub async fn customer_says(&self, body: &str) -> ChatPrincipal {
        let info = RequestInfo {
            trace_id: "trace".to_owned(),
            source_ip: "127.0.0.1".to_owned(),
            zone: Zone::Customers,
            secure: false,
        };
        let customer =
            NewCustomer { display_name: Some("王小明".to_owned()), phone: Some("13800138000".to_owned()) };
        let opened = self.chat.open(None, NewChat { customer, page_url: None }, &info).await.expect("a chat");
        let customer = self.chat.principal(&opened.token.expect("a cookie"), &info).await.expect("a customer");
        self.say(&customer, body).await;
        customer
    }

    pub async fn say(&self, customer: &ChatPrincipal, body: &str) {
        let client_id = uuid::Uuid::new_v4().to_string();
        self.chat.post(customer, &client_id, body).await.expect("posted");
    }

    /// A conversation that this agent has in hand, begun with these words.
    pub async fn conversation_of(&self, agent: &Principal, body: &str) -> ConversationId {
        let customer = self.customer_says(body).await;
        self.chat.request_agent(&customer).await.expect("in the queue");
        self.conversations.accept(agent, customer.conversation_id).await.expect("in hand").id
    }

    /// Waits until every event has been taken, and none was given up.
    pub async fn settled(&self) {
        let waiting = async || self.core.db.number("SELECT count(*) FROM event_deliveries WHERE dead_at IS NULL").await;
        until("events are taken", async || waiting().await == 0).await;
        assert_eq!(self.core.db.number("SELECT count(*) FROM event_deliveries").await, 0, "dead letters");
    }

    /// How many audit records there are of this action with this outcome.
    pub async fn records(&self, action: &str, outcome: &str) -> i64 {
        let query = format!("SELECT count(*) FROM audit_records WHERE action = '{action}' AND outcome = '{outcome}'");
        self.core.db.number(&query).await
    }

    /// How many events of this kind there are.
    pub async fn events(&self, kind: &str) -> i64 {
        self.core.db.number(&format!("SELECT count(*) FROM event_outbox WHERE type = '{kind}'")).await
    }
}

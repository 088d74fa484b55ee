//! Identity on a database of its own: accounts that sign in, a clock moved by hand.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use guitai::audit::{ActorKind, Caller};
use guitai::db::ids::{AccountId, SessionId};
use guitai::db::schema::accounts;
use guitai::eventlog::SubscriptionSpec;
use guitai::identity::{
    Account, Authenticator, Client, Identity, IdentitySettings, NewAccount, Principal, Role, SignedIn,
};
use guitai::telemetry::metrics::Metrics;
use guitai::transaction::Transactions;
use guitai::web::{RequestInfo, Zone};
use zeroize::Zeroizing;

use super::core::TestCore;

/// Passes the policy of administrators too.
pub const PASSWORD: &str = "Tree-Lantern-42";

/// Identity without HTTP around it. Passwords are cheap here.
pub struct TestWho {
    pub core: TestCore,
    pub transactions: Transactions,
    pub identity: Identity,
}

impl TestWho {
    pub async fn create() -> Self {
        Self::with(|_| {}, Vec::new()).await
    }

    pub async fn with(adjust: impl FnOnce(&mut IdentitySettings), subscriptions: Vec<SubscriptionSpec>) -> Self {
        let core = TestCore::create().await;
        let transactions = core.transactions(subscriptions);
        let mut settings = IdentitySettings { pbkdf2_iterations: 10, ..IdentitySettings::default() };
        adjust(&mut settings);
        let identity = Identity::new(transactions.clone(), Metrics::new().expect("metrics"), settings);
        Self { core, transactions, identity }
    }

    pub fn operator(&self) -> Caller {
        Caller::operator(self.core.org, "root")
    }

    /// An account with [`PASSWORD`] that need not change it.
    pub async fn account(&self, login: &str, roles: &[Role]) -> Account {
        let new = NewAccount { login: login.into(), display_name: format!("{login} 先生"), roles: roles.to_vec() };
        let account = self.identity.demo_account(&self.operator(), new, PASSWORD).await.expect("an account");
        // Nothing happens in the very microsecond in which an account is made.
        self.core.clock.advance(TimeDelta::seconds(1));
        account
    }

    pub async fn sign_in(&self, login: &str, password: &str) -> guitai::error::Result<SignedIn> {
        self.sign_in_from(login, password, "10.0.0.1").await
    }

    pub async fn sign_in_from(&self, login: &str, password: &str, ip: &str) -> guitai::error::Result<SignedIn> {
        let client = Client { info: info(ip, Zone::Staff), user_agent: "test".into() };
        self.core.clock.advance(TimeDelta::milliseconds(10));
        self.identity.sign_in(login, Zeroizing::new(password.into()), &client).await
    }

    /// The person behind a token.
    pub async fn recognise(&self, token: &str) -> guitai::error::Result<Principal> {
        self.identity.authenticate(token, &info("10.0.0.1", Zone::Staff)).await
    }

    /// A new account, signed in.
    pub async fn principal(&self, login: &str, roles: &[Role]) -> Principal {
        self.account(login, roles).await;
        let signed_in = self.sign_in(login, PASSWORD).await.expect("a session");
        self.recognise(&signed_in.token).await.expect("a person")
    }

    /// One number from the database.
    pub async fn number(&self, sql: &str) -> i64 {
        self.core.db.number(&format!("SELECT ({sql})::bigint")).await
    }
}

pub fn info(ip: &str, zone: Zone) -> RequestInfo {
    RequestInfo { trace_id: "0123456789abcdef".into(), source_ip: ip.into(), zone, secure: false }
}

/// An account that never signs in, as its requests would be answered.
pub async fn principal(core: &TestCore, login: &str, role: Role) -> Principal {
    let id = AccountId::fresh();
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::org_id.eq(core.org),
            accounts::login.eq(login),
            accounts::display_name.eq(login.to_uppercase()),
            accounts::salt.eq(Vec::<u8>::new()),
            accounts::iterations.eq(1),
            accounts::verifier.eq(Vec::<u8>::new()),
            accounts::must_change_password.eq(false),
            accounts::password_changed_at.eq(core.clock.now()),
            accounts::created_at.eq(core.clock.now()),
        ))
        .execute(&mut core.db.connection().await)
        .await
        .expect("an account");
    let session_id = SessionId::fresh();
    Principal {
        account_id: id,
        org_id: core.org,
        session_id,
        login: login.to_owned(),
        display_name: login.to_uppercase(),
        roles: vec![role],
        must_change_password: false,
        caller: Caller {
            org_id: core.org,
            kind: ActorKind::Staff,
            id: Some(id.0),
            name: login.to_uppercase(),
            roles: role.as_str().to_owned(),
            session_id: Some(session_id),
            source_ip: None,
            trace_id: "test".to_owned(),
        },
    }
}

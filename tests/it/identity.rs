//! Signing in, staying in, being put out, and who may change whose rights (controls I1 to I3, A3, A7).

use std::time::Instant;

use chrono::TimeDelta;
use guitai::db::ids::AccountId;
use guitai::error::{ErrorCode, Result};
use guitai::identity::{Account, NewAccount, Principal, Role};
use guitai::web::{PageQuery, Zone};
use zeroize::Zeroizing;

use crate::support::who::{PASSWORD, TestWho, info};

fn code<T>(r: Result<T>) -> ErrorCode {
    match r {
        Ok(_) => panic!("it was allowed"),
        Err(e) => e.code(),
    }
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.into())
}

async fn secadmin(who: &TestWho) -> Principal {
    who.principal("sec1", &[Role::Secadmin]).await
}

#[tokio::test]
async fn five_failures_lock_for_half_an_hour_and_nothing_tells_why() {
    let who = TestWho::create().await;
    who.account("zhangsan", &[Role::Agent]).await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(who.sign_in("zhangsan", "Wrong-Lantern-1").await.err().expect("refused").to_string());
        who.core.clock.advance(TimeDelta::minutes(2));
    }
    answers.push(who.sign_in("zhangsan", PASSWORD).await.err().expect("locked").to_string());
    answers.push(who.sign_in("nobody-here", PASSWORD).await.err().expect("unknown").to_string());
    answers.push(who.sign_in("'; DROP TABLE accounts", PASSWORD).await.err().expect("no login").to_string());
    assert!(answers.windows(2).all(|w| w[0] == w[1]), "{answers:?}");

    who.core.clock.advance(TimeDelta::minutes(27));
    assert_eq!(code(who.sign_in("zhangsan", PASSWORD).await), ErrorCode::BadCredentials, "29 minutes after the lock");
    who.core.clock.advance(TimeDelta::minutes(2));
    who.sign_in("ZhangSan ", PASSWORD).await.expect("the lock has run out");
}

#[tokio::test]
async fn failures_are_counted_in_a_sliding_window_and_forgiven_by_a_success() {
    let who = TestWho::create().await;
    who.account("zhangsan", &[Role::Agent]).await;
    // Four, a pause that takes the first two out of the window, then three more: never five in a quarter of an hour.
    for (n, pause) in [(2, 10), (2, 6), (2, 0)] {
        for _ in 0..n {
            assert!(who.sign_in("zhangsan", "Wrong-Lantern-1").await.is_err());
        }
        who.core.clock.advance(TimeDelta::minutes(pause));
    }
    who.sign_in("zhangsan", PASSWORD).await.expect("not locked");
    for _ in 0..4 {
        assert!(who.sign_in("zhangsan", "Wrong-Lantern-1").await.is_err());
    }
    who.sign_in("zhangsan", PASSWORD).await.expect("a success forgives what was before it");
}

#[tokio::test]
async fn guessing_many_at_once_gains_nothing() {
    let who = TestWho::create().await;
    who.account("zhangsan", &[Role::Agent]).await;
    let guesses = (0..12).map(|i| {
        let password = if i == 11 { PASSWORD.to_owned() } else { format!("Wrong-Lantern-{i}") };
        let who = &who;
        async move { who.sign_in("zhangsan", &password).await.is_ok() }
    });
    futures::future::join_all(guesses).await;
    assert_eq!(who.number("SELECT count(*) FROM accounts WHERE locked_until IS NOT NULL").await, 1);
    let counted = who.number("SELECT count(*) FROM sign_in_failures WHERE account_id IS NOT NULL").await;
    assert!(counted <= 6, "after the lock nothing is counted against the account: {counted}");
}

#[tokio::test]
async fn an_address_that_fails_too_often_waits_whoever_it_tries() {
    let who = TestWho::with(|s| s.source_limit = 6, Vec::new()).await;
    who.account("zhangsan", &[Role::Agent]).await;
    for i in 0..6 {
        assert_eq!(code(who.sign_in(&format!("nobody{i}"), "x").await), ErrorCode::BadCredentials);
    }
    assert_eq!(code(who.sign_in("zhangsan", PASSWORD).await), ErrorCode::RateLimited);
    who.sign_in_from("zhangsan", PASSWORD, "10.0.0.2").await.expect("another address is another matter");
    who.core.clock.advance(TimeDelta::minutes(16));
    who.sign_in("zhangsan", PASSWORD).await.expect("the window has passed");
}

#[tokio::test]
async fn an_unknown_login_costs_as_much_as_a_wrong_password() {
    let who =
        TestWho::with(|s| (s.pbkdf2_iterations, s.lock_after, s.source_limit) = (20_000, 1000, 1000), Vec::new()).await;
    who.account("zhangsan", &[Role::Agent]).await;
    let mut medians = Vec::new();
    for login in ["zhangsan", "nobody"] {
        let mut times = Vec::new();
        for _ in 0..9 {
            let began = Instant::now();
            assert!(who.sign_in(login, "Wrong-Lantern-1").await.is_err());
            times.push(began.elapsed());
        }
        times.sort();
        medians.push(times[4].as_secs_f64());
    }
    // Without the decoy the second would be ten times quicker.
    assert!((0.3..3.0).contains(&(medians[0] / medians[1])), "{medians:?}");
}

#[tokio::test]
async fn failures_are_recorded_without_what_was_typed() {
    let who = TestWho::create().await;
    who.account("zhangsan", &[Role::Agent]).await;
    for (login, password) in [("zhangsan", "Typed-Secret-1"), ("Typed-As-Login-2", "x"), ("13812345678", "x")] {
        assert!(who.sign_in(login, password).await.is_err());
    }
    let refused = "SELECT count(*) FROM audit_records WHERE action = 'session.sign_in' AND outcome = 'refused'
        AND code = 'identity.bad_credentials' AND actor_kind = 'anonymous' AND actor_id IS NULL AND source_ip = '10.0.0.1'";
    assert_eq!(who.number(refused).await, 3);
    let leaks = "SELECT count(*) FROM audit_records WHERE to_jsonb(audit_records)::text ~* 'typed|13812345678'";
    assert_eq!(who.number(leaks).await, 0);
    let same = "SELECT count(DISTINCT detail::jsonb->>'login_digest') FROM audit_records WHERE outcome = 'refused'";
    assert_eq!(who.number(same).await, 3);
}

#[tokio::test]
async fn sessions_end_when_idle_when_old_and_when_told() {
    let who = TestWho::create().await;
    who.account("zhangsan", &[Role::Agent]).await;
    let signed_in = who.sign_in("zhangsan", PASSWORD).await.unwrap();
    assert_eq!(signed_in.session.idle_timeout_s, 900);
    for _ in 0..4 {
        who.core.clock.advance(TimeDelta::minutes(14));
        who.recognise(&signed_in.token).await.expect("in use");
    }
    who.core.clock.advance(TimeDelta::minutes(15));
    assert_eq!(code(who.recognise(&signed_in.token).await), ErrorCode::NotSignedIn, "idle");

    let signed_in = who.sign_in("zhangsan", PASSWORD).await.unwrap();
    let person = who.recognise(&signed_in.token).await.unwrap();
    for _ in 0..60 {
        who.core.clock.advance(TimeDelta::minutes(12));
        if who.core.clock.now() < signed_in.session.expires_at {
            assert!(who.identity.keep_alive(person.session_id).await.unwrap(), "an open chat is activity");
        }
    }
    assert!(!who.identity.keep_alive(person.session_id).await.unwrap(), "twelve hours are over");
    assert!(!who.identity.is_alive(person.session_id).await.unwrap());
    assert_eq!(code(who.recognise(&signed_in.token).await), ErrorCode::NotSignedIn);

    let signed_in = who.sign_in("zhangsan", PASSWORD).await.unwrap();
    let person = who.recognise(&signed_in.token).await.unwrap();
    who.identity.sign_out(&person).await.unwrap();
    assert_eq!(code(who.recognise(&signed_in.token).await), ErrorCode::NotSignedIn, "a captured cookie is worthless");

    who.sign_in("zhangsan", PASSWORD).await.unwrap();
    who.core.clock.advance(TimeDelta::minutes(15));
    assert_eq!(who.identity.sweep().await.unwrap(), 1, "nobody came back to notice");
    let ended = "SELECT string_agg(end_reason, ',' ORDER BY created_at) = 'idle,expired,sign_out,idle' FROM sessions";
    assert_eq!(who.number(&format!("SELECT CASE WHEN ({ended}) THEN 1 ELSE 0 END")).await, 1);
    assert_eq!(who.number("SELECT count(*) FROM audit_records WHERE action = 'session.end'").await, 3);
}

#[tokio::test]
async fn a_newer_sign_in_ends_the_older_one_and_both_are_recorded() {
    let who = TestWho::create().await;
    who.account("zhangsan", &[Role::Agent]).await;
    let old = who.sign_in("zhangsan", PASSWORD).await.unwrap();
    let new = who.sign_in("zhangsan", PASSWORD).await.unwrap();
    assert_eq!(code(who.recognise(&old.token).await), ErrorCode::NotSignedIn);
    who.recognise(&new.token).await.expect("tabs of one browser share the cookie");
    assert_eq!(who.number("SELECT count(*) FROM audit_records WHERE action = 'session.sign_in'").await, 2);
    assert_eq!(
        who.number("SELECT count(*) FROM audit_records WHERE action = 'session.end' AND detail LIKE '%superseded%'")
            .await,
        1
    );
    assert_eq!(who.number("SELECT count(*) FROM event_outbox WHERE type = 'session.ended'").await, 1);

    let both = TestWho::with(|s| s.one_session_per_account = false, Vec::new()).await;
    both.account("zhangsan", &[Role::Agent]).await;
    let first = both.sign_in("zhangsan", PASSWORD).await.unwrap();
    both.sign_in("zhangsan", PASSWORD).await.unwrap();
    both.recognise(&first.token).await.expect("the setting allows both");
}

#[tokio::test]
async fn a_one_time_password_must_be_changed_and_is_void_after_a_day() {
    let who = TestWho::create().await;
    let admin = secadmin(&who).await;
    let new = || NewAccount { login: "lisi".into(), display_name: "李四".into(), roles: vec![Role::Agent] };
    let (account, one_time) = who.identity.create_account(&admin, new()).await.unwrap();
    who.core.clock.advance(TimeDelta::seconds(1));
    assert_eq!((account.login.as_str(), account.roles.as_slice()), ("lisi", &[Role::Agent][..]));
    assert_eq!(
        code(who.identity.create_account(&admin, new()).await),
        ErrorCode::Conflict,
        "a login is never used twice"
    );

    let signed_in = who.sign_in("lisi", &one_time).await.unwrap();
    assert!(signed_in.session.must_change_password);
    let person = who.recognise(&signed_in.token).await.unwrap();
    let refused = person.require(guitai::identity::Permission::ConversationReply).map(|_| ());
    assert_eq!(code(refused), ErrorCode::PasswordChangeRequired);

    let change = |current: &str, new: &str| who.identity.change_password(&person, secret(current), secret(new));
    assert_eq!(code(change("Wrong-Lantern-1", PASSWORD).await), ErrorCode::BadCredentials);
    for bad in ["Kx7m-Pq", "Lisi-2026-x", "Passw0rd!", one_time.as_str()] {
        assert_eq!(code(change(&one_time, bad).await), ErrorCode::PasswordRefused, "{bad}");
    }
    change(&one_time, PASSWORD).await.unwrap();
    let person = who.recognise(&signed_in.token).await.unwrap();
    assert!(!person.must_change_password);

    who.core.clock.advance(TimeDelta::seconds(1));
    let one_time = who.identity.reset_password(&admin, account.id).await.unwrap();
    assert_eq!(code(who.recognise(&signed_in.token).await), ErrorCode::NotSignedIn, "a reset ends sessions");
    assert_eq!(code(who.sign_in("lisi", PASSWORD).await), ErrorCode::BadCredentials);
    who.core.clock.advance(TimeDelta::hours(24));
    assert_eq!(code(who.sign_in("lisi", &one_time).await), ErrorCode::BadCredentials, "void after a day");
    let clear = "SELECT count(*) FROM audit_records WHERE detail LIKE '%one_time_password%' OR detail LIKE '%Lantern%'";
    assert_eq!(who.number(clear).await, 0);
}

#[tokio::test]
async fn the_last_five_passwords_are_not_taken_again_and_old_ones_must_be_changed() {
    let who = TestWho::create().await;
    let person = who.principal("zhangsan", &[Role::Agent]).await;
    let mut current = PASSWORD.to_owned();
    for i in 0..5 {
        let next = format!("Tree-Lantern-{i}x");
        who.identity.change_password(&person, secret(&current), secret(&next)).await.unwrap();
        for earlier in [next.as_str(), if i < 4 { PASSWORD } else { "Tree-Lantern-0x" }] {
            let again = who.identity.change_password(&person, secret(&next), secret(earlier)).await;
            assert_eq!(code(again), ErrorCode::PasswordRefused, "{i} {earlier}");
        }
        current = next;
        who.core.clock.advance(TimeDelta::seconds(1));
    }
    who.identity.change_password(&person, secret(&current), secret(PASSWORD)).await.expect("the sixth before");
    who.core.clock.advance(TimeDelta::days(90));
    assert!(who.sign_in("zhangsan", PASSWORD).await.unwrap().session.must_change_password);
}

#[tokio::test]
async fn guessing_the_present_password_from_a_screen_left_open_locks_too() {
    let who = TestWho::create().await;
    let person = who.principal("zhangsan", &[Role::Agent]).await;
    for _ in 0..5 {
        who.core.clock.advance(TimeDelta::seconds(3));
        let guess = who.identity.change_password(&person, secret("Wrong-Lantern-1"), secret("New-Lantern-1")).await;
        assert_eq!(code(guess), ErrorCode::BadCredentials);
    }
    let right = who.identity.change_password(&person, secret(PASSWORD), secret("New-Lantern-1")).await;
    assert_eq!(code(right), ErrorCode::BadCredentials, "locked");
    assert_eq!(code(who.sign_in("zhangsan", PASSWORD).await), ErrorCode::BadCredentials);
}

#[tokio::test]
async fn administrators_exclude_each_other_and_everything_else() {
    let who = TestWho::create().await;
    let admin = secadmin(&who).await;
    let roles = Role::ALL;
    for (i, a) in roles.iter().enumerate() {
        for b in &roles[i + 1..] {
            let login = format!("{}-{}", &a.as_str()[..4], &b.as_str()[..4]);
            let new = NewAccount { login: login.clone(), display_name: "试".into(), roles: vec![*a, *b] };
            let made = who.identity.create_account(&admin, new).await.map(|_| ());
            let administrators = [a, b].iter().filter(|r| r.is_administrator()).count();
            let excluded = administrators > 0 || (*a == Role::Agent && *b == Role::Inspector);
            match made {
                Ok(()) => assert!(!excluded, "{login}"),
                Err(e) => assert!(excluded && e.code() == ErrorCode::RolesExclude, "{login}: {e}"),
            }
        }
    }
    let agent = who.account("agent1", &[Role::Agent]).await;
    let both = who.identity.set_roles(&admin, agent.id, vec![Role::Agent, Role::Auditor]).await;
    assert_eq!(code(both), ErrorCode::RolesExclude);
    let changed = who.identity.set_roles(&admin, agent.id, vec![Role::Supervisor, Role::Agent]).await.unwrap();
    assert_eq!(changed.roles, [Role::Agent, Role::Supervisor]);
    let before = "SELECT count(*) FROM audit_records WHERE action = 'account.roles_change' AND outcome = 'success'
        AND detail::jsonb @> '{\"before\": \"agent\", \"after\": \"agent,supervisor\"}'";
    assert_eq!(who.number(before).await, 1);
}

#[tokio::test]
async fn nobody_manages_his_own_account_and_nobody_else_manages_accounts() {
    let who = TestWho::create().await;
    let admin = secadmin(&who).await;
    let own = admin.account_id;
    assert_eq!(code(who.identity.set_roles(&admin, own, vec![Role::Auditor]).await), ErrorCode::Forbidden);
    assert_eq!(code(who.identity.reset_password(&admin, own).await), ErrorCode::Forbidden);
    assert_eq!(code(who.identity.disable_account(&admin, own).await), ErrorCode::Forbidden);
    for (login, role) in
        [("agent1", Role::Agent), ("super1", Role::Supervisor), ("audit1", Role::Auditor), ("sys1", Role::Sysadmin)]
    {
        let other = who.principal(login, &[role]).await;
        let new = NewAccount { login: "evil".into(), display_name: "x".into(), roles: vec![Role::Secadmin] };
        assert_eq!(code(who.identity.list_accounts(&other, PageQuery::default()).await), ErrorCode::Forbidden);
        assert_eq!(code(who.identity.create_account(&other, new).await), ErrorCode::Forbidden);
        assert_eq!(code(who.identity.set_roles(&other, own, vec![Role::Agent]).await), ErrorCode::Forbidden);
        assert_eq!(code(who.identity.disable_account(&other, own).await), ErrorCode::Forbidden);
        assert_eq!(code(who.identity.list_sessions(&other, own).await), ErrorCode::Forbidden);
        assert_eq!(code(who.identity.end_session(&other, admin.session_id).await), ErrorCode::Forbidden);
    }
    let refused = "SELECT count(*) FROM audit_records WHERE outcome = 'refused' AND code = 'access.forbidden'";
    assert_eq!(who.number(refused).await, 3 + 4 * 6, "every refusal has its record");
}

#[tokio::test]
async fn another_organisations_accounts_do_not_exist_here() {
    let who = TestWho::create().await;
    let admin = secadmin(&who).await;
    let org = who.identity.ensure_organisation("root", "branch", "分行").await.unwrap();
    assert_eq!(who.identity.ensure_organisation("root", "branch", "分行").await.unwrap(), org);
    let new = NewAccount { login: "faraway".into(), display_name: "远".into(), roles: vec![Role::Agent] };
    let operator = guitai::audit::Caller::operator(org, "root");
    let (far, _) = who.identity.bootstrap_account(&operator, new).await.unwrap();
    for id in [far.id, AccountId::fresh()] {
        assert_eq!(code(who.identity.set_roles(&admin, id, vec![Role::Agent]).await), ErrorCode::NotFound);
        assert_eq!(code(who.identity.reset_password(&admin, id).await), ErrorCode::NotFound);
        assert_eq!(code(who.identity.disable_account(&admin, id).await), ErrorCode::NotFound);
        assert_eq!(code(who.identity.list_sessions(&admin, id).await), ErrorCode::NotFound);
    }
    let listed = who.identity.list_accounts(&admin, PageQuery::default()).await.unwrap();
    assert!(listed.items.iter().all(|a: &Account| a.org.code == "bank"));
    assert_eq!(
        who.number("SELECT count(*) FROM audit_records WHERE outcome = 'refused' AND code = 'request.not_found'").await,
        8
    );
}

#[tokio::test]
async fn disabling_ends_sessions_and_enabling_lifts_a_lock() {
    let who = TestWho::create().await;
    let admin = secadmin(&who).await;
    let account = who.account("zhangsan", &[Role::Agent]).await;
    let signed_in = who.sign_in("zhangsan", PASSWORD).await.unwrap();
    let live = who.identity.list_sessions(&admin, account.id).await.unwrap();
    assert_eq!((live.len(), live[0].source_ip.as_str()), (1, "10.0.0.1"));
    assert!(who.identity.disable_account(&admin, account.id).await.unwrap().disabled);
    assert_eq!(code(who.recognise(&signed_in.token).await), ErrorCode::NotSignedIn);
    assert_eq!(code(who.sign_in("zhangsan", PASSWORD).await), ErrorCode::BadCredentials);
    assert!(!who.identity.enable_account(&admin, account.id).await.unwrap().disabled);
    let signed_in = who.sign_in("zhangsan", PASSWORD).await.unwrap();

    let person = who.recognise(&signed_in.token).await.unwrap();
    who.identity.end_session(&admin, person.session_id).await.unwrap();
    assert_eq!(code(who.recognise(&signed_in.token).await), ErrorCode::NotSignedIn, "killed");
    assert_eq!(code(who.identity.end_session(&admin, person.session_id).await), ErrorCode::NotFound);

    for _ in 0..5 {
        assert!(who.sign_in("zhangsan", "Wrong-Lantern-1").await.is_err());
    }
    let listed = who.identity.list_accounts(&admin, PageQuery::default()).await.unwrap();
    assert!(listed.items.iter().any(|a| a.login == "zhangsan" && a.locked_until.is_some()));
    who.identity.enable_account(&admin, account.id).await.unwrap();
    who.sign_in("zhangsan", PASSWORD).await.expect("the lock is lifted");
}

#[tokio::test]
async fn a_role_written_with_psql_counts_for_nothing_and_is_reported_once() {
    let who = TestWho::create().await;
    let account = who.account("zhangsan", &[Role::Agent]).await;
    let signed_in = who.sign_in("zhangsan", PASSWORD).await.unwrap();
    let id = account.id;
    // A new row with somebody else's MAC, and the role of a row changed in place.
    who.core
        .db
        .run_sql(&format!(
            "INSERT INTO account_roles SELECT account_id, org_id, 'secadmin', granted_by, granted_at, mac FROM account_roles WHERE account_id = '{id}'"
        ))
        .await;
    for _ in 0..3 {
        assert_eq!(who.recognise(&signed_in.token).await.unwrap().roles, [Role::Agent]);
    }
    let reported = "SELECT count(*) FROM audit_records WHERE action = 'account.roles_tampered' AND outcome = 'failed' AND code = 'crypto.data_altered'";
    assert_eq!(who.number(reported).await, 1);
    who.core.db.run_sql(&format!("DELETE FROM account_roles WHERE account_id = '{id}' AND role = 'agent'")).await;
    assert_eq!(who.recognise(&signed_in.token).await.unwrap().roles, []);
    for change in [
        "role = 'supervisor'",
        "granted_at = granted_at + interval '1 microsecond'",
        "granted_by = gen_random_uuid()",
        "mac = set_byte(mac, 0, get_byte(mac, 0) # 1)",
    ] {
        let login = format!("u{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
        let account = who.account(&login, &[Role::Agent]).await;
        who.core.db.run_sql(&format!("UPDATE account_roles SET {change} WHERE account_id = '{}'", account.id)).await;
        let signed_in = who.sign_in(&login, PASSWORD).await.unwrap();
        assert_eq!(who.recognise(&signed_in.token).await.unwrap().roles, [], "{change}");
    }

    let admin = secadmin(&who).await;
    assert_eq!(who.identity.set_roles(&admin, id, vec![Role::Agent]).await.unwrap().roles, [Role::Agent]);
    assert_eq!(who.number(&format!("SELECT count(*) FROM account_roles WHERE account_id = '{id}'")).await, 1);
}

#[tokio::test]
async fn zones_are_apart() {
    let who = TestWho::create().await;
    who.account("zhangsan", &[Role::Agent]).await;
    let client = guitai::identity::Client { info: info("10.0.0.1", Zone::Admin), user_agent: String::new() };
    let at_admin = who.identity.sign_in("zhangsan", secret(PASSWORD), &client).await;
    assert_eq!(code(at_admin), ErrorCode::Forbidden, "the business has nothing to do there");
    who.account("sec1", &[Role::Secadmin]).await;
    let signed_in = who.identity.sign_in("sec1", secret(PASSWORD), &client).await.unwrap();
    assert_eq!(signed_in.session.permissions, ["account.manage", "session.manage"]);
    assert_eq!(code(who.recognise(&signed_in.token).await), ErrorCode::NotSignedIn, "not with the staff");
}

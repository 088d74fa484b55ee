//! `guitai check` says what is wrong with certificates before anything starts.

use std::process::Command;

use serde_json::Value;

use crate::support::certificates::{Authority, Pair};
use crate::support::db::TestDb;

fn check(config: &std::path::Path) -> (Option<i32>, Value, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_guitai"))
        .args(["check", "--json", "--config"])
        .arg(config)
        .output()
        .expect("guitai runs");
    let json = serde_json::from_slice(&out.stdout).unwrap_or(Value::Null);
    (out.status.code(), json, String::from_utf8_lossy(&out.stderr).into_owned())
}

fn finding<'a>(found: &'a Value, name: &str) -> &'a Value {
    found.as_array().expect("findings").iter().find(|f| f["name"] == name).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_certificates_is_said_before_anything_starts() {
    let (db, folder) = (TestDb::create().await, tempfile::tempdir().expect("a folder"));
    let authority = Authority::new(folder.path(), "bank-ca");
    let file = folder.path().join("guitai.toml");
    let staff = |pair: &Pair, more: &str| {
        let text = format!(
            "[database]\nurl = \"{}\"\n[listeners.staff]\ncertificate_file = \"{}\"\nprivate_key_file = \"{}\"\n{more}",
            db.url(),
            pair.certificate.display(),
            pair.key.display()
        );
        std::fs::write(&file, text).expect("written");
        check(&file)
    };
    let good = authority.issue("good", &["127.0.0.1"]);
    let (code, found, talk) = staff(&good, "");
    assert_eq!((code, &finding(&found, "tls.staff")["ok"]), (Some(0), &Value::Bool(true)), "{found} {talk}");

    let soon = authority.issue_with("soon", &["127.0.0.1"], |p| {
        p.not_after = (std::time::SystemTime::now() + std::time::Duration::from_secs(5 * 86_400)).into();
    });
    let open = authority.issue("open", &["127.0.0.1"]);
    std::fs::set_permissions(&open.key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("opened");
    let mixed = Pair { certificate: good.certificate.clone(), key: open.key.clone() };
    for (pair, word) in [
        (&authority.issue_expired("expired", &["127.0.0.1"]), "expired on 2020-12-31"),
        (&soon, "expires soon"),
        (&open, "others may read"),
        (&mixed, "open.key"),
    ] {
        let (code, found, _) = staff(pair, "");
        let said = finding(&found, "tls.staff");
        assert_eq!((code, &said["ok"]), (Some(1), &Value::Bool(false)), "{word}: {found}");
        assert!(said["detail"].as_str().is_some_and(|d| d.contains(word)), "{word}: {said}");
    }

    // What leads off the machine needs an authority, and verification is nobody's choice.
    let more = "[eventlog]\nbackend = \"kafka\"\nbootstrap_servers = \"kafka.bank.example:9093\"\n";
    let (code, _, talk) = staff(&good, more);
    assert_eq!(code, Some(64), "{talk}");
    assert!(talk.contains("eventlog.bootstrap_servers") && talk.contains("ca_file"), "{talk}");
    let url = "host=db.bank.example dbname=guitai user=guitai sslmode=disable";
    std::fs::write(&file, format!("[database]\nurl = \"{url}\"\nca_file = \"{}\"\n", authority.ca_file.display()))
        .expect("written");
    let (code, _, talk) = check(&file);
    assert_eq!(code, Some(64), "{talk}");
    assert!(talk.contains("sslmode"), "{talk}");
}

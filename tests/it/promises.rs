//! What users and scripts rely on: the API document, the error catalogue, zones, TLS, the command line's exit codes.

use std::process::Command;

use guitai::error::CATALOGUE;
use guitai::http::{Audit, ROUTES, openapi_document};
use guitai::transport::DevelopmentCa;
use guitai::web::Zone;

use crate::support::app::{TestApp, ok};

#[test]
fn the_api_document_is_as_committed() {
    let now = serde_json::to_string_pretty(&openapi_document()).expect("JSON") + "\n";
    let path = "docs/openapi.json";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &now).expect("written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == now,
        "{path} is not what the handlers say: UPDATE_SNAPSHOTS=1, then `npm run generate-api` in appliance/console"
    );
}

#[test]
fn the_error_catalogue_is_as_committed() {
    let mut now = String::from(
        "# Error codes\n\nGenerated from `src/error.rs`; a test keeps it so.\n\n| code | HTTP | 发生了什么 | 怎么办 | what happened | what to do |\n|---|---|---|---|---|---|\n",
    );
    for e in CATALOGUE {
        now += &format!(
            "| `{}` | {} | {} | {} | {} | {} |\n",
            e.code, e.status, e.what_zh, e.remedy_zh, e.what_en, e.remedy_en
        );
    }
    let path = "docs/errors.md";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &now).expect("written");
    }
    assert!(std::fs::read_to_string(path).unwrap_or_default() == now, "{path}: UPDATE_SNAPSHOTS=1");
}

#[test]
fn every_api_route_is_documented_and_every_documented_one_exists() {
    let document = serde_json::to_value(openapi_document()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    for row in ROUTES.iter().filter(|r| r.path.starts_with("/api/")) {
        let operation = &paths.get(row.path).unwrap_or_else(|| panic!("{} is not documented", row.path))[row.method];
        assert!(operation.is_object(), "{} {} is not documented", row.method, row.path);
    }
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            assert!(ROUTES.iter().any(|r| r.path == path && r.method == method), "{method} {path} does not exist");
        }
    }
}

#[test]
fn every_change_through_the_api_is_audited() {
    for row in ROUTES.iter().filter(|r| r.path.starts_with("/api/") && r.method != "get") {
        assert!(matches!(row.audit, Audit::As(_)), "{} {}", row.method, row.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_of_one_zone_does_not_exist_on_another() {
    let app = TestApp::start().await;
    let zones = app.running().zones.clone();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let urls = [
        (Zone::Staff, &zones.staff),
        (Zone::Customers, &zones.customers),
        (Zone::Admin, &zones.admin),
        (Zone::Metrics, &zones.metrics),
    ];
    for row in ROUTES.iter().filter(|r| !r.path.contains("{file}") && !r.path.contains("{path")) {
        for (zone, url) in urls {
            let path = row.path.replace("{id}", "018f0000-0000-7000-8000-000000000000").replace("{version}", "1");
            let method = reqwest::Method::from_bytes(row.method.to_uppercase().as_bytes()).expect("a method");
            let answer = client.request(method, format!("{url}{path}")).send().await.expect("an answer");
            let code =
                answer.json::<serde_json::Value>().await.ok().and_then(|b| b["code"].as_str().map(str::to_owned));
            // The staff and admin listeners answer other GETs with the console; an API path is never taken for one of its pages.
            let absent = code.as_deref() == Some("request.not_found");
            if row.zones.contains(&zone) {
                assert!(!absent, "{} {} is missing in {zone:?}", row.method, row.path);
            } else if row.path.starts_with("/api/") {
                assert!(absent, "{} {} exists in {zone:?}", row.method, row.path);
            }
        }
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn off_plain_http_only_tls_1_3_is_spoken() {
    let dir = tempfile::tempdir().expect("a folder");
    let ca = DevelopmentCa::ensure(dir.path(), &["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("a CA");
    let app = TestApp::start_with(|config| {
        for l in [
            &mut config.listeners.staff,
            &mut config.listeners.customers,
            &mut config.listeners.admin,
            &mut config.listeners.metrics,
        ] {
            l.certificate_file = Some(ca.certificate_file.clone());
            l.private_key_file = Some(ca.private_key_file.clone());
        }
    })
    .await;
    let root = reqwest::Certificate::from_pem(&std::fs::read(&ca.ca_file).expect("the CA")).expect("a certificate");
    let trusting = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().expect("a client");
    let zone = ok(trusting.get(format!("{}/api/v1/zone", app.staff_url())).send().await.expect("an answer")).await;
    assert_eq!(zone["zone"], "staff");
    let opened = trusting
        .post(format!("{}/api/v1/chat-sessions", app.customers_url()))
        .header("X-Requested-With", "guitai")
        .json(&serde_json::json!({}));
    let opened = opened.send().await.expect("an answer");
    let cookie = opened.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(["Secure", "HttpOnly", "SameSite=Lax"].iter().all(|word| cookie.contains(word)), "{cookie}");
    let address = app.staff_url().trim_start_matches("https://").to_owned();
    let old = Command::new("openssl")
        .args(["s_client", "-tls1_2", "-connect", &address])
        .stdin(std::process::Stdio::null())
        .output();
    let old = old.expect("openssl runs");
    assert!(!old.status.success(), "a TLS 1.2 handshake went through");
    let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
    assert!(plain.get(format!("http://{address}/api/v1/zone")).send().await.is_err(), "plain HTTP was answered");
    app.finish().await;
}

fn guitai(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_guitai")).args(arguments).output().expect("guitai runs")
}

#[test]
fn a_configuration_with_five_faults_lists_all_five_and_binds_nothing() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let text = "[organisation]\ncode = \"Bad Code\"\n[listeners.staff]\naddress = \"10.0.0.1:443\"\n[database]\nmax_connections = \"many\"\ncolour = \"red\"\n[eventlog]\nbackend = \"rabbit\"\n";
    std::fs::write(file.path(), text).expect("written");
    let out = guitai(&["serve", "--config", file.path().to_str().expect("a path")]);
    assert_eq!(out.status.code(), Some(64));
    let talk = String::from_utf8_lossy(&out.stderr);
    for place in
        ["organisation.code", "listeners.staff", "database.max_connections", "database.colour", "eventlog.backend"]
    {
        assert!(talk.contains(place), "{place} is missing in {talk}");
    }
    assert!(out.stdout.is_empty());
}

#[test]
fn exit_codes_are_as_promised() {
    assert_eq!(guitai(&["--help"]).status.code(), Some(0));
    assert_eq!(guitai(&["no-such-command"]).status.code(), Some(2));
    // Only the demo makes an installation: anything else wants one that is there.
    let nothing = tempfile::tempdir().expect("a folder");
    let nowhere = nothing.path().to_str().expect("a path");
    for command in [&["audit", "verify"][..], &["admin", "reset-password", "agent1"], &["check"], &["migrate"]] {
        let out = guitai(&[command, &["--data-dir", nowhere]].concat());
        assert_eq!(out.status.code(), Some(2), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    }
    assert_eq!(std::fs::read_dir(nothing.path()).expect("the folder").count(), 0, "nothing was made");
    let vectors = "tests/data/gm_crypto_vectors/vectors.jsonl";
    let out = guitai(&["crypto", "kat", vectors, "--json"]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(report["passed"], report["total"]);
    let forged = tempfile::NamedTempFile::new().expect("a file");
    let text = std::fs::read_to_string(vectors).expect("vectors");
    let line =
        text.lines().find(|l| l.contains("\"SM3\"")).expect("a digest").replace("\"digest\": \"", "\"digest\": \"00");
    std::fs::write(forged.path(), line).expect("written");
    assert_ne!(guitai(&["crypto", "kat", forged.path().to_str().expect("a path")]).status.code(), Some(0));
}

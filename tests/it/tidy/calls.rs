//! Calls that belong to one place each. `clippy.toml` bans single functions; these are bans on whole vocabularies.

use super::assert_none;
use super::source::{self, Source};

fn outside(allowed: impl Fn(&Source) -> bool, needles: &[&str]) -> Vec<String> {
    let mut breaches = Vec::new();
    for file in source::program().iter().filter(|file| !allowed(file)) {
        for needle in needles {
            breaches.extend(file.find(needle));
        }
    }
    breaches
}

#[test]
fn diesel_stays_in_stores() {
    // The outbox is the event log's store, its relay keeps one transaction around reading and marking, and one module
    // opens and ends every business transaction.
    let also = ["src/eventlog/outbox.rs", "src/eventlog/kafka/relay.rs", "src/transaction.rs"];
    let is_store = |file: &Source| {
        file.path.starts_with("src/db/")
            || file.path.ends_with("/store.rs")
            || file.path.contains("/store/")
            || also.contains(&file.path.as_str())
    };
    // A model may derive how its rows map to columns; it never holds a connection.
    let is_model = |file: &Source| file.path.ends_with("/model.rs") || file.path.contains("/model/");
    let mut breaches = outside(|file| is_store(file) || is_model(file), &["diesel::"]);
    breaches.extend(outside(
        is_store,
        &["diesel_async::", "diesel_migrations::", "diesel::insert_into", "diesel::update", "sql_query"],
    ));
    breaches.sort();
    assert_none("SQL stands in store.rs", breaches);
}

#[test]
fn every_route_stands_in_one_file() {
    let allowed = |file: &Source| file.path == "src/http/routes.rs";
    let needles = [
        ".route(\"",
        "web::resource(",
        "web::scope(",
        "web::get(",
        "web::post(",
        "web::put(",
        "web::patch(",
        "web::delete(",
        "#[get(",
        "#[post(",
        "#[put(",
        "#[patch(",
        "#[delete(",
        "#[route(",
    ];
    assert_none("a route outside src/http/routes.rs", outside(allowed, &needles));
}

#[test]
fn the_environment_is_read_where_configuration_is() {
    // The service manager speaks through the environment too, and PostgreSQL's programs are looked for in PATH.
    let places = ["src/config/", "src/cli/", "src/telemetry/", "src/db/cluster/binaries.rs"];
    let allowed = |file: &Source| places.iter().any(|place| file.path.starts_with(place));
    let needles = ["env::var(", "env::var_os(", "env::vars(", "env::vars_os(", "env::set_var(", "env::remove_var("];
    assert_none("the environment is read by src/config and src/cli", outside(allowed, &needles));
}

#[test]
fn tasks_are_tracked() {
    // A request's use case is awaited on the spot; a socket's task ends with its connection, which the drain closes; the
    // supervisor's readers end with the pipes of their child.
    let places = [
        "src/telemetry/",
        "src/web/request.rs",
        "src/http/chat_socket.rs",
        "src/http/staff_socket.rs",
        "src/inference/engine/supervisor.rs",
    ];
    let allowed = |file: &Source| places.iter().any(|place| file.path.starts_with(place));
    let needles = ["tokio::spawn(", "task::spawn(", "task::spawn_local(", "rt::spawn("];
    assert_none(
        "a task that nobody tracks outlives the drain; use crate::telemetry::tasks",
        outside(allowed, &needles),
    );
}

#[test]
fn whoever_leaves_the_machine_goes_through_transport() {
    let is_of = |file: &Source, places: &[&str]| places.iter().any(|place| file.path.starts_with(place));
    // Versions, algorithms and verification are decided once. What would switch verification off has no place at all.
    let mut breaches = outside(
        |file| is_of(file, &["src/transport/"]),
        &[
            "ClientConfig::builder",
            "ServerConfig::builder",
            "builder_with_provider(",
            "builder_with_protocol_versions(",
        ],
    );
    breaches.extend(outside(
        |_| false,
        &[
            ".dangerous()",
            "with_custom_certificate_verifier",
            "ServerCertVerifier",
            "tls_danger_accept",
            "danger_accept_invalid",
            "AsyncPgConnection::establish",
        ],
    ));
    // The database in clear is this machine's alone, and its address is what decides.
    breaches.extend(outside(|file| is_of(file, &["src/db/connect.rs"]), &["NoTls", "SslMode"]));
    // The demo's player is a browser and speaks with what it is given; a socket of another client belongs here too.
    breaches.extend(outside(
        |file| is_of(file, &["src/transport/", "src/cli/demo/player/"]),
        &["TcpStream::connect(", "TcpSocket::", "UdpSocket::", "reqwest::"],
    ));
    assert_none("TLS is decided in src/transport", breaches);
}

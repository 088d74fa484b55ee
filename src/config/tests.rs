use super::*;

fn write(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn five_faults_are_listed_at_once() {
    let file = write(
        r#"
[organisation]
code = "Bad Code"
[listeners.staff]
address = "10.0.0.1:443"
[database]
max_connections = "many"
colour = "red"
[eventlog]
backend = "rabbit"
"#,
    );
    let Err(faults) = load(Some(file.path()), std::iter::empty()) else { panic!("accepted") };
    assert_eq!(faults.0.len(), 5, "{faults}");
    for place in
        ["organisation.code", "listeners.staff", "database.max_connections", "database.colour", "eventlog.backend"]
    {
        assert!(faults.0.iter().any(|f| f.contains(place)), "{place} is missing in {faults}");
    }
}

#[test]
fn environment_overrides_and_unknown_overrides_are_faults() {
    let env = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    let good = load(
        None,
        [env("GUITAI__DATABASE__URL", "host=/run/x dbname=g"), env("GUITAI__LISTENERS__STAFF__MAX_CONNECTIONS", "7")]
            .into_iter(),
    );
    let good = good.unwrap();
    assert_eq!(good.database.url, "host=/run/x dbname=g");
    assert_eq!(good.listeners.staff.max_connections, 7);
    let bad = load(None, [env("GUITAI__DATABASE__HOST", "x")].into_iter());
    assert!(bad.is_err());
}

#[test]
fn the_sample_loads_to_the_defaults() {
    let file = write(&sample());
    assert_eq!(load(Some(file.path()), std::iter::empty()).unwrap(), Config::default());
}

#[test]
fn a_password_in_the_url_is_refused() {
    let file = write("[database]\nurl = \"host=x password=secret\"\n");
    let Err(faults) = load(Some(file.path()), std::iter::empty()) else { panic!("accepted") };
    assert!(faults.0.iter().any(|f| f.starts_with("database.url")));
    assert!(!faults.to_string().contains("secret"));
}

#[test]
fn the_database_is_reached_without_a_network_and_without_a_password_in_the_file() {
    let faults = |url: &str| {
        let file = write(&format!("[database]\nurl = \"{url}\"\n"));
        load(Some(file.path()), std::iter::empty()).err().map_or(0, |f| f.0.len())
    };
    for good in [
        "host=/run/postgresql dbname=guitai user=guitai",
        "postgresql://guitai@%2Frun%2Fpostgresql:5432/guitai",
        "postgresql://guitai@localhost/guitai",
        "postgresql://guitai@[::1]:5432/guitai",
        "host=127.0.0.1 dbname=guitai",
        "postgresql:///guitai?host=/run/postgresql",
    ] {
        assert_eq!(faults(good), 0, "{good}");
    }
    for bad in [
        "host=db.bank.example dbname=guitai",
        "postgresql://guitai@10.0.0.5:5432/guitai",
        "postgresql://guitai@localhost,10.0.0.5/guitai",
        "postgresql:///guitai?host=10.0.0.5",
        "hostaddr=10.0.0.5 dbname=guitai",
        "postgresql://guitai:secret@localhost/guitai",
        "host=/run/postgresql password=secret",
    ] {
        assert_eq!(faults(bad), 1, "{bad}");
    }
}

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
fn a_database_off_the_machine_needs_an_authority_and_no_password_stands_in_the_file() {
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
    let ca = write("");
    let with_ca = |url: &str| {
        let file = write(&format!("[database]\nurl = \"{url}\"\nca_file = \"{}\"\n", ca.path().display()));
        load(Some(file.path()), std::iter::empty()).err().map_or(0, |f| f.0.len())
    };
    assert_eq!(with_ca("host=db.bank.example dbname=guitai"), 0);
    // How the server is verified is nobody's choice.
    for mode in ["disable", "prefer", "require", "verify-full"] {
        assert_eq!(with_ca(&format!("host=db.bank.example dbname=guitai sslmode={mode}")), 1, "{mode}");
    }
}

#[test]
fn certificates_come_with_their_keys_and_authorities() {
    let files: Vec<_> = (0..3).map(|_| write("")).collect();
    let [ca, certificate, key] = [0, 1, 2].map(|n| files[n].path().display().to_string());
    let faults = |text: String| {
        let file = write(&text);
        load(Some(file.path()), std::iter::empty()).err().map_or(0, |f| f.0.len())
    };
    let kafka = |servers: &str, rest: &str| {
        faults(format!("[eventlog]\nbackend = \"kafka\"\nbootstrap_servers = \"{servers}\"\n{rest}"))
    };
    let whole = format!("ca_file = \"{ca}\"\ncertificate_file = \"{certificate}\"\nprivate_key_file = \"{key}\"\n");
    assert_eq!(kafka("k1.bank.example:9093, k2.bank.example:9093", &whole), 0);
    assert_eq!(kafka("127.0.0.1:9092,[::1]:9092,localhost:9092", ""), 0);
    assert_eq!(kafka("127.0.0.1:9092,10.0.0.5:9092", ""), 1);
    assert_eq!(kafka("127.0.0.1:9092", &format!("certificate_file = \"{certificate}\"")), 2);
    assert_eq!(kafka("127.0.0.1:9092", "ca_file = \"/nonexistent/ca.pem\""), 1);
    let metrics = |rest: &str| faults(format!("[listeners.metrics]\naddress = \"10.0.0.1:8483\"\n{rest}"));
    assert_eq!(metrics(&whole.replacen("ca_file", "client_ca_file", 1)), 0);
    assert_eq!(metrics(&format!("client_ca_file = \"{ca}\"")), 2);
}

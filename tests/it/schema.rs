//! The live database against what the repository says of it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use crate::support::db::TestDb;

#[derive(diesel::QueryableByName, Debug)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
}

async fn columns(db: &TestDb) -> Vec<Column> {
    diesel::sql_query(
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%' ORDER BY 1, ordinal_position",
    )
    .load(&mut db.connection().await)
    .await
    .expect("the catalogue")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_has_a_class_and_every_class_a_column() {
    let db = TestDb::create().await;
    let text = std::fs::read_to_string("sql/columns.toml").expect("the data catalogue");
    let listed: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>> = toml::from_str(&text).expect("TOML");
    let listed_pairs: BTreeSet<(String, String)> =
        listed.iter().flat_map(|(t, cs)| cs.keys().map(|c| (t.clone(), c.clone()))).collect();
    let live = columns(&db).await;
    let live_pairs: BTreeSet<(String, String)> =
        live.iter().map(|c| (c.table_name.clone(), c.column_name.clone())).collect();
    assert_eq!(
        live_pairs.difference(&listed_pairs).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "without a class"
    );
    assert_eq!(listed_pairs.difference(&live_pairs).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "gone");
    for c in &live {
        let entry = &listed[&c.table_name][&c.column_name];
        let (class, protection) = (entry["class"].as_str(), entry["protection"].as_str());
        assert!(["C1", "C2", "C3", "plain"].contains(&class), "{c:?}: {class}");
        assert!(entry.contains_key("retention"), "{c:?}");
        if matches!(class, "C2" | "C3") {
            assert_ne!(protection, "none", "{c:?} holds {class} in clear");
        }
        if matches!(protection, "sm4" | "blind" | "wrapped" | "mac" | "digest") {
            assert_eq!(c.data_type, "bytea", "{c:?} is said to be {protection}");
        }
    }
}

/// A sealed column has a type of its own, so that what is not sealed does not compile into it.
#[test]
fn every_sealed_column_and_no_other_is_typed_as_an_envelope() {
    let text = std::fs::read_to_string("src/db/schema.rs").expect("the generated schema");
    let (mut typed, mut table) = (BTreeSet::new(), "");
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            table = name;
        } else if let Some((name, kind)) = line.split_once(" -> ")
            && kind.contains("Envelope")
        {
            typed.insert(format!("{table}.{name}"));
        }
    }
    let sealed = guitai::db::catalogue::columns().iter().filter(|column| column.protection == "sm4");
    let sealed: BTreeSet<String> = sealed.map(|column| format!("{}.{}", column.table, column.name)).collect();
    assert!(sealed.len() > 20);
    assert_eq!(typed, sealed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_generated_schema_names_every_live_column() {
    let db = TestDb::create().await;
    let text = std::fs::read_to_string("src/db/schema.rs").expect("the generated schema");
    let mut written = BTreeSet::new();
    let mut table = String::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with("{") && !line.starts_with("diesel")) {
            table = name.to_owned();
        } else if let Some(name) = line.strip_prefix("#[sql_name = \"").and_then(|l| l.strip_suffix("\"]")) {
            written.insert((table.clone(), name.to_owned()));
        } else if let Some((name, _)) = line.split_once(" -> ")
            && !name.ends_with('_')
            && !name.starts_with("diesel::")
        {
            written.insert((table.clone(), name.to_owned()));
        }
    }
    let live: BTreeSet<_> = columns(&db).await.into_iter().map(|c| (c.table_name, c.column_name)).collect();
    let differ: Vec<_> = written.symmetric_difference(&live).collect();
    assert!(differ.is_empty(), "run `diesel print-schema` as diesel.toml says: {differ:?}");
}

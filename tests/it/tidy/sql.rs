//! Migrations, and the class of every column, read as text; the same catalogue is held against a live database elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::assert_none;
use super::source::{self, Source};

type Columns = BTreeMap<String, BTreeSet<String>>;

const CLASSES: &[&str] = &["C1", "C2", "C3", "plain"];

fn migrations() -> Vec<Source> {
    let mut files = source::all(&["sql"]);
    files.retain(|file| file.path.starts_with("sql/migrations/"));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The statements of a file without comments, with the line each begins on. A quoted body (`$$ … $$`) is not split.
fn statements(sql: &str) -> Vec<(usize, String)> {
    let (mut found, mut current, mut line, mut quoted) = (Vec::new(), String::new(), 1, false);
    for (index, text) in sql.lines().enumerate() {
        let text = text.split("--").next().unwrap_or_default();
        for (part_index, part) in text.split("$$").enumerate() {
            quoted ^= part_index > 0;
            for piece in part.split_inclusive(';') {
                if current.trim().is_empty() {
                    current.clear();
                    line = index + 1;
                }
                current.push_str(piece);
                if piece.ends_with(';') && !quoted {
                    found.push((line, std::mem::take(&mut current)));
                }
            }
        }
        current.push('\n');
    }
    found
}

/// The parts between commas that stand outside brackets.
fn split_outside_brackets(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || c == '(').filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Applies the statements that make, change or drop tables. Anything it cannot read is an error, not a gap.
fn apply(sql: &str, columns: &mut Columns) -> Result<(), String> {
    let words = words(sql.trim_end_matches(';'));
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !["if", "not", "exists", "only", "unlogged"].contains(word))
        .collect();
    match words.as_slice() {
        ["create", "table", table, rest @ ..] if !rest.starts_with(&["partition", "of"]) => {
            let (open, close) =
                (sql.find('(').ok_or("no column list")?, closing(sql).ok_or("no end of the column list")?);
            let names = split_outside_brackets(&sql[open + 1..close])
                .into_iter()
                .filter_map(|part| part.split_whitespace().next().map(str::to_lowercase))
                .filter(|word| {
                    let word = word.split('(').next().unwrap_or_default();
                    !["constraint", "primary", "unique", "check", "foreign", "exclude", "like"].contains(&word)
                });
            columns.insert((*table).to_owned(), names.collect());
        }
        ["alter", "table", table, ..] => {
            let mut rest = sql;
            while let Some(word) = rest.split_whitespace().next().filter(|word| !word.eq_ignore_ascii_case(table)) {
                rest = &rest.trim_start()[word.len()..];
            }
            let actions = rest.trim_start().get(table.len()..).ok_or("no action")?;
            for action in split_outside_brackets(actions.trim().trim_end_matches(';')) {
                alter(table, action, columns)?;
            }
        }
        ["drop", "table", table, ..] => {
            columns.remove(*table);
        }
        _ => {}
    }
    Ok(())
}

fn alter(table: &str, action: &str, columns: &mut Columns) -> Result<(), String> {
    let words = words(action);
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !["column", "if", "not", "exists"].contains(word)).collect();
    let of_table = columns.get_mut(table).ok_or_else(|| format!("{table} was never made"))?;
    match words.as_slice() {
        ["add", "constraint" | "primary" | "unique" | "check" | "foreign" | "exclude", ..] => {}
        ["add", column, ..] => {
            of_table.insert((*column).to_owned());
        }
        ["drop", "constraint", ..] => {}
        ["drop", column, ..] => {
            of_table.remove(*column);
        }
        ["rename", "to", name] => {
            let moved = columns.remove(table).unwrap_or_default();
            columns.insert((*name).to_owned(), moved);
        }
        ["rename", from, "to", to] => {
            of_table.remove(*from);
            of_table.insert((*to).to_owned());
        }
        _ => {}
    }
    Ok(())
}

/// The bracket that closes the first one.
fn closing(sql: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in sql.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[test]
fn every_migration_goes_up_and_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/migrations");
    let mut breaches = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            for name in ["up.sql", "down.sql"] {
                let text = fs::read_to_string(path.join(name)).unwrap_or_default();
                if statements(&text).is_empty() {
                    breaches.push(format!("{}/{name}:1: missing or without a statement", path.display()));
                }
            }
        }
    }
    assert_none("a migration can be undone", breaches);
}

#[test]
fn every_foreign_key_says_what_happens_on_delete() {
    let mut breaches = Vec::new();
    for file in migrations() {
        for (line, statement) in statements(&file.text) {
            let lower = statement.to_lowercase();
            for (at, _) in lower.match_indices("references ") {
                let clause = &lower[at..];
                // The clause ends at a comma or closing bracket outside its own column list.
                let own = clause.find(')').map_or(0, |end| end + 1);
                let end = clause[own..].find([',', ';', ')']).map_or(clause.len(), |end| own + end);
                if !clause[..end].contains("on delete") {
                    let line = line + lower[..at].matches('\n').count();
                    breaches.push(format!("{}:{line}: {}", file.path, clause[..end].trim()));
                }
            }
        }
    }
    assert_none("a foreign key without ON DELETE", breaches);
}

#[test]
fn every_column_has_its_class() {
    let files = migrations();
    let mut made = Columns::new();
    let mut breaches = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with("/up.sql")) {
        for (line, statement) in statements(&file.text) {
            if let Err(why) = apply(&statement, &mut made) {
                breaches.push(format!("{}:{line}: not understood: {why}", file.path));
            }
        }
    }
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/columns.toml");
    let text = fs::read_to_string(&catalogue).unwrap_or_default();
    assert!(!text.is_empty() || files.is_empty(), "sql/columns.toml is missing");
    let listed: toml::Table = text.parse().expect("sql/columns.toml is TOML");

    for (table, columns) in &made {
        for column in columns {
            let entry = listed.get(table).and_then(|table| table.get(column));
            match entry.and_then(|entry| entry.get("class")).and_then(toml::Value::as_str) {
                None => breaches.push(format!("sql/columns.toml:1: {table}.{column} is not listed with a class")),
                Some(class) if !CLASSES.contains(&class) => {
                    breaches.push(format!("sql/columns.toml:1: {table}.{column} has the unknown class {class}"));
                }
                Some(_) => {}
            }
        }
    }
    for (table, columns) in &listed {
        for column in columns.as_table().expect("a table of columns").keys() {
            if !made.get(table).is_some_and(|made| made.contains(column)) {
                let line = text.lines().position(|line| line == format!("[{table}]")).unwrap_or(0) + 1;
                breaches.push(format!("sql/columns.toml:{line}: {table}.{column} is in no migration"));
            }
        }
    }
    assert_none("sql/columns.toml lists every column once, with class C1, C2, C3 or plain", breaches);
}

#[test]
fn statements_that_make_and_change_tables_are_read() {
    let mut columns = Columns::new();
    let sql = "CREATE TABLE IF NOT EXISTS t (\n a uuid PRIMARY KEY, -- a, b; c\n b numeric(3, 2) CHECK (b IN (1, 2)),\n \
               UNIQUE (a, b)\n);\nCREATE FUNCTION f() AS $$ BEGIN; DROP TABLE t; END $$;\n\
               ALTER TABLE t ADD COLUMN c text NOT NULL, DROP COLUMN b;\nALTER TABLE t ADD CONSTRAINT k CHECK (c <> '');";
    for (_, statement) in statements(sql) {
        apply(&statement, &mut columns).unwrap();
    }
    assert_eq!(columns, Columns::from([("t".to_owned(), BTreeSet::from(["a".to_owned(), "c".to_owned()]))]));
}

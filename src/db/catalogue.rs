//! The data catalogue (control P8): class and protection of every column, from `sql/columns.toml`, which tests hold against the live schema.

use std::sync::LazyLock;

use toml::Value;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub table: &'static str,
    pub name: &'static str,
    /// C1, C2 or C3 of JR/T 0171-2020, or `plain`.
    pub class: &'static str,
    /// How it is kept: `sm4`, `blind`, `verifier`, `digest`, `wrapped`, `mac` or `none`.
    pub protection: &'static str,
    /// Of a sealed column: the column whose UUID its values are bound to.
    pub row: &'static str,
    /// Of a sealed column: whether its values are sealed anew when their key is rotated.
    pub is_rewritten: bool,
}

/// Every column, by table and name.
pub fn columns() -> &'static [Column] {
    static TABLES: LazyLock<toml::Table> =
        LazyLock::new(|| include_str!("../../sql/columns.toml").parse().unwrap_or_default());
    static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
        let mut columns = Vec::new();
        for (table, of_table) in TABLES.iter() {
            for (name, facts) in of_table.as_table().into_iter().flatten() {
                let fact = |fact: &str| facts.get(fact).and_then(Value::as_str);
                columns.push(Column {
                    table,
                    name,
                    class: fact("class").unwrap_or_default(),
                    protection: fact("protection").unwrap_or_default(),
                    row: fact("row").unwrap_or("id"),
                    is_rewritten: fact("rotation") != Some("never"),
                });
            }
        }
        columns
    });
    &COLUMNS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_read() {
        let body = columns().iter().find(|c| (c.table, c.name) == ("messages", "body")).unwrap();
        assert_eq!((body.class, body.protection, body.row, body.is_rewritten), ("C2", "sm4", "id", true));
        let reason = columns().iter().find(|c| (c.table, c.name) == ("audit_records", "reason")).unwrap();
        assert!(!reason.is_rewritten);
    }
}

//! The tables of a store, read out of a database in memory that the SQLite migrations have just made: both kinds of store
//! have the same tables and columns, and no second list of them can fall behind.

use rusqlite::{Connection, Row as SqlRow, params};
use serde_json::Value;

use super::Row;
use crate::Result;
use crate::sqlite::fresh_schema;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Whole numbers of 64 bits.
    Integer,
    /// Texts.
    Text,
}

/// A column that is stored (one that is computed from others is none).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Positions of the primary key's columns, in its order.
    pub key: Vec<usize>,
}

impl Table {
    /// The key of a row.
    pub fn key_of(&self, row: &[Value]) -> Row {
        self.key.iter().filter_map(|at| row.get(*at)).cloned().collect()
    }

    /// The columns of the primary key.
    pub fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|at| self.columns.get(*at))
    }

    /// Whether the database numbers the rows by itself.
    pub fn is_numbered(&self) -> bool {
        self.key_columns().map(|column| column.name.as_str()).eq(["id"])
    }

    /// All columns, named in brackets, as either kind of database takes them.
    pub fn column_list(&self) -> String {
        self.columns.iter().map(|c| format!("[{}]", c.name)).collect::<Vec<_>>().join(", ")
    }

    /// The key's columns as [`Table::column_list`].
    pub fn key_list(&self) -> String {
        self.key_columns().map(|c| format!("[{}]", c.name)).collect::<Vec<_>>().join(", ")
    }

    /// The condition that a row comes after a key, whose parts are the parameters `@P1`, `@P2`, …; written so that the
    /// key's index is walked from there.
    pub fn after_key(&self) -> String {
        let names: Vec<String> = self.key_columns().map(|c| format!("[{}]", c.name)).collect();
        let last = names.len();
        let mut condition = String::new();
        for (index, name) in names.iter().enumerate().rev() {
            let at = index + 1;
            condition = if at == last {
                format!("{name} > @P{at}")
            } else {
                format!("{name} >= @P{at} AND ({name} > @P{at} OR ({condition}))")
            };
        }
        condition
    }
}

/// Every table of a store that a copy takes along, each after those that it refers to.
///
/// # Errors
/// `store.failed`, which would be a fault in the migrations.
pub fn tables() -> Result<Vec<Table>> {
    let connection = fresh_schema()?;
    let read = || -> rusqlite::Result<Vec<Table>> {
        let names = texts(
            &connection,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
             AND name <> 'store_copies' ORDER BY name",
            "",
        )?;
        let mut waiting = Vec::new();
        for name in names {
            let parents =
                texts(&connection, "SELECT [table] FROM pragma_foreign_key_list(?1)", &name)?;
            waiting.push((table(&connection, name)?, parents));
        }
        Ok(parents_first(waiting))
    };
    read().map_err(crate::sqlite::problem)
}

fn texts(connection: &Connection, sql: &str, about: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let values: &[&dyn rusqlite::ToSql] = if about.is_empty() { &[] } else { &[&about] };
    let rows = statement.query_map(values, |row| row.get(0))?;
    rows.collect()
}

fn table(connection: &Connection, name: String) -> rusqlite::Result<Table> {
    // Hidden: 2 and 3 are computed columns.
    let sql = "SELECT name, type, pk FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid";
    let mut statement = connection.prepare(sql)?;
    let read = |row: &SqlRow<'_>| {
        let kind = match row.get::<_, String>(1)?.as_str() {
            "INTEGER" => ColumnKind::Integer,
            _ => ColumnKind::Text,
        };
        Ok((Column { name: row.get(0)?, kind }, row.get::<_, i64>(2)?))
    };
    let found: Vec<(Column, i64)> =
        statement.query_map(params![name], read)?.collect::<rusqlite::Result<_>>()?;
    let mut key: Vec<(i64, usize)> =
        found.iter().enumerate().map(|(at, (_, pk))| (*pk, at)).filter(|(pk, _)| *pk > 0).collect();
    key.sort_unstable();
    Ok(Table {
        name,
        columns: found.into_iter().map(|(column, _)| column).collect(),
        key: key.into_iter().map(|(_, at)| at).collect(),
    })
}

fn parents_first(mut waiting: Vec<(Table, Vec<String>)>) -> Vec<Table> {
    let mut sorted: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_there = |parent: &String| sorted.iter().any(|t: &Table| t.name == *parent);
        let (mut ready, later): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(_, parents)| parents.iter().all(is_there));
        // Tables that refer to each other in a circle come as they are.
        let rest = if ready.is_empty() {
            ready = later;
            Vec::new()
        } else {
            later
        };
        sorted.extend(ready.into_iter().map(|(table, _)| table));
        waiting = rest;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_comes_after_those_that_it_refers_to_with_what_it_stores() {
        let tables = tables().expect("read");
        let at = |name: &str| tables.iter().position(|t| t.name == name).expect("there");
        assert!(at("temu_orders") < at("temu_order_items"));
        assert!(at("temu_products") < at("stock_rules"));
        assert!(at("runs") < at("run_steps"));
        assert!(tables.iter().all(|t| t.name != "store_copies" && !t.key.is_empty()));
        let inventory = &tables[at("temu_inventory")];
        assert!(inventory.columns.iter().all(|c| c.name != "needs_sync" && c.name != "status"));
        assert!(tables[at("scheduler_logs")].is_numbered());
        assert!(!tables[at("fetched_invoices")].is_numbered());
        assert_eq!(
            inventory.after_key(),
            "[goods_id] >= @P1 AND ([goods_id] > @P1 OR ([sku_id] > @P2))"
        );
    }
}

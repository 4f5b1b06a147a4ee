//! What objects there are, with their columns and types.

use super::schema::SCHEMAS;
use crate::tds::ColumnType;
use rusqlite::Connection;
use std::collections::HashMap;

/// A table or view.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) id: i64,
    pub(super) columns: Vec<(String, ColumnType)>,
}

impl Object {
    pub(super) fn column(&self, name: &str) -> Option<ColumnType> {
        self.columns
            .iter()
            .find(|(column, _)| column.eq_ignore_ascii_case(name))
            .map(|(_, kind)| *kind)
    }
}

/// All objects, by lower-case `schema.name`.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalog {
    database: String,
    objects: HashMap<String, Object>,
}

impl Catalog {
    /// Reads the schemas as they are now.
    pub(super) fn read(connection: &Connection, database: &str) -> rusqlite::Result<Self> {
        let mut objects = HashMap::new();
        for (number, schema) in SCHEMAS.iter().enumerate() {
            let sql = format!(
                "SELECT name FROM {schema}.sqlite_master
                 WHERE type IN ('table','view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            );
            let mut statement = connection.prepare(&sql)?;
            let names: Vec<String> =
                statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            for (index, name) in names.iter().enumerate() {
                let id = 100_000 * (number as i64 + 1) + index as i64;
                let object = Object { id, columns: columns(connection, schema, name)? };
                objects.insert(format!("{schema}.{name}").to_lowercase(), object);
            }
        }
        Ok(Self { database: database.to_lowercase(), objects })
    }

    pub(super) fn get(&self, key: &str) -> Option<&Object> {
        self.objects.get(key)
    }

    /// The key and the object that a securable such as `[dbo].[tArtikel]`, `tArtikel` or
    /// `eazybusiness.dbo.tArtikel` names.
    pub(super) fn resolve(&self, securable: &str) -> Option<(String, &Object)> {
        let bare = securable.trim().replace(['[', ']', '"'], "").to_lowercase();
        let parts: Vec<&str> = bare.split('.').collect();
        let key = match parts.as_slice() {
            [name] => format!("dbo.{name}"),
            [schema, name] => format!("{schema}.{name}"),
            [database, schema, name] if *database == self.database => {
                let schema = if schema.is_empty() { "dbo" } else { schema };
                format!("{schema}.{name}")
            }
            _ => return None,
        };
        self.objects.get(&key).map(|object| (key, object))
    }
}

fn columns(
    connection: &Connection,
    schema: &str,
    name: &str,
) -> rusqlite::Result<Vec<(String, ColumnType)>> {
    let sql = format!("PRAGMA {schema}.table_info({name})");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| {
        let declared: String = row.get(2)?;
        let kind = ColumnType::from_sql(&declared).unwrap_or(ColumnType::Decimal(25, 13));
        Ok((row.get(1)?, kind))
    })?;
    rows.collect()
}

//! The SQLite file as one side of a copy.

use async_trait::async_trait;
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params, params_from_iter};
use serde_json::Value;

use super::failures::{conflict, damaged, problem};
use super::rows::{from_json, json};
use super::{SqliteStore, blocking};
use crate::Result;
use crate::copy::{CopyMark, Row, RowStore, Table};

#[async_trait]
impl RowStore for SqliteStore {
    async fn row_count(&self, table: &Table) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM [{}]", table.name);
        self.read(move |c| {
            let count: i64 = c.query_row(&sql, [], |row| row.get(0)).map_err(problem)?;
            Ok(u64::try_from(count).unwrap_or_default())
        })
        .await
    }

    async fn rows_after(
        &self,
        table: &Table,
        after: Option<&[Value]>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let condition = after.map_or_else(|| "1 = 1".to_owned(), |_| table.after_key());
        let sql = format!(
            "SELECT {} FROM [{}] WHERE {condition} ORDER BY {} LIMIT {limit}",
            table.column_list(),
            table.name,
            table.key_list()
        );
        let key: Vec<SqlValue> = after.unwrap_or_default().iter().map(sql_value).collect();
        let width = table.columns.len();
        self.read(move |c| select(c, &sql, key, width)).await
    }

    async fn copy_marks(&self) -> Result<Vec<CopyMark>> {
        self.read(marks).await
    }

    async fn append_rows(
        &self,
        table: &Table,
        rows: Vec<Row>,
        mark: &CopyMark,
        before: u64,
    ) -> Result<()> {
        let (table, mark) = (table.clone(), mark.clone());
        self.write(move |t| append(t, &table, &rows, &mark, before)).await
    }

    async fn clear_table(&self, table: &Table) -> Result<()> {
        let name = table.name.clone();
        self.write(move |t| {
            t.execute(&format!("DELETE FROM [{name}]"), []).map_err(problem)?;
            t.execute("DELETE FROM store_copies WHERE table_name = ?1", params![name])
                .map_err(problem)?;
            Ok(())
        })
        .await
    }

    async fn end_copy(&self) -> Result<()> {
        self.write(move |t| t.execute("DELETE FROM store_copies", []).map_err(problem)).await?;
        let writer = std::sync::Arc::clone(&self.writer);
        blocking(move || {
            let connection = writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            connection.execute_batch("ANALYZE").map_err(problem)
        })
        .await
    }
}

/// A file into which a copy has not ended is no store.
pub(super) fn refuse_unfinished(connection: &Connection) -> Result<()> {
    let sql = "SELECT count(*) FROM store_copies";
    let marks = connection.query_row(sql, [], |row| row.get(0)).map_err(problem)?;
    crate::copy::refuse_unfinished(marks)
}

fn sql_value(value: &Value) -> SqlValue {
    match value {
        Value::Number(number) => number.as_i64().map_or(SqlValue::Null, SqlValue::Integer),
        Value::String(text) => SqlValue::Text(text.clone()),
        _ => SqlValue::Null,
    }
}

fn select(
    connection: &Connection,
    sql: &str,
    key: Vec<SqlValue>,
    width: usize,
) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut found = statement.query(params_from_iter(key)).map_err(problem)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(problem)? {
        let value = |at| row.get_ref(at).map_err(problem).and_then(json_value);
        rows.push((0..width).map(value).collect::<Result<Row>>()?);
    }
    Ok(rows)
}

fn json_value(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::from(number)),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Value::from)
            .map_err(|_| damaged("a text that is no UTF-8")),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(damaged("a value of a kind that is not stored"))
        }
    }
}

fn marks(connection: &Connection) -> Result<Vec<CopyMark>> {
    let sql = "SELECT table_name, source, last_key, rows_copied FROM store_copies";
    let mut statement = connection.prepare(sql).map_err(problem)?;
    let mut rows = statement.query([]).map_err(problem)?;
    let mut marks = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        let text = |at| row.get::<_, String>(at).map_err(problem);
        marks.push(CopyMark {
            table: text(0)?,
            source: text(1)?,
            last_key: from_json(&text(2)?)?,
            rows: u64::try_from(row.get::<_, i64>(3).map_err(problem)?)
                .map_err(|_| damaged("count"))?,
        });
    }
    Ok(marks)
}

fn append(
    t: &Transaction<'_>,
    table: &Table,
    rows: &[Row],
    mark: &CopyMark,
    before: u64,
) -> Result<()> {
    let places = vec!["?"; table.columns.len()].join(", ");
    let sql = format!("INSERT INTO [{}] ({}) VALUES ({places})", table.name, table.column_list());
    let mut insert = t.prepare_cached(&sql).map_err(problem)?;
    for row in rows {
        insert.execute(params_from_iter(row.iter().map(sql_value))).map_err(problem)?;
    }
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let stands: Option<i64> = t
        .query_row(
            "SELECT rows_copied FROM store_copies WHERE table_name = ?1",
            params![mark.table],
            |row| row.get(0),
        )
        .optional()
        .map_err(problem)?;
    if stands.unwrap_or(0) != number(before) {
        return Err(conflict(&mark.table));
    }
    t.execute(
        "INSERT OR REPLACE INTO store_copies (table_name, source, last_key, rows_copied) VALUES (?1, ?2, ?3, ?4)",
        params![mark.table, mark.source, json(&mark.last_key)?, number(mark.rows)],
    )
    .map_err(problem)?;
    Ok(())
}

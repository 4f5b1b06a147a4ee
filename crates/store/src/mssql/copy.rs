//! The SQL Server's database as one side of a copy.

use async_trait::async_trait;
use kontor_mssql::{Row as SqlRow, Value};
use serde_json::Value as Json;

use super::MssqlStore;
use super::errors::conflict;
use super::rows::{Columns as _, get, json_text};
use super::session::Talk;
use crate::Result;
use crate::copy::{ColumnKind, CopyMark, Row, RowStore, Table, refuse_unfinished};
use crate::rows::{damaged, from_json};

#[async_trait]
impl RowStore for MssqlStore {
    async fn row_count(&self, table: &Table) -> Result<u64> {
        let sql = format!("SELECT COUNT_BIG(*) AS number FROM [{}]", table.name);
        let count = self.read(|talk| Box::pin(talk.number(&sql, &[]))).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn rows_after(
        &self,
        table: &Table,
        after: Option<&[Json]>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let condition = after.map_or_else(|| "1 = 1".to_owned(), |_| table.after_key());
        let sql = format!(
            "SELECT TOP ({limit}) {} FROM [{}] WHERE {condition} ORDER BY {}",
            table.column_list(),
            table.name,
            table.key_list()
        );
        let key: Vec<Value<'_>> = after.unwrap_or_default().iter().map(bound).collect();
        self.read(|talk| Box::pin(talk.select(&sql, &key, |row| values(table, row)))).await
    }

    async fn copy_marks(&self) -> Result<Vec<CopyMark>> {
        let sql = "SELECT table_name, source, last_key, rows_copied FROM store_copies";
        self.read(|talk| Box::pin(talk.select(sql, &[], mark))).await
    }

    async fn append_rows(
        &self,
        table: &Table,
        rows: Vec<Row>,
        mark: &CopyMark,
        before: u64,
    ) -> Result<()> {
        let rows = json_text(&rows)?;
        self.write(|talk| Box::pin(append(talk, table, &rows, mark, before))).await
    }

    async fn clear_table(&self, table: &Table) -> Result<()> {
        self.write(|talk| Box::pin(clear(talk, table))).await
    }

    async fn end_copy(&self) -> Result<()> {
        let sql = "DELETE FROM store_copies";
        self.write(|talk| Box::pin(talk.execute(sql, &[]))).await.map(drop)
    }
}

impl MssqlStore {
    /// A database into which a copy has not ended is no store.
    pub(super) async fn refuse_unfinished_copy(&self) -> Result<()> {
        let sql = "SELECT COUNT_BIG(*) AS number FROM store_copies";
        refuse_unfinished(self.read(|talk| Box::pin(talk.number(sql, &[]))).await?)
    }
}

fn bound(value: &Json) -> Value<'_> {
    match value {
        Json::Number(number) => Value::OptionalLong(number.as_i64()),
        Json::String(text) => Value::Text(text),
        _ => Value::OptionalText(None),
    }
}

fn values(table: &Table, row: &SqlRow) -> Result<Row> {
    let value = |column: &crate::copy::Column| {
        Ok(match column.kind {
            ColumnKind::Integer => row.number(&column.name)?.map_or(Json::Null, Json::from),
            ColumnKind::Text => row.text(&column.name)?.map_or(Json::Null, Json::from),
        })
    };
    table.columns.iter().map(value).collect()
}

fn mark(row: &SqlRow) -> Result<CopyMark> {
    Ok(CopyMark {
        table: get(row, "table_name")?,
        source: get(row, "source")?,
        last_key: from_json(&get::<String>(row, "last_key")?)?,
        rows: u64::try_from(get::<i64>(row, "rows_copied")?).map_err(|_| damaged("count"))?,
    })
}

/// Rows travel as arrays in one JSON parameter. Numbers that the server would give itself are kept.
async fn append(
    talk: &mut Talk<'_>,
    table: &Table,
    rows: &str,
    mark: &CopyMark,
    before: u64,
) -> Result<()> {
    let shape: Vec<String> = (0..)
        .zip(&table.columns)
        .map(|(at, column)| {
            let kind = match column.kind {
                ColumnKind::Integer => "BIGINT",
                ColumnKind::Text => "NVARCHAR(MAX)",
            };
            format!("[{}] {kind} '$[{at}]'", column.name)
        })
        .collect();
    let (name, columns) = (&table.name, table.column_list());
    let insert = format!(
        "INSERT INTO [{name}] ({columns}) SELECT {columns} FROM OPENJSON(@P1) WITH ({})",
        shape.join(", ")
    );
    // The switch holds for the session and one table: on and off in one batch.
    let insert = if table.is_numbered() {
        format!("SET IDENTITY_INSERT [{name}] ON; {insert}; SET IDENTITY_INSERT [{name}] OFF")
    } else {
        insert
    };
    talk.execute(&insert, &[rows.into()]).await?;
    set_mark(talk, mark, before).await
}

async fn set_mark(talk: &mut Talk<'_>, mark: &CopyMark, before: u64) -> Result<()> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let key = json_text(&mark.last_key)?;
    let values: [Value<'_>; 5] = [
        (&mark.table).into(),
        (&mark.source).into(),
        (&key).into(),
        number(mark.rows).into(),
        number(before).into(),
    ];
    let moved = if before == 0 {
        let sql = "INSERT INTO store_copies (table_name, source, last_key, rows_copied)
                   SELECT @P1, @P2, @P3, @P4 WHERE @P5 = 0";
        talk.execute(sql, &values).await?
    } else {
        let sql = "UPDATE store_copies SET source = @P2, last_key = @P3, rows_copied = @P4
                   WHERE table_name = @P1 AND rows_copied = @P5";
        talk.execute(sql, &values).await?
    };
    if moved == 1 { Ok(()) } else { Err(conflict(&mark.table)) }
}

async fn clear(talk: &mut Talk<'_>, table: &Table) -> Result<()> {
    talk.execute(&format!("DELETE FROM [{}]", table.name), &[]).await?;
    let sql = "DELETE FROM store_copies WHERE table_name = @P1";
    talk.execute(sql, &[(&table.name).into()]).await.map(drop)
}

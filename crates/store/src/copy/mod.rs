//! A whole store into another one, of whichever kind: row by row, table by table, resumable, and compared at its end.
//!
//! Every table is read by its primary key. Rows and the mark that says how far the table has come are written in one
//! transaction, so that a copy that was killed goes on where it was. While marks are there the target is no store: it
//! cannot be opened but by a copy.

mod digest;
mod schema;

use async_trait::async_trait;
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use digest::Digest;
pub use schema::{Column, ColumnKind, Table, tables};

use crate::Result;

/// A row: one value a column of its table, in their order; a whole number, a text or null.
pub type Row = Vec<Value>;

/// Rows of one transaction.
const PAGE: u32 = 1_000;

/// How far a table has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyMark {
    /// The table.
    pub table: String,
    /// From where the rows come.
    pub source: String,
    /// The key of the last row.
    pub last_key: Row,
    /// Rows so far.
    pub rows: u64,
}

/// What a copy asks of either side.
#[async_trait]
pub trait RowStore: Send + Sync {
    /// How many rows a table has.
    async fn row_count(&self, table: &Table) -> Result<u64>;
    /// Rows by their key, after a key, at most `limit`.
    async fn rows_after(
        &self,
        table: &Table,
        after: Option<&[Value]>,
        limit: u32,
    ) -> Result<Vec<Row>>;
    /// How far an earlier copy into this store came; empty when there is none that has not ended.
    async fn copy_marks(&self) -> Result<Vec<CopyMark>>;
    /// Adds rows and moves the table's mark from `before` rows to where it is to stand, in one transaction. A mark that
    /// stands elsewhere is `store.conflict`: another copy is under way.
    async fn append_rows(
        &self,
        table: &Table,
        rows: Vec<Row>,
        mark: &CopyMark,
        before: u64,
    ) -> Result<()>;
    /// Takes all rows of a table and its mark away, in one transaction.
    async fn clear_table(&self, table: &Table) -> Result<()>;
    /// Takes all marks away: the store may be used from here on.
    async fn end_copy(&self) -> Result<()>;
}

/// How a copy is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// A name of the source that stays the same for it: its place, without credentials.
    pub source: String,
    /// Throws away what an unfinished copy left in the target.
    pub restart: bool,
}

/// How far a copy is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopyProgress {
    /// The table.
    pub table: String,
    /// Rows of it that are there.
    pub rows: u64,
    /// Rows of the source.
    pub total: u64,
    /// They are compared already.
    pub comparing: bool,
}

/// What a copy did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CopyReport {
    /// The tables in the order in which they were copied.
    pub tables: Vec<CopiedTable>,
    /// Rows that this copy wrote.
    pub written: u64,
    /// Rows that an earlier, unfinished one had written.
    pub resumed: u64,
}

/// One table, equal on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopiedTable {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// The digest of its rows, the same on both sides.
    pub digest: String,
}

/// Copies every table of `from` into `to`, goes on where an earlier copy of the same source was cut off, and compares both
/// at the end. A target that holds the same already is left as it is.
///
/// # Errors
/// `store.copy_target_used` for a target that holds other data, `store.copy_differs` when the two sides are not the same
/// afterwards (somebody wrote into one of them), `store.conflict` when another copy is under way, `store.*`.
pub async fn copy_store(
    from: &dyn RowStore,
    to: &dyn RowStore,
    options: &CopyOptions,
    tell: &(dyn Fn(CopyProgress) + Send + Sync),
) -> Result<CopyReport> {
    let tables = tables()?;
    let mut marks = to.copy_marks().await?;
    if options.restart && !marks.is_empty() {
        for table in tables.iter().rev() {
            to.clear_table(table).await?;
        }
        marks.clear();
    }
    if let Some(other) = marks.iter().find(|mark| mark.source != options.source) {
        return Err(Problem::new(Code::StoreCopyTargetUsed).detail(&other.source));
    }
    if let Some(used) = table_with_other_data(to, &tables, &marks).await? {
        // Nothing is under way, and all of it is there: it was copied before.
        if marks.is_empty()
            && let Ok(same) = compare(from, to, &tables, tell).await
        {
            return Ok(CopyReport { tables: same, ..CopyReport::default() });
        }
        return Err(used);
    }
    let mut report = CopyReport::default();
    for table in &tables {
        let mark = marks.iter().find(|mark| mark.table == table.name);
        report.resumed += mark.map_or(0, |mark| mark.rows);
        report.written += copy_table(from, to, table, mark, options, tell).await?;
    }
    report.tables = compare(from, to, &tables, tell).await?;
    to.end_copy().await?;
    Ok(report)
}

/// A table that has more or fewer rows than its mark says.
async fn table_with_other_data(
    to: &dyn RowStore,
    tables: &[Table],
    marks: &[CopyMark],
) -> Result<Option<Problem>> {
    for table in tables {
        let marked = marks.iter().find(|mark| mark.table == table.name).map_or(0, |mark| mark.rows);
        let rows = to.row_count(table).await?;
        if rows != marked {
            let problem = Problem::new(Code::StoreCopyTargetUsed).about(&table.name);
            return Ok(Some(problem.detail(format!("{rows} ≠ {marked}"))));
        }
    }
    Ok(None)
}

/// Rows that were written.
async fn copy_table(
    from: &dyn RowStore,
    to: &dyn RowStore,
    table: &Table,
    mark: Option<&CopyMark>,
    options: &CopyOptions,
    tell: &(dyn Fn(CopyProgress) + Send + Sync),
) -> Result<u64> {
    let total = from.row_count(table).await?;
    let (mut after, mut done) = match mark {
        Some(mark) => (Some(mark.last_key.clone()), mark.rows),
        None => (None, 0),
    };
    let begun_with = done;
    loop {
        let rows = from.rows_after(table, after.as_deref(), PAGE).await?;
        let Some(last) = rows.last() else { return Ok(done - begun_with) };
        let key = table.key_of(last);
        let before = done;
        done += rows.len() as u64;
        let mark = CopyMark {
            table: table.name.clone(),
            source: options.source.clone(),
            last_key: key.clone(),
            rows: done,
        };
        to.append_rows(table, rows, &mark, before).await?;
        after = Some(key);
        tell(CopyProgress { table: table.name.clone(), rows: done, total, comparing: false });
    }
}

async fn compare(
    from: &dyn RowStore,
    to: &dyn RowStore,
    tables: &[Table],
    tell: &(dyn Fn(CopyProgress) + Send + Sync),
) -> Result<Vec<CopiedTable>> {
    let mut same = Vec::with_capacity(tables.len());
    for table in tables {
        let (theirs, ours) = (digest_of(from, table).await?, digest_of(to, table).await?);
        if theirs != ours {
            let detail = format!("{} ≠ {}", theirs.rows(), ours.rows());
            return Err(Problem::new(Code::StoreCopyDiffers).about(&table.name).detail(detail));
        }
        let (rows, digest) = (ours.rows(), ours.to_string());
        tell(CopyProgress { table: table.name.clone(), rows, total: rows, comparing: true });
        same.push(CopiedTable { name: table.name.clone(), rows, digest });
    }
    Ok(same)
}

async fn digest_of(store: &dyn RowStore, table: &Table) -> Result<Digest> {
    let mut digest = Digest::default();
    let mut after = None;
    loop {
        let rows = store.rows_after(table, after.as_deref(), PAGE).await?;
        let Some(last) = rows.last() else { return Ok(digest) };
        after = Some(table.key_of(last));
        rows.iter().for_each(|row| digest.add(row));
    }
}

/// A store into which a copy has not ended is none.
///
/// # Errors
/// `store.copy_unfinished`.
pub(crate) fn refuse_unfinished(marks: i64) -> Result<()> {
    if marks == 0 { Ok(()) } else { Err(Problem::new(Code::StoreCopyUnfinished)) }
}

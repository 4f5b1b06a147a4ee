//! Rows of the SQL Server, and lists on their way to it.

use kontor_core::ids::ParentOrderSn;
use kontor_mssql::Row;
use serde::Serialize;
use serde_json::json;

use crate::Result;
pub(super) use crate::rows::{Columns, get, json as json_text, millis};

impl Columns for Row {
    fn text(&self, column: &str) -> Result<Option<String>> {
        let value: Option<&str> = self.try_get(column).map_err(|_| unreadable(column))?;
        Ok(value.map(str::to_owned))
    }

    fn number(&self, column: &str) -> Result<Option<i64>> {
        self.try_get(column).map_err(|_| unreadable(column))
    }
}

fn unreadable(column: &str) -> kontor_core::Problem {
    kontor_core::Problem::new(kontor_core::Code::StoreDamaged).detail(column)
}

/// Orders' numbers as one JSON parameter: `OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn')`. The columns that it gives have
/// the database's collation: compared with a column of ours they need [`BIN`].
pub(super) fn numbers<'a>(sns: impl IntoIterator<Item = &'a ParentOrderSn>) -> Result<String> {
    let objects: Vec<_> = sns.into_iter().map(|sn| json!({ "sn": sn.as_str() })).collect();
    json_text(&objects)
}

/// Row ids as one JSON parameter: `OPENJSON(@P1) WITH (id BIGINT '$.id')`.
pub(super) fn ids(ids: &[i64]) -> Result<String> {
    let objects: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    json_text(&objects)
}

/// Rows as one JSON parameter.
pub(super) fn list(rows: impl IntoIterator<Item: Serialize>) -> Result<String> {
    json_text(&rows.into_iter().collect::<Vec<_>>())
}

/// The end (exclusive) of the texts that begin with `prefix`: the last code unit, for that is how texts are compared.
pub(super) fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{ffff}")
}

/// At most `length` code units of UTF-16, for a column that is a key.
pub(super) fn cut(text: &str, length: usize) -> String {
    let mut left = length;
    text.chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_cut_by_code_units_and_never_within_a_character() {
        assert_eq!(cut("abc", 2), "ab");
        assert_eq!(cut("a😀b", 2), "a");
        assert_eq!(cut("a😀b", 3), "a😀");
    }
}

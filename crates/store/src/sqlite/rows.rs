//! Rows of the SQLite file.

use rusqlite::Row;

use super::failures::problem;
use crate::Result;
pub(super) use crate::rows::*;

impl Columns for Row<'_> {
    fn text(&self, column: &str) -> Result<Option<String>> {
        self.get(column).map_err(problem)
    }

    fn number(&self, column: &str) -> Result<Option<i64>> {
        self.get(column).map_err(problem)
    }
}

//! Values on their way into and out of rows. Both kinds of database give rows with the same columns: their readers are
//! written once, against [`Columns`].

pub(crate) mod desk;
pub(crate) mod job;
pub(crate) mod order;
pub(crate) mod stock;

use chrono::{DateTime, Utc};
use kontor_core::ids::ParentOrderSn;
use kontor_core::{Code, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;

/// A row with named columns. Every column of the store is a text or a whole number, or NULL.
pub(crate) trait Columns {
    /// A text column.
    fn text(&self, column: &str) -> Result<Option<String>>;
    /// A column of whole numbers.
    fn number(&self, column: &str) -> Result<Option<i64>>;
}

/// What a column can be read as.
pub(crate) trait FromColumn: Sized {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self>;
}

/// A column's value.
///
/// # Errors
/// `store.damaged` when it is not what it should be.
pub(crate) fn get<T: FromColumn>(row: &impl Columns, column: &str) -> Result<T> {
    T::from_column(row, column)
}

fn unreadable(column: &str) -> Problem {
    Problem::new(Code::StoreDamaged).detail(column)
}

/// A stored text that cannot be read back.
pub(crate) fn damaged(what: &'static str) -> Problem {
    unreadable(what)
}

/// A page's `after` that is none of the store's; it comes from outside.
pub(crate) fn no_page(after: &str) -> Problem {
    Problem::new(Code::CommandParametersInvalid).about("after").detail(after)
}

impl FromColumn for Option<String> {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self> {
        row.text(column)
    }
}

impl FromColumn for String {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self> {
        row.text(column)?.ok_or_else(|| unreadable(column))
    }
}

impl FromColumn for Option<i64> {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self> {
        row.number(column)
    }
}

impl FromColumn for i64 {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self> {
        row.number(column)?.ok_or_else(|| unreadable(column))
    }
}

impl FromColumn for Option<u32> {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self> {
        let number = row.number(column)?;
        number.map(|n| u32::try_from(n).map_err(|_| unreadable(column))).transpose()
    }
}

impl FromColumn for u32 {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self> {
        get::<Option<Self>>(row, column)?.ok_or_else(|| unreadable(column))
    }
}

impl FromColumn for bool {
    fn from_column(row: &impl Columns, column: &str) -> Result<Self> {
        Ok(get::<i64>(row, column)? != 0)
    }
}

pub(crate) fn millis(time: Option<DateTime<Utc>>) -> Option<i64> {
    time.map(|t| t.timestamp_millis())
}

pub(crate) fn time(millis: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| damaged("time"))
}

pub(crate) fn optional_time(millis: Option<i64>) -> Result<Option<DateTime<Utc>>> {
    millis.map(time).transpose()
}

pub(crate) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_| damaged("value"))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| damaged("stored JSON"))
}

/// A stored word of a closed vocabulary.
pub(crate) fn word<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| damaged("stored word"))
}

/// Numbers as one JSON parameter for `json_each`.
pub(crate) fn numbers(sns: &[ParentOrderSn]) -> Result<String> {
    json(&sns)
}

/// The end (exclusive) of the texts that begin with `prefix`.
pub(crate) fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

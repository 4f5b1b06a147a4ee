//! Values on their way into and out of rows.

use chrono::{DateTime, Utc};
use kontor_core::ids::ParentOrderSn;
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failures::{damaged, problem};
use crate::Result;

pub(super) fn millis(time: Option<DateTime<Utc>>) -> Option<i64> {
    time.map(|t| t.timestamp_millis())
}

pub(super) fn time(millis: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| damaged("time"))
}

pub(super) fn optional_time(millis: Option<i64>) -> Result<Option<DateTime<Utc>>> {
    millis.map(time).transpose()
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_| damaged("value"))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| damaged("stored JSON"))
}

/// A stored word of a closed vocabulary.
pub(super) fn word<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| damaged("stored word"))
}

pub(super) fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: &str) -> Result<T> {
    row.get(column).map_err(problem)
}

/// Numbers as one JSON parameter for `json_each`.
pub(super) fn numbers(sns: &[ParentOrderSn]) -> Result<String> {
    json(&sns)
}

/// The end (exclusive) of the texts that begin with `prefix`.
pub(super) fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

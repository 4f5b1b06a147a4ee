//! One statement on SQLite: under the login's rights, with its parameters, and its answer in typed
//! columns.

use super::columns::Item;
use super::convert::{load, store, type_of_values};
use super::errors::{Denial, translate};
use super::rights::{Right, Rights};
use crate::tds::{Column, ColumnType, Parameter, ResultSet, SqlError, Value};
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value as Stored;
use std::sync::{Arc, Mutex, PoisonError};

/// Lets through what the login may do; notes the first thing that it may not.
pub(super) fn authorizer(
    rights: Rights,
    denial: Arc<Mutex<Option<Denial>>>,
) -> impl FnMut(AuthContext<'_>) -> Authorization + Send + 'static {
    move |context| {
        let wanted = match context.action {
            AuthAction::Select | AuthAction::Function { .. } | AuthAction::Recursive => {
                return Authorization::Allow;
            }
            AuthAction::Read { table_name, .. } => Some((Right::Select, table_name)),
            AuthAction::Insert { table_name } => Some((Right::Insert, table_name)),
            AuthAction::Update { table_name, .. } => Some((Right::Update, table_name)),
            AuthAction::Delete { table_name } => Some((Right::Delete, table_name)),
            _ => None,
        };
        // A view reads on behalf of its owner (SQL Server's ownership chain).
        if context.accessor.is_some() && matches!(wanted, Some((Right::Select, _))) {
            return Authorization::Allow;
        }
        let schema = context.database_name.unwrap_or("dbo");
        let object = wanted.map_or("", |(_, table)| table);
        let key = format!("{schema}.{object}");
        let lower = key.to_lowercase();
        let hidden = schema == "main" || schema == "temp" || object.starts_with("sqlite_");
        match wanted {
            Some((right, _)) if !hidden && rights.allow(right, &lower) => Authorization::Allow,
            // A table inside of a sub-query or a common table expression has no database.
            Some((Right::Select, _)) if context.database_name.is_none() => Authorization::Allow,
            _ => {
                // DDL shows as a change of SQLite's own tables.
                let right =
                    wanted.map(|(right, _)| right).filter(|_| !object.starts_with("sqlite_"));
                let mut noted = denial.lock().unwrap_or_else(PoisonError::into_inner);
                noted.get_or_insert(Denial { right, object: key });
                Authorization::Deny
            }
        }
    }
}

/// An answer before its columns have types.
pub(super) struct Raw {
    names: Vec<String>,
    declared: Vec<Option<ColumnType>>,
    rows: Vec<Vec<Stored>>,
    pub(super) affected: u64,
    pub(super) inserted: bool,
}

pub(super) fn execute(
    connection: &Connection,
    adapted: &str,
    original: &str,
    parameters: &[Parameter],
) -> Result<Raw, SqlError> {
    let failed = |error: rusqlite::Error| translate(&error, original);
    let mut statement = connection.prepare(adapted).map_err(failed)?;
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or("?").to_owned();
        // Most stand in order; looking through a thousand for each of a thousand takes long.
        let named = |given: &&Parameter| given.name.eq_ignore_ascii_case(&name);
        let in_order = parameters.get(index - 1).filter(named);
        let given = in_order.or_else(|| parameters.iter().find(named));
        let given = given.ok_or_else(|| SqlError {
            number: 137,
            state: 2,
            class: 15,
            message: format!("Must declare the scalar variable \"{name}\"."),
        })?;
        statement.raw_bind_parameter(index, store(&given.value)).map_err(failed)?;
    }
    let inserted =
        adapted.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("INSERT"));
    let mut raw =
        Raw { names: Vec::new(), declared: Vec::new(), rows: Vec::new(), affected: 0, inserted };
    if statement.column_count() == 0 {
        raw.affected = statement.raw_execute().map_err(failed)? as u64;
        return Ok(raw);
    }
    for column in statement.columns() {
        raw.names.push(column.name().to_owned());
        raw.declared.push(column.decl_type().and_then(ColumnType::from_sql));
    }
    let count = raw.names.len();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        let values: rusqlite::Result<Vec<Stored>> =
            (0..count).map(|index| row.get(index)).collect();
        raw.rows.push(values.map_err(failed)?);
    }
    raw.affected = raw.rows.len() as u64;
    Ok(raw)
}

/// A text longer than its column's type travels as NVARCHAR(MAX) instead of being cut.
fn widened<'a>(kind: ColumnType, mut values: impl Iterator<Item = &'a Stored>) -> ColumnType {
    let ColumnType::Text(Some(chars)) = kind else { return kind };
    let long = |value: &Stored| matches!(value, Stored::Text(text) if text.chars().count() > usize::from(chars));
    if values.any(long) { ColumnType::Text(None) } else { kind }
}

pub(super) fn type_rows(raw: Raw, typed: &[Item]) -> Result<ResultSet, SqlError> {
    let typed = if typed.len() == raw.names.len() { typed } else { &[] };
    let columns: Vec<Column> = raw
        .names
        .into_iter()
        .zip(raw.declared)
        .enumerate()
        .map(|(index, (name, declared))| {
            let item = typed.get(index);
            let kind = declared
                .or(item.and_then(|item| item.kind))
                .unwrap_or_else(|| type_of_values(raw.rows.iter().map(|row| &row[index])));
            let kind = widened(kind, raw.rows.iter().map(|row| &row[index]));
            Column {
                name: if item.is_none_or(|item| item.named) { name } else { String::new() },
                kind,
            }
        })
        .collect();
    let rows = raw
        .rows
        .into_iter()
        .map(|row| {
            row.into_iter().zip(&columns).map(|(value, column)| load(value, column.kind)).collect()
        })
        .collect::<Result<Vec<Vec<Value>>, SqlError>>()?;
    let affected = Some(raw.affected);
    Ok(ResultSet { columns, rows, affected })
}

//! Lists of orders: filtered, sorted and cut in SQL, each page found by its key.

use std::collections::BTreeSet;

use kontor_core::state::OrderState;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::failures::problem;
use super::rows::{end_of, get, no_page, word};
use super::search::{self, Found};
use crate::{OrderFilter, OrderPage, OrderRow, OrderSort, Result, StateCount, rows};

struct Listed {
    key: i64,
    row: OrderRow,
}

pub(super) fn list(
    connection: &Connection,
    filter: &OrderFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<OrderPage> {
    let after = after.map(parse_key).transpose()?;
    // One statement a state: each comes from its index in the order of the list, and they are merged.
    let states: Vec<Option<OrderState>> = match filter.states.as_slice() {
        [] => vec![None],
        // A state that is named twice counts once.
        states => states.iter().copied().collect::<BTreeSet<_>>().into_iter().map(Some).collect(),
    };
    // One row more than asked for shows whether another page follows.
    let wanted = limit.saturating_add(1);
    let mut total = 0;
    let mut rows = Vec::new();
    let found = filter.search.as_deref().map(|text| search::find(connection, text)).transpose()?;
    for state in states {
        let (conditions, values) = conditions(filter, found.as_ref(), state);
        total += count(connection, &conditions, &values)?;
        rows.extend(page(connection, filter.sort, &conditions, values, after.as_ref(), wanted)?);
    }
    let order = |l: &Listed| (l.key, l.row.parent_order_sn.clone());
    if sorted(filter.sort).descending {
        rows.sort_by_key(|l| std::cmp::Reverse(order(l)));
    } else {
        rows.sort_by_key(order);
    }
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next =
        rows.last().filter(|_| has_more).map(|l| format!("{}/{}", l.key, l.row.parent_order_sn));
    Ok(OrderPage { orders: rows.into_iter().map(|l| l.row).collect(), next, total })
}

fn parse_key(text: &str) -> Result<(i64, String)> {
    text.split_once('/')
        .and_then(|(key, sn)| Some((key.parse().ok()?, sn.to_owned())))
        .ok_or_else(|| no_page(text))
}

/// How a sort is done: by a column that is never NULL (none for the number alone), then by number.
struct Sorted {
    key: Option<&'static str>,
    descending: bool,
}

fn sorted(sort: OrderSort) -> Sorted {
    let (key, descending) = match sort {
        OrderSort::Newest => (Some("o.sort_newest"), true),
        OrderSort::Oldest => (Some("o.sort_newest"), false),
        OrderSort::Deadline => (Some("o.sort_deadline"), false),
        OrderSort::Number => (None, false),
        OrderSort::Highest => (Some("o.sort_total"), true),
    };
    Sorted { key, descending }
}

fn conditions(
    filter: &OrderFilter,
    found: Option<&Found>,
    state: Option<OrderState>,
) -> (String, Vec<Value>) {
    let mut conditions = vec!["1 = 1"];
    let mut values: Vec<Value> = Vec::new();
    if let Some(state) = state {
        // The few orders that a search found come by their numbers, not by their state.
        let few = matches!(found, Some(Found::Few(_)));
        conditions.push(if few { "+o.state = ?" } else { "o.state = ?" });
        values.push(state.as_str().to_owned().into());
    }
    if let Some(code) = filter.hold {
        conditions
            .push("o.parent_order_sn IN (SELECT parent_order_sn FROM order_holds WHERE code = ?)");
        values.push(code.as_str().to_owned().into());
    }
    if let Some(prefix) = &filter.number_prefix {
        conditions.push("o.parent_order_sn >= ?");
        conditions.push("o.parent_order_sn < ?");
        values.push(prefix.clone().into());
        values.push(end_of(prefix).into());
    }
    match found {
        Some(Found::Few(numbers)) => {
            conditions.push("o.parent_order_sn IN (SELECT value FROM json_each(?))");
            values.push(numbers.clone().into());
        }
        Some(Found::Many(statement, bounds)) => {
            conditions.push(statement);
            values.extend(bounds.iter().cloned());
        }
        None => {}
    }
    if let Some(country) = &filter.country {
        conditions.push("o.country = ?");
        values.push(country.clone().into());
    }
    // Orders without a time have the key 0 and lie outside every period.
    if let Some(from) = filter.ordered_from {
        conditions.push("o.sort_newest >= ?");
        values.push(from.timestamp_millis().max(1).into());
    }
    if let Some(before) = filter.ordered_before {
        conditions.push("o.sort_newest < ? AND o.sort_newest > 0");
        values.push(before.timestamp_millis().into());
    }
    (conditions.join(" AND "), values)
}

fn count(connection: &Connection, conditions: &str, values: &[Value]) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM temu_orders AS o WHERE {conditions}");
    let count: i64 = connection
        .prepare_cached(&sql)
        .map_err(problem)?
        .query_row(params_from_iter(values), |row| row.get(0))
        .map_err(problem)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

fn page(
    connection: &Connection,
    sort: OrderSort,
    conditions: &str,
    mut values: Vec<Value>,
    after: Option<&(i64, String)>,
    limit: u32,
) -> Result<Vec<Listed>> {
    let Sorted { key, descending } = sorted(sort);
    let (comparison, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    let mut from = String::new();
    if let Some((last, sn)) = after {
        match key {
            Some(key) => {
                from = format!(" AND ({key}, o.parent_order_sn) {comparison} (?, ?)");
                values.push(Value::from(*last));
            }
            None => from = format!(" AND o.parent_order_sn {comparison} ?"),
        }
        values.push(sn.clone().into());
    }
    values.push(i64::from(limit).into());
    let first = key.map(|key| format!("{key} {direction}, ")).unwrap_or_default();
    let sql = format!(
        "SELECT o.*, {} AS key FROM temu_orders AS o WHERE {conditions}{from}
         ORDER BY {first}o.parent_order_sn {direction} LIMIT ?",
        key.unwrap_or("0")
    );
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let mut rows = statement.query(params_from_iter(values)).map_err(problem)?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        listed.push(Listed { key: get(row, "key")?, row: rows::order::order_row(row)? });
    }
    Ok(listed)
}

pub(super) fn count_by_state(connection: &Connection) -> Result<Vec<StateCount>> {
    let sql = "SELECT state, count(*) FROM temu_orders GROUP BY state";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        let state: String = row.get(0).map_err(problem)?;
        let orders: i64 = row.get(1).map_err(problem)?;
        counts.push(StateCount {
            state: word(&state)?,
            orders: u64::try_from(orders).unwrap_or_default(),
        });
    }
    Ok(counts)
}

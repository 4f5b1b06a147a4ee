//! Lists of orders: filtered, sorted and cut in SQL, each page found by its key.

use std::collections::BTreeSet;

use kontor_core::state::OrderState;

use super::rows::{end_of, get};
use super::search::{self, Found};
use super::session::Talk;
use super::values::Values;
use crate::rows::order::order_row;
use crate::rows::{no_page, word};
use crate::{OrderFilter, OrderPage, OrderRow, OrderSort, Result, StateCount};

struct Listed {
    key: i64,
    row: OrderRow,
}

pub(super) async fn list(
    talk: &mut Talk<'_>,
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
    let found = match filter.search.as_deref() {
        Some(text) => Some(search::find(talk, text).await?),
        None => None,
    };
    for state in states {
        let mut values = Values::default();
        let conditions = conditions(&mut values, filter, found.as_ref(), state);
        total += count(talk, &conditions, &values).await?;
        rows.extend(page(talk, filter.sort, &conditions, values, after.as_ref(), wanted).await?);
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
    values: &mut Values,
    filter: &OrderFilter,
    found: Option<&Found>,
    state: Option<OrderState>,
) -> String {
    let mut conditions = vec!["1 = 1".to_owned()];
    if let Some(state) = state {
        conditions.push(format!("o.state = {}", values.bind(state.as_str())));
    }
    if let Some(code) = filter.hold {
        let code = values.bind(code.as_str());
        conditions.push(format!(
            "o.parent_order_sn IN (SELECT parent_order_sn FROM order_holds WHERE code = {code})"
        ));
    }
    if let Some(prefix) = &filter.number_prefix {
        let (from, to) = (values.bind(prefix.as_str()), values.bind(end_of(prefix)));
        conditions.push(format!("o.parent_order_sn >= {from} AND o.parent_order_sn < {to}"));
    }
    if let Some(found) = found {
        conditions.push(found.condition(values));
    }
    if let Some(country) = &filter.country {
        conditions.push(format!("o.country = {}", values.bind(country.as_str())));
    }
    // Orders without a time have the key 0 and lie outside every period.
    if let Some(from) = filter.ordered_from {
        let from = values.bind(from.timestamp_millis().max(1));
        conditions.push(format!("o.sort_newest >= {from}"));
    }
    if let Some(before) = filter.ordered_before {
        let before = values.bind(before.timestamp_millis());
        conditions.push(format!("o.sort_newest < {before} AND o.sort_newest > 0"));
    }
    conditions.join(" AND ")
}

async fn count(talk: &mut Talk<'_>, conditions: &str, values: &Values) -> Result<u64> {
    let sql = format!("SELECT COUNT_BIG(*) AS number FROM temu_orders AS o WHERE {conditions}");
    let count = talk.number(&sql, &values.bound()).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

async fn page(
    talk: &mut Talk<'_>,
    sort: OrderSort,
    conditions: &str,
    mut values: Values,
    after: Option<&(i64, String)>,
    limit: u32,
) -> Result<Vec<Listed>> {
    let Sorted { key, descending } = sorted(sort);
    let (comparison, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    let mut from = String::new();
    if let Some((last, sn)) = after {
        let sn = values.bind(sn.as_str());
        from = match key {
            Some(key) => {
                let last = values.bind(*last);
                format!(
                    " AND {key} {comparison}= {last}
                      AND ({key} {comparison} {last} OR o.parent_order_sn {comparison} {sn})"
                )
            }
            None => format!(" AND o.parent_order_sn {comparison} {sn}"),
        };
    }
    let limit = values.bind(i64::from(limit));
    let first = key.map(|key| format!("{key} {direction}, ")).unwrap_or_default();
    let key = key.unwrap_or("CAST(0 AS BIGINT)");
    let sql = format!(
        "SELECT TOP ({limit}) o.*, {key} AS sort_key FROM temu_orders AS o WHERE {conditions}{from}
         ORDER BY {first}o.parent_order_sn {direction}"
    );
    let listed =
        |row: &kontor_mssql::Row| Ok(Listed { key: get(row, "sort_key")?, row: order_row(row)? });
    talk.select(&sql, &values.bound(), listed).await
}

pub(super) async fn count_by_state(talk: &mut Talk<'_>) -> Result<Vec<StateCount>> {
    let sql = "SELECT state, COUNT_BIG(*) AS orders FROM temu_orders GROUP BY state ORDER BY state";
    let counted = |row: &kontor_mssql::Row| {
        let orders: i64 = get(row, "orders")?;
        Ok(StateCount {
            state: word(&get::<String>(row, "state")?)?,
            orders: u64::try_from(orders).unwrap_or_default(),
        })
    };
    talk.select(sql, &[], counted).await
}

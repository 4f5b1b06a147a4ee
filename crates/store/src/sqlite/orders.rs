//! `temu_orders` and `temu_order_items`, read.

use std::collections::HashMap;

use kontor_core::Code;
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::{OrderItem, StoredOrder};
use kontor_core::state::OrderState;
use rusqlite::{Connection, Params, params};

use super::failures::problem;
use super::rows::{get, numbers};
use crate::{Result, rows};

pub(super) fn by_sn(connection: &Connection, sns: &[ParentOrderSn]) -> Result<Vec<StoredOrder>> {
    if sns.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT o.* FROM json_each(?1) AS asked JOIN temu_orders AS o ON o.parent_order_sn = asked.value";
    select(connection, sql, params![numbers(sns)?])
}

pub(super) fn exportable(
    connection: &Connection,
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    let sql = "SELECT * FROM temu_orders WHERE state = 'imported' AND temu_status = 2 AND parent_order_sn > ?1
               ORDER BY parent_order_sn LIMIT ?2";
    select(connection, sql, params![start(after), limit])
}

pub(super) fn held_for(
    connection: &Connection,
    code: Code,
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    let sql = "SELECT o.* FROM order_holds AS h JOIN temu_orders AS o ON o.parent_order_sn = h.parent_order_sn
               WHERE h.code = ?1 AND h.parent_order_sn > ?2 AND o.state = 'on_hold' ORDER BY h.parent_order_sn LIMIT ?3";
    select(connection, sql, params![code.as_str(), start(after), limit])
}

pub(super) fn incomplete(
    connection: &Connection,
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    let mut found = Vec::new();
    for code in Code::ALL.iter().copied().filter(|c| c.is_mended_by_asking_again()) {
        found.extend(held_for(connection, code, after, limit)?);
    }
    // Corrected by hand, and TEMU has not been asked since.
    let sql =
        "SELECT * FROM temu_orders WHERE state = ?1 AND parent_order_sn > ?2 AND remote_digest = ''
               ORDER BY parent_order_sn LIMIT ?3";
    for state in [OrderState::Imported, OrderState::OnHold] {
        found.extend(select(connection, sql, params![state.as_str(), start(after), limit])?);
    }
    Ok(first_by_number(found, limit))
}

pub(super) fn in_states(
    connection: &Connection,
    states: &[OrderState],
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    // One statement a state: each is answered from the index in its order, where an IN would sort all of them.
    let sql = "SELECT * FROM temu_orders WHERE state = ?1 AND parent_order_sn > ?2 ORDER BY parent_order_sn LIMIT ?3";
    let mut found = Vec::new();
    for state in states {
        found.extend(select(connection, sql, params![state.as_str(), start(after), limit])?);
    }
    Ok(first_by_number(found, limit))
}

fn first_by_number(mut orders: Vec<StoredOrder>, limit: u32) -> Vec<StoredOrder> {
    orders.sort_by(|a, b| a.order.parent_order_sn.cmp(&b.order.parent_order_sn));
    orders.dedup_by(|a, b| a.order.parent_order_sn == b.order.parent_order_sn);
    orders.truncate(limit as usize);
    orders
}

fn start(after: Option<&ParentOrderSn>) -> &str {
    after.map_or("", ParentOrderSn::as_str)
}

fn select(connection: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<StoredOrder>> {
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(parameters).map_err(problem)?;
    let mut orders = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        orders.push(rows::order::order(row)?);
    }
    add_items(connection, &mut orders)?;
    Ok(orders)
}

fn add_items(connection: &Connection, orders: &mut [StoredOrder]) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let sns: Vec<ParentOrderSn> = orders.iter().map(|o| o.order.parent_order_sn.clone()).collect();
    let sql = "SELECT i.* FROM json_each(?1) AS asked JOIN temu_order_items AS i ON i.parent_order_sn = asked.value
               ORDER BY i.parent_order_sn, i.position";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![numbers(&sns)?]).map_err(problem)?;
    let mut by_order: HashMap<String, Vec<OrderItem>> = HashMap::new();
    while let Some(row) = rows.next().map_err(problem)? {
        by_order.entry(get(row, "parent_order_sn")?).or_default().push(rows::order::item(row)?);
    }
    for stored in orders {
        stored.order.items =
            by_order.remove(stored.order.parent_order_sn.as_str()).unwrap_or_default();
    }
    Ok(())
}

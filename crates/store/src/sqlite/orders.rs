//! `temu_orders` and `temu_order_items`, read.

use std::collections::HashMap;

use kontor_core::Code;
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::money::{Cents, Currency, VatRate};
use kontor_core::order::{Order, OrderItem, StoredOrder};
use kontor_core::remote::TemuStatus;
use kontor_core::state::OrderState;
use rusqlite::{Connection, Params, Row, params};

use super::failures::problem;
use super::rows::{from_json, get, numbers, optional_time, time, word};
use crate::Result;

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
        orders.push(order(row)?);
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
        by_order.entry(get(row, "parent_order_sn")?).or_default().push(item(row)?);
    }
    for stored in orders {
        stored.order.items =
            by_order.remove(stored.order.parent_order_sn.as_str()).unwrap_or_default();
    }
    Ok(())
}

fn order(row: &Row<'_>) -> Result<StoredOrder> {
    let address: Option<String> = get(row, "address")?;
    let given: Option<String> = get(row, "given_address")?;
    Ok(StoredOrder {
        order: Order {
            parent_order_sn: ParentOrderSn::new(get::<String>(row, "parent_order_sn")?),
            temu_status: TemuStatus(get(row, "temu_status")?),
            region_id: get(row, "region_id")?,
            ordered_at: optional_time(get(row, "ordered_at")?)?,
            confirmed_at: optional_time(get(row, "confirmed_at")?)?,
            ship_by: optional_time(get(row, "ship_by")?)?,
            deliver_by: optional_time(get(row, "deliver_by")?)?,
            updated_at: optional_time(get(row, "updated_at")?)?,
            labels: from_json(&get::<String>(row, "labels")?)?,
            currency: get::<Option<String>>(row, "currency")?.map(Currency),
            items: Vec::new(),
            address: address.map(|a| from_json(&a)).transpose()?,
            given_address: given.map(|a| from_json(&a)).transpose()?,
            holds: from_json(&get::<String>(row, "holds")?)?,
            notes: from_json(&get::<String>(row, "notes")?)?,
            remote_digest: get(row, "remote_digest")?,
        },
        state: word(&get::<String>(row, "state")?)?,
        jtl_order_number: get(row, "jtl_order_number")?,
        imported_at: time(get(row, "imported_at")?)?,
        changed_at: time(get(row, "changed_at")?)?,
        version: get(row, "version")?,
    })
}

fn item(row: &Row<'_>) -> Result<OrderItem> {
    Ok(OrderItem {
        order_sn: OrderSn::new(get::<String>(row, "order_sn")?),
        goods_id: get(row, "goods_id")?,
        sku_id: get(row, "sku_id")?,
        seller_sku: get(row, "seller_sku")?,
        name: get(row, "name")?,
        variant: get(row, "variant")?,
        quantity: get(row, "quantity")?,
        unit_gross: get::<Option<i64>>(row, "unit_gross")?.map(Cents),
        vat: get::<Option<u32>>(row, "vat")?.map(VatRate),
        seller_discount: Cents(get(row, "seller_discount")?),
        shipping_gross: Cents(get(row, "shipping_gross")?),
        shipping_vat: get::<Option<u32>>(row, "shipping_vat")?.map(VatRate),
    })
}

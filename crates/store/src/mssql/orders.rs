//! `temu_orders` and `temu_order_items`, read.

use std::collections::HashMap;

use kontor_core::Code;
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::{OrderItem, StoredOrder};
use kontor_core::state::OrderState;
use kontor_mssql::Value;
use serde_json::json;

use super::rows::{get, list, numbers};
use super::session::Talk;
use crate::Result;
use crate::rows::order::{item, order};

pub(super) async fn by_sn(talk: &mut Talk<'_>, sns: &[ParentOrderSn]) -> Result<Vec<StoredOrder>> {
    if sns.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT o.* FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS asked
               JOIN temu_orders AS o ON o.parent_order_sn = asked.sn COLLATE Latin1_General_BIN2";
    select(talk, sql, &[(&numbers(sns)?).into()]).await
}

pub(super) async fn exportable(
    talk: &mut Talk<'_>,
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    let sql = "SELECT TOP (@P2) * FROM temu_orders
               WHERE state = 'imported' AND temu_status = 2 AND parent_order_sn > @P1 ORDER BY parent_order_sn";
    select(talk, sql, &[start(after).into(), limit.into()]).await
}

pub(super) async fn held_for(
    talk: &mut Talk<'_>,
    code: Code,
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    held_for_any(talk, &[code], after, limit).await
}

/// Each order once, whatever number of the reasons it is held for.
async fn held_for_any(
    talk: &mut Talk<'_>,
    codes: &[Code],
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    let sql = "SELECT TOP (@P3) o.* FROM temu_orders AS o
               WHERE o.parent_order_sn > @P2 AND o.state = 'on_hold' AND EXISTS (
                   SELECT 1 FROM OPENJSON(@P1) WITH (code NVARCHAR(64) '$.code') AS asked
                   JOIN order_holds AS h ON h.code = asked.code COLLATE Latin1_General_BIN2
                   WHERE h.parent_order_sn = o.parent_order_sn)
               ORDER BY o.parent_order_sn";
    let codes = list(codes.iter().map(|code| json!({ "code": code.as_str() })))?;
    select(talk, sql, &[(&codes).into(), start(after).into(), limit.into()]).await
}

pub(super) async fn incomplete(
    talk: &mut Talk<'_>,
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    let codes: Vec<Code> =
        Code::ALL.iter().copied().filter(|c| c.is_mended_by_asking_again()).collect();
    let mut found = held_for_any(talk, &codes, after, limit).await?;
    // Corrected by hand, and TEMU has not been asked since.
    let sql = "SELECT TOP (@P2) * FROM temu_orders
               WHERE state IN ('imported', 'on_hold') AND parent_order_sn > @P1 AND remote_digest = ''
               ORDER BY parent_order_sn";
    found.extend(select(talk, sql, &[start(after).into(), limit.into()]).await?);
    Ok(first_by_number(found, limit))
}

pub(super) async fn in_states(
    talk: &mut Talk<'_>,
    states: &[OrderState],
    after: Option<&ParentOrderSn>,
    limit: u32,
) -> Result<Vec<StoredOrder>> {
    // One statement a state: each is answered from the index in its order, where an IN would sort all of them.
    let sql = "SELECT TOP (@P3) * FROM temu_orders WHERE state = @P1 AND parent_order_sn > @P2 ORDER BY parent_order_sn";
    let mut found = Vec::new();
    for state in states {
        let values = [state.as_str().into(), start(after).into(), limit.into()];
        found.extend(select(talk, sql, &values).await?);
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

async fn select(talk: &mut Talk<'_>, sql: &str, values: &[Value<'_>]) -> Result<Vec<StoredOrder>> {
    let rows = talk.rows(sql, values).await?;
    let mut orders = rows.iter().map(order).collect::<Result<Vec<_>>>()?;
    add_items(talk, &mut orders).await?;
    Ok(orders)
}

async fn add_items(talk: &mut Talk<'_>, orders: &mut [StoredOrder]) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let sns = numbers(orders.iter().map(|o| &o.order.parent_order_sn))?;
    let sql = "SELECT i.* FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS asked
               JOIN temu_order_items AS i ON i.parent_order_sn = asked.sn COLLATE Latin1_General_BIN2
               ORDER BY i.parent_order_sn, i.position";
    let mut by_order: HashMap<String, Vec<OrderItem>> = HashMap::new();
    for row in talk.rows(sql, &[(&sns).into()]).await? {
        by_order.entry(get(&row, "parent_order_sn")?).or_default().push(item(&row)?);
    }
    for stored in orders {
        stored.order.items =
            by_order.remove(stored.order.parent_order_sn.as_str()).unwrap_or_default();
    }
    Ok(())
}

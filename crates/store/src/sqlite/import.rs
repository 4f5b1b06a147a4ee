//! `temu_orders`, `temu_order_items` and `order_holds`, written.

use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::address::Address;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::import::ImportOp;
use kontor_core::order::{Hold, Order};
use kontor_core::state::{OrderState, Transition};
use rusqlite::{Connection, Transaction, params};

use super::events;
use super::failures::{conflict, problem};
use super::rows::{json, millis};
use crate::{ImportTally, NewEvent, Result, TimelineKind};

/// Who changes something, and when.
pub(super) struct Change<'a> {
    pub(super) run: Option<&'a RunId>,
    pub(super) at: DateTime<Utc>,
}

impl Change<'_> {
    pub(super) fn event(
        &self,
        connection: &Connection,
        sn: &ParentOrderSn,
        kind: TimelineKind,
        code: Option<Code>,
        detail: String,
    ) -> Result<()> {
        let event = NewEvent {
            parent_order_sn: sn.clone(),
            run_id: self.run.cloned(),
            at: self.at,
            kind,
            code,
            detail,
        };
        events::add(connection, &event)
    }

    /// Changes the state of an order by a transition of the table; the row must stand in its first state.
    pub(super) fn transition(
        &self,
        connection: &Connection,
        sn: &ParentOrderSn,
        transition: Transition,
    ) -> Result<()> {
        let changed = connection
            .prepare_cached(
                "UPDATE temu_orders SET state = ?2, changed_at = ?3, version = version + 1
                 WHERE parent_order_sn = ?1 AND state = ?4",
            )
            .map_err(problem)?
            .execute(params![
                sn.as_str(),
                transition.to().as_str(),
                self.at.timestamp_millis(),
                transition.from().as_str()
            ])
            .map_err(problem)?;
        if changed != 1 {
            return Err(conflict(sn));
        }
        let detail = format!("{} → {}", transition.from(), transition.to());
        self.event(connection, sn, TimelineKind::State, None, detail)
    }
}

pub(super) fn apply(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    ops: &[ImportOp],
) -> Result<ImportTally> {
    let change = Change { run: Some(run), at };
    let mut tally = ImportTally::default();
    for op in ops {
        match op {
            ImportOp::Unchanged => tally.unchanged += 1,
            ImportOp::Insert { order, state, alerts } => {
                insert(t, &change, order, *state)?;
                alert(t, &change, &order.parent_order_sn, alerts)?;
                tally.imported += 1;
            }
            ImportOp::Update { order, version, transition, alerts } => {
                update(t, &change, order, *version)?;
                finish_update(t, &change, order, *transition, alerts)?;
                tally.updated += 1;
            }
            ImportOp::UpdateFacts { order, version, transition, alerts } => {
                update_facts(t, order, *version)?;
                finish_update(t, &change, order, *transition, alerts)?;
                tally.updated += 1;
            }
        }
    }
    Ok(tally)
}

fn insert(
    t: &Transaction<'_>,
    change: &Change<'_>,
    order: &Order,
    state: OrderState,
) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO temu_orders (parent_order_sn, state, temu_status, region_id, ordered_at, confirmed_at, ship_by,
            deliver_by, updated_at, labels, currency, address, country, holds, notes, total_cents, item_count,
            remote_digest, imported_at, changed_at, version, sort_newest, sort_deadline, buyer, buyer_key, sort_total, given_address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?19, 1, ?20, ?21,
            ?22, ?23, ?24, ?25)",
    )
    .map_err(problem)?
    .execute(params![
        order.parent_order_sn.as_str(),
        state.as_str(),
        order.temu_status.0,
        order.region_id,
        millis(order.ordered_at),
        millis(order.confirmed_at),
        millis(order.ship_by),
        millis(order.deliver_by),
        millis(order.updated_at),
        json(&order.labels)?,
        order.currency.as_ref().map(|c| c.0.as_str()),
        order.address.as_ref().map(json).transpose()?,
        order.address.as_ref().map(|a| a.country.as_str()),
        json(&order.holds)?,
        json(&order.notes)?,
        order.total().map(|t| t.0),
        count(order),
        order.remote_digest,
        change.at.timestamp_millis(),
        millis(order.ordered_at).unwrap_or(0),
        millis(order.ship_by).unwrap_or(i64::MAX),
        order.address.as_ref().map(Address::name),
        order.address.as_ref().map(buyer_key),
        order.total().map_or(-1, |t| t.0),
        order.given_address.as_ref().map(json).transpose()?,
    ])
    .map_err(problem)?;
    insert_items(t, order)?;
    insert_holds(t, &order.parent_order_sn, &order.holds)?;
    change.event(t, &order.parent_order_sn, TimelineKind::Imported, None, state.to_string())?;
    note(t, change, order)
}

pub(super) fn update(
    t: &Transaction<'_>,
    change: &Change<'_>,
    order: &Order,
    version: i64,
) -> Result<()> {
    let changed = t
        .prepare_cached(
            "UPDATE temu_orders SET temu_status = ?2, region_id = ?3, ordered_at = ?4, confirmed_at = ?5, ship_by = ?6,
                deliver_by = ?7, updated_at = ?8, labels = ?9, currency = ?10, address = ?11, country = ?12, holds = ?13,
                notes = ?14, total_cents = ?15, item_count = ?16, remote_digest = ?17, changed_at = ?18,
                sort_newest = ?19, sort_deadline = ?20, buyer = ?22, buyer_key = ?23, sort_total = ?24, given_address = ?25,
                version = version + 1
             WHERE parent_order_sn = ?1 AND version = ?21",
        )
        .map_err(problem)?
        .execute(params![
            order.parent_order_sn.as_str(),
            order.temu_status.0,
            order.region_id,
            millis(order.ordered_at),
            millis(order.confirmed_at),
            millis(order.ship_by),
            millis(order.deliver_by),
            millis(order.updated_at),
            json(&order.labels)?,
            order.currency.as_ref().map(|c| c.0.as_str()),
            order.address.as_ref().map(json).transpose()?,
            order.address.as_ref().map(|a| a.country.as_str()),
            json(&order.holds)?,
            json(&order.notes)?,
            order.total().map(|t| t.0),
            count(order),
            order.remote_digest,
            change.at.timestamp_millis(),
            millis(order.ordered_at).unwrap_or(0),
            millis(order.ship_by).unwrap_or(i64::MAX),
            version,
            order.address.as_ref().map(Address::name),
            order.address.as_ref().map(buyer_key),
            order.total().map_or(-1, |t| t.0),
        order.given_address.as_ref().map(json).transpose()?,
        ])
        .map_err(problem)?;
    if changed != 1 {
        return Err(conflict(&order.parent_order_sn));
    }
    run_for(t, "DELETE FROM temu_order_items WHERE parent_order_sn = ?1", &order.parent_order_sn)?;
    run_for(t, "DELETE FROM order_holds WHERE parent_order_sn = ?1", &order.parent_order_sn)?;
    insert_items(t, order)?;
    insert_holds(t, &order.parent_order_sn, &order.holds)?;
    note(t, change, order)
}

/// What JTL has stays: only TEMU's own facts follow.
fn update_facts(t: &Transaction<'_>, order: &Order, version: i64) -> Result<()> {
    let changed = t
        .prepare_cached(
            "UPDATE temu_orders SET temu_status = ?2, updated_at = ?3, labels = ?4, ship_by = ?5, deliver_by = ?6,
                remote_digest = ?7, sort_deadline = ?8, version = version + 1
             WHERE parent_order_sn = ?1 AND version = ?9",
        )
        .map_err(problem)?
        .execute(params![
            order.parent_order_sn.as_str(),
            order.temu_status.0,
            millis(order.updated_at),
            json(&order.labels)?,
            millis(order.ship_by),
            millis(order.deliver_by),
            order.remote_digest,
            millis(order.ship_by).unwrap_or(i64::MAX),
            version,
        ])
        .map_err(problem)?;
    if changed == 1 { Ok(()) } else { Err(conflict(&order.parent_order_sn)) }
}

fn finish_update(
    t: &Transaction<'_>,
    change: &Change<'_>,
    order: &Order,
    transition: Option<Transition>,
    alerts: &[Hold],
) -> Result<()> {
    let sn = &order.parent_order_sn;
    change.event(t, sn, TimelineKind::Updated, None, String::new())?;
    if let Some(transition) = transition {
        change.transition(t, sn, transition)?;
    }
    alert(t, change, sn, alerts)
}

fn alert(
    t: &Transaction<'_>,
    change: &Change<'_>,
    sn: &ParentOrderSn,
    alerts: &[Hold],
) -> Result<()> {
    alerts
        .iter()
        .try_for_each(|a| change.event(t, sn, TimelineKind::Alert, Some(a.code), a.detail.clone()))
}

fn note(t: &Transaction<'_>, change: &Change<'_>, order: &Order) -> Result<()> {
    let sn = &order.parent_order_sn;
    order
        .notes
        .iter()
        .try_for_each(|n| change.event(t, sn, TimelineKind::Note, Some(n.code), n.detail.clone()))
}

fn insert_items(t: &Transaction<'_>, order: &Order) -> Result<()> {
    let mut statement = t
        .prepare_cached(
            "INSERT INTO temu_order_items (parent_order_sn, position, order_sn, goods_id, sku_id, seller_sku, name, variant,
                quantity, unit_gross, vat, seller_discount, shipping_gross, shipping_vat)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )
        .map_err(problem)?;
    for (position, item) in (0_i64..).zip(&order.items) {
        statement
            .execute(params![
                order.parent_order_sn.as_str(),
                position,
                item.order_sn.as_str(),
                item.goods_id,
                item.sku_id,
                item.seller_sku,
                item.name,
                item.variant,
                item.quantity,
                item.unit_gross.map(|c| c.0),
                item.vat.map(|v| v.0),
                item.seller_discount.0,
                item.shipping_gross.0,
                item.shipping_vat.map(|v| v.0),
            ])
            .map_err(problem)?;
    }
    Ok(())
}

fn insert_holds(t: &Transaction<'_>, sn: &ParentOrderSn, holds: &[Hold]) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO order_holds (code, parent_order_sn) VALUES (?1, ?2)";
    let mut statement = t.prepare_cached(sql).map_err(problem)?;
    for hold in holds {
        statement.execute(params![hold.code.as_str(), sn.as_str()]).map_err(problem)?;
    }
    Ok(())
}

fn run_for(t: &Transaction<'_>, sql: &str, sn: &ParentOrderSn) -> Result<()> {
    t.prepare_cached(sql).map_err(problem)?.execute(params![sn.as_str()]).map_err(problem)?;
    Ok(())
}

/// The key by which the buyer is found: lower case, family name first.
fn buyer_key(address: &Address) -> String {
    format!("{} {}", address.last_name, address.first_name).trim().to_lowercase()
}

fn count(order: &Order) -> i64 {
    i64::try_from(order.items.len()).unwrap_or(i64::MAX)
}

pub(super) fn set_holds(
    t: &Transaction<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    sn: &ParentOrderSn,
    holds: &[Hold],
    transition: Option<Transition>,
) -> Result<()> {
    let change = Change { run: Some(run), at };
    let changed = t
        .prepare_cached(
            "UPDATE temu_orders SET holds = ?2, version = version + 1 WHERE parent_order_sn = ?1",
        )
        .map_err(problem)?
        .execute(params![sn.as_str(), json(&holds)?])
        .map_err(problem)?;
    if changed != 1 {
        return Err(conflict(sn));
    }
    run_for(t, "DELETE FROM order_holds WHERE parent_order_sn = ?1", sn)?;
    insert_holds(t, sn, holds)?;
    for hold in holds {
        change.event(t, sn, TimelineKind::Note, Some(hold.code), hold.detail.clone())?;
    }
    transition.map_or(Ok(()), |transition| change.transition(t, sn, transition))
}

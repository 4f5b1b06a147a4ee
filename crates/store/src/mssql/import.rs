//! `temu_orders`, `temu_order_items` and `order_holds`, written: a batch in a fixed number of statements.

use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::address::Address;
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::import::ImportOp;
use kontor_core::order::{Hold, Order};
use kontor_core::state::{OrderState, Transition};
use serde_json::{Value as Json, json};

use super::errors::conflict;
use super::events;
use super::rows::{cut, json_text, list, millis, numbers};
use super::session::Talk;
use crate::{ImportTally, NewEvent, Result, TimelineKind};

/// Who changes something, and when; the events of the change are gathered and written at its end.
pub(super) struct Change<'a> {
    run: Option<&'a RunId>,
    at: DateTime<Utc>,
    events: Vec<NewEvent>,
}

impl<'a> Change<'a> {
    pub(super) fn new(run: Option<&'a RunId>, at: DateTime<Utc>) -> Self {
        Self { run, at, events: Vec::new() }
    }

    pub(super) fn note(
        &mut self,
        sn: &ParentOrderSn,
        kind: TimelineKind,
        code: Option<Code>,
        detail: impl Into<String>,
    ) {
        self.events.push(NewEvent {
            parent_order_sn: sn.clone(),
            run_id: self.run.cloned(),
            at: self.at,
            kind,
            code,
            detail: detail.into(),
        });
    }

    pub(super) fn holds(&mut self, sn: &ParentOrderSn, kind: TimelineKind, holds: &[Hold]) {
        for hold in holds {
            self.note(sn, kind, Some(hold.code), hold.detail.clone());
        }
    }

    fn moved(&mut self, sn: &ParentOrderSn, transition: Transition) {
        let detail = format!("{} → {}", transition.from(), transition.to());
        self.note(sn, TimelineKind::State, None, detail);
    }

    /// Changes the states of orders by transitions of the table; each row must stand in its first state.
    pub(super) async fn transitions(
        &mut self,
        talk: &mut Talk<'_>,
        moves: &[(&ParentOrderSn, Transition)],
    ) -> Result<()> {
        for (sn, transition) in moves {
            self.moved(sn, *transition);
        }
        move_orders(talk, self.at, moves).await
    }

    /// Writes the events.
    pub(super) async fn finish(self, talk: &mut Talk<'_>) -> Result<()> {
        events::add(talk, &self.events).await
    }
}

async fn move_orders(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    moves: &[(&ParentOrderSn, Transition)],
) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let sql = "UPDATE o SET state = m.next, changed_at = @P2, version = o.version + 1
               FROM temu_orders AS o
               JOIN OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn', last NVARCHAR(32) '$.last', next NVARCHAR(32) '$.next')
                   AS m ON o.parent_order_sn = m.sn COLLATE Latin1_General_BIN2
               WHERE o.state = m.last COLLATE Latin1_General_BIN2";
    let rows: Vec<Json> = moves
        .iter()
        .map(|(sn, t)| json!({ "sn": sn.as_str(), "last": t.from().as_str(), "next": t.to().as_str() }))
        .collect();
    let changed =
        talk.execute(sql, &[(&list(&rows)?).into(), at.timestamp_millis().into()]).await?;
    all_changed(changed, moves.iter().map(|(sn, _)| *sn))
}

/// `store.conflict` unless every one of the orders was changed.
fn all_changed<'a>(changed: u64, mut sns: impl Iterator<Item = &'a ParentOrderSn>) -> Result<()> {
    let first = sns.next();
    let asked = u64::try_from(sns.count()).unwrap_or(u64::MAX) + u64::from(first.is_some());
    match first {
        Some(sn) if changed != asked && asked == 1 => Err(conflict(sn)),
        _ if changed != asked => Err(conflict(format!("{changed} / {asked}"))),
        _ => Ok(()),
    }
}

/// A batch, sorted by what is to be done.
#[derive(Default)]
struct Batch<'a> {
    new: Vec<(&'a Order, OrderState)>,
    changed: Vec<(&'a Order, i64)>,
    facts: Vec<(&'a Order, i64)>,
    moves: Vec<(&'a ParentOrderSn, Transition)>,
}

pub(super) async fn apply(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    ops: &[ImportOp],
) -> Result<ImportTally> {
    let mut change = Change::new(Some(run), at);
    let mut tally = ImportTally::default();
    let batch = sort(&mut change, &mut tally, ops);
    insert(talk, at, &batch.new).await?;
    update(talk, at, &batch.changed).await?;
    update_facts(talk, &batch.facts).await?;
    move_orders(talk, at, &batch.moves).await?;
    let whole: Vec<&Order> =
        batch.new.iter().map(|(o, _)| *o).chain(batch.changed.iter().map(|(o, _)| *o)).collect();
    insert_items(talk, &whole).await?;
    insert_holds(talk, whole.iter().map(|o| (&o.parent_order_sn, o.holds.as_slice()))).await?;
    change.finish(talk).await?;
    Ok(tally)
}

fn sort<'a>(change: &mut Change<'_>, tally: &mut ImportTally, ops: &'a [ImportOp]) -> Batch<'a> {
    let mut batch = Batch::default();
    for op in ops {
        match op {
            ImportOp::Unchanged => tally.unchanged += 1,
            ImportOp::Insert { order, state, alerts } => {
                let sn = &order.parent_order_sn;
                change.note(sn, TimelineKind::Imported, None, state.to_string());
                change.holds(sn, TimelineKind::Note, &order.notes);
                change.holds(sn, TimelineKind::Alert, alerts);
                batch.new.push((order, *state));
                tally.imported += 1;
            }
            ImportOp::Update { order, version, transition, alerts } => {
                change.holds(&order.parent_order_sn, TimelineKind::Note, &order.notes);
                batch.changed.push((order, *version));
                batch.moves.extend(transition.map(|t| (&order.parent_order_sn, t)));
                updated(change, order, *transition, alerts);
                tally.updated += 1;
            }
            ImportOp::UpdateFacts { order, version, transition, alerts } => {
                batch.facts.push((order, *version));
                batch.moves.extend(transition.map(|t| (&order.parent_order_sn, t)));
                updated(change, order, *transition, alerts);
                tally.updated += 1;
            }
        }
    }
    batch
}

fn updated(
    change: &mut Change<'_>,
    order: &Order,
    transition: Option<Transition>,
    alerts: &[Hold],
) {
    let sn = &order.parent_order_sn;
    change.note(sn, TimelineKind::Updated, None, "");
    if let Some(transition) = transition {
        change.moved(sn, transition);
    }
    change.holds(sn, TimelineKind::Alert, alerts);
}

/// The columns of an order as they are opened from JSON, beside `sn`.
const OPENED: &str = "sn NVARCHAR(64) '$.sn', state NVARCHAR(32) '$.state', known BIGINT '$.known',
    temu_status BIGINT '$.temu_status', region_id BIGINT '$.region_id', ordered_at BIGINT '$.ordered_at',
    confirmed_at BIGINT '$.confirmed_at', ship_by BIGINT '$.ship_by', deliver_by BIGINT '$.deliver_by',
    updated_at BIGINT '$.updated_at', labels NVARCHAR(MAX) '$.labels', currency NVARCHAR(32) '$.currency',
    address NVARCHAR(MAX) '$.address', country NVARCHAR(32) '$.country', holds NVARCHAR(MAX) '$.holds',
    notes NVARCHAR(MAX) '$.notes', total_cents BIGINT '$.total_cents', item_count BIGINT '$.item_count',
    remote_digest NVARCHAR(128) '$.remote_digest', sort_newest BIGINT '$.sort_newest',
    sort_deadline BIGINT '$.sort_deadline', buyer NVARCHAR(MAX) '$.buyer', buyer_key NVARCHAR(400) '$.buyer_key',
    sort_total BIGINT '$.sort_total', given_address NVARCHAR(MAX) '$.given_address',
    last_digits NVARCHAR(5) '$.last_digits'";

fn row(order: &Order, state: Option<OrderState>, known: i64) -> Result<Json> {
    let address = order.address.as_ref();
    let sn = order.parent_order_sn.as_str();
    Ok(json!({
        "sn": sn,
        "state": state.map(OrderState::as_str),
        "known": known,
        "temu_status": order.temu_status.0,
        "region_id": order.region_id,
        "ordered_at": millis(order.ordered_at),
        "confirmed_at": millis(order.confirmed_at),
        "ship_by": millis(order.ship_by),
        "deliver_by": millis(order.deliver_by),
        "updated_at": millis(order.updated_at),
        "labels": json_text(&order.labels)?,
        "currency": order.currency.as_ref().map(|c| c.0.as_str()),
        "address": address.map(json_text).transpose()?,
        "country": address.map(|a| a.country.as_str()),
        "holds": json_text(&order.holds)?,
        "notes": json_text(&order.notes)?,
        "total_cents": order.total().map(|t| t.0),
        "item_count": order.items.len(),
        "remote_digest": order.remote_digest,
        "sort_newest": millis(order.ordered_at).unwrap_or(0),
        "sort_deadline": millis(order.ship_by).unwrap_or(i64::MAX),
        "buyer": address.map(Address::name),
        "buyer_key": address.map(buyer_key),
        "sort_total": order.total().map_or(-1, |t| t.0),
        "given_address": order.given_address.as_ref().map(json_text).transpose()?,
        "last_digits": last_digits(sn),
    }))
}

async fn insert(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    new: &[(&Order, OrderState)],
) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    // A number that is there already breaks the primary key: store.conflict.
    let sql = format!(
        "INSERT INTO temu_orders (parent_order_sn, state, temu_status, region_id, ordered_at, confirmed_at, ship_by,
            deliver_by, updated_at, labels, currency, address, country, holds, notes, total_cents, item_count,
            remote_digest, imported_at, changed_at, version, sort_newest, sort_deadline, buyer, buyer_key, sort_total,
            given_address, last_digits)
         SELECT j.sn, j.state, j.temu_status, j.region_id, j.ordered_at, j.confirmed_at, j.ship_by, j.deliver_by,
            j.updated_at, j.labels, j.currency, j.address, j.country, j.holds, j.notes, j.total_cents, j.item_count,
            j.remote_digest, @P2, @P2, 1, j.sort_newest, j.sort_deadline, j.buyer, j.buyer_key, j.sort_total,
            j.given_address, j.last_digits
         FROM OPENJSON(@P1) WITH ({OPENED}) AS j"
    );
    let rows =
        new.iter().map(|(o, state)| row(o, Some(*state), 0)).collect::<Result<Vec<Json>>>()?;
    let changed =
        talk.execute(&sql, &[(&list(&rows)?).into(), at.timestamp_millis().into()]).await?;
    all_changed(changed, new.iter().map(|(o, _)| &o.parent_order_sn))
}

/// Replaces the content of orders at their versions; their lines and holds are taken away to be written anew.
pub(super) async fn update(
    talk: &mut Talk<'_>,
    at: DateTime<Utc>,
    orders: &[(&Order, i64)],
) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE o SET temu_status = j.temu_status, region_id = j.region_id, ordered_at = j.ordered_at,
            confirmed_at = j.confirmed_at, ship_by = j.ship_by, deliver_by = j.deliver_by, updated_at = j.updated_at,
            labels = j.labels, currency = j.currency, address = j.address, country = j.country, holds = j.holds,
            notes = j.notes, total_cents = j.total_cents, item_count = j.item_count, remote_digest = j.remote_digest,
            changed_at = @P2, sort_newest = j.sort_newest, sort_deadline = j.sort_deadline, buyer = j.buyer,
            buyer_key = j.buyer_key, sort_total = j.sort_total, given_address = j.given_address, version = o.version + 1
         FROM temu_orders AS o
         JOIN OPENJSON(@P1) WITH ({OPENED}) AS j ON o.parent_order_sn = j.sn COLLATE Latin1_General_BIN2
         WHERE o.version = j.known"
    );
    let rows =
        orders.iter().map(|(o, version)| row(o, None, *version)).collect::<Result<Vec<Json>>>()?;
    let changed =
        talk.execute(&sql, &[(&list(&rows)?).into(), at.timestamp_millis().into()]).await?;
    all_changed(changed, orders.iter().map(|(o, _)| &o.parent_order_sn))?;
    let sns = numbers(orders.iter().map(|(o, _)| &o.parent_order_sn))?;
    let sql = "DELETE FROM temu_order_items WHERE parent_order_sn IN (
                   SELECT j.sn COLLATE Latin1_General_BIN2 FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS j);
               DELETE FROM order_holds WHERE parent_order_sn IN (
                   SELECT j.sn COLLATE Latin1_General_BIN2 FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn') AS j)";
    talk.execute(sql, &[(&sns).into()]).await?;
    Ok(())
}

/// What JTL has stays: only TEMU's own facts follow.
async fn update_facts(talk: &mut Talk<'_>, orders: &[(&Order, i64)]) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE o SET temu_status = j.temu_status, updated_at = j.updated_at, labels = j.labels, ship_by = j.ship_by,
            deliver_by = j.deliver_by, remote_digest = j.remote_digest, sort_deadline = j.sort_deadline,
            version = o.version + 1
         FROM temu_orders AS o
         JOIN OPENJSON(@P1) WITH ({OPENED}) AS j ON o.parent_order_sn = j.sn COLLATE Latin1_General_BIN2
         WHERE o.version = j.known"
    );
    let rows =
        orders.iter().map(|(o, version)| row(o, None, *version)).collect::<Result<Vec<Json>>>()?;
    let changed = talk.execute(&sql, &[(&list(&rows)?).into()]).await?;
    all_changed(changed, orders.iter().map(|(o, _)| &o.parent_order_sn))
}

pub(super) async fn insert_items(talk: &mut Talk<'_>, orders: &[&Order]) -> Result<()> {
    let rows: Vec<Json> = orders.iter().flat_map(|order| items(order)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO temu_order_items (parent_order_sn, position, order_sn, goods_id, sku_id, seller_sku, name,
                   variant, quantity, unit_gross, vat, seller_discount, shipping_gross, shipping_vat, seller_sku_key)
               SELECT j.sn, j.position, j.order_sn, j.goods_id, j.sku_id, j.seller_sku, j.name, j.variant, j.quantity,
                   j.unit_gross, j.vat, j.seller_discount, j.shipping_gross, j.shipping_vat, j.seller_sku_key
               FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn', position BIGINT '$.position',
                   order_sn NVARCHAR(64) '$.order_sn', goods_id BIGINT '$.goods_id', sku_id BIGINT '$.sku_id',
                   seller_sku NVARCHAR(MAX) '$.seller_sku', name NVARCHAR(MAX) '$.name',
                   variant NVARCHAR(MAX) '$.variant', quantity BIGINT '$.quantity', unit_gross BIGINT '$.unit_gross',
                   vat BIGINT '$.vat', seller_discount BIGINT '$.seller_discount',
                   shipping_gross BIGINT '$.shipping_gross', shipping_vat BIGINT '$.shipping_vat',
                   seller_sku_key NVARCHAR(400) '$.seller_sku_key') AS j";
    talk.execute(sql, &[(&list(&rows)?).into()]).await?;
    Ok(())
}

fn items(order: &Order) -> impl Iterator<Item = Json> {
    (0_i64..).zip(&order.items).map(|(position, item)| {
        json!({
            "sn": order.parent_order_sn.as_str(),
            "position": position,
            "order_sn": item.order_sn.as_str(),
            "goods_id": item.goods_id,
            "sku_id": item.sku_id,
            "seller_sku": item.seller_sku,
            "name": item.name,
            "variant": item.variant,
            "quantity": item.quantity,
            "unit_gross": item.unit_gross.map(|c| c.0),
            "vat": item.vat.map(|v| v.0),
            "seller_discount": item.seller_discount.0,
            "shipping_gross": item.shipping_gross.0,
            "shipping_vat": item.shipping_vat.map(|v| v.0),
            "seller_sku_key": item.seller_sku.as_deref().map(sku_key),
        })
    })
}

/// A reason that an order is held for twice counts once.
pub(super) async fn insert_holds<'a>(
    talk: &mut Talk<'_>,
    holds: impl Iterator<Item = (&'a ParentOrderSn, &'a [Hold])>,
) -> Result<()> {
    let rows: Vec<Json> = holds
        .flat_map(|(sn, holds)| {
            holds.iter().map(move |h| json!({ "sn": sn.as_str(), "code": h.code.as_str() }))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO order_holds (code, parent_order_sn)
               SELECT DISTINCT j.code, j.sn
               FROM OPENJSON(@P1) WITH (sn NVARCHAR(64) '$.sn', code NVARCHAR(64) '$.code') AS j";
    talk.execute(sql, &[(&list(&rows)?).into()]).await?;
    Ok(())
}

/// The key by which the buyer is found: lower case, family name first.
fn buyer_key(address: &Address) -> String {
    cut(format!("{} {}", address.last_name, address.first_name).trim().to_lowercase().as_str(), 400)
}

/// The key by which an article number is found, whatever the case of its ASCII letters.
pub(super) fn sku_key(sku: &str) -> String {
    cut(&sku.to_ascii_lowercase(), 400)
}

fn last_digits(sn: &str) -> &str {
    sn.char_indices().rev().nth(4).map_or(sn, |(start, _)| &sn[start..])
}

pub(super) async fn set_holds(
    talk: &mut Talk<'_>,
    run: &RunId,
    at: DateTime<Utc>,
    sn: &ParentOrderSn,
    holds: &[Hold],
    transition: Option<Transition>,
) -> Result<()> {
    let sql =
        "UPDATE temu_orders SET holds = @P2, version = version + 1 WHERE parent_order_sn = @P1";
    let changed = talk.execute(sql, &[sn.as_str().into(), (&json_text(&holds)?).into()]).await?;
    all_changed(changed, std::iter::once(sn))?;
    talk.execute("DELETE FROM order_holds WHERE parent_order_sn = @P1", &[sn.as_str().into()])
        .await?;
    insert_holds(talk, std::iter::once((sn, holds))).await?;
    let mut change = Change::new(Some(run), at);
    change.holds(sn, TimelineKind::Note, holds);
    if let Some(transition) = transition {
        change.transitions(talk, &[(sn, transition)]).await?;
    }
    change.finish(talk).await
}

//! Parcels from JTL: orders seen there, and all parcels of all open orders, in set-based statements.

use std::collections::{HashMap, HashSet};

use chrono::{Duration, Utc};
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::StoredOrder;
use kontor_core::parcel::{JtlParcel, JtlShipping};
use kontor_core::shipment::is_complete;
use kontor_core::state::OrderState;
use kontor_core::{Code, Problem};
use kontor_jtl::{JtlClient, PresentOrder};
use kontor_store::{Accepted, NewEvent, TimelineKind};

use super::Run;
use crate::App;
use crate::progress::Step;

/// Orders of one round: one statement for their presence, two for their parcels.
const PAGE: u32 = 1_000;

/// Orders about which JTL is asked. Tracked ones belong to them until TEMU has their parcels: a tracking number may be
/// corrected in JTL.
const OPEN: [OrderState; 3] = [OrderState::Exported, OrderState::Accepted, OrderState::Tracked];

/// Runs the step.
pub(crate) async fn tracking(app: &App, run: &mut Run) {
    if let Err(problem) = try_tracking(app, run).await {
        run.step_failed(Step::Tracking, problem);
    }
}

async fn try_tracking(app: &App, run: &mut Run) -> Result<(), Problem> {
    let mut after = None;
    let mut looked_up = 0;
    loop {
        run.check_cancelled()?;
        let page = app.store.orders_in(&OPEN, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.order.parent_order_sn.clone());
        let jtl = app.tested_jtl().await?;
        accept(app, run, jtl, &page).await?;
        save_parcels(app, run, jtl, &page).await?;
        run.done(Step::Tracking, page.len() as u64);
        looked_up += page.len() as u64;
        run.progress(Step::Tracking, looked_up, None);
    }
}

/// Marks the exported orders that JTL shows.
async fn accept(
    app: &App,
    run: &mut Run,
    jtl: &JtlClient,
    page: &[StoredOrder],
) -> Result<(), Problem> {
    let exported: Vec<&StoredOrder> =
        page.iter().filter(|o| o.state == OrderState::Exported).collect();
    if exported.is_empty() {
        return Ok(());
    }
    let numbers: Vec<ParentOrderSn> =
        exported.iter().map(|o| o.order.parent_order_sn.clone()).collect();
    let present = jtl.orders_present(&numbers).await?;
    let seen: Vec<Accepted> = once_each(&present)
        .into_iter()
        .map(|p| Accepted {
            parent_order_sn: p.parent_order_sn.clone(),
            jtl_order_number: p.jtl_order_number.clone(),
        })
        .collect();
    run.counts.accepted += app.store.mark_accepted(&run.id, app.clock.now(), &seen).await?;
    alert_doubles(app, run, &present).await?;
    let there: HashSet<&ParentOrderSn> = present.iter().map(|p| &p.parent_order_sn).collect();
    let missing: Vec<&StoredOrder> =
        exported.into_iter().filter(|o| !there.contains(&o.order.parent_order_sn)).collect();
    alert_overdue(app, run, &missing).await
}

/// One row of each number; one that is not cancelled in JTL goes first.
fn once_each(present: &[PresentOrder]) -> Vec<&PresentOrder> {
    let mut first: HashMap<&ParentOrderSn, &PresentOrder> = HashMap::new();
    for order in present {
        let place = first.entry(&order.parent_order_sn).or_insert(order);
        if place.cancelled && !order.cancelled {
            *place = order;
        }
    }
    first.into_values().collect()
}

/// JTL has no unique rule on the external number: an order that stands there twice must be seen by a person.
async fn alert_doubles(app: &App, run: &mut Run, present: &[PresentOrder]) -> Result<(), Problem> {
    let mut numbers: HashMap<&ParentOrderSn, Vec<&str>> = HashMap::new();
    for order in present.iter().filter(|p| !p.cancelled) {
        numbers.entry(&order.parent_order_sn).or_default().push(&order.jtl_order_number);
    }
    let doubled = numbers.into_iter().filter(|(_, jtl)| jtl.len() > 1);
    for (sn, jtl) in doubled {
        alert_once(app, run, sn, Code::OrderDoubledInJtl, jtl.join(", ")).await?;
    }
    Ok(())
}

async fn alert_overdue(app: &App, run: &mut Run, missing: &[&StoredOrder]) -> Result<(), Problem> {
    let patience = Duration::hours(i64::from(app.config.orders.not_accepted_alert_hours));
    let limit: chrono::DateTime<Utc> = app.clock.now() - patience;
    for stored in missing.iter().filter(|o| o.changed_at < limit) {
        alert_once(app, run, &stored.order.parent_order_sn, Code::OrderNotAccepted, String::new())
            .await?;
    }
    Ok(())
}

/// Raises an alert unless the order's timeline has it already.
async fn alert_once(
    app: &App,
    run: &mut Run,
    sn: &ParentOrderSn,
    code: Code,
    detail: String,
) -> Result<(), Problem> {
    run.problem(Problem::new(code).about(sn).detail(&detail));
    let timeline = app.store.timeline(sn).await?;
    if timeline.iter().any(|e| e.kind == TimelineKind::Alert && e.code == Some(code)) {
        return Ok(());
    }
    let event = NewEvent {
        parent_order_sn: sn.clone(),
        run_id: Some(run.id.clone()),
        at: app.clock.now(),
        kind: TimelineKind::Alert,
        code: Some(code),
        detail,
    };
    app.store.add_events(&[event]).await
}

async fn save_parcels(
    app: &App,
    run: &mut Run,
    jtl: &JtlClient,
    page: &[StoredOrder],
) -> Result<(), Problem> {
    let numbers: Vec<ParentOrderSn> =
        page.iter().map(|o| o.order.parent_order_sn.clone()).collect();
    let shipping: Vec<JtlShipping> = jtl.shipping(&numbers).await?;
    let orders: HashMap<&ParentOrderSn, &StoredOrder> =
        page.iter().map(|o| (&o.order.parent_order_sn, o)).collect();
    let mut parcels: Vec<JtlParcel> = Vec::new();
    let mut complete = Vec::new();
    for order_shipping in shipping.into_iter().filter(|s| !s.parcels.is_empty()) {
        let Some(stored) = orders.get(&order_shipping.parent_order_sn) else { continue };
        if is_complete(&stored.order, &order_shipping) {
            complete.push(order_shipping.parent_order_sn.clone());
        }
        parcels.extend(order_shipping.parcels);
    }
    run.counts.tracked +=
        app.store.save_parcels(&run.id, app.clock.now(), &parcels, &complete).await?;
    Ok(())
}

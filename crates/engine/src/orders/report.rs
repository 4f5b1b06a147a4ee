//! Parcels to TEMU: one call per order with all its parcels. The intent is recorded before the call; what is unknown
//! afterwards is read back before anything is sent again.

use std::collections::{BTreeMap, HashMap};

use futures::{FutureExt as _, StreamExt as _};
use kontor_core::carrier::TemuCarrier;
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::order::{Hold, StoredOrder};
use kontor_core::parcel::{ReportState, StoredParcel};
use kontor_core::shipment::{CarriedParcel, ReadBack, ShipmentReport, compare, plan};
use kontor_core::state::OrderState;
use kontor_core::{Class, Code, Problem};
use kontor_store::{CarrierVerdict, NewEvent, TimelineKind};
use kontor_temu::{ConfirmFailure, TemuClient};

use super::Run;
use super::export::is_wanted;
use crate::App;
use crate::progress::Step;
use crate::report::PlannedWait;

const PAGE: u32 = 500;

/// Runs the step.
pub(crate) async fn report(app: &App, run: &mut Run, client: &TemuClient, only: &[ParentOrderSn]) {
    if let Err(problem) = try_report(app, run, client, only).await {
        run.step_failed(Step::Report, problem);
    }
}

/// An order that is ready to be reported.
struct Ready {
    report: ShipmentReport,
    lines: Vec<OrderSn>,
    /// An earlier call's outcome is not known.
    look_first: bool,
}

async fn try_report(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    only: &[ParentOrderSn],
) -> Result<(), Problem> {
    let mut carriers = CarrierLists::new(client);
    let mut after = None;
    loop {
        run.check_cancelled()?;
        let mut page = app.store.orders_in(&[OrderState::Tracked], after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.order.parent_order_sn.clone());
        page.retain(|stored| is_wanted(stored, only));
        let ready = sort_out(app, run, &mut carriers, &page).await?;
        send_all(app, run, client, ready).await?;
    }
}

async fn send_all(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    ready: Vec<Ready>,
) -> Result<(), Problem> {
    let run_id = run.id.clone();
    let cancel = run.cancel.clone();
    let calls = futures::stream::iter(ready).map(|ready| {
        let (run_id, cancel) = (run_id.clone(), cancel.clone());
        let call = async move {
            // Cancelling stops before the next order, never in the middle of one.
            if cancel.is_cancelled() {
                return (ready.report.parent_order_sn, Err(Problem::new(Code::RunCancelled)));
            }
            let outcome = send(app, &run_id, client, &ready).await;
            (ready.report.parent_order_sn, outcome)
        };
        call.boxed()
    });
    let mut outcomes = std::pin::pin!(calls.buffer_unordered(app.config.temu.max_in_flight));
    let mut stop = None;
    while let Some((sn, outcome)) = outcomes.next().await {
        match outcome {
            Ok(()) => {
                run.counts.reported += 1;
                run.done(Step::Report, 1);
                run.progress(Step::Report, run.counts.reported, None);
            }
            Err(problem)
                if matches!(problem.class(), Class::Permanent | Class::Bug | Class::Cancelled) =>
            {
                // The others that are under way are waited for; no new one begins after the page.
                stop.get_or_insert(problem);
            }
            Err(problem) => run.item_failed(Step::Report, app.clock.now(), problem.about(sn)),
        }
    }
    stop.map_or(Ok(()), Err)
}

/// Records how far the report of one order has come.
struct Marker<'a> {
    app: &'a App,
    run: &'a kontor_core::ids::RunId,
    sn: &'a ParentOrderSn,
}

impl Marker<'_> {
    async fn set(&self, state: ReportState, reason: Option<&Hold>) -> Result<(), Problem> {
        let Self { app, run, sn } = self;
        app.store.set_report(run, app.clock.now(), sn, state, reason).await
    }
}

/// Reports one order.
async fn send(
    app: &App,
    run: &kontor_core::ids::RunId,
    client: &TemuClient,
    ready: &Ready,
) -> Result<(), Problem> {
    let sn = &ready.report.parent_order_sn;
    let mark = Marker { app, run, sn };
    if ready.look_first {
        match read_back(client, ready).await? {
            ReadBack::Reported => return mark.set(ReportState::Reported, None).await,
            ReadBack::Different => return refuse(&mark, ready).await,
            ReadBack::Absent => {}
        }
    }
    mark.set(ReportState::Sending, None).await?;
    let warehouse = Some(app.config.temu.warehouse_id.as_str()).filter(|w| !w.is_empty());
    let failure = match client.confirm_shipment(&ready.report, warehouse).await {
        Ok(()) => return mark.set(ReportState::Reported, None).await,
        Err(failure) => failure,
    };
    match failure {
        ConfirmFailure::NotSent(problem) | ConfirmFailure::Refused(problem) => {
            mark.set(ReportState::Waiting, Some(&reason(&problem))).await?;
            Err(problem)
        }
        // It may have been processed: the parcels stay `sending` until a look says more.
        ConfirmFailure::Unknown(problem) => match read_back(client, ready).await {
            Ok(ReadBack::Reported) => mark.set(ReportState::Reported, None).await,
            Ok(ReadBack::Different) => refuse(&mark, ready).await,
            Ok(ReadBack::Absent) | Err(_) => {
                Err(Problem::new(Code::ShipmentOutcomeUnknown).detail(problem.code))
            }
        },
        ConfirmFailure::AlreadyShipped(problem) => match read_back(client, ready).await? {
            ReadBack::Reported => mark.set(ReportState::Reported, None).await,
            ReadBack::Different => refuse(&mark, ready).await,
            ReadBack::Absent => {
                mark.set(ReportState::Waiting, Some(&reason(&problem))).await?;
                Err(problem)
            }
        },
    }
}

/// TEMU has other parcels for the order: it is not tried again, a person must look.
async fn refuse(mark: &Marker<'_>, ready: &Ready) -> Result<(), Problem> {
    let problem =
        Problem::new(Code::ShipmentShippedDifferently).about(&ready.report.parent_order_sn);
    mark.set(ReportState::Refused, Some(&reason(&problem))).await?;
    Err(problem)
}

fn reason(problem: &Problem) -> Hold {
    Hold::new(problem.code, problem.detail.clone().unwrap_or_default())
}

async fn read_back(client: &TemuClient, ready: &Ready) -> Result<ReadBack, Problem> {
    let known = client.shipments(&ready.report.parent_order_sn, &ready.lines).await?;
    Ok(compare(&ready.report, &known))
}

/// Maps the carriers of a page's parcels, records what waits, and plans the calls of the orders that are ready.
async fn sort_out(
    app: &App,
    run: &mut Run,
    carriers: &mut CarrierLists<'_>,
    page: &[StoredOrder],
) -> Result<Vec<Ready>, Problem> {
    let mut ready = Vec::new();
    let mut verdicts = Vec::new();
    for (stored, parcels) in with_parcels(app, page).await? {
        if let Some(refused) = parcels.iter().find(|p| p.report == ReportState::Refused) {
            // Never tried again by itself, and told at every run until a person has looked.
            let reason = refused.problem.clone();
            let reason = reason.unwrap_or_else(|| Hold::new(Code::ShipmentShippedDifferently, ""));
            run.waits(&stored.order.parent_order_sn, &reason);
            continue;
        }
        let offered = carriers.of_region(stored.order.region_id).await?;
        match judge(app, stored, &parcels, offered, &mut verdicts) {
            Ok(order) => ready.push(order),
            Err(reason) => {
                run.waits(&stored.order.parent_order_sn, &reason);
                note_once(app, run, stored, &reason).await?;
            }
        }
    }
    app.store.set_carriers(&verdicts).await?;
    Ok(ready)
}

/// Writes what the order waits for into its timeline, once.
async fn note_once(
    app: &App,
    run: &Run,
    stored: &StoredOrder,
    reason: &Hold,
) -> Result<(), Problem> {
    let sn = &stored.order.parent_order_sn;
    let timeline = app.store.timeline(sn).await?;
    if timeline.iter().any(|e| e.code == Some(reason.code) && e.detail == reason.detail) {
        return Ok(());
    }
    let event = NewEvent {
        parent_order_sn: sn.clone(),
        run_id: Some(run.id.clone()),
        at: app.clock.now(),
        kind: TimelineKind::Alert,
        code: Some(reason.code),
        detail: reason.detail.clone(),
    };
    app.store.add_events(&[event]).await
}

async fn with_parcels<'a>(
    app: &App,
    page: &'a [StoredOrder],
) -> Result<Vec<(&'a StoredOrder, Vec<StoredParcel>)>, Problem> {
    let numbers: Vec<ParentOrderSn> =
        page.iter().map(|o| o.order.parent_order_sn.clone()).collect();
    let mut by_order: HashMap<ParentOrderSn, Vec<StoredParcel>> = HashMap::new();
    for parcel in app.store.parcels_of(&numbers).await? {
        by_order.entry(parcel.parcel.parent_order_sn.clone()).or_default().push(parcel);
    }
    Ok(page
        .iter()
        .map(|o| (o, by_order.remove(&o.order.parent_order_sn).unwrap_or_default()))
        .collect())
}

/// The call of one order, or why it waits.
fn judge(
    app: &App,
    stored: &StoredOrder,
    parcels: &[StoredParcel],
    offered: &[TemuCarrier],
    verdicts: &mut Vec<CarrierVerdict>,
) -> Result<Ready, Hold> {
    let mut carried = Vec::with_capacity(parcels.len());
    let mut waits = None;
    for stored_parcel in parcels {
        let parcel = &stored_parcel.parcel;
        let verdict = app.carriers.carrier(&parcel.shipping_method, &parcel.logistics, offered);
        verdicts.push(CarrierVerdict {
            parent_order_sn: parcel.parent_order_sn.clone(),
            tracking_number: parcel.tracking_number.clone(),
            verdict: verdict.as_ref().map(|c| (c.id, c.name.clone())).map_err(Clone::clone),
        });
        match verdict {
            Ok(carrier) => carried.push(CarriedParcel { parcel, carrier_id: carrier.id }),
            Err(reason) => waits = Some(reason),
        }
    }
    if let Some(reason) = waits {
        return Err(reason);
    }
    Ok(Ready {
        report: plan(&stored.order, &carried)?,
        lines: stored.order.open_items().map(|i| i.order_sn.clone()).collect(),
        look_first: parcels.iter().any(|p| p.report == ReportState::Sending),
    })
}

/// TEMU's carriers by region, asked for once a run.
struct CarrierLists<'a> {
    client: &'a TemuClient,
    by_region: BTreeMap<i64, Vec<TemuCarrier>>,
}

impl<'a> CarrierLists<'a> {
    fn new(client: &'a TemuClient) -> Self {
        Self { client, by_region: BTreeMap::new() }
    }

    /// An order without a region has no list: every carrier is unknown for it.
    async fn of_region(&mut self, region: Option<i64>) -> Result<&[TemuCarrier], Problem> {
        let Some(region) = region else { return Ok(&[]) };
        if !self.by_region.contains_key(&region) {
            let listed = self.client.carriers(region).await?;
            self.by_region.insert(region, listed);
        }
        Ok(self.by_region.get(&region).map_or(&[], Vec::as_slice))
    }
}

/// What a report would send, and what would wait; nothing is sent or written.
pub(crate) async fn preview(
    app: &App,
    client: &TemuClient,
) -> Result<(Vec<ShipmentReport>, Vec<PlannedWait>), Problem> {
    let mut carriers = CarrierLists::new(client);
    let (mut planned, mut waiting) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = app.store.orders_in(&[OrderState::Tracked], after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok((planned, waiting)) };
        after = Some(last.order.parent_order_sn.clone());
        for (stored, parcels) in with_parcels(app, &page).await? {
            let offered = carriers.of_region(stored.order.region_id).await?;
            match judge(app, stored, &parcels, offered, &mut Vec::new()) {
                Ok(ready) => planned.push(ready.report),
                Err(reason) => waiting.push(PlannedWait {
                    parent_order_sn: stored.order.parent_order_sn.to_string(),
                    reason,
                }),
            }
        }
    }
}

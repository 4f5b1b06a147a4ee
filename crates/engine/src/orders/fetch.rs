//! TEMU's orders: listed, completed by address and amounts, stored as they become complete.
//!
//! Three stages run side by side, joined by short queues: the list's pages, the requests for what is new or changed
//! (under the client's rate limit), and the store. An order is durable shortly after its last answer came.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Duration, Utc};
use futures::{FutureExt as _, StreamExt as _};
use kontor_core::ids::ParentOrderSn;
use kontor_core::import::{Need, need};
use kontor_core::order::{CANCELLATION_LISTED, StoredOrder};
use kontor_core::remote::RemoteOrder;
use kontor_core::{Class, Code, Problem};
use kontor_temu::{TemuClient, UpdateWindow};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use super::Run;
use super::import::{BATCH, Fetched, Imported, store};
use crate::App;
use crate::progress::Step;
use crate::report::PlannedImport;

/// The cursor of the list: everything that TEMU changed up to it is in the store.
pub(crate) const CURSOR: &str = "temu.orders.updated_at";
/// Orders that wait between two stages.
const QUEUE: usize = 500;
/// Numbers per request of the list by numbers.
const NUMBERS_PER_CALL: usize = 20;

struct Work {
    remote: RemoteOrder,
    need: Need,
}

#[derive(Default)]
struct Listed {
    seen: HashSet<ParentOrderSn>,
    unchanged: u64,
    problems: Vec<Problem>,
}

/// Runs the step; returns what would be done in a dry run.
pub(crate) async fn fetch(
    app: &App,
    run: &mut Run,
    client: &TemuClient,
    since: Option<DateTime<Utc>>,
    dry_run: bool,
) -> Vec<PlannedImport> {
    let window = match window(app, since).await {
        Ok(window) => window,
        Err(problem) => {
            run.step_failed(Step::Import, problem);
            return Vec::new();
        }
    };
    let cancellations = match client.pending_cancellations().await {
        Ok(pending) => Some(pending),
        // Without this list the orders' own labels still tell; a missing right must not stop the day's orders.
        Err(problem) => {
            run.problem(problem);
            None
        }
    };
    let (to_fetch, work) = channel(QUEUE);
    let (to_store, fetched) = channel(QUEUE);
    let cancel = run.cancel.clone();
    let mut imported = Imported::default();
    let mut listed = Listed::default();
    let (list_end, fetch_end, store_end) = tokio::join!(
        list(app, client, window, cancellations.as_ref(), to_fetch, &cancel, &mut listed),
        complete(client, app.config.temu.max_in_flight, work, to_store, &cancel),
        write(app, run, fetched, dry_run, &mut imported),
    );
    let at = app.clock.now();
    run.counts.seen += listed.seen.len() as u64;
    run.counts.unchanged += listed.unchanged;
    run.done(Step::Import, listed.unchanged);
    let stages_ended_well = list_end.is_ok() && fetch_end.is_ok() && store_end.is_ok();
    let is_whole = stages_ended_well && listed.problems.is_empty() && imported.unsettled == 0;
    listed.problems.into_iter().for_each(|problem| run.item_failed(Step::Import, at, problem));
    let planned = imported.enter(run, at);
    for problem in [list_end, fetch_end, store_end].into_iter().filter_map(Result::err) {
        run.step_failed(Step::Import, problem);
    }
    if is_whole
        && !dry_run
        && !cancel.is_cancelled()
        && let Err(problem) = app.store.set_cursor(CURSOR, window.end).await
    {
        run.step_failed(Step::Import, problem);
    }
    planned
}

async fn window(app: &App, since: Option<DateTime<Utc>>) -> Result<UpdateWindow, Problem> {
    let end = app.clock.now();
    let start = match (since, app.store.cursor(CURSOR).await?) {
        (Some(since), _) => since,
        (None, Some(cursor)) => {
            cursor.min(end) - Duration::minutes(i64::from(app.config.orders.overlap_minutes))
        }
        (None, None) => end - Duration::days(i64::from(app.config.orders.initial_days)),
    };
    Ok(UpdateWindow { start, end })
}

/// First stage: the window's pages, then the orders that are asked about again whatever the window says.
async fn list(
    app: &App,
    client: &TemuClient,
    window: UpdateWindow,
    cancellations: Option<&BTreeSet<ParentOrderSn>>,
    queue: Sender<Work>,
    cancel: &CancellationToken,
    listed: &mut Listed,
) -> Result<(), Problem> {
    let mut walk = client.orders(window);
    while let Some(page) = walk.next_page().await? {
        stop_if(cancel)?;
        sort_out(app, page, cancellations, &queue, listed).await?;
    }
    listed.problems = walk.summary().problems;
    for numbers in asked_again(app, cancellations, &listed.seen).await?.chunks(NUMBERS_PER_CALL) {
        stop_if(cancel)?;
        let page = client.orders_by_number(numbers).await?;
        sort_out(app, page, cancellations, &queue, listed).await?;
    }
    Ok(())
}

fn stop_if(cancel: &CancellationToken) -> Result<(), Problem> {
    if cancel.is_cancelled() { Err(Problem::new(Code::RunCancelled)) } else { Ok(()) }
}

/// Passes on what is new or changed.
async fn sort_out(
    app: &App,
    page: Vec<RemoteOrder>,
    cancellations: Option<&BTreeSet<ParentOrderSn>>,
    queue: &Sender<Work>,
    listed: &mut Listed,
) -> Result<(), Problem> {
    let numbers: Vec<ParentOrderSn> = page.iter().map(|o| o.parent_order_sn.clone()).collect();
    let known = app.store.orders_by_sn(&numbers).await?;
    for mut remote in page {
        let known = known.iter().find(|k| k.order.parent_order_sn == remote.parent_order_sn);
        label_cancellation(&mut remote, known, cancellations);
        listed.seen.insert(remote.parent_order_sn.clone());
        let need = need(known, &remote);
        if !need.plan {
            listed.unchanged += 1;
        } else if queue.send(Work { remote, need }).await.is_err() {
            // The next stage has ended with a problem of its own, which is the one to tell.
            return Ok(());
        }
    }
    Ok(())
}

/// Marks the order when TEMU's list of open cancellations names it. When that list is not to be had, the last word
/// stands.
fn label_cancellation(
    remote: &mut RemoteOrder,
    known: Option<&StoredOrder>,
    cancellations: Option<&BTreeSet<ParentOrderSn>>,
) {
    let is_listed = match cancellations {
        Some(pending) => pending.contains(&remote.parent_order_sn),
        None => known.is_some_and(|k| k.order.labels.iter().any(|l| l == CANCELLATION_LISTED)),
    };
    if is_listed {
        remote.labels.push(CANCELLATION_LISTED.to_owned());
        remote.labels.sort();
    }
}

/// Orders that the window may not show and that may have changed all the same: incomplete ones, and those that wait for
/// a decision about a cancellation or an address.
async fn asked_again(
    app: &App,
    cancellations: Option<&BTreeSet<ParentOrderSn>>,
    seen: &HashSet<ParentOrderSn>,
) -> Result<Vec<ParentOrderSn>, Problem> {
    const PAGE: u32 = 500;
    let mut numbers = BTreeSet::new();
    let mut add = |orders: &[StoredOrder]| {
        numbers.extend(orders.iter().map(|o| o.order.parent_order_sn.clone()));
        orders.last().map(|o| o.order.parent_order_sn.clone())
    };
    let mut after = None;
    while let Some(last) = add(&app.store.incomplete_orders(after.as_ref(), PAGE).await?) {
        after = Some(last);
    }
    for code in
        [Code::OrderCancellationPending, Code::OrderAddressChangePending, Code::OrderRiskAlert]
    {
        let mut after = None;
        while let Some(last) = add(&app.store.orders_held_for(code, after.as_ref(), PAGE).await?) {
            after = Some(last);
        }
    }
    let pending: Vec<ParentOrderSn> = cancellations.into_iter().flatten().cloned().collect();
    for chunk in pending.chunks(PAGE as usize) {
        add(&app.store.orders_by_sn(chunk).await?);
    }
    numbers.retain(|sn| !seen.contains(sn));
    Ok(numbers.into_iter().collect())
}

/// Second stage: address and amounts of each order, many at once. A problem that stays for all ends the stage.
async fn complete(
    client: &TemuClient,
    max_in_flight: usize,
    work: Receiver<Work>,
    queue: Sender<Fetched>,
    cancel: &CancellationToken,
) -> Result<(), Problem> {
    let work =
        futures::stream::unfold(work, |mut work| async { work.recv().await.map(|w| (w, work)) });
    let mut answers =
        std::pin::pin!(work.map(|w| answer(client, w).boxed()).buffer_unordered(max_in_flight));
    while let Some(fetched) = answers.next().await {
        let fetched = fetched?;
        stop_if(cancel)?;
        if queue.send(fetched).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

async fn answer(client: &TemuClient, work: Work) -> Result<Fetched, Problem> {
    let sn = &work.remote.parent_order_sn;
    let (address, amounts) = tokio::join!(
        async { if work.need.address { Some(client.address(sn).await) } else { None } },
        async { if work.need.amounts { Some(client.amounts(sn).await) } else { None } },
    );
    let mut failures = Vec::new();
    let address = answered(address, sn, &mut failures)?;
    let amounts = answered(amounts, sn, &mut failures)?;
    // Only orders that JTL has are asked for their address alone.
    let is_unanswered = work.need.address && !work.need.amounts && address.is_none();
    Ok(Fetched { remote: work.remote, address, amounts, failures, is_unanswered })
}

/// A failure that is about this order is noted with it; one that is about all stops the stage.
fn answered<T>(
    answer: Option<Result<T, Problem>>,
    sn: &ParentOrderSn,
    failures: &mut Vec<Problem>,
) -> Result<Option<T>, Problem> {
    match answer {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(problem))
            if matches!(problem.class(), Class::Permanent | Class::Bug | Class::Cancelled) =>
        {
            Err(problem)
        }
        // TEMU is still computing: no failure, the order is held for what is missing and asked about again.
        Some(Err(problem)) if problem.code == Code::TemuNotReady => Ok(None),
        Some(Err(problem)) => {
            failures.push(problem.about(sn));
            Ok(None)
        }
    }
}

/// Third stage: what is complete goes into the store, as many as are there, in one transaction.
async fn write(
    app: &App,
    run: &Run,
    mut fetched: Receiver<Fetched>,
    dry_run: bool,
    imported: &mut Imported,
) -> Result<(), Problem> {
    let mut batch = Vec::with_capacity(BATCH);
    while fetched.recv_many(&mut batch, BATCH).await > 0 {
        store(app, &run.id, std::mem::take(&mut batch), dry_run, imported).await?;
        run.progress(Step::Import, imported.imported + imported.updated, None);
    }
    Ok(())
}

//! Orders to JTL, each exactly once: the content is recorded in the outbox, then it leaves, then that is recorded.
//!
//! A file leaves when its temporary name is changed into its final one; a row leaves by an INSERT that does nothing when
//! JTL already has the order or still waits for it. What broke off in between is settled by [`super::recover`].

use std::collections::{BTreeSet, HashMap, HashSet};

use kontor_core::export::{Channel, OutboxEntry, OutboxState};
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::{Hold, StoredOrder};
use kontor_core::remote::hex;
use kontor_core::state::{Event, OrderState};
use kontor_core::{Code, Problem};
use kontor_jtl::{CustomerMatch, JtlClient, render_order};
use kontor_store::{Accepted, NewEvent, TimelineKind};
use sha2::{Digest as _, Sha256};

use super::Run;
use super::files::DropFile;
use crate::App;
use crate::progress::Step;
use crate::report::{PlannedExport, PlannedWait};

/// Orders of one round: one look-up each in JTL, one transaction.
const PAGE: u32 = 500;

/// Hands over everything that may go.
pub(crate) async fn export(app: &App, run: &mut Run, only: &[ParentOrderSn]) {
    if let Err(problem) = try_export(app, run, only).await {
        run.step_failed(Step::Export, problem);
    }
}

/// Whether an order is among the chosen ones; nothing chosen means all.
pub(crate) fn is_wanted(stored: &StoredOrder, only: &[ParentOrderSn]) -> bool {
    only.is_empty() || only.contains(&stored.order.parent_order_sn)
}

async fn try_export(app: &App, run: &mut Run, only: &[ParentOrderSn]) -> Result<(), Problem> {
    let jtl = if app.has_jtl() { Some(app.tested_jtl().await?) } else { None };
    if let Some(jtl) = jtl.filter(|_| app.config.orders.check_skus) {
        release_known_skus(app, run, jtl).await?;
    }
    let channels = app.config.orders.target.channels();
    let mut file = channels.contains(&Channel::File).then(|| DropFile::new(&app.folder, run, ""));
    let mut after = None;
    loop {
        run.check_cancelled()?;
        let mut page = app.store.exportable_orders(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.order.parent_order_sn.clone());
        page.retain(|stored| is_wanted(stored, only));
        let ready = sort_out(app, run, jtl, page).await?;
        let entries = prepare(app, run, jtl, ready).await?;
        hand_over(app, run, jtl, entries, file.as_mut()).await?;
        run.progress(Step::Export, run.counts.exported, None);
    }
    match file {
        Some(file) => publish_file(app, run, file).await,
        None => Ok(()),
    }
}

/// Sends a page's entries on their ways: rows at once, files into the run's collective file.
async fn hand_over(
    app: &App,
    run: &mut Run,
    jtl: Option<&JtlClient>,
    entries: Vec<OutboxEntry>,
    file: Option<&mut DropFile>,
) -> Result<(), Problem> {
    let (rows, for_file): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|e| e.channel == Channel::Database);
    if !rows.is_empty() {
        let jtl = jtl.ok_or_else(|| Problem::new(Code::JtlNotConfigured).about("jtl.host"))?;
        insert_rows(app, run, jtl, &rows).await?;
    }
    if let Some(file) = file {
        file.add(for_file)?;
    }
    Ok(())
}

/// Inserts rows into JTL's import table and records what became of each.
pub(crate) async fn insert_rows(
    app: &App,
    run: &mut Run,
    jtl: &JtlClient,
    rows: &[OutboxEntry],
) -> Result<(), Problem> {
    let ids: HashMap<&ParentOrderSn, i64> =
        rows.iter().map(|e| (&e.parent_order_sn, e.id)).collect();
    let all: Vec<i64> = rows.iter().map(|e| e.id).collect();
    app.store.mark_publishing(&all, None).await?;
    let documents: Vec<(ParentOrderSn, String)> = rows
        .iter()
        .map(|e| (e.parent_order_sn.clone(), kontor_jtl::order_document(&e.content)))
        .collect();
    let outcome = jtl.insert_imports(&documents).await;
    let id_of = |sn: &ParentOrderSn| ids.get(sn).copied();
    let at = app.clock.now();
    let proofs: Vec<(i64, String)> = outcome
        .inserted
        .iter()
        .filter_map(|sn| Some((id_of(sn)?, "tXMLBestellImport".to_owned())))
        .collect();
    let exported = app.store.mark_written(&run.id, at, &proofs).await?;
    run.counts.exported += exported;
    run.done(Step::Export, proofs.len() as u64);
    let not_sent: Vec<i64> = outcome.failed.iter().filter_map(|(sn, _)| id_of(sn)).collect();
    app.store.mark_prepared_again(&not_sent).await?;
    for (sn, problem) in outcome.failed.into_iter().chain(outcome.unknown) {
        run.item_failed(Step::Export, at, problem.about(sn));
    }
    Ok(())
}

/// Gives the collective file its final name and records that its orders have left.
pub(crate) async fn publish_file(app: &App, run: &mut Run, file: DropFile) -> Result<(), Problem> {
    let Some(closed) = file.close()? else { return Ok(()) };
    app.store.mark_publishing(&closed.ids, Some(&closed.name)).await?;
    closed.rename()?;
    let proofs: Vec<(i64, String)> =
        closed.ids.iter().map(|id| (*id, format!("file:{}", closed.name))).collect();
    run.counts.exported += app.store.mark_written(&run.id, app.clock.now(), &proofs).await?;
    run.done(Step::Export, proofs.len() as u64);
    run.files.push(closed.path().display().to_string());
    Ok(())
}

/// Takes out what JTL already has and what JTL would not know.
async fn sort_out(
    app: &App,
    run: &mut Run,
    jtl: Option<&JtlClient>,
    page: Vec<StoredOrder>,
) -> Result<Vec<StoredOrder>, Problem> {
    let Some(jtl) = jtl else { return Ok(page) };
    let page = without_those_in_jtl(app, run, jtl, page).await?;
    if app.config.orders.check_skus { with_known_skus(app, run, jtl, page).await } else { Ok(page) }
}

async fn without_those_in_jtl(
    app: &App,
    run: &mut Run,
    jtl: &JtlClient,
    page: Vec<StoredOrder>,
) -> Result<Vec<StoredOrder>, Problem> {
    let asked = numbers(&page);
    let waiting: HashSet<ParentOrderSn> =
        jtl.waiting_imports(&asked).await?.into_iter().map(|(sn, _)| sn).collect();
    let present = jtl.orders_present(&asked).await?;
    let seen: Vec<Accepted> = present
        .iter()
        .map(|p| Accepted {
            parent_order_sn: p.parent_order_sn.clone(),
            jtl_order_number: p.jtl_order_number.clone(),
        })
        .collect();
    let at = app.clock.now();
    run.counts.accepted += app.store.mark_accepted(&run.id, at, &seen).await?;
    let notes: Vec<NewEvent> = seen
        .iter()
        .map(|a| NewEvent {
            parent_order_sn: a.parent_order_sn.clone(),
            run_id: Some(run.id.clone()),
            at,
            kind: TimelineKind::Note,
            code: Some(Code::OrderFoundInJtl),
            detail: a.jtl_order_number.clone(),
        })
        .collect();
    app.store.add_events(&notes).await?;
    run.done(Step::Export, seen.len() as u64);
    let there: HashSet<ParentOrderSn> =
        seen.into_iter().map(|a| a.parent_order_sn).chain(waiting).collect();
    Ok(page.into_iter().filter(|o| !there.contains(&o.order.parent_order_sn)).collect())
}

fn numbers(page: &[StoredOrder]) -> Vec<ParentOrderSn> {
    page.iter().map(|o| o.order.parent_order_sn.clone()).collect()
}

fn skus(orders: &[StoredOrder]) -> Vec<String> {
    let all: BTreeSet<&str> = orders
        .iter()
        .flat_map(|o| o.order.open_items())
        .filter_map(|i| i.seller_sku.as_deref())
        .collect();
    all.into_iter().map(str::to_owned).collect()
}

/// JTL makes a free position (without stock) of an article number that it does not know: such an order is held.
async fn with_known_skus(
    app: &App,
    run: &mut Run,
    jtl: &JtlClient,
    page: Vec<StoredOrder>,
) -> Result<Vec<StoredOrder>, Problem> {
    let unknown = jtl.unknown_skus(&skus(&page)).await?;
    let mut ready = Vec::with_capacity(page.len());
    for stored in page {
        let missing = unknown_in(&stored, &unknown);
        if missing.is_empty() {
            ready.push(stored);
            continue;
        }
        let reason = Hold::new(Code::OrderSkuUnknownInJtl, missing.join(", "));
        let transition = stored.state.on(Event::Hold);
        let sn = &stored.order.parent_order_sn;
        app.store
            .set_holds(&run.id, app.clock.now(), sn, std::slice::from_ref(&reason), transition)
            .await?;
        run.counts.held += 1;
        run.waits(sn, &reason);
    }
    Ok(ready)
}

fn unknown_in(stored: &StoredOrder, unknown: &HashSet<String>) -> Vec<String> {
    let missing: BTreeSet<&str> = stored
        .order
        .open_items()
        .filter_map(|i| i.seller_sku.as_deref())
        .filter(|sku| unknown.contains(*sku))
        .collect();
    missing.into_iter().map(str::to_owned).collect()
}

/// Frees the orders whose articles have been made in JTL since.
async fn release_known_skus(app: &App, run: &mut Run, jtl: &JtlClient) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let page =
            app.store.orders_held_for(Code::OrderSkuUnknownInJtl, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.order.parent_order_sn.clone());
        let unknown = jtl.unknown_skus(&skus(&page)).await?;
        for stored in page.iter().filter(|o| unknown_in(o, &unknown).is_empty()) {
            let transition = stored.state.on(Event::Release);
            let sn = &stored.order.parent_order_sn;
            app.store.set_holds(&run.id, app.clock.now(), sn, &[], transition).await?;
        }
    }
}

/// Renders the orders and records the intent: from here on their content is in the outbox.
async fn prepare(
    app: &App,
    run: &mut Run,
    jtl: Option<&JtlClient>,
    orders: Vec<StoredOrder>,
) -> Result<Vec<OutboxEntry>, Problem> {
    let customers = customers(app, run, jtl, &orders).await?;
    let generations: HashMap<ParentOrderSn, i64> =
        app.store.next_generations(&numbers(&orders)).await?.into_iter().collect();
    let at = app.clock.now();
    let mut entries = Vec::with_capacity(orders.len());
    for stored in orders {
        let sn = stored.order.parent_order_sn.clone();
        let customer = customers.get(&sn).map(String::as_str);
        let content =
            match render_order(&stored.order, customer, &app.xml_settings(), app.countries()) {
                Ok(content) => content,
                Err(problem) => {
                    run.item_failed(Step::Export, at, problem.about(&sn));
                    continue;
                }
            };
        let content_hash = hex(&Sha256::digest(kontor_jtl::latin1(&content)));
        for channel in app.config.orders.target.channels() {
            entries.push(OutboxEntry {
                id: 0,
                parent_order_sn: sn.clone(),
                channel: *channel,
                generation: generations.get(&sn).copied().unwrap_or(1),
                run_id: run.id.clone(),
                content: content.clone(),
                content_hash: content_hash.clone(),
                order_version: stored.version,
                state: OutboxState::Prepared,
                file_name: None,
                proof: None,
                prepared_at: at,
                written_at: None,
            });
        }
    }
    if entries.is_empty() { Ok(entries) } else { app.store.prepare_export(entries).await }
}

/// JTL's customer numbers by e-mail. An ambiguous one stays empty, with a note.
async fn customers(
    app: &App,
    run: &Run,
    jtl: Option<&JtlClient>,
    orders: &[StoredOrder],
) -> Result<HashMap<ParentOrderSn, String>, Problem> {
    let Some(jtl) = jtl else { return Ok(HashMap::new()) };
    let email = |o: &StoredOrder| {
        o.order.address.as_ref().map(|a| a.email.clone()).filter(|e| !e.is_empty())
    };
    let emails: BTreeSet<String> = orders.iter().filter_map(email).collect();
    let matches = jtl.customer_numbers(&emails.into_iter().collect::<Vec<_>>()).await?;
    let mut found = HashMap::new();
    let mut notes = Vec::new();
    for stored in orders {
        let sn = &stored.order.parent_order_sn;
        match email(stored).and_then(|e| matches.get(&e)) {
            Some(CustomerMatch::One(number)) => {
                found.insert(sn.clone(), number.clone());
            }
            Some(CustomerMatch::Ambiguous) => notes.push(NewEvent {
                parent_order_sn: sn.clone(),
                run_id: Some(run.id.clone()),
                at: app.clock.now(),
                kind: TimelineKind::Note,
                code: Some(Code::OrderCustomerAmbiguous),
                detail: String::new(),
            }),
            Some(CustomerMatch::None) | None => {}
        }
    }
    app.store.add_events(&notes).await?;
    Ok(found)
}

/// What an export would hand over, and nothing is written.
pub(crate) async fn preview(app: &App) -> Result<(Vec<PlannedExport>, Vec<PlannedWait>), Problem> {
    let jtl = if app.has_jtl() { Some(app.tested_jtl().await?) } else { None };
    let (mut planned, mut waiting) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = app.store.exportable_orders(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok((planned, waiting)) };
        after = Some(last.order.parent_order_sn.clone());
        let (present, unknown) = match jtl {
            Some(jtl) => {
                (jtl.orders_present(&numbers(&page)).await?, jtl.unknown_skus(&skus(&page)).await?)
            }
            None => (Vec::new(), HashSet::new()),
        };
        let present: HashSet<ParentOrderSn> =
            present.into_iter().map(|p| p.parent_order_sn).collect();
        for stored in page.iter().filter(|o| !present.contains(&o.order.parent_order_sn)) {
            let sn = stored.order.parent_order_sn.to_string();
            let missing = unknown_in(stored, &unknown);
            let rendered = render_order(&stored.order, None, &app.xml_settings(), app.countries());
            match (missing.is_empty(), rendered) {
                (true, Ok(content)) => planned.push(PlannedExport { parent_order_sn: sn, content }),
                (true, Err(problem)) => waiting.push(PlannedWait {
                    parent_order_sn: sn,
                    reason: Hold::new(problem.code, problem.detail.unwrap_or_default()),
                }),
                (false, _) => waiting.push(PlannedWait {
                    parent_order_sn: sn,
                    reason: Hold::new(Code::OrderSkuUnknownInJtl, missing.join(", ")),
                }),
            }
        }
    }
}

/// Hands over one order again, on the operator's word.
///
/// # Errors
/// `order.not_found`, or `order.not_exportable` when it is not in a state that allows it.
pub(crate) async fn allow_again(app: &App, sn: &ParentOrderSn, by: &str) -> Result<(), Problem> {
    let found = app.store.orders_by_sn(std::slice::from_ref(sn)).await?;
    let stored = found.first().ok_or_else(|| Problem::new(Code::OrderNotFound).about(sn))?;
    if stored.state != OrderState::Exported {
        return Err(Problem::new(Code::OrderNotExportable).about(sn).detail(stored.state));
    }
    app.store.re_export(app.clock.now(), sn, by).await
}

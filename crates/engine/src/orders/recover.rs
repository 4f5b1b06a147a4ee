//! Settling hand-overs that an earlier run left unfinished, before anything else is done.
//!
//! - `prepared`: nothing has left. It is withdrawn, and the export renders the order anew from what TEMU says now; but the
//!   file copy of an order that has already left on the other way (target `both`) is written after all.
//! - `publishing`, file: the temporary file is still there → it had not left, and leaves now. The final file is there →
//!   it has left. Neither → somebody has taken it already: only the rename removes the temporary name.
//! - `publishing`, row: JTL is asked; when it shows the order neither as waiting nor as an order, twice, the row is
//!   inserted by the statement that does nothing if it is there after all.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use kontor_core::export::{Channel, OutboxEntry, OutboxState};
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::Hold;
use kontor_core::{Code, Problem};
use kontor_jtl::JtlClient;
use kontor_store::{NewEvent, TimelineKind};

use super::Run;
use super::export::{insert_rows, publish_file};
use super::files::{DropFile, delete_leftovers, publish, temporary};
use crate::App;
use crate::progress::Step;

/// Runs the step.
pub(crate) async fn recover(app: &App, run: &mut Run) {
    if let Err(problem) = try_recover(app, run).await {
        run.step_failed(Step::Recover, problem);
    }
}

async fn try_recover(app: &App, run: &mut Run) -> Result<(), Problem> {
    let unfinished = app.store.unfinished_exports().await?;
    let (prepared, publishing): (Vec<_>, Vec<_>) =
        unfinished.into_iter().partition(|e| e.state == OutboxState::Prepared);
    let (files, rows): (Vec<_>, Vec<_>) =
        publishing.into_iter().partition(|e| e.channel == Channel::File);
    settle_files(app, run, files).await?;
    settle_prepared(app, run, prepared).await?;
    if rows.is_empty() { Ok(()) } else { settle_rows(app, run, rows).await }
}

async fn settle_prepared(
    app: &App,
    run: &mut Run,
    entries: Vec<OutboxEntry>,
) -> Result<(), Problem> {
    let mut handed_over = HashSet::new();
    let numbers: Vec<ParentOrderSn> = entries.iter().map(|e| e.parent_order_sn.clone()).collect();
    for chunk in numbers.chunks(1_000) {
        let known = app.store.orders_by_sn(chunk).await?;
        let over = known.into_iter().filter(|k| k.state.is_handed_over());
        handed_over.extend(over.map(|k| k.order.parent_order_sn));
    }
    let is_copy =
        |e: &OutboxEntry| e.channel == Channel::File && handed_over.contains(&e.parent_order_sn);
    let (copies, never_left): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_copy);
    if !never_left.is_empty() {
        let ids: Vec<i64> = never_left.iter().map(|e| e.id).collect();
        let reason = Hold::new(Code::RunInterrupted, "");
        app.store.withdraw(&run.id, app.clock.now(), &ids, &reason).await?;
    }
    let mut file = DropFile::new(&app.folder, run, "_nachtrag");
    file.add(copies)?;
    publish_file(app, run, file).await
}

async fn settle_files(app: &App, run: &mut Run, entries: Vec<OutboxEntry>) -> Result<(), Problem> {
    let folder = app.folder.drop_folder();
    let mut by_file: BTreeMap<String, Vec<OutboxEntry>> = BTreeMap::new();
    for entry in entries {
        by_file.entry(entry.file_name.clone().unwrap_or_default()).or_default().push(entry);
    }
    let kept: Vec<PathBuf> = by_file.keys().map(|name| temporary(&folder, name)).collect();
    delete_leftovers(&folder, &kept);
    delete_leftovers(&app.folder.archive_folder(), &[]);
    for (name, entries) in by_file {
        if temporary(&folder, &name).exists() {
            publish(&folder, &name)?;
            run.files.push(folder.join(&name).display().to_string());
        }
        written(app, run, &entries, |_| format!("file:{name}")).await?;
    }
    Ok(())
}

async fn settle_rows(app: &App, run: &mut Run, entries: Vec<OutboxEntry>) -> Result<(), Problem> {
    let jtl = app.tested_jtl().await?;
    let numbers: Vec<ParentOrderSn> = entries.iter().map(|e| e.parent_order_sn.clone()).collect();
    let mut proofs = look(jtl, &numbers).await?;
    let missing: Vec<ParentOrderSn> =
        numbers.into_iter().filter(|sn| !proofs.contains_key(sn)).collect();
    if !missing.is_empty() {
        // JTL's worker may be between taking the row and showing the order.
        tokio::time::sleep(Duration::from_secs(app.config.jtl.settle_seconds)).await;
        proofs.extend(look(jtl, &missing).await?);
    }
    let (arrived, absent): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|e| proofs.contains_key(&e.parent_order_sn));
    let proof = |sn: &ParentOrderSn| proofs.get(sn).cloned().unwrap_or_default();
    written(app, run, &arrived, |e| proof(&e.parent_order_sn)).await?;
    if absent.is_empty() { Ok(()) } else { insert_rows(app, run, jtl, &absent).await }
}

/// Where JTL shows the orders. The import table is read first: an order only ever moves from there into the orders.
async fn look(
    jtl: &JtlClient,
    numbers: &[ParentOrderSn],
) -> Result<HashMap<ParentOrderSn, String>, Problem> {
    let waiting = jtl.waiting_imports(numbers).await?;
    let present = jtl.orders_present(numbers).await?;
    let waiting = waiting.into_iter().map(|(sn, id)| (sn, format!("tXMLBestellImport:{id}")));
    let present = present
        .into_iter()
        .map(|p| (p.parent_order_sn, format!("tAuftrag:{}", p.jtl_order_number)));
    Ok(waiting.chain(present).collect())
}

/// Records that the entries have left. When an order was changed by TEMU in between, JTL has the older content: an alert.
async fn written(
    app: &App,
    run: &mut Run,
    entries: &[OutboxEntry],
    proof: impl Fn(&OutboxEntry) -> String,
) -> Result<(), Problem> {
    let at = app.clock.now();
    let numbers: Vec<ParentOrderSn> = entries.iter().map(|e| e.parent_order_sn.clone()).collect();
    let mut changed = HashSet::new();
    for chunk in numbers.chunks(1_000) {
        for stored in app.store.orders_by_sn(chunk).await? {
            let of_order = |e: &&OutboxEntry| e.parent_order_sn == stored.order.parent_order_sn;
            if entries.iter().find(of_order).is_some_and(|e| e.order_version != stored.version) {
                changed.insert(stored.order.parent_order_sn);
            }
        }
    }
    let proofs: Vec<(i64, String)> = entries.iter().map(|e| (e.id, proof(e))).collect();
    run.counts.exported += app.store.mark_written(&run.id, at, &proofs).await?;
    run.done(Step::Recover, proofs.len() as u64);
    let alerts: Vec<NewEvent> = changed
        .into_iter()
        .map(|sn| NewEvent {
            parent_order_sn: sn,
            run_id: Some(run.id.clone()),
            at,
            kind: TimelineKind::Alert,
            code: Some(Code::OrderItemsChangedAfterExport),
            detail: String::new(),
        })
        .collect();
    app.store.add_events(&alerts).await
}

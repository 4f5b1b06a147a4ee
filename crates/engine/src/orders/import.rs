//! Answers into the store: judged, planned, applied in one transaction a batch.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kontor_core::assess::{Answers, assess};
use kontor_core::correction::{Correction, correct};
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::import::{ImportOp, plan};
use kontor_core::order::{Hold, StoredOrder};
use kontor_core::remote::{RemoteAddress, RemoteAmounts, RemoteOrder};
use kontor_core::state::{OrderState, Transition};
use kontor_core::{Code, Problem};

use super::Run;
use crate::App;
use crate::progress::Step;
use crate::report::PlannedImport;

/// Orders of one transaction.
pub(crate) const BATCH: usize = 250;

/// An order with the answers about it. A missing answer has its reason in `failures`.
pub(crate) struct Fetched {
    pub(crate) remote: RemoteOrder,
    pub(crate) address: Option<RemoteAddress>,
    pub(crate) amounts: Option<RemoteAmounts>,
    pub(crate) failures: Vec<Problem>,
    /// JTL has the order, and its new address did not come: the poll must show it again.
    pub(crate) is_unanswered: bool,
}

/// What storing did.
#[derive(Default)]
pub(crate) struct Imported {
    pub(crate) imported: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) held: Vec<(ParentOrderSn, Vec<Hold>)>,
    pub(crate) alerts: Vec<(ParentOrderSn, Hold)>,
    pub(crate) failures: Vec<Problem>,
    /// Orders that could not be written, or whose change is not known yet: the poll's cursor must not pass them.
    pub(crate) unsettled: u64,
    pub(crate) planned: Vec<PlannedImport>,
}

impl Imported {
    /// Adds the result to the run's counts, problems and items.
    pub(crate) fn enter(self, run: &mut Run, at: DateTime<Utc>) -> Vec<PlannedImport> {
        run.counts.imported += self.imported;
        run.counts.updated += self.updated;
        run.counts.unchanged += self.unchanged;
        run.counts.held += self.held.len() as u64;
        run.done(Step::Import, self.imported + self.updated + self.unchanged);
        for (sn, reason) in self.alerts {
            run.waits(&sn, &reason);
        }
        for (sn, reasons) in &self.held {
            reasons.iter().for_each(|reason| run.waits(sn, reason));
        }
        self.failures.into_iter().for_each(|problem| run.item_failed(Step::Import, at, problem));
        self.planned
    }
}

/// Stores a batch. When the batch as a whole is refused, its orders are tried one by one, so that one that cannot be
/// written leaves the others done; it is rolled back whole and reported.
pub(crate) async fn store(
    app: &App,
    run: &RunId,
    batch: Vec<Fetched>,
    dry_run: bool,
    into: &mut Imported,
) -> Result<(), Problem> {
    let at = app.clock.now();
    let mut planned = plan_batch(app, batch, into).await?;
    if dry_run {
        planned.into_iter().for_each(|p| into.preview(&p));
        return Ok(());
    }
    let ops: Vec<ImportOp> =
        planned.iter_mut().map(|p| std::mem::replace(&mut p.op, ImportOp::Unchanged)).collect();
    match app.store.apply_import(run, at, &ops).await {
        Ok(tally) => {
            for (mut p, op) in planned.into_iter().zip(ops) {
                p.op = op;
                into.note(&p);
            }
            (into.imported, into.updated) =
                (into.imported + tally.imported, into.updated + tally.updated);
            into.unchanged += tally.unchanged;
            Ok(())
        }
        Err(problem) if ops.len() > 1 && concerns_content(&problem) => {
            for (mut p, op) in planned.into_iter().zip(ops) {
                p.op = op;
                store_one(app, run, at, p, into).await?;
            }
            Ok(())
        }
        Err(problem) if concerns_content(&problem) => {
            let subject = planned.first().map(|p| p.sn.to_string()).unwrap_or_default();
            into.unsettled += 1;
            into.failures.push(problem.about(subject));
            Ok(())
        }
        Err(problem) => Err(problem),
    }
}

/// A refusal that may lie in one order's content; a full disk or a locked store concerns all.
fn concerns_content(problem: &Problem) -> bool {
    matches!(problem.code, Code::StoreFailed | Code::StoreConflict)
}

async fn store_one(
    app: &App,
    run: &RunId,
    at: DateTime<Utc>,
    planned: Planned,
    into: &mut Imported,
) -> Result<(), Problem> {
    match app.store.apply_import(run, at, std::slice::from_ref(&planned.op)).await {
        Ok(tally) => {
            into.note(&planned);
            (into.imported, into.updated) =
                (into.imported + tally.imported, into.updated + tally.updated);
            into.unchanged += tally.unchanged;
            Ok(())
        }
        Err(problem) if concerns_content(&problem) => {
            into.unsettled += 1;
            into.failures.push(problem.about(&planned.sn));
            Ok(())
        }
        Err(problem) => Err(problem),
    }
}

struct Planned {
    sn: ParentOrderSn,
    before: Option<OrderState>,
    op: ImportOp,
}

async fn plan_batch(
    app: &App,
    batch: Vec<Fetched>,
    into: &mut Imported,
) -> Result<Vec<Planned>, Problem> {
    let numbers: Vec<ParentOrderSn> =
        batch.iter().map(|f| f.remote.parent_order_sn.clone()).collect();
    let known = app.store.orders_by_sn(&numbers).await?;
    let corrections: HashMap<ParentOrderSn, Vec<Correction>> =
        app.store.corrections(&numbers).await?.into_iter().collect();
    let mut planned = Vec::with_capacity(batch.len());
    for fetched in batch {
        let sn = fetched.remote.parent_order_sn.clone();
        into.failures.extend(fetched.failures);
        into.unsettled += u64::from(fetched.is_unanswered);
        let answers =
            Answers { address: fetched.address.as_ref(), amounts: fetched.amounts.as_ref() };
        let mut order = assess(&fetched.remote, answers, &app.rules);
        correct(&mut order, corrections.get(&sn).map_or(&[], Vec::as_slice));
        let known: Option<&StoredOrder> = known.iter().find(|k| k.order.parent_order_sn == sn);
        planned.push(Planned { before: known.map(|k| k.state), op: plan(known, order), sn });
    }
    Ok(planned)
}

impl Imported {
    fn note(&mut self, planned: &Planned) {
        let (order, alerts) = match &planned.op {
            ImportOp::Insert { order, alerts, .. }
            | ImportOp::Update { order, alerts, .. }
            | ImportOp::UpdateFacts { order, alerts, .. } => (order, alerts),
            ImportOp::Unchanged => return,
        };
        if state_after(planned) == Some(OrderState::OnHold) {
            self.held.push((planned.sn.clone(), order.holds.clone()));
        }
        self.alerts.extend(alerts.iter().map(|a| (planned.sn.clone(), a.clone())));
    }

    fn preview(&mut self, planned: &Planned) {
        let (change, order) = match &planned.op {
            ImportOp::Insert { order, .. } => ("insert", order),
            ImportOp::Update { order, .. } => ("update", order),
            ImportOp::UpdateFacts { order, .. } => ("update_facts", order),
            ImportOp::Unchanged => {
                self.unchanged += 1;
                return;
            }
        };
        let state = state_after(planned).map(|s| s.to_string()).unwrap_or_default();
        self.planned.push(PlannedImport {
            parent_order_sn: planned.sn.to_string(),
            change,
            state,
            holds: order.holds.clone(),
        });
    }
}

fn state_after(planned: &Planned) -> Option<OrderState> {
    match &planned.op {
        ImportOp::Insert { state, .. } => Some(*state),
        ImportOp::Update { transition, .. } | ImportOp::UpdateFacts { transition, .. } => {
            transition.map(Transition::to).or(planned.before)
        }
        ImportOp::Unchanged => planned.before,
    }
}

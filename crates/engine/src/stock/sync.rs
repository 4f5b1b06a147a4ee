//! The stock workflow as a run: its steps in their order, its report.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use kontor_core::run::StockCounts;
use kontor_core::stock::{
    Change, GuardStop, PlanId, PlanKind, SkuKey, SkuOp, StockPlan, StockSubject,
};
use kontor_core::{Code, Problem};
use kontor_store::{KeptPlan, PlanState};
use kontor_temu::TemuClient;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::listing::{self, list};
use super::planning::{self, Found};
use super::push::push;
use super::recover::recover;
use super::undo::Undo;
use super::{JOB, Run, replay};
use crate::App;
use crate::exchanges::{ExchangeFiles, delete_old};
use crate::jobs::Origin;
use crate::progress::{ProgressSink, Step};
use crate::report::RunReport;

/// What a run of the stock workflow covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StockMode {
    /// All four steps.
    #[default]
    Full,
    /// JTL's stock and the push; TEMU's lists are taken as they were read last.
    Quick,
    /// The last push, reversed.
    Undo,
    /// Only the SKU lists, from a folder of saved answers.
    Replay(PathBuf),
}

impl StockMode {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Quick => "quick",
            Self::Undo => "undo",
            Self::Replay(_) => "replay",
        }
    }
}

/// How a run is done.
#[derive(Clone)]
pub struct StockOptions {
    /// What it covers.
    pub mode: StockMode,
    /// Apply this kept plan, exactly, or say what has changed since. TEMU's lists are not read again for it.
    pub approve: Option<PlanId>,
    /// Who approves.
    pub by: String,
    /// Push only these SKUs; empty: all that differ.
    pub only: Vec<SkuKey>,
    /// Show what would be done and change nothing.
    pub dry_run: bool,
    /// Takes signs of life.
    pub progress: ProgressSink,
    /// Ends the run between two calls.
    pub cancel: CancellationToken,
}

/// What a run plans, or what waits for the operator.
#[derive(Clone, Debug, Serialize)]
pub struct StockReport {
    /// The plan.
    #[serde(flatten)]
    pub plan: StockPlan,
    /// Why the guard stops it.
    pub stops: Vec<GuardStop>,
    /// Where the plan that was to be applied no longer holds, or what of the last push cannot be reversed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

type Report = RunReport<StockCounts, StockReport>;

impl App {
    /// Runs the stock workflow, by itself: it is not tried again. It always ends with a report; only a run that could not
    /// begin is an error.
    ///
    /// # Errors
    /// `run.already_running`, `stock.plan_missing`, `stock.plan_spent`, and problems of the store.
    pub async fn sync_stock(&self, options: StockOptions) -> Result<Report, Problem> {
        self.sync_stock_for(options, &Origin::default()).await
    }

    /// The same for whoever asked for it.
    pub(crate) async fn sync_stock_for(
        &self,
        options: StockOptions,
        origin: &Origin,
    ) -> Result<Report, Problem> {
        let mut run = Run::new(
            JOB,
            options.mode.as_str(),
            self.clock.now(),
            options.progress.clone(),
            options.cancel.clone(),
        );
        let kept = self.plan_to_apply(options.approve.as_ref()).await?;
        if options.dry_run {
            let plan = Box::pin(self.stock_dry_run(&mut run, &options)).await;
            return Ok(RunReport { plan, ..run.report() });
        }
        let held = self.begin(&mut run, origin).await?;
        let mut plan = None;
        // The steps' futures are large: each lies on the heap, so that a small stack (Windows, tests) is enough.
        let work = Box::pin(async { plan = self.stock_steps(&mut run, &options, kept).await });
        let end = held.watch(work).await;
        delete_old(&self.folder, self.clock.now(), self.config.retention.raw_days);
        self.end(&mut run, held, end).await?;
        Ok(RunReport { plan, ..run.report() })
    }

    /// The plan that is to be applied; one that is spent is none.
    async fn plan_to_apply(&self, id: Option<&PlanId>) -> Result<Option<KeptPlan>, Problem> {
        let Some(id) = id else { return Ok(None) };
        let kept = self.stock_plan(id).await?;
        match kept.state {
            PlanState::Proposed | PlanState::Approved if !self.is_expired(&kept) => Ok(Some(kept)),
            PlanState::Proposed
            | PlanState::Approved
            | PlanState::Applied
            | PlanState::Superseded => {
                Err(Problem::new(Code::StockPlanSpent).about(id).detail(kept.state.as_str()))
            }
        }
    }

    async fn stock_steps(
        &self,
        run: &mut Run,
        options: &StockOptions,
        kept: Option<KeptPlan>,
    ) -> Option<StockReport> {
        if let StockMode::Replay(folder) = &options.mode {
            replay::replay(self, run, folder).await;
            return None;
        }
        let recorder = match ExchangeFiles::start(self.folder.responses_of(&run.id)) {
            Ok(recorder) => Arc::new(recorder),
            Err(problem) => {
                run.step_failed(Step::Products, problem);
                return None;
            }
        };
        let plan = match self.temu(Some(Arc::clone(&recorder) as _)) {
            Ok(client) => Box::pin(self.with_client(run, options, kept, &client)).await,
            Err(problem) => {
                run.step_failed(Step::Products, problem);
                None
            }
        };
        if let Err(problem) = recorder.finish() {
            run.step_failed(Step::Products, problem);
        }
        plan
    }

    async fn with_client(
        &self,
        run: &mut Run,
        options: &StockOptions,
        kept: Option<KeptPlan>,
        client: &TemuClient,
    ) -> Option<StockReport> {
        run.begins(Step::Recover);
        Box::pin(recover(self, run, client)).await;
        // What an interrupted run has confirmed is over before anything is planned or applied.
        if let Err(problem) = self.finish_approved().await {
            run.step_failed(Step::Recover, problem);
        }
        let has_none = || async { Ok::<_, Problem>(self.store.stock_subjects().await?.is_empty()) };
        let lists = match options.mode {
            StockMode::Full => true,
            // Nothing can be quick about the first run: without TEMU's lists there is nothing to compare.
            StockMode::Quick => has_none().await.unwrap_or_default(),
            StockMode::Undo | StockMode::Replay(_) => false,
        };
        if lists && kept.is_none() && run.goes_on() {
            run.begins(Step::Products);
            Box::pin(list(self, run, client)).await;
        }
        if !run.goes_on() {
            return None;
        }
        run.begins(Step::Stock);
        let ended = match kept {
            Some(kept) => Box::pin(self.apply_kept(run, client, kept, &options.by)).await,
            None => Box::pin(self.plan_and_push(run, client, options)).await,
        };
        ended.unwrap_or_else(|problem| {
            run.step_failed(Step::Stock, problem);
            None
        })
    }

    /// Plans from what is known now, and sends what the guard lets pass.
    async fn plan_and_push(
        &self,
        run: &mut Run,
        client: &TemuClient,
        options: &StockOptions,
    ) -> Result<Option<StockReport>, Problem> {
        let Planned { plan, changes, above } = self.plan_of(run, client, options).await?;
        let judged = self.judged(&plan, &above).await?;
        let waiting = plan.with_ops(judged.waiting.clone());
        if judged.waiting.is_empty() {
            // Chosen SKUs and an undo say nothing about the plan that waits for the whole shop.
            if options.only.is_empty() && options.mode != StockMode::Undo {
                self.supersede_proposed().await?;
            }
        } else {
            self.store.propose_plan(&run.id, self.clock.now(), &waiting, &judged.stops).await?;
            self.ask(run, &waiting, &judged.stops);
        }
        Box::pin(push(self, run, client, &plan.id, &judged.passing)).await;
        self.finish_approved().await?;
        let is_told = !judged.waiting.is_empty() || !changes.is_empty();
        Ok(is_told.then_some(StockReport { plan: waiting, stops: judged.stops, changes }))
    }

    async fn plan_of(
        &self,
        run: &mut Run,
        client: &TemuClient,
        options: &StockOptions,
    ) -> Result<Planned, Problem> {
        if options.mode == StockMode::Undo {
            let planned = self.undo_of(run, client, &options.only, true).await?;
            if planned.plan.ops.is_empty() {
                return Err(Problem::new(Code::StockNothingToUndo));
            }
            run.counts.planned += planned.plan.ops.len() as u64;
            return Ok(planned);
        }
        refuse_unknown(&options.only, &self.store.stock_subjects().await?)?;
        let plan = planning::plan_now(self, run).await?.plan;
        Ok(Planned::sync(chosen(plan, &options.only)))
    }

    async fn undo_of(
        &self,
        run: &mut Run,
        client: &TemuClient,
        only: &[SkuKey],
        keeps: bool,
    ) -> Result<Planned, Problem> {
        let Undo { plan, lost, above } = self.undo_now(run, client, keeps).await?;
        for change in &lost {
            run.problem(Problem::new(Code::StockNotUndone).about(name(&change.expected)));
        }
        if !plan.ops.is_empty() {
            run.problem(Problem::new(Code::StockUndoPasses));
        }
        Ok(Planned { plan: chosen(plan, only), changes: lost, above })
    }

    /// Applies a kept plan, exactly, when each of its values stands as it did. What stands at TEMU already is not sent.
    async fn apply_kept(
        &self,
        run: &mut Run,
        client: &TemuClient,
        kept: KeptPlan,
        by: &str,
    ) -> Result<Option<StockReport>, Problem> {
        let kept = self.stock_plan(&kept.plan.id).await?;
        if kept.state == PlanState::Applied {
            return Ok(None);
        }
        let now = self.found_for(run, kept.plan.kind).await?;
        let changes = self.changed_since(&kept, &now).await?;
        if changes.is_empty() {
            // A second word does not make the first one last longer.
            if kept.state != PlanState::Approved {
                let at = self.clock.now();
                self.store.set_plan_state(at, &kept.plan.id, PlanState::Approved, Some(by)).await?;
            }
            Box::pin(push(self, run, client, &kept.plan.id, &unsent(&kept.plan, &now))).await;
            self.finish_approved().await?;
            return Ok(None);
        }
        let detail = format!("{} / {}", changes.len(), kept.plan.ops.len());
        run.problem(Problem::new(Code::StockPlanChanged).about(&kept.plan.id).detail(detail));
        let at = self.clock.now();
        self.store.set_plan_state(at, &kept.plan.id, PlanState::Superseded, None).await?;
        let judged = self.judged(&now.plan, &HashSet::new()).await?;
        if !now.plan.ops.is_empty() {
            self.store.propose_plan(&run.id, at, &now.plan, &judged.stops).await?;
            run.counts.waiting += now.plan.ops.len() as u64;
            run.needs_approval();
        }
        Ok(Some(StockReport { plan: now.plan, stops: judged.stops, changes }))
    }

    /// What holds now, for the comparison with a kept plan.
    async fn found_for(&self, run: &mut Run, kind: PlanKind) -> Result<Found, Problem> {
        match kind {
            PlanKind::Sync => planning::plan_now(self, run).await,
            PlanKind::Undo => {
                let (plan, _) = self.undo_plan().await?;
                let subjects = self.store.stock_subjects().await?;
                Ok(Found { planned: planning::unplanned(subjects), plan })
            }
        }
    }

    /// The steps without their effects: TEMU and JTL are only read, nothing is stored.
    async fn stock_dry_run(&self, run: &mut Run, options: &StockOptions) -> Option<StockReport> {
        let planned = Box::pin(self.preview_stock(run, options)).await;
        match planned {
            Ok(report) => Some(report),
            Err(problem) => {
                run.step_failed(Step::Stock, problem);
                None
            }
        }
    }

    async fn preview_stock(
        &self,
        run: &mut Run,
        options: &StockOptions,
    ) -> Result<StockReport, Problem> {
        let Planned { plan, changes, above } = match &options.mode {
            StockMode::Undo => {
                let client = self.temu(None)?;
                self.undo_of(run, &client, &options.only, false).await?
            }
            mode => {
                let mut subjects = self.store.stock_subjects().await?;
                if let StockMode::Replay(folder) = mode {
                    subjects = listing::overlaid(subjects, replay::read(run, folder)?);
                } else if *mode == StockMode::Full || subjects.is_empty() {
                    let client = self.temu(None)?;
                    subjects = listing::overlaid(subjects, listing::read(run, &client).await?);
                }
                refuse_unknown(&options.only, &subjects)?;
                let plan = planning::plan_for(self, run, subjects).await?.plan;
                Planned::sync(chosen(plan, &options.only))
            }
        };
        run.done(Step::Stock, plan.known());
        let judged = self.judged(&plan, &above).await?;
        if !judged.waiting.is_empty() {
            self.ask(run, &plan.with_ops(judged.waiting), &judged.stops);
        }
        Ok(StockReport { plan, stops: judged.stops, changes })
    }
}

/// What a run is about to do.
struct Planned {
    plan: StockPlan,
    /// What of the last push cannot be reversed.
    changes: Vec<Change>,
    /// SKUs that would be raised above JTL's stock.
    above: HashSet<SkuKey>,
}

impl Planned {
    /// A plan that follows from JTL's stock.
    fn sync(plan: StockPlan) -> Self {
        Self { plan, changes: Vec::new(), above: HashSet::new() }
    }
}

/// Refuses a choice that names what is not there: a typing error must not end as "nothing to do".
fn refuse_unknown(only: &[SkuKey], subjects: &[StockSubject]) -> Result<(), Problem> {
    let known: HashSet<SkuKey> = subjects.iter().map(|s| s.key).collect();
    match only.iter().find(|key| !known.contains(key)) {
        Some(key) => Err(Problem::new(Code::StockSkuNotFound).about(key)),
        None => Ok(()),
    }
}

/// What of a plan TEMU does not show.
fn unsent(plan: &StockPlan, now: &Found) -> Vec<SkuOp> {
    let known: HashMap<SkuKey, Option<i64>> =
        now.planned.iter().map(|sku| (sku.subject.key, sku.subject.known)).collect();
    let differs = |op: &&SkuOp| known.get(&op.key).copied().flatten() != Some(op.after);
    plan.open().filter(differs).cloned().collect()
}

/// The chosen ops of a plan; all when none are chosen.
fn chosen(plan: StockPlan, only: &[SkuKey]) -> StockPlan {
    if only.is_empty() {
        return plan;
    }
    let only: HashSet<SkuKey> = only.iter().copied().collect();
    let ops: Vec<SkuOp> = plan.ops.iter().filter(|op| only.contains(&op.key)).cloned().collect();
    // The others stay as they are: the guard judges the share of all known SKUs.
    let left = (plan.ops.len() - ops.len()) as u64;
    let chosen = plan.with_ops(ops);
    StockPlan { unchanged: chosen.unchanged + left, ..chosen }
}

/// What people call a SKU: its number, else its key.
pub(super) fn name(op: &SkuOp) -> String {
    op.sku_sn.clone().unwrap_or_else(|| op.key.to_string())
}

//! Plans and the operator's word: what waits, what was approved, and when that is over.

use std::collections::{HashMap, HashSet};

use kontor_core::stock::{
    Change, Guard, GuardLimits, GuardStop, Judged, PlanKind, SkuKey, SkuOp, StockPlan, compare,
    judge,
};
use kontor_core::{Code, Problem};
use kontor_store::{KeptPlan, PlanState};

use super::Run;
use super::planning::Found;
use crate::App;

impl App {
    /// Where a kept plan no longer holds. What an interrupted application of it has confirmed already is no change.
    pub(super) async fn changed_since(
        &self,
        kept: &KeptPlan,
        now: &Found,
    ) -> Result<Vec<Change>, Problem> {
        let mut changes = compare(&kept.plan, &now.planned);
        if kept.state == PlanState::Approved {
            changes.retain(|change| change.before != Some(change.expected.after));
        }
        Ok(changes)
    }

    /// What of a plan passes, beside what was approved before.
    pub(super) async fn judged(&self, plan: &StockPlan) -> Result<Judged, Problem> {
        let approved = self.store.plans_in(PlanState::Approved).await?;
        let approved: HashSet<(SkuKey, i64)> = approved
            .iter()
            .flat_map(|kept| &kept.plan.ops)
            .map(|op: &SkuOp| (op.key, op.after))
            .collect();
        Ok(judge(plan, &approved, &self.guard()))
    }

    fn guard(&self) -> Guard {
        let section = &self.config.guard;
        Guard {
            limits: GuardLimits {
                max_changed_percent: section.max_changed_percent,
                min_changed: section.min_changed,
                max_zeroed: section.max_zeroed,
            },
            allow_certain_decreases: self.config.stock.allow_certain_decreases,
        }
    }

    /// Tells why the plan waits, one problem for each reason.
    pub(super) fn ask(&self, run: &mut Run, plan: &StockPlan, stops: &[GuardStop]) {
        run.counts.waiting += plan.ops.len() as u64;
        run.needs_approval();
        stops.iter().for_each(|stop| run.problem(stopped(plan, stop)));
    }

    /// A plan that nobody approved is over as soon as a newer one needs no approval.
    pub(super) async fn supersede_proposed(&self) -> Result<(), Problem> {
        for kept in self.store.plans_in(PlanState::Proposed).await? {
            let at = self.clock.now();
            self.store.set_plan_state(at, &kept.plan.id, PlanState::Superseded, None).await?;
        }
        Ok(())
    }

    /// An approved plan is applied when each of its values stands at TEMU, or is no longer wanted.
    pub(super) async fn finish_approved(&self) -> Result<(), Problem> {
        let approved = self.store.plans_in(PlanState::Approved).await?;
        if approved.is_empty() {
            return Ok(());
        }
        let subjects = self.store.stock_subjects().await?;
        let by_key: HashMap<_, _> = subjects.iter().map(|s| (s.key, s)).collect();
        for kept in approved {
            let is_over = |op: &SkuOp| {
                by_key.get(&op.key).is_none_or(|s| {
                    let wanted = s.last.as_ref().and_then(|want| want.pieces());
                    s.known == Some(op.after)
                        || (kept.plan.kind == PlanKind::Sync && wanted != Some(op.after))
                })
            };
            if kept.plan.ops.iter().all(is_over) {
                let at = self.clock.now();
                self.store.set_plan_state(at, &kept.plan.id, PlanState::Applied, None).await?;
            }
        }
        Ok(())
    }
}

fn stopped(plan: &StockPlan, stop: &GuardStop) -> Problem {
    let (code, detail) = match stop {
        GuardStop::TooManyChanged { changed, of, limit_percent } => {
            (Code::StockGuardChanged, format!("{changed} / {of} > {limit_percent} %"))
        }
        GuardStop::TooManyZeroed { zeroed, limit } => {
            (Code::StockGuardZeroed, format!("{zeroed} > {limit}"))
        }
        GuardStop::Incomplete { asked, answered } => {
            (Code::StockGuardIncomplete, format!("{answered} / {asked}"))
        }
    };
    Problem::new(code).about(&plan.id).detail(detail)
}

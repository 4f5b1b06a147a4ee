//! Plans and the operator's word: what waits, what was approved, and when that is over.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use kontor_core::stock::{
    Change, Guard, GuardLimits, GuardStop, Judged, PlanKind, SkuKey, SkuOp, StockPlan,
    StockSubject, compare, judge,
};
use kontor_core::{Code, Problem};
use kontor_store::{KeptPlan, PlanState};

use super::Run;
use super::planning::Found;
use crate::App;

/// So long the operator's word holds: what is not confirmed by then is asked about again.
const APPROVED_HOURS: i64 = 24;

impl App {
    /// Where a kept plan no longer holds. What stands at TEMU already and is still wanted is no change.
    pub(super) async fn changed_since(
        &self,
        kept: &KeptPlan,
        now: &Found,
    ) -> Result<Vec<Change>, Problem> {
        let mut changes = compare(&kept.plan, &now.planned);
        if kept.state == PlanState::Approved {
            changes.retain(|change| {
                let agreed = Some(change.expected.after);
                change.before != agreed || change.after != agreed
            });
        }
        Ok(changes)
    }

    /// What of a plan passes, beside what was approved before and is not over. `above` are SKUs that it would raise above
    /// JTL's stock.
    pub(super) async fn judged(
        &self,
        plan: &StockPlan,
        above: &HashSet<SkuKey>,
    ) -> Result<Judged, Problem> {
        let approved = self.store.plans_in(PlanState::Approved).await?;
        let approved: HashSet<(SkuKey, i64)> = approved
            .iter()
            .filter(|kept| kept.plan.kind == plan.kind && !self.is_expired(kept))
            .flat_map(|kept| kept.plan.open())
            .map(|op: &SkuOp| (op.key, op.after))
            .collect();
        let is_agreed = |op: &&SkuOp| approved.contains(&(op.key, op.after));
        let agreed: HashSet<SkuKey> = plan.ops.iter().filter(is_agreed).map(|op| op.key).collect();
        let above: HashSet<SkuKey> = above.difference(&agreed).copied().collect();
        Ok(judge(plan, &approved, &self.guard()).without_raising(&above))
    }

    /// Whether the operator's word was given too long ago.
    pub(super) fn is_expired(&self, kept: &KeptPlan) -> bool {
        kept.state == PlanState::Approved
            && self.clock.now() - kept.changed_at >= TimeDelta::hours(APPROVED_HOURS)
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

    /// Strikes from approved plans what stands at TEMU, or is no longer wanted. A plan of which nothing is left is applied;
    /// one whose approval is too old is over, whatever is left.
    pub(super) async fn finish_approved(&self) -> Result<(), Problem> {
        let approved = self.store.plans_in(PlanState::Approved).await?;
        if approved.is_empty() {
            return Ok(());
        }
        let subjects = self.store.stock_subjects().await?;
        let by_key: HashMap<_, _> = subjects.iter().map(|s| (s.key, s)).collect();
        for kept in approved {
            let kind = kept.plan.kind;
            let over =
                kept.plan.open().filter(|op| is_over(kind, op, by_key.get(&op.key).copied()));
            let over: Vec<SkuKey> = over.map(|op| op.key).collect();
            let mut plan = kept.plan.clone();
            plan.settled.extend(&over);
            if !over.is_empty() {
                self.store.settle_plan(&plan).await?;
            }
            let state = match plan.open().next() {
                None => PlanState::Applied,
                Some(_) if self.is_expired(&kept) => PlanState::Superseded,
                Some(_) => continue,
            };
            self.store.set_plan_state(self.clock.now(), &plan.id, state, None).await?;
        }
        Ok(())
    }
}

/// Whether an approved value stands at TEMU or is no longer wanted. An undo wants what it reverses to be there still.
fn is_over(kind: PlanKind, op: &SkuOp, subject: Option<&StockSubject>) -> bool {
    let Some(subject) = subject else { return true };
    let is_wanted = match kind {
        PlanKind::Sync => subject.last.as_ref().and_then(|w| w.pieces()) == Some(op.after),
        PlanKind::Undo => subject.known == op.before,
    };
    subject.known == Some(op.after) || !is_wanted
}

fn stopped(plan: &StockPlan, stop: &GuardStop) -> Problem {
    let (code, detail) = match stop {
        GuardStop::TooManyChanged { changed, of, limit_percent } => {
            (Code::StockGuardChanged, format!("{changed} / {of} > {limit_percent} %"))
        }
        GuardStop::TooManyZeroed { zeroed, limit } => {
            (Code::StockGuardZeroed, format!("{zeroed} > {limit}"))
        }
        GuardStop::AboveJtl { raised } => (Code::StockAboveJtl, raised.to_string()),
        GuardStop::Incomplete { asked, answered } => {
            (Code::StockGuardIncomplete, format!("{answered} / {asked}"))
        }
    };
    Problem::new(code).about(&plan.id).detail(detail)
}

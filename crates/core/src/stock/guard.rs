//! The guard: a plan that changes more than the operator expects of a day waits for the operator.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::SkuKey;
use super::plan::{Direction, SkuOp, StockPlan};

/// What passes without a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardLimits {
    /// Changes in per cent of the SKUs whose stock is known.
    pub max_changed_percent: u32,
    /// So many changes pass whatever their share is: in a small shop a few are a large share.
    pub min_changed: u64,
    /// SKUs that go to 0.
    pub max_zeroed: u64,
}

/// How the guard judges.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// The limits.
    pub limits: GuardLimits,
    /// Whether decreases that are certain pass although the plan is stopped.
    pub allow_certain_decreases: bool,
}

/// Why a plan is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stop", rename_all = "snake_case")]
pub enum GuardStop {
    /// More than `limit_percent` of the SKUs change.
    TooManyChanged {
        /// SKUs that change.
        changed: u64,
        /// SKUs whose stock is known.
        of: u64,
        /// The limit.
        limit_percent: u32,
    },
    /// More than `limit` SKUs go to 0.
    TooManyZeroed {
        /// SKUs that go to 0.
        zeroed: u64,
        /// The limit.
        limit: u64,
    },
    /// Values would be raised above what JTL gives now.
    AboveJtl {
        /// SKUs that would be.
        raised: u64,
    },
    /// JTL did not answer for every article number.
    Incomplete {
        /// Article numbers about which JTL was asked.
        asked: u64,
        /// Those for which it answered.
        answered: u64,
    },
}

/// A plan, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Why it is stopped; empty when it may be sent.
    pub stops: Vec<GuardStop>,
    /// What may be sent now.
    pub passing: Vec<SkuOp>,
    /// What waits for the operator.
    pub waiting: Vec<SkuOp>,
}

impl Judged {
    /// Also holds back what would raise these SKUs, whatever the limits say: nobody has agreed to it.
    #[must_use]
    pub fn without_raising(mut self, skus: &HashSet<SkuKey>) -> Self {
        let raises = |op: &SkuOp| skus.contains(&op.key) && op.direction() == Direction::Increase;
        let (raising, passing): (Vec<SkuOp>, Vec<SkuOp>) =
            self.passing.into_iter().partition(raises);
        self.passing = passing;
        let raised = raising.len() + self.waiting.iter().filter(|op| raises(op)).count();
        if raised > 0 {
            self.stops.push(GuardStop::AboveJtl { raised: raised as u64 });
        }
        self.waiting.extend(raising);
        self.waiting.sort_by_key(|op| (op.direction(), op.key));
        self
    }
}

/// Judges a plan. What the operator has approved before (SKU and value) is not asked about again.
pub fn judge(plan: &StockPlan, approved: &HashSet<(SkuKey, i64)>, guard: &Guard) -> Judged {
    let (agreed, new): (Vec<SkuOp>, Vec<SkuOp>) =
        plan.ops.iter().cloned().partition(|op| approved.contains(&(op.key, op.after)));
    let stops = stops(plan, &new, &guard.limits);
    if stops.is_empty() || new.is_empty() {
        return Judged { stops: Vec::new(), passing: plan.ops.clone(), waiting: Vec::new() };
    }
    let zeroes_stop = stops.iter().any(|s| matches!(s, GuardStop::TooManyZeroed { .. }));
    let is_certain = |op: &SkuOp| {
        guard.allow_certain_decreases
            && op.direction() == Direction::Decrease
            && !(zeroes_stop && op.zeroes())
    };
    let (certain, waiting): (Vec<SkuOp>, Vec<SkuOp>) = new.into_iter().partition(is_certain);
    let mut passing = agreed;
    passing.extend(certain);
    passing.sort_by_key(|op| (op.direction(), op.key));
    let stops = if waiting.is_empty() { Vec::new() } else { stops };
    Judged { stops, passing, waiting }
}

fn stops(plan: &StockPlan, new: &[SkuOp], limits: &GuardLimits) -> Vec<GuardStop> {
    let changed = new.len() as u64;
    let zeroed = new.iter().filter(|op| op.zeroes()).count() as u64;
    let of = plan.known();
    let mut stops = Vec::new();
    if plan.answered < plan.asked {
        stops.push(GuardStop::Incomplete { asked: plan.asked, answered: plan.answered });
    }
    if changed > limits.min_changed && changed * 100 > of * u64::from(limits.max_changed_percent) {
        let limit_percent = limits.max_changed_percent;
        stops.push(GuardStop::TooManyChanged { changed, of, limit_percent });
    }
    if zeroed > limits.max_zeroed {
        stops.push(GuardStop::TooManyZeroed { zeroed, limit: limits.max_zeroed });
    }
    stops
}

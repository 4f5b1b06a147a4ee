//! The plan: which SKUs change, from what to what, sorted so that decreases come first.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::formula::{Pending, Reading, StockRules, Want, offer_less};
use super::{PendingLine, SkuKey, StockSubject, article_key};
use crate::remote::digest_of;

/// Characters of a plan's id.
const ID_LENGTH: usize = 16;

/// A plan's id: a digest of what it changes, so that equal plans have equal ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(String);

impl PlanId {
    /// Takes the text as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a plan is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanKind {
    /// JTL's stock.
    Sync,
    /// The last push, reversed.
    Undo,
}

/// Which way a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Down. A decrease cannot oversell.
    Decrease,
    /// Up, or from a value that is not known.
    Increase,
}

/// One value that changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SkuOp {
    /// Goods and SKU.
    pub key: SkuKey,
    /// The trader's number.
    pub sku_sn: Option<String>,
    /// What TEMU has, as far as is known.
    pub before: Option<i64>,
    /// What TEMU should show.
    pub after: i64,
}

impl SkuOp {
    /// Which way it goes.
    pub fn direction(&self) -> Direction {
        match self.before {
            Some(before) if self.after < before => Direction::Decrease,
            _ => Direction::Increase,
        }
    }

    /// Whether it ends a listing.
    pub fn zeroes(&self) -> bool {
        self.after == 0 && self.before != Some(0)
    }
}

/// A plan. `ops` holds decreases first, then increases, each by goods and SKU; what does not change is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockPlan {
    /// Digest of kind and ops.
    pub id: PlanId,
    /// What it is made of.
    pub kind: PlanKind,
    /// What changes.
    pub ops: Vec<SkuOp>,
    /// SKUs that TEMU shows as wanted already.
    pub unchanged: u64,
    /// SKUs whose stock is not known: they are left as they are.
    pub unknown: u64,
    /// SKUs without an article in JTL: they are left as they are.
    pub unmatched: u64,
    /// Article numbers about which JTL was asked.
    pub asked: u64,
    /// Article numbers for which JTL answered, also that it has no such article.
    pub answered: u64,
    /// Of an approved plan, what is over: confirmed, or no longer wanted. The operator's word no longer holds for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<SkuKey>,
}

impl StockPlan {
    fn new(kind: PlanKind, mut ops: Vec<SkuOp>) -> Self {
        ops.sort_by_key(|op| (op.direction(), op.key));
        let id = plan_id(kind, &ops);
        let (unchanged, unknown, unmatched, asked, answered) = (0, 0, 0, 0, 0);
        let settled = Vec::new();
        Self { id, kind, ops, unchanged, unknown, unmatched, asked, answered, settled }
    }

    /// The same plan with only some of its ops; it has an id of its own.
    #[must_use]
    pub fn with_ops(&self, ops: Vec<SkuOp>) -> Self {
        let id = plan_id(self.kind, &ops);
        Self { id, ops, ..self.clone() }
    }

    /// What of it is not over yet.
    pub fn open(&self) -> impl Iterator<Item = &SkuOp> {
        self.ops.iter().filter(|op| !self.settled.contains(&op.key))
    }

    /// SKUs whose wanted stock is known.
    pub fn known(&self) -> u64 {
        self.unchanged + self.ops.len() as u64
    }

    /// How many of its ops go down.
    pub fn decreases(&self) -> usize {
        self.ops.iter().filter(|op| op.direction() == Direction::Decrease).count()
    }

    /// How many of its ops end a listing.
    pub fn zeroed(&self) -> usize {
        self.ops.iter().filter(|op| op.zeroes()).count()
    }
}

fn plan_id(kind: PlanKind, ops: &[SkuOp]) -> PlanId {
    let values: Vec<_> = ops.iter().map(|op| (op.key, op.before, op.after)).collect();
    PlanId(digest_of(&(kind, values)).chars().take(ID_LENGTH).collect())
}

/// A SKU with what a plan found for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedSku {
    /// What was known before.
    pub subject: StockSubject,
    /// What TEMU should show.
    pub want: Want,
}

impl PlannedSku {
    /// Whether TEMU should show another value than it has.
    pub fn differs(&self) -> bool {
        self.want.pieces().is_some_and(|wanted| Some(wanted) != self.subject.known)
    }
}

/// What each SKU should show, and the plan that brings it there. `readings` are by [`article_key`].
pub fn plan(
    subjects: Vec<StockSubject>,
    readings: &HashMap<String, Reading>,
    rules: &StockRules,
    pending: &[PendingLine],
) -> (Vec<PlannedSku>, StockPlan) {
    let pending = by_article(pending, &subjects);
    let planned: Vec<PlannedSku> = subjects
        .into_iter()
        .map(|subject| {
            let key = subject.sku_sn.as_deref().map(article_key);
            let reading = key.as_ref().and_then(|key| readings.get(key));
            let lines = key.and_then(|key| pending.get(&key).copied()).unwrap_or_default();
            let want = offer_less(&subject, reading, rules, lines);
            PlannedSku { subject, want }
        })
        .collect();
    let ops = planned.iter().filter(|p| p.differs()).filter_map(op).collect();
    let mut plan = StockPlan::new(PlanKind::Sync, ops);
    for sku in &planned {
        match sku.want {
            Want::Pieces { .. } if sku.differs() => {}
            Want::Pieces { .. } => plan.unchanged += 1,
            Want::Unknown { .. } => plan.unknown += 1,
            Want::Unmatched { .. } => plan.unmatched += 1,
        }
    }
    plan.asked = readings.len() as u64;
    plan.answered = readings.values().filter(|r| !matches!(r, Reading::Unanswered)).count() as u64;
    (planned, plan)
}

fn op(sku: &PlannedSku) -> Option<SkuOp> {
    Some(SkuOp {
        key: sku.subject.key,
        sku_sn: sku.subject.sku_sn.clone(),
        before: sku.subject.known,
        after: sku.want.pieces()?,
    })
}

/// Pieces of open orders by article: of a line without a number, that of the SKU that TEMU names.
fn by_article(lines: &[PendingLine], subjects: &[StockSubject]) -> HashMap<String, Pending> {
    let numbers: HashMap<i64, &str> = if lines.iter().any(|line| line.sku_sn.is_none()) {
        subjects.iter().filter_map(|s| Some((s.key.sku_id.0, s.sku_sn.as_deref()?))).collect()
    } else {
        HashMap::new()
    };
    let mut pending: HashMap<String, Pending> = HashMap::new();
    for line in lines {
        let by_sku = || line.sku_id.and_then(|id| numbers.get(&id).copied());
        if let Some(number) = line.sku_sn.as_deref().or_else(by_sku) {
            pending.entry(article_key(number)).or_default().add(line);
        }
    }
    pending
}

/// A value that is no longer as a plan expected it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What the plan says.
    pub expected: SkuOp,
    /// What TEMU has now.
    pub before: Option<i64>,
    /// What TEMU should show now; `None` when that is no longer known.
    pub after: Option<i64>,
}

/// Where a kept plan no longer holds: each of its ops that is not over must still lead from the same value to the same value.
pub fn compare(kept: &StockPlan, now: &[PlannedSku]) -> Vec<Change> {
    let by_key: HashMap<SkuKey, &PlannedSku> = now.iter().map(|p| (p.subject.key, p)).collect();
    kept.open()
        .filter_map(|op| {
            let sku = by_key.get(&op.key);
            let before = sku.and_then(|s| s.subject.known);
            let after = match kept.kind {
                PlanKind::Sync => sku.and_then(|s| s.want.pieces()),
                // An undo does not follow from JTL's stock: only TEMU's value must be the one that it reverses.
                PlanKind::Undo => sku.map(|_| op.after),
            };
            let holds = before == op.before && after == Some(op.after);
            (!holds).then(|| Change { expected: op.clone(), before, after })
        })
        .collect()
}

/// The plan that reverses confirmed changes, and those that cannot be reversed because TEMU shows another value by now
/// (or nobody knows what it showed before). A SKU that shows what it showed before is done: an undo that broke off goes on
/// where it stood.
pub fn undo(pushed: &[SkuOp], subjects: &[StockSubject]) -> (StockPlan, Vec<Change>) {
    let known: HashMap<SkuKey, Option<i64>> = subjects.iter().map(|s| (s.key, s.known)).collect();
    // Of several changes of one SKU the first says where it stood, the last where it stands.
    let mut whole: BTreeMap<SkuKey, SkuOp> = BTreeMap::new();
    for op in pushed {
        whole.entry(op.key).and_modify(|w| w.after = op.after).or_insert_with(|| op.clone());
    }
    let (mut ops, mut lost) = (Vec::new(), Vec::new());
    for op in whole.into_values() {
        let now = known.get(&op.key).copied().flatten();
        match op.before {
            Some(before) if now == Some(op.after) => {
                if before != op.after {
                    ops.push(SkuOp { before: now, after: before, ..op });
                }
            }
            Some(before) if now == Some(before) => {}
            before => lost.push(Change { before: now, after: before, expected: op }),
        }
    }
    // The guard judges the share of all SKUs whose stock is known, as it does of a sync.
    let stand = known.values().filter(|now| now.is_some()).count() - ops.len();
    let plan = StockPlan::new(PlanKind::Undo, ops);
    (StockPlan { unchanged: stand as u64, ..plan }, lost)
}

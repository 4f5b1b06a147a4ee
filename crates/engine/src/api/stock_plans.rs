//! Plans of stock: preview, approval, undo.

use chrono::{DateTime, Utc};
use kontor_core::stock::{Change, GuardStop, PlanId, PlanKind, SkuKey, SkuOp, StockPlan};
use kontor_core::{Code, Problem};
use kontor_store::{KeptPlan, PlanState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::host::Host;
use super::jobs::JobRequested;
use super::stock::SkuRef;
use crate::operator;
use crate::progress::silent;
use crate::report::ProblemReport;
use crate::stock::{JOB, StockMode, StockOptions};

/// One value that a plan changes.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StockOpView {
    /// Goods and SKU.
    pub sku: SkuRef,
    /// The trader's number.
    pub sku_sn: Option<String>,
    /// What TEMU has, as far as is known.
    pub before: Option<i64>,
    /// What TEMU should show.
    pub after: i64,
    /// Whether it ends a listing.
    pub zeroes: bool,
}

impl From<&SkuOp> for StockOpView {
    fn from(op: &SkuOp) -> Self {
        Self {
            sku: op.key.into(),
            sku_sn: op.sku_sn.clone(),
            before: op.before,
            after: op.after,
            zeroes: op.zeroes(),
        }
    }
}

/// Why the guard stops a plan.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "stop", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields of kontor_core::stock::GuardStop")]
pub enum GuardStopView {
    /// More than the limit change.
    TooManyChanged { changed: u64, of: u64, limit_percent: u32 },
    /// More than the limit go to 0.
    TooManyZeroed { zeroed: u64, limit: u64 },
    /// An undo would raise values above what JTL gives now.
    AboveJtl { raised: u64 },
    /// JTL did not answer for every article number.
    Incomplete { asked: u64, answered: u64 },
}

impl From<&GuardStop> for GuardStopView {
    fn from(stop: &GuardStop) -> Self {
        match *stop {
            GuardStop::TooManyChanged { changed, of, limit_percent } => {
                Self::TooManyChanged { changed, of, limit_percent }
            }
            GuardStop::TooManyZeroed { zeroed, limit } => Self::TooManyZeroed { zeroed, limit },
            GuardStop::AboveJtl { raised } => Self::AboveJtl { raised },
            GuardStop::Incomplete { asked, answered } => Self::Incomplete { asked, answered },
        }
    }
}

/// A value that is no longer as a plan expected it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StockChangeView {
    /// What the plan says.
    pub expected: StockOpView,
    /// What TEMU has now.
    pub before: Option<i64>,
    /// What TEMU should show now.
    pub after: Option<i64>,
}

impl From<&Change> for StockChangeView {
    fn from(change: &Change) -> Self {
        Self { expected: (&change.expected).into(), before: change.before, after: change.after }
    }
}

/// A plan: decreases first.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StockPlanView {
    /// Digest of what it changes.
    pub id: String,
    /// What it is made of.
    #[ts(type = "\"sync\" | \"undo\"")]
    pub kind: PlanKind,
    /// What changes.
    pub ops: Vec<StockOpView>,
    /// SKUs that TEMU shows as wanted already.
    pub unchanged: u64,
    /// SKUs whose stock is not known: left as they are.
    pub unknown: u64,
    /// SKUs without an article in JTL: left as they are.
    pub unmatched: u64,
    /// Article numbers about which JTL was asked.
    pub asked: u64,
    /// Article numbers for which JTL answered.
    pub answered: u64,
    /// Why the guard stops it; empty: it does not.
    pub stops: Vec<GuardStopView>,
    /// Where a plan that was to be applied no longer holds, or what cannot be undone.
    pub changes: Vec<StockChangeView>,
}

impl StockPlanView {
    fn new(plan: &StockPlan, stops: &[GuardStop], changes: &[Change]) -> Self {
        Self {
            id: plan.id.to_string(),
            kind: plan.kind,
            ops: plan.ops.iter().map(StockOpView::from).collect(),
            unchanged: plan.unchanged,
            unknown: plan.unknown,
            unmatched: plan.unmatched,
            asked: plan.asked,
            answered: plan.answered,
            stops: stops.iter().map(GuardStopView::from).collect(),
            changes: changes.iter().map(StockChangeView::from).collect(),
        }
    }
}

/// A plan that was kept.
#[derive(Clone, Debug, Serialize, TS)]
pub struct KeptPlanView {
    /// The plan.
    pub plan: StockPlanView,
    /// Where it stands.
    #[ts(type = "PlanState")]
    pub state: PlanState,
    /// The run that made it.
    pub run_id: String,
    /// When it was made.
    #[ts(type = "string")]
    pub made_at: DateTime<Utc>,
    /// When it last changed its state.
    #[ts(type = "string")]
    pub changed_at: DateTime<Utc>,
    /// Who approved it.
    pub changed_by: Option<String>,
}

impl From<KeptPlan> for KeptPlanView {
    fn from(kept: KeptPlan) -> Self {
        Self {
            plan: StockPlanView::new(&kept.plan, &kept.stops, &[]),
            state: kept.state,
            run_id: kept.run_id.to_string(),
            made_at: kept.made_at,
            changed_at: kept.changed_at,
            changed_by: kept.changed_by,
        }
    }
}

/// How many plans are listed.
const PLANS: u32 = 20;

pub(super) async fn stock_plans(host: &dyn Host, (): ()) -> Result<Vec<KeptPlanView>, Problem> {
    let plans = host.desk().app().stock_plans(PLANS).await?;
    Ok(plans.into_iter().map(KeptPlanView::from).collect())
}

/// A plan.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PlanRequest {
    /// Its id.
    pub id: String,
}

pub(super) async fn stock_plan(
    host: &dyn Host,
    request: PlanRequest,
) -> Result<KeptPlanView, Problem> {
    Ok(host.desk().app().stock_plan(&PlanId::new(request.id)).await?.into())
}

pub(super) async fn stock_apply(
    host: &dyn Host,
    request: PlanRequest,
) -> Result<JobRequested, Problem> {
    let desk = host.desk();
    let kept = desk.app().stock_plan(&PlanId::new(request.id)).await?;
    let word = json!({ "approve": kept.plan.id, "by": operator() });
    wish(host, "quick", word).await
}

pub(super) async fn stock_undo(host: &dyn Host, (): ()) -> Result<JobRequested, Problem> {
    wish(host, "undo", json!({ "by": operator() })).await
}

/// SKUs whose stock is to be sent.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct StockSendRequest {
    /// Only these; what of them the guard stops waits for approval.
    pub only: Vec<SkuRef>,
}

pub(super) async fn stock_send(
    host: &dyn Host,
    request: StockSendRequest,
) -> Result<JobRequested, Problem> {
    if request.only.is_empty() {
        return Err(Problem::new(Code::CommandParametersInvalid)
            .about("stock_send")
            .detail("only"));
    }
    let only: Vec<SkuKey> = request.only.into_iter().map(SkuKey::from).collect();
    wish(host, "quick", json!({ "only": only, "by": operator() })).await
}

async fn wish(host: &dyn Host, mode: &str, options: Value) -> Result<JobRequested, Problem> {
    let Value::Object(options) = options else {
        return Err(Problem::new(Code::InternalError).about(mode));
    };
    let taken = host.desk().run_now(JOB, Some(mode), options).await?;
    Ok(JobRequested { request_id: taken.id, run_id: taken.run_id.map(|r| r.to_string()) })
}

/// What a run would do.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct StockPreviewRequest {
    /// Everything anew from TEMU's lists, or only JTL's stock against what TEMU showed last, or the last push reversed.
    #[ts(type = "\"full\" | \"quick\" | \"undo\"")]
    pub mode: PreviewMode,
    /// Only these SKUs; empty: all that differ.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<SkuRef>>")]
    pub only: Vec<SkuRef>,
}

/// What a preview covers.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewMode {
    /// TEMU's lists and JTL's stock.
    Full,
    /// JTL's stock.
    Quick,
    /// The last push, reversed.
    Undo,
}

/// What a run would do, and what speaks against it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StockPreview {
    /// The plan; nothing when it could not be made.
    pub plan: Option<StockPlanView>,
    /// Why not, or what should be known.
    pub problems: Vec<ProblemReport>,
}

pub(super) async fn stock_preview(
    host: &dyn Host,
    request: StockPreviewRequest,
) -> Result<StockPreview, Problem> {
    let mode = match request.mode {
        PreviewMode::Full => StockMode::Full,
        PreviewMode::Quick => StockMode::Quick,
        PreviewMode::Undo => StockMode::Undo,
    };
    let options = StockOptions {
        mode,
        approve: None,
        by: operator(),
        only: request.only.into_iter().map(SkuKey::from).collect(),
        dry_run: true,
        progress: silent(),
        cancel: CancellationToken::new(),
    };
    let report = host.desk().app().sync_stock(options).await?;
    let plan = report.plan.as_ref().map(|p| StockPlanView::new(&p.plan, &p.stops, &p.changes));
    Ok(StockPreview { plan, problems: report.problems })
}

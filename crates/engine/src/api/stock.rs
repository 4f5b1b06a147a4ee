//! Stock: lists, plans, approval, undo, rules.

use chrono::{DateTime, Utc};
use kontor_core::stock::{
    Change, Formula, GoodsId, GuardStop, PlanId, PlanKind, PushState, SkuId, SkuKey, SkuOp,
    SkuRule, StockPlan,
};
use kontor_core::{Code, Problem};
use kontor_store::{
    KeptPlan, PlanState, PushRecord, StockFilter, StockRow, StockSort, StockStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::csv::{self, Csv};
use super::host::Host;
use super::jobs::JobRequested;
use super::wire::{Done, PageRequest, Reason, TextFile};
use crate::operator;
use crate::progress::silent;
use crate::report::ProblemReport;
use crate::stock::{FormulaRow, FormulaValue, JOB, StockMode, StockOptions};

/// A SKU within its goods.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct SkuRef {
    /// TEMU's goods.
    pub goods_id: i64,
    /// TEMU's SKU.
    pub sku_id: i64,
}

impl From<SkuKey> for SkuRef {
    fn from(key: SkuKey) -> Self {
        Self { goods_id: key.goods_id.0, sku_id: key.sku_id.0 }
    }
}

impl From<SkuRef> for SkuKey {
    fn from(sku: SkuRef) -> Self {
        Self { goods_id: GoodsId(sku.goods_id), sku_id: SkuId(sku.sku_id) }
    }
}

/// Which SKUs.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct StockQuery {
    /// Only these; empty: all.
    #[ts(type = "StockStatus[]")]
    pub statuses: Vec<StockStatus>,
    /// Only SKUs with this reason or this problem of the last push.
    #[ts(type = "ProblemCode | null")]
    pub reason: Option<Code>,
    /// Only SKUs whose number, goods name or variant contains this text.
    pub text: Option<String>,
    /// Only SKUs whose number another SKU carries too.
    pub doubled: bool,
    /// The sort.
    #[ts(type = "\"number\" | \"difference\"")]
    pub sort: StockSort,
}

impl From<StockQuery> for StockFilter {
    fn from(query: StockQuery) -> Self {
        Self {
            statuses: query.statuses,
            reason: query.reason,
            text: query.text.filter(|text| !text.trim().is_empty()),
            doubled: query.doubled,
            sort: query.sort,
        }
    }
}

/// A page of SKUs.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct StockListRequest {
    /// Which SKUs.
    pub query: StockQuery,
    /// Which page.
    pub page: PageRequest,
}

/// A page of SKUs.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StockListPage {
    /// The rows.
    pub rows: Vec<StockRowView>,
    /// Pass it as `after` for the next page; nothing at the end.
    pub next: Option<String>,
    /// SKUs that match.
    pub total: u64,
}

/// The operator's rule for a SKU.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
pub struct SkuRuleView {
    /// Pieces that are held back beside JTL's buffer.
    pub buffer: i64,
    /// The most that TEMU shall show.
    pub cap: Option<i64>,
    /// A fixed quantity, whatever JTL counts.
    pub fixed: Option<i64>,
}

impl From<SkuRule> for SkuRuleView {
    fn from(rule: SkuRule) -> Self {
        Self { buffer: rule.buffer, cap: rule.cap, fixed: rule.fixed }
    }
}

/// A row of a stock list. What is not known is nothing, never 0.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StockRowView {
    /// Goods and SKU.
    pub sku: SkuRef,
    /// The trader's number.
    pub sku_sn: Option<String>,
    /// Name of the goods.
    pub goods_name: String,
    /// What tells the goods' SKUs apart.
    pub variant: String,
    /// Where it stands.
    #[ts(type = "StockStatus")]
    pub status: StockStatus,
    /// The operator's rule.
    pub rule: SkuRuleView,
    /// What TEMU should show.
    pub wanted: Option<i64>,
    /// What the formula gave, before buffer, orders and cap.
    pub counted: Option<i64>,
    /// Pieces of orders that JTL does not show yet.
    pub pending: Option<i64>,
    /// Why the wanted value is not known.
    pub reason: Option<Reason>,
    /// When JTL was asked last.
    #[ts(type = "string | null")]
    pub wanted_at: Option<DateTime<Utc>>,
    /// What was sent last.
    pub sent: Option<i64>,
    /// What TEMU confirmed last.
    pub confirmed: Option<i64>,
    /// When.
    #[ts(type = "string | null")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What TEMU showed last.
    pub last_read: Option<i64>,
    /// When.
    #[ts(type = "string | null")]
    pub last_read_at: Option<DateTime<Utc>>,
    /// What TEMU has, as far as is known.
    pub known: Option<i64>,
    /// Why the last push of the value failed.
    pub problem: Option<Reason>,
}

impl From<StockRow> for StockRowView {
    fn from(row: StockRow) -> Self {
        Self {
            sku: row.key.into(),
            sku_sn: row.sku_sn,
            goods_name: row.goods_name,
            variant: row.variant,
            status: row.status,
            rule: row.rule.into(),
            wanted: row.wanted,
            counted: row.counted,
            pending: row.pending,
            reason: row.reason.as_ref().map(Reason::from),
            wanted_at: row.wanted_at,
            sent: row.sent,
            confirmed: row.confirmed,
            confirmed_at: row.confirmed_at,
            last_read: row.last_read,
            last_read_at: row.last_read_at,
            known: row.known,
            problem: row.problem.as_ref().map(Reason::from),
        }
    }
}

pub(super) async fn stock_list(
    host: &dyn Host,
    request: StockListRequest,
) -> Result<StockListPage, Problem> {
    let (after, limit) = (request.page.after.as_deref(), request.page.rows());
    let page = host.desk().app().stock_page(&request.query.into(), after, limit).await?;
    Ok(StockListPage {
        rows: page.rows.into_iter().map(StockRowView::from).collect(),
        next: page.next,
        total: page.total,
    })
}

/// SKUs with a status.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StockCountView {
    /// The status.
    #[ts(type = "StockStatus")]
    pub status: StockStatus,
    /// SKUs.
    pub skus: u64,
}

pub(super) async fn stock_counts(host: &dyn Host, (): ()) -> Result<Vec<StockCountView>, Problem> {
    let counts = host.desk().app().stock_counts().await?;
    Ok(counts.into_iter().map(|c| StockCountView { status: c.status, skus: c.skus }).collect())
}

/// SKUs for a spreadsheet.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct StockCsvRequest {
    /// Which SKUs.
    pub query: StockQuery,
}

pub(super) async fn stock_csv(
    host: &dyn Host,
    request: StockCsvRequest,
) -> Result<TextFile, Problem> {
    let (app, filter) = (host.desk().app(), StockFilter::from(request.query));
    let mut rows = Csv::new(&[
        "goods_id", "sku_id", "sku", "name", "variant", "status", "counted", "buffer", "pending",
        "wanted", "temu", "reason",
    ]);
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let mut after: Option<String> = None;
    loop {
        let page = app.stock_page(&filter, after.as_deref(), csv::PAGE).await?;
        for row in page.rows {
            let reason = row.reason.or(row.problem).map(|r| r.code.as_str().to_owned());
            rows.row(&[
                row.key.goods_id.to_string(),
                row.key.sku_id.to_string(),
                row.sku_sn.unwrap_or_default(),
                row.goods_name,
                row.variant,
                row.status.as_str().to_owned(),
                number(row.counted),
                row.rule.buffer.to_string(),
                number(row.pending),
                number(row.wanted),
                number(row.known),
                reason.unwrap_or_default(),
            ])?;
        }
        after = page.next;
        if after.is_none() {
            return rows.file("bestand.csv");
        }
    }
}

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

/// The rule of a SKU.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SkuRuleRequest {
    /// The SKU.
    pub sku: SkuRef,
    /// Its rule.
    pub rule: SkuRuleView,
}

pub(super) async fn stock_rule_set(
    host: &dyn Host,
    request: SkuRuleRequest,
) -> Result<Done, Problem> {
    let app = host.desk().app();
    let SkuRuleView { buffer, cap, fixed } = request.rule;
    app.set_sku_rule(request.sku.into(), &SkuRule { buffer, cap, fixed }, &operator()).await?;
    Ok(Done { at: app.clock.now() })
}

/// A SKU.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SkuPushesRequest {
    /// The SKU.
    pub sku: SkuRef,
}

/// One pushed value.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PushView {
    /// Row id.
    pub id: i64,
    /// The run.
    pub run_id: String,
    /// What TEMU had, as far as was known.
    pub before: Option<i64>,
    /// What was sent.
    pub after: i64,
    /// How it ended.
    #[ts(type = "PushState")]
    pub state: PushState,
    /// Why it is not confirmed.
    pub reason: Option<Reason>,
    /// When it was sent.
    #[ts(type = "string")]
    pub sent_at: DateTime<Utc>,
    /// When TEMU showed it.
    #[ts(type = "string | null")]
    pub proven_at: Option<DateTime<Utc>>,
}

impl From<PushRecord> for PushView {
    fn from(push: PushRecord) -> Self {
        Self {
            id: push.id,
            run_id: push.run_id.to_string(),
            before: push.before,
            after: push.after,
            state: push.state,
            reason: push.reason.as_ref().map(Reason::from),
            sent_at: push.sent_at,
            proven_at: push.proven_at,
        }
    }
}

/// Pushes of a SKU that are shown.
const PUSHES: u32 = 50;

pub(super) async fn stock_pushes(
    host: &dyn Host,
    request: SkuPushesRequest,
) -> Result<Vec<PushView>, Problem> {
    let pushes = host.desk().app().stock_pushes(request.sku.into(), PUSHES).await?;
    Ok(pushes.into_iter().map(PushView::from).collect())
}

/// Article numbers to be compared.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct FormulasRequest {
    /// The numbers; empty: some of TEMU's.
    pub numbers: Vec<String>,
}

/// An article with what each formula gives.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FormulaRowView {
    /// The number.
    pub number: String,
    /// Whether JTL knows it.
    pub is_known: bool,
    /// What each formula gives, before buffers, orders and caps.
    pub formulas: Vec<FormulaValueView>,
    /// Chosen warehouses in which it has no row.
    pub missing_warehouses: Vec<String>,
}

/// What a formula gives.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FormulaValueView {
    /// The formula.
    #[ts(type = "StockFormula")]
    pub formula: Formula,
    /// Pieces; nothing when they are not known.
    pub pieces: Option<i64>,
    /// Why they are not known.
    pub reason: Option<Reason>,
}

impl From<FormulaRow> for FormulaRowView {
    fn from(row: FormulaRow) -> Self {
        let value = |v: FormulaValue| FormulaValueView {
            formula: v.formula,
            pieces: v.pieces,
            reason: v.reason.as_ref().map(Reason::from),
        };
        Self {
            number: row.number,
            is_known: row.article.is_some(),
            formulas: row.formulas.into_iter().map(value).collect(),
            missing_warehouses: row.missing_warehouses,
        }
    }
}

pub(super) async fn stock_formulas(
    host: &dyn Host,
    request: FormulasRequest,
) -> Result<Vec<FormulaRowView>, Problem> {
    let rows = host.desk().app().compare_formulas(&request.numbers).await?;
    Ok(rows.into_iter().map(FormulaRowView::from).collect())
}

/// A warehouse of JTL's.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WarehouseView {
    /// JTL's `kWarenLager`.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it counts when none are chosen.
    pub counts_by_default: bool,
}

pub(super) async fn warehouses(host: &dyn Host, (): ()) -> Result<Vec<WarehouseView>, Problem> {
    let listed = host.desk().app().warehouses().await?;
    let view = |w: kontor_jtl::JtlWarehouse| WarehouseView {
        counts_by_default: w.counts_by_default(),
        id: w.id,
        name: w.name,
    };
    Ok(listed.into_iter().map(view).collect())
}

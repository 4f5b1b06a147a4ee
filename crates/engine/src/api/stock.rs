//! Stock: lists of SKUs, their rules, what was sent of them.

use chrono::{DateTime, Utc};
use kontor_core::stock::{GoodsId, PushState, SkuId, SkuKey, SkuRule};
use kontor_core::{Code, Problem};
use kontor_store::{PushRecord, StockFilter, StockRow, StockSort, StockStatus};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::csv::{self, Csv};
use super::host::Host;
use super::wire::{Done, PageRequest, Reason, TextFile};
use crate::operator;

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

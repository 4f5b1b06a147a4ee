//! The stock part of the store: SKUs, what they should show, what was sent and confirmed, plans and their pushes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::ids::RunId;
use kontor_core::order::Hold;
use kontor_core::problem::Code;
use kontor_core::stock::{
    GoodsEdit, GuardStop, OpenPush, PendingLine, PlanId, PushOutcome, PushState, RemoteSku, SkuKey,
    SkuList, SkuOp, SkuRead, SkuRule, StockPlan, StockSubject, Want,
};
use serde::{Deserialize, Serialize};

use crate::Result;

/// Stock in Kontor's own database.
#[async_trait]
pub trait StockStore: Send + Sync {
    // ---- what TEMU lists ----------------------------------------------------------------------------------------
    /// Stores SKUs as TEMU lists them, in one transaction; a SKU that was inactive becomes active again. What TEMU shows
    /// is its *last read* stock; whether it counts for more than what was confirmed says the reading.
    async fn upsert_skus(&self, reading: ListReading, skus: &[RemoteSku]) -> Result<SkuTally>;
    /// Makes those inactive that no list has shown since `since`; their number. Only for a complete list.
    async fn deactivate_unseen(&self, since: DateTime<Utc>) -> Result<u64>;

    // ---- planning -----------------------------------------------------------------------------------------------
    /// Every active SKU with what is known of it, by goods and SKU.
    async fn stock_subjects(&self) -> Result<Vec<StockSubject>>;
    /// Lines of orders that TEMU has taken and that are still to be shipped (states `imported`, `on_hold`, `exported`,
    /// `accepted`).
    async fn pending_lines(&self) -> Result<Vec<PendingLine>>;
    /// Records what SKUs should show, in one transaction.
    async fn save_wants(&self, at: DateTime<Utc>, wants: &[(SkuKey, Want)]) -> Result<()>;

    // ---- plans --------------------------------------------------------------------------------------------------
    /// Keeps a plan as `proposed`; every other proposed one becomes `superseded`. One transaction.
    async fn propose_plan(
        &self,
        run: &RunId,
        at: DateTime<Utc>,
        plan: &StockPlan,
        stops: &[GuardStop],
    ) -> Result<()>;
    /// A plan by its id.
    async fn kept_plan(&self, id: &PlanId) -> Result<Option<KeptPlan>>;
    /// The newest plans, at most `limit`.
    async fn kept_plans(&self, limit: u32) -> Result<Vec<KeptPlan>>;
    /// Plans in a state, newest first.
    async fn plans_in(&self, state: PlanState) -> Result<Vec<KeptPlan>>;
    /// Moves a plan to a state. One that is not there is `store.conflict`.
    async fn set_plan_state(
        &self,
        at: DateTime<Utc>,
        id: &PlanId,
        state: PlanState,
        by: Option<&str>,
    ) -> Result<()>;

    /// Records what of a plan is over ([`StockPlan::settled`]); its state and its time stay. One that is not there is
    /// `store.conflict`.
    async fn settle_plan(&self, plan: &StockPlan) -> Result<()>;

    // ---- push ---------------------------------------------------------------------------------------------------
    /// Records the intent of edits, before they are sent: in one transaction, durable when it returns. Values that are
    /// still `sending` under another key are closed as `differs`: the new intent takes their place.
    async fn begin_push(
        &self,
        run: &RunId,
        plan: &PlanId,
        at: DateTime<Utc>,
        edits: &[GoodsEdit],
    ) -> Result<()>;
    /// Records what became of values, in one transaction. A confirmed value is what TEMU has from then on.
    async fn settle_push(&self, at: DateTime<Utc>, outcomes: &[PushOutcome]) -> Result<()>;
    /// Values whose outcome is not known, oldest first.
    async fn open_pushes(&self) -> Result<Vec<OpenPush>>;
    /// Records what TEMU shows, in one transaction; a confirmed push of that very value is proven by it.
    async fn save_reads(&self, reads: &[SkuRead]) -> Result<()>;
    /// The confirmed changes of the last run that has any and was no undo, in the order in which they were sent.
    async fn last_push(&self) -> Result<Vec<SkuOp>>;

    // ---- lists --------------------------------------------------------------------------------------------------
    /// A page of SKUs; filtered, sorted and cut in SQL.
    async fn list_stock(
        &self,
        filter: &StockFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<StockPage>;
    /// How many active SKUs stand where.
    async fn count_stock(&self) -> Result<Vec<StockCount>>;
    /// Pushes of a SKU, newest first, at most `limit`; `stock.sku_not_found` for one that is not stored.
    async fn pushes_of(&self, key: SkuKey, limit: u32) -> Result<Vec<PushRecord>>;
    /// Pushes of a run in the order in which they were sent, after the push `after`, at most `limit`.
    async fn pushes_of_run(
        &self,
        run: &RunId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<PushRecord>>;
    /// Sets the operator's rule of a SKU; `stock.sku_not_found` for one that is not stored.
    async fn set_sku_rule(
        &self,
        at: DateTime<Utc>,
        key: SkuKey,
        rule: &SkuRule,
        by: &str,
    ) -> Result<()>;
}

/// When lists were read, and what they count for more than.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListReading {
    /// When they were read.
    pub at: DateTime<Utc>,
    /// Values confirmed up to this time give way to the lists: TEMU shows an edit some seconds late, so that a list may
    /// still show what was before. `None`: the lists are old, and fill only what is not known at all.
    pub over: Option<DateTime<Utc>>,
}

impl ListReading {
    /// Lists that show everything that was confirmed before they were read.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { at, over: Some(at) }
    }
}

/// What the storing of listed SKUs did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkuTally {
    /// Stored for the first time.
    pub added: u64,
    /// Changed in anything but their stock.
    pub changed: u64,
}

/// Where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// It waits for the operator.
    Proposed,
    /// The operator has approved it; not all of it has been confirmed yet.
    Approved,
    /// All of it is confirmed.
    Applied,
    /// A newer one has taken its place.
    Superseded,
}

impl PlanState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Proposed, Self::Approved, Self::Applied, Self::Superseded];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Applied => "applied",
            Self::Superseded => "superseded",
        }
    }

    /// Reads the stable text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// A plan that was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPlan {
    /// The plan.
    pub plan: StockPlan,
    /// Why the guard stopped it.
    pub stops: Vec<GuardStop>,
    /// The run that made it.
    pub run_id: RunId,
    /// Where it stands.
    pub state: PlanState,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it last changed its state.
    pub changed_at: DateTime<Utc>,
    /// Who approved it.
    pub changed_by: Option<String>,
}

/// Where a SKU stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockStatus {
    /// TEMU should show another value.
    Delta,
    /// TEMU shows what it should.
    Synced,
    /// Its stock is not known.
    Unknown,
    /// No article belongs to it.
    Unmatched,
    /// No plan has been made since it was listed first.
    Unread,
}

impl StockStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Delta, Self::Synced, Self::Unknown, Self::Unmatched, Self::Unread];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delta => "delta",
            Self::Synced => "synced",
            Self::Unknown => "unknown",
            Self::Unmatched => "unmatched",
            Self::Unread => "unread",
        }
    }

    /// Reads the stable text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// Sort of a stock list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockSort {
    /// By the trader's number.
    #[default]
    Number,
    /// The largest difference between wanted and known first.
    Difference,
}

/// Filter of a stock list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StockFilter {
    /// Only these; empty: all.
    pub statuses: Vec<StockStatus>,
    /// Only SKUs with this reason or this problem of the last push.
    pub reason: Option<Code>,
    /// Only SKUs whose number, goods name or variant contains this text, whatever its case.
    pub text: Option<String>,
    /// Only SKUs whose number another active SKU carries too.
    pub doubled: bool,
    /// The sort.
    pub sort: StockSort,
}

/// A row of a stock list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRow {
    /// Goods and SKU.
    pub key: SkuKey,
    /// The trader's number.
    pub sku_sn: Option<String>,
    /// Name of the goods.
    pub goods_name: String,
    /// What tells the goods' SKUs apart.
    pub variant: String,
    /// The list in which TEMU shows it.
    pub list: SkuList,
    /// Where it stands.
    pub status: StockStatus,
    /// The operator's rule.
    pub rule: SkuRule,
    /// What TEMU should show.
    pub wanted: Option<i64>,
    /// What the formula gave, before buffer, orders and cap.
    pub counted: Option<i64>,
    /// Pieces of orders that JTL does not show yet.
    pub pending: Option<i64>,
    /// Why the wanted value is not known.
    pub reason: Option<Hold>,
    /// When JTL was asked last.
    pub wanted_at: Option<DateTime<Utc>>,
    /// What was sent last.
    pub sent: Option<i64>,
    /// When.
    pub sent_at: Option<DateTime<Utc>>,
    /// What TEMU confirmed last.
    pub confirmed: Option<i64>,
    /// When.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What TEMU showed last.
    pub last_read: Option<i64>,
    /// When.
    pub last_read_at: Option<DateTime<Utc>>,
    /// The later of confirmed and last read.
    pub known: Option<i64>,
    /// Why the last push of the value failed.
    pub problem: Option<Hold>,
}

/// A page of a stock list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockPage {
    /// The rows.
    pub rows: Vec<StockRow>,
    /// Pass it as `after` for the next page; `None` at the end.
    pub next: Option<String>,
    /// SKUs that match the filter.
    pub total: u64,
}

/// SKUs with a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCount {
    /// The status.
    pub status: StockStatus,
    /// SKUs.
    pub skus: u64,
}

/// One pushed value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushRecord {
    /// Row id.
    pub id: i64,
    /// The run.
    pub run_id: RunId,
    /// The plan.
    pub plan_id: PlanId,
    /// Goods and SKU.
    pub key: SkuKey,
    /// The key under which it was sent.
    pub request_key: String,
    /// What TEMU had, as far as was known.
    pub before: Option<i64>,
    /// What was sent.
    pub after: i64,
    /// How it ended.
    pub state: PushState,
    /// Why it is not confirmed.
    pub reason: Option<Hold>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When its outcome was known.
    pub settled_at: Option<DateTime<Utc>>,
    /// When TEMU showed it.
    pub proven_at: Option<DateTime<Utc>>,
}

//! Stock: what TEMU lists, what JTL counts, what TEMU should show, and the plan that brings it there.
//!
//! A number that is not known stays unknown with its reason: nothing is sent for it, and it is never taken for 0.

mod formula;
mod guard;
mod plan;
mod pushing;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::order::Hold;

pub use formula::{Article, Formula, Reading, StockRules, TEMU_MAX, Want, offer};
pub use guard::{Guard, GuardLimits, GuardStop, Judged, judge};
pub use plan::{
    Change, Direction, PlanId, PlanKind, PlannedSku, SkuOp, StockPlan, compare, plan, undo,
};
pub use pushing::{GoodsEdit, OpenPush, Target, edits};

/// TEMU's goods: what a stock edit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GoodsId(pub i64);

/// TEMU's SKU within its goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SkuId(pub i64);

impl fmt::Display for GoodsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SkuId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a stock value belongs to. Two listings may carry the same `skuSn`: they are two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SkuKey {
    /// The goods.
    pub goods_id: GoodsId,
    /// The SKU in it.
    pub sku_id: SkuId,
}

impl fmt::Display for SkuKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.goods_id, self.sku_id)
    }
}

impl std::str::FromStr for SkuKey {
    type Err = NoSkuKey;
    fn from_str(text: &str) -> Result<Self, NoSkuKey> {
        let parsed = text.split_once('/').and_then(|(goods, sku)| {
            Some(Self {
                goods_id: GoodsId(goods.trim().parse().ok()?),
                sku_id: SkuId(sku.trim().parse().ok()?),
            })
        });
        parsed.ok_or_else(|| NoSkuKey(text.to_owned()))
    }
}

/// A text that is no `goodsId/skuId`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not of the form goodsId/skuId")]
pub struct NoSkuKey(String);

/// In which of TEMU's two lists a SKU stands (`skuSearchType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkuList {
    /// 2: on sale.
    Available,
    /// 3: not on sale, e.g. sold out.
    NotAvailable,
}

impl SkuList {
    /// Both, in the order in which they are read: a SKU that sells out meanwhile moves from the first to the second and
    /// is met twice, never missed.
    pub const ALL: [Self; 2] = [Self::Available, Self::NotAvailable];

    /// TEMU's `skuSearchType`.
    pub fn search_type(self) -> i64 {
        match self {
            Self::Available => 2,
            Self::NotAvailable => 3,
        }
    }

    /// The list of a `skuSearchType`.
    pub fn from_search_type(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.search_type() == number)
    }
}

/// A SKU as TEMU lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteSku {
    /// Goods and SKU.
    pub key: SkuKey,
    /// The list that shows it.
    pub list: SkuList,
    /// The trader's number, without blanks around it; `None` when TEMU has none.
    pub sku_sn: Option<String>,
    /// Name of the goods.
    pub goods_name: String,
    /// What tells the goods' SKUs apart.
    pub variant: String,
    /// Pieces that TEMU shows; `None` when it shows no whole number.
    pub stock: Option<i64>,
}

/// The form of an article number by which TEMU's and JTL's are compared: JTL's collation ignores case and blanks at the
/// end, and a blank at the begin is a typing error.
pub fn article_key(number: &str) -> String {
    number.trim().to_lowercase()
}

/// The operator's rule for one SKU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SkuRule {
    /// Pieces that are held back beside JTL's buffer.
    pub buffer: i64,
    /// The most that TEMU shall show.
    pub cap: Option<i64>,
    /// A fixed quantity, whatever JTL counts (an article whose stock JTL does not track, say).
    pub fixed: Option<i64>,
}

/// What is known about a SKU when a plan is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockSubject {
    /// Goods and SKU.
    pub key: SkuKey,
    /// The trader's number.
    pub sku_sn: Option<String>,
    /// The operator's rule.
    pub rule: SkuRule,
    /// What TEMU has, as far as is known: the later one of what it confirmed and what it showed.
    pub known: Option<i64>,
    /// What the last plan wanted.
    pub last: Option<Want>,
}

/// A line of an order that TEMU has taken and that is still to be shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLine {
    /// The order.
    pub parent_order_sn: crate::ids::ParentOrderSn,
    /// Whether it has been handed to JTL, so that JTL may show it by now.
    pub is_exported: bool,
    /// Order-level SKU id.
    pub sku_id: Option<i64>,
    /// The trader's number.
    pub sku_sn: Option<String>,
    /// Pieces still to be shipped; `None` when they are not known.
    pub quantity: Option<i64>,
}

/// How far the push of a value has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushState {
    /// The intent is recorded; whether TEMU has it is not known.
    Sending,
    /// TEMU confirmed it.
    Confirmed,
    /// TEMU refused it.
    Refused,
    /// It has certainly not been processed.
    NotSent,
    /// It was looked up: TEMU shows another value.
    Differs,
}

impl PushState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Sending, Self::Confirmed, Self::Refused, Self::NotSent, Self::Differs];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::NotSent => "not_sent",
            Self::Differs => "differs",
        }
    }

    /// Reads the stable text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// What became of one pushed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushOutcome {
    /// Goods and SKU.
    pub key: SkuKey,
    /// The key under which it was sent.
    pub request_key: String,
    /// How it ended.
    pub state: PushState,
    /// Why it is not confirmed.
    pub reason: Option<Hold>,
}

/// What TEMU showed when it was asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkuRead {
    /// Goods and SKU.
    pub key: SkuKey,
    /// Pieces.
    pub stock: i64,
    /// When.
    pub at: DateTime<Utc>,
}

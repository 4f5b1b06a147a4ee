//! What goes into the store and comes out of it beside the domain's own types.

use chrono::{DateTime, Utc};
use kontor_core::ids::{ParentOrderSn, RunId};
use kontor_core::order::Hold;
use kontor_core::problem::Code;
use kontor_core::state::OrderState;
use serde::{Deserialize, Serialize};

/// What an import batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportTally {
    /// Orders stored for the first time.
    pub imported: u64,
    /// Orders changed.
    pub updated: u64,
    /// Orders left as they were.
    pub unchanged: u64,
}

/// An order that JTL shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// JTL's `cAuftragsNr`.
    pub jtl_order_number: String,
}

/// The carrier of a parcel at TEMU, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierVerdict {
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// The parcel's tracking number.
    pub tracking_number: String,
    /// TEMU's carrier id and name, or the reason.
    pub verdict: std::result::Result<(i64, String), Hold>,
}

/// Kinds of timeline entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// First stored.
    Imported,
    /// Content changed.
    Updated,
    /// State changed; `detail` is `from → to`.
    State,
    /// Something was noticed.
    Note,
    /// Something that a person must see.
    Alert,
    /// A try to report parcels.
    Report,
}

impl TimelineKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Imported, Self::Updated, Self::State, Self::Note, Self::Alert, Self::Report];
}

/// An entry to be added to an order's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// The run, if one did it.
    pub run_id: Option<RunId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind.
    pub kind: TimelineKind,
    /// The code that explains it.
    pub code: Option<Code>,
    /// Particulars.
    pub detail: String,
}

/// An entry of an order's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEvent {
    /// Row id.
    pub id: i64,
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// The run, if one did it.
    pub run_id: Option<RunId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind.
    pub kind: TimelineKind,
    /// The code that explains it.
    pub code: Option<Code>,
    /// Particulars.
    pub detail: String,
    /// When a person settled it (alerts only).
    pub settled_at: Option<DateTime<Utc>>,
    /// Who did.
    pub settled_by: Option<String>,
}

/// Sort of an order list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSort {
    /// Newest order time first.
    #[default]
    Newest,
    /// Oldest order time first (orders without one before all).
    Oldest,
    /// Next shipping deadline first (orders without one last).
    Deadline,
    /// By number.
    Number,
    /// Highest total first (orders without one last).
    Highest,
}

/// Filter of an order list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderFilter {
    /// Only these states; empty: all.
    pub states: Vec<OrderState>,
    /// Only orders held for this reason.
    pub hold: Option<Code>,
    /// Only orders whose number starts with this text.
    pub number_prefix: Option<String>,
    /// Only orders that begin so: the number or its last five digits, JTL's number, the buyer's name (family name
    /// first), an article number, a tracking number.
    pub search: Option<String>,
    /// Only orders to this country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// Only orders from this time on.
    pub ordered_from: Option<DateTime<Utc>>,
    /// Only orders before this time.
    pub ordered_before: Option<DateTime<Utc>>,
    /// The sort.
    pub sort: OrderSort,
}

/// A row of an order list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// Where it stands.
    pub state: OrderState,
    /// TEMU's status.
    pub temu_status: i64,
    /// When the buyer ordered.
    pub ordered_at: Option<DateTime<Utc>>,
    /// Latest shipping time.
    pub ship_by: Option<DateTime<Utc>>,
    /// The buyer's name; `None` while the address is missing or after it was forgotten.
    pub buyer: Option<String>,
    /// Country of the address.
    pub country: Option<String>,
    /// Number of lines.
    pub items: i64,
    /// Gross total in cents; `None` while the amounts are missing.
    pub total_cents: Option<i64>,
    /// Currency.
    pub currency: Option<String>,
    /// Reasons for the hold.
    pub holds: Vec<Hold>,
    /// JTL's number.
    pub jtl_order_number: Option<String>,
}

/// A page of an order list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPage {
    /// The rows.
    pub orders: Vec<OrderRow>,
    /// Pass it as `after` for the next page; `None` at the end.
    pub next: Option<String>,
    /// Orders that match the filter.
    pub total: u64,
}

/// Orders in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateCount {
    /// The state.
    pub state: OrderState,
    /// Orders.
    pub orders: u64,
}

/// The store's health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreHealth {
    /// Schema version of the database.
    pub schema_version: i64,
    /// Size in bytes.
    pub bytes: u64,
    /// Whether the quick integrity check passed.
    pub intact: bool,
}

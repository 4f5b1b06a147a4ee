//! What a desk asks the store beside the workflows: lists of parcels, what waits for a person, views, corrections.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::Code;
use kontor_core::correction::Correction;
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::StoredOrder;
use kontor_core::parcel::StoredParcel;
use kontor_core::state::{OrderState, Transition};
use serde::{Deserialize, Serialize};

use crate::Result;

/// Parcels by what is to be done about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelView {
    /// Known, but the order waits for more parcels.
    Incomplete,
    /// To be reported with the next run.
    Ready,
    /// Wait for a carrier.
    Unmapped,
    /// Whether TEMU has them is not known.
    Unclear,
    /// Refused by TEMU, or cannot be reported as they are.
    Refused,
    /// TEMU has them.
    Reported,
}

impl ParcelView {
    /// Every view.
    pub const ALL: [Self; 6] = [
        Self::Incomplete,
        Self::Ready,
        Self::Unmapped,
        Self::Unclear,
        Self::Refused,
        Self::Reported,
    ];
}

/// A row of a parcel list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelRow {
    /// The parcel.
    pub parcel: StoredParcel,
    /// What is to be done about it.
    pub view: ParcelView,
    /// Where its order stands.
    pub state: OrderState,
    /// The buyer's name.
    pub buyer: Option<String>,
    /// Latest shipping time of its order.
    pub ship_by: Option<DateTime<Utc>>,
}

/// A page of a parcel list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelPage {
    /// The rows, by order and parcel.
    pub parcels: Vec<ParcelRow>,
    /// Pass it as `after` for the next page; `None` at the end.
    pub next: Option<String>,
    /// Parcels of the view.
    pub total: u64,
}

/// Shipping methods of JTL that no carrier belongs to, with the parcels that wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmappedMethod {
    /// JTL's shipping method.
    pub shipping_method: String,
    /// JTL's logistics firm.
    pub logistics: String,
    /// Why: no row in the table, or TEMU does not list the carrier.
    pub code: Code,
    /// Parcels that wait.
    pub parcels: u64,
}

/// A saved view of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Row id.
    pub id: i64,
    /// The screen that it belongs to.
    pub screen: String,
    /// Its name, unique on the screen.
    pub name: String,
    /// Filter, sort and columns as the window keeps them (JSON).
    pub content: String,
}

/// Who changes something at a desk, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskAct {
    /// When.
    pub at: DateTime<Utc>,
    /// User and PC.
    pub by: String,
}

/// The desk's part of the store.
#[async_trait]
pub trait DeskStore: Send + Sync {
    /// A page of parcels by order and `kVersand`.
    async fn list_parcels(
        &self,
        view: ParcelView,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ParcelPage>;
    /// How many parcels each view has; views without parcels are left out.
    async fn count_parcels(&self) -> Result<Vec<(ParcelView, u64)>>;
    /// Shipping methods that parcels wait for, most parcels first.
    async fn unmapped_methods(&self) -> Result<Vec<UnmappedMethod>>;
    /// Orders by hour of their order time from `from` (inclusive) to `before`: begin of the hour and number.
    async fn orders_by_hour(
        &self,
        from: DateTime<Utc>,
        before: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, u64)>>;
    /// Orders on hold by reason, each with its number; an order with two reasons counts for both.
    async fn holds_by_code(&self) -> Result<Vec<(Code, u64)>>;
    /// Alerts that nobody has settled.
    async fn count_open_alerts(&self) -> Result<u64>;
    /// Settles an open alert; `false` when there is none of that id any more.
    async fn settle_alert(&self, id: i64, act: &DeskAct) -> Result<bool>;
    /// What persons have put right about the orders.
    async fn corrections(
        &self,
        sns: &[ParentOrderSn],
    ) -> Result<Vec<(ParentOrderSn, Vec<Correction>)>>;
    /// Stores a correction and the order as it is with it, in one transaction. An order whose version has moved is
    /// `store.conflict`.
    async fn correct_order(
        &self,
        act: &DeskAct,
        corrected: &StoredOrder,
        correction: &Correction,
        transition: Option<Transition>,
    ) -> Result<()>;
    /// The saved views of a screen, in their order.
    async fn saved_views(&self, screen: &str) -> Result<Vec<SavedView>>;
    /// Saves a view; one of the same name on the screen is replaced. Returns its id.
    async fn save_view(&self, screen: &str, name: &str, content: &str) -> Result<i64>;
    /// Deletes a view; `false` when it is not there.
    async fn delete_view(&self, id: i64) -> Result<bool>;
}

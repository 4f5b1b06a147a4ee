//! Parcels and carriers.

use chrono::{DateTime, Utc};
use kontor_core::parcel::{ReportState, StoredParcel};
use kontor_core::state::OrderState;
use kontor_core::{Code, Problem};
use kontor_store::ParcelView as StoreView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use super::wire::{PageRequest, Reason};

/// A parcel.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ParcelView {
    /// The order.
    pub parent_order_sn: String,
    /// JTL's number of the parcel (`kVersand`).
    pub jtl_id: i64,
    /// Tracking number.
    pub tracking_number: String,
    /// JTL's shipping method.
    pub shipping_method: String,
    /// JTL's logistics firm.
    pub logistics: String,
    /// TEMU's carrier, once mapped.
    pub carrier_name: Option<String>,
    /// How far the report has come.
    #[ts(type = "ReportState")]
    pub report: ReportState,
    /// Why it waits or was refused.
    pub problem: Option<Reason>,
    /// When it left.
    #[ts(type = "string | null")]
    pub shipped_at: Option<DateTime<Utc>>,
    /// When TEMU had it.
    #[ts(type = "string | null")]
    pub reported_at: Option<DateTime<Utc>>,
}

impl From<StoredParcel> for ParcelView {
    fn from(stored: StoredParcel) -> Self {
        let parcel = stored.parcel;
        Self {
            parent_order_sn: parcel.parent_order_sn.to_string(),
            jtl_id: parcel.jtl_id,
            tracking_number: parcel.tracking_number,
            shipping_method: parcel.shipping_method,
            logistics: parcel.logistics,
            carrier_name: stored.carrier_name,
            report: stored.report,
            problem: stored.problem.as_ref().map(Reason::from),
            shipped_at: parcel.shipped_at,
            reported_at: stored.reported_at,
        }
    }
}

/// Which parcels.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ParcelListRequest {
    /// What is to be done about them.
    #[ts(type = "ParcelTask")]
    pub task: StoreView,
    /// Which page.
    pub page: PageRequest,
}

/// A page of parcels.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ParcelListPage {
    /// The rows, by order.
    pub parcels: Vec<ParcelRowView>,
    /// Pass it as `after` for the next page; nothing at the end.
    pub next: Option<String>,
    /// Parcels of the view.
    pub total: u64,
}

/// A row of a parcel list.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ParcelRowView {
    /// The parcel.
    pub parcel: ParcelView,
    /// What is to be done about it.
    #[ts(type = "ParcelTask")]
    pub task: StoreView,
    /// Where its order stands.
    #[ts(type = "OrderState")]
    pub state: OrderState,
    /// The buyer's name.
    pub buyer: Option<String>,
    /// Latest shipping time of its order.
    #[ts(type = "string | null")]
    pub ship_by: Option<DateTime<Utc>>,
}

pub(super) async fn parcels_list(
    host: &dyn Host,
    request: ParcelListRequest,
) -> Result<ParcelListPage, Problem> {
    let (after, limit) = (request.page.after.as_deref(), request.page.rows());
    let page = host.desk().app().store.list_parcels(request.task, after, limit).await?;
    let row = |row: kontor_store::ParcelRow| ParcelRowView {
        parcel: row.parcel.into(),
        task: row.view,
        state: row.state,
        buyer: row.buyer,
        ship_by: row.ship_by,
    };
    Ok(ParcelListPage {
        parcels: page.parcels.into_iter().map(row).collect(),
        next: page.next,
        total: page.total,
    })
}

/// Parcels of a view.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ParcelCount {
    /// What is to be done about them.
    #[ts(type = "ParcelTask")]
    pub task: StoreView,
    /// How many.
    pub parcels: u64,
}

pub(super) async fn parcels_counts(host: &dyn Host, (): ()) -> Result<Vec<ParcelCount>, Problem> {
    let counts = host.desk().app().store.count_parcels().await?;
    Ok(counts.into_iter().map(|(task, parcels)| ParcelCount { task, parcels }).collect())
}

/// A shipping method that no carrier belongs to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct UnmappedMethodView {
    /// JTL's shipping method.
    pub shipping_method: String,
    /// JTL's logistics firm.
    pub logistics: String,
    /// Why: no row in the table, or TEMU does not list the carrier.
    #[ts(type = "ProblemCode")]
    pub code: Code,
    /// Parcels that wait for it.
    pub parcels: u64,
}

pub(super) async fn carriers_unmapped(
    host: &dyn Host,
    (): (),
) -> Result<Vec<UnmappedMethodView>, Problem> {
    let methods = host.desk().app().store.unmapped_methods().await?;
    let view = |m: kontor_store::UnmappedMethod| UnmappedMethodView {
        shipping_method: m.shipping_method,
        logistics: m.logistics,
        code: m.code,
        parcels: m.parcels,
    };
    Ok(methods.into_iter().map(view).collect())
}

/// A region of TEMU's.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RegionRequest {
    /// Its number; 76 is Germany.
    pub region_id: i64,
}

/// A carrier as TEMU lists it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TemuCarrierView {
    /// TEMU's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its brand, may be empty.
    pub brand: String,
}

pub(super) async fn carriers_of_temu(
    host: &dyn Host,
    request: RegionRequest,
) -> Result<Vec<TemuCarrierView>, Problem> {
    let carriers = host.desk().app().temu(None)?.carriers(request.region_id).await?;
    let view = |c: kontor_core::carrier::TemuCarrier| TemuCarrierView {
        id: c.id,
        name: c.name,
        brand: c.brand,
    };
    Ok(carriers.into_iter().map(view).collect())
}

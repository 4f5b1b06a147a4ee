//! What a run of the order workflow would do.

use kontor_core::Problem;
use kontor_core::shipment::{ReportedPackage, ShipmentReport};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::host::Host;
use super::wire::Reason;
use crate::orders::{Mode, SyncOptions};
use crate::progress::silent;
use crate::report::{Plan, PlannedImport, PlannedWait, ProblemReport};

/// What a run of the order workflow covers.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OrdersMode {
    /// All five steps.
    Full,
    /// Parcels only.
    TrackingOnly,
    /// The hand-over to JTL only.
    ExportOnly,
}

/// A run that is only looked at.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OrdersPreviewRequest {
    /// What it covers.
    pub mode: OrdersMode,
}

/// What a run would do. TEMU and JTL are only read.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OrdersPreview {
    /// Orders that would be stored or changed.
    pub imports: Vec<PlannedImportView>,
    /// Orders that would be handed to JTL.
    pub exports: Vec<String>,
    /// Calls that would report parcels.
    pub reports: Vec<PlannedReportView>,
    /// Orders that would wait, with the reason.
    pub waiting: Vec<PlannedWaitView>,
    /// What went wrong while looking.
    pub problems: Vec<ProblemReport>,
}

/// An import that would happen.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlannedImportView {
    /// The order.
    pub parent_order_sn: String,
    /// `insert`, `update` or `update_facts`.
    pub change: &'static str,
    /// Its state afterwards.
    #[ts(type = "OrderState")]
    pub state: String,
    /// Why it would be held.
    pub holds: Vec<Reason>,
}

/// A report that would be sent.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlannedReportView {
    /// The order.
    pub parent_order_sn: String,
    /// The tracking numbers.
    pub tracking_numbers: Vec<String>,
}

/// An order that would wait.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlannedWaitView {
    /// The order.
    pub parent_order_sn: String,
    /// The reason.
    pub reason: Reason,
}

impl OrdersPreview {
    fn new(plan: Plan, problems: Vec<ProblemReport>) -> Self {
        let import = |p: PlannedImport| PlannedImportView {
            parent_order_sn: p.parent_order_sn,
            change: p.change,
            state: p.state,
            holds: p.holds.iter().map(Reason::from).collect(),
        };
        let wait = |w: PlannedWait| PlannedWaitView {
            reason: (&w.reason).into(),
            parent_order_sn: w.parent_order_sn,
        };
        Self {
            imports: plan.import.into_iter().map(import).collect(),
            exports: plan.export.into_iter().map(|e| e.parent_order_sn).collect(),
            reports: plan.report.iter().map(PlannedReportView::from).collect(),
            waiting: plan.waiting.into_iter().map(wait).collect(),
            problems,
        }
    }
}

impl From<&ShipmentReport> for PlannedReportView {
    fn from(report: &ShipmentReport) -> Self {
        Self {
            parent_order_sn: report.parent_order_sn.to_string(),
            tracking_numbers: report.packages.iter().flat_map(numbers).collect(),
        }
    }
}

/// The tracking numbers of a package, its main parcel first.
fn numbers(package: &ReportedPackage) -> impl Iterator<Item = String> + '_ {
    let sub_parcels = package.sub_parcels.iter().map(|(_, number)| number.clone());
    std::iter::once(package.tracking_number.clone()).chain(sub_parcels)
}

pub(super) async fn orders_preview(
    host: &dyn Host,
    request: OrdersPreviewRequest,
) -> Result<OrdersPreview, Problem> {
    let options = SyncOptions {
        mode: match request.mode {
            OrdersMode::Full => Mode::Full,
            OrdersMode::TrackingOnly => Mode::TrackingOnly,
            OrdersMode::ExportOnly => Mode::ExportOnly,
        },
        since: None,
        only: Vec::new(),
        dry_run: true,
        progress: silent(),
        cancel: CancellationToken::new(),
    };
    let report = host.desk().app().sync_orders(options).await?;
    Ok(OrdersPreview::new(report.plan.unwrap_or_default(), report.problems))
}

//! Reporting parcels, and reading back what TEMU has.

use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::shipment::{KnownShipment, ReportedPackage, ShipmentReport};
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::CallFailure;
use crate::client::TemuClient;
use crate::errors::shipment_refusal;
use crate::fields::{Record, Scalar};
use crate::orders::lacks;
use crate::transport::{is_lasting, pause};
use crate::wire::object;

const CONFIRM: &str = "bg.logistics.shipment.v2.confirm";
const READ_BACK: &str = "bg.logistics.shipment.v2.get";

/// How a report failed. Only the kind tells what may be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmFailure {
    /// TEMU said no.
    Refused(Problem),
    /// It has certainly not been processed.
    NotSent(Problem),
    /// It may have been processed: read back before anything is sent again.
    Unknown(Problem),
    /// TEMU says that the order or the number is known already: look.
    AlreadyShipped(Problem),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireReport<'a> {
    send_type: i64,
    send_request_list: Vec<WirePackage<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WirePackage<'a> {
    carrier_id: i64,
    tracking_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_shipping_warehouse_id: Option<&'a str>,
    order_send_info_list: Vec<WireLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sub_send_requests: Vec<WireSubParcel<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireLine<'a> {
    parent_order_sn: &'a ParentOrderSn,
    order_sn: &'a OrderSn,
    quantity: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    goods_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku_id: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireSubParcel<'a> {
    carrier_id: i64,
    tracking_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_shipping_warehouse_id: Option<&'a str>,
}

fn package<'a>(
    sn: &'a ParentOrderSn,
    package: &'a ReportedPackage,
    warehouse: Option<&'a str>,
) -> WirePackage<'a> {
    let lines = package.lines.iter().map(|line| WireLine {
        parent_order_sn: sn,
        order_sn: &line.order_sn,
        quantity: line.quantity,
        goods_id: line.goods_id,
        sku_id: line.sku_id,
    });
    let subs = package.sub_parcels.iter().map(|(carrier_id, number)| WireSubParcel {
        carrier_id: *carrier_id,
        tracking_number: number,
        self_shipping_warehouse_id: warehouse,
    });
    WirePackage {
        carrier_id: package.carrier_id,
        tracking_number: &package.tracking_number,
        self_shipping_warehouse_id: warehouse,
        order_send_info_list: lines.collect(),
        sub_send_requests: subs.collect(),
    }
}

impl TemuClient {
    /// Reports all parcels of an order in one call. It is tried again only while it has certainly not been processed.
    ///
    /// # Errors
    /// See [`ConfirmFailure`].
    pub async fn confirm_shipment(
        &self,
        report: &ShipmentReport,
        warehouse_id: Option<&str>,
    ) -> Result<(), ConfirmFailure> {
        let packages =
            report.packages.iter().map(|p| package(&report.parent_order_sn, p, warehouse_id));
        let wire =
            WireReport { send_type: report.send_type, send_request_list: packages.collect() };
        let mut waits = self.transport.waits();
        loop {
            let failure = match self.transport.call(CONFIRM, &wire).await {
                Ok(_) => return Ok(()),
                Err(failure) => failure,
            };
            let may_repeat = !failure.may_have_happened && failure.problem.is_transient();
            match waits.next().filter(|_| may_repeat) {
                Some(wait) => pause(wait, &failure.problem).await,
                None => return Err(kind_of(failure)),
            }
        }
    }

    /// The parcels that TEMU shows for the lines of an order, each number once.
    ///
    /// # Errors
    /// The gateway's refusals; `temu.answer_incomplete` when TEMU shows a parcel without its number: whether it is one
    /// of ours is not known, and "none" would be a guess.
    pub async fn shipments(
        &self,
        sn: &ParentOrderSn,
        order_sns: &[OrderSn],
    ) -> Result<Vec<KnownShipment>, Problem> {
        let mut found: Vec<KnownShipment> = Vec::new();
        for order_sn in order_sns {
            let parameters = json!({ "parentOrderSn": sn, "orderSn": order_sn });
            let body = self.transport.read(READ_BACK, &parameters).await?;
            for known in parcels(&body).map_err(|problem| problem.about(sn))? {
                if found.iter().all(|f| f.tracking_number != known.tracking_number) {
                    found.push(known);
                }
            }
        }
        Ok(found)
    }
}

fn kind_of(failure: CallFailure) -> ConfirmFailure {
    let CallFailure { mut problem, error_code, may_have_happened } = failure;
    if let Some(code) = error_code.and_then(shipment_refusal) {
        problem.code = code;
    }
    match problem.code {
        Code::ShipmentTrackingUsed => ConfirmFailure::AlreadyShipped(problem),
        _ if may_have_happened => ConfirmFailure::Unknown(problem),
        _ if problem.is_transient() || is_lasting(&problem) => ConfirmFailure::NotSent(problem),
        _ => {
            if problem.code == Code::TemuRequestRejected {
                problem.code = Code::ShipmentRefused;
            }
            ConfirmFailure::Refused(problem)
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireShipments {
    #[serde(rename = "shipmentInfoDTO")]
    shipments: Option<Vec<Record<WireShipment>>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireShipment {
    carrier_id: Scalar,
    tracking_number: Scalar,
    package_sn: Scalar,
    sub_package_shipment_info_list: Option<Vec<Record<WireShipment>>>,
}

/// Parcels and their further parcels, in the order of the answer.
fn parcels(body: &[u8]) -> Result<Vec<KnownShipment>, Problem> {
    let wire: WireShipments = object(READ_BACK, body)?.unwrap_or_default();
    let mut found = Vec::new();
    for shipment in wire.shipments.into_iter().flatten() {
        let mut shipment = shipment.or_empty();
        let subs = shipment.sub_package_shipment_info_list.take();
        found.push(parcel(shipment)?);
        for sub in subs.into_iter().flatten() {
            found.push(parcel(sub.or_empty())?);
        }
    }
    Ok(found)
}

fn parcel(wire: WireShipment) -> Result<KnownShipment, Problem> {
    Ok(KnownShipment {
        carrier_id: wire.carrier_id.int(),
        tracking_number: wire
            .tracking_number
            .text()
            .ok_or_else(|| lacks(READ_BACK, "trackingNumber"))?,
        package_sn: wire.package_sn.text(),
    })
}

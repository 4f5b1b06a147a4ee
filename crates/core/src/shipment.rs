//! Planning the report of parcels to TEMU: which lines are in which parcel, and the one call that says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{OrderSn, ParentOrderSn};
use crate::order::{Hold, Order, OrderItem};
use crate::parcel::{JtlParcel, JtlShipping};
use crate::problem::Code;

/// One call of `bg.logistics.shipment.v2.confirm`: all parcels of one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentReport {
    /// The order.
    pub parent_order_sn: ParentOrderSn,
    /// 0: everything in one parcel; 1: several parcels.
    pub send_type: i64,
    /// The parcels, in the order of JTL's `kVersand`.
    pub packages: Vec<ReportedPackage>,
}

/// A parcel of the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedPackage {
    /// TEMU's carrier id.
    pub carrier_id: i64,
    /// Tracking number.
    pub tracking_number: String,
    /// What is in it.
    pub lines: Vec<ReportedLine>,
    /// Further parcels of the same single piece (`subSendRequests`): carrier id and tracking number.
    pub sub_parcels: Vec<(i64, String)>,
}

/// Pieces of a line in a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedLine {
    /// The line.
    pub order_sn: OrderSn,
    /// Pieces.
    pub quantity: i64,
    /// Order-level goods id (the product list's ids give error 20006).
    pub goods_id: Option<i64>,
    /// Order-level SKU id.
    pub sku_id: Option<i64>,
}

/// A parcel with its carrier's id at TEMU.
#[derive(Clone, Debug)]
pub struct CarriedParcel<'a> {
    /// The parcel.
    pub parcel: &'a JtlParcel,
    /// TEMU's carrier id.
    pub carrier_id: i64,
}

/// Whether all that the order still needs has been packed: JTL says so, or the pieces in the parcels cover every line.
pub fn is_complete(order: &Order, shipping: &JtlShipping) -> bool {
    shipping.complete || fill(order, &shipping.parcels.iter().collect::<Vec<_>>()).is_some()
}

/// Plans the call.
///
/// # Errors
/// `shipment.incomplete` without parcels; `shipment.contents_unknown` when JTL does not say which line is in which parcel
/// and it does not follow from the numbers.
pub fn plan(order: &Order, parcels: &[CarriedParcel<'_>]) -> Result<ShipmentReport, Hold> {
    let items: Vec<&OrderItem> = order.open_items().collect();
    if parcels.is_empty() || items.is_empty() {
        return Err(Hold::new(Code::ShipmentIncomplete, ""));
    }
    let contents = contents(order, &items, parcels)
        .ok_or_else(|| Hold::new(Code::ShipmentContentsUnknown, parcels.len().to_string()))?;
    let packages: Vec<ReportedPackage> = match contents {
        Contents::PerParcel(lines) => parcels
            .iter()
            .zip(lines)
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(p, lines)| package(p, lines, Vec::new()))
            .collect(),
        Contents::OnePieceInAll(line) => {
            let subs = parcels[1..]
                .iter()
                .map(|p| (p.carrier_id, p.parcel.tracking_number.clone()))
                .collect();
            vec![package(&parcels[0], vec![line], subs)]
        }
    };
    let send_type = i64::from(packages.len() > 1);
    Ok(ShipmentReport { parent_order_sn: order.parent_order_sn.clone(), send_type, packages })
}

fn package(
    p: &CarriedParcel<'_>,
    lines: Vec<ReportedLine>,
    sub_parcels: Vec<(i64, String)>,
) -> ReportedPackage {
    ReportedPackage {
        carrier_id: p.carrier_id,
        tracking_number: p.parcel.tracking_number.clone(),
        lines,
        sub_parcels,
    }
}

enum Contents {
    PerParcel(Vec<Vec<ReportedLine>>),
    OnePieceInAll(ReportedLine),
}

/// What is in each parcel, when it is known or follows: one parcel holds everything; JTL's packing list covers every
/// line; or there is one line, of as many pieces as parcels, or of a single piece.
fn contents(
    order: &Order,
    items: &[&OrderItem],
    parcels: &[CarriedParcel<'_>],
) -> Option<Contents> {
    if parcels.len() == 1 {
        return Some(Contents::PerParcel(vec![
            items.iter().map(|i| line(i, i.quantity.unwrap_or(0))).collect(),
        ]));
    }
    let by_parcel: Vec<&JtlParcel> = parcels.iter().map(|p| p.parcel).collect();
    if let Some(lines) = fill(order, &by_parcel).filter(|lines| lines.iter().all(|l| !l.is_empty()))
    {
        return Some(Contents::PerParcel(lines));
    }
    let [only] = items else { return None };
    match only.quantity {
        Some(1) if parcels.len() <= 11 => Some(Contents::OnePieceInAll(line(only, 1))),
        Some(n) if usize::try_from(n) == Ok(parcels.len()) => {
            Some(Contents::PerParcel(parcels.iter().map(|_| vec![line(only, 1)]).collect()))
        }
        _ => None,
    }
}

fn line(item: &OrderItem, quantity: i64) -> ReportedLine {
    ReportedLine {
        order_sn: item.order_sn.clone(),
        quantity,
        goods_id: item.goods_id,
        sku_id: item.sku_id,
    }
}

/// Gives the packed pieces to the lines, SKU by SKU; `None` unless every open line is covered exactly.
fn fill(order: &Order, parcels: &[&JtlParcel]) -> Option<Vec<Vec<ReportedLine>>> {
    let mut missing: Vec<(&OrderItem, i64)> =
        order.open_items().map(|i| (i, i.quantity.unwrap_or(0))).collect();
    let mut filled = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        let mut lines: BTreeMap<usize, i64> = BTreeMap::new();
        for content in &parcel.contents {
            let mut pieces = content.quantity;
            for (index, (item, left)) in missing.iter_mut().enumerate() {
                if pieces > 0 && *left > 0 && same_sku(item, &content.sku) {
                    let taken = pieces.min(*left);
                    *left -= taken;
                    pieces -= taken;
                    *lines.entry(index).or_default() += taken;
                }
            }
            if pieces > 0 {
                return None;
            }
        }
        filled.push(lines);
    }
    if missing.iter().any(|(_, left)| *left > 0) {
        return None;
    }
    let items: Vec<&OrderItem> = missing.into_iter().map(|(item, _)| item).collect();
    Some(
        filled
            .into_iter()
            .map(|lines| lines.into_iter().map(|(i, n)| line(items[i], n)).collect())
            .collect(),
    )
}

fn same_sku(item: &OrderItem, sku: &str) -> bool {
    item.seller_sku
        .as_deref()
        .is_some_and(|own| own.trim().to_lowercase() == sku.trim().to_lowercase())
}

/// A parcel as TEMU shows it (`bg.logistics.shipment.v2.get`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownShipment {
    /// TEMU's carrier id.
    pub carrier_id: Option<i64>,
    /// Tracking number.
    pub tracking_number: String,
    /// TEMU's own package number.
    pub package_sn: Option<String>,
}

/// What a read-back says about a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBack {
    /// TEMU has every parcel of the report.
    Reported,
    /// TEMU has none: it may be sent.
    Absent,
    /// TEMU has other parcels, or only some: a person must look.
    Different,
}

/// Compares a report with what TEMU shows.
pub fn compare(report: &ShipmentReport, known: &[KnownShipment]) -> ReadBack {
    let mut wanted = report.packages.iter().flat_map(|p| {
        std::iter::once(p.tracking_number.as_str())
            .chain(p.sub_parcels.iter().map(|(_, number)| number.as_str()))
    });
    if known.is_empty() {
        ReadBack::Absent
    } else if wanted.all(|number| known.iter().any(|k| k.tracking_number == number)) {
        ReadBack::Reported
    } else {
        ReadBack::Different
    }
}

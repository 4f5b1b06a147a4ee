//! Shipments: the rules of `bg.logistics.shipment.v2.confirm`, and what was reported.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::answers;
use super::gateway::{GatewayState, Refused};
use crate::seed::{ReportedParcel, SeededOrder};

type Parameters = Map<String, Value>;

struct Package {
    carrier_id: i64,
    tracking_number: String,
    lines: Vec<Line>,
    is_sub: bool,
}

struct Line {
    parent: String,
    order_sn: String,
    quantity: i64,
    goods_id: Option<i64>,
    sku_id: Option<i64>,
}

pub(super) fn confirm(
    state: &mut GatewayState,
    parameters: &Parameters,
    now: i64,
) -> Result<Value, Refused> {
    let send_type = parameters.get("sendType").and_then(Value::as_i64).ok_or(3_000_000)?;
    let requests = parameters.get("sendRequestList").and_then(Value::as_array).ok_or(3_000_000)?;
    let mut packages = Vec::new();
    for request in requests {
        read_package(request, &mut packages)?;
    }
    let parents: HashSet<&str> =
        packages.iter().flat_map(|p| &p.lines).map(|line| line.parent.as_str()).collect();
    let main = packages.iter().filter(|p| !p.is_sub).count();
    match (send_type, main, parents.len()) {
        (_, 0, _) | (_, _, 0) => return Err(3_000_000),
        (0, 1, 1) | (1, 2.., 1) | (2, 1, 2..) => {}
        _ => return Err(120_012_016),
    }
    check_numbers(state, &packages)?;
    for parent in &parents {
        check_order(state.orders.get(*parent).ok_or(120_012_007)?, &packages)?;
    }
    let parents: Vec<String> = parents.into_iter().map(str::to_owned).collect();
    let call = state.call_number();
    for parent in parents {
        book(state, &parent, &packages, call, now);
    }
    Ok(json!({ "assistantAgreementText": null, "warningMessage": [] }))
}

/// A carrier id comes as a number or as a numeric text; other integers as numbers only.
fn carrier(value: &Value) -> Result<i64, Refused> {
    let id = value.get("carrierId").ok_or(3_000_000)?;
    id.as_i64().or_else(|| id.as_str()?.parse().ok()).ok_or(3_000_000)
}

fn number(value: &Value) -> String {
    value.get("trackingNumber").and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

fn read_package(request: &Value, packages: &mut Vec<Package>) -> Result<(), Refused> {
    let infos = request.get("orderSendInfoList").and_then(Value::as_array).ok_or(3_000_000)?;
    let text = |info: &Value, name: &str| {
        info.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(3_000_000)
    };
    let mut lines = Vec::new();
    for info in infos {
        lines.push(Line {
            parent: text(info, "parentOrderSn")?,
            order_sn: text(info, "orderSn")?,
            quantity: info.get("quantity").and_then(Value::as_i64).ok_or(3_000_000)?,
            goods_id: info.get("goodsId").and_then(Value::as_i64),
            sku_id: info.get("skuId").and_then(Value::as_i64),
        });
    }
    let subs =
        request.get("subSendRequests").and_then(Value::as_array).cloned().unwrap_or_default();
    if subs.len() > 10 || (!subs.is_empty() && lines.iter().any(|l| l.quantity != 1)) {
        return Err(120_011_045);
    }
    packages.push(Package {
        carrier_id: carrier(request)?,
        tracking_number: number(request),
        lines,
        is_sub: false,
    });
    for sub in &subs {
        let lines = Vec::new();
        packages.push(Package {
            carrier_id: carrier(sub)?,
            tracking_number: number(sub),
            lines,
            is_sub: true,
        });
    }
    Ok(())
}

/// A number is usable once over all orders.
fn check_numbers(state: &GatewayState, packages: &[Package]) -> Result<(), Refused> {
    let mut in_call = HashSet::new();
    for package in packages {
        let number = package.tracking_number.as_str();
        if number.is_empty() {
            return Err(120_014_001);
        }
        if number.contains(['-', '%', '#']) {
            return Err(120_014_020);
        }
        if !in_call.insert(number) {
            return Err(120_014_003);
        }
        if state.tracking_numbers.contains_key(number) {
            return Err(120_014_004);
        }
    }
    Ok(())
}

fn check_order(order: &SeededOrder, packages: &[Package]) -> Result<(), Refused> {
    match order.status {
        2 => {}
        4 | 5 => return Err(120_012_004),
        _ => return Err(120_012_007),
    }
    let label = |name: &str| order.labels.iter().any(|l| l == name);
    if label("pending_buyer_cancellation") {
        return Err(120_012_030);
    }
    if label("pending_buyer_address_change") {
        return Err(120_012_023);
    }
    let known: Vec<i64> =
        answers::carriers(order.region_id).into_iter().map(|(id, _, _)| id).collect();
    if packages.iter().any(|p| !known.contains(&p.carrier_id)) {
        return Err(120_014_022);
    }
    let mut sent: BTreeMap<&str, i64> = BTreeMap::new();
    for package in packages {
        let mut in_package = HashSet::new();
        for line in package.lines.iter().filter(|l| l.parent == order.parent_order_sn) {
            let item =
                order.items.iter().find(|i| i.order_sn == line.order_sn).ok_or(120_012_016)?;
            let ids_match = line.goods_id.is_none_or(|id| id == item.goods_id)
                && line.sku_id.is_none_or(|id| id == item.sku_id);
            if !ids_match {
                return Err(20_006);
            }
            if !in_package.insert(line.order_sn.as_str()) {
                return Err(120_012_041);
            }
            *sent.entry(line.order_sn.as_str()).or_default() += line.quantity;
        }
    }
    // A line's quantity must be completed in one go, and one call names all lines.
    let open = order.items.iter().filter(|i| i.quantity() > 0);
    let complete = open.clone().all(|i| sent.get(i.order_sn.as_str()) == Some(&i.quantity()));
    if complete && sent.len() == open.count() { Ok(()) } else { Err(120_012_016) }
}

fn book(state: &mut GatewayState, parent: &str, packages: &[Package], call: u64, now: i64) {
    for package in packages {
        state.tracking_numbers.insert(package.tracking_number.clone(), parent.to_owned());
    }
    let Some(order) = state.orders.get_mut(parent) else { return };
    for package in packages {
        let sequence = call * 100 + order.parcels.len() as u64;
        order.parcels.push(ReportedParcel {
            carrier_id: package.carrier_id,
            tracking_number: package.tracking_number.clone(),
            package_sn: format!("PK-{sequence:019}"),
            lines: package.lines.iter().map(|l| (l.order_sn.clone(), l.quantity)).collect(),
            call,
        });
    }
    order.status = 4;
    order.updated_at = now.max(order.updated_at + 1);
}

pub(super) fn shown(state: &GatewayState, parameters: &Parameters) -> Result<Value, Refused> {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).ok_or(3_000_000);
    let order = state.orders.get(text("parentOrderSn")?).ok_or(120_012_007)?;
    let line = text("orderSn")?;
    let item = order.items.iter().find(|i| i.order_sn == line).ok_or(120_012_016)?;
    let shown: Vec<Value> = order
        .parcels
        .iter()
        .filter_map(|parcel| {
            let (_, quantity) = parcel.lines.iter().find(|(sn, _)| sn == line)?;
            let subs: Vec<Value> = order
                .parcels
                .iter()
                .filter(|sub| sub.lines.is_empty() && sub.call == parcel.call)
                .map(|sub| json!({ "carrierId": sub.carrier_id, "trackingNumber": sub.tracking_number }))
                .collect();
            Some(json!({
                "carrierId": parcel.carrier_id, "trackingNumber": parcel.tracking_number, "skuId": item.sku_id,
                "quantity": quantity, "packageSn": parcel.package_sn, "packageDeliveryType": 1,
                "trackingWarningLabel": 0, "subPackageShipmentInfoList": subs
            }))
        })
        .collect();
    Ok(json!({ "shipmentInfoDTO": shown }))
}

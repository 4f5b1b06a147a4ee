//! The reading APIs.

use serde_json::{Map, Value, json};

use super::answers;
use super::gateway::{GatewayState, Refused};
use crate::seed::{AmountsAnswer, SeededItem, SeededOrder};

type Parameters = Map<String, Value>;

/// An integer parameter; one that is sent as a text is refused.
pub(super) fn integer(parameters: &Parameters, name: &str) -> Result<Option<i64>, Refused> {
    match parameters.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(3_000_000),
    }
}

pub(super) fn window(
    parameters: &Parameters,
    start: &str,
    end: &str,
) -> Result<Option<(i64, i64)>, Refused> {
    match (integer(parameters, start)?, integer(parameters, end)?) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) if from > 99_999_999_999 || to > 99_999_999_999 => Err(140_020_014),
        (Some(from), Some(to)) if to > from => Ok(Some((from, to))),
        (Some(_), Some(_)) => Err(140_020_012),
        _ => Err(140_020_013),
    }
}

pub(super) fn order_list(state: &GatewayState, parameters: &Parameters) -> Result<Value, Refused> {
    let page = integer(parameters, "pageNumber")?.unwrap_or(1).max(1);
    let size = integer(parameters, "pageSize")?.unwrap_or(10);
    if !(1..=100).contains(&size) {
        return Err(3_000_000);
    }
    let updated = window(parameters, "updateAtStart", "updateAtEnd")?;
    let created = window(parameters, "createAfter", "createBefore")?;
    let status = integer(parameters, "parentOrderStatus")?.filter(|s| *s != 0);
    let region = integer(parameters, "regionId")?;
    let numbers: Option<Vec<&str>> = parameters
        .get("parentOrderSnList")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect());
    if numbers.as_ref().is_some_and(|n| n.len() > 20) {
        return Err(3_000_000);
    }
    let within = |time: i64, window: Option<(i64, i64)>| {
        window.is_none_or(|(from, to)| (from..=to).contains(&time))
    };
    let mut found: Vec<&SeededOrder> = state
        .orders
        .values()
        .filter(|o| within(o.updated_at, updated) && within(o.ordered_at, created))
        .filter(|o| status.is_none_or(|s| s == o.status) && region.is_none_or(|r| r == o.region_id))
        .filter(|o| numbers.as_ref().is_none_or(|n| n.contains(&o.parent_order_sn.as_str())))
        .collect();
    let by_update = parameters.get("sortby").and_then(Value::as_str) == Some("updateTime");
    let key = |o: &&SeededOrder| if by_update { o.updated_at } else { o.ordered_at };
    found.sort_by(|a, b| {
        key(b).cmp(&key(a)).then_with(|| b.parent_order_sn.cmp(&a.parent_order_sn))
    });
    let total = found.len();
    let skip = usize::try_from((page - 1) * size).unwrap_or(usize::MAX);
    let items: Vec<Value> = found
        .into_iter()
        .skip(skip)
        .take(usize::try_from(size).unwrap_or(10))
        .map(order_json)
        .collect();
    Ok(json!({ "totalItemNum": total, "pageItems": items }))
}

fn order<'a>(
    state: &'a GatewayState,
    parameters: &Parameters,
    unknown: Refused,
) -> Result<&'a SeededOrder, Refused> {
    let sn = parameters.get("parentOrderSn").and_then(Value::as_str).ok_or(3_000_000)?;
    state.orders.get(sn).ok_or(unknown)
}

pub(super) fn order_detail(
    state: &GatewayState,
    parameters: &Parameters,
) -> Result<Value, Refused> {
    let mut detail = order_json(order(state, parameters, 140_020_002)?);
    if let Some(Value::Object(parent)) = detail.get_mut("parentOrderMap") {
        parent.remove("updateTime");
    }
    Ok(detail)
}

const LABELS: [&str; 6] = [
    "soon_to_be_overdue",
    "past_due",
    "pending_buyer_cancellation",
    "pending_buyer_address_change",
    "pending_risk_control_alert",
    "signature_required_on_delivery",
];

fn order_json(order: &SeededOrder) -> Value {
    let labels: Vec<Value> = LABELS
        .iter()
        .map(|name| json!({ "name": name, "value": i64::from(order.labels.iter().any(|l| l == name)) }))
        .collect();
    let items: Vec<Value> = order.items.iter().map(|item| item_json(order, item)).collect();
    json!({
        "parentOrderMap": {
            "parentOrderSn": order.parent_order_sn, "parentOrderStatus": order.status,
            "parentOrderTime": order.ordered_at, "parentConfirmTime": order.ordered_at + 900,
            "parentOrderPendingFinishTime": null, "expectShipLatestTime": order.ship_by,
            "latestDeliveryTime": order.ordered_at + 8 * 86_400, "parentShippingTime": null,
            "updateTime": order.updated_at, "regionId": order.region_id, "siteId": 100,
            "parentOrderLabel": labels, "fulfillmentWarning": order.warnings, "hasShippingFee": false,
            "orderPaymentType": "PPD", "batchOrderNumberList": [], "shippingMethod": 1,
            "isShipmentConsolidatedByMainMall": false
        },
        "orderList": items
    })
}

fn item_json(order: &SeededOrder, item: &SeededItem) -> Value {
    json!({
        "orderSn": item.order_sn, "orderStatus": order.status, "quantity": item.quantity(),
        "originalOrderQuantity": item.ordered, "canceledQuantityBeforeShipment": item.cancelled,
        "goodsId": item.goods_id, "skuId": item.sku_id, "goodsName": item.name, "originalGoodsName": item.name,
        "spec": "", "originalSpecName": "", "thumbUrl": "", "orderCreateTime": order.ordered_at,
        "orderShippingTime": null, "fulfillmentType": "fulfillBySeller", "fulfillmentWarning": [],
        "packageAbnormalTypeList": [], "orderLabel": [], "orderPaymentType": "PPD", "isCancelledDuringPending": false,
        "inventoryDeductionWarehouseId": "WH-00000000000000001", "inventoryDeductionWarehouseName": "Lager Musterstadt",
        "productList": [{
            "productId": item.goods_id - 600_000_000_000_000, "productSkuId": item.sku_id + 1, "extCode": item.ext_code,
            "soldFactor": 1
        }]
    })
}

pub(super) fn address(state: &GatewayState, parameters: &Parameters) -> Result<Value, Refused> {
    let order = order(state, parameters, 180_020_003)?;
    // Addresses vanish after shipment.
    let Some(address) = order.address.as_ref().filter(|_| matches!(order.status, 1..=3 | 41))
    else {
        return Ok(json!({}));
    };
    Ok(json!({
        "receiptName": format!("{} {}", address.first_name, address.last_name),
        "receiptAdditionalName": address.additional_name, "mobile": "0000000000-0001", "backupMobile": "",
        "mail": address.mail, "regionName1": address.country, "regionName2": "", "regionName3": address.city,
        "regionName4": "", "addressLine1": address.street, "addressLine2": address.line2, "addressLine3": "",
        "addressLineAll": format!("{} {}", address.street, address.line2), "postCode": address.post_code,
        "taxCode": "", "taxCodeType": 0,
        "addressExtra": { "firstName": address.first_name, "lastName": address.last_name },
        "warning": { "isRestriction": false }
    }))
}

pub(super) fn amounts(state: &GatewayState, parameters: &Parameters) -> Result<Value, Refused> {
    let order = order(state, parameters, 140_020_002)?;
    if order.amounts == AmountsAnswer::NotReady {
        return Err(140_020_008);
    }
    let skip = usize::from(order.amounts == AmountsAnswer::FirstLineMissing);
    let lines: Vec<Value> = order.items.iter().skip(skip).map(item_amounts).collect();
    let sum = |of: fn(&SeededItem) -> i64| amount(order.items.iter().map(of).sum());
    Ok(json!({
        "parentOrderMap": {
            "parentOrderSn": order.parent_order_sn,
            "basePriceTotal": sum(|i| base_price(i) * i.ordered),
            "retailPriceTotal": sum(|i| i.unit_gross * i.ordered),
            "shippingAmountTotal": sum(|i| net(i.shipping_gross, i.shipping_vat)),
            "shipAmountTotalTaxIncl": sum(|i| i.shipping_gross),
            "productTaxAmount": sum(|i| tax(i.unit_gross * i.ordered, i.vat)),
            "shipTaxAmount": sum(|i| tax(i.shipping_gross, i.shipping_vat)),
            "discountFromSeller": sum(|i| i.seller_discount),
            "discountFromTEMU": sum(|i| i.temu_discount),
            "totalDiscount": sum(|i| i.seller_discount + i.temu_discount),
            "refundsTotal": amount(0), "signOnDelivery": null
        },
        "orderList": lines, "warning": []
    }))
}

fn item_amounts(item: &SeededItem) -> Value {
    let total = item.unit_gross * item.ordered;
    json!({
        "orderSn": item.order_sn, "quantity": item.ordered,
        "basePrice": amount(base_price(item) * item.ordered), "unitBasePrice": amount(base_price(item)),
        "unitRetailPrice": amount(item.unit_gross), "unitRetailPriceVatIncl": amount(item.unit_gross),
        "unitRetailPriceVatExcl": amount(net(item.unit_gross, item.vat)), "retailPriceTotalTaxIncl": amount(total),
        "productTaxAmount": amount(tax(total, item.vat)),
        "shipTaxAmount": amount(tax(item.shipping_gross, item.shipping_vat)),
        "shipAmountTotalTaxIncl": amount(item.shipping_gross), "discountFromSeller": amount(item.seller_discount),
        "discountFromTEMU": amount(item.temu_discount),
        // Seen in a German shop: the true rate × 100,000,000.
        "productTaxRate": item.vat * 10_000, "shipTaxRate": item.shipping_vat * 10_000
    })
}

/// What TEMU pays the seller is less than the buyer's price.
fn base_price(item: &SeededItem) -> i64 {
    item.unit_gross * 7 / 10
}

fn amount(cents: i64) -> Value {
    json!({ "currency": "EUR", "amount": cents })
}

fn net(gross: i64, vat: i64) -> i64 {
    (gross * 10_000 + (10_000 + vat) / 2) / (10_000 + vat)
}

fn tax(gross: i64, vat: i64) -> i64 {
    gross - net(gross, vat)
}

pub(super) fn companies(parameters: &Parameters) -> Result<Value, Refused> {
    let region = integer(parameters, "regionId")?.ok_or(3_000_000)?;
    let list: Vec<Value> = answers::carriers(region)
        .into_iter()
        .map(|(id, name, brand)| {
            json!({
                "logisticsServiceProviderId": id, "logisticsServiceProviderName": name, "logisticsBrandName": brand
            })
        })
        .collect();
    Ok(Value::Array(list))
}

pub(super) fn cancellations(
    state: &GatewayState,
    parameters: &Parameters,
) -> Result<Value, Refused> {
    let page = integer(parameters, "pageNo")?.unwrap_or(1).max(1);
    let size = integer(parameters, "pageSize")?.unwrap_or(10).clamp(1, 200);
    let pending: &[String] = match integer(parameters, "afterSalesStatusGroup")? {
        Some(8) | None => &state.cancellations,
        Some(_) => &[],
    };
    let skip = usize::try_from((page - 1) * size).unwrap_or(usize::MAX);
    let data: Vec<Value> = pending
        .iter()
        .skip(skip)
        .take(usize::try_from(size).unwrap_or(10))
        .map(|sn| {
            json!({
                "parentAfterSalesSn": format!("{sn}-D01"), "parentAfterSalesStatus": 1, "parentOrderSn": sn,
                "afterSalesInfoList": [{ "afterSalesSn": format!("{sn}-D01-1"), "parentOrderSn": sn }]
            })
        })
        .collect();
    Ok(json!({ "total": pending.len(), "pageNumber": page, "data": data }))
}

//! Answers that do not depend on orders.

use serde_json::{Value, json};

/// Every API that the gateway knows.
pub(super) const APIS: [&str; 17] = [
    "bg.order.list.v2.get",
    "bg.order.detail.v2.get",
    "bg.order.shippinginfo.v2.get",
    "bg.order.decryptshippinginfo.get",
    "bg.order.amount.query",
    "bg.logistics.companies.get",
    "bg.logistics.warehouse.list.get",
    "bg.logistics.shipment.v2.confirm",
    "bg.logistics.shipment.v2.get",
    "bg.aftersales.cancel.list.get",
    "bg.open.accesstoken.info.get",
    "bg.local.goods.list.query",
    "bg.local.goods.sku.list.query",
    "temu.local.goods.sku.stock.query",
    "bg.local.goods.stock.edit",
    "temu.pay.tax.invoice.info.query",
    "temu.pay.tax.invoice.pdf.download",
];

/// Carriers of every region: id, name, brand.
pub(super) const CARRIERS: [(i64, &str, &str); 6] = [
    (141_252_268, "DHL", "DHL"),
    (998_264_853, "DPD", "DPD"),
    (998_264_743, "GLS", "GLS"),
    (998_264_938, "Hermes", "Hermes"),
    (960_246_690, "UPS", "UPS"),
    (699_272_611, "FedEx", "FedEx"),
];

/// The carriers, without Hermes outside Germany: each region lists a subset of its own.
pub(super) fn carriers(region: i64) -> Vec<(i64, &'static str, &'static str)> {
    CARRIERS.into_iter().filter(|(_, name, _)| region == 76 || *name != "Hermes").collect()
}

pub(super) fn warehouses() -> Value {
    json!({ "warehouseList": [{
        "warehouseId": "WH-00000000000000001", "warehouseName": "Lager Musterstadt", "regionId1": 76,
        "defaultWarehouse": true, "warehouseManagementType": 1, "enableBuyShippingLabel": false
    }]})
}

pub(super) fn token(missing_scopes: &[String], now: i64) -> Value {
    let scopes: Vec<&str> =
        APIS.into_iter().filter(|api| !missing_scopes.iter().any(|m| m == api)).collect();
    json!({
        "mallId": 634_418_000_000_001_i64, "mallType": 100, "regionId": 76, "expiredTime": now + 200 * 86_400,
        "apiScopeList": scopes, "appSubscribeEventCodeList": [], "appSubscribeStatus": 1, "authEventCodeList": []
    })
}

//! TEMU's answers for any number of orders, made as they are needed.

use serde_json::{Value, json};

/// The three answers about one order.
pub(crate) struct Answers {
    pub(crate) address: Vec<u8>,
    pub(crate) amounts: Vec<u8>,
}

fn envelope(result: Value) -> Vec<u8> {
    json!({ "success": true, "errorCode": 1_000_000, "errorMsg": "", "requestId": "eu-0", "result": result }).to_string().into_bytes()
}

fn number(index: usize) -> String {
    format!("PO-076-{:017}", 21_900_000_000_000_000 + index * 10)
}

fn line(index: usize, n: usize) -> String {
    format!("076-{:017}", 21_900_000_000_000_001 + index * 10 + n)
}

/// A page of the list with the orders `from..to`.
pub(crate) fn page(from: usize, to: usize) -> Vec<u8> {
    let items: Vec<Value> = (from..to).map(order).collect();
    envelope(json!({ "totalItemNum": to, "pageItems": items }))
}

fn order(index: usize) -> Value {
    let items: Vec<Value> = (0..2)
        .map(|n| {
            json!({
                "orderSn": line(index, n), "orderStatus": 2, "quantity": 1 + n, "originalOrderQuantity": 1 + n,
                "canceledQuantityBeforeShipment": 0, "goodsId": 601_099_548_666_279_i64, "skuId": 17_592_352_673_534_i64,
                "goodsName": "Teekanne \"Größe M\" & Sieb", "originalGoodsName": "Teapot", "spec": "Größe M",
                "thumbUrl": "https://img.example.org/a.jpg", "orderCreateTime": 1_763_622_700, "orderShippingTime": null,
                "fulfillmentType": "fulfillBySeller", "fulfillmentWarning": [], "packageAbnormalTypeList": [],
                "orderLabel": [], "productList": [{ "productId": 1, "productSkuId": 2, "extCode": "ART-00042", "soldFactor": 1 }]
            })
        })
        .collect();
    json!({
        "parentOrderMap": {
            "parentOrderSn": number(index), "parentOrderStatus": 2, "parentOrderTime": 1_763_622_700 + index,
            "parentConfirmTime": 1_763_623_700, "expectShipLatestTime": 1_763_922_700 + index,
            "latestDeliveryTime": 1_765_515_599, "updateTime": 1_763_623_800, "regionId": 76, "siteId": 100,
            "parentOrderLabel": [{ "name": "past_due", "value": 0 }, { "name": "soon_to_be_overdue", "value": 1 }],
            "fulfillmentWarning": [], "orderPaymentType": "PPD"
        },
        "orderList": items
    })
}

/// The answers about one order.
pub(crate) fn answers(index: usize) -> Answers {
    let amount = |cents: i64| json!({ "currency": "EUR", "amount": cents });
    let lines: Vec<Value> = (0_u8..2)
        .map(|n| {
            let quantity = 1 + i64::from(n);
            json!({
                "orderSn": line(index, usize::from(n)), "quantity": quantity, "unitRetailPriceVatIncl": amount(1_999),
                "retailPriceTotalTaxIncl": amount(1_999 * quantity), "productTaxAmount": amount(319 * quantity),
                "productTaxRate": 19_000_000, "shipAmountTotalTaxIncl": amount(245), "shipTaxRate": 19_000_000,
                "discountFromSeller": amount(0), "discountFromTEMU": amount(100), "unitBasePrice": amount(1_400)
            })
        })
        .collect();
    Answers {
        address: envelope(json!({
            "receiptName": "Zoë Kowalska-Mełer", "mobile": "0000000000-0001", "mail": format!("kunde{index}@example.org"),
            "regionName1": "Germany", "regionName2": "", "regionName3": "Köln", "addressLine1": "Beispielstraße 1",
            "addressLine2": "Hinterhaus", "postCode": "10115",
            "addressExtra": { "firstName": "Zoë", "lastName": "Kowalska-Mełer" }
        })),
        amounts: envelope(json!({
            "parentOrderMap": { "parentOrderSn": number(index), "shipAmountTotalTaxIncl": amount(490) }, "orderList": lines
        })),
    }
}

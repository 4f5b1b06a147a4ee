//! Saved answers: what is read out of them, and what is never made up.

use kontor_core::Code;
use kontor_core::money::Cents;
use kontor_core::remote::TemuStatus;
use kontor_temu::replay;
use serde_json::{Value, json};

fn saved(result: Value) -> Vec<u8> {
    json!({ "success": true, "errorCode": 1_000_000, "errorMsg": "", "result": result })
        .to_string()
        .into_bytes()
}

fn one_order(parent: Value, lines: Value) -> Vec<u8> {
    saved(json!({
        "totalItemNum": 1, "pageItems": [{ "parentOrderMap": parent, "orderList": lines }]
    }))
}

#[test]
fn an_order_is_read_as_the_documentation_describes_it() {
    let body = one_order(
        json!({
            "parentOrderSn": "PO-211-02066072965752676", "parentOrderStatus": 2, "regionId": "211",
            "parentOrderTime": 1_763_622_700, "parentConfirmTime": 0, "expectShipLatestTime": -1,
            "latestDeliveryTime": 1_765_515_599, "updateTime": 1_763_622_700_000_i64,
            "parentOrderLabel": [
                { "name": "soon_to_be_overdue", "value": 1 }, { "name": "past_due", "value": 0 },
                { "name": "pending_buyer_cancellation", "value": 1 }, "odd",
            ],
            "fulfillmentWarning": ["RESTRICT_SELF_SHIPPING"], "unknown": { "a": [1] },
        }),
        json!([{
            "orderSn": "211-02066112942712676", "orderStatus": 2, "quantity": 1, "originalOrderQuantity": 3,
            "canceledQuantityBeforeShipment": 2, "goodsId": 601_104_248_302_027_i64, "skuId": "17613836106883",
            "goodsName": null, "originalGoodsName": "Lampe", "spec": "", "originalSpecName": "rot",
            "fulfillmentWarning": ["CONFIRMED_CHANGED_ADDRESS", "RESTRICT_SELF_SHIPPING"],
            "productList": [
                { "extCode": " LBB4-A ", "soldFactor": 1 }, { "extCode": "" }, { "extCode": "LBB4-A" },
            ],
        }]),
    );
    let order = replay::order_list(&body).expect("a page").remove(0);
    assert_eq!(order.status, Some(TemuStatus::UN_SHIPPING));
    assert_eq!(order.region_id, Some(211));
    assert_eq!(order.ordered_at.map(|t| t.timestamp()), Some(1_763_622_700));
    assert_eq!((order.confirmed_at, order.ship_by), (None, None), "0 and -1 are no times");
    assert_eq!(order.updated_at, None, "milliseconds are no seconds");
    assert_eq!(order.labels, ["pending_buyer_cancellation", "soon_to_be_overdue"]);
    assert_eq!(order.warnings, ["CONFIRMED_CHANGED_ADDRESS", "RESTRICT_SELF_SHIPPING"]);
    let line = &order.items[0];
    assert_eq!(
        (line.quantity, line.ordered_quantity, line.cancelled_quantity),
        (Some(1), Some(3), Some(2))
    );
    assert_eq!((line.goods_id, line.sku_id), (Some(601_104_248_302_027), Some(17_613_836_106_883)));
    assert_eq!(line.seller_sku.as_deref(), Some("LBB4-A"));
    assert_eq!(line.sold_factor, Some(1));
    assert_eq!((line.name.as_deref(), line.variant.as_deref()), (Some("Lampe"), Some("rot")));
}

#[test]
fn products_that_disagree_give_no_sku_and_no_harmless_factor() {
    let line = |products: Value| {
        let lines = json!([{ "orderSn": "1", "productList": products }]);
        let body = one_order(json!({ "parentOrderSn": "PO-1" }), lines);
        replay::order_list(&body).expect("a page").remove(0).items.remove(0)
    };
    assert_eq!(line(json!([{ "extCode": "A" }, { "extCode": "B" }])).seller_sku, None);
    assert_eq!(line(json!([])).sold_factor, None);
    let factors = json!([{ "extCode": "A", "soldFactor": 1 }, { "extCode": "A", "soldFactor": 3 }]);
    assert_eq!(line(factors).sold_factor, Some(3), "1 would be taken for one piece");
}

#[test]
fn a_list_where_an_object_belongs_gives_no_values_by_position() {
    let body = one_order(json!(["PO-1", 2, 1_763_622_700]), json!([]));
    assert_eq!(replay::order_list(&body).expect_err("no number").code, Code::TemuAnswerIncomplete);
    let address = saved(json!(["Erika Mustermann"]));
    assert_eq!(replay::address(&address).expect_err("no object").code, Code::TemuAnswerIncomplete);
    let extra = saved(json!({ "receiptName": "E. M.", "addressExtra": ["Erika", "Mustermann"] }));
    let read = replay::address(&extra).expect("an address");
    assert_eq!((read.name.as_deref(), read.first_name), (Some("E. M."), None));
}

#[test]
fn an_address_falls_back_to_the_second_phone() {
    let body = saved(json!({
        "receiptName": "Zoë Łuczak", "mobile": " ", "backupMobile": "4915112345678-1234", "mail": null,
        "regionName1": "Germany", "regionName3": "Köln", "addressLine1": "Weg 1", "postCode": 50667,
        "addressExtra": { "firstName": "Zoë", "lastName": "Łuczak" },
    }));
    let address = replay::address(&body).expect("an address");
    assert_eq!(address.phone.as_deref(), Some("4915112345678-1234"));
    assert_eq!((address.email, address.state), (None, None));
    assert_eq!(address.post_code.as_deref(), Some("50667"));
    assert_eq!(address.lines, [Some("Weg 1".to_owned()), None, None]);
    assert_eq!(address.last_name.as_deref(), Some("Łuczak"));
}

fn amount_of(field: Value) -> Option<Cents> {
    let body = saved(json!({ "orderList": [{ "orderSn": "1", "unitRetailPriceVatIncl": field }] }));
    replay::amounts(&body).expect("amounts").items[0].unit_gross
}

#[test]
fn money_is_minor_units_or_missing() {
    assert_eq!(amount_of(json!({ "currency": "EUR", "amount": 1999 })), Some(Cents(1999)));
    assert_eq!(amount_of(json!({ "currency": "EUR", "amount": "1999" })), Some(Cents(1999)));
    for missing in [
        json!({ "currency": "EUR", "amount": "19.99" }),
        json!({ "currency": "EUR", "amount": 19.99 }),
        json!({ "currency": "EUR", "amount": 1999.0 }),
        json!({ "currency": "EUR", "amount": "1e3" }),
        json!({ "currency": "EUR", "amount": "1.999" }),
        json!({ "currency": "EUR", "amount": "1 999" }),
        json!({ "currency": "EUR", "amount": true }),
        json!({ "currency": "EUR" }),
        json!(1999),
        json!(["EUR", 1999]),
        json!(null),
    ] {
        assert_eq!(amount_of(missing.clone()), None, "{missing}");
    }
}

#[test]
fn currencies_are_those_of_the_amounts_that_are_read() {
    let body = saved(json!({
        "parentOrderMap": {
            "shipAmountTotalTaxIncl": { "currency": "eur", "amount": 490 },
            "customerPaid": { "currency": "USD", "amount": 5 },
        },
        "orderList": [
            { "orderSn": "2", "productTaxRate": 19_000_000, "discountFromTEMU": { "currency": "CZK", "amount": 1 } },
            { "unitRetailPriceVatIncl": { "currency": "EUR", "amount": 1 } }, "odd",
        ],
    }));
    let amounts = replay::amounts(&body).expect("amounts");
    let currencies: Vec<&str> = amounts.currencies.iter().map(|c| c.0.as_str()).collect();
    assert_eq!(currencies, ["CZK", "EUR"]);
    assert_eq!(amounts.shipping_gross, Some(Cents(490)));
    assert_eq!(amounts.items.len(), 1, "a line without a number is matched by nothing");
    assert_eq!(amounts.items[0].tax_rate, Some(19_000_000));
}

#[test]
fn a_saved_page_that_is_cut_or_refused_is_told() {
    let whole = one_order(json!({ "parentOrderSn": "PO-1" }), json!([]));
    for end in [0, 1, whole.len() / 2, whole.len() - 1] {
        let problem = replay::order_list(&whole[..end]).expect_err("cut");
        assert_eq!(problem.code, Code::TemuAnswerUnreadable, "{end}");
    }
    let refused = br#"{"success":false,"errorCode":3000034,"errorMsg":"expired"}"#;
    assert_eq!(replay::order_list(refused).expect_err("refused").code, Code::TemuTokenExpired);
    assert_eq!(
        replay::order_list(&saved(json!({}))).expect_err("no page").code,
        Code::TemuAnswerIncomplete
    );
    assert_eq!(
        replay::cancellations(&saved(json!({}))).expect_err("no page").code,
        Code::TemuAnswerIncomplete
    );
    let none = replay::order_list(&saved(json!({ "totalItemNum": 0 })));
    assert_eq!(none, Ok(Vec::new()));
}

//! Reports of parcels: what is certain, what is not, and that nothing is ever sent twice.

use std::time::Duration;

use kontor_core::Code;
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::shipment::{ReportedLine, ReportedPackage, ShipmentReport};
use kontor_temu::{ConfirmFailure, TemuClient};
use serde_json::json;

use crate::gateway::{Gateway, Reply, in_turn, settings};

fn report() -> ShipmentReport {
    let line = ReportedLine {
        order_sn: OrderSn::new("076-1"),
        quantity: 1,
        goods_id: Some(601_099_548_666_279),
        sku_id: None,
    };
    ShipmentReport {
        parent_order_sn: ParentOrderSn::new("PO-076-1"),
        send_type: 0,
        packages: vec![ReportedPackage {
            carrier_id: 141_252_268,
            tracking_number: "00340434".to_owned(),
            lines: vec![line],
            sub_parcels: vec![(998_264_853, "01905".to_owned())],
        }],
    }
}

async fn confirm(client: &TemuClient) -> ConfirmFailure {
    client.confirm_shipment(&report(), None).await.expect_err("a failure")
}

#[tokio::test]
async fn the_call_has_the_documented_shape() {
    let gateway = Gateway::start(|_| Reply::result(&json!(null))).await;
    let client = gateway.client();
    client.confirm_shipment(&report(), Some("WH-1")).await.expect("reported");
    client.confirm_shipment(&report(), None).await.expect("reported");
    let calls = gateway.calls();
    assert_eq!(calls[0]["type"], "bg.logistics.shipment.v2.confirm");
    assert_eq!(calls[0]["sendType"], 0);
    let lines = json!([{
        "parentOrderSn": "PO-076-1", "orderSn": "076-1", "quantity": 1, "goodsId": 601_099_548_666_279_i64
    }]);
    assert_eq!(
        calls[0]["sendRequestList"],
        json!([{
            "carrierId": 141_252_268, "trackingNumber": "00340434", "selfShippingWarehouseId": "WH-1",
            "orderSendInfoList": lines,
            "subSendRequests": [
                { "carrierId": 998_264_853, "trackingNumber": "01905", "selfShippingWarehouseId": "WH-1" }
            ],
        }])
    );
    assert!(calls[1]["sendRequestList"][0].get("selfShippingWarehouseId").is_none());
}

#[tokio::test]
async fn a_report_that_may_have_been_processed_is_never_sent_again() {
    let lost: Vec<(fn() -> Reply, Code)> = vec![
        (|| Reply::status(500), Code::TemuServerError),
        (|| Reply::status(403), Code::TemuAnswerUnreadable),
        (|| Reply::Cut, Code::TemuUnreachable),
        (|| Reply::CutInBody, Code::TemuUnreachable),
        (|| Reply::Silence, Code::TemuTimeout),
        (|| Reply::refusal(4_000_000, "system exception"), Code::TemuServerError),
        (|| Reply::body("{\"success\":tr"), Code::TemuAnswerUnreadable),
        (|| Reply::body("{\"success\":true}"), Code::TemuAnswerUnreadable),
        (|| Reply::body("{\"success\":false,\"errorCode\":1000000}"), Code::TemuAnswerUnreadable),
        (|| Reply::body("{\"error_code\":40003}"), Code::TemuRequestRejected),
    ];
    for (reply, code) in lost {
        let gateway = Gateway::start(move |_| reply()).await;
        let mut settings = gateway.settings();
        settings.timeout = Duration::from_millis(300);
        let client = TemuClient::new(settings, None).expect("a client");
        match confirm(&client).await {
            ConfirmFailure::Unknown(problem) => assert_eq!(problem.code, code),
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(gateway.calls().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_gateway_that_cannot_be_reached_has_got_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let client = TemuClient::new(settings(&base_url), None).expect("a client");
    match confirm(&client).await {
        ConfirmFailure::NotSent(problem) => {
            assert_eq!(problem.code, Code::TemuUnreachable);
            let detail = problem.detail.expect("a detail");
            assert!(detail.contains("refused"), "the cause is named: {detail}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_certainly_not_processed_is_tried_again_with_a_new_signature() {
    let gateway = Gateway::start(in_turn(vec![
        || Reply::status(429).header("retry-after", "0"),
        || Reply::refusal(120_014_006, "try later"),
        || Reply::result(&json!({ "warningMessage": [] })),
    ]))
    .await;
    gateway.client().confirm_shipment(&report(), None).await.expect("the third try");
    assert_eq!(gateway.calls().len(), 3);
}

#[tokio::test]
async fn an_uncertain_second_try_is_uncertain() {
    let gateway =
        Gateway::start(in_turn(vec![|| Reply::refusal(120_014_006, "try later"), || Reply::Cut]))
            .await;
    let failure = confirm(&gateway.client()).await;
    assert!(matches!(failure, ConfirmFailure::Unknown(_)), "{failure:?}");
    assert_eq!(gateway.calls().len(), 2);
}

#[tokio::test]
async fn a_no_of_temu_is_certain_and_says_why() {
    for (code, means) in [
        (120_014_001, Code::ShipmentTrackingRejected),
        (120_014_020, Code::ShipmentTrackingRejected),
        (120_014_022, Code::ShipmentTrackingRejected),
        (120_014_023, Code::ShipmentTrackingRejected),
        (120_012_030, Code::ShipmentBlockedByRequest),
        (120_017_007, Code::ShipmentBlockedByRequest),
        (120_012_023, Code::ShipmentBlockedByRequest),
        (120_012_031, Code::ShipmentBlockedByRequest),
        (120_012_007, Code::ShipmentRefused),
        (20_006, Code::ShipmentRefused),
        (3_000_000, Code::ShipmentRefused),
    ] {
        let gateway = Gateway::start(move |_| Reply::refusal(code, "no")).await;
        match confirm(&gateway.client()).await {
            ConfirmFailure::Refused(problem) => assert_eq!(problem.code, means, "{code}"),
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(gateway.calls().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_number_or_order_that_temu_has_already_is_looked_up_first() {
    for code in [120_012_004, 120_014_003, 120_014_004] {
        let gateway = Gateway::start(move |_| Reply::refusal(code, "already")).await;
        match confirm(&gateway.client()).await {
            ConfirmFailure::AlreadyShipped(problem) => {
                assert_eq!(problem.code, Code::ShipmentTrackingUsed);
            }
            other => panic!("{code}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_concerns_every_report_is_not_blamed_on_the_order() {
    for (code, means) in [
        (3_000_001, Code::TemuSignatureRejected),
        (3_000_032, Code::TemuScopeMissing),
        (120_011_072, Code::TemuAreaWrong),
        (120_015_527, Code::ShipmentWarehouseMissing),
        (120_011_085, Code::ShipmentWarehouseMissing),
    ] {
        let gateway = Gateway::start(move |_| Reply::refusal(code, "no")).await;
        match confirm(&gateway.client()).await {
            ConfirmFailure::NotSent(problem) => assert_eq!(problem.code, means),
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(gateway.calls().len(), 1, "{code}");
    }
}

fn lines() -> [OrderSn; 2] {
    [OrderSn::new("076-1"), OrderSn::new("076-2")]
}

#[tokio::test]
async fn the_parcels_of_all_lines_are_read_back_each_once() {
    let gateway = Gateway::start(|call| {
        let own = json!({
            "carrierId": 141_252_268, "trackingNumber": "T1", "packageSn": "PK-1",
            "subPackageShipmentInfoList": [{ "carrierId": 998_264_853, "trackingNumber": "T2" }],
        });
        let other = json!({ "carrierId": "998264853", "trackingNumber": "T3" });
        let shown = if call["orderSn"] == "076-1" { json!([own]) } else { json!([own, other]) };
        Reply::result(&json!({ "shipmentInfoDTO": shown }))
    })
    .await;
    let sn = ParentOrderSn::new("PO-076-1");
    let known = gateway.client().shipments(&sn, &lines()).await.expect("parcels");
    let numbers: Vec<(&str, Option<i64>)> =
        known.iter().map(|k| (k.tracking_number.as_str(), k.carrier_id)).collect();
    assert_eq!(
        numbers,
        [("T1", Some(141_252_268)), ("T2", Some(998_264_853)), ("T3", Some(998_264_853))]
    );
    assert_eq!(gateway.calls().len(), 2);
}

#[tokio::test]
async fn no_parcel_is_no_problem() {
    for result in [
        json!({}),
        json!(null),
        json!({ "shipmentInfoDTO": null }),
        json!({ "shipmentInfoDTO": [] }),
    ] {
        let gateway = Gateway::start(move |_| Reply::result(&result)).await;
        let sn = ParentOrderSn::new("PO-076-1");
        assert_eq!(gateway.client().shipments(&sn, &lines()).await, Ok(Vec::new()));
    }
}

#[tokio::test]
async fn a_parcel_without_its_number_is_not_taken_for_none() {
    for result in [
        json!({ "shipmentInfoDTO": [{ "packageSn": "PK-1", "trackingNumber": null }] }),
        json!({ "shipmentInfoDTO": ["odd"] }),
        json!({ "shipmentInfoDTO": "odd" }),
        json!("odd"),
    ] {
        let gateway = Gateway::start(move |_| Reply::result(&result)).await;
        let sn = ParentOrderSn::new("PO-076-1");
        let problem = gateway.client().shipments(&sn, &lines()).await.expect_err("unclear");
        assert_eq!(problem.code, Code::TemuAnswerIncomplete);
        assert_eq!(problem.subject.as_deref(), Some("PO-076-1"));
    }
}

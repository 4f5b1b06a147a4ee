//! Single calls: what is sent, what is tried again, what an answer means.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kontor_core::Code;
use kontor_core::ids::ParentOrderSn;
use kontor_temu::{Pace, SignatureMethod, TemuClient, sign};
use secrecy::SecretString;
use serde_json::json;
use serde_json::value::RawValue;

use crate::gateway::{ACCESS_TOKEN, APP_KEY, APP_SECRET, Gateway, Reply, in_turn};

fn sn() -> ParentOrderSn {
    ParentOrderSn::new("PO-076-00000000000000001")
}

#[tokio::test]
async fn the_text_that_is_sent_is_the_text_that_is_signed() {
    for method in [SignatureMethod::Md5, SignatureMethod::HmacSha256] {
        let gateway = Gateway::start(|_| Reply::result(&json!({ "totalItemNum": 0 }))).await;
        let mut settings = gateway.settings();
        settings.signature = method;
        let client = TemuClient::new(settings, None).expect("a client");
        let odd = ParentOrderSn::new("PO \"ö\\ł</>\u{1F4E6}");
        client.orders_by_number(&[odd]).await.expect("an answer");

        let body = gateway.received().remove(0);
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&body).expect("JSON");
        let sent = members["sign"].get().trim_matches('"').to_owned();
        let members: Vec<sign::Member> = members.into_iter().collect();
        assert_eq!(sign::sign(method, &SecretString::from(APP_SECRET), &members), sent);
        let call = &gateway.calls()[0];
        assert_eq!(call["app_key"], APP_KEY);
        assert_eq!(call["access_token"], ACCESS_TOKEN);
        assert!(call["timestamp"].is_i64(), "an integer");
        assert!(!body.contains(APP_SECRET));
    }
}

#[tokio::test]
async fn nothing_empty_stands_at_the_top_of_a_request() {
    let gateway = Gateway::start(|_| Reply::result(&json!({}))).await;
    let _ = gateway.client().address(&ParentOrderSn::new("")).await;
    let call = gateway.calls().remove(0);
    let members = call.as_object().expect("an object");
    assert!(members.values().all(|v| !v.is_null() && v != ""), "{call}");
}

#[tokio::test]
async fn a_read_survives_what_passes_by_itself() {
    let gateway = Gateway::start(in_turn(vec![
        || Reply::status(502),
        || Reply::Cut,
        || Reply::CutInBody,
        || Reply::refusal(4_000_000, "system exception"),
        || Reply::result(&json!({ "mallId": 42 })),
    ]))
    .await;
    let token = gateway.client().token().await.expect("the fifth try");
    assert_eq!(token.mall_id, Some(42));
}

#[tokio::test]
async fn tries_are_bounded() {
    let gateway = Gateway::start(|_| Reply::status(500)).await;
    let problem = gateway.client().token().await.expect_err("never well");
    assert_eq!(problem.code, Code::TemuServerError);
    assert_eq!(gateway.calls().len(), 5);
}

#[tokio::test]
async fn what_stays_is_asked_once() {
    for (code, means) in [
        (3_000_001, Code::TemuSignatureRejected),
        (3_000_003, Code::TemuApiUnknown),
        (3_000_026, Code::TemuAppRejected),
        (3_000_031, Code::TemuTokenRejected),
        (3_000_034, Code::TemuTokenExpired),
        (3_000_032, Code::TemuScopeMissing),
        (5_000_003, Code::TemuIpNotAllowed),
        (180_020_008, Code::TemuAgreementMissing),
        (140_020_002, Code::TemuRequestRejected),
        (2_000_000, Code::TemuRequestRejected),
    ] {
        let gateway = Gateway::start(move |_| Reply::refusal(code, "no")).await;
        let problem = gateway.client().address(&sn()).await.expect_err("refused");
        assert_eq!(problem.code, means, "{code}");
        assert!(problem.detail.expect("a detail").contains(&code.to_string()));
        assert_eq!(gateway.calls().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn success_is_true_and_1000000_and_nothing_less() {
    for (body, means) in [
        (r#"{"success":true,"errorCode":3000034,"errorMsg":"x"}"#, Code::TemuTokenExpired),
        (r#"{"success":true,"result":{"mallId":42}}"#, Code::TemuAnswerUnreadable),
        (r#"{"success":false,"errorCode":1000000}"#, Code::TemuAnswerUnreadable),
        (r#"{"error_code":40003,"error_msg":"x"}"#, Code::TemuRequestRejected),
        ("{}", Code::TemuAnswerUnreadable),
        ("[true,1000000]", Code::TemuAnswerUnreadable),
        ("null", Code::TemuAnswerUnreadable),
        ("", Code::TemuAnswerUnreadable),
        ("<html>", Code::TemuAnswerUnreadable),
    ] {
        let gateway = Gateway::start(move |_| Reply::body(body)).await;
        let problem = gateway.client().token().await.expect_err(body);
        assert_eq!(problem.code, means, "{body}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let gateway =
        Gateway::start(|_| Reply::status(307).header("location", "http://example.org/")).await;
    let problem = gateway.client().token().await.expect_err("refused");
    assert_eq!(problem.code, Code::TemuAnswerUnreadable);
    assert!(problem.detail.expect("a detail").contains("307"));
}

#[tokio::test]
async fn a_compressed_answer_is_read() {
    // gzip of {"success":true,"errorCode":1000000,"errorMsg":"","result":{"mallId":42}}
    const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x2e\x4d\x4e\x4e\x2d\x2e\x56\xb2\x2a\x29\x2a\x4d\xd5\x51\x4a\x2d\x2a\xca\x2f\x72\xce\x4f\x49\x55\xb2\x32\x34\x00\x03\xa8\x98\x6f\x71\xba\x92\x95\x92\x92\x8e\x52\x51\x6a\x71\x69\x4e\x89\x92\x55\xb5\x52\x6e\x62\x4e\x8e\x67\x8a\x92\x95\x89\x51\x6d\x2d\x00\x8a\xbc\x7f\x99\x49\x00\x00\x00";
    let gateway = Gateway::start(|_| Reply::body(GZIP).header("content-encoding", "gzip")).await;
    let token = gateway.client().token().await.expect("an answer");
    assert_eq!(token.mall_id, Some(42));
}

#[tokio::test]
async fn an_answer_that_never_ends_is_not_kept_in_memory() {
    let body = vec![b' '; (32 << 20) + 1];
    let gateway = Gateway::start(move |_| Reply::body(body.clone())).await;
    let mut settings = gateway.settings();
    settings.max_retries = 0;
    let client = TemuClient::new(settings, None).expect("a client");
    let problem = client.token().await.expect_err("too large");
    assert_eq!(problem.detail.as_deref(), Some("the answer is too large"));
}

#[tokio::test]
async fn too_fast_makes_everybody_wait_as_long_as_the_gateway_says() {
    let mut first = true;
    let gateway = Gateway::start(move |_| {
        if std::mem::take(&mut first) {
            return Reply::status(429).header("retry-after", "2");
        }
        Reply::result(&json!({ "mallId": 42 }))
    })
    .await;
    let client = gateway.client();
    let begun = Instant::now();
    client.token().await.expect("the second try");
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_by_how_much() {
    let gateway = Gateway::start(|_| {
        let there = chrono::Utc::now() - chrono::Duration::minutes(10);
        Reply::refusal(3_000_011, "timestamp in future").header("date", there.to_rfc2822())
    })
    .await;
    let problem = gateway.client().token().await.expect_err("refused");
    assert_eq!(problem.code, Code::TemuClockSkew);
    let detail = problem.detail.expect("a detail");
    let seconds: i64 = detail
        .rsplit_once("clock is ")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok())
        .expect("seconds");
    assert!((599..=605).contains(&seconds), "{detail}");
}

#[tokio::test]
async fn a_missing_time_stamp_is_no_wrong_clock() {
    let gateway = Gateway::start(|_| Reply::refusal(3_000_010, "no timestamp")).await;
    let problem = gateway.client().token().await.expect_err("refused");
    assert_eq!(problem.code, Code::TemuRequestRejected);
}

#[tokio::test]
async fn the_detail_of_another_order_is_not_taken() {
    let gateway = Gateway::start(|_| {
        Reply::result(
            &json!({ "parentOrderMap": { "parentOrderSn": "PO-other" }, "orderList": [] }),
        )
    })
    .await;
    let problem = gateway.client().order_detail(&sn()).await.expect_err("another order");
    assert_eq!(problem.code, Code::TemuAnswerIncomplete);
    assert_eq!(problem.subject.as_deref(), Some(sn().as_str()));
}

#[tokio::test]
async fn carriers_come_as_an_array_and_warehouses_in_an_object() {
    let gateway = Gateway::start(|call| match call["type"].as_str() {
        Some("bg.logistics.companies.get") => Reply::result(&json!([
            { "logisticsServiceProviderId": 141_252_268, "logisticsServiceProviderName": "DHL" },
            { "logisticsServiceProviderId": "998264853", "logisticsServiceProviderName": "DPD" },
            { "logisticsServiceProviderName": "without an id" }, "odd",
        ])),
        _ => Reply::result(&json!({ "warehouseList": [
            { "warehouseId": "WH-1", "warehouseName": "Halle", "defaultWarehouse": true }, null,
        ] })),
    })
    .await;
    let client = gateway.client();
    let carriers = client.carriers(76).await.expect("carriers");
    let ids: Vec<i64> = carriers.iter().map(|c| c.id).collect();
    assert_eq!(ids, [141_252_268, 998_264_853]);
    assert_eq!(gateway.calls()[0]["regionId"], 76);
    let warehouses = client.warehouses().await.expect("warehouses");
    assert!(warehouses[0].is_default && warehouses[0].id == "WH-1" && warehouses.len() == 1);
}

#[tokio::test]
async fn clients_of_one_app_key_keep_its_rate_and_its_pauses_together() {
    const RATE: u32 = 20;
    let mut calls = 0;
    let gateway = Gateway::start(move |_| {
        calls += 1;
        if calls == 31 {
            return Reply::status(429).header("retry-after", "1");
        }
        Reply::result(&json!({ "mallId": 42 }))
    })
    .await;
    let pace = Arc::new(Pace::new(RATE, 64));
    let client =
        || TemuClient::at_pace(gateway.settings(), Arc::clone(&pace), None).expect("a client");
    let (orders, stock) = (client(), client());
    let begun = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for client in [&orders, &stock] {
        for _ in 0..15 {
            let client = client.clone();
            all.spawn(async move { client.token().await.expect("an answer") });
        }
    }
    all.join_all().await;
    // The first of the 30 costs no time; alone, each client would be through after half of it.
    assert!(begun.elapsed() >= Duration::from_millis(1_400), "{:?}", begun.elapsed());
    let refused = tokio::spawn(async move { orders.token().await });
    while gateway.calls().len() < 31 {
        tokio::task::yield_now().await;
    }
    let refused_at = Instant::now();
    refused.await.expect("no panic").expect("the second try");
    stock.token().await.expect("an answer");
    assert!(refused_at.elapsed() >= Duration::from_millis(950), "{:?}", refused_at.elapsed());
}

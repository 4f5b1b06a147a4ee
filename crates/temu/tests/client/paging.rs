//! Lists: whole, or a problem; never a loop and never a quiet gap.

use std::collections::BTreeSet;

use chrono::DateTime;
use kontor_core::ids::ParentOrderSn;
use kontor_core::{Code, Problem};
use kontor_temu::{ListSummary, TemuClient, UpdateWindow};
use serde_json::{Value, json};

use crate::gateway::{Gateway, Reply};

fn order(number: usize) -> Value {
    json!({
        "parentOrderMap": { "parentOrderSn": format!("PO-{number}"), "parentOrderStatus": 2 },
        "orderList": [{ "orderSn": format!("{number}"), "quantity": 1 }],
    })
}

fn page_of(call: &Value) -> usize {
    usize::try_from(call["pageNumber"].as_u64().expect("pageNumber")).expect("small")
}

/// The page that the call asks for, of these orders.
fn page(call: &Value, orders: &[Value], total: Value) -> Reply {
    let size = usize::try_from(call["pageSize"].as_u64().expect("pageSize")).expect("small");
    let begin = ((page_of(call) - 1) * size).min(orders.len());
    let end = (begin + size).min(orders.len());
    Reply::result(&json!({ "totalItemNum": total, "pageItems": orders[begin..end] }))
}

fn orders(numbers: impl IntoIterator<Item = usize>) -> Vec<Value> {
    numbers.into_iter().map(order).collect()
}

async fn list(client: &TemuClient) -> (Vec<String>, Result<ListSummary, Problem>) {
    let time = |seconds| DateTime::from_timestamp(seconds, 0).expect("a time");
    let window = UpdateWindow { start: time(1_700_000_000), end: time(1_700_003_600) };
    let mut handed_over = Vec::new();
    let mut walk = client.orders(window);
    loop {
        match walk.next_page().await {
            Ok(Some(page)) => {
                handed_over.extend(page.iter().map(|o| o.parent_order_sn.to_string()));
            }
            Ok(None) => return (handed_over, Ok(walk.summary())),
            Err(problem) => return (handed_over, Err(problem)),
        }
    }
}

fn distinct(handed_over: &[String]) -> usize {
    handed_over.iter().collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn every_page_is_fetched_and_each_order_is_handed_over_once() {
    let gateway = Gateway::start(|call| page(call, &orders(0..250), json!(250))).await;
    let (handed_over, end) = list(&gateway.client()).await;
    assert_eq!((handed_over.len(), distinct(&handed_over)), (250, 250));
    let summary = end.expect("whole");
    assert_eq!((summary.orders, summary.total), (250, Some(250)));
    let calls = gateway.calls();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0]["sortby"], "updateTime");
    assert_eq!(calls[0]["updateAtStart"], 1_700_000_000);
    assert_eq!(calls[0]["updateAtEnd"], 1_700_003_600);
}

#[tokio::test]
async fn an_order_on_two_pages_is_handed_over_again_only_when_it_has_changed() {
    let gateway = Gateway::start(|call| {
        let mut all = orders((0..100).chain([98, 99]).chain(100..148));
        all[101]["parentOrderMap"]["parentOrderStatus"] = json!(3);
        page(call, &all, json!(148))
    })
    .await;
    let (handed_over, end) = list(&gateway.client()).await;
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(handed_over.iter().filter(|sn| *sn == "PO-98").count(), 1);
    assert_eq!(handed_over.iter().filter(|sn| *sn == "PO-99").count(), 2);
    assert_eq!(distinct(&handed_over), 148);
}

#[tokio::test]
async fn a_repeated_page_is_asked_twice_more_and_ends_in_a_problem() {
    let gateway = Gateway::start(|call| {
        let mut first = call.clone();
        first["pageNumber"] = json!(1);
        page(&first, &orders(0..250), json!(250))
    })
    .await;
    let (handed_over, end) = list(&gateway.client()).await;
    assert_eq!(end.expect_err("a loop").code, Code::TemuPageRepeated);
    assert_eq!(handed_over.len(), 100);
    assert_eq!(gateway.calls().len(), 4);
}

#[tokio::test]
async fn a_page_that_repeats_once_is_survived() {
    let mut repeats = 1;
    let gateway = Gateway::start(move |call| {
        let mut call = call.clone();
        if page_of(&call) == 2 && std::mem::take(&mut repeats) == 1 {
            call["pageNumber"] = json!(1);
        }
        page(&call, &orders(0..250), json!(250))
    })
    .await;
    let (handed_over, end) = list(&gateway.client()).await;
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(distinct(&handed_over), 250);
}

/// The trap: an order of page 1 changes while the list is walked, leaves the window, and pulls the first order of page 2
/// onto page 1, which has been read already. The count adds up all the same: 249 seen, 249 in the last total.
#[tokio::test]
async fn an_order_that_slides_onto_a_page_already_read_is_not_lost() {
    let mut calls = 0;
    let gateway = Gateway::start(move |call| {
        calls += 1;
        if calls == 1 {
            return page(call, &orders(0..250), json!(250));
        }
        page(call, &orders((0..250).filter(|n| *n != 7)), json!(249))
    })
    .await;
    let (handed_over, end) = list(&gateway.client()).await;
    assert!(end.is_ok(), "{end:?}");
    assert!(handed_over.contains(&"PO-100".to_owned()), "the one that slid");
    assert_eq!(distinct(&handed_over), 250);
}

#[tokio::test]
async fn a_list_that_never_adds_up_is_called_incomplete_with_its_numbers() {
    let gateway = Gateway::start(|call| page(call, &orders(0..250), json!(255))).await;
    let (handed_over, end) = list(&gateway.client()).await;
    let problem = end.expect_err("five are missing");
    assert_eq!(problem.code, Code::TemuListIncomplete);
    assert_eq!(problem.detail.as_deref(), Some("bg.order.list.v2.get: 250 of 255"));
    assert_eq!(handed_over.len(), 250);
    assert_eq!(gateway.calls().len(), 9);
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_walked_again() {
    let mut holes = 1;
    let gateway = Gateway::start(move |call| {
        if page_of(call) == 2 && std::mem::take(&mut holes) == 1 {
            return Reply::result(&json!({ "totalItemNum": 250, "pageItems": [] }));
        }
        page(call, &orders(0..250), json!(250))
    })
    .await;
    let (handed_over, end) = list(&gateway.client()).await;
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(distinct(&handed_over), 250);
}

#[tokio::test]
async fn a_total_that_moves_at_every_call_ends_all_the_same() {
    let mut total = 250;
    let gateway = Gateway::start(move |call| {
        total -= 1;
        page(call, &orders(0..250), json!(total))
    })
    .await;
    let (handed_over, end) = list(&gateway.client()).await;
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(distinct(&handed_over), 250);
    assert!(gateway.calls().len() <= 9);
}

#[tokio::test]
async fn an_answer_without_page_or_total_is_no_empty_list() {
    for result in [
        json!({}),
        json!({ "totalItemNum": 3 }),
        json!({ "pageItems": [] }),
        json!(null),
        json!([]),
    ] {
        let answer = result.clone();
        let gateway = Gateway::start(move |_| Reply::result(&answer)).await;
        let (_, end) = list(&gateway.client()).await;
        assert_eq!(end.expect_err("no list").code, Code::TemuAnswerIncomplete, "{result}");
    }
    for result in [json!({ "totalItemNum": 0 }), json!({ "totalItemNum": 0, "pageItems": null })] {
        let gateway = Gateway::start(move |_| Reply::result(&result)).await;
        let (_, end) = list(&gateway.client()).await;
        assert_eq!(end.map(|s| s.orders), Ok(0));
    }
}

#[tokio::test]
async fn one_unreadable_order_is_told_and_the_others_go_on() {
    let gateway = Gateway::start(|call| {
        let mut all = orders(0..5);
        all[0] = json!("odd");
        all[1]["parentOrderMap"]["parentOrderSn"] = json!(null);
        all[2]["orderList"][0]["orderSn"] = json!("");
        all[3]["orderList"] = json!("odd");
        all[3]["parentOrderMap"]["parentOrderLabel"] = json!({ "odd": true });
        page(call, &all, json!(5))
    })
    .await;
    let (handed_over, end) = list(&gateway.client()).await;
    let summary = end.expect("the list itself is whole");
    assert_eq!(handed_over, ["PO-3", "PO-4"]);
    assert_eq!(summary.problems.len(), 3);
    assert!(summary.problems.iter().all(|p| p.code == Code::TemuAnswerIncomplete));
    assert!(summary.problems.iter().any(|p| p.subject.as_deref() == Some("PO-2")));
    assert!(summary.problems.iter().any(|p| p.to_string().contains("line 1")), "what is known");
}

#[tokio::test]
async fn numbers_are_asked_for_twenty_at_a_time_and_one_bad_order_costs_no_other() {
    let gateway = Gateway::start(|call| {
        let wanted = call["parentOrderSnList"].as_array().expect("a list").clone();
        assert!(wanted.len() <= 20);
        let found: Vec<Value> = wanted
            .iter()
            .map(|sn| {
                let mut one = order(0);
                one["parentOrderMap"]["parentOrderSn"] = sn.clone();
                if sn == "PO-30" {
                    one["orderList"][0]["orderSn"] = json!(null);
                }
                one
            })
            .chain([order(999)])
            .collect();
        Reply::result(&json!({ "totalItemNum": found.len(), "pageItems": found }))
    })
    .await;
    let wanted: Vec<ParentOrderSn> =
        (0..45).map(|n| ParentOrderSn::new(format!("PO-{n}"))).collect();
    let found = gateway.client().orders_by_number(&wanted).await.expect("an answer");
    let numbers: BTreeSet<_> = found.into_iter().map(|o| o.parent_order_sn).collect();
    assert_eq!(gateway.calls().len(), 3);
    assert_eq!(numbers.len(), 44);
    assert!(!numbers.contains(&ParentOrderSn::new("PO-999")), "nobody asked for it");
}

fn cancellation(number: usize) -> Value {
    json!({
        "parentAfterSalesSn": format!("AS-{number}"),
        "afterSalesInfoList": [{ "parentOrderSn": format!("PO-{number}") }],
    })
}

fn cancellations(call: &Value, page: u64, total: usize) -> Reply {
    assert_eq!(call["afterSalesStatusGroup"], 8);
    let begin = usize::try_from(page - 1).expect("small") * 200;
    let data: Vec<Value> = (begin..(begin + 200).min(total)).map(cancellation).collect();
    Reply::result(&json!({ "total": total, "pageNumber": page, "data": data }))
}

#[tokio::test]
async fn every_pending_cancellation_is_found_by_page_no() {
    let gateway = Gateway::start(|call| {
        assert!(call.get("pageNumber").is_none(), "this list knows pageNo only");
        cancellations(call, call["pageNo"].as_u64().expect("pageNo"), 450)
    })
    .await;
    let pending = gateway.client().pending_cancellations().await.expect("whole");
    assert_eq!(pending.len(), 450);
    assert_eq!(gateway.calls().len(), 3);
}

#[tokio::test]
async fn a_list_of_cancellations_with_a_gap_is_not_taken_for_whole() {
    let repeated = Gateway::start(|call| cancellations(call, 1, 450)).await;
    let problem = repeated.client().pending_cancellations().await.expect_err("page 1 again");
    assert_eq!(problem.code, Code::TemuPageRepeated);

    for result in [json!({}), json!({ "total": 3 }), json!({ "data": [] }), json!(null)] {
        let gateway = Gateway::start(move |_| Reply::result(&result)).await;
        let problem = gateway.client().pending_cancellations().await.expect_err("no list");
        assert_eq!(problem.code, Code::TemuAnswerIncomplete);
    }

    let short = Gateway::start(|_| {
        Reply::result(&json!({ "total": 3, "data": [cancellation(1), cancellation(2)] }))
    })
    .await;
    let problem = short.client().pending_cancellations().await.expect_err("one is missing");
    assert_eq!(problem.code, Code::TemuListIncomplete);
}

#[tokio::test]
async fn an_entry_without_its_order_costs_no_other_cancellation() {
    let gateway = Gateway::start(|_| {
        let odd = json!({ "parentAfterSalesSn": "AS-0" });
        Reply::result(&json!({ "total": 2, "data": [odd, cancellation(1)] }))
    })
    .await;
    let pending = gateway.client().pending_cancellations().await.expect("whole");
    assert_eq!(pending, BTreeSet::from([ParentOrderSn::new("PO-1")]));
}

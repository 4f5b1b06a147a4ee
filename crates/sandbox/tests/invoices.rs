//! Invoice documents over HTTP.
// Clippy takes the fixtures of an integration test for production code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod shop;

use serde_json::{Value, json};
use shop::Shop;

const INFO: &str = "temu.pay.tax.invoice.info.query";
const PDF: &str = "temu.pay.tax.invoice.pdf.download";

#[tokio::test]
async fn documents_are_listed_and_each_comes_as_a_pdf() {
    let shop = Shop::open(10).await;
    let listed = shop.result(INFO, json!({ "pageNo": 1, "pageSize": 100 })).await;
    let list = listed["invoiceInfoList"].as_array().unwrap();
    assert_eq!(listed["total"].as_u64(), Some(list.len() as u64));
    let kinds: Vec<&Value> = list.iter().map(|entry| &entry["invoiceDirection"]).collect();
    assert!(kinds.contains(&&json!(1)) && kinds.contains(&&json!(2)), "{kinds:?}");
    for entry in list {
        let result = shop.result(PDF, json!({ "invoiceId": entry["invoiceId"] })).await;
        // "%PDF-" in Base64.
        assert!(result["fileContent"].as_str().unwrap().starts_with("JVBERi"));
        assert_eq!(result["invoiceName"], entry["invoiceName"]);
    }
    let after =
        json!({ "invoiceTimeStart": list[1]["invoiceTime"], "invoiceTimeEnd": 4_000_000_000_i64 });
    assert_eq!(shop.result(INFO, after).await["total"].as_u64(), Some(list.len() as u64 - 1));
    assert_eq!(shop.code(PDF, json!({ "invoiceId": 1 })).await, 200_030_002);
}

#[tokio::test]
async fn without_the_scope_no_document_is_told() {
    let shop = Shop::open(10).await;
    shop.sandbox.gateway().state().missing_scopes = vec![INFO.to_owned(), PDF.to_owned()];
    assert_eq!(shop.code(INFO, json!({})).await, 3_000_032);
    assert_eq!(shop.code(PDF, json!({ "invoiceId": 1 })).await, 3_000_032);
}

//! Stock at TEMU over HTTP: lists, edits, the read-back that lags, faults, and the books that compare it with JTL.
// Clippy takes the fixtures of an integration test for production code.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod shop;

use std::collections::BTreeSet;
use std::time::Duration;

use kontor_sandbox::books::{
    LeftAlone, StockChange, StockDifference, StockExpectation, StockFormula, expected_stock,
};
use kontor_sandbox::seed::SkuKind;
use kontor_sandbox::temu::{EditOutcome, EditedBy, TemuFault, TemuFaultKind};
use serde_json::{Value, json};
use shop::Shop;

const SKUS: &str = "bg.local.goods.sku.list.query";
const GOODS: &str = "bg.local.goods.list.query";
const STOCK: &str = "temu.local.goods.sku.stock.query";
const EDIT: &str = "bg.local.goods.stock.edit";

impl Shop {
    /// Every SKU of a search type, page by page.
    async fn listed(&self, search: i64) -> (i64, Vec<Value>) {
        let (mut all, mut total) = (Vec::new(), 0);
        for page in 1.. {
            let asked = json!({ "pageNo": page, "pageSize": 100, "skuSearchType": search });
            let result = self.result(SKUS, asked).await;
            total = result["total"].as_i64().unwrap();
            let entries = result["skuList"].as_array().unwrap().clone();
            if entries.is_empty() {
                break;
            }
            all.extend(entries);
        }
        (total, all)
    }

    /// The first SKU of a kind: goods id, SKU id.
    fn of_kind(&self, kind: SkuKind) -> (i64, i64) {
        let state = self.sandbox.gateway().state();
        let found = state.stock.skus.values().find(|sku| sku.listing.kind == kind).unwrap();
        (found.listing.goods_id, found.listing.sku_id)
    }

    fn pieces(&self, sku_id: i64) -> i64 {
        self.sandbox.gateway().state().stock.pieces(sku_id).unwrap()
    }

    fn inject(&self, api: &str, kind: TemuFaultKind) {
        self.sandbox.gateway().state().inject(TemuFault::on(api, kind));
    }

    fn pass(&self, seconds: u64) {
        self.sandbox.gateway().clock.advance(Duration::from_secs(seconds));
    }
}

fn target(goods_id: i64, sku_id: i64, pieces: i64, key: &str) -> Value {
    json!({ "goodsId": goods_id, "skuStockTargetList": [{ "skuId": sku_id, "stockTarget": pieces }],
            "requestUniqueKey": key })
}

fn difference(goods_id: i64, sku_id: i64, pieces: i64) -> Value {
    json!({ "goodsId": goods_id, "skuStockChangeList": [{ "skuId": sku_id, "stockDiff": pieces }] })
}

#[tokio::test]
async fn the_lists_hold_every_sku_once_in_stock_or_out_of_it() {
    let shop = Shop::open(500).await;
    let (total, available) = shop.listed(2).await;
    let (none_total, sold_out) = shop.listed(3).await;
    assert_eq!((total, none_total), (available.len() as i64, sold_out.len() as i64));
    let ids: BTreeSet<i64> =
        available.iter().chain(&sold_out).map(|sku| sku["skuId"].as_i64().unwrap()).collect();
    assert_eq!((ids.len(), available.len() + sold_out.len()), (500, 500));
    assert!(available.iter().all(|sku| sku["stock"].as_i64().unwrap() > 0));
    assert!(sold_out.len() >= 20 && sold_out.iter().all(|sku| sku["stock"] == 0));
    for name in [
        "goodsId",
        "skuSn",
        "goodsName",
        "specName",
        "price",
        "retailPrice",
        "currency",
        "crtTime",
        "status4VO",
        "subStatus4VO",
        "goodsIsOnSale",
        "skuStatusChangeTime",
        "specList",
    ] {
        assert!(available[0].get(name).is_some(), "{name}");
    }
    let (seven, all) = shop.listed(7).await;
    assert_eq!((seven, all.iter().all(|sku| sku["stock"] == 0)), (500, true));
    let goods = json!({ "pageNo": 1, "pageSize": 100, "goodsSearchType": 1 });
    let goods = shop.result(GOODS, goods).await;
    assert_eq!((&goods["total"], goods["goodsList"].as_array().unwrap().len()), (&json!(160), 100));
}

#[tokio::test]
async fn wrong_page_parameters_are_not_seen_and_wrong_types_are_refused() {
    let shop = Shop::open(300).await;
    let first = |page: &str| json!({ page: 2, "pageSize": 10, "skuSearchType": 2 });
    let ids = |result: Value| result["skuList"][0]["skuId"].clone();
    let right = ids(shop.result(SKUS, first("pageNo")).await);
    let wrong = shop.result(SKUS, first("pageNumber")).await;
    assert_eq!(wrong["pageNo"], 1);
    assert_ne!(ids(wrong), right);
    assert_eq!(shop.code(SKUS, json!({ "pageNo": 1, "skuSearchType": "2" })).await, 3_000_000);
    assert_eq!(shop.code(SKUS, json!({ "pageNo": 1 })).await, 7_000_000);
    let wide = json!({ "pageNo": 1, "pageSize": 200, "skuSearchType": 2 });
    assert_eq!(shop.code(SKUS, wide).await, 3_000_000);
}

#[tokio::test]
async fn an_edit_shows_after_five_seconds_and_moves_the_sku_between_the_lists() {
    let shop = Shop::open(100).await;
    let (goods_id, sku_id) = shop.of_kind(SkuKind::Plain);
    let before = shop.pieces(sku_id);
    let result = shop.result(EDIT, target(goods_id, sku_id, 0, "k-1")).await;
    assert_eq!((&result["operateResult"], &result["goodsId"]), (&json!(true), &json!(goods_id)));
    assert_eq!(result["skuStockEditStatusInfoList"][0]["stockEditStatus"], true);
    let shown = async || {
        let result = shop.result(STOCK, json!({ "skuIdList": [sku_id] })).await;
        result["stockList"][0]["skuStockInfoList"][0]["selfOrdinaryStock"]["stock"].as_i64()
    };
    let sold_out = async || {
        let asked = json!({ "pageNo": 1, "skuSearchType": 3, "skuIdList": [sku_id] });
        shop.result(SKUS, asked).await["total"].as_i64()
    };
    // An hour, so that a slow machine sees the old value too.
    shop.sandbox.gateway().state().stock.lag_millis = 3_600_000;
    assert_eq!((shop.pieces(sku_id), shown().await, sold_out().await), (0, Some(before), Some(0)));
    shop.sandbox.gateway().state().stock.lag_millis = 5_000;
    shop.pass(6);
    assert_eq!((shown().await, sold_out().await), (Some(0), Some(1)));
    let edits = shop.sandbox.gateway().state().stock.edits.clone();
    let [edit] = edits.as_slice() else { panic!("{edits:?}") };
    assert_eq!((edit.old, edit.new, edit.by), (before, 0, EditedBy::Api));
    assert_eq!((edit.request_key.as_deref(), edit.outcome), (Some("k-1"), EditOutcome::Applied));
    assert!(edit.call > 0);
}

#[tokio::test]
async fn what_the_documentation_forbids_is_refused_and_changes_nothing() {
    let shop = Shop::open(100).await;
    let (goods_id, sku_id) = shop.of_kind(SkuKind::Plain);
    let (other_goods, other_sku) = shop.of_kind(SkuKind::Fractions);
    let before = shop.pieces(sku_id);
    let entry = |pieces: i64| json!({ "skuId": sku_id, "stockTarget": pieces });
    let list = |entries: Value| json!({ "goodsId": goods_id, "skuStockTargetList": entries });
    let mut both = target(goods_id, sku_id, 1, "a");
    both["skuStockChangeList"] = json!([{ "skuId": sku_id, "stockDiff": 1 }]);
    let mut pre_sale = target(goods_id, sku_id, 1, "b");
    pre_sale["stockType"] = json!(1);
    let cases = [
        (both, 150_013_003),
        (pre_sale, 150_010_003),
        (list(json!([entry(1), entry(2)])), 150_013_001),
        (list(json!([entry(-1)])), 150_013_002),
        (list(json!([entry(1_000_001)])), 150_013_002),
        (list(json!([])), 150_010_003),
        (json!({ "goodsId": goods_id }), 150_010_003),
        (target(goods_id, other_sku, 1, "c"), 150_010_003),
        (target(other_goods, sku_id, 1, "d"), 150_010_003),
        (target(1, sku_id, 1, "e"), 150_010_003),
        (list(json!([{ "skuId": sku_id.to_string(), "stockTarget": 1 }])), 3_000_000),
    ];
    for (parameters, code) in cases {
        assert_eq!(shop.code(EDIT, parameters.clone()).await, code, "{parameters}");
    }
    assert_eq!(shop.pieces(sku_id), before);
    assert!(shop.sandbox.gateway().state().stock.edits.is_empty());
    // A refused call's key is still good.
    shop.result(EDIT, target(goods_id, sku_id, 3, "c")).await;
}

#[tokio::test]
async fn a_repeated_key_is_refused_with_the_code_of_the_switch() {
    let shop = Shop::open(100).await;
    let (goods_id, sku_id) = shop.of_kind(SkuKind::Plain);
    shop.result(EDIT, target(goods_id, sku_id, 3, "k")).await;
    assert_eq!(shop.code(EDIT, target(goods_id, sku_id, 4, "k")).await, 150_010_003);
    shop.sandbox.gateway().state().stock.repeated_key_code = 150_010_099;
    assert_eq!(shop.code(EDIT, target(goods_id, sku_id, 4, "k")).await, 150_010_099);
    assert_eq!(shop.pieces(sku_id), 3);
}

#[tokio::test]
async fn an_edit_whose_answer_is_lost_is_in_the_books_and_its_key_is_used() {
    let shop = Shop::open(100).await;
    let (goods_id, sku_id) = shop.of_kind(SkuKind::Plain);
    shop.inject(EDIT, TemuFaultKind::CutAfter);
    assert!(shop.try_call(EDIT, target(goods_id, sku_id, 3, "k")).await.is_err());
    shop.sandbox.gateway().state().clear_faults();
    assert_eq!(shop.pieces(sku_id), 3);
    assert_eq!(shop.code(EDIT, target(goods_id, sku_id, 3, "k")).await, 150_010_003);
    shop.inject(EDIT, TemuFaultKind::CutBefore);
    assert!(shop.try_call(EDIT, target(goods_id, sku_id, 4, "other")).await.is_err());
    shop.sandbox.gateway().state().clear_faults();
    assert_eq!(shop.pieces(sku_id), 3);
    shop.result(EDIT, target(goods_id, sku_id, 4, "other")).await;
}

#[tokio::test]
async fn orders_that_come_in_take_their_pieces_from_the_stock() {
    let shop = Shop::open(100).await;
    let books = &shop.sandbox.connection().books_url;
    let add = shop.http.post(format!("{books}/orders/change"));
    let add = add.header("content-type", "application/json");
    add.body(r#"{"change":"add","count":5}"#).send().await.unwrap();
    let state = shop.sandbox.gateway().state();
    let sold: i64 = state.stock.edits.iter().map(|edit| edit.old - edit.new).sum();
    let taken = state.stock.edits.iter().all(|edit| edit.by == EditedBy::Sale);
    assert!(taken && sold > 0, "{sold}");
}

#[tokio::test]
async fn differences_are_added_and_a_difference_of_nothing_is_no_operation() {
    let shop = Shop::open(100).await;
    let (goods_id, sku_id) = shop.of_kind(SkuKind::Plain);
    let before = shop.pieces(sku_id);
    assert_eq!(shop.result(EDIT, difference(goods_id, sku_id, 7)).await["operateResult"], true);
    assert_eq!(shop.pieces(sku_id), before + 7);
    assert_eq!(shop.result(EDIT, difference(goods_id, sku_id, 0)).await["operateResult"], false);
    let below = shop.result(EDIT, difference(goods_id, sku_id, -100_000)).await;
    assert_eq!(below["operateResult"], false);
    assert_eq!(below["skuStockEditStatusInfoList"][0]["errorCode"], 150_013_002);
    assert_eq!(shop.pieces(sku_id), before + 7);
}

#[tokio::test]
async fn verdicts_fail_sku_by_sku_and_answers_can_lie() {
    let shop = Shop::open(100).await;
    let (goods_id, skus) = {
        let state = shop.sandbox.gateway().state();
        let (id, skus) = state.stock.goods.iter().find(|(_, skus)| skus.len() == 3).unwrap();
        (*id, skus.clone())
    };
    let edit = |pieces: i64| {
        let entries: Vec<Value> =
            skus.iter().map(|id| json!({ "skuId": id, "stockTarget": pieces })).collect();
        json!({ "goodsId": goods_id, "skuStockTargetList": entries })
    };
    let held = || -> Vec<i64> { skus.iter().map(|id| shop.pieces(*id)).collect() };
    let faults = || shop.sandbox.gateway().state().clear_faults();
    shop.result(EDIT, edit(50)).await;
    shop.inject(EDIT, TemuFaultKind::RefuseSkus { sku_ids: vec![skus[1]], code: 150_010_005 });
    let result = shop.result(EDIT, edit(60)).await;
    let verdicts: Vec<bool> = result["skuStockEditStatusInfoList"]
        .as_array()
        .unwrap()
        .iter()
        .map(|verdict| verdict["stockEditStatus"].as_bool().unwrap())
        .collect();
    assert_eq!((verdicts, held()), (vec![true, false, true], vec![60, 50, 60]));
    assert_eq!(result["operateResult"], false);
    faults();
    shop.inject(EDIT, TemuFaultKind::OperateFalse);
    let result = shop.result(EDIT, edit(70)).await;
    assert_eq!((&result["operateResult"], held()), (&json!(false), vec![60, 50, 60]));
    faults();
    shop.inject(EDIT, TemuFaultKind::NotApplied);
    let result = shop.result(EDIT, edit(80)).await;
    assert_eq!((&result["operateResult"], held()), (&json!(true), vec![60, 50, 60]));
    let last = shop.sandbox.gateway().state().stock.edits.last().unwrap().outcome;
    assert_eq!(last, EditOutcome::AnsweredOnly);
    faults();
    let wanted = TemuFault {
        goods_id: Some(goods_id),
        ..TemuFault::on(EDIT, TemuFaultKind::ErrorAfter { code: 4_000_000 })
    };
    shop.sandbox.gateway().state().inject(wanted);
    assert_eq!(shop.code(EDIT, edit(90)).await, 4_000_000);
    assert_eq!(held(), [90, 90, 90]);
}

#[tokio::test]
async fn lists_can_miss_a_page_move_and_lie_about_their_total() {
    let shop = Shop::open(500).await;
    let (total, all) = shop.listed(2).await;
    let page = async |number: i64| {
        let asked = json!({ "pageNo": number, "pageSize": 100, "skuSearchType": 2 });
        let result = shop.result(SKUS, asked).await;
        let list = result["skuList"].as_array().unwrap().clone();
        (result["total"].as_i64().unwrap(), list)
    };
    let with = |kind: TemuFaultKind| {
        let mut state = shop.sandbox.gateway().state();
        state.clear_faults();
        state.inject(TemuFault::on(SKUS, kind));
    };
    with(TemuFaultKind::Shift { by: 1 });
    assert_eq!(page(2).await, (total - 1, all[101..201].to_vec()));
    with(TemuFaultKind::Shift { by: -1 });
    assert_eq!(page(2).await, (total + 1, all[99..199].to_vec()));
    with(TemuFaultKind::EmptyPage);
    assert_eq!(page(2).await, (total, Vec::new()));
    with(TemuFaultKind::Total { more: 5 });
    assert_eq!(page(1).await, (total + 5, all[..100].to_vec()));
    with(TemuFaultKind::RepeatPage);
    assert_eq!(page(3).await, (total, all[..100].to_vec()));
    with(TemuFaultKind::Remove { pointer: "/skuList/0".to_owned() });
    assert_eq!(page(1).await, (total, all[1..100].to_vec()));
}

#[tokio::test]
async fn a_sale_lowers_the_stock_and_brings_an_order() {
    let shop = Shop::open(100).await;
    let (_, sku_id) = shop.of_kind(SkuKind::Plain);
    let before = shop.pieces(sku_id);
    let number = shop.sandbox.sell(sku_id, 1).unwrap();
    assert_eq!(shop.pieces(sku_id), before - 1);
    let state = shop.sandbox.gateway().state();
    let order = &state.orders[&number];
    assert_eq!((order.status, order.items.len(), order.items[0].sku_id), (2, 1, sku_id));
    assert_eq!(order.items[0].ext_code, state.stock.skus[&sku_id].listing.sku_sn);
}

#[tokio::test]
async fn the_orders_sell_skus_that_temu_lists_under_the_same_number() {
    let shop = Shop::open(60).await;
    let state = shop.sandbox.gateway().state();
    for item in
        state.orders.values().flat_map(|order| &order.items).filter(|i| !i.ext_code.is_empty())
    {
        let listing = &state.stock.skus[&item.sku_id].listing;
        assert_eq!((listing.goods_id, &listing.sku_sn), (item.goods_id, &item.ext_code));
    }
}

/// What a formula gives for the first SKU of each kind, in the catalogue's own words.
#[tokio::test]
async fn the_books_compute_each_formula_from_the_tables() {
    let shop = Shop::open(100).await;
    let jtl = shop.sandbox.jtl();
    for warehouse in [1, 4, 5] {
        jtl.set_stock("ART-00000", warehouse, None).unwrap();
    }
    jtl.set_stock("ART-00000", 2, Some("12.9999999999999")).unwrap();
    jtl.set_stock("ART-00000", 3, Some("40")).unwrap();
    jtl.set_buffer("ART-00000", 2).unwrap();
    jtl.set_reserved("ART-00000", Some("3.5")).unwrap();
    // The set holds two of 22 and one of 21.
    for (sku, pieces) in [("ART-00022", "7"), ("ART-00021", "9")] {
        for warehouse in [1, 3, 4, 5] {
            jtl.set_stock(sku, warehouse, None).unwrap();
        }
        jtl.set_stock(sku, 2, Some(pieces)).unwrap();
    }
    let stock = jtl.stock().unwrap();
    let by = |formula| {
        let state = shop.sandbox.gateway().state();
        expected_stock(&state, &stock, &[], &StockExpectation::by(formula))
    };
    let of = |kind| shop.of_kind(kind).1;
    use StockFormula as F;
    let cases = [
        (SkuKind::Plain, [Ok(10), Ok(7), Ok(47)]),
        (SkuKind::NegativeAvailable, [Ok(2), Ok(0), Ok(0)]),
        (SkuKind::LargeBuffer, [Ok(0), Ok(0), Ok(0)]),
        (SkuKind::Fractions, [Ok(1241), Ok(1241), Ok(1241)]),
        (SkuKind::Reserved, [Ok(20), Ok(17), Ok(17)]),
        (SkuKind::Overselling, [Ok(1), Ok(0), Ok(0)]),
        (SkuKind::EmptyNumber, [Err(LeftAlone::NoNumber); 3]),
        (SkuKind::BlankNumber, [Err(LeftAlone::NoNumber); 3]),
        (SkuKind::UnknownToJtl, [Err(LeftAlone::NotInJtl); 3]),
        (SkuKind::Parent, [Err(LeftAlone::Parent); 3]),
        (SkuKind::Untracked, [Err(LeftAlone::Untracked); 3]),
        (SkuKind::NoStockRow, [Err(LeftAlone::NoStock); 3]),
        (SkuKind::RunOut, [Ok(0); 3]),
    ];
    for (kind, expected) in cases {
        let got = [F::OnHand, F::OnHandMinusReserved, F::JtlAvailable].map(|f| by(f)[&of(kind)]);
        assert_eq!(got, expected, "{kind:?}");
    }
    assert_eq!(by(F::OnHand)[&of(SkuKind::BillOfMaterial)], Ok(3));
    assert_eq!(by(F::OnHand)[&of(SkuKind::NoWarehouseRow)], Err(LeftAlone::NoStock));
    assert_eq!(by(F::OnHand)[&of(SkuKind::ForeignWarehousesOnly)], Err(LeftAlone::NoStock));
    assert_eq!(by(F::JtlAvailable)[&of(SkuKind::ForeignWarehousesOnly)], Ok(35));
}

#[tokio::test]
async fn the_agreement_tells_what_matches_what_differs_and_what_was_touched() {
    let shop = Shop::open(200).await;
    let expectation = StockExpectation::by(StockFormula::OnHand);
    let before = shop.sandbox.stock_agreement(&expectation).unwrap();
    assert!(!before.agrees && before.matching > 100, "{}", before.matching);
    for StockDifference { sku_id, expected, .. } in &before.differing {
        let goods_id = shop.sandbox.gateway().state().stock.skus[sku_id].listing.goods_id;
        let key = format!("k-{sku_id}");
        shop.result(EDIT, target(goods_id, *sku_id, *expected, &key)).await;
    }
    let after = shop.sandbox.stock_agreement(&expectation).unwrap();
    assert!(after.agrees);
    let untouched: usize = after.untouched.values().map(Vec::len).sum();
    assert_eq!(after.matching + untouched, 200);
    let (goods_id, sku_id) = shop.of_kind(SkuKind::UnknownToJtl);
    shop.result(EDIT, target(goods_id, sku_id, 0, "wrong")).await;
    let touched = shop.sandbox.stock_agreement(&expectation).unwrap();
    assert_eq!((touched.agrees, touched.touched), (false, vec![sku_id]));
}

#[tokio::test]
async fn orders_that_jtl_has_not_seen_lower_what_is_expected() {
    let shop = Shop::open(100).await;
    shop.sandbox.gateway().state().orders.clear();
    let (_, sku_id) = shop.of_kind(SkuKind::Plain);
    let expected = |minus_unseen_orders| {
        let by =
            StockExpectation { minus_unseen_orders, ..StockExpectation::by(StockFormula::OnHand) };
        shop.sandbox.expected_stock(&by).unwrap()[&sku_id].unwrap()
    };
    let before = expected(true);
    shop.sandbox.sell(sku_id, 2).unwrap();
    assert_eq!((expected(true), expected(false)), (before - 2, before));
    shop.sandbox.jtl().set_stock("ART-00000", 2, Some("1500000.5")).unwrap();
    assert_eq!(expected(false), 1_000_000);
}

#[tokio::test]
async fn the_books_answer_and_change_stock_over_http() {
    let shop = Shop::open(100).await;
    let books = shop.sandbox.connection().books_url.clone();
    let get = async |path: &str| -> Value {
        let answer = shop.http.get(format!("{books}{path}")).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    };
    let post = async |path: &str, body: Value| {
        let request = shop.http.post(format!("{books}{path}"));
        let request = request.header("content-type", "application/json").body(body.to_string());
        request.send().await.unwrap().status().as_u16()
    };
    let change = json!({ "change": "jtl_stock", "sku": "ART-00000", "warehouse": 2, "pieces": "3.1234567890123" });
    assert_eq!(post("/stock/change", change).await, 204);
    let sale = json!({ "change": "sale", "sku_id": 17_592_352_000_000_i64, "pieces": 1 });
    assert_eq!(post("/stock/change", sale).await, 204);
    assert_eq!(post("/stock/change", json!({ "change": "unlist", "sku_id": 1 })).await, 404);
    let stock = get("/books/stock").await;
    assert_eq!(stock["temu"].as_array().unwrap().len(), 100);
    let article = stock["jtl"].as_array().unwrap().iter().find(|a| a["sku"] == "ART-00000");
    assert_eq!(article.unwrap()["warehouses"]["2"], "3.1234567890123");
    assert_eq!(get("/books/stock/edits").await["edits"][0]["by"], "sale");
    let agreement = get("/books/stock/agreement?formula=jtl_available&warehouses=2").await;
    assert_eq!(agreement["agrees"], false);
    assert_eq!(post("/stock/settings", json!({ "lag_millis": 0 })).await, 204);
    let clock = shop.sandbox.gateway().clock.now();
    assert_eq!(post("/clock", json!({ "advance_seconds": 100 })).await, 204);
    assert!(shop.sandbox.gateway().clock.now() >= clock + 100);
    let fault = json!({ "half": "temu", "fault": { "api": EDIT, "goods_id": 5, "kind": "refuse_skus", "code": 1 } });
    assert_eq!(post("/faults", fault).await, 204);
    let changed: StockChange =
        serde_json::from_value(json!({ "change": "jtl_buffer", "sku": "ART-00000", "pieces": 1 }))
            .unwrap();
    assert!(shop.sandbox.change_stock(&changed).unwrap());
}

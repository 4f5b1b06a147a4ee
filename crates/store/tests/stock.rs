//! One SKU from TEMU's list to its proof, told against [`Store`] alone, so that every backend can be held to it; and the
//! lists of the window.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use chrono::{DateTime, Utc};
use kontor_core::ids::{OrderSn, ParentOrderSn, RunId};
use kontor_core::import::plan as plan_order;
use kontor_core::money::Cents;
use kontor_core::order::{Hold, Order, OrderItem};
use kontor_core::problem::Code;
use kontor_core::remote::TemuStatus;
use kontor_core::stock::{
    GoodsEdit, GoodsId, GuardStop, PlanId, PlanKind, PushOutcome, PushState, RemoteSku, SkuId,
    SkuKey, SkuList, SkuOp, SkuRead, SkuRule, StockPlan, StockSubject, Target, Want,
};
use kontor_store::{
    ListReading, PlanState, SqliteStore, StockFilter, StockRow, StockSort, StockStatus, Store,
};

mod backends;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_000_000 + second, 0).expect("a time")
}

fn run() -> RunId {
    RunId::new("r1")
}

fn key(sku: i64) -> SkuKey {
    SkuKey { goods_id: GoodsId(1), sku_id: SkuId(sku) }
}

fn listed(sku: i64, number: Option<&str>, stock: Option<i64>) -> RemoteSku {
    RemoteSku {
        key: key(sku),
        list: SkuList::Available,
        sku_sn: number.map(str::to_owned),
        goods_name: "Kanne 50%".into(),
        variant: format!("Größe {sku}"),
        stock,
    }
}

fn pieces(wanted: i64) -> Want {
    Want::Pieces { wanted, counted: wanted, pending: 0 }
}

fn edit(request_key: &str, targets: &[(i64, Option<i64>, i64)]) -> GoodsEdit {
    let target = |(sku, before, after): &(i64, Option<i64>, i64)| Target {
        sku_id: SkuId(*sku),
        sku_sn: None,
        before: *before,
        after: *after,
    };
    GoodsEdit {
        goods_id: GoodsId(1),
        targets: targets.iter().map(target).collect(),
        request_key: request_key.into(),
        is_repeat: false,
    }
}

fn outcome(sku: i64, request_key: &str, state: PushState) -> PushOutcome {
    let reason = (state != PushState::Confirmed).then(|| Hold::new(Code::StockEditRefused, "150"));
    PushOutcome { key: key(sku), request_key: request_key.into(), state, reason }
}

async fn subject(store: &dyn Store, sku: i64) -> StockSubject {
    let subjects = store.stock_subjects().await.expect("read");
    subjects.into_iter().find(|s| s.key == key(sku)).expect("an active SKU")
}

async fn rows(store: &dyn Store, filter: &StockFilter) -> Vec<StockRow> {
    store.list_stock(filter, None, 100).await.expect("a page").rows
}

async fn row(store: &dyn Store, sku: i64) -> StockRow {
    rows(store, &StockFilter::default())
        .await
        .into_iter()
        .find(|r| r.key == key(sku))
        .expect("a row")
}

async fn list_twice(store: &dyn Store) {
    let skus =
        [listed(1, Some("A"), Some(9)), listed(2, Some("B"), Some(4)), listed(3, None, Some(1))];
    let first = store.upsert_skus(ListReading::at(at(0)), &skus).await.expect("stored");
    assert_eq!((first.added, first.changed), (3, 0));
    let again = store.upsert_skus(ListReading::at(at(1)), &skus).await.expect("stored");
    assert_eq!((again.added, again.changed), (0, 0));
    assert_eq!(row(store, 1).await.status, StockStatus::Unread);
    let silent = [listed(1, Some("A"), None)];
    store.upsert_skus(ListReading::at(at(2)), &silent).await.expect("stored");
    assert_eq!(subject(store, 1).await.known, Some(9), "no value says nothing");
    assert_eq!(store.deactivate_unseen(at(1)).await, Ok(0), "a SKU seen since then stays");
    store
        .upsert_skus(
            ListReading::at(at(3)),
            &[listed(1, Some("A"), Some(9)), listed(2, Some("B"), Some(4))],
        )
        .await
        .expect("stored");
    assert_eq!(store.deactivate_unseen(at(3)).await, Ok(1));
    assert_eq!(store.stock_subjects().await.expect("read").len(), 2);
    store.upsert_skus(ListReading::at(at(4)), &[listed(3, None, Some(1))]).await.expect("stored");
    assert_eq!(store.stock_subjects().await.expect("read").len(), 3, "listed again, active again");
}

async fn want(store: &dyn Store) {
    let wants = [
        (key(1), pieces(5)),
        (key(2), Want::Unknown { reason: Hold::new(Code::StockUnknownInJtl, "fBestand") }),
        (key(3), Want::Unmatched { reason: Hold::new(Code::StockSkuEmpty, "") }),
    ];
    store.save_wants(at(5), &wants).await.expect("saved");
    for (key, want) in &wants {
        assert_eq!(subject(store, key.sku_id.0).await.last.as_ref(), Some(want));
    }
    let stray = store.save_wants(at(5), &[(key(9), pieces(1))]).await;
    assert_eq!(stray.map_err(|p| p.code), Err(Code::StoreConflict));
    let statuses: Vec<StockStatus> =
        [row(store, 1).await, row(store, 2).await, row(store, 3).await].map(|r| r.status).to_vec();
    assert_eq!(statuses, [StockStatus::Delta, StockStatus::Unknown, StockStatus::Unmatched]);
}

async fn push(store: &dyn Store) {
    let plan = PlanId::new("p1");
    store.begin_push(&run(), &plan, at(6), &[edit("k1", &[(1, Some(9), 5)])]).await.expect("begun");
    let open = store.open_pushes().await.expect("read");
    assert_eq!((open.len(), open[0].after, open[0].request_key.as_str()), (1, 5, "k1"));
    let sent = row(store, 1).await;
    assert_eq!(
        (sent.sent, sent.confirmed, sent.known),
        (Some(5), None, Some(9)),
        "sent is not confirmed"
    );
    let refused = outcome(1, "k1", PushState::Refused);
    store.settle_push(at(7), std::slice::from_ref(&refused)).await.expect("settled");
    let waiting = row(store, 1).await;
    assert_eq!((waiting.status, &waiting.problem), (StockStatus::Delta, &refused.reason));
    assert!(store.last_push().await.expect("read").is_empty(), "nothing was confirmed");
    // The same key again, as after a crash: one row of the history, open once more.
    store.begin_push(&run(), &plan, at(8), &[edit("k1", &[(1, Some(9), 5)])]).await.expect("begun");
    store.settle_push(at(9), &[outcome(1, "k1", PushState::Confirmed)]).await.expect("settled");
    assert!(store.open_pushes().await.expect("read").is_empty());
    let synced = row(store, 1).await;
    assert_eq!(
        (synced.status, synced.confirmed, synced.problem),
        (StockStatus::Synced, Some(5), None)
    );
    store.save_reads(&[SkuRead { key: key(1), stock: 5, at: at(15) }]).await.expect("read back");
    let history = store.pushes_of(key(1), 9).await.expect("read");
    assert_eq!((history.len(), history[0].proven_at), (1, Some(at(15))));
    let last = store.last_push().await.expect("read");
    assert_eq!(last, [SkuOp { key: key(1), sku_sn: Some("A".into()), before: Some(9), after: 5 }]);
    store.save_reads(&[SkuRead { key: key(1), stock: 4, at: at(16) }]).await.expect("read back");
    assert_eq!(row(store, 1).await.status, StockStatus::Delta, "what TEMU shows is what counts");
}

async fn replace_an_open_push(store: &dyn Store) {
    let plan = PlanId::new("p2");
    store
        .begin_push(&run(), &plan, at(20), &[edit("k2", &[(1, Some(4), 5)])])
        .await
        .expect("begun");
    store
        .begin_push(&run(), &plan, at(21), &[edit("k3", &[(1, Some(4), 6)])])
        .await
        .expect("begun");
    let open = store.open_pushes().await.expect("read");
    assert_eq!(open.iter().map(|o| o.request_key.as_str()).collect::<Vec<_>>(), ["k3"]);
    let stray = store.settle_push(at(22), &[outcome(1, "never", PushState::Confirmed)]).await;
    assert_eq!(stray.map_err(|p| p.code), Err(Code::StoreConflict));
    store.settle_push(at(22), &[outcome(1, "k3", PushState::Confirmed)]).await.expect("settled");
    assert_eq!(store.pushes_of_run(&run(), None, 9).await.expect("read").len(), 3);
}

fn plan(id: &str, after: i64) -> StockPlan {
    StockPlan {
        id: PlanId::new(id),
        kind: PlanKind::Sync,
        ops: vec![SkuOp { key: key(1), sku_sn: Some("A".into()), before: Some(9), after }],
        unchanged: 1,
        unknown: 2,
        unmatched: 3,
        asked: 4,
        answered: 4,
        settled: Vec::new(),
    }
}

async fn plans(store: &dyn Store) {
    let stops = [GuardStop::TooManyZeroed { zeroed: 11, limit: 10 }];
    store.propose_plan(&run(), at(30), &plan("p1", 0), &stops).await.expect("kept");
    store
        .set_plan_state(at(31), &PlanId::new("p1"), PlanState::Approved, Some("Ada"))
        .await
        .expect("approved");
    let approved = store.plans_in(PlanState::Approved).await.expect("read");
    assert_eq!(
        (&approved[0].plan, approved[0].stops.as_slice()),
        (&plan("p1", 0), stops.as_slice())
    );
    assert_eq!(approved[0].changed_by.as_deref(), Some("Ada"));
    store.propose_plan(&run(), at(32), &plan("p2", 1), &[]).await.expect("kept");
    let state = |id: &str| {
        let id = PlanId::new(id);
        async move { store.kept_plan(&id).await.expect("read").map(|p| p.state) }
    };
    assert_eq!(state("p1").await, Some(PlanState::Approved), "what was approved stays so");
    assert_eq!(state("p2").await, Some(PlanState::Proposed));
    store.propose_plan(&run(), at(33), &plan("p4", 2), &[]).await.expect("kept");
    assert_eq!(state("p2").await, Some(PlanState::Superseded));
    assert_eq!(state("p3").await, None);
    let missing = store.set_plan_state(at(33), &PlanId::new("p3"), PlanState::Applied, None).await;
    assert_eq!(missing.map_err(|p| p.code), Err(Code::StoreConflict));
    assert_eq!(store.kept_plans(1).await.expect("read")[0].plan.id, PlanId::new("p4"));
}

async fn rule(store: &dyn Store) {
    let rule = SkuRule { buffer: 2, cap: Some(7), fixed: None };
    store.set_sku_rule(at(40), key(2), &rule, "Ada").await.expect("set");
    assert_eq!(subject(store, 2).await.rule, rule);
    let missing = store.set_sku_rule(at(40), key(9), &rule, "Ada").await;
    assert_eq!(missing.map_err(|p| p.code), Err(Code::StockSkuNotFound));
}

#[tokio::test]
async fn a_sku_goes_its_whole_way_through_the_store() {
    backends::each("sku_way", sku_way).await;
}

async fn sku_way(store: &dyn Store) {
    list_twice(store).await;
    want(store).await;
    push(store).await;
    replace_an_open_push(store).await;
    plans(store).await;
    rule(store).await;
}

async fn filled(store: &dyn Store) {
    let numbers = ["ROT-1", "rot-1", "BLAU_2", "BLAU%3", "X"];
    let skus: Vec<RemoteSku> = (0..50)
        .map(|n| listed(n, Some(numbers[usize::try_from(n).expect("small") % 5]), Some(n)))
        .collect();
    store.upsert_skus(ListReading::at(at(0)), &skus).await.expect("stored");
    let wants: Vec<_> =
        (0..40).map(|n| (key(n), pieces(if n % 4 == 0 { n } else { n + n }))).collect();
    store.save_wants(at(1), &wants).await.expect("saved");
}

#[tokio::test]
async fn pages_show_every_sku_once_in_their_order() {
    backends::each("sku_pages", sku_pages).await;
}

async fn sku_pages(store: &dyn Store) {
    filled(store).await;
    for sort in [StockSort::Number, StockSort::Difference] {
        let filter = StockFilter { sort, ..StockFilter::default() };
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.list_stock(&filter, after.as_deref(), 7).await.expect("a page");
            assert_eq!(page.total, 50);
            seen.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut keys: Vec<SkuKey> = seen.iter().map(|r| r.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!((seen.len(), keys.len()), (50, 50), "{sort:?}");
        let difference = |r: &StockRow| r.wanted.map_or(0, |w| (w - r.known.unwrap_or(0)).abs());
        match sort {
            StockSort::Number => {
                assert!(seen.is_sorted_by_key(|r| r.sku_sn.as_ref().map(|n| n.to_lowercase())))
            }
            StockSort::Difference => assert!(seen.is_sorted_by_key(|r| -difference(r))),
        }
    }
}

#[tokio::test]
async fn a_list_holds_what_its_filter_says() {
    backends::each("stock_filter", stock_filter).await;
}

async fn stock_filter(store: &dyn Store) {
    filled(store).await;
    let total =
        async |filter: StockFilter| store.list_stock(&filter, None, 5).await.expect("a page").total;
    let of = |statuses: &[StockStatus]| StockFilter {
        statuses: statuses.to_vec(),
        ..StockFilter::default()
    };
    let text = |text: &str| StockFilter { text: Some(text.into()), ..StockFilter::default() };
    assert_eq!(total(of(&[StockStatus::Delta])).await, 30);
    assert_eq!(total(of(&[StockStatus::Synced, StockStatus::Unread])).await, 20);
    assert_eq!(total(StockFilter { doubled: true, ..StockFilter::default() }).await, 50);
    assert_eq!(total(text("Rot-")).await, 20);
    assert_eq!(total(text("50%")).await, 50, "a sign of the pattern language is a sign");
    assert_eq!(total(text("5_%")).await, 0);
    let counts = store.count_stock().await.expect("counts");
    let count = |status| counts.iter().find(|c| c.status == status).map(|c| c.skus);
    assert_eq!(count(StockStatus::Delta), Some(30));
    assert_eq!(count(StockStatus::Unread), Some(10));
}

#[tokio::test]
async fn only_orders_that_jtl_has_not_shown_take_from_the_stock() {
    backends::each("pending", pending).await;
}

async fn pending(store: &dyn Store) {
    let order = |number: i64, status: TemuStatus, holds: Vec<Hold>| Order {
        parent_order_sn: ParentOrderSn::new(format!("PO-076-{number:017}")),
        temu_status: status,
        region_id: Some(76),
        ordered_at: None,
        confirmed_at: None,
        ship_by: None,
        deliver_by: None,
        updated_at: None,
        labels: vec![],
        currency: None,
        items: vec![OrderItem {
            order_sn: OrderSn::new(format!("076-{number}")),
            goods_id: Some(1),
            sku_id: Some(1),
            seller_sku: Some("A".into()),
            name: "Kanne".into(),
            variant: String::new(),
            quantity: Some(2),
            unit_gross: None,
            vat: None,
            seller_discount: Cents::ZERO,
            shipping_gross: Cents::ZERO,
            shipping_vat: None,
        }],
        address: None,
        given_address: None,
        holds,
        notes: vec![],
        remote_digest: "digest".into(),
    };
    let orders = [
        order(1, TemuStatus::PENDING, vec![]),
        order(2, TemuStatus::UN_SHIPPING, vec![Hold::new(Code::OrderAddressMissing, "")]),
        order(3, TemuStatus::UN_SHIPPING, vec![]),
        order(4, TemuStatus::CANCELLED, vec![]),
        order(5, TemuStatus::SHIPPED, vec![]),
    ];
    let ops: Vec<_> = orders.into_iter().map(|o| plan_order(None, o)).collect();
    store.apply_import(&run(), at(0), &ops).await.expect("stored");
    let lines = store.pending_lines().await.expect("read");
    let numbers: Vec<&str> = lines.iter().map(|l| &l.parent_order_sn.as_str()[23..]).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
    assert!(lines.iter().all(|l| l.quantity == Some(2) && !l.is_exported));
}

/// Every query that a list or a step asks again and again, as the store writes it.
#[test]
fn every_list_of_stock_is_answered_from_an_index() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("kontor.db");
    drop(SqliteStore::open(&file).expect("opens"));
    let connection = rusqlite::Connection::open(&file).expect("opens");
    let queries = [
        "SELECT p.*, i.* FROM temu_products AS p CROSS JOIN temu_inventory AS i ON i.goods_id = p.goods_id AND i.sku_id = p.sku_id WHERE p.active = 1 AND i.status IN ('delta') AND (p.article_key, p.goods_id, p.sku_id) > ('a', 1, 1) ORDER BY p.article_key ASC, p.goods_id ASC, p.sku_id ASC LIMIT 9",
        "SELECT * FROM stock_pushes WHERE state = 'sending' ORDER BY id",
        "SELECT run_id FROM stock_pushes WHERE state = 'confirmed' ORDER BY id DESC LIMIT 1",
        "SELECT * FROM stock_pushes WHERE goods_id = 1 AND sku_id = 1 ORDER BY id DESC LIMIT 9",
        "SELECT * FROM stock_pushes WHERE run_id = 'x' AND id > 3 ORDER BY id LIMIT 9",
        "SELECT * FROM stock_plans ORDER BY made_at DESC LIMIT 9",
        "SELECT * FROM stock_plans WHERE state = 'approved' ORDER BY made_at DESC",
    ];
    for query in queries {
        let mut statement =
            connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).expect("valid");
        let steps: Vec<String> = statement
            .query_map([], |row| row.get(3))
            .expect("a plan")
            .collect::<Result<_, _>>()
            .expect("steps");
        let plan = steps.join("; ");
        assert!(
            !steps.iter().any(|s| s.starts_with("SCAN") && !s.contains("USING")),
            "{query}: {plan}"
        );
        assert!(!plan.contains("USE TEMP B-TREE"), "{query}: {plan}");
    }
}

async fn confirm(store: &dyn Store, run: &str, second: i64, edit: GoodsEdit, plan: &str) {
    let (run, plan, edits) = (RunId::new(run), PlanId::new(plan), [edit.clone()]);
    store.begin_push(&run, &plan, at(second), &edits).await.expect("begun");
    let outcomes: Vec<PushOutcome> = edit
        .targets
        .iter()
        .map(|t| outcome(t.sku_id.0, &edit.request_key, PushState::Confirmed))
        .collect();
    store.settle_push(at(second), &outcomes).await.expect("settled");
}

#[tokio::test]
async fn the_last_push_is_the_latest_by_time_and_never_an_undo() {
    backends::each("last_push", last_push).await;
}

async fn last_push(store: &dyn Store) {
    let skus = [listed(1, Some("A"), Some(9)), listed(2, Some("B"), Some(4))];
    store.upsert_skus(ListReading::at(at(0)), &skus).await.expect("stored");
    confirm(store, "one", 1, edit("k1", &[(1, Some(9), 5)]), "p1").await;
    confirm(store, "two", 2, edit("k2", &[(2, Some(4), 3)]), "p2").await;
    // A key that is sent again keeps its row, yet it is the last push.
    confirm(store, "three", 3, edit("k1", &[(1, Some(9), 5)]), "p1").await;
    let keys = |ops: Vec<SkuOp>| ops.into_iter().map(|op| op.key).collect::<Vec<_>>();
    assert_eq!(keys(store.last_push().await.expect("read")), [key(1)]);
    let undone = StockPlan { kind: PlanKind::Undo, ..plan("u", 9) };
    store.propose_plan(&run(), at(4), &undone, &[]).await.expect("kept");
    confirm(store, "four", 4, edit("k4", &[(1, Some(5), 9)]), "u").await;
    assert_eq!(keys(store.last_push().await.expect("read")), [key(1)]);
    assert_eq!(store.last_push().await.expect("read")[0].after, 5, "what the undo reverses");
}

#[tokio::test]
async fn a_list_that_may_not_show_it_yet_leaves_a_confirmed_value_as_it_is() {
    backends::each("late_list", late_list).await;
}

async fn late_list(store: &dyn Store) {
    let listed = [listed(1, Some("A"), Some(9))];
    store.upsert_skus(ListReading::at(at(0)), &listed).await.expect("stored");
    confirm(store, "one", 20, edit("k1", &[(1, Some(9), 5)]), "p1").await;
    let late = ListReading { at: at(22), over: Some(at(12)) };
    store.upsert_skus(late, &listed).await.expect("stored");
    assert_eq!(subject(store, 1).await.known, Some(5), "TEMU shows an edit some seconds late");
    let saved = ListReading { at: at(500), over: None };
    store.upsert_skus(saved, &listed).await.expect("stored");
    assert_eq!(subject(store, 1).await.known, Some(5), "an old answer counts for less");
    let settled = ListReading { at: at(60), over: Some(at(50)) };
    store.upsert_skus(settled, &listed).await.expect("stored");
    assert_eq!(subject(store, 1).await.known, Some(9), "the seller has changed it meanwhile");
}

#[tokio::test]
async fn a_name_is_found_in_either_case_of_its_umlauts() {
    backends::each("umlauts", umlauts).await;
}

async fn umlauts(store: &dyn Store) {
    let names = ["GRÜNER TEE ÄHRE", "grüner tee ähre"];
    let skus = names.map(|name| RemoteSku { goods_name: name.into(), ..listed(1, None, None) });
    for sku in skus {
        store.upsert_skus(ListReading::at(at(0)), &[sku]).await.expect("stored");
        for text in ["Grüner", "ÄHRE", "ähre", "größe 1"] {
            let filter = StockFilter { text: Some(text.into()), ..StockFilter::default() };
            assert_eq!(rows(store, &filter).await.len(), 1, "{text}");
        }
        let literal = StockFilter { text: Some("%".into()), ..StockFilter::default() };
        assert!(rows(store, &literal).await.is_empty(), "a sign stands for itself");
    }
}

#[tokio::test]
async fn pushes_of_a_sku_that_nobody_knows_are_a_problem() {
    backends::each("unknown_pushes", unknown_pushes).await;
}

async fn unknown_pushes(store: &dyn Store) {
    store.upsert_skus(ListReading::at(at(0)), &[listed(1, None, None)]).await.expect("stored");
    assert_eq!(store.pushes_of(key(1), 9).await, Ok(Vec::new()), "known, and nothing was sent");
    let unknown = store.pushes_of(key(2), 9).await.map_err(|p| p.code);
    assert_eq!(unknown, Err(Code::StockSkuNotFound));
}

#[tokio::test]
async fn history_goes_but_what_was_last_and_what_is_open_stays() {
    backends::each("history", history).await;
}

async fn history(store: &dyn Store) {
    let skus = [1, 2, 3].map(|sku| listed(sku, None, Some(0)));
    store.upsert_skus(ListReading::at(at(0)), &skus).await.expect("stored");
    // SKU 1: confirmed twice, then refused; SKU 2: once long ago; SKU 3: never heard of again.
    confirm(store, "r1", 10, edit("k1", &[(1, Some(0), 1)]), "p1").await;
    confirm(store, "r2", 20, edit("k2", &[(1, Some(1), 2), (2, Some(0), 5)]), "p2").await;
    let refused = edit("k3", &[(1, Some(2), 3)]);
    store.begin_push(&RunId::new("r3"), &PlanId::new("p3"), at(30), &[refused]).await.expect("ok");
    store.settle_push(at(30), &[outcome(1, "k3", PushState::Refused)]).await.expect("settled");
    let open = edit("k4", &[(3, Some(0), 7)]);
    store.begin_push(&RunId::new("r4"), &PlanId::new("p4"), at(40), &[open]).await.expect("ok");
    let shown = store.forget_history(at(1_000), true).await.expect("looked at");
    assert_eq!((shown.stock_pushes, store.pushes_of(key(1), 9).await.expect("read").len()), (1, 3));
    let gone = store.forget_history(at(1_000), false).await.expect("forgotten");
    assert_eq!(gone, shown, "a dry run tells what goes");
    let kept = |pushes: Vec<kontor_store::PushRecord>| -> Vec<String> {
        pushes.into_iter().map(|push| push.request_key).collect()
    };
    assert_eq!(kept(store.pushes_of(key(1), 9).await.expect("read")), ["k3", "k2"]);
    assert_eq!(kept(store.pushes_of(key(2), 9).await.expect("read")), ["k2"]);
    assert_eq!(store.open_pushes().await.expect("read").len(), 1);
    assert_eq!(store.last_push().await.expect("read").len(), 2, "an undo still has its push");
    let again = store.forget_history(at(1_000), false).await.expect("forgotten");
    assert_eq!(again, kontor_store::ForgottenHistory::default());
}

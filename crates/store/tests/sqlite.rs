//! Batches are whole, rows come back as they were, pages show every order once, whatever the database; the SQLite file
//! answers its queries from indexes.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use chrono::{DateTime, Utc};
use kontor_core::ids::{OrderSn, ParentOrderSn, RunId};
use kontor_core::import::ImportOp;
use kontor_core::money::{Cents, Currency, VatRate};
use kontor_core::order::{Hold, Order, OrderItem};
use kontor_core::problem::Code;
use kontor_core::remote::TemuStatus;
use kontor_core::state::{Event, OrderState};
use kontor_store::{OrderFilter, OrderSort, SqliteStore, Store};

mod backends;

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_000_000, 0).expect("a time")
}

fn order(number: usize, holds: Vec<Hold>) -> Order {
    let item = OrderItem {
        order_sn: OrderSn::new(format!("076-{number}")),
        goods_id: Some(1),
        sku_id: None,
        seller_sku: Some("ART-1".into()),
        name: "Kanne \"ß\" ł".into(),
        variant: "M".into(),
        quantity: Some(2),
        unit_gross: Some(Cents(1_999)),
        vat: Some(VatRate(1_900)),
        seller_discount: Cents(10),
        shipping_gross: Cents(490),
        shipping_vat: Some(VatRate(700)),
    };
    Order {
        parent_order_sn: ParentOrderSn::new(format!("PO-076-{number:05}")),
        temu_status: TemuStatus::UN_SHIPPING,
        region_id: Some(76),
        ordered_at: Some(at()),
        confirmed_at: None,
        ship_by: number.is_multiple_of(2).then(at),
        deliver_by: None,
        updated_at: Some(at()),
        labels: vec!["past_due".into()],
        currency: Some(Currency("EUR".into())),
        items: vec![item],
        address: None,
        holds,
        notes: vec![],
        given_address: None,
        remote_digest: format!("digest-{number}"),
    }
}

fn insert(number: usize, holds: Vec<Hold>) -> ImportOp {
    let state = if holds.is_empty() { OrderState::Imported } else { OrderState::OnHold };
    ImportOp::Insert { order: Box::new(order(number, holds)), state, alerts: vec![] }
}

async fn fill(store: &dyn Store) {
    let ops: Vec<ImportOp> = (0..50)
        .map(|n| {
            insert(
                n,
                if n % 10 == 0 { vec![Hold::new(Code::OrderAddressMissing, "")] } else { vec![] },
            )
        })
        .collect();
    store.apply_import(&RunId::new("r1"), at(), &ops).await.expect("stored");
}

#[tokio::test]
async fn an_order_comes_back_as_it_was_stored() {
    backends::each("comes_back", comes_back).await;
}

async fn comes_back(store: &dyn Store) {
    fill(store).await;
    let found = store.orders_by_sn(&[ParentOrderSn::new("PO-076-00010")]).await.expect("read");
    assert_eq!(found[0].order, order(10, vec![Hold::new(Code::OrderAddressMissing, "")]));
    assert_eq!((found[0].state, found[0].version), (OrderState::OnHold, 1));
}

#[tokio::test]
async fn a_batch_with_one_bad_order_stores_none_of_it() {
    backends::each("bad_batch", bad_batch).await;
}

async fn bad_batch(store: &dyn Store) {
    fill(store).await;
    let stale = ImportOp::Update {
        order: Box::new(order(3, vec![])),
        version: 7,
        transition: None,
        alerts: vec![],
    };
    let refused = store.apply_import(&RunId::new("r2"), at(), &[insert(100, vec![]), stale]).await;
    assert_eq!(refused.map_err(|p| p.code), Err(Code::StoreConflict));
    let found = store.orders_by_sn(&[ParentOrderSn::new("PO-076-00100")]).await.expect("read");
    assert!(found.is_empty());
}

#[tokio::test]
async fn a_state_changes_only_from_where_its_transition_begins() {
    backends::each("transition", transition).await;
}

async fn transition(store: &dyn Store) {
    fill(store).await;
    let sn = ParentOrderSn::new("PO-076-00010");
    let hold = OrderState::Imported.on(Event::Hold);
    let refused = store.set_holds(&RunId::new("r2"), at(), &sn, &[], hold).await;
    assert_eq!(refused.map_err(|p| p.code), Err(Code::StoreConflict), "it is on hold already");
}

#[tokio::test]
async fn pages_of_a_list_show_every_order_once_in_their_order() {
    backends::each("order_pages", order_pages).await;
}

async fn order_pages(store: &dyn Store) {
    fill(store).await;
    let sorts = [
        OrderSort::Newest,
        OrderSort::Oldest,
        OrderSort::Deadline,
        OrderSort::Number,
        OrderSort::Highest,
    ];
    for sort in sorts {
        let filter = OrderFilter {
            states: vec![OrderState::Imported, OrderState::OnHold],
            sort,
            ..OrderFilter::default()
        };
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.list_orders(&filter, after.as_deref(), 7).await.expect("a page");
            assert_eq!(page.total, 50);
            seen.extend(page.orders.into_iter().map(|o| o.parent_order_sn));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((count, seen.len()), (50, 50), "{sort:?}");
    }
}

/// Every query that a list or a step asks again and again, as the store writes it.
#[test]
fn every_list_is_answered_from_an_index() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("kontor.db");
    drop(SqliteStore::open(&file).expect("opens"));
    let connection = rusqlite::Connection::open(&file).expect("opens");
    let queries = [
        "SELECT * FROM temu_orders WHERE state = 'imported' AND temu_status = 2 AND parent_order_sn > '' ORDER BY parent_order_sn LIMIT 9",
        "SELECT * FROM temu_orders WHERE state = 'exported' AND parent_order_sn > '' ORDER BY parent_order_sn LIMIT 9",
        "SELECT o.*, o.sort_newest AS key FROM temu_orders AS o WHERE 1 = 1 AND (o.sort_newest, o.parent_order_sn) < (5, 'x') ORDER BY o.sort_newest DESC, o.parent_order_sn DESC LIMIT 9",
        "SELECT o.*, o.sort_deadline AS key FROM temu_orders AS o WHERE 1 = 1 AND o.state = 'on_hold' ORDER BY o.sort_deadline ASC, o.parent_order_sn ASC LIMIT 9",
        "SELECT o.* FROM order_holds AS h JOIN temu_orders AS o ON o.parent_order_sn = h.parent_order_sn WHERE h.code = 'c' AND h.parent_order_sn > '' AND o.state = 'on_hold' ORDER BY h.parent_order_sn LIMIT 9",
        "SELECT * FROM temu_xml_export WHERE state IN ('prepared', 'publishing') ORDER BY id",
        "SELECT * FROM order_events WHERE parent_order_sn = 'x' ORDER BY id",
        "SELECT * FROM order_events WHERE kind = 'alert' AND settled_at IS NULL ORDER BY id DESC LIMIT 9",
        "SELECT o.*, 0 AS key FROM temu_orders AS o WHERE 1 = 1 AND o.parent_order_sn > 'x' ORDER BY o.parent_order_sn ASC LIMIT 9",
        "SELECT o.*, o.sort_total AS key FROM temu_orders AS o WHERE 1 = 1 AND (o.sort_total, o.parent_order_sn) < (5, 'x') ORDER BY o.sort_total DESC, o.parent_order_sn DESC LIMIT 9",
        "SELECT parent_order_sn FROM temu_orders WHERE substr(parent_order_sn, -5) >= '1' AND substr(parent_order_sn, -5) < '2'",
        "SELECT parent_order_sn FROM temu_orders WHERE buyer_key >= 'a' AND buyer_key < 'b'",
        "SELECT parent_order_sn FROM temu_order_items WHERE seller_sku COLLATE NOCASE >= 'a' AND seller_sku COLLATE NOCASE < 'b'",
        "SELECT parent_order_sn FROM temu_parcels WHERE tracking_number >= 'a' AND tracking_number < 'b'",
        "SELECT sort_newest / 3600000 AS hour, count(*) AS orders FROM temu_orders WHERE sort_newest >= 1 AND sort_newest < 2 GROUP BY sort_newest",
        "SELECT * FROM runs WHERE job = 'x' ORDER BY started_at DESC LIMIT 9",
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

#[test]
fn programs_that_open_a_new_file_at_the_same_moment_all_get_it() {
    for _ in 0..40 {
        let dir = tempfile::tempdir().expect("folder");
        let file = dir.path().join("kontor.db");
        let start = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            let opened: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        SqliteStore::open(&file).map(drop)
                    })
                })
                .collect();
            for thread in opened {
                thread.join().expect("no panic").expect("opened");
            }
        });
    }
}

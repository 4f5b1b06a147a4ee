//! One order from TEMU's list to TEMU's books, told against [`Store`] alone, so that every backend is held to it;
//! and what the SQLite file does when it is opened by the wrong program.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use chrono::{DateTime, Utc};
use kontor_core::export::{Channel, OutboxEntry, OutboxState};
use kontor_core::ids::{OrderSn, ParentOrderSn, RunId};
use kontor_core::import::{ImportOp, plan};
use kontor_core::money::{Cents, Currency, VatRate};
use kontor_core::order::{Hold, Order, OrderItem, StoredOrder};
use kontor_core::parcel::{JtlParcel, ReportState};
use kontor_core::problem::Code;
use kontor_core::remote::TemuStatus;
use kontor_core::state::{Event, OrderState};
use kontor_store::{Accepted, CarrierVerdict, SqliteStore, Store};

mod backends;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_000_000 + second, 0).expect("a time")
}

fn sn() -> ParentOrderSn {
    ParentOrderSn::new("PO-076-00000000000000001")
}

fn run() -> RunId {
    RunId::new("r1")
}

fn order(holds: Vec<Hold>) -> Order {
    let item = OrderItem {
        order_sn: OrderSn::new("076-00000000000000001"),
        goods_id: Some(1),
        sku_id: Some(2),
        seller_sku: Some("ART-1".into()),
        name: "Kanne".into(),
        variant: String::new(),
        quantity: Some(2),
        unit_gross: Some(Cents(1_999)),
        vat: Some(VatRate(1_900)),
        seller_discount: Cents::ZERO,
        shipping_gross: Cents::ZERO,
        shipping_vat: None,
    };
    Order {
        parent_order_sn: sn(),
        temu_status: TemuStatus::UN_SHIPPING,
        region_id: Some(76),
        ordered_at: Some(at(0)),
        confirmed_at: Some(at(1)),
        ship_by: None,
        deliver_by: None,
        updated_at: Some(at(2)),
        labels: vec![],
        currency: Some(Currency("EUR".into())),
        items: vec![item],
        address: None,
        holds,
        notes: vec![],
        given_address: None,
        remote_digest: "digest".into(),
    }
}

fn entry(version: i64, generation: i64) -> OutboxEntry {
    OutboxEntry {
        id: 0,
        parent_order_sn: sn(),
        channel: Channel::File,
        generation,
        run_id: run(),
        content: "<tBestellung/>".into(),
        content_hash: "hash".into(),
        order_version: version,
        state: OutboxState::Prepared,
        file_name: None,
        proof: None,
        prepared_at: at(5),
        written_at: None,
    }
}

async fn stored(store: &dyn Store) -> StoredOrder {
    store.orders_by_sn(&[sn()]).await.expect("read").pop().expect("the order is there")
}

async fn import(store: &dyn Store, order: Order) -> ImportOp {
    let known = store.orders_by_sn(&[sn()]).await.expect("read");
    let op = plan(known.first(), order);
    store.apply_import(&run(), at(3), std::slice::from_ref(&op)).await.expect("imported");
    op
}

/// Held, completed, and imported once more without a change.
async fn import_until_complete(store: &dyn Store) {
    import(store, order(vec![Hold::new(Code::OrderAddressMissing, "")])).await;
    assert_eq!(stored(store).await.state, OrderState::OnHold);
    assert_eq!(store.incomplete_orders(None, 9).await.expect("read").len(), 1);
    assert!(store.exportable_orders(None, 9).await.expect("read").is_empty());
    import(store, order(vec![])).await;
    let complete = stored(store).await;
    assert_eq!((complete.state, &complete.order), (OrderState::Imported, &order(vec![])));
    assert_eq!(import(store, order(vec![])).await, ImportOp::Unchanged);
    assert_eq!(stored(store).await, complete, "a second import changes nothing");
}

async fn hand_over(store: &dyn Store) {
    let version = stored(store).await.version;
    assert_eq!(store.next_generations(&[sn()]).await.expect("read"), [(sn(), 1)]);
    let prepared = store.prepare_export(vec![entry(version, 1)]).await.expect("prepared");
    let ids: Vec<i64> = prepared.iter().map(|e| e.id).collect();
    assert_eq!(store.next_generations(&[sn()]).await.expect("read"), [(sn(), 2)]);
    let doubled = store.prepare_export(vec![entry(version, 1)]).await;
    assert_eq!(doubled.map_err(|p| p.code), Err(Code::StoreConflict), "same generation");
    let outdated = store.prepare_export(vec![entry(version - 1, 2)]).await;
    assert_eq!(outdated.map_err(|p| p.code), Err(Code::StoreConflict), "an earlier version");
    store.mark_publishing(&ids, Some("orders.xml")).await.expect("publishing");
    let unfinished = store.unfinished_exports().await.expect("read");
    assert_eq!(unfinished[0].state, OutboxState::Publishing);
    assert_eq!(unfinished[0].content, "<tBestellung/>");
    let proofs = [(ids[0], "file:orders.xml".to_owned())];
    assert_eq!(store.mark_written(&run(), at(6), &proofs).await, Ok(1));
    assert_eq!(store.mark_written(&run(), at(6), &proofs).await, Ok(0), "only once");
    assert!(store.unfinished_exports().await.expect("read").is_empty());
    let seen = [Accepted { parent_order_sn: sn(), jtl_order_number: "AU-1".into() }];
    assert_eq!(store.mark_accepted(&run(), at(7), &seen).await, Ok(1));
    assert_eq!(store.mark_accepted(&run(), at(7), &seen).await, Ok(0), "only once");
    let exports = store.exports_of(&sn()).await.expect("read");
    assert_eq!(exports[0].proof.as_deref(), Some("tAuftrag:AU-1"));
    assert_eq!(stored(store).await.jtl_order_number.as_deref(), Some("AU-1"));
}

async fn report(store: &dyn Store) {
    let parcel = JtlParcel {
        parent_order_sn: sn(),
        jtl_id: 7,
        tracking_number: "0034".into(),
        shipping_method: "DHL Paket".into(),
        logistics: String::new(),
        shipped_at: Some(at(8)),
        contents: vec![],
    };
    let parcels = std::slice::from_ref(&parcel);
    assert_eq!(store.save_parcels(&run(), at(9), parcels, &[sn()]).await, Ok(1));
    let verdict = CarrierVerdict {
        parent_order_sn: sn(),
        tracking_number: "0034".into(),
        verdict: Ok((141, "DHL".into())),
    };
    store.set_carriers(&[verdict]).await.expect("carrier");
    store.set_report(&run(), at(10), &sn(), ReportState::Sending, None).await.expect("sending");
    let late = JtlParcel { tracking_number: "0099".into(), ..parcel.clone() };
    assert_eq!(store.save_parcels(&run(), at(10), &[late], &[sn()]).await, Ok(0));
    store.set_report(&run(), at(11), &sn(), ReportState::Reported, None).await.expect("reported");
    let known = store.parcels_of(&[sn()]).await.expect("read");
    assert_eq!(known[0].parcel, parcel, "a parcel that is being reported stays as it was sent");
    assert_eq!((known[0].carrier_id, known[0].report), (Some(141), ReportState::Reported));
    assert_eq!(known[0].reported_at, Some(at(11)));
}

async fn story(store: &dyn Store) {
    import_until_complete(store).await;
    hand_over(store).await;
    report(store).await;
    assert_eq!(stored(store).await.state, OrderState::Reported);
    let timeline = store.timeline(&sn()).await.expect("read");
    let states: Vec<&str> =
        timeline.iter().map(|e| e.detail.as_str()).filter(|d| d.contains('→')).collect();
    let expected = [
        "on_hold → imported",
        "imported → exported",
        "exported → accepted",
        "accepted → tracked",
        "tracked → reported",
    ];
    assert_eq!(states, expected);
}

#[tokio::test]
async fn an_order_goes_its_whole_way_through_the_store() {
    backends::each("story", async |store| story(store).await).await;
}

#[tokio::test]
async fn the_second_desk_that_stores_the_same_new_order_is_told_to_plan_again() {
    for backend in backends::all("second_desk").await {
        let (one, two) = (backend.open().await, backend.open().await);
        let op = plan(None, order(vec![]));
        one.apply_import(&run(), at(3), std::slice::from_ref(&op)).await.expect("stored");
        let late = two.apply_import(&run(), at(3), std::slice::from_ref(&op)).await;
        assert_eq!(late.map_err(|p| p.code), Err(Code::StoreConflict));
        assert_eq!(stored(two.as_ref()).await, stored(one.as_ref()).await);
    }
}

#[tokio::test]
async fn an_order_that_is_not_there_cannot_be_held_or_released() {
    backends::each("no_order", async |store| {
        for transition in [None, OrderState::OnHold.on(Event::Release)] {
            let refused = store.set_holds(&run(), at(3), &sn(), &[], transition).await;
            assert_eq!(refused.map_err(|p| p.code), Err(Code::StoreConflict));
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_desks_that_hand_over_the_same_order_at_once_one_does() {
    for backend in backends::all("hand_over_race").await {
        let (one, two) = (backend.open().await, backend.open().await);
        import(one.as_ref(), order(vec![])).await;
        let version = stored(one.as_ref()).await.version;
        let (first, second) = tokio::join!(
            one.prepare_export(vec![entry(version, 1)]),
            two.prepare_export(vec![entry(version, 1)])
        );
        let won = [&first, &second].iter().filter(|r| r.is_ok()).count();
        assert_eq!(won, 1, "{first:?} {second:?}");
        let lost = first.err().or(second.err()).expect("one lost");
        assert_eq!(lost.code, Code::StoreConflict);
        assert_eq!(one.exports_of(&sn()).await.expect("read").len(), 1);
    }
}

#[tokio::test]
async fn desks_that_open_a_new_database_at_once_all_get_it() {
    for backend in backends::all("open_at_once").await {
        let (one, two, three) = tokio::join!(backend.open(), backend.open(), backend.open());
        for store in [one, two, three] {
            assert!(store.health().await.expect("healthy").schema_version > 0);
        }
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("kontor.db");
    drop(SqliteStore::open(&file).expect("opens"));
    let newer = rusqlite::Connection::open(&file).expect("opens");
    newer.pragma_update(None, "user_version", 99).expect("a newer version");
    drop(newer);
    let before = std::fs::read(&file).expect("read");
    let refused = SqliteStore::open(&file).map(|_| ()).map_err(|p| p.code);
    assert_eq!(refused, Err(Code::StoreNewerThanProgram));
    assert_eq!(std::fs::read(&file).expect("read"), before);
}

#[test]
fn a_file_that_is_no_database_is_called_damaged_and_a_missing_folder_unavailable() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("kontor.db");
    std::fs::write(&file, "not a database at all, but long enough to look at".repeat(20))
        .expect("written");
    let code = |path: &std::path::Path| SqliteStore::open(path).map(|_| ()).map_err(|p| p.code);
    assert_eq!(code(&file), Err(Code::StoreDamaged));
    assert_eq!(code(&folder.path().join("gone/kontor.db")), Err(Code::StoreUnavailable));
}

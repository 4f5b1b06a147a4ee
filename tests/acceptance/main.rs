//! The order workflow from end to end, through HTTP and TDS, judged by the sandbox's own books.

mod corrections;
mod datev;
mod stock;

use anyhow::Result;
use kontor_core::ids::ParentOrderSn;
use kontor_core::run::Outcome;
use kontor_core::state::OrderState;
use kontor_engine::orders::{Mode, SyncOptions};
use kontor_sandbox::jtl::{IdentStyle, ShipRequest};
use kontor_tests::{Shop, files, options, stored, sync};

async fn whole_loop(orders: usize, changes: &str) -> Result<Shop> {
    let shop = Shop::open(orders).await?;
    let app = shop.kontor(changes).await?;
    let first = sync(&app, Mode::Full).await?;
    assert_eq!(first.outcome, Outcome::Success, "{first:#?}");
    shop.import()?;
    shop.ship(&ShipRequest::default())?;
    let tracked = sync(&app, Mode::TrackingOnly).await?;
    assert_eq!(tracked.outcome, Outcome::Success, "{tracked:#?}");
    shop.assert_agreement()?;
    let agreement = shop.sandbox.agreement()?;
    assert!(agreement.exportable > orders / 2);
    assert_eq!(agreement.reported_once, agreement.shipped);
    assert_eq!(agreement.shipped, agreement.exportable);
    Ok(shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_exportable_order_is_in_jtl_once_and_its_parcels_are_reported_once() -> Result<()> {
    whole_loop(250, "").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_holds_through_the_import_table() -> Result<()> {
    let shop = whole_loop(100, "[orders]\ntarget = \"database\"").await?;
    assert!(files(&shop.data().join("temu/xml"), ".xml")?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_changes_nothing_and_sends_nothing() -> Result<()> {
    let shop = whole_loop(100, "").await?;
    let app = shop.kontor("").await?;
    shop.forget_calls();
    let before = app.store.count_by_state().await?;
    let again = sync(&app, Mode::Full).await?;
    let counts = again.counts;
    assert_eq!(
        (counts.imported, counts.updated, counts.exported, counts.reported),
        (0, 0, 0, 0),
        "{again:#?}"
    );
    assert_eq!(app.store.count_by_state().await?, before);
    assert_eq!(shop.calls("bg.logistics.shipment.v2.confirm", "ok"), 0);
    assert_eq!(shop.import()?.imported.len(), 0);
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_parcels_of_an_order_are_reported_in_one_call() -> Result<()> {
    let shop = Shop::open(60).await?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    shop.import()?;
    shop.ship(&ShipRequest {
        parcels: 2,
        ident: IdentStyle::CarriageReturn,
        ..ShipRequest::default()
    })?;
    sync(&app, Mode::TrackingOnly).await?;
    shop.assert_agreement()?;
    let state = shop.sandbox.gateway().state();
    let several: Vec<_> = state.orders.values().filter(|o| o.parcels.len() == 2).collect();
    assert!(!several.is_empty());
    for order in several {
        assert_eq!(order.parcels[0].call, order.parcels[1].call, "{}", order.parent_order_sn);
        assert!(order.parcels.iter().all(|p| p.tracking_number.trim() == p.tracking_number));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_anywhere() -> Result<()> {
    let shop = Shop::open(50).await?;
    let app = shop.kontor("").await?;
    let report = app.sync_orders(SyncOptions { dry_run: true, ..options(Mode::Full) }).await?;
    let plan = report.plan.expect("a plan");
    assert!(plan.import.len() > 40);
    assert!(app.store.count_by_state().await?.is_empty());
    assert!(app.store.runs(None, 10).await?.is_empty());
    assert!(files(&shop.data().join("temu/xml"), "")?.is_empty());
    assert_eq!(shop.sandbox.jtl().books()?.waiting_rows, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_the_saved_answers_gives_the_same_orders() -> Result<()> {
    let shop = Shop::open(60).await?;
    let app = shop.kontor("").await?;
    let live = sync(&app, Mode::Full).await?;
    let saved = shop.data().join("temu/api_responses").join(live.run_id.as_str());
    let other = Shop::open(0).await?;
    let replayed_app = other.kontor("").await?;
    let replayed = sync(&replayed_app, Mode::Replay(saved)).await?;
    assert_eq!(replayed.counts.imported, live.counts.imported, "{replayed:#?}");
    let numbers: Vec<String> = shop.sandbox.gateway().state().orders.keys().cloned().collect();
    for sn in numbers {
        let (one, two) = (stored(&app, &sn).await?, stored(&replayed_app, &sn).await?);
        assert_eq!(one.order.content_digest(), two.order.content_digest(), "{sn}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_is_the_same_after_it_is_opened_again() -> Result<()> {
    let shop = Shop::open(40).await?;
    let order = shop.order_of_kind("")?;
    {
        let app = shop.kontor("").await?;
        sync(&app, Mode::Full).await?;
    }
    let app = shop.kontor("").await?;
    let found = stored(&app, &order.parent_order_sn).await?;
    assert_eq!(found.state, OrderState::Exported);
    let exports = app.store.exports_of(&found.order.parent_order_sn).await?;
    assert_eq!(exports.len(), 1);
    assert!(exports[0].proof.as_deref().is_some_and(|p| p.starts_with("file:")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_deletes_what_is_past_its_retention() -> Result<()> {
    let shop = Shop::open(3).await?;
    let app = shop.kontor("").await?;
    let logs = shop.data().join("logs");
    std::fs::create_dir_all(&logs)?;
    let (old, new) = (logs.join("kontor.2020-01-01.log"), logs.join("kontor.2099-01-01.log"));
    std::fs::write(&new, "new")?;
    std::fs::File::create(&old)?.set_modified(std::time::UNIX_EPOCH)?;
    sync(&app, Mode::Full).await?;
    assert!(!old.exists() && new.exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_chosen_orders_are_handed_over_and_reported() -> Result<()> {
    let shop = Shop::open(40).await?;
    let app = shop.kontor("").await?;
    let chosen =
        |only: &[ParentOrderSn], mode| SyncOptions { only: only.to_vec(), ..options(mode) };
    let first = app.sync_orders(chosen(&[ParentOrderSn::new("PO-0")], Mode::Full)).await?;
    assert_eq!(first.counts.exported, 0, "none of the chosen is there");
    let waiting = app.store.exportable_orders(None, 100).await?;
    let only: Vec<ParentOrderSn> =
        waiting.iter().take(2).map(|o| o.order.parent_order_sn.clone()).collect();
    let second = app.sync_orders(chosen(&only, Mode::ExportOnly)).await?;
    assert_eq!(second.counts.exported, 2);
    sync(&app, Mode::ExportOnly).await?;
    shop.import()?;
    shop.ship(&ShipRequest::default())?;
    let third = app.sync_orders(chosen(&only, Mode::TrackingOnly)).await?;
    assert_eq!(third.counts.reported, 2);
    assert!(third.counts.tracked > 2, "what JTL knows is looked up for all");
    Ok(())
}

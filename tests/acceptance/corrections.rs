//! A held order that a person puts right goes to JTL; what TEMU itself says afterwards counts for more.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use kontor_core::Code;
use kontor_core::state::OrderState;
use kontor_engine::Desk;
use kontor_engine::api::{self, Headless, Host as _};
use kontor_engine::orders::Mode;
use kontor_sandbox::books::Change;
use kontor_tests::{Shop, stored, sync};
use serde_json::{Value, json};

fn address(country: &str) -> Value {
    json!({ "first_name": "Zoë", "last_name": "Muster", "street": "Hafenweg 1", "post_code": "20457",
            "city": "Hamburg", "country": country })
}

async fn open(shop: &Shop) -> Result<Headless> {
    let desk = Headless(Arc::new(Desk::new(shop.kontor("").await?)));
    sync(&desk.desk().app(), Mode::Full).await?;
    Ok(desk)
}

async fn correct(desk: &Headless, sn: &str, address: Value) -> Result<Value, kontor_core::Problem> {
    let request = json!({ "parent_order_sn": sn, "address": address });
    api::call(desk, "order_correct_address", request).await
}

#[tokio::test]
async fn a_corrected_address_goes_to_jtl_with_the_next_run() -> Result<()> {
    let shop = Shop::open(60).await?;
    let desk = open(&shop).await?;
    let sn = shop.order_of_kind("country_unknown")?.parent_order_sn;
    let held = api::call(&desk, "order", json!({ "parent_order_sn": sn })).await?;
    assert_eq!(held["state"], "on_hold");
    assert!(held["given_address"]["street"].as_str().is_some_and(|s| !s.is_empty()), "a beginning");
    let freed = correct(&desk, &sn, address("DE")).await?;
    assert_eq!((&freed["state"], &freed["holds"]), (&json!("imported"), &json!([])));
    sync(&desk.desk().app(), Mode::Full).await?;
    let order = stored(&desk.desk().app(), &sn).await?;
    assert_eq!(order.state, OrderState::Exported);
    let exports = desk.desk().app().store.exports_of(&order.order.parent_order_sn).await?;
    let content = &exports.first().context("handed over")?.content;
    assert!(
        content.contains("<cStrasse>Hafenweg 1</cStrasse>")
            && content.contains("<cOrt>Hamburg</cOrt>")
    );
    // A later look at TEMU, which still says what it said, neither takes it back nor raises an alert.
    shop.change(Change::AskToCancel { order: sn.clone() })?;
    sync(&desk.desk().app(), Mode::Full).await?;
    let timeline = desk.desk().app().store.timeline(&order.order.parent_order_sn).await?;
    assert!(!timeline.iter().any(|e| e.code == Some(Code::OrderAddressChangedAfterExport)));
    Ok(())
}

#[tokio::test]
async fn an_address_that_temu_sends_later_wins() -> Result<()> {
    let shop = Shop::open(60).await?;
    let desk = open(&shop).await?;
    let sn = shop.order_of_kind("address_missing")?.parent_order_sn;
    correct(&desk, &sn, address("Deutschland")).await?;
    shop.change(Change::Complete { order: sn.clone() })?;
    sync(&desk.desk().app(), Mode::Full).await?;
    let order = stored(&desk.desk().app(), &sn).await?;
    let street = order.order.address.context("an address")?.street;
    assert_ne!(street, "Hafenweg 1", "TEMU's own address counts");
    assert_eq!(order.state, OrderState::Exported);
    Ok(())
}

#[tokio::test]
async fn a_correction_survives_a_look_at_temu_that_changes_something_else() -> Result<()> {
    let shop = Shop::open(60).await?;
    let desk = open(&shop).await?;
    let sn = shop.order_of_kind("country_unknown")?.parent_order_sn;
    correct(&desk, &sn, address("AT")).await?;
    shop.change(Change::AskToCancel { order: sn.clone() })?;
    sync(&desk.desk().app(), Mode::Full).await?;
    let order = stored(&desk.desk().app(), &sn).await?;
    assert_eq!(order.state, OrderState::OnHold, "the wish to cancel holds it");
    assert_eq!(order.order.address.context("kept")?.street, "Hafenweg 1");
    Ok(())
}

#[tokio::test]
async fn a_correction_that_does_not_fit_changes_nothing() -> Result<()> {
    let shop = Shop::open(60).await?;
    let desk = open(&shop).await?;
    let held = shop.order_of_kind("country_unknown")?.parent_order_sn;
    let gone = shop.order_of_kind("")?.parent_order_sn;
    let refused = [
        (&held, address("Atlantis"), Code::OrderCorrectionIncomplete),
        (&held, json!({ "last_name": "\u{b}" }), Code::OrderCorrectionIncomplete),
        (&gone, address("DE"), Code::OrderNotCorrectable),
    ];
    for (sn, address, code) in refused {
        let before = stored(&desk.desk().app(), sn).await?;
        let refusal = correct(&desk, sn, address).await.map_err(|p| p.code);
        assert_eq!(refusal.err(), Some(code), "{sn}");
        assert_eq!(stored(&desk.desk().app(), sn).await?, before);
    }
    Ok(())
}

#[tokio::test]
async fn a_corrected_article_number_frees_the_order() -> Result<()> {
    let shop = Shop::open(60).await?;
    let desk = open(&shop).await?;
    let sn = shop.order_of_kind("sku_missing")?.parent_order_sn;
    let known = shop.order_of_kind("")?;
    let sku =
        stored(&desk.desk().app(), &known.parent_order_sn).await?.order.items[0].seller_sku.clone();
    for item in
        stored(&desk.desk().app(), &sn).await?.order.items.iter().filter(|i| i.seller_sku.is_none())
    {
        let request =
            json!({ "parent_order_sn": sn, "order_sn": item.order_sn.as_str(), "sku": sku });
        api::call(&desk, "order_correct_sku", request).await?;
    }
    sync(&desk.desk().app(), Mode::Full).await?;
    assert_eq!(stored(&desk.desk().app(), &sn).await?.state, OrderState::Exported);
    Ok(())
}

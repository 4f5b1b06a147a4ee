//! Faults on the way from TEMU into the store.

use anyhow::Result;
use kontor_core::problem::Code;
use kontor_core::run::Outcome;
use kontor_core::state::OrderState;
use kontor_engine::orders::Mode;
use kontor_sandbox::books::Change;
use kontor_sandbox::temu::{TemuFault, TemuFaultKind};
use kontor_tests::{Shop, stored, sync};

const LIST: &str = "bg.order.list.v2.get";
const ADDRESS: &str = "bg.order.shippinginfo.v2.get";
const AMOUNTS: &str = "bg.order.amount.query";

async fn shop_with_plain_orders(count: usize) -> Result<(Shop, Vec<String>)> {
    let shop = Shop::open(count * 3 + 20).await?;
    let mut state = shop.sandbox.gateway().state();
    let plain: Vec<String> = state
        .orders
        .values()
        .filter(|o| o.kinds.is_empty())
        .take(count)
        .map(|o| o.parent_order_sn.clone())
        .collect();
    state.orders.retain(|sn, _| plain.contains(sn));
    state.cancellations.clear();
    drop(state);
    Ok((shop, plain))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_an_order_without_its_answer_is_held_and_completed_by_the_next_run() -> Result<()> {
    for (api, code) in [(ADDRESS, Code::OrderAddressMissing), (AMOUNTS, Code::OrderAmountsMissing)]
    {
        let (shop, numbers) = shop_with_plain_orders(10).await?;
        let fault = TemuFault {
            parent_order_sn: Some(numbers[3].clone()),
            ..TemuFault::on(api, TemuFaultKind::Http { status: 500 })
        };
        shop.sandbox.gateway().state().inject(fault);
        let app = shop.kontor("").await?;
        let report = sync(&app, Mode::Full).await?;
        assert_eq!(report.outcome, Outcome::Partial, "{report:#?}");
        assert_eq!(
            (report.counts.imported, report.counts.held, report.counts.exported),
            (10, 1, 9)
        );
        let held = stored(&app, &numbers[3]).await?;
        assert_eq!(held.state, OrderState::OnHold);
        assert_eq!(held.order.holds[0].code, code);
        shop.sandbox.gateway().state().clear_faults();
        let next = sync(&app, Mode::Full).await?;
        assert_eq!((next.outcome, next.counts.exported), (Outcome::Success, 1), "{next:#?}");
        shop.import()?;
        shop.assert_agreement()?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_an_empty_address_is_missing_and_no_country_is_assumed() -> Result<()> {
    let (shop, numbers) = shop_with_plain_orders(4).await?;
    shop.fault(ADDRESS, TemuFaultKind::Empty);
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    for sn in numbers {
        let held = stored(&app, &sn).await?;
        assert_eq!((held.state, held.order.address.is_none()), (OrderState::OnHold, true));
    }
    assert_eq!(shop.import()?.imported.len(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn d_amounts_in_another_order_stay_with_their_lines() -> Result<()> {
    let shop = Shop::open(60).await?;
    shop.fault(AMOUNTS, TemuFaultKind::Reverse);
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    shop.import()?;
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn e_of_three_ordered_and_two_cancelled_one_is_exported() -> Result<()> {
    let shop = Shop::open(60).await?;
    let order = shop.order_of_kind("partly_cancelled_line")?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    let kept = stored(&app, &order.parent_order_sn).await?;
    assert_eq!(kept.order.items[0].quantity, Some(1));
    shop.import()?;
    let books = shop.sandbox.jtl().books()?;
    let in_jtl =
        books.orders.iter().find(|o| o.external_number == order.parent_order_sn).expect("in JTL");
    assert_eq!(in_jtl.positions[0].quantity, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn f_countries_are_what_they_are_and_an_unknown_one_is_held() -> Result<()> {
    let shop = Shop::open(60).await?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    let unknown = stored(&app, &shop.order_of_kind("country_unknown")?.parent_order_sn).await?;
    assert_eq!(
        (unknown.state, unknown.order.holds[0].code),
        (OrderState::OnHold, Code::OrderCountryUnknown)
    );
    let seeded: Vec<(String, String)> = shop
        .sandbox
        .gateway()
        .state()
        .orders
        .values()
        .filter(|o| o.exportable)
        .filter_map(|o| Some((o.parent_order_sn.clone(), o.address.as_ref()?.country.clone())))
        .collect();
    for (country, code) in [("Luxembourg", "LU"), ("Deutschland", "DE"), ("Austria", "AT")] {
        let (sn, _) = seeded.iter().find(|(_, c)| c == country).expect("seeded");
        let address = stored(&app, sn).await?.order.address.expect("an address");
        assert_eq!(address.country.as_str(), code);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn g_an_order_whose_line_cannot_be_written_is_rolled_back_whole_and_reported() -> Result<()> {
    let (shop, numbers) = shop_with_plain_orders(5).await?;
    let app = shop.kontor("").await?;
    let broken = &numbers[2];
    let database = rusqlite::Connection::open(shop.data().join("kontor.db"))?;
    database.execute_batch(&format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON temu_order_items WHEN NEW.parent_order_sn = '{broken}'
         BEGIN SELECT RAISE(ABORT, 'refused'); END"
    ))?;
    let report = sync(&app, Mode::Full).await?;
    assert_eq!(
        (report.outcome, report.counts.imported, report.counts.failed),
        (Outcome::Partial, 4, 1),
        "{report:#?}"
    );
    assert!(stored(&app, broken).await.is_err());
    let orphans: i64 = database.query_row(
        "SELECT count(*) FROM order_events WHERE parent_order_sn = ?1",
        [broken],
        |r| r.get(0),
    )?;
    assert_eq!(orphans, 0);
    database.execute_batch("DROP TRIGGER refuse")?;
    let next = sync(&app, Mode::Full).await?;
    assert_eq!((next.outcome, next.counts.imported), (Outcome::Success, 1), "{next:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_fetched_and_a_repeated_page_ends_in_a_problem_not_in_a_loop() -> Result<()> {
    let shop = Shop::open(230).await?;
    let app = shop.kontor("").await?;
    let report = sync(&app, Mode::Full).await?;
    assert_eq!(report.counts.seen, 230);
    let shop = Shop::open(230).await?;
    shop.fault(LIST, TemuFaultKind::RepeatPage);
    let app = shop.kontor("").await?;
    let report = sync(&app, Mode::Full).await?;
    assert!(report.problems.iter().any(|p| p.code == "temu.page_repeated"), "{report:#?}");
    assert_ne!(report.outcome, Outcome::Success);
    shop.sandbox.gateway().state().clear_faults();
    let next = sync(&app, Mode::Full).await?;
    assert_eq!(next.counts.imported, 130, "{next:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_does_not_add_up_keeps_what_came_and_is_asked_again() -> Result<()> {
    let (shop, _) = shop_with_plain_orders(10).await?;
    shop.fault(LIST, TemuFaultKind::Total { more: 3 });
    let app = shop.kontor("").await?;
    let report = sync(&app, Mode::Full).await?;
    assert!(report.problems.iter().any(|p| p.code == "temu.list_incomplete"), "{report:#?}");
    assert_eq!(report.counts.imported, 10);
    assert!(app.store.cursor("temu.orders.updated_at").await?.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_that_pass_by_themselves_are_survived() -> Result<()> {
    let kinds = [
        TemuFaultKind::Http { status: 502 },
        TemuFaultKind::Http { status: 429 },
        TemuFaultKind::CutBefore,
        TemuFaultKind::CutMiddle,
        TemuFaultKind::CutAfter,
        TemuFaultKind::Malformed,
        TemuFaultKind::Error { code: 4_000_000 },
        TemuFaultKind::Error { code: 4_000_004 },
    ];
    for kind in kinds {
        let (shop, _) = shop_with_plain_orders(6).await?;
        let fault = TemuFault { every: 5, times: Some(3), ..TemuFault::on(ADDRESS, kind.clone()) };
        shop.sandbox.gateway().state().inject(fault);
        let app = shop.kontor("").await?;
        let report = sync(&app, Mode::Full).await?;
        assert_eq!(
            (report.outcome, report.counts.exported),
            (Outcome::Success, 6),
            "{kind:?}: {report:#?}"
        );
        shop.import()?;
        shop.assert_agreement()?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_stops_the_run_with_its_remedy_and_is_not_tried_again() -> Result<()> {
    let (shop, _) = shop_with_plain_orders(6).await?;
    let app = shop.kontor("").await?;
    shop.change(Change::Token { expired: true })?;
    let report = sync(&app, Mode::Full).await?;
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.problems.iter().any(|p| p.code == "temu.token_expired"), "{report:#?}");
    assert!(shop.calls(LIST, "3000034") <= 1);
    shop.change(Change::Token { expired: false })?;
    shop.change(Change::Scopes { missing: vec![AMOUNTS.to_owned()] })?;
    let report = sync(&app, Mode::Full).await?;
    assert!(report.problems.iter().any(|p| p.code == "temu.scope_missing"), "{report:#?}");
    shop.sandbox.gateway().clock.set_offset(3_600);
    let report = sync(&app, Mode::Full).await?;
    assert!(report.problems.iter().any(|p| p.code == "temu.clock_skew"), "{report:#?}");
    shop.sandbox.gateway().clock.set_offset(0);
    shop.change(Change::Scopes { missing: Vec::new() })?;
    let report = sync(&app, Mode::Full).await?;
    assert_eq!((report.outcome, report.counts.exported), (Outcome::Success, 6), "{report:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_after_the_hand_over_reach_the_order_with_an_alert() -> Result<()> {
    let (shop, numbers) = shop_with_plain_orders(5).await?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    let order = |n: usize| numbers[n].clone();
    shop.change(Change::Cancel { order: order(0) })?;
    shop.change(Change::Street { order: order(1), street: "Neuer Weg 9".to_owned() })?;
    shop.change(Change::AskToCancel { order: order(2) })?;
    let report = sync(&app, Mode::Full).await?;
    for code in [
        "order.cancelled_after_export",
        "order.address_changed_after_export",
        "order.cancellation_pending_after_export",
    ] {
        assert!(report.problems.iter().any(|p| p.code == code), "{code}: {report:#?}");
    }
    assert_eq!(stored(&app, &numbers[0]).await?.state, OrderState::Cancelled);
    let moved = stored(&app, &numbers[1]).await?;
    assert_ne!(
        moved.order.address.expect("an address").street,
        "Neuer Weg 9",
        "JTL has the old one"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_cancelled_before_the_hand_over_never_reaches_jtl() -> Result<()> {
    let (shop, numbers) = shop_with_plain_orders(4).await?;
    shop.change(Change::AskToCancel { order: numbers[0].clone() })?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    assert_eq!(stored(&app, &numbers[0]).await?.state, OrderState::OnHold);
    shop.change(Change::StopAsking { order: numbers[0].clone() })?;
    sync(&app, Mode::Full).await?;
    assert_eq!(stored(&app, &numbers[0]).await?.state, OrderState::Exported);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn h_a_run_ends_with_an_outcome_even_when_recording_its_failures_fails() -> Result<()> {
    let (shop, numbers) = shop_with_plain_orders(5).await?;
    let app = shop.kontor("").await?;
    rusqlite::Connection::open(shop.data().join("kontor.db"))?
        .execute_batch("DROP TABLE run_items")?;
    let fault = TemuFault {
        parent_order_sn: Some(numbers[0].clone()),
        ..TemuFault::on(ADDRESS, TemuFaultKind::Http { status: 500 })
    };
    shop.sandbox.gateway().state().inject(fault);
    let report = sync(&app, Mode::Full).await?;
    assert_ne!(report.outcome, Outcome::Success, "{report:#?}");
    assert_eq!(report.counts.exported, 4);
    let runs = app.store.runs(None, 10).await?;
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].outcome, Some(report.outcome));
    assert!(runs[0].ended_at.is_some());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_that_does_not_come_at_once_raises_its_alert_later() -> Result<()> {
    let (shop, numbers) = shop_with_plain_orders(3).await?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    let cursor = app.store.cursor("temu.orders.updated_at").await?;
    shop.change(Change::Street { order: numbers[1].clone(), street: "Neuer Weg 9".to_owned() })?;
    shop.fault(ADDRESS, TemuFaultKind::Http { status: 500 });
    let report = sync(&app, Mode::Full).await?;
    assert_ne!(report.outcome, Outcome::Success, "{report:#?}");
    assert_eq!(
        app.store.cursor("temu.orders.updated_at").await?,
        cursor,
        "the poll shows the order again"
    );
    shop.sandbox.gateway().state().clear_faults();
    let report = sync(&app, Mode::Full).await?;
    assert!(
        report.problems.iter().any(|p| p.code == "order.address_changed_after_export"),
        "{report:#?}"
    );
    Ok(())
}

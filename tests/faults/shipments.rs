//! Faults on the way of parcels from JTL to TEMU.

use anyhow::Result;
use kontor_core::run::Outcome;
use kontor_core::state::OrderState;
use kontor_engine::orders::Mode;
use kontor_sandbox::jtl::{IdentStyle, ShipRequest};
use kontor_sandbox::temu::{TemuFault, TemuFaultKind};
use kontor_tests::{Shop, stored, sync};

const CONFIRM: &str = "bg.logistics.shipment.v2.confirm";

async fn shipped_shop(request: &ShipRequest) -> Result<(Shop, kontor_engine::App)> {
    let shop = Shop::open(30).await?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    shop.import()?;
    shop.ship(request)?;
    Ok((shop, app))
}

fn all_reported_once(shop: &Shop) -> Result<()> {
    shop.assert_agreement()?;
    let agreement = shop.sandbox.agreement()?;
    assert_eq!(agreement.reported_once, agreement.shipped, "{agreement:#?}");
    assert!(agreement.shipped > 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_whose_answer_is_lost_is_read_back_and_never_sent_twice() -> Result<()> {
    let kinds = [
        TemuFaultKind::CutAfter,
        TemuFaultKind::CutMiddle,
        TemuFaultKind::CutBefore,
        TemuFaultKind::ErrorAfter { code: 4_000_000 },
        TemuFaultKind::Malformed,
        TemuFaultKind::Http { status: 500 },
        TemuFaultKind::TimeoutAfter { ms: 2_500 },
    ];
    for kind in kinds {
        let (shop, app) = shipped_shop(&ShipRequest::default()).await?;
        shop.sandbox
            .gateway()
            .state()
            .inject(TemuFault { every: 3, ..TemuFault::on(CONFIRM, kind.clone()) });
        sync(&app, Mode::TrackingOnly).await?;
        shop.sandbox.gateway().state().clear_faults();
        let next = sync(&app, Mode::TrackingOnly).await?;
        assert_eq!(next.outcome, Outcome::Success, "{kind:?}: {next:#?}");
        all_reported_once(&shop)?;
        assert_eq!(
            shop.calls(CONFIRM, "120014004"),
            0,
            "{kind:?}: sent again although TEMU had it"
        );
        assert_eq!(
            shop.calls(CONFIRM, "120012004"),
            0,
            "{kind:?}: sent again although TEMU had it"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refused_order_leaves_the_others_reported_and_they_are_never_sent_again() -> Result<()>
{
    let (shop, app) = shipped_shop(&ShipRequest::default()).await?;
    let order = shop.order_of_kind("")?.parent_order_sn;
    let fault = TemuFault {
        parent_order_sn: Some(order.clone()),
        ..TemuFault::on(CONFIRM, TemuFaultKind::Error { code: 120_014_022 })
    };
    shop.sandbox.gateway().state().inject(fault);
    let report = sync(&app, Mode::TrackingOnly).await?;
    assert_eq!((report.outcome, report.counts.failed), (Outcome::Partial, 1), "{report:#?}");
    shop.sandbox.gateway().state().clear_faults();
    shop.forget_calls();
    sync(&app, Mode::TrackingOnly).await?;
    assert_eq!(shop.calls(CONFIRM, "ok"), 1);
    all_reported_once(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unmapped_carrier_waits_for_the_operator_and_never_becomes_dhl() -> Result<()> {
    let spedition =
        ShipRequest { method: "Spezial-Spedition".to_owned(), ..ShipRequest::default() };
    let (shop, app) = shipped_shop(&spedition).await?;
    let report = sync(&app, Mode::TrackingOnly).await?;
    assert_eq!(report.counts.reported, 0);
    assert!(report.problems.iter().any(|p| p.code == "carrier.unmapped"), "{report:#?}");
    assert_eq!(shop.calls(CONFIRM, "ok"), 0);
    let mapped = shop.kontor("[carriers]\n\"Spezial-Spedition\" = \"DPD\"").await?;
    sync(&mapped, Mode::TrackingOnly).await?;
    all_reported_once(&shop)?;
    let state = shop.sandbox.gateway().state();
    assert!(
        state.orders.values().flat_map(|o| &o.parcels).all(|p| p.carrier_id == 998_264_853),
        "all with DPD"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_tracking_number_is_no_parcel() -> Result<()> {
    let (shop, app) =
        shipped_shop(&ShipRequest { ident: IdentStyle::Blank, ..ShipRequest::default() }).await?;
    let report = sync(&app, Mode::TrackingOnly).await?;
    assert_eq!((report.counts.tracked, report.counts.reported), (0, 0), "{report:#?}");
    let order = stored(&app, &shop.order_of_kind("")?.parent_order_sn).await?;
    assert_eq!(order.state, OrderState::Accepted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn parcels_of_all_open_orders_are_looked_up_in_at_most_five_statements() -> Result<()> {
    let (shop, app) = shipped_shop(&ShipRequest::default()).await?;
    sync(&app, Mode::TrackingOnly).await?;
    shop.sandbox.jtl().clear_statements();
    let report = sync(&app, Mode::TrackingOnly).await?;
    assert_eq!(shop.sandbox.jtl().statements().len(), 0, "nothing is open any more: {report:#?}");
    let (shop, app) = shipped_shop(&ShipRequest::default()).await?;
    shop.sandbox.jtl().clear_statements();
    sync(&app, Mode::TrackingOnly).await?;
    let selects =
        shop.sandbox.jtl().statements().iter().filter(|s| s.text.contains("tAuftrag")).count();
    assert!(selects <= 5, "{selects}");
    Ok(())
}

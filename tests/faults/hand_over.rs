//! Faults on the way to JTL.

use anyhow::Result;
use kontor_core::run::Outcome;
use kontor_core::state::OrderState;
use kontor_engine::orders::Mode;
use kontor_sandbox::jtl::{SqlFault, SqlFaultKind};
use kontor_tests::{Shop, files, stored, sync};

const TO_DATABASE: &str = "[orders]\ntarget = \"database\"";

#[tokio::test(flavor = "multi_thread")]
async fn b_when_the_hand_over_fails_nothing_is_exported_and_the_next_run_does_it_once() -> Result<()>
{
    let shop = Shop::open(60).await?;
    let app = shop.kontor(TO_DATABASE).await?;
    let refused = SqlFaultKind::Error { number: 229, class: None, message: None };
    shop.sandbox.jtl().inject(
        SqlFault { times: None, ..SqlFault::once(refused) }
            .matching("INSERT INTO dbo.tXMLBestellImport"),
    );
    let report = sync(&app, Mode::Full).await?;
    assert_eq!((report.outcome, report.counts.exported), (Outcome::Failed, 0), "{report:#?}");
    shop.sandbox.jtl().clear_faults();
    let next = sync(&app, Mode::Full).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    shop.import()?;
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_insert_is_cut_off_arrives_once() -> Result<()> {
    for kind in [SqlFaultKind::DisconnectBefore, SqlFaultKind::DisconnectAfter] {
        let shop = Shop::open(40).await?;
        let app = shop.kontor(TO_DATABASE).await?;
        shop.sandbox
            .jtl()
            .inject(SqlFault::once(kind.clone()).matching("INSERT INTO dbo.tXMLBestellImport"));
        let report = sync(&app, Mode::Full).await?;
        assert_ne!(report.outcome, Outcome::Success, "{report:#?}");
        // JTL's worker takes what arrived before Kontor looks again.
        shop.import()?;
        let next = sync(&app, Mode::Full).await?;
        assert_eq!(next.outcome, Outcome::Success, "{kind:?}: {next:#?}");
        shop.import()?;
        shop.assert_agreement()?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_while_reading_is_tried_again() -> Result<()> {
    let shop = Shop::open(30).await?;
    let app = shop.kontor("").await?;
    for number in [1_205, 1_222] {
        let kind = SqlFaultKind::Error { number, class: None, message: None };
        shop.sandbox.jtl().inject(SqlFault::once(kind).matching("FROM Verkauf.tAuftrag"));
    }
    let report = sync(&app, Mode::Full).await?;
    shop.sandbox.jtl().clear_faults();
    let next = sync(&app, Mode::Full).await?;
    assert_eq!(next.outcome, Outcome::Success, "{report:#?} {next:#?}");
    shop.import()?;
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn c_a_control_character_in_a_name_costs_no_file() -> Result<()> {
    let shop = Shop::open(60).await?;
    let order = shop.order_of_kind("control_characters")?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    let kept = stored(&app, &order.parent_order_sn).await?;
    assert_eq!(kept.state, OrderState::Exported);
    assert_eq!(kept.order.address.expect("an address").last_name, "Vertikalmann");
    assert_eq!(kept.order.notes[0].code.as_str(), "order.characters_removed");
    assert!(shop.import()?.rejected.is_empty());
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_collective_file_is_true_latin_1_and_each_order_has_its_archive_file() -> Result<()> {
    let shop = Shop::open(60).await?;
    let app = shop.kontor("").await?;
    let report = sync(&app, Mode::Full).await?;
    let drop_folder = files(&shop.data().join("temu/xml"), ".xml")?;
    assert_eq!(drop_folder.len(), 1);
    let bytes = std::fs::read(&drop_folder[0])?;
    assert!(bytes.starts_with(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"));
    assert!(bytes.iter().all(|b| !(0x80..0xa0).contains(b)), "no byte of windows-1252");
    let archived = files(&shop.data().join("temu/export"), ".xml")?;
    assert_eq!(archived.len() as u64, report.counts.exported);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_for_the_file_nothing_is_exported_and_the_next_run_does_it() -> Result<()> {
    let shop = Shop::open(30).await?;
    let app = shop.kontor("").await?;
    let folder = shop.data().join("temu/xml");
    std::fs::remove_dir(&folder)?;
    std::fs::write(&folder, "in the way")?;
    let report = sync(&app, Mode::Full).await?;
    assert_eq!((report.outcome, report.counts.exported), (Outcome::Failed, 0), "{report:#?}");
    assert!(report.problems.iter().any(|p| p.code == "file.write_failed"));
    std::fs::remove_file(&folder)?;
    std::fs::create_dir(&folder)?;
    let next = sync(&app, Mode::Full).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    shop.import()?;
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_jtl_has_already_is_not_handed_over_again() -> Result<()> {
    let shop = Shop::open(30).await?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    shop.import()?;
    // Another desk with an empty store on the same shop.
    let numbers = shop.sandbox.agreement()?.in_jtl_once;
    drop(app);
    std::fs::remove_dir_all(shop.data())?;
    let app = shop.kontor("").await?;
    let report = sync(&app, Mode::Full).await?;
    assert_eq!(
        (report.counts.exported, report.counts.accepted),
        (0, numbers as u64),
        "{report:#?}"
    );
    shop.import()?;
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_jtl_does_not_know_holds_its_order_until_it_is_made() -> Result<()> {
    let shop = Shop::open(30).await?;
    let order = shop.order_of_kind("")?;
    let sku = order.items[0].ext_code.clone();
    shop.sandbox.jtl().execute_as_admin(&format!(
        "UPDATE dbo.tArtikel SET cArtNr = 'WEG' WHERE cArtNr = '{sku}'"
    ))?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    let held = stored(&app, &order.parent_order_sn).await?;
    assert_eq!(
        (held.state, held.order.holds[0].code.as_str()),
        (OrderState::OnHold, "order.sku_unknown_in_jtl")
    );
    shop.sandbox.jtl().execute_as_admin(&format!(
        "UPDATE dbo.tArtikel SET cArtNr = '{sku}' WHERE cArtNr = 'WEG'"
    ))?;
    sync(&app, Mode::Full).await?;
    assert_eq!(stored(&app, &order.parent_order_sn).await?.state, OrderState::Exported);
    shop.import()?;
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_insert_is_named_before_anything_is_handed_over() -> Result<()> {
    use kontor_sandbox::jtl::Right;
    let shop = Shop::open(20).await?;
    shop.sandbox.jtl().set_right("kontor", Right::Insert, "dbo.tXMLBestellImport", false);
    let app = shop.kontor(TO_DATABASE).await?;
    let report = sync(&app, Mode::Full).await?;
    assert!(report.problems.iter().any(|p| p.code == "jtl.right_missing"), "{report:#?}");
    assert_eq!((report.outcome, report.counts.exported), (Outcome::Failed, 0));
    // Files need no such right.
    let app = shop.kontor("").await?;
    let report = sync(&app, Mode::Full).await?;
    assert_eq!(report.outcome, Outcome::Success, "{report:#?}");
    shop.import()?;
    shop.assert_agreement()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_customer_is_named_and_an_ambiguous_one_is_not_chosen() -> Result<()> {
    let shop = Shop::open(30).await?;
    let email_of = |order: &kontor_sandbox::seed::SeededOrder| {
        order.address.as_ref().map(|a| a.mail.clone()).unwrap_or_default()
    };
    let orders: Vec<_> = {
        let state = shop.sandbox.gateway().state();
        state.orders.values().filter(|o| o.exportable).take(2).cloned().collect()
    };
    shop.sandbox.jtl().seed_customer(&email_of(&orders[0]), "10042")?;
    shop.sandbox.jtl().seed_customer(&email_of(&orders[1]), "10043")?;
    shop.sandbox.jtl().seed_customer(&email_of(&orders[1]), "10044")?;
    let app = shop.kontor("").await?;
    sync(&app, Mode::Full).await?;
    shop.import()?;
    let books = shop.sandbox.jtl().books()?;
    let customer_of = |sn: &str| {
        books
            .orders
            .iter()
            .find(|o| o.external_number == sn)
            .map(|o| o.customer_number.clone())
            .unwrap_or_default()
    };
    assert_eq!(customer_of(&orders[0].parent_order_sn), "10042");
    let chosen = customer_of(&orders[1].parent_order_sn);
    assert!(chosen != "10043" && chosen != "10044", "{chosen}");
    let timeline = app
        .store
        .timeline(&kontor_core::ids::ParentOrderSn::new(&orders[1].parent_order_sn))
        .await?;
    assert!(
        timeline.iter().any(|e| e.code.is_some_and(|c| c.as_str() == "order.customer_ambiguous"))
    );
    Ok(())
}

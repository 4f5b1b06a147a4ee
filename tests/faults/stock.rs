//! Faults on the way of stock from JTL to TEMU: no stock is raised by an unknown, none is zeroed without JTL's 0.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use kontor_core::Code;
use kontor_core::run::Outcome;
use kontor_core::stock::{GoodsId, SkuId, SkuKey};
use kontor_engine::stock::{StockMode, StockOptions};
use kontor_sandbox::books::{StockChange, StockExpectation, StockFormula};
use kontor_sandbox::jtl::{SqlFault, SqlFaultKind};
use kontor_sandbox::temu::{TemuFault, TemuFaultKind};
use kontor_store::{StockFilter, StockStatus};
use kontor_tests::{NO_GUARD, Shop, StockRun, stock_options, sync_stock};

const LIST: &str = "bg.local.goods.sku.list.query";
const EDIT: &str = "bg.local.goods.stock.edit";

fn pieces(shop: &Shop) -> BTreeMap<i64, i64> {
    shop.sandbox.gateway().state().stock.skus.iter().map(|(id, s)| (*id, s.pieces)).collect()
}

fn agree(shop: &Shop) -> Result<()> {
    let expectation = StockExpectation::by(StockFormula::OnHand);
    let agreement = shop.sandbox.stock_agreement(&expectation)?;
    anyhow::ensure!(agreement.agrees, "{:#?} {:?}", agreement.differing, agreement.touched);
    Ok(())
}

fn codes(report: &StockRun) -> Vec<&'static str> {
    report.problems.iter().map(|p| p.code).collect()
}

/// Whatever happened in between: no SKU has another value than it had before or than JTL's tables give.
fn nothing_invented(shop: &Shop, before: &BTreeMap<i64, i64>) -> Result<()> {
    let expected = shop.sandbox.expected_stock(&StockExpectation::by(StockFormula::OnHand))?;
    for (sku, now) in pieces(shop) {
        let is_old = before.get(&sku) == Some(&now);
        let is_right = expected.get(&sku).and_then(|e| e.as_ref().ok()) == Some(&now);
        anyhow::ensure!(is_old || is_right, "{sku}: {now}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn i_when_jtls_stock_cannot_be_read_nothing_is_queued_and_nothing_is_sent() -> Result<()> {
    let shop = Shop::of_skus(5_000).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let before = pieces(&shop);
    let app = shop.kontor(&format!("{NO_GUARD}[jtl]\nquery_timeout_seconds = 1")).await?;
    let faults = [
        SqlFaultKind::Delay { ms: 2_000 },
        SqlFaultKind::Error { number: 1222, class: None, message: None },
        SqlFaultKind::DisconnectInRows,
        SqlFaultKind::DisconnectBefore,
    ];
    for kind in faults {
        let fault = SqlFault { times: None, ..SqlFault::once(kind.clone()) };
        shop.sandbox.jtl().inject(fault.matching("vLagerbestandProLager v"));
        shop.forget_calls();
        let report = sync_stock(&app, StockMode::Full).await?;
        assert_eq!(report.outcome, Outcome::Failed, "{kind:?}: {report:#?}");
        assert!(codes(&report).iter().any(|c| c.starts_with("jtl.")), "{kind:?}: {report:#?}");
        assert_eq!((report.counts.planned, shop.calls(EDIT, "ok")), (0, 0), "{kind:?}");
        assert_eq!(pieces(&shop), before, "{kind:?}");
        let counts = app.stock_counts().await?;
        assert!(counts.iter().all(|c| c.status != StockStatus::Delta), "{kind:?}: {counts:?}");
        shop.sandbox.jtl().clear_faults();
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn jtl_lost_between_two_chunks_leads_to_nothing_and_the_next_run_ends_right() -> Result<()> {
    let shop = Shop::of_skus(3_000).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let before = pieces(&shop);
    let fault =
        SqlFault { skip: 1, times: Some(2), ..SqlFault::once(SqlFaultKind::DisconnectBefore) };
    shop.sandbox.jtl().inject(fault.matching("vLagerbestandProLager v"));
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
    assert_eq!(pieces(&shop), before);
    shop.sandbox.jtl().clear_faults();
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn j_one_article_without_stock_is_unknown_and_listed_and_the_others_go_on() -> Result<()> {
    let shop = Shop::of_skus(100).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let filter = StockFilter { statuses: vec![StockStatus::Synced], ..StockFilter::default() };
    let rows = app.stock_page(&filter, None, 100).await?.rows;
    let (gone, other) = (&rows[0], &rows[rows.len() - 1]);
    let number = |row: &kontor_store::StockRow| row.sku_sn.clone().context("a number");
    for warehouse in [1, 2] {
        let sku = number(gone)?.to_uppercase();
        shop.sandbox.change_stock(&StockChange::JtlStock { sku, warehouse, pieces: None })?;
    }
    let sku = number(other)?.to_uppercase();
    let pieces = Some("77".to_owned());
    shop.sandbox.change_stock(&StockChange::JtlStock { sku, warehouse: 2, pieces })?;
    let report = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(report.outcome, Outcome::Success, "{report:#?}");
    let state = |id: i64| shop.sandbox.gateway().state().stock.pieces(id);
    assert_eq!(state(gone.key.sku_id.0), gone.known, "untouched");
    assert!(state(other.key.sku_id.0) >= Some(77));
    let unknown = StockFilter { reason: Some(Code::StockUnknownInJtl), ..StockFilter::default() };
    let listed = app.stock_page(&unknown, None, 100).await?.rows;
    assert!(listed.iter().any(|row| row.key == gone.key));
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_null_for_all_zeroes_nothing() -> Result<()> {
    let shop = Shop::of_skus(200).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let before = pieces(&shop);
    let column = "fBestand".to_owned();
    shop.sandbox
        .jtl()
        .inject(SqlFault { times: None, ..SqlFault::once(SqlFaultKind::NullColumn { column }) });
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!((report.counts.planned, report.counts.sent), (0, 0), "{report:#?}");
    assert_eq!(pieces(&shop), before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn when_jtl_answers_for_part_of_the_skus_the_push_waits_for_the_operator() -> Result<()> {
    let shop = Shop::of_skus(300).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let before = pieces(&shop);
    let fault = SqlFault::once(SqlFaultKind::MissingRows { every: 10 });
    shop.sandbox.jtl().inject(fault.matching("vLagerbestandProLager v"));
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(report.outcome, Outcome::NeedsApproval, "{report:#?}");
    assert!(codes(&report).contains(&"stock.guard_incomplete"), "{report:#?}");
    assert_eq!(pieces(&shop), before);
    let filter = StockFilter { reason: Some(Code::StockUnanswered), ..StockFilter::default() };
    assert!(app.stock_page(&filter, None, 1).await?.total > 10);
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_whole_makes_no_sku_inactive_and_the_next_run_ends_right() -> Result<()>
{
    let kinds = [
        TemuFaultKind::Total { more: 5 },
        TemuFaultKind::EmptyPage,
        TemuFaultKind::RepeatPage,
        TemuFaultKind::Http { status: 500 },
        TemuFaultKind::Remove { pointer: "/skuList".into() },
        TemuFaultKind::Remove { pointer: "/total".into() },
        TemuFaultKind::Remove { pointer: "/skuList/3/skuId".into() },
        TemuFaultKind::Malformed,
    ];
    for kind in kinds {
        let shop = Shop::of_skus(450).await?;
        let app = shop.kontor(NO_GUARD).await?;
        sync_stock(&app, StockMode::Full).await?;
        let before = pieces(&shop);
        shop.sandbox
            .gateway()
            .state()
            .inject(TemuFault { skip: 2, ..TemuFault::on(LIST, kind.clone()) });
        let report = sync_stock(&app, StockMode::Full).await?;
        assert_eq!(report.counts.deactivated, 0, "{kind:?}: {report:#?}");
        assert_ne!(report.outcome, Outcome::Success, "{kind:?}: {report:#?}");
        assert_eq!(app.stock_page(&StockFilter::default(), None, 1).await?.total, 450, "{kind:?}");
        nothing_invented(&shop, &before)?;
        shop.sandbox.gateway().state().clear_faults();
        let next = sync_stock(&app, StockMode::Full).await?;
        assert_eq!(next.outcome, Outcome::Success, "{kind:?}: {next:#?}");
        agree(&shop)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_missing_is_noticed_and_the_next_run_ends_right() -> Result<()> {
    let shop = Shop::of_skus(450).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let kind = TemuFaultKind::Shift { by: 100 };
    let fault = TemuFault { skip: 2, times: Some(1), ..TemuFault::on(LIST, kind) };
    shop.sandbox.gateway().state().inject(fault);
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!((report.outcome, report.counts.deactivated), (Outcome::Failed, 0), "{report:#?}");
    assert!(codes(&report).contains(&"temu.page_repeated"), "{report:#?}");
    assert_eq!(app.stock_page(&StockFilter::default(), None, 1).await?.total, 450);
    let next = sync_stock(&app, StockMode::Full).await?;
    assert_eq!((next.outcome, next.counts.deactivated), (Outcome::Success, 0), "{next:#?}");
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_is_named_before_anything_is_asked() -> Result<()> {
    let shop = Shop::of_skus(50).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let right = kontor_sandbox::jtl::Right::Select;
    shop.sandbox.jtl().set_right("kontor", right, "dbo.tlagerbestand", false);
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
    let problem = report.problems.iter().find(|p| p.code.starts_with("jtl.")).context("named")?;
    assert!(problem.detail.as_deref().is_some_and(|d| d.contains("tlagerbestand")), "{problem:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_choice_of_warehouses_is_told_and_never_a_success() -> Result<()> {
    let shop = Shop::of_skus(100).await?;
    let before = pieces(&shop);
    let missing = shop.kontor(&format!("{NO_GUARD}warehouses = [2, 99]")).await?;
    let report = sync_stock(&missing, StockMode::Full).await?;
    assert_eq!((report.outcome, report.counts.planned), (Outcome::Failed, 0), "{report:#?}");
    let problem = report.problems.iter().find(|p| p.code == "stock.warehouse_missing");
    assert_eq!(problem.context("told")?.detail.as_deref(), Some("99"));
    assert_eq!(pieces(&shop), before);
    let amazons = shop.kontor(&format!("{NO_GUARD}warehouses = [3]")).await?;
    let report = sync_stock(&amazons, StockMode::Full).await?;
    assert_eq!(report.outcome, Outcome::Partial, "{report:#?}");
    for code in ["stock.warehouse_foreign", "stock.mostly_unknown"] {
        assert!(codes(&report).contains(&code), "{code}: {report:#?}");
    }
    let well = sync_stock(&shop.kontor(NO_GUARD).await?, StockMode::Full).await?;
    assert_eq!(well.outcome, Outcome::Success, "{well:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_run_reads_temus_lists_also_when_a_quick_one_was_asked_for() -> Result<()> {
    let shop = Shop::of_skus(40).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let quick = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!((quick.outcome, quick.counts.listed), (Outcome::Success, 40), "{quick:#?}");
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_sku_that_nobody_knows_is_refused_before_anything_is_sent() -> Result<()> {
    let shop = Shop::of_skus(40).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let known =
        shop.sandbox.gateway().state().stock.skus.values().next().map(|s| s.listing.clone());
    let known = known.context("a SKU")?;
    let key = |sku: i64| SkuKey { goods_id: GoodsId(known.goods_id), sku_id: SkuId(sku) };
    for dry_run in [true, false] {
        let only = vec![key(known.sku_id), key(1)];
        let options = StockOptions { only, dry_run, ..stock_options(StockMode::Full) };
        let report = app.sync_stock(options).await?;
        assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
        assert!(codes(&report).contains(&"stock.sku_not_found"), "{report:#?}");
    }
    assert_eq!(shop.calls(EDIT, "ok"), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_of_0_offers_nothing_and_minus_1_is_no_limit() -> Result<()> {
    let shop = Shop::of_skus(40).await?;
    let app = shop.kontor(&format!("{NO_GUARD}cap = 0")).await?;
    let none = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(none.outcome, Outcome::Success, "{none:#?}");
    let filter = StockFilter { statuses: vec![StockStatus::Synced], ..StockFilter::default() };
    let rows = app.stock_page(&filter, None, 100).await?.rows;
    assert!(rows.iter().any(|row| row.counted > Some(0)));
    assert!(rows.iter().all(|row| row.known == Some(0)));
    let app = shop.kontor(&format!("{NO_GUARD}cap = -1")).await?;
    sync_stock(&app, StockMode::Full).await?;
    agree(&shop)
}

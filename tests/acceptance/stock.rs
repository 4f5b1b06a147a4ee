//! The stock workflow from end to end, through HTTP and TDS, judged by the sandbox's own computation from JTL's tables.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use kontor_core::run::Outcome;
use kontor_core::stock::{PushState, SkuKey, SkuRule};
use kontor_engine::App;
use kontor_engine::orders::Mode;
use kontor_engine::progress::Step;
use kontor_engine::stock::{StockMode, StockOptions};
use kontor_sandbox::books::{StockChange, StockExpectation, StockFormula};
use kontor_sandbox::seed::SkuKind;
use kontor_sandbox::temu::EditOutcome;
use kontor_store::{StockFilter, StockRow, StockStatus};
use kontor_tests::{NO_GUARD, Shop, stock_options, sync, sync_stock};

const EDIT: &str = "bg.local.goods.stock.edit";
const LIST: &str = "bg.local.goods.sku.list.query";

fn agree(shop: &Shop, expectation: &StockExpectation) -> Result<usize> {
    let agreement = shop.sandbox.stock_agreement(expectation)?;
    anyhow::ensure!(agreement.agrees, "{:#?} {:?}", agreement.differing, agreement.touched);
    Ok(agreement.matching)
}

async fn all(app: &App, filter: StockFilter) -> Result<Vec<StockRow>> {
    Ok(app.stock_page(&filter, None, 10_000).await?.rows)
}

async fn with_status(app: &App, status: StockStatus) -> Result<Vec<StockRow>> {
    all(app, StockFilter { statuses: vec![status], ..StockFilter::default() }).await
}

/// Other stock in JTL for every seventh plain SKU.
fn move_stock(shop: &Shop) -> Result<usize> {
    let numbers: Vec<String> = {
        let state = shop.sandbox.gateway().state();
        let plain = state.stock.skus.values().filter(|s| s.listing.kind == SkuKind::Plain);
        plain.step_by(7).map(|s| s.listing.sku_sn.clone()).collect()
    };
    for (index, sku) in numbers.iter().enumerate() {
        let pieces = Some(format!("{}.25", index % 40));
        let sku = sku.clone();
        shop.sandbox.change_stock(&StockChange::JtlStock { sku, warehouse: 2, pieces })?;
    }
    Ok(numbers.len())
}

async fn equals_jtl(word: &str, formula: StockFormula) -> Result<()> {
    let shop = Shop::of_skus(5_000).await?;
    let changes = format!("{NO_GUARD}formula = \"{word}\"");
    let app = shop.kontor(&changes).await?;
    let expectation = StockExpectation::by(formula);
    let full = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(full.outcome, Outcome::Success, "{full:#?}");
    let matching = agree(&shop, &expectation)?;
    assert!(matching > 4_000, "{matching}");
    assert_eq!((full.counts.listed, full.counts.added), (5_000, 5_000));
    assert_eq!(full.counts.confirmed, full.counts.planned);
    assert_eq!(full.counts.proven, full.counts.planned);
    let left_alone = full.counts.unknown + full.counts.unmatched;
    assert_eq!(matching as u64 + left_alone, 5_000);
    assert!(move_stock(&shop)? > 300);
    shop.forget_calls();
    let quick = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(quick.outcome, Outcome::Success, "{quick:#?}");
    assert_eq!(agree(&shop, &expectation)?, matching);
    assert_eq!(shop.calls(LIST, "ok"), 0, "the quick mode reads no list");
    assert!(quick.counts.planned > 300);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn temus_stock_is_what_on_hand_gives_for_5000_skus() -> Result<()> {
    equals_jtl("on_hand", StockFormula::OnHand).await
}

#[tokio::test(flavor = "multi_thread")]
async fn temus_stock_is_what_on_hand_minus_reserved_gives_for_5000_skus() -> Result<()> {
    equals_jtl("on_hand_minus_reserved", StockFormula::OnHandMinusReserved).await
}

#[tokio::test(flavor = "multi_thread")]
async fn temus_stock_is_what_jtl_available_gives_for_5000_skus() -> Result<()> {
    equals_jtl("jtl_available", StockFormula::JtlAvailable).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_or_unmatched_is_listed_with_its_reason_and_untouched() -> Result<()> {
    let shop = Shop::of_skus(200).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let report = sync_stock(&app, StockMode::Full).await?;
    agree(&shop, &StockExpectation::by(StockFormula::OnHand))?;
    let expected = shop.sandbox.expected_stock(&StockExpectation::by(StockFormula::OnHand))?;
    let mut left: Vec<i64> =
        expected.into_iter().filter(|(_, e)| e.is_err()).map(|(id, _)| id).collect();
    let mut listed = with_status(&app, StockStatus::Unknown).await?;
    listed.extend(with_status(&app, StockStatus::Unmatched).await?);
    assert!(listed.iter().all(|row| row.reason.is_some()));
    let mut ids: Vec<i64> = listed.iter().map(|row| row.key.sku_id.0).collect();
    ids.sort_unstable();
    left.sort_unstable();
    assert_eq!(ids, left);
    assert_eq!((report.counts.unknown + report.counts.unmatched) as usize, left.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_warehouses_are_summed_and_others_do_not_count() -> Result<()> {
    let shop = Shop::of_skus(300).await?;
    let changes = format!("{NO_GUARD}warehouses = [2]");
    let app = shop.kontor(&changes).await?;
    sync_stock(&app, StockMode::Full).await?;
    let only =
        StockExpectation { warehouses: vec![2], ..StockExpectation::by(StockFormula::OnHand) };
    agree(&shop, &only)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_changes_nothing_and_sends_nothing() -> Result<()> {
    let shop = Shop::of_skus(300).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    shop.forget_calls();
    let again = sync_stock(&app, StockMode::Full).await?;
    assert_eq!((again.counts.planned, again.counts.sent), (0, 0), "{again:#?}");
    assert_eq!(shop.calls(EDIT, "ok"), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn decreases_are_sent_before_increases_and_goods_in_one_call_each() -> Result<()> {
    let shop = Shop::of_skus(400).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let state = shop.sandbox.gateway().state();
    let calls: Vec<(bool, u64)> =
        state.stock.edits.iter().map(|e| (e.new < e.old, e.call)).collect();
    let first_increase = calls.iter().position(|(down, _)| !down).context("an increase")?;
    assert!(calls[first_increase..].iter().all(|(down, _)| !down));
    let several = state
        .stock
        .edits
        .iter()
        .any(|e| state.stock.edits.iter().any(|o| o.call == e.call && o.sku_id != e.sku_id));
    assert!(several, "several SKUs of a goods in one call");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_would_be_sent_and_writes_nothing_anywhere() -> Result<()> {
    let shop = Shop::of_skus(200).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let options = StockOptions { dry_run: true, ..stock_options(StockMode::Full) };
    let dry = app.sync_stock(options).await?;
    let plan = dry.plan.context("a plan")?;
    assert!(app.stock_counts().await?.is_empty());
    assert!(app.store.runs(None, 9).await?.is_empty());
    assert_eq!(shop.calls(EDIT, "ok"), 0);
    let live = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(live.counts.confirmed as usize, plan.plan.ops.len());
    let history = app.store.pushes_of_run(&live.run_id, None, 10_000).await?;
    assert_eq!(history[0].plan_id, plan.plan.id, "what is sent is what was shown");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_chosen_skus_are_pushed() -> Result<()> {
    let shop = Shop::of_skus(200).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let dry = StockOptions { dry_run: true, ..stock_options(StockMode::Full) };
    let plan = app.sync_stock(dry).await?.plan.context("a plan")?;
    let only: Vec<SkuKey> = plan.plan.ops.iter().take(3).map(|op| op.key).collect();
    let chosen = StockOptions { only: only.clone(), ..stock_options(StockMode::Full) };
    let report = app.sync_stock(chosen).await?;
    assert_eq!(report.counts.confirmed, 3);
    assert_eq!(
        with_status(&app, StockStatus::Delta).await?.len(),
        plan.plan.ops.len() - only.len()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_of_the_operators_bounds_what_is_offered() -> Result<()> {
    let shop = Shop::of_skus(100).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let rows = with_status(&app, StockStatus::Synced).await?;
    let row = rows.iter().find(|r| r.counted > Some(10)).context("a SKU with stock")?;
    let rule = SkuRule { buffer: 3, cap: Some(5), fixed: None };
    app.set_sku_rule(row.key, &rule, "Ada").await?;
    sync_stock(&app, StockMode::Quick).await?;
    let pieces = shop.sandbox.gateway().state().stock.pieces(row.key.sku_id.0);
    assert_eq!(pieces, Some(5));
    let outside = SkuRule { cap: Some(-1), ..rule };
    assert!(app.set_sku_rule(row.key, &outside, "Ada").await.is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_jtl_does_not_show_yet_lower_what_is_offered_until_it_does() -> Result<()> {
    let shop = Shop::open(120).await?;
    shop.sandbox.gateway().state().stock.lag_millis = 0;
    let changes = format!("{NO_GUARD}formula = \"jtl_available\"");
    let app = shop.kontor(&changes).await?;
    sync(&app, Mode::Full).await?;
    let reserved = StockExpectation {
        minus_unseen_orders: true,
        ..StockExpectation::by(StockFormula::JtlAvailable)
    };
    sync_stock(&app, StockMode::Full).await?;
    agree(&shop, &reserved)?;
    let plain = StockExpectation::by(StockFormula::JtlAvailable);
    assert!(!shop.sandbox.stock_agreement(&plain)?.agrees, "orders make a difference");
    // JTL takes the orders: now they are in its own figures, although no order run has seen it.
    shop.import()?;
    sync_stock(&app, StockMode::Quick).await?;
    agree(&shop, &reserved)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn with_on_hand_an_order_is_taken_off_until_it_is_shipped() -> Result<()> {
    let shop = Shop::open(120).await?;
    shop.sandbox.gateway().state().stock.lag_millis = 0;
    let app = shop.kontor(NO_GUARD).await?;
    sync(&app, Mode::Full).await?;
    sync_stock(&app, StockMode::Full).await?;
    let offered = pieces(&shop);
    let plain = StockExpectation::by(StockFormula::OnHand);
    assert!(!shop.sandbox.stock_agreement(&plain)?.agrees, "orders make a difference");
    // JTL takes the orders: its fBestand stays until it ships, so the pieces are still sold.
    shop.import()?;
    let quick = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!((quick.counts.planned, pieces(&shop)), (0, offered.clone()), "{quick:#?}");
    sync(&app, Mode::Full).await?;
    let accepted = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!((accepted.counts.planned, pieces(&shop)), (0, offered), "{accepted:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_between_two_runs_is_never_sold_again() -> Result<()> {
    let shop = Shop::of_skus(100).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let row = with_status(&app, StockStatus::Synced).await?;
    let row = row.iter().find(|r| r.known > Some(5)).context("a SKU with stock")?;
    shop.sandbox.sell(row.key.sku_id.0, 2).context("a sale")?;
    sync(&app, Mode::Full).await?;
    sync_stock(&app, StockMode::Full).await?;
    let pieces = shop.sandbox.gateway().state().stock.pieces(row.key.sku_id.0);
    assert_eq!(pieces, row.known.map(|known| known - 2));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_push_is_undone_and_what_moved_since_is_left() -> Result<()> {
    let shop = Shop::of_skus(100).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let before: Vec<(i64, i64)> = pieces(&shop);
    let pushed = sync_stock(&app, StockMode::Full).await?.counts.confirmed;
    let (plan, lost) = app.undo_plan().await?;
    assert_eq!((plan.ops.len() as u64, lost.len()), (pushed, 0));
    let of_jtl = pieces(&shop);
    let undone = sync_stock(&app, StockMode::Undo).await?;
    assert_eq!(undone.outcome, Outcome::NeedsApproval, "{undone:#?}");
    for code in ["stock.above_jtl", "stock.undo_passes"] {
        assert!(undone.problems.iter().any(|p| p.code == code), "{code} is told");
    }
    let lowered = pieces(&shop);
    assert!(undone.counts.confirmed > 0 && lowered != of_jtl);
    assert!(lowered.iter().zip(&of_jtl).all(|(now, jtl)| now <= jtl), "nothing is raised unasked");
    let plan = undone.plan.context("a plan")?.plan;
    assert_eq!(plan.ops.len() as u64, undone.counts.waiting);
    let approve = Some(plan.id);
    let agreed = app.sync_stock(StockOptions { approve, ..stock_options(StockMode::Full) }).await?;
    assert_eq!(agreed.outcome, Outcome::Success, "{agreed:#?}");
    assert_eq!(pieces(&shop), before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_never_goes_over_what_the_seller_has_changed_since() -> Result<()> {
    let shop = Shop::of_skus(60).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let (plan, _) = app.undo_plan().await?;
    let changed = plan.ops[0].clone();
    let (sku_id, pieces) = (changed.key.sku_id.0, 77_777);
    shop.sandbox.change_stock(&StockChange::Seller { sku_id, pieces })?;
    let dry = StockOptions { dry_run: true, ..stock_options(StockMode::Undo) };
    let dry = app.sync_stock(dry).await?;
    assert_eq!(dry.outcome, Outcome::NeedsApproval, "a dry run shows what would wait");
    let undone = sync_stock(&app, StockMode::Undo).await?;
    let left = shop.sandbox.gateway().state().stock.pieces(changed.key.sku_id.0);
    assert_eq!(left, Some(77_777));
    assert!(undone.problems.iter().any(|p| p.code == "stock.not_undone"), "{undone:#?}");
    Ok(())
}

fn pieces(shop: &Shop) -> Vec<(i64, i64)> {
    shop.sandbox.gateway().state().stock.skus.iter().map(|(id, s)| (*id, s.pieces)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sku_that_both_complete_lists_lack_becomes_inactive_and_comes_back() -> Result<()> {
    let shop = Shop::of_skus(120).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let (sku_id, listing) = {
        let state = shop.sandbox.gateway().state();
        let (id, sku) = state.stock.skus.iter().next().context("a SKU")?;
        (*id, sku.listing.clone())
    };
    shop.sandbox.change_stock(&StockChange::Unlist { sku_id })?;
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(report.counts.deactivated, 1);
    assert_eq!(all(&app, StockFilter::default()).await?.len(), 119);
    shop.sandbox.gateway().state().stock.list(listing);
    sync_stock(&app, StockMode::Full).await?;
    assert_eq!(all(&app, StockFilter::default()).await?.len(), 120);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sku_that_comes_back_on_sale_while_the_lists_are_read_stays_active() -> Result<()> {
    let shop = Arc::new(Shop::of_skus(120).await?);
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let stock = pieces(&shop);
    let on_sale = stock.iter().filter(|(_, pieces)| *pieces > 0).count() as u64;
    let (sku_id, _) = *stock.iter().find(|(_, pieces)| *pieces == 0).context("a sold out SKU")?;
    let other = Arc::clone(&shop);
    let options = StockOptions {
        progress: Arc::new(move |p| {
            if p.step == Step::Products && p.done == on_sale {
                let back = StockChange::Seller { sku_id, pieces: 5 };
                assert!(other.sandbox.change_stock(&back).is_ok());
            }
        }),
        ..stock_options(StockMode::Full)
    };
    let report = app.sync_stock(options).await?;
    assert_eq!((report.outcome, report.counts.deactivated), (Outcome::Success, 0), "{report:#?}");
    assert_eq!((report.counts.listed, all(&app, StockFilter::default()).await?.len()), (120, 120));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_the_saved_answers_gives_the_same_skus_and_no_sku_goes() -> Result<()> {
    let shop = Shop::of_skus(250).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let dry_folder = {
        let live = sync_stock(&app, StockMode::Full).await?;
        shop.data().join("temu/api_responses").join(live.run_id.as_str())
    };
    let other = Shop::of_skus(1).await?;
    let replayed_app = other.kontor("").await?;
    let replayed = sync_stock(&replayed_app, StockMode::Replay(dry_folder)).await?;
    assert_eq!((replayed.outcome, replayed.counts.added), (Outcome::Success, 250));
    let (one, two) = (
        all(&app, StockFilter::default()).await?,
        all(&replayed_app, StockFilter::default()).await?,
    );
    let described = |rows: &[StockRow]| -> Vec<_> {
        rows.iter().map(|r| (r.key, r.sku_sn.clone(), r.goods_name.clone())).collect()
    };
    assert_eq!(described(&one), described(&two));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_lists_that_lack_a_page_or_hold_an_impossible_stock_are_remarked() -> Result<()> {
    let shop = Shop::of_skus(250).await?;
    let live = sync_stock(&shop.kontor(NO_GUARD).await?, StockMode::Full).await?;
    let saved = shop.data().join("temu/api_responses").join(live.run_id.as_str());
    let mut pages: Vec<_> = std::fs::read_dir(&saved)?
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.to_string_lossy().contains("goods.sku.list.query_2"))
        .collect();
    pages.sort();
    assert!(pages.len() > 1, "{pages:?}");
    std::fs::remove_file(&pages[1])?;
    let mut page: serde_json::Value = serde_json::from_slice(&std::fs::read(&pages[0])?)?;
    page["result"]["skuList"][0]["stock"] = 1_000_001.into();
    page["result"]["skuList"][1]["stock"] = (-1).into();
    std::fs::write(&pages[0], page.to_string())?;
    let other = Shop::of_skus(1).await?;
    let app = other.kontor("").await?;
    let replayed = sync_stock(&app, StockMode::Replay(saved)).await?;
    let count = |code: &str| replayed.problems.iter().filter(|p| p.code == code).count();
    let counts = ["stock.list_incomplete", "stock.value_impossible"].map(count);
    assert_eq!(counts, [1, 2], "{replayed:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_formulas_stand_side_by_side_for_a_sample() -> Result<()> {
    let shop = Shop::of_skus(100).await?;
    let app = shop.kontor(NO_GUARD).await?;
    sync_stock(&app, StockMode::Full).await?;
    let rows = app.compare_formulas(&[]).await?;
    assert_eq!(rows.len(), 20);
    assert!(rows.iter().all(|row| row.formulas.len() == 3 && row.article.is_some()));
    let named = app.compare_formulas(&["art-00000".into(), "GIBT-ES-NICHT".into()]).await?;
    assert!(named[0].formulas[0].pieces.is_some());
    assert!(named[1].article.is_none() && named[1].formulas[0].reason.is_some());
    let warehouses = app.warehouses().await?;
    assert_eq!(warehouses.iter().filter(|w| w.counts_by_default()).count(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_push_is_in_the_history_with_its_proof() -> Result<()> {
    let shop = Shop::of_skus(60).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let report = sync_stock(&app, StockMode::Full).await?;
    let history = app.store.pushes_of_run(&report.run_id, None, 1_000).await?;
    assert_eq!(history.len() as u64, report.counts.confirmed);
    let state = shop.sandbox.gateway().state();
    for record in &history {
        assert_eq!((record.state, record.proven_at.is_some()), (PushState::Confirmed, true));
        let key = Some(record.request_key.clone());
        let edit = state
            .stock
            .edits
            .iter()
            .find(|e| e.sku_id == record.key.sku_id.0 && e.request_key == key);
        let edit = edit.context("the sandbox's books have it")?;
        assert_eq!((edit.new, edit.outcome), (record.after, EditOutcome::Applied));
        assert_eq!(Some(edit.old), record.before);
    }
    Ok(())
}

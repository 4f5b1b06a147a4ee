//! The guard: what changes too much waits, and what was approved is applied exactly or not at all.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use kontor_core::Code;
use kontor_core::run::Outcome;
use kontor_core::stock::{PlanId, SkuOp, StockPlan};
use kontor_engine::App;
use kontor_engine::stock::{StockMode, StockOptions};
use kontor_sandbox::books::{StockChange, StockExpectation, StockFormula};
use kontor_sandbox::temu::{TemuFault, TemuFaultKind};
use kontor_store::{PlanState, StockFilter, StockRow, StockStatus};
use kontor_tests::{NO_GUARD, Shop, StockRun, stock_options, sync_stock};

const EDIT: &str = "bg.local.goods.stock.edit";
const STRICT: &str = "[guard]\nmax_changed_percent = 30\nmin_changed = 5\nmax_zeroed = 3\n[stock]\nverify_after_seconds = 0\n";

fn pieces(shop: &Shop) -> BTreeMap<i64, i64> {
    shop.sandbox.gateway().state().stock.skus.iter().map(|(id, s)| (*id, s.pieces)).collect()
}

fn agree(shop: &Shop) -> Result<()> {
    let expectation = StockExpectation::by(StockFormula::OnHand);
    let agreement = shop.sandbox.stock_agreement(&expectation)?;
    anyhow::ensure!(agreement.agrees, "{:#?} {:?}", agreement.differing, agreement.touched);
    Ok(())
}

async fn synced(app: &App) -> Result<Vec<StockRow>> {
    let filter = StockFilter { statuses: vec![StockStatus::Synced], ..StockFilter::default() };
    let rows = app.stock_page(&filter, None, 1_000).await?.rows;
    Ok(rows
        .into_iter()
        .filter(|r| r.sku_sn.as_deref().is_some_and(|n| n.starts_with("ART")))
        .collect())
}

fn set_jtl(shop: &Shop, row: &StockRow, pieces: i64) -> Result<()> {
    let sku = row.sku_sn.clone().context("a number")?;
    shop.sandbox.change_stock(&StockChange::JtlBuffer { sku: sku.clone(), pieces: 0 })?;
    for (warehouse, pieces) in [(1, 0), (2, pieces)] {
        let (sku, pieces) = (sku.clone(), Some(pieces.to_string()));
        shop.sandbox.change_stock(&StockChange::JtlStock { sku, warehouse, pieces })?;
    }
    Ok(())
}

/// A shop whose stock is right, and Kontor with the strict guard.
async fn settled(skus: usize, more: &str) -> Result<(Shop, App)> {
    let shop = Shop::of_skus(skus).await?;
    sync_stock(&shop.kontor(NO_GUARD).await?, StockMode::Full).await?;
    agree(&shop)?;
    let app = shop.kontor(&format!("{STRICT}{more}")).await?;
    Ok((shop, app))
}

async fn approve(app: &App, plan: &PlanId) -> Result<StockRun> {
    let options = StockOptions { approve: Some(plan.clone()), ..stock_options(StockMode::Full) };
    Ok(app.sync_stock(options).await?)
}

fn codes(report: &StockRun) -> Vec<&'static str> {
    report.problems.iter().map(|p| p.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sync_of_a_shop_that_differs_waits_and_is_applied_when_it_is_approved()
-> Result<()> {
    let shop = Shop::of_skus(200).await?;
    let app = shop.kontor(STRICT).await?;
    let before = pieces(&shop);
    let stopped = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(stopped.outcome, Outcome::NeedsApproval, "{stopped:#?}");
    assert_eq!(pieces(&shop), before);
    let waiting = stopped.plan.context("the plan")?;
    assert_eq!(stopped.counts.waiting as usize, waiting.plan.ops.len());
    let applied = approve(&app, &waiting.plan.id).await?;
    assert_eq!(applied.outcome, Outcome::Success, "{applied:#?}");
    assert_eq!(app.stock_plan(&waiting.plan.id).await?.state, PlanState::Applied);
    agree(&shop)?;
    let again = approve(&app, &waiting.plan.id).await;
    assert_eq!(
        again.err().and_then(|e| e.downcast::<kontor_core::Problem>().ok()).map(|p| p.code),
        Some(Code::StockPlanSpent)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn more_zeroes_than_allowed_wait_also_when_jtl_says_zero() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    for row in synced(&app).await?.iter().filter(|r| r.known > Some(0)).take(4) {
        set_jtl(&shop, row, 0)?;
    }
    let before = pieces(&shop);
    let stopped = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(stopped.outcome, Outcome::NeedsApproval, "{stopped:#?}");
    assert!(codes(&stopped).contains(&"stock.guard_zeroed"));
    assert_eq!(pieces(&shop), before);
    let again = sync_stock(&app, StockMode::Quick).await?;
    let (one, two) = (stopped.plan.context("a plan")?, again.plan.context("a plan")?);
    assert_eq!(one.plan.id, two.plan.id, "nothing has changed: the same plan waits");
    assert_eq!(approve(&app, &one.plan.id).await?.outcome, Outcome::Success);
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_no_longer_holds_is_not_applied_and_says_where() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    let rows: Vec<StockRow> =
        synced(&app).await?.into_iter().filter(|r| r.known > Some(0)).take(5).collect();
    for row in &rows {
        set_jtl(&shop, row, 0)?;
    }
    let stopped = sync_stock(&app, StockMode::Quick).await?;
    let plan = stopped.plan.context("a plan")?.plan;
    set_jtl(&shop, &rows[0], 9)?;
    let before = pieces(&shop);
    let refused = approve(&app, &plan.id).await?;
    assert_eq!(refused.outcome, Outcome::NeedsApproval, "{refused:#?}");
    assert!(codes(&refused).contains(&"stock.plan_changed"));
    assert_eq!(pieces(&shop), before, "nothing of it is applied");
    let told = refused.plan.context("what changed")?;
    assert_eq!(told.changes.len(), 1);
    assert_eq!((told.changes[0].expected.key, told.changes[0].after), (rows[0].key, Some(9)));
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Superseded);
    assert_eq!(approve(&app, &told.plan.id).await?.outcome, Outcome::Success);
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_plan_that_breaks_off_is_finished_without_asking_again() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    for row in synced(&app).await?.iter().filter(|r| r.known > Some(0)).take(9) {
        set_jtl(&shop, row, 0)?;
    }
    let plan = sync_stock(&app, StockMode::Quick).await?.plan.context("a plan")?.plan;
    let fault =
        TemuFault { skip: 2, ..TemuFault::on(EDIT, TemuFaultKind::Error { code: 3_000_034 }) };
    shop.sandbox.gateway().state().inject(fault);
    assert_ne!(approve(&app, &plan.id).await?.outcome, Outcome::Success);
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Approved);
    shop.sandbox.gateway().state().clear_faults();
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Applied);
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn decreases_that_are_certain_pass_first_when_the_operator_allows_it() -> Result<()> {
    let (shop, app) = settled(300, "allow_certain_decreases = true").await?;
    let rows: Vec<StockRow> =
        synced(&app).await?.into_iter().filter(|r| r.known > Some(5)).take(60).collect();
    for (index, row) in rows.iter().enumerate() {
        let known = row.known.context("known")?;
        let wanted = match index % 3 {
            0 => 1,
            1 => known + 500,
            _ => 0,
        };
        set_jtl(&shop, row, wanted)?;
    }
    let report = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(report.outcome, Outcome::NeedsApproval, "{report:#?}");
    // Sets of these articles, and doubled listings of them, change with them.
    let waiting = report.counts.planned - report.counts.confirmed;
    assert!(report.counts.confirmed >= 20, "{report:#?}");
    assert!(report.counts.waiting == waiting && waiting >= 40, "{report:#?}");
    let now = pieces(&shop);
    for row in &rows {
        let stock = now.get(&row.key.sku_id.0).copied();
        assert!(stock == row.known || stock < row.known && stock > Some(0), "{row:?}");
    }
    let plan = report.plan.context("the rest")?.plan;
    assert_eq!(approve(&app, &plan.id).await?.outcome, Outcome::Success);
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_changes_too_much_waits_as_any_other_plan() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    let before = pieces(&shop);
    let stopped = sync_stock(&app, StockMode::Undo).await?;
    assert_eq!(stopped.outcome, Outcome::NeedsApproval, "{stopped:#?}");
    assert_eq!(pieces(&shop), before);
    let plan = stopped.plan.context("a plan")?.plan;
    assert_eq!(approve(&app, &plan.id).await?.outcome, Outcome::Success);
    assert_ne!(pieces(&shop), before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_nobody_knows_is_a_mistake_and_not_a_run() -> Result<()> {
    let shop = Shop::of_skus(10).await?;
    let app = shop.kontor("").await?;
    assert!(approve(&app, &PlanId::new("0123456789abcdef")).await.is_err());
    assert!(app.store.runs(None, 9).await?.is_empty());
    Ok(())
}

fn inject(shop: &Shop, fault: TemuFault) {
    shop.sandbox.gateway().state().inject(fault);
}

/// A plan of many zeroes that waits.
async fn zeroes(shop: &Shop, app: &App, skus: usize) -> Result<StockPlan> {
    for row in synced(app).await?.iter().filter(|r| r.known > Some(0)).take(skus) {
        set_jtl(shop, row, 0)?;
    }
    Ok(sync_stock(app, StockMode::Quick).await?.plan.context("a plan")?.plan)
}

fn seller(shop: &Shop, op: &SkuOp, pieces: i64) -> Result<()> {
    shop.sandbox.change_stock(&StockChange::Seller { sku_id: op.key.sku_id.0, pieces })?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_is_given_again_sends_nothing_that_was_confirmed() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    let plan = zeroes(&shop, &app, 9).await?;
    let token_gone = TemuFaultKind::Error { code: 3_000_034 };
    inject(&shop, TemuFault { skip: 3, ..TemuFault::on(EDIT, token_gone) });
    let first = approve(&app, &plan.id).await?;
    assert!(first.counts.confirmed > 0 && first.outcome != Outcome::Success, "{first:#?}");
    shop.sandbox.gateway().state().clear_faults();
    let stands = pieces(&shop);
    let sent = plan.ops.iter().find(|op| stands.get(&op.key.sku_id.0) == Some(&op.after));
    // What the seller does at TEMU afterwards is not overwritten by the same word.
    seller(&shop, sent.context("a confirmed SKU")?, 3)?;
    let second = approve(&app, &plan.id).await?;
    assert_eq!(second.outcome, Outcome::Success, "{second:#?}");
    assert_eq!(first.counts.confirmed + second.counts.confirmed, plan.ops.len() as u64);
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Applied);
    let sku = sent.context("a confirmed SKU")?.key.sku_id.0;
    assert_eq!(pieces(&shop).get(&sku), Some(&3));
    sync_stock(&app, StockMode::Full).await?;
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_once_is_asked_about_when_it_comes_up_again() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    let plan = zeroes(&shop, &app, 9).await?;
    let refused = plan.ops[0].key.sku_id.0;
    let kind = TemuFaultKind::RefuseSkus { sku_ids: vec![refused], code: 150_013_002 };
    inject(&shop, TemuFault::on(EDIT, kind));
    assert_eq!(approve(&app, &plan.id).await?.outcome, Outcome::Partial);
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Approved, "one is left");
    for op in &plan.ops[1..] {
        seller(&shop, op, 7)?;
    }
    let before = pieces(&shop);
    let next = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(next.outcome, Outcome::NeedsApproval, "{next:#?}");
    assert_eq!(pieces(&shop), before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_holds_for_a_day() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    let plan = zeroes(&shop, &app, 12).await?;
    let token_gone = TemuFaultKind::Error { code: 3_000_034 };
    inject(&shop, TemuFault { skip: 2, ..TemuFault::on(EDIT, token_gone) });
    approve(&app, &plan.id).await?;
    shop.sandbox.gateway().state().clear_faults();
    let yesterday = app.stock_plan(&plan.id).await?.changed_at - TimeDelta::hours(25);
    app.store.set_plan_state(yesterday, &plan.id, PlanState::Approved, None).await?;
    assert!(approve(&app, &plan.id).await.is_err(), "it is spent");
    let before = pieces(&shop);
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::NeedsApproval, "{next:#?}");
    assert_eq!(pieces(&shop), before);
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Superseded);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_ends_when_what_it_would_reverse_is_gone() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    let plan = sync_stock(&app, StockMode::Undo).await?.plan.context("a plan")?.plan;
    let refused = plan.ops[0].key.sku_id.0;
    let kind = TemuFaultKind::RefuseSkus { sku_ids: vec![refused], code: 150_013_002 };
    inject(&shop, TemuFault::on(EDIT, kind));
    approve(&app, &plan.id).await?;
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Approved, "one is left");
    shop.sandbox.gateway().state().clear_faults();
    seller(&shop, &plan.ops[0], 77_777)?;
    sync_stock(&app, StockMode::Full).await?;
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Applied);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_of_chosen_skus_and_a_small_undo_leave_the_plan_that_waits() -> Result<()> {
    let (shop, app) = settled(200, "").await?;
    let plan = zeroes(&shop, &app, 9).await?;
    let only = vec![plan.ops[0].key];
    let chosen = app.sync_stock(StockOptions { only, ..stock_options(StockMode::Quick) }).await?;
    assert_eq!((chosen.outcome, chosen.counts.confirmed), (Outcome::Success, 1), "{chosen:#?}");
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Proposed);
    let rows = app.stock_page(&StockFilter::default(), None, 1_000).await?.rows;
    let row = rows.iter().find(|row| row.key == plan.ops[0].key).context("the SKU")?;
    set_jtl(&shop, row, plan.ops[0].before.context("a value")?)?;
    let undone = sync_stock(&app, StockMode::Undo).await?;
    assert_eq!((undone.outcome, undone.counts.confirmed), (Outcome::Success, 1), "{undone:#?}");
    assert_eq!(app.stock_plan(&plan.id).await?.state, PlanState::Proposed);
    set_jtl(&shop, row, 0)?;
    assert_eq!(approve(&app, &plan.id).await?.outcome, Outcome::Success);
    agree(&shop)
}

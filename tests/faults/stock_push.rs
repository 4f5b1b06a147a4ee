//! Faults on the last leg: what TEMU confirmed is never sent again, what is unknown is looked up under its key.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use kontor_core::run::Outcome;
use kontor_core::stock::PushState;
use kontor_engine::progress::Step;
use kontor_engine::stock::{StockMode, StockOptions};
use kontor_sandbox::books::{StockExpectation, StockFormula};
use kontor_sandbox::temu::{EditOutcome, EditedBy, StockEdit, TemuFault, TemuFaultKind};
use kontor_store::{StockFilter, StockStatus};
use kontor_tests::{NO_GUARD, Shop, StockRun, stock_options, sync_stock};

const EDIT: &str = "bg.local.goods.stock.edit";
const QUERY: &str = "temu.local.goods.sku.stock.query";

fn agree(shop: &Shop) -> Result<()> {
    let expectation = StockExpectation::by(StockFormula::OnHand);
    let agreement = shop.sandbox.stock_agreement(&expectation)?;
    anyhow::ensure!(agreement.agrees, "{:#?} {:?}", agreement.differing, agreement.touched);
    Ok(())
}

fn edits(shop: &Shop) -> Vec<StockEdit> {
    shop.sandbox.gateway().state().stock.edits.clone()
}

fn inject(shop: &Shop, fault: TemuFault) {
    shop.sandbox.gateway().state().inject(fault);
}

fn codes(report: &StockRun) -> HashSet<&'static str> {
    report.problems.iter().map(|p| p.code).collect()
}

/// How often each SKU was given each value.
fn applied(shop: &Shop) -> HashMap<(i64, i64), usize> {
    let mut times = HashMap::new();
    for edit in edits(shop).iter().filter(|e| e.outcome == EditOutcome::Applied) {
        *times.entry((edit.sku_id, edit.new)).or_default() += 1;
    }
    times
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_whose_answer_is_lost_is_looked_up_and_never_carried_out_twice() -> Result<()> {
    let kinds = [
        TemuFaultKind::CutAfter,
        TemuFaultKind::CutMiddle,
        TemuFaultKind::CutBefore,
        TemuFaultKind::ErrorAfter { code: 4_000_000 },
        TemuFaultKind::ErrorAfter { code: 150_010_005 },
        TemuFaultKind::ErrorAfter { code: 2_000_000 },
        TemuFaultKind::ErrorAfter { code: 7_000_000 },
        TemuFaultKind::Malformed,
        TemuFaultKind::Empty,
        TemuFaultKind::Http { status: 500 },
        TemuFaultKind::TimeoutAfter { ms: 2_500 },
        TemuFaultKind::OperateFalse,
    ];
    for kind in kinds {
        let shop = Shop::of_skus(150).await?;
        let app = shop.kontor(NO_GUARD).await?;
        inject(&shop, TemuFault { every: 3, ..TemuFault::on(EDIT, kind.clone()) });
        sync_stock(&app, StockMode::Full).await?;
        shop.sandbox.gateway().state().clear_faults();
        let next = sync_stock(&app, StockMode::Quick).await?;
        assert_eq!(next.outcome, Outcome::Success, "{kind:?}: {next:#?}");
        agree(&shop).with_context(|| format!("{kind:?}"))?;
        assert!(applied(&shop).values().all(|times| *times == 1), "{kind:?}: carried out twice");
        assert!(app.store.open_pushes().await?.is_empty(), "{kind:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_fails_half_way_is_finished_without_sending_again_what_was_confirmed()
-> Result<()> {
    let shop = Shop::of_skus(300).await?;
    let app = shop.kontor(NO_GUARD).await?;
    // From the tenth call on the token is gone.
    inject(
        &shop,
        TemuFault { skip: 10, ..TemuFault::on(EDIT, TemuFaultKind::Error { code: 3_000_034 }) },
    );
    let broken = sync_stock(&app, StockMode::Full).await?;
    assert!(matches!(broken.outcome, Outcome::Partial | Outcome::Failed), "{broken:#?}");
    assert!(codes(&broken).contains("temu.token_expired"), "{broken:#?}");
    assert!(broken.counts.confirmed > 0 && broken.counts.confirmed < broken.counts.planned);
    shop.sandbox.gateway().state().clear_faults();
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    assert_eq!(next.counts.confirmed, broken.counts.planned - broken.counts.confirmed);
    assert!(applied(&shop).values().all(|times| *times == 1));
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sku_stays_open_with_its_reason_and_the_others_of_its_goods_are_confirmed()
-> Result<()> {
    let shop = Shop::of_skus(150).await?;
    let app = shop.kontor(NO_GUARD).await?;
    let dry = StockOptions { dry_run: true, ..stock_options(StockMode::Full) };
    let plan = app.sync_stock(dry).await?.plan.context("a plan")?.plan;
    let refused = plan.ops[0].key;
    let kind = TemuFaultKind::RefuseSkus { sku_ids: vec![refused.sku_id.0], code: 150_013_002 };
    inject(&shop, TemuFault::on(EDIT, kind));
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!((report.outcome, report.counts.failed), (Outcome::Partial, 1), "{report:#?}");
    assert_eq!(report.counts.confirmed, report.counts.planned - 1);
    let delta = StockFilter { statuses: vec![StockStatus::Delta], ..StockFilter::default() };
    let open = app.stock_page(&delta, None, 9).await?.rows;
    assert_eq!((open.len(), open[0].key), (1, refused));
    let problem = open[0].problem.clone().context("a reason")?;
    assert!(problem.detail.contains("150013002"), "{problem:?}");
    shop.sandbox.gateway().state().clear_faults();
    sync_stock(&app, StockMode::Quick).await?;
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_says_yes_and_does_nothing_is_found_out_by_the_look() -> Result<()> {
    let shop = Shop::of_skus(150).await?;
    let app = shop.kontor(NO_GUARD).await?;
    inject(&shop, TemuFault { every: 4, ..TemuFault::on(EDIT, TemuFaultKind::NotApplied) });
    let report = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(report.outcome, Outcome::Partial, "{report:#?}");
    assert!(codes(&report).contains("stock.read_back_differs"), "{report:#?}");
    assert!(report.counts.proven < report.counts.confirmed);
    shop.sandbox.gateway().state().clear_faults();
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn temu_shows_a_change_after_seconds_and_the_look_waits_for_it() -> Result<()> {
    let shop = Arc::new(Shop::of_skus(100).await?);
    shop.sandbox.gateway().state().stock.lag_millis = 5_000;
    let app = shop.kontor(NO_GUARD).await?;
    // Asked at once, TEMU shows the old values: nothing is proven, everything stays open.
    let early = sync_stock(&app, StockMode::Full).await?;
    assert_eq!((early.outcome, early.counts.proven), (Outcome::Failed, 0), "{early:#?}");
    let clock = Arc::clone(&shop);
    let options = StockOptions {
        progress: Arc::new(move |p| {
            if p.step == Step::Verify && p.done == 0 {
                clock.sandbox.gateway().clock.advance(Duration::from_secs(6));
            }
        }),
        ..stock_options(StockMode::Quick)
    };
    let late = app.sync_stock(options).await?;
    assert_eq!(late.outcome, Outcome::Success, "{late:#?}");
    assert_eq!(late.counts.proven, late.counts.confirmed);
    assert!(late.counts.proven > 0);
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_without_an_outcome_is_looked_up_by_the_next_run_and_keeps_its_key() -> Result<()>
{
    let shop = Shop::of_skus(100).await?;
    let app = shop.kontor(NO_GUARD).await?;
    // Calls are cut before they are carried out, and TEMU cannot be asked: as after a crash, only intents are there.
    inject(&shop, TemuFault { every: 2, ..TemuFault::on(EDIT, TemuFaultKind::CutBefore) });
    inject(&shop, TemuFault::on(QUERY, TemuFaultKind::Http { status: 500 }));
    sync_stock(&app, StockMode::Full).await?;
    let open: BTreeMap<_, _> =
        app.store.open_pushes().await?.into_iter().map(|p| (p.key, p.request_key)).collect();
    assert!(!open.is_empty());
    shop.sandbox.gateway().state().clear_faults();
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    for (key, request_key) in open {
        let history = app.store.pushes_of(key, 9).await?;
        assert_eq!(history.len(), 1, "one push, sent again under the same key");
        assert_eq!(
            (history[0].state, &history[0].request_key),
            (PushState::Confirmed, &request_key)
        );
    }
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_that_temu_refuses_is_looked_up() -> Result<()> {
    let shop = Shop::of_skus(100).await?;
    let app = shop.kontor(NO_GUARD).await?;
    // Carried out, the answer lost, and TEMU shows the old value for a while.
    shop.sandbox.gateway().state().stock.lag_millis = 3_600_000;
    inject(&shop, TemuFault { times: Some(4), ..TemuFault::on(EDIT, TemuFaultKind::CutAfter) });
    let first = sync_stock(&app, StockMode::Full).await?;
    assert_ne!(first.outcome, Outcome::Success);
    assert!(shop.calls(EDIT, "150010003") >= 4, "sent again under the same key and refused");
    shop.sandbox.gateway().state().stock.lag_millis = 0;
    let next = sync_stock(&app, StockMode::Full).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    assert!(applied(&shop).values().all(|times| *times == 1));
    agree(&shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_push_ends_between_two_calls_and_the_next_run_finishes_it() -> Result<()> {
    let shop = Shop::of_skus(300).await?;
    let app = shop.kontor(&format!("{NO_GUARD}[temu]\nmax_in_flight = 2")).await?;
    let options = stock_options(StockMode::Full);
    let cancel = options.cancel.clone();
    let options = StockOptions {
        progress: Arc::new(move |p| {
            if p.step == Step::Push && p.done == 5 {
                cancel.cancel();
            }
        }),
        ..options
    };
    let report = app.sync_stock(options).await?;
    assert_eq!(report.outcome, Outcome::Cancelled, "{report:#?}");
    assert!(edits(&shop).len() < report.counts.planned as usize);
    let next = sync_stock(&app, StockMode::Quick).await?;
    assert_eq!(next.outcome, Outcome::Success, "{next:#?}");
    assert!(applied(&shop).values().all(|times| *times == 1));
    assert!(edits(&shop).iter().all(|e| e.by == EditedBy::Api));
    agree(&shop)
}

/// Options that end the run after so many calls.
fn cancelled_after(calls: u64, mode: StockMode) -> StockOptions {
    let options = stock_options(mode);
    let cancel = options.cancel.clone();
    StockOptions {
        progress: Arc::new(move |p| {
            if p.step == Step::Push && p.done == calls {
                cancel.cancel();
            }
        }),
        ..options
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_ended_before_the_look_keeps_what_was_confirmed() -> Result<()> {
    let shop = Shop::of_skus(200).await?;
    let app = shop.kontor(&format!("{NO_GUARD}[temu]\nmax_in_flight = 2")).await?;
    // TEMU does not show the changes yet: a look would find other values.
    shop.sandbox.gateway().state().stock.lag_millis = 3_600_000;
    let report = app.sync_stock(cancelled_after(5, StockMode::Full)).await?;
    assert_eq!(report.outcome, Outcome::Cancelled, "{report:#?}");
    let history = app.store.pushes_of_run(&report.run_id, None, 10_000).await?;
    let confirmed = history.iter().filter(|p| p.state == PushState::Confirmed).count();
    assert!(confirmed >= 5 && confirmed as u64 == report.counts.confirmed, "{report:#?}");
    assert!(history.iter().all(|p| p.state != PushState::Differs));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_breaks_off_is_finished_by_its_retry_and_not_undone_itself() -> Result<()> {
    let shop = Shop::of_skus(200).await?;
    let app = shop.kontor(&format!("{NO_GUARD}[temu]\nmax_in_flight = 2")).await?;
    let pieces = || -> BTreeMap<i64, i64> {
        let state = shop.sandbox.gateway().state();
        state.stock.skus.iter().map(|(id, sku)| (*id, sku.pieces)).collect()
    };
    let before = pieces();
    sync_stock(&app, StockMode::Full).await?;
    let broken = app.sync_stock(cancelled_after(5, StockMode::Undo)).await?;
    assert_eq!(broken.outcome, Outcome::Cancelled, "{broken:#?}");
    assert!(broken.counts.confirmed > 0 && pieces() != before);
    let retried = sync_stock(&app, StockMode::Undo).await?;
    assert_eq!(retried.outcome, Outcome::NeedsApproval, "raising waits: {retried:#?}");
    let approve = Some(retried.plan.context("a plan")?.plan.id);
    let agreed = app.sync_stock(StockOptions { approve, ..stock_options(StockMode::Full) }).await?;
    assert_eq!(agreed.outcome, Outcome::Success, "{agreed:#?}");
    assert_eq!(pieces(), before);
    let again = sync_stock(&app, StockMode::Undo).await?;
    assert!(codes(&again).contains("stock.nothing_to_undo"), "{again:#?}");
    assert_eq!(pieces(), before);
    Ok(())
}

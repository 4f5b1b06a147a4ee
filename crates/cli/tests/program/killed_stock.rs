//! Killed at any point of the stock workflow and started again: no stock is raised by an unknown, none is zeroed without
//! JTL's 0, nothing is carried out twice, and the books end right.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, ensure};
use kontor_sandbox::books::{StockChange, StockExpectation, StockFormula};
use kontor_sandbox::seed::SkuKind;

use crate::desk::Desk;

/// Kills at so many random points.
const KILLS: u64 = 30;

fn expectation() -> StockExpectation {
    StockExpectation::by(StockFormula::OnHand)
}

/// What each SKU may show: what it began with, and what JTL's tables gave at any time.
struct Allowed(BTreeMap<i64, BTreeSet<i64>>);

impl Allowed {
    fn begin(desk: &Desk) -> Self {
        let state = desk.sandbox.gateway().state();
        Self(state.stock.skus.iter().map(|(id, s)| (*id, BTreeSet::from([s.pieces]))).collect())
    }

    fn add(&mut self, desk: &Desk) -> Result<()> {
        for (sku, expected) in desk.sandbox.expected_stock(&expectation())? {
            if let Ok(pieces) = expected {
                self.0.entry(sku).or_default().insert(pieces);
            }
        }
        Ok(())
    }

    fn check(&self, desk: &Desk, seed: u64) -> Result<()> {
        let state = desk.sandbox.gateway().state();
        for (id, sku) in &state.stock.skus {
            let is_allowed = self.0.get(id).is_some_and(|values| values.contains(&sku.pieces));
            ensure!(is_allowed, "seed {seed}: {} shows {}", sku.listing.sku_sn, sku.pieces);
        }
        Ok(())
    }
}

fn move_stock(desk: &Desk, random: &mut fastrand::Rng) -> Result<()> {
    let numbers: Vec<String> = {
        let state = desk.sandbox.gateway().state();
        let plain = state.stock.skus.values().filter(|s| s.listing.kind == SkuKind::Plain);
        plain.filter(|_| random.u8(..) < 40).map(|s| s.listing.sku_sn.clone()).collect()
    };
    for sku in numbers {
        let pieces = Some(random.i64(0..60).to_string());
        desk.sandbox.change_stock(&StockChange::JtlStock { sku, warehouse: 2, pieces })?;
    }
    Ok(())
}

async fn survives(seed: u64) -> Result<()> {
    let desk = Desk::open(0).await?;
    desk.sandbox.gateway().state().stock.lag_millis = 0;
    guarded(&desk, 100)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let mut allowed = Allowed::begin(&desk);
    for round in 0..KILLS {
        if round % 3 == 0 {
            move_stock(&desk, &mut random)?;
        }
        allowed.add(&desk)?;
        let mode = if round % 2 == 0 { "full" } else { "quick" };
        kill(&desk, &["inventory", "sync", "--mode", mode], &mut random).await?;
        allowed.check(&desk, seed)?;
    }
    ends_right(&desk, seed).await
}

/// The guard lets a plan pass that changes at most so many of a hundred SKUs.
fn guarded(desk: &Desk, percent: u32) -> Result<()> {
    desk.configure(|text| {
        format!(
            "[guard]\nmax_changed_percent = {percent}\nmin_changed = 0\nmax_zeroed = 100000\n[stock]\nverify_after_seconds = 0\n{text}"
        )
    })
}

async fn kill(desk: &Desk, arguments: &[&str], random: &mut fastrand::Rng) -> Result<()> {
    let mut child = desk.kontor(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // A run takes some hundred milliseconds: the moments of death are spread over all of it.
    tokio::time::sleep(Duration::from_millis(random.u64(5..900))).await;
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Every plan is approved and every third push undone, each killed on the way.
async fn survives_approvals(seed: u64) -> Result<()> {
    let desk = Desk::open(0).await?;
    desk.sandbox.gateway().state().stock.lag_millis = 0;
    guarded(&desk, 1)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let mut allowed = Allowed::begin(&desk);
    let mut approvals = 0;
    for round in 0..KILLS / 2 {
        move_stock(&desk, &mut random)?;
        allowed.add(&desk)?;
        let (report, code) = desk.json(&["inventory", "sync"]).await?;
        if let (3, Some(plan)) = (code, report["plan"]["id"].as_str()) {
            approvals += 1;
            kill(&desk, &["inventory", "sync", "--approve", plan], &mut random).await?;
        }
        allowed.check(&desk, seed)?;
        if round % 3 == 0 {
            kill(&desk, &["inventory", "undo"], &mut random).await?;
            allowed.check(&desk, seed)?;
        }
    }
    ensure!(approvals > 5, "seed {seed}: the guard stopped {approvals} plans");
    guarded(&desk, 100)?;
    ends_right(&desk, seed).await
}

async fn ends_right(desk: &Desk, seed: u64) -> Result<()> {
    let (report, code) = desk.json(&["inventory", "sync"]).await?;
    assert_eq!(code, 0, "seed {seed}: {report:#}");
    let agreement = desk.sandbox.stock_agreement(&expectation())?;
    assert!(agreement.agrees, "seed {seed}: {:#?}", agreement.differing);
    // The same key was never carried out twice.
    let mut carried_out = HashSet::new();
    for edit in &desk.sandbox.gateway().state().stock.edits {
        assert!(
            carried_out.insert((edit.request_key.clone(), edit.sku_id)),
            "seed {seed}: {edit:?}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_points_no_stock_is_invented_and_the_books_end_right() -> Result<()> {
    survives(fastrand::u64(..)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_plan_is_approved_or_undone_nothing_is_sent_twice_and_the_books_end_right()
-> Result<()> {
    survives_approvals(fastrand::u64(..)).await
}

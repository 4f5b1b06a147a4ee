//! The stock commands as a person types them.

use anyhow::{Context as _, Result};
use kontor_sandbox::books::{StockExpectation, StockFormula};

use crate::desk::{Desk, codes};

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_stop_ends_with_3_and_its_plan_is_applied_by_its_id() -> Result<()> {
    let desk = Desk::open(0).await?;
    desk.sandbox.gateway().state().stock.lag_millis = 0;
    desk.configure(|text| format!("[stock]\nverify_after_seconds = 0\n{text}"))?;
    let (stopped, code) = desk.json(&["inventory", "sync"]).await?;
    assert_eq!((code, stopped["outcome"].as_str()), (3, Some("needs_approval")), "{stopped:#}");
    assert!(codes(&stopped).iter().any(|c| c.starts_with("stock.guard_")), "{stopped:#}");
    let plan = stopped["plan"]["id"].as_str().context("a plan")?.to_owned();
    let (deltas, code) = desk.json(&["inventory", "deltas", "--limit", "5"]).await?;
    assert_eq!((code, &deltas["total"]), (0, &stopped["counts"]["planned"]));
    let (applied, code) = desk.json(&["inventory", "sync", "--approve", &plan]).await?;
    assert_eq!(code, 0, "{applied:#}");
    assert_eq!(applied["counts"]["proven"], stopped["counts"]["planned"]);
    let expectation = StockExpectation::by(StockFormula::OnHand);
    assert!(desk.sandbox.stock_agreement(&expectation)?.agrees);
    let (spent, code) = desk.json(&["inventory", "sync", "--approve", &plan]).await?;
    assert_eq!((code, codes(&spent)), (1, vec!["stock.plan_spent"]));
    let (unmatched, _) = desk.json(&["inventory", "unmatched"]).await?;
    assert!(unmatched["total"].as_u64() > Some(10));
    let (formulas, code) = desk.json(&["inventory", "compare-formulas", "ART-00000"]).await?;
    assert_eq!((code, formulas[0]["formulas"].as_array().map(Vec::len)), (0, Some(3)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_named_and_nothing_is_asked() -> Result<()> {
    let desk = Desk::open(0).await?;
    let (_, code) = desk.json(&["inventory", "list", "--status", "gone"]).await?;
    assert_eq!(code, 2);
    let (_, code) = desk.json(&["inventory", "rule", "12"]).await?;
    assert_eq!(code, 2);
    let (unknown, code) = desk.json(&["inventory", "rule", "12/13", "--cap", "3"]).await?;
    assert_eq!((code, codes(&unknown)), (1, vec!["stock.sku_not_found"]));
    let (nothing, code) = desk.json(&["inventory", "undo"]).await?;
    assert_eq!((code, codes(&nothing)), (1, vec!["stock.nothing_to_undo"]), "{nothing:#}");
    Ok(())
}

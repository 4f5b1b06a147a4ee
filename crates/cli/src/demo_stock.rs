//! The stock half of `kontor demo`: lists, plan, guard, approval, proof.

use kontor_engine::App;
use kontor_engine::core::Problem;
use kontor_engine::core::problem::Class;
use kontor_engine::core::run::{Outcome, StockCounts};
use kontor_engine::core::stock::PlanId;
use kontor_engine::report::RunReport;
use kontor_engine::stock::{StockMode, StockOptions, StockReport};
use kontor_engine::store::{StockFilter, StockSort, StockStatus};
use kontor_sandbox::Sandbox;
use kontor_sandbox::books::{StockAgreement, StockExpectation, StockFormula};

use crate::commands::progress;
use crate::demo::{heading, of_sandbox};
use crate::inventory::options;
use crate::output::Output;

/// Rows of a list that are shown.
const ROWS: u32 = 12;

/// What the stock half did, and whether it ended right.
pub(crate) struct StockStory {
    pub(crate) runs: Vec<RunReport<StockCounts, StockReport>>,
    pub(crate) agreement: StockAgreement,
    pub(crate) is_right: bool,
}

/// Tells the stock workflow.
pub(crate) async fn tell(
    app: &App,
    sandbox: &Sandbox,
    output: &Output,
) -> Result<StockStory, Problem> {
    heading(output, "5. SKUs von TEMU, Bestand aus JTL, Plan", "5. TEMU's SKUs, JTL's stock, plan");
    let stopped = run(app, output, None).await?;
    show(app, output).await?;
    let mut runs = vec![stopped];
    if let Some(plan) = waiting(&runs) {
        heading(output, "6. Der Plan wird freigegeben", "6. The plan is approved");
        runs.push(run(app, output, Some(plan)).await?);
    }
    heading(output, "7. Ein zweiter Abgleich ändert nichts", "7. A second sync changes nothing");
    runs.push(run(app, output, None).await?);
    heading(
        output,
        "Bestand: die Rechnung der Sandbox aus JTLs Tabellen",
        "Stock: the sandbox's own computation from JTL's tables",
    );
    let expectation = StockExpectation {
        minus_unseen_orders: true,
        ..StockExpectation::by(StockFormula::OnHand)
    };
    let agreement = sandbox.stock_agreement(&expectation).map_err(|e| of_sandbox(&e))?;
    print(output, &agreement);
    let ends_well =
        runs.last().is_some_and(|r| r.outcome == Outcome::Success && r.counts.sent == 0);
    let is_right = agreement.agrees && ends_well;
    Ok(StockStory { runs, agreement, is_right })
}

fn waiting(runs: &[RunReport<StockCounts, StockReport>]) -> Option<PlanId> {
    let stopped = runs.last().filter(|run| run.outcome == Outcome::NeedsApproval)?;
    stopped.plan.as_ref().map(|report| report.plan.id.clone())
}

async fn run(
    app: &App,
    output: &Output,
    approve: Option<PlanId>,
) -> Result<RunReport<StockCounts, StockReport>, Problem> {
    let (progress, bar) = progress(output);
    let options = StockOptions { approve, progress, ..options(StockMode::Full) };
    let report = app.sync_stock(options).await;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let report = report?;
    if !output.is_json() {
        // What concerns single SKUs stands in the lists.
        let mut told = report.clone();
        told.problems.retain(|problem| problem.class != Class::Business);
        output.stock_run(&told, false);
    }
    Ok(report)
}

/// The largest differences, and what has no article or no stock in JTL.
async fn show(app: &App, output: &Output) -> Result<(), Problem> {
    if output.is_json() {
        return Ok(());
    }
    let lists = [
        ("Abweichungen", "Deltas", vec![StockStatus::Delta], StockSort::Difference),
        (
            "Ohne Artikel oder ohne bekannten Bestand: sie bleiben, wie sie sind",
            "Without an article or a known stock: they stay as they are",
            vec![StockStatus::Unmatched, StockStatus::Unknown],
            StockSort::Number,
        ),
    ];
    for (de, en, statuses, sort) in lists {
        heading(output, de, en);
        let filter = StockFilter { statuses, sort, ..StockFilter::default() };
        output.stock(&app.stock_page(&filter, None, ROWS).await?);
    }
    Ok(())
}

fn print(output: &Output, agreement: &StockAgreement) {
    if output.is_json() {
        return;
    }
    let untouched: usize = agreement.untouched.values().map(Vec::len).sum();
    println!("  {} {}", output.say("richtig", "right"), agreement.matching);
    println!("  {} {untouched}", output.say("unberührt", "untouched"));
    for difference in &agreement.differing {
        println!("  ! {}: {} ≠ {}", difference.sku_sn, difference.expected, difference.temu);
    }
    let verdict = if agreement.agrees {
        output.say("TEMU zeigt, was JTL hat.", "TEMU shows what JTL has.")
    } else {
        output.say("TEMU zeigt NICHT, was JTL hat.", "TEMU does NOT show what JTL has.")
    };
    println!("  {verdict}");
}

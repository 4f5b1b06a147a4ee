//! `kontor demo`: both workflows on the sandbox, told step by step.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kontor_demo::{Demo, DemoOptions};
use kontor_engine::App;
use kontor_engine::core::state::OrderState;
use kontor_engine::core::{Code, Problem};
use kontor_engine::orders::{Mode, SyncOptions};
use kontor_engine::report::RunReport;
use kontor_engine::store::OrderFilter;
use kontor_sandbox::Sandbox;
use kontor_sandbox::jtl::ShipRequest;
use tokio_util::sync::CancellationToken;

use crate::args::{DemoArgs, GlobalArgs};
use crate::commands::progress;
use crate::demo_stock;
use crate::output::Output;

/// Runs the demo.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &DemoArgs,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let folder = fresh_folder(global.data.as_deref())?;
    let demo = Demo::start(DemoOptions {
        seed: args.seed,
        orders: args.orders,
        folder: Some(folder.clone()),
        works_by_itself: false,
        ..DemoOptions::default()
    })
    .await?;
    let ok = tell(&demo.desk().app(), demo.sandbox(), output, &folder).await?;
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn tell(
    app: &App,
    sandbox: &Sandbox,
    output: &Output,
    folder: &Path,
) -> Result<bool, Problem> {
    heading(output, "1. TEMU → Kontor → XML für JTL", "1. TEMU → Kontor → XML for JTL");
    let first = sync(app, output, Mode::Full).await?;
    heading(
        output,
        "2. JTL importiert und versendet (Sandbox)",
        "2. JTL imports and ships (sandbox)",
    );
    let drop_folder = app.folder.drop_folder();
    let imported = sandbox.jtl().import_once(Some(&drop_folder)).map_err(|e| of_sandbox(&e))?;
    let shipped = sandbox.jtl().ship(&ShipRequest::default()).map_err(|e| of_sandbox(&e))?;
    if !output.is_json() {
        println!(
            "  {} {} · {} {}",
            output.say("importiert", "imported"),
            imported.imported.len(),
            output.say("versendet", "shipped"),
            shipped.shipped.len()
        );
    }
    heading(output, "3. Sendungen aus JTL → TEMU", "3. Parcels from JTL → TEMU");
    let tracked = sync(app, output, Mode::TrackingOnly).await?;
    heading(output, "4. Ein zweiter Lauf ändert nichts", "4. A second run changes nothing");
    let second = sync(app, output, Mode::Full).await?;
    held(app, output).await?;
    heading(output, "Die Bücher der Sandbox", "The sandbox's own books");
    let agreement = sandbox.agreement().map_err(|e| of_sandbox(&e))?;
    if !output.is_json() {
        println!("  {} {}", output.say("exportierbar", "exportable"), agreement.exportable);
        println!(
            "  {} {}",
            output.say("genau einmal in JTL", "in JTL exactly once"),
            agreement.in_jtl_once
        );
        println!("  {} {}", output.say("versendet", "shipped"), agreement.shipped);
        println!(
            "  {} {}",
            output.say("genau einmal gemeldet", "reported exactly once"),
            agreement.reported_once
        );
        agreement.differences.iter().for_each(|d| println!("  ! {d}"));
        let verdict = if agreement.agrees {
            output.say("Beide Seiten stimmen überein.", "Both sides agree.")
        } else {
            output.say("Die Seiten stimmen NICHT überein.", "The sides do NOT agree.")
        };
        println!("  {verdict}");
    }
    let stock = demo_stock::tell(app, sandbox, output).await?;
    if output.is_json() {
        output.value(&serde_json::json!({
            "runs": [first, tracked, second], "agreement": agreement, "stock_runs": stock.runs,
            "stock_agreement": stock.agreement, "data": folder.display().to_string()
        }));
    } else {
        println!("\n{}: {}", output.say("Alle Dateien", "All files"), folder.display());
    }
    let all_there = agreement.exportable == agreement.in_jtl_once
        && agreement.shipped == agreement.reported_once;
    Ok(agreement.agrees && all_there && stock.is_right)
}

pub(crate) fn heading(output: &Output, de: &'static str, en: &'static str) {
    if !output.is_json() {
        println!("\n{}", output.say(de, en));
    }
}

async fn sync(app: &App, output: &Output, mode: Mode) -> Result<RunReport, Problem> {
    let (progress, bar) = progress(output);
    let options = SyncOptions {
        mode,
        since: None,
        only: Vec::new(),
        dry_run: false,
        progress,
        cancel: CancellationToken::new(),
    };
    let report = app.sync_orders(options).await;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let report = report?;
    if !output.is_json() {
        output.run(&report);
    }
    Ok(report)
}

/// The orders that wait for a person, with their reasons.
async fn held(app: &App, output: &Output) -> Result<(), Problem> {
    if output.is_json() {
        return Ok(());
    }
    heading(output, "Was auf einen Menschen wartet", "What waits for a person");
    let filter = OrderFilter { states: vec![OrderState::OnHold], ..OrderFilter::default() };
    output.orders(&app.store.list_orders(&filter, None, 100).await?);
    Ok(())
}

/// The demo begins anew each time: an earlier demo's folder is emptied, a folder of anything else is refused.
fn fresh_folder(asked: Option<&Path>) -> Result<PathBuf, Problem> {
    let folder = asked.map_or_else(|| std::env::temp_dir().join("kontor-demo"), Path::to_owned);
    let mark = folder.join("demo.toml");
    let is_empty = std::fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
    if mark.exists() {
        std::fs::remove_dir_all(&folder).map_err(|e| unwritable(&folder, &e))?;
    } else if !is_empty {
        let detail = "the folder is not empty and not a demo's";
        return Err(Problem::new(Code::FileWriteFailed).about(folder.display()).detail(detail));
    }
    std::fs::create_dir_all(&folder).map_err(|e| unwritable(&folder, &e))?;
    // The configuration in it names files by their whole paths.
    std::path::absolute(&folder).map_err(|e| unwritable(&folder, &e))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(Code::FileWriteFailed).about(path.display()).detail(error)
}

pub(crate) fn of_sandbox(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::InternalError).about("sandbox").detail(error)
}

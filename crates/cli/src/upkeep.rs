//! `kontor health`, `kontor privacy` and `kontor support-bundle`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};
use kontor_engine::Desk;
use kontor_engine::clock::{Clock as _, SystemClock};
use kontor_engine::core::Problem;
use kontor_engine::core::problem::Language;
use kontor_engine::health::{Health, State};
use serde_json::json;

use crate::args::GlobalArgs;
use crate::commands::setup;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum PrivacyCommand {
    /// Delete what is past its retention ([retention] in the settings).
    Run {
        /// Show what would be deleted; delete nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(ClapArgs)]
pub(crate) struct BundleArgs {
    /// Show what would be in it; write nothing.
    #[arg(long)]
    preview: bool,
    /// The ZIP file; without it, kontor-support.zip in this folder.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Looks at everything: 0 when all is well, 4 when somebody should look, 1 when something does not work.
pub(crate) async fn health(global: &GlobalArgs, output: &Output) -> Result<ExitCode, Problem> {
    let health = Desk::open_to_look(setup(global)?).await?.health().await;
    let code = match health.state {
        State::Ok | State::Unknown => ExitCode::SUCCESS,
        State::Warn => ExitCode::from(4),
        State::Stop => ExitCode::FAILURE,
    };
    if output.is_json() {
        output.value(&health);
    } else {
        print(&health, output);
    }
    Ok(code)
}

fn print(health: &Health, output: &Output) {
    for check in &health.checks {
        let word = match check.state {
            State::Ok => "ok",
            State::Unknown => "?",
            State::Warn => output.say("achtung", "warn"),
            State::Stop => output.say("STOPP", "STOP"),
        };
        let fact = check.fact.text(output.language());
        println!("{word:<8} {:<24} {fact}  ({} ms)", check.name, check.duration_ms);
        let Some(problem) = &check.problem else { continue };
        let text = match output.language() {
            Language::De => &problem.de,
            Language::En => &problem.en,
        };
        let detail = problem.detail.as_deref().map(|d| format!(": {d}")).unwrap_or_default();
        println!("{:<33} {} [{}]{detail}", "", text.title, problem.code);
        println!("{:<33} → {}", "", text.remedy);
    }
}

/// Deletes what is past its time.
pub(crate) async fn privacy(
    global: &GlobalArgs,
    command: PrivacyCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let PrivacyCommand::Run { dry_run } = command;
    let app = Desk::open(setup(global)?).await?.app();
    let report = app.forget(SystemClock.now(), dry_run).await?;
    let code = if report.kept_back.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(4) };
    if output.is_json() {
        output.value(&report);
        return Ok(code);
    }
    if dry_run {
        println!(
            "{}",
            output.say(
                "Nichts wurde gelöscht; gelöscht würden:",
                "Nothing was deleted; these would be:"
            )
        );
    }
    let counts = [
        (output.say("Läufe mit Antworten von TEMU", "runs with TEMU's answers"), report.raw_runs),
        (output.say("Protokolldateien", "log files"), report.log_files),
        (output.say("Einzelheiten von Läufen", "particulars of runs"), report.run_items),
        (output.say("Läufe", "runs"), report.runs),
        (output.say("Bestandspläne", "stock plans"), report.stock_plans),
        (output.say("gesendete Bestände", "stock values that were sent"), report.stock_pushes),
        (output.say("Bestellungen ohne Adresse", "orders without address"), report.orders),
        (output.say("Auftragsdateien", "order files"), report.xml_files),
    ];
    counts.iter().for_each(|(word, count)| println!("  {count:>8}  {word}"));
    for path in &report.kept_back {
        println!("  ! {path}: {}", output.say("nicht zu löschen", "could not be deleted"));
    }
    Ok(code)
}

/// Makes the bundle, or shows it.
pub(crate) async fn bundle(
    global: &GlobalArgs,
    args: &BundleArgs,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let bundle = Desk::open_to_look(setup(global)?).await?.support_bundle().await?;
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from("kontor-support.zip"));
    if !args.preview {
        bundle.write(&path)?;
    }
    if output.is_json() {
        let names: Vec<&str> = bundle.files.iter().map(|f| f.name.as_str()).collect();
        let written = (!args.preview).then_some(&path);
        let texts = args.preview.then_some(&bundle.files);
        output.value(&json!({ "names": names, "written": written, "files": texts }));
        return Ok(ExitCode::SUCCESS);
    }
    for file in &bundle.files {
        println!("== {} ({} B)", file.name, file.text.len());
        if args.preview {
            println!("{}", file.text);
        }
    }
    if !args.preview {
        println!("{}: {}", output.say("Geschrieben", "Written"), path.display());
    }
    Ok(ExitCode::SUCCESS)
}

//! `kontor datev convert | check | export`.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};
use kontor_engine::core::problem::Language;
use kontor_engine::core::{Code, Problem};
use kontor_engine::datev::{
    BatchReport, CheckedFile, ConvertOptions, DatevReport, ExportOptions, ExportReport, Finding,
    FindingKind, Severity, Violation,
};
use kontor_engine::report::ProblemReport;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::args::GlobalArgs;
use crate::commands::{exit_code, open, progress};
use crate::output::{Output, outcome_word};

/// Findings of a kind that are shown; all are in the XLSX report.
const SHOWN: usize = 10;

#[derive(Subcommand)]
pub(crate) enum DatevCommand {
    /// Replace marketplace order numbers in posting batches by JTL's numbers.
    Convert {
        /// CSV or ZIP files; without any, the inbox csv_verarbeiter/eingang.
        files: Vec<PathBuf>,
        /// Show what would be changed; write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Check posting batches against DATEV's rules.
    Check {
        /// CSV or ZIP files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write Kontor's own orders as posting batches.
    Export(ExportArgs),
}

#[derive(ClapArgs)]
pub(crate) struct ExportArgs {
    /// A month (JJJJ-MM).
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["from", "to"], required_unless_present = "from")]
    month: Option<String>,
    /// First day (JJJJ-MM-TT).
    #[arg(long, value_name = "DATE", requires = "to")]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE", requires = "from")]
    to: Option<NaiveDate>,
    /// Count and add up; write nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(
    global: &GlobalArgs,
    command: DatevCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    match command {
        DatevCommand::Convert { files, dry_run } => convert(global, files, dry_run, output).await,
        DatevCommand::Check { files } => check(global, files, output).await,
        DatevCommand::Export(args) => export(global, &args, output).await,
    }
}

async fn convert(
    global: &GlobalArgs,
    files: Vec<PathBuf>,
    dry_run: bool,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let app = open(global).await?;
    let cancel = CancellationToken::new();
    let (sink, bar) = progress(output);
    let stop_on_ctrl_c = tokio::spawn({
        let cancel = cancel.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                cancel.cancel();
            }
        }
    });
    let options = ConvertOptions { files, dry_run, progress: sink, cancel };
    let report = app.convert_datev(options).await;
    stop_on_ctrl_c.abort();
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let report = report?;
    if output.is_json() {
        output.value(&report);
    } else {
        print_conversion(&report, dry_run, output);
    }
    Ok(exit_code(report.run.outcome))
}

fn print_conversion(report: &DatevReport, dry_run: bool, output: &Output) {
    let counts = &report.run.counts;
    println!("{} · {}", report.run.job, outcome_word(report.run.outcome, output.language()));
    println!(
        "  {} {} · {} {} · {} {} · {} {}",
        output.say("Dateien", "files"),
        counts.seen,
        output.say("umgewandelt", "converted"),
        counts.converted,
        output.say("warten", "waiting"),
        counts.waiting,
        output.say("fehlgeschlagen", "failed"),
        counts.failed
    );
    if dry_run {
        println!(
            "  {}",
            output.say("Probelauf: nichts wurde geschrieben.", "Dry run: nothing was written.")
        );
    }
    for source in &report.sources {
        println!("\n{}", source.source);
        for batch in &source.batches {
            print_batch(batch, output);
        }
        for skipped in &source.skipped {
            println!("  {}: {skipped}", output.say("nicht verarbeitet", "not processed"));
        }
        if let Some(path) = &source.report {
            println!("  {}: {}", output.say("Bericht", "Report"), path.display());
        }
    }
    print_problems(&report.run.problems, output);
}

fn print_problems(problems: &[ProblemReport], output: &Output) {
    for problem in problems {
        println!();
        for line in output.problem_lines(problem) {
            println!("  {line}");
        }
    }
}

fn print_batch(batch: &BatchReport, output: &Output) {
    let done = &batch.conversion;
    println!("  → {}", batch.output.display());
    println!(
        "    {} {} · {} {} · {} {} · {} {} · {} {}",
        output.say("Buchungen", "postings"),
        done.sums.rows,
        output.say("ersetzt", "replaced"),
        done.changed,
        output.say("nicht gefunden", "not found"),
        done.not_found,
        output.say("Warnungen", "warnings"),
        done.warnings,
        output.say("kritische Konten", "critical accounts"),
        done.critical
    );
    println!(
        "    {} {} · {} {} ({})",
        output.say("Soll", "debit"),
        amount(done.sums.debit),
        output.say("Haben", "credit"),
        amount(done.sums.credit),
        output.say("vorher = nachher", "before = after")
    );
    if done.critical > 0 {
        println!(
            "    ! {}",
            output.say(
                "Der Name beginnt mit #_: DATEVs Stapelverarbeitung bietet die Datei nicht an, bis die Konten geprüft sind.",
                "The name begins with #_: DATEV's batch import does not offer the file until the accounts are checked."
            )
        );
    }
    let lines: Vec<String> =
        batch.findings.iter().filter_map(|f| finding_line(f, output)).collect();
    lines.iter().take(SHOWN).for_each(|line| println!("    {line}"));
    if lines.len() > SHOWN || batch.findings.len() == 200 {
        println!("    … {}", output.say("alle stehen im Bericht", "all are in the report"));
    }
}

/// A finding that a person should look at; replacements are in the report.
fn finding_line(finding: &Finding, output: &Output) -> Option<String> {
    let line = output.say("Zeile", "line");
    match &finding.kind {
        FindingKind::Changed { .. } => None,
        FindingKind::NotFound { marketplace, number } => Some(format!(
            "{line} {}: {marketplace} {number} {}",
            finding.line,
            output.say("ist in JTL nicht zu finden", "is not found in JTL")
        )),
        FindingKind::Warning(warning) => {
            let text = match output.language() {
                Language::De => warning.german(),
                Language::En => warning.english(),
            };
            Some(format!("{line} {}: {text}", finding.line))
        }
    }
}

fn amount(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{},{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

async fn check(
    global: &GlobalArgs,
    files: Vec<PathBuf>,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let app = open(global).await?;
    let (mut checked, mut problems) = (Vec::new(), Vec::new());
    for file in &files {
        match app.check_datev(file).await {
            Ok(found) => checked.extend(found),
            Err(problem) => problems.push(ProblemReport::from(problem)),
        }
    }
    if output.is_json() {
        output.value(&json!({ "files": checked, "problems": problems }));
    } else {
        checked.iter().for_each(|file| print_check(file, output));
        print_problems(&problems, output);
    }
    let is_good = problems.is_empty() && checked.iter().all(|file| file.report.errors == 0);
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_check(file: &CheckedFile, output: &Output) {
    let report = &file.report;
    println!(
        "{}: {} {} · {} {} · {} {} · {} · {} {} · {} {}",
        file.file,
        report.errors,
        output.say("Fehler", "errors"),
        report.warnings,
        output.say("Warnungen", "warnings"),
        report.sums.rows,
        output.say("Buchungen", "postings"),
        report.encoding.as_str(),
        output.say("Soll", "debit"),
        amount(report.sums.debit),
        output.say("Haben", "credit"),
        amount(report.sums.credit)
    );
    for violation in &report.violations {
        println!("  {}", violation_line(violation, output));
    }
    let listed = report.violations.len() as u64;
    let left_out = (report.errors + report.warnings).saturating_sub(listed);
    if left_out > 0 {
        println!(
            "  … {left_out} {}",
            output.say("weitere derselben Art", "more of the same kinds")
        );
    }
}

fn violation_line(violation: &Violation, output: &Output) -> String {
    let mark = if violation.severity == Severity::Error { "✗" } else { "!" };
    let mut parts = Vec::new();
    if violation.line > 0 {
        parts.push(format!("{} {}", output.say("Zeile", "line"), violation.line));
    }
    if let (Some(field), Some(heading)) = (violation.field, &violation.heading) {
        parts.push(format!("{} {field} „{heading}“", output.say("Feld", "field")));
    }
    let place = if parts.is_empty() { String::new() } else { format!("{}: ", parts.join(", ")) };
    let text = violation.rule.text(output.language());
    let value =
        if violation.value.is_empty() { String::new() } else { format!(" ({})", violation.value) };
    format!("{mark} {place}{text}{value}")
}

async fn export(
    global: &GlobalArgs,
    args: &ExportArgs,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let (from, to) = period(args)?;
    let app = open(global).await?;
    let report = app.export_datev(ExportOptions { from, to, dry_run: args.dry_run }).await?;
    if output.is_json() {
        output.value(&report);
    } else {
        print_export(&report, args.dry_run, output);
        print_problems(&report.problems, output);
    }
    Ok(ExitCode::from(match (report.left_out, report.orders) {
        (0, _) => 0,
        (_, 0) => 1,
        _ => 4,
    }))
}

fn period(args: &ExportArgs) -> Result<(NaiveDate, NaiveDate), Problem> {
    let wrong = |option: &str, detail: &str| {
        Problem::new(Code::ConfigInvalidValue).about(option).detail(detail)
    };
    if let Some(month) = &args.month {
        let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok();
        let last = first
            .and_then(|day| day.checked_add_months(chrono::Months::new(1)))
            .and_then(|day| day.pred_opt());
        return first.zip(last).ok_or_else(|| wrong("--month", "JJJJ-MM"));
    }
    let (Some(from), Some(to)) = (args.from, args.to) else {
        return Err(wrong("--from", "JJJJ-MM-TT"));
    };
    if from > to { Err(wrong("--to", "before --from")) } else { Ok((from, to)) }
}

fn print_export(report: &ExportReport, dry_run: bool, output: &Output) {
    let totals = &report.totals;
    println!(
        "{} {} · {} {} · {} {} · {} {} · {} {}",
        output.say("Bestellungen", "orders"),
        report.orders,
        output.say("ausgelassen", "left out"),
        report.left_out,
        output.say("Verkauf", "sales"),
        amount(totals.sales.into()),
        output.say("Versand", "shipping"),
        amount(totals.shipping.into()),
        output.say("Storno", "cancelled"),
        amount(totals.cancelled.into())
    );
    if dry_run {
        println!(
            "  {}",
            output.say("Probelauf: nichts wurde geschrieben.", "Dry run: nothing was written.")
        );
    }
    for file in &report.files {
        println!(
            "  {}: {} {} · {} {} · {} {}",
            file.name,
            file.sums.rows,
            output.say("Buchungen", "postings"),
            output.say("Soll", "debit"),
            amount(file.sums.debit),
            output.say("Haben", "credit"),
            amount(file.sums.credit)
        );
    }
}

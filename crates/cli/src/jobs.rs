//! `kontor jobs …`: what runs, what ran, what was said, and running it.

use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use kontor_engine::Desk;
use kontor_engine::core::ids::RunId;
use kontor_engine::core::{Code, Problem};
use kontor_engine::events::Event;
use kontor_engine::jobs::{JobStatus, Options};
use kontor_engine::settings::{Change, Key, SettingValue};
use kontor_engine::store::{LogFilter, LogLevel, LogPage, RunDetail, RunFilter, RunRecord};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::args::GlobalArgs;
use crate::commands::{exit_code, setup};
use crate::output::Output;
use crate::sandbox::stopped;

#[derive(Subcommand)]
pub(crate) enum JobsCommand {
    /// Every job: schedules, next start, what runs, the last run.
    List,
    /// Ask for a run now. A running Kontor (window or `jobs serve`) does it; with --wait this command does, if no other.
    Run(RunArgs),
    /// The last runs, newest first.
    Runs(RunsArgs),
    /// One run with its steps and the records that failed.
    Show {
        /// Its id.
        run: String,
    },
    /// What was said, newest first.
    Logs(LogsArgs),
    /// Success rate, mean and p95 duration and counts.
    Stats {
        /// Only this job.
        job: Option<String>,
        /// Days to look back.
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
    /// End a run between two records, in whichever Kontor it runs.
    Cancel {
        /// Its id.
        run: String,
    },
    /// Follow the schedules of a job.
    Enable {
        /// The job.
        job: String,
    },
    /// Run a job only when somebody asks for it.
    Disable {
        /// The job.
        job: String,
    },
    /// Run jobs by their schedules until told to stop (Ctrl-C or SIGTERM).
    Serve,
}

#[derive(ClapArgs)]
pub(crate) struct RunArgs {
    /// The job, e.g. temu_orders_sync.
    job: String,
    /// The mode; without it the one that covers most.
    #[arg(long)]
    mode: Option<String>,
    /// An option of the job (repeatable), e.g. since=2026-11-01.
    #[arg(long = "option", value_name = "NAME=VALUE")]
    options: Vec<String>,
    /// Stay until the run and its retries have ended.
    #[arg(long)]
    wait: bool,
}

#[derive(ClapArgs)]
pub(crate) struct RunsArgs {
    /// Only this job.
    #[arg(long)]
    job: Option<String>,
    /// Rows of a page.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Continue after a page: its "next".
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
}

#[derive(ClapArgs)]
pub(crate) struct LogsArgs {
    /// Only this job.
    #[arg(long)]
    job: Option<String>,
    /// Only this run.
    #[arg(long)]
    run: Option<String>,
    /// Only lines at least as serious.
    #[arg(long, value_enum)]
    level: Option<LevelArg>,
    /// Only lines that hold this text.
    #[arg(long)]
    text: Option<String>,
    /// Rows of a page.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Continue before a line: the page's "next".
    #[arg(long, value_name = "NEXT")]
    before: Option<i64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LevelArg {
    Error,
    Warn,
    Info,
}

/// Runs the command.
pub(crate) async fn run(
    global: &GlobalArgs,
    command: JobsCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let desk = Desk::open(setup(global)?).await?;
    let app = desk.app();
    kontor_engine::logs::write_files(&app.folder, app.config.retention.log_days)?;
    match command {
        JobsCommand::List => {
            let jobs = desk.jobs_status().await?;
            if output.is_json() {
                output.value(&jobs);
            } else {
                jobs.iter().for_each(|job| print_status(job, output));
            }
        }
        JobsCommand::Run(args) => return run_now(&desk, args, output).await,
        JobsCommand::Runs(args) => {
            let filter = RunFilter { job: args.job, ..RunFilter::default() };
            let page = desk.runs(&filter, args.after.as_deref(), args.limit).await?;
            if output.is_json() {
                output.value(&page);
            } else {
                page.runs.iter().for_each(|run| println!("{}", run_line(run, output)));
                continue_with(page.next.as_deref(), "--after", output);
            }
        }
        JobsCommand::Show { run } => {
            print_detail(&desk.run_detail(&RunId::new(run)).await?, output);
        }
        JobsCommand::Logs(args) => print_logs(&logs(&desk, args).await?, output),
        JobsCommand::Stats { job, days } => stats(&desk, job, days, output).await?,
        JobsCommand::Cancel { run } => {
            let run = RunId::new(run);
            desk.cancel(&run).await?;
            let said = output.say(
                "endet nach dem Vorgang, bei dem er ist",
                "ends after the record that it is at",
            );
            done(output, &json!({ "run_id": run, "asked_to_end": true }), &run, said);
        }
        JobsCommand::Enable { job } => switch(&desk, &job, true, output).await?,
        JobsCommand::Disable { job } => switch(&desk, &job, false, output).await?,
        JobsCommand::Serve => serve(&desk, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_now(desk: &Desk, args: RunArgs, output: &Output) -> Result<ExitCode, Problem> {
    let options: Options =
        args.options.iter().map(|text| option(text)).collect::<Result<_, _>>()?;
    let request = desk.run_now(&args.job, args.mode.as_deref(), options).await?;
    if !args.wait {
        if output.is_json() {
            output.value(&request);
        } else {
            let said = output.say(
                "vorgemerkt; ein laufendes Kontor (Fenster oder `kontor jobs serve`) führt ihn aus",
                "noted; a running Kontor (window or `kontor jobs serve`) does it",
            );
            println!("{} {}: {said}", request.wish.job, request.wish.mode);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let stop = CancellationToken::new();
    let signal = tokio::spawn({
        let stop = stop.clone();
        async move {
            stopped().await;
            stop.cancel();
        }
    });
    let ended = desk.run_to_end(&request, &stop).await;
    signal.abort();
    let detail = ended?;
    print_detail(&detail, output);
    Ok(detail.run.outcome.map_or(ExitCode::FAILURE, exit_code))
}

fn option(text: &str) -> Result<(String, Value), Problem> {
    let split = text.split_once('=').map(|(name, value)| (name.to_owned(), value.into()));
    split.ok_or_else(|| Problem::new(Code::ConfigInvalidValue).about("--option").detail(text))
}

/// Writes the switch into the operator's file; a running Kontor follows it.
/// What a command did that has nothing else to show.
fn done(output: &Output, value: &serde_json::Value, subject: impl std::fmt::Display, said: &str) {
    if output.is_json() {
        output.value(value);
    } else {
        println!("{subject}: {said}");
    }
}

async fn switch(desk: &Desk, job: &str, enabled: bool, output: &Output) -> Result<(), Problem> {
    let jobs = desk.jobs_status().await?;
    if jobs.iter().all(|known| known.job != job) {
        let known: Vec<String> = jobs.into_iter().map(|known| known.job).collect();
        return Err(Problem::new(Code::JobUnknown).about(job).detail(known.join(", ")));
    }
    let key = Key::new(["jobs", job, "enabled"]);
    let change = Change { key, value: Some(SettingValue::Switch(enabled)) };
    let changed = desk.change_settings(vec![change], None).await;
    changed.map_err(|problems| {
        problems.into_iter().next().unwrap_or_else(|| Problem::new(Code::InternalError))
    })?;
    let said = match enabled {
        true => output.say("läuft nach seinen Zeitplänen", "runs by its schedules"),
        false => output.say("läuft nur noch auf Wunsch", "runs on request only"),
    };
    done(output, &json!({ "job": job, "enabled": enabled }), job, said);
    Ok(())
}

async fn logs(desk: &Desk, args: LogsArgs) -> Result<LogPage, Problem> {
    let filter = LogFilter {
        job: args.job,
        run: args.run.map(RunId::new),
        level: args.level.map(|level| match level {
            LevelArg::Error => LogLevel::Error,
            LevelArg::Warn => LogLevel::Warn,
            LevelArg::Info => LogLevel::Info,
        }),
        text: args.text,
    };
    desk.job_logs(&filter, args.before, args.limit).await
}

async fn stats(
    desk: &Desk,
    job: Option<String>,
    days: u32,
    output: &Output,
) -> Result<(), Problem> {
    let names = match job {
        Some(job) => vec![job],
        None => desk.jobs_status().await?.into_iter().map(|status| status.job).collect(),
    };
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        all.push(desk.job_stats(&name, days).await?);
    }
    if output.is_json() {
        output.value(&all);
        return Ok(());
    }
    for s in &all {
        let rate = s.success_permille.map_or("–".into(), |p| format!("{}.{} %", p / 10, p % 10));
        let time = |ms: Option<u64>| ms.map_or("–".into(), |ms| format!("{ms} ms"));
        println!(
            "{:<22} {} {} · {} {rate} · {} {} · p95 {}",
            s.job,
            s.runs,
            output.say("Läufe", "runs"),
            output.say("erfolgreich", "success"),
            output.say("Mittel", "mean"),
            time(s.mean_ms),
            time(s.p95_ms),
        );
    }
    Ok(())
}

/// Runs the scheduler; what begins and ends is told line by line.
async fn serve(desk: &Desk, output: &Output) -> Result<(), Problem> {
    let stop = CancellationToken::new();
    let mut events = desk.events();
    let tell = async {
        while let Some(event) = events.next().await {
            tell(&event, output);
        }
    };
    let signal = async {
        stopped().await;
        stop.cancel();
    };
    let (settings, store) = (desk.follow_settings(stop.clone()), desk.follow_store(stop.clone()));
    let beside = async { tokio::join!(signal, tell, settings, store) };
    tokio::select! {
        served = desk.serve(stop.clone()) => served,
        _ = beside => Ok(()),
    }
}

fn tell(event: &Event, output: &Output) {
    if output.is_json() {
        return output.value(event);
    }
    match event {
        Event::RunStarted { job, mode, run_id, at, .. } => {
            println!("{}  {job} {mode}  {run_id}", output.time(Some(*at)));
        }
        Event::RunFinished { job, mode, outcome, at, .. } => {
            println!("{}  {job} {mode}  {}", output.time(Some(*at)), output.outcome(*outcome));
        }
        _ => {}
    }
}

fn print_status(job: &JobStatus, output: &Output) {
    let enabled = if job.enabled { output.say("an", "on") } else { output.say("aus", "off") };
    println!("{} ({enabled})", job.job);
    for schedule in &job.schedules {
        println!(
            "  {:<16} {:<14} {} → {}",
            schedule.text,
            schedule.mode,
            schedule.timezone,
            output.time_in(schedule.next, &schedule.timezone)
        );
    }
    if let Some(seconds) = job.watch_seconds {
        let said = output.say("Eingang: ein Blick alle", "inbox: a look every");
        println!("  {said} {seconds} s");
    }
    if let Some(running) = &job.running {
        println!(
            "  {} {} {}: {} {}  {} {}",
            output.say("läuft seit", "running since"),
            output.time(Some(running.since)),
            running.run_id,
            running.step.as_deref().unwrap_or("–"),
            running.done,
            running.host,
            running.pid,
        );
    }
    for request in &job.waiting {
        let due = output.time(Some(request.wish.due_at));
        println!("  {} {}: {due}", output.say("wartet", "waits"), request.wish.mode);
    }
    if let Some(last) = &job.last {
        println!("  {}: {}", output.say("zuletzt", "last"), run_line(last, output));
    }
}

fn run_line(run: &RunRecord, output: &Output) -> String {
    let outcome = match run.outcome {
        Some(outcome) => output.outcome(outcome),
        None => output.say("läuft", "running"),
    };
    let took = run.ended_at.map(|end| format!("{} ms", (end - run.started_at).num_milliseconds()));
    format!(
        "{}  {} {} {outcome}  {} {}  {}",
        output.time(Some(run.started_at)),
        run.job,
        run.mode,
        run.trigger.as_str(),
        took.unwrap_or_default(),
        run.run_id,
    )
}

fn print_detail(detail: &RunDetail, output: &Output) {
    if output.is_json() {
        return output.value(detail);
    }
    println!("{}", run_line(&detail.run, output));
    let counts = detail.run.counts.0.iter().filter(|(_, n)| **n > 0);
    let counts: Vec<String> = counts.map(|(name, n)| format!("{name} {n}")).collect();
    println!("  {}", counts.join(" · "));
    for step in &detail.steps {
        let took = (step.ended_at - step.started_at).num_milliseconds();
        println!("  {:<10} {:>6} ms  {} / {}", step.step, took, step.done, step.failed);
    }
    output.problems(&detail.run.problems);
    for item in &detail.items {
        let code = item.code.map(|code| code.as_str()).unwrap_or_default();
        println!("  {} {} {code} {}", item.step, item.subject, item.detail);
    }
}

fn print_logs(page: &LogPage, output: &Output) {
    if output.is_json() {
        return output.value(page);
    }
    for row in &page.lines {
        let line = &row.line;
        let level = match line.level {
            LogLevel::Error => "ERROR",
            LogLevel::Warn => "WARN",
            LogLevel::Info => "INFO",
            LogLevel::Debug => "DEBUG",
        };
        println!("{}  {level:<5} {}  {}", output.time(Some(line.at)), line.job, line.message);
    }
    continue_with(page.next.map(|id| id.to_string()).as_deref(), "--before", output);
}

fn continue_with(next: Option<&str>, option: &str, output: &Output) {
    if let Some(next) = next {
        println!("{} {option} '{next}'", output.say("weiter mit", "continue with"));
    }
}

//! From the command line to the engine and back.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressStyle};
use kontor_engine::app::Setup;
use kontor_engine::core::ids::ParentOrderSn;
use kontor_engine::core::problem::Class;
use kontor_engine::core::run::Outcome;
use kontor_engine::core::{Code, Problem};
use kontor_engine::orders::{Mode, SyncOptions};
use kontor_engine::progress::{ProgressSink, silent};
use kontor_engine::secrets::Secrets;
use kontor_engine::settings::Overrides;
use kontor_engine::store::{OrderFilter, OrderSort};
use kontor_engine::{App, Keychain, temu};
use tokio_util::sync::CancellationToken;

use crate::args::{
    Args, Command, GlobalArgs, JtlCommand, ListArgs, ModeArg, OrdersCommand, SandboxCommand,
    SignArgs, SyncArgs, TemuCommand,
};
use crate::language::language;
use crate::output::Output;
use crate::{
    api, datev, demo, inventory, invoices, jobs, sandbox, secrets, settings, store, upkeep,
};

const USAGE: u8 = 2;

/// Runs the command; its exit code.
pub(crate) async fn run(args: Args) -> ExitCode {
    let output = Output::new(args.global.json, language(args.global.lang));
    let ended = match args.command {
        Command::Orders(command) => orders(&args.global, command, &output).await,
        Command::Jobs(command) => jobs::run(&args.global, command, &output).await,
        Command::Inventory(command) => inventory::run(&args.global, command, &output).await,
        Command::Temu(TemuCommand::Sign(sign_args)) => {
            sign(&args.global, &sign_args, &output).await
        }
        Command::Temu(TemuCommand::Token) => token(&args.global, &output).await,
        Command::Jtl(JtlCommand::Test) => jtl_test(&args.global, &output).await,
        Command::Health => upkeep::health(&args.global, &output).await,
        Command::Privacy(command) => upkeep::privacy(&args.global, command, &output).await,
        Command::SupportBundle(bundle) => upkeep::bundle(&args.global, &bundle, &output).await,
        Command::Store(command) => store::run(&args.global, command, &output).await,
        Command::Secrets(command) => secrets::run(&args.global, command, &output).await,
        Command::Settings(command) => settings::run(&args.global, command, &output),
        Command::Invoices(command) => invoices::run(&args.global, command, &output).await,
        Command::Datev(command) => datev::run(&args.global, command, &output).await,
        Command::Sandbox(SandboxCommand::Serve(serve)) => sandbox::serve(&serve).await,
        Command::Api(command) => api::run(&args.global, command, &output).await,
        #[cfg(feature = "bridge")]
        Command::Bridge(bridge) => crate::bridge::run(&args.global, &bridge).await,
        Command::Demo(demo_args) => demo::run(&args.global, &demo_args, &output).await,
    };
    match ended {
        Ok(code) => code,
        Err(problem) => {
            output.problem(&problem);
            ExitCode::from(exit_code_of(&problem))
        }
    }
}

/// A mistake in the configuration or in the command is a usage error; a program that is to go on later is not.
fn exit_code_of(problem: &Problem) -> u8 {
    match problem.code {
        Code::ConfigUnknownKey
        | Code::ConfigInvalidValue
        | Code::ConfigUnreadable
        | Code::ConfigContradiction
        | Code::ConfigSecretInFile
        | Code::ConfigNewerThanProgram
        | Code::JobUnknown
        | Code::SecretUnknown
        | Code::StoreUrlInvalid => USAGE,
        _ if problem.class() == Class::Operator => 3,
        _ => 1,
    }
}

/// The exit code of a run's outcome.
pub(crate) fn exit_code(outcome: Outcome) -> ExitCode {
    ExitCode::from(match outcome {
        Outcome::Success => 0,
        Outcome::Failed | Outcome::Cancelled => 1,
        Outcome::NeedsApproval => 3,
        Outcome::Partial => 4,
    })
}

/// Opens Kontor as the global options say.
pub(crate) async fn open(global: &GlobalArgs) -> Result<App, Problem> {
    let app = App::open(setup(global)?).await?;
    kontor_engine::logs::write_files(&app.folder, app.config.retention.log_days)?;
    Ok(app)
}

/// Opens Kontor for looking at its own data: no credentials, and so no question to the keychain.
pub(crate) async fn open_local(global: &GlobalArgs) -> Result<App, Problem> {
    App::open(Setup { keychain: Keychain::default(), ..setup(global)? }).await
}

/// What the global options and the environment say.
///
/// # Errors
/// `config.invalid_value` for a `--set` without a value.
pub(crate) fn setup(global: &GlobalArgs) -> Result<Setup, Problem> {
    Ok(Setup {
        config_file: global.config.clone(),
        data: global.data.clone(),
        secrets: Secrets::from_environment(),
        keychain: Keychain::of_process(),
        overrides: Overrides::of_process(&global.set)?,
    })
}

async fn orders(
    global: &GlobalArgs,
    command: OrdersCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    match command {
        OrdersCommand::Sync(sync) => {
            let (mode, since, dry_run) = sync_mode(&sync);
            workflow(global, output, mode, since, dry_run).await
        }
        OrdersCommand::Import { from, dry_run } => {
            workflow(global, output, Mode::Replay(from), None, dry_run).await
        }
        OrdersCommand::Export { dry_run, again } => {
            let app = open(global).await?;
            for number in again {
                app.allow_export_again(&ParentOrderSn::new(number), &user()).await?;
            }
            run_workflow(&app, output, Mode::ExportOnly, None, dry_run).await
        }
        OrdersCommand::Tracking { dry_run } => {
            workflow(global, output, Mode::TrackingOnly, None, dry_run).await
        }
        OrdersCommand::List(list_args) => list(global, &list_args, output).await,
        OrdersCommand::Show { order } => show(global, &ParentOrderSn::new(order), output).await,
    }
}

fn user() -> String {
    ["USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
}

fn sync_mode(args: &SyncArgs) -> (Mode, Option<NaiveDate>, bool) {
    let mode = match args.mode {
        ModeArg::Full => Mode::Full,
        ModeArg::TrackingOnly => Mode::TrackingOnly,
    };
    (mode, args.since, args.dry_run)
}

async fn workflow(
    global: &GlobalArgs,
    output: &Output,
    mode: Mode,
    since: Option<NaiveDate>,
    dry_run: bool,
) -> Result<ExitCode, Problem> {
    let app = open(global).await?;
    run_workflow(&app, output, mode, since, dry_run).await
}

async fn run_workflow(
    app: &App,
    output: &Output,
    mode: Mode,
    since: Option<NaiveDate>,
    dry_run: bool,
) -> Result<ExitCode, Problem> {
    let since = since.map(|day| app.begin_of_day(day));
    let cancel = CancellationToken::new();
    let (progress, bar) = progress(output);
    let stop_on_ctrl_c = tokio::spawn({
        let cancel = cancel.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                cancel.cancel();
            }
        }
    });
    let report = app
        .sync_orders(SyncOptions { mode, since, only: Vec::new(), dry_run, progress, cancel })
        .await;
    stop_on_ctrl_c.abort();
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let report = report?;
    output.run(&report);
    Ok(exit_code(report.outcome))
}

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn progress(output: &Output) -> (ProgressSink, Option<ProgressBar>) {
    if output.is_json() || !std::io::stderr().is_terminal() {
        return (silent(), None);
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let language = output.language();
    let sink: ProgressSink = Arc::new(move |p| {
        let total = p.total.map(|t| format!("/{t}")).unwrap_or_default();
        shown.set_message(format!(
            "{}: {}{total}",
            crate::output::step_name(p.step, language),
            p.done
        ));
        shown.tick();
    });
    (sink, Some(bar))
}

async fn list(global: &GlobalArgs, args: &ListArgs, output: &Output) -> Result<ExitCode, Problem> {
    let mut filter = OrderFilter { number_prefix: args.number.clone(), ..OrderFilter::default() };
    for state in &args.state {
        let parsed = state.parse();
        filter.states.push(parsed.map_err(|e| usage("--state", &e))?);
    }
    filter.hold =
        args.hold.as_ref().map(|c| c.parse().map_err(|e| usage("--hold", &e))).transpose()?;
    if args.deadline {
        filter.sort = OrderSort::Deadline;
    }
    let app = open_local(global).await?;
    let page = app.store.list_orders(&filter, args.after.as_deref(), args.limit).await?;
    output.orders(&page);
    Ok(ExitCode::SUCCESS)
}

fn usage(option: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::ConfigInvalidValue).about(option).detail(error)
}

async fn show(
    global: &GlobalArgs,
    sn: &ParentOrderSn,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let app = open_local(global).await?;
    let numbers = std::slice::from_ref(sn);
    let found = app.store.orders_by_sn(numbers).await?;
    let order =
        found.into_iter().next().ok_or_else(|| Problem::new(Code::OrderNotFound).about(sn))?;
    let parcels = app.store.parcels_of(numbers).await?;
    let exports = app.store.exports_of(sn).await?;
    let timeline = app.store.timeline(sn).await?;
    output.order(&order, &parcels, &exports, &timeline);
    Ok(ExitCode::SUCCESS)
}

async fn sign(global: &GlobalArgs, args: &SignArgs, output: &Output) -> Result<ExitCode, Problem> {
    let config = kontor_engine::config::Config::load(global.config.as_deref())?;
    let secrets = Secrets::from_environment().filled_from(&Keychain::of_process()).await;
    let credentials = secrets.temu()?;
    let preview = temu::sign::sign_preview(
        &args.api,
        &args.params,
        args.timestamp,
        &credentials.app_key,
        &credentials.access_token,
        &credentials.app_secret,
        config.temu.signature,
    )?;
    output.signature(&preview.joined_masked, &preview.sign);
    Ok(ExitCode::SUCCESS)
}

async fn token(global: &GlobalArgs, output: &Output) -> Result<ExitCode, Problem> {
    let app = open(global).await?;
    let token = app.temu(None)?.token().await?;
    output.value(&token);
    Ok(ExitCode::SUCCESS)
}

async fn jtl_test(global: &GlobalArgs, output: &Output) -> Result<ExitCode, Problem> {
    let app = open(global).await?;
    output.value(app.test_jtl().await?);
    Ok(ExitCode::SUCCESS)
}

//! `kontor-desktop`: Kontor's window. It shows the pages of `ui` and hands their commands to the core, which works in the
//! same process; nothing of the trade is decided here.
//!
//! Exit codes: 0 ended, 1 could not start (no display, no web view).

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod display;
mod end;
mod host;
#[cfg(test)]
mod ipc_tests;
mod notify;
mod tray;
mod window;
mod words;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kontor_engine::core::{Code, Problem};
use kontor_engine::logs::{Cleaned, FileWriter, JobLogLayer};
use tauri::{App, AppHandle, Builder, Context, RunEvent, Runtime, Wry};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::words::Words;

/// What the program is started with.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "kontor-desktop", version, about = "Kontor's window")]
struct Args {
    /// Folder for database, files and settings [default: the operating system's place].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration file [default: kontor.toml beside the data].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Begin in the demo.
    #[arg(long)]
    demo: bool,
    /// Begin without a window, as when the machine starts.
    #[arg(long)]
    hidden: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    start_log();
    let ended = display::ready().and_then(|()| run(&args));
    kontor_engine::logs::close_files();
    match ended {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(problem) => {
            display::say(&problem);
            ExitCode::FAILURE
        }
    }
}

/// What is kept in files and in the store.
const KEPT: &str = "warn,kontor=info";

/// As the headless program does it: to standard error what `KONTOR_LOG` asks for, to files once a data folder is open, and to
/// the log of jobs what is said inside a run.
fn start_log() {
    let filter = EnvFilter::try_from_env("KONTOR_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    let shown = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(|| Cleaned(std::io::stderr()))
        .with_filter(filter);
    let kept = || EnvFilter::new(KEPT);
    let files = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(FileWriter)
        .with_filter(kept());
    tracing_subscriber::registry()
        .with(shown)
        .with(files)
        .with(JobLogLayer.with_filter(kept()))
        .init();
}

fn run(args: &Args) -> Result<i32, Problem> {
    let app = build(with_desktop(tauri::Builder::default(), args), context())?;
    end::when_told(app.handle());
    host::open_desk(app.handle(), args);
    window::open(app.handle(), args).map_err(|e| not_shown(&e))?;
    tray::open(app.handle());
    Ok(app.run_return(|app, event| match event {
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            end::begin(app);
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    }))
}

/// Name, icons, pages and rights; once, because the macro may stand only once in a program.
fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// What every runtime has, the tests' as well: the command and its state.
fn build<R: Runtime>(builder: Builder<R>, context: Context<R>) -> Result<App<R>, Problem> {
    builder
        .manage(host::Opening::default())
        .manage(end::Ending::default())
        .manage(tray::Tray::default())
        .manage(Words::of_system())
        .invoke_handler(tauri::generate_handler![host::rpc])
        .build(context)
        .map_err(|e| not_shown(&e))
}

/// What only a real desktop has.
fn with_desktop(mut builder: Builder<Wry>, args: &Args) -> Builder<Wry> {
    // First of all: a second Kontor ends in the first, before it opens anything. One with a data folder of its own stands
    // beside it.
    if args.data.is_none() {
        let show = |app: &AppHandle<Wry>, _arguments, _folder| window::show(app);
        builder = builder.plugin(tauri_plugin_single_instance::init(show));
    }
    let place = tauri_plugin_window_state::Builder::new().with_state_flags(window::REMEMBERED);
    let autostart = tauri_plugin_autostart::Builder::new().app_name("Kontor").arg("--hidden");
    builder.plugin(place.build()).plugin(autostart.build())
}

fn not_shown(error: &tauri::Error) -> Problem {
    Problem::new(Code::ShellNoWebView).detail(error)
}

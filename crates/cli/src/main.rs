//! `kontor`: the headless program. It runs the same core as the window.
//!
//! Exit codes: 0 success, 1 failed, 2 usage or configuration, 3 needs approval, 4 partial, 141 nobody read the output to its
//! end.

mod api;
mod args;
#[cfg(feature = "bridge")]
mod bridge;
mod commands;
mod datev;
mod demo;
mod demo_stock;
mod inventory;
mod invoices;
mod jobs;
mod language;
mod output;
mod sandbox;
mod secrets;
mod settings;
mod stock_output;
mod store;
mod upkeep;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use kontor_engine::logs::{Cleaned, FileWriter, JobLogLayer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::args::Args;

fn main() -> ExitCode {
    end_quietly_without_reader();
    let args = Args::of_process();
    start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("kontor: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(commands::run(args));
    kontor_engine::logs::close_files();
    code
}

/// As a shell says of a program that wrote into a pipe which nobody reads: 128 and SIGPIPE's number.
const UNREAD: i32 = 141;
/// EPIPE, and Windows' two names of it; a full disk is another matter.
const BROKEN_PIPES: [&str; 3] = ["(os error 32)", "(os error 232)", "(os error 109)"];

/// `kontor orders list | head` ends when `head` has seen enough. The standard library panics then, on every platform with
/// this text; it is no fault of Kontor's, and nobody is there to be told.
fn end_quietly_without_reader() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        let is_closed = BROKEN_PIPES.iter().any(|error| said.ends_with(error));
        if said.starts_with("failed printing to stdout") && is_closed {
            kontor_engine::logs::close_files();
            std::process::exit(UNREAD);
        }
        tell(panic);
    }));
}

/// What is kept in files and in the store.
const KEPT: &str = "warn,kontor=info";

/// Log lines go to standard error, and only errors unless `KONTOR_LOG` asks for more; to files once a data folder is
/// open; and to the log of jobs when they are said inside a run.
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

//! `kontor`: the headless program. It runs the same core as the window.
//!
//! Exit codes: 0 success, 1 failed, 2 usage or configuration, 3 needs approval, 4 partial.

mod api;
mod args;
#[cfg(feature = "bridge")]
mod bridge;
mod commands;
mod demo;
mod language;
mod output;
mod sandbox;
mod secrets;
mod settings;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("kontor: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(commands::run(args))
}

/// Log lines go to standard error, and only warnings unless `KONTOR_LOG` asks for more.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("KONTOR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

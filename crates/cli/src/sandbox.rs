//! `kontor sandbox serve`.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use kontor_engine::core::{Code, Problem};
use kontor_sandbox::{Sandbox, SandboxOptions};

use crate::args::ServeArgs;

/// Serves until told to stop.
pub(crate) async fn serve(args: &ServeArgs) -> Result<ExitCode, Problem> {
    let sandbox = Sandbox::start(SandboxOptions {
        seed: args.seed,
        orders: args.orders,
        skus: args.skus,
        temu_port: args.temu_port,
        jtl_port: args.jtl_port,
        rate: args.rate,
        latency: Duration::from_millis(args.latency_ms),
        ..SandboxOptions::default()
    })
    .await
    .map_err(|e| Problem::new(Code::InternalError).about("sandbox").detail(e))?;
    if let Some(file) = &args.write_config {
        sandbox
            .write_config(file)
            .map_err(|e| Problem::new(Code::FileWriteFailed).about(file.display()).detail(e))?;
    }
    let line = serde_json::to_string(sandbox.connection()).unwrap_or_default();
    println!("{line}");
    let _ = std::io::stdout().flush();
    stopped().await;
    sandbox.stop();
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C, or the signal to end on Unix.
pub(crate) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

//! A sync against the sandbox at its rate limit, and the statements that the look-up of parcels takes.

use std::time::{Duration, Instant};

use anyhow::Result;
use kontor_engine::App;
use kontor_engine::app::Setup;
use kontor_engine::orders::Mode;
use kontor_engine::secrets::Secrets;
use kontor_sandbox::jtl::ShipRequest;
use kontor_sandbox::{Sandbox, SandboxOptions};
use kontor_tests::sync;

use crate::Figure;

const RATE: u32 = 500;

/// 1,000 plain orders at 500 requests a second and 20 ms a request.
pub(crate) async fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(SandboxOptions {
        orders: 1_300,
        rate: RATE,
        latency: Duration::from_millis(20),
        work_dir: folder.path().join("sandbox"),
        ..SandboxOptions::default()
    })
    .await?;
    {
        let mut state = sandbox.gateway().state();
        let plain: Vec<String> = state
            .orders
            .values()
            .filter(|o| o.exportable)
            .take(1_000)
            .map(|o| o.parent_order_sn.clone())
            .collect();
        state.orders.retain(|sn, _| plain.contains(sn));
        state.cancellations.clear();
    }
    let app = open(&sandbox, folder.path()).await?;
    let begun = Instant::now();
    let report = sync(&app, Mode::Full).await?;
    let spent = begun.elapsed().as_secs_f64();
    anyhow::ensure!(report.counts.exported == 1_000, "{report:#?}");
    let calls: u64 = sandbox.gateway().state().counts.values().sum();
    let bound = calls as f64 / f64::from(RATE);
    sandbox.jtl().import_once(Some(&app.folder.drop_folder()))?;
    sandbox.jtl().ship(&ShipRequest::default())?;
    sandbox.jtl().clear_statements();
    sync(&app, Mode::TrackingOnly).await?;
    let statements = sandbox
        .jtl()
        .statements()
        .iter()
        .filter(|s| s.text.contains("SELECT") && !s.text.contains("@@TRANCOUNT"))
        .count();
    Ok(vec![
        Figure {
            name: "sync of 1,000 orders".into(),
            value: spent / bound,
            promise: 1.15,
            unit: "× calls ÷ limit",
        },
        Figure {
            name: "JTL look-up of 1,000 orders".into(),
            value: statements as f64,
            promise: 5.0,
            unit: "statements",
        },
    ])
}

pub(crate) async fn open(sandbox: &Sandbox, folder: &std::path::Path) -> Result<App> {
    open_with(sandbox, folder, "").await
}

/// Kontor on a sandbox, with further sections of its configuration.
pub(crate) async fn open_with(
    sandbox: &Sandbox,
    folder: &std::path::Path,
    sections: &str,
) -> Result<App> {
    let file = folder.join("kontor.toml");
    std::fs::write(&file, format!("{sections}{}", sandbox.config()))?;
    let connection = sandbox.connection().clone();
    let secrets = Secrets::from_lookup(move |name| {
        Some(match name {
            "KONTOR_TEMU_APP_KEY" => connection.temu.app_key.clone(),
            "KONTOR_TEMU_APP_SECRET" => connection.temu.app_secret.clone(),
            "KONTOR_TEMU_ACCESS_TOKEN" => connection.temu.access_token.clone(),
            "KONTOR_JTL_PASSWORD" => connection.jtl.password.clone(),
            _ => return None,
        })
    });
    let setup = Setup {
        config_file: Some(file),
        data: Some(folder.join("data")),
        secrets,
        ..Setup::default()
    };
    Ok(App::open(setup).await?)
}

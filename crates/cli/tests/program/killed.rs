//! Killed at any point and started again, the workflow ends in the same books.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Result;
use kontor_sandbox::jtl::ShipRequest;

use crate::desk::Desk;

/// Kills at so many random points.
const KILLS: u64 = 30;

async fn survives(target: &str, seed: u64) -> Result<()> {
    let desk = Desk::open(60).await?;
    desk.configure(|text| format!("[orders]\ntarget = \"{target}\"\n{text}"))?;
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..KILLS {
        let mut command = desk.kontor(&["orders", "sync", "--json"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        // A run takes some hundred milliseconds: the moments of death are spread over all of it.
        tokio::time::sleep(Duration::from_millis(random.u64(5..700))).await;
        child.kill()?;
        child.wait()?;
        if round % 5 == 4 {
            desk.import()?;
        }
        if round % 10 == 9 {
            desk.sandbox.jtl().ship(&ShipRequest::default())?;
        }
    }
    for _ in 0..2 {
        let (report, code) = desk.json(&["orders", "sync"]).await?;
        assert_eq!(code, 0, "seed {seed}: {report:#}");
        desk.import()?;
        desk.sandbox.jtl().ship(&ShipRequest::default())?;
    }
    let (report, code) = desk.json(&["orders", "sync", "--mode", "tracking_only"]).await?;
    assert_eq!(code, 0, "seed {seed}: {report:#}");
    let agreement = desk.sandbox.agreement()?;
    assert!(agreement.agrees, "seed {seed}: {agreement:#?}");
    assert_eq!(agreement.in_jtl_once, agreement.exportable, "seed {seed}");
    assert_eq!(agreement.reported_once, agreement.exportable, "seed {seed}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_points_nothing_is_lost_or_doubled_through_files() -> Result<()> {
    survives("file", fastrand::u64(..)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_points_nothing_is_lost_or_doubled_through_the_import_table() -> Result<()>
{
    survives("database", fastrand::u64(..)).await
}

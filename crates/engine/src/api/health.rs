//! Health, connection tests, and what is sent to support.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use crate::health::{Check, Health, State};
use crate::report::ProblemReport;
use crate::settings::Said;

/// All checks of a moment.
#[derive(Clone, Debug, Serialize, TS)]
pub struct HealthView {
    /// The worst of them; what is unknown is no fault.
    #[ts(type = "HealthState")]
    pub state: State,
    /// The checks, in the order of their subjects.
    pub checks: Vec<CheckView>,
    /// When it was looked at.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CheckView {
    /// What it belongs to and what it is, e.g. `jtl.login`.
    pub name: String,
    /// How it is.
    #[ts(type = "HealthState")]
    pub state: State,
    /// What was found.
    pub fact: Said,
    /// What is wrong, with its remedy.
    pub problem: Option<ProblemReport>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl HealthView {
    fn new(health: Health, at: DateTime<Utc>) -> Self {
        let check = |c: Check| CheckView {
            name: c.name,
            state: c.state,
            fact: c.fact,
            problem: c.problem,
            duration_ms: c.duration_ms,
        };
        Self { state: health.state, checks: health.checks.into_iter().map(check).collect(), at }
    }
}

pub(super) async fn health(host: &dyn Host, (): ()) -> Result<HealthView, Problem> {
    let desk = host.desk();
    let found = desk.health().await;
    Ok(HealthView::new(found, desk.app().clock.now()))
}

/// A connection.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// TEMU's gateway.
    Temu,
    /// JTL's SQL Server.
    Jtl,
}

/// A connection to be tested with what is in force.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ConnectionRequest {
    /// Which.
    pub connection: Connection,
}

pub(super) async fn connection_test(
    host: &dyn Host,
    request: ConnectionRequest,
) -> Result<HealthView, Problem> {
    let app = host.desk().app();
    let found = match request.connection {
        Connection::Temu => app.test_temu().await,
        Connection::Jtl => app.probe_jtl().await,
    };
    Ok(HealthView::new(found, app.clock.now()))
}

/// A support bundle before it leaves the house.
#[derive(Clone, Debug, Serialize, TS)]
pub struct BundleView {
    /// Its files with their texts.
    pub files: Vec<BundleFileView>,
}

/// A file of a support bundle.
#[derive(Clone, Debug, Serialize, TS)]
pub struct BundleFileView {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

pub(super) async fn bundle_preview(host: &dyn Host, (): ()) -> Result<BundleView, Problem> {
    let bundle = host.desk().support_bundle().await?;
    let file = |f: crate::bundle::BundleFile| BundleFileView { name: f.name, text: f.text };
    Ok(BundleView { files: bundle.files.into_iter().map(file).collect() })
}

/// A file that was written.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WrittenFile {
    /// Where it lies.
    pub path: String,
}

pub(super) async fn bundle_write(host: &dyn Host, (): ()) -> Result<WrittenFile, Problem> {
    let desk = host.desk();
    let app = desk.app();
    let stamp = app.clock.now().format("%Y%m%d-%H%M%S");
    let path: PathBuf = app.folder.root().join(format!("kontor-support-{stamp}.zip"));
    desk.support_bundle().await?.write(&path)?;
    Ok(WrittenFile { path: path.display().to_string() })
}

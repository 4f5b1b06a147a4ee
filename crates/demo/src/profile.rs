//! A running demo.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kontor_engine::Desk;
use kontor_engine::app::Setup;
use kontor_engine::core::{Code, Problem};
use kontor_engine::secrets::Secrets;
use kontor_sandbox::jtl::{JtlServer, ShipRequest};
use kontor_sandbox::{Connection, Sandbox, SandboxOptions};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Requests per second in the demo: the workflow is shown, not the waiting.
const RATE: u32 = 500;
/// How often the sandbox's JTL imports and ships by itself.
const WORK: Duration = Duration::from_secs(2);

/// What a demo begins with.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The same number makes the same orders, SKUs and stock.
    pub seed: u64,
    /// Orders at TEMU.
    pub orders: usize,
    /// SKUs at TEMU.
    pub skus: usize,
    /// Where the demo's data lies; `None`: in a folder of its own that goes with it.
    pub folder: Option<PathBuf>,
    /// Whether the sandbox's JTL imports and ships by itself while the demo runs.
    pub works_by_itself: bool,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { seed: 1, orders: 250, skus: 500, folder: None, works_by_itself: true }
    }
}

/// A sandbox and a desk on it. Dropping it stops the sandbox; a folder of its own is deleted.
pub struct Demo {
    desk: Arc<Desk>,
    sandbox: Sandbox,
    _work: DropGuard,
    _folder: Option<TempDir>,
}

impl Demo {
    /// Starts a sandbox with sample data, and opens a desk on it.
    ///
    /// # Errors
    /// `internal.error` when the sandbox cannot start, and as [`Desk::open`].
    pub async fn start(options: DemoOptions) -> Result<Self, Problem> {
        let own = options.folder.is_none().then(tempfile::tempdir).transpose();
        let own = own.map_err(|e| Problem::new(Code::FileWriteFailed).about("demo").detail(e))?;
        let folder = match (&options.folder, &own) {
            (Some(folder), _) => folder.clone(),
            (None, Some(own)) => own.path().to_owned(),
            (None, None) => return Err(Problem::new(Code::InternalError).about("demo")),
        };
        let sandbox = Sandbox::start(SandboxOptions {
            seed: options.seed,
            orders: options.orders,
            skus: options.skus,
            rate: RATE,
            work_dir: folder.clone(),
            ..SandboxOptions::default()
        })
        .await
        .map_err(of_sandbox)?;
        let desk = Arc::new(open(&sandbox, &folder).await?);
        let stop = CancellationToken::new();
        if options.works_by_itself {
            let drop_folder = desk.app().folder.drop_folder();
            tokio::spawn(work(sandbox.jtl().clone(), drop_folder, stop.clone()));
        }
        Ok(Self { desk, sandbox, _work: stop.drop_guard(), _folder: own })
    }

    /// The desk.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }

    /// The other side.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.sandbox.stop();
    }
}

async fn open(sandbox: &Sandbox, folder: &Path) -> Result<Desk, Problem> {
    let config = folder.join("demo.toml");
    std::fs::write(&config, sandbox.config())
        .map_err(|e| Problem::new(Code::FileWriteFailed).about(config.display()).detail(e))?;
    Desk::open(Setup {
        config_file: Some(config),
        data: Some(folder.to_owned()),
        secrets: secrets(sandbox.connection()),
        ..Setup::default()
    })
    .await
}

/// JTL's worker and warehouse: imports what lies there and ships what can go, again and again.
async fn work(jtl: JtlServer, drop_folder: PathBuf, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(WORK)).await.is_some() {
        let (jtl, drop_folder) = (jtl.clone(), drop_folder.clone());
        let worked = tokio::task::spawn_blocking(move || {
            jtl.import_once(Some(&drop_folder))?;
            jtl.ship(&ShipRequest::default())
        });
        if let Ok(Err(error)) = worked.await {
            tracing::warn!(%error, "the sandbox's JTL could not work");
        }
    }
}

fn of_sandbox(error: impl std::fmt::Display) -> Problem {
    Problem::new(Code::InternalError).about("sandbox").detail(error)
}

fn secrets(connection: &Connection) -> Secrets {
    let (temu, jtl) = (connection.temu.clone(), connection.jtl.clone());
    Secrets::from_lookup(move |name| match name {
        "KONTOR_TEMU_APP_KEY" => Some(temu.app_key.clone()),
        "KONTOR_TEMU_APP_SECRET" => Some(temu.app_secret.clone()),
        "KONTOR_TEMU_ACCESS_TOKEN" => Some(temu.access_token.clone()),
        "KONTOR_JTL_PASSWORD" => Some(jtl.password.clone()),
        _ => None,
    })
}

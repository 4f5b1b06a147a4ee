//! A shop to test with: a sandbox, a data folder, and Kontor between them.

mod server;

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use kontor_core::ids::ParentOrderSn;
use kontor_core::order::StoredOrder;
use kontor_core::run::StockCounts;
use kontor_engine::App;
use kontor_engine::app::Setup;
use kontor_engine::orders::{Mode, SyncOptions};
use kontor_engine::progress::silent;
use kontor_engine::report::RunReport;
use kontor_engine::secrets::Secrets;
use kontor_engine::stock::{StockMode, StockOptions, StockReport};
use kontor_sandbox::books::{Change, apply};
use kontor_sandbox::jtl::{ImportReport, ShipReport, ShipRequest};
use kontor_sandbox::seed::SeededOrder;
use kontor_sandbox::temu::{TemuFault, TemuFaultKind};
use kontor_sandbox::{Sandbox, SandboxOptions};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use toml::{Table, Value};

/// A sandbox and a data folder.
pub struct Shop {
    /// The other side.
    pub sandbox: Sandbox,
    options: SandboxOptions,
    folder: TempDir,
    /// The `[store]` section.
    store: String,
}

impl Shop {
    /// A shop with so many orders.
    ///
    /// # Errors
    /// When the sandbox cannot start.
    pub async fn open(orders: usize) -> Result<Self> {
        Self::open_with(SandboxOptions { orders, ..SandboxOptions::default() }).await
    }

    /// A shop with so many SKUs and no orders, whose changes TEMU shows at once.
    ///
    /// # Errors
    /// When the sandbox cannot start.
    pub async fn of_skus(skus: usize) -> Result<Self> {
        let options = SandboxOptions { orders: 0, skus, ..SandboxOptions::default() };
        let shop = Self::open_with(options).await?;
        shop.sandbox.gateway().state().stock.lag_millis = 0;
        Ok(shop)
    }

    async fn open_with(options: SandboxOptions) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let options =
            SandboxOptions { rate: 5_000, work_dir: folder.path().join("sandbox"), ..options };
        let sandbox = Sandbox::start(options.clone()).await?;
        Ok(Self { sandbox, options, folder, store: server::section().await? })
    }

    /// The data folder.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Kontor's configuration for this shop, with changes (`section.key = value`).
    ///
    /// # Errors
    /// When it is no TOML.
    pub fn config(&self, changes: &str) -> Result<String> {
        let mut config: Table = self.sandbox.config().parse()?;
        let quick = "[temu]\nretry_base_ms = 5\nmax_retries = 2\ntimeout_seconds = 2\n[jtl]\nsettle_seconds = 0\nquery_timeout_seconds = 5\n";
        for text in [quick, self.store.as_str(), changes] {
            for (section, values) in text.parse::<Table>()? {
                let place = config.entry(section).or_insert_with(|| Value::Table(Table::new()));
                if let (Value::Table(place), Value::Table(values)) = (place, values) {
                    place.extend(values);
                }
            }
        }
        Ok(config.to_string())
    }

    /// Kontor, opened anew on the same data.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn kontor(&self, changes: &str) -> Result<App> {
        let file = self.folder.path().join("kontor.toml");
        let version = kontor_engine::settings::VERSION;
        std::fs::write(&file, format!("version = {version}\n{}", self.config(changes)?))?;
        let connection = self.sandbox.connection().clone();
        let secrets = Secrets::from_lookup(move |name| {
            Some(match name {
                "KONTOR_TEMU_APP_KEY" => connection.temu.app_key.clone(),
                "KONTOR_TEMU_APP_SECRET" => connection.temu.app_secret.clone(),
                "KONTOR_TEMU_ACCESS_TOKEN" => connection.temu.access_token.clone(),
                "KONTOR_JTL_PASSWORD" => connection.jtl.password.clone(),
                "KONTOR_STORE_PASSWORD" => return server::password(),
                _ => return None,
            })
        });
        let setup =
            Setup { config_file: Some(file), data: Some(self.data()), secrets, ..Setup::default() };
        Ok(App::open(setup).await?)
    }

    /// Lets JTL's worker import rows and files.
    ///
    /// # Errors
    /// When the sandbox cannot.
    pub fn import(&self) -> Result<ImportReport> {
        Ok(self.sandbox.jtl().import_once(Some(&self.data().join("temu").join("xml")))?)
    }

    /// Lets JTL ship.
    ///
    /// # Errors
    /// When the sandbox cannot.
    pub fn ship(&self, request: &ShipRequest) -> Result<ShipReport> {
        Ok(self.sandbox.jtl().ship(request)?)
    }

    /// Changes something at TEMU.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn change(&self, change: Change) -> Result<()> {
        let gateway = self.sandbox.gateway();
        let now = gateway.clock.now();
        if apply(&mut gateway.state(), change, &self.options, now) {
            Ok(())
        } else {
            Err(anyhow!("no such order"))
        }
    }

    /// Switches a fault of TEMU's on.
    pub fn fault(&self, api: &str, kind: TemuFaultKind) {
        self.sandbox.gateway().state().inject(TemuFault::on(api, kind));
    }

    /// The first seeded order of a kind; `""`: a plain one with one line.
    ///
    /// # Errors
    /// When there is none.
    pub fn order_of_kind(&self, kind: &str) -> Result<SeededOrder> {
        let state = self.sandbox.gateway().state();
        let fits = |o: &&SeededOrder| match kind {
            "" => o.kinds.is_empty() && o.items.len() == 1 && o.exportable,
            kind => o.kinds.contains(&kind),
        };
        state.orders.values().find(fits).cloned().context(kind.to_owned())
    }

    /// How often an API was called with an outcome (`ok` or a code).
    pub fn calls(&self, api: &str, outcome: &str) -> u64 {
        self.sandbox.gateway().state().counts.get(&format!("{api} {outcome}")).copied().unwrap_or(0)
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.sandbox.gateway().state().counts.clear();
    }

    /// Fails unless the sandbox's books agree and every exportable order has gone the whole way.
    ///
    /// # Errors
    /// The differences.
    pub fn assert_agreement(&self) -> Result<()> {
        let agreement = self.sandbox.agreement()?;
        if agreement.agrees && agreement.in_jtl_once == agreement.exportable {
            Ok(())
        } else {
            Err(anyhow!("{agreement:#?}"))
        }
    }
}

/// Runs the workflow.
///
/// # Errors
/// When it cannot begin.
pub async fn sync(app: &App, mode: Mode) -> Result<RunReport> {
    Ok(app.sync_orders(options(mode)).await?)
}

/// Plain options.
pub fn options(mode: Mode) -> SyncOptions {
    SyncOptions {
        mode,
        since: None,
        only: Vec::new(),
        dry_run: false,
        progress: silent(),
        cancel: CancellationToken::new(),
    }
}

/// A stored order.
///
/// # Errors
/// When it is not stored.
pub async fn stored(app: &App, sn: &str) -> Result<StoredOrder> {
    let found = app.store.orders_by_sn(&[ParentOrderSn::new(sn)]).await?;
    found.into_iter().next().with_context(|| format!("{sn} is not stored"))
}

/// Runs the stock workflow.
///
/// # Errors
/// When it cannot begin.
pub async fn sync_stock(app: &App, mode: StockMode) -> Result<StockRun> {
    Ok(app.sync_stock(stock_options(mode)).await?)
}

/// The report of a stock run.
pub type StockRun = RunReport<StockCounts, StockReport>;

/// Plain options.
pub fn stock_options(mode: StockMode) -> StockOptions {
    StockOptions {
        mode,
        approve: None,
        by: "test".into(),
        only: Vec::new(),
        dry_run: false,
        progress: silent(),
        cancel: CancellationToken::new(),
    }
}

/// Settings under which a plan passes and TEMU shows changes at once (the sandbox's lag is set apart).
pub const NO_GUARD: &str =
    "[guard]\nmax_changed_percent = 100\nmax_zeroed = 1000000\n[stock]\nverify_after_seconds = 0\n";

/// Files of a folder with an ending, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path, ending: &str) -> Result<Vec<std::path::PathBuf>> {
    let mut found: Vec<_> = std::fs::read_dir(folder)?.flatten().map(|e| e.path()).collect();
    found.retain(|p| p.is_file() && p.to_string_lossy().ends_with(ending));
    found.sort();
    Ok(found)
}

//! A TEMU gateway and a JTL SQL Server on loopback, for the demo and the tests. Imports nothing of Kontor's: it signs,
//! parses and seeds by itself, so that it does not share Kontor's mistakes.

pub mod books;
mod clock;
pub mod jtl;
mod options;
pub mod seed;
pub mod tds;
pub mod temu;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jtl::{JtlError, JtlOptions, JtlServer};
use serde::Serialize;
use temu::Gateway;
use tokio_util::sync::CancellationToken;

pub use options::SandboxOptions;

/// The login that Kontor uses.
const LOGIN: &str = "kontor";

/// The sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The JTL stand-in.
    #[error(transparent)]
    Jtl(#[from] JtlError),
    /// A port or a file.
    #[error("the sandbox could not start: {0}")]
    Io(#[from] io::Error),
}

/// Every address and credential, as `kontor sandbox serve` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Connection {
    /// The gateway.
    pub temu: TemuConnection,
    /// The JTL server.
    pub jtl: JtlConnection,
    /// The books.
    pub books_url: String,
}

/// How the gateway is reached.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct TemuConnection {
    pub base_url: String,
    pub app_key: String,
    pub app_secret: String,
    pub access_token: String,
}

/// How the JTL server is reached.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct JtlConnection {
    pub host: String,
    pub port: u16,
    pub database: String,
    pub user: String,
    pub password: String,
    pub ca_file: PathBuf,
}

/// A running sandbox.
pub struct Sandbox {
    gateway: Arc<Gateway>,
    jtl: JtlServer,
    connection: Connection,
    options: SandboxOptions,
    stop: CancellationToken,
}

impl Sandbox {
    /// Starts gateway, JTL server and books.
    ///
    /// # Errors
    /// When a port is taken or a file cannot be written.
    pub async fn start(options: SandboxOptions) -> Result<Self, SandboxError> {
        let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let (gateway_listener, books_listener) =
            (listen(options.temu_port)?, listen(options.books_port)?);
        let jtl = JtlServer::start(JtlOptions {
            port: options.jtl_port,
            seed: options.seed,
            ..JtlOptions::default()
        })?;
        let now = clock::Clock::default().now();
        let (skus, articles) = seed::catalogue(options.seed, options.skus, now);
        jtl.seed_stock(&articles)?;
        let orders = seed::orders(options.seed, 0, options.orders, options.skus, now);
        let gateway = Arc::new(Gateway::new(orders, skus, options.rate, options.seed));
        std::fs::create_dir_all(&options.work_dir)?;
        let ca_file = options.work_dir.join("jtl-ca.pem");
        std::fs::write(&ca_file, jtl.ca_pem())?;
        let credentials = gateway.state().credentials.clone();
        let address = |listener: &TcpListener| {
            Ok::<_, io::Error>(format!("http://{}", listener.local_addr()?))
        };
        let connection = Connection {
            temu: TemuConnection {
                base_url: address(&gateway_listener)?,
                app_key: credentials.app_key,
                app_secret: credentials.app_secret,
                access_token: credentials.access_token,
            },
            jtl: JtlConnection {
                host: "127.0.0.1".to_owned(),
                port: jtl.port(),
                database: jtl.database().to_owned(),
                user: LOGIN.to_owned(),
                password: jtl.login(LOGIN).map(|login| login.password).unwrap_or_default(),
                ca_file,
            },
            books_url: address(&books_listener)?,
        };
        let stop = CancellationToken::new();
        temu::serve(gateway_listener, Arc::clone(&gateway), options.latency, stop.clone())?;
        books::serve(
            books_listener,
            Arc::clone(&gateway),
            jtl.clone(),
            options.clone(),
            stop.clone(),
        )?;
        Ok(Self { gateway, jtl, connection, options, stop })
    }

    /// Addresses and credentials.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The gateway, for looking and for changing.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The JTL server, for looking and for changing.
    pub fn jtl(&self) -> &JtlServer {
        &self.jtl
    }

    /// Whether both halves say the same.
    ///
    /// # Errors
    /// When JTL's books cannot be read.
    pub fn agreement(&self) -> Result<books::Agreement, JtlError> {
        Ok(books::agreement(&self.gateway.state(), &self.jtl.books()?))
    }

    /// Whether TEMU's stock is what JTL's tables give.
    ///
    /// # Errors
    /// When JTL's books cannot be read.
    pub fn stock_agreement(
        &self,
        expectation: &books::StockExpectation,
    ) -> Result<books::StockAgreement, JtlError> {
        let (stock, orders) = (self.jtl.stock()?, self.jtl.books()?.orders);
        Ok(books::stock_agreement(&self.gateway.state(), &stock, &orders, expectation))
    }

    /// What JTL's tables give for each SKU that TEMU lists, or why nothing is to be said of it.
    ///
    /// # Errors
    /// When JTL's books cannot be read.
    pub fn expected_stock(
        &self,
        expectation: &books::StockExpectation,
    ) -> Result<BTreeMap<i64, Result<i64, books::LeftAlone>>, JtlError> {
        let (stock, orders) = (self.jtl.stock()?, self.jtl.books()?.orders);
        Ok(books::expected_stock(&self.gateway.state(), &stock, &orders, expectation))
    }

    /// Changes stock at TEMU or in JTL; `false` when TEMU has no such SKU.
    ///
    /// # Errors
    /// When JTL has no such article, a decimal is none, or its database is held.
    pub fn change_stock(&self, change: &books::StockChange) -> Result<bool, JtlError> {
        books::change_stock(&self.gateway, &self.jtl, &self.options, change)
    }

    /// A buyer orders pieces of a SKU; the order's number, or `None` when TEMU has no such SKU.
    pub fn sell(&self, sku_id: i64, pieces: i64) -> Option<String> {
        books::sell(&self.gateway, self.options.seed, sku_id, pieces)
    }

    /// Writes a configuration that points Kontor here, and `<file>.env` with the sandbox's synthetic credentials beside it.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_config(&self, file: &Path) -> io::Result<()> {
        std::fs::write(file, self.config())?;
        let mut env = file.as_os_str().to_owned();
        env.push(".env");
        let (temu, jtl) = (&self.connection.temu, &self.connection.jtl);
        let text = format!(
            "KONTOR_TEMU_APP_KEY='{}'\nKONTOR_TEMU_APP_SECRET='{}'\nKONTOR_TEMU_ACCESS_TOKEN='{}'\nKONTOR_JTL_PASSWORD='{}'\n",
            temu.app_key, temu.app_secret, temu.access_token, jtl.password
        );
        write_private(Path::new(&env), &text)
    }

    /// The configuration as TOML, without secrets.
    pub fn config(&self) -> String {
        let jtl = &self.connection.jtl;
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        format!(
            "[temu]\nbase_url = {}\nrate_per_second = {}\n\n[jtl]\nhost = {}\nport = {}\ndatabase = {}\nuser = {}\nca_file = {}\n",
            quoted(&self.connection.temu.base_url),
            self.options.rate,
            quoted(&jtl.host),
            jtl.port,
            quoted(&jtl.database),
            quoted(&jtl.user),
            quoted(&jtl.ca_file.display().to_string())
        )
    }

    /// Stops all three.
    pub fn stop(&self) {
        self.stop.cancel();
        self.jtl.stop();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A file that only its owner may read.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}

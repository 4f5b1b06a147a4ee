//! A JTL-Wawi database to talk to: the tables that Kontor uses, behind a real TDS server, with
//! logins and rights, a worker that imports and ships, faults, a log of statements and its own books.
//!
//! Where it differs from SQL Server is said in `dialect` (the adaptations), `schema` (the guesses)
//! and `engine` (a transaction holds everything up, not only its own rows).

mod books;
mod catalog;
mod clock;
mod columns;
mod convert;
mod dialect;
mod engine;
mod errors;
mod execution;
mod faults;
mod functions;
mod gate;
mod import;
mod journal;
mod lexer;
mod order_xml;
mod rights;
mod schema;
mod session;
mod ship;
mod stock;
mod stock_books;

pub use books::{
    JtlAddress, JtlBooks, JtlOrder, JtlParcel, JtlParcelLine, JtlPosition, PositionKind,
};
pub use faults::{SqlFault, SqlFaultKind};
pub use import::{DONE_FOLDER, ImportReport, REFUSED_FOLDER, RejectedImport};
pub use journal::{StatementKind, StatementRecord};
pub use rights::{Login, Right};
pub use ship::{IdentStyle, ShipReport, ShipRequest, Shipped, Skipped};
pub use stock::{ArticleKind, StockedArticle};
pub use stock_books::JtlStock;
pub(crate) use stock_books::sets_of;

use crate::tds::{Identity, IdentityError, SqlError, TdsServer};
use convert::number_of;
use engine::{ADMIN, Engine};
use faults::Faults;
use gate::{Account, Gate};
use journal::Journal;
use rights::Rights;
use rusqlite::params;
use rusqlite::types::Value as Stored;
use session::Shared;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long worker, books and tests wait for a client's transaction.
const PATIENCE: Duration = Duration::from_secs(20);

/// The stand-in could not start or could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum JtlError {
    /// SQLite refused.
    #[error("the sandbox's JTL database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// No certificate.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The port could not be bound.
    #[error("the JTL stand-in could not listen: {0}")]
    Listen(std::io::Error),
    /// A client's transaction holds the database.
    #[error("the sandbox's JTL database is held by a transaction: {0}")]
    Held(#[from] SqlError),
    /// A test named what is not there, or no number.
    #[error("the sandbox's JTL does not know {0}")]
    Unknown(String),
    /// The drop folder could not be read or written.
    #[error("the folder or file {path} could not be used: {reason}")]
    Folder {
        /// Which one.
        path: String,
        /// Why.
        reason: String,
    },
}

impl JtlError {
    fn folder(path: &Path, error: &std::io::Error) -> Self {
        Self::Folder { path: path.display().to_string(), reason: error.to_string() }
    }
}

/// How the stand-in starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JtlOptions {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// The database's name.
    pub database: String,
    /// Whether the worker refuses an external number that exists already (JTL's import option).
    pub refuse_duplicates: bool,
    /// What every answer waits.
    pub latency: Duration,
    /// Decides tracking numbers and the chances of faults.
    pub seed: u64,
}

impl Default for JtlOptions {
    fn default() -> Self {
        Self {
            port: 0,
            database: "eazybusiness".to_owned(),
            refuse_duplicates: false,
            latency: Duration::ZERO,
            seed: 1,
        }
    }
}

/// An article to have in JTL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Article number.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Gross price in cents at 19 % VAT.
    pub gross_cents: i64,
    /// Pieces in the standard warehouse.
    pub stock: i64,
    /// The buffer (`nPuffer`).
    pub buffer: i64,
}

impl Default for Article {
    fn default() -> Self {
        Self { sku: String::new(), name: String::new(), gross_cents: 0, stock: 100, buffer: 0 }
    }
}

/// The running stand-in. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct JtlServer {
    server: TdsServer,
    shared: Arc<Shared>,
    accounts: Arc<Vec<Account>>,
    ca_pem: Arc<str>,
    options: Arc<JtlOptions>,
}

impl JtlServer {
    /// Starts the stand-in with an empty database and the logins `kontor` (reads, and adds rows to
    /// `dbo.tXMLBestellImport`) and `readonly` (reads).
    ///
    /// # Errors
    /// When the port is taken, or certificate or database cannot be made.
    pub fn start(options: JtlOptions) -> Result<Self, JtlError> {
        let identity = Identity::generate()?;
        let ca_pem = Arc::from(identity.ca_pem());
        let accounts = Arc::new(vec![
            Account::new("kontor", Rights::reading_and_importing()),
            Account::new("readonly", Rights::reading()),
        ]);
        let shared = Arc::new(Shared {
            engine: Engine::open(&options.database)?,
            faults: Faults::new(options.seed),
            journal: Journal::default(),
            latency: options.latency,
        });
        let gate = Gate::new(Arc::clone(&shared), Arc::clone(&accounts));
        let server =
            TdsServer::start(options.port, identity, Arc::new(gate)).map_err(JtlError::Listen)?;
        Ok(Self { server, shared, accounts, ca_pem, options: Arc::new(options) })
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The certificate authority's PEM, for the client to trust.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// A login with its password.
    #[must_use]
    pub fn login(&self, name: &str) -> Option<Login> {
        let account = self.accounts.iter().find(|account| account.login.user == name)?;
        Some(account.login.clone())
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.options.database
    }

    /// Adds articles with their names and stock. An article number that exists already is left as
    /// it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn seed_articles(&self, articles: &[Article]) -> Result<(), JtlError> {
        let articles: Vec<StockedArticle> = articles.iter().map(stock::plain).collect();
        self.seed_stock(&articles)
    }

    /// Adds a customer.
    ///
    /// # Errors
    /// When the number exists already.
    pub fn seed_customer(&self, email: &str, number: &str) -> Result<(), JtlError> {
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        let transaction = turn.connection().transaction()?;
        transaction.execute("INSERT INTO dbo.tKunde (cKundenNr) VALUES (?1)", [number])?;
        let key = transaction.last_insert_rowid();
        transaction.execute(
            "INSERT INTO Kunde.lvKunde (kKunde, cKundenNr, cEMail) VALUES (?1, ?2, ?3)",
            params![key, number, email],
        )?;
        Ok(transaction.commit()?)
    }

    /// Lets the worker run once: every row of the import table, then every `*.xml` file of the
    /// drop folder.
    ///
    /// # Errors
    /// When the database is held or the folder cannot be used; what was imported before stays.
    pub fn import_once(&self, xml_dir: Option<&Path>) -> Result<ImportReport, JtlError> {
        let refuse = self.options.refuse_duplicates;
        let mut report = ImportReport::default();
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        import::rows(turn.connection(), refuse, &mut report)?;
        if let Some(folder) = xml_dir {
            import::files(turn.connection(), folder, refuse, &mut report)?;
        }
        Ok(report)
    }

    /// Ships orders.
    ///
    /// # Errors
    /// When the database is held or refuses.
    pub fn ship(&self, request: &ShipRequest) -> Result<ShipReport, JtlError> {
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        ship::ship(turn.connection(), request, self.options.seed)
    }

    /// What JTL holds.
    ///
    /// # Errors
    /// When the database is held or a table was dropped.
    pub fn books(&self) -> Result<JtlBooks, JtlError> {
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        Ok(books::read(turn.connection())?)
    }

    /// Runs SQLite statements with all rights (`DROP TABLE dbo.tVersand`, `UPDATE ...`); returns the
    /// rows that the last of them changed.
    ///
    /// # Errors
    /// When the database is held or refuses.
    pub fn execute_as_admin(&self, sql: &str) -> Result<u64, JtlError> {
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        turn.connection().execute_batch(sql)?;
        let changed = turn.connection().changes();
        turn.refresh_catalog()?;
        Ok(changed)
    }

    /// Runs a SQLite query with all rights; values as text, NULL as `None`.
    ///
    /// # Errors
    /// When the database is held or refuses.
    pub fn query_as_admin(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, JtlError> {
        let mut turn = self.shared.engine.turn(ADMIN, Some(PATIENCE))?;
        let mut statement = turn.connection().prepare(sql)?;
        let count = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..count).map(|index| row.get(index).map(|value| admin_text(&value))).collect()
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Grants a login a right on an object such as `dbo.tVersand`, or denies it.
    pub fn set_right(&self, user: &str, right: Right, object: &str, granted: bool) {
        for account in self.accounts.iter().filter(|account| account.login.user == user) {
            account.rights.change(granted, right, object);
        }
    }

    /// Every statement since the start or the last clearing.
    #[must_use]
    pub fn statements(&self) -> Vec<StatementRecord> {
        self.shared.journal.all()
    }

    /// Empties the log of statements.
    pub fn clear_statements(&self) {
        self.shared.journal.clear();
    }

    /// Arms a fault.
    pub fn inject(&self, fault: SqlFault) {
        self.shared.faults.inject(fault);
    }

    /// Disarms all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Cuts every connection; new ones are accepted.
    pub fn disconnect_all(&self) {
        self.server.disconnect_all();
    }

    /// Stops listening and cuts every connection. The data stays readable through this handle.
    pub fn stop(&self) {
        self.server.stop();
    }
}

fn admin_text(value: &Stored) -> Option<String> {
    match value {
        Stored::Null => None,
        Stored::Text(text) => Some(text.clone()),
        Stored::Blob(bytes) if number_of(value).is_none() => {
            Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        other => number_of(other).map(|number| number.to_string()),
    }
}

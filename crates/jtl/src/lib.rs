//! Adapter to JTL-Wawi: the order XML, the import table, and reads of the ERP's tables.
//!
//! JTL's database is foreign: everything is read with SELECT but one table, `dbo.tXMLBestellImport`, into which orders are
//! inserted. Statements keep to the portable part of T-SQL and to base tables that hold from Wawi 1.6 to 2.2.

mod customers;
mod errors;
mod imports;
mod order_numbers;
mod orders;
mod probe;
mod self_test;
mod settings;
mod shipping;
mod skus;
mod statement;
mod stock;
mod xml;

use kontor_core::Problem;

pub use customers::CustomerMatch;
pub use imports::InsertOutcome;
pub use kontor_mssql::{Encryption, Trust};
pub use order_numbers::OrderNumbers;
pub use orders::PresentOrder;
pub use probe::{PROBE_STEPS, ProbeStep};
pub use self_test::{ObjectTest, SelfTest};
pub use settings::JtlSettings;
pub use stock::{JtlWarehouse, StockScope, WarehouseStock};
pub use xml::{
    COLLECTIVE_END, COLLECTIVE_START, CountryForm, DateFormat, OrderXmlSettings, latin1,
    order_document, render_order,
};

/// A client of one JTL database.
pub struct JtlClient {
    pool: kontor_mssql::Pool,
    settings: JtlSettings,
}

impl JtlClient {
    /// A client. Nothing is connected yet.
    ///
    /// # Errors
    /// `jtl.settings_invalid` for settings that contradict each other or a certificate file that cannot be read.
    pub fn new(settings: JtlSettings) -> Result<Self, Problem> {
        let pool = kontor_mssql::Pool::new(settings.server(), settings.pool_size())
            .map_err(errors::problem)?;
        Ok(Self { pool, settings })
    }
}

/// Parameters of one statement (SQL Server accepts 2,098).
pub(crate) const CHUNK: usize = 1_000;

//! The store in a SQL Server's database, for several desks on one shop.
//!
//! Lists travel as one JSON parameter that is opened with `OPENJSON … WITH`; what SQLite gets by having one writer comes
//! from conditions in the statements: a row changes only at the version or state that it was read at, and the count of
//! changed rows says whether all did. Statements keep to what SQL Server 2016 and Babelfish know: no MERGE, WAITFOR,
//! `CREATE OR ALTER`, XML methods, `##temp`.

mod copy;
mod cursors;
mod desk;
mod errors;
mod events;
mod history;
mod import;
mod invoice_fetch;
mod job_store;
mod leases;
mod lists;
mod log;
mod migrate;
mod orders;
mod outbox;
mod parcels;
mod probe;
mod requests;
mod rows;
mod runs;
mod search;
mod session;
mod stock;
mod store;
mod upkeep;
mod values;

use kontor_mssql::{Pool, PoolSize, Server};

use crate::Result;
use errors::problem;
pub use probe::{ServerProbe, probe_server};

/// How many connections a desk makes: those of the seed.
pub const POOL_SIZE: PoolSize = PoolSize { kept: 10, more: 20 };

/// What each connection is told first. A failed statement leaves no half-done transaction, nobody waits for a lock for
/// ever, and filtered indexes and computed columns need the ANSI options.
pub const GREETING: &str = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000; SET ANSI_NULLS ON; SET ANSI_PADDING ON; \
     SET ANSI_WARNINGS ON; SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; SET QUOTED_IDENTIFIER ON";

/// Kontor's data in a database of a SQL Server.
pub struct MssqlStore {
    pool: Pool,
}

impl MssqlStore {
    /// Connects and brings the schema up to date. `server.greeting` is replaced by the store's own.
    ///
    /// # Errors
    /// `store.settings_invalid`, `store.unreachable`, `store.timeout`, `store.tls_failed`, `store.login_failed`,
    /// `store.database_missing`, `store.right_missing`, `store.server_too_old`, `store.newer_than_program` (the database
    /// is left as it is), `store.copy_unfinished` for one into which a copy has not ended.
    pub async fn open(server: Server) -> Result<Self> {
        let address = server.address();
        let store = Self::open_for_copy(server).await?;
        store.refuse_unfinished_copy().await.map_err(|p| p.about(address))?;
        Ok(store)
    }

    /// Connects for a copy into the database ([`crate::copy_store`]), also when an earlier one has not ended.
    ///
    /// # Errors
    /// As [`MssqlStore::open`].
    pub async fn open_for_copy(server: Server) -> Result<Self> {
        let address = server.address();
        let pool = Pool::new(Server { greeting: GREETING, ..server }, POOL_SIZE)
            .map_err(problem)
            .map_err(|p| p.about(&address))?;
        let store = Self { pool };
        store.migrate().await?;
        Ok(store)
    }

    /// How many connections are open now.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.pool.open_connections()
    }
}

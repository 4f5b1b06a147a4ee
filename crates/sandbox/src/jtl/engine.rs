//! The database behind the stand-in: one SQLite connection, and the turns that sessions take on it.
//!
//! A transaction keeps its turn until it ends, so that no other session's statement slips into it.
//! Real SQL Server would let others read unrelated tables meanwhile; here they wait.

use super::catalog::Catalog;
use super::functions::{Caller, CurrentCaller, register};
use super::schema::{REST, SCHEMAS, TABLES, WAWI_VERSION, create};
use crate::tds::SqlError;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of the sandbox itself (worker, books, tests).
pub(super) const ADMIN: u64 = 0;

pub(super) struct Engine {
    state: Mutex<State>,
    freed: Condvar,
    catalog: Mutex<Arc<Catalog>>,
    caller: CurrentCaller,
    database: String,
}

pub(super) struct State {
    pub(super) connection: Connection,
    owner: Option<u64>,
}

impl Engine {
    /// An empty JTL database of this name.
    pub(super) fn open(database: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        let caller = CurrentCaller::default();
        register(&connection, &caller)?;
        for schema in SCHEMAS {
            connection.execute(&format!("ATTACH ':memory:' AS {schema}"), [])?;
        }
        for table in &TABLES {
            connection.execute(&create(table), [])?;
        }
        connection.execute_batch(REST)?;
        let version = "INSERT INTO dbo.tversion (cVersion, dInstalliert) VALUES (?1, '2026-01-05 08:00:00.000')";
        connection.execute(version, [WAWI_VERSION])?;
        let catalog = Arc::new(Catalog::read(&connection, database)?);
        Ok(Self {
            state: Mutex::new(State { connection, owner: None }),
            freed: Condvar::new(),
            catalog: Mutex::new(catalog),
            caller,
            database: database.to_owned(),
        })
    }

    pub(super) fn database(&self) -> &str {
        &self.database
    }

    pub(super) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_caller(&self, caller: Caller) {
        self.caller.set(caller);
    }

    /// Waits until no other session is in a transaction; without `patience`, for ever.
    ///
    /// # Errors
    /// 1222 when the patience runs out.
    pub(super) fn turn(
        &self,
        session: u64,
        patience: Option<Duration>,
    ) -> Result<Turn<'_>, SqlError> {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.owner.is_some_and(|owner| owner != session) {
            let wait = deadline.map_or(Duration::from_secs(3600), |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if wait.is_zero() {
                let text = "Lock request time out period exceeded.";
                return Err(SqlError {
                    number: 1222,
                    state: 51,
                    class: 16,
                    message: text.to_owned(),
                });
            }
            state = self.freed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(Turn { state, engine: self, session })
    }
}

/// The right to use the connection until it is dropped.
pub(super) struct Turn<'a> {
    state: MutexGuard<'a, State>,
    engine: &'a Engine,
    session: u64,
}

impl Turn<'_> {
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.state.connection
    }

    /// Begins a transaction, which keeps the turn.
    pub(super) fn begin(&mut self) -> rusqlite::Result<()> {
        self.state.connection.execute_batch("BEGIN")?;
        self.state.owner = Some(self.session);
        Ok(())
    }

    /// Ends the transaction and lets the others in.
    pub(super) fn end(&mut self, commit: bool) -> rusqlite::Result<()> {
        let sql = if commit { "COMMIT" } else { "ROLLBACK" };
        let ended = if self.state.connection.is_autocommit() {
            Ok(())
        } else {
            self.state.connection.execute_batch(sql)
        };
        self.state.owner = None;
        self.engine.freed.notify_all();
        ended
    }

    /// Reads the schemas anew after they were changed.
    pub(super) fn refresh_catalog(&mut self) -> rusqlite::Result<()> {
        let catalog = Catalog::read(&self.state.connection, &self.engine.database)?;
        *self.engine.catalog.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }
}

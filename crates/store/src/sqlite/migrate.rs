//! The schema, brought up to date step by step.

use kontor_core::{Code, Problem};
use rusqlite::{Connection, TransactionBehavior, params};

use super::failures::problem;
use crate::{Result, StoreHealth};

/// Every migration in its order; the position is its number.
const MIGRATIONS: [&str; 8] = [
    include_str!("../../../../migrations/sqlite/0001_orders.sql"),
    include_str!("../../../../migrations/sqlite/0002_runs.sql"),
    include_str!("../../../../migrations/sqlite/0003_stock.sql"),
    include_str!("../../../../migrations/sqlite/0004_jobs.sql"),
    include_str!("../../../../migrations/sqlite/0005_invoice_fetch.sql"),
    include_str!("../../../../migrations/sqlite/0006_desk.sql"),
    include_str!("../../../../migrations/sqlite/0007_store_copies.sql"),
    include_str!("../../../../migrations/sqlite/0008_lookups.sql"),
];

/// Applies what is missing, each migration in a transaction of its own. A database of a newer program is not touched.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    loop {
        // The version is read inside the write transaction, so that two programs that start at once migrate once.
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(problem)?;
        let version = version(&transaction)?;
        let next = i64::try_from(version + 1).unwrap_or(i64::MAX);
        if version > MIGRATIONS.len() {
            let detail = format!("{version} > {}", MIGRATIONS.len());
            return Err(Problem::new(Code::StoreNewerThanProgram).detail(detail));
        }
        let Some(migration) = MIGRATIONS.get(version) else { return Ok(()) };
        transaction.execute_batch(migration).map_err(problem)?;
        transaction.pragma_update(None, "user_version", next).map_err(problem)?;
        transaction.commit().map_err(problem)?;
    }
}

/// A database in memory with the newest schema and no rows.
pub(crate) fn fresh_schema() -> Result<Connection> {
    let mut connection = Connection::open_in_memory().map_err(problem)?;
    migrate(&mut connection)?;
    Ok(connection)
}

fn version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection
        .query_row("PRAGMA user_version", params![], |row| row.get(0))
        .map_err(problem)?;
    usize::try_from(version).map_err(|_| Problem::new(Code::StoreDamaged).detail("user_version"))
}

/// Version, size and a quick check of the file.
pub(super) fn health(connection: &Connection) -> Result<StoreHealth> {
    let number = |sql: &str| -> Result<i64> {
        connection.query_row(sql, params![], |row| row.get(0)).map_err(problem)
    };
    let check: String = connection
        .query_row("PRAGMA quick_check(1)", params![], |row| row.get(0))
        .map_err(problem)?;
    let bytes = number("PRAGMA page_count")? * number("PRAGMA page_size")?;
    Ok(StoreHealth {
        schema_version: number("PRAGMA user_version")?,
        bytes: u64::try_from(bytes).unwrap_or_default(),
        intact: check == "ok",
    })
}

//! The connection to the server, looked at step by step: where it breaks off says what to mend.

use std::time::{Duration, Instant};

use kontor_core::{Code, Problem};
use kontor_mssql::{Pool, PoolSize, Server};

use super::GREETING;
use super::errors::problem;
use super::rows::get;
use crate::Result;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerProbe {
    /// `dns`, `tcp`, `tls`, `login`, `database`, `rights` or `version`, in this order.
    pub name: &'static str,
    /// How long it took.
    pub duration: Duration,
    /// What was found.
    pub outcome: Result<String>,
}

/// What the login needs on every table of Kontor's.
const RIGHTS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/// Looks at the connection step by step. One that broke off is the last that is told. None is tried again, and nothing is
/// changed.
pub async fn probe_server(server: &Server) -> Vec<ServerProbe> {
    let mut steps: Vec<ServerProbe> = Vec::new();
    for step in server.probe().await {
        let outcome = step.outcome.map_err(|failure| problem(failure).about(server.address()));
        steps.push(ServerProbe { name: step.name, duration: step.duration, outcome });
    }
    if steps.iter().any(|step| step.outcome.is_err()) {
        return steps;
    }
    let begun = Instant::now();
    let outcome = rights(server).await;
    let is_refused = outcome.is_err();
    steps.push(ServerProbe { name: "rights", duration: begun.elapsed(), outcome });
    if !is_refused {
        let begun = Instant::now();
        let outcome = version(server).await;
        steps.push(ServerProbe { name: "version", duration: begun.elapsed(), outcome });
    }
    steps
}

async fn ask(server: &Server, sql: &str) -> Result<Vec<kontor_mssql::Row>> {
    let server = Server { greeting: GREETING, ..server.clone() };
    let pool = Pool::new(server, PoolSize { kept: 1, more: 0 }).map_err(problem)?;
    let mut session = pool.session().await.map_err(problem)?;
    session.rows(sql, &[]).await.map_err(problem)
}

/// How many tables there are; `store.right_missing` with the rights that fail.
async fn rights(server: &Server) -> Result<String> {
    let asked: Vec<String> = RIGHTS
        .iter()
        .map(|right| {
            format!(
                "CAST(HAS_PERMS_BY_NAME('temu_orders', 'OBJECT', '{right}') AS BIGINT) AS r_{right}"
            )
        })
        .collect();
    let sql = format!(
        "SELECT CAST(OBJECT_ID('temu_orders') AS BIGINT) AS object,
             (SELECT COUNT_BIG(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE') AS tables, {}",
        asked.join(", ")
    );
    let rows = ask(server, &sql).await?;
    let Some(row) = rows.first() else { return Ok("0".into()) };
    let tables: i64 = get(row, "tables")?;
    if get::<Option<i64>>(row, "object")?.is_none() {
        // Nothing is there yet: the first opening makes it.
        return Ok(tables.to_string());
    }
    let mut missing = Vec::new();
    for right in RIGHTS {
        let has: Option<i64> = get(row, &format!("may_{}", right.to_lowercase()))?;
        if has == Some(0) {
            missing.push(right);
        }
    }
    if missing.is_empty() {
        return Ok(tables.to_string());
    }
    Err(Problem::new(Code::StoreRightMissing).detail(missing.join(", ")))
}

async fn version(server: &Server) -> Result<String> {
    let sql = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(128)) AS version";
    let rows = ask(server, sql).await?;
    let version = rows.first().map(|row| get::<Option<String>>(row, "version")).transpose()?;
    Ok(version.flatten().unwrap_or_default())
}

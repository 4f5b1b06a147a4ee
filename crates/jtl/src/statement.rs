//! Running statements: reads are tried again once when that may help, writes never.

use std::time::Duration;

use kontor_core::{Code, Problem};
pub(crate) use kontor_mssql::Value;
use kontor_mssql::{Kind, Row, Session};

use crate::JtlClient;
use crate::errors::{Failure, problem};

impl JtlClient {
    /// The rows of a SELECT. What passes by itself (a deadlock, a lock, a lost connection) is tried once more.
    pub(crate) async fn select(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Problem> {
        match self.select_once(sql, values).await {
            Err(problem) if problem.is_transient() => {
                tokio::time::sleep(Duration::from_millis(fastrand::u64(100..300))).await;
                self.select_once(sql, values).await
            }
            other => other,
        }
    }

    async fn select_once(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Problem> {
        let mut session = self.session().await.map_err(|failure| failure.problem)?;
        session.rows(sql, values).await.map_err(problem)
    }

    /// Runs an INSERT once; the number of rows that it made.
    pub(crate) async fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Failure> {
        let mut session = self.session().await?;
        Ok(session.execute(sql, values).await?)
    }

    async fn session(&self) -> Result<Session, Failure> {
        self.pool.session().await.map_err(|failure| {
            let is_address = matches!(failure.kind, Kind::Unreachable);
            let mut failure = Failure::from(failure);
            if is_address {
                failure.problem = failure.problem.about(self.pool.server().address());
            }
            // Nothing of ours had been sent.
            failure.was_sent = false;
            failure
        })
    }
}

/// `@P1, @P2, …`, each as the type of the column that it is compared with.
pub(crate) fn places(count: usize, sql_type: &str) -> String {
    (1..=count).map(|n| format!("CAST(@P{n} AS {sql_type})")).collect::<Vec<_>>().join(", ")
}

/// A text column; NULL is the empty text.
pub(crate) fn text(row: &Row, index: usize) -> Result<String, Problem> {
    let value: Option<&str> = row.try_get(index).map_err(|e| unexpected(&e))?;
    Ok(value.unwrap_or_default().to_owned())
}

/// An integer column that was CAST to BIGINT.
pub(crate) fn integer(row: &Row, index: usize) -> Result<Option<i64>, Problem> {
    row.try_get(index).map_err(|e| unexpected(&e))
}

/// A column of another type than the statement asks for.
pub(crate) fn unexpected(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::JtlQueryFailed).detail(error)
}
